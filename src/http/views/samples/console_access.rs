//! Who may get tokens, and for what.

use super::console::{frame, on};
use super::{Drawn, Sample, ago, draw};
use crate::domain::access_pass::PassState;
use crate::http::views::console::Section;
use crate::http::views::console::mails::{MailPage, MailRow, TestReply};
use crate::http::views::console::passes::{PassRow, ShownPass, UserPasses, WaitingPage};
use crate::http::views::console::registration::{RegistrationPage, TokenRow};
use crate::http::views::console::resources::{ResourceList, ResourceRow};
use crate::http::views::{Chrome, Problem};

pub(super) fn draw_all(pages: &mut Vec<Drawn>) {
    draw::<ResourceList>("console-resources", pages);
    draw::<RegistrationPage>("console-registration", pages);
    draw::<WaitingPage>("console-waiting", pages);
    draw::<MailPage>("console-mails", pages);
}

fn pass(state: &'static str, own: bool) -> PassRow {
    PassRow {
        id: format!("018f-{state}-{own}"),
        user: "018f".into(),
        email: "bob@demo.test".into(),
        reason: "Phone stolen on Tuesday; called back on the number in the HR file.".into(),
        minutes: 60,
        asked_by: "support@demo.test".into(),
        asked: ago(1),
        approved_by: (state != "waiting").then(|| "admin@demo.test".into()),
        until: ago(-1),
        state,
        own,
    }
}

/// Passes of a user, in every state.
pub(super) fn passes() -> UserPasses {
    let states = PassState::NAMES;
    UserPasses {
        rows: states.map(|state| pass(state, true)).into(),
        shown: Some(ShownPass {
            text: "7KQ2-M4XD-9TB3".into(),
            until: ago(-1),
        }),
        reason: String::new(),
        minutes: "60".into(),
    }
}

impl Sample for WaitingPage {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            frame: frame(chrome, Section::Waiting),
            passes: vec![pass("waiting", false), pass("waiting", true)],
        };
        let bare = Self {
            passes: Vec::new(),
            ..page.clone()
        };
        vec![("full", page), ("bare", bare)]
    }
}

impl Sample for ResourceList {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let row = |identifier: &str, client: Option<&str>| ResourceRow {
            identifier: identifier.into(),
            scopes: "orders:read orders:write".into(),
            details: vec!["order_placement".into()],
            sensitive: client.map_or_else(String::new, |_| "orders:write".into()),
            client: client.map(Into::into),
            created: ago(700),
        };
        let page = Self {
            frame: frame(chrome, Section::Resources),
            rows: vec![
                row("https://api.example/orders", Some("orders-api")),
                row("urn:example:reports", None),
            ],
            identifier: String::new(),
            scope: String::new(),
            details: String::new(),
            sensitive: String::new(),
            client: String::new(),
            problems: Vec::new(),
        };
        let wrong = Self {
            rows: Vec::new(),
            identifier: "orders".into(),
            problems: vec![Problem::at("identifier", "is not an absolute URI")],
            ..page.clone()
        };
        vec![("full", page), ("wrong", wrong)]
    }
}

impl Sample for RegistrationPage {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            frame: frame(chrome, Section::Clients),
            mode: "token",
            endpoint: "https://id.example/t/demo/register".into(),
            grant_types: String::new(),
            scopes: "openid profile email".into(),
            auth_methods: "private_key_jwt".into(),
            redirect_hosts: ".partners.example".into(),
            client_documents: true,
            unused_days: 90,
            rows: vec![TokenRow {
                id: "018f3c2a-0000-7000-8000-000000000001".into(),
                note: "Partner portal".into(),
                uses_left: 3,
                expires: ago(-100),
            }],
            new_token: Some("tgi_0123456789abcdef".into()),
            uses: "1".into(),
            days: "7".into(),
            note: String::new(),
            problems: Vec::new(),
        };
        let bare = Self {
            mode: "off",
            unused_days: 0,
            rows: Vec::new(),
            new_token: None,
            problems: vec![Problem::at("uses", "use 1 to 10000")],
            ..page.clone()
        };
        vec![("full", page), ("bare", bare)]
    }
}

impl Sample for MailPage {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let row = |status: &'static str, reply: &str| MailRow {
            at: ago(1),
            to: "alice@demo.test".into(),
            kind: "sign_in_code".into(),
            status,
            reply: reply.into(),
        };
        let page = Self {
            frame: frame(chrome, Section::Mails),
            kinds: on(
                "sign_in_code",
                &[("sign_in_code", "Sign-in code"), ("new_browser", "New browser")],
            ),
            languages: on("en", &[("en", "English"), ("de", "Deutsch")]),
            kind: "sign_in_code".into(),
            language: "en",
            subject: "492817 is your code for Northwind Trading".into(),
            text: "Your sign-in code\n\n492817\n".into(),
            body: "/console/mails/html?tenant=demo".into(),
            may_test: true,
            to: "admin@demo.test".into(),
            reply: Some(TestReply {
                words: "250 2.0.0 Ok: queued as 4ZxQ".into(),
                taken: true,
            }),
            log: vec![
                row("sent", "250 2.0.0 Ok"),
                row("failed", "550 5.1.1 No such user"),
                row("queued", ""),
            ],
        };
        let bare = Self {
            may_test: false,
            reply: Some(TestReply {
                words: "no mail server is configured (mail.smtp_url)".into(),
                taken: false,
            }),
            log: Vec::new(),
            ..page.clone()
        };
        vec![("full", page), ("bare", bare)]
    }
}
