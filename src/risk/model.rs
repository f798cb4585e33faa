//! The model: a versioned file that turns evidence into nats, and nats into a score.
//!
//! Every number in it is a whole number (billionths of a nat, millionths of a value), so that reading, hashing and
//! adding give the same bits on every machine.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::assess::Vector;
use super::forest::Forest;
use super::signal::{Group, Signal};
use super::tree::Tree;
use crate::base::encoding::hex;
use crate::base::secret::sha256;

/// Version of the form of model files.
pub const SCHEMA: u32 = 1;

/// A model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Version of this form.
    pub schema: u32,
    /// The model's name and version.
    pub version: String,
    /// What it was trained on.
    pub training: Training,
    /// Share of attacks that `prior` stands for, parts in a million.
    pub base_rate_ppm: u32,
    /// Log-odds before any evidence, billionths of a nat.
    pub prior: i64,
    /// What each signal adds by itself.
    pub terms: Vec<Term>,
    /// The correction by trees together.
    pub trees: Vec<Tree>,
    /// How far all trees together may go either way, billionths of a nat.
    pub correction_cap: i64,
    /// How much of each group's nats counts, thousandths: what a tenant's own labels say of the model. All of it where a group is
    /// not named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<Group, i64>,
    /// Tells sign-ins unlike all others; its answer is the signal [`Signal::Anomaly`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forest: Option<Forest>,
    /// The log-odds that came true for a logit: rising pairs (billionths of a nat), straight between, parallel outside. Empty
    /// for a model that needs no correction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calibration: Vec<[i64; 2]>,
    /// The score of a logit: rising pairs (billionths of a nat, millionths of a point), the first at 0 and the last
    /// at 100 points; straight between, flat outside.
    pub anchors: Vec<[i64; 2]>,
    /// How much of each group's nats each threat vector's own head counts, thousandths.
    pub vectors: BTreeMap<Vector, BTreeMap<Group, i64>>,
    /// SHA-256 of everything above, hexadecimal.
    #[serde(default)]
    pub hash: String,
    /// One bit for each signal that can change anything, filled when the model is read.
    #[serde(skip)]
    used: u128,
}

/// Where a model comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Training {
    /// What the data are, in words.
    pub data: String,
    /// Rows it learned from.
    pub rows: u64,
    /// Attacks among them.
    pub attacks: u64,
    /// Time of the first row, RFC 3339.
    pub from: String,
    /// Time of the last row, RFC 3339.
    pub until: String,
    /// Seed of the trainer.
    pub seed: u64,
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

/// Why a model file is refused.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// It is not the JSON of a model.
    #[error("not a model file: {0}")]
    Form(#[from] serde_json::Error),
    /// It was made for another version of this program.
    #[error("model schema {0} is not known here (this program reads {SCHEMA})")]
    Schema(u32),
    /// Its content was changed after it was made.
    #[error("the model's content hash is {found}, the file says {said}")]
    Hash {
        /// What the content gives.
        found: String,
        /// What the file says.
        said: String,
    },
    /// Knots or anchors don't rise, or there are none.
    #[error("{0}")]
    Shape(String),
}

impl Model {
    /// The model that is compiled in.
    pub fn builtin() -> &'static Self {
        #[expect(clippy::expect_used, reason = "compiled in, and a test reads it")]
        static BUILTIN: LazyLock<Model> = LazyLock::new(|| {
            Model::parse(include_str!("../../config/models/default.json"))
                .expect("the compiled-in model is sound")
        });
        &BUILTIN
    }

    /// Reads a model file and checks its hash and shape.
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        let mut model: Self = serde_json::from_str(text)?;
        if model.schema != SCHEMA {
            return Err(ModelError::Schema(model.schema));
        }
        let found = model.content_hash()?;
        if found != model.hash {
            return Err(ModelError::Hash {
                found,
                said: model.hash,
            });
        }
        model.check_shape()?;
        model.mark_used();
        Ok(model)
    }

    /// The file's text, hash included.
    pub fn to_json(&self) -> Result<String, ModelError> {
        let mut sealed = self.clone();
        sealed.hash = self.content_hash()?;
        Ok(serde_json::to_string(&sealed)?)
    }

    /// SHA-256 of the content as compact JSON with an empty hash.
    pub fn content_hash(&self) -> Result<String, ModelError> {
        let mut bare = self.clone();
        bare.hash = String::new();
        Ok(hex(&sha256(serde_json::to_string(&bare)?.as_bytes())))
    }

    fn check_shape(&self) -> Result<(), ModelError> {
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
        if self.weights.values().any(|weight| !(0..=4_000).contains(weight)) {
            return Err(ModelError::Shape("weights lie between 0 and 4000".into()));
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

    /// Whether a signal can change anything.
    pub const fn uses(&self, signal: Signal) -> bool {
        self.used >> (signal as u32) & 1 == 1
    }

    /// A model of terms alone, with a plain scale.
    pub(super) fn assemble(
        schema: u32,
        version: &str,
        training: Training,
        terms: Vec<Term>,
        vectors: BTreeMap<Vector, BTreeMap<Group, i64>>,
    ) -> Self {
        const NAT: i64 = 1_000_000_000;
        Self {
            schema,
            version: version.to_owned(),
            training,
            base_rate_ppm: 1_000,
            prior: -7 * NAT,
            terms,
            trees: Vec::new(),
            correction_cap: 3 * NAT,
            weights: BTreeMap::new(),
            forest: None,
            calibration: Vec::new(),
            anchors: vec![[-14 * NAT, 0], [-3 * NAT, 50_000_000], [10 * NAT, 100_000_000]],
            vectors,
            hash: String::new(),
            used: 0,
        }
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
