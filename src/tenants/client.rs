//! A client as the server holds it: its record, its secrets' hashes and its keys, read once.

use std::sync::RwLock;
use std::time::Duration;

use crate::base::encoding::from_base64url;
use crate::base::secret::TokenHash;
use crate::base::timestamp::Timestamp;
use crate::crypto::key_set::KeySet;
use crate::domain::client::Client;

/// How long keys fetched from `jwks_uri` are used before they are fetched again.
const JWKS_FRESH: Duration = Duration::from_mins(5);

/// A client in memory.
#[derive(Debug)]
pub struct ClientRuntime {
    /// The record.
    pub record: Client,
    secrets: Vec<(TokenHash, Option<Timestamp>)>,
    /// Keys registered by value.
    pub keys: Option<KeySet>,
    /// Keys fetched from `jwks_uri`, and when.
    fetched: RwLock<Option<(Timestamp, std::sync::Arc<KeySet>)>>,
}

impl ClientRuntime {
    /// Reads what is stored. A key set that can't be read leaves the client without keys: it can't authenticate.
    pub fn new(record: Client) -> Self {
        let secrets = record
            .secrets
            .iter()
            .filter_map(|secret| {
                let bytes = from_base64url(&secret.hash)?;
                Some((TokenHash::from_stored(&bytes)?, secret.expires_at))
            })
            .collect();
        let keys = record
            .metadata
            .jwks
            .as_ref()
            .and_then(|jwks| KeySet::from_jwks(&jwks.to_string()).ok());
        Self {
            record,
            secrets,
            keys,
            fetched: RwLock::new(None),
        }
    }

    /// Whether a secret is one of its live ones. Every stored hash is compared.
    pub fn accepts_secret(&self, presented: &TokenHash, now: Timestamp) -> bool {
        self.secrets.iter().fold(false, |found, (hash, expires_at)| {
            (hash == presented) & expires_at.is_none_or(|at| now < at) | found
        })
    }

    /// Keys fetched earlier that are still fresh.
    pub fn fetched_keys(&self, now: Timestamp) -> Option<std::sync::Arc<KeySet>> {
        let held = self
            .fetched
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        held.as_ref()
            .filter(|(at, _)| now.since(*at) < JWKS_FRESH)
            .map(|(_, keys)| keys.clone())
    }

    /// When keys were last fetched, so that an unknown key id can't make us fetch at every request.
    pub fn fetched_at(&self) -> Option<Timestamp> {
        self.fetched
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .as_ref()
            .map(|(at, _)| *at)
    }

    /// Keeps fetched keys.
    pub fn keep_fetched(&self, keys: KeySet, now: Timestamp) -> std::sync::Arc<KeySet> {
        let keys = std::sync::Arc::new(keys);
        *self
            .fetched
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = Some((now, keys.clone()));
        keys
    }
}
