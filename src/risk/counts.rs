//! Decayed counts: how often a value was seen, with old sightings fading.
//!
//! Fading is done forward: a sighting at time t weighs 2^((t − landmark) / half-life), and a count is read by dividing
//! through the same factor for now. So nothing needs touching while time passes, and two tables are merged by adding.

use crate::base::timestamp::Timestamp;

/// The largest factor before weights are brought back to a new landmark, as a power of two.
const MAX_LIFT: f64 = 16.0;

/// The factor by which weights of one table are lifted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Landmark {
    /// Seconds since the epoch at which the factor is one.
    pub(crate) secs: i64,
    half_life_secs: f64,
}

impl Landmark {
    pub(crate) const fn new(secs: i64, half_life_secs: f64) -> Self {
        Self { secs, half_life_secs }
    }

    /// The factor at a time.
    pub(crate) fn lift(&self, at: Timestamp) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "seconds of an epoch fit 53 bits")]
        let past = at.secs().saturating_sub(self.secs) as f64;
        libm::exp2((past / self.half_life_secs).clamp(-64.0, 64.0))
    }

    /// Moves to `at` when the factor has grown large, and gives what all weights must be multiplied by.
    pub(crate) fn advance(&mut self, at: Timestamp) -> Option<f64> {
        let lift = self.lift(at);
        if lift < libm::exp2(MAX_LIFT) {
            return None;
        }
        self.secs = at.secs();
        Some(1.0 / lift)
    }
}

/// A bounded number of values with their weights. A new value takes the place of the lightest. Unlike
/// Space-Saving proper it does not inherit that one's weight: a count here may be too small, never too large, since too
/// large would make a stranger look known.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Level(Vec<(u32, f32)>);

impl Level {
    /// The weight of a value; zero when it is not kept.
    pub(crate) fn weight(&self, key: u32) -> f64 {
        self.0
            .iter()
            .find(|(kept, _)| *kept == key)
            .map_or(0.0, |&(_, weight)| f64::from(weight))
    }

    /// Adds to a value; at most `capacity` values are kept.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "counts are kept in 32 bits on purpose"
    )]
    pub(crate) fn add(&mut self, key: u32, weight: f64, capacity: usize) {
        let weight = weight as f32;
        if let Some((_, kept)) = self.0.iter_mut().find(|(kept, _)| *kept == key) {
            *kept += weight;
        } else if self.0.len() < capacity {
            self.0.push((key, weight));
        } else if let Some(lightest) = self.0.iter_mut().min_by(|a, b| a.1.total_cmp(&b.1)) {
            *lightest = (key, weight);
        }
    }

    /// Multiplies every weight.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "counts are kept in 32 bits on purpose"
    )]
    pub(crate) fn scale(&mut self, factor: f64) {
        for (_, weight) in &mut self.0 {
            *weight = (f64::from(*weight) * factor) as f32;
        }
        self.0.retain(|(_, weight)| *weight > 1e-6);
    }

    /// The entries.
    pub(crate) fn entries(&self) -> &[(u32, f32)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_level_drops_the_lightest_and_never_lends_its_weight() {
        let mut level = Level::default();
        for key in 0..64 {
            level.add(key, f64::from(key) + 2.0, 64);
        }
        level.add(1_000, 1.0, 64);
        assert_eq!(level.entries().len(), 64);
        assert!(level.weight(0).abs() < 1e-9);
        assert!((level.weight(1_000) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn half_is_left_after_a_half_life() {
        let landmark = Landmark::new(0, 100.0);
        let seen = landmark.lift(Timestamp::from_secs(50));
        let read = seen / landmark.lift(Timestamp::from_secs(150));
        assert!((read - 0.5).abs() < 1e-12);
    }
}
