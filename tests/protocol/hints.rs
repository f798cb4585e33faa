//! `id_token_hint`: only an ID token of ours counts, and at the authorization endpoint only the client's own.

use serde_json::json;

use crate::on_each_store;
use crate::support::browser::{Browser, query_of};
use crate::support::client::{App, claims, read};
use crate::support::{Kind, PASSWORD, TestApp};

/// Everything else that we sign for a client.
async fn no_id_tokens(client: &App, browser: &mut Browser, access: &str) -> Vec<(&'static str, String)> {
    let introspection = client
        .request("/introspect", &[("token", access)])
        .header("accept", "application/token-introspection+jwt");
    let introspection = read(introspection).await.body.as_str().unwrap().to_owned();
    let userinfo = client.userinfo(access).await.body.as_str().unwrap().to_owned();
    browser.get(&client.authorize(&[("response_mode", "jwt")])).await;
    let answer = query_of(browser.left_to.as_ref().unwrap(), "response").unwrap();
    vec![
        ("access token", access.to_owned()),
        ("introspection answer", introspection),
        ("userinfo", userinfo),
        ("authorization response", answer),
    ]
}

on_each_store! {
    async fn oidc_rp_initiated_logout_2_only_an_id_token_of_ours_spares_the_question(app: &TestApp) {
        let client = App::create(app, "hinting", json!({"userinfo_signed_response_alg": "ES256"})).await;
        let mut browser = Browser::new(app);
        let code = client.code(app, &mut browser, "carol@demo.test", &[]).await;
        let tokens = client.redeem(&code).await;
        let access = tokens.text("access_token");
        let out = |hint: &str| format!("{}/logout?id_token_hint={hint}", app.issuer);
        for (what, token) in no_id_tokens(&client, &mut browser, &access).await {
            browser.get(&out(&token)).await;
            assert!(!browser.page.text().contains("You’re signed out"), "{what}: {}", browser.page.text());
        }
        browser.get(&client.authorize(&[("prompt", "none")])).await;
        assert!(query_of(browser.left_to.as_ref().unwrap(), "code").is_some(), "nothing ended");
        browser.get(&out(&tokens.text("id_token"))).await;
        assert!(browser.page.text().contains("You’re signed out"), "{}", browser.page.text());
        browser.get(&client.authorize(&[("prompt", "none")])).await;
        assert_eq!(query_of(browser.left_to.as_ref().unwrap(), "error").as_deref(), Some("login_required"));
    }

    async fn oidc_core_3_1_2_1_a_hint_counts_for_its_own_client_only(app: &TestApp) {
        let client = App::create(app, "hinting", json!({"userinfo_signed_response_alg": "ES256"})).await;
        let other = App::create(app, "other", json!({})).await;
        let alice = other.code(app, &mut Browser::new(app), "alice@demo.test", &[]).await;
        let alice = other.redeem(&alice).await.text("id_token");
        let own = client.code(app, &mut Browser::new(app), "alice@demo.test", &[]).await;
        let own = client.redeem(&own).await.text("id_token");
        let mut browser = Browser::new(app);
        let code = client.code(app, &mut browser, "carol@demo.test", &[]).await;
        let access = client.redeem(&code).await.text("access_token");
        let mut ignored = no_id_tokens(&client, &mut browser, &access).await;
        ignored.push(("another client's", alice));
        for (what, hint) in ignored {
            browser.get(&client.authorize(&[("prompt", "none"), ("id_token_hint", &hint)])).await;
            assert!(query_of(browser.left_to.as_ref().unwrap(), "code").is_some(), "{what}");
        }
        browser.get(&client.authorize(&[("prompt", "none"), ("id_token_hint", &own)])).await;
        assert_eq!(query_of(browser.left_to.as_ref().unwrap(), "error").as_deref(), Some("login_required"), "it names alice");
        let asked = client.authorize(&[("id_token_hint", &own)]);
        browser.get(&asked).await;
        browser.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        assert_eq!(query_of(browser.left_to.as_ref().unwrap(), "error").as_deref(), Some("login_required"), "3.1.2.2: never another's token");
        let mut browser = Browser::new(app);
        let code = client.code(app, &mut browser, "alice@demo.test", &[("id_token_hint", &own)]).await;
        let sub = claims(&client.redeem(&code).await.text("id_token"))["sub"].clone();
        for (sub, error) in [(sub, None), (json!("another"), Some("login_required"))] {
            let request = json!({"id_token": {"sub": {"value": sub}}}).to_string();
            browser.get(&client.authorize(&[("prompt", "none"), ("claims", &request)])).await;
            assert_eq!(query_of(browser.left_to.as_ref().unwrap(), "error").as_deref(), error, "5.5.1");
        }
    }
}
