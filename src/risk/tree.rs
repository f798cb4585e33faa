//! Small decision trees whose answer is split exactly among the signals on the path.

use serde::{Deserialize, Serialize};

use super::signal::Signal;

/// A tree as a list of nodes, the root first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tree(pub Vec<Node>);

/// A node. Its value is what the tree answers for whoever gets no further, in billionths of a nat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The answer here: at an inner node the mean of what lies below.
    pub nanos: i64,
    /// Where to go on; absent at a leaf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
}

/// A question about one signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// Which signal.
    pub signal: Signal,
    /// Values up to this many millionths go to `low`.
    pub up_to: i64,
    /// Index of the node for low values.
    pub low: u16,
    /// Index of the node for high values.
    pub high: u16,
}

impl Tree {
    /// Walks the tree and adds each step's change to the signal that caused it. Where a signal is missing the walk ends,
    /// so a missing signal adds nothing. The root's own value is part of no signal: trainers make it zero.
    pub fn attribute(&self, values: &[Option<i64>; Signal::COUNT], shares: &mut [i64; Signal::COUNT]) {
        let Some(mut node) = self.0.first() else { return };
        // A tree is never deeper than it has nodes; the bound ends damaged ones.
        for _ in 0..self.0.len() {
            let Some(split) = node.split else { return };
            let Some(Some(value)) = values.get(split.signal as usize) else {
                return;
            };
            let next = if *value <= split.up_to {
                split.low
            } else {
                split.high
            };
            let Some(below) = self.0.get(usize::from(next)) else {
                return;
            };
            if let Some(share) = shares.get_mut(split.signal as usize) {
                *share = share.saturating_add(below.nanos - node.nanos);
            }
            node = below;
        }
    }

    /// The tree's answer, billionths of a nat, against its root.
    pub fn answer(&self, values: &[Option<i64>; Signal::COUNT]) -> i64 {
        let mut shares = [0; Signal::COUNT];
        self.attribute(values, &mut shares);
        shares.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_missing_adds_nothing() {
        let leaf = |nanos| Node { nanos, split: None };
        let split = |nanos, signal, low, high| Node {
            nanos,
            split: Some(Split {
                signal,
                up_to: 500_000,
                low,
                high,
            }),
        };
        let tree = Tree(vec![
            split(0, Signal::Tor, 1, 2),
            leaf(-10),
            split(30, Signal::Device, 3, 4),
            leaf(5),
            leaf(70),
        ]);
        let mut values = [None; Signal::COUNT];
        assert_eq!(tree.answer(&values), 0);
        values[Signal::Tor as usize] = Some(1_000_000);
        assert_eq!(tree.answer(&values), 30);
        values[Signal::Device as usize] = Some(2_000_000);
        let mut shares = [0; Signal::COUNT];
        tree.attribute(&values, &mut shares);
        assert_eq!(
            (shares[Signal::Tor as usize], shares[Signal::Device as usize]),
            (30, 40)
        );
    }
}
