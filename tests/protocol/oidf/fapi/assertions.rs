//! Assertions of clients.

use serde_json::{Value, json};
use tidegate::domain::key::SigningAlg;
use tidegate::protocol::profile::Profile;

use crate::support::TestApp;
use crate::support::client::OwnKey;
use crate::support::fapi::Party;
use crate::support::flow::borrowed;

/// The key is the client's own and would do for PS256.
pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_signed_client_assertion_with_rs256_fails(
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

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_client_assertion_in_token_endpoint(
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

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_client_assertion_with_exp_is_5_minutes_in_past_fails(
    app: &TestApp,
    profile: Profile,
) {
    let past = app.now().secs() - 300;
    assertion_fails(app, profile, "/token", |claims| claims["exp"] = json!(past)).await;
}

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_client_assertion_with_wrong_aud_fails(
    app: &TestApp,
    profile: Profile,
) {
    assertion_fails(app, profile, "/token", |claims| {
        claims["aud"] = json!("https://other.test");
    })
    .await;
}

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_client_assertion_with_no_sub_fails(
    app: &TestApp,
    profile: Profile,
) {
    let without = |claims: &mut Value| {
        claims.as_object_mut().unwrap().remove("sub");
    };
    assertion_fails(app, profile, "/token", without).await;
}

/// Section 5.3.2.1: clocks of clients may be ten seconds ahead, and no more than sixty.
pub(in crate::oidf) async fn fapi2_security_profile_final_par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted(
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

pub(in crate::oidf) async fn fapi2_security_profile_final_par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails(
    app: &TestApp,
    profile: Profile,
) {
    let later = app.now().secs() + 61;
    assertion_fails(app, profile, "/par", |claims| claims["nbf"] = json!(later)).await;
}

pub(in crate::oidf) async fn fapi2_security_profile_final_par_test_array_as_audience_fails(
    app: &TestApp,
    profile: Profile,
) {
    let issuer = app.issuer.clone();
    assertion_fails(app, profile, "/par", |claims| claims["aud"] = json!([issuer])).await;
}

pub(in crate::oidf) async fn fapi2_security_profile_final_par_test_par_endpoint_url_as_audience_fails(
    app: &TestApp,
    profile: Profile,
) {
    let endpoint = format!("{}/par", app.issuer);
    assertion_fails(app, profile, "/par", |claims| claims["aud"] = json!(endpoint)).await;
}

pub(in crate::oidf) async fn fapi2_security_profile_final_par_test_token_endpoint_url_as_audience_fails(
    app: &TestApp,
    profile: Profile,
) {
    let endpoint = format!("{}/token", app.issuer);
    assertion_fails(app, profile, "/par", |claims| claims["aud"] = json!(endpoint)).await;
}
