//! What must not throw the engine: missing feeds, skewed clocks, new tenants, nonsense from outside, one signal gone mad.

use proptest::prelude::*;

use super::evidence::Item;
use super::tests::{DAY, HOUR, abroad, adds_up, history, home, point};
use super::visit::{BehaviourFacts, FailureFacts, GeoPoint, Known, MachineFacts, Visit};
use super::*;
use crate::base::timestamp::Timestamp;

fn judge(model: &Model, visit: &Visit, profile: &UserProfile, baseline: &Baseline) -> Assessment {
    let judged = assess(model, &Evidence::derive(visit, profile, baseline));
    assert!(judged.score.is_finite() && (0.0..=100.0).contains(&judged.score));
    adds_up(&judged);
    judged
}

/// Without any database or list the engine still tells a stranger from the owner, and says what it lacked.
#[test]
fn feeds_that_are_missing() {
    let (profile, baseline) = history();
    let blind = |mut visit: Visit| {
        visit.address.asn = None;
        visit.address.country = None;
        visit.address.point = None;
        visit.address.kind = None;
        visit.address.tor = Known::Unknown;
        visit
    };
    let owner = judge(
        Model::builtin(),
        &blind(home(20 * DAY + HOUR)),
        &profile,
        &baseline,
    );
    let stranger = judge(
        Model::builtin(),
        &blind(abroad(20 * DAY + HOUR)),
        &profile,
        &baseline,
    );
    assert!(owner.score < 30.0, "{}", owner.score);
    assert!(
        stranger.score > owner.score + 5.0,
        "{} {}",
        owner.score,
        stranger.score
    );
    for signal in [
        Signal::Tor,
        Signal::Travel,
        Signal::NetworkBackoff,
        Signal::CountryNovelty,
    ] {
        assert!(stranger.missing.contains(&signal), "{signal:?}");
    }
}

/// A clock that runs behind or ahead neither panics nor refuses the owner.
#[test]
fn clocks_that_are_skewed() {
    let (profile, baseline) = history();
    for at in [0, 19 * DAY - 5, 18 * DAY, 20 * DAY + 300, 4_000 * DAY] {
        let judged = judge(Model::builtin(), &home(at), &profile, &baseline);
        assert!(judged.score < 60.0, "at {at}: {}", judged.score);
    }
    for at in [i64::MIN, i64::MAX, -1] {
        let mut visit = home(0);
        visit.at = Timestamp::from_micros(at);
        judge(Model::builtin(), &visit, &profile, &baseline);
        let (mut profile, mut baseline) = (profile.clone(), baseline.clone());
        let returns = profile.observe(&visit, 1.0);
        baseline.observe(&visit, &returns, 1.0);
        baseline.observe_failure(&visit);
        judge(Model::builtin(), &home(21 * DAY), &profile, &baseline);
    }
}

/// The first people of a tenant are not punished for its youth.
#[test]
fn a_tenant_that_is_new() {
    let (mut profile, mut baseline) = (UserProfile::new(), Baseline::default());
    for day in 0..12 {
        let judged = judge(Model::builtin(), &home(day * DAY), &profile, &baseline);
        assert!(judged.score < 30.0, "sign-in {day}: {}", judged.score);
        let returns = profile.observe(&home(day * DAY), 1.0);
        baseline.observe(&home(day * DAY), &returns, 1.0);
    }
}

/// Whatever one signal says, alone it may ask for more proof but never refuse.
#[test]
fn one_noisy_signal_never_refuses() {
    let (profile, baseline) = history();
    let mut visit = home(20 * DAY + HOUR);
    visit.machine = Some(MachineFacts::default());
    let calm = Evidence::derive(&visit, &profile, &baseline);
    for model in [
        Model::builtin(),
        scorecard::session(),
        scorecard::machine(),
        scorecard::sign_up(),
    ] {
        for signal in Signal::ALL {
            for value in [-1e6, -10.0, -1.0, 0.5, 1.0, 3.0, 4.0, 8.0, 20.0, 1e6] {
                let mut noisy = calm.clone();
                noisy.items.retain(|item| item.signal != *signal);
                #[expect(clippy::cast_possible_truncation, reason = "a test's values")]
                noisy.items.push(Item {
                    signal: *signal,
                    millionths: (value * 1e6) as i64,
                    source: "noise".into(),
                    age_secs: None,
                    confidence: 1_000,
                });
                let judged = assess(model, &noisy);
                assert!(
                    judged.score < 80.0,
                    "{} {signal:?} = {value}: {}",
                    model.version,
                    judged.score
                );
                adds_up(&judged);
            }
        }
    }
}

proptest! {
    #[test]
    fn nonsense_from_outside_changes_no_bounds(
        numbers in proptest::array::uniform12(any::<f64>()),
        at: i64,
        seconds: u64,
        agent in ".{0,40}",
    ) {
        let (mut profile, mut baseline) = history();
        let mut visit = abroad(20 * DAY);
        visit.at = Timestamp::from_micros(at);
        visit.address.point = Some(GeoPoint {
            latitude: numbers[0],
            longitude: numbers[1],
            radius_km: numbers[2],
        });
        visit.agent.browser = Some(agent);
        visit.failures = FailureFacts {
            address_hour: Some(numbers[3]),
            address_accounts: Some(numbers[4]),
            account_day: Some(numbers[5]),
            ..FailureFacts::default()
        };
        visit.behaviour = BehaviourFacts {
            cadence: Some(numbers[6]),
            form_millis: Some(0),
            round_trip_millis: Some(numbers[7]),
        };
        visit.climate = Some(numbers[8]);
        visit.campaign = Some(numbers[9]);
        visit.account.recoveries_begun = Some(numbers[10]);
        visit.account.recovered_secs = Some(seconds);
        visit.machine = Some(MachineFacts {
            tokens_hour: Some(numbers[11]),
            tokens_usual: Some(numbers[0]),
            new_scope: None,
            secret_age_secs: Some(seconds),
        });
        judge(Model::builtin(), &visit, &profile, &baseline);
        judge(scorecard::machine(), &visit, &profile, &baseline);
        // What was learned from nonsense stays storable and harmless.
        let returns = profile.observe(&visit, 1.0);
        baseline.observe(&visit, &returns, 1.0);
        let mut later = home(21 * DAY);
        later.address.point = Some(point(48.1, 11.6));
        judge(Model::builtin(), &later, &profile, &baseline);
        prop_assert!(UserProfile::from_bytes(&profile.to_bytes()).is_some());
    }
}
