//! Checking what a tenant says of others whose assertions it takes (RFC 7523 section 2.1).

use url::Url;

use super::AdminError;
use crate::crypto::key_set::KeySet;
use crate::domain::trusted_issuer::TrustedIssuer;

/// The most issuers of a tenant, and of subjects and clients of an issuer.
const MAX_ITEMS: usize = 1_000;

/// Checks a list of issuers.
///
/// # Errors
/// [`AdminError::Invalid`] with what is wrong.
pub(super) fn check(issuers: &[TrustedIssuer]) -> Result<(), AdminError> {
    let invalid = |words: String| Err(AdminError::invalid("trusted_issuers", words));
    if issuers.len() > MAX_ITEMS {
        return invalid("there are too many".to_owned());
    }
    for (place, trusted) in issuers.iter().enumerate() {
        let name = &trusted.issuer;
        if name.is_empty() || name.len() > 2_048 {
            return invalid("issuer must not be empty".to_owned());
        }
        if issuers.iter().take(place).any(|earlier| earlier.issuer == *name) {
            return invalid(format!("{name} stands there twice"));
        }
        if trusted.jwks.is_some() == trusted.jwks_uri.is_some() {
            return invalid(format!("{name} needs jwks or jwks_uri, and not both"));
        }
        let uri = trusted.jwks_uri.as_deref().map(Url::parse);
        if uri.is_some_and(|uri| !uri.is_ok_and(|uri| ["https", "http"].contains(&uri.scheme()))) {
            return invalid(format!("jwks_uri of {name} is no address"));
        }
        let keys = trusted
            .jwks
            .as_ref()
            .map(|jwks| KeySet::from_jwks(&jwks.to_string()));
        if keys.is_some_and(|keys| !keys.is_ok_and(|keys| !keys.verifying.is_empty())) {
            return invalid(format!("jwks of {name} holds no usable key"));
        }
        let lists = [&trusted.subjects, &trusted.clients];
        if lists.iter().any(|list| list.is_empty() || list.len() > MAX_ITEMS) {
            return invalid(format!("{name} needs subjects and clients: none but these count"));
        }
    }
    Ok(())
}
