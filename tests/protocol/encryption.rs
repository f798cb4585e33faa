//! Answers that only their client can read (RFC 7516, OpenID Connect Core section 10.2).

use serde_json::{Value, json};

use crate::on_each_store;
use crate::support::browser::{Browser, plain_client};
use crate::support::client::{App, REDIRECT, claims, read, verified};
use crate::support::documents::Documents;
use crate::support::jwe::Opener;
use crate::support::{Kind, TestApp};

const CAROL: &str = "carol@demo.test";

on_each_store! {
    /// RFC 7516 section 5, RFC 7519 section 5.2: signed first, then encrypted.
    async fn oidc_core_10_2_id_tokens_are_nested_in_what_the_client_registered(app: &TestApp) {
        for (number, (kind, alg, enc)) in [
            ("RSA", "RSA-OAEP-256", "A128CBC-HS256"),
            ("RSA", "RSA-OAEP-256", "A256GCM"),
            ("P-256", "ECDH-ES", "A128GCM"),
            ("P-256", "ECDH-ES", "A128CBC-HS256"),
            ("P-384", "ECDH-ES+A256KW", "A256GCM"),
            ("X25519", "ECDH-ES+A256KW", "A128CBC-HS256"),
        ].into_iter().enumerate() {
            let opener = Opener::new(kind);
            let mut document = json!({"id_token_encrypted_response_alg": alg, "jwks": {"keys": [opener.jwk]}});
            // Without it the standard's default holds.
            if enc != "A128CBC-HS256" {
                document["id_token_encrypted_response_enc"] = json!(enc);
            }
            let client = App::create(app, &format!("private-{number}"), document).await;
            let mut browser = Browser::new(app);
            let first = client.redeem(&client.code(app, &mut browser, CAROL, &[]).await).await;
            assert_eq!(first.status, 200, "{alg} {enc}: {}", first.body);
            let (header, inner) = opener.open(&first.text("id_token"));
            let expected = [json!(alg), json!(enc), json!("JWT"), opener.jwk["kid"].clone()];
            assert_eq!(["alg", "enc", "cty", "kid"].map(|name| header[name].clone()), expected);
            let told = verified(app, &inner).await;
            assert_eq!((&told["aud"], &told["nonce"]), (&json!(client.id), &json!("n0nce")));
            let again = client.refresh(&first.text("refresh_token")).await;
            assert_eq!(claims(&opener.open(&again.text("id_token")).1)["sub"], told["sub"]);
            // What it decrypted is a hint like any other.
            browser.get(&format!("{}/logout?id_token_hint={inner}", app.issuer)).await;
            assert!(browser.page.text().contains("You’re signed out"), "{}", browser.page.text());
        }
    }

    async fn oidc_core_5_3_2_userinfo_is_encrypted_with_or_without_a_signature(app: &TestApp) {
        let opener = Opener::new("P-256");
        for (id, signs) in [("plain", false), ("nested", true)] {
            let mut document = json!({"userinfo_encrypted_response_alg": "ECDH-ES+A256KW", "jwks": {"keys": [opener.jwk]}});
            if signs {
                document["userinfo_signed_response_alg"] = json!("ES256");
            }
            let client = App::create(app, id, document).await;
            let access = client.redeem(&client.code(app, &mut Browser::new(app), CAROL, &[]).await).await.text("access_token");
            let answer = client.userinfo(&access).await;
            assert_eq!(answer.headers["content-type"], "application/jwt");
            let (header, content) = opener.open(answer.body.as_str().unwrap());
            let told: Value = if signs { verified(app, &content).await } else { serde_json::from_str(&content).unwrap() };
            assert_eq!((&told["email"], header.get("cty").is_some()), (&json!(CAROL), signs));
        }
    }

    async fn rfc9701_6_introspection_answers_are_encrypted_to_the_caller(app: &TestApp) {
        let opener = Opener::new("X25519");
        let document = json!({"introspection_encrypted_response_alg": "ECDH-ES", "introspection_encrypted_response_enc": "A256GCM", "jwks": {"keys": [opener.jwk]}});
        let client = App::create(app, "api", document).await;
        let access = client.redeem(&client.code(app, &mut Browser::new(app), CAROL, &[]).await).await.text("access_token");
        let request = client.request("/introspect", &[("token", &access)]).header("accept", "application/token-introspection+jwt");
        let answer = read(request).await.body;
        let told = verified(app, &opener.open(answer.as_str().unwrap()).1).await;
        assert_eq!((&told["aud"], &told["token_introspection"]["active"]), (&json!("api"), &json!(true)));
    }

    /// Keys by reference are looked up when something is encrypted, so that a new one is used soon.
    async fn oidc_core_10_2_1_encryption_keys_by_reference_are_followed(app: &TestApp) {
        let (site, old, new) = (Documents::start(), Opener::new("P-256"), Opener::new("P-256"));
        let publish = |jwk: &Value| site.put("/jwks", "application/json", json!({"keys": [jwk]}).to_string());
        let uri = publish(&old.jwk);
        let client = App::create(app, "remote", json!({"id_token_encrypted_response_alg": "ECDH-ES", "jwks_uri": uri})).await;
        let first = client.redeem(&client.code(app, &mut Browser::new(app), CAROL, &[]).await).await;
        old.open(&first.text("id_token"));
        publish(&new.jwk);
        app.advance(std::time::Duration::from_mins(6));
        let again = client.refresh(&first.text("refresh_token")).await;
        new.open(&again.text("id_token"));
        // Without a key nothing leaves, and nothing is used up.
        publish(&json!({"kty": "EC", "crv": "P-256", "use": "sig", "x": new.jwk["x"], "y": new.jwk["y"]}));
        app.advance(std::time::Duration::from_mins(6));
        let refused = client.refresh(&again.text("refresh_token")).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_request"), "{}", refused.body);
        publish(&new.jwk);
        app.advance(std::time::Duration::from_mins(1));
        assert_eq!(client.refresh(&again.text("refresh_token")).await.status, 200);
    }

    async fn oidc_registration_2_encryption_needs_a_key_and_an_algorithm_that_we_have(app: &TestApp) {
        let metadata = read(plain_client().get(format!("{}/.well-known/openid-configuration", app.issuer))).await.body;
        for kind in ["id_token", "userinfo", "introspection"] {
            assert_eq!(metadata[format!("{kind}_encryption_alg_values_supported")], json!(["RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A256KW"]));
            assert_eq!(metadata[format!("{kind}_encryption_enc_values_supported")], json!(["A128CBC-HS256", "A128GCM", "A256GCM"]));
        }
        let register = async |more: Value| {
            let mut document = json!({"redirect_uris": [REDIRECT]});
            document.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
            read(plain_client().post(format!("{}/register", app.issuer)).json(&document)).await
        };
        let keys = json!({"keys": [Opener::new("P-256").jwk]});
        for bad in [
            json!({"id_token_encrypted_response_alg": "ECDH-ES"}),
            json!({"id_token_encrypted_response_enc": "A128GCM", "jwks": keys}),
            json!({"id_token_encrypted_response_alg": "RSA1_5", "jwks": keys}),
            json!({"id_token_encrypted_response_alg": "dir", "jwks": keys}),
            json!({"id_token_encrypted_response_alg": "RSA-OAEP-256", "jwks": keys}),
            json!({"userinfo_encrypted_response_alg": "ECDH-ES", "userinfo_encrypted_response_enc": "A192GCM", "jwks": keys}),
            json!({"request_object_encryption_alg": "ECDH-ES", "jwks": keys}),
        ] {
            let refused = register(bad.clone()).await;
            assert_eq!((refused.status, refused.error()), (400, "invalid_client_metadata"), "{bad}: {}", refused.body);
        }
        let made = register(json!({"id_token_encrypted_response_alg": "ECDH-ES", "jwks": keys})).await;
        assert_eq!((made.status, &made.body["id_token_encrypted_response_alg"]), (201, &json!("ECDH-ES")), "{}", made.body);
    }
}
