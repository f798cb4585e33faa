//! Client assertions (RFC 7523): whom they are for.

use serde_json::json;
use tidegate::domain::key::SigningAlg;

use crate::on_each_store;
use crate::support::client::{App, OwnKey};
use crate::support::{Kind, TestApp};

on_each_store! {
    /// RFC 9126 section 2 makes the one exception: a push may name the token endpoint.
    async fn rfc7523_3_an_assertion_for_one_endpoint_is_worth_nothing_at_another(app: &TestApp) {
        let key = OwnKey::new(SigningAlg::ES256);
        let document = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": key.jwks});
        let client = App::create(app, "signing", document).await;
        for (path, audience, status) in [
            ("/introspect", "/token", 401),
            ("/revoke", "/token", 401),
            ("/token", "/par", 401),
            ("/introspect", "/introspect", 200),
            ("/introspect", "", 200),
            ("/par", "/token", 400),
            ("/par", "/par", 400),
            ("/par", "/introspect", 401),
        ] {
            let assertion = key.sign(&json!({
                "iss": "signing", "sub": "signing", "aud": format!("{}{audience}", app.issuer),
                "exp": app.now().secs() + 60, "jti": format!("{audience} at {path}"),
            }));
            let params = [
                ("token", "x"),
                ("client_assertion", assertion.as_str()),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ];
            let answer = client.call_plain(path, &params).await;
            assert_eq!(answer.status, status, "{audience} at {path}: {}", answer.body);
        }
    }
}
