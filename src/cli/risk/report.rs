//! The evaluation report: one page that needs no network and no script.

use std::path::Path;

use askama::Template;

use super::RiskError;
use super::charts;
use super::evaluate::{Report, base_rate};
use super::measure::Outcome;
use crate::risk::Model;
use crate::risk::replay::anatomy::SignalSummary;
use crate::risk::replay::calibration::{Bin, reliability_bins};
use crate::risk::replay::curves::{OperatingPoint, operating_points, roc};
use crate::risk::replay::metrics::Measure;

/// Signals shown in the table of contributions.
const MOST_SIGNALS: usize = 30;

#[derive(Template)]
#[template(path = "report/evaluation.html")]
struct ReportPage<'a> {
    report: &'a Report,
    model: &'a Model,
    separation: Vec<Row>,
    operating: Vec<OperatingPoint>,
    roc: String,
    reliability: String,
    bins: Vec<Bin>,
    ablation: Vec<Row>,
    signals: Vec<SignalRow>,
    worst_gap: f64,
    score_drift: Option<f64>,
}

/// A measure as a row: its name, area, and a catch rate with its interval for each challenge rate.
struct Row {
    name: String,
    auc: f64,
    rates: Vec<[f64; 3]>,
}

struct SignalRow {
    summary: SignalSummary,
    bar: String,
    words: &'static str,
}

/// Draws the report and writes it.
pub(super) fn write_report(
    file: &Path,
    report: &Report,
    model: &Model,
    outcome: &Outcome,
) -> Result<(), RiskError> {
    let page = page(report, model, outcome).render()?;
    std::fs::write(file, page).map_err(|error| RiskError::Write(file.display().to_string(), error))
}

fn page<'a>(report: &'a Report, model: &'a Model, outcome: &Outcome) -> ReportPage<'a> {
    let bins = match report.calibration {
        Some(_) => reliability_bins(&outcome.scored, base_rate(model)),
        None => Vec::new(),
    };
    let separation = [
        ("headline mix", &report.separation.mix),
        (
            "average of the detectable classes",
            &report.separation.macro_average,
        ),
    ]
    .into_iter()
    .chain(
        report
            .separation
            .classes
            .iter()
            .map(|(name, measure)| (*name, measure)),
    )
    .map(|(name, measure)| row(name, measure))
    .collect();
    ReportPage {
        separation,
        operating: operating_points(&outcome.scored),
        roc: charts::roc(&roc(&outcome.scored)),
        reliability: charts::reliability(&bins),
        bins,
        ablation: report
            .ablation
            .iter()
            .map(|ablation| row(ablation.without.name(), &ablation.loss))
            .collect(),
        signals: signals(outcome),
        worst_gap: outcome.anatomy.worst_gap(),
        score_drift: outcome.anatomy.score_drift(),
        report,
        model,
    }
}

fn row(name: &str, measure: &Measure) -> Row {
    Row {
        name: name.to_owned(),
        auc: measure.auc,
        rates: measure
            .tpr_at
            .iter()
            .map(|(rate, tpr)| {
                let [low, high] = measure.ci95.get(rate).copied().unwrap_or_default();
                [*tpr, low, high]
            })
            .collect(),
    }
}

fn signals(outcome: &Outcome) -> Vec<SignalRow> {
    let all = outcome.anatomy.signals();
    let greatest = all
        .iter()
        .map(|signal| signal.attack_mean.abs())
        .fold(0.0, f64::max);
    all.into_iter()
        .take(MOST_SIGNALS)
        .map(|summary| SignalRow {
            bar: charts::bar(summary.attack_mean, greatest),
            words: drift_words(summary.drift),
            summary,
        })
        .collect()
}

const fn drift_words(drift: Option<f64>) -> &'static str {
    match drift {
        None => "too few",
        Some(index) if index < 0.1 => "stable",
        Some(index) if index < 0.25 => "moved",
        Some(_) => "another distribution",
    }
}
