//! Apps that are to be told that an answer waits for them (CIBA Core section 10.2). Kept in this process: an app that misses it can ask.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::base::secret::Secret;

/// How many may wait; beyond it the oldest are given up.
const LIMIT: usize = 10_000;

/// A notification.
#[derive(Clone, Debug)]
pub struct Ping {
    /// Where to.
    pub url: String,
    /// What shows the app that it is ours.
    pub token: Secret<String>,
    /// Which request was answered.
    pub auth_req_id: Secret<String>,
}

/// Notifications that wait for the job that sends them.
#[derive(Debug, Default)]
pub struct Pings(Mutex<VecDeque<Ping>>);

impl Pings {
    /// Adds one.
    pub fn push(&self, ping: Ping) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= LIMIT {
            waiting.pop_front();
        }
        waiting.push_back(ping);
    }

    /// Takes up to so many, oldest first.
    pub fn take(&self, most: usize) -> Vec<Ping> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = most.min(waiting.len());
        waiting.drain(..count).collect()
    }
}
