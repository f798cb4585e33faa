//! How far probabilities can be believed: reliability, expected calibration error, slope.

use serde::Serialize;

use super::metrics::Scored;
use super::row::Class;

const BINS: usize = 15;

/// How far probabilities can be believed.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Calibration {
    /// Mean squared error of the probability.
    pub brier: f64,
    /// Against always naming the base rate.
    pub brier_skill: f64,
    /// Expected calibration error over 15 bins of equal mass.
    pub ece: f64,
    /// Slope of the outcome on the log-odds; 1 is right.
    pub slope: f64,
    /// Intercept of the same; 0 is right.
    pub intercept: f64,
}

/// Calibration of log-odds whose prior stood for `base_rate`, after correcting the prior to the rate in the rows.
#[expect(clippy::cast_precision_loss, reason = "counts of rows")]
pub fn calibration(rows: &[Scored], base_rate: f64) -> Calibration {
    let n = rows.len().max(1) as f64;
    let rate = attack_rate(rows);
    if rate <= 0.0 || rate >= 1.0 {
        return Calibration::default();
    }
    let pairs = pairs(rows, base_rate, rate);
    let brier = pairs
        .iter()
        .map(|(logit, hit)| (sigmoid(*logit) - hit) * (sigmoid(*logit) - hit))
        .sum::<f64>()
        / n;
    let ece = pairs
        .chunks(pairs.len().div_ceil(BINS).max(1))
        .map(|bin| {
            let gap: f64 = bin.iter().map(|(logit, hit)| sigmoid(*logit) - hit).sum();
            gap.abs() / n
        })
        .sum();
    let weighed: Vec<_> = pairs.iter().map(|(logit, hit)| (*logit, *hit, 1.0)).collect();
    let (slope, intercept) = line(&weighed);
    Calibration {
        brier,
        brier_skill: 1.0 - brier / (rate * (1.0 - rate)),
        ece,
        slope,
        intercept,
    }
}

fn hit(row: &Scored) -> f64 {
    f64::from(u8::from(row.class != Class::Honest))
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows")]
fn attack_rate(rows: &[Scored]) -> f64 {
    rows.iter().map(hit).sum::<f64>() / rows.len().max(1) as f64
}

/// Log-odds after correcting the prior, and outcomes; log-odds rising.
fn pairs(rows: &[Scored], base_rate: f64, rate: f64) -> Vec<(f64, f64)> {
    let log_odds = |p: f64| libm::log(p / (1.0 - p));
    let shift = log_odds(rate) - log_odds(base_rate);
    let mut pairs: Vec<(f64, f64)> = rows.iter().map(|row| (row.score + shift, hit(row))).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    pairs
}

/// One point of the reliability diagram.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// Mean probability that was said.
    pub said: f64,
    /// Share that came true.
    pub came: f64,
    /// 95 % interval of the same (Wilson).
    pub ci95: [f64; 2],
    /// Sign-ins.
    pub rows: usize,
}

/// The reliability diagram: bins one nat wide, so that the few sign-ins with high odds don't drown in the many without.
/// Bins under twenty sign-ins join the next.
#[expect(clippy::cast_precision_loss, reason = "counts of rows")]
pub fn reliability_bins(rows: &[Scored], base_rate: f64) -> Vec<Bin> {
    const LEAST: usize = 20;
    let rate = attack_rate(rows);
    if rate <= 0.0 || rate >= 1.0 {
        return Vec::new();
    }
    let pairs = pairs(rows, base_rate, rate);
    let mut bins = Vec::new();
    let mut rest = pairs.as_slice();
    while let Some((first, _)) = rest.first() {
        let upper = libm::floor(*first) + 1.0;
        let wide = rest.partition_point(|(logit, _)| *logit < upper);
        let (bin, after) = rest.split_at(wide.max(LEAST).min(rest.len()));
        let n = bin.len() as f64;
        let hits = bin.iter().map(|(_, hit)| hit).sum::<f64>();
        bins.push(Bin {
            said: bin.iter().map(|(logit, _)| sigmoid(*logit)).sum::<f64>() / n,
            came: hits / n,
            ci95: wilson(hits, n),
            rows: bin.len(),
        });
        rest = after;
    }
    bins
}

/// The 95 % interval of a share (Wilson, 1927).
pub fn wilson(hits: f64, n: f64) -> [f64; 2] {
    const Z: f64 = 1.959_963_984_540_054;
    if n <= 0.0 {
        return [0.0, 1.0];
    }
    let share = hits / n;
    let middle = share + Z * Z / (2.0 * n);
    let reach = Z * libm::sqrt(share * (1.0 - share) / n + Z * Z / (4.0 * n * n));
    let scale = 1.0 + Z * Z / n;
    [
        ((middle - reach) / scale).max(0.0),
        ((middle + reach) / scale).min(1.0),
    ]
}

pub(crate) fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-logit))
}

/// Logistic regression of outcomes on log-odds, by Newton's method.
/// Triples of log-odds, outcome and weight; gives slope and intercept.
pub(crate) fn line(rows: &[(f64, f64, f64)]) -> (f64, f64) {
    let (mut slope, mut intercept) = (1.0, 0.0);
    for _ in 0..50 {
        let (mut g, mut h) = ([0.0; 2], [0.0; 3]);
        for (logit, hit, share) in rows {
            let p = sigmoid(slope * logit + intercept);
            let weight = share * p * (1.0 - p);
            g = [g[0] + share * (hit - p) * logit, g[1] + share * (hit - p)];
            h = [
                h[0] + weight * logit * logit,
                h[1] + weight * logit,
                h[2] + weight,
            ];
        }
        let determinant = h[0] * h[2] - h[1] * h[1];
        if determinant.abs() < 1e-12 {
            break;
        }
        let step = [
            (h[2] * g[0] - h[1] * g[1]) / determinant,
            (h[0] * g[1] - h[1] * g[0]) / determinant,
        ];
        slope += step[0].clamp(-1.0, 1.0);
        intercept += step[1].clamp(-2.0, 2.0);
        if step.iter().all(|step| step.abs() < 1e-9) {
            break;
        }
    }
    (slope, intercept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::replay::metrics::SplitMix;

    #[test]
    fn honest_probabilities_are_calibrated() {
        let mut random = SplitMix(9);
        let rows: Vec<Scored> = (0..40_000)
            .map(|user| {
                let logit = random.unit() * 8.0 - 7.0;
                let class = if random.unit() < sigmoid(logit) {
                    Class::Naive
                } else {
                    Class::Honest
                };
                Scored {
                    score: logit,
                    class,
                    user,
                    earlier: 1,
                }
            })
            .collect();
        let hits = rows.iter().filter(|row| row.class != Class::Honest).count();
        #[expect(clippy::cast_precision_loss, reason = "a test's counts")]
        let calibration = calibration(&rows, hits as f64 / rows.len() as f64);
        assert!((calibration.slope - 1.0).abs() < 0.1, "{calibration:?}");
        assert!(
            calibration.ece < 0.02 && calibration.brier_skill > 0.1,
            "{calibration:?}"
        );
    }

    #[test]
    fn intervals_of_shares() {
        let [low, high] = wilson(0.0, 20.0);
        assert!(low.abs() < 1e-9 && (high - 0.161).abs() < 0.002, "{low} {high}");
        let [low, high] = wilson(0.0, 0.0);
        assert!(
            low.abs() < 1e-9 && (high - 1.0).abs() < 1e-9,
            "nothing is known of nobody"
        );
    }
}
