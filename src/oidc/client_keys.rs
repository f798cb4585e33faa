//! Verifying what a client signed (assertions, request objects) with the keys that it registered, by value or by reference.

use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::crypto::jwt::{JwtError, VerifyingKeys, unverified_header};
use crate::outbound::fetch::FetchError;
use crate::tenants::{ClientRuntime, Platform};

/// The shortest time between two fetches of a key set.
const REFETCH: Duration = Duration::from_secs(10);

/// Why a signature of a client was not accepted. For the log; clients are told less.
#[derive(Debug, thiserror::Error)]
pub(super) enum ClientKeyError {
    #[error("it is not signed with the registered algorithm")]
    Algorithm,
    #[error("the client has no keys")]
    NoKeys,
    #[error("jwks_uri: {0}")]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Jwt(#[from] JwtError),
}

/// The claims of a JWT that the client signed. `registered` is the algorithm that it must have used, where it registered one. An
/// unknown key id makes us fetch the key set again, but not often.
pub(super) async fn verify<T: DeserializeOwned + Clone>(
    platform: &Platform,
    client: &ClientRuntime,
    token: &str,
    registered: Option<&str>,
) -> Result<T, ClientKeyError> {
    let header = unverified_header(token).ok_or(JwtError::Malformed)?;
    if registered.is_some_and(|registered| format!("{:?}", header.alg) != registered) {
        return Err(ClientKeyError::Algorithm);
    }
    if let Some(keys) = &client.keys {
        return Ok(keys.verify(token)?);
    }
    let now = platform.now();
    if let Some(keys) = client.fetched_keys(now) {
        match keys.verify(token) {
            Err(JwtError::UnknownKey | JwtError::Invalid) => {}
            other => return Ok(other?),
        }
    }
    let uri = client.record.metadata.jwks_uri.as_deref();
    let uri = uri.ok_or(ClientKeyError::NoKeys)?;
    if client.fetched_at().is_some_and(|at| now.since(at) < REFETCH) {
        return Err(JwtError::UnknownKey.into());
    }
    let keys = VerifyingKeys::from_jwks(&platform.fetcher.text(uri).await?)?;
    Ok(client.keep_fetched(keys, now).verify(token)?)
}
