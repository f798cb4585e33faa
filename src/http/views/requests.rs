//! What apps ask of a person away from their own pages (CIBA).

use askama::Template;

use super::{Chrome, When};

/// The requests that wait for an answer.
///
/// Forms to `…/{id}/approve` and `…/{id}/deny`: `csrf`; the latter with `answer` `no` or `unexpected`.
#[derive(Clone, Debug, Template)]
#[template(path = "account/requests.html")]
pub struct WaitingRequests {
    /// Around it.
    pub chrome: Chrome,
    /// Whose they are.
    pub account: String,
    /// The requests, newest first.
    pub rows: Vec<RequestRow>,
    /// What became of the last answer.
    pub end: Option<RequestEnd>,
    /// The account page.
    pub home: String,
}

/// A request.
#[derive(Clone, Debug)]
pub struct RequestRow {
    /// The app, by name.
    pub app: String,
    /// What the app shows too.
    pub binding_message: Option<String>,
    /// The address that the app asked from.
    pub address: String,
    /// When.
    pub asked: When,
    /// Where a yes goes.
    pub approve: String,
    /// Where a no goes.
    pub deny: String,
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestEnd {
    /// The app gets access.
    Allowed,
    /// It does not.
    Denied,
    /// It does not, and it stands in the history.
    Reported,
    /// The request no longer waits.
    Expired,
}

impl RequestEnd {
    /// Every end.
    pub const ALL: [Self; 4] = [Self::Allowed, Self::Denied, Self::Reported, Self::Expired];

    /// `requests-end-…` in the catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Reported => "reported",
            Self::Expired => "expired",
        }
    }
}
