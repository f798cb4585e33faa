//! How apps hear that a session ended: by logout tokens (OpenID Connect Back-Channel Logout 1.0), and by frames in the browser
//! (Front-Channel Logout 1.0).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{App as Web, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use tidegate::admin::clients::{self, NewClient, Unknown};
use tidegate::admin::{Actor, users};
use tidegate::base::ids::ClientId;
use tidegate::domain::user::UserStatus;
use tidegate::store::{DeliveryStatus, LogoutDelivery};

use crate::on_each_store;
use crate::support::browser::{Browser, Form, SAFARI};
use crate::support::client::{App, REDIRECT, claims, header, verified};
use crate::support::{Kind, TestApp, until};

/// The server of an app, which answers 503 some times before it takes anything.
#[derive(Clone, Default)]
pub(crate) struct AppServer {
    refusals: Arc<Mutex<u32>>,
    posted: Arc<Mutex<Vec<String>>>,
}

impl AppServer {
    /// Starts it; gives the address for logout tokens.
    pub(crate) fn start(&self) -> String {
        let held = self.clone();
        let server = HttpServer::new(move || {
            let held = held.clone();
            Web::new().default_service(web::post().to(move |body: web::Bytes| {
                let status = held.answer(&body);
                async move { HttpResponse::build(status).finish() }
            }))
        });
        let server = server.workers(1).bind(("127.0.0.1", 0)).unwrap();
        let uri = format!("http://{}/logged-out", server.addrs()[0]);
        actix_web::rt::spawn(server.run());
        uri
    }

    fn answer(&self, body: &[u8]) -> StatusCode {
        let (_, token) = url::form_urlencoded::parse(body)
            .find(|(name, _)| name == "logout_token")
            .unwrap();
        self.posted.lock().unwrap().push(token.into_owned());
        let mut left = self.refusals.lock().unwrap();
        if *left == 0 {
            return StatusCode::OK;
        }
        *left -= 1;
        StatusCode::SERVICE_UNAVAILABLE
    }

    /// The last logout token, once so many came.
    pub(crate) async fn token(&self, number: usize) -> String {
        let enough = || self.posted.lock().unwrap().get(number - 1).cloned();
        until(async || enough())
            .await
            .unwrap_or_else(|| panic!("logout token {number} never came"))
    }
}

/// The only delivery to a client, once it got so far.
async fn delivery(app: &TestApp, client: &App, attempts: i64, status: DeliveryStatus) -> LogoutDelivery {
    let (store, id) = (app.store().await, ClientId::parse(&client.id).unwrap());
    let found = until(async || {
        let found = store.logout_deliveries(&id, 5).await.unwrap();
        let [one] = found.as_slice() else { return None };
        let there = one.attempts == attempts && one.status == status && one.detail.is_some();
        there.then(|| one.clone())
    });
    if let Some(found) = found.await {
        return found;
    }
    panic!("no such delivery: {:?}", store.logout_deliveries(&id, 5).await);
}

async fn account_act(browser: &mut Browser, action: &str) {
    browser.get("/t/demo/account").await;
    let fields = browser.form("csrf").unwrap().fields;
    let form = Form {
        action: format!("/t/demo{action}"),
        fields: fields.into_iter().filter(|(name, _)| name == "csrf").collect(),
    };
    browser.send(&form, &[]).await;
}

/// The page that an app's sign-out request leads to.
pub(crate) async fn sign_out(browser: &mut Browser, client: &App, id_token: &str, more: &str) {
    let to = format!(
        "{}/logout?client_id={}&id_token_hint={id_token}{more}",
        client.issuer, client.id
    );
    browser.get(&to).await;
}

on_each_store! {
    /// Section 2.4: what the token says. Sections 2.5 and 2.6: one to each app of the session, and to no other.
    async fn oidc_backchannel_2_4_whatever_ends_a_session_is_told_to_its_apps(app: &TestApp) {
        app.settings(|settings| settings.notice_threshold = 0).await;
        let (server, other) = (AppServer::default(), AppServer::default());
        let client = App::create(app, "told", json!({"backchannel_logout_uri": server.start()})).await;
        App::create(app, "elsewhere", json!({"backchannel_logout_uri": other.start()})).await;
        let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        let platform = &app.shared.platform;
        let mut seen: Vec<Value> = Vec::new();
        for how in ["sign-out", "account page", "not me", "admin", "disabled", "erased"] {
            let email = if how == "not me" { "alice@demo.test" } else { "carol@demo.test" };
            let mut owner = Browser::new(app);
            owner.sign_in(app, email).await;
            let mut browser = Browser::new(app).with_agent(SAFARI);
            let code = client.code(app, &mut browser, email, &[]).await;
            let tokens = client.redeem(&code).await;
            match how {
                "sign-out" => sign_out(&mut browser, &client, &tokens.text("id_token"), "").await,
                "account page" => account_act(&mut owner, "/account/sessions/end-others").await,
                "not me" => {
                    let no = |text: &str| text.split_whitespace().find(|word| word.contains("/notice/no?")).map(str::to_owned);
                    let link = app.mail(email, |mail| no(&mail.text)).await;
                    owner.get(&link).await;
                    owner.submit("token", &[]).await;
                }
                "admin" => users::end_sessions(&actor, platform, email).await.unwrap(),
                "disabled" => {
                    for status in [UserStatus::Disabled, UserStatus::Active] {
                        let change = users::UserChanges { status: Some(status), ..users::UserChanges::default() };
                        users::update(&actor, platform, email, change).await.unwrap();
                    }
                }
                _ => users::erase(&actor, platform, email).await.unwrap(),
            }
            let token = server.token(seen.len() + 1).await;
            let (told, id) = (verified(app, &token).await, claims(&tokens.text("id_token")));
            assert_eq!(header(&token)["typ"], "logout+jwt", "{how}");
            for name in ["iss", "sub", "aud", "sid"] {
                assert_eq!(told[name], id[name], "{how}: {name}");
            }
            assert_eq!(told["events"], json!({"http://schemas.openid.net/event/backchannel-logout": {}}));
            assert!(told.get("nonce").is_none(), "section 2.4: never a nonce");
            assert_eq!(told["iat"], app.now().secs());
            assert!(told["exp"].as_i64().unwrap() <= app.now().secs() + 120);
            assert!(seen.iter().all(|before| before["jti"] != told["jti"]));
            seen.push(told);
        }
        assert_eq!(server.posted.lock().unwrap().len(), 6, "once each");
        assert!(other.posted.lock().unwrap().is_empty(), "not of the session");
    }

    /// Section 2.5: an app that does not answer is asked again; whom it was about is then forgotten.
    async fn oidc_backchannel_2_5_what_is_not_taken_is_sent_again(app: &TestApp) {
        let server = AppServer { refusals: Arc::new(Mutex::new(2)), ..AppServer::default() };
        let client = App::create(app, "retried", json!({"backchannel_logout_uri": server.start()})).await;
        let mut browser = Browser::new(app);
        let code = client.code(app, &mut browser, "carol@demo.test", &[]).await;
        let id_token = client.redeem(&code).await.text("id_token");
        sign_out(&mut browser, &client, &id_token, "").await;
        for (attempt, wait) in [(1, 10), (2, 60)] {
            let waiting = delivery(app, &client, attempt, DeliveryStatus::Queued).await;
            assert_eq!(waiting.detail.as_deref(), Some("503"));
            assert!(waiting.sub.is_some());
            app.advance(Duration::from_secs(wait));
        }
        let done = delivery(app, &client, 3, DeliveryStatus::Delivered).await;
        assert_eq!((done.detail.as_deref(), done.sub), (Some("200"), None));
        let tokens = server.posted.lock().unwrap().clone();
        assert!(tokens.iter().all(|token| claims(token)["sid"] == claims(&id_token)["sid"]));
    }

    async fn oidc_backchannel_an_app_that_never_answers_is_given_up(app: &TestApp) {
        let closed = "http://127.0.0.1:1/logged-out";
        let client = App::create(app, "gone", json!({"backchannel_logout_uri": closed})).await;
        let mut browser = Browser::new(app);
        let code = client.code(app, &mut browser, "carol@demo.test", &[]).await;
        sign_out(&mut browser, &client, &client.redeem(&code).await.text("id_token"), "").await;
        for attempt in 1..=6 {
            delivery(app, &client, attempt, DeliveryStatus::Queued).await;
            app.advance(Duration::from_hours(6));
        }
        let failed = delivery(app, &client, 7, DeliveryStatus::Failed).await;
        assert!(failed.detail.unwrap().contains("failed"));
    }

    /// Section 2 and 3: `iss` and `sid` in the frame; then on to where the app wants the browser (RP-Initiated Logout section 3).
    async fn oidc_frontchannel_3_apps_pages_open_in_frames_before_the_way_back(app: &TestApp) {
        let out = "https://app.test/out";
        let with = json!({"frontchannel_logout_uri": "https://app.test/bye?x=1", "post_logout_redirect_uris": [out]});
        let client = App::create(app, "framed", with).await;
        let mut browser = Browser::new(app);
        let code = client.code(app, &mut browser, "carol@demo.test", &[]).await;
        let id_token = client.redeem(&code).await.text("id_token");
        let sid = claims(&id_token)["sid"].as_str().unwrap().to_owned();
        let back = format!("&post_logout_redirect_uri={out}&state=s");
        sign_out(&mut browser, &client, &id_token, &back).await;
        assert_eq!(browser.left_to, None);
        let html = browser.page.html.replace("&#38;", "&").replace("&amp;", "&");
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("iss", &app.issuer)
            .append_pair("sid", &sid)
            .finish();
        assert!(html.contains(&format!("<iframe src=\"https://app.test/bye?x=1&{query}\"")), "{html}");
        assert!(html.contains("content=\"2;url=https://app.test/out?state=s\""), "{html}");
        let policy = browser.page.headers["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.ends_with("; frame-src https://app.test"), "{policy}");
        browser.get("/t/demo/account").await;
        assert!(browser.page.has_field("password"), "the session is over");
        // Nobody to tell: straight back.
        sign_out(&mut browser, &client, &id_token, &back).await;
        assert_eq!(browser.left_to.as_deref(), Some("https://app.test/out?state=s"));
    }

    async fn oidc_frontchannel_2_addresses_that_do_not_fit_are_not_registered(app: &TestApp) {
        let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        for (name, uri) in [
            ("frontchannel_logout_uri", "https://elsewhere.test/bye"),
            ("frontchannel_logout_uri", "https://app.test:444/bye"),
            ("frontchannel_logout_uri", "https://app.test/bye#part"),
            ("backchannel_logout_uri", "https://app.test/bye#part"),
            ("backchannel_logout_uri", "http://app.test/bye"),
        ] {
            let document = json!({"redirect_uris": [REDIRECT], name: uri}).as_object().cloned().unwrap();
            let wanted = NewClient { document, unknown: Unknown::Refuse };
            assert!(clients::create(&actor, &app.shared.platform, wanted).await.is_err(), "{name} {uri}");
        }
    }
}
