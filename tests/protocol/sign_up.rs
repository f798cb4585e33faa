//! Making an account: what must be proven, what nobody learns, and what it costs machines.

use std::time::Duration;

use serde_json::{Value, json};
use tidegate::base::encoding::{base64, hex};
use tidegate::base::secret::sha256;
use tidegate::domain::action::Action;
use tidegate::domain::decision::{Decision, Ending};
use tidegate::domain::tenant::{DisposableAddresses, SignUp};
use tidegate::outbound::mail::Mail;
use webauthn_authenticator_rs::AuthenticatorBackend as _;
use webauthn_authenticator_rs::softpasskey::SoftPasskey;
use webauthn_rs::prelude::CreationChallengeResponse;

use crate::on_each_store;
use crate::support::browser::{Browser, query_of};
use crate::support::client::{App, claims};
use crate::support::{Kind, PASSWORD, TestApp};

const NEW: &str = "new@person.example";

/// As far as the page that asks for the address, by the app's `prompt=create`.
async fn begin(browser: &mut Browser, client: &App) {
    browser.get(&client.authorize(&[("prompt", "create")])).await;
    assert_eq!(
        browser.page.heading(),
        "Create an account",
        "{}",
        browser.page.text()
    );
}

/// What the page's script does.
async fn work(browser: &Browser, app: &TestApp) -> String {
    let mut fetching = browser.clone();
    fetching.get(&format!("{}/signup/challenge", app.issuer)).await;
    let challenge: Value = serde_json::from_str(&fetching.page.html).unwrap();
    let text = |name: &str| challenge[name].as_str().unwrap().to_owned();
    assert_eq!(text("algorithm"), "SHA-256");
    let number = (0..=challenge["maxnumber"].as_u64().unwrap())
        .find(|number| hex(&sha256(format!("{}{number}", text("salt")).as_bytes())) == text("challenge"))
        .unwrap();
    let answer = json!({
        "algorithm": "SHA-256", "challenge": text("challenge"), "number": number, "salt": text("salt"),
        "signature": text("signature"),
    });
    base64(answer.to_string().as_bytes())
}

/// Gives the address, and waits for the mail: earlier ones may be there too.
async fn give_address(browser: &mut Browser, app: &TestApp, email: &str) {
    app.advance(Duration::from_secs(8));
    let before = mails(app, email).len();
    let work = work(browser, app).await;
    browser
        .submit("altcha", &[("email", email), ("altcha", &work)])
        .await;
    if browser.page.heading() == "Check your mail" {
        app.mail(email, |_| (mails(app, email).len() > before).then_some(()))
            .await;
    }
}

async fn give_code(browser: &mut Browser, app: &TestApp, email: &str) {
    let code = app.mail_code(email).await;
    browser.submit("code", &[("code", &code)]).await;
}

async fn sign_ups(app: &TestApp) -> Vec<Decision> {
    let all = app.decisions().await;
    all.into_iter()
        .filter(|decision| decision.action == Action::SignUp)
        .collect()
}

fn mails(app: &TestApp, to: &str) -> Vec<Mail> {
    let all = app.shared.mailer.delivered();
    all.into_iter()
        .map(|held| held.mail)
        .filter(|mail| mail.to == to)
        .collect()
}

/// The preset whose ladder holds every sign-up for review.
async fn hold_everything(app: &TestApp) {
    let store = app.store().await;
    let platform = &app.shared.platform;
    let document = "schema = 1\nname = \"held\"\nsummary = \"hold sign-ups\"\nmode = \"enforce\"\n\
        [ladder.default]\nbands = [{ from = 0, outcome = \"allow\" }]\n\
        [ladder.sign_up]\nbands = [{ from = 0, outcome = \"review\" }]\n";
    let mut batch = store.batch();
    let mode = tidegate::domain::policy_version::PolicyMode::Enforce;
    tidegate::tenants::publish(platform, &store, document, mode, "test", &mut batch)
        .await
        .unwrap();
    store.commit(batch).await.unwrap();
    platform.directory.forget(store.tenant_id());
}

on_each_store! {
    /// Initiating User Registration 1.0: from the app to a new account and back; what was proven is told.
    async fn a_new_person_comes_back_to_the_app(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        begin(&mut browser, &client).await;
        give_address(&mut browser, app, NEW).await;
        assert_eq!(browser.page.heading(), "Check your mail", "{}", browser.page.text());
        assert!(app.store().await.user_by_email(NEW).await.unwrap().is_none(), "no account before the address is proven");
        give_code(&mut browser, app, NEW).await;
        assert_eq!(browser.page.heading(), "Almost there", "{}", browser.page.text());
        browser.submit("password", &[("password", "short"), ("name", "Nora New")]).await;
        assert!(browser.page.text().contains("at least 15"), "{}", browser.page.text());
        browser.submit("password", &[("password", PASSWORD), ("name", "Nora New")]).await;
        let left = browser.left_to.clone().unwrap_or_else(|| panic!("{}", browser.page.text()));
        let tokens = client.redeem(&query_of(&left, "code").unwrap()).await;
        let id_token = claims(&tokens.text("id_token"));
        assert_eq!(id_token["amr"], json!(["otp", "pwd"]));
        let user = app.store().await.user_by_email(NEW).await.unwrap().unwrap();
        assert_eq!((user.name.as_deref(), id_token["sub"].as_str()), (Some("Nora New"), Some(user.sub.as_str())));
        assert!(user.email_verified_at.is_some() && !user.under_review);
        let decision = &sign_ups(app).await[0];
        assert_eq!((decision.subject, decision.ended), (Some(user.id), Some(Ending::Passed)));
        assert_eq!(decision.enforced, "allow");
        assert!(decision.session.is_some(), "a finished sign-up is a sign-in");
        // The password works from now on.
        let mut later = Browser::new(app);
        later.password(NEW).await;
        later.answer_code(app, NEW).await;
        assert_eq!(later.page.url, format!("{}/demo", later.base), "{}", later.page.text());
    }

    /// A taken address, a free one and a disabled account give the same page; the mail tells the owner the truth (people.md U20).
    async fn the_page_tells_nobody_whether_an_address_is_taken(app: &TestApp) {
        use tidegate::admin::{Actor, users};
        let client = App::web(app).await;
        let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        let off = users::UserChanges {
            status: Some(tidegate::domain::user::UserStatus::Disabled),
            ..users::UserChanges::default()
        };
        users::update(&actor, &app.shared.platform, "bob@demo.test", off).await.unwrap();
        let mut pages = Vec::new();
        for email in [NEW, "carol@demo.test", "bob@demo.test"] {
            let mut browser = Browser::new(app);
            begin(&mut browser, &client).await;
            give_address(&mut browser, app, email).await;
            let text = browser.page.text().replace(email, "…");
            let (words, _reference) = text.split_once("Reference").unwrap();
            pages.push((browser.page.status, words.to_owned()));
            browser.submit("code", &[("code", "000000")]).await;
            assert!(browser.page.text().contains("9 tries left"), "{}", browser.page.text());
        }
        assert!(pages.windows(2).all(|pair| pair[0] == pair[1]), "{pages:?}");
        let told = app.mail("carol@demo.test", |mail| (mail.kind == "account_exists").then(|| mail.text.clone())).await;
        assert!(told.contains("You have an account already") && told.contains("/t/demo/signin"), "{told}");
        app.mail("bob@demo.test", |mail| (mail.kind == "disabled").then_some(())).await;
        app.mail(NEW, |mail| (mail.kind == "sign_up_code").then_some(())).await;
    }

    /// The account belongs to who proves the mailbox, and the first of two tabs makes it.
    async fn one_address_gives_one_account(app: &TestApp) {
        let client = App::web(app).await;
        let (mut first, mut second) = (Browser::new(app), Browser::new(app));
        for browser in [&mut first, &mut second] {
            begin(browser, &client).await;
            give_address(browser, app, NEW).await;
            give_code(browser, app, NEW).await;
            assert_eq!(browser.page.heading(), "Almost there", "{}", browser.page.text());
        }
        first.submit("password", &[("password", PASSWORD)]).await;
        assert!(first.left_to.is_some(), "{}", first.page.text());
        second.submit("password", &[("password", "another quite long passphrase")]).await;
        assert!(second.page.text().contains("You have an account with this address already"), "{}", second.page.text());
        second.submit("password", &[("email", NEW), ("password", PASSWORD)]).await;
        second.answer_code(app, NEW).await;
        assert!(second.left_to.is_some(), "{}", second.page.text());
    }

    /// Where nobody may, there is no page, no link, and discovery does not offer it.
    async fn a_tenant_can_close_the_door(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        browser.get(&format!("{}/.well-known/openid-configuration", app.issuer)).await;
        assert!(browser.page.html.contains("\"create\""));
        app.settings(|settings| settings.sign_up = SignUp::Off).await;
        browser.get(&format!("{}/.well-known/openid-configuration", app.issuer)).await;
        assert!(!browser.page.html.contains("\"create\""), "{}", browser.page.html);
        for path in ["/signup", "/signup/challenge"] {
            browser.get(&format!("{}{path}", app.issuer)).await;
            assert_eq!(browser.page.status, 404, "{path}");
        }
        browser.get(&client.authorize(&[])).await;
        assert!(!browser.page.text().contains("No account yet?"), "{}", browser.page.text());
        browser.get(&client.authorize(&[("prompt", "create")])).await;
        let left = browser.left_to.clone().unwrap();
        assert_eq!(query_of(&left, "error").as_deref(), Some("invalid_request"));
    }

    /// Without any password: the passkey that is made here is what is signed in with (Web Authentication section 7.1).
    async fn a_passkey_in_place_of_a_password(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        begin(&mut browser, &client).await;
        give_address(&mut browser, app, NEW).await;
        give_code(&mut browser, app, NEW).await;
        let options: CreationChallengeResponse = serde_json::from_value(browser.passkey_options().await).unwrap();
        let origin = url::Url::parse(&app.base).unwrap();
        let mut device = SoftPasskey::new(true);
        let answer = device.perform_register(origin, options.public_key, 60_000).unwrap();
        let answer = serde_json::to_string(&answer).unwrap();
        browser.submit("credential", &[("credential", "{}")]).await;
        assert!(browser.page.text().contains("That passkey didn’t work here"), "{}", browser.page.text());
        browser.submit("credential", &[("credential", &answer)]).await;
        assert!(browser.page.text().contains("That passkey didn’t work here"), "a challenge is answered once");
        let options: CreationChallengeResponse = serde_json::from_value(browser.passkey_options().await).unwrap();
        let origin = url::Url::parse(&app.base).unwrap();
        let answer = SoftPasskey::new(true).perform_register(origin, options.public_key, 60_000).unwrap();
        let answer = serde_json::to_string(&answer).unwrap();
        browser.submit("credential", &[("credential", &answer), ("name", "Nora New")]).await;
        let left = browser.left_to.clone().unwrap_or_else(|| panic!("{}", browser.page.text()));
        let tokens = client.redeem(&query_of(&left, "code").unwrap()).await;
        let id_token = claims(&tokens.text("id_token"));
        assert!(id_token["acr"].as_str().unwrap().starts_with("phr"), "{id_token}");
        let store = app.store().await;
        let user = store.user_by_email(NEW).await.unwrap().unwrap();
        let factors = store.credentials_of(user.id).await.unwrap();
        assert_eq!(factors.iter().map(|factor| factor.secret.method().name()).collect::<Vec<_>>(), ["passkey"]);
    }

    /// Terms are agreed to, and the history says to which.
    async fn terms_are_agreed_to(app: &TestApp) {
        app.settings(|settings| settings.terms_uri = Some("https://demo.test/terms".into())).await;
        let mut browser = Browser::new(app);
        browser.get(&format!("{}/signup", app.issuer)).await;
        give_address(&mut browser, app, NEW).await;
        give_code(&mut browser, app, NEW).await;
        browser.submit("password", &[("password", PASSWORD)]).await;
        assert!(browser.page.text().contains("Please agree first"), "{}", browser.page.text());
        browser.submit("password", &[("password", PASSWORD), ("terms", "agreed")]).await;
        assert_eq!(browser.page.url, format!("{}/account", app.issuer), "{}", browser.page.text());
        let user = app.store().await.user_by_email(NEW).await.unwrap().unwrap();
        let page = tidegate::base::page::PageRequest::new(None, 20);
        let events = app.store().await.events(Some(user.id), &page).await.unwrap().items;
        let made = events.iter().find(|event| event.code == "signup.completed").unwrap();
        assert_eq!(made.data["terms"], "https://demo.test/terms");
    }

    /// A tenant that asks everybody for a second factor takes shorter passwords (SP 800-63B-4 section 3.1.1.2), and asks at once.
    async fn a_floor_holds_from_the_first_moment(app: &TestApp) {
        app.settings(|settings| settings.floor = tidegate::domain::assurance::Acr::Aal2).await;
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        begin(&mut browser, &client).await;
        give_address(&mut browser, app, NEW).await;
        give_code(&mut browser, app, NEW).await;
        browser.submit("password", &[("password", "mossy-gate-41")]).await;
        let secret = browser.page.totp_secret();
        let code = tidegate::factors::totp::current(&secret, app.now()).unwrap();
        browser.submit("code", &[("code", &code)]).await;
        if browser.page.has_field("remember") {
            browser.submit("remember", &[("remember", "no")]).await;
        }
        assert!(browser.left_to.is_some(), "{}", browser.page.text());
    }

    /// An answer to the work counts once, and a passer-by's not at all; what is left undone is a sign of risk and no end.
    async fn work_counts_once(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        begin(&mut browser, &client).await;
        let answer = work(&browser, app).await;
        for (email, unsolved) in [("one@person.example", 0), ("two@person.example", 1_000_000)] {
            app.advance(Duration::from_secs(8));
            browser.submit("altcha", &[("email", email), ("altcha", &answer)]).await;
            assert_eq!(browser.page.heading(), "Check your mail", "{}", browser.page.text());
            let evidence = sign_ups(app).await[0].evidence.clone();
            let item = evidence["items"].as_array().unwrap().iter().find(|item| item["signal"] == "work_unsolved").unwrap().clone();
            assert_eq!(item["millionths"], unsolved, "{email}");
            let link = browser.link("Use another address");
            browser.get(&link).await;
        }
    }

    /// A throw-away address is risk, is refused, or is nothing, as the tenant says.
    async fn throw_away_addresses_follow_the_tenants_rule(app: &TestApp) {
        let client = App::web(app).await;
        for (rule, heading, counted) in [
            (DisposableAddresses::Challenge, "Check your mail", true),
            (DisposableAddresses::Allow, "Check your mail", false),
            (DisposableAddresses::Refuse, "Create an account", false),
        ] {
            app.settings(move |settings| settings.disposable_addresses = rule).await;
            let before = sign_ups(app).await.len();
            let mut browser = Browser::new(app);
            begin(&mut browser, &client).await;
            give_address(&mut browser, app, "me@sub.mailinator.com").await;
            assert_eq!(browser.page.heading(), heading, "{rule:?}: {}", browser.page.text());
            let found = sign_ups(app).await;
            let refused = rule == DisposableAddresses::Refuse;
            assert_eq!(found.len(), before + usize::from(!refused), "{rule:?}");
            let named = found[0].evidence.to_string().contains("disposable_address");
            assert_eq!(named, counted, "{rule:?}");
        }
    }

    /// Held for review: there is an account, and it proves more each time, until an analyst says that it is safe.
    async fn a_held_account_proves_more_until_it_is_cleared(app: &TestApp) {
        hold_everything(app).await;
        let mut browser = Browser::new(app);
        browser.get(&format!("{}/signup", app.issuer)).await;
        give_address(&mut browser, app, NEW).await;
        give_code(&mut browser, app, NEW).await;
        browser.submit("password", &[("password", PASSWORD)]).await;
        let secret = browser.page.totp_secret();
        let user = app.store().await.user_by_email(NEW).await.unwrap().unwrap();
        assert!(user.under_review);
        // Leaving here is no way around it.
        let mut later = Browser::new(app);
        later.password(NEW).await;
        assert!(later.page.has_field("code"), "{}", later.page.text());
        give_code(&mut later, app, NEW).await;
        assert!(later.page.text().contains("authenticator app"), "{}", later.page.text());
        let code = tidegate::factors::totp::current(&secret, app.now()).unwrap();
        browser.submit("code", &[("code", &code)]).await;
        assert_eq!(browser.page.url, format!("{}/account", app.issuer), "{}", browser.page.text());
        let decision = sign_ups(app).await[0].id;
        let actor = tidegate::admin::Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        let safe = tidegate::admin::decisions::VerdictLabel::Safe;
        tidegate::admin::decisions::label(&actor, &app.shared.platform, decision, safe).await.unwrap();
        assert!(!app.store().await.user(user.id).await.unwrap().unwrap().under_review);
    }

    /// Many sign-ups from one place: whoever is spammed gets few mails, machines are refused, and honest people still get in.
    async fn a_flood_neither_fills_a_mailbox_nor_keeps_people_out(app: &TestApp) {
        let client = App::web(app).await;
        let mut sent = 0;
        for _ in 0..40 {
            let mut attacker = Browser::new(app);
            attacker.get(&client.authorize(&[("prompt", "create")])).await;
            attacker.submit("altcha", &[("email", "victim@person.example"), ("website", "buy")]).await;
            sent += u32::from(attacker.page.status == 200);
        }
        assert!(sent <= 3, "{sent} mails for one mailbox");
        assert!(mails(app, "victim@person.example").len() <= 3);
        // The owner of an account is not flooded either, and signs in as ever.
        for _ in 0..40 {
            let mut attacker = Browser::new(app);
            attacker.get(&client.authorize(&[("prompt", "create")])).await;
            attacker.submit("altcha", &[("email", "carol@demo.test")]).await;
        }
        assert!(mails(app, "carol@demo.test").len() <= 3);
        let mut owner = Browser::new(app);
        owner.sign_in(app, "carol@demo.test").await;
        // Somebody else, from the very same address, and even the victim: a browser that does the work has its own allowance.
        for email in [NEW, "victim@person.example"] {
            let mut honest = Browser::new(app);
            begin(&mut honest, &client).await;
            give_address(&mut honest, app, email).await;
            give_code(&mut honest, app, email).await;
            assert_eq!(honest.page.heading(), "Almost there", "{}", honest.page.text());
        }
    }

    /// A score in the last band ends it before any mail is sent.
    async fn a_machine_from_a_bad_network_is_refused(app: &TestApp) {
        let mut browser = Browser::new(app);
        browser.dials(&["tor", "hosting"]).await;
        browser.get(&format!("{}/signup", app.issuer)).await;
        browser.submit("altcha", &[("email", NEW), ("website", "x")]).await;
        assert_eq!(browser.page.status, 403, "{}", browser.page.text());
        assert!(mails(app, NEW).is_empty());
        let decision = &sign_ups(app).await[0];
        assert_eq!((decision.enforced.as_str(), decision.ended), ("deny", Some(Ending::Refused)));
        assert_eq!(decision.model, "sign-up-1");
        let head = decision.assessment["vectors"]["bot_sign_up"].as_f64().unwrap();
        assert!(head >= 80.0, "{head}");
        assert_eq!(decision.forced, ["tor", "hosting"]);
    }

    /// A session of somebody else on this browser does not keep a new person from coming in.
    async fn a_session_is_no_obstacle(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        browser.sign_in(app, "carol@demo.test").await;
        begin(&mut browser, &client).await;
        give_address(&mut browser, app, NEW).await;
        give_code(&mut browser, app, NEW).await;
        browser.submit("password", &[("password", PASSWORD)]).await;
        assert!(browser.left_to.is_some(), "{}", browser.page.text());
        browser.get("/t/demo/account").await;
        assert!(browser.page.text().contains(NEW), "{}", browser.page.text());
    }
}
