//! Keys that somebody else publishes: registered by value, or fetched from an address and kept for a while.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde_json::Value;

use super::platform::Platform;
use crate::base::timestamp::Timestamp;
use crate::crypto::jwt::JwtError;
use crate::crypto::key_set::KeySet;
use crate::outbound::fetch::FetchError;

/// How long fetched keys are used before they are fetched again.
const FRESH: Duration = Duration::from_mins(5);
/// The shortest time between two fetches.
const REFETCH: Duration = Duration::from_secs(10);

/// Why a key was not found, or did not fit. For the log; callers are told less.
#[derive(Debug, thiserror::Error)]
pub enum KeySourceError {
    /// There are none.
    #[error("there are no keys")]
    NoKeys,
    /// They can't be fetched.
    #[error("jwks_uri: {0}")]
    Fetch(#[from] FetchError),
    /// They don't fit.
    #[error(transparent)]
    Jwt(#[from] JwtError),
}

/// Where keys come from.
#[derive(Debug)]
pub struct KeySource {
    by_value: Option<KeySet>,
    uri: Option<String>,
    fetched: RwLock<Option<(Timestamp, Arc<KeySet>)>>,
}

impl KeySource {
    /// Keys by value or by reference. A set that can't be read counts as none.
    pub fn new(jwks: Option<&Value>, uri: Option<&str>) -> Self {
        Self {
            by_value: jwks.and_then(|jwks| KeySet::from_jwks(&jwks.to_string()).ok()),
            uri: uri.map(str::to_owned),
            fetched: RwLock::new(None),
        }
    }

    /// What is found in the keys. What keys by reference don't know makes us fetch them again, but not often.
    ///
    /// # Errors
    /// [`KeySourceError`].
    pub async fn look<T>(
        &self,
        platform: &Platform,
        find: impl Fn(&KeySet) -> Result<T, JwtError>,
    ) -> Result<T, KeySourceError> {
        if let Some(keys) = &self.by_value {
            return Ok(find(keys)?);
        }
        let now = platform.now();
        let held = self
            .fetched
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some((_, keys)) = held.as_ref().filter(|(at, _)| now.since(*at) < FRESH) {
            match find(keys) {
                Err(JwtError::UnknownKey | JwtError::Invalid) => {}
                other => return Ok(other?),
            }
        }
        let uri = self.uri.as_deref().ok_or(KeySourceError::NoKeys)?;
        if held.is_some_and(|(at, _)| now.since(at) < REFETCH) {
            return Err(JwtError::UnknownKey.into());
        }
        let keys = Arc::new(KeySet::from_jwks(&platform.fetcher.text(uri).await?)?);
        *self.fetched.write().unwrap_or_else(PoisonError::into_inner) = Some((now, keys.clone()));
        Ok(find(&keys)?)
    }
}
