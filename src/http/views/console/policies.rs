//! Policies of a tenant: versions and what they say.

use askama::Template;

use super::Frame;
use crate::http::views::When;

/// The list of versions.
///
/// Forms: `rollback` (POST to `policies/rollback`) and `mode` with `enforce` or `observe` (POST to `policies/mode`), each with `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "console/policies.html")]
pub struct PolicyList {
    /// Around it.
    pub frame: Frame,
    /// The sentences of the policy in force.
    pub sentences: Vec<String>,
    /// Whether it enforces.
    pub enforcing: bool,
    /// Whether there is an earlier version to go back to.
    pub can_roll_back: bool,
    /// Versions, newest first.
    pub rows: Vec<PolicyRow>,
}

/// A version in the list.
#[derive(Clone, Debug)]
pub struct PolicyRow {
    /// Its number.
    pub number: i64,
    /// What changed, in one sentence.
    pub note: String,
    /// `enforce`, `observe` or `retired`.
    pub mode: String,
    /// When it was published.
    pub created: When,
}

/// One version.
#[derive(Clone, Debug, Template)]
#[template(path = "console/policy.html")]
pub struct PolicyPage {
    /// Around it.
    pub frame: Frame,
    /// Its number.
    pub number: i64,
    /// What changed.
    pub note: String,
    /// `enforce`, `observe` or `retired`.
    pub mode: String,
    /// When it was published.
    pub created: When,
    /// What it does, a sentence a rule.
    pub sentences: Vec<String>,
    /// The document.
    pub document: String,
}
