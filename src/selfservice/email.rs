//! Another mail address: a code to the new one proves it, and only then does it change; the old one is told, with a link that puts it
//! back (people.md U34, U36). An address that another account has looks like any other: its owner alone is told.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::recovery::cools_until;
use crate::accounts::Account;
use crate::base::ids::SessionId;
use crate::base::timestamp::Timestamp;
use crate::domain::message::{Message, SecurityChange};
use crate::domain::session::EndReason;
use crate::domain::user::{EmailAddress, User};
use crate::factors::email_code::{CodeRefusal, SentCode};
use crate::sessions;
use crate::signals::{self, Failed, Throttle};
use crate::signin::{Recipient, SignInError, address_notice, code_for, event, hand_over_to, tell};
use crate::store::StoreError;
use crate::tenants::{Platform, Realm, Visit};

/// How long a change may wait for its code.
const PENDING: std::time::Duration = std::time::Duration::from_mins(30);

/// The same for people.
const PENDING_MINUTES: u32 = 30;

/// Why an address was not changed.
#[derive(Debug, thiserror::Error)]
pub enum EmailError {
    /// What was typed is no address.
    #[error("not a mail address")]
    Malformed,
    /// It is the one that the account has.
    #[error("it is the address you have now")]
    Same,
    /// A mail was sent a moment ago.
    #[error("a code was sent a moment ago")]
    TooSoon,
    /// Too many mails, or too many wrong codes: the change is begun anew later.
    #[error("too many tries, wait {0} minutes")]
    Throttled(u32),
    /// What guards the account was changed a short while ago; until this time the address stays.
    #[error("the account cools down")]
    CoolsDown(Timestamp),
    /// The code is not right.
    #[error("the code is not right")]
    WrongCode,
    /// The code is too old, or no change is under way.
    #[error("the code has expired")]
    Expired,
    /// No mail can be sent now.
    #[error("no mail can be sent")]
    MailUnavailable,
    /// The rest.
    #[error(transparent)]
    Other(#[from] SignInError),
}

impl From<StoreError> for EmailError {
    fn from(error: StoreError) -> Self {
        Self::Other(error.into())
    }
}

/// A change that waits for its code.
#[derive(Clone, Debug)]
pub struct PendingEmail {
    /// The new address as it was typed.
    pub email: String,
    /// Seconds until another code may be sent; `None` when none may.
    pub resend_in: Option<u64>,
    /// Tries that remain, from the first wrong one.
    pub tries_left: Option<u8>,
}

#[derive(Serialize, Deserialize)]
struct Pending {
    email: String,
    sent: SentCode,
}

fn key(realm: &Realm, session: SessionId) -> String {
    format!("{}:change-email:{session}", realm.tenant.tag)
}

fn held(platform: &Platform, realm: &Realm, session: SessionId) -> Result<Option<Pending>, EmailError> {
    let found = platform.ephemeral.get(&key(realm, session), platform.now());
    Ok(found.map_err(SignInError::from)?)
}

fn hold(platform: &Platform, realm: &Realm, session: SessionId, pending: &Pending) -> Result<(), EmailError> {
    let put = platform
        .ephemeral
        .put(&key(realm, session), pending, platform.now(), PENDING);
    Ok(put.map_err(SignInError::from)?)
}

/// The change that is under way in a session.
///
/// # Errors
/// Short-lived state that can't be read.
pub fn pending_email(
    platform: &Platform,
    realm: &Realm,
    session: SessionId,
) -> Result<Option<PendingEmail>, EmailError> {
    Ok(held(platform, realm, session)?.map(|pending| PendingEmail {
        resend_in: pending.sent.resend_in(platform.now()).map(|wait| wait.as_secs()),
        tries_left: (pending.sent.tries > 0).then(|| pending.sent.remaining()),
        email: pending.email,
    }))
}

/// Begins to change the address, or sends the code again: a mail goes to the new one.
///
/// # Errors
/// [`EmailError`].
pub async fn begin_email(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (account, session): (&Account, SessionId),
    typed: &str,
) -> Result<(), EmailError> {
    let _turn = platform.ephemeral.lock(&key(realm, session)).await;
    let to = EmailAddress::parse(typed).ok_or(EmailError::Malformed)?;
    if to == account.user.email {
        return Err(EmailError::Same);
    }
    if let Some(until) = cools_until(platform, realm, account.user.id).await? {
        return Err(EmailError::CoolsDown(until));
    }
    let before = held(platform, realm, session)?;
    match before
        .as_ref()
        .map(|before| before.sent.resend_in(platform.now()))
    {
        Some(None) => return Err(EmailError::Throttled(PENDING_MINUTES)),
        Some(Some(wait)) if !wait.is_zero() => return Err(EmailError::TooSoon),
        _ => {}
    }
    let store = realm.store(&platform.store);
    let owner = crate::accounts::by_identifier(&store, to.as_str()).await?;
    // The same mailbox in other letters is the account's own.
    let taken = owner.filter(|owner| owner.user.id != account.user.id);
    let counted = match &taken {
        Some(owner) => signals::account_key(owner.user.id),
        None => signals::unknown_key(realm, to.as_str()),
    };
    if let Throttle::Wait(minutes) = signals::count_mail(platform, realm, visit, &counted, false) {
        return Err(EmailError::Throttled(minutes));
    }
    let bound_to = if taken.is_some() { "" } else { to.key() };
    let (code, sent) = code_for(
        platform,
        realm,
        before.as_ref().map(|before| &before.sent),
        bound_to,
    );
    let (recipient, message) = match &taken {
        Some(owner) => {
            let sign_in = realm.url("/signin");
            (Recipient::of(realm, owner), Message::AccountExists { sign_in })
        }
        None => (Recipient::stranger(visit, &to), Message::EmailChangeCode { code }),
    };
    if !hand_over_to(platform, realm, recipient, message).await? {
        return Err(EmailError::MailUnavailable);
    }
    let email = to.as_str().to_owned();
    hold(platform, realm, session, &Pending { email, sent })
}

/// Changes the address with the code that was sent to it. Other sessions end, remembered browsers are forgotten, a recovery under way
/// stops: whoever holds the old mailbox proves nothing with it any more, but to put it back.
///
/// # Errors
/// [`EmailError`].
pub async fn confirm_email(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (account, session): (&Account, SessionId),
    code: &str,
) -> Result<(), EmailError> {
    let _turn = platform.ephemeral.lock(&key(realm, session)).await;
    let mut pending = held(platform, realm, session)?.ok_or(EmailError::Expired)?;
    let to = EmailAddress::parse(&pending.email).ok_or(EmailError::Expired)?;
    let counted = signals::account_key(account.user.id);
    if let Throttle::Wait(minutes) =
        signals::throttle(platform, realm, visit, Failed::Mailbox, &counted, true)
    {
        return Err(EmailError::Throttled(minutes));
    }
    let checked = pending
        .sent
        .check(&realm.tenant.blind_key, (to.key(), code), platform.now());
    match checked {
        Ok(()) => {}
        Err(CodeRefusal::Expired) => return Err(EmailError::Expired),
        Err(CodeRefusal::Exhausted) => return Err(EmailError::Throttled(PENDING_MINUTES)),
        Err(CodeRefusal::Wrong(_)) => {
            signals::note_failure(platform, realm, visit, Failed::Mailbox, &counted, true);
            hold(platform, realm, session, &pending)?;
            return Err(EmailError::WrongCode);
        }
    }
    write(platform, realm, visit, (account, session), to).await?;
    platform.ephemeral.remove(&key(realm, session));
    Ok(())
}

async fn write(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (account, session): (&Account, SessionId),
    to: EmailAddress,
) -> Result<(), EmailError> {
    let now = platform.now();
    let store = realm.store(&platform.store);
    let user = account.user.id;
    let mut batch = store.batch();
    batch.update_user(&User {
        email: to,
        email_verified_at: Some(now),
        updated_at: now,
        ..account.user.clone()
    });
    sessions::end_all(
        platform,
        user,
        Some(session),
        EndReason::CredentialChange,
        &mut batch,
    );
    batch.end_remembering(user);
    batch.stop_recoveries(user, now);
    batch.event(&event(platform, "email.changed", user, visit, json!({})));
    let message = address_notice(
        platform,
        realm,
        account,
        visit,
        SecurityChange::EmailChanged,
        &mut batch,
    );
    match store.commit(batch).await {
        // Somebody proved the same address a moment earlier, or the account changed meanwhile.
        Err(StoreError::Conflict(_)) => return Err(EmailError::Expired),
        other => other?,
    }
    Ok(tell(platform, realm, account, message).await?)
}
