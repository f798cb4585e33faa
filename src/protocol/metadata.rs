//! The discovery document (OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2): what is implemented, no more.

use serde_json::{Value, json};

use super::acr::Acr;
use super::authorize::Prompt;
use super::claims;
use super::redirect::ResponseMode;
use super::registration::{ClientAuthMethod, GrantType, SigningAlg};
use super::request_object::UNSIGNED;
use super::scope;

/// Algorithms that clients may sign with: assertions, request objects, proofs of possession.
pub const ASSERTION_ALGS: [&str; 6] = ["ES256", "ES384", "EdDSA", "RS256", "PS256", "PS384"];

/// Algorithms that clients may sign assertions with by their secret.
pub const SHARED_ALGS: [&str; 3] = ["HS256", "HS384", "HS512"];

/// Languages of the hosted pages.
pub const UI_LOCALES: [&str; 2] = ["en", "de"];

/// What an issuer offers or not, as its tenant is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Optional {
    /// Apps may register themselves (RFC 7591).
    Registration,
}

/// The document of an issuer.
pub fn document(issuer: &str, offered: &[Optional]) -> Value {
    let mut document = always(issuer);
    if let (Some(members), Value::Object(more)) = (document.as_object_mut(), request_objects()) {
        members.extend(more);
        for part in offered {
            match part {
                Optional::Registration => {
                    members.insert(
                        "registration_endpoint".to_owned(),
                        format!("{issuer}/register").into(),
                    );
                }
            }
        }
    }
    document
}

fn always(issuer: &str) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    let algs: Vec<_> = SigningAlg::ALL.iter().map(|alg| alg.name()).collect();
    let auth_algs = [&ASSERTION_ALGS[..], &SHARED_ALGS].concat();
    let methods: Vec<_> = ClientAuthMethod::ALL.iter().map(|method| method.name()).collect();
    json!({
        "issuer": issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/userinfo"),
        "jwks_uri": at("/jwks"),
        "introspection_endpoint": at("/introspect"),
        "revocation_endpoint": at("/revoke"),
        "pushed_authorization_request_endpoint": at("/par"),
        "device_authorization_endpoint": at("/device_authorization"),
        "end_session_endpoint": at("/logout"),
        "scopes_supported": scope::KNOWN,
        "response_types_supported": ["code"],
        "response_modes_supported": ResponseMode::names(),
        "grant_types_supported": GrantType::ALL.map(GrantType::name),
        "acr_values_supported": Acr::ALL.map(Acr::name),
        "prompt_values_supported": Prompt::SUPPORTED,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algs,
        "userinfo_signing_alg_values_supported": algs,
        "authorization_signing_alg_values_supported": algs,
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": auth_algs,
        "introspection_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_signing_alg_values_supported": auth_algs,
        "introspection_signing_alg_values_supported": algs,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": auth_algs,
        "dpop_signing_alg_values_supported": ASSERTION_ALGS,
        "code_challenge_methods_supported": ["S256"],
        "claim_types_supported": ["normal"],
        "claims_supported": claims::supported(),
        "claims_parameter_supported": true,
        "ui_locales_supported": UI_LOCALES,
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
    })
}

/// What is said of request objects (OpenID Connect Core section 6).
fn request_objects() -> Value {
    let algs = [&ASSERTION_ALGS[..], &[UNSIGNED]].concat();
    json!({
        "request_parameter_supported": true,
        "request_object_signing_alg_values_supported": algs,
        "request_uri_parameter_supported": true,
        "require_request_uri_registration": true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_hang_below_the_issuer() {
        let document = document("https://a.test/t/demo", &[]);
        assert!(document.get("registration_endpoint").is_none());
        assert_eq!(document["issuer"], "https://a.test/t/demo");
        assert_eq!(document["token_endpoint"], "https://a.test/t/demo/token");
        assert!(!document["scopes_supported"].as_array().unwrap().is_empty());
    }
}
