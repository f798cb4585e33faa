//! The question whether an app may know and do something.

use std::borrow::Cow;

use askama::Template;

use super::Chrome;
use super::app::AppFacts;

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
    /// What it asks for in more words than that (RFC 9396).
    pub details: Vec<DetailWords>,
    /// Those among `scopes` that were allowed before.
    pub known: Vec<String>,
    /// Whether anybody could register this app (dynamic registration): says so.
    pub unverified: bool,
    /// The host of the document that this app is known by, where it is: what can't be invented either.
    pub document_host: Option<String>,
    /// The device that waits for the answer, where one does.
    pub device: Option<WaitingDevice>,
    /// What the app says of itself.
    pub about: AppFacts,
}

/// One thing that an app asks for in detail.
#[derive(Clone, Debug)]
pub struct DetailWords {
    /// What it is, as the API that it is for registered it.
    pub title: String,
    /// What the app says of it, as names and values.
    pub facts: Vec<(String, String)>,
    /// How many more of them there are.
    pub left_out: u32,
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
    /// Says where the app describes itself, where it does.
    pub fn document_words(&self) -> Option<Cow<'static, str>> {
        let host = self.document_host.as_deref()?;
        let tenant = ("tenant", self.chrome.tenant.as_str());
        Some(self.chrome.with2("consent-document", tenant, ("host", host)))
    }

    /// Whether a scope was allowed before.
    pub fn is_known(&self, scope: &str) -> bool {
        self.known.iter().any(|known| known == scope)
    }
}
