//! Overload is said so: 503 when short-lived state is full (RFC 6749 section 4.1.2.1), 429 for who asks too often (RFC 9126
//! section 2.3).

use serde_json::json;

use crate::on_each_store;
use crate::support::browser::Browser;
use crate::support::client::{Answer, App, OwnKey, parameters};
use crate::support::{Kind, TestApp};
use tidegate::domain::key::SigningAlg;

async fn push(client: &App) -> Answer {
    let params = parameters(&client.authorize(&[]));
    let params: Vec<(&str, &str)> = params
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    client.call("/par", &params).await
}

fn fill(app: &TestApp) {
    let state = &app.shared.platform.ephemeral;
    let life = std::time::Duration::from_mins(10);
    for n in 0..1_000 {
        let _ = state.add(&format!("filler{n}"), app.now(), life);
    }
}

on_each_store! {
    async fn full_short_lived_state_is_unavailable_and_not_our_error(app: &TestApp) {
        let app = &TestApp::start_with(app.kind, &[("limits.short_lived", toml::Value::from(160))]).await;
        let client = App::web(app).await;
        let key = OwnKey::new(SigningAlg::ES256);
        let signing = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": key.jwks});
        let signing = App::create(app, "signing", signing).await;
        fill(app);
        let now = app.now().secs();
        let assertion = key.sign(&json!({"iss": "signing", "sub": "signing", "aud": app.issuer, "exp": now + 60, "jti": "a"}));
        let params = [("client_assertion", assertion.as_str()), ("grant_type", "refresh_token"), ("refresh_token", "x"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")];
        for answer in [push(&client).await, signing.call_plain("/token", &params).await] {
            assert_eq!((answer.status, answer.error()), (503, "temporarily_unavailable"), "{}", answer.body);
            assert_eq!(answer.headers["retry-after"], "5");
        }
        let mut browser = Browser::new(app);
        browser.get(&client.authorize(&[])).await;
        assert_eq!(browser.page.status, 503, "{}", browser.page.text());
    }

    async fn rfc9126_2_3_pushes_are_limited_by_client_and_for_public_ones_by_network(app: &TestApp) {
        let limits = [("limits.kept_requests_per_client", toml::Value::from(3)),
            ("limits.kept_requests_per_client_network", toml::Value::from(2))];
        let app = &TestApp::start_with(app.kind, &limits).await;
        let web = App::web(app).await;
        let public = App::create(app, "spa", json!({"token_endpoint_auth_method": "none"})).await;
        for (client, allowed) in [(&web, 3), (&public, 2)] {
            for _ in 0..allowed {
                assert_eq!(push(client).await.status, 201);
            }
            let over = push(client).await;
            assert_eq!((over.status, over.error()), (429, "temporarily_unavailable"), "{}", over.body);
            assert_eq!(over.headers["retry-after"], "3600");
        }
        app.advance(std::time::Duration::from_hours(1));
        assert_eq!(push(&web).await.status, 201);
    }
}
