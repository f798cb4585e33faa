//! Answers that only their client can read: encrypted to a key that it published for that (OpenID Connect Core section 10.2).

use super::OidcError;
use crate::crypto::jwe::{self, Content};
use crate::crypto::jwt::JwtError;
use crate::protocol::encryption::Encryption;
use crate::protocol::error::OAuthError;
use crate::tenants::{ClientRuntime, Platform};

/// The text as it goes to the client: as it is, or encrypted where it registered that.
///
/// # Errors
/// `invalid_request` when the client publishes no key that it can be encrypted to.
pub(super) async fn to_client(
    platform: &Platform,
    client: &ClientRuntime,
    how: Option<Encryption>,
    (content, text): (Content, String),
) -> Result<String, OidcError> {
    let Some(how) = how else { return Ok(text) };
    let refused = |detail: String| {
        OAuthError::invalid_request("the client publishes no key that its answers can be encrypted to")
            .with_detail(detail)
    };
    let found = client.keys.look(platform, |keys| {
        keys.encryption_key(how.alg).cloned().ok_or(JwtError::UnknownKey)
    });
    let key = found.await.map_err(|error| refused(error.to_string()))?;
    let sealed = jwe::encrypt(platform.random(), &key, how, (content, text.as_bytes()));
    Ok(sealed.map_err(|error| refused(error.to_string()))?)
}
