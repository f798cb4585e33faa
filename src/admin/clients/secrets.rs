//! A client's secrets: made, taken from outside, and fitted to how it authenticates.

use serde_json::Value;

use crate::admin::AdminError;
use crate::base::encoding::base64url;
use crate::base::secret::{Secret, TokenHash, TokenKind};
use crate::base::timestamp::Timestamp;
use crate::crypto::envelope::Purpose;
use crate::domain::client::{Client, ClientAuthMethod, ClientMetadata, ClientSecret};
use crate::tenants::Platform;

/// The shortest secret that is taken from outside. Ours have 256 bits; those that are brought along should have no less.
const MIN_SECRET: usize = 8;
/// The shortest that signs (RFC 7518 section 3.2).
const MIN_SIGNING_SECRET: usize = 32;

pub(super) fn uses_secret(metadata: &ClientMetadata) -> bool {
    matches!(
        metadata.token_endpoint_auth_method,
        ClientAuthMethod::ClientSecretBasic
            | ClientAuthMethod::ClientSecretPost
            | ClientAuthMethod::ClientSecretJwt
    )
}

fn signs_with_secret(metadata: &ClientMetadata) -> bool {
    metadata.token_endpoint_auth_method == ClientAuthMethod::ClientSecretJwt
}

/// Makes a client's secrets fit how it authenticates now; gives a new one where there is none that does. Of a secret that was only
/// shown to us we hold a hash, which checks no signature.
pub(super) fn refit_secrets(
    platform: &Platform,
    client: &mut Client,
) -> Result<Option<Secret<String>>, AdminError> {
    if !uses_secret(&client.metadata) {
        client.secrets.clear();
        return Ok(None);
    }
    if signs_with_secret(&client.metadata) {
        client.secrets.retain(|secret| secret.sealed.is_some());
    } else {
        client.secrets.iter_mut().for_each(|secret| secret.sealed = None);
    }
    if !client.secrets.is_empty() {
        return Ok(None);
    }
    let fresh = Secret::new(platform.random().opaque());
    let held = stored(platform, &client.metadata, &fresh, client.updated_at)?;
    client.secrets.push(held);
    Ok(Some(fresh))
}

pub(super) fn secret_for(
    platform: &Platform,
    metadata: &ClientMetadata,
    given: Option<Value>,
) -> Result<Option<Secret<String>>, AdminError> {
    match (uses_secret(metadata), given) {
        (true, None) => Ok(Some(Secret::new(platform.random().opaque()))),
        (true, Some(Value::String(secret))) => {
            let least = if signs_with_secret(metadata) {
                MIN_SIGNING_SECRET
            } else {
                MIN_SECRET
            };
            let printable = secret.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
            if secret.len() < least || secret.len() > 255 || !printable {
                let words = format!("use {least} to 255 printable ASCII characters");
                return Err(AdminError::invalid("client_secret", words));
            }
            Ok(Some(Secret::new(secret)))
        }
        (true, Some(_)) => Err(AdminError::invalid("client_secret", "must be text")),
        (false, None) => Ok(None),
        (false, Some(_)) => Err(AdminError::invalid(
            "client_secret",
            "this client authenticates without one",
        )),
    }
}

pub(super) fn stored(
    platform: &Platform,
    metadata: &ClientMetadata,
    secret: &Secret<String>,
    now: Timestamp,
) -> Result<ClientSecret, AdminError> {
    let hash = base64url(TokenHash::of(TokenKind::ClientSecret, secret.expose()).as_bytes());
    let sealed = if signs_with_secret(metadata) {
        let plain = secret.expose().as_bytes();
        let sealed =
            platform
                .envelope
                .seal(platform.random(), Purpose::ClientSecret, hash.as_bytes(), plain)?;
        Some(base64url(sealed.as_bytes()))
    } else {
        None
    };
    Ok(ClientSecret {
        hash,
        sealed,
        created_at: now,
        expires_at: None,
    })
}
