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

use super::assess;
use super::evidence::Evidence;
use super::forest::{Forest, Values};
use super::model::{Model, ModelError, Training};
use super::signal::Signal;
use super::view::{Source, View};
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

/// The cases that get a view of their own, the fullest first. The last serves the rest.
pub const CASES: [&[Source]; 6] = [
    &[Source::Device, Source::Provider, Source::NetworkKind],
    &[Source::Device, Source::Provider],
    &[Source::Device],
    &[Source::Provider, Source::NetworkKind],
    &[Source::Provider],
    &[],
];

/// A case with fewer attacks gets no view of its own: a smaller one serves its attempts.
const LEAST_ATTACKS: usize = 50;

/// A model under way: one case after the other, since examples of all at once would fill the memory.
#[derive(Debug)]
pub struct Trainer {
    settings: Settings,
    forest: Option<Forest>,
    views: Vec<View>,
}

impl Trainer {
    /// Nothing learned yet.
    pub const fn new(settings: Settings) -> Self {
        Self {
            settings,
            forest: None,
            views: Vec::new(),
        }
    }

    /// Learns the view of a case from examples of it. The isolation forest grows on those of the first.
    pub fn learn(&mut self, knows: &[Source], examples: &[Example]) {
        if self.views.is_empty() {
            self.forest = grow_forest(examples, &self.settings);
        }
        let (mut view, rate) = fit(examples, &self.settings, self.forest.as_ref());
        knows.clone_into(&mut view.knows);
        // The prior was learned at the log's rate of attacks; the shipped one stands for a rarer world.
        let log_odds = |p: f64| libm::log(p / (1.0 - p));
        let rarer = log_odds(f64::from(self.settings.base_rate_ppm) / 1e6) - log_odds(rate);
        view.prior += nanos(rarer);
        view.calibration = calibration(examples, &self.settings, self.forest.as_ref())
            .into_iter()
            .map(|pair| pair.map(|nats| nanos(nats + rarer)))
            .collect();
        let model = alone(view.clone(), &self.settings, self.forest.as_ref());
        let honest = examples
            .iter()
            .filter(|example| example.anchors && !example.attack)
            .map(|example| nanos(assess::logit(&model, &example.evidence)))
            .collect();
        anchors::set(&mut view, honest);
        self.views.push(view);
    }

    /// The model. The case that serves the rest must have been learned last.
    ///
    /// # Errors
    /// [`ModelError::Shape`] without it.
    pub fn finish(self, training: Training, version: &str) -> Result<Model, ModelError> {
        let mut views = self.views;
        let rest = views
            .pop()
            .ok_or_else(|| ModelError::Shape("nothing was learned".into()))?;
        let mut model = Model::assemble(version, training, (views, rest), expert::vectors());
        model.forest = self.forest;
        model.correction_cap = nanos(self.settings.cap);
        model.base_rate_ppm = self.settings.base_rate_ppm;
        Model::parse(&model.to_json()?)
    }
}

/// Trains a model on examples of which different things are known.
///
/// # Errors
/// [`ModelError`] when what was learned is no sound model.
pub fn train(
    examples: &[Example],
    settings: &Settings,
    training: Training,
    version: &str,
) -> Result<Model, ModelError> {
    let mut trainer = Trainer::new(*settings);
    let mut rest: Vec<Example> = examples.to_vec();
    for case in CASES {
        let (own, others): (Vec<_>, Vec<_>) = rest.iter().cloned().partition(|example| {
            case.iter()
                .all(|source| source.is_known(|signal| example.evidence.has(signal)))
        });
        let attacks = own.iter().filter(|example| example.attack).count();
        if attacks >= LEAST_ATTACKS {
            trainer.learn(case, &own);
            rest = others;
        } else if case.is_empty() {
            trainer.learn(case, examples);
        }
    }
    trainer.finish(training, version)
}

/// A view at the rate of attacks in the examples, and that rate.
fn fit(examples: &[Example], settings: &Settings, forest: Option<&Forest>) -> (View, f64) {
    let table = Table::of(examples, forest);
    let hand_set = if settings.knowledge {
        expert::terms()
    } else {
        Vec::new()
    };
    let mut view = View::of_terms(Vec::new(), hand_set);
    let trained: Vec<Signal> = table
        .signals
        .iter()
        .copied()
        .filter(|signal| !expert::is_fixed(*signal))
        .collect();
    view.terms
        .retain(|term| expert::is_kept(term.signal) || !trained.contains(&term.signal));
    let rate = table.attack_rate();
    view.prior = nanos(libm::log(rate / (1.0 - rate)));
    boost::fit(&mut view, &table, &trained, settings);
    (view, rate)
}

/// The correction of probabilities: a view of the earlier part of the examples is asked about the later part.
fn calibration(examples: &[Example], settings: &Settings, forest: Option<&Forest>) -> Vec<[f64; 2]> {
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
    let (view, _) = fit(&earlier, settings, forest);
    later.sort_by_key(|example| example.evidence.at);
    let model = alone(view, settings, forest);
    let said: Vec<_> = later
        .iter()
        .map(|example| {
            let logit = assess::logit(&model, &example.evidence);
            (logit, f64::from(u8::from(example.attack)), example.weight)
        })
        .collect();
    calibrate::fit(&said)
}

/// A model of one view, to ask it before the others are there.
fn alone(mut view: View, settings: &Settings, forest: Option<&Forest>) -> Model {
    view.knows.clear();
    let mut model = Model::assemble(
        "under way",
        Training::default(),
        (Vec::new(), view),
        expert::vectors(),
    );
    model.forest = forest.cloned();
    model.correction_cap = nanos(settings.cap);
    model
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

#[cfg(test)]
mod tests;
