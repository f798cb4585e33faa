//! Passwords that must go, passwords that became known, and hashes that other systems kept.

use std::io::Write as _;

use tidegate::domain::tenant::BreachedCheck;

use crate::on_each_store;
use crate::support::browser::Browser;
use crate::support::client::{App, claims};
use crate::support::{Kind, PASSWORD, TestApp};

const NEW: &str = "a new and quite long passphrase";
/// On the list, and long enough.
const LEAKED: &str = "a leaked but rather long passphrase";

/// A list of hashes in order, of the demo password and one more.
fn breached_list() -> (tempfile::NamedTempFile, [(&'static str, toml::Value); 1]) {
    let mut lines: Vec<String> = [PASSWORD, LEAKED, "something else"]
        .iter()
        .map(|word| {
            let digest =
                aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, word.as_bytes());
            format!(
                "{}:7",
                tidegate::base::encoding::hex(digest.as_ref()).to_uppercase()
            )
        })
        .collect();
    lines.sort();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "{}", lines.join("\n")).unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    (file, [("feeds.breached_file", toml::Value::from(path))])
}

async fn stored_hash(app: &TestApp, email: &str) -> String {
    use tidegate::domain::credential::CredentialSecret;
    let store = app.store().await;
    let user = store.user_by_email(email).await.unwrap().unwrap();
    let found = store.credentials_of(user.id).await.unwrap();
    found
        .into_iter()
        .find_map(|credential| match credential.secret {
            CredentialSecret::Password { phc } => Some(phc),
            _ => None,
        })
        .unwrap()
}

async fn import(app: &TestApp, email: &str, hash: &str) -> Result<(), String> {
    use tidegate::admin::{Actor, users};
    let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
    let wanted = users::NewUser {
        email: email.to_owned(),
        password_hash: Some(tidegate::base::secret::Secret::new(hash.to_owned())),
        ..users::NewUser::default()
    };
    users::create(&actor, &app.shared.platform, wanted, users::Passwords::Existing)
        .await
        .map(|_| ())
        .map_err(|error| error.to_string())
}

async fn give_password(browser: &mut Browser, client: &App, email: &str, password: &str) {
    browser.get(&client.authorize(&[("prompt", "login")])).await;
    browser
        .submit("password", &[("email", email), ("password", password)])
        .await;
}

on_each_store! {
    /// Hashes of bcrypt, scrypt, PBKDF2 and Argon2, made by passlib of one password.
    async fn an_imported_hash_is_checked_as_it_is_and_becomes_ours(app: &TestApp) {
        let client = App::web(app).await;
        let password = "pâté en croûte 42";
        for (number, hash) in [
            "$2b$04$Xzaem0xDvYJBqpWw9bvJKeryEXZ9k2UVAak/P/fLF/pm3k9Vne7BK",
            "$scrypt$ln=4,r=8,p=1$spaSMoawNmZM6b23ds75vw$6APXbnXAkf9tOr3wk+vPsN6CcEC5erlIggss1Pv0zgY",
            "$pbkdf2-sha256$1000$pFRqTcnZe8.Zc67VOsf4fw$wvyeTFCs2jXabN6w7lufoShEcxXJ8KiQV89DKqMr9ao",
            "$argon2i$v=19$m=64,t=2,p=2$W6v1vhfC2DtHCGFMyRmj9A$4nrGkRTnM6d8zpldPQmItcnfT4cO+PQl9RsXHlSOgBA",
        ]
        .iter()
        .enumerate()
        {
            let email = format!("moved{number}@demo.test");
            import(app, &email, hash).await.unwrap();
            let mut browser = Browser::new(app);
            give_password(&mut browser, &client, &email, "pate en croute 42").await;
            assert!(browser.page.has_field("password"), "{}", browser.page.text());
            assert_eq!(stored_hash(app, &email).await, *hash, "a wrong one changes nothing");
            browser.submit("password", &[("email", &email), ("password", password)]).await;
            browser.answer_code(app, &email).await;
            assert!(browser.left_to.is_some(), "{}", browser.page.text());
            assert!(stored_hash(app, &email).await.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
            let mut again = Browser::new(app);
            give_password(&mut again, &client, &email, password).await;
            assert!(!again.page.has_field("password"), "{}", again.page.text());
        }
        let refused = import(app, "nobody@demo.test", "$1$abc$def").await.unwrap_err();
        assert!(refused.contains("not a hash of Argon2, bcrypt, scrypt or PBKDF2"), "{refused}");
    }

    /// An admin, or "this wasn't me", makes a new password necessary: the sign-in to an app asks for it, and only once.
    async fn a_required_reset_is_done_in_the_sign_in_and_then_over(app: &TestApp) {
        use tidegate::admin::{Actor, users};
        let client = App::web(app).await;
        let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        let mut known = Browser::new(app);
        known.sign_in(app, "carol@demo.test").await;
        users::require_password_reset(&actor, &app.shared.platform, "carol@demo.test").await.unwrap();
        give_password(&mut known, &client, "carol@demo.test", PASSWORD).await;
        // Whoever chooses the next one proves more than the old one.
        assert!(known.page.text().contains("Before you choose a new password"), "{}", known.page.text());
        known.answer_code(app, "carol@demo.test").await;
        assert!(known.page.text().contains("choose a new password"), "{}", known.page.text());
        for (typed, words) in [
            ("short", "at least 15"),
            (PASSWORD, "the password you have now"),
            ("carol@demo.test", "easy to guess"),
        ] {
            known.submit("password", &[("password", typed)]).await;
            assert!(known.page.text().contains(words), "{}", known.page.text());
        }
        known.submit("password", &[("password", NEW)]).await;
        assert!(known.left_to.is_some(), "{}", known.page.text());
        app.mail("carol@demo.test", |mail| (mail.kind == "password_changed").then_some(())).await;
        // It is over: the next sign-in and the account page ask for nothing.
        give_password(&mut known, &client, "carol@demo.test", NEW).await;
        known.get("/t/demo/account").await;
        assert_eq!(known.page.heading(), "Carol Castro", "{}", known.page.text());
    }

    /// A new password that nobody asked for is not taken, however it is sent.
    async fn a_new_password_is_taken_only_where_one_is_asked_for(app: &TestApp) {
        let client = App::web(app).await;
        let before = stored_hash(app, "carol@demo.test").await;
        let mut browser = Browser::new(app);
        give_password(&mut browser, &client, "carol@demo.test", PASSWORD).await;
        let mut form = browser.form("code").unwrap();
        form.action = form.action.replace("/signin/code", "/signin/new-password");
        browser.send(&form, &[("password", NEW)]).await;
        assert!(browser.page.has_field("code"), "{}", browser.page.text());
        assert_eq!(stored_hash(app, "carol@demo.test").await, before);
    }

    async fn a_breached_password_is_not_taken(app: &TestApp) {
        let (_list, settings) = breached_list();
        let app = &TestApp::start_with(app.kind, &settings).await;
        let mut browser = Browser::new(app);
        browser.sign_in(app, "carol@demo.test").await;
        browser.get("/t/demo/account/password").await;
        browser.submit("password", &[("current_password", PASSWORD), ("password", LEAKED)]).await;
        assert_eq!(browser.page.status, 422);
        assert!(browser.page.text().contains("known from data breaches"), "{}", browser.page.text());
        browser.submit("password", &[("current_password", PASSWORD), ("password", NEW)]).await;
        assert!(browser.page.text().contains("Your password was changed"), "{}", browser.page.text());
    }

    async fn a_breached_password_is_noticed_at_sign_in_where_the_tenant_says_so(app: &TestApp) {
        let (_list, settings) = breached_list();
        let app = &TestApp::start_with(app.kind, &settings).await;
        let client = App::web(app).await;
        let breached = |decision: &tidegate::domain::decision::Decision| decision.evidence.to_string().contains("breached_password");
        // Not asked for: nobody looks.
        let mut browser = Browser::new(app);
        browser.sign_in(app, "bob@demo.test").await;
        assert!(!breached(&app.decisions().await[0]), "{}", app.decisions().await[0].evidence);
        app.settings(|settings| settings.breached_passwords = BreachedCheck::AlsoAtSignIn).await;
        app.advance(std::time::Duration::from_mins(1));
        give_password(&mut browser, &client, "bob@demo.test", PASSWORD).await;
        assert!(breached(&app.decisions().await[0]), "{}", app.decisions().await[0].evidence);
        browser.answer_code(app, "bob@demo.test").await;
        assert!(browser.page.text().contains("known from data breaches"), "{}", browser.page.text());
        browser.submit("password", &[("password", NEW)]).await;
        let left = browser.left_to.clone().unwrap_or_else(|| panic!("{}", browser.page.text()));
        let code = crate::support::browser::query_of(&left, "code").unwrap();
        let id = claims(&client.redeem(&code).await.text("id_token"));
        assert_eq!(id["acr"], "aal2");
        // The new one is on no list.
        give_password(&mut browser, &client, "bob@demo.test", NEW).await;
        assert!(!browser.page.text().contains("known from data breaches"), "{}", browser.page.text());
    }
}
