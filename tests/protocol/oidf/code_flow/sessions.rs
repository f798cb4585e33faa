//! Sessions, and what a request wants of the sign-in and its page.

use std::time::Duration;

use crate::support::TestApp;
use crate::support::client::claims;
use crate::support::rp::{DORA, Rp, discovery};

pub(in crate::oidf) async fn oidcc_display_page(app: &TestApp, mode: &'static str) {
    Rp::new(app, mode).await.id_token(&[("display", "page")]).await;
}

pub(in crate::oidf) async fn oidcc_display_popup(app: &TestApp, mode: &'static str) {
    Rp::new(app, mode).await.id_token(&[("display", "popup")]).await;
}

pub(in crate::oidf) async fn oidcc_prompt_login(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let first = rp.id_token(&[]).await;
    app.advance(Duration::from_secs(2));
    rp.open(&[("prompt", "login")]).await;
    assert!(rp.asks_password());
    let second = rp.id_token(&[("prompt", "login")]).await;
    assert_eq!(second["sub"], first["sub"]);
    assert!(
        second["auth_time"].as_i64() > first["auth_time"].as_i64(),
        "{first} {second}"
    );
}

pub(in crate::oidf) async fn oidcc_prompt_none_not_logged_in(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let reply = rp.open(&[("prompt", "none")]).await.unwrap();
    assert_eq!(
        (reply.error(), reply.get("state")),
        (Some("login_required"), Some("st4te"))
    );
}

pub(in crate::oidf) async fn oidcc_prompt_none_logged_in(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let first = rp.id_token(&[]).await;
    app.advance(Duration::from_secs(2));
    let reply = rp.open(&[("prompt", "none")]).await.unwrap();
    let second = claims(&rp.redeem(reply.code()).await.text("id_token"));
    assert_eq!(
        (&second["sub"], &second["auth_time"]),
        (&first["sub"], &first["auth_time"])
    );
}

pub(in crate::oidf) async fn oidcc_max_age_1(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let first = rp.id_token(&[]).await;
    app.advance(Duration::from_secs(2));
    rp.open(&[("max_age", "1")]).await;
    assert!(rp.asks_password());
    let second = rp.id_token(&[("max_age", "1")]).await;
    assert!(
        second["auth_time"].as_i64() > first["auth_time"].as_i64(),
        "{first} {second}"
    );
}

pub(in crate::oidf) async fn oidcc_max_age_10000(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let first = rp.id_token(&[]).await;
    app.advance(Duration::from_secs(2));
    let reply = rp.open(&[("max_age", "10000")]).await.expect("nobody is asked");
    let second = claims(&rp.redeem(reply.code()).await.text("id_token"));
    assert_eq!(second["auth_time"], first["auth_time"]);
}

pub(in crate::oidf) async fn oidcc_id_token_hint(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let hint = rp.tokens(&[]).await.text("id_token");
    let reply = rp
        .open(&[("prompt", "none"), ("id_token_hint", &hint)])
        .await
        .unwrap();
    let second = claims(&rp.redeem(reply.code()).await.text("id_token"));
    assert_eq!(second["sub"], claims(&hint)["sub"]);
}

pub(in crate::oidf) async fn oidcc_login_hint(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    rp.open(&[("login_hint", DORA)]).await;
    assert!(rp.browser.page.html.contains(DORA), "the page knows the name");
    rp.id_token(&[("login_hint", DORA)]).await;
}

pub(in crate::oidf) async fn oidcc_ui_locales(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    rp.open(&[("ui_locales", "se de")]).await;
    assert!(rp.browser.page.html.contains("lang=\"de\""));
    rp.id_token(&[("ui_locales", "se")]).await;
}

pub(in crate::oidf) async fn oidcc_claims_locales(app: &TestApp, mode: &'static str) {
    Rp::new(app, mode)
        .await
        .id_token(&[("claims_locales", "se")])
        .await;
}

pub(in crate::oidf) async fn oidcc_ensure_request_with_acr_values_succeeds(
    app: &TestApp,
    mode: &'static str,
) {
    let mut rp = Rp::new(app, mode).await;
    assert!(
        rp.id_token(&[("acr_values", "1 2")]).await["acr"].is_string(),
        "unknown ones are passed over"
    );
    let offered = discovery(app).await["acr_values_supported"][0]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(rp.id_token(&[("acr_values", &offered)]).await["acr"], offered);
}
