//! Evidence: what the engine judges by. Derived numbers only, no address and no user agent, so that what is recorded
//! can be replayed for as long as records are kept.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::baseline::Baseline;
use super::profile::UserProfile;
use super::signal::{Group, Signal};
use super::visit::{Forced, Visit};
use crate::base::timestamp::Timestamp;

mod beyond;
mod derive;

/// Version of the form of recorded evidence.
pub const SCHEMA: u32 = 1;

/// Everything that is judged about one attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Version of this form.
    pub schema: u32,
    /// When the attempt was made.
    pub at: Timestamp,
    /// The signals that could be derived, in the order of [`Signal::ALL`]. Those that could not are not here.
    pub items: Vec<Item>,
    /// Facts that end an attempt whatever the score, if the policy says so.
    pub stops: Vec<HardStop>,
    /// What the development profile forced.
    pub forced: Vec<Forced>,
}

/// One signal's value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Which signal.
    pub signal: Signal,
    /// The value in millionths: whole numbers come back from a record with the same bits.
    pub millionths: i64,
    /// Where it comes from.
    pub source: Cow<'static, str>,
    /// Age of the source's data, seconds, where it ages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_secs: Option<u32>,
    /// How far the source is to be trusted, in thousandths.
    pub confidence: u16,
}

impl Item {
    /// The value.
    pub fn value(&self) -> f64 {
        from_millionths(self.millionths)
    }
}

/// Facts that no score can outweigh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HardStop {
    /// The device cookie is a copy: its value was retired.
    CopiedDevice,
    /// The address stands on the operator's blocklist.
    BlocklistedNetwork,
    /// A hundred consecutive failures on the account (NIST SP 800-63B-4 section 3.2.2).
    TooManyFailures,
    /// The password that was right is on a list of breached ones.
    BreachedPassword,
}

impl HardStop {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::CopiedDevice,
        Self::BlocklistedNetwork,
        Self::TooManyFailures,
        Self::BreachedPassword,
    ];

    /// The name in policies and records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CopiedDevice => "copied_device",
            Self::BlocklistedNetwork => "blocklisted_network",
            Self::TooManyFailures => "too_many_failures",
            Self::BreachedPassword => "breached_password",
        }
    }
}

impl Evidence {
    /// Derives evidence from an attempt and from what was learned before it.
    pub fn derive(visit: &Visit, profile: &UserProfile, baseline: &Baseline) -> Self {
        let mut sheet = Sheet::default();
        derive::device(&mut sheet, visit, profile);
        derive::novelty(&mut sheet, visit, profile);
        derive::tenures(&mut sheet, visit, profile, baseline);
        derive::likelihoods(&mut sheet, visit, profile, baseline);
        derive::failures(&mut sheet, visit);
        derive::population(&mut sheet, visit, baseline);
        derive::feeds(&mut sheet, visit);
        derive::place(&mut sheet, visit, profile);
        derive::habits(&mut sheet, visit, profile, baseline);
        derive::account(&mut sheet, visit);
        beyond::recovery(&mut sheet, visit);
        beyond::session(&mut sheet, visit);
        beyond::machine(&mut sheet, visit);
        beyond::sign_up(&mut sheet, visit);
        derive::force(&mut sheet, visit);
        Self {
            schema: SCHEMA,
            at: visit.at,
            items: sheet.0.into_iter().flatten().collect(),
            stops: derive::stops(visit),
            forced: visit.forced.clone(),
        }
    }

    /// Sign-ins of the account that were accepted before, as far as they have not faded: 0 for the first.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count that is not negative"
    )]
    pub fn earlier_sign_ins(&self) -> u32 {
        let history = self.items.iter().find(|item| item.signal == Signal::History);
        history.map_or(0, |item| {
            libm::ceil(libm::expm1(item.value()) - 1e-6).max(1.0) as u32
        })
    }

    /// Whether a signal could be derived.
    pub fn has(&self, signal: Signal) -> bool {
        self.items.iter().any(|item| item.signal == signal)
    }

    /// The same evidence as it would be without a group of signals: what a source that fell away leaves.
    #[must_use]
    pub fn without(&self, group: Group) -> Self {
        let mut rest = self.clone();
        rest.items.retain(|item| item.signal.group() != group);
        rest
    }
}

pub(crate) fn from_millionths(millionths: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "values are small")]
    let value = millionths as f64;
    value / 1e6
}

/// Signals under way, one slot each.
struct Sheet([Option<Item>; Signal::COUNT]);

impl Default for Sheet {
    fn default() -> Self {
        Self([const { None }; Signal::COUNT])
    }
}

impl Sheet {
    fn put(&mut self, signal: Signal, value: f64, source: &'static str) {
        self.set(signal, value, Cow::Borrowed(source), None, 1_000);
    }

    fn put_known(&mut self, signal: Signal, value: Option<f64>, source: &'static str) {
        if let Some(value) = value {
            self.put(signal, value, source);
        }
    }

    fn set(
        &mut self,
        signal: Signal,
        value: f64,
        source: Cow<'static, str>,
        age_secs: Option<u32>,
        confidence: u16,
    ) {
        if !value.is_finite() {
            return;
        }
        #[expect(clippy::cast_possible_truncation, reason = "clamped first")]
        let millionths = libm::round(value.clamp(-1e6, 1e6) * 1e6) as i64;
        if let Some(slot) = self.0.get_mut(signal as usize) {
            *slot = Some(Item {
                signal,
                millionths,
                source,
                age_secs,
                confidence,
            });
        }
    }
}
