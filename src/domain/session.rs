//! SSO sessions.
//!
//! ```text
//! start ──▶ live ──(idle or absolute limit)──▶ expired
//!             └──(sign-out, revoke, risk)────▶ ended
//! ```

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::assurance::Proof;
use crate::base::ids::{DeviceId, SessionId, UserId};
use crate::base::secret::TokenHash;
use crate::base::timestamp::Timestamp;

/// A signed-in browser.
#[derive(Clone, Debug)]
pub struct Session {
    /// Internal id.
    pub id: SessionId,
    /// The `sid` that apps see: random.
    pub sid: String,
    /// Whose session.
    pub user: UserId,
    /// Hash of the cookie's secret.
    pub secret: TokenHash,
    /// On which browser record.
    pub device: Option<DeviceId>,
    /// What was proven, oldest first. Never empty.
    pub proofs: Vec<Proof>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used; written in batches, may lag by a minute.
    pub last_seen_at: Timestamp,
    /// It ends when unused until then.
    pub idle_expires_at: Timestamp,
    /// It ends then in any case.
    pub expires_at: Timestamp,
    /// Whether and why it was ended.
    pub ended: Option<SessionEnd>,
    /// Address it began from, for its owner's and the analyst's eyes; cut after the retention period.
    pub ip: Option<String>,
    /// Browser and system, for people.
    pub agent: Option<String>,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Its owner signed out.
    SignOut,
    /// Its owner ended it from the account page.
    Owner,
    /// An admin ended it.
    Admin,
    /// A risk decision ended it.
    Risk,
    /// A credential changed.
    CredentialChange,
    /// "This wasn't me".
    NotMe,
    /// Somebody signed in anew in the same browser.
    Replaced,
}

impl EndReason {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignOut => "sign_out",
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Risk => "risk",
            Self::CredentialChange => "credential_change",
            Self::NotMe => "not_me",
            Self::Replaced => "replaced",
        }
    }

    /// The reason of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::SignOut,
            Self::Owner,
            Self::Admin,
            Self::Risk,
            Self::CredentialChange,
            Self::NotMe,
            Self::Replaced,
        ]
        .into_iter()
        .find(|reason| reason.name() == name)
    }
}

/// The end of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: EndReason,
}

/// How long sessions live.
#[derive(Clone, Copy, Debug)]
pub struct SessionLifetimes {
    /// Unused.
    pub idle: Duration,
    /// In any case.
    pub absolute: Duration,
}

impl Session {
    /// Whether it can be used at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.idle_expires_at && now < self.expires_at
    }

    /// When the user last actively authenticated (claim `auth_time`): the latest proof.
    pub fn auth_time(&self) -> Timestamp {
        self.proofs
            .iter()
            .map(|proof| proof.at)
            .max()
            .unwrap_or(self.created_at)
    }
}
