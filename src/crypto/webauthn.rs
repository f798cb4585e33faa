//! Passkeys through `webauthn-rs`, which draws its own challenges. State stays on the server, in short-lived storage, and is
//! never given to the browser.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    Credential, CredentialID, DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyAuthentication,
    PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use super::attestation::TrustAnchors;
use crate::base::encoding::{base64url, from_base64url};
use crate::base::timestamp::Timestamp;
use crate::domain::credential::PasskeyRecord;
use crate::domain::tenant::Attestation;

/// Why a ceremony failed. The detail is for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// The issuer's address can't be a relying party: passkeys need a domain name.
    #[error("passkeys need a domain name as address: {0}")]
    Address(String),
    /// The browser's answer is not one, or does not fit the challenge.
    #[error("the passkey was not accepted: {0}")]
    Refused(String),
    /// A stored credential can't be read.
    #[error("a stored passkey cannot be read")]
    Unreadable,
    /// The signature counter went backwards: two authenticators hold this key.
    #[error("the passkey may have been cloned")]
    Cloned,
}

/// Registration under way.
#[derive(Debug, Serialize, Deserialize)]
pub struct RegistrationState(PasskeyRegistration);

/// Authentication under way.
#[derive(Debug, Serialize, Deserialize)]
pub enum AuthenticationState {
    /// Of a known account.
    Account(PasskeyAuthentication),
    /// Of whoever presents a discoverable credential.
    Discoverable(Box<DiscoverableAuthentication>),
}

/// A checked assertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asserted {
    /// The credential's record after use, with its counter moved on.
    pub record: PasskeyRecord,
    /// Whether the authenticator verified the user (the bit, never inferred).
    pub user_verified: bool,
}

/// The relying party of one issuer.
#[derive(Debug)]
pub struct RelyingParty {
    webauthn: Webauthn,
}

fn refused(error: impl std::fmt::Debug) -> PasskeyError {
    PasskeyError::Refused(format!("{error:?}"))
}

impl RelyingParty {
    /// For an issuer's origin. The relying party id is the origin's host, exactly; no other origin is accepted (defect 13).
    ///
    /// # Errors
    /// [`PasskeyError::Address`] for an IP address.
    pub fn new(origin: &Url, name: &str) -> Result<Self, PasskeyError> {
        let host = origin
            .domain()
            .ok_or_else(|| PasskeyError::Address(origin.to_string()))?;
        let address = |error| PasskeyError::Address(format!("{origin}: {error:?}"));
        let webauthn = WebauthnBuilder::new(host, origin)
            .map_err(address)?
            .rp_name(name)
            .build()
            .map_err(address)?;
        Ok(Self { webauthn })
    }

    /// Begins registration: the options for the browser, and the state to keep.
    ///
    /// # Errors
    /// [`PasskeyError::Refused`] when the library refuses.
    pub fn start_registration(
        &self,
        handle: Uuid,
        account: &str,
        existing: &[PasskeyRecord],
        attestation: Attestation,
    ) -> Result<(Value, RegistrationState), PasskeyError> {
        let exclude: Vec<CredentialID> = existing
            .iter()
            .filter_map(|record| from_base64url(&record.credential_id))
            .collect();
        let (options, state) = self
            .webauthn
            .start_passkey_registration(handle, account, account, Some(exclude))
            .map_err(refused)?;
        let mut options = serde_json::to_value(&options).map_err(refused)?;
        // The library asks for "discouraged"; a discoverable credential is what allows sign-in without a username.
        if let Some(selection) = options
            .pointer_mut("/publicKey/authenticatorSelection")
            .and_then(Value::as_object_mut)
        {
            selection.insert("residentKey".to_owned(), Value::from("preferred"));
            selection.insert("requireResidentKey".to_owned(), Value::from(false));
        }
        if let Some(map) = options.pointer_mut("/publicKey").and_then(Value::as_object_mut) {
            let conveyance = match attestation {
                Attestation::None => "none",
                Attestation::Preferred | Attestation::Required => "direct",
            };
            map.insert("attestation".to_owned(), Value::from(conveyance));
        }
        Ok((options, RegistrationState(state)))
    }

    /// Finishes registration with the browser's answer (JSON of `toJSON()`). The record's model is the one that a verified
    /// attestation proves, if any; whether it counts is for the tenant's rules to say.
    ///
    /// # Errors
    /// [`PasskeyError::Refused`].
    pub fn finish_registration(
        &self,
        state: &RegistrationState,
        answer: &str,
        (anchors, now): (&TrustAnchors, Timestamp),
    ) -> Result<PasskeyRecord, PasskeyError> {
        let response: RegisterPublicKeyCredential = serde_json::from_str(answer).map_err(refused)?;
        let discoverable = serde_json::from_str::<Value>(answer)
            .ok()
            .and_then(|value| {
                value
                    .pointer("/clientExtensionResults/credProps/rk")
                    .and_then(Value::as_bool)
            })
            .unwrap_or(false);
        let passkey = self
            .webauthn
            .finish_passkey_registration(&response, &state.0)
            .map_err(refused)?;
        let mut record = record_of(&passkey, None, discoverable)?;
        record.aaguid = anchors.verify(&Credential::from(passkey), now);
        Ok(record)
    }

    /// Begins authentication of a known account.
    ///
    /// # Errors
    /// [`PasskeyError::Unreadable`] or [`PasskeyError::Refused`].
    pub fn start_authentication(
        &self,
        records: &[PasskeyRecord],
    ) -> Result<(Value, AuthenticationState), PasskeyError> {
        let passkeys = records.iter().map(passkey_of).collect::<Result<Vec<_>, _>>()?;
        let (options, state) = self
            .webauthn
            .start_passkey_authentication(&passkeys)
            .map_err(refused)?;
        Ok((
            serde_json::to_value(&options).map_err(refused)?,
            AuthenticationState::Account(state),
        ))
    }

    /// Begins authentication with an empty allow-list: whoever has a discoverable credential (people.md U10). The flag of
    /// conditional mediation is left to the page.
    ///
    /// # Errors
    /// [`PasskeyError::Refused`].
    pub fn start_discoverable(&self) -> Result<(Value, AuthenticationState), PasskeyError> {
        let (options, state) = self
            .webauthn
            .start_discoverable_authentication()
            .map_err(refused)?;
        let mut options = serde_json::to_value(&options).map_err(refused)?;
        if let Some(map) = options.as_object_mut() {
            map.remove("mediation");
        }
        Ok((options, AuthenticationState::Discoverable(Box::new(state))))
    }

    /// Which credential an answer claims to be (base64url), before anything is verified.
    ///
    /// # Errors
    /// [`PasskeyError::Refused`] when it is no assertion.
    pub fn claimed_credential(answer: &str) -> Result<String, PasskeyError> {
        let response: PublicKeyCredential = serde_json::from_str(answer).map_err(refused)?;
        Ok(base64url(response.raw_id.as_ref()))
    }

    /// Finishes authentication with the stored record that the answer claims to be.
    ///
    /// # Errors
    /// [`PasskeyError::Refused`], or [`PasskeyError::Cloned`] when the counter went backwards.
    pub fn finish_authentication(
        &self,
        state: AuthenticationState,
        answer: &str,
        record: &PasskeyRecord,
    ) -> Result<Asserted, PasskeyError> {
        let response: PublicKeyCredential = serde_json::from_str(answer).map_err(refused)?;
        let mut passkey = passkey_of(record)?;
        let result = match state {
            AuthenticationState::Account(state) => {
                self.webauthn.finish_passkey_authentication(&response, &state)
            }
            AuthenticationState::Discoverable(state) =>
            {
                #[expect(deprecated, reason = "the second version is generic over a private trait")]
                self.webauthn.finish_discoverable_authentication(
                    &response,
                    *state,
                    &[DiscoverableKey::from(&passkey)],
                )
            }
        };
        let result = result.map_err(|error| match error {
            webauthn_rs::prelude::WebauthnError::CredentialPossibleCompromise => PasskeyError::Cloned,
            other => refused(other),
        })?;
        passkey.update_credential(&result);
        Ok(Asserted {
            record: record_of(&passkey, Some(record), record.discoverable)?,
            user_verified: result.user_verified(),
        })
    }
}

fn passkey_of(record: &PasskeyRecord) -> Result<Passkey, PasskeyError> {
    serde_json::from_str(&record.library_json).map_err(|_| PasskeyError::Unreadable)
}

fn record_of(
    passkey: &Passkey,
    before: Option<&PasskeyRecord>,
    discoverable: bool,
) -> Result<PasskeyRecord, PasskeyError> {
    let credential = Credential::from(passkey.clone());
    Ok(PasskeyRecord {
        credential_id: base64url(passkey.cred_id().as_ref()),
        library_json: serde_json::to_string(passkey).map_err(|_| PasskeyError::Unreadable)?,
        aaguid: before.and_then(|record| record.aaguid),
        backup_eligible: credential.backup_eligible,
        discoverable,
        attested: before.is_some_and(|record| record.attested),
    })
}

#[cfg(test)]
mod tests {
    use webauthn_authenticator_rs::AuthenticatorBackend as _;
    use webauthn_authenticator_rs::softpasskey::SoftPasskey;

    use super::*;

    fn party() -> RelyingParty {
        RelyingParty::new(&Url::parse("https://login.example.com").unwrap(), "Test").unwrap()
    }

    fn register(origin: &str) -> Result<PasskeyRecord, PasskeyError> {
        let party = party();
        let (options, state) = party
            .start_registration(Uuid::from_u128(1), "alice", &[], Attestation::None)
            .unwrap();
        let options: webauthn_rs::prelude::CreationChallengeResponse =
            serde_json::from_value(options).unwrap();
        // The authenticator without a browser's own checks: what a hostile client could send.
        let mut device = SoftPasskey::new(true);
        let answer = device
            .perform_register(Url::parse(origin).unwrap(), options.public_key, 60_000)
            .unwrap();
        let anchors = TrustAnchors::default();
        party.finish_registration(
            &state,
            &serde_json::to_string(&answer).unwrap(),
            (&anchors, Timestamp::EPOCH),
        )
    }

    /// Defect 13: the origin is compared exactly; a suffix, another port or scheme is another origin.
    #[test]
    fn only_the_exact_origin_is_accepted() {
        assert!(register("https://login.example.com").is_ok());
        for other in [
            "https://evil.login.example.com",
            "https://login.example.com.evil.test",
            "https://login.example.com:8443",
            "https://example.com",
        ] {
            assert!(
                matches!(register(other), Err(PasskeyError::Refused(_))),
                "{other}"
            );
        }
    }

    #[test]
    fn an_address_can_not_be_a_relying_party() {
        assert!(matches!(
            RelyingParty::new(&Url::parse("http://127.0.0.1:8080").unwrap(), "Test"),
            Err(PasskeyError::Address(_))
        ));
    }

    #[test]
    fn nonsense_is_refused() {
        let (_, state) = party().start_discoverable().unwrap();
        let record = register("https://login.example.com").unwrap();
        assert!(party().finish_authentication(state, "{}", &record).is_err());
        assert!(RelyingParty::claimed_credential("[]").is_err());
    }
}
