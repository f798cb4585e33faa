//! Request objects that nobody signed: taken from who registered so, refused, not ignored, for others.

use serde_json::{Value, json};
use tidegate::base::encoding::base64url;

use crate::support::TestApp;
use crate::support::documents::Documents;
use crate::support::rp::Rp;

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
pub(in crate::oidf) async fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(
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
pub(in crate::oidf) async fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(
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

/// What stands in the object wins over what stands beside it.
pub(in crate::oidf) async fn oidcc_ensure_request_object_with_redirect_uri(
    app: &TestApp,
    mode: &'static str,
) {
    let mut rp = Rp::with(app, mode, json!({"request_object_signing_alg": "none"})).await;
    let inside = unsigned(&object(&rp, &json!({"response_mode": mode})));
    let beside = "https://app.test/not-registered";
    let reply = rp.ask(&[("request", &inside), ("redirect_uri", beside)]).await;
    assert_eq!(rp.redeem(reply.code()).await.status, 200);
}
