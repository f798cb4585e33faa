//! How long a value lasts where it belongs: an address at a provider, a user agent of a family.
//!
//! A home connection keeps its address for months, a phone gets another one every hour. Whether a new address at a known
//! provider is worth noticing depends on how long addresses last there, for this user and for everybody, and on how long
//! the user was away. Changes are taken for a Poisson process: rate = changes over days watched.

use std::collections::BTreeMap;

use super::profile::{Part, Reader};
use super::visit::Visit;
use crate::base::timestamp::Timestamp;

/// What is watched: a value, and where it belongs.
pub(crate) const WATCHED: [(Part, Part); 2] = [(Part::Asn, Part::Address), (Part::Family, Part::Agent)];

/// Days that one return may count: after a longer absence nobody knows how often the value changed.
const MOST_DAYS: f64 = 30.0;
/// What a tenant starts from: a value lasts thirty days.
const USUAL: Tenure = Tenure {
    changes: 1.0,
    days: 30.0,
};
/// Changes a place is assumed to have seen at the tenant's rate, and a user at the place's.
const PLACE_DOUBT: f64 = 2.0;
const USER_DOUBT: f64 = 1.0;
/// A value may change although the rate says it hardly does: the share of returns at which it does anyway.
const CHANGES_ANYWAY: f64 = 0.01;
/// What a place where the user never was says: more than any change at a known one.
const NEVER_HERE: f64 = 5.0;

/// Changes counted over days watched.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Tenure {
    changes: f32,
    days: f32,
}

impl Tenure {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "counts are kept in 32 bits on purpose"
    )]
    fn add(&mut self, again: Return, weight: f64) {
        if again.changed {
            self.changes += weight as f32;
        }
        self.days += (again.days.min(MOST_DAYS) * weight) as f32;
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "counts are kept in 32 bits on purpose"
    )]
    fn scale(&mut self, factor: f64) {
        self.changes = (f64::from(self.changes) * factor) as f32;
        self.days = (f64::from(self.days) * factor) as f32;
    }

    /// Changes a day, seen from a usual rate that counts as much as `doubt` changes. Both counts are divided by `lift`.
    fn rate(self, lift: f64, usual: f64, doubt: f64) -> f64 {
        let changes = f64::from(self.changes) / lift;
        let days = f64::from(self.days) / lift;
        (changes + doubt) / (days + doubt / usual)
    }
}

/// Somebody came back to where they had been.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Return {
    /// Where: a provider, a family of user agents.
    key: u32,
    /// Whether the value is another one than the last time there.
    changed: bool,
    /// Days since the last time there.
    days: f64,
}

/// What came back at a sign-in, for each watched pair.
pub type Returns = [Option<Return>; WATCHED.len()];

/// One user's last value at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stay {
    key: u32,
    value: u32,
    at: Timestamp,
    tenure: Tenure,
}

/// The places where a user was last: at most [`Stays::CAPACITY`]; the one left longest ago goes first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Stays(Vec<Stay>);

impl Stays {
    pub(crate) const CAPACITY: usize = 6;

    fn at(&self, key: u32) -> Option<&Stay> {
        self.0.iter().find(|stay| stay.key == key)
    }

    /// Notes a sign-in; gives what came back. `lift` is the factor of the profile's fading counts.
    pub(crate) fn observe(
        &mut self,
        (place, value): (Part, Part),
        visit: &Visit,
        lift: f64,
    ) -> Option<Return> {
        let (key, value) = (place.key(visit)?, value.key(visit)?);
        if let Some(stay) = self.0.iter_mut().find(|stay| stay.key == key) {
            let again = Return {
                key,
                changed: stay.value != value,
                days: days_between(stay.at, visit.at),
            };
            stay.tenure.add(again, lift);
            stay.value = value;
            stay.at = stay.at.max(visit.at);
            return Some(again);
        }
        let fresh = Stay {
            key,
            value,
            at: visit.at,
            tenure: Tenure::default(),
        };
        self.insert(fresh);
        None
    }

    fn insert(&mut self, fresh: Stay) {
        if self.0.len() < Self::CAPACITY {
            self.0.push(fresh);
        } else if let Some(oldest) = self.0.iter_mut().min_by_key(|stay| stay.at)
            && oldest.at <= fresh.at
        {
            *oldest = fresh;
        }
    }

    pub(crate) fn scale(&mut self, factor: f64) {
        self.0.iter_mut().for_each(|stay| stay.tenure.scale(factor));
    }

    /// Takes over what another table saw later or elsewhere; its counts are lifted by `factor` more than ours.
    pub(crate) fn merge(&mut self, other: &Self, factor: f64) {
        for theirs in &other.0 {
            let mut theirs = *theirs;
            theirs.tenure.scale(factor);
            if let Some(mine) = self.0.iter_mut().find(|stay| stay.key == theirs.key) {
                mine.tenure.changes += theirs.tenure.changes;
                mine.tenure.days += theirs.tenure.days;
                if theirs.at > mine.at {
                    (mine.at, mine.value) = (theirs.at, theirs.value);
                }
            } else {
                self.insert(theirs);
            }
        }
    }

    pub(crate) fn to_bytes(&self, out: &mut Vec<u8>) {
        out.push(u8::try_from(self.0.len()).unwrap_or(u8::MAX));
        for stay in &self.0 {
            out.extend(stay.key.to_le_bytes());
            out.extend(stay.value.to_le_bytes());
            out.extend(stay.at.micros().to_le_bytes());
            out.extend(stay.tenure.changes.to_le_bytes());
            out.extend(stay.tenure.days.to_le_bytes());
        }
    }

    pub(crate) fn from_bytes(reader: &mut Reader<'_>) -> Option<Self> {
        let [length] = reader.take()?;
        let mut stays = Self::default();
        for _ in 0..length {
            stays.insert(Stay {
                key: u32::from_le_bytes(reader.take()?),
                value: u32::from_le_bytes(reader.take()?),
                at: Timestamp::from_micros(i64::from_le_bytes(reader.take()?)),
                tenure: Tenure {
                    changes: f32::from_le_bytes(reader.take()?),
                    days: f32::from_le_bytes(reader.take()?),
                },
            });
        }
        Some(stays)
    }
}

/// How long values last at each place, over all users of a tenant.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Places {
    all: Tenure,
    by_place: BTreeMap<u32, Tenure>,
}

impl Places {
    /// Notes that somebody came back. A full table keeps the places it has.
    pub(crate) fn observe(&mut self, again: Return, weight: f64, capacity: usize) {
        self.all.add(again, weight);
        if self.by_place.len() < capacity || self.by_place.contains_key(&again.key) {
            self.by_place.entry(again.key).or_default().add(again, weight);
        }
    }

    /// Changes a day at a place.
    fn rate(&self, key: u32, lift: f64) -> f64 {
        let usual = f64::from(USUAL.changes / USUAL.days);
        let overall = self.all.rate(lift, usual, 1.0);
        let here = self.by_place.get(&key).copied().unwrap_or_default();
        here.rate(lift, overall, PLACE_DOUBT)
    }

    pub(crate) fn scale(&mut self, factor: f64) {
        self.all.scale(factor);
        self.by_place.values_mut().for_each(|tenure| tenure.scale(factor));
        self.by_place.retain(|_, tenure| tenure.days > 1e-6);
    }

    pub(crate) fn merge(&mut self, other: &Self, factor: f64, capacity: usize) {
        let sum = |mine: &mut Tenure, theirs: &Tenure| {
            let mut theirs = *theirs;
            theirs.scale(factor);
            mine.changes += theirs.changes;
            mine.days += theirs.days;
        };
        sum(&mut self.all, &other.all);
        for (key, tenure) in &other.by_place {
            if self.by_place.len() < capacity || self.by_place.contains_key(key) {
                sum(self.by_place.entry(*key).or_default(), tenure);
            }
        }
    }

    pub(crate) fn to_bytes(&self, out: &mut Vec<u8>) {
        let mut tenure = |tenure: &Tenure| {
            out.extend(tenure.changes.to_le_bytes());
            out.extend(tenure.days.to_le_bytes());
        };
        tenure(&self.all);
        out.extend((self.by_place.len() as u64).to_le_bytes());
        for (key, found) in &self.by_place {
            out.extend(key.to_le_bytes());
            out.extend(found.changes.to_le_bytes());
            out.extend(found.days.to_le_bytes());
        }
    }

    pub(crate) fn from_bytes(reader: &mut Reader<'_>) -> Option<Self> {
        let tenure = |reader: &mut Reader<'_>| {
            Some(Tenure {
                changes: f32::from_le_bytes(reader.take()?),
                days: f32::from_le_bytes(reader.take()?),
            })
        };
        let mut places = Self {
            all: tenure(reader)?,
            by_place: BTreeMap::new(),
        };
        let length = u64::from_le_bytes(reader.take()?);
        for _ in 0..length {
            let key = u32::from_le_bytes(reader.take()?);
            places.by_place.insert(key, tenure(reader)?);
        }
        Some(places)
    }
}

/// How surprising it is that the value changed since the user was last at the place, nats; negative when it did not
/// change. `known` says that the value is one of the user's others.
pub(crate) fn surprise(
    (stays, lift): (&Stays, f64),
    (places, places_lift): (&Places, f64),
    (place, value): (Part, Part),
    visit: &Visit,
    known: bool,
) -> Option<f64> {
    let (key, value) = (place.key(visit)?, value.key(visit)?);
    let Some(stay) = stays.at(key) else {
        return Some(NEVER_HERE);
    };
    let usual = places.rate(key, places_lift);
    let rate = stay.tenure.rate(lift, usual, USER_DOUBT);
    let expected = rate * days_between(stay.at, visit.at) + CHANGES_ANYWAY;
    if stay.value == value || known {
        return Some(-expected);
    }
    Some(-libm::log(-libm::expm1(-expected)))
}

fn days_between(before: Timestamp, now: Timestamp) -> f64 {
    // A minute at least: clocks of nodes differ.
    (now.since(before).as_secs_f64() / 86_400.0).max(1.0 / 1_440.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn visit(day: i64, asn: u32, address: u64) -> Visit {
        let mut visit = Visit::unknown(Timestamp::from_secs(day * DAY));
        visit.address.asn = Some(asn);
        visit.address.address = Some(address);
        visit
    }

    fn learned(asn: u32, address_of_day: impl Fn(i64) -> u64) -> (Stays, Places) {
        let (mut stays, mut places) = (Stays::default(), Places::default());
        for day in 0..60 {
            if let Some(again) = stays.observe(WATCHED[0], &visit(day, asn, address_of_day(day)), 1.0) {
                places.observe(again, 1.0, 100);
            }
        }
        (stays, places)
    }

    fn said((stays, places): &(Stays, Places), asn: u32, address: u64) -> Option<f64> {
        surprise(
            (stays, 1.0),
            (places, 1.0),
            WATCHED[0],
            &visit(60, asn, address),
            false,
        )
    }

    #[test]
    fn another_address_surprises_where_addresses_last() {
        let home = learned(1, |_| 7);
        let phone = learned(1, i64::unsigned_abs);
        assert!(said(&home, 1, 99).unwrap() > 3.0);
        assert!(said(&phone, 1, 999).unwrap() < 0.6);
        assert!(said(&home, 1, 7).unwrap() < 0.0);
        assert_eq!(said(&home, 2, 99), Some(NEVER_HERE));
    }

    #[test]
    fn a_long_absence_explains_a_change() {
        let (stays, places) = learned(1, |_| 7);
        let after = |day| {
            let facts = visit(day, 1, 99);
            surprise((&stays, 1.0), (&places, 1.0), WATCHED[0], &facts, false).unwrap()
        };
        assert!(after(60) > after(90) && after(90) > after(400));
    }

    #[test]
    fn what_others_live_through_counts_for_newcomers() {
        let (_, places) = learned(1, i64::unsigned_abs);
        let mut newcomer = Stays::default();
        assert_eq!(newcomer.observe(WATCHED[0], &visit(59, 1, 5), 1.0), None);
        let there = said(&(newcomer.clone(), places), 1, 6).unwrap();
        let elsewhere = said(&(newcomer, Places::default()), 1, 6).unwrap();
        assert!(there + 1.0 < elsewhere, "{there} {elsewhere}");
    }

    #[test]
    fn tables_are_bounded_and_survive_storage() {
        let (mut stays, mut places) = (Stays::default(), Places::default());
        for step in 0..200_u32 {
            for day in 0..2 {
                let facts = visit(i64::from(step) + day, step, 1);
                if let Some(again) = stays.observe(WATCHED[0], &facts, 1.0) {
                    places.observe(again, 1.0, 64);
                }
            }
        }
        assert_eq!((stays.0.len(), places.by_place.len()), (Stays::CAPACITY, 64));
        let (mut small, mut large) = (Vec::new(), Vec::new());
        stays.to_bytes(&mut small);
        places.to_bytes(&mut large);
        assert_eq!(Stays::from_bytes(&mut Reader(&small)), Some(stays));
        assert_eq!(Places::from_bytes(&mut Reader(&large)), Some(places));
    }
}
