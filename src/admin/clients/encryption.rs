//! What a client registers of encryption to it (OpenID Connect Dynamic Client Registration 1.0 section 2).

use super::metadata::refuse;
use crate::crypto::key_set::KeySet;
use crate::domain::client::ClientMetadata;
use crate::protocol::error::OAuthError;

/// Checks members that must fit each other, and that there is a key where keys come by value.
pub(super) fn check(metadata: &ClientMetadata) -> Result<(), OAuthError> {
    let registered = &metadata.encryption;
    if registered.is_incomplete() {
        return Err(refuse(
            "encrypted_response_enc needs encrypted_response_alg beside it",
        ));
    }
    if registered.algs().next().is_none() || metadata.jwks_uri.is_some() {
        return Ok(());
    }
    let keys = metadata.jwks.as_ref();
    let keys = keys.and_then(|jwks| KeySet::from_jwks(&jwks.to_string()).ok());
    let Some(keys) = keys else {
        return Err(refuse("encrypted answers need jwks or jwks_uri"));
    };
    match registered.algs().find(|alg| keys.encryption_key(*alg).is_none()) {
        None => Ok(()),
        Some(alg) => Err(refuse(format!(
            "jwks holds no key for {}, with use enc or this alg",
            alg.name()
        ))),
    }
}
