//! One decision: why was this asked? (people.md 5.2.)

use askama::Template;

use super::decisions::DecisionRow;
use super::{Frame, band, points};
use crate::http::views::When;

/// The page of a decision.
#[derive(Clone, Debug, Template)]
#[template(path = "console/decision.html")]
pub struct DecisionPage {
    /// Around it.
    pub frame: Frame,
    /// Its reference.
    pub reference: String,
    /// When.
    pub at: When,
    /// The verdict in one sentence, in the reader's language.
    pub verdict: String,
    /// What was done, as the outcome's name.
    pub outcome: String,
    /// What was risked.
    pub action: String,
    /// The score, exact.
    pub score: f64,
    /// The probability of an attack, as shown.
    pub probability: String,
    /// The odds ratio against the prior, as shown.
    pub odds: Option<String>,
    /// Only observed: what the policy would have done is the outcome.
    pub observed: bool,
    /// The part that was down, when the fail mode decided.
    pub degraded: Option<String>,
    /// Items forced by the dev profile.
    pub forced: Vec<String>,
    /// Who, with the user's page.
    pub user: Option<(String, String)>,
    /// The app, with its page.
    pub app: Option<(String, String)>,
    /// Context: `ip`, `place`, `browser`, `session` …: names of the catalogue's `context-…` family and what is shown.
    pub context: Vec<(&'static str, String)>,
    /// What happened, in order.
    pub timeline: Vec<TimelineStep>,
    /// The base: points before any signal.
    pub base: f64,
    /// Signals, largest part first.
    pub signals: Vec<SignalRow>,
    /// Signals that couldn't be looked up, as codes; they add exactly nothing.
    pub missing: Vec<String>,
    /// "Without *new browser* the score would be 21 → allowed", in the reader's language.
    pub counterfactuals: Vec<String>,
    /// The policy's name and version.
    pub policy: String,
    /// The policy's rules in order.
    pub rules: Vec<RuleRow>,
    /// Versions: `engine`, `model`, `policy`, `geo` …: names of the catalogue's `version-…` family and what is shown.
    pub versions: Vec<(&'static str, String)>,
    /// Time from gathering to outcome, as shown.
    pub latency: String,
    /// What the person was told, in their language.
    pub told: Option<String>,
    /// What later became known: as shown, newest last.
    pub labels: Vec<String>,
    /// The user's other decisions.
    pub history: Vec<DecisionRow>,
    /// The whole record, indented.
    pub json: String,
    /// The record as a file.
    pub json_href: String,
}

impl DecisionPage {
    /// The score as the ladder compares it: its floor.
    pub fn floor(&self) -> u32 {
        // Scores lie in 0 to 100; the cast of a float saturates.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 100, and casts saturate"
        )]
        let floor = self.score.max(0.0) as u32;
        floor
    }

    /// The band, for its colour.
    pub fn band(&self) -> &'static str {
        band(self.floor())
    }

    /// The base, as shown.
    pub fn base_shown(&self) -> String {
        points(self.base)
    }

    /// The sum that the table shows; equals the score.
    pub fn total_shown(&self) -> String {
        let sum = self.signals.iter().fold(self.base, |sum, row| sum + row.points);
        format!("{sum:.1}")
    }
}

/// Something that happened in the attempt.
#[derive(Clone, Debug)]
pub struct TimelineStep {
    /// When.
    pub at: When,
    /// Seconds since the first step, as shown.
    pub after: String,
    /// What: a name of the catalogue's `step-…` family.
    pub code: String,
    /// By which method, as its name.
    pub method: Option<String>,
    /// Whether it went well: `good`, `bad` or `plain`.
    pub tone: &'static str,
}

/// A signal in the table.
#[derive(Clone, Debug)]
pub struct SignalRow {
    /// Its code; words from the catalogue's family `signal`.
    pub code: String,
    /// What was seen.
    pub observed: String,
    /// What is usual for this user, where known.
    pub usual: Option<String>,
    /// Points, signed.
    pub points: f64,
    /// How old the data is, as shown.
    pub age: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// Whether it was forced by the dev profile.
    pub forced: bool,
}

impl SignalRow {
    /// The points, as shown.
    pub fn shown(&self) -> String {
        points(self.points)
    }

    /// The bar's width in a drawing from 0 to 100 with its zero at 50.
    pub fn bar_width(&self) -> String {
        format!("{:.1}", self.bar())
    }

    /// The bar's left edge.
    pub fn bar_x(&self) -> String {
        format!(
            "{:.1}",
            if self.points < 0.0 {
                50.0 - self.bar()
            } else {
                50.0
            }
        )
    }

    fn bar(&self) -> f64 {
        self.points.abs().min(50.0)
    }
}

/// A rule of the policy, as it stood against this decision.
#[derive(Clone, Debug)]
pub struct RuleRow {
    /// The rule in words.
    pub sentence: String,
    /// `fired`, `matched`, `not_matched` or `shadow`: names of the catalogue's `rule-…` family.
    pub state: &'static str,
}
