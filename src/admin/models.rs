//! Risk models of a tenant: added, promoted, rolled back. None scores before it is promoted.

use serde::Serialize;
use serde_json::json;

use super::actor::Trail;
use super::{Actor, AdminError};
use crate::base::page::{Page, PageRequest};
use crate::base::timestamp::Timestamp;
use crate::domain::decision::Decision;
use crate::domain::risk_model::RiskModelVersion;
use crate::risk::Model;
use crate::store::DecisionFilter;
use crate::tenants::Platform;

/// A version as it is shown.
#[derive(Clone, Debug, Serialize)]
pub struct ModelView {
    /// 1, 2, 3 … in the tenant; 0 is the compiled-in one.
    pub number: i64,
    /// Its own name and version.
    pub version: String,
    /// SHA-256 of its content.
    pub hash: String,
    /// What it was made from.
    pub note: String,
    /// When it was added; absent for the compiled-in one.
    pub created_at: Option<Timestamp>,
    /// When it was last promoted.
    pub promoted_at: Option<Timestamp>,
    /// Whether it scores now.
    pub live: bool,
}

fn view(version: &RiskModelVersion, live: Option<i64>) -> ModelView {
    ModelView {
        number: version.number,
        version: version.version.clone(),
        hash: version.hash.clone(),
        note: version.note.clone(),
        created_at: Some(version.created_at),
        promoted_at: version.promoted_at,
        live: live == Some(version.number),
    }
}

/// Every version, newest first, the compiled-in model last.
///
/// # Errors
/// [`AdminError`].
pub async fn list(actor: &Actor, platform: &Platform) -> Result<Vec<ModelView>, AdminError> {
    let store = actor.may_read_models()?.store(platform);
    let live = store.live_risk_model().await?.map(|live| live.number);
    let builtin = platform.model.load();
    let mut views: Vec<ModelView> = store
        .risk_models()
        .await?
        .iter()
        .map(|version| view(version, live))
        .collect();
    views.push(ModelView {
        number: 0,
        version: builtin.version.clone(),
        hash: builtin.hash.clone(),
        note: builtin.training.data.clone(),
        created_at: None,
        promoted_at: None,
        live: live.is_none(),
    });
    Ok(views)
}

/// The model that scores now.
///
/// # Errors
/// [`AdminError::Refused`] when it can't be read.
pub async fn live(actor: &Actor, platform: &Platform) -> Result<Model, AdminError> {
    let store = actor.may_read_models()?.store(platform);
    match store.live_risk_model().await? {
        Some(version) => parse(&version.document),
        None => Ok(platform.model.load().as_ref().clone()),
    }
}

/// Adds a model file. It does not score until it is promoted.
///
/// # Errors
/// [`AdminError::Invalid`] for a file that is no model or was changed after it was made.
pub async fn add(actor: &Actor, platform: &Platform, document: &str) -> Result<ModelView, AdminError> {
    let right = actor.may_manage_models()?;
    let store = right.store(platform);
    let model = parse(document)?;
    let held = store.risk_models().await?;
    if let Some(same) = held.iter().find(|version| version.hash == model.hash) {
        let live = store.live_risk_model().await?.map(|live| live.number);
        return Ok(view(same, live));
    }
    let version = RiskModelVersion {
        number: held.first().map_or(1, |newest| newest.number + 1),
        version: model.version.clone(),
        hash: model.hash.clone(),
        document: model.to_json().map_err(|error| unsound(&error))?,
        note: format!(
            "{}; {} rows, {} attacks",
            model.training.data, model.training.rows, model.training.attacks
        ),
        created_at: platform.now(),
        promoted_at: None,
    };
    let mut batch = store.batch();
    batch.insert_risk_model(&version);
    let trail = Trail::new(
        "model.added",
        "model",
        version.number,
        json!({"version": version.version, "hash": version.hash}),
    );
    right.commit(platform, batch, trail).await?;
    Ok(view(&version, None))
}

/// Lets a model score from now on.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn promote(actor: &Actor, platform: &Platform, number: i64) -> Result<ModelView, AdminError> {
    let right = actor.may_manage_models()?;
    let store = right.store(platform);
    let mut version = store
        .risk_model(number)
        .await?
        .ok_or(AdminError::NotFound("model"))?;
    parse(&version.document)?;
    let before = store.live_risk_model().await?.map_or(0, |live| live.number);
    let now = platform.now();
    let mut batch = store.batch();
    batch.promote_risk_model(number, now);
    let trail = Trail::new(
        "model.promoted",
        "model",
        number,
        json!({"version": version.version, "hash": version.hash, "before": before}),
    );
    right.commit_and_reload(platform, batch, trail).await?;
    version.promoted_at = Some(now);
    Ok(view(&version, Some(number)))
}

/// Takes the live model back: the one promoted before it scores again, or the compiled-in one. Gives what scores now.
///
/// # Errors
/// [`AdminError::Refused`] when the compiled-in one scores already.
pub async fn roll_back(actor: &Actor, platform: &Platform) -> Result<ModelView, AdminError> {
    let right = actor.may_manage_models()?;
    let store = right.store(platform);
    let live = store.live_risk_model().await?.ok_or_else(|| {
        AdminError::Refused("the compiled-in model scores; nothing to roll back".to_owned())
    })?;
    let mut batch = store.batch();
    batch.demote_risk_model(live.number);
    let trail = Trail::new(
        "model.rolled_back",
        "model",
        live.number,
        json!({"version": live.version, "hash": live.hash}),
    );
    right.commit_and_reload(platform, batch, trail).await?;
    let views = list(actor, platform).await?;
    views
        .into_iter()
        .find(|view| view.live)
        .ok_or(AdminError::NotFound("model"))
}

/// A page of the tenant's decisions with their labels, oldest first: what models are trained and measured on.
///
/// # Errors
/// [`AdminError`].
pub async fn decisions(
    actor: &Actor,
    platform: &Platform,
    page: &PageRequest,
) -> Result<Page<Decision>, AdminError> {
    let store = actor.may_read_decisions()?.store(platform);
    Ok(store.decisions_in_order(&DecisionFilter::default(), page).await?)
}

fn parse(document: &str) -> Result<Model, AdminError> {
    Model::parse(document).map_err(|error| unsound(&error))
}

fn unsound(error: &crate::risk::model::ModelError) -> AdminError {
    AdminError::invalid("model", error.to_string())
}
