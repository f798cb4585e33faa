//! What the basic plans check of the code flow, whichever way the answers come.

use std::time::Duration;

use serde_json::{Value, json};
use tidegate::base::encoding::base64url;

use crate::support::TestApp;
use crate::support::browser::plain_client;
use crate::support::client::{REDIRECT, SECRET, VERIFIER, claims, header, parameters, read};
use crate::support::documents::Documents;
use crate::support::flow::borrowed;
use crate::support::rp::{DORA, Rp, discovery, lists};

pub(super) async fn oidcc_server(app: &TestApp, mode: &'static str) {
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

pub(super) async fn oidcc_response_type_missing(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let reply = rp.open(&[("response_type", "")]).await;
    assert_eq!(reply.unwrap().error(), Some("invalid_request"));
}

pub(super) async fn oidcc_idtoken_signature(app: &TestApp, mode: &'static str) {
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
pub(super) async fn oidcc_idtoken_unsigned(app: &TestApp, mode: &'static str) {
    assert!(!lists(
        &discovery(app).await,
        "id_token_signing_alg_values_supported",
        "none"
    ));
    let mut rp = Rp::new(app, mode).await;
    assert_ne!(header(&rp.tokens(&[]).await.text("id_token"))["alg"], "none");
}

pub(super) async fn oidcc_userinfo_get(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    assert!(rp.userinfo(&[]).await["sub"].is_string());
}

pub(super) async fn oidcc_userinfo_post_header(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let tokens = rp.tokens(&[]).await;
    let request = plain_client().post(format!("{}/userinfo", app.issuer));
    let info = read(request.bearer_auth(tokens.text("access_token"))).await;
    assert_eq!(
        (info.status, &info.body["sub"]),
        (200, &claims(&tokens.text("id_token"))["sub"])
    );
}

pub(super) async fn oidcc_userinfo_post_body(app: &TestApp, mode: &'static str) {
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

pub(super) async fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow(
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

pub(super) async fn oidcc_scope_profile(app: &TestApp, mode: &'static str) {
    scope_brings(app, mode, "openid profile", &PROFILE).await;
}

pub(super) async fn oidcc_scope_email(app: &TestApp, mode: &'static str) {
    scope_brings(app, mode, "openid email", &["email", "email_verified"]).await;
}

pub(super) async fn oidcc_scope_address(app: &TestApp, mode: &'static str) {
    scope_brings(app, mode, "openid address", &["address"]).await;
}

pub(super) async fn oidcc_scope_phone(app: &TestApp, mode: &'static str) {
    scope_brings(
        app,
        mode,
        "openid phone",
        &["phone_number", "phone_number_verified"],
    )
    .await;
}

pub(super) async fn oidcc_scope_all(app: &TestApp, mode: &'static str) {
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
pub(super) async fn oidcc_alternate_happy_flow(app: &TestApp, mode: &'static str) {
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

pub(super) async fn oidcc_display_page(app: &TestApp, mode: &'static str) {
    Rp::new(app, mode).await.id_token(&[("display", "page")]).await;
}

pub(super) async fn oidcc_display_popup(app: &TestApp, mode: &'static str) {
    Rp::new(app, mode).await.id_token(&[("display", "popup")]).await;
}

pub(super) async fn oidcc_prompt_login(app: &TestApp, mode: &'static str) {
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

pub(super) async fn oidcc_prompt_none_not_logged_in(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let reply = rp.open(&[("prompt", "none")]).await.unwrap();
    assert_eq!(
        (reply.error(), reply.get("state")),
        (Some("login_required"), Some("st4te"))
    );
}

pub(super) async fn oidcc_prompt_none_logged_in(app: &TestApp, mode: &'static str) {
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

pub(super) async fn oidcc_max_age_1(app: &TestApp, mode: &'static str) {
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

pub(super) async fn oidcc_max_age_10000(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let first = rp.id_token(&[]).await;
    app.advance(Duration::from_secs(2));
    let reply = rp.open(&[("max_age", "10000")]).await.expect("nobody is asked");
    let second = claims(&rp.redeem(reply.code()).await.text("id_token"));
    assert_eq!(second["auth_time"], first["auth_time"]);
}

pub(super) async fn oidcc_ensure_request_with_unknown_parameter_succeeds(app: &TestApp, mode: &'static str) {
    Rp::new(app, mode).await.id_token(&[("extra", "foobar")]).await;
}

pub(super) async fn oidcc_id_token_hint(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let hint = rp.tokens(&[]).await.text("id_token");
    let reply = rp
        .open(&[("prompt", "none"), ("id_token_hint", &hint)])
        .await
        .unwrap();
    let second = claims(&rp.redeem(reply.code()).await.text("id_token"));
    assert_eq!(second["sub"], claims(&hint)["sub"]);
}

pub(super) async fn oidcc_login_hint(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    rp.open(&[("login_hint", DORA)]).await;
    assert!(rp.browser.page.html.contains(DORA), "the page knows the name");
    rp.id_token(&[("login_hint", DORA)]).await;
}

pub(super) async fn oidcc_ui_locales(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    rp.open(&[("ui_locales", "se de")]).await;
    assert!(rp.browser.page.html.contains("lang=\"de\""));
    rp.id_token(&[("ui_locales", "se")]).await;
}

pub(super) async fn oidcc_claims_locales(app: &TestApp, mode: &'static str) {
    Rp::new(app, mode)
        .await
        .id_token(&[("claims_locales", "se")])
        .await;
}

pub(super) async fn oidcc_ensure_request_with_acr_values_succeeds(app: &TestApp, mode: &'static str) {
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

pub(super) async fn oidcc_codereuse(app: &TestApp, mode: &'static str) {
    code_is_used_once(app, mode, Duration::ZERO).await;
}

pub(super) async fn oidcc_codereuse_30seconds(app: &TestApp, mode: &'static str) {
    code_is_used_once(app, mode, Duration::from_secs(30)).await;
}

pub(super) async fn oidcc_ensure_registered_redirect_uri(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let address = rp.address(&[("redirect_uri", "https://app.test/other")]);
    assert!(rp.browser.ends_on_error_page(&address).await);
}

pub(super) async fn oidcc_ensure_post_request_succeeds(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let params = parameters(&rp.address(&[]));
    rp.browser.post("/t/demo/authorize", &borrowed(&params)).await;
    let reply = rp.browser.go_through(app, DORA).await;
    assert_eq!(rp.redeem(reply.code()).await.status, 200);
}

pub(super) async fn oidcc_server_client_secret_post(app: &TestApp, mode: &'static str) {
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

/// An object that nobody signed.
fn unsigned(object: &Value) -> String {
    let head = base64url(br#"{"alg":"none"}"#);
    format!("{head}.{}.", base64url(object.to_string().as_bytes()))
}

/// The request as an object of a relying party that does without PKCE.
fn object(rp: &Rp<'_>, more: &Value) -> Value {
    let mut members = json!({"code_challenge": null, "code_challenge_method": null, "scope": "openid"});
    members
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().cloned().unwrap());
    rp.client.object(rp.app, &members)
}

/// Works for a client that registered so, and is refused, not ignored, for others.
pub(super) async fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(
    app: &TestApp,
    mode: &'static str,
) {
    let site = Documents::start();
    let uri = site.at("/request");
    let mut rp = Rp::with(
        app,
        mode,
        json!({"request_uris": [uri], "request_object_signing_alg": "none"}),
    )
    .await;
    site.put(
        "/request",
        "application/jwt",
        unsigned(&object(&rp, &json!({"state": "inside", "response_mode": mode}))),
    );
    let reply = rp.ask(&[("request_uri", &uri)]).await;
    assert_eq!(reply.get("state"), Some("inside"));
    let mut other = Rp::another(app, mode, "other", json!({})).await;
    let refused = other.open(&[("request_uri", &uri)]).await.unwrap();
    assert_eq!(refused.error(), Some("invalid_request_uri"));
}

/// As with `request_uri`.
pub(super) async fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(
    app: &TestApp,
    mode: &'static str,
) {
    let mut rp = Rp::with(app, mode, json!({"request_object_signing_alg": "none"})).await;
    let inside = unsigned(&object(&rp, &json!({"state": "inside", "response_mode": mode})));
    assert_eq!(rp.ask(&[("request", &inside)]).await.get("state"), Some("inside"));
    let mut other = Rp::another(app, mode, "other", json!({})).await;
    let theirs = unsigned(&object(&other, &json!({})));
    let refused = other.open(&[("request", &theirs)]).await.unwrap();
    assert_eq!(refused.error(), Some("request_not_supported"));
}

pub(super) async fn oidcc_claims_essential(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let info = rp
        .userinfo(&[("claims", r#"{"userinfo":{"name":{"essential":true}}}"#)])
        .await;
    assert_eq!(info["name"], "Dora Dahl");
}

/// What stands in the object wins over what stands beside it.
pub(super) async fn oidcc_ensure_request_object_with_redirect_uri(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::with(app, mode, json!({"request_object_signing_alg": "none"})).await;
    let inside = unsigned(&object(&rp, &json!({"response_mode": mode})));
    let beside = "https://app.test/not-registered";
    let reply = rp.ask(&[("request", &inside), ("redirect_uri", beside)]).await;
    assert_eq!(rp.redeem(reply.code()).await.status, 200);
}

pub(super) async fn oidcc_refresh_token(app: &TestApp, mode: &'static str) {
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

pub(super) async fn oidcc_ensure_request_with_valid_pkce_succeeds(app: &TestApp, mode: &'static str) {
    let mut rp = Rp::new(app, mode).await;
    let challenge = base64url(&tidegate::base::secret::sha256(VERIFIER.as_bytes()));
    let reply = rp
        .ask(&[("code_challenge", &challenge), ("code_challenge_method", "S256")])
        .await;
    assert_eq!(rp.client.redeem(reply.code()).await.status, 200);
}
