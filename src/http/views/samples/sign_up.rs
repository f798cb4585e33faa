use super::{Drawn, Sample, draw};
use crate::http::views::sign_up::{SignUpAddress, SignUpDetails};
use crate::http::views::{Chrome, Link, PasskeyForm, Problem};

pub(super) fn draw_all(pages: &mut Vec<Drawn>) {
    draw::<SignUpAddress>("sign-up", pages);
    draw::<SignUpDetails>("sign-up-details", pages);
}

impl Sample for SignUpAddress {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            app: Some("Harbour Supplies".into()),
            action: "/t/demo/signup/address?login=1".into(),
            challenge: "/t/demo/signup/challenge".into(),
            email: String::new(),
            problems: Vec::new(),
            back: "/t/demo/signin/change?login=1".into(),
            chrome,
        };
        let disposable = Self {
            app: None,
            email: "me@throw-away.example".into(),
            problems: vec![Problem::at("email", page.chrome.t("problem-disposable"))],
            ..page.clone()
        };
        vec![("empty", page), ("disposable", disposable)]
    }
}

impl Sample for SignUpDetails {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let link = |name: &str, text: &str| Link::new(format!("https://northwind.example/{name}"), text);
        let page = Self {
            app: Some("Harbour Supplies".into()),
            action: "/t/demo/signup/details?login=1".into(),
            email: "new@demo.test".into(),
            min_length: 15,
            terms: vec![
                link("terms", "Terms of service"),
                link("privacy", "Privacy policy"),
            ],
            passkey: Some(PasskeyForm {
                options: "/t/demo/signup/passkey/options?login=1".into(),
                action: "/t/demo/signup/passkey?login=1".into(),
            }),
            problems: Vec::new(),
            chrome,
        };
        let without = Self {
            terms: Vec::new(),
            passkey: None,
            ..page.clone()
        };
        let wrong = Self {
            problems: vec![
                Problem::at("password", page.chrome.t("problem-password-guessable")),
                Problem::at("terms", page.chrome.t("problem-terms")),
                Problem::at("name", page.chrome.t("problem-name")),
            ],
            ..page.clone()
        };
        vec![("plain", page), ("without-terms", without), ("wrong", wrong)]
    }
}
