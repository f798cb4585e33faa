//! Models that are weighted rules alone, for what nobody has labels of: a session that is used again, a client that acts for itself, and
//! an account that is made. Weights are set by hand; a trained model may take their place.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::assess::Vector;
use super::model::{Model, Training};
use super::signal::{Group, Signal};
use super::view::{Term, View};

/// Curves in nats: a signal, and what its values add.
type Card = &'static [(Signal, &'static [(f64, f64)])];

/// A session at a later use, such as a refresh. People change networks all day, and an app's server is updated now and then, so
/// either alone asks for nothing; both at once do.
const SESSION: Card = &[
    (
        Signal::SessionNetwork,
        &[(0.0, -0.5), (1.0, 0.3), (2.0, 1.8), (3.0, 2.6)],
    ),
    (Signal::SessionAgent, &[(0.0, -0.5), (1.0, 0.3), (2.0, 2.4)]),
    (Signal::TokenReuse, &[(0.0, 0.0), (1.0, 6.0)]),
    (Signal::Tor, &[(0.0, 0.0), (1.0, 4.5)]),
    (Signal::Anonymizer, &[(0.0, 0.0), (1.0, 1.0)]),
    (Signal::Reputation, &[(0.0, 0.0), (1.0, 2.0)]),
    (Signal::Campaign, &[(0.0, 0.0), (5.0, 7.5)]),
    (Signal::Climate, &[(0.0, 0.0), (5.0, 1.5)]),
];

/// A client that acts for itself. Machines live in data centres and keep their habits.
const MACHINE: Card = &[
    (Signal::SubnetNovelty, &[(1.0, 0.0), (4.0, 2.2)]),
    (Signal::AsnNovelty, &[(1.0, 0.0), (4.0, 1.8)]),
    (Signal::CountryNovelty, &[(1.0, 0.0), (4.0, 2.0)]),
    (Signal::AgentNovelty, &[(1.0, 0.0), (4.0, 2.0)]),
    (Signal::TokenRate, &[(0.7, 0.0), (3.0, 3.6), (5.0, 5.0)]),
    (Signal::ScopeNovelty, &[(0.0, 0.0), (1.0, 2.2)]),
    (Signal::SecretAge, &[(1.0, 0.0), (3.0, 0.8)]),
    (Signal::AccountFailuresHour, &[(0.7, 0.0), (3.0, 2.5)]),
    (Signal::AddressAccounts, &[(0.7, 0.0), (3.0, 3.0)]),
    (Signal::Tor, &[(0.0, 0.0), (1.0, 5.0)]),
    (Signal::Anonymizer, &[(0.0, 0.0), (1.0, 2.0)]),
    (Signal::Reputation, &[(0.0, 0.0), (1.0, 3.0)]),
    (Signal::Hour, &[(1.0, 0.0), (3.0, 0.7)]),
    (Signal::Campaign, &[(0.0, 0.0), (5.0, 5.0)]),
];

/// An account that is made. What stands in a form or comes from a busy network is weak evidence, and only much of it refuses: people
/// without scripts, with helpful browsers, in schools and on trains make accounts too.
const SIGN_UP: Card = &[
    (Signal::WorkUnsolved, &[(0.0, -0.5), (1.0, 1.0)]),
    (Signal::Honeypot, &[(0.0, 0.0), (1.0, 2.0)]),
    (Signal::FormHaste, &[(0.0, 0.0), (1.0, 1.5)]),
    (Signal::DisposableAddress, &[(0.0, 0.0), (1.0, 3.2)]),
    (
        Signal::AddressSignUps,
        &[(1.0, 0.0), (1.8, 1.5), (3.0, 4.0), (4.0, 5.5)],
    ),
    (Signal::SubnetSignUps, &[(2.0, 0.0), (3.5, 2.0), (5.0, 4.0)]),
    (Signal::AsnSignUps, &[(0.7, 0.0), (3.0, 2.0)]),
    (Signal::TenantSignUps, &[(0.7, 0.0), (3.0, 1.2)]),
    (Signal::Tor, &[(0.0, 0.0), (1.0, 4.0)]),
    (Signal::Anonymizer, &[(0.0, 0.0), (1.0, 1.2)]),
    (Signal::Hosting, &[(0.0, 0.0), (1.0, 2.2)]),
    (Signal::Reputation, &[(0.0, 0.0), (1.0, 3.0)]),
    (Signal::Campaign, &[(0.0, 0.0), (5.0, 5.0)]),
    (Signal::Climate, &[(0.0, 0.0), (5.0, 1.0)]),
];

/// Points of a logit, nats: three above the prior ask for more, seven refuse.
const SCALE: &[(f64, i64)] = &[
    (-12.0, 0),
    (-7.0, 8),
    (-4.0, 30),
    (-2.5, 50),
    (-1.5, 60),
    (0.0, 80),
    (1.5, 90),
    (4.0, 100),
];

/// Judges a session at a later use.
pub fn session() -> &'static Model {
    static CARD: LazyLock<Model> = LazyLock::new(|| {
        build(
            "session-1",
            SESSION,
            Vector::SessionHijack,
            &[Group::Session, Group::Feed, Group::Tenant],
        )
    });
    &CARD
}

/// Judges a client that acts for itself.
pub fn machine() -> &'static Model {
    static CARD: LazyLock<Model> = LazyLock::new(|| {
        build(
            "machine-1",
            MACHINE,
            Vector::MachineMisuse,
            &[
                Group::Machine,
                Group::Network,
                Group::Place,
                Group::Device,
                Group::Failures,
                Group::Feed,
                Group::Habit,
                Group::Tenant,
            ],
        )
    });
    &CARD
}

/// Judges an account that is made.
pub fn sign_up() -> &'static Model {
    static CARD: LazyLock<Model> = LazyLock::new(|| {
        build(
            "sign-up-1",
            SIGN_UP,
            Vector::BotSignUp,
            &[Group::SignUp, Group::Habit, Group::Feed, Group::Tenant],
        )
    });
    &CARD
}

fn build(version: &str, card: Card, vector: Vector, head: &[Group]) -> Model {
    let terms = card
        .iter()
        .map(|(signal, knots)| Term {
            signal: *signal,
            knots: knots
                .iter()
                .map(|(value, nats)| [fixed(*value, 1e6), fixed(*nats, 1e9)])
                .collect(),
        })
        .collect();
    let training = Training {
        data: "weights set by hand".to_owned(),
        ..Training::default()
    };
    let heads = BTreeMap::from([(vector, head.iter().map(|group| (*group, 1_000)).collect())]);
    let mut view = View::of_terms(Vec::new(), terms);
    view.anchors = SCALE
        .iter()
        .map(|(nats, points)| [fixed(*nats, 1e9), points * 1_000_000])
        .collect();
    Model::assemble(version, training, (Vec::new(), view), heads)
}

#[expect(clippy::cast_possible_truncation, reason = "small constants")]
fn fixed(value: f64, scale: f64) -> i64 {
    libm::round(value * scale) as i64
}
