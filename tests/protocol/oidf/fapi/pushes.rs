//! Pushed requests: what they must hold, and what their addresses are good for.

use std::time::Duration;

use serde_json::Value;
use tidegate::protocol::profile::Profile;

use super::CAROL;
use crate::support::TestApp;
use crate::support::browser::{Browser, plain_client};
use crate::support::client::{VERIFIER, claims, read};
use crate::support::fapi::Party;
use crate::support::flow::borrowed;

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

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_different_nonce_inside_and_outside_request_object(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let (_, id) = told_beside(app, &mut party, &[], "&nonce=outside").await;
    assert_eq!(id["nonce"], "n0nce");
}

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_different_state_inside_and_outside_request_object(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let (state, _) = told_beside(app, &mut party, &[], "&state=outside").await;
    assert_eq!(state.as_deref(), Some("st4te"));
}

pub(in crate::oidf) async fn fapi2_security_profile_final_state_only_outside_request_object_not_used(
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

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_request_object_without_redirect_uri_fails(
    app: &TestApp,
    profile: Profile,
) {
    push_fails(app, profile, &[("redirect_uri", "")], "invalid_request").await;
}

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_registered_redirect_uri(
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
pub(in crate::oidf) async fn fapi2_security_profile_final_plain_fapi_tolerate_unregistered_redirect_uri(
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
pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_redirect_uri_in_authorization_request(
    app: &TestApp,
    profile: Profile,
) {
    push_fails(app, profile, &[("redirect_uri", "")], "invalid_request").await;
}

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_unsigned_authorization_request_without_using_par_fails(
    app: &TestApp,
    profile: Profile,
) {
    let party = Party::new(app, "bank", profile).await;
    let mut browser = Browser::new(app);
    let signed = [("response_mode", "jwt")];
    browser.get(&party.app.authorize(&signed)).await;
    assert_eq!(browser.reply().unwrap().error(), Some("invalid_request"));
}

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_response_type_code_idtoken_fails(
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

pub(in crate::oidf) async fn fapi2_security_profile_final_ensure_response_type_token_fails(
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

/// FAPI 2.0 Security Profile section 5.3.2.2 note 3: the page of a sign-in may be loaded again.
pub(in crate::oidf) async fn fapi2_security_profile_final_par_ensure_reused_request_uri_prior_to_auth_completion_succeeds(
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

pub(in crate::oidf) async fn fapi2_security_profile_final_par_attempt_reuse_request_uri(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let address = party.pushed(app, &[]).await;
    let mut browser = Browser::new(app);
    browser.reply_at(app, CAROL, &address).await;
    assert!(browser.ends_on_error_page(&address).await);
}

pub(in crate::oidf) async fn fapi2_security_profile_final_par_attempt_to_use_expired_request_uri(
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

pub(in crate::oidf) async fn fapi2_security_profile_final_par_attempt_to_use_request_uri_for_different_client(
    app: &TestApp,
    profile: Profile,
) {
    let mut party = Party::new(app, "bank", profile).await;
    let other = Party::new(app, "other", profile).await;
    let uri = party.push(app, &[]).await.text("request_uri");
    let address = other.app.address(&[("request_uri", &uri)]);
    assert!(Browser::new(app).ends_on_error_page(&address).await);
}

/// RFC 9126 section 2.1: a push holds no request URI.
pub(in crate::oidf) async fn fapi2_security_profile_final_par_authorization_request_containing_request_uri_form_param(
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
pub(in crate::oidf) async fn fapi2_security_profile_final_par_attempt_invalid_http_method(
    app: &TestApp,
    _: Profile,
) {
    for method in [reqwest::Method::GET, reqwest::Method::PUT] {
        let answer = read(plain_client().request(method.clone(), format!("{}/par", app.issuer))).await;
        assert_eq!(answer.status, 405, "{method}");
    }
}

/// The client is named by its assertion alone.
pub(in crate::oidf) async fn fapi2_security_profile_final_par_without_duplicate_parameters(
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

pub(in crate::oidf) async fn fapi2_security_profile_final_par_ensure_pkce_required(
    app: &TestApp,
    profile: Profile,
) {
    let bare = [("code_challenge", ""), ("code_challenge_method", "")];
    push_fails(app, profile, &bare, "invalid_request").await;
}

pub(in crate::oidf) async fn fapi2_security_profile_final_par_plain_pkce_rejected(
    app: &TestApp,
    profile: Profile,
) {
    let plain = [("code_challenge", VERIFIER), ("code_challenge_method", "plain")];
    push_fails(app, profile, &plain, "invalid_request").await;
}
