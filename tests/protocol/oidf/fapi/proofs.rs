//! Proofs of possession, and codes and tokens that are bound by them.

use serde_json::{Value, json};
use tidegate::base::encoding::base64url;
use tidegate::base::secret::sha256;
use tidegate::domain::key::SigningAlg;
use tidegate::protocol::profile::Profile;

use super::CAROL;
use crate::support::TestApp;
use crate::support::browser::{Browser, plain_client};
use crate::support::client::{OwnKey, header, read};
use crate::support::fapi::Party;
use crate::support::flow::borrowed;

/// RFC 9110 section 11.1: the scheme of `Authorization` is the same in any case.
pub(in crate::oidf) async fn fapi2_security_profile_final_access_token_type_header_case_sensitivity(
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

pub(in crate::oidf) async fn fapi2_security_profile_final_check_dpop_proof_nbf_exp(
    app: &TestApp,
    profile: Profile,
) {
    let now = app.now().secs();
    let refused = proof_is_taken(app, profile, |proof| {
        proof["nbf"] = json!(now);
        proof["exp"] = json!(now + 60);
    });
    assert_eq!(refused.await, None);
}

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_dpopproof_with_iat_10seconds_before_succeeds(
    app: &TestApp,
    profile: Profile,
) {
    let now = app.now().secs();
    assert_eq!(
        proof_is_taken(app, profile, |proof| proof["iat"] = json!(now - 10)).await,
        None
    );
}

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_dpopproof_with_iat_10seconds_after_succeeds(
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
pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_mismatched_dpop_jkt_fails(
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

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let code = code_of_push_with_proof(app, &mut party).await;
    code_is_for_the_holder(app, &mut party, &code).await;
}

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_token_endpoint_fails_with_mismatched_dpop_jkt(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let thumbprint = party.holder.key.thumbprint.clone();
    let code = party.code(app, &[("dpop_jkt", &thumbprint)]).await;
    code_is_for_the_holder(app, &mut party, &code).await;
}

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_dpopproof_at_par_endpoint_binding_success(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let code = code_of_push_with_proof(app, &mut party).await;
    assert_eq!(party.redeem(app, &code).await.status, 200);
}

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_dpop_auth_code_binding_success(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let thumbprint = party.holder.key.thumbprint.clone();
    party.tokens(app, &[("dpop_jkt", &thumbprint)]).await;
}

/// RFC 9449 section 4.3, and FAPI 2.0 Security Profile section 5.4.1 for RS256. What is refused uses nothing up.
pub(in crate::oidf) async fn fapi2_security_profile_final_dpop_negative_tests(
    app: &TestApp,
    profile: Profile,
) {
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
