//! A tenant's live policy.

use super::TenantError;
use super::platform::Platform;
use crate::base::ids::PolicyId;
use crate::domain::policy_version::{PolicyMode, PolicyVersion};
use crate::policy::Policy;
use crate::store::{Batch, StoreError, TenantStore};

/// The policy that decides, parsed.
#[derive(Debug)]
pub struct LivePolicy {
    /// The stored version.
    pub id: PolicyId,
    /// Name and number for people, such as `balanced v3`.
    pub label: String,
    /// Whether its decisions are carried out.
    pub mode: PolicyMode,
    /// The rules.
    pub policy: Policy,
}

impl LivePolicy {
    /// Parses a stored version.
    ///
    /// # Errors
    /// [`TenantError::Policy`] when a newer program wrote what this one can't read.
    pub fn open(version: &PolicyVersion) -> Result<Self, TenantError> {
        let policy = parse(&version.document)?;
        Ok(Self {
            id: version.id,
            label: format!("{} v{}", policy.name, version.number),
            mode: version.mode,
            policy,
        })
    }
}

fn parse(document: &str) -> Result<Policy, TenantError> {
    Policy::parse(document).map_err(|errors| {
        let lines: Vec<String> = errors
            .iter()
            .map(|error| format!("line {}: {}", error.line, error.message))
            .collect();
        TenantError::Policy(lines.join("; "))
    })
}

/// Publishes a document as the tenant's next version, and retires the one before. The rows go into `batch`.
///
/// # Errors
/// A document that is not valid, or the database.
pub async fn publish(
    platform: &Platform,
    store: &TenantStore,
    document: &str,
    mode: PolicyMode,
    note: &str,
    batch: &mut Batch,
) -> Result<PolicyVersion, TenantError> {
    parse(document)?;
    let number = store.latest_policy_number().await?;
    let version = new_version(platform, number + 1, document, mode, note);
    batch.retire_policies(PolicyMode::Enforce);
    batch.retire_policies(PolicyMode::Observe);
    batch.insert_policy(&version);
    batch.bump_change();
    Ok(version)
}

/// The first version of a new tenant, from a preset. The row goes into `batch`.
///
/// # Errors
/// An unknown preset.
pub fn publish_preset(platform: &Platform, preset: &str, batch: &mut Batch) -> Result<(), TenantError> {
    let document = crate::policy::presets::get(preset)
        .ok_or_else(|| TenantError::Policy(format!("there is no preset «{preset}»")))?;
    parse(document)?;
    let mode = if preset == "observe" {
        PolicyMode::Observe
    } else {
        PolicyMode::Enforce
    };
    batch.insert_policy(&new_version(
        platform,
        1,
        document,
        mode,
        &format!("Preset {preset}"),
    ));
    Ok(())
}

fn new_version(
    platform: &Platform,
    number: i64,
    document: &str,
    mode: PolicyMode,
    note: &str,
) -> PolicyVersion {
    let now = platform.now();
    PolicyVersion {
        id: PolicyId(platform.random().uuid(now)),
        number,
        document: document.to_owned(),
        mode,
        note: note.to_owned(),
        created_at: now,
    }
}

/// The version that decides: the newest that is enforced, else the newest that observes.
pub(super) async fn live(store: &TenantStore) -> Result<Option<PolicyVersion>, StoreError> {
    let mut live = store.live_policies().await?;
    let place = live
        .iter()
        .position(|version| version.mode == PolicyMode::Enforce)
        .unwrap_or(0);
    Ok((place < live.len()).then(|| live.swap_remove(place)))
}
