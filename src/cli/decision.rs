//! `tidegate decision`.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::args::OnTenant;
use super::open::{Composition, Opened, Opener};
use super::print::{CliError, Outcome};
use crate::admin::Actor;
use crate::admin::decisions::{self, ExportFormat};
use crate::base::page::PageRequest;
use crate::base::timestamp::Timestamp;
use crate::store::DecisionFilter;

/// Acts on decisions.
#[derive(Debug, Subcommand)]
pub enum DecisionCommand {
    /// Write the decisions of a tenant, oldest first, a line each.
    Export(ExportArgs),
}

/// `decision export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
    /// The form of a line: ndjson (the record as it is stored) or ocsf.
    #[arg(long, default_value = "ndjson", value_parser = format)]
    pub format: ExportFormat,
    /// Not before this time (RFC 3339) or day.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub since: Option<Timestamp>,
    /// Before this time (RFC 3339) or day.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub until: Option<Timestamp>,
    /// Write to this file, which must not exist yet; without it the lines go to standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

fn format(text: &str) -> Result<ExportFormat, String> {
    ExportFormat::from_name(text).ok_or_else(|| "use ndjson or ocsf".to_owned())
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text)
        .or_else(|| Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")))
        .ok_or_else(|| "use a time such as 2026-11-24T08:00:00Z or a day such as 2026-11-24".to_owned())
}

pub(super) async fn run<C: Composition>(
    opener: &Opener<'_, C>,
    command: &DecisionCommand,
) -> Result<Outcome, CliError> {
    let DecisionCommand::Export(args) = command;
    if args.out.is_none() && opener.sources.json {
        return Err(CliError::Usage(
            "the lines of an export are not one JSON object; name a file with --out".to_owned(),
        ));
    }
    let opened = opener.open().await?;
    // Whether there is such a tenant is known before a file is made.
    let actor = opened.on(&args.on.tenant).await?;
    let Some(path) = &args.out else {
        write(&opened, &actor, args, &mut std::io::stdout().lock()).await?;
        return Ok(Outcome::nothing());
    };
    let failed = |error: std::io::Error| CliError::Failed(format!("{}: {error}", path.display()));
    let file = std::fs::File::create_new(path).map_err(failed)?;
    let mut file = std::io::BufWriter::new(file);
    let lines = write(&opened, &actor, args, &mut file).await?;
    file.flush().map_err(failed)?;
    Ok(Outcome::told(
        json!({"decisions": lines, "file": path}),
        format!("{lines} decisions written to {}", path.display()),
    ))
}

async fn write(
    opened: &Opened,
    actor: &Actor,
    args: &ExportArgs,
    to: &mut impl Write,
) -> Result<usize, CliError> {
    let platform = &opened.platform;
    let filter = DecisionFilter {
        since: args.since,
        until: args.until,
        ..DecisionFilter::default()
    };
    decisions::begin_export(actor, platform, &filter, args.format).await?;
    let (mut page, mut lines) = (PageRequest::new(None, PageRequest::MAX), 0);
    loop {
        let part = decisions::export(actor, platform, &filter, args.format, &page).await?;
        for line in &part.items {
            writeln!(to, "{line}").map_err(|error| CliError::Failed(error.to_string()))?;
        }
        lines += part.items.len();
        match part.next {
            Some(next) => page = PageRequest::new(Some(next), PageRequest::MAX),
            None => return Ok(lines),
        }
    }
}
