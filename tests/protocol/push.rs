//! Approval on an enrolled device: what a push service sees, what a device must sign, and what tired people are spared.

use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use tidegate::base::encoding::base64url;
use tidegate::base::ids::CredentialId;
use tidegate::domain::decision::Decision;
use tidegate::factors::push::{Answer, answer_text, enrolment_text, pull_text};

use crate::on_each_store;
use crate::support::browser::{Browser, SAFARI, plain_client, query_of};
use crate::support::client::{App, claims};
use crate::support::{Kind, PASSWORD, TestApp, until};

/// What the authenticator's script does.
struct Device {
    pair: EcdsaKeyPair,
    id: CredentialId,
    issuer: String,
}

impl Device {
    fn sign(&self, text: &str) -> String {
        let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        base64url(signature.as_ref())
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let to = format!("{}/authenticator/{path}", self.issuer);
        let answer = plain_client().post(to).json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn waiting(&self, app: &TestApp) -> Vec<Value> {
        let at = app.now().secs();
        let signature = self.sign(&pull_text(&self.issuer, self.id, at));
        let (status, body) = self
            .post(
                "pull",
                &json!({"device": self.id, "at": at, "signature": signature}),
            )
            .await;
        assert_eq!(status, 200, "{body}");
        body["requests"].as_array().unwrap().clone()
    }

    async fn answer(&self, request: &str, answer: &Answer) -> (u16, Value) {
        let signature = self.sign(&answer_text(&self.issuer, self.id, request, answer));
        let (verdict, number) = match answer {
            Answer::Approve(number) => ("approve", number.as_str()),
            Answer::Reject => ("reject", ""),
        };
        let body = json!({
            "device": self.id, "request": request, "verdict": verdict, "number": number, "signature": signature,
        });
        self.post("answer", &body).await
    }

    async fn approve(&self, app: &TestApp, number: &str) -> (u16, Value) {
        let waiting = self.waiting(app).await;
        let id = waiting.last().unwrap()["id"].as_str().unwrap().to_owned();
        self.answer(&id, &Answer::Approve(number.to_owned())).await
    }
}

fn attribute(page: &str, name: &str) -> String {
    let rest = page.split_once(&format!("{name}=\"")).unwrap().1;
    rest.split_once('"').unwrap().0.to_owned()
}

async fn enrol(app: &TestApp, email: &str, subscription: &Value) -> Device {
    let mut browser = Browser::new(app);
    browser.sign_in(app, email).await;
    browser.get("/t/demo/account/push").await;
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let html = browser.page.html.clone();
    let device = Device {
        pair,
        id: attribute(&html, "data-device").parse().unwrap(),
        issuer: attribute(&html, "data-issuer"),
    };
    let text = enrolment_text(&device.issuer, device.id, &attribute(&html, "data-challenge"));
    let sent = json!({
        "key": base64url(device.pair.public_key().as_ref()), "signature": device.sign(&text), "subscription": subscription,
    });
    browser.submit("device", &[("device", &sent.to_string())]).await;
    assert!(
        browser.page.text().contains("Keep these codes"),
        "{}",
        browser.page.text()
    );
    device
}

/// As far as the page that shows a number.
async fn begin(browser: &mut Browser, client: &App, email: &str) -> String {
    browser
        .get(&client.authorize(&[("acr_values", "aal2"), ("prompt", "login")]))
        .await;
    browser
        .submit("password", &[("email", email), ("password", PASSWORD)])
        .await;
    number_on(browser)
}

fn number_on(browser: &Browser) -> String {
    let text = browser.page.text();
    let rest = text
        .split_once("two minutes. ")
        .unwrap_or_else(|| panic!("{text}"))
        .1;
    rest.split_whitespace().next().unwrap().to_owned()
}

on_each_store! {
    /// The number of the browser, typed on the device, signed by it: password and push are aal2 (contract, assurance values).
    async fn the_number_is_typed_on_the_device(app: &TestApp) {
        let client = App::web(app).await;
        let device = enrol(app, "carol@demo.test", &Value::Null).await;
        app.advance(Duration::from_mins(1));
        let mut browser = Browser::new(app).with_agent(SAFARI);
        let number = begin(&mut browser, &client, "carol@demo.test").await;
        let waiting = device.waiting(app).await;
        assert_eq!(waiting.len(), 1);
        assert!(waiting[0]["agent"].as_str().unwrap().contains("Safari"), "{waiting:?}");
        assert!(!waiting[0].to_string().contains(&format!("\"{number}\"")), "the number is not told");
        // Reloading sends no second one.
        let here = browser.page.url.clone();
        browser.get(&here).await;
        assert_eq!((number_on(&browser), device.waiting(app).await.len()), (number.clone(), 1));
        assert_eq!(device.approve(app, &number).await, (200, json!({"state": "approved"})));
        browser.get(&here).await;
        let left = browser.left_to.clone().unwrap_or_else(|| panic!("{}", browser.page.text()));
        let tokens = client.redeem(&query_of(&left, "code").unwrap()).await;
        let id_token = claims(&tokens.text("id_token"));
        assert_eq!((&id_token["acr"], &id_token["amr"]), (&json!("aal2"), &json!(["pwd", "mca", "mfa"])));
    }

    /// Nothing but the device's own key answers, once and in time, and an approval opens only the browser that asked.
    async fn answers_are_signed_and_count_once(app: &TestApp) {
        let client = App::web(app).await;
        let device = enrol(app, "carol@demo.test", &Value::Null).await;
        app.advance(Duration::from_mins(1));
        let mut browser = Browser::new(app).with_agent(SAFARI);
        let number = begin(&mut browser, &client, "carol@demo.test").await;
        let id = device.waiting(app).await[0]["id"].as_str().unwrap().to_owned();
        let thief = Device {
            pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            id: device.id,
            issuer: device.issuer.clone(),
        };
        let right = Answer::Approve(number.clone());
        assert_eq!(thief.answer(&id, &right).await.0, 403);
        let old = app.now().secs() - 600;
        let signature = device.sign(&pull_text(&device.issuer, device.id, old));
        assert_eq!(device.post("pull", &json!({"device": device.id, "at": old, "signature": signature})).await.0, 403);
        // A wrong number ends the request: the right one afterwards is too late.
        assert_eq!(device.answer(&id, &Answer::Approve("x".into())).await, (200, json!({"state": "wrong"})));
        assert_eq!(device.answer(&id, &right).await.0, 409);
        let here = browser.page.url.clone();
        browser.get(&here).await;
        assert!(browser.page.text().contains("No approval came"), "{}", browser.page.text());
        // Asked again; of two answers at once one counts.
        browser.submit("method", &[("method", "push")]).await;
        let number = number_on(&browser);
        let id = device.waiting(app).await[0]["id"].as_str().unwrap().to_owned();
        let right = Answer::Approve(number);
        let both = futures_util::future::join(device.answer(&id, &right), device.answer(&id, &Answer::Reject)).await;
        let mut statuses = [both.0.0, both.1.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        // Too late is too late.
        let mut late = Browser::new(app).with_agent(SAFARI);
        let number = begin(&mut late, &client, "carol@demo.test").await;
        let waiting = device.waiting(app).await;
        let id = waiting.last().unwrap()["id"].as_str().unwrap().to_owned();
        app.advance(Duration::from_mins(2));
        assert!(device.waiting(app).await.is_empty());
        assert_eq!(device.answer(&id, &Answer::Approve(number)).await.0, 409);
    }

    /// CISA and people.md U29: three requests, then other ways; a rejection reports; the owner's own browser has its own allowance.
    async fn nobody_is_tired_into_approving(app: &TestApp) {
        let client = App::web(app).await;
        let device = enrol(app, "bob@demo.test", &Value::Null).await;
        app.advance(Duration::from_mins(1));
        let mut owner = Browser::new(app);
        owner.sign_in(app, "bob@demo.test").await;
        for _ in 0..3 {
            let mut attacker = Browser::new(app).with_agent(SAFARI);
            begin(&mut attacker, &client, "bob@demo.test").await;
        }
        let waiting = device.waiting(app).await;
        assert_eq!(waiting.len(), 3);
        let id = waiting[0]["id"].as_str().unwrap().to_owned();
        assert_eq!(device.answer(&id, &Answer::Reject).await, (200, json!({"state": "rejected"})));
        let mut attacker = Browser::new(app).with_agent(SAFARI);
        attacker.get(&client.authorize(&[("acr_values", "aal2"), ("prompt", "login")])).await;
        attacker.submit("password", &[("email", "bob@demo.test"), ("password", PASSWORD)]).await;
        assert!(attacker.page.text().contains("Too many approvals"), "{}", attacker.page.text());
        assert!(attacker.page.text().contains("Authenticator app"), "other ways stay: {}", attacker.page.text());
        // The rejection stands in the next decision, and as a label on the one that it was about.
        let decisions = app.decisions().await;
        let prompted = |decision: &Decision| decision.evidence.to_string().contains("\"prompts\"");
        assert!(decisions.iter().any(prompted), "{decisions:?}");
        let labelled = |decision: &Decision| decision.labels.iter().any(|label| label["source"] == "push");
        assert!(decisions.iter().any(labelled), "{decisions:?}");
        let number = begin(&mut owner, &client, "bob@demo.test").await;
        assert_eq!(device.approve(app, &number).await, (200, json!({"state": "approved"})));
        let here = owner.page.url.clone();
        owner.get(&here).await;
        assert!(owner.left_to.is_some(), "{}", owner.page.text());
    }

    /// features.md F9: a temporary access pass is told on every channel of the account, its devices among them.
    async fn devices_learn_of_an_access_pass(app: &TestApp) {
        use tidegate::admin::Actor;
        use tidegate::admin::users::passes::{self, NewPass};
        use tidegate::domain::user::Role;
        let device = enrol(app, "carol@demo.test", &Value::Null).await;
        let told = async || {
            let at = app.now().secs();
            let signature = device.sign(&pull_text(&device.issuer, device.id, at));
            let body = json!({"device": device.id, "at": at, "signature": signature});
            device.post("pull", &body).await.1["access_pass"].clone()
        };
        assert_eq!(told().await, Value::Null);
        let store = app.store().await;
        let tenant = store.record().await.unwrap().unwrap();
        let operator = async |email: &str| {
            let user = store.user_by_email(email).await.unwrap().unwrap();
            Actor::person(user.id, &tenant, vec![Role::Support])
        };
        let (one, other) = (operator("bob@demo.test").await, operator("alice@demo.test").await);
        let platform = &app.shared.platform;
        let wanted = NewPass { reason: "lost the phone".to_owned(), minutes: 10 };
        passes::request(&one, platform, "carol@demo.test", wanted).await.unwrap();
        assert_eq!(told().await, Value::Null, "nothing is allowed yet");
        let id = store.open_access_passes(app.now()).await.unwrap()[0].id;
        passes::approve(&other, platform, id).await.unwrap();
        assert!(told().await.is_string());
        app.advance(Duration::from_mins(10));
        assert_eq!(told().await, Value::Null, "over without having been used");
    }

    async fn a_subscription_that_is_gone_is_dropped(app: &TestApp) {
        a_dead_subscription_is_dropped_by(app, "410 Gone").await;
    }

    /// RFC 8030, 8291, 8292: a push service gets what it can't read, signed by us; and no address of the inside is kept.
    async fn a_push_service_sees_nothing(app: &TestApp) {
        use std::io::{Read as _, Write as _};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}/send/abc", listener.local_addr().unwrap());
        let seen = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut all = Vec::new();
            let mut part = [0; 4096];
            loop {
                let read = stream.read(&mut part).unwrap();
                all.extend_from_slice(&part[..read]);
                let Some(at) = all.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
                let head = String::from_utf8_lossy(&all[..at]).to_ascii_lowercase();
                let length = head.split("content-length: ").nth(1).unwrap().lines().next().unwrap().parse::<usize>().unwrap();
                if all.len() >= at + 4 + length {
                    stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n").unwrap();
                    return (head, all[at + 4..].to_vec());
                }
            }
        });
        let own = aws_lc_rs::agreement::PrivateKey::generate(&aws_lc_rs::agreement::ECDH_P256).unwrap();
        let public = own.compute_public_key().unwrap();
        let subscription = json!({
            "endpoint": endpoint, "p256dh": base64url(public.as_ref()), "auth": base64url(&[9; 16]),
        });
        enrol(app, "carol@demo.test", &subscription).await;
        app.advance(Duration::from_mins(1));
        let client = App::web(app).await;
        let mut browser = Browser::new(app).with_agent(SAFARI);
        begin(&mut browser, &client, "carol@demo.test").await;
        let (head, body) = actix_web::web::block(move || seen.join().unwrap()).await.unwrap();
        for line in ["content-encoding: aes128gcm", "ttl: 120", "urgency: high", "authorization: vapid t="] {
            assert!(head.contains(line), "{line} in {head}");
        }
        let message: Value = serde_json::from_slice(&opened(&own, public.as_ref(), &body)).unwrap();
        assert!(message["request"].as_str().unwrap().len() > 40, "{message}");
        // An address of the inside is not kept; the device then looks by itself.
        let inside = json!({"endpoint": "http://10.0.0.1/x", "p256dh": base64url(public.as_ref()), "auth": base64url(&[9; 16])});
        let device = enrol(app, "alice@demo.test", &inside).await;
        let held = app.store().await.credential(device.id).await.unwrap().unwrap();
        let tidegate::domain::credential::CredentialSecret::Push(held) = held.secret else { panic!() };
        assert_eq!(held.subscription, None);
    }
}

/// RFC 8030 section 7.3: a subscription that is gone is not pushed to again; the device goes on by looking.
async fn a_dead_subscription_is_dropped_by(app: &TestApp, status: &'static str) {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/send/abc", listener.local_addr().unwrap());
    let answered = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut part = [0; 8192];
        let _ = stream.read(&mut part).unwrap();
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let own = aws_lc_rs::agreement::PrivateKey::generate(&aws_lc_rs::agreement::ECDH_P256).unwrap();
    let public = own.compute_public_key().unwrap();
    let subscription = json!({
        "endpoint": endpoint, "p256dh": base64url(public.as_ref()), "auth": base64url(&[9; 16]),
    });
    let device = enrol(app, "carol@demo.test", &subscription).await;
    app.advance(Duration::from_mins(1));
    let client = App::web(app).await;
    let mut browser = Browser::new(app).with_agent(SAFARI);
    let number = begin(&mut browser, &client, "carol@demo.test").await;
    actix_web::web::block(move || answered.join().unwrap())
        .await
        .unwrap();
    let store = app.store().await;
    let gone = until(async || {
        let held = store.credential(device.id).await.unwrap().unwrap();
        let tidegate::domain::credential::CredentialSecret::Push(held) = held.secret else {
            panic!()
        };
        held.subscription.is_none().then_some(())
    });
    gone.await.expect("the subscription is still there");
    assert_eq!(device.approve(app, &number).await.0, 200);
}

/// What a browser does with the body of a push (RFC 8291 section 3.4).
fn opened(own: &aws_lc_rs::agreement::PrivateKey, public: &[u8], body: &[u8]) -> Vec<u8> {
    use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
    use aws_lc_rs::agreement::{ECDH_P256, UnparsedPublicKey, agree};
    use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
    struct Length(usize);
    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let expand = |salt: &[u8], secret: &[u8], info: &[&[u8]], length: usize| {
        let mut out = vec![0; length];
        let prk = Salt::new(HKDF_SHA256, salt).extract(secret);
        prk.expand(info, Length(length)).unwrap().fill(&mut out).unwrap();
        out
    };
    let (salt, sender) = (&body[..16], &body[21..86]);
    let peer = UnparsedPublicKey::new(&ECDH_P256, sender);
    let info = [b"WebPush: info\0", public, sender];
    let shared = agree(own, peer, "agreement", |secret| {
        Ok(expand(&[9; 16], secret, &info, 32))
    })
    .unwrap();
    let key = expand(salt, &shared, &[b"Content-Encoding: aes128gcm\0"], 16);
    let nonce = expand(salt, &shared, &[b"Content-Encoding: nonce\0"], 12);
    let mut sealed = body[86..].to_vec();
    let nonce = Nonce::try_assume_unique_for_key(&nonce).unwrap();
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
    let open = key.open_in_place(nonce, Aad::empty(), &mut sealed).unwrap();
    open.strip_suffix(&[2]).unwrap().to_vec()
}
