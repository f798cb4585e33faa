//! Recorded decisions as something to measure and train on: from a tenant's rows, or from a file with one a line.

use std::io::{BufRead, BufReader};
use std::path::Path;

use super::super::open::{Composition, Opener};
use super::super::print::CliError;
use super::{Format, InputArgs, RiskError, read};
use crate::admin::models;
use crate::base::page::PageRequest;
use crate::decisions::{Lesson, lesson};
use crate::domain::action::Action;
use crate::domain::decision::Decision;
use crate::risk::{Evidence, Model};

/// Decisions of which something is known, and the model that scores where they come from.
pub(super) struct Stored {
    pub(super) model: Model,
    pub(super) rows: Vec<Recorded>,
}

/// One decision about a sign-in.
pub(super) struct Recorded {
    pub(super) decision: Decision,
    pub(super) evidence: Evidence,
    pub(super) lesson: Lesson,
}

/// Rows asked for at once.
const PAGE: u16 = PageRequest::MAX;

/// The recorded decisions that the arguments name; `None` when they name a log of another form.
pub(super) async fn stored<C: Composition>(
    opener: &Opener<'_, C>,
    args: &InputArgs,
) -> Result<Option<Stored>, CliError> {
    if let Some(tenant) = &args.tenant {
        return of_tenant(opener, tenant).await.map(Some);
    }
    match (&args.input, args.format) {
        (Some(file), Format::Decisions) => of_file(file)
            .map(Some)
            .map_err(|error| CliError::Failed(error.to_string())),
        _ => Ok(None),
    }
}

async fn of_tenant<C: Composition>(opener: &Opener<'_, C>, tenant: &str) -> Result<Stored, CliError> {
    let opened = opener.open().await?;
    let actor = opened.on(tenant).await?;
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let page = models::decisions(&actor, &opened.platform, &PageRequest::new(after, PAGE)).await?;
        rows.extend(page.items.into_iter().filter_map(recorded));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    Ok(Stored {
        model: models::live(&actor, &opened.platform).await?,
        rows,
    })
}

fn of_file(file: &Path) -> Result<Stored, RiskError> {
    let mut rows = Vec::new();
    for (number, line) in (1..).zip(BufReader::new(read::open(file)?).lines()) {
        let line = line.map_err(|error| RiskError::Open(file.display().to_string(), error))?;
        if line.trim().is_empty() {
            continue;
        }
        let decision = serde_json::from_str(&line)
            .map_err(|error| RiskError::Wrong(format!("{} line {number}: {error}", file.display())))?;
        rows.extend(recorded(decision));
    }
    Ok(Stored {
        model: Model::builtin().clone(),
        rows,
    })
}

/// A sign-in with evidence of which something is known. What the development profile forced never happened.
fn recorded(decision: Decision) -> Option<Recorded> {
    if decision.action != Action::SignIn || !decision.forced.is_empty() {
        return None;
    }
    Some(Recorded {
        evidence: serde_json::from_value(decision.evidence.clone()).ok()?,
        lesson: lesson(&decision)?,
        decision,
    })
}
