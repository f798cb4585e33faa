//! `tidegate risk models` and `risk promote`.

use std::path::PathBuf;

use clap::Args;

use super::super::args::OnTenant;
use super::super::input;
use super::super::open::{Composition, Opener};
use super::super::print::{CliError, Outcome};
use crate::admin::models::{self, ModelView};
use crate::base::page::Page;

/// `risk promote`.
#[derive(Debug, Args)]
pub struct PromoteArgs {
    /// A model file to add and put in force; `-` for standard input.
    #[arg(required_unless_present_any = ["number", "rollback"])]
    pub file: Option<PathBuf>,
    /// Put this version in force, as `risk models` lists it.
    #[arg(long, value_name = "N", conflicts_with_all = ["file", "rollback"])]
    pub number: Option<i64>,
    /// Take the model that scores back: the one before it scores again.
    #[arg(long, conflicts_with = "file")]
    pub rollback: bool,
    /// Add the file and leave the scoring as it is.
    #[arg(long, requires = "file")]
    pub add_only: bool,
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
}

pub(super) async fn list<C: Composition>(opener: &Opener<'_, C>, on: &OnTenant) -> Result<Outcome, CliError> {
    let opened = opener.open().await?;
    let actor = opened.on(&on.tenant).await?;
    let page = Page {
        items: models::list(&actor, &opened.platform).await?,
        next: None,
    };
    Outcome::list(&page, row)
}

pub(super) async fn promote<C: Composition>(
    opener: &Opener<'_, C>,
    args: &PromoteArgs,
) -> Result<Outcome, CliError> {
    let opened = opener.open().await?;
    let actor = opened.on(&args.on.tenant).await?;
    let platform = &opened.platform;
    let number = match (&args.file, args.number) {
        (Some(file), _) => {
            let added = models::add(&actor, platform, &input::document(file)?).await?;
            if args.add_only {
                return told(&added);
            }
            added.number
        }
        (None, Some(number)) => number,
        (None, None) => return told(&models::roll_back(&actor, platform).await?),
    };
    told(&models::promote(&actor, platform, number).await?)
}

fn told(view: &ModelView) -> Result<Outcome, CliError> {
    Ok(Outcome::told(serde_json::to_value(view)?, row(view)))
}

fn row(view: &ModelView) -> String {
    let state = if view.live { "scores" } else { "" };
    let hash = view.hash.get(..12).unwrap_or(&view.hash);
    format!(
        "{:>4}  {state:<6} {:<20} {hash}  {}",
        view.number, view.version, view.note
    )
}
