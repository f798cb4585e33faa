//! Replaying a labelled sign-in log through the engine, row by row in time order: score before learning, learn from
//! accepted sign-ins only. Pure: rows come in from an iterator, the reading of files is done at the edge.

pub mod anatomy;
pub mod calibration;
pub mod curves;
pub mod exact;
pub mod metrics;
pub mod row;
pub mod sessions;

use std::collections::{BTreeMap, BTreeSet};

pub use exact::{Exact, Golden};
pub use row::{Class, Hide, Row};

use super::baseline::Baseline;
use super::evidence::Evidence;
use super::failures::FailureBook;
use super::profile::UserProfile;
use super::visit::{DeviceProof, Visit};

/// The state of a replay.
#[derive(Debug, Default)]
pub struct Replay {
    users: BTreeMap<u64, User>,
    token_owners: BTreeSet<u64>,
    baseline: Baseline,
    book: FailureBook,
    hide: Hide,
}

/// What was learned of one user.
#[derive(Debug, Default)]
struct User {
    profile: UserProfile,
    tokens: Vec<u64>,
}

impl Replay {
    /// A replay from nothing, with some columns hidden from the engine.
    pub fn new(hide: Hide) -> Self {
        Self {
            hide,
            ..Self::default()
        }
    }

    /// Successes of the row's account so far.
    pub fn earlier(&self, row: &Row) -> u32 {
        self.users
            .get(&row.user)
            .map_or(0, |user| user.profile.sign_ins())
    }

    /// The facts of a row as the server would gather them.
    pub fn visit(&self, row: &Row) -> Visit {
        let mut visit = row.visit(self.hide);
        visit.device = self.proof(row);
        visit.failures = self.book.facts(&visit, row.user);
        visit
    }

    fn proof(&self, row: &Row) -> DeviceProof {
        if self.hide.token || !row.has_token_column {
            return DeviceProof::Unknown;
        }
        let Some(token) = row.token else {
            return DeviceProof::Missing;
        };
        let own = self
            .users
            .get(&row.user)
            .is_some_and(|user| user.tokens.contains(&token));
        if own {
            DeviceProof::Current
        } else if self.token_owners.contains(&token) {
            DeviceProof::OtherAccount
        } else {
            DeviceProof::FirstVisit
        }
    }

    /// What the engine judges by, from what was learned before the row.
    pub fn evidence(&self, row: &Row, visit: &Visit) -> Evidence {
        match self.users.get(&row.user) {
            Some(user) => Evidence::derive(visit, &user.profile, &self.baseline),
            None => Evidence::derive(visit, &UserProfile::new(), &self.baseline),
        }
    }

    /// Learns from a row after it was scored.
    pub fn learn(&mut self, row: &Row, visit: &Visit) {
        if !row.success {
            self.baseline.observe_failure(visit);
            self.book.failed(visit, row.user);
            return;
        }
        self.book.accepted(visit, row.user);
        let user = self.users.entry(row.user).or_default();
        let returns = user.profile.observe(visit, 1.0);
        self.baseline.observe(visit, &returns, 1.0);
        if let Some(token) = row.token
            && !user.tokens.contains(&token)
        {
            user.tokens.push(token);
            self.token_owners.insert(token);
        }
    }
}
