//! A model fitted to a tenant's few labels: the groups of signals of an existing model are weighed anew, with that model as the
/// opinion to start from, so that ten labels cannot wreck it.
use super::Example;
use crate::risk::assess::by_group;
use crate::risk::model::{Model, ModelError, Training};
use crate::risk::replay::calibration::sigmoid;
use crate::risk::signal::Group;

/// How far a weight may be expected to lie from one, as a standard deviation.
const DOUBT: f64 = 0.25;
/// The same for the share of attacks among labelled sign-ins, nats. Labels are given where somebody looked, so their share says
/// nothing about the world, and what is learned of it is thrown away.
const DOUBT_OF_RATE: f64 = 5.0;
const GROUPS: usize = Group::ALL.len();
/// Weights and, last, the shift of the prior.
const UNKNOWNS: usize = GROUPS + 1;

type Row = [f64; UNKNOWNS];

/// Weighs the groups of a model anew.
pub fn tune(
    base: &Model,
    examples: &[Example],
    training: Training,
    version: &str,
) -> Result<Model, ModelError> {
    let mut model = base.clone();
    version.clone_into(&mut model.version);
    model.training = training;
    let found = weights(base, examples);
    for (group, weight) in Group::ALL.into_iter().zip(found) {
        let before = base.weights.get(&group).copied().unwrap_or(1_000);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "thousandths between 0 and 4000"
        )]
        let now = libm::round(before as f64 * weight.clamp(0.0, 2.0)).clamp(0.0, 4_000.0) as i64;
        if now == 1_000 {
            model.weights.remove(&group);
        } else {
            model.weights.insert(group, now);
        }
    }
    Model::parse(&model.to_json()?)
}

/// The most likely weights (maximum a posteriori), by Newton's method.
#[expect(clippy::indexing_slicing, reason = "matrices of one fixed size")]
fn weights(base: &Model, examples: &[Example]) -> Row {
    let rows: Vec<(f64, Row, f64, f64)> = examples
        .iter()
        .map(|example| {
            let mut row = [1.0; UNKNOWNS];
            let (prior, groups) = by_group(base, &example.evidence);
            for (slot, nats) in row.iter_mut().zip(groups) {
                *slot = nats;
            }
            (prior, row, f64::from(u8::from(example.attack)), example.weight)
        })
        .collect();
    let mut found = [1.0; UNKNOWNS];
    found[GROUPS] = 0.0;
    for _ in 0..40 {
        let (mut slope, mut curve) = opinion(&found);
        for (prior, row, hit, weight) in &rows {
            let logit = prior + row.iter().zip(found).map(|(x, w)| x * w).sum::<f64>();
            let p = sigmoid(logit);
            for (i, x) in row.iter().enumerate() {
                slope[i] += weight * (hit - p) * x;
                for (j, y) in row.iter().enumerate() {
                    curve[i][j] += weight * p * (1.0 - p) * x * y;
                }
            }
        }
        let step = solve(curve, slope);
        for (weight, step) in found.iter_mut().zip(step) {
            *weight += step.clamp(-1.0, 1.0);
        }
        if step.iter().all(|step| step.abs() < 1e-9) {
            break;
        }
    }
    found
}

/// Slope and curvature of the opinion that the model is right as it is.
#[expect(clippy::indexing_slicing, reason = "matrices of one fixed size")]
fn opinion(found: &Row) -> (Row, [Row; UNKNOWNS]) {
    let mut slope = [0.0; UNKNOWNS];
    let mut curve = [[0.0; UNKNOWNS]; UNKNOWNS];
    for (place, weight) in found.iter().enumerate() {
        let (middle, doubt) = if place == GROUPS {
            (0.0, DOUBT_OF_RATE)
        } else {
            (1.0, DOUBT)
        };
        slope[place] = (middle - weight) / (doubt * doubt);
        curve[place][place] = 1.0 / (doubt * doubt);
    }
    (slope, curve)
}

/// Solves a symmetric positive definite system by elimination.
#[expect(clippy::indexing_slicing, reason = "matrices of one fixed size")]
fn solve(mut matrix: [Row; UNKNOWNS], mut right: Row) -> Row {
    for pivot in 0..UNKNOWNS {
        let (row, value) = (matrix[pivot], right[pivot]);
        for below in pivot + 1..UNKNOWNS {
            let factor = matrix[below][pivot] / row[pivot];
            for column in pivot..UNKNOWNS {
                matrix[below][column] -= factor * row[column];
            }
            right[below] -= factor * value;
        }
    }
    for place in (0..UNKNOWNS).rev() {
        let known: f64 = (place + 1..UNKNOWNS)
            .map(|column| matrix[place][column] * right[column])
            .sum();
        right[place] = (right[place] - known) / matrix[place][place];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::timestamp::Timestamp;
    use crate::risk::evidence::{Evidence, Item};
    use crate::risk::replay::metrics::SplitMix;
    use crate::risk::signal::Signal;

    fn example(signals: &[Signal], attack: bool) -> Example {
        let items = signals.iter().map(|signal| Item {
            signal: *signal,
            millionths: 1_000_000,
            source: "test".into(),
            age_secs: None,
            confidence: 1_000,
        });
        Example {
            evidence: Evidence {
                schema: 1,
                at: Timestamp::EPOCH,
                items: items.collect(),
                stops: Vec::new(),
                forced: Vec::new(),
            },
            attack,
            weight: 1.0,
            anchors: true,
        }
    }

    /// A tenant whose people use Tor and whose attackers don't: the feed loses weight, the rest keeps it.
    #[test]
    fn labels_weigh_groups_and_few_move_little() {
        let mut random = SplitMix(1);
        let mut labelled = |count: usize| -> Vec<Example> {
            (0..count)
                .map(|_| match random.below(3) {
                    0 => example(&[Signal::Tor], false),
                    1 => example(&[Signal::BreachedPassword], true),
                    _ => example(&[], false),
                })
                .collect()
        };
        let base = Model::builtin();
        let weight = |model: &Model, group| model.weights.get(&group).copied().unwrap_or(1_000);
        let tuned = |examples: &[Example]| tune(base, examples, Training::default(), "tuned").unwrap();
        let many = tuned(&labelled(600));
        assert!(weight(&many, Group::Feed) < 700, "{:?}", many.weights);
        assert!(weight(&many, Group::Account) >= 1_000, "{:?}", many.weights);
        assert_eq!(weight(&many, Group::Place), 1_000);
        let few = tuned(&labelled(10));
        assert!(weight(&few, Group::Feed) > weight(&many, Group::Feed));
        assert_eq!(tuned(&[]).weights, base.weights);
        assert_eq!((&many.views, &many.rest), (&base.views, &base.rest));
    }
}
