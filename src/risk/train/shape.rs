//! Curves: what each signal adds by itself. Every round gives each bin of each signal a Newton step, then makes rising
//! signals rise and centres the curve on honest sign-ins, so that what is usual adds nothing.

use super::data::{Column, MISSING, Table};
use super::{Settings, nanos};
use crate::risk::model::{Model, Term};
use crate::risk::replay::metrics::sigmoid;
use crate::risk::signal::Signal;

const RATE: f64 = 0.4;
const RIDGE: f64 = 4.0;
/// How far one signal's curve may go, nats.
const LIMIT: f64 = 5.0;

pub(super) fn fit(model: &mut Model, table: &Table, signals: &[Signal], settings: &Settings) {
    let mut logits = fixed_logits(model, table);
    let mut curves: Vec<(Signal, &Column, Vec<f64>)> = signals
        .iter()
        .filter_map(|signal| {
            let column = table.column(*signal)?;
            Some((*signal, column, vec![0.0; column.middles.len()]))
        })
        .collect();
    let mut prior = 0.0;
    for _ in 0..settings.shape_rounds {
        prior += intercept_step(table, &mut logits);
        for (signal, column, curve) in &mut curves {
            let next = step(*signal, column, curve, table, &logits);
            for (logit, bin) in logits.iter_mut().zip(&column.bins) {
                if let (Some(old), Some(new)) = (curve.get(usize::from(*bin)), next.get(usize::from(*bin))) {
                    *logit += new - old;
                }
            }
            *curve = next;
        }
    }
    for (signal, column, curve) in curves {
        let mut knots: Vec<[i64; 2]> = column
            .middles
            .iter()
            .zip(curve)
            .map(|(middle, nats)| [*middle, nanos(nats)])
            .collect();
        knots.dedup_by_key(|knot| knot[0]);
        if knots.iter().any(|knot| knot[1].abs() > 1_000_000) {
            model.terms.push(Term { signal, knots });
        }
    }
    model.prior += nanos(prior);
}

/// Prior and the terms that were there before.
pub(super) fn fixed_logits(model: &Model, table: &Table) -> Vec<f64> {
    table
        .values
        .iter()
        .map(|row| {
            let sum: i64 = model
                .terms
                .iter()
                .filter_map(|term| {
                    let value = row.get(term.signal as usize).copied().flatten()?;
                    Some(term.nanos(value))
                })
                .sum();
            #[expect(clippy::cast_precision_loss, reason = "nats are small")]
            let logit = (model.prior + sum) as f64 / 1e9;
            logit
        })
        .collect()
}

fn intercept_step(table: &Table, logits: &mut [f64]) -> f64 {
    let (mut g, mut h) = (0.0, 1e-9);
    for ((logit, label), weight) in logits.iter().zip(&table.labels).zip(&table.weights) {
        let p = sigmoid(*logit);
        g += weight * (label - p);
        h += weight * p * (1.0 - p);
    }
    let step = (g / h).clamp(-1.0, 1.0);
    for logit in logits {
        *logit += step;
    }
    step
}

/// A curve's next form.
fn step(signal: Signal, column: &Column, curve: &[f64], table: &Table, logits: &[f64]) -> Vec<f64> {
    let bins = curve.len();
    let (mut g, mut h, mut honest) = (vec![0.0; bins], vec![0.0; bins], vec![0.0; bins]);
    let rows = column.bins.iter().zip(logits).zip(&table.labels).zip(&table.weights);
    for (((bin, logit), label), weight) in rows {
        if *bin == MISSING {
            continue;
        }
        let p = sigmoid(*logit);
        let place = usize::from(*bin);
        if let (Some(g), Some(h), Some(honest)) = (g.get_mut(place), h.get_mut(place), honest.get_mut(place)) {
            *g += weight * (label - p);
            *h += weight * p * (1.0 - p);
            *honest += weight * (1.0 - label);
        }
    }
    let mut next: Vec<f64> = curve
        .iter()
        .zip(g.iter().zip(&h))
        .map(|(value, (g, h))| (value + RATE * (g - 0.1 * value) / (h + RIDGE)).clamp(-LIMIT, LIMIT))
        .collect();
    if signal.rises() {
        let weights: Vec<f64> = h.iter().map(|h| h + 0.01).collect();
        next = isotonic(&next, &weights);
    }
    let mass: f64 = honest.iter().sum();
    let mean = next.iter().zip(&honest).map(|(value, mass)| value * mass).sum::<f64>() / mass.max(1e-9);
    next.iter().map(|value| value - mean).collect()
}

/// The nearest rising sequence (pool adjacent violators).
pub(super) fn isotonic(values: &[f64], weights: &[f64]) -> Vec<f64> {
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    for (value, weight) in values.iter().zip(weights) {
        blocks.push((*value, *weight, 1));
        while let [.., before, last] = blocks.as_slice()
            && before.0 > last.0
        {
            let weight = before.1 + last.1;
            let merged = (
                (before.0 * before.1 + last.0 * last.1) / weight,
                weight,
                before.2 + last.2,
            );
            blocks.truncate(blocks.len() - 2);
            blocks.push(merged);
        }
    }
    blocks
        .iter()
        .flat_map(|(value, _, count)| std::iter::repeat_n(*value, *count))
        .collect()
}
