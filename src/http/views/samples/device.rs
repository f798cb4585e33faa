use super::{Drawn, Sample, draw};
use crate::http::views::device::{DeviceDone, DeviceEnd, EnterCode};
use crate::http::views::{Chrome, Problem};

pub(super) fn draw_all(pages: &mut Vec<Drawn>) {
    draw::<EnterCode>("device-code", pages);
    draw::<DeviceDone>("device-done", pages);
}

impl Sample for EnterCode {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let wrong = Problem::at("user_code", chrome.t("device-code-wrong"));
        let page = Self {
            action: "/t/demo/device".into(),
            user_code: String::new(),
            problems: Vec::new(),
            chrome,
        };
        vec![
            (
                "wrong",
                Self {
                    user_code: "WDJB-MJHT".into(),
                    problems: vec![wrong],
                    ..page.clone()
                },
            ),
            ("empty", page),
        ]
    }
}

impl Sample for DeviceDone {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = |end: DeviceEnd| {
            let page = Self {
                end,
                again: "/t/demo/device".into(),
                chrome: chrome.clone(),
            };
            (end.name(), page)
        };
        DeviceEnd::ALL.map(page).to_vec()
    }
}
