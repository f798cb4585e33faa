//! What an account can prove itself with.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::assurance::{Method, Strength};
use super::sealed::Sealed;
use crate::base::ids::{CredentialId, UserId};
use crate::base::timestamp::Timestamp;

/// A stored factor.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// Whose it is.
    pub user: UserId,
    /// What it is.
    pub secret: CredentialSecret,
    /// A name its owner gave it.
    pub name: Option<String>,
    /// When it was enrolled; of a password, since when it is this one.
    pub created_at: Timestamp,
    /// When it last proved something.
    pub last_used_at: Option<Timestamp>,
    /// Grows by one with each change; compared inside the write that follows a verification.
    pub version: i64,
}

/// The part that is checked, by kind.
#[derive(Clone, Debug)]
pub enum CredentialSecret {
    /// Password hash in PHC string form (Argon2id), or an imported hash that upgrades at the next sign-in.
    Password {
        /// The hash.
        phc: String,
    },
    /// TOTP secret (RFC 6238).
    Totp {
        /// 160 bits or more, sealed.
        secret: Sealed,
        /// The last accepted time step: no code is accepted twice.
        last_step: Option<u64>,
    },
    /// A WebAuthn credential.
    Passkey(PasskeyRecord),
    /// A device that approves sign-ins.
    Push(PushDevice),
    /// Recovery codes that are left: keyed hashes, in no order.
    RecoveryCodes {
        /// Hashes of unused codes.
        unused: Vec<Vec<u8>>,
    },
}

/// A device that approves sign-ins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushDevice {
    /// The public half of the key that it signs answers with: an uncompressed point of P-256, base64url.
    pub key: String,
    /// How it is woken; without it looks by itself when it is open.
    pub subscription: Option<Subscription>,
}

/// A push subscription as browsers give it (Push API section 7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Where pushes are sent.
    pub endpoint: String,
    /// The device's public key for messages, base64url.
    pub p256dh: String,
    /// The secret that it shares with us, base64url.
    pub auth: String,
}

/// The model of an authenticator (Authenticator Attestation GUID, Web Authentication section 6.5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Aaguid(pub Uuid);

impl Aaguid {
    /// From its number.
    pub const fn from_u128(number: u128) -> Self {
        Self(Uuid::from_u128(number))
    }

    /// Reads the form with dashes.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text.trim()).ok().map(Self)
    }
}

impl std::fmt::Display for Aaguid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A passkey as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyRecord {
    /// The credential id, base64url; unique in a tenant.
    pub credential_id: String,
    /// The library's own serialisation of key and counters.
    pub library_json: String,
    /// Authenticator model, when a verified attestation proves it.
    pub aaguid: Option<Aaguid>,
    /// Whether it may be synced (backup eligible).
    pub backup_eligible: bool,
    /// Whether it was enrolled as discoverable.
    pub discoverable: bool,
    /// Whether a verified attestation proves that it is device-bound.
    pub attested: bool,
}

impl CredentialSecret {
    /// The method this credential answers.
    pub const fn method(&self) -> Method {
        match self {
            Self::Password { .. } => Method::Password,
            Self::Totp { .. } => Method::Totp,
            Self::Passkey(_) => Method::Passkey,
            Self::Push(_) => Method::Push,
            Self::RecoveryCodes { .. } => Method::RecoveryCode,
        }
    }

    /// Its strength as a second factor; a password has none.
    pub const fn strength(&self) -> Option<Strength> {
        match self {
            Self::Password { .. } => None,
            Self::Totp { .. } | Self::RecoveryCodes { .. } => Some(Strength::Totp),
            Self::Push(_) => Some(Strength::Push),
            Self::Passkey(record) if record.attested => Some(Strength::AttestedPasskey),
            Self::Passkey(_) => Some(Strength::Passkey),
        }
    }
}
