//! Mails: how each reads in each language, a test, and the delivery log.

use askama::Template;

use super::{Choice, Frame};
use crate::http::views::When;

/// A mail with invented content, and what became of those that were sent.
///
/// Form (GET): `kind`, `lang`. Form to `mails/test`: `kind`, `lang`, `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "console/mails.html")]
pub struct MailPage {
    /// Around it.
    pub frame: Frame,
    /// All mails, one chosen.
    pub kinds: Vec<Choice>,
    /// All languages, one chosen.
    pub languages: Vec<Choice>,
    /// The chosen mail.
    pub kind: String,
    /// The chosen language's tag.
    pub language: &'static str,
    /// Its subject.
    pub subject: String,
    /// Its plain text.
    pub text: String,
    /// Where its HTML part is shown; `kind` and `lang` are added.
    pub body: String,
    /// Whether a test may be sent.
    pub may_test: bool,
    /// To whom a test goes.
    pub to: String,
    /// What the mail server said to one.
    pub reply: Option<TestReply>,
    /// The latest deliveries.
    pub log: Vec<MailRow>,
}

/// What the mail server said.
#[derive(Clone, Debug)]
pub struct TestReply {
    /// Its words, or why it was not reached.
    pub words: String,
    /// Whether it took the mail.
    pub taken: bool,
}

/// A delivery.
#[derive(Clone, Debug)]
pub struct MailRow {
    /// When it last changed.
    pub at: When,
    /// To whom.
    pub to: String,
    /// Which mail.
    pub kind: String,
    /// `mail-status-…` in the catalogue.
    pub status: &'static str,
    /// What the server said.
    pub reply: String,
}
