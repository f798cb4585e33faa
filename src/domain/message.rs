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
    /// A one-time code for whoever forgot the password.
    NewPasswordCode {
        /// The code.
        code: Secret<String>,
    },
    /// A one-time code for whoever makes an account.
    SignUpCode {
        /// The code.
        code: Secret<String>,
    },
    /// A one-time code for whoever gives an account another address.
    EmailChangeCode {
        /// The code.
        code: Secret<String>,
    },
    /// Somebody wants to use an address that has an account for another one; only its owner learns of it.
    AccountExists {
        /// Where the owner signs in.
        sign_in: String,
    },
    /// What somebody asked for at a page is not possible; only the owner of the address learns why.
    NotPossible(NotPossible),
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
    /// An app asks something that waits for an answer on a page of ours.
    RequestWaits {
        /// The app, by name.
        app: String,
        /// What both screens show.
        binding_message: Option<String>,
        /// The page.
        url: Secret<String>,
    },
    /// A link that lets a person set up and hold a console role.
    AdminLink {
        /// The link.
        url: Secret<String>,
    },
}

/// Why something that was asked for with an address is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPossible {
    /// A forgotten password, but no account has this address.
    NoAccount,
    /// A forgotten password, but the account is switched off.
    Disabled,
}

impl NotPossible {
    /// Every reason.
    pub const ALL: [Self; 2] = [Self::NoAccount, Self::Disabled];

    /// The name in the delivery log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoAccount => "no_account",
            Self::Disabled => "disabled",
        }
    }
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityChange {
    /// Somebody who proved the mailbox says that the other factors are lost; they are replaced unless the owner objects.
    RecoveryAsked {
        /// End of the waiting period.
        opens_at: Timestamp,
    },
    /// Lost factors were replaced.
    Recovered,
    /// The password.
    PasswordChanged,
    /// An authenticator app was added.
    TotpAdded,
    /// A passkey was added.
    PasskeyAdded,
    /// A device that approves sign-ins was added.
    DeviceAdded,
    /// Recovery codes were made.
    RecoveryCodesMade,
    /// A factor was removed.
    FactorRemoved,
    /// The mail address.
    EmailChanged,
    /// The mail address, by an admin.
    EmailChangedByAdmin,
    /// Support was allowed to hand out a temporary access pass.
    AccessPassApproved,
    /// A temporary access pass was used.
    AccessPassUsed,
}

impl SecurityChange {
    /// Every change; what begins later begins at `from`.
    pub const fn all(from: Timestamp) -> [Self; 12] {
        [
            Self::RecoveryAsked { opens_at: from },
            Self::Recovered,
            Self::PasswordChanged,
            Self::TotpAdded,
            Self::PasskeyAdded,
            Self::DeviceAdded,
            Self::RecoveryCodesMade,
            Self::FactorRemoved,
            Self::EmailChanged,
            Self::EmailChangedByAdmin,
            Self::AccessPassApproved,
            Self::AccessPassUsed,
        ]
    }

    /// The name in the catalogue and the delivery log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RecoveryAsked { .. } => "recovery_asked",
            Self::Recovered => "recovered",
            Self::PasswordChanged => "password_changed",
            Self::TotpAdded => "totp_added",
            Self::PasskeyAdded => "passkey_added",
            Self::DeviceAdded => "device_added",
            Self::RecoveryCodesMade => "recovery_codes_made",
            Self::FactorRemoved => "factor_removed",
            Self::EmailChanged => "email_changed",
            Self::EmailChangedByAdmin => "email_changed_by_admin",
            Self::AccessPassApproved => "access_pass_approved",
            Self::AccessPassUsed => "access_pass_used",
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
    /// The code that it brings, if it brings one.
    pub const fn code(&self) -> Option<&Secret<String>> {
        match self {
            Self::SignInCode { code, .. }
            | Self::NewPasswordCode { code }
            | Self::SignUpCode { code }
            | Self::EmailChangeCode { code } => Some(code),
            _ => None,
        }
    }

    /// The name in the delivery log.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::SignInCode { .. } => "sign_in_code",
            Self::NewPasswordCode { .. } => "new_password_code",
            Self::SignUpCode { .. } => "sign_up_code",
            Self::EmailChangeCode { .. } => "email_change_code",
            Self::AccountExists { .. } => "account_exists",
            Self::NotPossible(why) => why.name(),
            Self::NewBrowser { .. } => "new_browser",
            Self::SecurityChange { change, .. } => change.name(),
            Self::RequestWaits { .. } => "request_waits",
            Self::AdminLink { .. } => "admin_link",
        }
    }
}
