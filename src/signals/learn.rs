//! Learning after an attempt was accepted or failed. Score first, decide, then learn; what was refused teaches nothing about
//! the user. Calls from an app's server never come here: they would teach the app's address (defect 21).

use super::gather::{Gathered, HeldProfile, back_channel_facts};
use crate::base::ids::UserId;
use crate::store::{Batch, StoreError};
use crate::tenants::{Platform, Realm, Visit};

/// How much an accepted attempt teaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lesson {
    /// Low risk, or a strong factor: fully.
    Full,
    /// Passed with a weak factor: half.
    Half,
}

impl Lesson {
    const fn weight(self) -> f64 {
        match self {
            Self::Full => 1.0,
            Self::Half => 0.5,
        }
    }
}

/// Teaches the user's profile and the tenant's baseline. The profile's row goes into `batch`.
///
/// # Errors
/// The database, when the baseline was not read before.
pub async fn learn(
    platform: &Platform,
    realm: &Realm,
    user: UserId,
    gathered: &Gathered,
    lesson: Lesson,
    batch: &mut Batch,
) -> Result<(), StoreError> {
    // What the dev profile forced was never seen.
    let mut facts = gathered.facts.clone();
    facts.forced.clear();
    let HeldProfile { profile, version } = &gathered.profile;
    let mut profile = profile.clone();
    let returns = profile.observe(&facts, lesson.weight());
    batch.save_user_profile(user, &profile.to_bytes(), *version, platform.now());
    let held = platform
        .baselines
        .of(&platform.store, realm.tenant.record.id)
        .await?;
    held.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .learn(|baseline| baseline.observe(&facts, &returns, lesson.weight()));
    Ok(())
}

/// Teaches the tenant's baseline that an attempt failed: which networks and browsers failures come from.
///
/// # Errors
/// The database, when the baseline was not read before.
pub async fn learn_failure(platform: &Platform, realm: &Realm, visit: &Visit) -> Result<(), StoreError> {
    let facts = back_channel_facts(platform, realm, visit.ip, visit.user_agent.as_deref());
    let held = platform
        .baselines
        .of(&platform.store, realm.tenant.record.id)
        .await?;
    held.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .learn(|baseline| baseline.observe_failure(&facts));
    Ok(())
}
