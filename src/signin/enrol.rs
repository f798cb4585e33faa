//! Setting up a factor in the middle of a sign-in: because a floor demands one (the mailbox was proven before), or in place of lost
//! ones. Which methods will do follows from the least strength that the dispatcher asks for.

use serde_json::Value;

use super::login::{Asked, FormProblem, Login};
use super::new_factor::{
    PushBegun, new_passkey, passkey_credential, proof_of_new_passkey, push_credential, totp_credential,
};
use super::notices::{change_notice, event, tell};
use super::service::{keep, key, load};
use super::step::{EnrolStep, NewFactor};
use super::{SignInError, access_pass, lost};
use crate::accounts::{self, Account, user_handle};
use crate::base::encoding::{base64url, from_base64url};
use crate::base::ids::LoginId;
use crate::base::secret::Secret;
use crate::crypto::envelope::Purpose;
use crate::crypto::webauthn::RegistrationState;
use crate::domain::assurance::{Method, Proof, Strength};
use crate::domain::credential::{Credential, CredentialSecret};
use crate::domain::message::SecurityChange;
use crate::domain::sealed::Sealed;
use crate::factors::totp;
use crate::store::StoreError;
use crate::tenants::{Platform, Realm, Visit};

/// The methods that may be set up where at least this strength is asked for, strongest first. A passkey is among them wherever passkeys
/// are possible, and where nothing else will do: then the page says what is missing.
fn methods(realm: &Realm, least: Strength) -> Vec<Method> {
    let passkeys = realm.origin().passkeys.is_some() || least > Strength::Push;
    let fits = [
        (Method::Passkey, passkeys),
        (Method::Push, least <= Strength::Push),
        (Method::Totp, least <= Strength::Totp),
    ];
    let kept = fits.into_iter().filter(|(_, fits)| *fits);
    kept.map(|(method, _)| method).collect()
}

/// Begins enrolment, or draws it again with the same secret. Without a choice it is the method that asks least of the browser.
pub(super) fn begin(
    platform: &Platform,
    realm: &Realm,
    login: &mut Login,
    (account, least): (&Account, Strength),
) -> Result<EnrolStep, SignInError> {
    let methods = methods(realm, least);
    let chosen = login.chosen.filter(|method| methods.contains(method));
    let method = chosen.or(methods.last().copied()).unwrap_or(Method::Passkey);
    login.asked = Some(Asked::NewFactor(least));
    let email = account.user.email.as_str();
    let what = match method {
        Method::Totp => begin_totp(platform, realm, login, email)?,
        Method::Push => NewFactor::Push(
            login
                .device
                .get_or_insert_with(|| PushBegun::draw(platform))
                .clone(),
        ),
        _ => NewFactor::Passkey,
    };
    keep(platform, realm, login)?;
    Ok(EnrolStep {
        email: email.to_owned(),
        what,
        others: methods.into_iter().filter(|other| *other != method).collect(),
        replaces: login.lost || login.access_pass.is_some(),
        login: Box::new(login.clone()),
    })
}

fn begin_totp(
    platform: &Platform,
    realm: &Realm,
    login: &mut Login,
    email: &str,
) -> Result<NewFactor, SignInError> {
    let secret = if let Some(secret) = stored(platform, login)? {
        secret
    } else {
        let fresh = Secret::new(platform.random().bytes::<{ totp::SECRET_BYTES }>().to_vec());
        let sealed = platform.envelope.seal(
            platform.random(),
            Purpose::TotpSecret,
            login.id.0.as_bytes(),
            fresh.expose(),
        )?;
        login.enrolling = Some(base64url(sealed.as_bytes()));
        fresh
    };
    Ok(NewFactor::Totp {
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

/// The least strength that the page asks for, when one is set up on it.
const fn asked(login: &Login) -> Option<Strength> {
    match login.asked {
        Some(Asked::NewFactor(least)) => Some(least),
        _ => None,
    }
}

/// Options for making a passkey; the challenge is kept with the sign-in.
///
/// # Errors
/// [`SignInError`].
pub async fn new_passkey_options(
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
    let (Some(user), Some(_)) = (login.user, asked(&login)) else {
        return Ok(None);
    };
    let account = accounts::active(&realm.store(&platform.store), user)
        .await?
        .ok_or(SignInError::Expired)?;
    // Lost ones are about to go, so none of them keeps a new one from being made on the same device.
    let kept: Vec<_> = if login.lost || login.access_pass.is_some() {
        Vec::new()
    } else {
        account.passkeys().into_iter().cloned().collect()
    };
    let handle = user_handle(&realm.tenant.blind_key, user);
    let wanted = realm.tenant.record.settings.passkey_attestation;
    let begun = party.start_registration(handle, account.user.email.as_str(), &kept, wanted);
    let Ok((options, state)) = begun else {
        return Ok(None);
    };
    login.passkey = serde_json::to_value(&state).ok();
    keep(platform, realm, &login)?;
    Ok(Some(options))
}

/// Checks the first code of the new secret, and stores the factor with it.
pub(super) async fn confirm_totp(
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
    let Ok(step) = totp::check(&secret, None, typed, now) else {
        login.problem = Some(FormProblem::CodeWrong);
        return Ok(());
    };
    let credential = totp_credential(platform, user, &secret, Some(step))?;
    let proof = Proof::by(Method::Totp, now);
    store(platform, realm, visit, login, (credential, proof)).await
}

/// Checks the browser's answer to [`new_passkey_options`], and stores the passkey.
pub(super) async fn confirm_passkey(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    answer: &str,
) -> Result<(), SignInError> {
    let state = login.passkey.take();
    let state = state.and_then(|value| serde_json::from_value::<RegistrationState>(value).ok());
    let (Some(user), Some(state)) = (login.user, state) else {
        login.problem = Some(FormProblem::Passkey);
        return Ok(());
    };
    let Ok(record) = new_passkey(platform, realm, visit, (&state, answer)) else {
        login.problem = Some(FormProblem::Passkey);
        return Ok(());
    };
    let proof = proof_of_new_passkey(&record, platform.now());
    let credential = passkey_credential(platform, user, record, None);
    store(platform, realm, visit, login, (credential, proof)).await
}

/// Checks what a device that will approve sign-ins sent, and stores it.
pub(super) async fn confirm_push(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    answer: &str,
) -> Result<(), SignInError> {
    let (Some(user), Some(begun)) = (login.user, login.device.take()) else {
        return Ok(());
    };
    let Some(credential) = push_credential(platform, realm, visit, (user, &begun), answer) else {
        login.problem = Some(FormProblem::Device);
        return Ok(());
    };
    let proof = Proof::by(Method::Push, platform.now());
    store(platform, realm, visit, login, (credential, proof)).await
}

/// Stores the new factor, in place of lost ones where that is what it is for. Who set it up has proven it.
async fn store(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    (credential, proof): (Credential, Proof),
) -> Result<(), SignInError> {
    let Some(least) = asked(login) else { return Ok(()) };
    if credential
        .secret
        .strength()
        .is_none_or(|strength| strength < least)
    {
        login.problem = Some(FormProblem::WeakerThanLost);
        return Ok(());
    }
    let rows = realm.store(&platform.store);
    let account = accounts::active(&rows, credential.user)
        .await?
        .ok_or(SignInError::Expired)?;
    let mut batch = rows.batch();
    let replaced = if login.access_pass.is_some() {
        access_pass::replace(platform, visit, &account, &mut batch);
        true
    } else if login.lost {
        if !lost::replace(platform, realm, visit, &account, &mut batch).await? {
            return Ok(());
        }
        true
    } else {
        false
    };
    batch.insert_credential(&credential);
    let told = serde_json::json!({"method": credential.secret.method().name(), "credential": credential.id});
    batch.event(&event(platform, "factor.added", credential.user, visit, told));
    let change = match &credential.secret {
        _ if replaced => SecurityChange::Recovered,
        CredentialSecret::Passkey(_) => SecurityChange::PasskeyAdded,
        CredentialSecret::Push(_) => SecurityChange::DeviceAdded,
        _ => SecurityChange::TotpAdded,
    };
    let message = change_notice(platform, realm, &account, visit, change, &mut batch);
    match rows.commit(batch).await {
        // The owner objected at the same moment; the next page says so.
        Err(StoreError::Conflict(_)) if replaced => return Ok(()),
        other => other?,
    }
    tell(platform, realm, &account, message).await?;
    login.enrolling = None;
    login.access_pass = None;
    login.stop_recovering();
    login.chosen = Some(proof.method);
    login.prove(proof);
    Ok(())
}
