//! Policies: versions that are published, never changed.

use serde::Serialize;
use serde_json::json;

use super::actor::Trail;
use super::{Actor, AdminError};
use crate::base::page::{Page, PageRequest};
use crate::base::timestamp::Timestamp;
use crate::domain::policy_version::{PolicyMode, PolicyVersion};
use crate::policy::{Policy, diff_sentence};
use crate::store::{StoreError, TenantStore};
use crate::tenants::Platform;

/// A version as it is shown.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyView {
    /// 1, 2, 3 … in the tenant.
    pub number: i64,
    /// The document's own name.
    pub name: String,
    /// What it does.
    pub mode: PolicyMode,
    /// What changed with it.
    pub note: String,
    /// When it was published.
    pub created_at: Timestamp,
    /// What it says, a sentence a rule.
    pub sentences: Vec<String>,
    /// The document.
    pub document: String,
}

/// What a document would do.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    /// Its name.
    pub name: String,
    /// What it says.
    pub sentences: Vec<String>,
    /// What changes against the version in force; absent when only the document was looked at.
    pub difference: Option<String>,
}

fn view(version: PolicyVersion) -> PolicyView {
    let policy = Policy::parse(&version.document).ok();
    PolicyView {
        number: version.number,
        name: policy.as_ref().map_or_else(String::new, |policy| policy.name.clone()),
        mode: version.mode,
        note: version.note,
        created_at: version.created_at,
        sentences: policy.map(|policy| policy.sentences()).unwrap_or_default(),
        document: version.document,
    }
}

/// Versions, newest first.
///
/// # Errors
/// [`AdminError`].
pub async fn list(actor: &Actor, platform: &Platform, page: &PageRequest) -> Result<Page<PolicyView>, AdminError> {
    Ok(actor.may_read_policies()?.store(platform).policies(page).await?.map(view))
}

/// A version by its number; without one the version in force.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn show(actor: &Actor, platform: &Platform, number: Option<i64>) -> Result<PolicyView, AdminError> {
    let store = actor.may_read_policies()?.store(platform);
    let found = match number {
        Some(number) => store.policy_by_number(number).await?,
        None => live(&store).await?,
    };
    found.map(view).ok_or(AdminError::NotFound("policy version"))
}

/// Reads a document and says what it would change.
///
/// # Errors
/// [`AdminError::Policy`] with the line of every mistake.
pub async fn check(actor: &Actor, platform: &Platform, document: &str) -> Result<Checked, AdminError> {
    let store = actor.may_read_policies()?.store(platform);
    let policy = Policy::parse(document).map_err(AdminError::Policy)?;
    let difference = difference(&store, &policy).await?;
    Ok(Checked {
        name: policy.name.clone(),
        sentences: policy.sentences(),
        difference: Some(difference),
    })
}

/// Reads a document alone.
///
/// # Errors
/// [`AdminError::Policy`] with the line of every mistake.
pub fn check_document(document: &str) -> Result<Checked, AdminError> {
    let policy = Policy::parse(document).map_err(AdminError::Policy)?;
    Ok(Checked {
        name: policy.name.clone(),
        sentences: policy.sentences(),
        difference: None,
    })
}

async fn difference(store: &TenantStore, policy: &Policy) -> Result<String, StoreError> {
    let before = live(store).await?;
    Ok(match before.and_then(|version| Policy::parse(&version.document).ok()) {
        Some(before) => diff_sentence(&before, policy),
        None => "The first version.".to_owned(),
    })
}

/// Publishes a document as the next version. Its own mode decides whether it is carried out.
///
/// # Errors
/// [`AdminError::Policy`], [`AdminError::Changed`] when somebody published meanwhile.
pub async fn publish(actor: &Actor, platform: &Platform, document: &str) -> Result<PolicyView, AdminError> {
    let store = actor.may_manage_policies()?.store(platform);
    let policy = Policy::parse(document).map_err(AdminError::Policy)?;
    let note = difference(&store, &policy).await?;
    put(actor, platform, document, policy.mode, &note, "policy.published").await
}

/// Publishes the document of the version before the one in force.
///
/// # Errors
/// [`AdminError::Refused`] when there is none.
pub async fn roll_back(actor: &Actor, platform: &Platform) -> Result<PolicyView, AdminError> {
    let store = actor.may_manage_policies()?.store(platform);
    let current = live(&store).await?.ok_or(AdminError::NotFound("policy version"))?;
    let versions = store.policies(&PageRequest::new(None, PageRequest::MAX)).await?;
    let before = versions
        .items
        .into_iter()
        .find(|version| version.number < current.number && version.document != current.document)
        .ok_or_else(|| AdminError::Refused("there is no earlier version to go back to".to_owned()))?;
    let policy = Policy::parse(&before.document).map_err(AdminError::Policy)?;
    let note = format!("Back to version {}", before.number);
    put(actor, platform, &before.document, policy.mode, &note, "policy.rolled_back").await
}

/// Switches the policy in force to enforcing or to observing, as a new version of the same document.
///
/// # Errors
/// [`AdminError::Refused`] when it is in that mode already.
pub async fn set_mode(actor: &Actor, platform: &Platform, mode: PolicyMode) -> Result<PolicyView, AdminError> {
    let store = actor.may_manage_policies()?.store(platform);
    let current = live(&store).await?.ok_or(AdminError::NotFound("policy version"))?;
    let (note, act) = match mode {
        PolicyMode::Enforce => ("Decisions are now carried out.", "policy.enforced"),
        PolicyMode::Observe => ("Decisions are now only recorded.", "policy.disabled"),
        PolicyMode::Retired => return Err(AdminError::invalid("mode", "use enforce or observe")),
    };
    if current.mode == mode {
        return Err(AdminError::Refused(format!("the policy is in mode {} already", mode.name())));
    }
    put(actor, platform, &current.document, mode, note, act).await
}

/// Lets a document decide beside the one in force without carrying anything out.
///
/// # Errors
/// [`AdminError::Refused`]: not available in this version.
pub fn shadow(actor: &Actor, document: &str) -> Result<(), AdminError> {
    actor.may_manage_policies()?;
    Policy::parse(document).map_err(AdminError::Policy)?;
    Err(AdminError::Refused(
        "shadow policies are not available in this version; use «policy replay» with --draft".to_owned(),
    ))
}

async fn put(
    actor: &Actor,
    platform: &Platform,
    document: &str,
    mode: PolicyMode,
    note: &str,
    act: &'static str,
) -> Result<PolicyView, AdminError> {
    let right = actor.may_manage_policies()?;
    let store = right.store(platform);
    let mut batch = store.batch();
    let version = crate::tenants::publish(platform, &store, document, mode, note, &mut batch).await?;
    let data = json!({"number": version.number, "mode": mode, "note": note});
    let trail = Trail::new(act, "policy", version.number, data);
    right.commit_and_reload(platform, batch, trail).await.map_err(|error| match error {
        AdminError::Store(StoreError::Conflict(_)) => AdminError::Changed,
        other => other,
    })?;
    Ok(view(version))
}

/// The version that decides: the newest that is enforced, else the newest that observes.
async fn live(store: &TenantStore) -> Result<Option<PolicyVersion>, StoreError> {
    let mut live = store.live_policies().await?;
    let place = live.iter().position(|version| version.mode == PolicyMode::Enforce).unwrap_or(0);
    Ok((place < live.len()).then(|| live.swap_remove(place)))
}
