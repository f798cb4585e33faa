//! Weights set by hand, for signals that recorded logs lack. They are said to be so in the model's description and are
//! replaced by trained ones where a log has the signal.

use std::collections::BTreeMap;

use crate::risk::assess::Vector;
use crate::risk::signal::{Group, Signal};
use crate::risk::view::Term;

/// Curves in nats.
const TERMS: &[(Signal, &[(f64, f64)])] = &[
    // On top of what trees make of missing cookies: no log has copies.
    (Signal::Device, &[(2.0, 0.0), (3.0, 0.7), (4.0, 6.0)]),
    // Reached by the development profile's dial alone, which must make the ladder act.
    (Signal::DeviceHabit, &[(6.0, 0.0), (10.0, 2.5)]),
    (Signal::Hour, &[(2.0, 0.0), (3.0, 0.8)]),
    (Signal::Tor, &[(0.0, 0.0), (1.0, 6.5)]),
    (Signal::Anonymizer, &[(0.0, 0.0), (1.0, 1.5)]),
    (Signal::Hosting, &[(0.0, 0.0), (1.0, 1.8)]),
    (Signal::Reputation, &[(0.0, 0.0), (1.0, 3.0)]),
    (
        Signal::Travel,
        &[(0.0, 0.0), (1.0, 0.5), (2.0, 2.0), (3.0, 4.6), (4.0, 5.0)],
    ),
    (Signal::Cadence, &[(-1.5, -1.5), (1.5, 1.5)]),
    (Signal::FormHaste, &[(0.0, 0.0), (1.0, 1.0)]),
    (Signal::BreachedPassword, &[(0.0, 0.0), (1.0, 3.5)]),
    (Signal::CredentialChange, &[(0.0, 0.0), (1.0, 1.0)]),
    (Signal::AccountYouth, &[(0.0, 0.0), (1.0, 0.5)]),
    (Signal::Privileged, &[(0.0, 0.0), (1.0, 0.5)]),
    (Signal::Sensitivity, &[(-1.0, -0.5), (0.0, 0.0), (1.0, 0.7)]),
    (Signal::Climate, &[(0.0, 0.0), (5.0, 2.5)]),
    (Signal::Campaign, &[(0.0, 0.0), (5.0, 5.0)]),
    // One prompt that was missed is life; five in an hour are a siege.
    (Signal::Prompts, &[(0.7, 0.0), (1.8, 4.5), (2.5, 6.0)]),
    (Signal::RecoveryAttempts, &[(0.7, 0.0), (1.4, 2.5), (2.5, 4.0)]),
    (Signal::Recovered, &[(0.0, 0.0), (1.0, 2.0)]),
];

/// Whether a signal keeps its hand-set weight even where a log has it. One log's travellers are no measure of others',
/// and simulated attackers who keep to their victims' hours would teach that odd hours are honest.
pub(super) fn is_fixed(signal: Signal) -> bool {
    matches!(
        signal,
        Signal::Travel | Signal::Sensitivity | Signal::RoundTrip | Signal::Hour
    )
}

/// Whether a hand-set curve stays beside what is trained.
pub(super) fn is_kept(signal: Signal) -> bool {
    is_fixed(signal) || matches!(signal, Signal::Device | Signal::DeviceHabit)
}

/// The hand-set curves.
pub fn terms() -> Vec<Term> {
    let fixed = |x: f64, scale: f64| {
        #[expect(clippy::cast_possible_truncation, reason = "small constants")]
        let whole = libm::round(x * scale) as i64;
        whole
    };
    TERMS
        .iter()
        .map(|(signal, knots)| Term {
            signal: *signal,
            knots: knots
                .iter()
                .map(|(value, nats)| [fixed(*value, 1e6), fixed(*nats, 1e9)])
                .collect(),
        })
        .collect()
}

/// The heads of the threat vectors.
const HEADS: &[(Vector, &[(Group, i64)])] = &[
    (
        Vector::CredentialStuffing,
        &[
            (Group::Failures, 1000),
            (Group::Feed, 1000),
            (Group::Tenant, 1000),
            (Group::Device, 500),
            (Group::Network, 700),
        ],
    ),
    (
        Vector::PasswordSpraying,
        &[
            (Group::Failures, 1000),
            (Group::Feed, 1000),
            (Group::Tenant, 1000),
            (Group::Network, 500),
        ],
    ),
    (
        Vector::AccountTakeover,
        &[
            (Group::Device, 1000),
            (Group::Network, 1000),
            (Group::Place, 1000),
            (Group::Failures, 1000),
            (Group::Feed, 1000),
            (Group::Habit, 1000),
            (Group::Account, 1000),
            (Group::Tenant, 1000),
            (Group::Session, 1000),
            (Group::Prompts, 1000),
            (Group::Recovery, 1000),
        ],
    ),
    (
        Vector::PhishingProxy,
        &[(Group::Device, 1000), (Group::Network, 1000), (Group::Feed, 800)],
    ),
    (
        Vector::SessionHijack,
        &[
            (Group::Session, 1000),
            (Group::Device, 1000),
            (Group::Network, 700),
            (Group::Place, 1000),
            (Group::Feed, 700),
        ],
    ),
    (
        Vector::BotSignUp,
        &[
            (Group::Failures, 1000),
            (Group::Feed, 1000),
            (Group::Habit, 1000),
            (Group::Tenant, 1000),
        ],
    ),
    (
        Vector::MfaFatigue,
        &[
            (Group::Prompts, 1000),
            (Group::Failures, 500),
            (Group::Device, 700),
            (Group::Place, 1000),
        ],
    ),
    (
        Vector::RecoveryAbuse,
        &[
            (Group::Recovery, 1000),
            (Group::Account, 1000),
            (Group::Action, 1000),
            (Group::Device, 800),
            (Group::Network, 800),
        ],
    ),
    (
        Vector::InsiderMisuse,
        &[(Group::Habit, 1000), (Group::Action, 1000), (Group::Place, 500)],
    ),
    (
        Vector::MachineMisuse,
        &[
            (Group::Machine, 1000),
            (Group::Network, 1000),
            (Group::Failures, 1000),
            (Group::Feed, 1000),
            (Group::Habit, 500),
        ],
    ),
];

/// How much each threat vector's own head counts of each group, thousandths. Only account takeover is trained: other
/// vectors have no labels.
pub fn vectors() -> BTreeMap<Vector, BTreeMap<Group, i64>> {
    HEADS
        .iter()
        .map(|(vector, groups)| (*vector, groups.iter().copied().collect()))
        .collect()
}
