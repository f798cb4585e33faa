use super::console::{frame, on};
use super::{Drawn, Sample, ago, draw};
use crate::http::views::console::decision::{DecisionPage, RuleRow, SignalRow, TimelineStep};
use crate::http::views::console::decisions::{Chip, DecisionList, DecisionRow};
use crate::http::views::console::overview::{HourBar, Overview, Stat};
use crate::http::views::console::policies::{PolicyList, PolicyPage, PolicyRow};
use crate::http::views::console::{Frame, Paging, Section};
use crate::http::views::{Chrome, Link};

pub(super) fn draw_all(pages: &mut Vec<Drawn>) {
    draw::<Overview>("console-overview", pages);
    draw::<DecisionList>("console-decisions", pages);
    draw::<DecisionPage>("console-decision", pages);
    draw::<PolicyList>("console-policies", pages);
    draw::<PolicyPage>("console-policy", pages);
}

pub(super) fn decisions() -> Vec<DecisionRow> {
    let row = |reference: &str,
               hours: i64,
               user: Option<&str>,
               score: u32,
               outcome: &str,
               ended: Option<&str>,
               reasons: &[&str]| DecisionRow {
        reference: reference.into(),
        at: ago(hours),
        user: user.map(Into::into),
        app: Some("Harbour Supplies".into()),
        action: "sign_in".into(),
        score,
        outcome: outcome.into(),
        ended: ended.map(Into::into),
        reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
        browser: Some("Firefox on Linux".into()),
        place: Some("PT · AS64500 Example Net".into()),
        observed: score == 64,
    };
    vec![
        row(
            "M4KKQRYX",
            1,
            Some("mallory@demo.test"),
            96,
            "deny",
            Some("refused"),
            &["tor", "travel"],
        ),
        row(
            "7K3MZQ2P",
            2,
            Some("bob@demo.test"),
            46,
            "step_up",
            Some("passed"),
            &["device", "asn_novelty"],
        ),
        row(
            "C5T9W3ZD",
            5,
            None,
            64,
            "step_up_and_bind",
            None,
            &["address_accounts", "address_failures_hour"],
        ),
        row(
            "Q8W2E4R6",
            7,
            Some("alice@demo.test"),
            7,
            "allow",
            Some("allowed"),
            &["hour"],
        ),
    ]
}

impl Sample for Overview {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let stat = |name: &'static str, value: &str| Stat {
            name,
            value: value.into(),
            href: "/console/decisions?tenant=demo".into(),
        };
        let hours = (0_u32..24)
            .map(|hour| HourBar {
                hour: format!("{hour:02}:00"),
                allowed: (hour * 7) % 40 + 4,
                challenged: hour % 5,
                refused: u32::from(hour == 13) * 9,
            })
            .collect();
        let page = Self {
            frame: Frame {
                flash: Some("saved"),
                ..frame(chrome, Section::Overview)
            },
            stats: vec![
                stat("sign_ins", "1,204"),
                stat("challenged", "26"),
                stat("passed", "22"),
                stat("refused", "9"),
                stat("users", "318"),
                stat("sessions", "201"),
            ],
            hours,
            attention: vec![Link::new(
                "/console/keys?tenant=demo",
                "The signing key is 88 days old.",
            )],
            recent: decisions(),
            policy: "Balanced, version 14".into(),
            enforcing: true,
        };
        let empty = Self {
            hours: Vec::new(),
            attention: Vec::new(),
            recent: Vec::new(),
            enforcing: false,
            ..page.clone()
        };
        vec![("full", page), ("empty", empty)]
    }
}

impl Sample for DecisionList {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            frame: frame(chrome, Section::Decisions),
            query: "bob@demo.test".into(),
            outcomes: on(
                "step_up",
                &[("", "any"), ("step_up", "second step"), ("deny", "refused")],
            ),
            endings: on("", &[("", "any"), ("passed", "passed")]),
            clients: on("", &[("", "any"), ("demo-rp", "Harbour Supplies")]),
            ip: String::new(),
            min: "30".into(),
            since: "2026-11-01".into(),
            until: String::new(),
            chips: vec![
                Chip {
                    name: "q",
                    value: "bob@demo.test".into(),
                    without: "/console/decisions?tenant=demo&min=30".into(),
                },
                Chip {
                    name: "min",
                    value: "30".into(),
                    without: "/console/decisions?tenant=demo".into(),
                },
            ],
            clear: "/console/decisions?tenant=demo".into(),
            exports: ["ndjson", "ocsf"]
                .map(|format| format!("/console/decisions/export?tenant=demo&min=30&format={format}")),
            rows: decisions(),
            paging: Paging {
                first: None,
                next: Some("/console/decisions?tenant=demo&after=x".into()),
            },
        };
        let none = Self {
            rows: Vec::new(),
            ..page.clone()
        };
        let empty = Self {
            rows: Vec::new(),
            chips: Vec::new(),
            query: String::new(),
            ..page.clone()
        };
        vec![("full", page), ("none", none), ("empty", empty)]
    }
}

impl Sample for DecisionPage {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let signal = |code: &str, observed: &str, usual: Option<&str>, points: f64| SignalRow {
            code: code.into(),
            observed: observed.into(),
            usual: usual.map(Into::into),
            points,
            age: Some("2 h".into()),
            source: Some("history".into()),
            forced: code == "tor",
        };
        let step = |code: &str, after: &str, method: Option<&str>, tone: &'static str| TimelineStep {
            at: ago(2),
            after: after.into(),
            code: code.into(),
            method: method.map(Into::into),
            tone,
        };
        let page = Self {
            frame: frame(chrome, Section::Decisions),
            reference: "7K3MZQ2P".into(),
            at: ago(2),
            verdict: "A second step was required by policy Balanced v14, rule 3, because score 46 ≥ 30."
                .into(),
            outcome: "step_up".into(),
            action: "sign_in".into(),
            score: 46.3,
            probability: "0.4 %".into(),
            odds: Some("38".into()),
            observed: false,
            degraded: Some("geo".into()),
            forced: vec!["tor".into()],
            user: Some(("bob@demo.test".into(), "/console/users/1?tenant=demo".into())),
            app: Some((
                "Harbour Supplies".into(),
                "/console/clients/demo-rp?tenant=demo".into(),
            )),
            context: vec![
                ("ip", "203.0.113.24".into()),
                ("place", "Lisbon, PT".into()),
                ("browser", "Firefox 140 on Linux".into()),
            ],
            timeline: vec![
                step("started", "0 s", None, "plain"),
                step("first_factor", "6 s", Some("password"), "good"),
                step("decided", "6 s", None, "plain"),
                step("challenged", "6 s", Some("totp"), "plain"),
                step("failed", "14 s", Some("totp"), "bad"),
                step("passed", "21 s", Some("totp"), "good"),
            ],
            base: 6.0,
            signals: vec![
                signal("device", "first visit", Some("known browser"), 24.0),
                signal("tor", "exit node", Some("never"), 20.5),
                signal("history", "41 sign-ins", None, -4.2),
            ],
            missing: vec!["cadence".into(), "round_trip".into()],
            counterfactuals: vec!["Without new browser the score would be 22: allowed.".into()],
            policy: "Balanced v14".into(),
            rules: vec![
                RuleRow {
                    sentence: "Refuse when the password is known from breaches and the network is Tor."
                        .into(),
                    state: "not_matched",
                },
                RuleRow {
                    sentence: "From 80: refuse.".into(),
                    state: "not_matched",
                },
                RuleRow {
                    sentence: "From 30 to 59: ask for a second step.".into(),
                    state: "fired",
                },
                RuleRow {
                    sentence: "From 20: notify.".into(),
                    state: "shadow",
                },
            ],
            versions: vec![
                ("engine", "1".into()),
                ("model", "shipped-2026-11".into()),
                ("geo", "2026-11-18".into()),
            ],
            latency: "0.8 ms".into(),
            told: Some(
                "We don’t recognise this browser for your account, so please confirm it’s you.".into(),
            ),
            labels: vec!["2026-11-24: “Yes, it was me” by the user".into()],
            history: decisions(),
            json: "{\n  \"reference\": \"7K3MZQ2P\",\n  \"score\": 46.3\n}".into(),
            json_href: "/console/decisions/7K3MZQ2P.json?tenant=demo".into(),
        };
        assert_eq!(page.total_shown(), "46.3");
        let bare = Self {
            user: None,
            app: None,
            odds: None,
            degraded: None,
            forced: Vec::new(),
            told: None,
            labels: Vec::new(),
            history: Vec::new(),
            counterfactuals: Vec::new(),
            missing: Vec::new(),
            observed: true,
            ..page.clone()
        };
        vec![("full", page), ("bare", bare)]
    }
}

const SENTENCES: [&str; 3] = [
    "From 0 to 29: let in.",
    "From 30 to 59: ask for a second step.",
    "From 80: refuse.",
];

impl Sample for PolicyList {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let row = |number: i64, note: &str, mode: &str| PolicyRow {
            number,
            note: note.into(),
            mode: mode.into(),
            created: ago(number * -10),
        };
        let page = Self {
            frame: frame(chrome, Section::Policies),
            sentences: SENTENCES.map(str::to_owned).to_vec(),
            enforcing: true,
            can_roll_back: true,
            rows: vec![
                row(14, "Asks for a second step from 30, was 40.", "enforce"),
                row(13, "Preset balanced.", "retired"),
            ],
        };
        vec![
            (
                "observing",
                Self {
                    enforcing: false,
                    can_roll_back: false,
                    sentences: Vec::new(),
                    ..page.clone()
                },
            ),
            ("full", page),
        ]
    }
}

impl Sample for PolicyPage {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        vec![(
            "plain",
            Self {
                frame: frame(chrome, Section::Policies),
                number: 14,
                note: "Asks for a second step from 30, was 40.".into(),
                mode: "enforce".into(),
                created: ago(100),
                sentences: SENTENCES.map(str::to_owned).to_vec(),
                document: "schema = 1\nname = \"balanced\"\n\n[[ladder]]\nfrom = 30\noutcome = \"step_up\"\n"
                    .into(),
            },
        )]
    }
}
