//! Signing keys.
//!
//! ```text
//! next ──(published a full cache age)──▶ active ──(successor active)──▶ retired ──(tokens expired)──▶ removed
//! ```

use serde::{Deserialize, Serialize};

use super::sealed::Sealed;
use crate::base::ids::KeyId;
use crate::base::timestamp::Timestamp;

/// A signature algorithm we sign with (RFC 7518 section 3, RFC 8037).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SigningAlg {
    /// ECDSA on P-256 with SHA-256: the default.
    ES256,
    /// Ed25519.
    EdDSA,
    /// RSASSA-PKCS1-v1_5 with SHA-256: where the standards default to it.
    RS256,
}

impl SigningAlg {
    /// Every algorithm, as discovery lists them.
    pub const ALL: [Self; 3] = [Self::ES256, Self::EdDSA, Self::RS256];

    /// The JWA name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ES256 => "ES256",
            Self::EdDSA => "EdDSA",
            Self::RS256 => "RS256",
        }
    }

    /// The algorithm of a JWA name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alg| alg.name() == name)
    }
}

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
        [Self::Next, Self::Active, Self::Retired].into_iter().find(|status| status.name() == name)
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
