//! Recovery of an account whose owner lost the factors beside the password: a waiting period in which the owner can object.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::ids::{RecoveryId, UserId};
use crate::base::timestamp::Timestamp;

/// How long a recovery may be finished once its waiting period is over.
pub const OPEN_FOR: Duration = Duration::from_hours(72);
/// How long after the owner stopped one no other is begun.
pub const BARRED_FOR: Duration = Duration::from_hours(7 * 24);
/// How long after a recovery the account's remaining guards can't be taken away.
pub const COOL_DOWN: Duration = Duration::from_hours(72);

/// One recovery.
///
/// ```text
/// asked ──waiting period──▶ open ──lost factors replaced──▶ used
///   └───────the owner objects, at any time───────▶ stopped
///                              └──(OPEN_FOR passes)──▶ over
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// Its id.
    pub id: RecoveryId,
    /// Whose account.
    pub user: UserId,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// End of the waiting period.
    pub opens_at: Timestamp,
    /// Until when it may be finished.
    pub closes_at: Timestamp,
    /// How and when it ended.
    pub ended: Option<(RecoveryEnd, Timestamp)>,
}

/// How a recovery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryEnd {
    /// The owner objected, or proved a factor that was said to be lost.
    Stopped,
    /// The lost factors were replaced.
    Used,
}

/// What may be done now about lost factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A waiting period may begin.
    None,
    /// One is under way, until this time.
    Waiting(Timestamp),
    /// It is over: the factors may be replaced.
    Open,
    /// The owner objected to one; no other begins before this time.
    Barred(Timestamp),
}

impl Standing {
    /// What the newest recovery of an account means at `now`.
    pub fn of(latest: Option<&Recovery>, now: Timestamp) -> Self {
        let Some(latest) = latest else { return Self::None };
        match latest.ended {
            Some((RecoveryEnd::Stopped, at)) if now < at.plus(BARRED_FOR) => {
                Self::Barred(at.plus(BARRED_FOR))
            }
            None if now < latest.opens_at => Self::Waiting(latest.opens_at),
            None if now < latest.closes_at => Self::Open,
            Some(_) | None => Self::None,
        }
    }
}

impl Recovery {
    /// Until when the account cools down, after a recovery that was used.
    pub fn cools_until(&self) -> Option<Timestamp> {
        match self.ended {
            Some((RecoveryEnd::Used, at)) => Some(at.plus(COOL_DOWN)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Timestamp = Timestamp::from_secs(1_000);
    const DAY: Duration = Duration::from_hours(24);

    fn recovery(ended: Option<(RecoveryEnd, Timestamp)>) -> Recovery {
        Recovery {
            id: RecoveryId(uuid::Uuid::nil()),
            user: UserId(uuid::Uuid::nil()),
            asked_at: ASKED,
            opens_at: ASKED.plus(DAY),
            closes_at: ASKED.plus(DAY).plus(OPEN_FOR),
            ended,
        }
    }

    #[test]
    fn it_waits_opens_and_is_over() {
        let waiting = recovery(None);
        let at = |now| Standing::of(Some(&waiting), now);
        assert_eq!(at(ASKED), Standing::Waiting(ASKED.plus(DAY)));
        assert_eq!(at(waiting.opens_at), Standing::Open);
        assert_eq!(at(waiting.closes_at), Standing::None);
        assert_eq!(Standing::of(None, ASKED), Standing::None);
    }

    #[test]
    fn an_objection_bars_others_for_a_while_and_use_begins_the_cool_down() {
        let stopped = recovery(Some((RecoveryEnd::Stopped, ASKED)));
        let until = ASKED.plus(BARRED_FOR);
        assert_eq!(
            Standing::of(Some(&stopped), ASKED.plus(DAY)),
            Standing::Barred(until)
        );
        assert_eq!(Standing::of(Some(&stopped), until), Standing::None);
        assert_eq!(stopped.cools_until(), None);
        let used = recovery(Some((RecoveryEnd::Used, ASKED)));
        assert_eq!(used.cools_until(), Some(ASKED.plus(COOL_DOWN)));
    }
}
