//! The discovery document (OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2): what is implemented, no more.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::acr::Acr;
use super::authorize::Prompt;
use super::ciba::DeliveryMode;
use super::claims;
use super::encryption::{ContentEncryptionAlg, KeyManagementAlg};
use super::redirect::ResponseMode;
use super::registration::{ClientAuthMethod, GrantType, SigningAlg};
use super::request_object::UNSIGNED;
use super::resource::Resource;
use super::scope;
use super::subject::SubjectType;

/// Algorithms that clients may sign with: assertions, request objects, proofs of possession.
pub const ASSERTION_ALGS: [&str; 6] = ["ES256", "ES384", "EdDSA", "RS256", "PS256", "PS384"];

/// Algorithms that clients may sign assertions with by their secret.
pub const SHARED_ALGS: [&str; 3] = ["HS256", "HS384", "HS512"];

/// Languages of the hosted pages.
pub const UI_LOCALES: [&str; 5] = ["en", "de", "fr", "es", "ja"];

/// Endpoints that clients call themselves, and so may call with a certificate (RFC 8705 section 5).
const BACK_CHANNEL: [(&str, &str); 7] = [
    ("token_endpoint", "/token"),
    ("userinfo_endpoint", "/userinfo"),
    ("introspection_endpoint", "/introspect"),
    ("revocation_endpoint", "/revoke"),
    ("pushed_authorization_request_endpoint", "/par"),
    ("device_authorization_endpoint", "/device_authorization"),
    ("backchannel_authentication_endpoint", "/bc-authorize"),
];

/// Whether clients can show certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateUse {
    /// No.
    Off,
    /// At every address.
    Everywhere,
    /// At an address of its own: the issuer there.
    At(String),
}

/// What an issuer offers or not, as its tenant is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Optional {
    /// Apps may register themselves (RFC 7591).
    Registration,
    /// A client's id may be the address of a document about it.
    ClientDocuments,
    /// People may make accounts of their own (`prompt=create`).
    SignUp,
}

/// The document of an issuer.
pub fn document(
    issuer: &str,
    offered: &[Optional],
    certificates: &CertificateUse,
    resources: &[Resource],
) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    let algs: Vec<_> = SigningAlg::ALL.iter().map(|alg| alg.name()).collect();
    let auth_algs = [&ASSERTION_ALGS[..], &SHARED_ALGS].concat();
    let methods: Vec<_> = ClientAuthMethod::ALL
        .iter()
        .filter(|method| *certificates != CertificateUse::Off || !method.is_by_certificate())
        .map(|method| method.name())
        .collect();
    let mut prompts = Prompt::SUPPORTED.to_vec();
    prompts.retain(|prompt| *prompt != Prompt::CREATE || offered.contains(&Optional::SignUp));
    let mut document = json!({
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
        "prompt_values_supported": prompts,
        "subject_types_supported": SubjectType::ALL.map(SubjectType::name),
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
    });
    if let Some(members) = document.as_object_mut() {
        members.extend(logout_members(issuer));
        members.extend(request_object_members());
        members.extend(encryption_members());
        members.extend(certificate_members(certificates));
        members.extend(backchannel_members(issuer));
        members.extend(tenant_members(issuer, offered, resources));
    }
    document
}

/// Back-Channel Logout 1.0 section 2.1, Front-Channel Logout 1.0 section 3, Session Management 1.0 section 3.3.
fn logout_members(issuer: &str) -> Map<String, Value> {
    let members = json!({
        "check_session_iframe": format!("{issuer}/check-session"),
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
    });
    members.as_object().cloned().unwrap_or_default()
}

/// What depends on how the tenant is set: RFC 7591, RFC 9396 section 10, client-id metadata documents.
fn tenant_members(issuer: &str, offered: &[Optional], resources: &[Resource]) -> Map<String, Value> {
    let mut members = Map::new();
    if offered.contains(&Optional::Registration) {
        let endpoint = format!("{issuer}/register");
        members.insert("registration_endpoint".to_owned(), endpoint.into());
    }
    members.insert(
        "authorization_details_types_supported".to_owned(),
        detail_types(resources).into(),
    );
    members.insert(
        "client_id_metadata_document_supported".to_owned(),
        offered.contains(&Optional::ClientDocuments).into(),
    );
    members
}

/// What may be asked for in detail (RFC 9396 section 10), each type once.
fn detail_types(resources: &[Resource]) -> Vec<&str> {
    let types = resources.iter().flat_map(|resource| &resource.details);
    let names: BTreeSet<&str> = types.map(|known| known.name.as_str()).collect();
    names.into_iter().collect()
}

/// CIBA Core section 4.
fn backchannel_members(issuer: &str) -> Map<String, Value> {
    let members = json!({
        "backchannel_authentication_endpoint": format!("{issuer}/bc-authorize"),
        "backchannel_token_delivery_modes_supported": DeliveryMode::ALL.map(DeliveryMode::name),
        "backchannel_authentication_request_signing_alg_values_supported": ASSERTION_ALGS,
        "backchannel_user_code_parameter_supported": false,
    });
    members.as_object().cloned().unwrap_or_default()
}

/// RFC 8705 sections 3.3 and 5.
fn certificate_members(certificates: &CertificateUse) -> Map<String, Value> {
    let mut members = Map::new();
    let bound = *certificates != CertificateUse::Off;
    members.insert(
        "tls_client_certificate_bound_access_tokens".to_owned(),
        bound.into(),
    );
    if let CertificateUse::At(alias) = certificates {
        let aliases = BACK_CHANNEL.map(|(name, path)| (name.to_owned(), format!("{alias}{path}").into()));
        members.insert(
            "mtls_endpoint_aliases".to_owned(),
            Value::Object(aliases.into_iter().collect()),
        );
    }
    members
}

/// What can be encrypted to clients (OpenID Connect Discovery 1.0 section 3, RFC 9701 section 7).
fn encryption_members() -> Map<String, Value> {
    let mut members = Map::new();
    for kind in ["id_token", "userinfo", "introspection"] {
        let algs = KeyManagementAlg::ALL.map(KeyManagementAlg::name);
        let encs = ContentEncryptionAlg::ALL.map(ContentEncryptionAlg::name);
        members.insert(format!("{kind}_encryption_alg_values_supported"), json!(algs));
        members.insert(format!("{kind}_encryption_enc_values_supported"), json!(encs));
    }
    members
}

/// What is said of request objects (OpenID Connect Core section 6).
fn request_object_members() -> Map<String, Value> {
    let algs = [&ASSERTION_ALGS[..], &[UNSIGNED]].concat();
    let members = json!({
        "request_parameter_supported": true,
        "request_object_signing_alg_values_supported": algs,
        "request_uri_parameter_supported": true,
        "require_request_uri_registration": true,
    });
    members.as_object().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_hang_below_the_issuer() {
        let document = document("https://a.test/t/demo", &[], &CertificateUse::Off, &[]);
        assert!(document.get("registration_endpoint").is_none());
        assert_eq!(document["issuer"], "https://a.test/t/demo");
        assert_eq!(document["token_endpoint"], "https://a.test/t/demo/token");
        assert!(!document["scopes_supported"].as_array().unwrap().is_empty());
    }

    #[test]
    fn rfc8705_5_certificates_are_offered_only_where_they_can_be_shown() {
        let seen = |certificates| {
            let document = document("https://a.test/t/demo", &[], &certificates, &[]);
            let methods = document["token_endpoint_auth_methods_supported"].to_string();
            let bound = document["tls_client_certificate_bound_access_tokens"] == true;
            assert_eq!(methods.contains("self_signed_tls_client_auth"), bound);
            (bound, document["mtls_endpoint_aliases"]["token_endpoint"].clone())
        };
        assert_eq!(seen(CertificateUse::Off), (false, Value::Null));
        assert_eq!(seen(CertificateUse::Everywhere), (true, Value::Null));
        let alias = CertificateUse::At("https://mtls.a.test/t/demo".to_owned());
        assert_eq!(seen(alias), (true, "https://mtls.a.test/t/demo/token".into()));
    }
}
