//! The policy document: TOML, `schema = 1`. Reading collects every mistake with its line.

use std::collections::BTreeSet;

use super::condition::Condition;
use super::decide::severity;
use super::diff;
use crate::domain::action::Action;
use crate::domain::assurance::Strength;
use crate::domain::outcome::{LeastStrength, Outcome};
use crate::domain::policy_version::PolicyMode;
use crate::risk::{HardStop, Signal};

mod read;

use read::{Reader, Table};

/// Version of the document's form.
pub const SCHEMA: i64 = 1;

/// A policy that was read and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// What it does, in the author's words.
    pub summary: String,
    /// Whether its decisions are carried out.
    pub mode: PolicyMode,
    /// Facts that decide whatever the score.
    pub stops: Vec<Stop>,
    /// Conditions that make the answer stricter.
    pub rules: Vec<Rule>,
    /// What scores lead to, for each action.
    pub ladders: Vec<Ladder>,
}

/// A fact that decides whatever the score, unless something stricter holds as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The fact.
    pub when: HardStop,
    /// What then.
    pub outcome: Outcome,
    /// Whether somebody is told.
    pub alert: bool,
}

/// A condition and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, unique in the document.
    pub name: String,
    /// For which action; every one when absent.
    pub action: Option<Action>,
    /// The condition.
    pub when: Condition,
    /// What then.
    pub outcome: Outcome,
    /// Whether somebody is told.
    pub alert: bool,
}

/// Bands of scores for one action, or for every action that has none of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// The action.
    pub action: Option<Action>,
    /// The bands, rising, the first from 0.
    pub bands: Vec<Band>,
}

/// From a score on, an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// The least score, rounded down.
    pub from: u8,
    /// What then.
    pub outcome: Outcome,
    /// Whether somebody is told.
    pub alert: bool,
}

impl Band {
    pub(super) const ALLOW: Self = Self {
        from: 0,
        outcome: Outcome::Allow,
        alert: false,
    };
}

/// A mistake in a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct PolicyError {
    /// Line, counted from 1.
    pub line: usize,
    /// What is wrong and what would do.
    pub message: String,
}

impl Policy {
    /// Reads a document; every mistake is named with its line.
    pub fn parse(text: &str) -> Result<Self, Vec<PolicyError>> {
        let mut reader = Reader::new(text);
        let policy = reader.root().map(|root| policy(&mut reader, &root));
        match policy {
            Some(policy) if reader.errors.is_empty() => Ok(policy),
            _ => {
                reader.errors.sort_by_key(|error| error.line);
                Err(reader.errors)
            }
        }
    }

    /// What it does, one sentence for each part, for people.
    pub fn sentences(&self) -> Vec<String> {
        diff::sentences(self)
    }
}

fn policy(reader: &mut Reader, root: &Table) -> Policy {
    reader.only(
        root,
        &["schema", "name", "summary", "mode", "ladder", "rule", "hard_stop"],
    );
    match reader.integer(root, "schema") {
        Some(SCHEMA) => {}
        Some(other) => reader.at(
            root,
            "schema",
            format!("schema {other} is not known, this program reads 1"),
        ),
        None => reader.at(root, "schema", "schema = 1 is missing".into()),
    }
    let mode = match reader.text(root, "mode").as_deref() {
        Some("enforce") | None => PolicyMode::Enforce,
        Some("observe") => PolicyMode::Observe,
        Some(other) => {
            reader.at(
                root,
                "mode",
                format!("mode «{other}» is not known: use enforce or observe"),
            );
            PolicyMode::Observe
        }
    };
    let stops = reader.tables(root, "hard_stop");
    let rules = reader.tables(root, "rule");
    let policy = Policy {
        name: reader.text(root, "name").unwrap_or_else(|| "unnamed".into()),
        summary: reader.text(root, "summary").unwrap_or_default(),
        mode,
        stops: stops.iter().filter_map(|table| stop(reader, table)).collect(),
        rules: rules.iter().filter_map(|table| rule(reader, table)).collect(),
        ladders: ladders(reader, root),
    };
    let mut names = BTreeSet::new();
    for (rule, table) in policy.rules.iter().zip(&rules) {
        if !names.insert(rule.name.as_str()) {
            reader.at(
                table,
                "name",
                format!("the rule name «{}» is used twice", rule.name),
            );
        }
    }
    policy
}

fn ladders(reader: &mut Reader, root: &Table) -> Vec<Ladder> {
    let Some(table) = reader.table(root, "ladder") else {
        reader.at(root, "ladder", "[ladder.default] is missing".into());
        return Vec::new();
    };
    let mut ladders = Vec::new();
    for (name, _) in &table.entries {
        let action = if name == "default" {
            None
        } else if let Ok(action) = name.parse() {
            Some(action)
        } else {
            let known = [
                "default",
                "sign_up",
                "sign_in",
                "refresh",
                "recover",
                "enrol_factor",
            ]
            .into_iter()
            .chain([
                "change_credential",
                "change_email",
                "admin_elevate",
                "consent",
                "client_token",
            ]);
            let message = read::unknown("action", name, known);
            reader.at(&table, name, message);
            continue;
        };
        let Some(inner) = reader.table(&table, name) else {
            reader.at(&table, name, "a ladder is a table with bands".into());
            continue;
        };
        reader.only(&inner, &["bands"]);
        let bands = bands(reader, &inner);
        ladders.push(Ladder { action, bands });
    }
    if !ladders.iter().any(|ladder| ladder.action.is_none()) {
        reader.at(root, "ladder", "[ladder.default] is missing".into());
    }
    ladders
}

fn bands(reader: &mut Reader, ladder: &Table) -> Vec<Band> {
    let mut bands: Vec<Band> = Vec::new();
    let tables = reader.tables(ladder, "bands");
    for table in &tables {
        reader.only(table, &["from", "outcome", "strength", "alert"]);
        let from = reader.score(table, "from");
        let Some(outcome) = outcome(reader, table) else {
            continue;
        };
        let Some(from) = from else {
            reader.at(table, "from", "a band needs from = 0 to 100".into());
            continue;
        };
        if let Some(before) = bands.last() {
            if before.from >= from {
                reader.at(
                    table,
                    "from",
                    format!("bands must rise, and {from} follows {}", before.from),
                );
            }
            if severity(outcome) < severity(before.outcome) {
                let message = format!(
                    "a higher score may not get a milder outcome ({outcome} after {})",
                    before.outcome
                );
                reader.at(table, "outcome", message);
            }
        }
        let alert = reader.flag(table, "alert").unwrap_or_default();
        bands.push(Band { from, outcome, alert });
    }
    if bands.first().is_none_or(|band| band.from != 0) {
        reader.at(ladder, "bands", "the first band must be from = 0".into());
    }
    bands
}

fn stop(reader: &mut Reader, table: &Table) -> Option<Stop> {
    reader.only(table, &["when", "outcome", "strength", "alert"]);
    let Some(name) = reader.text(table, "when") else {
        reader.at(table, "when", "a hard stop needs when".into());
        return None;
    };
    let when = hard_stop(reader, table, "when", &name);
    let outcome = outcome(reader, table)?;
    Some(Stop {
        when: when?,
        outcome,
        alert: reader.flag(table, "alert").unwrap_or_default(),
    })
}

fn hard_stop(reader: &mut Reader, table: &Table, key: &str, name: &str) -> Option<HardStop> {
    let found = HardStop::ALL.into_iter().find(|stop| stop.name() == name);
    if found.is_none() {
        let message = read::unknown("hard stop", name, HardStop::ALL.into_iter().map(HardStop::name));
        reader.at(table, key, message);
    }
    found
}

fn rule(reader: &mut Reader, table: &Table) -> Option<Rule> {
    reader.only(table, &["name", "action", "when", "outcome", "strength", "alert"]);
    let name = reader.text(table, "name").unwrap_or_else(|| {
        reader.at(table, "name", "a rule needs a name".into());
        String::new()
    });
    let action = reader
        .text(table, "action")
        .and_then(|name| match name.parse::<Action>() {
            Ok(action) => Some(action),
            Err(error) => {
                reader.at(table, "action", error.to_string());
                None
            }
        });
    let when = reader
        .table(table, "when")
        .map(|when| condition(reader, &when))
        .unwrap_or_default();
    Some(Rule {
        name,
        action,
        when,
        outcome: outcome(reader, table)?,
        alert: reader.flag(table, "alert").unwrap_or_default(),
    })
}

fn condition(reader: &mut Reader, when: &Table) -> Condition {
    reader.only(
        when,
        &[
            "new_account",
            "has_identity_provider",
            "roles",
            "segment",
            "client",
            "score_from",
            "score_below",
            "reasons",
            "hard_stops",
        ],
    );
    let reasons = reader.texts(when, "reasons");
    for reason in &reasons {
        if !Signal::ALL.iter().any(|signal| signal.code() == reason) {
            let message = read::unknown("signal", reason, Signal::ALL.iter().map(|signal| signal.code()));
            reader.at(when, "reasons", message);
        }
    }
    let stops = reader.texts(when, "hard_stops");
    Condition {
        new_account: reader.flag(when, "new_account"),
        has_identity_provider: reader.flag(when, "has_identity_provider"),
        roles: reader.texts(when, "roles"),
        segment: reader.text(when, "segment"),
        client: reader.text(when, "client"),
        score_from: reader.score(when, "score_from"),
        score_below: reader.score(when, "score_below"),
        reasons,
        stops: stops
            .iter()
            .filter_map(|name| hard_stop(reader, when, "hard_stops", name))
            .collect(),
    }
}

fn outcome(reader: &mut Reader, table: &Table) -> Option<Outcome> {
    const NAMES: [&str; 11] = [
        "allow",
        "allow_monitored",
        "light_challenge",
        "step_up",
        "step_up_and_bind",
        "read_only",
        "verify_identity",
        "review",
        "end_session",
        "deny",
        "block_and_alert",
    ];
    let Some(name) = reader.text(table, "outcome") else {
        reader.at(table, "outcome", "an outcome is missing".into());
        return None;
    };
    let strength = strength(reader, table);
    let needs = |reader: &mut Reader| {
        if strength.is_none() && !table.has("strength") {
            reader.at(
                table,
                "outcome",
                format!("{name} needs a strength, such as strength = \"totp\""),
            );
        }
        strength
    };
    let plain = match name.as_str() {
        "step_up" => return needs(reader).map(Outcome::StepUp),
        "step_up_and_bind" => return needs(reader).map(Outcome::StepUpAndBind),
        "allow" => Outcome::Allow,
        "allow_monitored" => Outcome::AllowMonitored,
        "light_challenge" => Outcome::LightChallenge,
        "read_only" => Outcome::ReadOnly,
        "verify_identity" => Outcome::VerifyIdentity,
        "review" => Outcome::Review,
        "end_session" => Outcome::EndSession,
        "deny" => Outcome::Deny,
        "block_and_alert" => Outcome::BlockAndAlert,
        other => {
            reader.at(table, "outcome", read::unknown("outcome", other, NAMES));
            return None;
        }
    };
    if table.has("strength") {
        reader.at(table, "strength", format!("{name} takes no strength"));
    }
    Some(plain)
}

fn strength(reader: &mut Reader, table: &Table) -> Option<LeastStrength> {
    let name = reader.text(table, "strength")?;
    Some(match name.as_str() {
        "email_code" => LeastStrength::AtLeast(Strength::EmailCode),
        "totp" => LeastStrength::AtLeast(Strength::Totp),
        "push" => LeastStrength::AtLeast(Strength::Push),
        "passkey" => LeastStrength::AtLeast(Strength::Passkey),
        "attested_passkey" => LeastStrength::AtLeast(Strength::AttestedPasskey),
        "strongest" => LeastStrength::Strongest,
        other => {
            let known = [
                "email_code",
                "totp",
                "push",
                "passkey",
                "attested_passkey",
                "strongest",
            ];
            reader.at(table, "strength", read::unknown("strength", other, known));
            return None;
        }
    })
}
