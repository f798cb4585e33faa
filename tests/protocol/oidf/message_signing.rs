//! `fapi2-message-signing-final-test-plan`, with `private_key_jwt`, DPoP, signed requests and JARM.

use tidegate::protocol::profile::Profile;

use crate::support::{Kind, TestApp};

plan! { fapi, Profile::Fapi2MessageSigning;
    fapi2_security_profile_final_discovery_end_point_verification
    fapi2_security_profile_final_happy_flow
    fapi2_security_profile_final_user_rejects_authentication
    fapi2_security_profile_final_ensure_authorization_request_without_state_success
    fapi2_security_profile_final_ensure_authorization_request_without_nonce_success
    fapi2_security_profile_final_ensure_authorization_request_with_64_char_nonce_success
    fapi2_security_profile_final_ensure_authorization_request_with_long_nonce
    fapi2_security_profile_final_ensure_authorization_request_with_long_state
    fapi2_security_profile_final_ensure_other_scope_order_succeeds
    fapi2_security_profile_final_access_token_type_header_case_sensitivity
    fapi2_security_profile_final_test_claims_parameter_identity_claims
    fapi2_security_profile_final_check_dpop_proof_nbf_exp
    fapi2_security_profile_final_ensure_dpopproof_with_iat_10seconds_before_succeeds
    fapi2_security_profile_final_ensure_dpopproof_with_iat_10seconds_after_succeeds
    fapi2_security_profile_final_ensure_mismatched_dpop_jkt_fails
    fapi2_security_profile_final_ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt
    fapi2_security_profile_final_ensure_token_endpoint_fails_with_mismatched_dpop_jkt
    fapi2_security_profile_final_ensure_dpopproof_at_par_endpoint_binding_success
    fapi2_security_profile_final_ensure_dpop_auth_code_binding_success
    fapi2_security_profile_final_dpop_negative_tests
    fapi2_security_profile_final_ensure_different_nonce_inside_and_outside_request_object
    fapi2_security_profile_final_ensure_different_state_inside_and_outside_request_object
    fapi2_security_profile_final_state_only_outside_request_object_not_used
    fapi2_security_profile_final_ensure_request_object_without_redirect_uri_fails
    fapi2_security_profile_final_ensure_registered_redirect_uri
    fapi2_security_profile_final_plain_fapi_tolerate_unregistered_redirect_uri
    fapi2_security_profile_final_ensure_redirect_uri_in_authorization_request
    fapi2_security_profile_final_ensure_unsigned_authorization_request_without_using_par_fails
    fapi2_security_profile_final_ensure_response_type_code_idtoken_fails
    fapi2_security_profile_final_ensure_response_type_token_fails
    fapi2_security_profile_final_ensure_client_id_in_token_endpoint
    fapi2_security_profile_final_ensure_holder_of_key_required
    fapi2_security_profile_final_ensure_authorization_code_is_bound_to_client
    fapi2_security_profile_final_attempt_reuse_authorization_code_after_one_second
    fapi2_security_profile_final_ensure_token_endpoint_fails_with_expired_auth_code
    fapi2_security_profile_final_ensure_signed_client_assertion_with_rs256_fails
    fapi2_security_profile_final_ensure_client_assertion_in_token_endpoint
    fapi2_security_profile_final_ensure_client_assertion_with_exp_is_5_minutes_in_past_fails
    fapi2_security_profile_final_ensure_client_assertion_with_wrong_aud_fails
    fapi2_security_profile_final_ensure_client_assertion_with_no_sub_fails
    fapi2_security_profile_final_refresh_token
    fapi2_security_profile_final_par_ensure_reused_request_uri_prior_to_auth_completion_succeeds
    fapi2_security_profile_final_par_attempt_reuse_request_uri
    fapi2_security_profile_final_par_attempt_to_use_expired_request_uri
    fapi2_security_profile_final_par_attempt_to_use_request_uri_for_different_client
    fapi2_security_profile_final_par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted
    fapi2_security_profile_final_par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails
    fapi2_security_profile_final_par_test_array_as_audience_fails
    fapi2_security_profile_final_par_test_par_endpoint_url_as_audience_fails
    fapi2_security_profile_final_par_test_token_endpoint_url_as_audience_fails
    fapi2_security_profile_final_par_authorization_request_containing_request_uri_form_param
    fapi2_security_profile_final_par_attempt_invalid_http_method
    fapi2_security_profile_final_par_without_duplicate_parameters
    fapi2_security_profile_final_par_ensure_pkce_required
    fapi2_security_profile_final_par_plain_pkce_rejected
    fapi2_security_profile_final_ensure_pkce_code_verifier_required
    fapi2_security_profile_final_incorrect_pkce_code_verifier_rejected
}

/// What message signing asks of request objects on top.
mod objects {
    use serde_json::{Value, json};
    use tidegate::base::encoding::base64url;
    use tidegate::domain::key::SigningAlg;
    use tidegate::protocol::profile::Profile;

    use crate::on_each_store;
    use crate::support::client::{OwnKey, parameters};
    use crate::support::fapi::Party;
    use crate::support::flow::borrowed;
    use crate::support::{Kind, TestApp};

    /// The request object of a party, with `more` on top; `null` leaves out.
    fn object(app: &TestApp, party: &Party, more: &Value) -> Value {
        let mut members = json!({"response_mode": "jwt"});
        members
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().cloned().unwrap());
        party.app.object(app, &members)
    }

    /// Pushes a request object with `more` on top; gives status and error.
    async fn pushed(app: &TestApp, more: &Value) -> (u16, String) {
        let mut party = Party::message_signing(app).await;
        let object = party.key.sign(&object(app, &party, more));
        let answer = party.push_object(app, &object).await;
        (answer.status, answer.error().to_owned())
    }

    async fn fails(app: &TestApp, more: Value) {
        let (status, error) = pushed(app, &more).await;
        assert_eq!(
            (status, error.as_str()),
            (400, "invalid_request_object"),
            "{more}"
        );
    }

    async fn succeeds(app: &TestApp, more: Value) {
        assert_eq!(pushed(app, &more).await.0, 201, "{more}");
    }

    on_each_store! {
        async fn fapi2_security_profile_final_ensure_request_object_without_exp_fails(app: &TestApp) {
            fails(app, json!({"exp": null})).await;
        }

        async fn fapi2_security_profile_final_ensure_request_object_without_nbf_fails(app: &TestApp) {
            fails(app, json!({"nbf": null})).await;
        }

        async fn fapi2_security_profile_final_ensure_expired_request_object_fails(app: &TestApp) {
            let now = app.now().secs();
            fails(app, json!({"nbf": now - 600, "exp": now - 300})).await;
        }

        async fn fapi2_security_profile_final_ensure_request_object_with_bad_aud_fails(app: &TestApp) {
            fails(app, json!({"aud": "https://other.test"})).await;
        }

        async fn fapi2_security_profile_final_ensure_request_object_with_exp_over_60_fails(app: &TestApp) {
            let now = app.now().secs();
            fails(app, json!({"exp": now + 70 * 60})).await;
        }

        async fn fapi2_security_profile_final_ensure_request_object_with_nbf_over_60_fails(app: &TestApp) {
            let now = app.now().secs();
            fails(app, json!({"nbf": now - 70 * 60, "exp": now - 10 * 60 + 700})).await;
        }

        async fn fapi2_security_profile_final_ensure_request_object_with_nbf_8_seconds_in_the_future_is_accepted(app: &TestApp) {
            let now = app.now().secs();
            succeeds(app, json!({"nbf": now + 8, "iat": now + 8})).await;
        }

        async fn fapi2_security_profile_final_ensure_request_object_with_multiple_aud_succeeds(app: &TestApp) {
            succeeds(app, json!({"aud": [app.issuer, "https://other.test"]})).await;
        }

        /// The key is the client's own and would do for PS256.
        async fn fapi2_security_profile_final_ensure_signed_request_object_with_rs256_fails(app: &TestApp) {
            let (rsa, own) = (OwnKey::new(SigningAlg::RS256), OwnKey::new(SigningAlg::ES256));
            let mut jwk = rsa.jwk().clone();
            jwk.as_object_mut().unwrap().remove("alg");
            let keys = json!({"jwks": {"keys": [jwk, own.jwk()]}});
            let mut party = Party::with(app, "bank", Profile::Fapi2MessageSigning, keys).await;
            party.key = own;
            let signed = rsa.sign(&object(app, &party, &json!({})));
            assert_eq!(party.push_object(app, &signed).await.error(), "invalid_request_object");
        }

        async fn fapi2_security_profile_final_ensure_request_object_signature_algorithm_is_not_none(app: &TestApp) {
            let mut party = Party::message_signing(app).await;
            let claims = object(app, &party, &json!({}));
            let unsigned = format!("{}.{}.", base64url(br#"{"alg":"none"}"#), base64url(claims.to_string().as_bytes()));
            assert_eq!(party.push_object(app, &unsigned).await.error(), "invalid_request_object");
        }

        async fn fapi2_security_profile_final_ensure_request_object_with_invalid_signature_fails(app: &TestApp) {
            let mut party = Party::message_signing(app).await;
            let signed = party.key.sign(&object(app, &party, &json!({})));
            let (message, signature) = signed.rsplit_once('.').unwrap();
            let turned: String = signature.chars().rev().collect();
            assert_eq!(party.push_object(app, &format!("{message}.{turned}")).await.error(), "invalid_request_object");
        }

        /// The key of another client is none of this one's.
        async fn fapi2_security_profile_final_ensure_matching_key_in_authorization_request(app: &TestApp) {
            let mut party = Party::message_signing(app).await;
            let other = Party::new(app, "other", Profile::Fapi2MessageSigning).await;
            let signed = other.key.sign(&object(app, &party, &json!({})));
            assert_eq!(party.push_object(app, &signed).await.error(), "invalid_request_object");
        }

        async fn fapi2_security_profile_final_ensure_unsigned_request_at_par_endpoint_fails(app: &TestApp) {
            let mut party = Party::message_signing(app).await;
            let params = parameters(&party.app.authorize(&[("response_mode", "jwt")]));
            let refused = party.call_asserting(app, "/par", &borrowed(&params), |_| ()).await;
            assert_eq!((refused.status, refused.error()), (400, "invalid_request"));
        }

        /// RFC 9126 section 3: a pushed object holds no request URI.
        async fn fapi2_security_profile_final_par_authorization_request_containing_request_uri(app: &TestApp) {
            fails(app, json!({"request_uri": "urn:ietf:params:oauth:request_uri:x"})).await;
        }
    }
}
