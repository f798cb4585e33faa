//! Signing keys.

use serde::Serialize;
use serde_json::json;

use super::actor::Trail;
use super::{Actor, AdminError};
use crate::base::timestamp::Timestamp;
use crate::domain::key::{KeyStatus, SigningAlg};
use crate::tenants::{Platform, RotateOutcome};

/// A signing key as it is shown: its public part.
#[derive(Clone, Debug, Serialize)]
pub struct KeyView {
    /// Its key id (RFC 7638 thumbprint).
    pub kid: String,
    /// What it signs with.
    pub alg: SigningAlg,
    /// Where it stands.
    pub status: KeyStatus,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it signs, or began to.
    pub activates_at: Timestamp,
    /// When it was retired.
    pub retired_at: Option<Timestamp>,
}

/// What a rotation did for one algorithm.
#[derive(Clone, Debug, Serialize)]
pub struct Rotation {
    /// The algorithm.
    pub alg: SigningAlg,
    /// The new key.
    pub kid: String,
    /// When it begins to sign.
    pub signs_at: Timestamp,
    /// Whether it had been announced before.
    pub pending: bool,
}

/// The keys, oldest first.
///
/// # Errors
/// [`AdminError`].
pub async fn list(actor: &Actor, platform: &Platform) -> Result<Vec<KeyView>, AdminError> {
    let keys = actor.may_read_keys()?.store(platform).signing_keys().await?;
    Ok(keys
        .into_iter()
        .map(|key| KeyView {
            kid: key.kid,
            alg: key.alg,
            status: key.status,
            created_at: key.created_at,
            activates_at: key.activates_at,
            retired_at: key.retired_at,
        })
        .collect())
}

/// Announces new keys: of one algorithm, or of every one that signs now.
///
/// # Errors
/// [`AdminError`].
pub async fn rotate(
    actor: &Actor,
    platform: &Platform,
    alg: Option<SigningAlg>,
) -> Result<Vec<Rotation>, AdminError> {
    let right = actor.may_manage_keys()?;
    let store = right.store(platform);
    let keys = store.signing_keys().await?;
    let active = |alg: SigningAlg| {
        keys.iter()
            .any(|key| key.alg == alg && key.status == KeyStatus::Active)
    };
    let wanted: Vec<SigningAlg> = match alg {
        Some(alg) => vec![alg],
        None => SigningAlg::ALL.into_iter().filter(|alg| active(*alg)).collect(),
    };
    let mut batch = store.batch();
    let mut done = Vec::new();
    for alg in wanted {
        let outcome = crate::tenants::rotate_key(platform, &store, alg, &mut batch).await?;
        let (kid, signs_at, pending) = match outcome {
            RotateOutcome::Announced { kid, signs_at } => (kid, signs_at, false),
            RotateOutcome::Pending { kid, signs_at } => (kid, signs_at, true),
        };
        done.push(Rotation {
            alg,
            kid,
            signs_at,
            pending,
        });
    }
    if !batch.is_empty() {
        let trail = Trail::new("keys.rotated", "tenant", right.tenant(), json!({"keys": done}));
        right.commit_and_reload(platform, batch, trail).await?;
    }
    Ok(done)
}
