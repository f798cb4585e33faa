//! What the engine must hold to, whatever the model's weights.

use proptest::prelude::*;

use super::tenure::Returns;
use super::visit::{
    AddressFacts, AgentFacts, CountryCode, DeviceProof, FailureFacts, Forced, GeoPoint, Known, NetworkKind,
    Visit,
};
use super::*;
use crate::base::net::IpScope;
use crate::base::timestamp::Timestamp;

pub(super) const HOUR: i64 = 3_600;
pub(super) const DAY: i64 = 24 * HOUR;

pub(super) fn point(latitude: f64, longitude: f64) -> GeoPoint {
    GeoPoint {
        latitude,
        longitude,
        radius_km: 20.0,
    }
}

pub(super) fn listed(value: bool) -> Known<bool> {
    Known::Value {
        value,
        source: "list".into(),
        age_secs: 600,
    }
}

/// A sign-in at home: Oslo, provider 2119, Firefox on Windows, known cookie.
pub(super) fn home(secs: i64) -> Visit {
    Visit {
        address: AddressFacts {
            scope: Some(IpScope::Public),
            address: Some(11),
            network: Some(12),
            block: Some(13),
            asn: Some(2_119),
            country: CountryCode::parse("NO"),
            point: Some(point(59.9, 10.7)),
            kind: Some(NetworkKind::Isp),
            tor: listed(false),
            ..AddressFacts::default()
        },
        agent: AgentFacts {
            browser: Some("Firefox".into()),
            os: Some("Windows".into()),
            version: Some(140),
            full: Some(77),
            ..AgentFacts::default()
        },
        device: DeviceProof::Current,
        failures: FailureFacts {
            address_hour: Some(0.0),
            address_day: Some(0.0),
            account_day: Some(0.0),
            ..FailureFacts::default()
        },
        breached_password: Some(false),
        ..Visit::unknown(Timestamp::from_secs(secs))
    }
}

/// The same person's password used in New York with another browser.
pub(super) fn abroad(secs: i64) -> Visit {
    let mut visit = home(secs);
    visit.address.address = Some(21);
    visit.address.network = Some(22);
    visit.address.block = Some(23);
    visit.address.asn = Some(7_018);
    visit.address.country = CountryCode::parse("US");
    visit.address.point = Some(point(40.7, -74.0));
    visit.agent.full = Some(99);
    visit.agent.browser = Some("Chrome".into());
    visit.device = DeviceProof::FirstVisit;
    visit
}

/// A user with twenty sign-ins at home, in a tenant with four hundred others.
pub(super) fn history() -> (UserProfile, Baseline) {
    let (mut profile, mut baseline) = (UserProfile::new(), Baseline::default());
    for day in 0..20 {
        let returns = profile.observe(&home(day * DAY), 1.0);
        baseline.observe(&home(day * DAY), &returns, 1.0);
    }
    for other in 0..400 {
        let mut visit = home(other * HOUR);
        visit.address.address = Some(1_000 + other.unsigned_abs());
        visit.agent.full = Some(2_000 + other.unsigned_abs() % 40);
        baseline.observe(&visit, &Returns::default(), 1.0);
    }
    (profile, baseline)
}

pub(super) fn score(visit: &Visit, profile: &UserProfile, baseline: &Baseline) -> Assessment {
    assess(Model::builtin(), &Evidence::derive(visit, profile, baseline))
}

fn nats(assessment: &Assessment, signal: Signal) -> Option<f64> {
    assessment
        .contributions
        .iter()
        .find(|contribution| contribution.code == signal)
        .map(|contribution| contribution.nats)
}

pub(super) fn adds_up(assessment: &Assessment) {
    let points: f64 = assessment.contributions.iter().map(|c| c.points).sum();
    assert!(
        (assessment.base_points + points - assessment.score).abs() < 1e-9,
        "{assessment:?}"
    );
}

#[test]
fn a_known_user_on_the_same_browser_and_network_is_low() {
    let (profile, baseline) = history();
    let assessment = score(&home(20 * DAY + HOUR), &profile, &baseline);
    assert!(assessment.score < 30.0, "{assessment:?}");
    adds_up(&assessment);
}

/// Defect 17: what a visit teaches counts at the next one.
#[test]
fn a_stranger_abroad_is_higher_and_the_second_visit_lower_than_the_first() {
    let (mut profile, mut baseline) = history();
    let first = score(&abroad(21 * DAY), &profile, &baseline);
    assert!(first.score > score(&home(21 * DAY), &profile, &baseline).score + 10.0);
    let returns = profile.observe(&abroad(21 * DAY), 1.0);
    baseline.observe(&abroad(21 * DAY), &returns, 1.0);
    let mut again = abroad(22 * DAY);
    again.device = DeviceProof::Current;
    let second = score(&again, &profile, &baseline);
    assert!(
        second.score < first.score,
        "{} then {}",
        first.score,
        second.score
    );
    again.device = DeviceProof::FirstVisit;
    assert!(score(&again, &profile, &baseline).score < first.score);
    adds_up(&first);
}

#[test]
fn mallory_is_above_eighty() {
    let (profile, baseline) = history();
    let forced = vec![Forced::Tor, Forced::ImpossibleTravel, Forced::BreachedPassword];
    for mut visit in [home(20 * DAY), Visit::unknown(Timestamp::from_secs(20 * DAY))] {
        visit.forced.clone_from(&forced);
        for profile in [&profile, &UserProfile::new()] {
            let assessment = score(&visit, profile, &baseline);
            assert!(assessment.score >= 80.0, "{assessment:?}");
            assert_eq!(assessment.forced, forced);
            let source = assessment.contributions.iter().find(|c| c.code == Signal::Tor);
            assert_eq!(source.unwrap().source, "forced");
            adds_up(&assessment);
        }
    }
}

#[test]
fn tor_alone_asks_for_more_and_no_lone_signal_refuses() {
    let (profile, baseline) = history();
    for (profile, visit) in [
        (&profile, home(20 * DAY)),
        (
            &UserProfile::new(),
            Visit::unknown(Timestamp::from_secs(20 * DAY)),
        ),
    ] {
        for forced in Forced::ALL {
            let mut visit = visit.clone();
            visit.forced = vec![forced];
            let assessment = score(&visit, profile, &baseline);
            assert!(assessment.score < 80.0, "{forced:?}: {assessment:?}");
            if forced == Forced::Tor {
                assert!(assessment.score >= 30.0, "{assessment:?}");
            }
            adds_up(&assessment);
        }
    }
}

#[test]
fn nothing_known_is_low_and_everything_is_listed_as_missing() {
    let visit = Visit::unknown(Timestamp::from_secs(1_000_000));
    let assessment = score(&visit, &UserProfile::new(), &Baseline::default());
    assert!(assessment.score < 30.0, "{assessment:?}");
    for signal in [
        Signal::Device,
        Signal::Tor,
        Signal::Travel,
        Signal::NetworkBackoff,
    ] {
        assert!(assessment.missing.contains(&signal), "{signal:?}");
        assert_eq!(nats(&assessment, signal), None);
    }
    adds_up(&assessment);
}

#[test]
fn an_unknown_place_adds_nothing_and_private_addresses_do_not_travel() {
    let (profile, baseline) = history();
    let mut unplaced = abroad(20 * DAY);
    unplaced.address.point = None;
    let mut private = abroad(20 * DAY);
    private.address.scope = Some(IpScope::Private);
    for visit in [unplaced, private] {
        let assessment = score(&visit, &profile, &baseline);
        assert_eq!(nats(&assessment, Signal::Travel), None);
        assert!(assessment.missing.contains(&Signal::Travel));
    }
}

#[test]
fn travel_needs_another_device_and_a_place_that_is_no_relay() {
    let (profile, baseline) = history();
    let travel = |visit: &Visit, profile: &UserProfile| {
        Evidence::derive(visit, profile, &baseline)
            .items
            .iter()
            .find(|item| item.signal == Signal::Travel)
            .map(evidence::Item::value)
    };
    let at = 19 * DAY + 2 * HOUR;
    assert!(travel(&abroad(at), &profile).unwrap() > 0.0);
    let mut same = abroad(at);
    same.device = DeviceProof::Current;
    assert_eq!(travel(&same, &profile), Some(0.0));
    let mut relay = abroad(at);
    relay.address.kind = Some(NetworkKind::Relay);
    assert_eq!(travel(&relay, &profile), None);
    // A sign-in through a relay leaves no place behind: at home an hour later nobody travelled.
    let mut after = profile.clone();
    after.observe(&relay, 1.0);
    let mut back = home(at + HOUR);
    back.device = DeviceProof::FirstVisit;
    assert_eq!(travel(&back, &after), Some(0.0));
    // Slow enough is no wonder.
    assert_eq!(travel(&abroad(at + 3 * DAY), &profile), Some(0.0));
}

#[test]
fn what_is_recorded_is_what_is_replayed() {
    let (profile, baseline) = history();
    let evidence = Evidence::derive(&abroad(20 * DAY), &profile, &baseline);
    let text = serde_json::to_string(&evidence).unwrap();
    let back: Evidence = serde_json::from_str(&text).unwrap();
    assert_eq!(back, evidence);
    let judged = assess(Model::builtin(), &evidence);
    assert_eq!(assess(Model::builtin(), &back), judged);
    let record = serde_json::to_string(&judged).unwrap();
    let reread: Assessment = serde_json::from_str(&record).unwrap();
    assert_eq!(reread.contributions.len(), judged.contributions.len());
    for secret in ["2119", "Firefox", "59.9", "7018"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[test]
fn profiles_are_small_and_survive_storage_and_merging() {
    let mut profile = UserProfile::new();
    for step in 0..5_000_i64 {
        let mut visit = home(step * HOUR);
        let key = step.unsigned_abs();
        visit.address.address = Some(key * 7);
        visit.address.network = Some(key * 5);
        visit.address.block = Some(key * 3);
        visit.address.asn = u32::try_from(key).ok();
        visit.address.country = CountryCode::parse(&format!(
            "{}{}",
            char::from(b'A' + u8::try_from(key % 26).unwrap()),
            char::from(b'A' + u8::try_from(key / 26 % 26).unwrap())
        ));
        visit.address.point = Some(point(f64::from(u8::try_from(key % 90).unwrap()), 10.0));
        visit.agent.full = Some(key);
        visit.agent.browser = Some(format!("B{key}"));
        profile.observe(&visit, 1.0);
    }
    let bytes = profile.to_bytes();
    assert!(bytes.len() <= 4_096, "{}", bytes.len());
    assert_eq!(UserProfile::from_bytes(&bytes), Some(profile.clone()));
    assert_eq!(UserProfile::from_bytes(&bytes[1..]), None);
    let mut sum = UserProfile::new();
    sum.merge(&profile);
    assert_eq!(sum, profile);
    let (_, baseline) = history();
    assert_eq!(Baseline::from_bytes(&baseline.to_bytes()), Some(baseline));
}

#[test]
fn baselines_stay_within_their_capacity() {
    let mut baseline = Baseline::with_capacity(100);
    for step in 0..1_000 {
        let mut visit = home(step);
        visit.address.address = Some(step.unsigned_abs() << 32);
        baseline.observe(&visit, &Returns::default(), 1.0);
        baseline.observe_failure(&visit);
    }
    assert!(baseline.to_bytes().len() < 168 * 4 + 232 + 6 * (8 + 101 * 12));
}

/// Beside a proven device, and with no earlier sign-in to compare with, nothing is new.
#[test]
fn a_first_sign_in_has_nothing_to_differ_from() {
    let (_, baseline) = history();
    let first = Evidence::derive(&home(21 * DAY), &UserProfile::new(), &baseline);
    for signal in [
        Signal::AddressTenure,
        Signal::AgentTenure,
        Signal::BlockNovelty,
        Signal::AddressNovelty,
    ] {
        assert!(!first.has(signal), "{signal:?}");
    }
    assert!(first.has(Signal::AsnRarity));
}

#[test]
fn stale_lists_fade_and_then_fall_silent() {
    let (profile, baseline) = history();
    let at = |age_secs| {
        let mut visit = home(20 * DAY);
        visit.address.tor = Known::Value {
            value: true,
            source: "tor".into(),
            age_secs,
        };
        nats(&score(&visit, &profile, &baseline), Signal::Tor)
    };
    let (fresh, day, week) = (at(0).unwrap(), at(86_400).unwrap(), at(8 * 86_400));
    assert!(0.0 < day && day < fresh, "{fresh} {day}");
    assert_eq!(week, None);
}

#[test]
fn the_builtin_model_is_sound_and_changed_ones_are_refused() {
    let model = Model::builtin();
    let text = model.to_json().unwrap();
    assert_eq!(Model::parse(&text).unwrap().hash, model.hash);
    let changed = text.replacen("\"base_rate_ppm\":", "\"base_rate_ppm\":1", 1);
    assert!(matches!(
        Model::parse(&changed),
        Err(model::ModelError::Hash { .. })
    ));
    let terms = model.all_views().flat_map(|view| &view.terms);
    for term in terms.filter(|term| term.signal.rises()) {
        assert!(
            term.knots.windows(2).all(|pair| pair[0][1] <= pair[1][1]),
            "{term:?}"
        );
    }
}

proptest! {
    #[test]
    fn scores_are_bounded_additive_and_rise_with_failures(
        failures in 0.0_f64..500.0,
        more in 0.0_f64..500.0,
        accounts in 0.0_f64..50.0,
        gap in 1_i64..(400 * DAY),
        tor: bool,
        foreign: bool,
    ) {
        let (profile, baseline) = history();
        let at = 20 * DAY + gap;
        let mut visit = if foreign { abroad(at) } else { home(at) };
        visit.address.tor = listed(tor);
        visit.failures.address_accounts = Some(accounts);
        let judge = |count: f64| {
            let mut visit = visit.clone();
            visit.failures.address_hour = Some(count);
            visit.failures.address_day = Some(count);
            visit.failures.address_week = Some(count);
            visit.failures.network_day = Some(count);
            score(&visit, &profile, &baseline)
        };
        let (low, high) = (judge(failures), judge(failures + more));
        prop_assert!(low.score >= 0.0 && high.score <= 100.0 && low.score.is_finite());
        prop_assert!(high.logit >= low.logit - 1e-9, "{} then {}", low.logit, high.logit);
        adds_up(&low);
        adds_up(&high);
    }

    #[test]
    fn damaged_profiles_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = UserProfile::from_bytes(&bytes);
        let _ = Baseline::from_bytes(&bytes);
    }
}

/// A sign-in from a private network, of which no database knows anything.
pub(super) fn on_a_private_network(secs: i64) -> Visit {
    let mut visit = home(secs);
    visit.address = AddressFacts {
        scope: Some(IpScope::Private),
        address: Some(11),
        network: Some(12),
        ..AddressFacts::default()
    };
    visit
}

#[test]
fn the_dials_that_ought_to_make_the_ladder_act_do() {
    let (profile, baseline) = history();
    let (mut quiet, mut small) = (UserProfile::new(), Baseline::default());
    for step in 0..5 {
        quiet.observe(&on_a_private_network(step * HOUR), 1.0);
        small.observe(&on_a_private_network(step * HOUR), &Returns::default(), 1.0);
    }
    for (visit, profile, baseline) in [
        (home(20 * DAY + HOUR), &profile, &baseline),
        (on_a_private_network(6 * HOUR), &quiet, &small),
    ] {
        let calm = score(&visit, profile, baseline);
        assert!(calm.score < 30.0, "{calm:?}");
        for forced in Forced::ALL {
            let mut visit = visit.clone();
            visit.forced = vec![forced];
            let turned = score(&visit, profile, baseline);
            assert!(turned.score > calm.score, "{forced:?}: {turned:?}");
            let acts = matches!(forced, Forced::NewDevice | Forced::Tor | Forced::ImpossibleTravel);
            assert!(!acts || turned.score >= 30.0, "{forced:?}: {turned:?}");
        }
        let mut copied = visit.clone();
        copied.device = DeviceProof::Copied;
        let copied = score(&copied, profile, baseline);
        assert!(copied.score >= 30.0 && copied.hard_stops == [HardStop::CopiedDevice]);
    }
}

#[test]
fn another_browser_is_never_less_risky_than_the_known_one() {
    let (profile, baseline) = history();
    let known = score(&home(20 * DAY + HOUR), &profile, &baseline).score;
    for device in [
        DeviceProof::FirstVisit,
        DeviceProof::Missing,
        DeviceProof::OtherAccount,
    ] {
        let mut visit = home(20 * DAY + HOUR);
        visit.device = device;
        let other = score(&visit, &profile, &baseline).score;
        assert!(other >= known, "{device:?}: {known} {other}");
        visit.agent.full = Some(5);
        visit.agent.browser = Some("Chrome".into());
        assert!(score(&visit, &profile, &baseline).score >= other, "{device:?}");
    }
}
