use super::account::{apps, devices, sessions};
use super::console_decisions::decisions;
use super::{Drawn, Sample, ago, draw};
use crate::http::views::console::audit::{AuditList, AuditRow};
use crate::http::views::console::clients::{
    Check, ClientForm, ClientList, ClientPage, ClientRow, Line, LogoutRow, MemberRow, SecretRow,
};
use crate::http::views::console::keys::{KeyList, KeyRow};
use crate::http::views::console::passes::UserPasses;
use crate::http::views::console::tenants::{ConfirmDelete, TenantForm, TenantList, TenantRow};
use crate::http::views::console::users::{UserFactor, UserList, UserNew, UserPage, UserRow};
use crate::http::views::console::{Choice, ConsoleError, Frame, Paging, Section};
use crate::http::views::ends::ErrorKind;
use crate::http::views::{Chrome, Problem};

pub(super) fn draw_all(pages: &mut Vec<Drawn>) {
    draw::<TenantList>("console-tenants", pages);
    draw::<TenantForm>("console-tenant-form", pages);
    draw::<ConfirmDelete>("console-delete", pages);
    draw::<ClientList>("console-clients", pages);
    draw::<ClientForm>("console-client-form", pages);
    draw::<ClientPage>("console-client", pages);
    draw::<UserList>("console-users", pages);
    draw::<UserNew>("console-user-new", pages);
    draw::<UserPage>("console-user", pages);
    draw::<KeyList>("console-keys", pages);
    draw::<AuditList>("console-audit", pages);
    draw::<ConsoleError>("console-error", pages);
}

pub(super) fn frame(chrome: Chrome, section: Section) -> Frame {
    Frame {
        chrome,
        tenant: "demo".into(),
        tenant_name: "Northwind Trading".into(),
        section,
        user: "admin@demo.test".into(),
        role: "owner".into(),
        operator: true,
        flash: None,
    }
}

pub(super) fn on(value: &str, items: &[(&str, &str)]) -> Vec<Choice> {
    Choice::list(items, value)
}

impl Sample for TenantList {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let row = |slug: &str, name: &str, active: bool| TenantRow {
            slug: slug.into(),
            name: name.into(),
            issuer: format!("https://id.example/t/{slug}"),
            active,
            users: 318,
            created: ago(5000),
        };
        let page = Self {
            frame: frame(chrome, Section::Tenants),
            query: String::new(),
            rows: vec![
                row("demo", "Northwind Trading", true),
                row("closed", "Closed for good", false),
            ],
            paging: Paging {
                first: None,
                next: Some("/console/tenants?after=x".into()),
            },
        };
        vec![
            (
                "none",
                Self {
                    query: "zzz".into(),
                    rows: Vec::new(),
                    ..page.clone()
                },
            ),
            ("full", page),
        ]
    }
}

impl Sample for TenantForm {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let slug = Problem::at("slug", chrome.t(crate::text::key::SLUG).into_owned());
        let floor = [
            ("aal1", "Password (aal1)"),
            ("aal2", "Second factor (aal2)"),
            ("phr", "Phishing-resistant (phr)"),
        ];
        let page = Self {
            frame: frame(chrome, Section::Tenants),
            new: true,
            action: "/console/tenants?tenant=demo".into(),
            problems: vec![slug],
            slug: "Big Corp".into(),
            issuer: String::new(),
            name: "Big Corp".into(),
            presets: on(
                "observe",
                &[
                    ("observe", "Observe: score and record, enforce nothing"),
                    ("balanced", "Balanced"),
                ],
            ),
            registration: on(
                "token",
                &[
                    ("open", "Anybody"),
                    ("token", "With an initial access token"),
                    ("off", "Nobody"),
                ],
            ),
            layout: on(
                "combined",
                &[
                    ("identifier_first", "Address first, then password"),
                    ("combined", "Both on one page"),
                ],
            ),
            floor: on("aal1", &floor),
            locale: on("en", &[("en", "English"), ("de", "Deutsch")]),
            status: on(
                "active",
                &[("active", "Serves sign-ins"), ("disabled", "Switched off")],
            ),
            support_contact: "help@demo.test".into(),
            remember_days: "30".into(),
            recovery_wait_hours: "24".into(),
            notice_threshold: "20".into(),
            breached: on(
                "when_chosen",
                &[
                    ("when_chosen", "When one is chosen"),
                    ("also_at_sign_in", "Also at each sign-in"),
                ],
            ),
            attestation: on("none", &[("none", "Not asked for"), ("required", "Required")]),
            passkey_models: String::new(),
            brand_color: "#0b5d66".into(),
            sign_up: on(
                "open",
                &[("off", "Nobody"), ("open", "Whoever proves a mail address")],
            ),
            disposable: on(
                "challenge",
                &[("challenge", "Count as risk"), ("refuse", "Refuse")],
            ),
            terms_uri: "https://northwind.example/terms".into(),
            privacy_uri: String::new(),
            version: "3".into(),
        };
        let edit = Self {
            new: false,
            problems: Vec::new(),
            issuer: "https://id.example/t/demo".into(),
            ..page.clone()
        };
        vec![("new", page), ("edit", edit)]
    }
}

impl Sample for ConfirmDelete {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let confirm = Problem::at("confirm", chrome.t(crate::text::key::CONFIRM).into_owned());
        let page = Self {
            frame: frame(chrome, Section::Tenants),
            kind: "tenant",
            name: "demo".into(),
            losses: vec!["318 users".into(), "12 applications".into()],
            problems: vec![confirm],
            action: "/console/tenants/demo/delete?tenant=demo".into(),
            cancel: "/console/tenants?tenant=demo".into(),
        };
        vec![
            (
                "user",
                Self {
                    kind: "user",
                    problems: Vec::new(),
                    losses: Vec::new(),
                    ..page.clone()
                },
            ),
            (
                "client",
                Self {
                    kind: "client",
                    ..page.clone()
                },
            ),
            ("tenant", page),
        ]
    }
}

impl Sample for ClientList {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let row = |id: &str, name: &str, kind: &str, origin: &str, disabled: bool| ClientRow {
            id: id.into(),
            name: name.into(),
            kind: kind.into(),
            origin: origin.into(),
            disabled,
            updated: ago(90),
        };
        let page = Self {
            frame: frame(chrome, Section::Clients),
            query: String::new(),
            rows: vec![
                row("demo-rp", "Harbour Supplies", "web", "admin", false),
                row("planner", "Tide Planner", "spa", "dynamic", true),
            ],
            paging: Paging::default(),
        };
        vec![
            (
                "empty",
                Self {
                    rows: Vec::new(),
                    ..page.clone()
                },
            ),
            ("full", page),
        ]
    }
}

impl Sample for ClientForm {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let uris = Problem::at(
            "redirect_uris",
            chrome.t(crate::text::key::REDIRECT_URI).into_owned(),
        );
        let kinds = ["web", "spa", "native", "service", "device"].map(|kind| Choice {
            value: kind.into(),
            text: chrome.pick("kind", kind).into_owned(),
            chosen: kind == "web",
        });
        let page = Self {
            frame: frame(chrome.clone(), Section::Clients),
            new: true,
            action: "/console/clients?tenant=demo".into(),
            cancel: "/console/clients?tenant=demo".into(),
            problems: vec![uris],
            kinds: kinds.to_vec(),
            client_name: "Harbour Supplies".into(),
            texts: vec![Line {
                name: "client_name",
                words: chrome.pick("client-member", "client_name").into_owned(),
                hint: chrome.pick("client-hint", "client_name").into_owned(),
                value: "Harbour Supplies".into(),
            }],
            lists: vec![Line {
                name: "redirect_uris",
                words: chrome.pick("client-member", "redirect_uris").into_owned(),
                hint: chrome.pick("client-hint", "redirect_uris").into_owned(),
                value: "app.example/callback".into(),
            }],
            choices: vec![(
                "token_endpoint_auth_method",
                chrome
                    .pick("client-member", "token_endpoint_auth_method")
                    .into_owned(),
                on(
                    "client_secret_basic",
                    &[("client_secret_basic", "client_secret_basic"), ("none", "none")],
                ),
            )],
            checks: vec![Check {
                name: "development",
                words: chrome.pick("client-member", "development").into_owned(),
                hint: chrome.pick("client-hint", "development").into_owned(),
                on: true,
            }],
            version: "1".into(),
        };
        vec![
            (
                "edit",
                Self {
                    new: false,
                    problems: Vec::new(),
                    ..page.clone()
                },
            ),
            ("new", page),
        ]
    }
}

impl Sample for ClientPage {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            frame: frame(chrome.clone(), Section::Clients),
            id: "demo-rp".into(),
            name: "Harbour Supplies".into(),
            disabled: false,
            built_in: false,
            new_secret: Some("tgs_9n1Qm2hXo8f3bV5cW7dZ".into()),
            issuer: "https://id.example/t/demo".into(),
            discovery: "https://id.example/t/demo/.well-known/openid-configuration".into(),
            metadata: vec![
                MemberRow {
                    name: "redirect_uris".into(),
                    words: chrome.pick("client-member", "redirect_uris").into_owned(),
                    value: "https://app.example/callback".into(),
                },
                MemberRow {
                    name: "grant_types".into(),
                    words: "grant_types".into(),
                    value: "authorization_code refresh_token".into(),
                },
            ],
            secrets: vec![
                SecretRow {
                    created: ago(1),
                    expires: None,
                },
                SecretRow {
                    created: ago(3000),
                    expires: Some(ago(-24)),
                },
            ],
            logouts: Some(vec![LogoutRow {
                ended: ago(2),
                sid: "p3Jx8s".into(),
                status: "queued".into(),
                attempts: 2,
                detail: "503".into(),
            }]),
            created: ago(3000),
            updated: ago(1),
        };
        vec![
            (
                "no-logouts",
                Self {
                    logouts: Some(Vec::new()),
                    ..page.clone()
                },
            ),
            (
                "built-in",
                Self {
                    built_in: true,
                    new_secret: None,
                    secrets: Vec::new(),
                    logouts: None,
                    ..page.clone()
                },
            ),
            ("secret", page),
        ]
    }
}

impl Sample for UserList {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let row = |id: &str, email: &str, name: &str, factors: &[&str], disabled: bool| UserRow {
            id: id.into(),
            email: email.into(),
            name: name.into(),
            factors: factors.iter().map(|factor| (*factor).to_owned()).collect(),
            disabled,
            last_sign_in: (!disabled).then(|| ago(4)),
        };
        let page = Self {
            frame: frame(chrome, Section::Users),
            query: String::new(),
            rows: vec![
                row(
                    "1",
                    "alice@demo.test",
                    "Alice Martins",
                    &["password", "passkey"],
                    false,
                ),
                row("2", "dora@demo.test", "Dora", &[], true),
            ],
            paging: Paging {
                first: Some("/console/users".into()),
                next: None,
            },
        };
        vec![
            (
                "none",
                Self {
                    query: "zed".into(),
                    rows: Vec::new(),
                    ..page.clone()
                },
            ),
            ("full", page),
        ]
    }
}

impl Sample for UserNew {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let email = Problem::at("email", chrome.t(crate::text::key::EMAIL).into_owned());
        vec![(
            "wrong",
            Self {
                frame: frame(chrome, Section::Users),
                action: "/console/users?tenant=demo".into(),
                problems: vec![email],
                email: "alice@".into(),
                name: String::new(),
                email_verified: false,
            },
        )]
    }
}

impl Sample for UserPage {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            frame: frame(chrome, Section::Users),
            id: "018f".into(),
            sub: "8k2JmQ".into(),
            problems: Vec::new(),
            email: "alice@demo.test".into(),
            email_verified: true,
            name: "Alice Martins".into(),
            status: on(
                "active",
                &[("active", "May sign in"), ("disabled", "Switched off")],
            ),
            role: Some("analyst".into()),
            version: "4".into(),
            created: ago(4000),
            factors: vec![UserFactor {
                id: "p1".into(),
                method: "passkey".into(),
                name: "iCloud Keychain".into(),
                created: ago(900),
                used: Some(ago(2)),
            }],
            sessions: sessions(),
            devices: devices(),
            apps: apps(),
            passes: super::console_access::passes(),
            decisions: decisions(),
        };
        let bare = Self {
            factors: Vec::new(),
            sessions: Vec::new(),
            devices: Vec::new(),
            apps: Vec::new(),
            passes: UserPasses::default(),
            decisions: Vec::new(),
            role: None,
            email_verified: false,
            ..page.clone()
        };
        vec![("full", page), ("bare", bare)]
    }
}

impl Sample for KeyList {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let row = |kid: &str, state: &str| KeyRow {
            kid: kid.into(),
            alg: "ES256".into(),
            state: state.into(),
            created: ago(700),
            until: (state != "retired").then(|| ago(-300)),
        };
        vec![(
            "plain",
            Self {
                frame: frame(chrome, Section::Keys),
                jwks: "https://id.example/t/demo/jwks".into(),
                rows: vec![row("nK3x", "next"), row("aB7q", "active"), row("zP1d", "retired")],
            },
        )]
    }
}

impl Sample for AuditList {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let row = |act: &str, data: &str| AuditRow {
            at: ago(3),
            actor: "admin@demo.test".into(),
            act: act.into(),
            object: "user:018f3c2a".into(),
            data: data.into(),
            hash: "9f2c…".into(),
        };
        let page = Self {
            frame: frame(chrome, Section::Audit),
            query: String::new(),
            rows: vec![
                row("user.disabled", "{\"reason\":\"left the company\"}"),
                row("newer.act", ""),
            ],
            paging: Paging::default(),
        };
        vec![
            (
                "empty",
                Self {
                    rows: Vec::new(),
                    ..page.clone()
                },
            ),
            ("full", page),
        ]
    }
}

impl Sample for ConsoleError {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        vec![(
            "forbidden",
            Self {
                frame: frame(chrome, Section::Overview),
                kind: ErrorKind::Forbidden,
            },
        )]
    }
}
