//! Logs hold no secret: the sign-in matrix runs with everything logged, and nothing of it may be found there.

use std::io::Write;
use std::sync::{Arc, Mutex};

use crate::support::browser::Browser;
use crate::support::client::{App, SECRET, VERIFIER};
use crate::support::{Kind, PASSWORD, TestApp};

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[actix_web::test]
async fn no_password_code_token_cookie_or_address_is_logged() {
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    // The only test of this target that installs one.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let app = TestApp::start(Kind::Sqlite).await;
    let client = App::web(&app).await;
    let mut browser = Browser::new(&app);
    browser.get(&client.authorize(&[])).await;
    browser
        .submit(
            "password",
            &[("email", "carol@demo.test"), ("password", "a wrong password 123")],
        )
        .await;
    browser
        .submit(
            "password",
            &[("email", "carol@demo.test"), ("password", PASSWORD)],
        )
        .await;
    let mail_code = app.mail_code("carol@demo.test").await;
    browser.submit("code", &[("code", "000000")]).await;
    browser.submit("code", &[("code", &mail_code)]).await;
    let to = browser.left_to.clone().unwrap();
    let code = crate::support::browser::query_of(&to, "code").unwrap();
    let tokens = client.redeem(&code).await;
    client.refresh(&tokens.text("refresh_token")).await;
    client.introspect(&tokens.text("access_token")).await;
    client.userinfo(&tokens.text("access_token")).await;
    client.redeem(&code).await;
    let mut bob = Browser::new(&app);
    bob.get(&client.authorize(&[("acr_values", "aal2")])).await;
    bob.submit("password", &[("email", "bob@demo.test"), ("password", PASSWORD)])
        .await;
    let totp = app.totp("bob@demo.test");
    bob.submit("code", &[("code", &totp)]).await;
    let log = String::from_utf8_lossy(&captured.0.lock().unwrap()).into_owned();
    assert!(log.contains("/t/demo/token"), "requests are logged");
    // Only our own lines are ours to answer for; the libraries log no body at any level that production allows.
    let ours: String = log
        .lines()
        .filter(|line| line.contains("tidegate"))
        .fold(String::new(), |all, line| all + line + "\n");
    let secrets = [
        PASSWORD.to_owned(),
        "a wrong password 123".to_owned(),
        code,
        SECRET.to_owned(),
        VERIFIER.to_owned(),
        tokens.text("access_token"),
        tokens.text("refresh_token"),
        tokens.text("id_token"),
        browser.cookie("tg_s").unwrap().clone(),
        browser.cookie("tg_l").unwrap().clone(),
        browser.cookie("tg_b").unwrap().clone(),
        "carol@demo.test".to_owned(),
        "bob@demo.test".to_owned(),
    ];
    for secret in &secrets {
        assert!(!ours.contains(secret.as_str()), "logged: {secret}");
        assert!(
            !log.contains(secret.as_str()) || secret.contains('@'),
            "logged by a library: {secret}"
        );
    }
    assert!(!ours.contains(&format!(" {mail_code}")) && !ours.contains(&format!(" {totp}")));
    app.stop().await;
}
