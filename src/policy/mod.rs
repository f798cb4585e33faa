//! Policies: from an assessment to an outcome.
//!
//! A [`Policy`] is a TOML document ([`document`] reads it and names the line of every mistake); [`decide`] applies it;
//! [`presets`] holds the ones that come with the program; [`diff_sentence`] says what a change does.

mod condition;
pub mod decide;
mod diff;
pub mod document;
pub mod presets;
mod words;

#[cfg(test)]
mod tests;

pub use condition::Condition;
pub use decide::{Context, Verdict, decide};
pub use diff::diff_sentence;
pub use document::{Band, Ladder, Policy, PolicyError, Rule, Stop};
