//! Browsers that an account was used on.

use serde::{Deserialize, Serialize};

use crate::base::ids::{DeviceId, UserId};
use crate::base::timestamp::Timestamp;

/// One browser of one user (people.md U30–U33).
#[derive(Clone, Debug)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Whose it is.
    pub user: UserId,
    /// The browser as this tenant sees it: HMAC of the browser id under the tenant's key.
    pub browser_key: Vec<u8>,
    /// Browser and operating system families, for people.
    pub label: DeviceLabel,
    /// Coarse place at the last use, such as a country; absent when unknown.
    pub place: Option<String>,
    /// When this user first completed a sign-in on it.
    pub created_at: Timestamp,
    /// When this user last completed a sign-in on it.
    pub last_used_at: Timestamp,
    /// Completed sign-ins.
    pub sign_ins: i64,
    /// Until when it satisfies the second step.
    pub remembered_until: Option<Timestamp>,
    /// Until when we don't ask again whether to remember it.
    pub declined_until: Option<Timestamp>,
    /// When policy bound it after a step-up.
    pub bound_at: Option<Timestamp>,
    /// Whether a "new browser" notice was sent for it (at most one).
    pub noticed_at: Option<Timestamp>,
    /// When its owner or an admin revoked it.
    pub revoked_at: Option<Timestamp>,
}

/// Coarse families, never versions: they are shown to people and compared for drift.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceLabel {
    /// Browser family, such as `Firefox`.
    pub browser: Option<String>,
    /// Operating system family, such as `Windows`.
    pub os: Option<String>,
}

impl Device {
    /// Whether it satisfies the second step at `now`.
    pub fn is_remembered(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.remembered_until.is_some_and(|until| now < until)
    }
}
