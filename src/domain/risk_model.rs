//! Versions of a tenant's risk model.
//!
//! ```text
//! added ──(promote)──▶ live ──(another is promoted)──▶ former ──(rollback of that one)──▶ live
//!                        └──(rollback)──▶ added
//! ```
//!
//! The live one is the one promoted last. Without any the compiled-in model scores.

use crate::base::timestamp::Timestamp;

/// A model as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RiskModelVersion {
    /// 1, 2, 3 … in the tenant.
    pub number: i64,
    /// The model's own name and version, which decision records carry.
    pub version: String,
    /// SHA-256 of its content, hexadecimal.
    pub hash: String,
    /// The model file.
    pub document: String,
    /// What it was made from, in words.
    pub note: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last promoted; absent for one that never was, or was rolled back.
    pub promoted_at: Option<Timestamp>,
}
