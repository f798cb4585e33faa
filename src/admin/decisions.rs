//! Decisions: looked at, and labelled with what became known.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::actor::Trail;
use super::{Actor, AdminError};
use crate::base::ids::{DecisionId, EventId, Reference, UserId};
use crate::base::page::{Page, PageRequest};
use crate::decisions::ocsf;
use crate::domain::action::Action;
use crate::domain::decision::Decision;
use crate::domain::user::User;
use crate::store::{DecisionFilter, LabelRecord, TenantStore};
use crate::tenants::Platform;

/// What an analyst knows of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictLabel {
    /// It was somebody else.
    Compromised,
    /// It was the owner.
    Safe,
    /// Nothing to learn from.
    Dismiss,
}

/// Decisions, newest first.
///
/// # Errors
/// [`AdminError`].
pub async fn list(
    actor: &Actor,
    platform: &Platform,
    filter: &DecisionFilter,
    page: &PageRequest,
) -> Result<Page<Decision>, AdminError> {
    Ok(actor
        .may_read_decisions()?
        .store(platform)
        .decisions(filter, page)
        .await?)
}

/// The form of an export, a line a decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// The record as it is stored, which `docs/decision.schema.json` describes.
    #[default]
    Ndjson,
    /// Events of the Open Cybersecurity Schema Framework.
    Ocsf,
}

impl ExportFormat {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Ocsf => "ocsf",
        }
    }

    /// The form of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Ndjson, Self::Ocsf]
            .into_iter()
            .find(|format| format.name() == name)
    }
}

/// Notes in the audit log that decisions leave the house; then [`export`] gives them.
///
/// # Errors
/// [`AdminError`].
pub async fn begin_export(
    actor: &Actor,
    platform: &Platform,
    filter: &DecisionFilter,
    format: ExportFormat,
) -> Result<(), AdminError> {
    let right = actor.may_read_decisions()?;
    let data = json!({
        "format": format.name(), "user": filter.user, "client": filter.client, "since": filter.since, "until": filter.until,
    });
    let trail = Trail::new("decisions.exported", "tenant", right.tenant(), data);
    right.commit(platform, right.store(platform).batch(), trail).await
}

/// A page of an export, oldest first: lines without their ends.
///
/// # Errors
/// [`AdminError`].
pub async fn export(
    actor: &Actor,
    platform: &Platform,
    filter: &DecisionFilter,
    format: ExportFormat,
    page: &PageRequest,
) -> Result<Page<String>, AdminError> {
    let right = actor.may_read_decisions()?;
    let found = right.store(platform).decisions_in_order(filter, page).await?;
    let tenant = right.tenant();
    Ok(found.map(|decision| match format {
        ExportFormat::Ndjson => serde_json::to_string(&decision).unwrap_or_default(),
        ExportFormat::Ocsf => ocsf::authentication(&decision, tenant).to_string(),
    }))
}

/// One decision, by its reference or its id.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn show(actor: &Actor, platform: &Platform, name: &str) -> Result<Decision, AdminError> {
    let store = actor.may_read_decisions()?.store(platform);
    if let Ok(id) = name.parse::<DecisionId>() {
        return store.decision(id).await?.ok_or(AdminError::NotFound("decision"));
    }
    let reference = Reference::parse(name).ok_or(AdminError::NotFound("decision"))?;
    let filter = DecisionFilter {
        reference: Some(reference),
        ..DecisionFilter::default()
    };
    let found = store.decisions(&filter, &PageRequest::new(None, 1)).await?;
    found
        .items
        .into_iter()
        .next()
        .ok_or(AdminError::NotFound("decision"))
}

/// Says what became known of a decision. A sign-up that was held for review and is safe is held no longer.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn label(
    actor: &Actor,
    platform: &Platform,
    decision: DecisionId,
    verdict: VerdictLabel,
) -> Result<LabelRecord, AdminError> {
    let right = actor.may_label_decisions()?;
    let store = right.store(platform);
    let about = store.decision(decision).await?;
    let about = about.ok_or(AdminError::NotFound("decision"))?;
    let now = platform.now();
    let label = LabelRecord {
        id: EventId(platform.random().uuid(now)),
        decision,
        at: now,
        label: json!({"kind": "analyst", "verdict": verdict, "by": actor.who(), "at": now}),
    };
    let mut batch = store.batch();
    batch.insert_label(&label);
    if verdict == VerdictLabel::Safe
        && let Some(held) = held_account(&store, &about).await?
    {
        batch.update_user(&User {
            under_review: false,
            ..held
        });
    }
    let trail = Trail::new(
        "decision.labelled",
        "decision",
        decision,
        json!({"verdict": verdict}),
    );
    right.commit(platform, batch, trail).await?;
    Ok(label)
}

/// The account whose sign-up a decision held for review, while it is held.
async fn held_account(store: &TenantStore, about: &Decision) -> Result<Option<User>, AdminError> {
    let made = about.subject.filter(|_| about.action == Action::SignUp);
    let Some(made) = made else { return Ok(None) };
    Ok(store.user(made).await?.filter(|user| user.under_review))
}

/// The addresses of the people that decisions are about.
///
/// # Errors
/// [`AdminError`].
pub async fn subjects(
    actor: &Actor,
    platform: &Platform,
    decisions: &[Decision],
) -> Result<HashMap<UserId, String>, AdminError> {
    let store = actor.may_read_decisions()?.store(platform);
    let mut ids: Vec<UserId> = decisions.iter().filter_map(|decision| decision.subject).collect();
    ids.sort_unstable();
    ids.dedup();
    let users = store.users_by_id(&ids).await?;
    Ok(users
        .into_iter()
        .map(|user| (user.id, user.email.as_str().to_owned()))
        .collect())
}

/// The user whose address or sign-in name was typed.
///
/// # Errors
/// [`AdminError`].
pub async fn subject_named(
    actor: &Actor,
    platform: &Platform,
    typed: &str,
) -> Result<Option<UserId>, AdminError> {
    let store = actor.may_read_decisions()?.store(platform);
    Ok(store.user_by_identifier(typed).await?.map(|user| user.id))
}
