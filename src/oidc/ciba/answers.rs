//! What a person answers, and what the app is told of it.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{KEPT, Waiting, ids_of, key};
use crate::base::ids::{ClientId, EventId, UserId};
use crate::base::secret::Secret;
use crate::base::timestamp::Timestamp;
use crate::domain::assurance::Acr;
use crate::domain::event::Event;
use crate::domain::session::Session;
use crate::ephemeral::EphemeralError;
use crate::oidc::polling::not_yet;
use crate::oidc::respond::{Allowed, CodeRecord};
use crate::oidc::{AuthenticatedClient, OidcError, invalid_grant};
use crate::protocol::authorize::AuthorizationRequest;
use crate::protocol::ciba::auth_req_id;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::tenants::{Ping, Platform, Realm};

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Allowed(Box<CodeRecord>),
    Denied,
}

/// A request as its person sees it.
#[derive(Clone, Debug)]
pub struct OpenRequest {
    /// Which one.
    pub id: String,
    /// The app.
    pub client: ClientId,
    /// What both screens show.
    pub binding_message: Option<String>,
    /// Where the app asked from.
    pub address: String,
    /// When.
    pub opened_at: Timestamp,
}

/// The requests about a person that wait for an answer, newest first.
///
/// # Errors
/// When short-lived state can't be read.
pub fn open_requests(
    platform: &Platform,
    realm: &Realm,
    user: UserId,
) -> Result<Vec<OpenRequest>, EphemeralError> {
    let mut open = Vec::new();
    for id in ids_of(platform, realm, user)?.into_iter().rev() {
        open.extend(shown(platform, realm, user, &id)?);
    }
    Ok(open)
}

fn shown(
    platform: &Platform,
    realm: &Realm,
    user: UserId,
    id: &str,
) -> Result<Option<OpenRequest>, EphemeralError> {
    let Some(waiting) = unanswered(platform, realm, id)?.filter(|waiting| waiting.user == user) else {
        return Ok(None);
    };
    let about = waiting.request.backchannel;
    Ok(about.map(|about| OpenRequest {
        id: about.id,
        client: waiting.request.client,
        binding_message: about.binding_message,
        address: about.address,
        opened_at: waiting.opened_at,
    }))
}

/// A request that waits, while it can still be answered.
fn unanswered(platform: &Platform, realm: &Realm, id: &str) -> Result<Option<Waiting>, EphemeralError> {
    let (now, state) = (platform.now(), &platform.ephemeral);
    let waiting: Option<Waiting> = state.get(&key(realm, "waiting", id), now)?;
    let answered: Option<Answer> = state.get(&key(realm, "answer", id), now)?;
    Ok(waiting.filter(|waiting| answered.is_none() && now < waiting.expires_at))
}

/// Whether a person said yes to a request.
pub(super) fn is_allowed(platform: &Platform, realm: &Realm, id: &str) -> Result<bool, EphemeralError> {
    let answer: Option<Answer> = platform
        .ephemeral
        .get(&key(realm, "answer", id), platform.now())?;
    Ok(matches!(answer, Some(Answer::Allowed(_))))
}

/// What a person signs in for who wants to allow a request; `None` when it is not theirs, or no longer waits.
///
/// # Errors
/// When short-lived state can't be read.
pub fn request_to_allow(
    platform: &Platform,
    realm: &Realm,
    user: UserId,
    id: &str,
) -> Result<Option<AuthorizationRequest>, EphemeralError> {
    let waiting = unanswered(platform, realm, id)?.filter(|waiting| waiting.user == user);
    Ok(waiting.map(|waiting| waiting.request))
}

/// What a person says who does not want it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No.
    No,
    /// No, and the person did not expect it: it stands in the history of the account.
    Unexpected,
}

/// Takes a person's no.
///
/// # Errors
/// `expired_token` when it is not theirs or no longer waits; the database.
pub async fn refuse(
    platform: &Platform,
    realm: &Realm,
    user: UserId,
    id: &str,
    refusal: Refusal,
) -> Result<(), OidcError> {
    let request = shown(platform, realm, user, id)?.ok_or_else(late)?;
    answer(platform, realm, id, &Answer::Denied)?;
    if refusal == Refusal::No {
        return Ok(());
    }
    let now = platform.now();
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    batch.event(&Event {
        id: EventId(platform.random().uuid(now)),
        at: now,
        code: "risk.request_reported".to_owned(),
        user: Some(user),
        data: json!({"client": request.client, "ip": request.address}),
    });
    Ok(store.commit(batch).await?)
}

/// Lets the app have what a person allowed in a session that was proven elsewhere, such as by the development profile.
///
/// # Errors
/// `expired_token` when it is not theirs or no longer waits.
pub fn allow_in_session(
    platform: &Platform,
    realm: &Realm,
    id: &str,
    (session, reached): (&Session, Acr),
) -> Result<(), OidcError> {
    let waiting = unanswered(platform, realm, id)?.filter(|waiting| waiting.user == session.user);
    let request = waiting.ok_or_else(late)?.request;
    let allowed = Allowed {
        session,
        reached,
        proofs: &session.proofs,
    };
    allow(platform, realm, id, CodeRecord::of(platform, &request, &allowed))
}

/// Lets the app have what the person allowed.
///
/// # Errors
/// `expired_token` when it was answered before, or no longer waits.
pub(crate) fn allow(
    platform: &Platform,
    realm: &Realm,
    id: &str,
    record: CodeRecord,
) -> Result<(), OidcError> {
    answer(platform, realm, id, &Answer::Allowed(Box::new(record)))
}

/// Tells the app no. A request that was answered before keeps its answer.
pub(crate) fn deny(platform: &Platform, realm: &Realm, id: &str) {
    let _ = answer(platform, realm, id, &Answer::Denied);
}

fn late() -> OAuthError {
    OAuthError::new(ErrorCode::ExpiredToken, "the request no longer waits")
}

fn answer(platform: &Platform, realm: &Realm, id: &str, answer: &Answer) -> Result<(), OidcError> {
    let (now, state) = (platform.now(), &platform.ephemeral);
    let waiting = unanswered(platform, realm, id)?.ok_or_else(late)?;
    // Of several tabs the first decides.
    if !state.first_use(&key(realm, "answered", id), now, KEPT)? {
        return Err(late().into());
    }
    state.put(&key(realm, "answer", id), answer, now, KEPT)?;
    if let Some(notify) = waiting.notify {
        platform.pings.push(Ping {
            url: notify.url,
            token: Secret::new(notify.token),
            auth_req_id: Secret::new(auth_req_id(&realm.tenant.refresh_key, id)),
        });
    }
    Ok(())
}

/// What an app that asks is told (section 11). Whoever calls it holds the lock of the request.
///
/// # Errors
/// `authorization_pending`, `slow_down`, `access_denied`, `expired_token`; `invalid_grant` for an id that is not this client's.
pub(crate) fn poll(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    id: &str,
) -> Result<CodeRecord, OidcError> {
    let (now, state) = (platform.now(), &platform.ephemeral);
    let refused = |code, words: &str| Err(OAuthError::new(code, words).into());
    let waiting: Option<Waiting> = state.get(&key(realm, "waiting", id), now)?;
    let waiting = waiting
        .filter(|waiting| waiting.request.client == caller.client.record.id)
        .ok_or_else(|| invalid_grant("auth_req_id is not known, or was used"))?;
    if now >= waiting.expires_at {
        return refused(ErrorCode::ExpiredToken, "the request has expired");
    }
    match state.get(&key(realm, "answer", id), now)? {
        Some(Answer::Allowed(record)) => Ok(*record),
        Some(Answer::Denied) => refused(ErrorCode::AccessDenied, "the person said no"),
        None => not_yet(platform, &key(realm, "polled", id), KEPT),
    }
}

/// Forgets a request whose tokens were given.
pub(crate) fn forget(platform: &Platform, realm: &Realm, id: &str) {
    platform.ephemeral.remove(&key(realm, "waiting", id));
    platform.ephemeral.remove(&key(realm, "answer", id));
}
