//! A tenant's signing keys: opened once, rotated so that a new key is published a full cache age before it signs (defect 28).

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::platform::Platform;
use crate::base::ids::{KeyId, TenantId};
use crate::base::page::PageRequest;
use crate::base::timestamp::Timestamp;
use crate::crypto::envelope::{Envelope, EnvelopeError, Purpose};
use crate::crypto::jwt::{JwtError, VerifyingKeys};
use crate::crypto::signer::{self, Signer, SignerError};
use crate::domain::key::{KeyStatus, SigningAlg, SigningKey};
use crate::store::{Batch, StoreError, TenantStore};

/// Why a tenant's keys can't be used or changed.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A sealed key does not open.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// The database was made with another key-encryption key.
    #[error("{0}; give the secrets.kek this database was made with")]
    OtherKek(EnvelopeError),
    /// A key can't be made or read.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The published set can't be read back.
    #[error(transparent)]
    Jwt(#[from] JwtError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The tenant has no key of an algorithm.
    #[error("the tenant has no signing key for {0}")]
    None(&'static str),
}

/// A tenant's keys, ready for use.
#[derive(Debug)]
pub struct Keyring {
    active: BTreeMap<SigningAlg, Arc<Signer>>,
    /// All published keys, for checking our own tokens.
    pub verifying: VerifyingKeys,
    /// The JWKS document.
    pub jwks: Bytes,
}

impl Keyring {
    /// Opens stored keys.
    ///
    /// # Errors
    /// A key that does not open or can't be read.
    pub fn open(envelope: &Envelope, keys: &[SigningKey]) -> Result<Self, KeysError> {
        let mut active = BTreeMap::new();
        for key in keys.iter().filter(|key| key.status == KeyStatus::Active) {
            let private = envelope.open(Purpose::SigningKey, key.id.0.as_bytes(), &key.private)?;
            active.insert(key.alg, Arc::new(Signer::open(key.alg, &key.kid, &private)?));
        }
        let public: Vec<&str> = keys.iter().map(|key| key.public_jwk.as_str()).collect();
        let jwks = format!(r#"{{"keys":[{}]}}"#, public.join(","));
        Ok(Self {
            active,
            verifying: VerifyingKeys::from_jwks(&jwks)?,
            jwks: Bytes::from(jwks),
        })
    }

    /// The key that signs with an algorithm.
    ///
    /// # Errors
    /// [`KeysError::None`].
    pub fn signer(&self, alg: SigningAlg) -> Result<&Signer, KeysError> {
        self.active
            .get(&alg)
            .map(AsRef::as_ref)
            .ok_or(KeysError::None(alg.name()))
    }

    /// Whether there is a key for an algorithm.
    pub fn has(&self, alg: SigningAlg) -> bool {
        self.active.contains_key(&alg)
    }
}

/// Looks whether the configured key-encryption key is the one that this database was made with, on the keys of one tenant.
/// Nothing may be sealed with another: the two would lie mixed, and each would open half.
///
/// # Errors
/// [`KeysError::OtherKek`], and the database's.
pub async fn check_kek(platform: &Platform) -> Result<(), KeysError> {
    let everyone = platform.store.everyone();
    for tenant in everyone.tenants(&PageRequest::new(None, 1)).await?.items {
        let keys = platform.store.tenant(tenant.id).signing_keys().await?;
        Keyring::open(&platform.envelope, &keys).map_err(|error| match error {
            KeysError::Envelope(error) => KeysError::OtherKek(error),
            other => other,
        })?;
    }
    Ok(())
}

/// Makes a key and its row.
///
/// # Errors
/// When it can't be made or sealed.
pub(super) fn make(
    platform: &Platform,
    alg: SigningAlg,
    status: KeyStatus,
    activates_at: Timestamp,
) -> Result<SigningKey, KeysError> {
    let now = platform.now();
    let id = KeyId(platform.random().uuid(now));
    let fresh = signer::generate(alg)?;
    let private = platform.envelope.seal(
        platform.random(),
        Purpose::SigningKey,
        id.0.as_bytes(),
        fresh.pkcs8.expose(),
    )?;
    Ok(SigningKey {
        id,
        kid: fresh.kid,
        alg,
        status,
        private,
        public_jwk: fresh.public_jwk,
        created_at: now,
        activates_at,
        retired_at: None,
    })
}

/// Makes sure that the tenant has a key of an algorithm; RSA keys are made when the first client asks for them.
///
/// # Errors
/// Database and cryptography.
pub async fn ensure_key(platform: &Platform, tenant: TenantId, alg: SigningAlg) -> Result<(), KeysError> {
    let store = platform.store.tenant(tenant);
    let has = |keys: &[SigningKey]| {
        keys.iter()
            .any(|key| key.alg == alg && key.status == KeyStatus::Active)
    };
    if has(&store.signing_keys().await?) {
        return Ok(());
    }
    let key = make(platform, alg, KeyStatus::Active, platform.now())?;
    let mut batch = store.batch();
    batch.insert_signing_key(&key);
    batch.bump_change();
    store.commit(batch).await?;
    platform.directory.forget(tenant);
    Ok(())
}

/// What a rotation did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RotateOutcome {
    /// A new key is published and signs from then on.
    Announced {
        /// Its key id.
        kid: String,
        /// When it begins to sign.
        signs_at: Timestamp,
    },
    /// One was announced already.
    Pending {
        /// Its key id.
        kid: String,
        /// When it begins to sign.
        signs_at: Timestamp,
    },
}

/// Announces a new key of an algorithm. It signs once it was published for `keys.publish_ahead`. The rows go into `batch`.
///
/// # Errors
/// Database and cryptography.
pub async fn rotate_key(
    platform: &Platform,
    store: &TenantStore,
    alg: SigningAlg,
    batch: &mut Batch,
) -> Result<RotateOutcome, KeysError> {
    let keys = store.signing_keys().await?;
    if let Some(next) = keys
        .iter()
        .find(|key| key.alg == alg && key.status == KeyStatus::Next)
    {
        return Ok(RotateOutcome::Pending {
            kid: next.kid.clone(),
            signs_at: next.activates_at,
        });
    }
    let signs_at = platform.now().plus(platform.settings.keys.publish_ahead);
    let key = make(platform, alg, KeyStatus::Next, signs_at)?;
    batch.insert_signing_key(&key);
    batch.bump_change();
    Ok(RotateOutcome::Announced {
        kid: key.kid,
        signs_at,
    })
}

/// Moves keys along their life: announces successors of old keys, lets announced ones sign when their time has come, and
/// removes retired ones that can sign nothing any more that is still valid. Gives whether anything changed.
///
/// # Errors
/// Database and cryptography.
pub async fn advance_keys(platform: &Platform, store: &TenantStore) -> Result<bool, KeysError> {
    let now = platform.now();
    let keys = store.signing_keys().await?;
    let mut batch = store.batch();
    for next in keys
        .iter()
        .filter(|key| key.status == KeyStatus::Next && key.activates_at <= now)
    {
        let old = keys
            .iter()
            .filter(|key| key.alg == next.alg && key.status == KeyStatus::Active);
        for key in old {
            batch.retire_signing_key(key.id, now);
        }
        batch.activate_signing_key(next.id, now);
    }
    let age = platform.settings.keys.rotate_every;
    for key in keys.iter().filter(|key| key.status == KeyStatus::Active) {
        let successor = keys
            .iter()
            .any(|other| other.alg == key.alg && other.status == KeyStatus::Next);
        if !age.is_zero() && !successor && now.since(key.activates_at) >= age {
            let signs_at = now.plus(platform.settings.keys.publish_ahead);
            batch.insert_signing_key(&make(platform, key.alg, KeyStatus::Next, signs_at)?);
        }
    }
    let keep = platform.settings.keys.publish_ahead
        + platform.settings.tokens.access.max(platform.settings.tokens.id);
    for key in &keys {
        if key.retired_at.is_some_and(|at| now.since(at) > keep) {
            batch.delete_signing_key(key.id);
        }
    }
    if batch.is_empty() {
        return Ok(false);
    }
    batch.bump_change();
    store.commit(batch).await?;
    platform.directory.forget(store.tenant_id());
    Ok(true)
}
