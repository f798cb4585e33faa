//! The second step: one page for every method.

use askama::Template;

use super::{Chrome, PasskeyForm, Problem, Problems as _};
use crate::domain::assurance::Method;

/// Asks for one more proof.
///
/// Form fields: `code` and `csrf` to `action` for methods with a code; `credential` and `csrf` by script for a passkey;
/// `method` and `csrf` to `choose` for another way (values of [`Method::name`]); `csrf` alone to `resend`'s action.
#[derive(Clone, Debug, Template)]
#[template(path = "signin/challenge.html")]
pub struct Challenge {
    /// Around it.
    pub chrome: Chrome,
    /// The app that asks, by name.
    pub app: Option<String>,
    /// The account, masked until a second factor is proven ([`mask`]).
    pub account: String,
    /// Why, from the fixed list.
    pub reason: Reason,
    /// The method asked for now.
    pub method: Method,
    /// Where the code goes.
    pub action: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// How many tries are left, shown from the first wrong one.
    pub tries_left: Option<u32>,
    /// Where a mail code went, masked.
    pub sent_to: Option<String>,
    /// Sending a mail code again.
    pub resend: Option<Resend>,
    /// The ceremony, when the method is a passkey.
    pub passkey: Option<PasskeyForm>,
    /// The request to a device, when that is the method.
    pub push: Option<PushWait>,
    /// Other ways that also suffice, strongest first.
    pub others: Vec<Method>,
    /// Where `method` goes.
    pub choose: String,
    /// Where it is said that none of the ways is at hand any more, when that leads somewhere.
    pub lost: Option<String>,
    /// Back to the start of the sign-in.
    pub restart: Option<String>,
}

impl Challenge {
    /// Whether the method is answered with a typed code.
    pub fn takes_code(&self) -> bool {
        matches!(
            self.method,
            Method::Totp | Method::EmailOtp | Method::RecoveryCode | Method::AccessPass
        )
    }

    /// Whether the code is made of digits alone.
    pub fn takes_digits(&self) -> bool {
        matches!(self.method, Method::Totp | Method::EmailOtp)
    }
}

/// A request to a device.
#[derive(Clone, Debug)]
pub struct PushWait {
    /// The number to be typed there.
    pub number: String,
    /// Where it stands: `push-…` in the catalogue.
    pub standing: &'static str,
    /// This page again: what became of it.
    pub reload: String,
    /// The same for scripts, which answers with JSON.
    pub state: String,
}

impl PushWait {
    /// Whether an answer is waited for.
    pub fn waits(&self) -> bool {
        self.standing == "waiting"
    }
}

/// Sending a code again.
#[derive(Clone, Debug)]
pub struct Resend {
    /// Where the form goes.
    pub action: String,
    /// Seconds until it may be sent again; the server keeps to it, the page shows it.
    pub wait_seconds: u32,
    /// Whether one was just sent again.
    pub just_sent: bool,
}

/// What people are told about why (people.md U25). Never the score, never a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A browser that this account hasn't used.
    NewBrowser,
    /// A part of the world that this account hasn't used.
    NewRegion,
    /// Something else is out of the ordinary.
    UnusualActivity,
    /// What is to be done is sensitive.
    SensitiveAction,
    /// The organisation always asks.
    OrganisationRule,
    /// The app asks for it.
    AppRequest,
    /// A first sign-in: the address is confirmed once.
    FirstSignIn,
    /// Before a factor is set up, the mailbox is proven.
    BeforeEnrolment,
    /// Before a new password is chosen, more than the old one is proven.
    BeforeNewPassword,
    /// The password is forgotten; another factor is proven beside the mailbox.
    BeforeRecovery,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 10] = [
        Self::NewBrowser,
        Self::NewRegion,
        Self::UnusualActivity,
        Self::SensitiveAction,
        Self::OrganisationRule,
        Self::AppRequest,
        Self::FirstSignIn,
        Self::BeforeEnrolment,
        Self::BeforeNewPassword,
        Self::BeforeRecovery,
    ];

    /// The stored name; `reason-…` in the catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NewBrowser => "new_browser",
            Self::NewRegion => "new_region",
            Self::UnusualActivity => "unusual_activity",
            Self::SensitiveAction => "sensitive_action",
            Self::OrganisationRule => "organisation_rule",
            Self::AppRequest => "app_request",
            Self::FirstSignIn => "first_sign_in",
            Self::BeforeEnrolment => "before_enrolment",
            Self::BeforeNewPassword => "before_new_password",
            Self::BeforeRecovery => "before_recovery",
        }
    }
}

/// An address with most of it hidden: `alice@demo.test` becomes `a••••@demo.test`. The number of dots is fixed, so that the
/// length isn't told.
pub fn mask(email: &str) -> String {
    match email.split_once('@') {
        Some((name, host)) => {
            let first: String = name.chars().take(1).collect();
            format!("{first}••••@{host}")
        }
        None => format!("{}••••", email.chars().take(1).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keep_one_letter_and_the_host() {
        assert_eq!(mask("alice@demo.test"), "a••••@demo.test");
        assert_eq!(mask("ü@x"), "ü••••@x");
        assert_eq!(mask(""), "••••");
    }
}
