//! Facts of what happens beyond the sign-in page: sessions that are used again, and clients that act for themselves.

use serde::{Deserialize, Serialize};

/// How far something moved from where it was, from nothing to far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drift {
    /// The same.
    Same,
    /// Another version; another address of the same provider.
    Near,
    /// Another family; another provider.
    Far,
    /// Another country.
    Abroad,
}

/// A session against how it was last used.
#[derive(Clone, Copy, Debug, Default)]
pub struct SessionFacts {
    /// Its network.
    pub network: Option<Drift>,
    /// Its agent.
    pub agent: Option<Drift>,
    /// A cookie or token that had been replaced came back.
    pub reused: Option<bool>,
}

/// A client that acts for itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct MachineFacts {
    /// Tokens it got in the last hour.
    pub tokens_hour: Option<f64>,
    /// Tokens it usually gets in an hour.
    pub tokens_usual: Option<f64>,
    /// Whether it asks for a scope it never asked for.
    pub new_scope: Option<bool>,
    /// Age of the secret or key it used, seconds.
    pub secret_age_secs: Option<u64>,
}
