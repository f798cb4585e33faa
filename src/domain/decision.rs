//! The record of a decision (architecture.md 4.13, "Decision v1").

use serde::{Deserialize, Serialize};

use super::action::Action;
use crate::base::ids::{ClientId, DecisionId, DeviceId, PolicyId, Reference, SessionId, UserId};
use crate::base::timestamp::Timestamp;

/// One run of signals → score → policy → outcome, as stored and exported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// The code that people quote.
    pub reference: Reference,
    /// When.
    pub at: Timestamp,
    /// What was being risked.
    pub action: Action,
    /// Whose account; absent for unknown identifiers and machine clients.
    pub subject: Option<UserId>,
    /// For which client.
    pub client: Option<ClientId>,
    /// In which session.
    pub session: Option<SessionId>,
    /// On which browser record.
    pub device: Option<DeviceId>,
    /// The raw address; cut to /24 or /48 after the retention period.
    pub ip: Option<String>,
    /// Country by the address, when known (ISO 3166-1 alpha-2).
    pub country: Option<String>,
    /// The engine's whole input, versioned JSON: what is recorded is what is replayed.
    pub evidence: serde_json::Value,
    /// The engine's whole output: score, probability, contributions, vectors, missing, model version.
    pub assessment: serde_json::Value,
    /// The score, 0 to 100.
    pub score: f64,
    /// Version of the model that scored.
    pub model: String,
    /// Which policy decided.
    pub policy: PolicyRef,
    /// Whether the policy was enforced or only observed.
    pub mode: DecisionMode,
    /// What the policy recommends, as its outcome's name.
    pub recommended: String,
    /// What was done, as its outcome's name.
    pub enforced: String,
    /// Which part was down, when the tenant's fail mode decided.
    pub degraded: Option<String>,
    /// Items forced by the dev profile.
    pub forced: Vec<String>,
    /// Which factor was asked for.
    pub asked: Option<String>,
    /// How it ended.
    pub ended: Option<Ending>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What later became known, newest last.
    pub labels: Vec<serde_json::Value>,
    /// Time from gathering to outcome, microseconds.
    pub latency_micros: i64,
    /// How often the same was decided again on equal evidence (refreshes and client tokens).
    #[serde(default)]
    pub repeats: i64,
    /// When it was last decided again.
    #[serde(default)]
    pub repeated_at: Option<Timestamp>,
}

/// Which policy version and rule decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRef {
    /// The stored version; absent for a preset compiled in.
    pub id: Option<PolicyId>,
    /// Its name and version number for people.
    pub version: String,
    /// The rule that fired.
    pub rule: String,
    /// The rule in words.
    pub sentence: String,
}

/// Whether a decision acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionMode {
    /// The outcome is carried out.
    Enforce,
    /// Scored and recorded, nothing enforced.
    Observe,
}

/// How the attempt behind a decision ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It went through with nothing asked.
    Allowed,
    /// What was asked was proven.
    Passed,
    /// What was asked was answered wrongly until the attempts ran out.
    Failed,
    /// It was refused.
    Refused,
    /// It was left.
    Abandoned,
}

impl Ending {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Abandoned => "abandoned",
        }
    }

    /// The ending of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Allowed,
            Self::Passed,
            Self::Failed,
            Self::Refused,
            Self::Abandoned,
        ]
        .into_iter()
        .find(|ending| ending.name() == name)
    }
}
