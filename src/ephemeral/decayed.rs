//! Decayed counts of failures: how many lately, with half-lives of an hour, a day and a week, and over how many accounts.
//! Bounded: what has decayed to nothing is dropped, and beyond the limit new keys are not counted.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::base::timestamp::Timestamp;

/// Keys that are held at most.
const LIMIT: usize = 200_000;
/// Accounts remembered for one key.
const ACCOUNTS: usize = 256;
/// Below this a count is as good as none.
const NOTHING: f64 = 0.01;

const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;
const WEEK: f64 = 604_800.0;

/// A key's counts at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Half-life one hour.
    pub hour: f64,
    /// Half-life one day.
    pub day: f64,
    /// Half-life one week.
    pub week: f64,
    /// Different accounts within the last day or two.
    pub accounts: f64,
}

#[derive(Debug, Default)]
struct Entry {
    counts: Counts,
    at: Timestamp,
    accounts: HashSet<u64>,
    accounts_since: Timestamp,
}

/// Failure counts by key. Keys carry their own kind and tenant.
#[derive(Debug, Default)]
pub struct DecayedCounters(Mutex<HashMap<String, Entry>>);

impl DecayedCounters {
    /// Counts one failure, on `account` when it is known.
    pub fn add(&self, key: &str, account: Option<u64>, now: Timestamp) {
        let mut held = self.held();
        if held.len() >= LIMIT && !held.contains_key(key) {
            held.retain(|_, entry| decayed(entry, now).week > NOTHING);
            if held.len() >= LIMIT {
                return;
            }
        }
        let entry = held.entry(key.to_owned()).or_default();
        let before = decayed(entry, now);
        entry.counts = Counts {
            hour: before.hour + 1.0,
            day: before.day + 1.0,
            week: before.week + 1.0,
            accounts: 0.0,
        };
        entry.at = now;
        if now.since(entry.accounts_since).as_secs_f64() > 2.0 * DAY {
            entry.accounts.clear();
            entry.accounts_since = now;
        }
        if let Some(account) = account
            && entry.accounts.len() < ACCOUNTS
        {
            entry.accounts.insert(account);
        }
    }

    /// A key's counts at `now`; zero for one that never failed.
    pub fn get(&self, key: &str, now: Timestamp) -> Counts {
        self.held()
            .get(key)
            .map(|entry| decayed(entry, now))
            .unwrap_or_default()
    }

    /// How many accounts but this one failed under a key.
    pub fn other_accounts(&self, key: &str, account: u64, now: Timestamp) -> f64 {
        let held = self.held();
        let Some(entry) = held.get(key) else { return 0.0 };
        let own = f64::from(u8::from(entry.accounts.contains(&account)));
        (decayed(entry, now).accounts - own).max(0.0)
    }

    /// Forgets a key: after a success, its failures no longer count (NIST SP 800-63B-4 section 3.2.2).
    pub fn forget(&self, key: &str) {
        self.held().remove(key);
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn decayed(entry: &Entry, now: Timestamp) -> Counts {
    let passed = now.since(entry.at).as_secs_f64();
    let left = |half_life: f64| (-passed / half_life * std::f64::consts::LN_2).exp();
    let fresh = now.since(entry.accounts_since).as_secs_f64() <= 2.0 * DAY;
    Counts {
        hour: entry.counts.hour * left(HOUR),
        day: entry.counts.day * left(DAY),
        week: entry.counts.week * left(WEEK),
        accounts: if fresh {
            u32::try_from(entry.accounts.len()).map_or(f64::MAX, f64::from)
        } else {
            0.0
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_halve_and_accounts_are_distinct() {
        let counters = DecayedCounters::default();
        for account in [1, 1, 2] {
            counters.add("k", Some(account), Timestamp::EPOCH);
        }
        let at_once = counters.get("k", Timestamp::EPOCH);
        assert!((at_once.hour - 3.0).abs() < 1e-9 && (at_once.accounts - 2.0).abs() < 1e-9);
        let later = counters.get("k", Timestamp::from_secs(3_600));
        assert!((later.hour - 1.5).abs() < 1e-9 && later.day > 2.9);
        assert!((counters.other_accounts("k", 1, Timestamp::EPOCH) - 1.0).abs() < 1e-9);
        assert_eq!(counters.get("other", Timestamp::EPOCH), Counts::default());
        counters.forget("k");
        assert_eq!(counters.get("k", Timestamp::EPOCH), Counts::default());
    }
}
