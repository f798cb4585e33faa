//! Clients that keep to a profile of the standards (features.md O16): what a profile asks beside what the modules of `oidf` check.

use std::time::Duration;

use serde_json::json;
use tidegate::admin::Actor;
use tidegate::admin::clients;
use tidegate::domain::key::SigningAlg;
use tidegate::protocol::profile::Profile;

use crate::on_each_store;
use crate::support::browser::{Browser, plain_client, query_of};
use crate::support::client::{App, OwnKey, REDIRECT, claims, header, read};
use crate::support::fapi::Party;
use crate::support::{Kind, TestApp};

const CAROL: &str = "carol@demo.test";

on_each_store! {
    /// OAuth 2.1 section 7.5.1: PKCE is for clients with a secret too.
    async fn oauth2_1_pkce_is_required_of_all(app: &TestApp) {
        let client = App::create(app, "modern", json!({"tidegate_profile": "oauth2.1"})).await;
        let mut browser = Browser::new(app);
        let bare = [("code_challenge", ""), ("code_challenge_method", "")];
        assert_eq!(browser.error_at(&client.authorize(&bare)).await.as_deref(), Some("invalid_request"));
        let code = client.code(app, &mut browser, CAROL, &[]).await;
        let tokens = client.redeem(&code).await;
        assert_ne!(client.refresh(&tokens.text("refresh_token")).await.text("refresh_token"), tokens.text("refresh_token"), "rotates");
        let plain = App::web(app).await;
        browser.get(&plain.authorize(&bare)).await;
        assert!(query_of(browser.left_to.as_ref().unwrap(), "code").is_some(), "others as before");
    }

    /// FAPI 2.0 Security Profile section 5.3.2.1: refresh tokens stay. That they are used puts off their end.
    async fn fapi2_5_3_2_1_refresh_tokens_do_not_rotate(app: &TestApp) {
        let mut party = Party::security(app).await;
        let tokens = party.tokens(app, &[]).await;
        let refresh = tokens.text("refresh_token");
        for _ in 0..4 {
            app.advance(Duration::from_hours(20 * 24));
            let again = party.refresh(app, &refresh).await;
            assert_eq!((again.status, again.text("refresh_token")), (200, refresh.clone()), "{}", again.body);
            assert_eq!(claims(&again.text("access_token"))["cnf"]["jkt"], party.holder.key.thumbprint);
        }
        app.advance(Duration::from_hours(31 * 24));
        assert_eq!(party.refresh(app, &refresh).await.error(), "invalid_grant", "unused for too long");
        let refresh = party.tokens(app, &[]).await.text("refresh_token");
        let revoked = party.call(app, "/revoke", &[("token", &refresh)]).await;
        assert_eq!(revoked.status, 200);
        assert_eq!(party.refresh(app, &refresh).await.error(), "invalid_grant", "revoked");
    }

    /// What is not there to rotate is no theft; without its client a token is worth nothing, however many try at once.
    async fn fapi2_refresh_tokens_may_be_used_at_the_same_time_and_by_their_client_alone(app: &TestApp) {
        let mut party = Party::security(app).await;
        let mut other = Party::new(app, "other", Profile::Fapi2Security).await;
        let refresh = party.tokens(app, &[]).await.text("refresh_token");
        assert_eq!(other.refresh(app, &refresh).await.error(), "invalid_grant");
        party.refresh(app, &refresh).await;
        let mut calls = Vec::new();
        for _ in 0..8 {
            let claims = party.assertion(app);
            let assertion = party.key.sign(&claims);
            let proof = party.holder.claims(app, "POST", "/token");
            let proof = party.holder.key.proof(&proof);
            let params = [
                ("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("client_assertion", assertion.as_str()),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ];
            calls.push(read(party.app.request_plain("/token", &params).header("dpop", proof)));
        }
        for answer in futures_util::future::join_all(calls).await {
            assert_eq!((answer.status, answer.text("refresh_token")), (200, refresh.clone()), "{}", answer.body);
        }
    }

    /// Section 5.3.2.1 and 5.3.2.2: whatever the server is set to, codes die after a minute and pushed requests within ten.
    async fn fapi2_5_3_2_lives_are_short_whatever_the_settings(app: &TestApp) {
        let settings = [("tokens.code", "10m".into()), ("tokens.pushed_request", "1h".into())];
        let app = &TestApp::start_with(app.kind, &settings).await;
        let mut party = Party::security(app).await;
        let pushed = party.push(app, &[]).await;
        assert!(pushed.body["expires_in"].as_u64().unwrap() < 600, "{}", pushed.body);
        let code = party.code(app, &[]).await;
        app.advance(Duration::from_secs(61));
        assert_eq!(party.redeem(app, &code).await.error(), "invalid_grant");
        let plain = App::web(app).await;
        let code = plain.code(app, &mut Browser::new(app), CAROL, &[]).await;
        app.advance(Duration::from_secs(61));
        assert_eq!(plain.redeem(&code).await.status, 200, "others as the server is set");
    }

    /// Section 5.4.1: an algorithm that is not for FAPI does not become so by the key that others may use.
    async fn fapi2_5_4_1_rs256_is_taken_from_others_only(app: &TestApp) {
        let rsa = OwnKey::new(SigningAlg::RS256);
        let mut jwk = rsa.jwk().clone();
        jwk.as_object_mut().unwrap().remove("alg");
        let document = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [jwk]}, "grant_types": ["client_credentials"],
            "response_types": [], "redirect_uris": [], "scope": "api:read"});
        for (id, profile, status) in [("strict", "fapi2-security", 401), ("lax", "oidc", 200)] {
            let mut document = document.clone();
            document["tidegate_profile"] = json!(profile);
            let client = App::create(app, id, document).await;
            let assertion = rsa.sign(&json!({"iss": id, "sub": id, "aud": app.issuer, "jti": "1", "exp": app.now().secs() + 60}));
            let params = [
                ("grant_type", "client_credentials"), ("client_assertion", assertion.as_str()),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ];
            assert_eq!(client.call_plain("/token", &params).await.status, status, "{id}");
        }
    }

    /// An app that registers itself may choose a profile, and is told what stands against it (RFC 7591 section 3.2.2).
    async fn rfc7591_a_profile_is_registered_like_all_else(app: &TestApp) {
        let register = async |document: serde_json::Value| read(plain_client().post(format!("{}/register", app.issuer)).json(&document)).await;
        let refused = register(json!({"redirect_uris": [REDIRECT], "tidegate_profile": "fapi2-security", "token_endpoint_auth_method": "client_secret_post"})).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_client_metadata"));
        assert!(refused.text("error_description").contains("private_key_jwt"), "{}", refused.body);
        let key = OwnKey::new(SigningAlg::ES256);
        let made = register(json!({"redirect_uris": [REDIRECT], "tidegate_profile": "fapi2-message-signing", "jwks": key.jwks})).await;
        assert_eq!(made.status, 201, "{}", made.body);
        for (name, value) in [
            ("tidegate_profile", json!("fapi2-message-signing")), ("token_endpoint_auth_method", json!("private_key_jwt")),
            ("id_token_signed_response_alg", json!("ES256")), ("require_pushed_authorization_requests", json!(true)),
            ("require_signed_request_object", json!(true)), ("dpop_bound_access_tokens", json!(true)),
        ] {
            assert_eq!(made.body[name], value, "{name}");
        }
        assert!(made.body.get("client_secret").is_none());
    }

    /// A client that is moved to a profile keeps to it from then on, and one that can't is not moved.
    async fn a_client_moves_to_a_profile_as_a_whole_or_not_at_all(app: &TestApp) {
        let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        let platform = &app.shared.platform;
        App::create(app, "shop", json!({})).await;
        let profile = json!({"tidegate_profile": "fapi2-security"}).as_object().cloned().unwrap();
        let refused = clients::update(&actor, platform, "shop", profile.clone(), None).await.unwrap_err();
        assert!(refused.to_string().contains("token_endpoint_auth_method"), "{refused}");
        let key = OwnKey::new(SigningAlg::ES256);
        let mut whole = profile;
        whole.extend(json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": key.jwks}).as_object().cloned().unwrap());
        let moved = clients::update(&actor, platform, "shop", whole, None).await.unwrap();
        assert_eq!(moved.client.metadata["require_pushed_authorization_requests"], true);
        assert!(moved.client.secrets.is_empty(), "secrets are of no use any more");
    }

    /// Message Signing section 5.5: introspection is signed where that is asked for, with the client's algorithm.
    async fn fapi2_message_signing_5_5_introspection_is_signed_when_asked(app: &TestApp) {
        let mut party = Party::message_signing(app).await;
        let access = party.tokens(app, &[]).await.text("access_token");
        let assertion = party.assertion(app);
        let assertion = party.key.sign(&assertion);
        let params = [
            ("token", access.as_str()), ("client_assertion", assertion.as_str()),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ];
        let request = party.app.request_plain("/introspect", &params).header("accept", "application/token-introspection+jwt");
        let answer = read(request).await;
        let jwt = answer.body.as_str().unwrap();
        assert_eq!((header(jwt)["alg"].as_str(), &claims(jwt)["token_introspection"]["active"]), (Some("ES256"), &json!(true)));
    }
}
