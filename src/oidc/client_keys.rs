//! The keys that a client registered, by value or by reference: for what it signs (assertions, request objects), and for its
//! certificates.

use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::crypto::jwt::{JwtError, unverified_header};
use crate::crypto::key_set::KeySet;
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

/// The claims of a JWT that the client signed. `registered` is the algorithm that it must have used, where it registered one.
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
    look(platform, client, |keys| keys.verifying.verify(token)).await
}

/// What is found in the client's keys. What keys by reference don't know makes us fetch them again, but not often.
pub(super) async fn look<T>(
    platform: &Platform,
    client: &ClientRuntime,
    find: impl Fn(&KeySet) -> Result<T, JwtError>,
) -> Result<T, ClientKeyError> {
    if let Some(keys) = &client.keys {
        return Ok(find(keys)?);
    }
    let now = platform.now();
    if let Some(keys) = client.fetched_keys(now) {
        match find(&keys) {
            Err(JwtError::UnknownKey | JwtError::Invalid) => {}
            other => return Ok(other?),
        }
    }
    let uri = client.record.metadata.jwks_uri.as_deref();
    let uri = uri.ok_or(ClientKeyError::NoKeys)?;
    if client.fetched_at().is_some_and(|at| now.since(at) < REFETCH) {
        return Err(JwtError::UnknownKey.into());
    }
    let keys = KeySet::from_jwks(&platform.fetcher.text(uri).await?)?;
    Ok(find(&client.keep_fetched(keys, now))?)
}
