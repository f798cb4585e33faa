use super::{Drawn, Sample, ago, draw};
use crate::http::views::Chrome;
use crate::http::views::demo::{DemoSignedIn, DemoSignedOut, TokenView};
use crate::http::views::dev::{
    DIALS, DevDecision, DevHome, DevMail, DevMailRow, DevRisk, DevUrl, Dial, Part, Persona,
};

pub(super) fn draw_all(pages: &mut Vec<Drawn>) {
    draw::<DevHome>("dev-home", pages);
    draw::<DevMail>("dev-mail", pages);
    draw::<DevRisk>("dev-risk", pages);
    draw::<DemoSignedOut>("demo-out", pages);
    draw::<DemoSignedIn>("demo-in", pages);
}

impl Sample for DevHome {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let persona = |email: &str, note: &str, totp: bool| Persona {
            email: email.into(),
            note: note.into(),
            sign_in: format!("/demo/signin?login_hint={email}"),
            totp_secret: totp.then(|| "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP".to_owned()),
            totp_code: totp.then(|| "492 817".to_owned()),
        };
        let url = |name: &str, href: &str, note: &str| DevUrl {
            name: name.into(),
            href: href.into(),
            note: note.into(),
        };
        let page = Self {
            urls: vec![
                url(
                    "Demo app",
                    "http://localhost:8080/demo",
                    "a relying party to sign in to",
                ),
                url(
                    "Issuer",
                    "http://localhost:8080/t/demo",
                    "what a client is configured with",
                ),
                url(
                    "Account page",
                    "http://localhost:8080/t/demo/account",
                    "factors, sessions, apps",
                ),
                url(
                    "Console",
                    "http://localhost:8080/console?tenant=demo",
                    "as admin@demo.test",
                ),
            ],
            personas: vec![
                persona(
                    "alice@demo.test",
                    "Password; add a passkey on her account page.",
                    false,
                ),
                persona("bob@demo.test", "Has an authenticator app.", true),
                persona(
                    "carol@demo.test",
                    "Nothing enrolled: her first sign-in asks for a mail code.",
                    false,
                ),
                persona("mallory@demo.test", "Always scored high, and refused.", false),
                persona("admin@demo.test", "Operator, and owner of demo.", true),
            ],
            password: "correct horse battery staple".into(),
            clients: vec![
                ("demo-rp".into(), "the demo app".into()),
                ("demo-cli".into(), "public, any loopback redirect".into()),
            ],
            chrome,
        };
        vec![("plain", page)]
    }
}

impl Sample for DevMail {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let mail = DevMailRow {
            to: "carol@demo.test".into(),
            subject: "492817 is your code for Northwind Trading".into(),
            text:
                "Your sign-in code\n\nType this code in the browser where you are signing in.\n\n    492817\n"
                    .into(),
            code: Some("492817".into()),
            links: Vec::new(),
            at: ago(0),
        };
        let notice = DevMailRow {
            subject: "New sign-in to your Northwind Trading account".into(),
            code: None,
            links: vec![
                "http://localhost:8080/t/demo/notice/yes?token=tgn_x".into(),
                "http://localhost:8080/t/demo/notice/no?token=tgn_x".into(),
            ],
            ..mail.clone()
        };
        vec![
            (
                "full",
                Self {
                    chrome: chrome.clone(),
                    mails: vec![mail, notice],
                },
            ),
            (
                "empty",
                Self {
                    chrome,
                    mails: Vec::new(),
                },
            ),
        ]
    }
}

impl Sample for DevRisk {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let dials = |on: &str| {
            DIALS
                .map(|(name, label)| Dial {
                    name,
                    label,
                    on: name == on,
                })
                .to_vec()
        };
        let part = |code: &str, points: f64, forced: bool| Part {
            code: code.into(),
            points,
            forced,
        };
        let decision =
            |reference: &str, who: &str, score: u32, outcome: &str, parts: Vec<Part>| DevDecision {
                reference: reference.into(),
                href: format!("/console/decisions/{reference}?tenant=demo"),
                at: ago(0),
                who: who.into(),
                action: "sign_in".into(),
                score,
                outcome: outcome.into(),
                rule: "Score 46 lies in 30–59: ask for a second step.".into(),
                forced: parts
                    .iter()
                    .filter(|part| part.forced)
                    .map(|part| part.code.clone())
                    .collect(),
                parts,
            };
        let decisions = vec![
            decision(
                "M4LL0RYX",
                "mallory@demo.test",
                96,
                "deny",
                vec![
                    part("tor", 41.2, true),
                    part("travel", 30.5, true),
                    part("breached_password", 14.1, true),
                ],
            ),
            decision(
                "7K3MZQ2P",
                "bob@demo.test",
                46,
                "step_up",
                vec![
                    part("device", 24.0, false),
                    part("asn_novelty", 9.4, false),
                    part("history", -4.2, false),
                ],
            ),
            decision(
                "Q8W2E4R6",
                "alice@demo.test",
                7,
                "allow",
                vec![part("device", -8.1, false)],
            ),
        ];
        vec![
            (
                "full",
                Self {
                    chrome: chrome.clone(),
                    dials: dials("tor"),
                    decisions,
                },
            ),
            (
                "empty",
                Self {
                    chrome,
                    dials: dials(""),
                    decisions: Vec::new(),
                },
            ),
        ]
    }
}

impl Sample for DemoSignedOut {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            sign_in: "/demo/signin".into(),
            step_up: "/demo/signin?acr=aal2".into(),
            error: None,
            chrome,
        };
        let error = ("access_denied".to_owned(), "The user said no.".to_owned());
        vec![
            (
                "error",
                Self {
                    error: Some(error),
                    ..page.clone()
                },
            ),
            ("plain", page),
        ]
    }
}

impl Sample for DemoSignedIn {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let token = |name: &str, claims: &[(&str, &str)]| TokenView {
            name: name.into(),
            claims: claims
                .iter()
                .map(|(claim, value)| ((*claim).to_owned(), (*value).to_owned()))
                .collect(),
            raw:
                "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJodHRwOi8vbG9jYWxob3N0OjgwODAvdC9kZW1vIn0.c2ln"
                    .repeat(3),
        };
        let page = Self {
            name: "Alice Martins".into(),
            tokens: vec![
                token(
                    "ID token",
                    &[
                        ("iss", "http://localhost:8080/t/demo"),
                        ("sub", "8k2J…"),
                        ("acr", "aal2"),
                        ("amr", "[\"pwd\",\"otp\",\"mfa\"]"),
                        ("auth_time", "1795563255"),
                    ],
                ),
                token(
                    "Access token",
                    &[
                        ("aud", "http://localhost:8080/t/demo"),
                        ("scope", "openid profile email offline_access"),
                    ],
                ),
                token("Refresh token", &[]),
            ],
            answer: Some((
                "Answer of userinfo".into(),
                "{\n  \"sub\": \"8k2J…\",\n  \"email\": \"alice@demo.test\"\n}".into(),
            )),
            step_up: "/demo/signin?acr=aal2".into(),
            chrome,
        };
        vec![("plain", page)]
    }
}
