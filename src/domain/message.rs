//! What a mail says, as plain data. Words, languages and layout belong to the face that renders it.

use crate::base::secret::Secret;
use crate::base::timestamp::Timestamp;

/// A mail to be written.
#[derive(Clone, Debug)]
pub enum Message {
    /// A one-time code for a sign-in.
    SignInCode {
        /// The code.
        code: Secret<String>,
        /// For which app, by name.
        app: Option<String>,
    },
    /// A completed sign-in on a new browser (people.md U34, U35).
    NewBrowser {
        /// What is known of the sign-in.
        facts: SignInFacts,
        /// Page of "yes, it was me".
        yes_url: Secret<String>,
        /// Page of "no, secure my account".
        no_url: Secret<String>,
    },
    /// Something that guards the account was changed.
    SecurityChange {
        /// What.
        change: SecurityChange,
        /// When and where.
        facts: SignInFacts,
        /// Page of "this wasn't me".
        no_url: Secret<String>,
    },
    /// A link that lets a person set up and hold a console role.
    AdminLink {
        /// The link.
        url: Secret<String>,
    },
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityChange {
    /// The password.
    PasswordChanged,
    /// An authenticator app was added.
    TotpAdded,
    /// A passkey was added.
    PasskeyAdded,
    /// Recovery codes were made.
    RecoveryCodesMade,
    /// A factor was removed.
    FactorRemoved,
}

impl SecurityChange {
    /// The name in the catalogue and the delivery log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password_changed",
            Self::TotpAdded => "totp_added",
            Self::PasskeyAdded => "passkey_added",
            Self::RecoveryCodesMade => "recovery_codes_made",
            Self::FactorRemoved => "factor_removed",
        }
    }
}

/// When, where and on what something happened, for people.
#[derive(Clone, Debug)]
pub struct SignInFacts {
    /// When.
    pub at: Timestamp,
    /// Browser and system, such as `Firefox, Windows`.
    pub agent: String,
    /// Approximate place.
    pub place: Option<String>,
    /// App, by name.
    pub app: Option<String>,
}

impl Message {
    /// The name in the delivery log.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::SignInCode { .. } => "sign_in_code",
            Self::NewBrowser { .. } => "new_browser",
            Self::SecurityChange { change, .. } => change.name(),
            Self::AdminLink { .. } => "admin_link",
        }
    }
}
