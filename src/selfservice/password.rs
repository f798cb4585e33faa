//! Changing the password: the old one is proven, the new one follows the rules, other sessions end, remembered browsers are
//! forgotten, and the owner is told.

use zeroize::Zeroizing;

use super::{change_notice, event, tell};
use crate::accounts::Account;
use crate::base::ids::{CredentialId, SessionId};
use crate::crypto::hasher::{HasherError, Verdict};
use crate::domain::credential::{Credential, CredentialSecret};
use crate::domain::message::SecurityChange;
use crate::domain::session::EndReason;
use crate::factors::password::{PasswordRefusal, check_new, normalize};
use crate::sessions;
use crate::signals::{self, Failed, Throttle};
use crate::signin::SignInError;
use crate::store::StoreError;
use crate::tenants::{Platform, Realm, Visit};

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The old one is not right.
    #[error("the current password is not right")]
    WrongCurrent,
    /// It is the old one.
    #[error("it is the password you have now")]
    Same,
    /// The new one breaks a rule.
    #[error("the new password is refused")]
    Refused(PasswordRefusal),
    /// Somebody else changed it meanwhile.
    #[error("it was changed meanwhile")]
    Conflict,
    /// Too many wrong tries.
    #[error("too many tries")]
    Throttled(u32),
    /// The rest.
    #[error(transparent)]
    Other(#[from] SignInError),
}

impl From<StoreError> for PasswordError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::Conflict,
            other => Self::Other(other.into()),
        }
    }
}

impl From<HasherError> for PasswordError {
    fn from(error: HasherError) -> Self {
        Self::Other(error.into())
    }
}

/// Changes it. `session` is the one that stays.
///
/// # Errors
/// [`PasswordError`].
#[expect(clippy::too_many_lines, reason = "one act, read from top to bottom")]
pub async fn change_password(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (account, session): (&Account, SessionId),
    (current, new): (Option<Zeroizing<String>>, Zeroizing<String>),
) -> Result<(), PasswordError> {
    prove_current(platform, realm, visit, account, current).await?;
    let user = &account.user;
    let own = [
        user.email.as_str(),
        user.name.as_deref().unwrap_or(""),
        user.username.as_deref().unwrap_or(""),
    ];
    check_new(&new, realm.tenant.record.settings.floor, &own).map_err(PasswordError::Refused)?;
    let normalized = normalize(&new);
    if let Some((_, phc)) = account.password()
        && platform.hasher.verify(normalized.clone(), phc, [0; 16]).await? != Verdict::Wrong
    {
        return Err(PasswordError::Same);
    }
    let phc = platform
        .hasher
        .hash(normalized, platform.random().bytes())
        .await?;
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    let now = platform.now();
    match account.password() {
        Some((credential, _)) => batch.update_credential(&Credential {
            secret: CredentialSecret::Password { phc },
            created_at: now,
            ..credential.clone()
        }),
        None => batch.insert_credential(&Credential {
            id: CredentialId(platform.random().uuid(now)),
            user: user.id,
            secret: CredentialSecret::Password { phc },
            name: None,
            created_at: now,
            last_used_at: None,
            version: 1,
        }),
    }
    sessions::end_all(
        platform,
        user.id,
        Some(session),
        EndReason::CredentialChange,
        &mut batch,
    );
    batch.end_remembering(user.id);
    batch.event(&event(
        platform,
        "password.changed",
        user.id,
        visit,
        serde_json::json!({}),
    ));
    let message = change_notice(
        platform,
        realm,
        account,
        visit,
        SecurityChange::PasswordChanged,
        &mut batch,
    );
    store.commit(batch).await?;
    Ok(tell(platform, realm, account, message).await?)
}

async fn prove_current(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    account: &Account,
    current: Option<Zeroizing<String>>,
) -> Result<(), PasswordError> {
    let Some((_, phc)) = account.password() else {
        return Ok(());
    };
    let key = signals::account_key(account.user.id);
    if let Throttle::Wait(minutes) = signals::throttle(platform, realm, visit, Failed::Password, &key, true) {
        return Err(PasswordError::Throttled(minutes));
    }
    let typed = normalize(current.as_deref().map_or("", String::as_str));
    match platform
        .hasher
        .verify(typed, phc, platform.random().bytes())
        .await?
    {
        Verdict::Wrong => {
            signals::note_failure(platform, realm, visit, Failed::Password, &key, true);
            Err(PasswordError::WrongCurrent)
        }
        Verdict::Right | Verdict::RightRenew(_) => Ok(()),
    }
}
