//! The account page and its acts.

use crate::on_each_store;
use crate::support::browser::{Browser, SAFARI};
use crate::support::client::App;
use crate::support::{Kind, PASSWORD, TestApp};

on_each_store! {
    async fn a_new_password_ends_other_sessions_and_is_told(app: &TestApp) {
        let mut here = Browser::new(app);
        here.sign_in(app, "carol@demo.test").await;
        let mut there = Browser::new(app).with_agent(SAFARI);
        there.sign_in(app, "carol@demo.test").await;
        here.get("/t/demo/account/password").await;
        let new = "a new and quite long passphrase";
        here.submit("password", &[("current_password", "wrong wrong wrong wrong"), ("password", new)]).await;
        assert!(here.page.text().contains("isn’t right"), "{}", here.page.text());
        here.submit("password", &[("current_password", PASSWORD), ("password", "short")]).await;
        assert_eq!(here.page.status, 422);
        here.submit("password", &[("current_password", PASSWORD), ("password", new)]).await;
        assert!(here.page.text().contains("Your password was changed"), "{}", here.page.text());
        there.get("/t/demo/account").await;
        assert!(there.page.has_field("password"), "signed out elsewhere");
        app.mail("carol@demo.test", |mail| (mail.kind == "password_changed").then_some(())).await;
    }

    async fn totp_is_enrolled_used_and_removed(app: &TestApp) {
        let mut browser = Browser::new(app);
        browser.sign_in(app, "carol@demo.test").await;
        browser.get("/t/demo/account/totp").await;
        let secret = browser.page.totp_secret();
        browser.submit("code", &[("code", "000000")]).await;
        assert_eq!(browser.page.status, 422);
        let code = tidegate::factors::totp::current(&secret, app.now()).unwrap();
        browser.submit("code", &[("code", &code)]).await;
        assert!(browser.page.text().contains("Keep these codes"), "{}", browser.page.text());
        browser.get("/t/demo/account").await;
        assert!(browser.page.text().contains("10 left"), "{}", browser.page.text());
        let client = App::web(app).await;
        app.advance(std::time::Duration::from_mins(1));
        browser.get(&client.authorize(&[("acr_values", "aal2")])).await;
        let code = tidegate::factors::totp::current(&secret, app.now()).unwrap();
        browser.submit("code", &[("code", &code)]).await;
        assert!(browser.left_to.is_some(), "{}", browser.page.text());
        let store = app.store().await;
        let user = store.user_by_email("carol@demo.test").await.unwrap().unwrap();
        let factors = store.credentials_of(user.id).await.unwrap();
        let id = factors.iter().find(|factor| factor.secret.method().name() == "totp").unwrap().id;
        browser.get(&format!("/t/demo/account/factors/{id}/remove")).await;
        browser.submit("csrf", &[]).await;
        assert!(store.credentials_of(user.id).await.unwrap().iter().all(|factor| factor.id != id), "{}", browser.page.text());
    }

    /// ASVS 7.5.1: what was put there against a lost password is not taken away by the password.
    async fn a_password_alone_changes_nothing_that_guards_the_account(app: &TestApp) {
        let mut thief = Browser::new(app);
        thief.get("/t/demo/account").await;
        thief.submit("password", &[("email", "bob@demo.test"), ("password", PASSWORD)]).await;
        let mailed = thief.form("method").map(|form| (form, app));
        if let Some((form, app)) = mailed {
            thief.send(&form, &[("method", "email_otp")]).await;
            let code = app.mail_code("bob@demo.test").await;
            thief.submit("code", &[("code", &code)]).await;
        }
        assert_eq!(thief.page.heading(), "Bob Berger", "{}", thief.page.text());
        let store = app.store().await;
        let user = store.user_by_email("bob@demo.test").await.unwrap().unwrap();
        let before = store.credentials_of(user.id).await.unwrap();
        let totp = before.iter().find(|factor| factor.secret.method().name() == "totp").unwrap().id;
        let csrf = thief.form("csrf").unwrap().fields;
        let csrf = csrf.iter().find(|(name, _)| name == "csrf").unwrap().1.clone();
        for path in [format!("factors/{totp}/remove"), "recovery-codes".to_owned(), "totp".to_owned(), "password".to_owned()] {
            thief.post(&format!("/t/demo/account/{path}"), &[("csrf", &csrf)]).await;
            assert_eq!(thief.page.heading(), "Confirm it’s you", "{path}: {}", thief.page.text());
            thief.submit("password", &[("email", "bob@demo.test"), ("password", PASSWORD)]).await;
            assert!(thief.page.text().contains("authenticator app"), "{path}: {}", thief.page.text());
            assert!(!thief.page.text().contains("Code by mail"), "{path}: {}", thief.page.text());
        }
        assert_eq!(store.credentials_of(user.id).await.unwrap().len(), before.len());
        // With the factor it goes on to what was wanted.
        app.advance(std::time::Duration::from_mins(1));
        let code = app.totp("bob@demo.test");
        thief.submit("code", &[("code", &code)]).await;
        assert!(thief.page.url.ends_with("/account/password"), "{}", thief.page.url);
    }

    /// features.md E1: a session that was clean when it began is asked again when it wants to change what guards the account.
    async fn a_change_is_decided_when_it_is_made(app: &TestApp) {
        let mut browser = Browser::new(app);
        browser.sign_in(app, "carol@demo.test").await;
        browser.get("/t/demo/account/totp").await;
        let (form, secret) = (browser.form("code").unwrap(), browser.page.totp_secret());
        browser.dials(&["tor", "impossible_travel"]).await;
        let code = tidegate::factors::totp::current(&secret, app.now()).unwrap();
        browser.send(&form, &[("code", &code)]).await;
        assert!(!browser.page.text().contains("Keep these codes"), "{}", browser.page.text());
        let store = app.store().await;
        let user = store.user_by_email("carol@demo.test").await.unwrap().unwrap();
        assert_eq!(store.credentials_of(user.id).await.unwrap().len(), 1);
        let decisions = app.decisions().await;
        let about = |decision: &&tidegate::domain::decision::Decision| decision.action.to_string() == "enrol_factor";
        let refused = decisions.iter().find(about).unwrap();
        assert_ne!(refused.enforced, "allow", "{refused:?}");
        browser.dials(&[]).await;
        app.advance(std::time::Duration::from_secs(1));
        browser.send(&form, &[("code", &code)]).await;
        assert!(browser.page.text().contains("Keep these codes"), "{}", browser.page.text());
        let decisions = app.decisions().await;
        assert_eq!(decisions.iter().find(about).unwrap().enforced, "allow");
    }

    /// Defect 9, and single use.
    async fn recovery_codes_are_kept_hashed_and_work_once(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        browser.sign_in(app, "bob@demo.test").await;
        browser.get("/t/demo/account").await;
        let form = crate::support::browser::Form {
            action: "/t/demo/account/recovery-codes".into(),
            fields: browser.form("csrf").unwrap().fields.into_iter().filter(|(name, _)| name == "csrf").collect(),
        };
        browser.send(&form, &[]).await;
        let codes: Vec<String> = browser
            .page
            .text()
            .split_whitespace()
            .filter(|word| word.len() == 14 && word.matches('-').count() == 2)
            .map(str::to_owned)
            .collect();
        assert_eq!(codes.len(), 10, "{}", browser.page.text());
        let user = app.store().await.user_by_email("bob@demo.test").await.unwrap().unwrap();
        let stored = format!("{:?}", app.store().await.credentials_of(user.id).await.unwrap());
        assert!(codes.iter().all(|code| !stored.contains(code.as_str())));
        for (attempt, works) in [(0, true), (0, false)] {
            let mut other = Browser::new(app);
            other.get(&client.authorize(&[("acr_values", "aal2")])).await;
            other.submit("password", &[("email", "bob@demo.test"), ("password", PASSWORD)]).await;
            let choose = other.form("method").unwrap();
            other.send(&choose, &[("method", "recovery_code")]).await;
            other.submit("code", &[("code", &codes[attempt].to_lowercase())]).await;
            assert_eq!(other.left_to.is_some(), works, "{}", other.page.text());
        }
    }

    async fn sessions_are_listed_and_ended(app: &TestApp) {
        let mut here = Browser::new(app);
        here.sign_in(app, "carol@demo.test").await;
        let mut there = Browser::new(app).with_agent(SAFARI);
        there.sign_in(app, "carol@demo.test").await;
        here.get("/t/demo/account").await;
        assert!(here.page.text().contains("Safari"), "{}", here.page.text());
        let form = crate::support::browser::Form {
            action: "/t/demo/account/sessions/end-others".into(),
            fields: here.form("csrf").unwrap().fields.into_iter().filter(|(name, _)| name == "csrf").collect(),
        };
        here.send(&form, &[]).await;
        there.get("/t/demo/account").await;
        assert!(there.page.has_field("password"));
        here.get("/t/demo/account").await;
        assert_eq!(here.page.heading(), "Carol Castro");
    }

    async fn an_apps_access_is_taken_away(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        let code = client.code(app, &mut browser, "carol@demo.test", &[]).await;
        let tokens = client.redeem(&code).await;
        browser.get("/t/demo/account").await;
        let form = crate::support::browser::Form {
            action: "/t/demo/account/apps/web/revoke".into(),
            fields: browser.form("csrf").unwrap().fields.into_iter().filter(|(name, _)| name == "csrf").collect(),
        };
        browser.send(&form, &[]).await;
        assert_eq!(client.userinfo(&tokens.text("access_token")).await.status, 401);
        assert_eq!(client.refresh(&tokens.text("refresh_token")).await.error(), "invalid_grant");
    }

    async fn nobody_ends_somebody_elses_session(app: &TestApp) {
        let mut carol = Browser::new(app);
        carol.sign_in(app, "carol@demo.test").await;
        let mut bob = Browser::new(app);
        bob.sign_in(app, "bob@demo.test").await;
        let store = app.store().await;
        let user = store.user_by_email("carol@demo.test").await.unwrap().unwrap();
        let session = store.sessions_of(user.id, None).await.unwrap()[0].id;
        bob.get("/t/demo/account").await;
        let form = crate::support::browser::Form {
            action: format!("/t/demo/account/sessions/{session}/end"),
            fields: bob.form("csrf").unwrap().fields.into_iter().filter(|(name, _)| name == "csrf").collect(),
        };
        bob.send(&form, &[]).await;
        carol.get("/t/demo/account").await;
        assert_eq!(carol.page.heading(), "Carol Castro");
    }
}
