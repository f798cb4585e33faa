//! What comes out.

use std::io::Write as _;
use std::process::ExitCode;

use serde::Serialize;
use serde_json::{Value, json};

use crate::admin::AdminError;
use crate::base::page::{Cursor, Page, PageRequest};
use crate::config::ConfigError;
use crate::store::StoreError;

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// It failed (exit 1).
    #[error("{0}")]
    Failed(String),
    /// It was asked in a way that can't be (exit 2).
    #[error("{0}")]
    Usage(String),
}

macro_rules! failures {
    ($($error:ty),*) => {$(
        impl From<$error> for CliError {
            fn from(error: $error) -> Self {
                Self::Failed(error.to_string())
            }
        }
    )*};
}

failures!(AdminError, ConfigError, StoreError, serde_json::Error);

/// An answer: the same as JSON and as text.
#[derive(Debug)]
pub struct Outcome {
    json: Value,
    text: String,
    failed: bool,
}

impl Outcome {
    /// Nothing to say.
    pub fn nothing() -> Self {
        Self {
            json: Value::Null,
            text: String::new(),
            failed: false,
        }
    }

    /// A text whose writer has seen to its form: JSON where that was asked for.
    pub fn finished(text: String) -> Self {
        Self {
            json: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
            failed: false,
        }
    }

    /// An object; as text one line a member.
    pub fn object(value: &impl Serialize) -> Result<Self, CliError> {
        let json = serde_json::to_value(value)?;
        let lines: Vec<String> = json
            .as_object()
            .map(|members| {
                members
                    .iter()
                    .filter(|(_, value)| !value.is_null())
                    .map(|(name, value)| line(name, value))
                    .collect()
            })
            .unwrap_or_default();
        Ok(Self {
            text: lines.join("\n"),
            json,
            failed: false,
        })
    }

    /// An object with a text of its own.
    pub fn told(json: Value, text: impl Into<String>) -> Self {
        Self {
            json,
            text: text.into(),
            failed: false,
        }
    }

    /// A list; as text one line an item.
    pub fn list<T: Serialize>(page: &Page<T>, row: impl Fn(&T) -> String) -> Result<Self, CliError> {
        let lines: Vec<String> = page.items.iter().map(row).collect();
        Ok(Self {
            json: serde_json::to_value(page)?,
            text: lines.join("\n"),
            failed: false,
        })
    }

    /// The same answer to a check that found something wrong: exit 1.
    #[must_use]
    pub fn as_failure(mut self) -> Self {
        self.failed = true;
        self
    }

    /// The answer as JSON.
    pub const fn json(&self) -> &Value {
        &self.json
    }
}

fn line(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => format!("{name}: {text}"),
        other => format!("{name}: {other}"),
    }
}

/// Collects the pages of a list: all of it, or what was asked for.
pub(super) async fn collect<T>(
    listing: &super::args::Listing,
    mut fetch: impl AsyncFnMut(PageRequest) -> Result<Page<T>, AdminError>,
) -> Result<Page<T>, CliError> {
    let mut items = Vec::new();
    let mut after = listing.after.clone().map(Cursor);
    loop {
        let left = listing.limit.map_or(usize::from(PageRequest::MAX), |limit| {
            limit.saturating_sub(items.len())
        });
        let size = u16::try_from(left).unwrap_or(PageRequest::MAX);
        let page = fetch(PageRequest::new(after, size)).await?;
        items.extend(page.items);
        let enough = listing.limit.is_some_and(|limit| items.len() >= limit);
        match page.next {
            Some(next) if !enough => after = Some(next),
            next => return Ok(Page { items, next }),
        }
    }
}

/// Prints an answer.
pub(super) fn outcome(outcome: &Outcome, as_json: bool) -> ExitCode {
    let mut out = std::io::stdout().lock();
    let text = if as_json {
        outcome.json.to_string()
    } else {
        outcome.text.clone()
    };
    let silent = text.is_empty() || (as_json && outcome.json.is_null());
    // A reader that went away (`| head`) is no failure of ours.
    if !silent && writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
        return ExitCode::SUCCESS;
    }
    if outcome.failed {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    }
}

/// Prints why it failed: one line.
pub(super) fn error(error: &CliError) -> ExitCode {
    let text = error.to_string().replace('\n', "; ");
    let _ = writeln!(std::io::stderr(), "tidegate: {text}");
    match error {
        CliError::Failed(_) => ExitCode::from(1),
        CliError::Usage(_) => ExitCode::from(2),
    }
}

/// What a command without an object of its own answers.
pub(super) fn done(what: &str, name: &str) -> Outcome {
    Outcome::told(json!({"done": what, "name": name}), format!("{what}: {name}"))
}
