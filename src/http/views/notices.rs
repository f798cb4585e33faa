//! The pages that the links of a notice mail lead to. A GET shows the question; only the form's POST acts (people.md U17).

use askama::Template;

use super::{Chrome, Link, When};

/// What a notice is about, told to the account's owner.
#[derive(Clone, Debug)]
pub struct SignInFacts {
    /// When.
    pub at: When,
    /// Browser and system.
    pub browser: String,
    /// Approximate place, where known.
    pub place: Option<String>,
    /// The app, by name.
    pub app: Option<String>,
}

/// The owner's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// "Yes, it was me."
    Yes,
    /// "No, secure my account."
    No,
}

impl Answer {
    /// `notice-…-yes` and `notice-…-no` in the catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
        }
    }
}

/// Asks to confirm the answer that a link stands for. Needs no password.
///
/// Form fields: `csrf`, and `token` when `token` is not in the path.
#[derive(Clone, Debug, Template)]
#[template(path = "account/notice_question.html")]
pub struct NoticeQuestion {
    /// Around it.
    pub chrome: Chrome,
    /// The answer the link stands for.
    pub answer: Answer,
    /// The account, masked.
    pub account: String,
    /// The sign-in; absent when the notice was about a change.
    pub facts: Option<SignInFacts>,
    /// The address that "no" puts back, masked.
    pub restores: Option<String>,
    /// Where the form goes.
    pub action: String,
    /// The link's secret, carried on.
    pub token: String,
    /// The page of the other answer.
    pub other: String,
}

/// What the answer did.
#[derive(Clone, Debug, Template)]
#[template(path = "account/notice_result.html")]
pub struct NoticeResult {
    /// Around it.
    pub chrome: Chrome,
    /// The answer.
    pub answer: Answer,
    /// The way on: to the account page or to a new password.
    pub primary: Link,
}
