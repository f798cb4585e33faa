//! The device authorization grant (RFC 8628).

use std::time::Duration;

use serde_json::json;
use tidegate::domain::client::GrantType;

use crate::on_each_store;
use crate::support::browser::Browser;
use crate::support::client::{Answer, App, read, verified};
use crate::support::{Kind, PASSWORD, TestApp};

const CAROL: &str = "carol@demo.test";
const ALICE: &str = "alice@demo.test";

/// A device without credentials, as `client create --type device` makes it.
async fn device(app: &TestApp, id: &str) -> App {
    let document = json!({
        "client_name": "Kitchen Display", "grant_types": [GrantType::DeviceCode.name(), "refresh_token"],
        "response_types": [], "token_endpoint_auth_method": "none",
    });
    App::create(app, id, document).await
}

async fn ask(client: &App) -> Answer {
    let asked = client
        .call("/device_authorization", &[("scope", "openid email")])
        .await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    asked
}

async fn poll(client: &App, asked: &Answer) -> Answer {
    let code = asked.text("device_code");
    let params = [
        ("grant_type", GrantType::DeviceCode.name()),
        ("device_code", &code),
    ];
    client.call("/token", &params).await
}

/// Goes as far as the question whether the device may.
async fn sign_in(app: &TestApp, browser: &mut Browser, asked: &Answer, email: &str) {
    browser.get(&asked.text("verification_uri_complete")).await;
    browser.submit("user_code", &[]).await;
    if browser.page.has_field("password") {
        browser
            .submit("password", &[("email", email), ("password", PASSWORD)])
            .await;
    }
    if browser.page.has_field("code") {
        let code = app.mail_code(email).await;
        browser.submit("code", &[("code", &code)]).await;
    }
    assert!(browser.page.has_field("consent"), "{}", browser.page.text());
}

async fn answer(browser: &mut Browser, choice: &str) {
    browser.submit("consent", &[("consent", choice)]).await;
}

on_each_store! {
    async fn rfc8628_3_a_person_lets_a_device_in_by_a_full_sign_in(app: &TestApp) {
        let client = device(app, "display").await;
        let metadata = read(client.http.get(format!("{}/.well-known/openid-configuration", app.issuer))).await.body;
        assert_eq!(metadata["device_authorization_endpoint"], format!("{}/device_authorization", app.issuer));
        let asked = ask(&client).await;
        assert_eq!((asked.body["expires_in"].as_u64(), asked.body["interval"].as_u64()), (Some(600), Some(5)));
        assert_eq!(asked.headers["cache-control"], "no-store");
        let decided = app.decisions().await.len();
        let mut browser = Browser::new(app);
        sign_in(app, &mut browser, &asked, CAROL).await;
        let text = browser.page.text();
        for shown in ["Kitchen Display", &asked.text("user_code"), "127.0.0.1"] {
            assert!(text.contains(shown), "section 5.4, {shown}: {text}");
        }
        assert_eq!(poll(&client, &asked).await.error(), "authorization_pending");
        answer(&mut browser, "allow").await;
        assert_eq!(browser.page.heading(), "The device is connected", "{}", browser.page.text());
        let decisions = app.decisions().await;
        assert!(decisions.len() > decided, "decided by risk like any sign-in");
        let tokens = poll(&client, &asked).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        let id = verified(app, &tokens.text("id_token")).await;
        assert_eq!((&id["aud"], &id["acr"]), (&json!("display"), &json!("aal1")));
        assert_eq!(client.userinfo(&tokens.text("access_token")).await.body["email"], CAROL);
        assert_eq!(client.refresh(&tokens.text("refresh_token")).await.status, 200);
        assert_eq!(poll(&client, &asked).await.error(), "invalid_grant", "once");
        assert_eq!(client.userinfo(&tokens.text("access_token")).await.status, 200, "and asking again harms nobody");
    }

    async fn rfc8628_3_5_a_device_that_asks_too_often_slows_down(app: &TestApp) {
        let client = device(app, "hasty").await;
        let asked = ask(&client).await;
        for (wait, error) in [
            (0, "authorization_pending"),
            (1, "slow_down"),
            (5, "slow_down"),
            (14, "authorization_pending"),
            (10, "slow_down"),
            (20, "authorization_pending"),
        ] {
            app.advance(Duration::from_secs(wait));
            let told = poll(&client, &asked).await;
            assert_eq!((told.status, told.error()), (400, error), "after {wait} s");
        }
    }

    async fn rfc8628_3_5_a_no_and_a_late_answer_are_told_apart(app: &TestApp) {
        let client = device(app, "refused").await;
        let mut browser = Browser::new(app);
        let asked = ask(&client).await;
        sign_in(app, &mut browser, &asked, CAROL).await;
        answer(&mut browser, "deny").await;
        assert_eq!(browser.page.heading(), "Not connected", "{}", browser.page.text());
        assert_eq!(poll(&client, &asked).await.error(), "access_denied");
        let asked = ask(&client).await;
        sign_in(app, &mut browser, &asked, ALICE).await;
        app.advance(Duration::from_mins(10));
        assert_eq!(poll(&client, &asked).await.error(), "expired_token");
        answer(&mut browser, "allow").await;
        assert_eq!(browser.page.heading(), "Too late", "{}", browser.page.text());
        assert_eq!(poll(&client, &asked).await.error(), "expired_token");
        browser.get(&asked.text("verification_uri_complete")).await;
        browser.submit("user_code", &[]).await;
        assert!(browser.page.text().contains("No device waits with this code"), "{}", browser.page.text());
    }

    /// Section 5.1: the first answer counts, and what it gives is given once, however many ask at once.
    async fn rfc8628_5_1_codes_are_used_once(app: &TestApp) {
        let client = device(app, "once").await;
        let asked = ask(&client).await;
        let (mut first, mut second) = (Browser::new(app), Browser::new(app));
        sign_in(app, &mut first, &asked, CAROL).await;
        sign_in(app, &mut second, &asked, ALICE).await;
        answer(&mut first, "allow").await;
        answer(&mut second, "deny").await;
        assert_eq!(second.page.heading(), "Not connected");
        let all = futures_util::future::join_all((0..6).map(|_| poll(&client, &asked))).await;
        let given = all.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(given, 1, "{:?}", all.iter().map(|answer| answer.body.clone()).collect::<Vec<_>>());
    }

    async fn rfc8628_3_4_a_code_is_for_its_client_only(app: &TestApp) {
        let (client, other) = (device(app, "own").await, device(app, "foreign").await);
        let asked = ask(&client).await;
        assert_eq!(poll(&other, &asked).await.error(), "invalid_grant");
        let unknown = client.call("/token", &[("grant_type", GrantType::DeviceCode.name()), ("device_code", "tgd_x")]).await;
        assert_eq!(unknown.error(), "invalid_grant");
        let web = App::web(app).await;
        assert_eq!(web.call("/device_authorization", &[]).await.error(), "unauthorized_client");
        assert_eq!(poll(&web, &asked).await.error(), "unauthorized_client");
        let scope = client.call("/device_authorization", &[("scope", "nonsense")]).await;
        assert_eq!(scope.error(), "invalid_scope");
    }

    /// Section 5.1: guessing is slowed down, also for whoever then knows a code.
    async fn rfc8628_5_1_guesses_are_counted(app: &TestApp) {
        let app = &TestApp::start_with(app.kind, &[("limits.user_codes_per_network", toml::Value::from(3))]).await;
        let client = device(app, "guessed").await;
        let asked = ask(&client).await;
        let mut browser = Browser::new(app);
        for guess in ["BBBB-BBBB", "nonsense", "CCCC-CCCC"] {
            browser.get("/t/demo/device").await;
            browser.submit("user_code", &[("user_code", guess)]).await;
            assert_eq!(browser.page.status, 200, "{guess}");
        }
        browser.get(&asked.text("verification_uri_complete")).await;
        browser.submit("user_code", &[]).await;
        assert_eq!(browser.page.status, 429, "{}", browser.page.text());
        app.advance(Duration::from_hours(1));
        sign_in(app, &mut browser, &ask(&client).await, CAROL).await;
    }
}
