//! Typing rhythm: one weak, optional signal. How far a series of key timings lies from how somebody usually types the same
//! text; the texts and keys themselves are never known here.
//!
//! The distance is the scaled Manhattan distance of Killourhy and Maxion (DSN 2009) around the median, with every term
//! clipped, so that one stumble does not outweigh the rest.

/// Every term of the distance is clipped here, in spreads.
const CLIP: f64 = 4.0;
/// Timings per sample that are looked at.
pub const MOST_TIMINGS: usize = 64;
/// Below this many samples a profile says nothing.
pub const LEAST_SAMPLES: u32 = 10;
/// The signal never says more than this, nats.
const LIMIT: f64 = 1.5;
const FORMAT: u8 = 1;

/// How somebody types one text, from a batch of samples.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    centres: Vec<f64>,
    spreads: Vec<f64>,
}

impl Template {
    /// The template of some samples of equal length; `None` without samples.
    pub fn fit(samples: &[Vec<f64>]) -> Option<Self> {
        let length = samples.first()?.len();
        let mut template = Self::default();
        for place in 0..length {
            let mut values: Vec<f64> = samples
                .iter()
                .filter_map(|sample| sample.get(place).copied())
                .collect();
            values.sort_by(f64::total_cmp);
            let centre = middle(&values);
            #[expect(clippy::cast_precision_loss, reason = "a count of samples")]
            let spread =
                values.iter().map(|value| (value - centre).abs()).sum::<f64>() / values.len().max(1) as f64;
            template.centres.push(centre);
            template.spreads.push(spread);
        }
        Some(template)
    }

    /// How far a sample lies from the template: mean of clipped deviations in spreads.
    pub fn distance(&self, sample: &[f64]) -> f64 {
        distance(&self.centres, &self.spreads, sample)
    }
}

fn middle(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    let at = |place: usize| sorted.get(place).copied().unwrap_or_default();
    if sorted.len() % 2 == 1 {
        at(half)
    } else {
        f64::midpoint(at(half.saturating_sub(1)), at(half))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count of timings")]
fn distance(centres: &[f64], spreads: &[f64], sample: &[f64]) -> f64 {
    let terms = centres.iter().zip(spreads).zip(sample);
    let sum: f64 = terms
        .map(|((centre, spread), value)| ((value - centre).abs() / spread.max(1e-4)).min(CLIP))
        .sum();
    sum / centres.len().max(1) as f64
}

/// A profile that follows somebody's typing, one accepted sample at a time. Under 1 kB as bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rhythm {
    samples: u32,
    centres: Vec<f32>,
    spreads: Vec<f32>,
}

impl Rhythm {
    /// Usual spread of a timing before anything is known, seconds, and the weight of that opinion in samples.
    const PRIOR: (f64, f64) = (0.04, 5.0);

    /// Samples learned from.
    pub const fn samples(&self) -> u32 {
        self.samples
    }

    /// Learns from an accepted sample. One of another length means another text: the profile starts anew.
    #[expect(clippy::cast_possible_truncation, reason = "kept in 32 bits on purpose")]
    pub fn observe(&mut self, timings: &[f64]) {
        let timings = timings.get(..timings.len().min(MOST_TIMINGS)).unwrap_or_default();
        if timings.len() != self.centres.len() {
            *self = Self {
                samples: 0,
                centres: timings.iter().map(|timing| *timing as f32).collect(),
                spreads: vec![Self::PRIOR.0 as f32; timings.len()],
            };
        }
        self.samples = self.samples.saturating_add(1);
        let n = f64::from(self.samples);
        let weight = (1.0 / n).max(0.02);
        let spread_weight = (1.0 / (n + Self::PRIOR.1)).max(0.02);
        for ((centre, spread), timing) in self.centres.iter_mut().zip(&mut self.spreads).zip(timings) {
            let (old, wide) = (f64::from(*centre), f64::from(*spread));
            let off = timing - old;
            // Outliers pull no harder than the clip lets them count.
            let pull = off.clamp(-CLIP * wide, CLIP * wide);
            *centre = (old + weight * pull) as f32;
            *spread = (wide + spread_weight * (pull.abs() - wide)).max(0.001) as f32;
        }
    }

    /// How far a sample lies from the profile; `None` for another text.
    pub fn distance(&self, timings: &[f64]) -> Option<f64> {
        let timings = timings.get(..timings.len().min(MOST_TIMINGS))?;
        if timings.is_empty() || timings.len() != self.centres.len() {
            return None;
        }
        let wide = |values: &[f32]| values.iter().copied().map(f64::from).collect::<Vec<f64>>();
        Some(distance(&wide(&self.centres), &wide(&self.spreads), timings))
    }

    /// The log-likelihood ratio of somebody else typing against the owner, at most 1.5 nats either way; `None` below ten
    /// samples. The owner's distances lie around 0.95, others' around 2.
    pub fn nats(&self, timings: &[f64]) -> Option<f64> {
        if self.samples < LEAST_SAMPLES {
            return None;
        }
        let distance = self.distance(timings)?;
        Some((2.5 * (distance - 1.45)).clamp(-LIMIT, LIMIT))
    }

    /// The stored form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![FORMAT, u8::try_from(self.centres.len()).unwrap_or_default()];
        out.extend(self.samples.to_le_bytes());
        for value in self.centres.iter().chain(&self.spreads) {
            out.extend(value.to_le_bytes());
        }
        out
    }

    /// Reads the stored form; `None` for another format or damaged bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut reader = super::profile::Reader(bytes);
        let [format, length] = reader.take()?;
        if format != FORMAT || usize::from(length) > MOST_TIMINGS {
            return None;
        }
        let samples = u32::from_le_bytes(reader.take()?);
        let mut values = || -> Option<Vec<f32>> {
            (0..length)
                .map(|_| reader.take().map(f32::from_le_bytes))
                .collect()
        };
        let (centres, spreads) = (values()?, values()?);
        reader.0.is_empty().then_some(Self {
            samples,
            centres,
            spreads,
        })
    }
}

/// The rate at which a threshold wrongly refuses the owner as often as it wrongly lets others in. `genuine` and
/// `impostor` are distances.
#[expect(clippy::cast_precision_loss, reason = "counts of samples")]
pub fn equal_error_rate(genuine: &[f64], impostor: &[f64]) -> f64 {
    let sorted = |values: &[f64]| {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        values
    };
    let (genuine, impostor) = (sorted(genuine), sorted(impostor));
    let rates = |threshold: f64| {
        let refused = genuine.len() - genuine.partition_point(|value| *value <= threshold);
        let let_in = impostor.partition_point(|value| *value <= threshold);
        (
            refused as f64 / genuine.len().max(1) as f64,
            let_in as f64 / impostor.len().max(1) as f64,
        )
    };
    let mut thresholds: Vec<f64> = genuine.iter().chain(&impostor).copied().collect();
    thresholds.sort_by(f64::total_cmp);
    let mut before = (1.0, 0.0);
    for threshold in thresholds {
        let now = rates(threshold);
        if now.1 >= now.0 {
            // Between two thresholds the curve is a straight line.
            let (miss, alarm) = (before.0 - now.0, now.1 - before.1);
            let gap = before.0 - before.1;
            let share = if miss + alarm > 0.0 {
                gap / (miss + alarm)
            } else {
                0.0
            };
            return before.0 - share * miss;
        }
        before = now;
    }
    before.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::replay::metrics::SplitMix;

    fn typed(random: &mut SplitMix, pace: f64) -> Vec<f64> {
        (0..20)
            .map(|key| 0.1 + pace * f64::from(key % 5) * 0.03 + random.unit() * 0.02)
            .collect()
    }

    #[test]
    fn a_rhythm_knows_its_owner_and_never_says_much() {
        let mut random = SplitMix(4);
        let mut rhythm = Rhythm::default();
        for _ in 0..9 {
            rhythm.observe(&typed(&mut random, 1.0));
        }
        assert_eq!(rhythm.nats(&typed(&mut random, 1.0)), None);
        for _ in 0..40 {
            rhythm.observe(&typed(&mut random, 1.0));
        }
        assert!(rhythm.nats(&typed(&mut random, 1.0)).unwrap() < 0.0);
        let other = rhythm.nats(&typed(&mut random, 4.0)).unwrap();
        assert!(other > 1.0 && other <= 1.5, "{other}");
        assert_eq!(rhythm.nats(&[0.1]), None);
        assert_eq!(Rhythm::from_bytes(&rhythm.to_bytes()), Some(rhythm.clone()));
        assert!(Rhythm::from_bytes(&[1, 200]).is_none());
        let mut long = Rhythm::default();
        long.observe(&[0.1; 500]);
        assert!(long.to_bytes().len() <= 1_024);
    }

    #[test]
    fn equal_errors() {
        assert!(equal_error_rate(&[1.0, 2.0, 3.0], &[4.0, 5.0]).abs() < 1e-9);
        let half = equal_error_rate(&[1.0, 3.0], &[2.0, 4.0]);
        assert!((half - 0.5).abs() < 1e-9, "{half}");
    }
}
