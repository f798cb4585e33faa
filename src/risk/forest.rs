//! An isolation forest (Liu, Ting and Zhou, ICDM 2008): what random questions tell apart quickly is unlike the rest. Needs no
//! labels. Seeded when grown, whole numbers when used, so the same evidence gives the same bits everywhere.

use serde::{Deserialize, Serialize};

use super::replay::metrics::SplitMix;
use super::signal::Signal;

/// Rows that a tree is grown from.
const SAMPLE: usize = 128;
/// Questions on a path at most: more tell nothing further about a sample of this size.
const DEPTH: usize = 7;
const MILLION: f64 = 1e6;

/// Values by signal, millionths.
pub type Values = [Option<i64>; Signal::COUNT];

/// A forest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forest {
    /// Mean length of a path in a whole tree, millionths of a question: what lengths are measured by.
    pub usual_path: i64,
    /// The trees, each a list of nodes with the root first.
    pub trees: Vec<Vec<Node>>,
}

/// A node: how many questions lead to an answer for whoever gets no further, and the question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Questions asked so far and expected to be left, millionths.
    pub path: i64,
    /// The question; absent at a leaf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<Question>,
}

/// A question about one signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question(Signal, i64, u16, u16);

impl Forest {
    /// Grows a forest from rows. Signals that a row lacks end its path, as they will when the forest is used.
    pub fn grow(rows: &[Values], signals: &[Signal], trees: usize, seed: u64) -> Self {
        let mut random = SplitMix(seed);
        let grown = (0..trees).map(|_| {
            let sample: Vec<&Values> = (0..SAMPLE)
                .filter_map(|_| rows.get(random.below(rows.len())))
                .collect();
            let mut nodes = Vec::new();
            branch(&mut nodes, &sample, signals, 0, &mut random);
            nodes
        });
        Self {
            trees: grown.collect(),
            usual_path: whole(expected_path(SAMPLE)),
        }
    }

    /// How alone values stand, millionths: 2 to the power of minus the mean path over the usual one. `None` for no trees.
    pub fn anomaly(&self, values: &Values) -> Option<i64> {
        let count = i64::try_from(self.trees.len()).ok().filter(|count| *count > 0)?;
        let sum: i64 = self.trees.iter().map(|tree| path(tree, values)).sum();
        #[expect(clippy::cast_precision_loss, reason = "a few questions")]
        let ratio = (sum / count) as f64 / self.usual_path.max(1) as f64;
        Some(whole(libm::exp2(-ratio)))
    }
}

fn path(tree: &[Node], values: &Values) -> i64 {
    let Some(mut node) = tree.first() else { return 0 };
    for _ in 0..tree.len() {
        let Some(Question(signal, up_to, low, high)) = node.ask else {
            break;
        };
        let Some(Some(value)) = values.get(signal as usize) else {
            break;
        };
        let Some(below) = tree.get(usize::from(if *value <= up_to { low } else { high })) else {
            break;
        };
        node = below;
    }
    node.path
}

/// Adds a node and what lies below it; gives its place.
fn branch(
    nodes: &mut Vec<Node>,
    rows: &[&Values],
    signals: &[Signal],
    depth: usize,
    random: &mut SplitMix,
) -> u16 {
    let place = nodes.len();
    #[expect(clippy::cast_precision_loss, reason = "a few questions")]
    let path = whole(depth as f64 + expected_path(rows.len()));
    nodes.push(Node { path, ask: None });
    if depth < DEPTH
        && rows.len() > 1
        && let Some((signal, up_to)) = question(rows, signals, random)
    {
        let value = |row: &Values| row.get(signal as usize).copied().flatten();
        let (low, high): (Vec<&Values>, Vec<&Values>) = rows
            .iter()
            .copied()
            .filter(|row| value(row).is_some())
            .partition(|row| value(row).is_some_and(|value| value <= up_to));
        let low = branch(nodes, &low, signals, depth + 1, random);
        let high = branch(nodes, &high, signals, depth + 1, random);
        if let Some(node) = nodes.get_mut(place) {
            node.ask = Some(Question(signal, up_to, low, high));
        }
    }
    u16::try_from(place).unwrap_or(u16::MAX)
}

/// A random cut of a random signal that differs among the rows. A few draws; rows that agree in most are a leaf.
fn question(rows: &[&Values], signals: &[Signal], random: &mut SplitMix) -> Option<(Signal, i64)> {
    for _ in 0..16 {
        let signal = *signals.get(random.below(signals.len()))?;
        let values = || {
            rows.iter()
                .filter_map(|row| row.get(signal as usize).copied().flatten())
        };
        let (Some(least), Some(most)) = (values().min(), values().max()) else {
            continue;
        };
        if least < most {
            let wide = usize::try_from(most - least).unwrap_or(usize::MAX);
            let step = i64::try_from(random.below(wide)).unwrap_or_default();
            return Some((signal, least + step));
        }
    }
    None
}

/// Mean length of an unsuccessful search among so many: what a leaf that was not split further still stands for.
fn expected_path(rows: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a small count")]
    let n = rows as f64;
    match rows {
        0 | 1 => 0.0,
        2 => 1.0,
        _ => 2.0 * (libm::log(n - 1.0) + 0.577_215_664_901_532_9) - 2.0 * (n - 1.0) / n,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a few questions")]
fn whole(value: f64) -> i64 {
    libm::round(value * MILLION) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_apart_is_found_and_the_seed_decides_the_rest() {
        let mut random = SplitMix(3);
        let mut row = |shift: i64| {
            let mut values: Values = [None; Signal::COUNT];
            for signal in [Signal::Gap, Signal::Distance, Signal::Hour] {
                values[signal as usize] = Some(i64::try_from(random.below(1_000_000)).unwrap() + shift);
            }
            values
        };
        let rows: Vec<Values> = (0..2_000).map(|_| row(0)).collect();
        let signals = [Signal::Gap, Signal::Distance, Signal::Hour];
        let forest = Forest::grow(&rows, &signals, 40, 1);
        let (usual, alone) = (row(0), row(3_000_000));
        assert!(
            forest.anomaly(&alone) > forest.anomaly(&usual).map(|usual| usual + 50_000),
            "{:?} {:?}",
            forest.anomaly(&usual),
            forest.anomaly(&alone)
        );
        assert_eq!(Forest::grow(&rows, &signals, 40, 1), forest);
        assert_ne!(Forest::grow(&rows, &signals, 40, 2), forest);
        // Nothing known is neither usual nor alone.
        let nothing = forest.anomaly(&[None; Signal::COUNT]).unwrap();
        assert!((490_000..=510_000).contains(&nothing), "{nothing}");
        assert_eq!(Forest::default().anomaly(&usual), None);
    }
}
