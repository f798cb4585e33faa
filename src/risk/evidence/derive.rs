//! How each signal is derived. A fact that is not known leaves its signal out.

use std::borrow::Cow;

use super::{HardStop, Sheet};
use crate::risk::backoff::{self, ClientCounts, NetworkCounts};
use crate::risk::baseline::{Baseline, Counts};
use crate::risk::geo;
use crate::risk::profile::{Part, UserProfile};
use crate::risk::signal::Signal;
use crate::risk::tenure::{self, WATCHED};
use crate::risk::visit::{DeviceProof, Forced, Known, Sensitivity, Visit, fold};

pub(super) fn stops(visit: &Visit) -> Vec<HardStop> {
    let breached = visit.breached_password == Some(true) || visit.forced.contains(&Forced::BreachedPassword);
    [
        (HardStop::CopiedDevice, visit.device == DeviceProof::Copied),
        (HardStop::BlocklistedNetwork, visit.address.blocklisted),
        (HardStop::TooManyFailures, visit.failures.consecutive >= 100),
        (HardStop::BreachedPassword, breached),
    ]
    .into_iter()
    .filter_map(|(stop, holds)| holds.then_some(stop))
    .collect()
}

pub(super) fn device(sheet: &mut Sheet, visit: &Visit, profile: &UserProfile) {
    let rank = match visit.device {
        DeviceProof::Unknown => return,
        DeviceProof::Current => 0.0,
        DeviceProof::FirstVisit => 1.0,
        DeviceProof::Missing => 2.0,
        DeviceProof::OtherAccount => 3.0,
        DeviceProof::Copied => 4.0,
    };
    sheet.put(Signal::Device, rank, "device cookie");
    let n = profile.accepted_at(visit.at);
    if profile.sign_ins() > 0 {
        let habit = if visit.device == DeviceProof::Missing {
            surprise(profile.tokenless_at(visit.at), n)
        } else {
            0.0
        };
        sheet.put(Signal::DeviceHabit, habit, "device cookie");
    }
}

/// ln of the user's sign-ins over those with the value, smoothed: 0 for a constant companion.
fn surprise(count: f64, n: f64) -> f64 {
    libm::log((n + 0.5) / (count.min(n) + 0.5))
}

pub(super) fn novelty(sheet: &mut Sheet, visit: &Visit, profile: &UserProfile) {
    if profile.sign_ins() == 0 {
        return;
    }
    let n = profile.accepted_at(visit.at);
    sheet.put(Signal::History, libm::log1p(n), "profile");
    let levels = [
        (Part::Address, Signal::AddressNovelty),
        (Part::Network, Signal::SubnetNovelty),
        (Part::Asn, Signal::AsnNovelty),
        (Part::Country, Signal::CountryNovelty),
        (Part::Kind, Signal::KindNovelty),
        (Part::Place, Signal::PlaceNovelty),
        (Part::Agent, Signal::AgentNovelty),
        (Part::Family, Signal::FamilyNovelty),
    ];
    for (part, signal) in levels {
        let value = profile.count(part, visit).map(|count| surprise(count, n));
        sheet.put_known(signal, value, "profile");
    }
    let block = profile.count(Part::Block, visit).map(|count| {
        // Profiles of old know no blocks: only what was counted since may be missed.
        surprise(count, profile.counted(Part::Block, visit.at))
    });
    let known_blocks = profile.distinct(Part::Block) > 0.0;
    sheet.put_known(Signal::BlockNovelty, block.filter(|_| known_blocks), "profile");
    for (part, signal) in [
        (Part::Address, Signal::AddressChurn),
        (Part::Network, Signal::SubnetChurn),
        (Part::Agent, Signal::AgentChurn),
    ] {
        let churn = profile.count(part, visit).map(|count| {
            if count > 0.0 {
                0.0
            } else {
                libm::log((n + 1.0) / (profile.distinct(part) + 0.5)).max(0.0)
            }
        });
        sheet.put_known(signal, churn, "profile");
    }
    if let (Some(last), Some(version), Some(family)) =
        (profile.last(), visit.agent.version, visit.agent.family_key())
        && last.family == family
        && last.version > 0
    {
        let step = f64::from(version) - f64::from(last.version);
        sheet.put(Signal::VersionStep, step.clamp(-10.0, 10.0), "profile");
    }
}

/// How surprising a new address at a known provider and a new agent of a known family are, by how long they usually last.
pub(super) fn tenures(sheet: &mut Sheet, visit: &Visit, profile: &UserProfile, baseline: &Baseline) {
    // Whoever was never anywhere is nowhere for the first time.
    if profile.sign_ins() == 0 {
        return;
    }
    let signals = [Signal::AddressTenure, Signal::AgentTenure];
    for (index, (watched, signal)) in WATCHED.into_iter().zip(signals).enumerate() {
        let known = profile.count(watched.1, visit).is_some_and(|count| count > 0.0);
        let surprise = profile
            .stays(index, visit.at)
            .zip(baseline.places(index, visit.at))
            .and_then(|(stays, places)| tenure::surprise(stays, places, watched, visit, known));
        sheet.put_known(signal, surprise, "profile");
    }
}

pub(super) fn likelihoods(sheet: &mut Sheet, visit: &Visit, profile: &UserProfile, baseline: &Baseline) {
    if profile.sign_ins() == 0 {
        return;
    }
    let n = profile.accepted_at(visit.at);
    let totals = baseline.totals(visit.at);
    let own = |part| profile.count(part, visit);
    let all = |part| baseline.counts(part, visit);
    if visit.address.is_public()
        && let (Some(own_address), Some(own_asn), Some(own_country)) =
            (own(Part::Address), own(Part::Asn), own(Part::Country))
        && let (Some(address), Some(asn), Some(country)) =
            (all(Part::Address), all(Part::Asn), all(Part::Country))
    {
        let value = backoff::network(&NetworkCounts {
            n,
            successes: totals.successes,
            failures: totals.failures,
            own_address,
            own_asn,
            own_country,
            all_address: address.successes,
            all_asn: asn.successes,
            all_country: country.successes,
            failed_address: address.failures,
            failed_asn: asn.failures,
        });
        sheet.put(Signal::NetworkBackoff, value, "profile");
    }
    if let (Some(own_agent), Some(own_family)) = (own(Part::Agent), own(Part::Family))
        && let (Some(agent), Some(family)) = (all(Part::Agent), all(Part::Family))
    {
        let value = backoff::client(&ClientCounts {
            n,
            successes: totals.successes,
            failures: totals.failures,
            own_agent,
            own_family,
            all_agent: agent.successes,
            all_family: family.successes,
            failed_agent: agent.failures,
        });
        sheet.put(Signal::AgentBackoff, value, "profile");
    }
}

pub(super) fn failures(sheet: &mut Sheet, visit: &Visit) {
    let facts = &visit.failures;
    let public = visit.address.is_public();
    let from_address = [
        (Signal::AddressFailuresHour, facts.address_hour),
        (Signal::AddressFailuresDay, facts.address_day),
        (Signal::AddressFailuresWeek, facts.address_week),
        (Signal::SubnetFailuresDay, facts.network_day),
        (Signal::AddressAccounts, facts.address_accounts),
        (Signal::SubnetAccounts, facts.network_accounts),
    ];
    for (signal, count) in from_address {
        let count = count.filter(|_| public);
        sheet.put_known(signal, count.map(|count| libm::log1p(count.max(0.0))), "counters");
    }
    for (signal, count) in [
        (Signal::AccountFailuresHour, facts.account_hour),
        (Signal::AccountFailuresDay, facts.account_day),
    ] {
        sheet.put_known(signal, count.map(|count| libm::log1p(count.max(0.0))), "counters");
    }
}

pub(super) fn population(sheet: &mut Sheet, visit: &Visit, baseline: &Baseline) {
    let totals = baseline.totals(visit.at);
    // Too little is known of what is normal here to call anything rare.
    if totals.successes < 50.0 {
        return;
    }
    let overall = (totals.failures + 1.0) / (totals.successes + 1.0);
    let ratio = |counts: Counts| {
        libm::log((counts.failures + 4.0 * overall) / (counts.successes + 4.0)) - libm::log(overall)
    };
    let rarity = |counts: Counts| libm::log((totals.successes + 1.0) / (counts.successes + 0.5));
    let levels = [
        (Part::Asn, Some(Signal::AsnFailures), Some(Signal::AsnRarity)),
        (
            Part::Country,
            Some(Signal::CountryFailures),
            Some(Signal::CountryRarity),
        ),
        (
            Part::Agent,
            Some(Signal::AgentFailures),
            Some(Signal::AgentRarity),
        ),
        (Part::Address, None, Some(Signal::AddressRarity)),
    ];
    for (part, failing, rare) in levels {
        let counts = baseline
            .counts(part, visit)
            .filter(|_| part == Part::Agent || visit.address.is_public());
        if let (Some(counts), Some(signal)) = (counts, failing) {
            sheet.put(signal, ratio(counts), "tenant baseline");
        }
        if let (Some(counts), Some(signal)) = (counts, rare) {
            sheet.put(signal, rarity(counts), "tenant baseline");
        }
    }
}

pub(super) fn feeds(sheet: &mut Sheet, visit: &Visit) {
    const DAY: u32 = 86_400;
    let address = &visit.address;
    if !address.is_public() {
        return;
    }
    let lists = [
        (Signal::Tor, &address.tor, DAY),
        (Signal::Anonymizer, &address.anonymizer, 7 * DAY),
        (Signal::Hosting, &address.hosting, 60 * DAY),
        (Signal::Reputation, &address.reputation, 2 * DAY),
    ];
    for (signal, listed, half_life) in lists {
        let Known::Value {
            value,
            source,
            age_secs,
        } = listed
        else {
            continue;
        };
        // Seven half-lives on a list says nothing any more, and that is not the same as clean.
        if *age_secs > half_life.saturating_mul(7) {
            continue;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 1000"
        )]
        let confidence =
            libm::round(1_000.0 * libm::exp2(-f64::from(*age_secs) / f64::from(half_life))) as u16;
        let value = f64::from(u8::from(*value));
        sheet.set(
            signal,
            value,
            Cow::Owned(source.clone()),
            Some(*age_secs),
            confidence,
        );
    }
    let kind = address.kind.map(|kind| f64::from(kind as u8));
    sheet.put_known(Signal::NetworkKind, kind, "network database");
}

/// Distance and travel. A relay, a data centre or a private address is nowhere; the same device does not travel
/// impossibly, whatever a database thinks; and a place the user is known at needs no journey.
pub(super) fn place(sheet: &mut Sheet, visit: &Visit, profile: &UserProfile) {
    const FASTEST_KM_H: f64 = 900.0;
    const FAR_KM: f64 = 500.0;
    let (Some(last), Some(here)) = (
        profile.place(),
        visit.address.point.filter(|_| visit.address.is_placeable()),
    ) else {
        return;
    };
    let apart = geo::distance_km(last.point, here) - last.point.radius_km - here.radius_km;
    let km = apart.max(0.0);
    sheet.put(Signal::Distance, libm::log1p(km), "geo database");
    let same_device = match visit.device {
        DeviceProof::Current => true,
        DeviceProof::Unknown => profile
            .last()
            .is_some_and(|last| visit.agent.full.map(fold) == Some(last.agent)),
        _ => false,
    };
    let known = profile.count(Part::Place, visit).is_some_and(|count| count > 0.0)
        || profile
            .count(Part::Network, visit)
            .is_some_and(|count| count > 0.0);
    let hours = (visit.at.since(last.at).as_secs_f64() / 3_600.0).max(1.0 / 60.0);
    let ratio = km / hours / FASTEST_KM_H;
    let travels = km > FAR_KM && ratio > 1.0 && !same_device && !known;
    let value = if travels {
        (1.0 + libm::log(ratio)).min(4.0)
    } else {
        0.0
    };
    sheet.put(Signal::Travel, value, "geo database");
}

pub(super) fn habits(sheet: &mut Sheet, visit: &Visit, profile: &UserProfile, baseline: &Baseline) {
    const EVEN: f64 = 4.0;
    if let Some(last) = profile.last() {
        let hours = visit.at.since(last.at).as_secs_f64() / 3_600.0;
        sheet.put(Signal::Gap, libm::log1p(hours), "profile");
        let (all_near, all_mass) = baseline.hour_mass(visit.at);
        let usual = (all_near + 1.0 / 24.0) / (all_mass + 1.0);
        let (near, mass) = profile.hour_mass(visit.at);
        let own = (near + EVEN * usual) / (mass + EVEN);
        sheet.put(Signal::Hour, libm::log(usual / own).clamp(-3.0, 3.0), "profile");
    }
    let behaviour = &visit.behaviour;
    let cadence = behaviour.cadence.map(|nats| nats.clamp(-1.5, 1.5));
    sheet.put_known(Signal::Cadence, cadence, "typing rhythm");
    let haste = behaviour
        .form_millis
        .map(|millis| (1.0 - f64::from(millis) / 1_200.0).max(0.0));
    sheet.put_known(Signal::FormHaste, haste, "form");
    let trip = behaviour
        .round_trip_millis
        .filter(|millis| *millis > 0.0)
        .map(libm::log);
    sheet.put_known(Signal::RoundTrip, trip, "connection");
}

pub(super) fn account(sheet: &mut Sheet, visit: &Visit) {
    const DAY: f64 = 86_400.0;
    let account = &visit.account;
    let flag = |holds: bool| f64::from(u8::from(holds));
    sheet.put_known(
        Signal::BreachedPassword,
        visit.breached_password.map(flag),
        "breached passwords",
    );
    sheet.put_known(Signal::Privileged, account.privileged.map(flag), "account");
    #[expect(clippy::cast_precision_loss, reason = "seconds of an account's age")]
    let seconds = |secs: u64| secs as f64;
    if let Some(age) = account.age_secs {
        let youth = (1.0 - (seconds(age) - DAY) / (6.0 * DAY)).clamp(0.0, 1.0);
        sheet.put(Signal::AccountYouth, youth, "account");
        let change = account
            .credential_changed_secs
            .map_or(0.0, |secs| (1.0 - seconds(secs) / DAY).max(0.0));
        sheet.put(Signal::CredentialChange, change, "account");
    }
    let weight = match visit.sensitivity {
        Sensitivity::Low => -1.0,
        Sensitivity::Normal => 0.0,
        Sensitivity::High => 1.0,
    };
    sheet.put(Signal::Sensitivity, weight, "action");
    sheet.put_known(
        Signal::Climate,
        visit.climate.map(|nats| nats.clamp(0.0, 5.0)),
        "tenant baseline",
    );
    sheet.put_known(
        Signal::Campaign,
        visit.campaign.map(|nats| nats.clamp(0.0, 5.0)),
        "second pass",
    );
}

pub(super) fn force(sheet: &mut Sheet, visit: &Visit) {
    const FORCED: &str = "forced";
    for forced in &visit.forced {
        let values: &[(Signal, f64)] = match forced {
            Forced::NewDevice => &[
                (Signal::Device, 2.0),
                (Signal::DeviceHabit, 10.0),
                (Signal::AgentBackoff, 8.0),
                (Signal::AgentNovelty, 3.0),
                (Signal::AgentTenure, 5.0),
                (Signal::FamilyNovelty, 3.0),
            ],
            Forced::Tor => &[(Signal::Tor, 1.0)],
            Forced::Hosting => &[(Signal::Hosting, 1.0), (Signal::NetworkKind, 5.0)],
            Forced::ImpossibleTravel => &[(Signal::Travel, 3.0), (Signal::Distance, 9.0)],
            Forced::BreachedPassword => &[(Signal::BreachedPassword, 1.0)],
            Forced::OddHour => &[(Signal::Hour, 3.0)],
            Forced::CadenceMismatch => &[(Signal::Cadence, 1.5)],
        };
        for (signal, value) in values {
            sheet.put(*signal, *value, FORCED);
        }
    }
}
