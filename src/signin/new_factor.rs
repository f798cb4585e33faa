//! What a new factor is stored as, and what it must pass before: for the account page, a sign-up and the middle of a sign-in.

use serde::{Deserialize, Serialize};

use crate::base::encoding::from_base64url;
use crate::base::ids::{CredentialId, UserId};
use crate::base::secret::Secret;
use crate::base::timestamp::Timestamp;
use crate::crypto::envelope::Purpose;
use crate::crypto::web_push::is_signed_by;
use crate::crypto::webauthn::RegistrationState;
use crate::domain::assurance::{Method, Proof};
use crate::domain::credential::{Credential, CredentialSecret, PasskeyRecord, PushDevice, Subscription};
use crate::factors::attestation::{self, AttestationRefusal, NewPasskey};
use crate::factors::push::enrolment_text;
use crate::signals;
use crate::tenants::{Platform, Realm, Visit};

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

/// What making a passkey proves.
pub(super) const fn proof_of_new_passkey(record: &PasskeyRecord, now: Timestamp) -> Proof {
    Proof {
        // Registration asks for it and refuses an answer without.
        user_verified: true,
        synced: record.backup_eligible,
        attested: record.attested,
        ..Proof::by(Method::Passkey, now)
    }
}

/// What a device needs to be enrolled for approvals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushBegun {
    /// The id that it will have.
    pub device: CredentialId,
    /// What it signs.
    pub challenge: String,
}

impl PushBegun {
    /// A new one.
    pub(crate) fn draw(platform: &Platform) -> Self {
        Self {
            device: CredentialId(platform.random().uuid(platform.now())),
            challenge: platform.random().opaque(),
        }
    }
}

/// What a device sends to be enrolled.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDevice {
    /// Its public key, an uncompressed point of P-256, base64url.
    key: String,
    /// Its signature over the challenge, base64url.
    signature: String,
    /// How it is woken, where its browser can.
    subscription: Option<Subscription>,
}

/// A device as a factor of an account; `None` unless it signed the challenge with the key that it will answer with.
pub(crate) fn push_credential(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (user, begun): (UserId, &PushBegun),
    answer: &str,
) -> Option<Credential> {
    let new: NewDevice = serde_json::from_str(answer).ok()?;
    let text = enrolment_text(realm.issuer(), begun.device, &begun.challenge);
    if !is_signed(&new.key, &text, &new.signature) {
        return None;
    }
    // Only what we could send to is kept: https on a public address.
    let subscription = new
        .subscription
        .filter(|subscription| platform.fetcher.may_reach(&subscription.endpoint));
    Some(Credential {
        id: begun.device,
        user,
        secret: CredentialSecret::Push(PushDevice {
            key: new.key,
            subscription,
        }),
        name: signals::summary(visit.user_agent.as_deref()).words(),
        created_at: platform.now(),
        last_used_at: None,
        version: 1,
    })
}

/// Whether a device with this public key signed a text; all in base64url.
pub(crate) fn is_signed(public: &str, text: &str, signature: &str) -> bool {
    match (from_base64url(public), from_base64url(signature)) {
        (Some(public), Some(signature)) => is_signed_by(&public, text, &signature),
        _ => false,
    }
}
