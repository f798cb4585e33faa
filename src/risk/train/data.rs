//! Examples as columns of small whole numbers.

use super::Example;
use crate::risk::evidence::Evidence;
use crate::risk::forest::{Forest, Values};
use crate::risk::signal::Signal;

/// A bin for values that are missing.
pub(super) const MISSING: u8 = u8::MAX;

/// One signal's column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Upper ends of the bins but the last, millionths, rising.
    pub(super) cuts: Vec<i64>,
    /// The middle value of each bin, millionths.
    pub(super) middles: Vec<i64>,
    /// Each row's bin.
    pub(super) bins: Vec<u8>,
}

/// All examples.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// Signals that some row has, at two values at least.
    pub(super) signals: Vec<Signal>,
    /// Their columns, in the same order.
    pub(super) columns: Vec<Column>,
    /// 1 for attacks.
    pub(super) labels: Vec<f64>,
    /// How much each row counts.
    pub(super) weights: Vec<f64>,
    /// Each row's values.
    pub(super) values: Vec<Values>,
}

/// The most bins of a column.
const BINS: usize = 120;

impl Table {
    pub(super) fn of(examples: &[Example], forest: Option<&Forest>) -> Self {
        let values: Vec<Values> = examples
            .iter()
            .map(|example| values(&example.evidence, forest))
            .collect();
        let attacks: Vec<bool> = examples.iter().map(|example| example.attack).collect();
        let mut table = Self {
            signals: Vec::new(),
            columns: Vec::new(),
            labels: attacks
                .iter()
                .map(|attack| f64::from(u8::from(*attack)))
                .collect(),
            weights: examples.iter().map(|example| example.weight).collect(),
            values: Vec::new(),
        };
        for signal in Signal::ALL {
            if let Some(column) = column(*signal, &values, &attacks) {
                table.signals.push(*signal);
                table.columns.push(column);
            }
        }
        table.values = values;
        table
    }

    pub(super) fn attack_rate(&self) -> f64 {
        let all: f64 = self.weights.iter().sum();
        let hits: f64 = self
            .labels
            .iter()
            .zip(&self.weights)
            .map(|(label, weight)| label * weight)
            .sum();
        (hits / all.max(1e-9)).clamp(1e-6, 1.0 - 1e-6)
    }
}

/// Values by signal, a forest's answer included.
pub(super) fn values(evidence: &Evidence, forest: Option<&Forest>) -> Values {
    let mut row: Values = [None; Signal::COUNT];
    for item in &evidence.items {
        if let Some(slot) = row.get_mut(item.signal as usize) {
            *slot = Some(item.millionths);
        }
    }
    let anomaly = forest.and_then(|forest| forest.anomaly(&row));
    if let Some(slot) = row.get_mut(Signal::Anomaly as usize) {
        *slot = anomaly;
    }
    row
}

/// Cuts at quantiles of all values and, so that rare high values are told apart, of attacks' values.
fn column(signal: Signal, rows: &[Values], attacks: &[bool]) -> Option<Column> {
    let value = |row: &Values| row.get(signal as usize).copied().flatten();
    let mut all: Vec<i64> = rows.iter().filter_map(value).collect();
    let mut bad: Vec<i64> = rows
        .iter()
        .zip(attacks)
        .filter_map(|(row, attack)| value(row).filter(|_| *attack))
        .collect();
    if all.len() < 500 || bad.len() < 20 {
        return None;
    }
    all.sort_unstable();
    bad.sort_unstable();
    let mut distinct = all.clone();
    distinct.dedup();
    let mut cuts: Vec<i64> = if distinct.len() <= BINS {
        distinct.clone()
    } else {
        let quantiles = |sorted: &[i64], parts: usize| -> Vec<i64> {
            (1..parts)
                .filter_map(|part| sorted.get(sorted.len() * part / parts).copied())
                .collect()
        };
        let mut cuts = quantiles(&all, BINS / 2);
        cuts.extend(quantiles(&bad, BINS / 2));
        cuts
    };
    cuts.sort_unstable();
    cuts.dedup();
    // Nothing lies above the greatest value.
    if cuts.last() == distinct.last() {
        cuts.pop();
    }
    if cuts.is_empty() {
        return None;
    }
    let bin = |value: i64| u8::try_from(cuts.partition_point(|cut| *cut < value)).unwrap_or(MISSING - 1);
    let mut held: Vec<Vec<i64>> = vec![Vec::new(); cuts.len() + 1];
    for value in &all {
        if let Some(bin) = held.get_mut(usize::from(bin(*value))) {
            bin.push(*value);
        }
    }
    let middles = held
        .iter()
        .zip(cuts.iter().chain(distinct.last()))
        .map(|(held, end)| held.get(held.len() / 2).copied().unwrap_or(*end))
        .collect();
    let bins = rows.iter().map(|row| value(row).map_or(MISSING, bin)).collect();
    Some(Column { cuts, middles, bins })
}
