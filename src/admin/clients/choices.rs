//! Members of client metadata whose values are one of a few, and those that ask for what we can't do.

use serde_json::{Map, Value};

use super::metadata::refuse;
use crate::domain::client::{ClientAuthMethod, GrantType};
use crate::protocol::ciba::DeliveryMode;
use crate::protocol::encryption::{ContentEncryptionAlg, EncryptionMetadata, KeyManagementAlg};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::metadata::{ASSERTION_ALGS, SHARED_ALGS};
use crate::protocol::registration::SigningAlg;
use crate::protocol::request_object::UNSIGNED;
use crate::protocol::subject::SubjectType;

/// Members that ask for what this version can't do. Their "off" is accepted.
const UNSUPPORTED: [&str; 5] = [
    "request_object_encryption_alg",
    "request_object_encryption_enc",
    "authorization_encrypted_response_alg",
    "authorization_encrypted_response_enc",
    "backchannel_user_code_parameter",
];

/// Refuses what we can't do; "off" values pass and are left out.
pub(super) fn supported(document: &mut Map<String, Value>) -> Result<(), OAuthError> {
    if document.contains_key("software_statement") {
        return Err(OAuthError::new(
            ErrorCode::UnapprovedSoftwareStatement,
            "software statements are not taken here",
        ));
    }
    for name in UNSUPPORTED {
        let off = |value: &Value| {
            value == &Value::Bool(false) || value.as_array().is_some_and(Vec::is_empty) || value == "none"
        };
        if document.get(name).is_some_and(|value| !off(value)) {
            return Err(refuse(format!("{name} is not supported")));
        }
    }
    document.retain(|name, _| !UNSUPPORTED.contains(&name.as_str()));
    Ok(())
}

/// Values of closed sets, with what would do.
pub(super) fn check(document: &Map<String, Value>) -> Result<(), OAuthError> {
    let algs: Vec<&str> = SigningAlg::ALL.iter().map(|alg| alg.name()).collect();
    let methods: Vec<&str> = ClientAuthMethod::ALL.iter().map(|method| method.name()).collect();
    let key_algs = KeyManagementAlg::ALL.map(KeyManagementAlg::name);
    let content_algs = ContentEncryptionAlg::ALL.map(ContentEncryptionAlg::name);
    let grants: Vec<&str> = GrantType::ALL.iter().map(|grant| grant.name()).collect();
    let one = |name: &str, allowed: &[&str]| match document.get(name) {
        Some(value) if !value.as_str().is_some_and(|text| allowed.contains(&text)) => {
            Err(refuse(format!("{name} must be one of {}", allowed.join(", "))))
        }
        _ => Ok(()),
    };
    let many = |name: &str, allowed: &[&str]| match document.get(name) {
        Some(Value::Array(values))
            if values
                .iter()
                .all(|value| value.as_str().is_some_and(|text| allowed.contains(&text))) =>
        {
            Ok(())
        }
        None => Ok(()),
        Some(_) => Err(refuse(format!("{name} may hold {} only", allowed.join(", ")))),
    };
    one("token_endpoint_auth_method", &methods)?;
    one(
        "token_endpoint_auth_signing_alg",
        &[&ASSERTION_ALGS[..], &SHARED_ALGS].concat(),
    )?;
    one(
        "request_object_signing_alg",
        &[&ASSERTION_ALGS[..], &[UNSIGNED]].concat(),
    )?;
    one("id_token_signed_response_alg", &algs)?;
    one("userinfo_signed_response_alg", &algs)?;
    one("introspection_signed_response_alg", &algs)?;
    one("authorization_signed_response_alg", &algs)?;
    one(
        "backchannel_token_delivery_mode",
        &DeliveryMode::ALL.map(DeliveryMode::name),
    )?;
    one("backchannel_authentication_request_signing_alg", &ASSERTION_ALGS)?;
    for (name, allowed) in EncryptionMetadata::NAMES
        .into_iter()
        .zip([&key_algs[..], &content_algs].into_iter().cycle())
    {
        one(name, allowed)?;
    }
    one("application_type", &["web", "native"])?;
    one("subject_type", &SubjectType::ALL.map(SubjectType::name))?;
    many("grant_types", &grants)?;
    many("response_types", &["code"])
}
