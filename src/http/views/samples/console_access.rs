//! Who may get tokens, and for what.

use super::console::frame;
use super::{Drawn, Sample, ago, draw};
use crate::http::views::console::Section;
use crate::http::views::console::resources::{ResourceList, ResourceRow};
use crate::http::views::{Chrome, Problem};

pub(super) fn draw_all(pages: &mut Vec<Drawn>) {
    draw::<ResourceList>("console-resources", pages);
}

impl Sample for ResourceList {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let row = |identifier: &str, client: Option<&str>| ResourceRow {
            identifier: identifier.into(),
            scopes: "orders:read orders:write".into(),
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
