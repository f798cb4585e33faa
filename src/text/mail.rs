//! Mails: subject, plain text and HTML with the same content. They stand in this layer, not with the pages, because the
//! use cases send them.
//!
//! No mail holds a remote image or a tracking link. A code comes early in the text and in the subject. Links lead to pages
//! with a button and never act on GET (people.md U17, U35, U38).

use askama::Template;

use super::Text;
use crate::domain::message::NotPossible;

/// A mail ready to be sent. The sender adds `From` with the tenant's name and `Auto-Submitted: auto-generated` (RFC 3834).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its subject.
    pub subject: String,
    /// Its plain text.
    pub text: String,
    /// Its HTML.
    pub html: String,
}

/// What every mail has around its content.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The reader's language.
    pub text: Text,
    /// The tenant's name.
    pub tenant: String,
    /// The account's address.
    pub account: String,
    /// Where people find help, as shown.
    pub support: Option<String>,
    /// The request's reference code.
    pub reference: String,
}

impl Frame {
    /// The text of a key.
    fn t(&self, key: &str) -> String {
        self.text.get(key).into_owned()
    }

    /// The text of a key with one value.
    fn with(&self, key: &str, name: &str, value: &str) -> String {
        self.text.with(key, &[(name, value)]).into_owned()
    }
}

/// The parts of which any mail is made; the two templates draw the same ones.
#[derive(Clone, Debug, Default)]
struct Body {
    heading: String,
    intro: String,
    code: Option<String>,
    facts: Vec<(String, String)>,
    note: Option<String>,
    actions: Vec<(String, String)>,
    why: String,
}

#[derive(Template)]
#[template(path = "mail/mail.html")]
struct Html<'a> {
    frame: &'a Frame,
    subject: &'a str,
    body: &'a Body,
}

#[derive(Template)]
#[template(path = "mail/mail.txt")]
struct Plain<'a> {
    frame: &'a Frame,
    body: &'a Body,
}

fn mail(frame: &Frame, subject: &str, body: &Body) -> Mail {
    // A header is one line, whatever a tenant's or an app's name holds.
    let subject: String = subject
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    // Rendering into a String fails only when a value's own formatting does; texts can't.
    let html = Html {
        frame,
        subject: &subject,
        body,
    }
    .render()
    .unwrap_or_default();
    let text = Plain { frame, body }.render().unwrap_or_default();
    Mail { subject, text, html }
}

/// A one-time code for a sign-in.
pub fn sign_in_code(frame: &Frame, code: &str, minutes: u32) -> Mail {
    let words = CodeWords {
        heading: frame.t("mail-code-heading"),
        note: frame.t("mail-code-note"),
        why: frame.with("mail-code-why", "account", &frame.account),
    };
    with_code(frame, words, code, minutes)
}

/// A one-time code for whoever forgot the password.
pub fn new_password_code(frame: &Frame, code: &str, minutes: u32) -> Mail {
    let words = CodeWords {
        heading: frame.t("mail-new-password-heading"),
        note: frame.t("mail-new-password-note"),
        why: frame.with("mail-new-password-why", "account", &frame.account),
    };
    with_code(frame, words, code, minutes)
}

/// A one-time code for whoever makes an account.
pub fn sign_up_code(frame: &Frame, code: &str, minutes: u32) -> Mail {
    let words = CodeWords {
        heading: frame.t("mail-sign-up-heading"),
        note: frame.t("mail-sign-up-note"),
        why: frame.with("mail-sign-up-why", "account", &frame.account),
    };
    with_code(frame, words, code, minutes)
}

/// A one-time code for whoever gives an account another address.
pub fn email_change_code(frame: &Frame, code: &str, minutes: u32) -> Mail {
    let words = CodeWords {
        heading: frame.t("mail-new-address-heading"),
        note: frame.t("mail-new-address-note"),
        why: frame.with("mail-new-address-why", "account", &frame.account),
    };
    with_code(frame, words, code, minutes)
}

/// Somebody wants to use an address that has an account for another one.
pub fn account_exists(frame: &Frame, sign_in: &str) -> Mail {
    let about = [("account", frame.account.as_str()), ("tenant", &frame.tenant)];
    let body = Body {
        heading: frame.t("mail-exists-heading"),
        intro: frame.text.with("mail-exists-intro", &about).into_owned(),
        note: Some(frame.t("mail-exists-note")),
        actions: vec![(frame.t("mail-exists-act"), sign_in.to_owned())],
        why: frame.t("mail-not-possible-why"),
        ..Body::default()
    };
    mail(
        frame,
        &frame.with("mail-exists-subject", "tenant", &frame.tenant),
        &body,
    )
}

/// What the mails with a code say differently.
struct CodeWords {
    heading: String,
    note: String,
    why: String,
}

fn with_code(frame: &Frame, words: CodeWords, code: &str, minutes: u32) -> Mail {
    let subject = frame
        .text
        .with("mail-code-subject", &[("code", code), ("tenant", &frame.tenant)]);
    let body = Body {
        heading: words.heading,
        intro: frame.text.count("mail-code-intro", minutes).into_owned(),
        code: Some(code.to_owned()),
        note: Some(words.note),
        why: words.why,
        ..Body::default()
    };
    mail(frame, &subject, &body)
}

/// A completed sign-in as a notice tells it.
#[derive(Clone, Debug)]
pub struct NewBrowser {
    /// Local time with zone, as shown.
    pub at: String,
    /// Browser and system.
    pub browser: String,
    /// Approximate place, where known.
    pub place: Option<String>,
    /// The app, by name.
    pub app: Option<String>,
    /// The page of "Yes, it was me".
    pub yes: String,
    /// The page of "No, secure my account".
    pub no: String,
}

/// Somebody signed in on a new browser.
pub fn new_browser(frame: &Frame, sign_in: &NewBrowser) -> Mail {
    let mut facts = vec![
        (frame.t("fact-account"), frame.account.clone()),
        (frame.t("fact-time"), sign_in.at.clone()),
        (frame.t("fact-browser"), sign_in.browser.clone()),
    ];
    if let Some(place) = &sign_in.place {
        facts.push((
            frame.t("fact-place"),
            format!("{place} ({})", frame.t("fact-place-note")),
        ));
    }
    if let Some(app) = &sign_in.app {
        facts.push((frame.t("fact-app"), app.clone()));
    }
    let body = Body {
        heading: frame.t("mail-new-browser-heading"),
        intro: frame.with("mail-new-browser-intro", "tenant", &frame.tenant),
        facts,
        note: Some(frame.t("mail-new-browser-note")),
        actions: vec![
            (frame.t("mail-yes"), sign_in.yes.clone()),
            (frame.t("mail-no"), sign_in.no.clone()),
        ],
        why: frame.t("mail-new-browser-why"),
        ..Body::default()
    };
    mail(
        frame,
        &frame.with("mail-new-browser-subject", "tenant", &frame.tenant),
        &body,
    )
}

/// A change to an account that its owner is always told of (people.md U34).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The password.
    Password,
    /// A factor was added.
    FactorAdded,
    /// A factor was removed.
    FactorRemoved,
    /// New recovery codes were made.
    RecoveryCodes,
    /// The address.
    Email,
    /// A role in the console.
    Role,
    /// Lost factors will be replaced, unless the owner objects.
    RecoveryAsked,
    /// Lost factors were replaced.
    Recovered,
    /// The address, by an admin.
    EmailByAdmin,
    /// Support may hand out a temporary access pass.
    AccessPassApproved,
    /// A temporary access pass was used.
    AccessPassUsed,
}

impl Change {
    /// Every change.
    pub const ALL: [Self; 11] = [
        Self::Password,
        Self::FactorAdded,
        Self::FactorRemoved,
        Self::RecoveryCodes,
        Self::Email,
        Self::Role,
        Self::RecoveryAsked,
        Self::Recovered,
        Self::EmailByAdmin,
        Self::AccessPassApproved,
        Self::AccessPassUsed,
    ];

    /// `mail-changed-…` in the catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::FactorAdded => "factor_added",
            Self::FactorRemoved => "factor_removed",
            Self::RecoveryCodes => "recovery_codes",
            Self::Email => "email",
            Self::Role => "role",
            Self::RecoveryAsked => "recovery_asked",
            Self::Recovered => "recovered",
            Self::EmailByAdmin => "email_by_admin",
            Self::AccessPassApproved => "access_pass_approved",
            Self::AccessPassUsed => "access_pass_used",
        }
    }
}

/// When and where a change was made, and how to object.
#[derive(Clone, Debug)]
pub struct ChangeFacts {
    /// Local time with zone, as shown.
    pub at: String,
    /// Browser and system, or the command line.
    pub browser: String,
    /// What was added or removed, by name.
    pub what: Option<String>,
    /// From when on it can be done, for what was only asked for.
    pub from: Option<String>,
    /// The page of "No, secure my account".
    pub no: String,
}

/// Something about the account changed.
pub fn changed(frame: &Frame, change: Change, facts: &ChangeFacts) -> Mail {
    let heading = frame.text.pick("mail-changed", change.name()).into_owned();
    let subject = frame.text.with(
        "mail-changed-subject",
        &[("what", &heading), ("tenant", &frame.tenant)],
    );
    let mut rows = vec![(frame.t("fact-account"), frame.account.clone())];
    if let Some(what) = &facts.what {
        rows.push((frame.t("fact-what"), what.clone()));
    }
    rows.push((frame.t("fact-time"), facts.at.clone()));
    if let Some(from) = &facts.from {
        rows.push((frame.t("fact-from"), from.clone()));
    }
    // What an operator does in the console says nothing of a browser of the person.
    if !facts.browser.is_empty() {
        rows.push((frame.t("fact-browser"), facts.browser.clone()));
    }
    let body = Body {
        intro: frame.with("mail-changed-intro", "tenant", &frame.tenant),
        heading,
        facts: rows,
        note: Some(frame.t("mail-changed-note")),
        actions: vec![(frame.t("mail-no"), facts.no.clone())],
        why: frame.t("mail-changed-why"),
        ..Body::default()
    };
    mail(frame, &subject, &body)
}

/// An app asks something that waits for an answer.
pub fn request_waits(frame: &Frame, app: &str, binding_message: Option<&str>, link: &str) -> Mail {
    let note = binding_message.map(|message| frame.text.with("mail-request-note", &[("message", message)]));
    let body = Body {
        heading: frame.with("mail-request-heading", "app", app),
        intro: frame.t("mail-request-intro"),
        note: note.map(std::borrow::Cow::into_owned),
        actions: vec![(frame.t("mail-request-act"), link.to_owned())],
        why: frame.t("mail-request-why"),
        ..Body::default()
    };
    mail(frame, &frame.with("mail-request-heading", "app", app), &body)
}

/// A link that lets somebody set up and hold a role in the console.
pub fn admin_link(frame: &Frame, link: &str, role: &str, minutes: u32) -> Mail {
    let role = frame.text.pick_or_name("role", role);
    let body = Body {
        heading: frame.t("mail-admin-heading"),
        intro: frame
            .text
            .with("mail-admin-intro", &[("role", &role), ("tenant", &frame.tenant)])
            .into_owned(),
        note: Some(frame.text.count("mail-admin-note", minutes).into_owned()),
        actions: vec![(frame.t("mail-admin-act"), link.to_owned())],
        why: frame.t("mail-admin-why"),
        ..Body::default()
    };
    mail(
        frame,
        &frame.with("mail-admin-subject", "tenant", &frame.tenant),
        &body,
    )
}

/// The answer to something that was asked for with an address and is not possible: the page says the same either way, the
/// mail tells the owner of the address the truth (people.md U20).
pub fn not_possible(frame: &Frame, why: NotPossible) -> Mail {
    let (heading, intro) = match why {
        NotPossible::NoAccount => ("mail-no-account-heading", "mail-no-account-intro"),
        NotPossible::Disabled => ("mail-disabled-heading", "mail-disabled-intro"),
    };
    let about = [("account", frame.account.as_str()), ("tenant", &frame.tenant)];
    let body = Body {
        heading: frame.t(heading),
        intro: frame.text.with(intro, &about).into_owned(),
        why: frame.t("mail-not-possible-why"),
        ..Body::default()
    };
    mail(
        frame,
        &frame.with("mail-not-possible-subject", "tenant", &frame.tenant),
        &body,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Locale;

    fn frame(locale: Locale) -> Frame {
        Frame {
            text: Text::new(locale),
            tenant: "Demo & Söhne".into(),
            account: "alice@demo.test".into(),
            support: Some("help@demo.test".into()),
            reference: "7K3MZQ2P".into(),
        }
    }

    #[test]
    fn the_code_stands_in_subject_and_first_lines() {
        for locale in Locale::ALL {
            let mail = sign_in_code(&frame(locale), "492817", 10);
            assert!(mail.subject.contains("492817"));
            assert!(
                mail.text.lines().take(6).any(|line| line.contains("492817")),
                "{}",
                mail.text
            );
            assert!(mail.html.contains("492817"));
        }
    }

    #[test]
    fn both_parts_hold_every_link_and_fact() {
        let sign_in = NewBrowser {
            at: "24 Nov 2026, 23:34 UTC".into(),
            browser: "Firefox on Linux".into(),
            place: Some("Lisbon, Portugal".into()),
            app: Some("Shop".into()),
            yes: "https://id.example/y".into(),
            no: "https://id.example/n".into(),
        };
        for locale in Locale::ALL {
            let mail = new_browser(&frame(locale), &sign_in);
            for part in [
                "Firefox on Linux",
                "Lisbon, Portugal",
                "Shop",
                "https://id.example/y",
                "https://id.example/n",
            ] {
                assert!(mail.text.contains(part) && mail.html.contains(part), "{part}");
            }
            assert!(!mail.html.contains("<img") && !mail.html.contains("<script"));
            assert!(mail.text.contains("Demo & Söhne"), "plain text is not escaped");
        }
    }

    #[test]
    fn a_line_break_in_a_name_stays_out_of_the_subject() {
        let frame = Frame {
            tenant: "A\r\nBcc: x@y".into(),
            ..frame(Locale::En)
        };
        let facts = ChangeFacts {
            at: String::new(),
            browser: String::new(),
            what: None,
            from: None,
            no: String::new(),
        };
        for change in Change::ALL {
            assert!(!changed(&frame, change, &facts).subject.contains(['\r', '\n']));
        }
        assert!(
            !admin_link(&frame, "https://x", "owner", 15)
                .subject
                .contains('\n')
        );
        for why in NotPossible::ALL {
            assert!(!not_possible(&frame, why).subject.contains('\n'));
        }
    }
}
