//! A client as the server holds it: its record, its secrets' hashes and its keys, read once.

use super::key_source::KeySource;
use crate::base::encoding::from_base64url;
use crate::base::secret::TokenHash;
use crate::base::timestamp::Timestamp;
use crate::domain::client::Client;

/// A client in memory.
#[derive(Debug)]
pub struct ClientRuntime {
    /// The record.
    pub record: Client,
    secrets: Vec<(TokenHash, Option<Timestamp>)>,
    /// Its public keys. A set that can't be read leaves it without: it can't authenticate by them.
    pub keys: KeySource,
}

impl ClientRuntime {
    /// Reads what is stored.
    pub fn new(record: Client) -> Self {
        let secrets = record
            .secrets
            .iter()
            .filter_map(|secret| {
                let bytes = from_base64url(&secret.hash)?;
                Some((TokenHash::from_stored(&bytes)?, secret.expires_at))
            })
            .collect();
        let metadata = &record.metadata;
        Self {
            keys: KeySource::new(metadata.jwks.as_ref(), metadata.jwks_uri.as_deref()),
            secrets,
            record,
        }
    }

    /// Whether a secret is one of its live ones. Every stored hash is compared.
    pub fn accepts_secret(&self, presented: &TokenHash, now: Timestamp) -> bool {
        self.secrets.iter().fold(false, |found, (hash, expires_at)| {
            (hash == presented) & expires_at.is_none_or(|at| now < at) | found
        })
    }
}
