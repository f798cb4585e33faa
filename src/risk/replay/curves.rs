//! Curves of a report: catch rate against challenge rate, and what a challenge is worth.

use serde::Serialize;

use super::metrics::{Scored, honest_scores, share_below, threshold};
use super::row::Class;

/// Challenge rates of the table.
const RATES: [f64; 7] = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.10];
/// Points of the curve.
const POINTS: u32 = 120;

/// One challenge rate and what it catches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct OperatingPoint {
    /// Share of honest sign-ins challenged.
    pub challenged: f64,
    /// Log-odds from which on a sign-in is challenged.
    pub from: f64,
    /// Share of the attacks in the log that are caught (recall).
    pub recall: f64,
    /// 95 % interval of the same (Wilson).
    pub recall_ci95: [f64; 2],
    /// Share of attacks among what is challenged (precision), at the log's own share of attacks.
    pub precision: f64,
    /// What that would be where one sign-in in ten thousand is an attack.
    pub precision_where_rare: f64,
}

/// Precision and recall at fixed challenge rates.
#[expect(clippy::cast_precision_loss, reason = "counts of rows")]
pub fn operating_points(rows: &[Scored]) -> Vec<OperatingPoint> {
    const RARE: f64 = 1e-4;
    let honest = honest_scores(rows);
    let attacks = sorted_attacks(rows);
    RATES
        .into_iter()
        .map(|challenged| {
            let from = threshold(&honest, challenged);
            let caught = (attacks.len() - attacks.partition_point(|score| *score <= from)) as f64;
            let alarms = (honest.len() - honest.partition_point(|score| *score <= from)) as f64;
            let recall = caught / attacks.len().max(1) as f64;
            let false_rate = alarms / honest.len().max(1) as f64;
            OperatingPoint {
                challenged,
                from,
                recall,
                recall_ci95: super::calibration::wilson(caught, attacks.len() as f64),
                precision: ratio(caught, alarms),
                precision_where_rare: ratio(RARE * recall, (1.0 - RARE) * false_rate),
            }
        })
        .collect()
}

fn ratio(good: f64, bad: f64) -> f64 {
    if good + bad > 0.0 {
        good / (good + bad)
    } else {
        0.0
    }
}

fn sorted_attacks(rows: &[Scored]) -> Vec<f64> {
    let mut attacks: Vec<f64> = rows
        .iter()
        .filter(|row| row.class != Class::Honest)
        .map(|row| row.score)
        .collect();
    attacks.sort_by(f64::total_cmp);
    attacks
}

/// The ROC curve over all attacks of the log, as pairs of challenge rate and catch rate, both rising. Rates are spaced by
/// their logarithm: what matters happens below five percent.
pub fn roc(rows: &[Scored]) -> Vec<[f64; 2]> {
    const LEAST: f64 = 1e-4;
    let honest = honest_scores(rows);
    let attacks = sorted_attacks(rows);
    (0..=POINTS)
        .map(|step| LEAST * libm::pow(1.0 / LEAST, f64::from(step) / f64::from(POINTS)))
        .map(|rate| {
            let from = threshold(&honest, rate.min(0.999_999));
            [rate, 1.0 - share_below(&attacks, from)]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_attacks_above_everybody() {
        let row = |score: f64, class| Scored {
            score,
            class,
            user: 1,
            earlier: 1,
        };
        let mut rows: Vec<Scored> = (0..10_000_u16)
            .map(|i| row(f64::from(i), Class::Honest))
            .collect();
        rows.extend((0..20).map(|i| row(if i < 10 { 1e6 } else { -1.0 }, Class::Naive)));
        let points = operating_points(&rows);
        let one_percent = points.iter().find(|point| point.challenged >= 0.01).unwrap();
        assert!((one_percent.recall - 0.5).abs() < 1e-9);
        assert!(
            (one_percent.precision - 10.0 / 110.0).abs() < 1e-9,
            "{one_percent:?}"
        );
        assert!(one_percent.precision_where_rare < 0.01);
        let curve = roc(&rows);
        assert!(curve.windows(2).all(|pair| pair[0][1] <= pair[1][1] + 1e-12));
        assert!((curve[0][1] - 0.5).abs() < 1e-9);
    }
}
