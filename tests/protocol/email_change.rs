//! Another mail address: what must be proven, what the owner of the old one can undo, and what cools down meanwhile.

use std::time::Duration;

use tidegate::domain::action::Action;

use crate::on_each_store;
use crate::support::browser::{Browser, SAFARI};
use crate::support::{Kind, PASSWORD, TestApp};

const NEW: &str = "carol@elsewhere.example";

async fn ask(browser: &mut Browser, to: &str) {
    browser.get("/t/demo/account/email").await;
    browser.submit("email", &[("email", to)]).await;
}

/// Signs carol in and moves her to [`NEW`].
async fn moved(app: &TestApp) -> Browser {
    let mut browser = Browser::new(app);
    browser.sign_in(app, "carol@demo.test").await;
    ask(&mut browser, NEW).await;
    let code = app.mail_code(NEW).await;
    browser.submit("code", &[("code", &code)]).await;
    assert!(
        browser.page.text().contains("Your address was changed"),
        "{}",
        browser.page.text()
    );
    browser
}

/// The link in the mail to the old address.
async fn undo_link(app: &TestApp) -> String {
    app.mail("carol@demo.test", |mail| {
        let told = mail.kind == "email_changed";
        let words = mail
            .text
            .split_whitespace()
            .find(|word| word.contains("/notice/no?"));
        words.filter(|_| told).map(str::to_owned)
    })
    .await
}

async fn carol(app: &TestApp) -> Option<tidegate::domain::user::User> {
    app.store().await.user_by_email("carol@demo.test").await.unwrap()
}

on_each_store! {
    /// The address changes with the code that was sent to it, and not before; it is a decision of its own.
    async fn an_address_changes_only_when_it_is_proven(app: &TestApp) {
        let mut elsewhere = Browser::new(app).with_agent(SAFARI);
        elsewhere.sign_in(app, "carol@demo.test").await;
        let mut browser = Browser::new(app);
        browser.sign_in(app, "carol@demo.test").await;
        for (typed, words) in [("nonsense", "isn’t an email address"), ("carol@demo.test", "address you have now")] {
            ask(&mut browser, typed).await;
            assert!(browser.page.status == 422 && browser.page.text().contains(words), "{}", browser.page.text());
        }
        ask(&mut browser, NEW).await;
        assert_eq!(browser.page.heading(), "Check your mail", "{}", browser.page.text());
        browser.submit("code", &[("code", "000000")]).await;
        assert!(browser.page.text().contains("9 tries left"), "{}", browser.page.text());
        assert!(carol(app).await.is_some(), "nothing changes without the code");
        let code = app.mail_code(NEW).await;
        browser.submit("code", &[("code", &code)]).await;
        assert!(browser.page.text().contains(NEW), "{}", browser.page.text());
        let user = app.store().await.user_by_email(NEW).await.unwrap().unwrap();
        assert!(user.email_verified_at.is_some());
        assert!(app.decisions().await.iter().any(|decision| decision.action == Action::ChangeEmail));
        elsewhere.get("/t/demo/account").await;
        assert!(elsewhere.page.has_field("password"), "other sessions ended");
        // It is what is signed in with from now on, and what codes go to.
        let mut later = Browser::new(app);
        later.password(NEW).await;
        later.answer_code(app, NEW).await;
        assert_eq!(later.page.url, format!("{}/demo", later.base), "{}", later.page.text());
    }

    /// An address that has an account looks like any other; only its owner is told (people.md U20).
    async fn a_taken_address_reveals_nothing(app: &TestApp) {
        let mut pages = Vec::new();
        for to in [NEW, "bob@demo.test"] {
            let mut browser = Browser::new(app);
            browser.sign_in(app, "carol@demo.test").await;
            ask(&mut browser, to).await;
            let text = browser.page.text().replace(to, "…");
            let (words, _reference) = text.split_once("Reference").unwrap();
            pages.push((browser.page.status, browser.page.heading(), words.to_owned()));
            browser.submit("code", &[("code", "123456")]).await;
            assert!(browser.page.text().contains("9 tries left"), "{}", browser.page.text());
        }
        assert_eq!(pages[0], pages[1]);
        app.mail("bob@demo.test", |mail| (mail.kind == "account_exists").then_some(())).await;
    }

    /// ASVS 7.5.1: an old session is not enough.
    async fn identity_is_proven_anew(app: &TestApp) {
        let mut browser = Browser::new(app);
        browser.sign_in(app, "carol@demo.test").await;
        app.advance(Duration::from_mins(16));
        browser.get("/t/demo/account/email").await;
        assert!(browser.page.has_field("password"), "{}", browser.page.text());
    }

    /// One click in the old mailbox, without a password: the address is back, and whoever moved it is out.
    async fn the_old_mailbox_puts_the_address_back(app: &TestApp) {
        let mut thief = moved(app).await;
        let link = undo_link(app).await;
        let mut owner = Browser::new(app).with_agent(SAFARI);
        owner.get(&link).await;
        assert!(carol(app).await.is_none(), "a GET acts on nothing (people.md U17)");
        assert!(owner.page.text().contains("put your address c••••@demo.test back"), "{}", owner.page.text());
        owner.submit("token", &[]).await;
        assert_eq!(owner.page.heading(), "Your account is secured", "{}", owner.page.text());
        let user = carol(app).await.unwrap();
        assert!(user.password_reset_required && user.email_verified_at.is_some());
        thief.get("/t/demo/account").await;
        assert!(thief.page.has_field("password"), "{}", thief.page.text());
        owner.get(&link).await;
        assert_eq!(owner.page.status, 400, "once: {}", owner.page.text());
    }

    async fn the_link_works_for_seven_days(app: &TestApp) {
        moved(app).await;
        let link = undo_link(app).await;
        app.advance(Duration::from_hours(7 * 24));
        let mut owner = Browser::new(app);
        owner.get(&link).await;
        assert_eq!(owner.page.status, 400, "{}", owner.page.text());
    }

    /// Whoever moved the account can't take it further while the owner may still object: no other address, no recovery by the new
    /// mailbox alone. A link of a later address does not outlive the undoing of an earlier one.
    async fn the_account_cools_down(app: &TestApp) {
        let mut thief = moved(app).await;
        ask(&mut thief, "third@elsewhere.example").await;
        assert!(thief.page.status == 422 && thief.page.text().contains("stays for three days"), "{}", thief.page.text());
        let mut recovering = Browser::new(app).with_agent(SAFARI);
        recovering.get("/t/demo/recover").await;
        recovering.submit("email", &[("email", NEW)]).await;
        let code = app.mail(NEW, |mail| {
            let code = mail.code.as_ref().map(|code| code.expose().clone());
            code.filter(|_| mail.kind == "new_password_code")
        }).await;
        recovering.submit("code", &[("code", &code)]).await;
        assert_eq!(recovering.page.heading(), "Not possible at the moment", "{}", recovering.page.text());
        app.advance(Duration::from_hours(73));
        let mut thief = Browser::new(app);
        thief.password_at("/t/demo/account/email", NEW).await;
        thief.answer_code(app, NEW).await;
        thief.submit("email", &[("email", "third@elsewhere.example")]).await;
        let code = app.mail_code("third@elsewhere.example").await;
        thief.submit("code", &[("code", &code)]).await;
        assert!(thief.page.text().contains("third@elsewhere.example"), "{}", thief.page.text());
        let later = app.mail(NEW, |mail| {
            let link = mail.text.split_whitespace().find(|word| word.contains("/notice/no?"));
            link.filter(|_| mail.kind == "email_changed").map(str::to_owned)
        }).await;
        let link = undo_link(app).await;
        let mut owner = Browser::new(app).with_agent(SAFARI);
        owner.get(&link).await;
        owner.submit("token", &[]).await;
        assert!(carol(app).await.is_some());
        thief.get(&later).await;
        assert_eq!(thief.page.status, 400, "{}", thief.page.text());
    }

    /// The console is entered by a decision of its own, and an admin whose account was moved changes nothing for a while.
    async fn a_moved_admin_changes_nothing_in_the_console(app: &TestApp) {
        let mut browser = Browser::new(app);
        browser.password_at("/t/demo/account/email", "admin@demo.test").await;
        browser.answer_code(app, "admin@demo.test").await;
        if browser.page.has_field("method") {
            browser.submit("method", &[("method", "totp")]).await;
            browser.answer_code(app, "admin@demo.test").await;
        }
        browser.submit("email", &[("email", "boss@elsewhere.example")]).await;
        let code = app.mail_code("boss@elsewhere.example").await;
        browser.submit("code", &[("code", &code)]).await;
        assert!(browser.page.text().contains("Your address was changed"), "{}", browser.page.text());
        app.advance(Duration::from_mins(1));
        let mut console = Browser::new(app);
        console.get("/console?tenant=demo").await;
        console.submit("password", &[("email", "boss@elsewhere.example"), ("password", PASSWORD)]).await;
        let code = app.totp("admin@demo.test");
        console.submit("code", &[("code", &code)]).await;
        assert!(app.decisions().await.iter().any(|decision| decision.action == Action::AdminElevate));
        console.get("/console/keys?tenant=demo").await;
        assert_eq!(console.page.status, 200, "{}", console.page.text());
        let form = console.form("csrf").unwrap();
        let csrf = form.fields.iter().find(|(name, _)| name == "csrf").unwrap().1.clone();
        console.post("/console/keys/rotate?tenant=demo", &[("csrf", &csrf)]).await;
        assert!(console.page.status == 403 && console.page.text().contains("change nothing"), "{}", console.page.text());
    }
}
