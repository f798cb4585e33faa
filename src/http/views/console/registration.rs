//! Apps that register themselves: what they may ask for, and the tokens that let them in.

use askama::Template;

use super::Frame;
use crate::http::views::{Problem, Problems as _, When};

/// The tenant's rule and its initial access tokens, with a form for another.
///
/// Form to `registration/tokens`: `uses`, `days`, `note`, `csrf`. Form to `…/{id}/delete`: `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "console/registration.html")]
pub struct RegistrationPage {
    /// Around it.
    pub frame: Frame,
    /// `open`, `token` or `off`.
    pub mode: &'static str,
    /// Where apps register.
    pub endpoint: String,
    /// Grant types they may ask for; empty for the defaults.
    pub grant_types: String,
    /// Scopes they may ask for.
    pub scopes: String,
    /// How they may authenticate; empty for any way.
    pub auth_methods: String,
    /// Hosts of their redirect URIs; empty for any.
    pub redirect_hosts: String,
    /// Whether apps may be known by a document at their id.
    pub client_documents: bool,
    /// Days after which an unused one is removed; 0 for never.
    pub unused_days: u32,
    /// The tokens that still work.
    pub rows: Vec<TokenRow>,
    /// A token that was just made: shown this once.
    pub new_token: Option<String>,
    /// What stands in the form.
    pub uses: String,
    /// Its days.
    pub days: String,
    /// Its note.
    pub note: String,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// A token; never the secret.
#[derive(Clone, Debug)]
pub struct TokenRow {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub note: String,
    /// How many apps may still register with it.
    pub uses_left: i64,
    /// It is void from then on.
    pub expires: When,
}
