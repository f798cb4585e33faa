//! Temporary access passes: what support gives a person who lost a factor, once somebody else agreed (features.md F9).

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::ids::{AccessPassId, UserId};
use crate::base::timestamp::Timestamp;

/// How long a request waits for somebody who approves it.
pub const OPEN_FOR: Duration = Duration::from_hours(24);
/// How many minutes a pass may work, counted from its approval.
pub const MINUTES: RangeInclusive<u32> = 10..=480;
/// How many it works unless something else is asked for.
pub const DEFAULT_MINUTES: u32 = 60;

/// One pass, from the request for it to its end.
///
/// ```text
/// waiting ──somebody else approves──▶ approved ──shown to who asked──▶ issued ──typed by the person──▶ used
///    ├──────────refused───────────────────────────────────────────▶ refused
///    ├──────────by an operator or the owner, before it is used─────▶ revoked
///    └──────────(expires_at passes)─────────────────────────────────▶ over
/// ```
///
/// Nobody knows the pass before it is approved, and one person alone can neither have it made nor approve it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessPass {
    /// Its id.
    pub id: AccessPassId,
    /// Whose account it is for.
    pub user: UserId,
    /// Why: what the operator who asked was told and checked.
    pub reason: String,
    /// How long it works once it is approved.
    pub life: Duration,
    /// The operator who asked, the only one it is shown to.
    pub asked_by: UserId,
    /// When.
    pub asked_at: Timestamp,
    /// The other operator who approved it, and when.
    pub approved: Option<(UserId, Timestamp)>,
    /// End of the request, or of the pass once it is approved.
    pub expires_at: Timestamp,
    /// Keyed hash of the pass, once it was shown.
    pub hash: Option<Vec<u8>>,
    /// How and when it ended.
    pub ended: Option<(PassEnd, Timestamp)>,
}

/// How a pass ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassEnd {
    /// The person typed it.
    Used,
    /// The other operator said no.
    Refused,
    /// An operator or the owner of the account took it back.
    Revoked,
}

/// Where a pass stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassState {
    /// It waits for somebody else's approval.
    Waiting,
    /// It is approved, and was not shown yet.
    Approved,
    /// It was shown and works.
    Issued,
    /// It was used, refused or taken back.
    Ended(PassEnd),
    /// Its time is over.
    Over,
}

impl PassState {
    /// The name in the catalogue (`pass-…`).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Issued => "issued",
            Self::Ended(PassEnd::Used) => "used",
            Self::Ended(PassEnd::Refused) => "refused",
            Self::Ended(PassEnd::Revoked) => "revoked",
            Self::Over => "over",
        }
    }

    /// Every name.
    pub const NAMES: [&'static str; 7] = [
        "waiting", "approved", "issued", "used", "refused", "revoked", "over",
    ];

    /// Whether something may still come of it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Approved | Self::Issued)
    }
}

impl AccessPass {
    /// Where it stands at `now`.
    pub fn state(&self, now: Timestamp) -> PassState {
        match (&self.ended, &self.approved, &self.hash) {
            (Some((end, _)), _, _) => PassState::Ended(*end),
            _ if self.expires_at <= now => PassState::Over,
            (None, None, _) => PassState::Waiting,
            (None, Some(_), None) => PassState::Approved,
            (None, Some(_), Some(_)) => PassState::Issued,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000);

    #[test]
    fn a_pass_works_only_when_it_is_approved_and_shown_and_for_its_time() {
        let waiting = AccessPass {
            id: AccessPassId(uuid::Uuid::nil()),
            user: UserId(uuid::Uuid::nil()),
            reason: "lost phone".to_owned(),
            life: Duration::from_hours(1),
            asked_by: UserId(uuid::Uuid::from_u128(1)),
            asked_at: NOW,
            approved: None,
            expires_at: NOW.plus(OPEN_FOR),
            hash: None,
            ended: None,
        };
        assert_eq!(waiting.state(NOW), PassState::Waiting);
        assert_eq!(waiting.state(NOW.plus(OPEN_FOR)), PassState::Over);
        let approved = AccessPass {
            approved: Some((UserId(uuid::Uuid::from_u128(2)), NOW)),
            expires_at: NOW.plus(waiting.life),
            ..waiting
        };
        assert_eq!(approved.state(NOW), PassState::Approved);
        let issued = AccessPass {
            hash: Some(vec![1]),
            ..approved
        };
        assert_eq!(issued.state(NOW), PassState::Issued);
        assert_eq!(issued.state(NOW.plus(issued.life)), PassState::Over);
        let used = AccessPass {
            ended: Some((PassEnd::Used, NOW)),
            ..issued
        };
        assert_eq!(used.state(NOW), PassState::Ended(PassEnd::Used));
        assert!(!used.state(NOW).is_open());
    }
}
