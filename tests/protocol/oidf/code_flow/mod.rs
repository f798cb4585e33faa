//! What the basic plans check of the code flow, whichever way the answers come.

mod objects;
mod sessions;

use std::time::Duration;

use serde_json::{Value, json};
use tidegate::base::encoding::base64url;
use tidegate::base::secret::sha256;

pub(in crate::oidf) use {objects::*, sessions::*};

use crate::support::TestApp;
use crate::support::browser::plain_client;
use crate::support::client::{REDIRECT, SECRET, VERIFIER, claims, header, parameters, read};
use crate::support::flow::borrowed;
use crate::support::rp::{DORA, Rp, discovery, lists};

pub(in crate::oidf) async fn oidcc_server(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let reply = rp.ask(&[]).await;
    assert_eq!(reply.get("state"), Some("st4te"));
    let tokens = rp.redeem(reply.code()).await;
    assert_eq!(
        (tokens.status, &tokens.body["token_type"]),
        (200, &json!("Bearer")),
        "{}",
        tokens.body
    );
    let id = claims(&tokens.text("id_token"));
    assert_eq!((&id["nonce"], &id["aud"]), (&json!("n0nce"), &json!("rp")));
    let now = app.now().secs();
    assert!(
        id["iat"] == now && id["exp"].as_i64().unwrap() > now && id["sub"].as_str().unwrap().len() <= 255
    );
    let info = rp.client.userinfo(&tokens.text("access_token")).await;
    assert_eq!((info.status, &info.body["sub"]), (200, &id["sub"]));
}

pub(in crate::oidf) async fn oidcc_response_type_missing(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let reply = rp.open(&[("response_type", "")]).await;
    assert_eq!(reply.unwrap().error(), Some("invalid_request"));
}

pub(in crate::oidf) async fn oidcc_idtoken_signature(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let id_token = rp.tokens(&[]).await.text("id_token");
    let head = header(&id_token);
    assert_eq!(head["alg"], "RS256");
    let jwks = read(plain_client().get(format!("{}/jwks", app.issuer)))
        .await
        .body;
    let kids: Vec<&Value> = jwks["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| &key["kid"])
        .collect();
    assert!(kids.contains(&&head["kid"]), "{head} {kids:?}");
    rp.id_token(&[]).await;
}

/// `none` is neither offered nor registered, so nobody gets an unsigned ID token.
pub(in crate::oidf) async fn oidcc_idtoken_unsigned(app: &TestApp, mode: &'static str) {
    assert!(!lists(
        &discovery(app).await,
        "id_token_signing_alg_values_supported",
        "none"
    ));
    let mut rp = Rp::new(app, mode).await;
    assert_ne!(header(&rp.tokens(&[]).await.text("id_token"))["alg"], "none");
}

pub(in crate::oidf) async fn oidcc_userinfo_get(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    assert!(rp.userinfo(&[]).await["sub"].is_string());
}

pub(in crate::oidf) async fn oidcc_userinfo_post_header(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let tokens = rp.tokens(&[]).await;
    let request = plain_client().post(format!("{}/userinfo", app.issuer));
    let info = read(request.bearer_auth(tokens.text("access_token"))).await;
    assert_eq!(
        (info.status, &info.body["sub"]),
        (200, &claims(&tokens.text("id_token"))["sub"])
    );
}

pub(in crate::oidf) async fn oidcc_userinfo_post_body(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let tokens = rp.tokens(&[]).await;
    let token = tokens.text("access_token");
    let info = rp
        .client
        .call_plain("/userinfo", &[("access_token", &token)])
        .await;
    assert_eq!(
        (info.status, &info.body["sub"]),
        (200, &claims(&tokens.text("id_token"))["sub"])
    );
}

pub(in crate::oidf) async fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow(
    app: &TestApp,
    mode: &'static str,
) {
    let mut rp = Rp::new(app, mode).await;
    assert!(rp.id_token(&[("nonce", "")]).await.get("nonce").is_none());
}

/// The claims of the scopes have the types of OpenID Connect Core section 5.1, and claims of other scopes are not there.
async fn scope_brings(app: &TestApp, mode: &'static str, scope: &str, wanted: &[&str]) {
    let mut rp = Rp::new(app, mode).await;
    let info = rp.userinfo(&[("scope", scope)]).await;
    let all = [
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
        "email",
        "email_verified",
        "address",
        "phone_number",
        "phone_number_verified",
    ];
    for name in all {
        let value = &info[name];
        let fits = match name {
            "updated_at" => value.is_i64(),
            "email_verified" | "phone_number_verified" => value.is_boolean(),
            "address" => value["country"].is_string(),
            _ => value.is_string(),
        };
        assert_eq!(fits, wanted.contains(&name), "{scope}: {name} in {info}");
    }
}

const PROFILE: [&str; 14] = [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];

pub(in crate::oidf) async fn oidcc_scope_profile(app: &TestApp, mode: &'static str) {
    scope_brings(app, mode, "openid profile", &PROFILE).await;
}

pub(in crate::oidf) async fn oidcc_scope_email(app: &TestApp, mode: &'static str) {
    scope_brings(app, mode, "openid email", &["email", "email_verified"]).await;
}

pub(in crate::oidf) async fn oidcc_scope_address(app: &TestApp, mode: &'static str) {
    scope_brings(app, mode, "openid address", &["address"]).await;
}

pub(in crate::oidf) async fn oidcc_scope_phone(app: &TestApp, mode: &'static str) {
    scope_brings(
        app,
        mode,
        "openid phone",
        &["phone_number", "phone_number_verified"],
    )
    .await;
}

pub(in crate::oidf) async fn oidcc_scope_all(app: &TestApp, mode: &'static str) {
    let others = [
        "email",
        "email_verified",
        "address",
        "phone_number",
        "phone_number_verified",
    ];
    let wanted = [&PROFILE[..], &others].concat();
    scope_brings(app, mode, "openid profile email address phone", &wanted).await;
}

/// Neither the order of scopes nor that of parameters matters.
pub(in crate::oidf) async fn oidcc_alternate_happy_flow(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let mut params = parameters(&rp.address(&[("scope", "email profile openid")]));
    params.reverse();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params)
        .finish();
    let address = format!("{}/authorize?{query}", app.issuer);
    let reply = rp.browser.reply_at(app, DORA, &address).await;
    assert_eq!(rp.redeem(reply.code()).await.status, 200);
}

pub(in crate::oidf) async fn oidcc_ensure_request_with_unknown_parameter_succeeds(
    app: &TestApp,
    mode: &'static str,
) {
    Rp::new(app, mode).await.id_token(&[("extra", "foobar")]).await;
}

async fn code_is_used_once(app: &TestApp, mode: &'static str, later: Duration) {
    let mut rp = Rp::new(app, mode).await;
    let code = rp.ask(&[]).await.code().to_owned();
    let tokens = rp.redeem(&code).await;
    assert_eq!(tokens.status, 200);
    app.advance(later);
    let again = rp.redeem(&code).await;
    assert_eq!((again.status, again.error()), (400, "invalid_grant"));
    let info = rp.client.userinfo(&tokens.text("access_token")).await;
    assert_eq!(
        info.status, 401,
        "RFC 6749 section 4.1.2: what the first use gave is revoked"
    );
}

pub(in crate::oidf) async fn oidcc_codereuse(app: &TestApp, mode: &'static str) {
    code_is_used_once(app, mode, Duration::ZERO).await;
}

pub(in crate::oidf) async fn oidcc_codereuse_30seconds(app: &TestApp, mode: &'static str) {
    code_is_used_once(app, mode, Duration::from_secs(30)).await;
}

pub(in crate::oidf) async fn oidcc_ensure_registered_redirect_uri(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let address = rp.address(&[("redirect_uri", "https://app.test/other")]);
    assert!(rp.browser.ends_on_error_page(&address).await);
}

pub(in crate::oidf) async fn oidcc_ensure_post_request_succeeds(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let params = parameters(&rp.address(&[]));
    rp.browser.post("/t/demo/authorize", &borrowed(&params)).await;
    let reply = rp.browser.go_through(app, DORA).await;
    assert_eq!(rp.redeem(reply.code()).await.status, 200);
}

pub(in crate::oidf) async fn oidcc_server_client_secret_post(app: &TestApp, mode: &'static str) {
    let method = json!({"token_endpoint_auth_method": "client_secret_post"});
    let mut rp = Rp::with(app, mode, method).await;
    let reply = rp.ask(&[]).await;
    let params = [
        ("grant_type", "authorization_code"),
        ("code", reply.code()),
        ("redirect_uri", REDIRECT),
        ("client_id", "rp"),
        ("client_secret", SECRET),
    ];
    assert_eq!(rp.client.call_plain("/token", &params).await.status, 200);
}

pub(in crate::oidf) async fn oidcc_claims_essential(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let info = rp
        .userinfo(&[("claims", r#"{"userinfo":{"name":{"essential":true}}}"#)])
        .await;
    assert_eq!(info["name"], "Dora Dahl");
}

pub(in crate::oidf) async fn oidcc_refresh_token(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let consented = [("scope", "openid offline_access"), ("prompt", "consent")];
    let tokens = rp.tokens(&consented).await;
    let (first, refresh) = (claims(&tokens.text("id_token")), tokens.text("refresh_token"));
    let other = Rp::another(app, mode, "other", json!({})).await;
    let stolen = other.client.refresh(&refresh).await;
    assert_eq!(
        (stolen.status, stolen.error()),
        (400, "invalid_grant"),
        "it is the client's own"
    );
    app.advance(Duration::from_secs(2));
    let refreshed = rp.client.refresh(&refresh).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);
    // OpenID Connect Core section 12.2.
    let second = claims(&refreshed.text("id_token"));
    for name in ["iss", "sub", "aud", "auth_time"] {
        assert_eq!(second[name], first[name], "{name}");
    }
    assert!(second["iat"].as_i64() > first["iat"].as_i64());
    assert_eq!(
        rp.client.userinfo(&refreshed.text("access_token")).await.status,
        200
    );
}

pub(in crate::oidf) async fn oidcc_ensure_request_with_valid_pkce_succeeds(
    app: &TestApp,
    mode: &'static str,
) {
    let mut rp = Rp::new(app, mode).await;
    let challenge = base64url(&sha256(VERIFIER.as_bytes()));
    let reply = rp
        .ask(&[("code_challenge", &challenge), ("code_challenge_method", "S256")])
        .await;
    assert_eq!(rp.client.redeem(reply.code()).await.status, 200);
}
