//! The question whether an app may know and do something.

use askama::Template;

use super::Chrome;

/// Asks for consent.
///
/// Form fields: `consent` with `allow` or `deny` (the buttons), `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "signin/consent.html")]
pub struct Consent {
    /// Around it.
    pub chrome: Chrome,
    /// The app, by name.
    pub app: String,
    /// The host that the answer goes to, unless the app waits elsewhere: what can't be invented by a client's name.
    pub host: String,
    /// The account.
    pub account: String,
    /// Where the form goes.
    pub action: String,
    /// What the app asks for, as scope names and the resources they hold for; known scopes have words in the catalogue.
    pub scopes: Vec<String>,
    /// Those among `scopes` that were allowed before.
    pub known: Vec<String>,
    /// Whether anybody could register this app (dynamic registration): says so.
    pub unverified: bool,
    /// The device that waits for the answer, where one does.
    pub device: Option<WaitingDevice>,
    /// The app's privacy policy and terms, where it names them.
    pub policies: Vec<super::Link>,
}

/// A device that waits for an answer (RFC 8628 section 5.4: what lets a person see that it is theirs).
#[derive(Clone, Debug)]
pub struct WaitingDevice {
    /// The code that it shows.
    pub code: String,
    /// The address that it asked from.
    pub address: String,
}

impl Consent {
    /// Whether a scope was allowed before.
    pub fn is_known(&self, scope: &str) -> bool {
        self.known.iter().any(|known| known == scope)
    }
}
