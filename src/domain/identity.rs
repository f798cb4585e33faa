//! Verification of identity by an external provider (OpenID Connect for Identity Assurance 1.0): whom a tenant asks, what must fit, and
//! what is kept of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::ids::{DecisionId, EvidenceId, UserId};
use crate::base::timestamp::Timestamp;
use crate::domain::sealed::Sealed;

/// The claims that can be compared with an account.
pub const COMPARABLE: [&str; 5] = ["name", "given_name", "family_name", "middle_name", "birthdate"];

/// The provider that a tenant asks, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityProvider {
    /// Its issuer.
    pub issuer: String,
    /// Our client id there.
    pub client_id: String,
    /// Our secret there, sealed for the issuer, base64url; absent in what is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// Trust frameworks whose verification counts.
    pub trust_frameworks: BTreeSet<String>,
    /// Claims that must be those of the account; all of them, of [`COMPARABLE`].
    pub matching: BTreeSet<String>,
    /// How long the evidence is kept, in days.
    pub retention_days: u16,
}

/// What is kept of a verification that fitted, apart from everything else that is known of the person.
#[derive(Clone, Debug)]
pub struct IdentityEvidence {
    /// Its id.
    pub id: EvidenceId,
    /// Who was verified.
    pub user: UserId,
    /// The decision that asked for it, or the recovery's.
    pub decision: Option<DecisionId>,
    /// Who verified.
    pub issuer: String,
    /// By which trust framework.
    pub trust_framework: String,
    /// When it came.
    pub at: Timestamp,
    /// The verified claims with their verification, sealed for this row.
    pub content: Sealed,
    /// When it is deleted.
    pub expires_at: Timestamp,
}
