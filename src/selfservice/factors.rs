//! Adding and removing factors. The face has asked for a fresh proof before (ASVS 7.5.1); the owner is told afterwards.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::accounts::{Account, user_handle};
use crate::base::encoding::{base64url, from_base64url};
use crate::base::ids::{CredentialId, SessionId};
use crate::base::timestamp::Timestamp;
use crate::crypto::envelope::Purpose;
use crate::crypto::webauthn::RegistrationState;
use crate::domain::credential::{Credential, CredentialSecret};
use crate::domain::message::SecurityChange;
use crate::domain::sealed::Sealed;
use crate::factors::attestation::AttestationRefusal;
use crate::factors::totp;
use crate::signin::{
    NewPasskeyError, SignInError, change_notice, event, new_passkey, passkey_credential, tell,
};
use crate::store::StoreError;
use crate::tenants::{Platform, Realm, Visit};

/// Life of an enrolment under way.
const ENROLMENT: std::time::Duration = std::time::Duration::from_mins(30);
/// The most factors of one account.
pub(super) const MAX_FACTORS: usize = 30;

/// Why a factor was not changed.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// The code is not right.
    #[error("the code is not right")]
    WrongCode,
    /// The browser's answer was not accepted, or the enrolment is too old.
    #[error("the answer was not accepted")]
    Refused,
    /// The tenant takes attested authenticators only, and this is none of them.
    #[error("the authenticator is not allowed here")]
    Attestation(AttestationRefusal),
    /// This address can't have passkeys.
    #[error("passkeys need a domain name")]
    NoPasskeysHere,
    /// Lost factors were replaced a short while ago; until this time none is taken away.
    #[error("the account cools down after a recovery")]
    CoolsDown(Timestamp),
    /// Too many factors.
    #[error("the account has too many factors")]
    TooMany,
    /// There is no such factor.
    #[error("no such factor")]
    Unknown,
    /// The rest.
    #[error(transparent)]
    Other(#[from] SignInError),
}

impl From<NewPasskeyError> for FactorError {
    fn from(error: NewPasskeyError) -> Self {
        match error {
            NewPasskeyError::NotHere => Self::NoPasskeysHere,
            NewPasskeyError::Refused => Self::Refused,
            NewPasskeyError::Attestation(refusal) => Self::Attestation(refusal),
        }
    }
}

impl From<StoreError> for FactorError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::Refused,
            other => Self::Other(other.into()),
        }
    }
}

/// A TOTP enrolment to be drawn.
#[derive(Debug)]
pub struct TotpBegun {
    /// `otpauth:` address.
    pub uri: String,
    /// The secret in base 32.
    pub secret: String,
}

/// A passkey enrolment.
#[derive(Debug)]
pub struct PasskeyBegun {
    /// Options for the browser.
    pub options: Value,
}

#[derive(Serialize, Deserialize)]
struct Held {
    sealed: String,
}

fn key(realm: &Realm, kind: &str, session: SessionId) -> String {
    format!("{}:enrol-{kind}:{session}", realm.tenant.tag)
}

/// Begins TOTP enrolment, or goes on with the secret of the one begun in this session.
///
/// # Errors
/// [`FactorError`].
pub fn begin_totp(
    platform: &Platform,
    realm: &Realm,
    account: &Account,
    session: SessionId,
) -> Result<TotpBegun, FactorError> {
    if account.credentials.len() >= MAX_FACTORS {
        return Err(FactorError::TooMany);
    }
    let secret = if let Some(secret) = held_secret(platform, realm, session)? {
        secret
    } else {
        let fresh =
            crate::base::secret::Secret::new(platform.random().bytes::<{ totp::SECRET_BYTES }>().to_vec());
        let sealed = platform
            .envelope
            .seal(
                platform.random(),
                Purpose::TotpSecret,
                session.0.as_bytes(),
                fresh.expose(),
            )
            .map_err(SignInError::from)?;
        let held = Held {
            sealed: base64url(sealed.as_bytes()),
        };
        platform
            .ephemeral
            .put(&key(realm, "totp", session), &held, platform.now(), ENROLMENT)
            .map_err(SignInError::from)?;
        fresh
    };
    let email = account.user.email.as_str();
    Ok(TotpBegun {
        uri: totp::enrolment_uri(&secret, &realm.tenant.record.name, email).unwrap_or_default(),
        secret: totp::as_text(&secret).replace(' ', ""),
    })
}

fn held_secret(
    platform: &Platform,
    realm: &Realm,
    session: SessionId,
) -> Result<Option<crate::base::secret::Secret<Vec<u8>>>, SignInError> {
    let held: Option<Held> = platform
        .ephemeral
        .get(&key(realm, "totp", session), platform.now())?;
    let Some(bytes) = held.and_then(|held| from_base64url(&held.sealed)) else {
        return Ok(None);
    };
    let sealed = Sealed::from_stored(bytes);
    Ok(Some(platform.envelope.open(
        Purpose::TotpSecret,
        session.0.as_bytes(),
        &sealed,
    )?))
}

/// Finishes TOTP enrolment with its first code.
///
/// # Errors
/// [`FactorError`].
pub async fn add_totp(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (account, session): (&Account, SessionId),
    code: &str,
) -> Result<(), FactorError> {
    let secret = held_secret(platform, realm, session)?.ok_or(FactorError::Refused)?;
    let step = totp::check(&secret, None, code, platform.now()).map_err(|_| FactorError::WrongCode)?;
    let credential = crate::signin::totp_credential(platform, account.user.id, &secret, Some(step))
        .map_err(SignInError::from)?;
    store_new(
        platform,
        realm,
        visit,
        account,
        credential,
        SecurityChange::TotpAdded,
    )
    .await?;
    platform.ephemeral.remove(&key(realm, "totp", session));
    Ok(())
}

pub(super) async fn store_new(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    account: &Account,
    credential: Credential,
    change: SecurityChange,
) -> Result<(), FactorError> {
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    batch.insert_credential(&credential);
    let method = credential.secret.method().name();
    let data = serde_json::json!({"method": method, "credential": credential.id});
    batch.event(&event(platform, "factor.added", account.user.id, visit, data));
    let message = change_notice(platform, realm, account, visit, change, &mut batch);
    store.commit(batch).await?;
    Ok(tell(platform, realm, account, message).await?)
}

/// Begins passkey enrolment.
///
/// # Errors
/// [`FactorError`].
pub fn begin_passkey(
    platform: &Platform,
    realm: &Realm,
    account: &Account,
    session: SessionId,
) -> Result<PasskeyBegun, FactorError> {
    if account.credentials.len() >= MAX_FACTORS {
        return Err(FactorError::TooMany);
    }
    let party = realm
        .origin()
        .passkeys
        .as_ref()
        .ok_or(FactorError::NoPasskeysHere)?;
    let existing: Vec<_> = account.passkeys().into_iter().cloned().collect();
    let handle = user_handle(&realm.tenant.blind_key, account.user.id);
    let wanted = realm.tenant.record.settings.passkey_attestation;
    let (options, state) = party
        .start_registration(handle, account.user.email.as_str(), &existing, wanted)
        .map_err(|_| FactorError::Refused)?;
    platform
        .ephemeral
        .put(&key(realm, "passkey", session), &state, platform.now(), ENROLMENT)
        .map_err(SignInError::from)?;
    Ok(PasskeyBegun { options })
}

/// Finishes passkey enrolment with the browser's answer.
///
/// # Errors
/// [`FactorError`].
pub async fn add_passkey(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (account, session): (&Account, SessionId),
    (answer, name): (&str, &str),
) -> Result<(), FactorError> {
    let slot = key(realm, "passkey", session);
    let state: RegistrationState = platform
        .ephemeral
        .get(&slot, platform.now())
        .map_err(SignInError::from)?
        .ok_or(FactorError::Refused)?;
    platform.ephemeral.remove(&slot);
    let record = new_passkey(platform, realm, visit, (&state, answer))?;
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(60).collect();
    let name = (!name.is_empty()).then_some(name);
    let credential = passkey_credential(platform, account.user.id, record, name);
    store_new(
        platform,
        realm,
        visit,
        account,
        credential,
        SecurityChange::PasskeyAdded,
    )
    .await
}

/// Removes a factor of the account. Remembered browsers are forgotten with it (people.md U32).
///
/// # Errors
/// [`FactorError::Unknown`] for a password or somebody else's factor.
pub async fn remove_factor(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    account: &Account,
    id: CredentialId,
) -> Result<(), FactorError> {
    let removable = |credential: &&Credential| {
        credential.id == id && !matches!(credential.secret, CredentialSecret::Password { .. })
    };
    let credential = account
        .credentials
        .iter()
        .find(removable)
        .ok_or(FactorError::Unknown)?;
    if let Some(until) = super::recovery::cools_until(platform, realm, account.user.id).await? {
        return Err(FactorError::CoolsDown(until));
    }
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    batch.delete_credential(id);
    batch.end_remembering(account.user.id);
    let data = serde_json::json!({"method": credential.secret.method().name(), "credential": id});
    batch.event(&event(platform, "factor.removed", account.user.id, visit, data));
    let message = change_notice(
        platform,
        realm,
        account,
        visit,
        SecurityChange::FactorRemoved,
        &mut batch,
    );
    store.commit(batch).await?;
    Ok(tell(platform, realm, account, message).await?)
}
