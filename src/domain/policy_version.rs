//! Stored versions of a tenant's policy.

use serde::{Deserialize, Serialize};

use crate::base::ids::PolicyId;
use crate::base::timestamp::Timestamp;

/// One version of a tenant's policy document. Rows are never changed, only their mode.
#[derive(Clone, Debug)]
pub struct PolicyVersion {
    /// Its id.
    pub id: PolicyId,
    /// 1, 2, 3 … in the tenant.
    pub number: i64,
    /// The TOML document as it was published.
    pub document: String,
    /// What it does.
    pub mode: PolicyMode,
    /// One sentence on what changed.
    pub note: String,
    /// When it was published.
    pub created_at: Timestamp,
}

/// What a policy version does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyMode {
    /// Decides, and its decisions are carried out.
    Enforce,
    /// Decides and records; nothing is enforced.
    Observe,
    /// Kept for the record and for rollback.
    Retired,
}

impl PolicyMode {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Observe => "observe",
            Self::Retired => "retired",
        }
    }

    /// The mode of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Enforce, Self::Observe, Self::Retired]
            .into_iter()
            .find(|mode| mode.name() == name)
    }
}
