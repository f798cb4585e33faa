//! What a model says of attempts of which the same is known.
//!
//! An attempt may come with a device cookie or without any, from a server that has databases of networks or from one that has
//! none. What a new address says depends on that: beside a proven device it says little. So a model has a view for each case,
//! each with trees and a scale of its own, and a score says how rare an attempt is among honest ones of which the same is known.

use serde::{Deserialize, Serialize};

use super::model::ModelError;
use super::signal::Signal;
use super::tree::Tree;

/// Something that may be known of an attempt or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// What the browser's cookie proves.
    Device,
    /// The address's provider and country.
    Provider,
    /// The kind of network.
    NetworkKind,
}

impl Source {
    /// Whether evidence shows that this is known. `has` tells whether a signal could be derived.
    pub fn is_known(self, has: impl Fn(Signal) -> bool) -> bool {
        match self {
            Self::Device => has(Signal::Device),
            // The first by the user's history, the second by the tenant's: either may be new.
            Self::Provider => has(Signal::AsnNovelty) || has(Signal::AsnRarity),
            Self::NetworkKind => has(Signal::NetworkKind),
        }
    }
}

/// One case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// What must be known; empty for the view that serves the rest.
    pub knows: Vec<Source>,
    /// Log-odds before any evidence, billionths of a nat.
    pub prior: i64,
    /// What each signal adds by itself.
    pub terms: Vec<Term>,
    /// The correction by trees together.
    pub trees: Vec<Tree>,
    /// The log-odds that came true for a logit: rising pairs (billionths of a nat), straight between, parallel outside. Empty
    /// for a view that needs no correction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calibration: Vec<[i64; 2]>,
    /// The score of a logit: rising pairs (billionths of a nat, millionths of a point), the first at 0 and the last
    /// at 100 points; straight between, flat outside.
    pub anchors: Vec<[i64; 2]>,
    /// One bit for each signal that can change anything, filled when the model is read.
    #[serde(skip)]
    used: u128,
}

/// What one signal adds: straight lines between rising knots (millionths of a value, billionths of a nat), flat outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// Which signal.
    pub signal: Signal,
    /// The knots.
    pub knots: Vec<[i64; 2]>,
}

impl Term {
    /// What a value adds, billionths of a nat.
    pub fn nanos(&self, millionths: i64) -> i64 {
        interpolate(&self.knots, millionths)
    }
}

impl View {
    /// A view of terms alone, with a plain scale.
    pub(super) fn of_terms(knows: Vec<Source>, terms: Vec<Term>) -> Self {
        const NAT: i64 = 1_000_000_000;
        Self {
            knows,
            prior: -7 * NAT,
            terms,
            trees: Vec::new(),
            calibration: Vec::new(),
            anchors: vec![[-14 * NAT, 0], [-3 * NAT, 50_000_000], [10 * NAT, 100_000_000]],
            used: 0,
        }
    }

    /// Whether all that it needs is known.
    pub(super) fn serves(&self, has: impl Fn(Signal) -> bool) -> bool {
        self.knows.iter().all(|source| source.is_known(&has))
    }

    /// The score of a logit in billionths of a nat, points.
    pub fn score(&self, logit: i64) -> f64 {
        let points = interpolate(&self.anchors, logit);
        #[expect(clippy::cast_precision_loss, reason = "at most 10^8")]
        let points = points as f64;
        points / 1e6
    }

    /// The calibrated log-odds of a logit, both in billionths of a nat. Beyond the ends the difference stays what it is there.
    pub fn calibrated(&self, logit: i64) -> i64 {
        match (self.calibration.first(), self.calibration.last()) {
            (Some([low, _]), Some([high, _])) => {
                let inside = logit.clamp(*low, *high);
                interpolate(&self.calibration, inside).saturating_add(logit - inside)
            }
            _ => logit,
        }
    }

    /// The least logit whose score reaches `points`, billionths of a nat.
    pub fn logit_of(&self, points: f64) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "clamped first")]
        let wanted = libm::round(points.clamp(0.0, 100.0) * 1e6) as i64;
        let swapped: Vec<[i64; 2]> = self
            .anchors
            .iter()
            .map(|&[logit, score]| [score, logit])
            .collect();
        interpolate(&swapped, wanted)
    }

    /// Points for each nat at a logit.
    pub fn slope(&self, logit: i64) -> f64 {
        let step = self
            .anchors
            .windows(2)
            .find(|pair| matches!(pair, [[_, _], [b, _]] if logit < *b));
        #[expect(clippy::cast_precision_loss, reason = "anchors are small")]
        match step {
            Some([[a, low], [b, high]]) if *a <= logit => (high - low) as f64 / 1e6 / ((b - a) as f64 / 1e9),
            _ => 0.0,
        }
    }

    /// Whether a signal can change anything.
    pub const fn uses(&self, signal: Signal) -> bool {
        self.used >> (signal as u32) & 1 == 1
    }

    pub(super) fn mark_used(&mut self) {
        let splits = self
            .trees
            .iter()
            .flat_map(|tree| &tree.0)
            .filter_map(|node| node.split);
        self.used = self
            .terms
            .iter()
            .map(|term| term.signal)
            .chain(splits.map(|split| split.signal))
            .fold(0, |used, signal| used | 1 << (signal as u32));
    }

    pub(super) fn check_shape(&self) -> Result<(), ModelError> {
        let rising = |pairs: &[[i64; 2]]| {
            pairs
                .windows(2)
                .all(|pair| matches!(pair, [[a, _], [b, _]] if a < b))
        };
        for term in &self.terms {
            if term.knots.is_empty() || !rising(&term.knots) {
                return Err(ModelError::Shape(format!(
                    "the knots of {} do not rise",
                    term.signal.code()
                )));
            }
        }
        let corrected = self
            .calibration
            .windows(2)
            .all(|pair| matches!(pair, [[_, a], [_, b]] if a <= b));
        if !rising(&self.calibration) || !corrected {
            return Err(ModelError::Shape("the calibration must rise".into()));
        }
        let strictly = self
            .anchors
            .windows(2)
            .all(|pair| matches!(pair, [[_, a], [_, b]] if a < b));
        let ends = [self.anchors.first(), self.anchors.last()].map(|end| end.map(|pair| pair[1]));
        if !rising(&self.anchors) || !strictly || ends != [Some(0), Some(100_000_000)] {
            return Err(ModelError::Shape(
                "the anchors must rise from 0 to 100 points".into(),
            ));
        }
        Ok(())
    }
}

/// The straight line between rising pairs, flat outside, in whole numbers.
fn interpolate(pairs: &[[i64; 2]], x: i64) -> i64 {
    let after = pairs.partition_point(|&[at, _]| at <= x);
    let before = after.checked_sub(1).and_then(|index| pairs.get(index));
    match (before, pairs.get(after)) {
        (Some(&[x0, y0]), Some(&[x1, y1])) => {
            let step = i128::from(x - x0) * i128::from(y1 - y0) / i128::from(x1 - x0);
            y0 + i64::try_from(step).unwrap_or_default()
        }
        (Some(&[_, y]), None) | (None, Some(&[_, y])) => y,
        (None, None) => 0,
    }
}
