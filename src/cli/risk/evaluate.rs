//! `tidegate risk evaluate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::ablation::{Ablation, ablation};
use super::friction::{Friction, friction};
use super::golden::{GoldenReport, compare};
use super::measure::{Outcome, Speed, recorded_outcome, replay};
use super::read::{Malformed, Rows};
use super::recorded::Stored;
use super::report::write_report;
use super::words::{in_words, session_words};
use super::{InputArgs, RiskError};
use crate::risk::Model;
use crate::risk::replay::Class;
use crate::risk::replay::calibration::{self, Calibration};
use crate::risk::replay::metrics::{self, ColdStart, Scored, Separation};
use crate::risk::replay::sessions::Sessions;

/// Said with every figure.
const SYNTHETIC: &str =
    "This log is synthetic: the figures are a repeatable yardstick and no claim about the real world.";
const UNKNOWN_ORIGIN: &str = "Figures hold for this log alone.";

/// Arguments of `risk evaluate`.
#[derive(Clone, Debug, Args)]
pub struct EvaluateArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// The model; the compiled-in one by default.
    #[arg(long, value_name = "FILE")]
    pub(super) model: Option<PathBuf>,
    /// What scores.
    #[arg(long, value_enum, default_value = "model")]
    pub(super) scorer: Scorer,
    /// Score only what lies after this share of the log's time; everything is learned from.
    #[arg(long, value_name = "FRACTION", default_value_t = 0.0)]
    pub(super) after: f64,
    /// Score only what lies before this share of the log's time: the part on which settings are chosen.
    #[arg(long, value_name = "FRACTION", default_value_t = 1.0)]
    pub(super) until: f64,
    /// Hide provider and country too, as a server without databases is.
    #[arg(long)]
    pub(super) no_databases: bool,
    /// Compare the Freeman and back-off scores with this file.
    #[arg(long, value_name = "FILE")]
    pub(super) golden: Option<PathBuf>,
    /// Hide the device token.
    #[arg(long)]
    pub(super) no_device_token: bool,
    /// Hide kind of network and coordinates, leaving the public columns.
    #[arg(long)]
    pub(super) public_columns: bool,
    /// Deal the labels anew among the scored rows: whatever scores must come out at an area of one half.
    #[arg(long)]
    pub(super) shuffle_labels: bool,
    /// Score every row again without each group of signals and say what that costs. With the model only.
    #[arg(long)]
    pub(super) ablate: bool,
    /// Judge sessions that are used again instead of sign-ins, and thieves who hold a copy of their tokens.
    #[arg(long, conflicts_with_all = ["model", "golden", "ablate", "report", "shuffle_labels"])]
    pub(super) sessions: bool,
    /// Write everything as a page with charts: one file that needs no network and no script.
    #[arg(long, value_name = "FILE.html")]
    pub(super) report: Option<PathBuf>,
    /// Seed of the bootstrap and of the dealing.
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
}

/// What scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scorer {
    /// The likelihood ratio of Freeman et al. with published weights. No labels.
    Freeman,
    /// The back-off likelihood ratio. No labels.
    Backoff,
    /// The back-off ratio with failure rates: what a tenant has on its first day. No labels.
    DayOne,
    /// The model, by the code that the server runs.
    Model,
}

/// The printed result (contract: `risk evaluate --json`).
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) model: String,
    pub(super) note: &'static str,
    pub(super) scorer: &'static str,
    pub(super) rows: u64,
    pub(super) scored: usize,
    pub(super) honest: usize,
    pub(super) attacks: usize,
    #[serde(skip_serializing_if = "Malformed::is_empty")]
    pub(super) malformed: Malformed,
    #[serde(flatten)]
    pub(super) separation: Separation,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) calibration: Option<Calibration>,
    #[serde(flatten)]
    pub(super) friction: Option<Friction>,
    pub(super) cold_start: Vec<ColdStart>,
    /// The greatest difference of a score from the sum of its explanation, points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) explanation_gap: Option<f64>,
    pub(super) speed: Speed,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) ablation: Vec<Ablation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) golden: Option<GoldenReport>,
}

/// Replays a log and prints the measures.
pub fn evaluate(args: &EvaluateArgs) -> Result<String, RiskError> {
    if args.ablate && args.scorer != Scorer::Model {
        return Err(RiskError::Wrong("--ablate goes with --scorer model".into()));
    }
    if args.sessions {
        return sessions(args);
    }
    let read = args.model.as_deref().map(super::read_model).transpose()?;
    let model = read.as_ref().unwrap_or_else(|| Model::builtin());
    let outcome = replay(args, model)?;
    told(args, model, outcome)
}

/// Plays sessions and their thieves.
fn sessions(args: &EvaluateArgs) -> Result<String, RiskError> {
    let mut rows = Rows::open(args.input.file()?)?;
    let mut sessions = Sessions::new(args.seed);
    while let Some(row) = rows.next_row()? {
        sessions.see(&row);
    }
    let report = sessions.report();
    Ok(if args.input.json {
        serde_json::to_string(&report)?
    } else {
        session_words(&report)
    })
}

/// Measures a model on recorded decisions: the evidence is what was known then.
pub(super) fn of_decisions(args: &EvaluateArgs, stored: &Stored) -> Result<String, RiskError> {
    if args.scorer != Scorer::Model || args.golden.is_some() {
        return Err(RiskError::Wrong(
            "recorded decisions hold evidence, no addresses: only --scorer model goes with them".into(),
        ));
    }
    let read = args.model.as_deref().map(super::read_model).transpose()?;
    let model = read.as_ref().unwrap_or(&stored.model);
    told(args, model, recorded_outcome(args, model, stored))
}

fn told(args: &EvaluateArgs, model: &Model, mut outcome: Outcome) -> Result<String, RiskError> {
    if args.shuffle_labels {
        shuffle(&mut outcome.scored, args.seed);
    }
    let report = measure(args, model, &mut outcome)?;
    if let Some(file) = &args.report {
        write_report(file, &report, model, &outcome)?;
    }
    if args.input.json {
        Ok(serde_json::to_string(&report)?)
    } else {
        Ok(in_words(&report))
    }
}

fn measure(args: &EvaluateArgs, model: &Model, outcome: &mut Outcome) -> Result<Report, RiskError> {
    let golden = match &args.golden {
        Some(path) => Some(compare(args.input.file()?, path)?),
        None => None,
    };
    let separation = metrics::separation(&outcome.scored, args.seed);
    let by_model = args.scorer == Scorer::Model;
    Ok(Report {
        model: if by_model {
            model.version.clone()
        } else {
            "none".into()
        },
        note: if outcome.synthetic {
            SYNTHETIC
        } else {
            UNKNOWN_ORIGIN
        },
        scorer: scorer_name(args.scorer),
        rows: outcome.rows,
        scored: outcome.scored.len(),
        honest: separation.honest,
        attacks: separation.attacks,
        malformed: std::mem::take(&mut outcome.malformed),
        calibration: by_model.then(|| calibration::calibration(&outcome.scored, base_rate(model))),
        friction: by_model.then(|| friction(&outcome.points)),
        cold_start: metrics::cold_start(&outcome.scored),
        explanation_gap: by_model.then(|| outcome.anatomy.worst_gap()),
        speed: outcome.speed,
        ablation: ablation(outcome, args.seed),
        separation,
        golden,
    })
}

/// Share of attacks that a model's prior stands for.
pub(super) fn base_rate(model: &Model) -> f64 {
    f64::from(model.base_rate_ppm) / 1e6
}

/// Deals the classes anew (Fisher and Yates).
fn shuffle(rows: &mut [Scored], seed: u64) {
    let mut random = metrics::SplitMix(seed);
    let mut classes: Vec<Class> = rows.iter().map(|row| row.class).collect();
    for last in (1..classes.len()).rev() {
        classes.swap(last, random.below(last + 1));
    }
    for (row, class) in rows.iter_mut().zip(classes) {
        row.class = class;
    }
}

const fn scorer_name(scorer: Scorer) -> &'static str {
    match scorer {
        Scorer::Freeman => "freeman",
        Scorer::Backoff => "backoff",
        Scorer::DayOne => "day-one",
        Scorer::Model => "model",
    }
}
