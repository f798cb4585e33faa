use super::{Drawn, Sample, ago, draw};
use crate::domain::assurance::Method;
use crate::http::views::account::{
    AccountHome, ActivityRow, AppRow, ChangePassword, DeviceRow, Factor, PasswordReason, RemoveFactor,
    SessionRow,
};
use crate::http::views::notices::{Answer, NoticeQuestion, NoticeResult, SignInFacts};
use crate::http::views::requests::{RequestEnd, RequestRow, WaitingRequests};
use crate::http::views::{Chrome, Link, Problem};

pub(super) fn draw_all(pages: &mut Vec<Drawn>) {
    draw::<AccountHome>("account", pages);
    draw::<ChangePassword>("change-password", pages);
    draw::<RemoveFactor>("remove-factor", pages);
    draw::<WaitingRequests>("requests", pages);
    draw::<NoticeQuestion>("notice", pages);
    draw::<NoticeResult>("notice-done", pages);
}

pub(super) fn sessions() -> Vec<SessionRow> {
    let row = |id: &str, browser: &str, place: Option<&str>, hours: i64, current: bool| SessionRow {
        id: id.into(),
        browser: browser.into(),
        place: place.map(Into::into),
        ip: Some("203.0.113.24".into()),
        started: ago(hours + 20),
        seen: ago(hours),
        current,
    };
    vec![
        row("s1", "Firefox on Linux", Some("Lisbon, Portugal"), 0, true),
        row("s2", "Safari on iPhone", None, 30, false),
    ]
}

pub(super) fn devices() -> Vec<DeviceRow> {
    let row = |id: &str, browser: &str| DeviceRow {
        id: id.into(),
        browser: browser.into(),
        place: Some("Lisbon, Portugal".into()),
        created: ago(400),
        used: ago(3),
        expires: ago(-500),
    };
    vec![row("d1", "Firefox on Linux"), row("d2", "Chrome on Windows")]
}

pub(super) fn apps() -> Vec<AppRow> {
    vec![AppRow {
        id: "planner".into(),
        name: "Tide Planner".into(),
        scopes: ["openid", "email", "offline_access"].map(str::to_owned).to_vec(),
        since: ago(700),
    }]
}

impl Sample for AccountHome {
    fn samples(mut chrome: Chrome) -> Vec<(&'static str, Self)> {
        chrome.here = "/t/demo/account".into();
        let activity = |id: &str, code: &str, hours: i64, can_report: bool, reported: bool| ActivityRow {
            id: id.into(),
            code: code.into(),
            at: ago(hours),
            browser: Some("Firefox on Linux".into()),
            place: Some("Lisbon, Portugal".into()),
            app: (code == "signin_completed").then(|| "Harbour Supplies".to_owned()),
            can_report,
            reported,
        };
        let full = Self {
            name: "Alice Martins".into(),
            email: "alice@demo.test".into(),
            done: Some("passkey_added"),
            recovery: Some(ago(-48)),
            access_pass: Some(ago(2)),
            requests: 2,
            password: Some(ago(2000)),
            passkeys: vec![
                Factor {
                    id: "p1".into(),
                    name: "iCloud Keychain".into(),
                    created: ago(900),
                    used: Some(ago(2)),
                    synced: Some(true),
                },
                Factor {
                    id: "p2".into(),
                    name: "Blue security key".into(),
                    created: ago(400),
                    used: None,
                    synced: Some(false),
                },
            ],
            totp: vec![Factor {
                id: "t1".into(),
                name: "Authenticator app".into(),
                created: ago(1200),
                used: Some(ago(70)),
                synced: None,
            }],
            approvers: Vec::new(),
            recovery_left: Some(7),
            sessions: sessions(),
            devices: devices(),
            apps: apps(),
            activity: vec![
                activity("a1", "signin_completed", 0, true, false),
                activity("a2", "passkey_added", 2, true, false),
                activity("a3", "signin_blocked", 50, false, true),
                activity("a4", "something_newer", 60, false, false),
            ],
            chrome,
        };
        let bare = Self {
            done: None,
            recovery: None,
            access_pass: None,
            requests: 0,
            passkeys: Vec::new(),
            totp: Vec::new(),
            recovery_left: None,
            sessions: sessions().into_iter().take(1).collect(),
            devices: Vec::new(),
            apps: Vec::new(),
            activity: Vec::new(),
            ..full.clone()
        };
        vec![("full", full), ("bare", bare)]
    }
}

impl Sample for ChangePassword {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            email: "alice@demo.test".into(),
            action: "/t/demo/account/password".into(),
            ask_current: true,
            reason: PasswordReason::Own,
            min_length: 15,
            problems: Vec::new(),
            cancel: Some("/t/demo/account".into()),
            chrome,
        };
        let short = Problem::at(
            "password",
            page.chrome
                .text
                .count(crate::text::key::PASSWORD_SHORT, 15)
                .into_owned(),
        );
        let required = Self {
            reason: PasswordReason::Required,
            ask_current: false,
            cancel: None,
            problems: vec![short],
            ..page.clone()
        };
        let breached = Self {
            reason: PasswordReason::Breached,
            problems: Vec::new(),
            ..required.clone()
        };
        vec![("plain", page), ("required", required), ("breached", breached)]
    }
}

impl Sample for RemoveFactor {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            name: "iCloud Keychain".into(),
            method: Method::Passkey,
            problems: Vec::new(),
            last: true,
            action: "/t/demo/account/factors/p1/remove".into(),
            cancel: "/t/demo/account".into(),
            chrome,
        };
        vec![
            ("last", page.clone()),
            (
                "totp",
                Self {
                    method: Method::Totp,
                    last: false,
                    ..page
                },
            ),
        ]
    }
}

impl Sample for NoticeQuestion {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            answer: Answer::No,
            account: "a••••@demo.test".into(),
            facts: Some(SignInFacts {
                at: ago(1),
                browser: "Chrome on Windows".into(),
                place: Some("Rotterdam, Netherlands".into()),
                app: Some("Harbour Supplies".into()),
            }),
            restores: None,
            action: "/t/demo/notice/no".into(),
            token: "tgn_abc".into(),
            other: "/t/demo/notice/yes?token=tgn_abc".into(),
            chrome,
        };
        vec![
            (
                "yes",
                Self {
                    answer: Answer::Yes,
                    facts: None,
                    ..page.clone()
                },
            ),
            (
                "address",
                Self {
                    facts: None,
                    restores: Some("a••••@demo.test".into()),
                    ..page.clone()
                },
            ),
            ("no", page),
        ]
    }
}

impl Sample for NoticeResult {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let to = |key: &str, chrome: &Chrome| Link::new("/t/demo/account", chrome.t(key).into_owned());
        vec![
            (
                "yes",
                Self {
                    answer: Answer::Yes,
                    primary: to(crate::text::key::TO_ACCOUNT, &chrome),
                    chrome: chrome.clone(),
                },
            ),
            (
                "no",
                Self {
                    answer: Answer::No,
                    primary: to(crate::text::key::TO_NEW_PASSWORD, &chrome),
                    chrome,
                },
            ),
        ]
    }
}

impl Sample for WaitingRequests {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let row = RequestRow {
            app: "Tide Bank".into(),
            binding_message: Some("W4SCT".into()),
            address: "203.0.113.24".into(),
            asked: ago(0),
            approve: "/t/demo/account/requests/r1/approve".into(),
            deny: "/t/demo/account/requests/r1/deny".into(),
        };
        let page = |rows: Vec<RequestRow>, end: Option<RequestEnd>| Self {
            chrome: chrome.clone(),
            account: "alice@demo.test".into(),
            rows,
            end,
            home: "/t/demo/account".into(),
        };
        let mut samples = vec![("waiting", page(vec![row], None))];
        samples.extend(RequestEnd::ALL.map(|end| (end.name(), page(Vec::new(), Some(end)))));
        samples
    }
}
