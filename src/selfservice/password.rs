//! Changing the password: the old one is proven, then [`replace_password`] does the rest.

use zeroize::Zeroizing;

use crate::accounts::Account;
use crate::base::ids::SessionId;
use crate::crypto::hasher::{Typed, Verdict};
use crate::signals::{self, Failed, Throttle};
use crate::signin::{NewPasswordError, SignInError, replace_password};
use crate::tenants::{Platform, Realm, Visit};

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The old one is not right.
    #[error("the current password is not right")]
    WrongCurrent,
    /// Too many wrong tries.
    #[error("too many tries")]
    Throttled(u32),
    /// The new one was not taken.
    #[error(transparent)]
    New(#[from] NewPasswordError),
}

/// Changes it. `session` is the one that stays.
///
/// # Errors
/// [`PasswordError`].
pub async fn change_password(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (account, session): (&Account, SessionId),
    (current, new): (Option<Zeroizing<String>>, Zeroizing<String>),
) -> Result<(), PasswordError> {
    prove_current(platform, realm, visit, account, current).await?;
    Ok(replace_password(platform, realm, visit, (account, Some(session)), &new).await?)
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
    let typed = Typed::of(current.as_deref().map_or("", String::as_str));
    let checked = platform.hasher.verify(typed, phc, platform.random().bytes());
    match checked
        .await
        .map_err(SignInError::from)
        .map_err(NewPasswordError::from)?
    {
        Verdict::Wrong => {
            signals::note_failure(platform, realm, visit, Failed::Password, &key, true);
            Err(PasswordError::WrongCurrent)
        }
        Verdict::Right | Verdict::RightRenew(_) => Ok(()),
    }
}
