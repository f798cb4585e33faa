//! Strength of factors and assurance of sessions, as plain data.

use serde::{Deserialize, Serialize};

use crate::base::timestamp::Timestamp;
pub use crate::protocol::acr::Acr;

/// A factor's place in the hierarchy, weakest first. What a policy asks for is a least strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// A code sent by mail. Proves the mailbox, not a second factor in the sense of NIST SP 800-63B-4.
    EmailCode,
    /// A time-based code, or a recovery code in its place.
    Totp,
    /// Approval on an enrolled device with number matching.
    Push,
    /// A passkey with user verification, or a password with a security key.
    Passkey,
    /// A device-bound passkey with verified attestation and user verification.
    AttestedPasskey,
}

/// How somebody proved something. The names are those of the form field `method`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A memorised secret.
    Password,
    /// A code sent by mail.
    EmailOtp,
    /// A time-based one-time code (RFC 6238).
    Totp,
    /// Approval on an enrolled device.
    Push,
    /// One of the ten recovery codes.
    RecoveryCode,
    /// A temporary access pass from support: no factor, it lets lost ones be replaced.
    AccessPass,
    /// A WebAuthn credential.
    Passkey,
}

impl Method {
    /// Every method, strongest first: the order in which a choice is shown (people.md U24).
    pub const ALL: [Self; 7] = [
        Self::Passkey,
        Self::Push,
        Self::Totp,
        Self::RecoveryCode,
        Self::EmailOtp,
        Self::AccessPass,
        Self::Password,
    ];

    /// The name in forms, records and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::EmailOtp => "email_otp",
            Self::Totp => "totp",
            Self::Push => "push",
            Self::RecoveryCode => "recovery_code",
            Self::AccessPass => "access_pass",
            Self::Passkey => "passkey",
        }
    }

    /// The method of a form field's value.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// One thing that was proven during a sign-in or a session, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// By which method.
    pub method: Method,
    /// When.
    pub at: Timestamp,
    /// For a passkey: whether the authenticator verified the user (the bit, never inferred).
    #[serde(default)]
    pub user_verified: bool,
    /// For a passkey: whether it may be synced (backup eligible).
    #[serde(default)]
    pub synced: bool,
    /// For a passkey: whether it is device-bound with an attestation that was verified.
    #[serde(default)]
    pub attested: bool,
}

impl Proof {
    /// A proof by a method other than a passkey.
    pub const fn by(method: Method, at: Timestamp) -> Self {
        Self {
            method,
            at,
            user_verified: false,
            synced: false,
            attested: false,
        }
    }
}
