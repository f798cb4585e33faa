//! What an app says of itself on the pages that lead to it.

use super::Link;

/// Beside an app's name.
#[derive(Clone, Debug, Default)]
pub struct AppFacts {
    /// Its logo, as we serve it.
    pub logo: Option<AppLogo>,
    /// Its privacy policy and terms, where it names them.
    pub policies: Vec<Link>,
}

/// A logo.
#[derive(Clone, Debug)]
pub struct AppLogo {
    /// Our copy.
    pub src: String,
    /// Where it was fetched.
    pub source: String,
}
