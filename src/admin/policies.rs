//! Policies: versions that are published, never changed.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::actor::Trail;
use super::{Actor, AdminError};
use crate::base::page::{Page, PageRequest};
use crate::base::timestamp::Timestamp;
use crate::domain::decision::Decision;
use crate::domain::policy_version::{PolicyMode, PolicyVersion};
use crate::policy::{Context, Policy, decide, diff_sentence};
use crate::risk::Assessment;
use crate::store::{DecisionFilter, StoreError, TenantStore};
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
        name: policy
            .as_ref()
            .map_or_else(String::new, |policy| policy.name.clone()),
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
pub async fn list(
    actor: &Actor,
    platform: &Platform,
    page: &PageRequest,
) -> Result<Page<PolicyView>, AdminError> {
    Ok(actor
        .may_read_policies()?
        .store(platform)
        .policies(page)
        .await?
        .map(view))
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
    Ok(
        match before.and_then(|version| Policy::parse(&version.document).ok()) {
            Some(before) => diff_sentence(&before, policy),
            None => "The first version.".to_owned(),
        },
    )
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
    let current = live(&store)
        .await?
        .ok_or(AdminError::NotFound("policy version"))?;
    let versions = store.policies(&PageRequest::new(None, PageRequest::MAX)).await?;
    let before = versions
        .items
        .into_iter()
        .find(|version| version.number < current.number && version.document != current.document)
        .ok_or_else(|| AdminError::Refused("there is no earlier version to go back to".to_owned()))?;
    let policy = Policy::parse(&before.document).map_err(AdminError::Policy)?;
    let note = format!("Back to version {}", before.number);
    put(
        actor,
        platform,
        &before.document,
        policy.mode,
        &note,
        "policy.rolled_back",
    )
    .await
}

/// Switches the policy in force to enforcing or to observing, as a new version of the same document.
///
/// # Errors
/// [`AdminError::Refused`] when it is in that mode already.
pub async fn set_mode(
    actor: &Actor,
    platform: &Platform,
    mode: PolicyMode,
) -> Result<PolicyView, AdminError> {
    let store = actor.may_manage_policies()?.store(platform);
    let current = live(&store)
        .await?
        .ok_or(AdminError::NotFound("policy version"))?;
    let (note, act) = match mode {
        PolicyMode::Enforce => ("Decisions are now carried out.", "policy.enforced"),
        PolicyMode::Observe => ("Decisions are now only recorded.", "policy.disabled"),
        PolicyMode::Retired => return Err(AdminError::invalid("mode", "use enforce or observe")),
    };
    if current.mode == mode {
        return Err(AdminError::Refused(format!(
            "the policy is in mode {} already",
            mode.name()
        )));
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
    right
        .commit_and_reload(platform, batch, trail)
        .await
        .map_err(|error| match error {
            AdminError::Store(StoreError::Conflict(_)) => AdminError::Changed,
            other => other,
        })?;
    Ok(view(version))
}

/// The version that decides: the newest that is enforced, else the newest that observes.
async fn live(store: &TenantStore) -> Result<Option<PolicyVersion>, StoreError> {
    let mut live = store.live_policies().await?;
    let place = live
        .iter()
        .position(|version| version.mode == PolicyMode::Enforce)
        .unwrap_or(0);
    Ok((place < live.len()).then(|| live.swap_remove(place)))
}

/// What a draft would have made of recorded decisions.
#[derive(Clone, Debug, Serialize)]
pub struct Replayed {
    /// Decisions looked at.
    pub decisions: u64,
    /// Those whose record can't be replayed: refused before anything was judged, or erased.
    pub unreadable: u64,
    /// Those with the same outcome.
    pub unchanged: u64,
    /// Outcomes that would have been others, most frequent first.
    pub changes: Vec<ReplayChange>,
}

/// Decisions that would have gone another way.
#[derive(Clone, Debug, Serialize)]
pub struct ReplayChange {
    /// What was recommended.
    pub before: String,
    /// What the draft recommends.
    pub after: String,
    /// How often.
    pub count: u64,
}

/// Decides recorded decisions again by a draft: the recorded assessment under the draft's rules. What the record does not
/// hold (roles and earlier sign-ins at that time) is taken as an experienced account without roles.
///
/// # Errors
/// [`AdminError::Policy`] for a draft with mistakes.
pub async fn replay(
    actor: &Actor,
    platform: &Platform,
    draft: &str,
    since: Option<Timestamp>,
) -> Result<Replayed, AdminError> {
    actor.may_read_policies()?;
    let store = actor.may_read_decisions()?.store(platform);
    let draft = Policy::parse(draft).map_err(AdminError::Policy)?;
    let filter = DecisionFilter {
        since,
        ..DecisionFilter::default()
    };
    let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut replayed = Replayed {
        decisions: 0,
        unreadable: 0,
        unchanged: 0,
        changes: Vec::new(),
    };
    let mut page = PageRequest::new(None, PageRequest::MAX);
    loop {
        let found = store.decisions_in_order(&filter, &page).await?;
        for decision in found.items {
            replayed.decisions += 1;
            let Some(after) = again(&draft, &decision) else {
                replayed.unreadable += 1;
                continue;
            };
            if after == decision.recommended {
                replayed.unchanged += 1;
            } else {
                *counts.entry((decision.recommended, after)).or_default() += 1;
            }
        }
        match found.next {
            Some(next) => page = PageRequest::new(Some(next), PageRequest::MAX),
            None => break,
        }
    }
    replayed.changes = counts
        .into_iter()
        .map(|((before, after), count)| ReplayChange { before, after, count })
        .collect();
    replayed
        .changes
        .sort_by_key(|change| std::cmp::Reverse(change.count));
    Ok(replayed)
}

fn again(draft: &Policy, decision: &Decision) -> Option<String> {
    let assessment: Assessment = serde_json::from_value(decision.assessment.clone()).ok()?;
    let context = Context {
        client: decision.client.as_ref().map(ToString::to_string),
        ..Context::of(decision.action.clone(), 1)
    };
    Some(decide(draft, &assessment, &context).outcome.name().to_owned())
}
