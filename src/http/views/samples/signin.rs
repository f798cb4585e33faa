use super::{Drawn, Sample, draw};
use crate::domain::assurance::Method;
use crate::http::views::app::{AppFacts, AppLogo};
use crate::http::views::challenge::{Challenge, PushWait, Reason, Resend};
use crate::http::views::consent::{Consent, DetailWords, WaitingDevice};
use crate::http::views::enrol::{EnrolPasskey, EnrolTotp, OtherWays, Purpose, RecoveryCodes};
use crate::http::views::signin::{
    Mailbox, MailboxPurpose, MailboxSent, PasswordStep, PersonaLink, SignIn, SignInFields, Throttled,
};
use crate::http::views::steps::{FormPost, RememberBrowser, TenantChooser, VerifyIdentity, Wait, WaitKind};
use crate::http::views::{Chrome, Link, PasskeyForm, Problem, qr};

pub(super) fn draw_all(pages: &mut Vec<Drawn>) {
    draw::<SignIn>("signin", pages);
    draw::<PasswordStep>("password-step", pages);
    draw::<Mailbox>("recover", pages);
    draw::<Throttled>("throttled", pages);
    draw::<Challenge>("challenge", pages);
    draw::<EnrolTotp>("enrol-totp", pages);
    draw::<EnrolPasskey>("enrol-passkey", pages);
    draw::<RecoveryCodes>("codes", pages);
    draw::<RememberBrowser>("remember", pages);
    draw::<Wait>("wait", pages);
    draw::<VerifyIdentity>("identity", pages);
    draw::<Consent>("consent", pages);
    draw::<FormPost>("form-post", pages);
    draw::<TenantChooser>("chooser", pages);
}

fn about() -> AppFacts {
    AppFacts {
        logo: Some(AppLogo {
            src: "/t/demo/logo/harbour".into(),
            source: "https://harbour.example/logo.png".into(),
        }),
        policies: vec![Link::new("https://harbour.example/privacy", "Privacy policy")],
    }
}

fn passkey() -> PasskeyForm {
    PasskeyForm {
        options: "/t/demo/signin/passkey/options".into(),
        action: "/t/demo/signin/passkey".into(),
    }
}

fn ways() -> OtherWays {
    OtherWays {
        choose: "/t/demo/signin/method?login=1".into(),
        methods: vec![Method::Push, Method::Totp],
    }
}

impl Sample for SignIn {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let plain = Self {
            app: Some("Harbour Supplies".into()),
            about: about(),
            action: "/t/demo/signin?login=1".into(),
            email: String::new(),
            fields: SignInFields::Both,
            again: false,
            problems: Vec::new(),
            passkey: Some(passkey()),
            recover: Some("/t/demo/recover".into()),
            sign_up: None,
            cancel: Some("/t/demo/signin/cancel?login=1".into()),
            personas: Vec::new(),
            chrome,
        };
        let wrong = Problem::whole(plain.chrome.t(crate::text::key::CREDENTIALS).into_owned());
        let mut dev = plain.clone();
        dev.chrome.dev = true;
        dev.personas = vec![
            PersonaLink {
                email: "alice@demo.test".into(),
                note: "password, a passkey may be added".into(),
                href: "?a".into(),
            },
            PersonaLink {
                email: "mallory@demo.test".into(),
                note: "always scored high".into(),
                href: "?m".into(),
            },
        ];
        let first = Self {
            fields: SignInFields::IdentifierFirst,
            app: None,
            sign_up: Some("/t/demo/signup".into()),
            cancel: None,
            ..plain.clone()
        };
        let missing = Problem::at(
            "password",
            plain.chrome.t(crate::text::key::REQUIRED).into_owned(),
        );
        vec![
            (
                "wrong",
                Self {
                    email: "alice@demo.test".into(),
                    problems: vec![wrong],
                    ..plain.clone()
                },
            ),
            (
                "missing",
                Self {
                    email: "alice@demo.test".into(),
                    problems: vec![missing],
                    again: true,
                    ..plain.clone()
                },
            ),
            ("dev", dev),
            ("first", first),
            ("plain", plain),
        ]
    }
}

impl Sample for PasswordStep {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            app: Some("Harbour Supplies".into()),
            about: AppFacts::default(),
            action: "/t/demo/signin/password".into(),
            email: "alexandra.featherstonehaugh-cholmondeley@subsidiary.northwind.example".into(),
            change: "/t/demo/signin".into(),
            problems: Vec::new(),
            passkey: None,
            recover: None,
            chrome,
        };
        vec![("plain", page)]
    }
}

impl Sample for Mailbox {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let asked = Self {
            purpose: MailboxPurpose::Recover,
            app: Some("Harbour Supplies".into()),
            action: "/t/demo/signin/mailbox?login=1".into(),
            email: "alice@demo.test".into(),
            problems: Vec::new(),
            sent: None,
            back: "/t/demo/signin/change?login=1".into(),
            chrome,
        };
        let sent = Self {
            action: "/t/demo/signin/code?login=1".into(),
            sent: Some(MailboxSent {
                resend: Some(Resend {
                    action: "/t/demo/signin/resend?login=1".into(),
                    wait_seconds: 25,
                    just_sent: true,
                }),
                tries_left: None,
                other_address: "/t/demo/recover?login=1".into(),
            }),
            ..asked.clone()
        };
        let wrong = Self {
            problems: vec![Problem::at(
                "code",
                sent.chrome.t(crate::text::key::CODE).into_owned(),
            )],
            sent: sent.sent.clone().map(|sent| MailboxSent {
                resend: None,
                tries_left: Some(9),
                ..sent
            }),
            ..sent.clone()
        };
        let sign_up = Self {
            purpose: MailboxPurpose::SignUp,
            ..sent.clone()
        };
        let new_address = Self {
            purpose: MailboxPurpose::ChangeEmail,
            app: None,
            ..asked.clone()
        };
        let new_code = Self {
            purpose: MailboxPurpose::ChangeEmail,
            app: None,
            ..sent.clone()
        };
        vec![
            ("new-address", new_address),
            ("new-address-code", new_code),
            ("address", asked),
            ("code", sent),
            ("wrong-code", wrong),
            ("sign-up", sign_up),
        ]
    }
}

impl Sample for Wait {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = |kind: WaitKind| Self {
            kind,
            account: "a••••@demo.test".into(),
            until: super::ago(-72),
            problems: Vec::new(),
            verify: (kind == WaitKind::Waiting).then(|| "/t/demo/signin/identity?login=1".into()),
            primary: Link::new("/t/demo/account", "Start again"),
            chrome: chrome.clone(),
        };
        WaitKind::ALL.map(|kind| (kind.name(), page(kind))).into()
    }
}

impl Sample for VerifyIdentity {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            app: Some("Harbour Supplies".into()),
            account: "a••••@demo.test".into(),
            reason: Reason::UnusualActivity,
            provider: "verify.example".into(),
            days: 90,
            compared: ["given_name", "family_name", "birthdate"]
                .map(str::to_owned)
                .to_vec(),
            problems: Vec::new(),
            action: "/t/demo/signin/identity?login=1".into(),
            other: Link::new("/t/demo/account", "Start again"),
            chrome,
        };
        let problem = |key| Self {
            problems: vec![Problem::whole(page.chrome.t(key))],
            ..page.clone()
        };
        vec![
            ("cancelled", problem("problem-identity-cancelled")),
            ("mismatch", problem("problem-identity-mismatch")),
            ("plain", page),
        ]
    }
}

impl Sample for Throttled {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        vec![(
            "plain",
            Self {
                chrome,
                app: Some("Harbour Supplies".into()),
                minutes: 15,
                retry: "/t/demo/signin".into(),
            },
        )]
    }
}

impl Sample for Challenge {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let totp = Self {
            app: Some("Harbour Supplies".into()),
            account: "b••••@demo.test".into(),
            reason: Reason::NewBrowser,
            method: Method::Totp,
            action: "/t/demo/signin/code".into(),
            problems: Vec::new(),
            tries_left: None,
            sent_to: None,
            resend: None,
            passkey: None,
            push: None,
            others: vec![Method::Passkey, Method::EmailOtp, Method::RecoveryCode],
            choose: "/t/demo/signin/method".into(),
            lost: None,
            restart: Some("/t/demo/signin".into()),
            chrome,
        };
        let resend = Resend {
            action: "/t/demo/signin/resend".into(),
            wait_seconds: 40,
            just_sent: true,
        };
        let mail = Self {
            method: Method::EmailOtp,
            reason: Reason::FirstSignIn,
            sent_to: Some("c••••@demo.test".into()),
            resend: Some(resend),
            others: Vec::new(),
            ..totp.clone()
        };
        let push = |standing: &'static str| Self {
            method: Method::Push,
            push: Some(PushWait {
                number: "42".into(),
                standing,
                reload: "/t/demo/signin?login=1".into(),
                state: "/t/demo/signin/push?login=1".into(),
            }),
            ..totp.clone()
        };
        let wrong = Problem::at("code", totp.chrome.t(crate::text::key::CODE).into_owned());
        vec![
            (
                "wrong",
                Self {
                    problems: vec![wrong],
                    tries_left: Some(8),
                    ..totp.clone()
                },
            ),
            (
                "recovery",
                Self {
                    method: Method::RecoveryCode,
                    others: vec![Method::Totp],
                    reason: Reason::SensitiveAction,
                    ..totp.clone()
                },
            ),
            (
                "passkey",
                Self {
                    method: Method::Passkey,
                    passkey: Some(passkey()),
                    reason: Reason::UnusualActivity,
                    others: vec![Method::Totp],
                    ..totp.clone()
                },
            ),
            (
                "access-pass",
                Self {
                    method: Method::AccessPass,
                    others: vec![Method::Totp],
                    ..totp.clone()
                },
            ),
            ("push", push("waiting")),
            ("push-unanswered", push("unanswered")),
            ("push-too-many", push("too_many")),
            ("mail", mail),
            ("totp", totp),
        ]
    }
}

impl Sample for EnrolTotp {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let uri = "otpauth://totp/Northwind:dora%40demo.test?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Northwind";
        let page = Self {
            purpose: Purpose::SignIn,
            app: Some("Harbour Supplies".into()),
            action: "/t/demo/signin/enrol/totp".into(),
            qr: qr::svg(uri, &chrome.t(crate::text::key::QR_LABEL)).unwrap(),
            secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP".into(),
            account: "Northwind: dora@demo.test".into(),
            problems: Vec::new(),
            others: OtherWays::default(),
            cancel: None,
            chrome,
        };
        let wrong = Problem::at("code", page.chrome.t(crate::text::key::CODE).into_owned());
        let account = Self {
            purpose: Purpose::Account,
            app: None,
            cancel: Some("/t/demo/account".into()),
            problems: vec![wrong],
            ..page.clone()
        };
        let replacing = Self {
            purpose: Purpose::Replacement,
            others: ways(),
            ..page.clone()
        };
        vec![("signin", page), ("account", account), ("replacing", replacing)]
    }
}

impl Sample for EnrolPasskey {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            purpose: Purpose::Account,
            passkey: passkey(),
            problems: Vec::new(),
            others: OtherWays::default(),
            later: Some("/t/demo/account".into()),
            elsewhere: None,
            chrome,
        };
        let elsewhere = Self {
            elsewhere: Some("http://localhost:8080/t/demo/account/passkeys".into()),
            purpose: Purpose::SignIn,
            later: None,
            ..page.clone()
        };
        let weaker = Problem::whole(page.chrome.t("problem-weaker"));
        let replacing = Self {
            purpose: Purpose::Replacement,
            problems: vec![weaker],
            others: ways(),
            later: None,
            ..page.clone()
        };
        vec![
            ("plain", page),
            ("elsewhere", elsewhere),
            ("replacing", replacing),
        ]
    }
}

impl Sample for RecoveryCodes {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let codes = [
            "7KQ2-M4XD",
            "P9TB-3RWH",
            "X2ZE-8VNC",
            "JH5M-YK7D",
            "3GPQ-WT6B",
            "R8VX-2CND",
            "M4KE-9ZHT",
            "B7WP-5QYG",
            "ND3X-V6RJ",
            "T2HC-8MKE",
        ];
        vec![(
            "plain",
            Self {
                chrome,
                codes: codes.map(str::to_owned).to_vec(),
                action: "/t/demo/account/recovery-codes/kept".into(),
            },
        )]
    }
}

impl Sample for RememberBrowser {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        vec![(
            "plain",
            Self {
                chrome,
                action: "/t/demo/signin/remember".into(),
                days: 30,
                browser: "Firefox on Linux".into(),
            },
        )]
    }
}

impl Sample for Consent {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let page = Self {
            app: "Tide Planner".into(),
            host: "planner.example".into(),
            account: "alice@demo.test".into(),
            action: "/t/demo/signin/consent".into(),
            scopes: ["openid", "profile", "email", "offline_access", "catches:read"]
                .map(str::to_owned)
                .to_vec(),
            details: Vec::new(),
            known: vec!["openid".into()],
            unverified: true,
            document_host: None,
            device: None,
            about: about(),
            chrome,
        };
        vec![
            ("dynamic", page.clone()),
            (
                "device",
                Self {
                    device: Some(WaitingDevice {
                        code: "WDJB-MJHT".into(),
                        address: "203.0.113.7".into(),
                    }),
                    ..page.clone()
                },
            ),
            (
                "details",
                Self {
                    details: vec![
                        DetailWords {
                            title: "Pay from your account".into(),
                            facts: [
                                ("Actions", "initiate, status"),
                                ("instructedAmount · amount", "123.50"),
                                ("instructedAmount · currency", "EUR"),
                                ("creditorName", "<b>Merchant</b> & Sons"),
                            ]
                            .map(|(name, value)| (name.to_owned(), value.to_owned()))
                            .to_vec(),
                            left_out: 3,
                        },
                        DetailWords {
                            title: "account_information".into(),
                            facts: Vec::new(),
                            left_out: 0,
                        },
                    ],
                    ..page.clone()
                },
            ),
            (
                "document",
                Self {
                    document_host: Some("agents.example".into()),
                    host: "127.0.0.1".into(),
                    ..page.clone()
                },
            ),
            (
                "own",
                Self {
                    unverified: false,
                    known: Vec::new(),
                    about: AppFacts::default(),
                    ..page
                },
            ),
        ]
    }
}

impl Sample for FormPost {
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)> {
        let fields = vec![
            ("code".into(), "tgc_abc".into()),
            ("state".into(), "\"><script>alert(1)</script>".into()),
        ];
        vec![(
            "plain",
            Self {
                chrome,
                app: "Harbour Supplies".into(),
                action: "https://app.example/callback".into(),
                fields,
            },
        )]
    }
}

impl Sample for TenantChooser {
    fn samples(mut chrome: Chrome) -> Vec<(&'static str, Self)> {
        chrome.tenant = "Tidegate".into();
        chrome.here = String::new();
        let page = Self {
            action: "/choose".into(),
            unknown: None,
            known: vec![Link::new("/t/demo/account", "Northwind Trading")],
            chrome,
        };
        vec![
            (
                "unknown",
                Self {
                    unknown: Some("nrothwind".into()),
                    known: Vec::new(),
                    ..page.clone()
                },
            ),
            ("known", page),
        ]
    }
}
