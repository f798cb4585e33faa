//! How well scores separate: shares of attacks caught at given shares of honest sign-ins challenged, calibration, cold
//! start.

use std::collections::BTreeMap;

use serde::Serialize;

use super::row::Class;

/// Challenge rates at which catch rates are reported.
pub const RATES: [f64; 4] = [0.01, 0.02, 0.05, 0.10];
const RATE_NAMES: [&str; 4] = ["0.01", "0.02", "0.05", "0.10"];
/// Draws of the bootstrap.
pub const DRAWS: usize = 2_000;

/// One scored sign-in.
#[derive(Clone, Copy, Debug)]
pub struct Scored {
    /// What the scorer said; greater is worse.
    pub score: f64,
    /// Whose sign-in it was.
    pub class: Class,
    /// The account: takeovers of one account are drawn together.
    pub user: u64,
    /// Its earlier successes.
    pub earlier: u32,
}

/// A scorer's quality against one class or a mix.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Measure {
    /// Area under the ROC curve.
    pub auc: f64,
    /// Share of attacks caught at each challenge rate.
    pub tpr_at: BTreeMap<&'static str, f64>,
    /// 95 % interval of the same, by bootstrap over victims.
    pub ci95: BTreeMap<&'static str, [f64; 2]>,
}

/// Measures of all classes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Separation {
    /// Honest sign-ins.
    pub honest: usize,
    /// Attacks.
    pub attacks: usize,
    /// By the headline weights.
    pub mix: Measure,
    /// Average of the detectable classes.
    #[serde(rename = "macro")]
    pub macro_average: Measure,
    /// By class.
    pub classes: BTreeMap<&'static str, Measure>,
}

/// One attack: whether it was caught at each rate (1 or 0), and the share of honest sign-ins below it.
struct Marks {
    user: u64,
    caught: [f64; 4],
    above: f64,
}

/// The attacks of each class.
type ByClass = BTreeMap<Class, Vec<Marks>>;

/// Scores of honest sign-ins, rising.
pub(super) fn honest_scores(rows: &[Scored]) -> Vec<f64> {
    let mut honest: Vec<f64> = rows
        .iter()
        .filter(|row| row.class == Class::Honest)
        .map(|row| row.score)
        .collect();
    honest.sort_by(f64::total_cmp);
    honest
}

fn marks(rows: &[Scored], honest: &[f64]) -> ByClass {
    let thresholds = RATES.map(|rate| threshold(honest, rate));
    let mut marks = ByClass::new();
    for row in rows.iter().filter(|row| row.class != Class::Honest) {
        marks.entry(row.class).or_default().push(Marks {
            user: row.user,
            caught: thresholds.map(|threshold| f64::from(u8::from(row.score > threshold))),
            above: share_below(honest, row.score),
        });
    }
    marks
}

/// How much better the first scorer is than the second on the headline mix, for the same rows in the same order. Paired:
/// each draw takes the same victims for both, so what they share cancels out.
pub fn difference(first: &[Scored], second: &[Scored], seed: u64) -> Measure {
    let mut marks_of_first = marks(first, &honest_scores(first));
    let marks_of_second = marks(second, &honest_scores(second));
    for (class, attacks) in &mut marks_of_first {
        let others = marks_of_second.get(class).map(Vec::as_slice).unwrap_or_default();
        for (attack, other) in attacks.iter_mut().zip(others) {
            attack.above -= other.above;
            for (caught, other) in attack.caught.iter_mut().zip(other.caught) {
                *caught -= other;
            }
        }
    }
    let weights = weights(&marks_of_first);
    measure(&marks_of_first, &weights, seed)
}

/// Measures how scores separate. `seed` makes the bootstrap repeatable.
pub fn separation(rows: &[Scored], seed: u64) -> Separation {
    let honest = honest_scores(rows);
    let marks = marks(rows, &honest);
    let weights = weights(&marks);
    let flat: BTreeMap<Class, f64> = weights
        .keys()
        .filter(|class| **class != Class::OwnNet)
        .map(|class| (*class, 1.0))
        .collect();
    let one = |class: Class| BTreeMap::from([(class, 1.0)]);
    Separation {
        honest: honest.len(),
        attacks: marks.values().map(Vec::len).sum(),
        mix: measure(&marks, &weights, seed),
        macro_average: measure(&marks, &flat, seed),
        classes: marks
            .keys()
            .map(|class| (class.name(), measure(&marks, &one(*class), seed)))
            .collect(),
    }
}

/// The headline weights of the classes that are there; a log without detail is one class.
fn weights(marks: &ByClass) -> BTreeMap<Class, f64> {
    let detailed = marks.keys().any(|class| class.mix_weight() > 0.0);
    marks
        .keys()
        .map(|class| (*class, if detailed { class.mix_weight() } else { 1.0 }))
        .collect()
}

/// The score that exactly this share of honest sign-ins lies above.
pub(super) fn threshold(honest: &[f64], rate: f64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of rows"
    )]
    let above = (rate * honest.len() as f64).floor() as usize;
    honest
        .len()
        .checked_sub(above + 1)
        .and_then(|place| honest.get(place))
        .copied()
        .unwrap_or(f64::INFINITY)
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows")]
pub(super) fn share_below(sorted: &[f64], score: f64) -> f64 {
    let below = sorted.partition_point(|other| *other < score);
    let upto = sorted.partition_point(|other| *other <= score);
    (below + upto) as f64 / 2.0 / sorted.len().max(1) as f64
}

fn measure(marks: &ByClass, weights: &BTreeMap<Class, f64>, seed: u64) -> Measure {
    let total: f64 = weights.values().sum();
    let mut measure = Measure::default();
    let mut draws = vec![[0.0; 4]; DRAWS];
    for (class, weight) in weights {
        let Some(marks) = marks.get(class) else { continue };
        let share = weight / total;
        let (rates, auc) = average(marks.iter());
        measure.auc += share * auc;
        for (name, rate) in RATE_NAMES.into_iter().zip(rates) {
            *measure.tpr_at.entry(name).or_default() += share * rate;
        }
        for (sum, drawn) in draws.iter_mut().zip(bootstrap(marks, seed)) {
            for (sum, rate) in sum.iter_mut().zip(drawn) {
                *sum += share * rate;
            }
        }
    }
    for (place, name) in RATE_NAMES.into_iter().enumerate() {
        let mut values: Vec<f64> = draws.iter().filter_map(|draw| draw.get(place).copied()).collect();
        values.sort_by(f64::total_cmp);
        let at = |share: usize| values.get(DRAWS * share / 1_000).copied().unwrap_or_default();
        measure.ci95.insert(name, [at(25), at(975)]);
    }
    measure
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows")]
fn average<'a>(marks: impl Iterator<Item = &'a Marks>) -> ([f64; 4], f64) {
    let (mut rates, mut auc, mut n) = ([0.0; 4], 0.0, 0_usize);
    for mark in marks {
        for (rate, caught) in rates.iter_mut().zip(mark.caught) {
            *rate += caught;
        }
        auc += mark.above;
        n += 1;
    }
    let n = n.max(1) as f64;
    (rates.map(|rate| rate / n), auc / n)
}

/// Catch rates of samples with replacement, victim by victim.
fn bootstrap(marks: &[Marks], seed: u64) -> Vec<[f64; 4]> {
    let mut victims: BTreeMap<u64, Vec<&Marks>> = BTreeMap::new();
    for mark in marks {
        victims.entry(mark.user).or_default().push(mark);
    }
    let victims: Vec<Vec<&Marks>> = victims.into_values().collect();
    let mut random = SplitMix(seed);
    (0..DRAWS)
        .map(|_| {
            let drawn = (0..victims.len()).filter_map(|_| victims.get(random.below(victims.len())));
            average(drawn.flatten().copied()).0
        })
        .collect()
}

/// A small repeatable generator (SplitMix64). Not for secrets.
#[derive(Clone, Debug)]
pub struct SplitMix(pub u64);

impl SplitMix {
    /// The next 64 bits.
    pub fn next_bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `bound`; 0 when it is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.next_bits()) * (bound as u128);
        usize::try_from(wide >> 64).unwrap_or_default()
    }

    /// A number from 0 to below 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits")]
    pub fn unit(&mut self) -> f64 {
        (self.next_bits() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// One step of experience.
#[derive(Clone, Debug, Serialize)]
pub struct ColdStart {
    /// Earlier sign-ins, such as `3-4`.
    pub earlier: &'static str,
    /// Honest sign-ins.
    pub honest: usize,
    /// Share of them above the threshold of 5 %.
    pub challenged: f64,
    /// Share of attacks above it.
    pub caught: f64,
}

/// Challenge and catch rate by experience, at a threshold that challenges 5 % of honest sign-ins overall.
#[expect(clippy::cast_precision_loss, reason = "counts of rows")]
pub fn cold_start(rows: &[Scored]) -> Vec<ColdStart> {
    const STEPS: [(&str, u32, u32); 7] = [
        ("1", 1, 1),
        ("2", 2, 2),
        ("3-4", 3, 4),
        ("5-9", 5, 9),
        ("10-19", 10, 19),
        ("20-39", 20, 39),
        ("40+", 40, u32::MAX),
    ];
    let honest = |row: &&Scored| row.class == Class::Honest;
    let mut scores: Vec<f64> = rows.iter().filter(honest).map(|row| row.score).collect();
    scores.sort_by(f64::total_cmp);
    let limit = threshold(&scores, 0.05);
    STEPS
        .into_iter()
        .map(|(earlier, from, until)| {
            let (mut counts, mut above) = ([0_usize; 2], [0_usize; 2]);
            for row in rows.iter().filter(|row| (from..=until).contains(&row.earlier)) {
                let attack = usize::from(row.class != Class::Honest);
                if let (Some(count), Some(above)) = (counts.get_mut(attack), above.get_mut(attack)) {
                    *count += 1;
                    *above += usize::from(row.score > limit);
                }
            }
            ColdStart {
                earlier,
                honest: counts[0],
                challenged: above[0] as f64 / counts[0].max(1) as f64,
                caught: above[1] as f64 / counts[1].max(1) as f64,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Scored> {
        let row = |score: f64, class, user| Scored {
            score,
            class,
            user,
            earlier: 1,
        };
        let mut rows: Vec<Scored> = (0..1_000_u16)
            .map(|i| row(f64::from(i), Class::Honest, u64::from(i)))
            .collect();
        // Half of the naive lie above every honest sign-in, half in their middle.
        rows.extend((0..10).map(|i| row(if i < 5 { 2_000.0 } else { 499.5 }, Class::Naive, 5_000 + i)));
        rows
    }

    #[test]
    fn half_above_half_in_the_middle() {
        let separation = separation(&rows(), 1);
        assert!((separation.mix.auc - 0.75).abs() < 1e-9);
        for rate in RATE_NAMES {
            assert!((separation.mix.tpr_at[rate] - 0.5).abs() < 1e-9);
        }
        let [low, high] = separation.mix.ci95["0.01"];
        assert!(low < 0.4 && high > 0.6);
        assert_eq!((separation.honest, separation.attacks), (1_000, 10));
    }

    #[test]
    fn shuffled_labels_give_one_half() {
        let mut rows = rows();
        let mut random = SplitMix(3);
        for row in &mut rows {
            row.score = random.unit();
        }
        for row in rows.iter_mut().take(400) {
            row.class = Class::Naive;
        }
        assert!((separation(&rows, 1).mix.auc - 0.5).abs() < 0.05);
    }
}
