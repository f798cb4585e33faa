//! What is normal in a tenant: fading counts of successes and failures by provider, country, families and addresses.

use std::collections::BTreeMap;

use super::counts::Landmark;
use super::profile::{Part, Reader, hour_mass, hour_of_week};
use super::tenure::{Places, Returns, WATCHED};
use super::visit::Visit;
use crate::base::timestamp::Timestamp;

/// Half-life of what a baseline remembers, seconds: 60 days.
const HALF_LIFE_SECS: f64 = 60.0 * 86_400.0;
const FORMAT: u8 = 2;
/// Baselines of this form don't say how long values last.
const FORMER_FORMAT: u8 = 1;
const HOURS: usize = 168;
const LEVELS: usize = 6;

/// Successes and failures with a value, lifted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Cell {
    pub(crate) successes: f32,
    pub(crate) failures: f32,
}

/// Counts read at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) successes: f64,
    pub(crate) failures: f64,
}

/// A tenant's baseline. Bounded: when a table is full its lightest quarter goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    landmark: Landmark,
    successes: f64,
    failures: f64,
    levels: [BTreeMap<u32, Cell>; LEVELS],
    places: [Places; WATCHED.len()],
    hours: Vec<f32>,
    capacity: usize,
}

impl Default for Baseline {
    fn default() -> Self {
        Self::with_capacity(Self::CAPACITY)
    }
}

impl Baseline {
    /// Values kept in each table unless told otherwise.
    pub const CAPACITY: usize = 65_536;

    /// An empty baseline whose tables keep at most `capacity` values each.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            landmark: Landmark::new(0, HALF_LIFE_SECS),
            successes: 0.0,
            failures: 0.0,
            levels: Default::default(),
            places: Default::default(),
            hours: vec![0.0; HOURS],
            capacity: capacity.max(64),
        }
    }

    /// Counts an accepted sign-in, with what [`super::UserProfile::observe`] says of it.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "counts are kept in 32 bits on purpose"
    )]
    pub fn observe(&mut self, visit: &Visit, returns: &Returns, weight: f64) {
        if weight <= 0.0 {
            return;
        }
        let lifted = self.lift(visit.at) * weight.min(1.0);
        self.successes += lifted;
        if let Some(hour) = self.hours.get_mut(hour_of_week(visit.at)) {
            *hour += lifted as f32;
        }
        self.count(visit, |cell| cell.successes += lifted as f32);
        for (back, places) in returns.iter().zip(&mut self.places) {
            if let Some(back) = back {
                places.observe(*back, lifted, self.capacity);
            }
        }
    }

    /// Counts a failed attempt, on a known account or not.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "counts are kept in 32 bits on purpose"
    )]
    pub fn observe_failure(&mut self, visit: &Visit) {
        let lifted = self.lift(visit.at);
        self.failures += lifted;
        self.count(visit, |cell| cell.failures += lifted as f32);
    }

    fn lift(&mut self, at: Timestamp) -> f64 {
        if self.successes <= 0.0 && self.failures <= 0.0 {
            self.landmark.secs = at.secs();
        }
        if let Some(factor) = self.landmark.advance(at) {
            self.rescale(factor);
        }
        self.landmark.lift(at)
    }

    fn count(&mut self, visit: &Visit, add: impl Fn(&mut Cell)) {
        for (part, table) in Part::ALL.into_iter().zip(&mut self.levels) {
            let Some(key) = part.key(visit) else { continue };
            add(table.entry(key).or_default());
            if table.len() > self.capacity {
                drop_lightest_quarter(table);
            }
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "counts are kept in 32 bits on purpose"
    )]
    fn rescale(&mut self, factor: f64) {
        let factor32 = factor as f32;
        self.successes *= factor;
        self.failures *= factor;
        self.hours.iter_mut().for_each(|hour| *hour *= factor32);
        for table in &mut self.levels {
            for cell in table.values_mut() {
                cell.successes *= factor32;
                cell.failures *= factor32;
            }
            table.retain(|_, cell| cell.successes + cell.failures > 1e-6);
        }
        self.places.iter_mut().for_each(|places| places.scale(factor));
    }

    /// Adds what another baseline of the same tenant counted, for instance on another node.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "counts are kept in 32 bits on purpose"
    )]
    pub fn merge(&mut self, other: &Self) {
        if self.successes <= 0.0 && self.failures <= 0.0 {
            self.landmark.secs = other.landmark.secs;
        }
        let factor = self.landmark.lift(Timestamp::from_secs(other.landmark.secs));
        let factor32 = factor as f32;
        self.successes += other.successes * factor;
        self.failures += other.failures * factor;
        for (mine, theirs) in self.hours.iter_mut().zip(&other.hours) {
            *mine += theirs * factor32;
        }
        for (mine, theirs) in self.levels.iter_mut().zip(&other.levels) {
            for (key, cell) in theirs {
                let sum = mine.entry(*key).or_default();
                sum.successes += cell.successes * factor32;
                sum.failures += cell.failures * factor32;
            }
            while mine.len() > self.capacity {
                drop_lightest_quarter(mine);
            }
        }
        for (mine, theirs) in self.places.iter_mut().zip(&other.places) {
            mine.merge(theirs, factor, self.capacity);
        }
    }

    /// How long values last where they belong, for a watched pair, and the factor of its counts at a time.
    pub(crate) fn places(&self, watched: usize, at: Timestamp) -> Option<(&Places, f64)> {
        Some((self.places.get(watched)?, self.landmark.lift(at)))
    }

    /// All successes and failures at a time.
    pub(crate) fn totals(&self, at: Timestamp) -> Counts {
        let lift = self.landmark.lift(at);
        Counts {
            successes: self.successes / lift,
            failures: self.failures / lift,
        }
    }

    /// Successes and failures with the visit's value at a level; `None` when it has none.
    pub(crate) fn counts(&self, part: Part, visit: &Visit) -> Option<Counts> {
        let key = part.key(visit)?;
        let cell = self
            .levels
            .get(part as usize)?
            .get(&key)
            .copied()
            .unwrap_or_default();
        let lift = self.landmark.lift(visit.at);
        Some(Counts {
            successes: f64::from(cell.successes) / lift,
            failures: f64::from(cell.failures) / lift,
        })
    }

    /// The tenant's smoothed use of the hours around `at`, and of all hours.
    pub(crate) fn hour_mass(&self, at: Timestamp) -> (f64, f64) {
        let lift = self.landmark.lift(at);
        let (near, all) = hour_mass(
            |slot| f64::from(self.hours.get(slot).copied().unwrap_or_default()),
            at,
        );
        (near / lift, all / lift)
    }

    /// The stored form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![FORMAT];
        out.extend(self.landmark.secs.to_le_bytes());
        out.extend((self.capacity as u64).to_le_bytes());
        out.extend(self.successes.to_le_bytes());
        out.extend(self.failures.to_le_bytes());
        for hour in &self.hours {
            out.extend(hour.to_le_bytes());
        }
        for table in &self.levels {
            out.extend((table.len() as u64).to_le_bytes());
            for (key, cell) in table {
                out.extend(key.to_le_bytes());
                out.extend(cell.successes.to_le_bytes());
                out.extend(cell.failures.to_le_bytes());
            }
        }
        for places in &self.places {
            places.to_bytes(&mut out);
        }
        out
    }

    /// Reads the stored form; `None` for another format or damaged bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let [format] = reader.take()?;
        if format != FORMAT && format != FORMER_FORMAT {
            return None;
        }
        let landmark = i64::from_le_bytes(reader.take()?);
        let capacity = usize::try_from(u64::from_le_bytes(reader.take()?)).ok()?;
        let mut baseline = Self::with_capacity(capacity);
        baseline.landmark.secs = landmark;
        baseline.successes = f64::from_le_bytes(reader.take()?);
        baseline.failures = f64::from_le_bytes(reader.take()?);
        for hour in &mut baseline.hours {
            *hour = f32::from_le_bytes(reader.take()?);
        }
        for table in &mut baseline.levels {
            let length = u64::from_le_bytes(reader.take()?);
            for _ in 0..length {
                let key = u32::from_le_bytes(reader.take()?);
                let cell = Cell {
                    successes: f32::from_le_bytes(reader.take()?),
                    failures: f32::from_le_bytes(reader.take()?),
                };
                table.insert(key, cell);
            }
        }
        if format == FORMAT {
            for places in &mut baseline.places {
                *places = Places::from_bytes(&mut reader)?;
            }
        }
        reader.0.is_empty().then_some(baseline)
    }
}

fn drop_lightest_quarter(table: &mut BTreeMap<u32, Cell>) {
    let mut weights: Vec<f32> = table
        .values()
        .map(|cell| cell.successes + cell.failures)
        .collect();
    weights.sort_by(f32::total_cmp);
    let Some(&limit) = weights.get(weights.len() / 4) else {
        return;
    };
    // Many may weigh the same as the limit; no more than a quarter goes.
    let mut left = weights.len() / 4 + 1;
    table.retain(|_, cell| {
        let goes = left > 0 && cell.successes + cell.failures <= limit;
        left -= usize::from(goes);
        !goes
    });
}
