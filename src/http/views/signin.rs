//! The first step of a sign-in: who it is, and the password.

use askama::Template;

use super::app::AppFacts;
use super::challenge::Resend;
use super::{Chrome, PasskeyForm, Problem, Problems as _};

/// Identifier and password on one page, or the identifier alone (the first of two pages).
///
/// Form fields: `email`, `password`, `csrf`. In the identifier-first layout `password` is there too, hidden from people
/// and filled by password managers only (people.md U3): when it holds something, the handler may take both at once.
#[derive(Clone, Debug, Template)]
#[template(path = "signin/signin.html")]
pub struct SignIn {
    /// Around it.
    pub chrome: Chrome,
    /// The app that asks, by name.
    pub app: Option<String>,
    /// What the app says of itself.
    pub about: AppFacts,
    /// Where the form goes.
    pub action: String,
    /// What stands in the identifier field.
    pub email: String,
    /// Whether the password stands on this page.
    pub fields: SignInFields,
    /// A signed-in person is asked again (`prompt=login`, `max_age`).
    pub again: bool,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Passkey by button and by autofill.
    pub passkey: Option<PasskeyForm>,
    /// Where a forgotten password leads.
    pub recover: Option<String>,
    /// Where an account is made.
    pub sign_up: Option<String>,
    /// Back to the app without signing in: a link that ends the request with `access_denied`.
    pub cancel: Option<String>,
    /// The dev profile's accounts, each a link that fills the form.
    pub personas: Vec<PersonaLink>,
}

/// Which fields a sign-in page has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInFields {
    /// Identifier and password.
    Both,
    /// The identifier; the password comes next.
    IdentifierFirst,
}

/// An account of the dev profile on the sign-in page.
#[derive(Clone, Debug)]
pub struct PersonaLink {
    /// Its address.
    pub email: String,
    /// What it is for.
    pub note: String,
    /// The same page with this address filled in.
    pub href: String,
}

/// The password, after the identifier was given on its own page. Looks the same whether or not the account exists.
///
/// Form fields: `email` (hidden from people, for password managers), `password`, `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "signin/password.html")]
pub struct PasswordStep {
    /// Around it.
    pub chrome: Chrome,
    /// The app that asks, by name.
    pub app: Option<String>,
    /// What the app says of itself.
    pub about: AppFacts,
    /// Where the form goes.
    pub action: String,
    /// The identifier as it was typed.
    pub email: String,
    /// Back to the identifier.
    pub change: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Passkey by button.
    pub passkey: Option<PasskeyForm>,
    /// Where a forgotten password leads.
    pub recover: Option<String>,
}

/// What a mailbox is proven for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailboxPurpose {
    /// A forgotten password.
    Recover,
    /// A new account.
    SignUp,
    /// Another address of an account.
    ChangeEmail,
}

/// A mailbox that is proven: the address, then the code (for a new account the code alone). Looks the same whether or not there is an account (people.md U20).
///
/// Form fields: `email` and `csrf`, then `code` and `csrf`; `csrf` alone to `resend`'s action.
#[derive(Clone, Debug, Template)]
#[template(path = "signin/mailbox.html")]
pub struct Mailbox {
    /// Around it.
    pub chrome: Chrome,
    /// What for.
    pub purpose: MailboxPurpose,
    /// The app that asks, by name.
    pub app: Option<String>,
    /// Where the form goes.
    pub action: String,
    /// The address as it was typed.
    pub email: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// The code that was sent, or seems so; absent while the address is asked for.
    pub sent: Option<MailboxSent>,
    /// Back to the sign-in.
    pub back: String,
}

/// A code that was sent, or seems so.
#[derive(Clone, Debug)]
pub struct MailboxSent {
    /// Sending it again, while that may be.
    pub resend: Option<Resend>,
    /// How many tries are left, shown from the first wrong one.
    pub tries_left: Option<u32>,
    /// Back to the address.
    pub other_address: String,
}

/// Too many tries; says how long to wait and nothing about the account. Status 429.
#[derive(Clone, Debug, Template)]
#[template(path = "signin/throttled.html")]
pub struct Throttled {
    /// Around it.
    pub chrome: Chrome,
    /// The app that asks, by name.
    pub app: Option<String>,
    /// How long to wait, rounded up.
    pub minutes: u32,
    /// The page to try again on.
    pub retry: String,
}
