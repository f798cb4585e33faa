//! Signing keys.
//!
//! ```text
//! next ──(published a full cache age)──▶ active ──(successor active)──▶ retired ──(tokens expired)──▶ removed
//! ```

use serde::{Deserialize, Serialize};

use super::sealed::Sealed;
use crate::base::ids::KeyId;
use crate::base::timestamp::Timestamp;
pub use crate::protocol::registration::SigningAlg;

/// Where a key stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyStatus {
    /// Published, signs nothing yet.
    Next,
    /// Signs.
    Active,
    /// Published for verification only.
    Retired,
}

impl KeyStatus {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }

    /// The status of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Next, Self::Active, Self::Retired]
            .into_iter()
            .find(|status| status.name() == name)
    }
}

/// A signing key of a tenant.
#[derive(Clone, Debug)]
pub struct SigningKey {
    /// Row id.
    pub id: KeyId,
    /// Key id in tokens and JWKS: the RFC 7638 thumbprint.
    pub kid: String,
    /// What it signs with.
    pub alg: SigningAlg,
    /// Where it stands.
    pub status: KeyStatus,
    /// PKCS#8 private key, sealed.
    pub private: Sealed,
    /// Public JWK as JSON.
    pub public_jwk: String,
    /// When it was made, and first published.
    pub created_at: Timestamp,
    /// When it may first sign (for `next`), or began to.
    pub activates_at: Timestamp,
    /// When it was retired.
    pub retired_at: Option<Timestamp>,
}
