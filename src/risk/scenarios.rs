//! Scripted attacks, one a threat vector: what was injected is what is named first, and the vector's own head rises.

use super::assess::Vector;
use super::tests::{DAY, HOUR, abroad, adds_up, history, home, listed};
use super::visit::{
    DeviceProof, Drift, MachineFacts, NetworkKind, Sensitivity, SessionFacts, SignUpFacts, Visit,
};
use super::*;

/// What a scenario expects.
struct Expect {
    vector: Vector,
    /// Signals of which one must be the first reason.
    first: &'static [Signal],
    /// The least score.
    least: f64,
}

fn check(name: &str, model: &Model, visit: &Visit, expect: &Expect) {
    let (profile, baseline) = history();
    let judge = |visit: &Visit| assess(model, &Evidence::derive(visit, &profile, &baseline));
    let mut calm = home(visit.at.secs());
    calm.session = visit.session.map(|_| SessionFacts {
        network: Some(Drift::Same),
        agent: Some(Drift::Same),
        reused: Some(false),
    });
    let (calm, found) = (judge(&calm), judge(visit));
    adds_up(&found);
    let first = found.reasons.first();
    assert!(
        first.is_some_and(|first| expect.first.contains(first)),
        "{name}: {:?} at {}; {:?}",
        found.reasons,
        found.score,
        found
            .contributions
            .iter()
            .take(8)
            .map(|part| (part.code, part.value, part.nats))
            .collect::<Vec<_>>()
    );
    assert!(found.score >= expect.least, "{name}: {}", found.score);
    assert!(calm.score < 30.0, "{name}: calm is {}", calm.score);
    let (before, after) = (calm.vectors[&expect.vector], found.vectors[&expect.vector]);
    assert!(
        after > before + 1.0,
        "{name}: its head went from {before} to {after}"
    );
}

/// Half past what is usual, so that no hour is odd.
fn at_home() -> Visit {
    home(20 * DAY + HOUR)
}

#[test]
fn a_new_device() {
    let mut visit = at_home();
    visit.device = DeviceProof::FirstVisit;
    visit.agent.full = Some(99);
    visit.agent.browser = Some("Chrome".into());
    visit.agent.os = Some("Linux".into());
    let expect = Expect {
        vector: Vector::AccountTakeover,
        first: &[
            Signal::Device,
            Signal::AgentBackoff,
            Signal::AgentNovelty,
            Signal::FamilyNovelty,
        ],
        least: 10.0,
    };
    check("new device", Model::builtin(), &visit, &expect);
}

#[test]
fn a_tor_exit() {
    let mut visit = at_home();
    visit.address.tor = listed(true);
    let expect = Expect {
        vector: Vector::AccountTakeover,
        first: &[Signal::Tor],
        least: 30.0,
    };
    check("tor", Model::builtin(), &visit, &expect);
}

#[test]
fn impossible_travel() {
    let mut visit = abroad(19 * DAY + HOUR);
    visit.agent = at_home().agent;
    visit.device = DeviceProof::Missing;
    visit.address.asn = None;
    visit.address.country = None;
    visit.address.address = None;
    visit.address.network = None;
    let expect = Expect {
        vector: Vector::SessionHijack,
        first: &[Signal::Travel],
        least: 30.0,
    };
    check("travel", Model::builtin(), &visit, &expect);
}

fn with_failures(accounts: f64) -> Visit {
    let mut visit = at_home();
    visit.device = DeviceProof::Missing;
    visit.address.address = Some(31);
    visit.failures.address_hour = Some(40.0);
    visit.failures.address_day = Some(120.0);
    visit.failures.address_week = Some(150.0);
    visit.failures.network_day = Some(150.0);
    visit.failures.address_accounts = Some(accounts);
    visit.failures.network_accounts = Some(accounts);
    visit
}

const FAILURES: &[Signal] = &[
    Signal::AddressFailuresHour,
    Signal::AddressFailuresDay,
    Signal::AddressFailuresWeek,
    Signal::SubnetFailuresDay,
    Signal::AddressAccounts,
    Signal::SubnetAccounts,
];

#[test]
fn credential_stuffing() {
    let expect = Expect {
        vector: Vector::CredentialStuffing,
        first: FAILURES,
        least: 30.0,
    };
    check("stuffing", Model::builtin(), &with_failures(80.0), &expect);
}

#[test]
fn password_spraying() {
    let mut visit = with_failures(150.0);
    visit.failures.address_hour = Some(4.0);
    visit.climate = Some(3.0);
    visit.campaign = Some(3.0);
    let expect = Expect {
        vector: Vector::PasswordSpraying,
        first: &[
            Signal::Campaign,
            Signal::SubnetFailuresDay,
            Signal::AddressFailuresDay,
            Signal::AddressFailuresHour,
            Signal::AddressFailuresWeek,
        ],
        least: 30.0,
    };
    check("spraying", Model::builtin(), &visit, &expect);
}

/// A proxy shows the victim's exact user agent from a data centre, without the cookie.
#[test]
fn a_phishing_proxy() {
    let mut visit = abroad(20 * DAY + HOUR);
    visit.agent = at_home().agent;
    visit.device = DeviceProof::Missing;
    visit.address.kind = Some(NetworkKind::Hosting);
    visit.address.hosting = listed(true);
    let expect = Expect {
        vector: Vector::PhishingProxy,
        first: &[
            Signal::NetworkBackoff,
            Signal::Hosting,
            Signal::NetworkKind,
            Signal::KindNovelty,
            Signal::Device,
            Signal::DeviceHabit,
        ],
        least: 30.0,
    };
    check("phishing proxy", Model::builtin(), &visit, &expect);
}

/// Rhythm is weak: it is named, and alone it asks for nothing.
#[test]
fn a_strange_typing_rhythm() {
    let mut visit = at_home();
    visit.behaviour.cadence = Some(1.5);
    let expect = Expect {
        vector: Vector::InsiderMisuse,
        first: &[Signal::Cadence],
        least: 0.0,
    };
    check("cadence", Model::builtin(), &visit, &expect);
    let (profile, baseline) = history();
    let found = assess(Model::builtin(), &Evidence::derive(&visit, &profile, &baseline));
    assert!(found.score < 30.0, "{}", found.score);
}

#[test]
fn a_stolen_session() {
    let mut visit = at_home();
    visit.session = Some(SessionFacts {
        network: Some(Drift::Far),
        agent: Some(Drift::Far),
        reused: Some(false),
    });
    let expect = Expect {
        vector: Vector::SessionHijack,
        first: &[Signal::SessionAgent],
        least: 30.0,
    };
    check("session theft", scorecard::session(), &visit, &expect);
    // A telephone that leaves the house is no theft, nor is a server with another library.
    let (profile, baseline) = history();
    for (network, agent) in [(Drift::Far, Drift::Same), (Drift::Same, Drift::Far)] {
        visit.session = Some(SessionFacts {
            network: Some(network),
            agent: Some(agent),
            reused: Some(false),
        });
        let evidence = Evidence::derive(&visit, &profile, &baseline);
        let usual = assess(scorecard::session(), &evidence);
        assert!(usual.score < 30.0, "{}", usual.score);
    }
}

#[test]
fn prompts_until_somebody_gives_in() {
    let mut visit = at_home();
    visit.account.prompts_unanswered = Some(6.0);
    let expect = Expect {
        vector: Vector::MfaFatigue,
        first: &[Signal::Prompts],
        least: 30.0,
    };
    check("mfa fatigue", Model::builtin(), &visit, &expect);
}

#[test]
fn abuse_of_recovery() {
    let mut visit = at_home();
    visit.account.recoveries_begun = Some(5.0);
    visit.device = DeviceProof::FirstVisit;
    visit.sensitivity = Sensitivity::High;
    let expect = Expect {
        vector: Vector::RecoveryAbuse,
        first: &[Signal::RecoveryAttempts],
        least: 30.0,
    };
    check("recovery abuse", Model::builtin(), &visit, &expect);
}

#[test]
fn a_form_filled_in_by_a_machine() {
    let mut visit = at_home();
    visit.behaviour.form_millis = Some(20);
    let expect = Expect {
        vector: Vector::BotSignUp,
        first: &[Signal::FormHaste],
        least: 0.0,
    };
    check("bot", Model::builtin(), &visit, &expect);
}

#[test]
fn a_client_that_changed_its_ways() {
    let mut visit = at_home();
    visit.machine = Some(MachineFacts {
        tokens_hour: Some(600.0),
        tokens_usual: Some(4.0),
        new_scope: Some(true),
        secret_age_secs: Some(86_400),
    });
    let expect = Expect {
        vector: Vector::MachineMisuse,
        first: &[Signal::TokenRate],
        least: 30.0,
    };
    check("machine misuse", scorecard::machine(), &visit, &expect);
}

/// A rush of sign-ups from one address that do no work is refused; a person without scripts is not even asked for more.
#[test]
fn accounts_made_by_machines() {
    let mut visit = at_home();
    visit.behaviour.form_millis = Some(20);
    visit.sign_up = Some(SignUpFacts {
        work_solved: Some(false),
        honeypot: Some(true),
        disposable: Some(true),
        address_hour: Some(30.0),
        network_day: Some(60.0),
        ..SignUpFacts::default()
    });
    let expect = Expect {
        vector: Vector::BotSignUp,
        first: &[Signal::AddressSignUps, Signal::DisposableAddress],
        least: 80.0,
    };
    check("sign-up by a machine", scorecard::sign_up(), &visit, &expect);
    let mut person = at_home();
    person.behaviour.form_millis = Some(9_000);
    person.sign_up = Some(SignUpFacts {
        work_solved: Some(false),
        honeypot: Some(false),
        address_hour: Some(1.0),
        network_day: Some(4.0),
        ..SignUpFacts::default()
    });
    let (profile, baseline) = history();
    let judged = assess(
        scorecard::sign_up(),
        &Evidence::derive(&person, &profile, &baseline),
    );
    assert!(judged.score < 30.0, "{}", judged.score);
}

#[test]
fn scorecards_are_sound_models() {
    for card in [scorecard::session(), scorecard::machine(), scorecard::sign_up()] {
        let text = card.to_json().unwrap();
        assert_eq!(
            Model::parse(&text).unwrap().content_hash().unwrap(),
            card.content_hash().unwrap()
        );
        for term in card.all_views().flat_map(|view| &view.terms) {
            assert!(
                !term.signal.rises() || term.knots.windows(2).all(|pair| pair[0][1] <= pair[1][1]),
                "{term:?}"
            );
        }
    }
}
