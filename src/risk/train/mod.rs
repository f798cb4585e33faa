//! Training a model from labelled evidence. Deterministic: the same rows and settings give the same file.
//!
//! Small trees learn what signals say alone and together ([`boost`]); a signal that may only raise the risk does so in
//! every one of them. Signals that the log lacks keep weights set by hand ([`expert`]), and the score's anchors are
//! read off honest sign-ins ([`anchors`]).

pub mod anchors;
mod boost;
mod calibrate;
mod data;
pub mod expert;
mod tune;

use super::evidence::Evidence;
use super::forest::{Forest, Values};
use super::model::{Model, ModelError, SCHEMA, Training};
use super::signal::Signal;
use data::Table;

pub use tune::tune;

/// One labelled sign-in.
#[derive(Clone, Debug)]
pub struct Example {
    /// What was known of it.
    pub evidence: Evidence,
    /// Whether it was a takeover.
    pub attack: bool,
    /// How much it counts.
    pub weight: f64,
    /// Whether the anchors are read off it.
    pub anchors: bool,
}

/// Settings of the trainer.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Trees.
    pub trees: usize,
    /// Trees of the isolation forest; 0 for none.
    pub forest: usize,
    /// Questions on a path.
    pub depth: usize,
    /// Share of each tree's step that is taken.
    pub rate: f64,
    /// Pull of leaves towards zero.
    pub ridge: f64,
    /// Share of signals that each tree sees.
    pub columns: f64,
    /// Least weight of a leaf (sum of p(1 − p)).
    pub least_leaf: f64,
    /// Least gain of a split.
    pub least_gain: f64,
    /// Share of the log's time, the last of it, from which the correction of probabilities is learned; 0 for no correction.
    pub held_out: f64,
    /// How far all trees together may go, nats.
    pub cap: f64,
    /// Whether hand-set weights and rising signals are used. Without, the trainer knows nothing but the labels: the form in
    /// which shuffled labels must teach nothing.
    pub knowledge: bool,
    /// Seed of what is drawn, recorded in the model.
    pub seed: u64,
    /// Share of attacks that the shipped prior stands for, parts in a million.
    pub base_rate_ppm: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            trees: 300,
            forest: 0,
            depth: 4,
            rate: 0.1,
            ridge: 20.0,
            columns: 0.8,
            least_leaf: 0.3,
            least_gain: 0.2,
            held_out: 0.0,
            cap: 12.0,
            knowledge: true,
            seed: 1,
            base_rate_ppm: 1_000,
        }
    }
}

/// Trains a model.
pub fn train(
    examples: &[Example],
    settings: &Settings,
    training: Training,
    version: &str,
) -> Result<Model, ModelError> {
    let (mut model, rate) = fit(examples, settings, training, version);
    // The prior was learned at the log's rate of attacks; the shipped one stands for a rarer world.
    let log_odds = |p: f64| libm::log(p / (1.0 - p));
    let rarer = log_odds(f64::from(settings.base_rate_ppm) / 1e6) - log_odds(rate);
    model.prior += nanos(rarer);
    model.calibration = calibration(examples, settings)
        .into_iter()
        .map(|pair| pair.map(|nats| nanos(nats + rarer)))
        .collect();
    model.base_rate_ppm = settings.base_rate_ppm;
    model.mark_used();
    anchors::set(&mut model, examples);
    Model::parse(&model.to_json()?)
}

/// A model at the rate of attacks in the examples, and that rate.
fn fit(examples: &[Example], settings: &Settings, training: Training, version: &str) -> (Model, f64) {
    let forest = grow_forest(examples, settings);
    let table = Table::of(examples, forest.as_ref());
    let hand_set = if settings.knowledge {
        expert::terms()
    } else {
        Vec::new()
    };
    let mut model = Model::bare(version, training, hand_set, expert::vectors());
    model.forest = forest;
    let trained: Vec<Signal> = table
        .signals
        .iter()
        .copied()
        .filter(|signal| !expert::is_fixed(*signal))
        .collect();
    model
        .terms
        .retain(|term| expert::is_kept(term.signal) || !trained.contains(&term.signal));
    model.correction_cap = nanos(settings.cap);
    let rate = table.attack_rate();
    model.prior = nanos(libm::log(rate / (1.0 - rate)));
    boost::fit(&mut model, &table, &trained, settings);
    (model, rate)
}

/// The correction of probabilities: a model of the earlier part of the examples is asked about the later part.
fn calibration(examples: &[Example], settings: &Settings) -> Vec<[f64; 2]> {
    let mut times: Vec<_> = examples.iter().map(|example| example.evidence.at).collect();
    times.sort_unstable();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a share of a count"
    )]
    let place = (times.len() as f64 * (1.0 - settings.held_out)) as usize;
    let wanted = settings.knowledge && settings.held_out > 0.0;
    let Some(split) = times.get(place).filter(|_| wanted) else {
        return Vec::new();
    };
    let (earlier, mut later): (Vec<_>, Vec<_>) = examples
        .iter()
        .cloned()
        .partition(|example| example.evidence.at < *split);
    if earlier.is_empty() {
        return Vec::new();
    }
    let (model, _) = fit(&earlier, settings, Training::default(), "held-out");
    later.sort_by_key(|example| example.evidence.at);
    let said: Vec<_> = later
        .iter()
        .map(|example| {
            let logit = super::assess::logit(&model, &example.evidence);
            (logit, f64::from(u8::from(example.attack)), example.weight)
        })
        .collect();
    calibrate::fit(&said)
}

/// The forest sees no labels: all sign-ins that came with everything, honest or not.
fn grow_forest(examples: &[Example], settings: &Settings) -> Option<Forest> {
    let rows: Vec<Values> = examples
        .iter()
        .filter(|example| example.anchors && settings.forest > 0)
        .map(|example| data::values(&example.evidence, None))
        .collect();
    let signals: Vec<Signal> = Signal::ALL
        .iter()
        .copied()
        .filter(|signal| !expert::is_fixed(*signal))
        .collect();
    (!rows.is_empty()).then(|| Forest::grow(&rows, &signals, settings.forest, settings.seed))
}

#[expect(clippy::cast_possible_truncation, reason = "nats are small")]
fn nanos(nats: f64) -> i64 {
    libm::round(nats * 1e9) as i64
}

impl Model {
    /// A model with nothing learned.
    fn bare(
        version: &str,
        training: Training,
        terms: Vec<super::model::Term>,
        vectors: std::collections::BTreeMap<
            super::assess::Vector,
            std::collections::BTreeMap<super::signal::Group, i64>,
        >,
    ) -> Self {
        Self::assemble(SCHEMA, version, training, terms, vectors)
    }
}

#[cfg(test)]
mod tests;
