//! What each group of signals is worth: the same rows scored without it, by the same model.

use serde::Serialize;

use super::measure::Outcome;
use crate::risk::Group;
use crate::risk::replay::metrics::{Measure, difference, separation};

/// What a group is worth.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Ablation {
    /// The group that was left out.
    pub(super) without: Group,
    /// How well the rest separates the headline mix.
    pub(super) mix: Measure,
    /// With everything minus without the group, with 95 % intervals by a bootstrap that draws the same victims for both.
    pub(super) loss: Measure,
}

/// Compares, the most valuable group at a challenge rate of 1 % first.
pub(super) fn ablation(outcome: &Outcome, seed: u64) -> Vec<Ablation> {
    if !outcome.has_attacks() {
        return Vec::new();
    }
    let mut all: Vec<Ablation> = outcome
        .ablated
        .iter()
        .map(|(group, without)| Ablation {
            without: *group,
            mix: separation(without, seed).mix,
            loss: difference(&outcome.scored, without, seed),
        })
        .collect();
    let at_one_percent = |ablation: &Ablation| ablation.loss.tpr_at.get("0.01").copied().unwrap_or_default();
    all.sort_by(|a, b| at_one_percent(b).total_cmp(&at_one_percent(a)));
    all
}
