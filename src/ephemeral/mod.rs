//! Short-lived state: sign-ins under way, authorization codes, counters, one-time values. It lives in this process and
//! is lost with it: the person starts again. What must survive (a code's redemption) is written to the store.

mod decayed;

pub use decayed::{Counts, DecayedCounters};

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::timestamp::Timestamp;

const SHARDS: usize = 16;
/// Keys whose locks are remembered before unused ones are dropped.
const LOCKS: usize = 65_536;

/// Why short-lived state was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EphemeralError {
    /// The limit is reached.
    #[error("short-lived state is full")]
    Full,
    /// A value could not be written or read back.
    #[error("short-lived state holds a value that cannot be read")]
    Unreadable,
}

/// Short-lived state of this process. Keys carry their own kind (`login:…`, `code:…`), so an id of one kind is never
/// found as another.
#[derive(Debug)]
pub struct Ephemeral {
    hasher: RandomState,
    /// Entries a shard may hold. Beyond that new work is refused, never old work dropped.
    shard_limit: usize,
    shards: Vec<Mutex<Shard>>,
    locks: Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>,
}

#[derive(Debug, Default)]
struct Shard {
    entries: HashMap<String, Entry>,
    expiries: BinaryHeap<Reverse<(Timestamp, String)>>,
}

#[derive(Debug)]
struct Entry {
    value: String,
    expires_at: Timestamp,
}

/// Holds the right to change what belongs to one key; others wait until it is dropped.
#[derive(Debug)]
pub struct KeyLock {
    _guard: tokio::sync::OwnedMutexGuard<()>,
}

impl Ephemeral {
    /// With room for about so many entries.
    pub fn new(entries: usize) -> Self {
        Self {
            hasher: RandomState::new(),
            shard_limit: entries.div_ceil(SHARDS),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            locks: Mutex::default(),
        }
    }

    /// Keeps a value until `now + life`, in place of what was there.
    ///
    /// # Errors
    /// [`EphemeralError::Full`].
    pub fn put<T: Serialize>(
        &self,
        key: &str,
        value: &T,
        now: Timestamp,
        life: Duration,
    ) -> Result<(), EphemeralError> {
        let value = serde_json::to_string(value).map_err(|_| EphemeralError::Unreadable)?;
        let expires_at = now.plus(life);
        let mut shard = self.shard(key);
        shard.drop_expired(now);
        if shard.entries.len() >= self.shard_limit && !shard.entries.contains_key(key) {
            return Err(EphemeralError::Full);
        }
        shard.expiries.push(Reverse((expires_at, key.to_owned())));
        shard.entries.insert(key.to_owned(), Entry { value, expires_at });
        Ok(())
    }

    /// The value of a key, if it is still alive.
    ///
    /// # Errors
    /// [`EphemeralError::Unreadable`] when it is of another type.
    pub fn get<T: DeserializeOwned>(&self, key: &str, now: Timestamp) -> Result<Option<T>, EphemeralError> {
        let shard = self.shard(key);
        let live = shard.entries.get(key).filter(|entry| now < entry.expires_at);
        live.map(|entry| serde_json::from_str(&entry.value).map_err(|_| EphemeralError::Unreadable))
            .transpose()
    }

    /// Forgets a key.
    pub fn remove(&self, key: &str) {
        self.shard(key).entries.remove(key);
    }

    /// Whether this is the first time the key is seen within `life`: for replay windows. Atomic.
    ///
    /// # Errors
    /// [`EphemeralError::Full`]: a replay could not be told apart, so the caller must refuse.
    pub fn first_use(&self, key: &str, now: Timestamp, life: Duration) -> Result<bool, EphemeralError> {
        self.add(key, now, life).map(|count| count == 1)
    }

    /// Adds one to a counter and gives its value. The counter starts with its first use and ends `window` later.
    ///
    /// # Errors
    /// [`EphemeralError::Full`].
    pub fn add(&self, key: &str, now: Timestamp, window: Duration) -> Result<u32, EphemeralError> {
        let mut shard = self.shard(key);
        shard.drop_expired(now);
        if let Some(entry) = shard.entries.get_mut(key).filter(|entry| now < entry.expires_at) {
            let count = entry.value.parse::<u32>().unwrap_or(0).saturating_add(1);
            entry.value = count.to_string();
            return Ok(count);
        }
        if shard.entries.len() >= self.shard_limit {
            return Err(EphemeralError::Full);
        }
        let expires_at = now.plus(window);
        shard.expiries.push(Reverse((expires_at, key.to_owned())));
        shard.entries.insert(
            key.to_owned(),
            Entry {
                value: "1".to_owned(),
                expires_at,
            },
        );
        Ok(1)
    }

    /// A counter's value.
    pub fn count(&self, key: &str, now: Timestamp) -> u32 {
        let shard = self.shard(key);
        let live = shard.entries.get(key).filter(|entry| now < entry.expires_at);
        live.and_then(|entry| entry.value.parse().ok()).unwrap_or(0)
    }

    /// Waits for the right to change what belongs to a key, so that a double submit is handled one after the other.
    pub async fn lock(&self, key: &str) -> KeyLock {
        let mutex = {
            let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
            if locks.len() > LOCKS {
                locks.retain(|_, lock| lock.strong_count() > 0);
            }
            let held = locks.get(key).and_then(Weak::upgrade);
            held.unwrap_or_else(|| {
                let fresh = Arc::new(tokio::sync::Mutex::new(()));
                locks.insert(key.to_owned(), Arc::downgrade(&fresh));
                fresh
            })
        };
        KeyLock {
            _guard: mutex.lock_owned().await,
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the index is taken modulo the length, which is not zero"
    )]
    fn shard(&self, key: &str) -> MutexGuard<'_, Shard> {
        let place = usize::try_from(self.hasher.hash_one(key) % (SHARDS as u64)).unwrap_or(0);
        self.shards[place].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    /// Drops what has expired. Each entry is looked at once per time it was written.
    fn drop_expired(&mut self, now: Timestamp) {
        while self.expiries.peek().is_some_and(|Reverse((at, _))| *at <= now) {
            let Some(Reverse((_, key))) = self.expiries.pop() else {
                return;
            };
            // A key written again has a later expiry and stays.
            if self
                .entries
                .get(&key)
                .is_some_and(|entry| entry.expires_at <= now)
            {
                self.entries.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Duration = Duration::from_secs(10);

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    #[test]
    fn values_live_until_their_time() {
        let state = Ephemeral::new(160);
        state.put("a", &"x", at(0), LIFE).unwrap();
        assert_eq!(state.get::<String>("a", at(9)), Ok(Some("x".to_owned())));
        assert_eq!(state.get::<String>("a", at(10)), Ok(None));
        state.put("a", &"y", at(5), LIFE).unwrap();
        state.put("b", &"z", at(11), LIFE).unwrap();
        assert_eq!(state.get::<String>("a", at(11)), Ok(Some("y".to_owned())));
        state.remove("a");
        assert_eq!(state.get::<String>("a", at(11)), Ok(None));
    }

    #[test]
    fn counters_count_in_their_window() {
        let state = Ephemeral::new(160);
        assert_eq!(state.add("c", at(0), LIFE), Ok(1));
        assert_eq!(state.add("c", at(9), LIFE), Ok(2));
        assert_eq!(state.count("c", at(9)), 2);
        assert_eq!(state.add("c", at(10), LIFE), Ok(1));
        assert_eq!(state.first_use("j", at(0), LIFE), Ok(true));
        assert_eq!(state.first_use("j", at(1), LIFE), Ok(false));
    }

    #[test]
    fn full_state_refuses_new_entries_and_keeps_old_ones() {
        let state = Ephemeral::new(16);
        let kept: Vec<String> = (0..200)
            .map(|n| format!("k{n}"))
            .filter(|key| state.put(key, &1, at(0), LIFE).is_ok())
            .collect();
        assert_eq!(
            (kept.len(), state.add("new", at(0), LIFE)),
            (16, Err(EphemeralError::Full))
        );
        assert_eq!(state.put(&kept[0], &2, at(1), LIFE), Ok(()));
        assert_eq!(state.get::<i32>(&kept[0], at(1)), Ok(Some(2)));
        assert_eq!(state.add("new", at(11), LIFE), Ok(1));
    }

    #[tokio::test]
    async fn a_lock_is_exclusive_and_is_given_back() {
        let state = Ephemeral::new(160);
        let held = state.lock("k").await;
        let mut second = Box::pin(state.lock("k"));
        assert!(futures_util::poll!(second.as_mut()).is_pending());
        drop(held);
        let _second = second.await;
        let _other = state.lock("other").await;
    }
}
