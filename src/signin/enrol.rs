//! Setting up factors: a TOTP in the middle of a sign-in whose floor demands one (the mailbox was proven before), and what every new
//! TOTP and passkey is stored as.

use super::login::{FormProblem, Login};
use super::notices::{change_notice, event, tell};
use super::step::EnrolStep;
use super::{SignInError, lost};
use crate::accounts::{self, Account};
use crate::base::encoding::{base64url, from_base64url};
use crate::base::ids::{CredentialId, UserId};
use crate::base::secret::Secret;
use crate::crypto::envelope::Purpose;
use crate::crypto::webauthn::RegistrationState;
use crate::domain::assurance::{Method, Proof};
use crate::domain::credential::{Credential, CredentialSecret, PasskeyRecord};
use crate::domain::message::SecurityChange;
use crate::domain::sealed::Sealed;
use crate::factors::attestation::{self, AttestationRefusal, NewPasskey};
use crate::factors::totp;
use crate::store::StoreError;
use crate::tenants::{Platform, Realm, Visit};

/// Begins enrolment, or draws it again with the same secret.
pub(super) fn begin(
    platform: &Platform,
    realm: &Realm,
    login: &mut Login,
    account: &Account,
) -> Result<EnrolStep, SignInError> {
    let owner = login.id.0;
    let secret = if let Some(secret) = stored(platform, login)? {
        secret
    } else {
        let fresh = Secret::new(platform.random().bytes::<{ totp::SECRET_BYTES }>().to_vec());
        let sealed = platform.envelope.seal(
            platform.random(),
            Purpose::TotpSecret,
            owner.as_bytes(),
            fresh.expose(),
        )?;
        login.enrolling = Some(base64url(sealed.as_bytes()));
        fresh
    };
    let email = account.user.email.as_str();
    Ok(EnrolStep {
        login: Box::new(login.clone()),
        email: email.to_owned(),
        uri: totp::enrolment_uri(&secret, &realm.tenant.record.name, email).unwrap_or_default(),
        secret: totp::as_text(&secret),
    })
}

fn stored(platform: &Platform, login: &Login) -> Result<Option<Secret<Vec<u8>>>, SignInError> {
    let Some(bytes) = login.enrolling.as_deref().and_then(from_base64url) else {
        return Ok(None);
    };
    let sealed = Sealed::from_stored(bytes);
    Ok(Some(platform.envelope.open(
        Purpose::TotpSecret,
        login.id.0.as_bytes(),
        &sealed,
    )?))
}

/// Checks the first code of the new secret, and stores the factor with it.
pub(super) async fn confirm(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    typed: &str,
) -> Result<(), SignInError> {
    let (Some(user), Some(secret)) = (login.user, stored(platform, login)?) else {
        return Ok(());
    };
    let now = platform.now();
    match totp::check(&secret, None, typed, now) {
        Ok(step) => {
            let store = realm.store(&platform.store);
            let mut batch = store.batch();
            let account = accounts::active(&store, user)
                .await?
                .ok_or(SignInError::Expired)?;
            let credential = totp_credential(platform, user, &secret, Some(step))?;
            if login.lost && !lost::replace(platform, realm, visit, &account, &mut batch).await? {
                return Ok(());
            }
            batch.insert_credential(&credential);
            let told = serde_json::json!({"method": "totp", "credential": credential.id});
            batch.event(&event(platform, "factor.added", user, visit, told));
            let change = if login.lost {
                SecurityChange::Recovered
            } else {
                SecurityChange::TotpAdded
            };
            let message = change_notice(platform, realm, &account, visit, change, &mut batch);
            match store.commit(batch).await {
                // The owner objected at the same moment; the next page says so.
                Err(StoreError::Conflict(_)) if login.lost => return Ok(()),
                other => other?,
            }
            tell(platform, realm, &account, message).await?;
            login.enrolling = None;
            login.stop_recovering();
            login.chosen = Some(Method::Totp);
            login.prove(Proof::by(Method::Totp, now));
        }
        Err(_) => login.problem = Some(FormProblem::CodeWrong),
    }
    Ok(())
}

/// A TOTP factor with its secret sealed to its own id.
pub(crate) fn totp_credential(
    platform: &Platform,
    user: UserId,
    secret: &Secret<Vec<u8>>,
    last_step: Option<u64>,
) -> Result<Credential, crate::crypto::envelope::EnvelopeError> {
    let now = platform.now();
    let id = CredentialId(platform.random().uuid(now));
    let sealed = platform.envelope.seal(
        platform.random(),
        Purpose::TotpSecret,
        id.0.as_bytes(),
        secret.expose(),
    )?;
    Ok(Credential {
        id,
        user,
        secret: CredentialSecret::Totp {
            secret: sealed,
            last_step,
        },
        name: None,
        created_at: now,
        last_used_at: None,
        version: 1,
    })
}

/// Why a new passkey was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NewPasskeyError {
    /// This address can't have passkeys.
    #[error("passkeys need a domain name")]
    NotHere,
    /// The browser's answer was not accepted.
    #[error("the answer was not accepted")]
    Refused,
    /// The tenant takes attested authenticators only, and this is none of them.
    #[error("the authenticator is not allowed here")]
    Attestation(AttestationRefusal),
}

/// Checks the browser's answer to a registration, and what the tenant asks of new passkeys.
pub(crate) fn new_passkey(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (state, answer): (&RegistrationState, &str),
) -> Result<PasskeyRecord, NewPasskeyError> {
    let party = realm.origin().passkeys.as_ref().ok_or(NewPasskeyError::NotHere)?;
    let vouched = (&platform.anchors, platform.now());
    let mut record = party.finish_registration(state, answer, vouched).map_err(|error| {
        tracing::info!(target: "tidegate::signin", code = "passkey.enrolment_refused", reference = %visit.reference, %error);
        NewPasskeyError::Refused
    })?;
    let settings = &realm.tenant.record.settings;
    let new = NewPasskey {
        proven: record.aaguid,
        backup_eligible: record.backup_eligible,
    };
    record.attested = attestation::judge(settings.passkey_attestation, &settings.passkey_models, new)
        .map_err(NewPasskeyError::Attestation)?;
    Ok(record)
}

/// A passkey as a factor of an account.
pub(crate) fn passkey_credential(
    platform: &Platform,
    user: UserId,
    record: PasskeyRecord,
    name: Option<String>,
) -> Credential {
    let now = platform.now();
    Credential {
        id: CredentialId(platform.random().uuid(now)),
        user,
        secret: CredentialSecret::Passkey(record),
        name,
        created_at: now,
        last_used_at: None,
        version: 1,
    }
}
