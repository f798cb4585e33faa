//! `oidcc-dynamic-certification-test-plan`: apps that register themselves. Such an app always asks for consent, which [`Rp`] gives.

use std::time::Duration;

use serde_json::{Value, json};
use tidegate::base::encoding::base64url;
use tidegate::domain::key::SigningAlg;

use super::discovery_holds;
use crate::on_each_store;
use crate::support::browser::{Browser, plain_client};
use crate::support::client::{App, OwnKey, REDIRECT, VERIFIER, claims, header, verified};
use crate::support::documents::Documents;
use crate::support::flow::Reply;
use crate::support::{Kind, TestApp};

const CAROL: &str = "carol@demo.test";
const BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Registers an app with `more`.
async fn newcomer(app: &TestApp, more: Value) -> App {
    let mut document = json!({"redirect_uris": [REDIRECT], "client_name": "Newcomer", "grant_types": ["authorization_code", "refresh_token"]});
    document
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().cloned().unwrap());
    let made = App::register_itself(app, &document).await;
    assert_eq!(made.status, 201, "{}", made.body);
    App::existing(app, &made.text("client_id"), made.body["client_secret"].as_str())
}

/// The answer to a request of an app, with consent.
async fn asked(app: &TestApp, client: &App, more: &[(&str, &str)]) -> Reply {
    Browser::new(app)
        .reply_at(app, CAROL, &client.authorize(more))
        .await
}

/// The first tokens of an app.
async fn tokens(app: &TestApp, client: &App) -> crate::support::client::Answer {
    let reply = asked(app, client, &[]).await;
    let tokens = client.redeem(reply.code()).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    tokens
}

/// The error of a registration with `more`.
async fn refused(app: &TestApp, more: Value) -> String {
    let mut document = json!({"redirect_uris": [REDIRECT]});
    document
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().cloned().unwrap());
    let refused = App::register_itself(app, &document).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
    refused.error().to_owned()
}

/// Whether a request with this redirect URI ends on an error page.
async fn ends_here(app: &TestApp, client: &App, redirect: &str) -> bool {
    let address = client.authorize(&[("redirect_uri", redirect)]);
    Browser::new(app).ends_on_error_page(&address).await
}

/// The page that people see of an app.
async fn sign_in_page(app: &TestApp, client: &App) -> String {
    let mut browser = Browser::new(app);
    browser.get(&client.authorize(&[])).await;
    browser.page.html.clone()
}

/// Calls the token endpoint as a client that signs with `key`.
async fn redeem_signing(
    app: &TestApp,
    client: &App,
    key: &OwnKey,
    code: &str,
    jti: &str,
) -> crate::support::client::Answer {
    let now = app.now().secs();
    let assertion = key.sign(&json!({"iss": client.id, "sub": client.id, "aud": app.issuer, "iat": now, "exp": now + 60, "jti": jti}));
    let params = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("client_assertion", &assertion),
        ("client_assertion_type", BEARER),
    ];
    client.call_plain("/token", &params).await
}

on_each_store! {
    async fn oidcc_discovery_endpoint_verification(app: &TestApp) {
        discovery_holds(app).await;
    }

    async fn oidcc_idtoken_rs256(app: &TestApp) {
        let client = newcomer(app, json!({"id_token_signed_response_alg": "RS256"})).await;
        let id_token = tokens(app, &client).await.text("id_token");
        assert_eq!(header(&id_token)["alg"], "RS256");
        assert_eq!(verified(app, &id_token).await["aud"], client.id);
    }

    /// Not offered, and so refused.
    async fn oidcc_idtoken_unsigned(app: &TestApp) {
        assert_eq!(refused(app, json!({"id_token_signed_response_alg": "none"})).await, "invalid_client_metadata");
    }

    async fn oidcc_userinfo_rs256(app: &TestApp) {
        let client = newcomer(app, json!({"userinfo_signed_response_alg": "RS256"})).await;
        let tokens = tokens(app, &client).await;
        let info = client.userinfo(&tokens.text("access_token")).await;
        assert_eq!(info.headers["content-type"], "application/jwt");
        let jwt = info.body.as_str().unwrap();
        assert_eq!(header(jwt)["alg"], "RS256");
        let signed = verified(app, jwt).await;
        assert_eq!((&signed["iss"], &signed["aud"]), (&json!(app.issuer), &json!(client.id)));
        assert_eq!(signed["sub"], claims(&tokens.text("id_token"))["sub"]);
    }

    async fn oidcc_ensure_redirect_uri_in_authorization_request(app: &TestApp) {
        let client = newcomer(app, json!({"redirect_uris": [REDIRECT, "https://app.test/other"]})).await;
        assert!(ends_here(app, &client, "").await);
    }

    async fn oidcc_redirect_uri_query_ok(app: &TestApp) {
        let uri = "https://app.test/cb?foo=bar";
        let client = newcomer(app, json!({"redirect_uris": [uri]})).await;
        let reply = asked(app, &client, &[("redirect_uri", uri)]).await;
        assert!(reply.get("foo") == Some("bar") && reply.get("code").is_some(), "{reply:?}");
    }

    async fn oidcc_redirect_uri_query_mismatch(app: &TestApp) {
        let client = newcomer(app, json!({"redirect_uris": ["https://app.test/cb?foo=bar"]})).await;
        assert!(ends_here(app, &client, "https://app.test/cb?bar=foo").await);
    }

    async fn oidcc_redirect_uri_query_added(app: &TestApp) {
        let client = newcomer(app, json!({})).await;
        assert!(ends_here(app, &client, "https://app.test/cb?foo=bar").await);
    }

    async fn oidcc_redirect_uri_regfrag(app: &TestApp) {
        assert_eq!(refused(app, json!({"redirect_uris": ["https://app.test/cb#foobar"]})).await, "invalid_redirect_uri");
    }

    async fn oidcc_server(app: &TestApp) {
        let client = newcomer(app, json!({})).await;
        let tokens = tokens(app, &client).await;
        let id = verified(app, &tokens.text("id_token")).await;
        assert_eq!((&id["aud"], &id["nonce"]), (&json!(client.id), &json!("n0nce")));
        let info = client.userinfo(&tokens.text("access_token")).await;
        assert_eq!((info.status, &info.body["sub"]), (200, &id["sub"]));
    }

    /// The logo is fetched once, and our copy is shown (defect 10); what is no picture is not.
    async fn oidcc_registration_logo_uri(app: &TestApp) {
        let site = Documents::start();
        let png = site.put("/logo.png", "text/html", b"\x89PNG\r\n\x1a\nrest".to_vec());
        let svg = site.put("/logo.svg", "image/png", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec());
        let client = newcomer(app, json!({"logo_uri": png})).await;
        let html = sign_in_page(app, &client).await;
        let ours = format!("/t/demo/logo/{}", client.id);
        assert!(html.contains(&format!("src=\"{ours}\"")) && html.contains(&format!("data-source=\"{png}\"")), "{html}");
        for _ in 0..2 {
            let image = plain_client().get(format!("{}{ours}", app.base)).send().await.unwrap();
            assert_eq!((image.status().as_u16(), image.headers()["content-type"].to_str().unwrap()), (200, "image/png"));
            assert_eq!(image.headers()["x-content-type-options"], "nosniff");
        }
        assert_eq!(site.fetched("/logo.png"), 1);
        for logo in [svg, site.at("/missing.png")] {
            let client = newcomer(app, json!({"logo_uri": logo})).await;
            assert!(!sign_in_page(app, &client).await.contains("app-logo"), "{logo}");
        }
    }

    async fn oidcc_registration_policy_uri(app: &TestApp) {
        let client = newcomer(app, json!({"policy_uri": "https://app.test/privacy"})).await;
        assert!(sign_in_page(app, &client).await.contains("href=\"https://app.test/privacy\""));
    }

    async fn oidcc_registration_tos_uri(app: &TestApp) {
        let client = newcomer(app, json!({"tos_uri": "https://app.test/terms"})).await;
        assert!(sign_in_page(app, &client).await.contains("href=\"https://app.test/terms\""));
    }

    async fn oidcc_registration_jwks_uri(app: &TestApp) {
        let (site, key) = (Documents::start(), OwnKey::new(SigningAlg::ES256));
        let uri = site.put("/jwks", "application/json", key.jwks.to_string());
        let client = newcomer(app, json!({"jwks_uri": uri, "token_endpoint_auth_method": "private_key_jwt"})).await;
        let reply = asked(app, &client, &[]).await;
        assert_eq!(redeem_signing(app, &client, &key, reply.code(), "1").await.status, 200);
    }

    async fn oidcc_registration_sector_uri(app: &TestApp) {
        let site = Documents::start();
        let sector = site.put("/sector.json", "application/json", json!([REDIRECT]).to_string());
        let client = newcomer(app, json!({"subject_type": "pairwise", "sector_identifier_uri": sector})).await;
        let sub = claims(&tokens(app, &client).await.text("id_token"))["sub"].clone();
        let other = newcomer(app, json!({})).await;
        assert_ne!(sub, claims(&tokens(app, &other).await.text("id_token"))["sub"]);
    }

    async fn oidcc_registration_sector_bad(app: &TestApp) {
        let site = Documents::start();
        let sector = site.put("/sector.json", "application/json", json!(["https://app.test/other"]).to_string());
        let document = json!({"subject_type": "pairwise", "sector_identifier_uri": sector});
        assert_eq!(refused(app, document).await, "invalid_redirect_uri");
    }

    /// A new key is published before it signs, and what the old one signed can be checked on.
    async fn oidcc_server_rotate_keys(app: &TestApp) {
        let client = newcomer(app, json!({"id_token_signed_response_alg": "ES256"})).await;
        let before = tokens(app, &client).await.text("id_token");
        let (platform, store) = (&app.shared.platform, app.store().await);
        let mut batch = store.batch();
        tidegate::tenants::rotate_key(platform, &store, SigningAlg::ES256, &mut batch).await.unwrap();
        store.commit(batch).await.unwrap();
        platform.directory.forget(store.tenant_id());
        app.advance(Duration::from_mins(61));
        tidegate::tenants::advance_keys(platform, &store).await.unwrap();
        let after = tokens(app, &client).await.text("id_token");
        assert_ne!(header(&before)["kid"], header(&after)["kid"]);
        verified(app, &before).await;
        verified(app, &after).await;
    }

    /// A key that appears behind `jwks_uri` is taken at once, and one that is gone from there after a minute no more.
    async fn oidcc_refresh_token_rp_key_rotation(app: &TestApp) {
        let (site, old, new) = (Documents::start(), OwnKey::new(SigningAlg::ES256), OwnKey::new(SigningAlg::ES256));
        let uri = site.put("/jwks", "application/json", old.jwks.to_string());
        let client = newcomer(app, json!({"jwks_uri": uri, "token_endpoint_auth_method": "private_key_jwt"})).await;
        let reply = asked(app, &client, &[]).await;
        let refresh = redeem_signing(app, &client, &old, reply.code(), "1").await.text("refresh_token");
        site.put("/jwks", "application/json", new.jwks.to_string());
        app.advance(Duration::from_mins(1));
        let now = app.now().secs();
        let assertion = |key: &OwnKey, jti: &str| key.sign(&json!({"iss": client.id, "sub": client.id, "aud": app.issuer, "exp": now + 60, "jti": jti}));
        for (key, jti, status) in [(&new, "2", 200), (&old, "3", 401)] {
            let assertion = assertion(key, jti);
            let params = [
                ("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("client_assertion", &assertion),
                ("client_assertion_type", BEARER),
            ];
            assert_eq!(client.call_plain("/token", &params).await.status, status, "{jti}");
        }
    }

    async fn oidcc_request_uri_unsigned(app: &TestApp) {
        let site = Documents::start();
        let uri = site.at("/request");
        let client = newcomer(app, json!({"request_uris": [uri], "request_object_signing_alg": "none"})).await;
        let object = client.object(app, &json!({"state": "inside"}));
        let unsigned = format!("{}.{}.", base64url(br#"{"alg":"none"}"#), base64url(object.to_string().as_bytes()));
        site.put("/request", "application/oauth-authz-req+jwt", unsigned);
        let address = client.address(&[("request_uri", &uri)]);
        let reply = Browser::new(app).reply_at(app, CAROL, &address).await;
        assert!(reply.get("state") == Some("inside") && reply.get("code").is_some(), "{reply:?}");
    }

    async fn oidcc_request_uri_signed_rs256(app: &TestApp) {
        let (site, key) = (Documents::start(), OwnKey::new(SigningAlg::RS256));
        let uri = site.at("/request");
        let client = newcomer(app, json!({"request_uris": [uri], "request_object_signing_alg": "RS256", "jwks": key.jwks})).await;
        site.put("/request", "application/oauth-authz-req+jwt", key.sign(&client.object(app, &json!({"state": "inside"}))));
        let address = client.address(&[("request_uri", &uri)]);
        let reply = Browser::new(app).reply_at(app, CAROL, &address).await;
        assert!(reply.get("state") == Some("inside") && reply.get("code").is_some(), "{reply:?}");
    }

    async fn oidcc_ensure_request_object_with_redirect_uri(app: &TestApp) {
        let key = OwnKey::new(SigningAlg::RS256);
        let client = newcomer(app, json!({"jwks": key.jwks})).await;
        let signed = key.sign(&client.object(app, &json!({})));
        let beside = [("request", signed.as_str()), ("redirect_uri", "https://app.test/not-registered")];
        let reply = asked(app, &client, &beside).await;
        assert_eq!(client.redeem(reply.code()).await.status, 200);
    }

    async fn oidcc_refresh_token(app: &TestApp) {
        let (client, other) = (newcomer(app, json!({})).await, newcomer(app, json!({})).await);
        let refresh = tokens(app, &client).await.text("refresh_token");
        assert_eq!(other.refresh(&refresh).await.error(), "invalid_grant");
        assert_eq!(client.refresh(&refresh).await.status, 200);
    }

    async fn oidcc_ensure_client_assertion_with_iss_aud_succeeds(app: &TestApp) {
        let key = OwnKey::new(SigningAlg::RS256);
        let client = newcomer(app, json!({"jwks": key.jwks, "token_endpoint_auth_method": "private_key_jwt"})).await;
        let reply = asked(app, &client, &[]).await;
        assert_eq!(redeem_signing(app, &client, &key, reply.code(), "1").await.status, 200);
    }
}
