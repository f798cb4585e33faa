//! Applying a policy. Hard stops come first, then the ladder of the action; rules may only make the answer stricter.

use serde::{Deserialize, Serialize};

use super::document::{Band, Policy};
use super::words;
use crate::domain::action::Action;
use crate::domain::outcome::{LeastStrength, Outcome};
use crate::domain::policy_version::PolicyMode;
use crate::risk::{Assessment, UserReason};

/// What a policy may know besides the assessment.
#[derive(Clone, Debug)]
pub struct Context {
    /// What is being risked.
    pub action: Action,
    /// Sign-ins of this account that were accepted so far.
    pub accepted_sign_ins: u64,
    /// Roles the account holds.
    pub roles: Vec<String>,
    /// The segment it belongs to.
    pub segment: Option<String>,
    /// The client it is about.
    pub client: Option<String>,
    /// Whether an identity provider can verify a person.
    pub has_identity_provider: bool,
}

impl Context {
    /// A context with nothing but the action and the account's experience.
    pub const fn of(action: Action, accepted_sign_ins: u64) -> Self {
        Self {
            action,
            accepted_sign_ins,
            roles: Vec::new(),
            segment: None,
            client: None,
            has_identity_provider: false,
        }
    }
}

/// What a policy answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// What it recommends. In mode observe nothing of it is enforced.
    pub outcome: Outcome,
    /// Whether it is to be carried out.
    pub mode: PolicyMode,
    /// Whether somebody is told.
    pub alert: bool,
    /// Which part of the document decided, such as `ladder.sign_in.30`.
    pub rule: String,
    /// The same in plain words.
    pub sentence: String,
    /// What the user is told.
    pub user_reason: UserReason,
}

impl Verdict {
    /// What is to be done: the outcome, or nothing while the policy only observes.
    pub fn enforced(&self) -> Outcome {
        match self.mode {
            PolicyMode::Enforce => self.outcome,
            PolicyMode::Observe | PolicyMode::Retired => Outcome::Allow,
        }
    }
}

/// The score that ladders compare and pages show.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=100"
)]
pub fn floor_score(score: f64) -> u8 {
    libm::floor(score.clamp(0.0, 100.0)) as u8
}

/// Applies a policy to an assessment: of all that applies, the strictest wins; among equals hard stops come before the
/// ladder and the ladder before rules.
pub fn decide(policy: &Policy, assessment: &Assessment, context: &Context) -> Verdict {
    let score = floor_score(assessment.score);
    let (ladder, band) = by_ladder(policy, &context.action, score);
    let by_ladder = Candidate {
        outcome: band.outcome,
        alert: band.alert,
        rule: format!("ladder.{ladder}.{}", band.from),
        cause: ladder_cause(score, *band),
        user_reason: assessment.user_reason,
    };
    let stops = policy
        .stops
        .iter()
        .filter(|stop| assessment.hard_stops.contains(&stop.when))
        .map(|stop| Candidate {
            outcome: stop.outcome,
            alert: stop.alert,
            rule: format!("hard_stop.{}", stop.when.name()),
            cause: format!("Because {}", words::stop(stop.when)),
            user_reason: UserReason::UnusualActivity,
        });
    let rules = policy.rules.iter().filter(|rule| {
        let applies = rule
            .action
            .as_ref()
            .is_none_or(|action| *action == context.action);
        applies && rule.when.holds(assessment, context)
    });
    let rules = rules.map(|rule| Candidate {
        outcome: rule.outcome,
        alert: rule.alert,
        rule: format!("rule.{}", rule.name),
        cause: format!("Rule «{}»: {}", rule.name, rule.when.words()),
        user_reason: UserReason::OrganisationRule,
    });
    let settle = |outcome| match outcome {
        Outcome::VerifyIdentity if !context.has_identity_provider => Outcome::Deny,
        other => other,
    };
    let chosen = stops
        .chain([by_ladder.clone()])
        .chain(rules)
        .reduce(|best, next| {
            if severity(settle(next.outcome)) > severity(settle(best.outcome)) {
                next
            } else {
                best
            }
        })
        .unwrap_or(by_ladder);
    let outcome = settle(chosen.outcome);
    Verdict {
        outcome,
        mode: policy.mode,
        alert: chosen.alert || outcome == Outcome::BlockAndAlert,
        sentence: format!("{}: {}.", chosen.cause, words::outcome(outcome)),
        rule: chosen.rule,
        user_reason: chosen.user_reason,
    }
}

/// One part of a policy that applies.
#[derive(Clone)]
struct Candidate {
    outcome: Outcome,
    alert: bool,
    rule: String,
    cause: String,
    user_reason: UserReason,
}

fn by_ladder<'a>(policy: &'a Policy, action: &Action, score: u8) -> (String, &'a Band) {
    let ladder = policy
        .ladders
        .iter()
        .find(|ladder| ladder.action.as_ref() == Some(action))
        .or_else(|| policy.ladders.iter().find(|ladder| ladder.action.is_none()));
    let name = ladder
        .and_then(|ladder| ladder.action.as_ref())
        .map_or_else(|| "default".to_owned(), Action::name);
    let band = ladder.and_then(|ladder| ladder.bands.iter().rev().find(|band| band.from <= score));
    (name, band.unwrap_or(&Band::ALLOW))
}

fn ladder_cause(score: u8, band: Band) -> String {
    if band.from == 0 {
        format!("Score {score} is in the lowest band")
    } else {
        format!("Score {score} is at or above {}", band.from)
    }
}

/// How strict an outcome is, for comparing.
pub(super) fn severity(outcome: Outcome) -> (u8, u8) {
    let least = |least: LeastStrength| match least {
        LeastStrength::AtLeast(strength) => 2 * strength as u8,
        // At least TOTP, and more where more is enrolled.
        LeastStrength::Strongest => 3,
    };
    match outcome {
        Outcome::Allow => (0, 0),
        Outcome::AllowMonitored => (1, 0),
        Outcome::LightChallenge => (2, 0),
        Outcome::StepUp(strength) => (3, least(strength)),
        // Binding is no more to ask of the user than the same step without it.
        Outcome::StepUpAndBind(strength) => (3, least(strength) + 1),
        Outcome::ReadOnly => (4, 0),
        Outcome::VerifyIdentity => (5, 0),
        Outcome::Review => (6, 0),
        Outcome::EndSession => (7, 0),
        Outcome::Deny => (8, 0),
        Outcome::BlockAndAlert => (9, 0),
    }
}
