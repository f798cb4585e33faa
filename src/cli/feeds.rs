//! `tidegate feeds`: geography, networks and reputation. A feed is a file at a configured place; servers see within
//! `feeds.reload_every` that it changed. A file takes its place only after it was read as what it claims to be.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;
use url::Url;

use super::open::{Composition, Opener};
use super::print::{CliError, Outcome};
use crate::base::page::Page;
use crate::base::timestamp::Timestamp;
use crate::config::Config;
use crate::outbound::fetch::{Fetcher, Reach};
use crate::outbound::networks::{MAX_DATABASE_BYTES, check_file};

/// Acts on feeds.
#[derive(Debug, Subcommand)]
pub enum FeedsCommand {
    /// List the feeds: where each lies, how old its data are, what is wrong with it.
    List,
    /// Put a file in a feed's place after looking at it.
    Add(AddArgs),
    /// Fetch the feeds that have a source (`feeds.sources`), look at them and put them in place.
    Refresh(RefreshArgs),
}

/// `feeds add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// Which: city, country, asn, tor, hosting, anonymizer or reputation.
    #[arg(value_parser = feed)]
    pub feed: String,
    /// The file.
    pub file: PathBuf,
}

/// `feeds refresh`.
#[derive(Debug, Args)]
pub struct RefreshArgs {
    /// Only these; all that have a source without.
    #[arg(value_parser = feed)]
    pub feeds: Vec<String>,
}

const NAMES: [&str; 7] = [
    "city",
    "country",
    "asn",
    "tor",
    "hosting",
    "anonymizer",
    "reputation",
];

fn feed(text: &str) -> Result<String, String> {
    if NAMES.contains(&text) {
        return Ok(text.to_owned());
    }
    Err(format!("use one of {}", NAMES.join(", ")))
}

/// A feed as it is listed.
#[derive(Debug, Serialize)]
struct Listed<'a> {
    feed: &'static str,
    file: Option<&'a Path>,
    source: Option<&'a str>,
    as_of: Option<Timestamp>,
    problem: Option<String>,
}

pub(super) async fn run<C: Composition>(
    opener: &Opener<'_, C>,
    command: &FeedsCommand,
) -> Result<Outcome, CliError> {
    let config = opener.config()?;
    match command {
        FeedsCommand::List => list(&config),
        FeedsCommand::Add(args) => {
            let (name, place) = place(&config, &args.feed)?;
            let fresh = beside(place);
            std::fs::copy(&args.file, &fresh)
                .map_err(|error| CliError::Failed(format!("{}: {error}", args.file.display())))?;
            let as_of = put(name, &fresh, place)?;
            Ok(Outcome::told(
                json!({"feed": name, "file": place, "as_of": as_of}),
                format!("{name}: data of {as_of}"),
            ))
        }
        FeedsCommand::Refresh(args) => refresh(&config, args).await,
    }
}

fn list(config: &Config) -> Result<Outcome, CliError> {
    let items = config
        .feeds
        .files()
        .into_iter()
        .map(|(feed, file)| {
            let state = file.map(|file| check_file(feed, file));
            Listed {
                feed,
                file: file.map(PathBuf::as_path),
                source: config.feeds.sources.of(feed),
                as_of: state.as_ref().and_then(|state| state.as_ref().ok().copied()),
                problem: state.and_then(Result::err),
            }
        })
        .collect();
    Outcome::list(&Page { items, next: None }, |feed| {
        let state = match (&feed.file, &feed.as_of, &feed.problem) {
            (None, _, _) => "not configured: what it would tell is unknown".to_owned(),
            (_, Some(as_of), _) => format!("data of {as_of}"),
            (_, None, problem) => problem.clone().unwrap_or_default(),
        };
        format!("{:<11} {state}", feed.feed)
    })
}

/// A feed's name and the place of its file.
fn place<'a>(config: &'a Config, wanted: &str) -> Result<(&'static str, &'a Path), CliError> {
    config
        .feeds
        .files()
        .into_iter()
        .find(|(name, _)| *name == wanted)
        .and_then(|(name, file)| Some((name, file?.as_path())))
        .ok_or_else(|| {
            CliError::Failed(format!(
                "set feeds.{wanted} to the place where the file is to lie first"
            ))
        })
}

async fn refresh(config: &Config, args: &RefreshArgs) -> Result<Outcome, CliError> {
    crate::crypto::install_providers();
    let fetcher = Fetcher::new(config.outbound.trust_ca.as_deref(), Reach::Operators)
        .map_err(|error| CliError::Failed(error.to_string()))?;
    let wanted: Vec<&str> = if args.feeds.is_empty() {
        NAMES
            .into_iter()
            .filter(|name| config.feeds.sources.of(name).is_some())
            .collect()
    } else {
        args.feeds.iter().map(String::as_str).collect()
    };
    let (mut items, mut lines, mut broken) = (Vec::new(), Vec::new(), false);
    for name in wanted {
        // One feed that fails keeps no other from being fetched; its old file stays.
        match fetch(config, &fetcher, name).await {
            Ok(as_of) => {
                items.push(json!({"feed": name, "as_of": as_of}));
                lines.push(format!("{name}: data of {as_of}"));
            }
            Err(error) => {
                broken = true;
                items.push(json!({"feed": name, "problem": error.to_string()}));
                lines.push(format!("{name}: {error}"));
            }
        }
    }
    let outcome = Outcome::told(json!({"items": items, "next": null}), lines.join("\n"));
    Ok(if broken { outcome.as_failure() } else { outcome })
}

async fn fetch(config: &Config, fetcher: &Fetcher, wanted: &str) -> Result<Timestamp, CliError> {
    let (name, place) = place(config, wanted)?;
    let source = config
        .feeds
        .sources
        .of(name)
        .ok_or_else(|| CliError::Failed(format!("feeds.sources.{name} is empty")))?;
    let url = Url::parse(source).map_err(|error| CliError::Failed(format!("{source}: {error}")))?;
    let fresh = beside(place);
    fetcher
        .to_file(&url, &fresh, MAX_DATABASE_BYTES)
        .await
        .map_err(|error| CliError::Failed(error.to_string()))?;
    put(name, &fresh, place)
}

fn beside(place: &Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(".fresh");
    PathBuf::from(name)
}

/// Looks at a fresh file and puts it in place; one that is not what it should be is removed.
fn put(name: &'static str, fresh: &Path, place: &Path) -> Result<Timestamp, CliError> {
    let checked = check_file(name, fresh).and_then(|as_of| {
        std::fs::rename(fresh, place).map_err(|error| error.to_string())?;
        Ok(as_of)
    });
    checked.map_err(|problem| {
        // What is left is rubbish; that it can't be removed changes nothing about the answer.
        let _ = std::fs::remove_file(fresh);
        CliError::Failed(format!("{name} stays as it was: {problem}"))
    })
}
