//! `fapi-ciba-id1-test-plan`, with `private_key_jwt`, modes poll and ping. Requests are signed; tokens are bound by DPoP, except where a
//! module is about certificates.

use std::time::Duration;

use serde_json::{Value, json};
use tidegate::base::encoding::base64url;
use tidegate::domain::client::GrantType;
use tidegate::domain::key::SigningAlg;
use tidegate::protocol::profile::Profile;

use crate::on_each_store;
use crate::support::browser::{Browser, plain_client};
use crate::support::client::{Answer, OwnKey, read, verified};
use crate::support::fapi::Party;
use crate::support::inbox::Inbox;
use crate::support::rp::{discovery, lists};
use crate::support::{Kind, PASSWORD, TestApp};

const CAROL: &str = "carol@demo.test";
const CIBA: &str = GrantType::Ciba.name();

async fn bank(app: &TestApp) -> Party {
    bank_with(app, "bank", json!({})).await
}

async fn bank_with(app: &TestApp, id: &str, more: Value) -> Party {
    let mut document = json!({
        "grant_types": [CIBA, "refresh_token"], "response_types": [], "redirect_uris": [], "backchannel_token_delivery_mode": "poll",
        "backchannel_authentication_request_signing_alg": "ES256",
    });
    document
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().cloned().unwrap());
    Party::with(app, id, Profile::Fapi2MessageSigning, document).await
}

/// The claims of a good request with `more` on top; `null` leaves out.
fn request(app: &TestApp, party: &Party, more: &Value) -> Value {
    let now = app.now().secs();
    let mut claims = json!({
        "iss": party.app.id, "aud": app.issuer, "exp": now + 300, "nbf": now, "iat": now, "jti": more.to_string(),
        "scope": "openid email", "login_hint": CAROL,
    });
    let members = claims.as_object_mut().unwrap();
    members.extend(more.as_object().cloned().unwrap());
    members.retain(|_, value| !value.is_null());
    claims
}

/// Sends a signed request with `more` on top.
async fn ask(app: &TestApp, party: &mut Party, more: Value) -> Answer {
    let object = party.key.sign(&request(app, party, &more));
    send(app, party, &object).await
}

/// Sends a request object as it stands.
async fn send(app: &TestApp, party: &mut Party, object: &str) -> Answer {
    party
        .call_asserting(app, "/bc-authorize", &[("request", object)], |_| ())
        .await
}

async fn poll(app: &TestApp, party: &mut Party, asked: &Answer) -> Answer {
    let id = asked.text("auth_req_id");
    party
        .call(app, "/token", &[("grant_type", CIBA), ("auth_req_id", &id)])
        .await
}

async fn approve(app: &TestApp, asked: &Answer) {
    let body = json!({"auth_req_id": asked.text("auth_req_id"), "email": CAROL});
    let request = plain_client().post(format!("{}/dev/ciba/approve", app.base));
    assert_eq!(read(request.json(&body)).await.status, 204);
}

/// Asks, approves and gets the tokens.
async fn happy(app: &TestApp, party: &mut Party, more: Value) -> Answer {
    let asked = ask(app, party, more).await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    approve(app, &asked).await;
    let tokens = poll(app, party, &asked).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    tokens
}

/// A signed request with `more` on top is refused.
async fn request_fails(app: &TestApp, more: Value) {
    let mut party = bank(app).await;
    let refused = ask(app, &mut party, more.clone()).await;
    assert_eq!(
        (refused.status, refused.error()),
        (400, "invalid_request"),
        "{more}: {}",
        refused.body
    );
}

/// A request that `sign` signs is refused.
async fn signature_fails(app: &TestApp, sign: impl FnOnce(&Party, &Value) -> String) {
    let mut party = bank(app).await;
    let object = sign(&party, &request(app, &party, &json!({})));
    let refused = send(app, &mut party, &object).await;
    assert_eq!(
        (refused.status, refused.error()),
        (400, "invalid_request"),
        "{}",
        refused.body
    );
}

/// An app that is told of the answer at an endpoint that answers so: it is told once, follows no redirect, and the tokens are there.
async fn told_once(app: &TestApp, status: u16) {
    let inbox = Inbox::start(status);
    let ping = json!({"backchannel_token_delivery_mode": "ping", "backchannel_client_notification_endpoint": inbox.at("/told")});
    let mut party = bank_with(app, "bank", ping).await;
    let token = "8d67dc78-7faa-4d41-aabd-67707b374255";
    let asked = ask(app, &mut party, json!({"client_notification_token": token})).await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    approve(app, &asked).await;
    let told = inbox.first().await;
    assert_eq!(
        (told.path.as_str(), told.authorization.unwrap()),
        ("/told", format!("Bearer {token}"))
    );
    let body: Value = serde_json::from_str(&told.body).unwrap();
    assert_eq!(body, json!({"auth_req_id": asked.text("auth_req_id")}));
    assert_eq!(poll(app, &mut party, &asked).await.status, 200);
    app.advance(Duration::from_mins(1));
    assert!(
        app.shared.platform.pings.take(1).is_empty() && inbox.count() == 1,
        "not again"
    );
}

/// A token request with RS256, by a key of the client's that would do for PS256.
async fn rs256_assertion_fails(app: &TestApp, path: &str) {
    let (rsa, own) = (OwnKey::new(SigningAlg::RS256), OwnKey::new(SigningAlg::ES256));
    let mut jwk = rsa.jwk().clone();
    jwk.as_object_mut().unwrap().remove("alg");
    let mut party = bank_with(app, "bank", json!({"jwks": {"keys": [jwk, own.jwk()]}})).await;
    party.key = own;
    let object = party.key.sign(&request(app, &party, &json!({})));
    let assertion = party.assertion(app);
    let assertion = rsa.sign(&assertion);
    let params = [
        ("request", object.as_str()),
        ("grant_type", CIBA),
        ("auth_req_id", "x"),
    ];
    let refused = party.call_signed(path, &params, &assertion).await;
    assert_eq!((refused.status, refused.error()), (401, "invalid_client"));
}

on_each_store! {
    async fn fapi_ciba_id1_discovery_end_point_verification(app: &TestApp) {
        let document = discovery(app).await;
        assert_eq!(document["backchannel_authentication_endpoint"], format!("{}/bc-authorize", app.issuer));
        assert_eq!(document["backchannel_user_code_parameter_supported"], false);
        for (name, value) in [
            ("backchannel_token_delivery_modes_supported", "poll"),
            ("backchannel_token_delivery_modes_supported", "ping"),
            ("backchannel_authentication_request_signing_alg_values_supported", "PS256"),
            ("backchannel_authentication_request_signing_alg_values_supported", "ES256"),
            ("grant_types_supported", CIBA),
        ] {
            assert!(lists(&document, name, value), "{name}: {value}");
        }
    }

    async fn fapi_ciba_id1(app: &TestApp) {
        let mut party = bank(app).await;
        let asked = ask(app, &mut party, json!({})).await;
        assert_eq!(asked.status, 200, "{}", asked.body);
        assert!(asked.body["expires_in"].as_u64().unwrap() > 0 && asked.body["interval"] == 5);
        assert_eq!(poll(app, &mut party, &asked).await.error(), "authorization_pending");
        approve(app, &asked).await;
        app.advance(Duration::from_secs(5));
        let tokens = poll(app, &mut party, &asked).await;
        let id = verified(app, &tokens.text("id_token")).await;
        assert_eq!((&id["aud"], &id["iss"]), (&json!("bank"), &json!(app.issuer)));
        let info = party.holder.userinfo(app, &tokens.text("access_token"), |_| ()).await;
        assert_eq!(info.body["sub"], id["sub"]);
    }

    async fn fapi_ciba_id1_user_rejects_authentication(app: &TestApp) {
        let mut party = bank(app).await;
        let asked = ask(app, &mut party, json!({})).await;
        let mut browser = Browser::new(app);
        browser.get("/t/demo/account/requests").await;
        browser.submit("password", &[("email", CAROL), ("password", PASSWORD)]).await;
        browser.answer_code(app, CAROL).await;
        browser.submit_to("/deny", &[("answer", "no")]).await;
        let refused = poll(app, &mut party, &asked).await;
        assert_eq!((refused.status, refused.error()), (400, "access_denied"));
    }

    async fn fapi_ciba_id1_multiple_call_to_token_endpoint(app: &TestApp) {
        let mut party = bank(app).await;
        let asked = ask(app, &mut party, json!({})).await;
        assert_eq!(poll(app, &mut party, &asked).await.error(), "authorization_pending");
        assert_eq!(poll(app, &mut party, &asked).await.error(), "slow_down");
        app.advance(Duration::from_secs(10));
        assert_eq!(poll(app, &mut party, &asked).await.error(), "authorization_pending");
        approve(app, &asked).await;
        app.advance(Duration::from_secs(10));
        assert_eq!(poll(app, &mut party, &asked).await.status, 200);
        assert_eq!(poll(app, &mut party, &asked).await.error(), "invalid_grant", "once");
    }

    async fn fapi_ciba_id1_auth_req_id_expired(app: &TestApp) {
        let mut party = bank(app).await;
        let asked = ask(app, &mut party, json!({"requested_expiry": 30})).await;
        app.advance(Duration::from_secs(30));
        assert_eq!(poll(app, &mut party, &asked).await.error(), "expired_token");
    }

    async fn fapi_ciba_id1_refresh_token(app: &TestApp) {
        let mut party = bank(app).await;
        let mut other = bank_with(app, "other", json!({})).await;
        let refresh = happy(app, &mut party, json!({})).await.text("refresh_token");
        assert_eq!(other.refresh(app, &refresh).await.error(), "invalid_grant");
        assert_eq!(party.refresh(app, &refresh).await.status, 200);
    }

    async fn fapi_ciba_id1_ensure_authorization_request_with_binding_message_succeeds(app: &TestApp) {
        let mut party = bank(app).await;
        happy(app, &mut party, json!({"binding_message": "1234"})).await;
        app.mail(CAROL, |mail| mail.text.contains("1234").then_some(())).await;
    }

    async fn fapi_ciba_id1_ensure_other_scope_order_succeeds(app: &TestApp) {
        let mut party = bank(app).await;
        assert!(happy(app, &mut party, json!({"scope": "email openid"})).await.body["id_token"].is_string());
    }

    async fn fapi_ciba_id1_ensure_authorization_request_with_requested_expiry_as_string_succeeds(app: &TestApp) {
        let mut party = bank(app).await;
        happy(app, &mut party, json!({"requested_expiry": "30"})).await;
    }

    /// Too long for a screen.
    async fn fapi_ciba_id1_ensure_authorization_request_with_potentially_bad_binding_message(app: &TestApp) {
        let mut party = bank(app).await;
        let refused = ask(app, &mut party, json!({"binding_message": "1234 👍🏿 ".repeat(20)})).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_binding_message"));
    }

    async fn fapi_ciba_id1_ensure_authorization_request_with_multiple_hints_fails(app: &TestApp) {
        let mut party = bank(app).await;
        let hint = happy(app, &mut party, json!({})).await.text("id_token");
        let refused = ask(app, &mut party, json!({"id_token_hint": hint})).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_request"));
    }

    async fn fapi_ciba_id1_ensure_request_object_missing_aud_fails(app: &TestApp) {
        request_fails(app, json!({"aud": null})).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_missing_iss_fails(app: &TestApp) {
        request_fails(app, json!({"iss": null})).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_missing_exp_fails(app: &TestApp) {
        request_fails(app, json!({"exp": null})).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_missing_iat_fails(app: &TestApp) {
        request_fails(app, json!({"iat": null})).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_missing_nbf_fails(app: &TestApp) {
        request_fails(app, json!({"nbf": null})).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_missing_jti_fails(app: &TestApp) {
        request_fails(app, json!({"jti": null})).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_bad_aud_fails(app: &TestApp) {
        request_fails(app, json!({"aud": "https://other.test"})).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_bad_iss_fails(app: &TestApp) {
        request_fails(app, json!({"iss": "other"})).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_expired_exp_fails(app: &TestApp) {
        let now = app.now().secs();
        request_fails(app, json!({"exp": now - 300, "nbf": now - 600})).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_exp_is_70_minutes_in_future_fails(app: &TestApp) {
        let now = app.now().secs();
        request_fails(app, json!({"exp": now + 70 * 60})).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_nbf_is_10_minutes_in_future_fails(app: &TestApp) {
        let now = app.now().secs();
        request_fails(app, json!({"nbf": now + 10 * 60, "exp": now + 20 * 60})).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_nbf_is_70_minutes_in_past_fails(app: &TestApp) {
        let now = app.now().secs();
        request_fails(app, json!({"nbf": now - 70 * 60})).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_signature_algorithm_is_none_fails(app: &TestApp) {
        signature_fails(app, |_, claims| {
            format!("{}.{}.", base64url(br#"{"alg":"none"}"#), base64url(claims.to_string().as_bytes()))
        }).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_signature_algorithm_is_bad_fails(app: &TestApp) {
        signature_fails(app, |party, claims| {
            let signed = party.key.sign(claims);
            let (message, signature) = signed.rsplit_once('.').unwrap();
            format!("{message}.{}", signature.chars().rev().collect::<String>())
        }).await;
    }

    async fn fapi_ciba_id1_ensure_request_object_signature_algorithm_is_rs256_fails(app: &TestApp) {
        let (rsa, own) = (OwnKey::new(SigningAlg::RS256), OwnKey::new(SigningAlg::ES256));
        let mut jwk = rsa.jwk().clone();
        jwk.as_object_mut().unwrap().remove("alg");
        let mut party = bank_with(app, "bank", json!({"jwks": {"keys": [jwk, own.jwk()]}})).await;
        party.key = own;
        let object = rsa.sign(&request(app, &party, &json!({})));
        assert_eq!(send(app, &mut party, &object).await.error(), "invalid_request");
    }

    async fn fapi_ciba_id1_ensure_request_object_signed_by_other_client_fails(app: &TestApp) {
        let other = bank_with(app, "other", json!({})).await;
        signature_fails(app, |_, claims| other.key.sign(claims)).await;
    }

    async fn fapi_ciba_id1_ensure_unsigned_backchannel_authorization_request_fails(app: &TestApp) {
        let mut party = bank(app).await;
        let plain = [("scope", "openid"), ("login_hint", CAROL)];
        let refused = party.call_asserting(app, "/bc-authorize", &plain, |_| ()).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_request"));
    }

    async fn fapi_ciba_id1_ensure_wrong_auth_req_id_in_token_endpoint_fails(app: &TestApp) {
        let mut party = bank(app).await;
        let asked = ask(app, &mut party, json!({})).await;
        let wrong = format!("{}x", asked.text("auth_req_id"));
        let refused = party.call(app, "/token", &[("grant_type", CIBA), ("auth_req_id", &wrong)]).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_grant"));
    }

    /// The object is another client's, with that client's name in it.
    async fn fapi_ciba_id1_ensure_different_client_id_and_issuer_in_backchannel_authorization_request_fails(app: &TestApp) {
        let (mut party, other) = (bank(app).await, bank_with(app, "other", json!({})).await);
        let object = party.key.sign(&request(app, &other, &json!({"client_id": "bank"})));
        assert_eq!(send(app, &mut party, &object).await.error(), "invalid_request");
    }

    async fn fapi_ciba_id1_ensure_wrong_client_id_in_token_endpoint_fails(app: &TestApp) {
        let (mut party, mut other) = (bank(app).await, bank_with(app, "other", json!({})).await);
        let asked = ask(app, &mut party, json!({})).await;
        approve(app, &asked).await;
        let stolen = poll(app, &mut other, &asked).await;
        assert_eq!((stolen.status, stolen.error()), (400, "invalid_grant"));
        assert_eq!(poll(app, &mut party, &asked).await.status, 200);
    }

    async fn fapi_ciba_id1_ensure_wrong_client_id_in_backchannel_authorization_request_fails(app: &TestApp) {
        let mut party = bank(app).await;
        bank_with(app, "other", json!({})).await;
        let object = party.key.sign(&request(app, &party, &json!({})));
        let params = [("request", object.as_str()), ("client_id", "other")];
        let refused = party.call_asserting(app, "/bc-authorize", &params, |_| ()).await;
        assert_eq!((refused.status, refused.error()), (401, "invalid_client"));
    }

    async fn fapi_ciba_id1_ensure_without_client_assertion_in_token_endpoint_fails(app: &TestApp) {
        let mut party = bank(app).await;
        let asked = ask(app, &mut party, json!({})).await;
        approve(app, &asked).await;
        let id = asked.text("auth_req_id");
        let bare = [("grant_type", CIBA), ("auth_req_id", id.as_str()), ("client_id", "bank")];
        let refused = party.app.call_plain("/token", &bare).await;
        assert_eq!((refused.status, refused.error()), (401, "invalid_client"));
    }

    async fn fapi_ciba_id1_ensure_without_client_assertion_in_backchannel_authorization_request_fails(app: &TestApp) {
        let party = bank(app).await;
        let object = party.key.sign(&request(app, &party, &json!({})));
        let bare = [("request", object.as_str()), ("client_id", "bank")];
        let refused = party.app.call_plain("/bc-authorize", &bare).await;
        assert_eq!((refused.status, refused.error()), (401, "invalid_client"));
    }

    async fn fapi_ciba_id1_ensure_client_assertion_signature_algorithm_in_token_endpoint_is_rs256_fails(app: &TestApp) {
        rs256_assertion_fails(app, "/token").await;
    }

    async fn fapi_ciba_id1_ensure_client_assertion_signature_algorithm_in_backchannel_authorization_request_is_rs256_fails(app: &TestApp) {
        rs256_assertion_fails(app, "/bc-authorize").await;
    }

    async fn fapi_ciba_id1_ensure_client_assertion_with_iss_aud_in_backchannel_authorization_request_succeeds(app: &TestApp) {
        let mut party = bank(app).await;
        assert_eq!(party.assertion(app)["aud"], app.issuer);
        happy(app, &mut party, json!({})).await;
    }

    /// Tokens are for who shows the certificate.
    async fn fapi_ciba_id1_ensure_mtls_holder_of_key_required(app: &TestApp) {
        let by_certificate = json!({"tls_client_certificate_bound_access_tokens": true, "dpop_bound_access_tokens": false});
        let mut party = bank_with(app, "bank", by_certificate).await;
        let asked = ask(app, &mut party, json!({})).await;
        approve(app, &asked).await;
        let refused = poll(app, &mut party, &asked).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_request"), "{}", refused.body);
    }

    async fn fapi_ciba_id1_ping_notification_endpoint_answers_with_a_body(app: &TestApp) {
        told_once(app, 200).await;
    }

    async fn fapi_ciba_id1_ping_notification_endpoint_answers_without_content(app: &TestApp) {
        told_once(app, 204).await;
    }

    async fn fapi_ciba_id1_ping_notification_endpoint_answers_401(app: &TestApp) {
        told_once(app, 401).await;
    }

    async fn fapi_ciba_id1_ping_notification_endpoint_answers_403(app: &TestApp) {
        told_once(app, 403).await;
    }

    async fn fapi_ciba_id1_ping_notification_endpoint_answers_with_a_redirect(app: &TestApp) {
        told_once(app, 302).await;
    }
}
