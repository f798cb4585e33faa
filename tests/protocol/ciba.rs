//! Backchannel authentication (OpenID Connect CIBA Core 1.0). The modules of the FAPI-CIBA plan are in `oidf/ciba.rs`.

use std::time::Duration;

use serde_json::{Value, json};
use tidegate::admin::Actor;
use tidegate::admin::clients::{self, NewClient, Unknown};
use tidegate::domain::client::GrantType;

use crate::on_each_store;
use crate::support::browser::{Browser, plain_client};
use crate::support::client::{Answer, App, claims, read, verified};
use crate::support::{Kind, PASSWORD, TestApp};

const CAROL: &str = "carol@demo.test";
const ALICE: &str = "alice@demo.test";

fn document(more: &Value) -> Value {
    let mut document = json!({
        "client_name": "Tide Bank", "grant_types": [GrantType::Ciba.name(), "refresh_token"], "response_types": [],
        "redirect_uris": [], "backchannel_token_delivery_mode": "poll",
    });
    document
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().cloned().unwrap());
    document
}

async fn bank(app: &TestApp, id: &str, more: Value) -> App {
    App::create(app, id, document(&more)).await
}

async fn ask(client: &App, more: &[(&str, &str)]) -> Answer {
    let mut params = vec![("scope", "openid email"), ("login_hint", CAROL)];
    params.retain(|(name, _)| !more.iter().any(|(given, _)| given == name));
    params.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    client.call("/bc-authorize", &params).await
}

async fn poll(client: &App, asked: &Answer) -> Answer {
    let id = asked.text("auth_req_id");
    client
        .call(
            "/token",
            &[("grant_type", GrantType::Ciba.name()), ("auth_req_id", &id)],
        )
        .await
}

/// Opens the page of requests as somebody.
async fn open(app: &TestApp, browser: &mut Browser, email: &str) {
    browser.get("/t/demo/account/requests").await;
    if browser.page.has_field("password") {
        browser
            .submit("password", &[("email", email), ("password", PASSWORD)])
            .await;
    }
    if browser.page.has_field("code") {
        let code = app.mail_code(email).await;
        browser.submit("code", &[("code", &code)]).await;
    }
    assert_eq!(
        browser.page.heading(),
        "Requests of apps",
        "{}",
        browser.page.text()
    );
}

async fn approve(app: &TestApp, asked: &Answer, email: &str) -> u16 {
    let body = json!({"auth_req_id": asked.text("auth_req_id"), "email": email});
    let request = plain_client().post(format!("{}/dev/ciba/approve", app.base));
    read(request.json(&body)).await.status
}

on_each_store! {
    async fn ciba_7_a_person_approves_on_a_page_of_ours(app: &TestApp) {
        let client = bank(app, "bank", json!({})).await;
        let metadata = read(plain_client().get(format!("{}/.well-known/openid-configuration", app.issuer))).await.body;
        assert_eq!(metadata["backchannel_authentication_endpoint"], format!("{}/bc-authorize", app.issuer));
        assert_eq!(metadata["backchannel_token_delivery_modes_supported"], json!(["poll", "ping"]));
        let asked = ask(&client, &[("binding_message", "W4SCT <b>")]).await;
        assert_eq!((asked.status, asked.body["interval"].as_u64()), (200, Some(5)), "{}", asked.body);
        assert_eq!(asked.headers["cache-control"], "no-store");
        let mailed = app.mail(CAROL, |mail| mail.text.contains("W4SCT").then(|| mail.text.clone())).await;
        assert!(mailed.contains("/t/demo/account/requests"), "{mailed}");
        assert_eq!(poll(&client, &asked).await.error(), "authorization_pending");
        assert_eq!(poll(&client, &asked).await.error(), "slow_down");
        let decided = app.decisions().await.len();
        let mut browser = Browser::new(app);
        open(app, &mut browser, CAROL).await;
        browser.get("/t/demo/account").await;
        assert!(browser.page.text().contains("One request of an app waits for your answer"), "{}", browser.page.text());
        let link = browser.link("See");
        browser.get(&link).await;
        let text = browser.page.text();
        for shown in ["Tide Bank", "W4SCT <b>", "127.0.0.1"] {
            assert!(text.contains(shown), "{shown}: {text}");
        }
        let (mut other, foreign) = (Browser::new(app), ask(&client, &[("login_hint", ALICE)]).await);
        assert_eq!(foreign.status, 200);
        browser.submit_to("/approve", &[]).await;
        assert!(browser.page.text().contains("You approved it"), "{}", browser.page.text());
        assert!(app.decisions().await.len() > decided, "decided by risk like any sign-in");
        let tokens = poll(&client, &asked).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        let id = verified(app, &tokens.text("id_token")).await;
        assert_eq!((&id["aud"], &id["acr"]), (&json!("bank"), &json!("aal1")));
        assert_eq!(client.userinfo(&tokens.text("access_token")).await.body["email"], CAROL);
        assert_eq!(client.refresh(&tokens.text("refresh_token")).await.status, 200);
        assert_eq!(poll(&client, &asked).await.error(), "invalid_grant", "once");
        open(app, &mut other, ALICE).await;
        assert!(!other.page.text().contains("W4SCT"), "each sees the own");
    }

    async fn ciba_11_a_no_is_told_and_can_be_a_report(app: &TestApp) {
        let client = bank(app, "bank", json!({})).await;
        let mut browser = Browser::new(app);
        for (answer, words) in [("no", "gets no access"), ("unexpected", "did not expect it")] {
            let asked = ask(&client, &[]).await;
            open(app, &mut browser, CAROL).await;
            browser.submit_to("/deny", &[("answer", answer)]).await;
            assert!(browser.page.text().contains(words), "{}", browser.page.text());
            assert_eq!(poll(&client, &asked).await.error(), "access_denied");
            assert_ne!(approve(app, &asked, CAROL).await, 204, "the first answer counts");
        }
        let user = app.store().await.user_by_email(CAROL).await.unwrap().unwrap().id;
        let events = app.store().await.events(Some(user), &tidegate::base::page::PageRequest::new(None, 50)).await.unwrap();
        let reported = events.items.iter().filter(|event| event.code == "risk.request_reported").count();
        assert_eq!(reported, 1);
    }

    async fn ciba_10_1_ids_expire_and_are_for_their_client(app: &TestApp) {
        let (client, other) = (bank(app, "bank", json!({})).await, bank(app, "other", json!({})).await);
        let asked = ask(&client, &[("requested_expiry", "30")]).await;
        assert_eq!(asked.body["expires_in"], 30);
        assert_eq!(poll(&other, &asked).await.error(), "invalid_grant");
        let wrong = [("grant_type", GrantType::Ciba.name()), ("auth_req_id", "tgb_x.y")];
        assert_eq!(client.call("/token", &wrong).await.error(), "invalid_grant");
        app.advance(Duration::from_secs(30));
        assert_eq!(poll(&client, &asked).await.error(), "expired_token");
        assert_ne!(approve(app, &asked, CAROL).await, 204, "too late");
        assert_eq!(poll(&client, &asked).await.error(), "expired_token");
    }

    /// What is approved is given once, however many ask at once.
    async fn ciba_10_1_tokens_are_given_once(app: &TestApp) {
        let client = bank(app, "bank", json!({})).await;
        let asked = ask(&client, &[]).await;
        assert_ne!(approve(app, &asked, ALICE).await, 204, "only who was asked answers");
        assert_eq!(approve(app, &asked, CAROL).await, 204);
        let all = futures_util::future::join_all((0..6).map(|_| poll(&client, &asked))).await;
        assert_eq!(all.iter().filter(|answer| answer.status == 200).count(), 1);
    }

    async fn ciba_7_1_requests_are_checked(app: &TestApp) {
        let client = bank(app, "bank", json!({})).await;
        let long = "x".repeat(1_234);
        for (what, more, status, error) in [
            ("two hints", vec![("id_token_hint", "x")], 400, "invalid_request"),
            ("no hint", vec![("login_hint", "")], 400, "invalid_request"),
            ("a token hint", vec![("login_hint", ""), ("login_hint_token", "x")], 400, "invalid_request"),
            ("a foreign hint", vec![("login_hint", ""), ("id_token_hint", "x")], 400, "invalid_request"),
            ("nobody", vec![("login_hint", "nobody@demo.test")], 400, "unknown_user_id"),
            ("a long message", vec![("binding_message", &long)], 400, "invalid_binding_message"),
            ("bad expiry", vec![("requested_expiry", "soon")], 400, "invalid_request"),
            ("no openid", vec![("scope", "email")], 400, "invalid_scope"),
        ] {
            let refused = ask(&client, &more).await;
            assert_eq!((refused.status, refused.error()), (status, error), "{what}: {}", refused.body);
        }
        assert_eq!(App::web(app).await.call("/bc-authorize", &[]).await.error(), "unauthorized_client");
        // Nobody is worn down: a fourth question within a quarter of an hour is refused (section 13).
        for _ in 0..3 {
            assert_eq!(ask(&client, &[]).await.status, 200);
        }
        let refused = ask(&client, &[]).await;
        assert_eq!((refused.status, refused.error()), (403, "access_denied"));
        app.advance(Duration::from_mins(15));
        let again = ask(&client, &[]).await;
        approve(app, &again, CAROL).await;
        let tokens = poll(&client, &again).await;
        let hint = tokens.text("id_token");
        let hinted = ask(&client, &[("login_hint", ""), ("id_token_hint", &hint)]).await;
        assert_eq!(hinted.status, 200, "{}", hinted.body);
    }

    /// Asked for more than the session has, the person proves it.
    async fn ciba_7_1_acr_values_ask_for_what_is_missing(app: &TestApp) {
        let client = bank(app, "bank", json!({})).await;
        let bob = "bob@demo.test";
        let asked = ask(&client, &[("login_hint", bob), ("acr_values", "aal2")]).await;
        let mut browser = Browser::new(app);
        browser.get("/t/demo/account/requests").await;
        browser.submit("password", &[("email", bob), ("password", PASSWORD)]).await;
        let mut codes = 0;
        for _ in 0..4 {
            if browser.page.has_field("code") {
                codes += 1;
                let code = app.totp(bob);
                browser.submit("code", &[("code", &code)]).await;
            } else if browser.page.has_field("remember") {
                browser.submit("remember", &[("remember", "no")]).await;
            } else if browser.page.heading() == "Requests of apps" && browser.page.text().contains("Tide Bank") {
                browser.submit_to("/approve", &[]).await;
            }
        }
        assert!(codes > 0);
        let tokens = poll(&client, &asked).await;
        assert_eq!(tokens.status, 200, "{} {}", tokens.body, browser.page.text());
        assert_eq!(claims(&tokens.text("id_token"))["acr"], "aal2");
    }

    async fn ciba_4_what_does_not_fit_is_not_registered(app: &TestApp) {
        let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        for more in [
            json!({"backchannel_token_delivery_mode": "push"}),
            json!({"backchannel_token_delivery_mode": null}),
            json!({"backchannel_token_delivery_mode": "ping"}),
            json!({"backchannel_user_code_parameter": true}),
            json!({"backchannel_authentication_request_signing_alg": "ES256"}),
            json!({"token_endpoint_auth_method": "none"}),
            json!({"grant_types": ["client_credentials"]}),
        ] {
            let wanted = NewClient { document: document(&more).as_object().cloned().unwrap(), unknown: Unknown::Refuse };
            assert!(clients::create(&actor, &app.shared.platform, wanted).await.is_err(), "{more}");
        }
    }
}
