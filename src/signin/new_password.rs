//! Choosing a new password: on the account page, or in the middle of a sign-in that may not go on with the old one.

use zeroize::Zeroizing;

use super::SignInError;
use super::login::{Asked, FormProblem, Login, Recovering};
use super::notices::{change_notice, event, tell};
use crate::accounts::{self, Account};
use crate::base::ids::{CredentialId, SessionId};
use crate::crypto::hasher::{HasherError, Typed, Verdict};
use crate::domain::assurance::{Method, Proof};
use crate::domain::credential::{Credential, CredentialSecret};
use crate::domain::message::SecurityChange;
use crate::domain::session::EndReason;
use crate::factors::password::{PasswordRefusal, normalize};
use crate::sessions;
use crate::store::StoreError;
use crate::tenants::{Platform, Realm, Visit};

/// Why a new password was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NewPasswordError {
    /// It is the old one.
    #[error("it is the password you have now")]
    Same,
    /// It breaks a rule.
    #[error("the new password is refused")]
    Refused(PasswordRefusal),
    /// Somebody else changed it meanwhile.
    #[error("it was changed meanwhile")]
    Conflict,
    /// The rest.
    #[error(transparent)]
    Other(#[from] SignInError),
}

impl From<HasherError> for NewPasswordError {
    fn from(error: HasherError) -> Self {
        Self::Other(error.into())
    }
}

impl From<StoreError> for NewPasswordError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::Conflict,
            other => Self::Other(other.into()),
        }
    }
}

/// Gives an account a new password: the rules hold, sessions other than `keep` end, remembered browsers are forgotten, a reset
/// that was required is done, and the owner is told.
///
/// # Errors
/// [`NewPasswordError`].
pub(crate) async fn replace_password(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (account, keep): (&Account, Option<SessionId>),
    new: &Zeroizing<String>,
) -> Result<(), NewPasswordError> {
    let phc = accepted(platform, realm, account, new).await?;
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
            user: account.user.id,
            secret: CredentialSecret::Password { phc },
            name: None,
            created_at: now,
            last_used_at: None,
            version: 1,
        }),
    }
    if account.user.password_reset_required {
        let mut user = account.user.clone();
        user.password_reset_required = false;
        batch.update_user(&user);
    }
    sessions::end_all(
        platform,
        account.user.id,
        keep,
        EndReason::CredentialChange,
        &mut batch,
    );
    batch.end_remembering(account.user.id);
    let data = serde_json::json!({});
    batch.event(&event(platform, "password.changed", account.user.id, visit, data));
    let change = SecurityChange::PasswordChanged;
    let message = change_notice(platform, realm, account, visit, change, &mut batch);
    store.commit(batch).await?;
    Ok(tell(platform, realm, account, message).await?)
}

/// The hash of a password that passes the rules and is not the old one.
async fn accepted(
    platform: &Platform,
    realm: &Realm,
    account: &Account,
    new: &Zeroizing<String>,
) -> Result<String, NewPasswordError> {
    let own = account.user.own_words();
    accounts::check_password(platform, realm.tenant.record.settings.floor, &own, new)
        .await
        .map_err(NewPasswordError::Refused)?;
    if let Some((_, phc)) = account.password()
        && platform.hasher.verify(Typed::of(new), phc, [0; 16]).await? != Verdict::Wrong
    {
        return Err(NewPasswordError::Same);
    }
    let salt = platform.random().bytes();
    Ok(platform.hasher.hash(normalize(new), salt).await?)
}

/// Takes the new password of a sign-in. The dispatcher asked for it; who is asked has proven more than the old one.
pub(super) async fn choose(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    new: &Zeroizing<String>,
) -> Result<(), SignInError> {
    let Some(user) = login.user.filter(|_| login.asked == Some(Asked::NewPassword)) else {
        return Ok(());
    };
    let account = accounts::active(&realm.store(&platform.store), user)
        .await?
        .ok_or(SignInError::Expired)?;
    match replace_password(platform, realm, visit, (&account, login.session), new).await {
        Ok(()) => {
            login.breached = None;
            // The proof by the old one went with it; who chose the new one has just typed it.
            login.proofs.retain(|proof| proof.method != Method::Password);
            login.prove(Proof::by(Method::Password, platform.now()));
            // With lost factors it goes on until they are replaced.
            if login.recovering == Recovering::Proven && !login.lost {
                login.stop_recovering();
            }
        }
        Err(NewPasswordError::Refused(refusal)) => login.problem = Some(FormProblem::NewPassword(refusal)),
        Err(NewPasswordError::Same) => login.problem = Some(FormProblem::SamePassword),
        // The page is drawn again from what is stored now.
        Err(NewPasswordError::Conflict) => {}
        Err(NewPasswordError::Other(error)) => return Err(error),
    }
    Ok(())
}
