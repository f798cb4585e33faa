//! What a score is made of over many sign-ins, and whether signals drift: how much each signal adds, and how its
//! distribution in the later half differs from the earlier one.

use serde::Serialize;

use super::metrics::SplitMix;
use super::row::Class;
use crate::risk::assess::Assessment;
use crate::risk::evidence::Evidence;
use crate::risk::signal::Signal;

/// Honest sign-ins kept for drift. A sample: the log may be of any length.
const KEPT: usize = 30_000;
/// Bins of the stability index.
const BINS: usize = 10;

/// Gathers over a replay; memory is bounded.
#[derive(Debug)]
pub struct Anatomy {
    sums: Vec<Sum>,
    honest: usize,
    attacks: usize,
    kept: Vec<Kept>,
    random: SplitMix,
    worst_gap: f64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    honest: f64,
    attacks: f64,
    honest_effect: f64,
    leads_attacks: usize,
}

/// One honest sign-in: when, its score, its values.
#[derive(Clone, Debug)]
struct Kept {
    number: usize,
    score: f64,
    values: [Option<i64>; Signal::COUNT],
}

/// What one signal does over a log.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SignalSummary {
    /// Which.
    pub signal: Signal,
    /// Mean nats in honest sign-ins.
    pub honest_mean: f64,
    /// Mean of the same without its sign: how much it moves honest scores.
    pub honest_effect: f64,
    /// Mean nats in attacks.
    pub attack_mean: f64,
    /// Share of attacks of which it is the first reason.
    pub leads_attacks: f64,
    /// Population stability index between the halves of the log's honest sign-ins: under 0.1 stable, from 0.25 on another
    /// distribution. Absent where too few have the signal.
    pub drift: Option<f64>,
}

impl Anatomy {
    /// Nothing gathered. `seed` draws the sample.
    pub fn new(seed: u64) -> Self {
        Self {
            sums: vec![Sum::default(); Signal::COUNT],
            honest: 0,
            attacks: 0,
            kept: Vec::new(),
            random: SplitMix(seed),
            worst_gap: 0.0,
        }
    }

    /// Takes in one sign-in.
    pub fn add(&mut self, evidence: &Evidence, assessment: &Assessment, class: Class) {
        let attack = class != Class::Honest;
        let points: f64 = assessment.contributions.iter().map(|part| part.points).sum();
        let gap = (assessment.base_points + points - assessment.score).abs();
        self.worst_gap = self.worst_gap.max(gap);
        for part in &assessment.contributions {
            let Some(sum) = self.sums.get_mut(part.code as usize) else {
                continue;
            };
            if attack {
                sum.attacks += part.nats;
            } else {
                sum.honest += part.nats;
                sum.honest_effect += part.nats.abs();
            }
        }
        if attack {
            self.attacks += 1;
            let first = assessment.reasons.first();
            if let Some(sum) = first.and_then(|signal| self.sums.get_mut(*signal as usize)) {
                sum.leads_attacks += 1;
            }
        } else {
            self.honest += 1;
            self.keep(evidence, assessment.score);
        }
    }

    /// Reservoir sampling: every honest sign-in is as likely to be kept as every other.
    fn keep(&mut self, evidence: &Evidence, score: f64) {
        let mut kept = Kept {
            number: self.honest,
            score,
            values: [None; Signal::COUNT],
        };
        for item in &evidence.items {
            if let Some(slot) = kept.values.get_mut(item.signal as usize) {
                *slot = Some(item.millionths);
            }
        }
        if self.kept.len() < KEPT {
            self.kept.push(kept);
        } else if let Some(slot) = self.kept.get_mut(self.random.below(self.honest)) {
            *slot = kept;
        }
    }

    /// The greatest difference of a score from the sum of its parts, points.
    pub const fn worst_gap(&self) -> f64 {
        self.worst_gap
    }

    /// All signals that some sign-in had, those that move attacks most first.
    #[expect(clippy::cast_precision_loss, reason = "counts of rows")]
    pub fn signals(&self) -> Vec<SignalSummary> {
        let (honest, attacks) = (self.honest.max(1) as f64, self.attacks.max(1) as f64);
        let mut all: Vec<SignalSummary> = Signal::ALL
            .iter()
            .zip(&self.sums)
            .map(|(signal, sum)| SignalSummary {
                signal: *signal,
                honest_mean: sum.honest / honest,
                honest_effect: sum.honest_effect / honest,
                attack_mean: sum.attacks / attacks,
                leads_attacks: sum.leads_attacks as f64 / attacks,
                drift: self.drift(|kept| {
                    let value = kept.values.get(*signal as usize).copied().flatten();
                    value.map(|value| value as f64)
                }),
            })
            .filter(|summary| summary.drift.is_some() || summary.honest_effect > 0.0)
            .collect();
        all.sort_by(|a, b| b.attack_mean.total_cmp(&a.attack_mean));
        all
    }

    /// Drift of the score itself.
    pub fn score_drift(&self) -> Option<f64> {
        self.drift(|kept| Some(kept.score))
    }

    fn drift(&self, value: impl Fn(&Kept) -> Option<f64>) -> Option<f64> {
        let middle = self.honest / 2;
        let half = |later: bool| -> Vec<f64> {
            let of_half = self.kept.iter().filter(|kept| (kept.number > middle) == later);
            of_half.filter_map(&value).collect()
        };
        stability_index(&half(false), &half(true))
    }
}

/// The population stability index of `later` against `earlier` over bins of equal mass of the earlier; `None` below a
/// hundred values on either side.
#[expect(clippy::cast_precision_loss, reason = "counts of rows")]
pub fn stability_index(earlier: &[f64], later: &[f64]) -> Option<f64> {
    if earlier.len() < 100 || later.len() < 100 {
        return None;
    }
    let mut sorted = earlier.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut edges: Vec<f64> = (1..BINS)
        .filter_map(|part| sorted.get(sorted.len() * part / BINS).copied())
        .collect();
    edges.dedup();
    let shares = |values: &[f64]| {
        let mut counts = vec![0.5; edges.len() + 1];
        for value in values {
            if let Some(count) = counts.get_mut(edges.partition_point(|edge| edge < value)) {
                *count += 1.0;
            }
        }
        let total = values.len() as f64 + 0.5 * counts.len() as f64;
        counts.into_iter().map(move |count| count / total)
    };
    let index = shares(earlier)
        .zip(shares(later))
        .map(|(was, is)| (is - was) * libm::log(is / was))
        .sum();
    Some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_distribution_is_stable_and_a_shifted_one_is_not() {
        let mut random = SplitMix(5);
        let mut draw = |shift: f64| -> Vec<f64> { (0..2_000).map(|_| random.unit() + shift).collect() };
        let (same, other) = (draw(0.0), draw(0.0));
        assert!(stability_index(&same, &other).unwrap() < 0.1);
        assert!(stability_index(&same, &draw(0.5)).unwrap() > 0.25);
        assert_eq!(stability_index(&same, &[1.0]), None);
    }
}
