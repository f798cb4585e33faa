use super::{Drawn, Sample, draw};
use crate::domain::assurance::Method;
use crate::http::views::authenticator::{Authenticator, EnrolPush};
use crate::http::views::enrol::{OtherWays, Purpose};
use crate::http::views::{Chrome, Problem};

pub(super) fn draw_all(pages: &mut Vec<Drawn>) {
    draw::<EnrolPush>("push-enrol", pages);
    draw::<Authenticator>("authenticator", pages);
}

impl Sample for EnrolPush {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            action: "/t/demo/account/push".into(),
            purpose: Purpose::Account,
            issuer: "https://id.example/t/demo".into(),
            device: "0190a5b4-0000-7000-8000-000000000001".into(),
            challenge: "c".into(),
            server_key: "k".into(),
            problems: Vec::new(),
            others: OtherWays::default(),
            later: Some("/t/demo/account".into()),
            chrome,
        };
        let failed = Self {
            problems: vec![Problem::whole(page.chrome.t("push-enrol-failed"))],
            ..page.clone()
        };
        let replacing = Self {
            purpose: Purpose::Replacement,
            others: OtherWays {
                choose: "/t/demo/signin/method?login=1".into(),
                methods: vec![Method::Passkey, Method::Totp],
            },
            later: None,
            ..page.clone()
        };
        vec![("plain", page), ("failed", failed), ("replacing", replacing)]
    }
}

impl Sample for Authenticator {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            issuer: "https://id.example/t/demo".into(),
            chrome,
        };
        vec![("plain", page)]
    }
}
