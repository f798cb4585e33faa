//! The result of `risk evaluate` for people's eyes.

use std::fmt::Write as _;

use super::evaluate::Report;
use crate::risk::replay::metrics::Measure;

/// The report for people.
pub(super) fn in_words(report: &Report) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", report.note);
    let _ = writeln!(
        text,
        "scorer {} model {}: {} rows, {} honest, {} attacks",
        report.scorer, report.model, report.rows, report.honest, report.attacks
    );
    if !report.malformed.is_empty() {
        let malformed = &report.malformed;
        let _ = writeln!(
            text,
            "{} rows left out, {} out of order; {}",
            malformed.rows,
            malformed.out_of_order,
            malformed.first.join("; ")
        );
    }
    let mut line = |name: &str, measure: &Measure| {
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
    for ablation in &report.ablation {
        let losses: Vec<String> = ablation
            .loss
            .tpr_at
            .iter()
            .map(|(rate, loss)| {
                let [low, high] = ablation.loss.ci95.get(rate).copied().unwrap_or_default();
                format!("{rate}: {loss:+.3} ({low:+.2} to {high:+.2})")
            })
            .collect();
        let _ = writeln!(
            text,
            "without {:<9} the mix loses {}",
            ablation.without.name(),
            losses.join("  ")
        );
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
