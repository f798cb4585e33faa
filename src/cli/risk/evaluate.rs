//! `tidegate risk evaluate`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::friction::{Friction, Point, friction};
use super::read::Rows;
use super::{Format, InputArgs, RiskError};
use crate::base::clock::Stopwatch;
use crate::risk::replay::metrics::{self, Calibration, ColdStart, Scored, Separation};
use crate::risk::replay::{Class, Exact, Hide, Replay, Row};
use crate::risk::{Model, assess};

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
struct Report {
    model: String,
    note: &'static str,
    scorer: &'static str,
    rows: u64,
    scored: usize,
    honest: usize,
    attacks: usize,
    #[serde(flatten)]
    separation: Separation,
    #[serde(skip_serializing_if = "Option::is_none")]
    calibration: Option<Calibration>,
    #[serde(flatten)]
    friction: Option<Friction>,
    cold_start: Vec<ColdStart>,
    speed: Speed,
    #[serde(skip_serializing_if = "Option::is_none")]
    golden: Option<GoldenReport>,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Speed {
    p50_us: f64,
    p99_us: f64,
    per_second: f64,
}

/// How far the two yardsticks lie from a reference file.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct GoldenReport {
    rows: u64,
    unmatched: u64,
    freeman_worst_relative: f64,
    backoff_worst_absolute: f64,
}

/// Everything that is kept of a replay.
#[derive(Default)]
struct Outcome {
    rows: u64,
    scored: Vec<Scored>,
    /// Points by the model.
    points: Vec<Point>,
    micros: Vec<f64>,
    synthetic: bool,
}

/// Replays a log and prints the measures.
pub fn evaluate(args: &EvaluateArgs) -> Result<String, RiskError> {
    if args.input.format == Format::Decisions {
        return Err(RiskError::Wrong(
            "recorded decisions are not read here yet: use --format rba".into(),
        ));
    }
    let read = match &args.model {
        Some(path) => Some(Model::parse(
            &std::fs::read_to_string(path)
                .map_err(|error| RiskError::Open(path.display().to_string(), error))?,
        )?),
        None => None,
    };
    let model = read.as_ref().unwrap_or_else(|| Model::builtin());
    let mut outcome = replay(args, model)?;
    if args.shuffle_labels {
        shuffle(&mut outcome.scored, args.seed);
    }
    let golden = match &args.golden {
        Some(path) => Some(compare(&args.input.input, path)?),
        None => None,
    };
    let separation = metrics::separation(&outcome.scored, args.seed);
    let by_model = args.scorer == Scorer::Model;
    let report = Report {
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
        calibration: by_model
            .then(|| metrics::calibration(&outcome.scored, f64::from(model.base_rate_ppm) / 1e6)),
        friction: by_model.then(|| friction(&outcome.points)),
        cold_start: metrics::cold_start(&outcome.scored),
        speed: speed(outcome.micros),
        separation,
        golden,
    };
    if args.input.json {
        Ok(serde_json::to_string(&report)?)
    } else {
        Ok(in_words(&report))
    }
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

fn replay(args: &EvaluateArgs, model: &Model) -> Result<Outcome, RiskError> {
    let start = start(&args.input.input, args.after)?;
    let mut rows = Rows::open(&args.input.input)?;
    let mut outcome = Outcome {
        synthetic: rows.has_extra_columns(),
        ..Outcome::default()
    };
    let mut engine = Replay::new(Hide {
        token: args.no_device_token,
        place: args.public_columns,
    });
    let mut exact = Exact::default();
    while let Some(row) = rows.next_row()? {
        let wanted = row.is_success_of_a_known_account() && outcome.rows >= start;
        outcome.rows += 1;
        if args.scorer == Scorer::Model {
            let visit = engine.visit(&row);
            if wanted {
                let watch = Stopwatch::start();
                let evidence = engine.evidence(&row, &visit);
                let assessment = assess(model, &evidence);
                outcome.micros.push(watch.elapsed().as_secs_f64() * 1e6);
                outcome.keep(
                    &row,
                    engine.earlier(&row),
                    assessment.logit,
                    Some(assessment.score),
                );
            }
            engine.learn(&row, &visit);
        } else {
            if wanted && let Some(golden) = exact.score(&row) {
                let score = match args.scorer {
                    Scorer::Freeman => libm::log(golden.freeman),
                    Scorer::Backoff | Scorer::Model => golden.backoff(),
                    Scorer::DayOne => golden.day_one(),
                };
                outcome.keep(&row, golden.n, score, None);
            }
            exact.learn(&row);
        }
    }
    Ok(outcome)
}

impl Outcome {
    fn keep(&mut self, row: &Row, earlier: u32, score: f64, points: Option<f64>) {
        if let Some(points) = points {
            self.points.push((row.class, earlier, row.user, points));
        }
        if earlier > 0 {
            self.scored.push(Scored {
                score,
                class: row.class,
                user: row.user,
                earlier,
            });
        }
    }
}

/// The number of the first row to be scored: the log is in order of time, so a share of its rows is a share of time as
/// sign-ins measure it. Counts the rows first.
fn start(path: &Path, after: f64) -> Result<u64, RiskError> {
    if after <= 0.0 {
        return Ok(0);
    }
    let count = count(path)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a share of a count"
    )]
    Ok((count as f64 * after.min(1.0)) as u64)
}

/// Rows of a log.
pub(super) fn count(path: &Path) -> Result<u64, RiskError> {
    let mut rows = Rows::open(path)?;
    let mut count = 0;
    while rows.skip_row()? {
        count += 1;
    }
    Ok(count)
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows")]
fn speed(mut micros: Vec<f64>) -> Speed {
    let total: f64 = micros.iter().sum();
    micros.sort_by(f64::total_cmp);
    let at = |percent: usize| {
        micros
            .get(micros.len() * percent / 100)
            .copied()
            .unwrap_or_default()
    };
    Speed {
        p50_us: at(50),
        p99_us: at(99),
        per_second: if total > 0.0 {
            micros.len() as f64 / total * 1e6
        } else {
            0.0
        },
    }
}

/// Runs both yardsticks over the log beside the reference file.
fn compare(log: &Path, reference: &Path) -> Result<GoldenReport, RiskError> {
    let mut wanted = csv::Reader::from_reader(super::read::open(reference)?);
    let mut records = wanted.records();
    let mut rows = Rows::open(log)?;
    let mut exact = Exact::default();
    let mut report = GoldenReport::default();
    while let Some(row) = rows.next_row()? {
        if let Some(golden) = exact.score(&row) {
            let Some(record) = records.next().transpose()? else {
                report.unmatched += 1;
                exact.learn(&row);
                continue;
            };
            let number = |place: usize| record.get(place).and_then(|text| text.parse::<f64>().ok());
            let index = record.get(0).and_then(|text| text.parse::<u64>().ok());
            let (Some(freeman), Some(network), Some(client)) = (number(2), number(3), number(4)) else {
                return Err(RiskError::Wrong("the golden file has another form".into()));
            };
            report.rows += 1;
            report.unmatched += u64::from(index != Some(row.index) || number(1) != Some(f64::from(golden.n)));
            let relative = (golden.freeman - freeman).abs() / freeman.abs().max(1e-300);
            report.freeman_worst_relative = report.freeman_worst_relative.max(relative);
            let absolute = (golden.network - network)
                .abs()
                .max((golden.client - client).abs());
            report.backoff_worst_absolute = report.backoff_worst_absolute.max(absolute);
        }
        exact.learn(&row);
    }
    report.unmatched += records.count() as u64;
    Ok(report)
}

/// The report for people.
fn in_words(report: &Report) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", report.note);
    let _ = writeln!(
        text,
        "scorer {} model {}: {} rows, {} honest, {} attacks",
        report.scorer, report.model, report.rows, report.honest, report.attacks
    );
    let mut line = |name: &str, measure: &metrics::Measure| {
        let rates: Vec<String> = measure
            .tpr_at
            .iter()
            .map(|(rate, tpr)| {
                let [low, high] = measure.ci95.get(rate).copied().unwrap_or_default();
                format!("{rate}: {tpr:.3} ({low:.2}-{high:.2})")
            })
            .collect();
        let _ = writeln!(
            text,
            "{name:<18} AUC {:.3}  TPR at {}",
            measure.auc,
            rates.join("  ")
        );
    };
    line("mix", &report.separation.mix);
    line("macro", &report.separation.macro_average);
    for (name, measure) in &report.separation.classes {
        line(name, measure);
    }
    if let Some(calibration) = report.calibration {
        let _ = writeln!(text, "{calibration:?}");
    }
    if let Some(friction) = report.friction {
        let _ = writeln!(text, "{friction:#?}");
    }
    for step in &report.cold_start {
        let _ = writeln!(
            text,
            "earlier {:<6} honest {:>6} challenged {:.3} caught {:.3}",
            step.earlier, step.honest, step.challenged, step.caught
        );
    }
    let _ = writeln!(text, "{:?}", report.speed);
    if let Some(golden) = report.golden {
        let _ = writeln!(text, "{golden:?}");
    }
    text
}
