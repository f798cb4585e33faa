//! What the FAPI 2.0 plans check of both profiles. Requests are pushed; those of message signing are signed and answered by JARM, which
//! [`Party`] does by itself.

use std::time::Duration;

use serde_json::{Value, json};
use tidegate::base::encoding::base64url;
use tidegate::base::secret::sha256;
use tidegate::domain::key::SigningAlg;
use tidegate::protocol::profile::Profile;

use crate::support::TestApp;
use crate::support::browser::{Browser, plain_client};
use crate::support::client::{OwnKey, REDIRECT, VERIFIER, claims, header, read, verified};
use crate::support::fapi::Party;
use crate::support::flow::borrowed;
use crate::support::rp::{discovery, lists};

const CAROL: &str = "carol@demo.test";

pub(super) async fn fapi2_security_profile_final_discovery_end_point_verification(app: &TestApp, _: Profile) {
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
pub(super) async fn fapi2_security_profile_final_happy_flow(app: &TestApp, profile: Profile) {
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

pub(super) async fn fapi2_security_profile_final_user_rejects_authentication(
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

pub(super) async fn fapi2_security_profile_final_ensure_authorization_request_without_state_success(
    app: &TestApp,
    profile: Profile,
) {
    survive(app, profile, "n0nce", "").await;
}

pub(super) async fn fapi2_security_profile_final_ensure_authorization_request_without_nonce_success(
    app: &TestApp,
    profile: Profile,
) {
    survive(app, profile, "", "st4te").await;
}

pub(super) async fn fapi2_security_profile_final_ensure_authorization_request_with_64_char_nonce_success(
    app: &TestApp,
    profile: Profile,
) {
    survive(app, profile, &"n".repeat(64), "st4te").await;
}

/// Whole, not cut.
pub(super) async fn fapi2_security_profile_final_ensure_authorization_request_with_long_nonce(
    app: &TestApp,
    profile: Profile,
) {
    survive(app, profile, &"n".repeat(384), "st4te").await;
}

/// Whole, not cut.
pub(super) async fn fapi2_security_profile_final_ensure_authorization_request_with_long_state(
    app: &TestApp,
    profile: Profile,
) {
    survive(app, profile, "n0nce", &"s".repeat(384)).await;
}

pub(super) async fn fapi2_security_profile_final_ensure_other_scope_order_succeeds(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let tokens = party.tokens(app, &[("scope", "email openid")]).await;
    assert!(tokens.body["id_token"].is_string());
}

/// RFC 9110 section 11.1: the scheme of `Authorization` is the same in any case.
pub(super) async fn fapi2_security_profile_final_access_token_type_header_case_sensitivity(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let access = party.tokens(app, &[]).await.text("access_token");
    for scheme in ["DPoP", "dpop", "DPOP"] {
        let mut proof = party.holder.claims(app, "GET", "/userinfo");
        proof["ath"] = json!(base64url(&sha256(access.as_bytes())));
        let proof = party.holder.key.proof(&proof);
        let request = plain_client()
            .get(format!("{}/userinfo", app.issuer))
            .header("authorization", format!("{scheme} {access}"));
        assert_eq!(read(request.header("dpop", proof)).await.status, 200, "{scheme}");
    }
}

pub(super) async fn fapi2_security_profile_final_test_claims_parameter_identity_claims(
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

/// A code, and whether a proof that `change` spoils gets tokens for it.
async fn proof_is_taken(app: &TestApp, profile: Profile, change: impl FnOnce(&mut Value)) -> Option<String> {
    let mut party = Party::new(app, "bank", profile).await;
    let code = party.code(app, &[]).await;
    know_nonce(app, &mut party).await;
    let mut proof = party.holder.claims(app, "POST", "/token");
    change(&mut proof);
    let proof = party.holder.key.proof(&proof);
    let answer = party.redeem_proving(app, &code, &proof).await;
    (answer.status != 200).then(|| answer.error().to_owned())
}

/// Makes a call that gives the nonce.
async fn know_nonce(app: &TestApp, party: &mut Party) {
    party
        .call(
            app,
            "/token",
            &[("grant_type", "authorization_code"), ("code", "none")],
        )
        .await;
    assert!(party.holder.nonce.is_some());
}

pub(super) async fn fapi2_security_profile_final_check_dpop_proof_nbf_exp(app: &TestApp, profile: Profile) {
    let now = app.now().secs();
    let refused = proof_is_taken(app, profile, |proof| {
        proof["nbf"] = json!(now);
        proof["exp"] = json!(now + 60);
    });
    assert_eq!(refused.await, None);
}

pub(super) async fn fapi2_security_profile_final_ensure_dpopproof_with_iat_10seconds_before_succeeds(
    app: &TestApp,
    profile: Profile,
) {
    let now = app.now().secs();
    assert_eq!(
        proof_is_taken(app, profile, |proof| proof["iat"] = json!(now - 10)).await,
        None
    );
}

pub(super) async fn fapi2_security_profile_final_ensure_dpopproof_with_iat_10seconds_after_succeeds(
    app: &TestApp,
    profile: Profile,
) {
    let now = app.now().secs();
    assert_eq!(
        proof_is_taken(app, profile, |proof| proof["iat"] = json!(now + 10)).await,
        None
    );
}

/// `dpop_jkt` must be the key of the proof that comes with the push (RFC 9449 section 10.1).
pub(super) async fn fapi2_security_profile_final_ensure_mismatched_dpop_jkt_fails(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let other = OwnKey::new(SigningAlg::ES256).thumbprint;
    let params = party.push_params(app, &[("dpop_jkt", &other)]);
    let refused = party.call(app, "/par", &borrowed(&params)).await;
    assert_eq!((refused.status, refused.error()), (400, "invalid_dpop_proof"));
}

/// A code that is bound to a key is for its holder alone.
async fn code_is_for_the_holder(app: &TestApp, party: &mut Party, code: &str) {
    let thief = party.holder.thief();
    let owner = std::mem::replace(&mut party.holder, thief);
    let stolen = party.redeem(app, code).await;
    assert_eq!((stolen.status, stolen.error()), (400, "invalid_grant"));
    party.holder = owner;
    assert_eq!(party.redeem(app, code).await.status, 200);
}

async fn code_of_push_with_proof(app: &TestApp, party: &mut Party) -> String {
    let params = party.push_params(app, &[]);
    let pushed = party.call(app, "/par", &borrowed(&params)).await;
    assert_eq!(pushed.status, 201, "{}", pushed.body);
    let address = party.app.address(&[("request_uri", &pushed.text("request_uri"))]);
    let reply = Browser::new(app).reply_at(app, CAROL, &address).await;
    reply.code().to_owned()
}

pub(super) async fn fapi2_security_profile_final_ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let code = code_of_push_with_proof(app, &mut party).await;
    code_is_for_the_holder(app, &mut party, &code).await;
}

pub(super) async fn fapi2_security_profile_final_ensure_token_endpoint_fails_with_mismatched_dpop_jkt(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let thumbprint = party.holder.key.thumbprint.clone();
    let code = party.code(app, &[("dpop_jkt", &thumbprint)]).await;
    code_is_for_the_holder(app, &mut party, &code).await;
}

pub(super) async fn fapi2_security_profile_final_ensure_dpopproof_at_par_endpoint_binding_success(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let code = code_of_push_with_proof(app, &mut party).await;
    assert_eq!(party.redeem(app, &code).await.status, 200);
}

pub(super) async fn fapi2_security_profile_final_ensure_dpop_auth_code_binding_success(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let thumbprint = party.holder.key.thumbprint.clone();
    party.tokens(app, &[("dpop_jkt", &thumbprint)]).await;
}

/// RFC 9449 section 4.3, and FAPI 2.0 Security Profile section 5.4.1 for RS256. What is refused uses nothing up.
pub(super) async fn fapi2_security_profile_final_dpop_negative_tests(app: &TestApp, profile: Profile) {
    let mut party = Party::new(app, "bank", profile).await;
    let code = party.code(app, &[]).await;
    know_nonce(app, &mut party).await;
    let good = party.holder.claims(app, "POST", "/token");
    let now = app.now().secs();
    for (name, value) in [
        ("htm", json!("GET")),
        ("htu", json!(format!("{}/par", app.issuer))),
        ("iat", json!(now - 120)),
        ("iat", json!(now + 120)),
        ("exp", json!(now - 120)),
        ("nbf", json!(now + 120)),
        ("jti", json!("")),
    ] {
        let mut bad = good.clone();
        bad[name] = value;
        let bad = party.holder.key.proof(&bad);
        let refused = party.redeem_proving(app, &code, &bad).await;
        assert_eq!(
            (refused.status, refused.error()),
            (400, "invalid_dpop_proof"),
            "{name}"
        );
    }
    let key = &party.holder.key;
    let rsa = OwnKey::new(SigningAlg::RS256);
    for bad in [
        key.signed_with(&json!({"typ": "JWT", "alg": "ES256", "jwk": key.jwk()}), &good),
        key.signed_with(
            &json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": rsa.jwk()}),
            &good,
        ),
        rsa.signed_as_proof(&good),
    ] {
        let refused = party.redeem_proving(app, &code, &bad).await;
        assert_eq!(
            (refused.status, refused.error()),
            (400, "invalid_dpop_proof"),
            "{}",
            header(&bad)
        );
    }
    let proof = party.holder.key.proof(&good);
    let tokens = party.redeem_proving(app, &code, &proof).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    let access = tokens.text("access_token");
    let bad = |proof: &mut Value| proof["ath"] = json!("wrong");
    assert_eq!(
        party.holder.userinfo(app, &access, bad).await.error(),
        "invalid_dpop_proof"
    );
    let bearer = read(
        plain_client()
            .get(format!("{}/userinfo", app.issuer))
            .bearer_auth(&access),
    )
    .await;
    assert_eq!(bearer.status, 401);
}

/// What the app is told when more stands beside the request URI (RFC 9126 section 4, RFC 9101 section 5).
async fn told_beside(
    app: &TestApp,
    party: &mut Party,
    inside: &[(&str, &str)],
    beside: &str,
) -> (Option<String>, Value) {
    let address = format!("{}{beside}", party.pushed(app, inside).await);
    let reply = Browser::new(app).reply_at(app, CAROL, &address).await;
    let id = claims(&party.redeem(app, reply.code()).await.text("id_token"));
    (reply.get("state").map(str::to_owned), id)
}

pub(super) async fn fapi2_security_profile_final_ensure_different_nonce_inside_and_outside_request_object(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let (_, id) = told_beside(app, &mut party, &[], "&nonce=outside").await;
    assert_eq!(id["nonce"], "n0nce");
}

pub(super) async fn fapi2_security_profile_final_ensure_different_state_inside_and_outside_request_object(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let (state, _) = told_beside(app, &mut party, &[], "&state=outside").await;
    assert_eq!(state.as_deref(), Some("st4te"));
}

pub(super) async fn fapi2_security_profile_final_state_only_outside_request_object_not_used(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let (state, _) = told_beside(app, &mut party, &[("state", "")], "&state=outside").await;
    assert_eq!(state, None);
}

/// The error of a push.
async fn push_fails(app: &TestApp, profile: Profile, more: &[(&str, &str)], error: &str) {
    let mut party = Party::new(app, "bank", profile).await;
    let refused = party.push(app, more).await;
    assert_eq!(
        (refused.status, refused.error()),
        (400, error),
        "{more:?}: {}",
        refused.body
    );
}

pub(super) async fn fapi2_security_profile_final_ensure_request_object_without_redirect_uri_fails(
    app: &TestApp,
    profile: Profile,
) {
    push_fails(app, profile, &[("redirect_uri", "")], "invalid_request").await;
}

pub(super) async fn fapi2_security_profile_final_ensure_registered_redirect_uri(
    app: &TestApp,
    profile: Profile,
) {
    push_fails(
        app,
        profile,
        &[("redirect_uri", "https://app.test/other")],
        "invalid_request",
    )
    .await;
}

/// RFC 9126 section 2.4 lets a provider take redirect URIs that were not registered, from clients that authenticate. Ours does not.
pub(super) async fn fapi2_security_profile_final_plain_fapi_tolerate_unregistered_redirect_uri(
    app: &TestApp,
    profile: Profile,
) {
    push_fails(
        app,
        profile,
        &[("redirect_uri", "https://app.test/cb?dummy=1")],
        "invalid_request",
    )
    .await;
}

/// Section 5.3.2.2: it is never left to a default.
pub(super) async fn fapi2_security_profile_final_ensure_redirect_uri_in_authorization_request(
    app: &TestApp,
    profile: Profile,
) {
    push_fails(app, profile, &[("redirect_uri", "")], "invalid_request").await;
}

pub(super) async fn fapi2_security_profile_final_ensure_unsigned_authorization_request_without_using_par_fails(
    app: &TestApp,
    profile: Profile,
) {
    let party = Party::new(app, "bank", profile).await;
    let mut browser = Browser::new(app);
    let signed = [("response_mode", "jwt")];
    browser.get(&party.app.authorize(&signed)).await;
    assert_eq!(browser.reply().unwrap().error(), Some("invalid_request"));
}

pub(super) async fn fapi2_security_profile_final_ensure_response_type_code_idtoken_fails(
    app: &TestApp,
    profile: Profile,
) {
    push_fails(
        app,
        profile,
        &[("response_type", "code id_token")],
        "unsupported_response_type",
    )
    .await;
}

pub(super) async fn fapi2_security_profile_final_ensure_response_type_token_fails(
    app: &TestApp,
    profile: Profile,
) {
    push_fails(
        app,
        profile,
        &[("response_type", "token")],
        "unsupported_response_type",
    )
    .await;
}

/// A `client_id` beside an assertion must be the assertion's.
pub(super) async fn fapi2_security_profile_final_ensure_client_id_in_token_endpoint(
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
pub(super) async fn fapi2_security_profile_final_ensure_holder_of_key_required(
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

pub(super) async fn fapi2_security_profile_final_ensure_authorization_code_is_bound_to_client(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let mut other = Party::new(app, "other", profile).await;
    let code = party.code(app, &[]).await;
    let stolen = other.redeem(app, &code).await;
    assert_eq!((stolen.status, stolen.error()), (400, "invalid_grant"));
}

pub(super) async fn fapi2_security_profile_final_attempt_reuse_authorization_code_after_one_second(
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

pub(super) async fn fapi2_security_profile_final_ensure_token_endpoint_fails_with_expired_auth_code(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let code = party.code(app, &[]).await;
    app.advance(Duration::from_secs(61));
    assert_eq!(party.redeem(app, &code).await.error(), "invalid_grant");
}

/// The key is the client's own and would do for PS256.
pub(super) async fn fapi2_security_profile_final_ensure_signed_client_assertion_with_rs256_fails(
    app: &TestApp,
    profile: Profile,
) {
    let rsa = OwnKey::new(SigningAlg::RS256);
    let mut jwk = rsa.jwk().clone();
    jwk.as_object_mut().unwrap().remove("alg");
    let mut party = Party::with(app, "bank", profile, json!({"jwks": {"keys": [jwk]}})).await;
    let assertion = party.assertion(app);
    let assertion = rsa.sign(&assertion);
    let refused = party
        .call_signed("/token", &Party::redemption("none"), &assertion)
        .await;
    assert_eq!((refused.status, refused.error()), (401, "invalid_client"));
}

pub(super) async fn fapi2_security_profile_final_ensure_client_assertion_in_token_endpoint(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let code = party.code(app, &[]).await;
    let bare = [&Party::redemption(&code)[..], &[("client_id", "bank")]].concat();
    let refused = party.app.call_plain("/token", &bare).await;
    assert_eq!((refused.status, refused.error()), (401, "invalid_client"));
}

/// The error of a token request whose assertion `change` spoils.
async fn assertion_fails(app: &TestApp, profile: Profile, path: &str, change: impl FnOnce(&mut Value)) {
    let mut party = Party::new(app, "bank", profile).await;
    let refused = party
        .call_asserting(app, path, &Party::redemption("none"), change)
        .await;
    assert_eq!((refused.status, refused.error()), (401, "invalid_client"));
}

pub(super) async fn fapi2_security_profile_final_ensure_client_assertion_with_exp_is_5_minutes_in_past_fails(
    app: &TestApp,
    profile: Profile,
) {
    let past = app.now().secs() - 300;
    assertion_fails(app, profile, "/token", |claims| claims["exp"] = json!(past)).await;
}

pub(super) async fn fapi2_security_profile_final_ensure_client_assertion_with_wrong_aud_fails(
    app: &TestApp,
    profile: Profile,
) {
    assertion_fails(app, profile, "/token", |claims| {
        claims["aud"] = json!("https://other.test")
    })
    .await;
}

pub(super) async fn fapi2_security_profile_final_ensure_client_assertion_with_no_sub_fails(
    app: &TestApp,
    profile: Profile,
) {
    let without = |claims: &mut Value| {
        claims.as_object_mut().unwrap().remove("sub");
    };
    assertion_fails(app, profile, "/token", without).await;
}

/// It works again and again, for its client and a sender that proves a key.
pub(super) async fn fapi2_security_profile_final_refresh_token(app: &TestApp, profile: Profile) {
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

/// FAPI 2.0 Security Profile section 5.3.2.2 note 3: the page of a sign-in may be loaded again.
pub(super) async fn fapi2_security_profile_final_par_ensure_reused_request_uri_prior_to_auth_completion_succeeds(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let address = party.pushed(app, &[]).await;
    let mut browser = Browser::new(app);
    browser.get(&address).await;
    assert!(browser.page.has_field("password"), "{}", browser.page.text());
    let reply = browser.reply_at(app, CAROL, &address).await;
    assert_eq!(party.redeem(app, reply.code()).await.status, 200);
}

pub(super) async fn fapi2_security_profile_final_par_attempt_reuse_request_uri(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let address = party.pushed(app, &[]).await;
    let mut browser = Browser::new(app);
    browser.reply_at(app, CAROL, &address).await;
    assert!(browser.ends_on_error_page(&address).await);
}

pub(super) async fn fapi2_security_profile_final_par_attempt_to_use_expired_request_uri(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let pushed = party.push(app, &[]).await;
    let life = pushed.body["expires_in"].as_u64().unwrap();
    assert!(life < 600, "section 5.3.2.2");
    app.advance(Duration::from_secs(life));
    let address = party.app.address(&[("request_uri", &pushed.text("request_uri"))]);
    assert!(Browser::new(app).ends_on_error_page(&address).await);
}

pub(super) async fn fapi2_security_profile_final_par_attempt_to_use_request_uri_for_different_client(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let other = Party::new(app, "other", profile).await;
    let uri = party.push(app, &[]).await.text("request_uri");
    let address = other.app.address(&[("request_uri", &uri)]);
    assert!(Browser::new(app).ends_on_error_page(&address).await);
}

/// Section 5.3.2.1: clocks of clients may be ten seconds ahead, and no more than sixty.
pub(super) async fn fapi2_security_profile_final_par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let soon = app.now().secs() + 8;
    let params = party.push_params(app, &[]);
    let change = |claims: &mut Value| {
        claims["nbf"] = json!(soon);
        claims["iat"] = json!(soon);
    };
    let pushed = party
        .call_asserting(app, "/par", &borrowed(&params), change)
        .await;
    assert_eq!(pushed.status, 201, "{}", pushed.body);
}

pub(super) async fn fapi2_security_profile_final_par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails(
    app: &TestApp,
    profile: Profile,
) {
    let later = app.now().secs() + 61;
    assertion_fails(app, profile, "/par", |claims| claims["nbf"] = json!(later)).await;
}

pub(super) async fn fapi2_security_profile_final_par_test_array_as_audience_fails(
    app: &TestApp,
    profile: Profile,
) {
    let issuer = app.issuer.clone();
    assertion_fails(app, profile, "/par", |claims| claims["aud"] = json!([issuer])).await;
}

pub(super) async fn fapi2_security_profile_final_par_test_par_endpoint_url_as_audience_fails(
    app: &TestApp,
    profile: Profile,
) {
    let endpoint = format!("{}/par", app.issuer);
    assertion_fails(app, profile, "/par", |claims| claims["aud"] = json!(endpoint)).await;
}

pub(super) async fn fapi2_security_profile_final_par_test_token_endpoint_url_as_audience_fails(
    app: &TestApp,
    profile: Profile,
) {
    let endpoint = format!("{}/token", app.issuer);
    assertion_fails(app, profile, "/par", |claims| claims["aud"] = json!(endpoint)).await;
}

/// RFC 9126 section 2.1: a push holds no request URI.
pub(super) async fn fapi2_security_profile_final_par_authorization_request_containing_request_uri_form_param(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let mut params = party.push_params(app, &[]);
    params.push((
        "request_uri".to_owned(),
        "urn:ietf:params:oauth:request_uri:x".to_owned(),
    ));
    let refused = party
        .call_asserting(app, "/par", &borrowed(&params), |_| ())
        .await;
    assert_eq!((refused.status, refused.error()), (400, "invalid_request"));
}

/// RFC 9126 section 2.3.
pub(super) async fn fapi2_security_profile_final_par_attempt_invalid_http_method(app: &TestApp, _: Profile) {
    for method in [reqwest::Method::GET, reqwest::Method::PUT] {
        let answer = read(plain_client().request(method.clone(), format!("{}/par", app.issuer))).await;
        assert_eq!(answer.status, 405, "{method}");
    }
}

/// The client is named by its assertion alone.
pub(super) async fn fapi2_security_profile_final_par_without_duplicate_parameters(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let mut params = party.push_params(app, &[]);
    params.retain(|(name, _)| name != "client_id");
    let pushed = party
        .call_asserting(app, "/par", &borrowed(&params), |_| ())
        .await;
    assert_eq!(pushed.status, 201, "{}", pushed.body);
    params.extend(
        [("scope", "openid"), ("scope", "email")].map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let doubled = party
        .call_asserting(app, "/par", &borrowed(&params), |_| ())
        .await;
    assert_eq!(doubled.error(), "invalid_request");
}

pub(super) async fn fapi2_security_profile_final_par_ensure_pkce_required(app: &TestApp, profile: Profile) {
    let bare = [("code_challenge", ""), ("code_challenge_method", "")];
    push_fails(app, profile, &bare, "invalid_request").await;
}

pub(super) async fn fapi2_security_profile_final_par_plain_pkce_rejected(app: &TestApp, profile: Profile) {
    let plain = [("code_challenge", VERIFIER), ("code_challenge_method", "plain")];
    push_fails(app, profile, &plain, "invalid_request").await;
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

pub(super) async fn fapi2_security_profile_final_ensure_pkce_code_verifier_required(
    app: &TestApp,
    profile: Profile,
) {
    verifier_fails(app, profile, None).await;
}

pub(super) async fn fapi2_security_profile_final_incorrect_pkce_code_verifier_rejected(
    app: &TestApp,
    profile: Profile,
) {
    verifier_fails(app, profile, Some(&VERIFIER.replace('d', "e"))).await;
}
