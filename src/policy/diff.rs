//! What a policy does and what a change does, in plain sentences made from the documents.

use super::document::{Band, Ladder, Policy};
use super::words;
use crate::domain::policy_version::PolicyMode;

/// One sentence for each part of a policy.
pub(super) fn sentences(policy: &Policy) -> Vec<String> {
    let mut all = vec![mode(policy.mode).to_owned()];
    for ladder in &policy.ladders {
        let bands: Vec<String> = ladder
            .bands
            .iter()
            .enumerate()
            .map(|(i, band)| {
                let until = ladder
                    .bands
                    .get(i + 1)
                    .map_or(100, |next| next.from.saturating_sub(1));
                format!("{}-{until} {}", band.from, what(band.outcome, band.alert))
            })
            .collect();
        all.push(format!(
            "For {}: {}.",
            words::action(ladder.action.as_ref()),
            bands.join(", ")
        ));
    }
    for rule in &policy.rules {
        all.push(format!(
            "Rule «{}»: when {}, {}.",
            rule.name,
            rule.when.words(),
            what(rule.outcome, rule.alert)
        ));
    }
    for stop in &policy.stops {
        all.push(format!(
            "When {}: {}.",
            words::stop(stop.when),
            what(stop.outcome, stop.alert)
        ));
    }
    all
}

fn what(outcome: crate::domain::outcome::Outcome, alert: bool) -> String {
    let mut text = words::outcome(outcome);
    if alert {
        text.push_str(" and alert");
    }
    text
}

const fn mode(mode: PolicyMode) -> &'static str {
    match mode {
        PolicyMode::Enforce => "Decisions are carried out.",
        PolicyMode::Observe => "Decisions are recorded, nothing is enforced.",
        PolicyMode::Retired => "Not in force.",
    }
}

/// One sentence that says what changes from `old` to `new`.
pub fn diff_sentence(old: &Policy, new: &Policy) -> String {
    let mut changes = Vec::new();
    if old.mode != new.mode {
        changes.push(match new.mode {
            PolicyMode::Enforce => "decisions are now carried out".to_owned(),
            PolicyMode::Observe | PolicyMode::Retired => "decisions are now only recorded".to_owned(),
        });
    }
    ladders(old, new, &mut changes);
    rules(old, new, &mut changes);
    stops(old, new, &mut changes);
    if changes.is_empty() {
        return if old.name == new.name && old.summary == new.summary {
            "Nothing changes.".into()
        } else {
            "Only the name or the summary changes.".into()
        };
    }
    let mut sentence = changes.join("; ");
    if let Some(first) = sentence.get(..1) {
        let upper = first.to_uppercase();
        sentence.replace_range(..1, &upper);
    }
    sentence.push('.');
    sentence
}

fn ladders(old: &Policy, new: &Policy, changes: &mut Vec<String>) {
    for ladder in &new.ladders {
        let name = words::action(ladder.action.as_ref());
        match old.ladders.iter().find(|other| other.action == ladder.action) {
            Some(before) => bands(before, ladder, &name, changes),
            None => changes.push(format!("{name} gets a ladder of its own")),
        }
    }
    for ladder in &old.ladders {
        if !new.ladders.iter().any(|other| other.action == ladder.action) {
            let name = words::action(ladder.action.as_ref());
            changes.push(format!("{name} follows the default ladder"));
        }
    }
}

/// Two ladders side by side: bands that moved, that changed, that came and went.
fn bands(before: &Ladder, after: &Ladder, name: &str, changes: &mut Vec<String>) {
    let same = |a: &Band, b: &Band| a.outcome == b.outcome && a.alert == b.alert;
    for band in &after.bands {
        if before.bands.contains(band) {
            continue;
        }
        let does = what(band.outcome, band.alert);
        let moved = before.bands.iter().find(|old| same(old, band));
        let changed = before.bands.iter().find(|old| old.from == band.from);
        changes.push(match (moved, changed) {
            (Some(old), _) => format!(
                "for {name}, «{does}» starts at {} instead of {}",
                band.from, old.from
            ),
            (None, Some(old)) => format!(
                "for {name}, from {} on: {does} instead of {}",
                band.from,
                what(old.outcome, old.alert)
            ),
            (None, None) => format!("for {name}, from {} on: {does}", band.from),
        });
    }
    for band in &before.bands {
        let kept = after
            .bands
            .iter()
            .any(|new| same(new, band) || new.from == band.from);
        if !kept {
            let does = what(band.outcome, band.alert);
            changes.push(format!("for {name}, the band from {} ({does}) goes", band.from));
        }
    }
}

fn rules(old: &Policy, new: &Policy, changes: &mut Vec<String>) {
    for rule in &new.rules {
        match old.rules.iter().find(|other| other.name == rule.name) {
            Some(before) if before == rule => {}
            found => {
                let verb = if found.is_some() { "now reads" } else { "is new" };
                changes.push(format!(
                    "rule «{}» {verb}: when {}, {}",
                    rule.name,
                    rule.when.words(),
                    what(rule.outcome, rule.alert)
                ));
            }
        }
    }
    for rule in &old.rules {
        if !new.rules.iter().any(|other| other.name == rule.name) {
            changes.push(format!("rule «{}» goes", rule.name));
        }
    }
}

fn stops(old: &Policy, new: &Policy, changes: &mut Vec<String>) {
    for stop in &new.stops {
        if !old.stops.contains(stop) {
            changes.push(format!(
                "when {}: {}",
                words::stop(stop.when),
                what(stop.outcome, stop.alert)
            ));
        }
    }
    for stop in &old.stops {
        if !new.stops.iter().any(|other| other.when == stop.when) {
            changes.push(format!("it no longer matters whether {}", words::stop(stop.when)));
        }
    }
}
