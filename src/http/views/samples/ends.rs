use super::{Drawn, Sample, draw};
use crate::http::views::ends::{
    Detail, ErrorKind, ErrorPage, Expired, Held, HeldKind, SignOutConfirm, SignedOut,
};
use crate::http::views::redirect_diff::RedirectDiff;
use crate::http::views::{Chrome, Link};

pub(super) fn draw_all(pages: &mut Vec<Drawn>) {
    draw::<Held>("held", pages);
    draw::<ErrorPage>("error", pages);
    draw::<Expired>("expired", pages);
    draw::<SignOutConfirm>("sign-out", pages);
    draw::<SignedOut>("signed-out", pages);
}

impl Sample for Held {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            kind: HeldKind::Held,
            primary: Link::new(
                "/t/demo/signin",
                chrome.t(crate::text::key::USE_PASSKEY).into_owned(),
            ),
            more: vec![Link::new(
                "https://app.example",
                chrome.with("back-to-app", "app", "Harbour Supplies").into_owned(),
            )],
            chrome,
        };
        let mut closed = Self {
            kind: HeldKind::Closed,
            more: Vec::new(),
            ..page.clone()
        };
        closed.chrome.support = None;
        vec![
            (
                "unmet",
                Self {
                    kind: HeldKind::Unmet,
                    ..page.clone()
                },
            ),
            ("closed", closed),
            ("held", page),
        ]
    }
}

impl Sample for ErrorPage {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let registered =
            ["https://app.example/callback", "http://localhost:3000/callback"].map(str::to_owned);
        let redirect = RedirectDiff::of("http://localhost:3000/callback/", &registered);
        let detail = Detail {
            error: "invalid_request".into(),
            description: "redirect_uri is not registered for this client".into(),
            client_id: Some("demo-rp".into()),
            redirect: Some(redirect),
        };
        let plain = Self {
            kind: ErrorKind::Internal,
            primary: Some(Link::new("/t/demo/signin", chrome.t("start-again").into_owned())),
            detail: None,
            chrome,
        };
        let mut cases = vec![(
            "redirect",
            Self {
                kind: ErrorKind::RedirectUri,
                primary: None,
                detail: Some(detail),
                ..plain.clone()
            },
        )];
        for kind in ErrorKind::ALL {
            cases.push((
                kind.name(),
                Self {
                    kind,
                    ..plain.clone()
                },
            ));
        }
        cases.retain(|(name, _)| *name != "redirect_uri");
        cases
    }
}

impl Sample for Expired {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        vec![(
            "plain",
            Self {
                chrome,
                app: Some("Harbour Supplies".into()),
                restart: "/t/demo/signin".into(),
            },
        )]
    }
}

impl Sample for SignOutConfirm {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            app: Some("Harbour Supplies".into()),
            account: "alice@demo.test".into(),
            action: "/t/demo/logout".into(),
            fields: vec![("state".into(), "x".into())],
            cancel: "/t/demo/account".into(),
            chrome,
        };
        vec![("app", page.clone()), ("plain", Self { app: None, ..page })]
    }
}

impl Sample for SignedOut {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let back = Link::new(
            "https://app.example",
            chrome.with("back-to-app", "app", "Harbour Supplies").into_owned(),
        );
        let page = Self {
            back: Some(back),
            sign_in: "/t/demo/account".into(),
            leads_to: None,
            frames: Vec::new(),
            chrome,
        };
        vec![
            (
                "apps",
                Self {
                    leads_to: Some("https://app.example/out".into()),
                    frames: vec!["https://app.example/logout?sid=x".into()],
                    ..page.clone()
                },
            ),
            (
                "plain",
                Self {
                    back: None,
                    ..page.clone()
                },
            ),
            ("app", page),
        ]
    }
}
