//! Pages of the development profile, in English only: they are for developers and never served in production. Their chrome
//! carries the English texts.

use askama::Template;

use super::{Chrome, When};

/// `/dev`: what there is to open, who there is to sign in as.
#[derive(Clone, Debug, Template)]
#[template(path = "dev/home.html")]
pub struct DevHome {
    /// Around it.
    pub chrome: Chrome,
    /// Addresses worth opening.
    pub urls: Vec<DevUrl>,
    /// The accounts.
    pub personas: Vec<Persona>,
    /// The password of all of them.
    pub password: String,
    /// Clients: id and what it is.
    pub clients: Vec<(String, String)>,
}

/// An address worth opening.
#[derive(Clone, Debug)]
pub struct DevUrl {
    /// What it is.
    pub name: String,
    /// The address.
    pub href: String,
    /// What for.
    pub note: String,
}

/// An account of the dev profile.
#[derive(Clone, Debug)]
pub struct Persona {
    /// Its address.
    pub email: String,
    /// What it shows.
    pub note: String,
    /// Begins a sign-in at the demo app with the address filled in.
    pub sign_in: String,
    /// TOTP secret in base32, when it has one.
    pub totp_secret: Option<String>,
    /// The code that holds now.
    pub totp_code: Option<String>,
}

/// `/dev/mail`: what was sent, newest first. Reloads itself where scripts run.
#[derive(Clone, Debug, Template)]
#[template(path = "dev/mail.html")]
pub struct DevMail {
    /// Around it.
    pub chrome: Chrome,
    /// The mails.
    pub mails: Vec<DevMailRow>,
}

/// One mail.
#[derive(Clone, Debug)]
pub struct DevMailRow {
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its plain text.
    pub text: String,
    /// The one-time code in it.
    pub code: Option<String>,
    /// Links found in it.
    pub links: Vec<String>,
    /// When it was sent.
    pub at: When,
}

/// `/dev/risk`: decisions as they are made, and the dials.
///
/// Form fields to `/dev/risk/dials`: `dial` (any number of the values of [`DIALS`]), `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "dev/risk.html")]
pub struct DevRisk {
    /// Around it.
    pub chrome: Chrome,
    /// Every dial: its value, what it says, whether it is on for this browser.
    pub dials: Vec<Dial>,
    /// Decisions, newest first.
    pub decisions: Vec<DevDecision>,
}

/// A dial: an item of evidence that this browser can force.
#[derive(Clone, Debug)]
pub struct Dial {
    /// Value of the field `dial`.
    pub name: &'static str,
    /// What it forces, in words.
    pub label: &'static str,
    /// Whether it is on.
    pub on: bool,
}

/// The dials: value and words.
pub const DIALS: [(&str, &str); 7] = [
    ("new_device", "New device"),
    ("tor", "Tor exit"),
    ("hosting", "Hosting network"),
    ("impossible_travel", "Impossible travel"),
    ("breached_password", "Breached password"),
    ("odd_hour", "Odd hour"),
    ("cadence_mismatch", "Typing cadence mismatch"),
];

/// A decision on `/dev/risk`.
#[derive(Clone, Debug)]
pub struct DevDecision {
    /// Its reference.
    pub reference: String,
    /// The decision in the console.
    pub href: String,
    /// When.
    pub at: When,
    /// Who: the address, or nobody known.
    pub who: String,
    /// What was risked.
    pub action: String,
    /// The score, floor.
    pub score: u32,
    /// What was done, as the outcome's name.
    pub outcome: String,
    /// Which rule decided, in words.
    pub rule: String,
    /// Whether something was forced by the dials or the persona.
    pub forced: Vec<String>,
    /// What each signal added or took, largest first.
    pub parts: Vec<Part>,
}

impl DevDecision {
    /// The band of the score, for its colour.
    pub fn band(&self) -> &'static str {
        super::console::band(self.score)
    }
}

/// A signal's part in a score.
#[derive(Clone, Debug)]
pub struct Part {
    /// The signal's code; words from the family `signal`.
    pub code: String,
    /// Points, signed.
    pub points: f64,
    /// Whether it was forced.
    pub forced: bool,
}

impl Part {
    /// The points with sign and one digit; a true minus sign.
    pub fn shown(&self) -> String {
        super::console::points(self.points)
    }

    /// The width of its bar in a drawing 100 wide, where 40 points fill it.
    pub fn width(&self) -> String {
        format!("{:.1}", (self.points.abs() * 2.5).min(100.0))
    }
}
