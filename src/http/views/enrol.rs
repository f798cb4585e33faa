//! Setting up factors, during a sign-in and from the account page.

use askama::Template;

use super::{Chrome, PasskeyForm, Problem, Problems as _};
use crate::domain::assurance::Method;

/// Where a set-up page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// In the middle of a sign-in that can't go on without it.
    SignIn,
    /// On the account page.
    Account,
    /// In the middle of a sign-in, in place of lost factors.
    Replacement,
}

/// Other methods that would do too.
///
/// Form fields: `method` (the buttons) and `csrf` to `choose`.
#[derive(Clone, Debug, Default)]
pub struct OtherWays {
    /// Where the form goes.
    pub choose: String,
    /// The methods, strongest first.
    pub methods: Vec<Method>,
}

/// Sets up an authenticator app (RFC 6238).
///
/// Form fields: `code`, `csrf`. The secret is not in the form: the server keeps it with the transaction.
#[derive(Clone, Debug, Template)]
#[template(path = "signin/enrol_totp.html")]
pub struct EnrolTotp {
    /// Around it.
    pub chrome: Chrome,
    /// Where it stands.
    pub purpose: Purpose,
    /// The app that asks, by name.
    pub app: Option<String>,
    /// Where the form goes.
    pub action: String,
    /// Markup from [`super::qr::svg`] for the `otpauth:` address; trusted as it is.
    pub qr: String,
    /// The secret in base32; shown in groups of four.
    pub secret: String,
    /// The name the entry will have in the app.
    pub account: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What else may be set up here.
    pub others: OtherWays,
    /// Back to the account page.
    pub cancel: Option<String>,
}

impl EnrolTotp {
    /// The secret in groups of four, for people who type it.
    pub fn grouped(&self) -> String {
        let letters: Vec<char> = self.secret.chars().collect();
        letters
            .chunks(4)
            .map(|group| group.iter().collect::<String>())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// Sets up a passkey.
///
/// Form fields, sent by `passkey.js`: `name` (optional, may be empty), `credential`, `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "signin/enrol_passkey.html")]
pub struct EnrolPasskey {
    /// Around it.
    pub chrome: Chrome,
    /// Where it stands.
    pub purpose: Purpose,
    /// The ceremony.
    pub passkey: PasskeyForm,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What else may be set up here.
    pub others: OtherWays,
    /// "Not now", where it can be left: back to the account page.
    pub later: Option<String>,
    /// When this browser can't use passkeys here (an IP address as host), the same page where it can.
    pub elsewhere: Option<String>,
}

/// Ten recovery codes, shown this once.
///
/// Form field: `csrf`; going on confirms that they were kept.
#[derive(Clone, Debug, Template)]
#[template(path = "signin/recovery_codes.html")]
pub struct RecoveryCodes {
    /// Around it.
    pub chrome: Chrome,
    /// The codes as they are typed.
    pub codes: Vec<String>,
    /// Where "go on" goes.
    pub action: String,
}
