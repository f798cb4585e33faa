//! Signing in on the hosted pages, with no script.

use std::time::Duration;

use tidegate::domain::client::ClientSettings;

use crate::on_each_store;
use crate::support::browser::{Browser, SAFARI};
use crate::support::client::{App, claims, web};
use crate::support::{Kind, PASSWORD, TestApp};

on_each_store! {
    /// Proofs and the decision belong to a person: who signs in to one's own account and then gives another's password in the same
    /// transaction brings nothing along.
    async fn another_person_in_the_same_sign_in_begins_anew(app: &TestApp) {
        let settings = ClientSettings { require_consent: true, ..ClientSettings::default() };
        let client = App::register(app, "asks", web(), settings).await;
        let mut browser = Browser::new(app);
        browser.get(&client.authorize(&[("acr_values", "aal2")])).await;
        browser.submit("password", &[("email", "bob@demo.test"), ("password", PASSWORD)]).await;
        browser.answer_code(app, "bob@demo.test").await;
        let mut form = browser.form("consent").unwrap_or_else(|| panic!("{}", browser.page.text()));
        form.action = form.action.replace("/signin/consent", "/signin/password");
        browser.send(&form, &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        assert!(!browser.page.has_field("consent"), "{}", browser.page.text());
        assert!(browser.page.has_field("code"), "{}", browser.page.text());
        browser.answer_code(app, "carol@demo.test").await;
        browser.submit("consent", &[("consent", "allow")]).await;
        let left = browser.left_to.clone().unwrap_or_else(|| panic!("{}", browser.page.text()));
        let code = crate::support::browser::query_of(&left, "code").unwrap();
        let id = claims(&client.redeem(&code).await.text("id_token"));
        assert_eq!((&id["acr"], &id["amr"]), (&"aal1".into(), &serde_json::json!(["pwd", "otp"])), "{id}");
    }

    /// A new password is asked of one person; whoever comes next in the same sign-in can't choose it for another account.
    async fn a_new_password_is_chosen_by_whom_it_was_asked_of(app: &TestApp) {
        use tidegate::admin::{Actor, users};
        let client = App::web(app).await;
        let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        for email in ["bob@demo.test", "carol@demo.test"] {
            users::require_password_reset(&actor, &app.shared.platform, email).await.unwrap();
        }
        let mut browser = Browser::new(app);
        browser.get(&client.authorize(&[])).await;
        browser.submit("password", &[("email", "bob@demo.test"), ("password", PASSWORD)]).await;
        browser.answer_code(app, "bob@demo.test").await;
        let asked = browser.form("password").unwrap();
        assert!(asked.action.contains("/signin/new-password"), "{}", browser.page.text());
        let mut other = asked.clone();
        other.action = asked.action.replace("/signin/new-password", "/signin/password");
        browser.send(&other, &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        // Carol is asked for more than her old password, as in any sign-in.
        assert!(browser.page.has_field("code"), "{}", browser.page.text());
    }

    /// The contract's dev profile: a mail code at the first sign-in, then the password alone on the same browser.
    async fn carol_proves_her_mailbox_once(app: &TestApp) {
        let mut browser = Browser::new(app);
        browser.password("carol@demo.test").await;
        assert_eq!(browser.page.heading(), "One more check");
        assert!(browser.page.text().contains("c••••@demo.test"), "{}", browser.page.text());
        let code = app.mail_code("carol@demo.test").await;
        browser.submit("code", &[("code", &code)]).await;
        assert_eq!(browser.page.heading(), "Hello Carol Castro");
        browser.submit("csrf", &[]).await;
        let form = crate::support::browser::Form { action: "/demo/signout".into(), fields: browser.form("csrf").unwrap().fields };
        browser.send(&form, &[]).await;
        assert_eq!(browser.page.heading(), "Harbour Supplies");
        app.advance(Duration::from_hours(1));
        browser.password("carol@demo.test").await;
        assert_eq!(browser.page.heading(), "Hello Carol Castro", "{}", browser.page.text());
    }

    async fn a_code_works_once_and_only_in_the_browser_that_asked(app: &TestApp) {
        let mut owner = Browser::new(app);
        owner.password("carol@demo.test").await;
        let code = app.mail_code("carol@demo.test").await;
        let page = owner.page.url.clone();
        let mut thief = Browser::new(app);
        thief.get(&page).await;
        assert_eq!(thief.page.status, 400);
        assert_eq!(thief.page.heading(), "This sign-in began in another browser");
        owner.submit("code", &[("code", &code)]).await;
        assert_eq!(owner.page.heading(), "Hello Carol Castro");
    }

    async fn unknown_wrong_and_disabled_look_the_same(app: &TestApp) {
        let store = app.store().await;
        let mut dave = store.user_by_email("bob@demo.test").await.unwrap().unwrap();
        dave.status = tidegate::domain::user::UserStatus::Disabled;
        let mut batch = store.batch();
        batch.update_user(&dave);
        store.commit(batch).await.unwrap();
        let mut seen = Vec::new();
        for (email, password) in
            [("nobody@demo.test", PASSWORD), ("carol@demo.test", "not the password at all"), ("bob@demo.test", PASSWORD)]
        {
            let mut browser = Browser::new(app);
            browser.get("/demo/signin").await;
            browser.submit("password", &[("email", email), ("password", password)]).await;
            let text = browser.page.text().replace(email, "X");
            seen.push((browser.page.status, text.split("Back to").next().unwrap().to_owned()));
        }
        assert_eq!(seen[0], seen[1]);
        assert_eq!(seen[0], seen[2]);
        assert!(seen[0].1.contains("That sign-in didn’t work."), "{}", seen[0].1);
    }

    /// Defect 24: a double click is one failure.
    async fn a_double_submit_counts_once(app: &TestApp) {
        let mut browser = Browser::new(app);
        browser.get("/demo/signin").await;
        let form = browser.form("password").unwrap();
        let wrong = [("email", "carol@demo.test"), ("password", "not the password at all")];
        let mut twin = browser.clone();
        let (a, b) = tokio::join!(browser.send(&form, &wrong), twin.send(&form, &wrong));
        assert!(a.text().contains("didn’t work") && b.text().contains("didn’t work"));
        let user = app.store().await.user_by_email("carol@demo.test").await.unwrap().unwrap();
        let page = tidegate::base::page::PageRequest::default();
        let events = app.store().await.events(Some(user.id), &page).await.unwrap().items;
        assert_eq!(events.iter().filter(|event| event.code == "signin.failed").count(), 1);
    }

    /// Defect 14: wrong codes don't use up the tries of the password, nor the reverse.
    async fn passwords_and_codes_are_counted_apart(app: &TestApp) {
        let mut browser = Browser::new(app);
        for _ in 0..9 {
            browser.get("/demo/signin").await;
            browser.submit("password", &[("email", "bob@demo.test"), ("password", "not the password at all")]).await;
        }
        browser.password("bob@demo.test").await;
        assert!(browser.page.has_field("code"), "{}", browser.page.text());
        for _ in 0..9 {
            browser.submit("code", &[("code", "000000")]).await;
        }
        let code = app.totp("bob@demo.test");
        browser.submit("code", &[("code", &code)]).await;
        assert_eq!(browser.page.heading(), "Hello Bob Berger", "{}", browser.page.text());
    }

    /// NIST SP 800-63B-4 section 3.2.2, and people.md W16: strangers are slowed down, the owner's browser is not.
    async fn guessing_is_throttled_but_not_the_owner(app: &TestApp) {
        let mut owner = Browser::new(app);
        owner.sign_in(app, "carol@demo.test").await;
        let mut stranger = Browser::new(app);
        let mut last = 0;
        for _ in 0..12 {
            stranger.get("/demo/signin").await;
            stranger.submit("password", &[("email", "carol@demo.test"), ("password", "guess after guess after")]).await;
            last = stranger.page.status;
        }
        assert_eq!(last, 429);
        assert!(stranger.page.text().contains("Too many tries"));
        stranger.get("/demo/signin").await;
        stranger.submit("password", &[("email", "nobody@demo.test"), ("password", "guess after guess after")]).await;
        assert_eq!(stranger.page.status, 200, "another account is not affected");
        owner.get("/demo/signin?prompt=login").await;
        owner.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        assert_eq!(owner.page.heading(), "Hello Carol Castro", "{}", owner.page.text());
    }

    async fn a_totp_code_is_never_accepted_twice(app: &TestApp) {
        let client = App::web(app).await;
        let code = app.totp("bob@demo.test");
        let mut first = Browser::new(app);
        first.get(&client.authorize(&[("acr_values", "aal2")])).await;
        first.submit("password", &[("email", "bob@demo.test"), ("password", PASSWORD)]).await;
        first.submit("code", &[("code", &code)]).await;
        assert!(first.left_to.is_some(), "{}", first.page.text());
        let mut second = Browser::new(app);
        second.get(&client.authorize(&[("acr_values", "aal2")])).await;
        second.submit("password", &[("email", "bob@demo.test"), ("password", PASSWORD)]).await;
        if let Some(method) = second.form("method") {
            second.send(&method, &[("method", "totp")]).await;
        }
        second.submit("code", &[("code", &code)]).await;
        assert!(second.left_to.is_none());
        assert!(second.page.text().contains("used already"), "{}", second.page.text());
    }

    /// people.md U16: reloading the address after the end leads on instead of failing.
    async fn a_finished_page_that_is_loaded_again_leads_on(app: &TestApp) {
        let mut browser = Browser::new(app);
        browser.password("carol@demo.test").await;
        let page = browser.page.url.clone();
        let code = app.mail_code("carol@demo.test").await;
        browser.submit("code", &[("code", &code)]).await;
        browser.get(&page).await;
        assert_eq!(browser.page.status, 200);
        assert!(browser.page.url.ends_with("/demo"), "{}", browser.page.url);
    }

    async fn an_old_page_says_so_and_offers_a_way_on(app: &TestApp) {
        let mut browser = Browser::new(app);
        browser.get("/demo/signin").await;
        let form = browser.form("password").unwrap();
        app.advance(Duration::from_mins(31));
        browser.send(&form, &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        assert_eq!(browser.page.status, 410);
        assert!(browser.page.html.contains("/t/demo/account"));
    }

    /// Parallel tabs do not disturb each other (people.md U14).
    async fn two_tabs_sign_in_side_by_side(app: &TestApp) {
        let client = App::web(app).await;
        let mut one = Browser::new(app);
        one.get(&client.authorize(&[("state", "one")])).await;
        let first = one.form("password").unwrap();
        one.get(&client.authorize(&[("state", "two")])).await;
        one.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        let code = app.mail_code("carol@demo.test").await;
        one.submit("code", &[("code", &code)]).await;
        assert!(one.left_to.as_ref().unwrap().contains("state=two"));
        one.send(&first, &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        assert!(one.left_to.as_ref().unwrap().contains("state=one"), "{}", one.page.text());
    }

    async fn forms_of_other_sites_change_nothing(app: &TestApp) {
        let mut browser = Browser::new(app);
        browser.get("/demo/signin").await;
        let mut form = browser.form("password").unwrap();
        form.fields.retain(|(name, _)| name != "csrf");
        browser.send(&form, &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        assert_eq!(browser.page.status, 403);
    }

    async fn pages_speak_german_and_carry_their_headers(app: &TestApp) {
        let mut browser = Browser::new(app).with_agent(SAFARI);
        browser.get("/t/demo/authorize?client_id=demo-rp&ui_locales=de").await;
        let client = App::web(app).await;
        browser.get(&client.authorize(&[("ui_locales", "de")])).await;
        assert!(browser.page.html.contains("lang=\"en\"") || browser.page.html.contains("lang=\"de\""));
        let header = |name: &str| browser.page.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        let csp = header("content-security-policy").unwrap();
        assert!(csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'") && !csp.contains("unsafe"));
        assert_eq!(header("cache-control").as_deref(), Some("no-store"));
        assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"));
        assert_eq!(header("tidegate-reference").unwrap().len(), 8);
    }

    /// A tenant's floor asks everybody for a second factor; a remembered browser stands in for it, and the token says so.
    async fn a_remembered_browser_stands_in_for_the_tenants_floor(app: &TestApp) {
        use crate::support::client::claims;
        use tidegate::domain::assurance::Acr;
        app.settings(|settings| settings.floor = Acr::Aal2).await;
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        browser.get(&client.authorize(&[])).await;
        browser.submit("password", &[("email", "bob@demo.test"), ("password", PASSWORD)]).await;
        if let Some(method) = browser.form("method").filter(|_| !browser.page.text().contains("authenticator")) {
            browser.send(&method, &[("method", "totp")]).await;
        }
        let code = app.totp("bob@demo.test");
        browser.submit("code", &[("code", &code)]).await;
        browser.submit("remember", &[("remember", "yes")]).await;
        let to = browser.left_to.clone().unwrap_or_else(|| panic!("{}", browser.page.text()));
        let tokens = client.redeem(&crate::support::browser::query_of(&to, "code").unwrap()).await;
        assert_eq!(claims(&tokens.text("id_token"))["acr"], "aal2");
        app.advance(Duration::from_hours(13));
        browser.get(&client.authorize(&[])).await;
        if browser.left_to.is_none() {
            browser.submit("password", &[("email", "bob@demo.test"), ("password", PASSWORD)]).await;
        }
        let to = browser.left_to.clone().unwrap_or_else(|| panic!("{}", browser.page.text()));
        let tokens = client.redeem(&crate::support::browser::query_of(&to, "code").unwrap()).await;
        assert_eq!(claims(&tokens.text("id_token"))["acr"], "aal1", "remembering never makes the token say more");
        browser.get(&client.authorize(&[("acr_values", "aal2")])).await;
        assert!(browser.left_to.is_none() && browser.page.has_field("code"), "an app that asks gets a fresh one");
    }

    async fn without_a_factor_the_floor_leads_to_enrolment(app: &TestApp) {
        use tidegate::domain::assurance::Acr;
        app.settings(|settings| settings.floor = Acr::Aal2).await;
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        browser.get(&client.authorize(&[])).await;
        browser.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        let code = app.mail_code("carol@demo.test").await;
        browser.submit("code", &[("code", &code)]).await;
        let text = browser.page.text();
        assert!(browser.page.html.contains("<svg"), "{text}");
        let secret: String = browser
            .page
            .html
            .split("<code")
            .find_map(|part| {
                let inner = part.split_once('>')?.1.split_once('<')?.0.replace(' ', "");
                (inner.len() == 32 && inner.chars().all(|c| c.is_ascii_alphanumeric())).then_some(inner)
            })
            .unwrap_or_else(|| panic!("no secret in {text}"));
        let secret = tidegate::factors::totp::from_text(&secret).unwrap();
        let code = tidegate::factors::totp::current(&secret, app.now()).unwrap();
        browser.submit("code", &[("code", &code)]).await;
        if browser.page.has_field("remember") {
            browser.submit("remember", &[("remember", "no")]).await;
        }
        assert!(browser.left_to.is_some(), "{}", browser.page.text());
    }
}
