//! Who may get tokens, and for what.

use super::console::frame;
use super::{Drawn, Sample, ago, draw};
use crate::http::views::console::Section;
use crate::http::views::console::registration::{RegistrationPage, TokenRow};
use crate::http::views::console::resources::{ResourceList, ResourceRow};
use crate::http::views::{Chrome, Problem};

pub(super) fn draw_all(pages: &mut Vec<Drawn>) {
    draw::<ResourceList>("console-resources", pages);
    draw::<RegistrationPage>("console-registration", pages);
}

impl Sample for ResourceList {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let row = |identifier: &str, client: Option<&str>| ResourceRow {
            identifier: identifier.into(),
            scopes: "orders:read orders:write".into(),
            details: vec!["order_placement".into()],
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
