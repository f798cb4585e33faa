//! One sign-in under way, seen by an adversary: what changed meanwhile, answers to questions that nobody asked, and another
//! person than the one it is about.

use std::time::Duration;

use tidegate::admin::{Actor, users};
use tidegate::domain::assurance::Acr;
use tidegate::domain::client::ClientSettings;

use crate::on_each_store;
use crate::support::browser::{Browser, query_of};
use crate::support::client::{App, claims, web};
use crate::support::{Kind, PASSWORD, TestApp};

const CAROL: &str = "carol@demo.test";
const BOB: &str = "bob@demo.test";

async fn asking_consent(app: &TestApp) -> App {
    let settings = ClientSettings {
        require_consent: true,
        ..ClientSettings::default()
    };
    App::register(app, "asks", web(), settings).await
}

/// What the app was told, by parameter.
fn told(browser: &Browser, name: &str) -> Option<String> {
    browser.left_to.as_deref().and_then(|to| query_of(to, name))
}

on_each_store! {
    /// ASVS 5 7.4.1, 7.4.3: a session that was ended is not brought back by a sign-in that began with it.
    async fn a_session_that_ended_meanwhile_proves_nothing(app: &TestApp) {
        let client = asking_consent(app).await;
        let mut browser = Browser::new(app);
        browser.sign_in(app, CAROL).await;
        browser.get(&client.authorize(&[])).await;
        assert!(browser.page.has_field("consent"), "{}", browser.page.text());
        let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        users::end_sessions(&actor, &app.shared.platform, CAROL).await.unwrap();
        browser.submit("consent", &[("consent", "allow")]).await;
        assert_eq!(told(&browser, "code"), None, "no code without a live session");
        assert!(browser.page.has_field("password"), "{}", browser.page.text());
    }

    /// ASVS 5 7.4.3: whoever waits with the old password in a sign-in under way stays outside once it was replaced.
    async fn a_password_that_was_replaced_meanwhile_no_longer_counts(app: &TestApp) {
        let client = asking_consent(app).await;
        let mut owner = Browser::new(app);
        owner.sign_in(app, CAROL).await;
        let mut thief = Browser::new(app);
        thief.get(&client.authorize(&[])).await;
        thief.submit("password", &[("email", CAROL), ("password", PASSWORD)]).await;
        thief.answer_code(app, CAROL).await;
        assert!(thief.page.has_field("consent"), "{}", thief.page.text());
        app.advance(Duration::from_mins(1));
        owner.get("/t/demo/account/password").await;
        let new = "a quite different winter evening";
        owner.submit("password", &[("current_password", PASSWORD), ("password", new)]).await;
        thief.submit("consent", &[("consent", "allow")]).await;
        assert_eq!(told(&thief, "code"), None, "the old password opens nothing");
        assert!(thief.page.has_field("password"), "{}", thief.page.text());
    }

    /// ASVS 5 7.4.3: signing out everywhere shuts out whoever waits half way in a sign-in of their own.
    async fn signing_out_everywhere_stops_sign_ins_under_way(app: &TestApp) {
        let client = asking_consent(app).await;
        let mut thief = Browser::new(app);
        thief.get(&client.authorize(&[])).await;
        thief.submit("password", &[("email", CAROL), ("password", PASSWORD)]).await;
        thief.answer_code(app, CAROL).await;
        assert!(thief.page.has_field("consent"), "{}", thief.page.text());
        app.advance(Duration::from_secs(1));
        let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        users::end_sessions(&actor, &app.shared.platform, CAROL).await.unwrap();
        thief.submit("consent", &[("consent", "allow")]).await;
        assert_eq!(told(&thief, "code"), None);
        assert!(thief.page.has_field("password"), "{}", thief.page.text());
    }

    /// OpenID Connect Core 2 (`amr`, `auth_time`): a new authentication is not decorated with the factors of an older one.
    async fn a_new_authentication_claims_only_what_it_proved(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        browser.sign_in(app, BOB).await;
        app.advance(Duration::from_mins(1));
        browser.get(&client.authorize(&[("prompt", "login")])).await;
        browser.submit("password", &[("email", BOB), ("password", PASSWORD)]).await;
        let code = told(&browser, "code").unwrap_or_else(|| panic!("{}", browser.page.text()));
        let id = claims(&client.redeem(&code).await.text("id_token"));
        assert_eq!((&id["acr"], &id["amr"]), (&"aal1".into(), &serde_json::json!(["pwd"])), "{id}");
    }

    /// ASVS 5 7.2.4: who signs in as somebody else on a browser ends the session that was there.
    async fn signing_in_as_another_person_ends_the_session_before(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        browser.sign_in(app, CAROL).await;
        let carols = browser.cookie("tg_s_").unwrap().clone();
        browser.get(&client.authorize(&[("prompt", "login")])).await;
        browser.submit("password", &[("email", BOB), ("password", PASSWORD)]).await;
        browser.answer_code(app, BOB).await;
        assert!(told(&browser, "code").is_some(), "{}", browser.page.text());
        browser.set_cookie("tg_s_", &carols);
        browser.get(&client.authorize(&[("prompt", "none")])).await;
        assert_eq!(told(&browser, "error").as_deref(), Some("login_required"));
    }

    /// OpenID Connect Core 3.1.2.2: no token for another person than the hinted one, even with a live session.
    async fn a_hint_of_another_person_never_gives_this_ones_code(app: &TestApp) {
        let client = App::web(app).await;
        let mut other = Browser::new(app);
        other.get(&client.authorize(&[])).await;
        other.submit("password", &[("email", BOB), ("password", PASSWORD)]).await;
        other.answer_code(app, BOB).await;
        let code = told(&other, "code").unwrap_or_else(|| panic!("{}", other.page.text()));
        let hint = client.redeem(&code).await.text("id_token");
        let mut browser = Browser::new(app);
        browser.sign_in(app, CAROL).await;
        browser.get(&client.authorize(&[("prompt", "none"), ("id_token_hint", &hint)])).await;
        assert_eq!(told(&browser, "error").as_deref(), Some("login_required"));
        browser.left_to = None;
        browser.get(&client.authorize(&[("id_token_hint", &hint)])).await;
        assert!(browser.page.has_field("password"), "{}", browser.page.text());
        browser.submit("password", &[("email", CAROL), ("password", PASSWORD)]).await;
        assert_eq!(told(&browser, "error").as_deref(), Some("login_required"));
        other.get(&client.authorize(&[("prompt", "none"), ("id_token_hint", &hint)])).await;
        assert!(told(&other, "code").is_some(), "the hinted person goes through");
    }

    /// Consent is an answer to a page that showed what is asked (ASVS 5 10.7.1); one that was given before it is none.
    async fn consent_before_the_question_is_none(app: &TestApp) {
        let client = asking_consent(app).await;
        let mut browser = Browser::new(app);
        browser.get(&client.authorize(&[])).await;
        let mut early = browser.form("password").unwrap();
        early.action = early.action.replace("/signin/password", "/signin/consent");
        browser.send(&early, &[("consent", "allow")]).await;
        browser.submit("password", &[("email", CAROL), ("password", PASSWORD)]).await;
        browser.answer_code(app, CAROL).await;
        assert_eq!(told(&browser, "code"), None);
        assert!(browser.page.has_field("consent"), "{}", browser.page.text());
    }

    /// Remembering is offered to who proved a second factor just now; a remembered browser can't prolong itself.
    async fn a_remembered_browser_does_not_prolong_itself(app: &TestApp) {
        app.settings(|settings| settings.floor = Acr::Aal2).await;
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        browser.get(&client.authorize(&[])).await;
        browser.submit("password", &[("email", BOB), ("password", PASSWORD)]).await;
        let code = app.totp(BOB);
        browser.submit("code", &[("code", &code)]).await;
        browser.submit("remember", &[("remember", "yes")]).await;
        assert!(told(&browser, "code").is_some(), "{}", browser.page.text());
        let mut sign_in_late = async |days: u64| {
            app.advance(Duration::from_hours(24 * days));
            browser.left_to = None;
            browser.get(&client.authorize(&[("prompt", "login")])).await;
            let mut early = browser.form("password").unwrap();
            early.action = early.action.replace("/signin/password", "/signin/remember");
            browser.send(&early, &[("remember", "yes")]).await;
            browser.submit("password", &[("email", BOB), ("password", PASSWORD)]).await;
            browser.left_to.is_some()
        };
        assert!(sign_in_late(20).await, "remembered");
        assert!(!sign_in_late(20).await, "forty days later a second factor is due again");
    }
}
