//! Initial access tokens (RFC 7591 section 3): what an administrator gives to whoever shall register an app.

use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use crate::admin::actor::Trail;
use crate::admin::{Actor, AdminError};
use crate::base::ids::InitialAccessTokenId;
use crate::base::secret::{TokenHash, TokenKind};
use crate::base::timestamp::Timestamp;
use crate::store::{InitialAccessToken, StoreError};
use crate::tenants::Platform;

/// The longest life, days.
const MOST_DAYS: u16 = 365;
/// The most apps that may register with one.
const MOST_USES: u32 = 10_000;

/// What is wanted of a token.
#[derive(Clone, Debug)]
pub struct NewInitialAccessToken {
    /// How many apps may register with it.
    pub uses: u32,
    /// Its life in days.
    pub days: u16,
    /// What it is for.
    pub note: String,
}

/// A token as it is shown.
#[derive(Clone, Debug, Serialize)]
pub struct InitialAccessTokenView {
    /// Its name; no secret.
    pub id: InitialAccessTokenId,
    /// The token itself: only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_access_token: Option<String>,
    /// What it is for.
    pub note: String,
    /// How many apps may still register with it.
    pub uses_left: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// It is void from then on.
    pub expires_at: Timestamp,
}

fn view(token: InitialAccessToken, secret: Option<String>) -> InitialAccessTokenView {
    InitialAccessTokenView {
        id: token.id,
        initial_access_token: secret,
        note: token.note,
        uses_left: token.uses_left,
        created_at: token.created_at,
        expires_at: token.expires_at,
    }
}

/// Makes a token. It is shown by this answer alone.
///
/// # Errors
/// [`AdminError::Invalid`] for a life or number of uses that is too large.
pub async fn create(
    actor: &Actor,
    platform: &Platform,
    wanted: NewInitialAccessToken,
) -> Result<InitialAccessTokenView, AdminError> {
    let right = actor.may_manage_clients()?;
    if !(1..=MOST_DAYS).contains(&wanted.days) {
        return Err(AdminError::invalid("days", format!("use 1 to {MOST_DAYS}")));
    }
    if !(1..=MOST_USES).contains(&wanted.uses) {
        return Err(AdminError::invalid("uses", format!("use 1 to {MOST_USES}")));
    }
    let note = wanted.note.trim();
    if note.chars().count() > 200 || note.chars().any(char::is_control) {
        return Err(AdminError::invalid("note", "use up to 200 characters"));
    }
    let secret = format!("tgi_{}", platform.random().opaque());
    let now = platform.now();
    let token = InitialAccessToken {
        id: InitialAccessTokenId(platform.random().uuid(now)),
        note: note.to_owned(),
        uses_left: wanted.uses.into(),
        created_at: now,
        expires_at: now.plus(Duration::from_hours(24 * u64::from(wanted.days))),
    };
    let mut batch = right.store(platform).batch();
    batch.insert_initial_access_token(&token, &TokenHash::of(TokenKind::InitialAccess, &secret));
    let data = json!({"uses": token.uses_left, "expires_at": token.expires_at, "note": token.note});
    let trail = Trail::new(
        "initial_access_token.created",
        "initial_access_token",
        token.id,
        data,
    );
    right.commit(platform, batch, trail).await?;
    Ok(view(token, Some(secret)))
}

/// Tokens that still work, newest first.
///
/// # Errors
/// [`AdminError`].
pub async fn list(actor: &Actor, platform: &Platform) -> Result<Vec<InitialAccessTokenView>, AdminError> {
    let store = actor.may_read_clients()?.store(platform);
    let found = store.initial_access_tokens(platform.now()).await?;
    Ok(found.into_iter().map(|token| view(token, None)).collect())
}

/// Takes a token back. Apps that registered with it stay.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn delete(actor: &Actor, platform: &Platform, id: &str) -> Result<(), AdminError> {
    let right = actor.may_manage_clients()?;
    let unknown = || AdminError::NotFound("initial access token");
    let id: InitialAccessTokenId = id.parse().map_err(|_| unknown())?;
    let mut batch = right.store(platform).batch();
    batch.delete_initial_access_token(id);
    let trail = Trail::new(
        "initial_access_token.deleted",
        "initial_access_token",
        id,
        json!({}),
    );
    let gone = right.commit(platform, batch, trail).await;
    gone.map_err(|error| match error {
        AdminError::Store(StoreError::Conflict(_)) => unknown(),
        other => other,
    })
}
