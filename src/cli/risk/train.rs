//! `tidegate risk train`.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::read::Rows;
use super::recorded::{Recorded, Stored};
use super::{InputArgs, RiskError};
use crate::base::timestamp::Timestamp;
use crate::risk::Model;
use crate::risk::model::Training;
use crate::risk::replay::metrics::SplitMix;
use crate::risk::replay::{Hide, Replay};
use crate::risk::train::{CASES, Example, Settings, Trainer, train as fit, tune};
use crate::risk::visit::DeviceProof;

/// Arguments of `risk train`.
#[derive(Clone, Debug, Args)]
pub struct TrainArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Learn from this share of the log's time alone, so that the rest can measure.
    #[arg(long, value_name = "FRACTION", default_value_t = 1.0)]
    pub(super) until: f64,
    /// Seed of what is drawn.
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// Name and version of the model.
    #[arg(long, default_value = "trained-1")]
    pub(super) version_name: String,
    /// Give every row a label drawn anew and use no prior knowledge: what is learned must be nothing.
    #[arg(long)]
    pub(super) shuffle_labels: bool,
    /// Trees of the correction.
    #[arg(long, default_value_t = Settings::default().trees)]
    pub(super) trees: usize,
    /// Trees of the isolation forest; 0 for none.
    #[arg(long, default_value_t = Settings::default().forest)]
    pub(super) forest: usize,
    /// Share of the log's time, the last of it, from which probabilities are corrected; 0 for none.
    #[arg(long, value_name = "FRACTION", default_value_t = Settings::default().held_out)]
    pub(super) held_out: f64,
    /// How far the correction may go, nats.
    #[arg(long, default_value_t = Settings::default().cap)]
    pub(super) cap: f64,
    /// Share of each tree's step that is taken.
    #[arg(long, default_value_t = Settings::default().rate)]
    pub(super) rate: f64,
    /// Pull of leaves towards zero.
    #[arg(long, default_value_t = Settings::default().ridge)]
    pub(super) ridge: f64,
    /// How much of an attack's weight is shown with a fresh cookie, where the log has it without any.
    #[arg(long, value_name = "FRACTION", default_value_t = 0.1)]
    pub(super) fresh_cookies: f64,
    /// Share of signals that each tree sees.
    #[arg(long, default_value_t = Settings::default().columns)]
    pub(super) columns: f64,
    /// Least weight of a leaf.
    #[arg(long, default_value_t = Settings::default().least_leaf)]
    pub(super) least_leaf: f64,
    /// Least gain of a split.
    #[arg(long, default_value_t = Settings::default().least_gain)]
    pub(super) least_gain: f64,
    /// Questions on a path.
    #[arg(long, default_value_t = Settings::default().depth)]
    pub(super) depth: usize,
    /// The model file to write.
    #[arg(long, value_name = "FILE")]
    pub(super) out: PathBuf,
}

impl TrainArgs {
    fn settings(&self) -> Settings {
        Settings {
            seed: self.seed,
            trees: self.trees,
            forest: self.forest,
            held_out: self.held_out,
            cap: self.cap,
            rate: self.rate,
            ridge: self.ridge,
            columns: self.columns,
            least_leaf: self.least_leaf,
            least_gain: self.least_gain,
            depth: self.depth,
            knowledge: !self.shuffle_labels,
            ..Settings::default()
        }
    }
}

#[cfg(test)]
impl TrainArgs {
    /// Few trees, for tests.
    pub(super) fn quick(input: InputArgs, out: PathBuf) -> Self {
        let settings = Settings::default();
        Self {
            input,
            until: 1.0,
            seed: 1,
            version_name: "test".into(),
            shuffle_labels: true,
            trees: 3,
            forest: 3,
            held_out: 0.0,
            cap: settings.cap,
            rate: settings.rate,
            ridge: 1.0,
            fresh_cookies: 0.1,
            columns: settings.columns,
            least_leaf: settings.least_leaf,
            least_gain: settings.least_gain,
            depth: settings.depth,
            out,
        }
    }
}

/// What was trained.
#[derive(Debug, Serialize)]
struct Report<'a> {
    model: &'a str,
    hash: &'a str,
    rows: u64,
    attacks: u64,
    views: usize,
    trees: usize,
    out: String,
}

/// Trains a model and writes it.
pub fn train(args: &TrainArgs) -> Result<String, RiskError> {
    let total = super::measure::count(args.input.file()?)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a share of a count"
    )]
    let until = (total as f64 * args.until.clamp(0.0, 1.0)) as u64;
    // Every row is seen again and again with less and less known: a view for each case.
    let hide = |token, place, databases| Hide {
        token,
        place,
        databases,
    };
    let hidden = [
        hide(false, false, false),
        hide(false, true, false),
        hide(false, true, true),
        hide(true, false, false),
        hide(true, true, false),
        hide(true, true, true),
    ];
    let mut training = Training {
        seed: args.seed,
        ..Training::default()
    };
    let mut trainer = Trainer::new(args.settings());
    for (case, hide) in CASES.into_iter().zip(hidden) {
        let examples = collect(args, hide, until, &mut training)?;
        trainer.learn(case, &examples);
    }
    write(args, &trainer.finish(training, &args.version_name)?)
}

/// With fewer attacks than this, a tenant's labels weigh an existing model anew; from then on they make one of their own.
const LEAST_ATTACKS: usize = 100;

/// Trains on recorded decisions.
pub(super) fn of_decisions(args: &TrainArgs, stored: &Stored) -> Result<String, RiskError> {
    let examples: Vec<Example> = stored
        .rows
        .iter()
        .map(|row| Example {
            evidence: row.evidence.clone(),
            attack: row.lesson.attack,
            weight: row.lesson.confidence,
            anchors: true,
        })
        .collect();
    let attacks = examples.iter().filter(|example| example.attack).count();
    let at = |row: Option<&Recorded>| row.map(|row| row.decision.at.to_string()).unwrap_or_default();
    let mut training = Training {
        data: "recorded decisions and what became known of them".into(),
        rows: examples.len() as u64,
        attacks: attacks as u64,
        from: at(stored.rows.first()),
        until: at(stored.rows.last()),
        seed: args.seed,
    };
    if attacks == 0 {
        return Err(RiskError::Wrong(
            "no decision is labelled as an attack; there is nothing to learn".into(),
        ));
    }
    let model = if attacks < LEAST_ATTACKS {
        training.data = format!("{}; weighs {} anew", training.data, stored.model.version);
        tune(&stored.model, &examples, training, &args.version_name)?
    } else {
        fit(&examples, &args.settings(), training, &args.version_name)?
    };
    write(args, &model)
}

fn write(args: &TrainArgs, model: &Model) -> Result<String, RiskError> {
    let text = model.to_json()?;
    std::fs::write(&args.out, text + "\n")
        .map_err(|error| RiskError::Write(args.out.display().to_string(), error))?;
    let report = Report {
        model: &model.version,
        hash: &model.hash,
        rows: model.training.rows,
        attacks: model.training.attacks,
        views: model.all_views().count(),
        trees: model.all_views().map(|view| view.trees.len()).sum(),
        out: args.out.display().to_string(),
    };
    Ok(if args.input.json {
        serde_json::to_string(&report)?
    } else {
        format!("{report:#?}")
    })
}

/// Replays the log under one view and keeps what may be learned from.
fn collect(
    args: &TrainArgs,
    hide: Hide,
    until: u64,
    training: &mut Training,
) -> Result<Vec<Example>, RiskError> {
    let mut examples = Vec::new();
    let mut rows = Rows::open(args.input.file()?)?;
    let mut engine = Replay::new(hide);
    let mut random = SplitMix(args.seed);
    let (mut number, mut kept, mut attacks) = (0, 0, 0);
    let (mut first, mut last) = (None, Timestamp::EPOCH);
    while let Some(row) = rows.next_row()? {
        if number >= until {
            break;
        }
        number += 1;
        first = first.or(Some(row.at));
        last = row.at;
        let visit = engine.visit(&row);
        if row.is_success_of_a_known_account() && engine.earlier(&row) > 0 {
            let mut attack = row.takeover;
            if args.shuffle_labels {
                attack = random.unit() < 0.006;
            }
            kept += 1;
            attacks += u64::from(attack);
            // Simulated attackers keep no cookies. Real ones keep them as any browser does, so each is shown with a fresh
            // one as well: else a fresh cookie would speak for its bearer.
            let mut as_it_came = 1.0;
            if attack && !args.shuffle_labels && visit.device == DeviceProof::Missing {
                let mut fresh = visit.clone();
                fresh.device = DeviceProof::FirstVisit;
                as_it_came -= args.fresh_cookies;
                examples.push(Example {
                    evidence: engine.evidence(&row, &fresh),
                    attack,
                    weight: args.fresh_cookies,
                    anchors: false,
                });
            }
            examples.push(Example {
                evidence: engine.evidence(&row, &visit),
                attack,
                weight: as_it_came,
                anchors: true,
            });
        }
        engine.learn(&row, &visit);
    }
    training.rows = kept;
    training.attacks = attacks;
    training.from = first.map(|at| at.to_string()).unwrap_or_default();
    training.until = last.to_string();
    training.data = if rows.has_extra_columns() {
        "a synthetic sign-in log in the form of the public RBA data set (doi 10.1145/3546069); weights of signals it \
         lacks are set by hand"
            .into()
    } else {
        "a sign-in log in the form of the public RBA data set; weights of signals it lacks are set by hand"
            .into()
    };
    Ok(examples)
}
