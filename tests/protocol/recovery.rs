//! Forgotten passwords: what must be proven, what is told to whom, and what can't be learned or dodged.

use std::time::Duration;

use tidegate::domain::action::Action;
use tidegate::domain::decision::Decision;

use crate::on_each_store;
use crate::support::browser::{Browser, SAFARI, query_of};
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

/// As far as the page that asks for a factor beside the mailbox, and says that all are lost.
async fn lose_everything(app: &TestApp, browser: &mut Browser, client: &App) {
    forget(browser, client, "bob@demo.test").await;
    // Mails of earlier tries are there too: the newest counts.
    give_mail_code(browser, app, "bob@demo.test").await;
    browser.submit("lost", &[("lost", "all")]).await;
}

async fn objection(app: &TestApp) -> String {
    app.mail("bob@demo.test", |mail| {
        let asked = mail.kind == "recovery_asked";
        let words = mail
            .text
            .split_whitespace()
            .find(|word| word.contains("/notice/no?"));
        words.filter(|_| asked).map(str::to_owned)
    })
    .await
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

    /// Lost factors are replaced after the waiting period by ones that are as strong, and nothing is weaker at any time.
    async fn lost_factors_are_replaced_after_a_waiting_period(app: &TestApp) {
        let client = App::web(app).await;
        let old = app.totp("bob@demo.test");
        let mut browser = Browser::new(app);
        lose_everything(app, &mut browser, &client).await;
        assert_eq!(browser.page.heading(), "Please come back later", "{}", browser.page.text());
        objection(app).await;
        // An unknown browser waits three times the tenant's 24 hours.
        for (hours, heading) in [(71, "Please come back later"), (1, "Choose a new password")] {
            app.advance(Duration::from_hours(hours));
            browser = Browser::new(app);
            lose_everything(app, &mut browser, &client).await;
            assert_eq!(browser.page.heading(), heading, "{}", browser.page.text());
        }
        browser.submit("password", &[("password", NEW)]).await;
        let store = app.store().await;
        let user = store.user_by_email("bob@demo.test").await.unwrap().unwrap();
        assert!(store.credentials_of(user.id).await.unwrap().len() >= 2, "the old factor stays until there is a new one");
        let secret = browser.page.totp_secret();
        let code = tidegate::factors::totp::current(&secret, app.now()).unwrap();
        assert_ne!(code, old);
        browser.submit("code", &[("code", &code)]).await;
        let id_token = tokens(&client, &browser).await;
        assert_eq!(id_token["acr"], "aal2");
        app.mail("bob@demo.test", |mail| (mail.kind == "recovered").then_some(())).await;
        let factors = store.credentials_of(user.id).await.unwrap();
        assert_eq!(factors.len(), 2, "password and the new app");
        // The cool-down: what guards the account now can't be taken away.
        let totp = factors.iter().find(|factor| factor.secret.method().name() == "totp").unwrap().id;
        browser.get(&format!("/t/demo/account/factors/{totp}/remove")).await;
        browser.submit("csrf", &[]).await;
        assert_eq!(browser.page.status, 409, "{}", browser.page.text());
        assert!(browser.page.text().contains("nothing can be removed for three days"), "{}", browser.page.text());
        assert_eq!(store.credentials_of(user.id).await.unwrap().len(), 2);
    }

    /// One click in the mail, without a password; and no other begins for a week.
    async fn the_owner_stops_a_recovery_from_the_mail(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        lose_everything(app, &mut browser, &client).await;
        let link = objection(app).await;
        let mut owner = Browser::new(app);
        owner.get(&link).await;
        owner.submit("token", &[]).await;
        assert_eq!(owner.page.heading(), "Your account is secured", "{}", owner.page.text());
        for (hours, heading) in [(0, "Not possible at the moment"), (7 * 24 - 1, "Not possible at the moment"), (2, "Please come back later")] {
            app.advance(Duration::from_hours(hours));
            browser = Browser::new(app);
            lose_everything(app, &mut browser, &client).await;
            assert_eq!(browser.page.heading(), heading, "{}", browser.page.text());
        }
    }

    /// Stopped between the last two pages: nothing is replaced.
    async fn an_objection_at_the_last_moment_counts(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        lose_everything(app, &mut browser, &client).await;
        app.advance(Duration::from_hours(72));
        browser = Browser::new(app);
        lose_everything(app, &mut browser, &client).await;
        browser.submit("password", &[("password", NEW)]).await;
        let secret = browser.page.totp_secret();
        let store = app.store().await;
        let user = store.user_by_email("bob@demo.test").await.unwrap().unwrap();
        let before = store.credentials_of(user.id).await.unwrap().len();
        let mut batch = store.batch();
        batch.stop_recoveries(user.id, app.now());
        store.commit(batch).await.unwrap();
        let code = tidegate::factors::totp::current(&secret, app.now()).unwrap();
        browser.submit("code", &[("code", &code)]).await;
        assert_eq!(browser.page.heading(), "Not possible at the moment", "{}", browser.page.text());
        assert_eq!(store.credentials_of(user.id).await.unwrap().len(), before);
    }

    /// The account page says so and stops it; a sign-in with a factor that is said to be lost stops it too.
    async fn the_owner_at_work_is_told_and_stops_it(app: &TestApp) {
        let client = App::web(app).await;
        let mut owner = Browser::new(app);
        owner.get(&client.authorize(&[("acr_values", "aal2")])).await;
        owner.submit("password", &[("email", "bob@demo.test"), ("password", PASSWORD)]).await;
        owner.answer_code(app, "bob@demo.test").await;
        assert!(owner.left_to.is_some(), "{}", owner.page.text());
        let mut thief = Browser::new(app).with_agent(SAFARI);
        lose_everything(app, &mut thief, &client).await;
        owner.get("/t/demo/account").await;
        assert!(owner.page.text().contains("your other ways to sign in are lost"), "{}", owner.page.text());
        let csrf = owner.form("csrf").unwrap().fields;
        let csrf = csrf.iter().find(|(name, _)| name == "csrf").unwrap().1.clone();
        owner.post("/t/demo/account/recovery/stop", &[("csrf", &csrf)]).await;
        assert!(owner.page.text().contains("The recovery was stopped"), "{}", owner.page.text());
        assert!(!owner.page.text().contains("are lost"), "{}", owner.page.text());
    }

    async fn a_factor_that_is_proven_is_not_lost(app: &TestApp) {
        let client = App::web(app).await;
        let mut thief = Browser::new(app).with_agent(SAFARI);
        lose_everything(app, &mut thief, &client).await;
        let mut owner = Browser::new(app);
        owner.get(&client.authorize(&[("acr_values", "aal2")])).await;
        owner.submit("password", &[("email", "bob@demo.test"), ("password", PASSWORD)]).await;
        owner.answer_code(app, "bob@demo.test").await;
        assert!(owner.left_to.is_some(), "{}", owner.page.text());
        thief = Browser::new(app).with_agent(SAFARI);
        lose_everything(app, &mut thief, &client).await;
        assert_eq!(thief.page.heading(), "Not possible at the moment", "{}", thief.page.text());
    }

    /// Where the tenant leaves it to support there is no such way.
    async fn without_a_waiting_period_lost_factors_are_for_support(app: &TestApp) {
        app.settings(|settings| settings.recovery_wait_hours = 0).await;
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        forget(&mut browser, &client, "bob@demo.test").await;
        give_mail_code(&mut browser, app, "bob@demo.test").await;
        assert!(!browser.page.has_field("lost"), "{}", browser.page.text());
        let mut form = browser.form("code").unwrap();
        form.action = form.action.replace("/signin/code", "/signin/lost");
        browser.send(&form, &[("lost", "all")]).await;
        assert!(browser.page.has_field("code"), "{}", browser.page.text());
    }
}
