//! What a recorded decision teaches, from what later became known of it. Pure.

use serde_json::Value;

use crate::domain::decision::{Decision, Ending};

/// Whether it was an attack, and how far that is to be believed, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lesson {
    /// Whether somebody else was at work.
    pub attack: bool,
    /// How much it counts.
    pub confidence: f64,
}

/// What a decision teaches; `None` for one of which nothing is known. What a person said counts before how the attempt
/// ended, and an analyst's verdict before the owner's answer. A passed challenge is a weak sign of the owner: phishers pass them
/// too.
pub fn lesson(decision: &Decision) -> Option<Lesson> {
    let newest = || decision.labels.iter().rev();
    if let Some(verdict) = newest().find_map(|label| label.get("verdict").and_then(Value::as_str)) {
        return match verdict {
            "compromised" => Some(certain(true)),
            "safe" => Some(certain(false)),
            _ => None,
        };
    }
    let said = newest().find_map(|label| {
        Some(Lesson {
            attack: label.get("attack")?.as_bool()?,
            confidence: label
                .get("confidence")
                .and_then(Value::as_f64)
                .unwrap_or(0.5)
                .clamp(0.0, 1.0),
        })
    });
    said.or(match decision.ended? {
        Ending::Allowed => Some(weak(false, 0.3)),
        Ending::Passed => Some(weak(false, 0.5)),
        Ending::Failed => Some(weak(true, 0.1)),
        Ending::Refused | Ending::Abandoned => None,
    })
}

const fn certain(attack: bool) -> Lesson {
    Lesson {
        attack,
        confidence: 1.0,
    }
}

const fn weak(attack: bool, confidence: f64) -> Lesson {
    Lesson { attack, confidence }
}
