//! The result of `risk evaluate` for people's eyes.

use std::collections::BTreeMap;

use super::ablation::Ablation;
use super::evaluate::Report;
use super::read::Malformed;
use crate::risk::replay::metrics::Measure;
use crate::risk::replay::sessions::SessionReport;

/// The report on sessions, a line a thief.
pub(super) fn session_words(report: &SessionReport) -> String {
    let head = format!(
        "{} honest uses, {:.2} % asked for more",
        report.uses,
        report.rechallenged * 100.0
    );
    let thefts = report.thefts.iter().map(|(thief, caught)| {
        let [low, high] = caught.ci95;
        format!(
            "{thief:?}: {} uses, {:.1} % noticed ({:.1}-{:.1}), {:.1} % at half a percent of honest uses",
            caught.uses,
            caught.noticed * 100.0,
            low * 100.0,
            high * 100.0,
            caught.at_half_percent * 100.0
        )
    });
    let lines: Vec<String> = std::iter::once(head).chain(thefts).collect();
    lines.join("\n") + "\n"
}

/// The report for people, a line a measure.
pub(super) fn in_words(report: &Report) -> String {
    let separation = &report.separation;
    let mut lines = vec![
        report.note.to_owned(),
        format!(
            "scorer {} model {}: {} rows, {} honest, {} attacks",
            report.scorer, report.model, report.rows, report.honest, report.attacks
        ),
    ];
    lines.extend((!report.malformed.is_empty()).then(|| left_out(&report.malformed)));
    lines.push(measure("mix", &separation.mix));
    lines.push(measure("macro", &separation.macro_average));
    lines.extend(separation.classes.iter().map(|(name, of)| measure(name, of)));
    lines.extend(report.calibration.map(|calibration| format!("{calibration:?}")));
    lines.extend(report.friction.map(|friction| format!("{friction:#?}")));
    lines.extend(report.ablation.iter().map(loss));
    lines.extend(report.cold_start.iter().map(|step| {
        format!(
            "earlier {:<6} honest {:>6} challenged {:.3} caught {:.3}",
            step.earlier, step.honest, step.challenged, step.caught
        )
    }));
    lines.extend(
        report
            .explanation_gap
            .map(|gap| format!("explanations differ from their score by at most {gap:.1e} points")),
    );
    lines.push(format!("{:?}", report.speed));
    lines.extend(report.golden.map(|golden| format!("{golden:?}")));
    lines.join("\n") + "\n"
}

fn left_out(malformed: &Malformed) -> String {
    format!(
        "{} rows left out, {} out of order; {}",
        malformed.rows,
        malformed.out_of_order,
        malformed.first.join("; ")
    )
}

fn measure(name: &str, of: &Measure) -> String {
    let rates = by_rate(&of.tpr_at, &of.ci95, |tpr, [low, high]| {
        format!("{tpr:.3} ({low:.2}-{high:.2})")
    });
    format!("{name:<18} AUC {:.3}  TPR at {rates}", of.auc)
}

fn loss(ablation: &Ablation) -> String {
    let rates = by_rate(&ablation.loss.tpr_at, &ablation.loss.ci95, |loss, [low, high]| {
        format!("{loss:+.3} ({low:+.2} to {high:+.2})")
    });
    format!("without {:<9} the mix loses {rates}", ablation.without.name())
}

fn by_rate<K: Ord + std::fmt::Display>(
    values: &BTreeMap<K, f64>,
    intervals: &BTreeMap<K, [f64; 2]>,
    words: impl Fn(f64, [f64; 2]) -> String,
) -> String {
    let rates: Vec<String> = values
        .iter()
        .map(|(rate, value)| {
            let interval = intervals.get(rate).copied().unwrap_or_default();
            format!("{rate}: {}", words(*value, interval))
        })
        .collect();
    rates.join("  ")
}
