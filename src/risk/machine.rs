//! What is usual for a client that acts for itself: where it calls from, which scopes it asks for, how many tokens it takes.
//! Bounded like a user's profile.

use std::collections::BTreeSet;

use super::failures::Fading;
use super::profile::{Reader, UserProfile};
use super::replay::row::hash;
use super::visit::{MachineFacts, Visit, fold};
use crate::base::timestamp::Timestamp;

/// Scopes that are remembered at most; a client that asked for more finds no scope new.
const SCOPES: usize = 64;
const FORMAT: u8 = 1;
/// A count that fades with a half-life holds so many half-lives' worth of a steady rate: 1 / ln 2.
const STEADY: f64 = std::f64::consts::LOG2_E;
const HOURS_A_WEEK: f64 = 168.0;

/// What a scope is remembered by.
pub fn scope_hash(scope: &str) -> u32 {
    fold(hash(scope))
}

/// A client's habits.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientProfile {
    since: Timestamp,
    tokens: Fading,
    scopes: BTreeSet<u32>,
    habits: UserProfile,
}

impl ClientProfile {
    /// A client first seen at a time.
    pub fn new(now: Timestamp) -> Self {
        Self {
            since: now,
            tokens: Fading::default(),
            scopes: BTreeSet::new(),
            habits: UserProfile::new(),
        }
    }

    /// Networks, agents and hours.
    pub const fn habits(&self) -> &UserProfile {
        &self.habits
    }

    /// What a request shows against these habits. `scopes` are hashes of what it asks for.
    pub fn facts(&self, at: Timestamp, scopes: &[u32], secret_age_secs: Option<u64>) -> MachineFacts {
        let [hour, _, week] = self.tokens.read(at);
        let age_hours = at.since(self.since).as_secs_f64() / 3_600.0;
        // How many hours of a steady rate the week's fading count can hold by now.
        let held = HOURS_A_WEEK * STEADY * (1.0 - libm::exp2(-age_hours.max(1.0) / HOURS_A_WEEK));
        let remembers = !self.scopes.is_empty() && self.scopes.len() < SCOPES;
        MachineFacts {
            tokens_hour: Some(hour / STEADY),
            tokens_usual: Some(week / held),
            new_scope: remembers.then(|| scopes.iter().any(|scope| !self.scopes.contains(scope))),
            secret_age_secs,
        }
    }

    /// Learns from a token that was given.
    pub fn observe(&mut self, visit: &Visit, scopes: &[u32]) {
        self.tokens.add(visit.at);
        self.habits.observe(visit, 1.0);
        for scope in scopes {
            if self.scopes.len() < SCOPES {
                self.scopes.insert(*scope);
            }
        }
    }

    /// The stored form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![FORMAT];
        out.extend(self.since.micros().to_le_bytes());
        out.extend(self.tokens.to_bytes());
        out.push(u8::try_from(self.scopes.len()).unwrap_or_default());
        for scope in &self.scopes {
            out.extend(scope.to_le_bytes());
        }
        out.extend(self.habits.to_bytes());
        out
    }

    /// Reads the stored form; `None` for another format or damaged bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        if reader.take()? != [FORMAT] {
            return None;
        }
        let since = Timestamp::from_micros(i64::from_le_bytes(reader.take()?));
        let tokens = Fading::from_bytes(reader.take()?);
        let [count] = reader.take()?;
        let mut scopes = BTreeSet::new();
        for _ in 0..count {
            scopes.insert(u32::from_le_bytes(reader.take()?));
        }
        Some(Self {
            since,
            tokens,
            scopes,
            habits: UserProfile::from_bytes(reader.0)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(minutes: i64) -> Visit {
        Visit::unknown(Timestamp::from_secs(minutes * 60))
    }

    #[test]
    fn a_steady_client_is_usual_a_rush_is_not_and_a_new_scope_is_seen() {
        let mut profile = ClientProfile::new(Timestamp::EPOCH);
        assert_eq!(profile.facts(Timestamp::EPOCH, &[1], None).new_scope, None);
        for token in 0..(14 * 24 * 6) {
            profile.observe(&after(token * 10), &[1, 2]);
        }
        let now = after(14 * 24 * 60);
        let facts = profile.facts(now.at, &[1], Some(5));
        let (hour, usual) = (facts.tokens_hour.unwrap(), facts.tokens_usual.unwrap());
        assert!(
            (hour - 6.0).abs() < 1.0 && (usual - 6.0).abs() < 1.0,
            "{hour} {usual}"
        );
        assert_eq!(facts.new_scope, Some(false));
        assert_eq!(profile.facts(now.at, &[1, 3], None).new_scope, Some(true));
        for _ in 0..500 {
            profile.observe(&now, &[1]);
        }
        let rush = profile.facts(now.at, &[1], None);
        assert!(rush.tokens_hour.unwrap() > 30.0 * rush.tokens_usual.unwrap());
        assert_eq!(ClientProfile::from_bytes(&profile.to_bytes()), Some(profile));
        assert_eq!(ClientProfile::from_bytes(&[1, 2, 3]), None);
    }

    /// Steady from its first minute on: youth is no rush.
    #[test]
    fn a_busy_client_is_no_rush_in_its_first_hours() {
        let mut profile = ClientProfile::new(Timestamp::EPOCH);
        for minute in 0..180 {
            profile.observe(&after(minute), &[]);
        }
        let facts = profile.facts(after(180).at, &[], None);
        assert!(
            facts.tokens_hour.unwrap() < 1.5 * facts.tokens_usual.unwrap(),
            "{facts:?}"
        );
    }
}
