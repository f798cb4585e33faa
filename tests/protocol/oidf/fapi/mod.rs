//! What the FAPI 2.0 plans check of both profiles. Requests are pushed; those of message signing are signed and answered by JARM, which
//! [`Party`] does by itself.

mod assertions;
mod proofs;
mod pushes;

use std::time::Duration;

use serde_json::json;
use tidegate::protocol::profile::Profile;

pub(in crate::oidf) use {assertions::*, proofs::*, pushes::*};

use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::client::{REDIRECT, VERIFIER, claims, header, verified};
use crate::support::fapi::Party;
use crate::support::rp::{discovery, lists};

const CAROL: &str = "carol@demo.test";

pub(in crate::oidf) async fn fapi2_security_profile_final_discovery_end_point_verification(
    app: &TestApp,
    _: Profile,
) {
    let document = discovery(app).await;
    assert_eq!(document["issuer"], app.issuer);
    for endpoint in [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "pushed_authorization_request_endpoint",
    ] {
        assert!(
            document[endpoint].as_str().unwrap().starts_with(&app.issuer),
            "{endpoint}"
        );
    }
    for (name, value) in [
        ("response_types_supported", "code"),
        ("response_modes_supported", "jwt"),
        ("grant_types_supported", "authorization_code"),
        ("token_endpoint_auth_methods_supported", "private_key_jwt"),
        ("token_endpoint_auth_signing_alg_values_supported", "PS256"),
        ("request_object_signing_alg_values_supported", "PS256"),
        ("authorization_signing_alg_values_supported", "PS256"),
        ("dpop_signing_alg_values_supported", "ES256"),
        ("code_challenge_methods_supported", "S256"),
        ("claims_supported", "acr"),
        ("scopes_supported", "openid"),
    ] {
        assert!(lists(&document, name, value), "{name}: {value}");
    }
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    assert_eq!(document["claims_parameter_supported"], true);
}

/// The whole flow, with two clients; the second one's tokens are its own.
pub(in crate::oidf) async fn fapi2_security_profile_final_happy_flow(app: &TestApp, profile: Profile) {
    for id in ["first", "second"] {
        let mut party = Party::new(app, id, profile).await;
        let address = party.pushed(app, &[]).await;
        let reply = Browser::new(app).reply_at(app, CAROL, &address).await;
        assert_eq!(
            (reply.get("state"), reply.get("iss")),
            (Some("st4te"), Some(app.issuer.as_str()))
        );
        let tokens = party.redeem(app, reply.code()).await;
        assert_eq!(
            (tokens.status, &tokens.body["token_type"]),
            (200, &json!("DPoP")),
            "{}",
            tokens.body
        );
        let id_token = verified(app, &tokens.text("id_token")).await;
        assert_eq!(
            (&id_token["aud"], &id_token["nonce"]),
            (&json!(id), &json!("n0nce"))
        );
        assert_eq!(header(&tokens.text("id_token"))["alg"], "ES256");
        let access = tokens.text("access_token");
        assert_eq!(claims(&access)["cnf"]["jkt"], party.holder.key.thumbprint);
        let info = party.holder.userinfo(app, &access, |_| ()).await;
        assert_eq!((info.status, &info.body["sub"]), (200, &id_token["sub"]));
    }
}

pub(in crate::oidf) async fn fapi2_security_profile_final_user_rejects_authentication(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let address = party.pushed(app, &[]).await;
    let mut browser = Browser::new(app);
    browser.get(&address).await;
    let cancel = browser.page.url.replace("/signin?", "/signin/cancel?");
    browser.get(&cancel).await;
    let reply = browser.reply().unwrap();
    assert_eq!(
        (reply.error(), reply.get("state")),
        (Some("access_denied"), Some("st4te"))
    );
}

/// The ID token's nonce and the answer's state, when the request has these.
async fn survive(app: &TestApp, profile: Profile, nonce: &str, state: &str) {
    let mut party = Party::new(app, "bank", profile).await;
    let address = party.pushed(app, &[("nonce", nonce), ("state", state)]).await;
    let reply = Browser::new(app).reply_at(app, CAROL, &address).await;
    assert_eq!(reply.get("state").unwrap_or_default(), state);
    let id = claims(&party.redeem(app, reply.code()).await.text("id_token"));
    assert_eq!(id["nonce"].as_str().unwrap_or_default(), nonce);
}

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_authorization_request_without_state_success(
    app: &TestApp,
    profile: Profile,
) {
    survive(app, profile, "n0nce", "").await;
}

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_authorization_request_without_nonce_success(
    app: &TestApp,
    profile: Profile,
) {
    survive(app, profile, "", "st4te").await;
}

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_authorization_request_with_64_char_nonce_success(
    app: &TestApp,
    profile: Profile,
) {
    survive(app, profile, &"n".repeat(64), "st4te").await;
}

/// Whole, not cut.
pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_authorization_request_with_long_nonce(
    app: &TestApp,
    profile: Profile,
) {
    survive(app, profile, &"n".repeat(384), "st4te").await;
}

/// Whole, not cut.
pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_authorization_request_with_long_state(
    app: &TestApp,
    profile: Profile,
) {
    survive(app, profile, "n0nce", &"s".repeat(384)).await;
}

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_other_scope_order_succeeds(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let tokens = party.tokens(app, &[("scope", "email openid")]).await;
    assert!(tokens.body["id_token"].is_string());
}

pub(in crate::oidf) async fn fapi2_security_profile_final_test_claims_parameter_identity_claims(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let asked = r#"{"id_token":{"name":{"essential":true}},"userinfo":{"name":null}}"#;
    let tokens = party.tokens(app, &[("claims", asked), ("scope", "openid")]).await;
    assert_eq!(claims(&tokens.text("id_token"))["name"], "Carol Castro");
    let info = party
        .holder
        .userinfo(app, &tokens.text("access_token"), |_| ())
        .await;
    assert_eq!(info.body["name"], "Carol Castro");
}

/// A `client_id` beside an assertion must be the assertion's.
pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_client_id_in_token_endpoint(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    Party::new(app, "other", profile).await;
    let code = party.code(app, &[]).await;
    let with = |id: &'static str| [&Party::redemption(&code)[..], &[("client_id", id)]].concat();
    let wrong = party.call(app, "/token", &with("other")).await;
    assert_eq!((wrong.status, wrong.error()), (401, "invalid_client"));
    assert_eq!(party.call(app, "/token", &with("bank")).await.status, 200);
}

/// Section 5.3.2.1: no token for a sender that proves nothing.
pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_holder_of_key_required(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let code = party.code(app, &[]).await;
    let refused = party
        .call_asserting(app, "/token", &Party::redemption(&code), |_| ())
        .await;
    assert_eq!((refused.status, refused.error()), (400, "invalid_dpop_proof"));
}

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_authorization_code_is_bound_to_client(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let mut other = Party::new(app, "other", profile).await;
    let code = party.code(app, &[]).await;
    let stolen = other.redeem(app, &code).await;
    assert_eq!((stolen.status, stolen.error()), (400, "invalid_grant"));
}

pub(in crate::oidf) async fn fapi2_security_profile_final_attempt_reuse_authorization_code_after_one_second(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let code = party.code(app, &[]).await;
    let tokens = party.redeem(app, &code).await;
    app.advance(Duration::from_secs(1));
    assert_eq!(party.redeem(app, &code).await.error(), "invalid_grant");
    let info = party
        .holder
        .userinfo(app, &tokens.text("access_token"), |_| ())
        .await;
    assert_eq!(info.status, 401, "what it gave is revoked");
}

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_token_endpoint_fails_with_expired_auth_code(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let code = party.code(app, &[]).await;
    app.advance(Duration::from_secs(61));
    assert_eq!(party.redeem(app, &code).await.error(), "invalid_grant");
}

/// It works again and again, for its client and a sender that proves a key.
pub(in crate::oidf) async fn fapi2_security_profile_final_refresh_token(app: &TestApp, profile: Profile) {
    let mut party = Party::new(app, "bank", profile).await;
    let mut other = Party::new(app, "other", profile).await;
    let tokens = party.tokens(app, &[("prompt", "consent")]).await;
    let refresh = tokens.text("refresh_token");
    assert_eq!(other.refresh(app, &refresh).await.error(), "invalid_grant");
    let params = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.as_str()),
    ];
    let unproven = party.call_asserting(app, "/token", &params, |_| ()).await;
    assert_eq!(unproven.error(), "invalid_dpop_proof");
    for _ in 0..2 {
        app.advance(Duration::from_secs(1));
        let again = party.refresh(app, &refresh).await;
        assert_eq!(again.status, 200, "{}", again.body);
        assert_eq!(
            again.text("refresh_token"),
            refresh,
            "section 5.3.2.1: no rotation"
        );
        let (first, second) = (claims(&tokens.text("id_token")), claims(&again.text("id_token")));
        assert_eq!(
            (&second["sub"], &second["auth_time"]),
            (&first["sub"], &first["auth_time"])
        );
        assert_eq!(
            party
                .holder
                .userinfo(app, &again.text("access_token"), |_| ())
                .await
                .status,
            200
        );
    }
}

/// The error of redeeming a code with another verifier.
async fn verifier_fails(app: &TestApp, profile: Profile, verifier: Option<&str>) {
    let mut party = Party::new(app, "bank", profile).await;
    let code = party.code(app, &[]).await;
    let mut params = vec![
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT),
    ];
    params.extend(verifier.map(|verifier| ("code_verifier", verifier)));
    assert_eq!(party.call(app, "/token", &params).await.error(), "invalid_grant");
}

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_pkce_code_verifier_required(
    app: &TestApp,
    profile: Profile,
) {
    verifier_fails(app, profile, None).await;
}

pub(in crate::oidf) async fn fapi2_security_profile_final_incorrect_pkce_code_verifier_rejected(
    app: &TestApp,
    profile: Profile,
) {
    verifier_fails(app, profile, Some(&VERIFIER.replace('d', "e"))).await;
}
