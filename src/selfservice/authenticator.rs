//! The device that approves sign-ins: enrolled from the account page; then it proves itself by its key alone, and every answer is signed.

use serde_json::json;

use super::factors::{FactorError, MAX_FACTORS, store_new};
use super::recovery::recent_access_pass;
use crate::accounts::{self, Account};
use crate::base::ids::{CredentialId, EventId, SessionId, UserId};
use crate::base::timestamp::Timestamp;
use crate::crypto::web_push::Vapid;
use crate::domain::credential::CredentialSecret;
use crate::domain::message::SecurityChange;
use crate::factors::push::{Answer, Refusal, Request, SKEW, State, answer_text, pull_text};
use crate::signals;
use crate::signin::{
    PushBegun, SignInError, event, find_push, is_signed, open_pushes, push_credential, push_key,
};
use crate::store::{LabelRecord, StoreError};
use crate::tenants::{Platform, Realm, Visit};

/// How long an enrolment may take.
const ENROLMENT: std::time::Duration = std::time::Duration::from_mins(30);

/// Why a device is not listened to.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// It is none of ours, or the signature is not its own.
    #[error("the signature does not fit")]
    Unknown,
    /// The answer does not count.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The rest.
    #[error(transparent)]
    Other(#[from] SignInError),
}

impl From<StoreError> for DeviceError {
    fn from(error: StoreError) -> Self {
        Self::Other(error.into())
    }
}

fn key(realm: &Realm, session: SessionId) -> String {
    format!("{}:enrol-push:{session}", realm.tenant.tag)
}

/// The public key that pushes of a tenant are signed with, for browsers that subscribe.
pub fn push_server_key(realm: &Realm) -> Option<String> {
    Vapid::of(&realm.tenant.blind_key)
        .ok()
        .map(|vapid| vapid.public_key())
}

/// Begins to enrol a device.
///
/// # Errors
/// [`FactorError`].
pub fn begin_push(
    platform: &Platform,
    realm: &Realm,
    account: &Account,
    session: SessionId,
) -> Result<PushBegun, FactorError> {
    if account.credentials.len() >= MAX_FACTORS {
        return Err(FactorError::TooMany);
    }
    let begun = PushBegun::draw(platform);
    let put = platform
        .ephemeral
        .put(&key(realm, session), &begun, platform.now(), ENROLMENT);
    put.map_err(SignInError::from)?;
    Ok(begun)
}

/// Finishes enrolment: the device signed the challenge with the key that it will answer with.
///
/// # Errors
/// [`FactorError::Refused`].
pub async fn add_push(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (account, session): (&Account, SessionId),
    answer: &str,
) -> Result<(), FactorError> {
    let slot = key(realm, session);
    let begun: Option<PushBegun> = platform
        .ephemeral
        .get(&slot, platform.now())
        .map_err(SignInError::from)?;
    let begun = begun.ok_or(FactorError::Refused)?;
    platform.ephemeral.remove(&slot);
    let credential = push_credential(platform, realm, visit, (account.user.id, &begun), answer)
        .ok_or(FactorError::Refused)?;
    let change = SecurityChange::DeviceAdded;
    store_new(platform, realm, visit, account, credential, change).await
}

/// The owner of a device that signed a text.
async fn owner(
    platform: &Platform,
    realm: &Realm,
    device: CredentialId,
    (text, signature): (&str, &str),
) -> Result<UserId, DeviceError> {
    let store = realm.store(&platform.store);
    let credential = store.credential(device).await?.ok_or(DeviceError::Unknown)?;
    let CredentialSecret::Push(held) = &credential.secret else {
        return Err(DeviceError::Unknown);
    };
    if !is_signed(&held.key, text, signature) {
        return Err(DeviceError::Unknown);
    }
    let account = accounts::active(&store, credential.user).await?;
    account.map(|account| account.user.id).ok_or(DeviceError::Unknown)
}

/// What a device shows.
#[derive(Debug)]
pub struct PendingPushes {
    /// The requests that wait for an answer.
    pub requests: Vec<Request>,
    /// When support was lately allowed to hand out a temporary access pass.
    pub access_pass: Option<Timestamp>,
}

/// What waits for a device, and what its owner should know.
///
/// # Errors
/// [`DeviceError`].
pub async fn pull_pushes(
    platform: &Platform,
    realm: &Realm,
    (device, at): (CredentialId, i64),
    signature: &str,
) -> Result<PendingPushes, DeviceError> {
    let now = platform.now();
    if now.secs().abs_diff(at) > SKEW.as_secs() {
        return Err(DeviceError::Unknown);
    }
    let text = pull_text(realm.issuer(), device, at);
    let user = owner(platform, realm, device, (&text, signature)).await?;
    let ids: Option<Vec<String>> = platform
        .ephemeral
        .get(&open_pushes(realm, user), now)
        .map_err(SignInError::from)?;
    let mut open = Vec::new();
    for id in ids.unwrap_or_default() {
        let found = find_push(platform, realm, &id)?;
        open.extend(found.filter(|request| request.user == user && request.is_open(now)));
    }
    Ok(PendingPushes {
        requests: open,
        access_pass: recent_access_pass(platform, realm, user).await?,
    })
}

/// Takes a device's answer. A rejection is a report: somebody else asked.
///
/// # Errors
/// [`DeviceError`].
pub async fn answer_push(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (device, id, answer): (CredentialId, &str, &Answer),
    signature: &str,
) -> Result<State, DeviceError> {
    let text = answer_text(realm.issuer(), device, id, answer);
    let user = owner(platform, realm, device, (&text, signature)).await?;
    let slot = push_key(realm, id);
    let _turn = platform.ephemeral.lock(&slot).await;
    let request = find_push(platform, realm, id)?.filter(|request| request.user == user);
    let mut request = request.ok_or(Refusal::Expired)?;
    let now = platform.now();
    let state = request.answer(device, answer, now)?;
    let left = crate::factors::push::LIFETIME;
    platform
        .ephemeral
        .put(&slot, &request, now, left)
        .map_err(SignInError::from)?;
    if state == State::Rejected {
        report(platform, realm, visit, &request).await?;
    }
    Ok(state)
}

/// What a rejection tells: the attempt was somebody else's, and prompts that were not approved raise the risk of the next ones.
async fn report(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    request: &Request,
) -> Result<(), StoreError> {
    signals::note_rejected_prompt(platform, realm, request.user);
    let store = realm.store(&platform.store);
    let now = platform.now();
    let mut batch = store.batch();
    let told = json!({"decision": request.decision});
    batch.event(&event(platform, "push.rejected", request.user, visit, told));
    if let Some(decision) = request.decision {
        batch.insert_label(&LabelRecord {
            id: EventId(platform.random().uuid(now)),
            decision,
            at: now,
            label: json!({"attack": true, "source": "push", "confidence": 0.8}),
        });
    }
    store.commit(batch).await
}
