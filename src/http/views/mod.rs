//! Every page that people see, as one struct a page. The struct's fields are the page's contract; its template draws
//! them and decides nothing. Handlers fill a struct and send `render()`; each struct's documentation names the fields
//! of the forms on the page.
//!
//! Common to every form: hidden field `csrf`. Every page renders without JavaScript; scripts only enhance.

pub mod account;
pub mod app;
pub mod authenticator;
pub mod brand;
pub mod challenge;
pub mod chrome;
pub mod consent;
pub mod console;
pub mod demo;
pub mod dev;
pub mod device;
pub mod ends;
pub mod enrol;
pub mod notices;
pub mod qr;
pub mod redirect_diff;
pub mod requests;
pub mod sign_up;
pub mod signin;
pub mod steps;

#[cfg(test)]
#[expect(clippy::too_many_lines, reason = "invented content is long lists")]
mod samples;

pub use askama::Template;
pub use chrome::{Chrome, Support};

use crate::base::timestamp::Timestamp;

/// Any text as one segment of a path.
pub fn segment(text: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    encoded.replace('+', "%20")
}

/// Something wrong with what was entered. Shown in the summary at the top, and at the field when it names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field's `name`; empty when it is about the whole form.
    pub field: &'static str,
    /// What is wrong and how to put it right, in the reader's language.
    pub text: String,
}

impl Problem {
    /// About one field.
    pub fn at(field: &'static str, text: impl Into<String>) -> Self {
        Self {
            field,
            text: text.into(),
        }
    }

    /// About the form as a whole.
    pub fn whole(text: impl Into<String>) -> Self {
        Self::at("", text)
    }
}

/// Lookups that templates make in a form's problems.
pub trait Problems {
    /// What is wrong with a field; empty when nothing is.
    fn of(&self, field: &str) -> &str;
}

impl Problems for Vec<Problem> {
    fn of(&self, field: &str) -> &str {
        self.iter()
            .find(|problem| problem.field == field)
            .map_or("", |problem| problem.text.as_str())
    }
}

/// A link with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where to.
    pub href: String,
    /// The words, in the reader's language.
    pub text: String,
}

impl Link {
    /// A link.
    pub fn new(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            href: href.into(),
            text: text.into(),
        }
    }
}

/// A moment for a `<time>` element: readable without scripts (UTC, marked as such), and turned into the viewer's zone
/// by `forms.js` where scripts run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// RFC 3339, the `datetime` attribute.
    pub iso: String,
    /// `2026-11-24 23:34 UTC`.
    pub text: String,
}

impl When {
    /// The moment `at`.
    pub fn at(at: Timestamp) -> Self {
        let utc = at.to_utc();
        Self {
            iso: Timestamp::from_secs(at.secs()).to_string(),
            text: format!(
                "{:04}-{:02}-{:02} {:02}:{:02} UTC",
                utc.year(),
                u8::from(utc.month()),
                utc.day(),
                utc.hour(),
                utc.minute()
            ),
        }
    }
}

/// Where a passkey ceremony begins and ends, for `passkey.js`.
///
/// The script POSTs to `options` (header `X-CSRF-Token`, same origin) and expects the JSON of
/// `PublicKeyCredentialRequestOptions` or `…CreationOptions` under the member `publicKey` (WebAuthn Level 3
/// section 5.4 and 5.5, JSON forms). It then submits a form to `action` with the fields `csrf` and `credential`, the
/// latter holding the JSON of the credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyForm {
    /// Answers a POST with the options.
    pub options: String,
    /// Takes the form.
    pub action: String,
}
