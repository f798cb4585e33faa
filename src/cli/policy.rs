//! `tidegate policy`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::args::{Listing, OnTenant};
use super::input;
use super::open::{Composition, Opened, Opener};
use super::print::{CliError, Outcome, collect};
use crate::admin::policies::{self, Replayed};
use crate::base::timestamp::Timestamp;
use crate::domain::policy_version::PolicyMode;

/// Acts on policies.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// List the versions, newest first.
    List(ListArgs),
    /// Show the version in force, or another.
    Show(ShowArgs),
    /// Read a document: every mistake with its line, or what it says and what it would change.
    Check(CheckArgs),
    /// Put a document in force as the next version.
    Publish(FileArgs),
    /// Let a document decide beside the one in force.
    Shadow(FileArgs),
    /// Put the version before the one in force back.
    Rollback(OnTenant),
    /// Go on recording and enforce nothing.
    Disable(OnTenant),
    /// Enforce again after `disable`.
    Enable(OnTenant),
    /// Decide recorded decisions again by a draft, and say what would have been different.
    Replay(ReplayArgs),
}

/// `policy list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
    /// Which part.
    #[command(flatten)]
    pub listing: Listing,
}

/// `policy show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The version's number; the one in force when not given.
    pub number: Option<i64>,
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
}

/// `policy check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The document; `-` for standard input.
    pub file: PathBuf,
    /// Compare with this tenant's policy.
    #[arg(long, value_name = "SLUG")]
    pub tenant: Option<String>,
}

/// A document for a tenant.
#[derive(Debug, Args)]
pub struct FileArgs {
    /// The document; `-` for standard input.
    pub file: PathBuf,
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
}

/// `policy replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
    /// The draft; `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub draft: PathBuf,
    /// Only decisions since then: RFC 3339, or a number of days such as 30d.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
}

pub(super) async fn run<C: Composition>(
    opener: &Opener<'_, C>,
    command: &PolicyCommand,
) -> Result<Outcome, CliError> {
    // A document alone needs no database.
    if let PolicyCommand::Check(args) = command
        && args.tenant.is_none()
    {
        return checked(&policies::check_document(&input::document(&args.file)?)?);
    }
    let opened = opener.open().await?;
    let platform = &opened.platform;
    match command {
        PolicyCommand::List(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            let page = collect(&args.listing, async |page| {
                policies::list(&actor, platform, &page).await
            })
            .await?;
            Outcome::list(&page, |version| {
                format!(
                    "{:>4}  {:<8} {}  {}",
                    version.number,
                    version.mode.name(),
                    version.created_at,
                    version.note
                )
            })
        }
        PolicyCommand::Show(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            let version = policies::show(&actor, platform, args.number).await?;
            Ok(Outcome::told(serde_json::to_value(&version)?, version.document))
        }
        PolicyCommand::Check(args) => {
            let actor = opened.on(args.tenant.as_deref().unwrap_or_default()).await?;
            checked(&policies::check(&actor, platform, &input::document(&args.file)?).await?)
        }
        PolicyCommand::Publish(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            published(&policies::publish(&actor, platform, &input::document(&args.file)?).await?)
        }
        PolicyCommand::Shadow(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            policies::shadow(&actor, &input::document(&args.file)?)?;
            Ok(Outcome::nothing())
        }
        PolicyCommand::Rollback(on) => {
            published(&policies::roll_back(&opened.on(&on.tenant).await?, platform).await?)
        }
        PolicyCommand::Disable(on) => mode(&opened, on, PolicyMode::Observe).await,
        PolicyCommand::Enable(on) => mode(&opened, on, PolicyMode::Enforce).await,
        PolicyCommand::Replay(args) => replay(&opened, args).await,
    }
}

async fn mode(opened: &Opened, on: &OnTenant, mode: PolicyMode) -> Result<Outcome, CliError> {
    published(&policies::set_mode(&opened.on(&on.tenant).await?, &opened.platform, mode).await?)
}

fn checked(checked: &policies::Checked) -> Result<Outcome, CliError> {
    let mut lines = vec![format!("«{}» is valid.", checked.name)];
    lines.extend(checked.sentences.iter().cloned());
    lines.extend(checked.difference.clone());
    Ok(Outcome::told(serde_json::to_value(checked)?, lines.join("\n")))
}

fn published(version: &policies::PolicyView) -> Result<Outcome, CliError> {
    let text = format!(
        "version {} ({}): {}",
        version.number,
        version.mode.name(),
        version.note
    );
    Ok(Outcome::told(serde_json::to_value(version)?, text))
}

async fn replay(opened: &Opened, args: &ReplayArgs) -> Result<Outcome, CliError> {
    let actor = opened.on(&args.on.tenant).await?;
    let since = match &args.since {
        None => None,
        Some(text) => Some(since(text, opened.platform.now()).ok_or_else(|| {
            CliError::Usage(format!(
                "--since {text}: write a time such as 2026-11-01T00:00:00Z, or days such as 30d"
            ))
        })?),
    };
    let document = input::document(&args.draft)?;
    let Replayed {
        decisions,
        unreadable,
        unchanged,
        changes,
    } = policies::replay(&actor, &opened.platform, &document, since).await?;
    let mut lines = vec![format!(
        "{decisions} decisions, {unchanged} unchanged, {unreadable} not replayable"
    )];
    lines.extend(
        changes
            .iter()
            .map(|change| format!("{:>8}  {} -> {}", change.count, change.before, change.after)),
    );
    let json: Value =
        json!({"decisions": decisions, "unreadable": unreadable, "unchanged": unchanged, "changes": changes});
    Ok(Outcome::told(json, lines.join("\n")))
}

/// A time, or a number of days before `now`.
pub(super) fn since(text: &str, now: Timestamp) -> Option<Timestamp> {
    if let Some(days) = text.strip_suffix('d').and_then(|days| days.parse::<u64>().ok()) {
        return Some(now.minus(std::time::Duration::from_secs(days.saturating_mul(86_400))));
    }
    Timestamp::parse_rfc3339(text)
}
