//! What logits are worth: a map from what a model says to what came true, learned from sign-ins later than those the model
//! learned from.
//!
//! Three candidates are tried on the earlier half of the later sign-ins and judged on the rest by their logarithmic loss: no
//! correction, a straight line (Platt, 1999), and a rising staircase (isotonic regression by pooling adjacent violators).

use crate::risk::replay::calibration::{line, sigmoid};

/// A logit that was said, whether it was an attack (1 or 0), and how much it counts.
pub(super) type Said = (f64, f64, f64);

/// A way to make a map of what was said.
type Candidate = fn(&[Said]) -> Vec<[f64; 2]>;

/// The ends of a straight line, nats: far outside what models say.
const ENDS: [f64; 2] = [-30.0, 30.0];
/// Attacks that each half must have; with fewer nothing is corrected.
const LEAST_ATTACKS: usize = 30;
/// Steps of the staircase hold at least this many attacks, or it would follow single rows.
const ATTACKS_A_STEP: f64 = 8.0;

/// A rising map as pairs of nats; empty for none. `said` is in order of time.
pub(super) fn fit(said: &[Said]) -> Vec<[f64; 2]> {
    let (earlier, later) = said.split_at(said.len() / 2);
    let attacks = |part: &[Said]| part.iter().filter(|(_, hit, _)| *hit > 0.5).count();
    if attacks(earlier).min(attacks(later)) < LEAST_ATTACKS {
        return Vec::new();
    }
    let candidates: [Candidate; 3] = [|_| Vec::new(), platt, isotonic];
    let best = candidates.into_iter().min_by(|a, b| {
        let loss = |candidate: &Candidate| loss(&candidate(earlier), later);
        loss(a).total_cmp(&loss(b))
    });
    best.map(|candidate| candidate(said)).unwrap_or_default()
}

fn loss(map: &[[f64; 2]], said: &[Said]) -> f64 {
    said.iter()
        .map(|(logit, hit, weight)| {
            let p = sigmoid(apply(map, *logit)).clamp(1e-12, 1.0 - 1e-12);
            -weight * (hit * libm::log(p) + (1.0 - hit) * libm::log(1.0 - p))
        })
        .sum()
}

/// The map at a logit; parallel outside its ends.
fn apply(map: &[[f64; 2]], logit: f64) -> f64 {
    let (Some([low, _]), Some([high, _])) = (map.first(), map.last()) else {
        return logit;
    };
    let inside = logit.clamp(*low, *high);
    let after = map.partition_point(|[at, _]| *at <= inside);
    let value = match (
        after.checked_sub(1).and_then(|place| map.get(place)),
        map.get(after),
    ) {
        (Some([x0, y0]), Some([x1, y1])) => y0 + (inside - x0) * (y1 - y0) / (x1 - x0),
        (Some([_, y]), None) | (None, Some([_, y])) => *y,
        (None, None) => inside,
    };
    value + logit - inside
}

fn platt(said: &[Said]) -> Vec<[f64; 2]> {
    let (slope, intercept) = line(said);
    // A line that falls would turn the scale around.
    if slope <= 0.0 {
        return Vec::new();
    }
    ENDS.map(|at| [at, slope * at + intercept]).to_vec()
}

/// A step of the staircase.
#[derive(Clone, Copy, Default)]
struct Step {
    logits: f64,
    hits: f64,
    weight: f64,
}

impl Step {
    fn share(&self) -> f64 {
        (self.hits + 0.25) / (self.weight + 0.5)
    }

    fn join(&mut self, other: Self) {
        self.logits += other.logits;
        self.hits += other.hits;
        self.weight += other.weight;
    }
}

fn isotonic(said: &[Said]) -> Vec<[f64; 2]> {
    let mut sorted = said.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut steps: Vec<Step> = Vec::new();
    let mut open = Step::default();
    for (logit, hit, weight) in sorted {
        open.join(Step {
            logits: logit * weight,
            hits: hit * weight,
            weight,
        });
        if open.hits >= ATTACKS_A_STEP {
            push(&mut steps, std::mem::take(&mut open));
        }
    }
    if let Some(last) = steps.last_mut() {
        last.join(open);
    }
    let mut map: Vec<[f64; 2]> = Vec::new();
    for step in &steps {
        let share = step.share().clamp(1e-9, 1.0 - 1e-9);
        let pair = [step.logits / step.weight, libm::log(share / (1.0 - share))];
        if map
            .last()
            .is_none_or(|last| last[0] < pair[0] && last[1] < pair[1])
        {
            map.push(pair);
        }
    }
    map
}

/// Adds a step; neighbours that fall are pooled.
fn push(steps: &mut Vec<Step>, mut step: Step) {
    while let Some(before) = steps.pop_if(|before| before.share() >= step.share()) {
        step.join(before);
    }
    steps.push(step);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::replay::metrics::SplitMix;

    /// Outcomes of a model that exaggerates: what it says is twice the truth.
    fn exaggerated(truth: impl Fn(f64) -> f64) -> Vec<Said> {
        let mut random = SplitMix(8);
        (0..40_000)
            .map(|_| {
                let said = random.unit() * 16.0 - 12.0;
                (
                    said,
                    f64::from(u8::from(random.unit() < sigmoid(truth(said)))),
                    1.0,
                )
            })
            .collect()
    }

    #[test]
    fn a_model_that_exaggerates_is_brought_back() {
        let map = fit(&exaggerated(|said| said / 2.0));
        for said in [-8.0, -4.0, 0.0, 3.0] {
            assert!((apply(&map, said) - said / 2.0).abs() < 0.5, "{said}: {map:?}");
        }
        assert!(
            map.windows(2)
                .all(|pair| pair[0][0] < pair[1][0] && pair[0][1] < pair[1][1])
        );
    }

    #[test]
    fn a_bend_is_followed_where_a_line_cannot() {
        let map = fit(&exaggerated(|said| {
            if said < 0.0 {
                said / 4.0 - 2.0
            } else {
                said * 1.5 - 2.0
            }
        }));
        assert!(map.len() > 2, "{map:?}");
        assert!((apply(&map, -8.0) + 4.0).abs() < 0.7, "{map:?}");
    }

    #[test]
    fn too_few_attacks_correct_nothing() {
        assert!(fit(&[(0.0, 1.0, 1.0), (1.0, 0.0, 1.0)]).is_empty());
    }
}
