//! Making an account.

use askama::Template;

use super::{Chrome, Link, PasskeyForm, Problem, Problems as _};

/// The address of a new account.
///
/// Form fields: `email`, `altcha` (the answer to the challenge, filled in by `sign_up.js`), `website` (hidden from people, to be left
/// empty), `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "signin/sign_up.html")]
pub struct SignUpAddress {
    /// Around it.
    pub chrome: Chrome,
    /// The app that asks, by name.
    pub app: Option<String>,
    /// Where the form goes.
    pub action: String,
    /// Where the script gets the challenge.
    pub challenge: String,
    /// The address as it was typed.
    pub email: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Back to the sign-in.
    pub back: String,
}

/// What a new account signs in with, once its address is proven.
///
/// Form fields: `name` (may stay empty), `terms` = `agreed` where the tenant has terms, `password`, `csrf`; with a passkey
/// `credential` in place of the password.
#[derive(Clone, Debug, Template)]
#[template(path = "signin/sign_up_details.html")]
pub struct SignUpDetails {
    /// Around it.
    pub chrome: Chrome,
    /// The app that asks, by name.
    pub app: Option<String>,
    /// Where the form goes.
    pub action: String,
    /// The address that was proven.
    pub email: String,
    /// The least length of a password.
    pub min_length: u32,
    /// What must be agreed to.
    pub terms: Vec<Link>,
    /// A passkey in place of the password.
    pub passkey: Option<PasskeyForm>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}
