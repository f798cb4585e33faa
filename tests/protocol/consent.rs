//! Consent to sensitive scopes is decided about by itself, as action `consent` (features.md E1).

use serde_json::json;
use tidegate::admin::Actor;
use tidegate::admin::resources::{self, NewResource};
use tidegate::domain::action::Action;
use tidegate::domain::decision::{Decision, Ending};

use crate::on_each_store;
use crate::support::browser::{Browser, query_of};
use crate::support::client::App;
use crate::support::{Kind, PASSWORD, TestApp};

const ORDERS: &str = "https://orders.test";
const BOB: &str = "bob@demo.test";

/// A third-party app that may ask for an ordinary and a sensitive scope of one API.
async fn shop(app: &TestApp) -> App {
    let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
    let wanted = NewResource {
        identifier: ORDERS.to_owned(),
        scopes: vec!["orders:read orders:pay".to_owned()],
        detail_types: Vec::new(),
        sensitive: vec!["orders:pay".to_owned()],
        client: None,
    };
    resources::create(&actor, &app.shared.platform, &wanted)
        .await
        .unwrap();
    let more = json!({"scope": "openid orders:read orders:pay", "require_consent": true});
    App::create(app, "shop", more).await
}

/// A policy that lets everybody in and answers this to consent.
async fn policy(app: &TestApp, outcome: &str) {
    let document = format!(
        "schema = 1\nname = \"consent\"\nsummary = \"test\"\nmode = \"enforce\"\n\
         [ladder.default]\nbands = [{{ from = 0, outcome = \"allow\" }}]\n\
         [ladder.consent]\nbands = [{{ from = 0, {outcome} }}]\n"
    );
    app.policy(&document).await;
}

async fn ask(browser: &mut Browser, client: &App, scope: &str) {
    let address = client.authorize(&[("scope", scope), ("resource", ORDERS)]);
    browser.get(&address).await;
    if browser.page.has_field("password") && browser.left_to.is_none() {
        browser
            .submit("password", &[("email", BOB), ("password", PASSWORD)])
            .await;
    }
}

async fn decisions(app: &TestApp) -> Vec<Decision> {
    let all = app.decisions().await;
    all.into_iter()
        .filter(|decision| decision.action == Action::Consent)
        .collect()
}

on_each_store! {
    async fn a_sensitive_scope_asks_for_more_before_the_question(app: &TestApp) {
        let client = shop(app).await;
        policy(app, "outcome = \"step_up\", strength = \"totp\"").await;
        let mut browser = Browser::new(app);
        ask(&mut browser, &client, "openid orders:read").await;
        assert!(browser.page.has_field("consent"), "{}", browser.page.text());
        browser.submit("consent", &[("consent", "allow")]).await;
        assert!(decisions(app).await.is_empty(), "an ordinary scope is not decided about");

        ask(&mut browser, &client, "openid orders:read orders:pay").await;
        assert!(browser.page.text().contains("What you are about to do is sensitive"), "{}", browser.page.text());
        assert_eq!(decisions(app).await[0].ended, None);
        browser.submit("code", &[("code", &app.totp(BOB))]).await;
        assert!(browser.page.has_field("consent"), "{}", browser.page.text());
        browser.submit("consent", &[("consent", "allow")]).await;
        assert!(query_of(browser.left_to.as_ref().unwrap(), "code").is_some());
        let made = decisions(app).await;
        assert_eq!((made.len(), made[0].ended, made[0].asked.as_deref()), (1, Some(Ending::Passed), Some("totp")));
        assert_eq!(made[0].client.as_ref().unwrap().as_str(), "shop");
        // What was allowed then is not decided about again.
        ask(&mut browser, &client, "openid orders:read orders:pay").await;
        assert!(query_of(browser.left_to.as_ref().unwrap(), "code").is_some(), "{}", browser.page.text());
        assert_eq!(decisions(app).await.len(), 1);
    }

    async fn a_refusal_ends_it_before_the_question(app: &TestApp) {
        let client = shop(app).await;
        policy(app, "outcome = \"deny\"").await;
        let mut browser = Browser::new(app);
        ask(&mut browser, &client, "openid orders:pay").await;
        assert_eq!(browser.page.status, 403, "{}", browser.page.text());
        let made = decisions(app).await;
        assert_eq!((made[0].enforced.as_str(), made[0].ended), ("deny", Some(Ending::Refused)));
        let reference = made[0].reference.to_string();
        assert!(browser.page.text().replace(' ', "").contains(&reference), "{}", browser.page.text());
        // Silently nothing is decided: the app learns that consent is needed (OpenID Connect Core section 3.1.2.6).
        policy(app, "outcome = \"allow\"").await;
        let mut browser = Browser::new(app);
        ask(&mut browser, &client, "openid orders:read").await;
        browser.submit("consent", &[("consent", "allow")]).await;
        let silent = client.authorize(&[("scope", "openid orders:pay"), ("resource", ORDERS), ("prompt", "none")]);
        browser.get(&silent).await;
        assert_eq!(query_of(browser.left_to.as_ref().unwrap(), "error").as_deref(), Some("consent_required"));
        assert_eq!(decisions(app).await.len(), 1);
    }
}
