//! Verifying what a client signed (assertions, request objects) with the keys that it registered, by value or by reference.

use serde::de::DeserializeOwned;

use crate::crypto::jwt::{JwtError, unverified_header};
use crate::tenants::{ClientRuntime, KeySourceError, Platform};

/// The claims of a JWT that the client signed, with an algorithm that its profile allows. `registered` is the one that it must have used,
/// where it registered one.
pub(super) async fn verify<T: DeserializeOwned + Clone>(
    platform: &Platform,
    client: &ClientRuntime,
    token: &str,
    registered: Option<&str>,
) -> Result<T, KeySourceError> {
    let header = unverified_header(token).ok_or(JwtError::Malformed)?;
    let used = format!("{:?}", header.alg);
    let allowed = client.record.metadata.rules().allows_algorithm(&used);
    if !allowed || registered.is_some_and(|registered| used != registered) {
        return Err(JwtError::Algorithm.into());
    }
    let keys = &client.keys;
    keys.look(platform, |keys| keys.verifying.verify(token)).await
}
