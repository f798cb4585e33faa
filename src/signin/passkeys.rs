//! Passkeys: as first factor without a username, and as second factor. Challenges are kept with the sign-in and used once.

use serde_json::Value;

use super::SignInError;
use super::login::{FormProblem, Login, Recovering};
use super::service::{keep, key, load};
use crate::accounts::{self, Account};
use crate::base::ids::LoginId;
use crate::crypto::webauthn::{Asserted, AuthenticationState, PasskeyError, RelyingParty};
use crate::domain::assurance::{Method, Proof};
use crate::domain::credential::{Credential, CredentialSecret, PasskeyRecord};
use crate::signals::{self, Failed};
use crate::store::StoreError;
use crate::tenants::{Platform, Realm, Visit};

/// Where in a sign-in a passkey is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyUse {
    /// Before anything is known: an empty allow-list (people.md U10).
    SignIn,
    /// As a further proof of a known account.
    SecondFactor,
}

/// Options for the browser; the challenge is kept with the sign-in.
///
/// # Errors
/// [`SignInError`].
pub async fn options(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    id: LoginId,
) -> Result<Option<Value>, SignInError> {
    let Some(party) = &realm.origin().passkeys else {
        return Ok(None);
    };
    let _turn = platform.ephemeral.lock(&key(realm, id)).await;
    let mut login = load(platform, realm, visit, id)?;
    let usage = if login.countable().is_empty() {
        PasskeyUse::SignIn
    } else {
        PasskeyUse::SecondFactor
    };
    let begun = match usage {
        PasskeyUse::SignIn => party.start_discoverable(),
        PasskeyUse::SecondFactor => {
            let user = login.user.ok_or(SignInError::Expired)?;
            let account = accounts::by_id(&realm.store(&platform.store), user).await?;
            let records: Vec<PasskeyRecord> = account.iter().flat_map(Account::passkeys).cloned().collect();
            party.start_authentication(&records)
        }
    };
    let Ok((options, state)) = begun else {
        return Ok(None);
    };
    login.passkey = serde_json::to_value(&state).ok();
    keep(platform, realm, &login)?;
    Ok(Some(options))
}

/// Checks the browser's answer.
pub(super) async fn assert(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    answer: &str,
) -> Result<(), SignInError> {
    let store = realm.store(&platform.store);
    let state = login
        .passkey
        .take()
        .and_then(|value| serde_json::from_value::<AuthenticationState>(value).ok());
    let (Some(party), Some(state)) = (&realm.origin().passkeys, state) else {
        login.problem = Some(FormProblem::Passkey);
        return Ok(());
    };
    let Some((account, credential, record)) = owner(&store, answer).await? else {
        login.problem = Some(FormProblem::Passkey);
        return Ok(());
    };
    // As second factor it must be the account's own; as first factor it tells whose account it is.
    let second = matches!(state, AuthenticationState::Account(_));
    if !account.is_active() || (second && login.user != Some(account.user.id)) {
        login.problem = Some(FormProblem::Passkey);
        return Ok(());
    }
    match party.finish_authentication(state, answer, &record) {
        Ok(asserted) => accept(platform, login, &store, (account, credential), asserted).await,
        Err(error) => {
            tracing::info!(target: "tidegate::signin", code = "passkey.refused", reference = %visit.reference, %error);
            let key = signals::account_key(account.user.id);
            let known = super::first_factor::knows_browser(platform, realm, visit, Some(&account)).await?;
            signals::note_failure(platform, realm, visit, Failed::SecondFactor, &key, known);
            login.problem = Some(FormProblem::Passkey);
            if error == PasskeyError::Cloned {
                tracing::warn!(target: "tidegate::signin", code = "passkey.cloned", user = %account.user.id);
            }
            Ok(())
        }
    }
}

async fn owner(
    store: &crate::store::TenantStore,
    answer: &str,
) -> Result<Option<(Account, Credential, PasskeyRecord)>, StoreError> {
    let Ok(claimed) = RelyingParty::claimed_credential(answer) else {
        return Ok(None);
    };
    let Some(account) = accounts::by_credential(store, &claimed).await? else {
        return Ok(None);
    };
    let found = account
        .credentials
        .iter()
        .find_map(|credential| match &credential.secret {
            CredentialSecret::Passkey(record) if record.credential_id == claimed => {
                Some((credential.clone(), record.clone()))
            }
            _ => None,
        });
    Ok(found.map(|(credential, record)| (account, credential, record)))
}

async fn accept(
    platform: &Platform,
    login: &mut Login,
    store: &crate::store::TenantStore,
    (account, credential): (Account, Credential),
    asserted: Asserted,
) -> Result<(), SignInError> {
    let now = platform.now();
    let proof = Proof {
        user_verified: asserted.user_verified,
        synced: asserted.record.backup_eligible,
        attested: asserted.record.attested,
        ..Proof::by(Method::Passkey, now)
    };
    let next = Credential {
        secret: CredentialSecret::Passkey(asserted.record),
        last_used_at: Some(now),
        ..credential
    };
    let mut batch = store.batch();
    batch.update_credential(&next);
    match store.commit(batch).await {
        Ok(()) => {}
        Err(StoreError::Conflict(_)) => {
            login.problem = Some(FormProblem::Passkey);
            return Ok(());
        }
        Err(other) => return Err(other.into()),
    }
    login.identify(account.user.id);
    // Beside a proven mailbox it is the second proof of whoever forgot the password; before, it makes the password needless.
    if login.recovering != Recovering::Proven {
        login.stop_recovering();
    }
    login.prove(proof);
    Ok(())
}
