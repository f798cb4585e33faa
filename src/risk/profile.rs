//! What one user's accepted sign-ins looked like: compact, fading, bounded.

use super::counts::{Landmark, Level};
use super::tenure::{Returns, Stays, WATCHED};
use super::visit::{DeviceProof, GeoPoint, Visit, fold};
use crate::base::timestamp::Timestamp;

/// Half-life of what a profile remembers, seconds: 60 days.
const HALF_LIFE_SECS: f64 = 60.0 * 86_400.0;
const HOURS: usize = 168;
const FORMAT: u8 = 2;
/// Profiles of this form lack blocks and stays, which are learned anew.
const FORMER_FORMAT: u8 = 1;
const FORMER_LEVELS: usize = 8;

/// The levels at which values are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Address,
    Network,
    Asn,
    Country,
    Agent,
    Family,
    Place,
    Kind,
    Block,
}

impl Part {
    pub(crate) const ALL: [Self; 9] = [
        Self::Address,
        Self::Network,
        Self::Asn,
        Self::Country,
        Self::Agent,
        Self::Family,
        Self::Place,
        Self::Kind,
        Self::Block,
    ];

    /// The most values a profile keeps at this level. Nobody is at home in more countries or regions.
    const fn capacity(self) -> usize {
        match self {
            Self::Country | Self::Block => 24,
            _ => 64,
        }
    }

    /// The visit's value at this level; absent when unknown or when it has no meaning for this address.
    pub(crate) fn key(self, visit: &Visit) -> Option<u32> {
        let address = &visit.address;
        match self {
            Self::Address => address.address.map(fold),
            Self::Network => address.network.map(fold),
            Self::Asn => address.asn,
            Self::Country => address.country.map(super::visit::CountryCode::key),
            Self::Agent => visit.agent.full.map(fold),
            Self::Family => visit.agent.family_key(),
            Self::Place => address
                .point
                .filter(|_| address.is_placeable())
                .map(super::geo::cell),
            Self::Kind => address.kind.map(|kind| kind as u32),
            Self::Block => address.block.map(fold),
        }
    }
}

/// A user's profile. It holds hashes, coarse values and counts, no address and no user agent string; at most 4 kB as
/// bytes. Profiles learn from accepted sign-ins only, after the decision.
#[derive(Clone, Debug, PartialEq)]
pub struct UserProfile {
    landmark: Landmark,
    accepted: f32,
    sign_ins: u32,
    tokenless: f32,
    levels: [Level; Part::ALL.len()],
    stays: [Stays; WATCHED.len()],
    hours: [u8; HOURS],
    last: Option<Last>,
    place: Option<LastPlace>,
}

/// The last accepted sign-in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Last {
    pub(crate) at: Timestamp,
    pub(crate) family: u32,
    pub(crate) agent: u32,
    pub(crate) version: u16,
}

/// The last place that could be put on the map, kept apart: a sign-in through a relay has none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LastPlace {
    pub(crate) at: Timestamp,
    pub(crate) point: GeoPoint,
}

impl Default for UserProfile {
    fn default() -> Self {
        Self::new()
    }
}

impl UserProfile {
    /// A profile that has seen nothing.
    pub fn new() -> Self {
        Self {
            landmark: Landmark::new(0, HALF_LIFE_SECS),
            accepted: 0.0,
            sign_ins: 0,
            tokenless: 0.0,
            levels: Default::default(),
            stays: Default::default(),
            hours: [0; HOURS],
            last: None,
            place: None,
        }
    }

    /// How many sign-ins it learned from, unfaded.
    pub const fn sign_ins(&self) -> u32 {
        self.sign_ins
    }

    /// Learns from an accepted sign-in. `weight` is 1 for one that was let in at low risk or passed a strong factor,
    /// one half after a weak factor, 0 for nothing learned. Gives what came back to where it had been, for the tenant's baseline.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "counts are kept in 32 bits on purpose"
    )]
    pub fn observe(&mut self, visit: &Visit, weight: f64) -> Returns {
        let mut returns = Returns::default();
        if weight <= 0.0 {
            return returns;
        }
        if self.sign_ins == 0 {
            self.landmark.secs = visit.at.secs();
        }
        if let Some(factor) = self.landmark.advance(visit.at) {
            self.rescale(factor);
        }
        let lifted = self.landmark.lift(visit.at) * weight.min(1.0);
        self.accepted += lifted as f32;
        self.sign_ins = self.sign_ins.saturating_add(1);
        if visit.device == DeviceProof::Missing {
            self.tokenless += lifted as f32;
        }
        for (part, level) in Part::ALL.into_iter().zip(&mut self.levels) {
            if let Some(key) = part.key(visit) {
                level.add(key, lifted, part.capacity());
            }
        }
        for ((watched, stays), back) in WATCHED.into_iter().zip(&mut self.stays).zip(&mut returns) {
            *back = stays.observe(watched, visit, lifted);
        }
        self.count_hour(visit.at);
        self.last = Some(Last {
            at: visit.at,
            family: visit.agent.family_key().unwrap_or_default(),
            agent: visit.agent.full.map(fold).unwrap_or_default(),
            version: visit.agent.version.unwrap_or_default(),
        });
        if let Some(point) = visit.address.point.filter(|_| visit.address.is_placeable()) {
            self.place = Some(LastPlace { at: visit.at, point });
        }
        returns
    }

    fn count_hour(&mut self, at: Timestamp) {
        if let Some(count) = self.hours.get_mut(hour_of_week(at)) {
            if *count == u8::MAX {
                self.hours.iter_mut().for_each(|count| *count /= 2);
            } else {
                *count += 1;
            }
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "counts are kept in 32 bits on purpose"
    )]
    fn rescale(&mut self, factor: f64) {
        self.accepted = (f64::from(self.accepted) * factor) as f32;
        self.tokenless = (f64::from(self.tokenless) * factor) as f32;
        self.levels.iter_mut().for_each(|level| level.scale(factor));
        self.stays.iter_mut().for_each(|stays| stays.scale(factor));
    }

    /// Adds what another profile of the same user learned, for instance on another node.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "counts are kept in 32 bits on purpose"
    )]
    pub fn merge(&mut self, other: &Self) {
        if other.sign_ins == 0 {
            return;
        }
        if self.sign_ins == 0 {
            *self = other.clone();
            return;
        }
        let factor = self.landmark.lift(Timestamp::from_secs(other.landmark.secs));
        self.accepted += (f64::from(other.accepted) * factor) as f32;
        self.tokenless += (f64::from(other.tokenless) * factor) as f32;
        self.sign_ins = self.sign_ins.saturating_add(other.sign_ins);
        for (part, (mine, theirs)) in Part::ALL
            .into_iter()
            .zip(self.levels.iter_mut().zip(&other.levels))
        {
            for &(key, weight) in theirs.entries() {
                mine.add(key, f64::from(weight) * factor, part.capacity());
            }
        }
        for (mine, theirs) in self.stays.iter_mut().zip(&other.stays) {
            mine.merge(theirs, factor);
        }
        for (mine, theirs) in self.hours.iter_mut().zip(&other.hours) {
            *mine = mine.saturating_add(*theirs);
        }
        if other.last.map(|last| last.at) > self.last.map(|last| last.at) {
            self.last = other.last;
        }
        if other.place.map(|place| place.at) > self.place.map(|place| place.at) {
            self.place = other.place;
        }
    }

    /// The faded number of sign-ins at a time.
    pub(crate) fn accepted_at(&self, at: Timestamp) -> f64 {
        f64::from(self.accepted) / self.landmark.lift(at)
    }

    /// The faded number of sign-ins without a device cookie.
    pub(crate) fn tokenless_at(&self, at: Timestamp) -> f64 {
        f64::from(self.tokenless) / self.landmark.lift(at)
    }

    /// The faded count of a value at a level; `None` when the visit has no such value.
    pub(crate) fn count(&self, part: Part, visit: &Visit) -> Option<f64> {
        let key = part.key(visit)?;
        let level = self.levels.get(part as usize)?;
        Some(level.weight(key) / self.landmark.lift(visit.at))
    }

    /// The faded number of sign-ins that had a value at a level.
    pub(crate) fn counted(&self, part: Part, at: Timestamp) -> f64 {
        let all = self.levels.get(part as usize).map_or(0.0, |level| {
            level.entries().iter().map(|(_, weight)| f64::from(*weight)).sum()
        });
        all / self.landmark.lift(at)
    }

    /// Where the user was last, for a watched pair, and the factor of its counts at a time.
    pub(crate) fn stays(&self, watched: usize, at: Timestamp) -> Option<(&Stays, f64)> {
        Some((self.stays.get(watched)?, self.landmark.lift(at)))
    }

    /// How many values a level keeps.
    #[expect(clippy::cast_precision_loss, reason = "at most 64")]
    pub(crate) fn distinct(&self, part: Part) -> f64 {
        self.levels
            .get(part as usize)
            .map_or(0.0, |level| level.entries().len() as f64)
    }

    pub(crate) const fn last(&self) -> Option<Last> {
        self.last
    }

    pub(crate) const fn place(&self) -> Option<LastPlace> {
        self.place
    }

    /// How often the hours around `at` were used, smoothed around the day and over the week, and the same for all
    /// hours.
    pub(crate) fn hour_mass(&self, at: Timestamp) -> (f64, f64) {
        hour_mass(
            |slot| f64::from(self.hours.get(slot).copied().unwrap_or_default()),
            at,
        )
    }

    /// The stored form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        out.push(FORMAT);
        out.extend(self.landmark.secs.to_le_bytes());
        out.extend(self.accepted.to_le_bytes());
        out.extend(self.sign_ins.to_le_bytes());
        out.extend(self.tokenless.to_le_bytes());
        for level in &self.levels {
            out.push(u8::try_from(level.entries().len()).unwrap_or(u8::MAX));
            for (key, weight) in level.entries() {
                out.extend(key.to_le_bytes());
                out.extend(weight.to_le_bytes());
            }
        }
        for stays in &self.stays {
            stays.to_bytes(&mut out);
        }
        out.extend(self.hours);
        out.push(u8::from(self.last.is_some()));
        if let Some(last) = self.last {
            out.extend(last.at.micros().to_le_bytes());
            out.extend(last.family.to_le_bytes());
            out.extend(last.agent.to_le_bytes());
            out.extend(last.version.to_le_bytes());
        }
        out.push(u8::from(self.place.is_some()));
        if let Some(place) = self.place {
            out.extend(place.at.micros().to_le_bytes());
            for degree in [place.point.latitude, place.point.longitude, place.point.radius_km] {
                out.extend(degree.to_le_bytes());
            }
        }
        out
    }

    /// Reads the stored form; `None` for another format or damaged bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let [format] = reader.take()?;
        let levels = match format {
            FORMAT => Part::ALL.len(),
            FORMER_FORMAT => FORMER_LEVELS,
            _ => return None,
        };
        let mut profile = Self::new();
        profile.landmark.secs = i64::from_le_bytes(reader.take()?);
        profile.accepted = f32::from_le_bytes(reader.take()?);
        profile.sign_ins = u32::from_le_bytes(reader.take()?);
        profile.tokenless = f32::from_le_bytes(reader.take()?);
        for (part, level) in Part::ALL.into_iter().zip(&mut profile.levels).take(levels) {
            let [length] = reader.take()?;
            for _ in 0..length {
                let key = u32::from_le_bytes(reader.take()?);
                level.add(
                    key,
                    f64::from(f32::from_le_bytes(reader.take()?)),
                    part.capacity(),
                );
            }
        }
        if format == FORMAT {
            for stays in &mut profile.stays {
                *stays = Stays::from_bytes(&mut reader)?;
            }
        }
        profile.hours = reader.take()?;
        if reader.take()? == [1] {
            profile.last = Some(Last {
                at: Timestamp::from_micros(i64::from_le_bytes(reader.take()?)),
                family: u32::from_le_bytes(reader.take()?),
                agent: u32::from_le_bytes(reader.take()?),
                version: u16::from_le_bytes(reader.take()?),
            });
        }
        if reader.take()? == [1] {
            profile.place = Some(LastPlace {
                at: Timestamp::from_micros(i64::from_le_bytes(reader.take()?)),
                point: GeoPoint {
                    latitude: f64::from_le_bytes(reader.take()?),
                    longitude: f64::from_le_bytes(reader.take()?),
                    radius_km: f64::from_le_bytes(reader.take()?),
                },
            });
        }
        reader.0.is_empty().then_some(profile)
    }
}

/// Takes fixed-size pieces off the front of bytes.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl Reader<'_> {
    pub(crate) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk::<N>()?;
        self.0 = tail;
        Some(*head)
    }
}

/// 0 is Monday from midnight UTC, 167 Sunday from 23 o'clock.
pub(crate) fn hour_of_week(at: Timestamp) -> usize {
    // The epoch was a Thursday.
    let hours = at.secs().div_euclid(3_600) + 3 * 24;
    usize::try_from(hours.rem_euclid(168)).unwrap_or_default()
}

/// Mass of the slots around an hour, and of all slots. Neighbouring hours count less, and days of the other half of the
/// week (working days against the weekend) count half.
pub(crate) fn hour_mass(count: impl Fn(usize) -> f64, at: Timestamp) -> (f64, f64) {
    const KERNEL: [(usize, f64); 5] = [(22, 1.0), (23, 2.0), (0, 3.0), (1, 2.0), (2, 1.0)];
    let slot = hour_of_week(at);
    let (day, hour) = (slot / 24, slot % 24);
    let (mut near, mut all) = (0.0, 0.0);
    for other in 0..7 {
        let share = if (other < 5) == (day < 5) { 1.0 } else { 0.5 };
        for (offset, weight) in KERNEL {
            near += share * weight / 9.0 * count(other * 24 + (hour + offset) % 24);
        }
        for hour in 0..24 {
            all += share * count(other * 24 + hour);
        }
    }
    (near, all)
}
