//! Small trees over signals, by Newton boosting on histograms. Splits on rising signals keep rising; a row that lacks a
//! split's signal stops there, as it will when the model is used.

use super::data::{MISSING, Table};
use super::{Settings, nanos};
use crate::risk::replay::calibration::sigmoid;
use crate::risk::replay::metrics::SplitMix;
use crate::risk::signal::Signal;
use crate::risk::tree::{Node, Split, Tree};
use crate::risk::view::View;

/// A node under way.
struct Draft {
    value: f64,
    low: f64,
    high: f64,
    depth: usize,
    split: Option<(usize, usize, usize, usize)>,
}

struct Sums {
    g: f64,
    h: f64,
}

pub(super) fn fit(view: &mut View, table: &Table, signals: &[Signal], settings: &Settings) {
    let base = fixed_logits(view, table);
    let mut corrections: Vec<f64> = vec![0.0; base.len()];
    let columns: Vec<usize> = signals
        .iter()
        .filter_map(|signal| table.signals.iter().position(|other| other == signal))
        .collect();
    let mut shift = 0.0_f64;
    let mut random = SplitMix(settings.seed);
    for _ in 0..settings.trees {
        let (g, h): (Vec<f64>, Vec<f64>) = base
            .iter()
            .zip(&corrections)
            .zip(table.labels.iter().zip(&table.weights))
            .map(|((base, correction), (label, weight))| {
                let capped = (correction - shift).clamp(-settings.cap, settings.cap) + shift;
                let p = sigmoid(base + capped);
                (weight * (label - p), weight * p * (1.0 - p))
            })
            .unzip();
        // Each tree sees most signals but not all, so that none carries everything.
        let seen: Vec<usize> = columns
            .iter()
            .copied()
            .filter(|_| random.unit() < settings.columns)
            .collect();
        let (drafts, stops) = grow(table, &seen, settings, &g, &h);
        let Some(root) = drafts.first() else { break };
        if root.split.is_none() {
            continue;
        }
        shift += root.value;
        for (correction, stop) in corrections.iter_mut().zip(&stops) {
            *correction += drafts.get(*stop).map_or(0.0, |node| node.value);
        }
        view.trees.push(finish(table, &drafts));
    }
    view.prior += nanos(shift);
}

/// Grows one tree, level by level; gives its nodes and where each row stops.
fn grow(
    table: &Table,
    columns: &[usize],
    settings: &Settings,
    g: &[f64],
    h: &[f64],
) -> (Vec<Draft>, Vec<usize>) {
    let mut stops = vec![0_usize; g.len()];
    let mut drafts = vec![Draft {
        value: settings.rate * newton(g.iter().sum(), h.iter().sum(), settings.ridge),
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
        depth: 0,
        split: None,
    }];
    let mut level = vec![0_usize];
    for depth in 0..settings.depth {
        let splits = best_splits(table, columns, settings, (g, h), &stops, (&drafts, &level));
        let mut next = Vec::new();
        for (node, found) in level.iter().zip(splits) {
            let Some(found) = found else { continue };
            let (low, high) = (drafts.len(), drafts.len() + 1);
            let Some(parent) = drafts.get_mut(*node) else {
                continue;
            };
            parent.split = Some((found.column, found.bin, low, high));
            let middle = f64::midpoint(found.low, found.high);
            let rises = settings.knowledge && rises(table, found.column);
            let (from, until) = (parent.low, parent.high);
            drafts.push(Draft {
                value: found.low,
                low: from,
                high: if rises { middle } else { until },
                depth: depth + 1,
                split: None,
            });
            drafts.push(Draft {
                value: found.high,
                low: if rises { middle } else { from },
                high: until,
                depth: depth + 1,
                split: None,
            });
            next.extend([low, high]);
        }
        if next.is_empty() {
            break;
        }
        move_rows(table, &drafts, &mut stops);
        level = next;
    }
    (drafts, stops)
}

fn move_rows(table: &Table, drafts: &[Draft], stops: &mut [usize]) {
    for (row, stop) in stops.iter_mut().enumerate() {
        let Some((column, cut, low, high)) = drafts.get(*stop).and_then(|node| node.split) else {
            continue;
        };
        let bin = table
            .columns
            .get(column)
            .and_then(|column| column.bins.get(row))
            .copied()
            .unwrap_or(MISSING);
        if bin != MISSING {
            *stop = if usize::from(bin) <= cut { low } else { high };
        }
    }
}

/// A split that was found.
#[derive(Clone, Copy)]
struct Found {
    gain: f64,
    column: usize,
    bin: usize,
    low: f64,
    high: f64,
}

fn rises(table: &Table, column: usize) -> bool {
    table.signals.get(column).is_some_and(|signal| signal.rises())
}

fn newton(g: f64, h: f64, ridge: f64) -> f64 {
    g / (h + ridge)
}

/// The best split of each node of a level.
fn best_splits(
    table: &Table,
    columns: &[usize],
    settings: &Settings,
    (g, h): (&[f64], &[f64]),
    stops: &[usize],
    (drafts, level): (&[Draft], &[usize]),
) -> Vec<Option<Found>> {
    let mut best: Vec<Option<Found>> = vec![None; level.len()];
    let first = level.first().copied().unwrap_or_default();
    for &index in columns {
        let Some(column) = table.columns.get(index) else {
            continue;
        };
        let bins = column.middles.len();
        let mut sums: Vec<Sums> = (0..bins * level.len()).map(|_| Sums { g: 0.0, h: 0.0 }).collect();
        for ((bin, stop), (g, h)) in column.bins.iter().zip(stops).zip(g.iter().zip(h)) {
            // Nodes of a level are numbered one after the other.
            let Some(place) = stop.checked_sub(first) else {
                continue;
            };
            if *bin == MISSING || place >= level.len() {
                continue;
            }
            if let Some(sum) = sums.get_mut(place * bins + usize::from(*bin)) {
                sum.g += g;
                sum.h += h;
            }
        }
        let rises = settings.knowledge && rises(table, index);
        for ((chunk, node), best) in sums.chunks(bins).zip(level).zip(&mut best) {
            let Some(draft) = drafts.get(*node) else { continue };
            if let Some(found) = best_cut(chunk, draft, rises, settings)
                && best.is_none_or(|best| found.gain > best.gain)
            {
                *best = Some(Found {
                    column: index,
                    ..found
                });
            }
        }
    }
    best
}

fn best_cut(sums: &[Sums], draft: &Draft, rises: bool, settings: &Settings) -> Option<Found> {
    let (all_g, all_h) = sums.iter().fold((0.0, 0.0), |(g, h), sum| (g + sum.g, h + sum.h));
    // How much the loss falls when a leaf answers a value, to second order; bounds on values make it fall less.
    let drop = |g: f64, h: f64, value: f64| {
        let full = value / settings.rate;
        2.0 * g * full - (h + settings.ridge) * full * full
    };
    let whole = drop(all_g, all_h, settings.rate * newton(all_g, all_h, settings.ridge));
    let (mut g, mut h) = (0.0, 0.0);
    let mut best: Option<Found> = None;
    for (bin, sum) in sums.iter().enumerate().take(sums.len().saturating_sub(1)) {
        g += sum.g;
        h += sum.h;
        let (rest_g, rest_h) = (all_g - g, all_h - h);
        if h < settings.least_leaf || rest_h < settings.least_leaf {
            continue;
        }
        let value = |g, h| (settings.rate * newton(g, h, settings.ridge)).clamp(draft.low, draft.high);
        let (low, high) = (value(g, h), value(rest_g, rest_h));
        let gain = drop(g, h, low) + drop(rest_g, rest_h, high) - whole;
        if gain < settings.least_gain || (rises && low > high) || best.is_some_and(|best| best.gain >= gain) {
            continue;
        }
        best = Some(Found {
            gain,
            column: 0,
            bin,
            low,
            high,
        });
    }
    best
}

fn finish(table: &Table, drafts: &[Draft]) -> Tree {
    let node = |draft: &Draft| Node {
        nanos: nanos(draft.value),
        split: draft.split.and_then(|(column, bin, low, high)| {
            Some(Split {
                signal: *table.signals.get(column)?,
                up_to: *table.columns.get(column)?.cuts.get(bin)?,
                low: u16::try_from(low).ok()?,
                high: u16::try_from(high).ok()?,
            })
        }),
    };
    debug_assert!(drafts.iter().all(|draft| draft.depth <= drafts.len()));
    Tree(drafts.iter().map(node).collect())
}

/// Prior and the terms that were there before.
fn fixed_logits(view: &View, table: &Table) -> Vec<f64> {
    table
        .values
        .iter()
        .map(|row| {
            let sum: i64 = view
                .terms
                .iter()
                .filter_map(|term| {
                    let value = row.get(term.signal as usize).copied().flatten()?;
                    Some(term.nanos(value))
                })
                .sum();
            #[expect(clippy::cast_precision_loss, reason = "nats are small")]
            let logit = (view.prior + sum) as f64 / 1e9;
            logit
        })
        .collect()
}
