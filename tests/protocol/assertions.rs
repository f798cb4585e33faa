//! Client assertions (RFC 7523): whom they are for, and what signs them.

use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;
use tidegate::admin::Actor;
use tidegate::admin::clients::{self, NewClient, Unknown};
use tidegate::base::ids::ClientId;
use tidegate::domain::key::SigningAlg;

use crate::on_each_store;
use crate::support::client::{App, OwnKey, SECRET};
use crate::support::{Kind, TestApp};

const BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An assertion of the client `hmac` for the issuer, signed with a secret.
fn shared(app: &TestApp, alg: Algorithm, secret: &str, jti: &str) -> String {
    let claims =
        json!({"iss": "hmac", "sub": "hmac", "aud": app.issuer, "exp": app.now().secs() + 60, "jti": jti});
    jsonwebtoken::encode(
        &Header::new(alg),
        &claims,
        &EncodingKey::from_secret(secret.as_bytes()),
    )
    .unwrap()
}

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
                ("client_assertion_type", BEARER),
            ];
            let answer = client.call_plain(path, &params).await;
            assert_eq!(answer.status, status, "{audience} at {path}: {}", answer.body);
        }
    }

    /// Section 9: the same rules as for keys, the secret is stored sealed, and two live ones count.
    async fn oidc_core_9_a_secret_signs_assertions(app: &TestApp) {
        let document = json!({"token_endpoint_auth_method": "client_secret_jwt", "client_secret": SECRET});
        let client = App::create(app, "hmac", document).await;
        let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        let status = async |assertion: String| {
            let params = [("token", "x"), ("client_assertion", assertion.as_str()), ("client_assertion_type", BEARER)];
            client.call_plain("/introspect", &params).await.status
        };
        let signed = |alg, secret: &str, jti: &str| shared(app, alg, secret, jti);
        let first = signed(Algorithm::HS256, SECRET, "1");
        assert_eq!(status(first.clone()).await, 200);
        assert_eq!(status(first).await, 401, "once");
        assert_eq!(status(signed(Algorithm::HS512, SECRET, "2")).await, 200);
        assert_eq!(status(signed(Algorithm::HS256, "another-secret-of-a-test-client-01234", "3")).await, 401);
        let posted = [("token", "x"), ("client_id", "hmac"), ("client_secret", SECRET)];
        assert_eq!(client.call_plain("/introspect", &posted).await.status, 401, "only as registered");
        let stored = app.store().await.client(&ClientId::parse("hmac").unwrap()).await.unwrap().unwrap();
        assert!(!format!("{:?}", stored.secrets).contains(SECRET));

        let platform = &app.shared.platform;
        let rotated = clients::rotate_secret(&actor, platform, "hmac").await.unwrap();
        let new = rotated.secret.unwrap().expose().clone();
        assert_eq!(status(signed(Algorithm::HS256, SECRET, "4")).await, 200, "for another day");
        assert_eq!(status(signed(Algorithm::HS256, &new, "5")).await, 200);
        app.advance(Duration::from_hours(24));
        assert_eq!(status(signed(Algorithm::HS256, SECRET, "6")).await, 401);
        let bound = json!({"token_endpoint_auth_signing_alg": "HS384"}).as_object().cloned().unwrap();
        clients::update(&actor, platform, "hmac", bound, None).await.unwrap();
        assert_eq!(status(signed(Algorithm::HS256, &new, "7")).await, 401, "not the registered algorithm");
        assert_eq!(status(signed(Algorithm::HS384, &new, "8")).await, 200);
    }

    async fn oidc_core_9_secrets_fit_how_a_client_authenticates(app: &TestApp) {
        let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        let platform = &app.shared.platform;
        App::create(app, "changing", json!({})).await;
        let method = |method: &str| json!({"token_endpoint_auth_method": method}).as_object().cloned().unwrap();
        let changed = clients::update(&actor, platform, "changing", method("client_secret_jwt"), None).await.unwrap();
        assert!(changed.secret.is_some(), "of the old one we hold a hash only");
        let changed = clients::update(&actor, platform, "changing", method("client_secret_post"), None).await.unwrap();
        assert!(changed.secret.is_none());
        let stored = app.store().await.client(&ClientId::parse("changing").unwrap()).await.unwrap().unwrap();
        assert!(stored.secrets.iter().all(|secret| secret.sealed.is_none()), "not kept without need");
        for more in [
            json!({"token_endpoint_auth_method": "client_secret_jwt", "client_secret": "too short to sign with"}),
            json!({"token_endpoint_auth_method": "client_secret_jwt", "token_endpoint_auth_signing_alg": "ES256"}),
            json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://app.test/jwks", "token_endpoint_auth_signing_alg": "HS256"}),
        ] {
            let mut document = more.as_object().cloned().unwrap();
            document.insert("redirect_uris".to_owned(), json!(["https://app.test/cb"]));
            let wanted = NewClient { document, unknown: Unknown::Refuse };
            assert!(clients::create(&actor, platform, wanted).await.is_err(), "{more}");
        }
    }

    /// RFC 8725 section 2.1: a public key is nobody's secret.
    async fn rfc8725_2_1_a_key_does_not_pass_for_a_secret(app: &TestApp) {
        let key = OwnKey::new(SigningAlg::ES256);
        let document = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": key.jwks});
        let client = App::create(app, "hmac", document).await;
        let assertion = shared(app, Algorithm::HS256, &key.jwk().to_string(), "1");
        let params = [("token", "x"), ("client_assertion", assertion.as_str()), ("client_assertion_type", BEARER)];
        assert_eq!(client.call_plain("/introspect", &params).await.status, 401);
    }
}
