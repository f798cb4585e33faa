//! "Was this you?": the answer to a notice, or a report from the account page. "No" ends what was reported, forgets the browser,
//! labels the decision, and makes the next sign-in choose a new password (people.md U36).

use serde_json::json;

use crate::accounts;
use crate::base::ids::{DecisionId, DeviceId, EventId, SessionId, UserId};
use crate::base::secret::{TokenHash, TokenKind};
use crate::base::timestamp::Timestamp;
use crate::domain::grant::{Revocation, RevocationReason};
use crate::domain::session::EndReason;
use crate::domain::user::{EmailAddress, User};
use crate::sessions;
use crate::signin::event;
use crate::store::{LabelRecord, Notice, NoticeAnswer, StoreError, TenantStore};
use crate::tenants::{Platform, Realm, Visit};

/// Why an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotMeError {
    /// The link was used, is too old, or never was one.
    #[error("the link does not work any more")]
    Spent,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a question is about.
#[derive(Debug)]
pub struct QuestionFacts {
    /// The account's address.
    pub email: String,
    /// When, on what, and where; absent for a change rather than a sign-in.
    pub sign_in: Option<(Timestamp, String, Option<String>)>,
    /// The address that "no" puts back; absent where it did not change.
    pub restores: Option<String>,
}

async fn open_notice(platform: &Platform, store: &TenantStore, token: &str) -> Result<Notice, NotMeError> {
    let notice = store.notice(&TokenHash::of(TokenKind::Link, token)).await?;
    notice
        .filter(|notice| notice.answer.is_none() && platform.now() < notice.expires_at)
        .ok_or(NotMeError::Spent)
}

/// What the page of a link shows; nothing happens yet (people.md U17).
///
/// # Errors
/// [`NotMeError::Spent`].
pub async fn question(platform: &Platform, realm: &Realm, token: &str) -> Result<QuestionFacts, NotMeError> {
    let store = realm.store(&platform.store);
    let notice = open_notice(platform, &store, token).await?;
    let account = accounts::by_id(&store, notice.user)
        .await?
        .ok_or(NotMeError::Spent)?;
    let session = match notice.session {
        Some(id) => store.session(id).await?,
        None => None,
    };
    let device = match notice.device {
        Some(id) => store.device(id).await?,
        None => None,
    };
    let place = device.and_then(|device| device.place);
    let restores = notice.former_email.map(|email| email.as_str().to_owned());
    Ok(QuestionFacts {
        restores,
        email: account.user.email.as_str().to_owned(),
        sign_in: session.map(|session| (session.created_at, session.agent.unwrap_or_default(), place)),
    })
}

/// Takes the answer of a link.
///
/// # Errors
/// [`NotMeError`].
pub async fn answer_notice(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    token: &str,
    answer: NoticeAnswer,
) -> Result<(), NotMeError> {
    let store = realm.store(&platform.store);
    let notice = open_notice(platform, &store, token).await?;
    let mut batch = store.batch();
    batch.answer_notice(&notice.hash, answer, platform.now());
    if let Some(decision) = notice.decision {
        batch.insert_label(&label(platform, decision, answer, "notice"));
    }
    match answer {
        NoticeAnswer::Mine => {
            batch.event(&event(
                platform,
                "notice.confirmed",
                notice.user,
                visit,
                json!({"decision": notice.decision}),
            ));
        }
        NoticeAnswer::NotMine => {
            if notice.former_email.is_some() {
                batch.void_newer_addresses(notice.user, notice.created_at, platform.now());
            }
            let reported = Reported {
                user: notice.user,
                session: notice.session,
                device: notice.device,
                former_email: notice.former_email,
            };
            secure(platform, &store, visit, reported, &mut batch).await?;
        }
    }
    store.commit(batch).await.map_err(|error| match error {
        StoreError::Conflict(_) => NotMeError::Spent,
        other => other.into(),
    })
}

/// A report from the account page: that session was not me.
///
/// # Errors
/// The database.
pub async fn report_session(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    user: UserId,
    session: SessionId,
) -> Result<bool, NotMeError> {
    let store = realm.store(&platform.store);
    let Some(held) = store.session(session).await?.filter(|held| held.user == user) else {
        return Ok(false);
    };
    let mut batch = store.batch();
    let reported = Reported {
        user,
        session: Some(session),
        device: held.device,
        former_email: None,
    };
    secure(platform, &store, visit, reported, &mut batch).await?;
    store.commit(batch).await?;
    Ok(true)
}

/// What somebody says was not the owner.
struct Reported {
    user: UserId,
    /// The session; absent for a change, which somebody in some session made.
    session: Option<SessionId>,
    device: Option<DeviceId>,
    /// The address to be put back, where the change was of the address.
    former_email: Option<EmailAddress>,
}

async fn secure(
    platform: &Platform,
    store: &TenantStore,
    visit: &Visit,
    reported: Reported,
    batch: &mut crate::store::Batch,
) -> Result<(), StoreError> {
    let now = platform.now();
    let Reported {
        user,
        session,
        device,
        former_email,
    } = reported;
    // Offline access outlives a sign-out, but not this: whoever was there may have taken it.
    let reason = RevocationReason::User;
    let revocation = Revocation { at: now, reason };
    match session {
        Some(id) => batch.revoke_grants_of_session(id, revocation),
        None => batch.revoke_grants_of_user(user, revocation),
    }
    match session {
        Some(id) if store.session(id).await?.is_some_and(|held| held.ended.is_none()) => {
            sessions::end_one(platform, id, EndReason::NotMe, batch);
        }
        Some(_) => {}
        // A change was reported, not a sign-in: whoever made it is in some session.
        None => sessions::end_all(platform, user, None, EndReason::NotMe, batch),
    }
    if let Some(id) = device
        && let Some(mut held) = store.device(id).await?
    {
        held.revoked_at = Some(now);
        held.remembered_until = None;
        batch.update_device(&held);
    }
    if let Some(mut account) = accounts::by_id(store, user).await? {
        account.user.password_reset_required = true;
        if let Some(email) = former_email {
            put_back(store, &mut account.user, email, now).await?;
        }
        batch.update_user(&account.user);
    }
    batch.end_remembering(user);
    batch.stop_recoveries(user, now);
    batch.revoke_access_passes(user, now);
    batch.event(&event(
        platform,
        "notice.not_me",
        user,
        visit,
        json!({"session": session, "device": device}),
    ));
    Ok(())
}

/// Puts an address back, unless another account has it by now. Whoever clicked the link holds the mailbox.
async fn put_back(
    store: &TenantStore,
    user: &mut User,
    email: EmailAddress,
    now: Timestamp,
) -> Result<(), StoreError> {
    let owner = store.user_by_email(email.as_str()).await?;
    if owner.is_none_or(|owner| owner.id == user.id) {
        user.email = email;
        user.email_verified_at = Some(now);
        user.updated_at = now;
    }
    Ok(())
}

fn label(platform: &Platform, decision: DecisionId, answer: NoticeAnswer, source: &str) -> LabelRecord {
    let now = platform.now();
    let attack = answer == NoticeAnswer::NotMine;
    LabelRecord {
        id: EventId(platform.random().uuid(now)),
        decision,
        at: now,
        label: json!({"attack": attack, "source": source, "confidence": if attack { 0.9 } else { 0.7 }}),
    }
}
