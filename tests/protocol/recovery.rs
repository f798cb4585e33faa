//! Forgotten passwords: what must be proven, what is told to whom, and what can't be learned or dodged.

use tidegate::domain::action::Action;
use tidegate::domain::decision::Decision;

use crate::on_each_store;
use crate::support::browser::{Browser, query_of};
use crate::support::client::{App, claims};
use crate::support::{Kind, PASSWORD, TestApp};

const NEW: &str = "a new and quite long passphrase";

async fn forget(browser: &mut Browser, client: &App, email: &str) {
    browser.get(&client.authorize(&[("prompt", "login")])).await;
    let link = browser.link("Forgot your password?");
    browser.get(&link).await;
    browser.submit("email", &[("email", email)]).await;
}

async fn give_mail_code(browser: &mut Browser, app: &TestApp, email: &str) {
    let code = app.mail_code(email).await;
    browser.submit("code", &[("code", &code)]).await;
}

async fn tokens(client: &App, browser: &Browser) -> serde_json::Value {
    let left = browser
        .left_to
        .as_deref()
        .unwrap_or_else(|| panic!("{}", browser.page.text()));
    let answer = client.redeem(&query_of(left, "code").unwrap()).await;
    claims(&answer.text("id_token"))
}

on_each_store! {
    /// From the app's page to the app, with nothing but the mailbox: the account has nothing else.
    async fn a_forgotten_password_is_replaced_and_the_app_gets_its_answer(app: &TestApp) {
        let client = App::web(app).await;
        let mut elsewhere = Browser::new(app);
        elsewhere.sign_in(app, "carol@demo.test").await;
        let mut browser = Browser::new(app);
        forget(&mut browser, &client, "carol@demo.test").await;
        assert_eq!(browser.page.heading(), "Check your mail");
        give_mail_code(&mut browser, app, "carol@demo.test").await;
        assert_eq!(browser.page.heading(), "Choose a new password", "{}", browser.page.text());
        browser.submit("password", &[("password", "short")]).await;
        assert!(browser.page.text().contains("at least 15"), "{}", browser.page.text());
        browser.submit("password", &[("password", NEW)]).await;
        let id_token = tokens(&client, &browser).await;
        // What was proven, and no more.
        assert_eq!(id_token["acr"], "aal1");
        assert_eq!(id_token["amr"], serde_json::json!(["otp", "pwd"]));
        let decisions = app.decisions().await;
        assert!(decisions.iter().any(|decision| decision.action == Action::Recover), "{decisions:?}");
        app.mail("carol@demo.test", |mail| (mail.kind == "password_changed").then_some(())).await;
        elsewhere.get("/t/demo/account").await;
        assert!(elsewhere.page.has_field("password"), "other sessions ended: {}", elsewhere.page.text());
        let mut later = Browser::new(app);
        later.get(&client.authorize(&[])).await;
        later.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        assert!(later.page.text().contains("That sign-in didn’t work"), "{}", later.page.text());
    }

    /// Known, unknown and switched-off accounts give the same page; only the owner of the mailbox learns more (people.md U20).
    async fn the_page_tells_nobody_whether_there_is_an_account(app: &TestApp) {
        use tidegate::admin::{Actor, users};
        let client = App::web(app).await;
        let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        let off = users::UserChanges {
            status: Some(tidegate::domain::user::UserStatus::Disabled),
            ..users::UserChanges::default()
        };
        users::update(&actor, &app.shared.platform, "bob@demo.test", off).await.unwrap();
        let mut pages = Vec::new();
        for email in ["carol@demo.test", "bob@demo.test", "nobody@demo.test", "not an address"] {
            let mut browser = Browser::new(app);
            forget(&mut browser, &client, email).await;
            let text = browser.page.text().replace(email, "…");
            let (words, _reference) = text.split_once("Reference").unwrap();
            pages.push((browser.page.status, words.to_owned()));
            if email != "carol@demo.test" {
                browser.submit("code", &[("code", "000000")]).await;
                assert!(browser.page.text().contains("9 tries left"), "{}", browser.page.text());
            }
        }
        assert!(pages.windows(2).all(|pair| pair[0] == pair[1]), "{pages:?}");
        let subject = |kind: &'static str| move |mail: &tidegate::outbound::mail::Mail| {
            (mail.kind == kind).then(|| mail.text.clone())
        };
        let told = app.mail("nobody@demo.test", subject("no_account")).await;
        assert!(told.contains("There is no account with this address"), "{told}");
        let told = app.mail("bob@demo.test", subject("disabled")).await;
        assert!(told.contains("switched off"), "{told}");
        let told = app.mail("carol@demo.test", subject("new_password_code")).await;
        assert!(told.contains("without the code nothing changes"), "{told}");
    }

    /// A mailbox never replaces a second factor that is enrolled.
    async fn a_second_factor_is_proven_beside_the_mailbox(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        forget(&mut browser, &client, "bob@demo.test").await;
        give_mail_code(&mut browser, app, "bob@demo.test").await;
        assert!(browser.page.text().contains("one of your other ways to sign in"), "{}", browser.page.text());
        assert!(!browser.page.text().contains("Code by mail"), "{}", browser.page.text());
        // Posting the password at once is not taken.
        let mut form = browser.form("code").unwrap();
        form.action = form.action.replace("/signin/code", "/signin/new-password");
        browser.send(&form, &[("password", NEW)]).await;
        assert!(browser.page.has_field("code"), "{}", browser.page.text());
        let totp = app.totp("bob@demo.test");
        browser.submit("code", &[("code", &totp)]).await;
        assert_eq!(browser.page.heading(), "Choose a new password", "{}", browser.page.text());
        browser.submit("password", &[("password", NEW)]).await;
        let id_token = tokens(&client, &browser).await;
        assert_eq!(id_token["acr"], "aal2");
    }

    /// What was sent to one mailbox opens that account only, in the browser that asked.
    async fn a_code_of_one_mailbox_opens_no_other(app: &TestApp) {
        let client = App::web(app).await;
        let (mut own, mut other) = (Browser::new(app), Browser::new(app));
        forget(&mut own, &client, "carol@demo.test").await;
        let code = app.mail_code("carol@demo.test").await;
        forget(&mut other, &client, "alice@demo.test").await;
        other.submit("code", &[("code", &code)]).await;
        assert!(other.page.text().contains("9 tries left"), "{}", other.page.text());
        // The address can be changed, and then the new mailbox counts.
        let link = own.link("Use another address");
        own.get(&link).await;
        own.submit("email", &[("email", "alice@demo.test")]).await;
        own.submit("code", &[("code", &code)]).await;
        assert!(own.page.text().contains("9 tries left"), "{}", own.page.text());
        // Whoever remembers the password signs in, and nothing was changed.
        let back = own.link("Back to the sign-in");
        own.get(&back).await;
        own.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        own.answer_code(app, "carol@demo.test").await;
        assert!(own.left_to.is_some(), "{}", own.page.text());
    }

    /// A signed-in person that forgot the password proves the mailbox too; the session counts for nothing.
    async fn a_live_session_does_not_replace_the_mailbox(app: &TestApp) {
        let mut browser = Browser::new(app);
        browser.sign_in(app, "carol@demo.test").await;
        browser.get("/t/demo/recover").await;
        assert_eq!(browser.page.heading(), "Forgot your password?", "{}", browser.page.text());
        let mut form = browser.form("email").unwrap();
        form.action = form.action.replace("/signin/mailbox", "/signin/new-password");
        browser.send(&form, &[("password", NEW)]).await;
        assert_eq!(browser.page.heading(), "Forgot your password?", "{}", browser.page.text());
        browser.submit("email", &[("email", "carol@demo.test")]).await;
        assert_eq!(browser.page.heading(), "Check your mail");
        give_mail_code(&mut browser, app, "carol@demo.test").await;
        browser.submit("password", &[("password", NEW)]).await;
        assert_eq!(browser.page.url, format!("{}/t/demo/account", browser.base), "{}", browser.page.text());
    }

    /// Nobody floods a mailbox: the sixth mail in an hour from one network is refused, account or not.
    async fn mails_for_a_forgotten_password_are_limited(app: &TestApp) {
        let client = App::web(app).await;
        for email in ["carol@demo.test", "nobody@demo.test"] {
            for _ in 0..5 {
                let mut browser = Browser::new(app);
                forget(&mut browser, &client, email).await;
                assert_eq!(browser.page.heading(), "Check your mail", "{}", browser.page.text());
            }
            let mut browser = Browser::new(app);
            forget(&mut browser, &client, email).await;
            assert_eq!((browser.page.status, browser.page.heading().as_str()), (429, "Too many tries"));
        }
    }

    /// A sign-in that risk refuses is refused here too.
    async fn recovery_is_decided_by_risk(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        forget(&mut browser, &client, "mallory@demo.test").await;
        give_mail_code(&mut browser, app, "mallory@demo.test").await;
        assert_eq!(browser.page.status, 403, "{}", browser.page.text());
        let decisions = app.decisions().await;
        let refused = |decision: &Decision| decision.action == Action::Recover && decision.enforced == "deny";
        assert!(decisions.iter().any(refused), "{decisions:?}");
    }
}
