//! `tidegate risk`: measuring and training the risk engine on recorded sign-ins.

mod ablation;
mod cadence;
mod charts;
mod evaluate;
mod friction;
mod golden;
mod measure;
mod models;
pub(crate) mod read;
mod recorded;
mod report;
mod train;
mod words;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use self::models::PromoteArgs;
use self::recorded::stored;
use super::args::OnTenant;
use super::open::{Composition, Opener};
use super::print::{CliError, Outcome};

pub use cadence::{CadenceArgs, CadenceFormat, cadence};
pub use evaluate::{EvaluateArgs, Scorer, evaluate};
pub use train::{TrainArgs, train};

#[cfg(test)]
mod tests;

/// What went wrong, in one line.
#[derive(Debug, thiserror::Error)]
pub enum RiskError {
    /// A file can't be opened.
    #[error("cannot open {0}: {1}")]
    Open(String, #[source] std::io::Error),
    /// A file can't be written.
    #[error("cannot write {0}: {1}")]
    Write(String, #[source] std::io::Error),
    /// The report can't be drawn.
    #[error("cannot draw the report: {0}")]
    Draw(#[from] askama::Error),
    /// A row can't be read.
    #[error("cannot read the log: {0}")]
    Csv(#[from] csv::Error),
    /// A model is unsound.
    #[error(transparent)]
    Model(#[from] crate::risk::model::ModelError),
    /// The answer can't be printed.
    #[error("cannot print: {0}")]
    Json(#[from] serde_json::Error),
    /// Something else about the input.
    #[error("{0}")]
    Wrong(String),
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum RiskCommand {
    /// Replay a labelled sign-in log in time order and measure how well attacks are told from owners.
    Evaluate(EvaluateArgs),
    /// Train a model on a labelled sign-in log.
    Train(TrainArgs),
    /// The keystroke benchmark: how well typing rhythm tells people apart.
    Cadence(CadenceArgs),
    /// List a tenant's models, the one that scores marked.
    Models(OnTenant),
    /// Let a model score for a tenant, or take it back.
    Promote(PromoteArgs),
}

/// Which form a log has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The public RBA data set's columns.
    Rba,
    /// Decisions recorded by this program.
    Decisions,
}

/// What every subcommand reads.
#[derive(Clone, Debug, Args)]
pub struct InputArgs {
    /// The log: CSV, or recorded decisions one a line; plain or with the ending .gz or .zst.
    #[arg(long, value_name = "FILE", required_unless_present = "tenant")]
    pub input: Option<PathBuf>,
    /// Take the recorded decisions of this tenant, with what became known of them, in place of a file.
    #[arg(long, value_name = "SLUG", conflicts_with = "input")]
    pub tenant: Option<String>,
    /// Its form.
    #[arg(long, value_enum, default_value = "rba")]
    pub format: Format,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

impl InputArgs {
    /// The log's file.
    fn file(&self) -> Result<&Path, RiskError> {
        self.input
            .as_deref()
            .ok_or_else(|| RiskError::Wrong("this needs --input".into()))
    }
}

/// Runs a subcommand.
pub(super) async fn run<C: Composition>(
    opener: &Opener<'_, C>,
    command: &RiskCommand,
) -> Result<Outcome, CliError> {
    let answer = match command {
        RiskCommand::Evaluate(args) => match stored(opener, &args.input).await? {
            Some(stored) => evaluate::of_decisions(args, &stored),
            None => evaluate(args),
        },
        RiskCommand::Train(args) => match stored(opener, &args.input).await? {
            Some(stored) => train::of_decisions(args, &stored),
            None => train(args),
        },
        RiskCommand::Cadence(args) => cadence(args),
        RiskCommand::Models(on) => return models::list(opener, on).await,
        RiskCommand::Promote(args) => return models::promote(opener, args).await,
    };
    answer
        .map(Outcome::finished)
        .map_err(|error| CliError::Failed(error.to_string()))
}

/// Reads a model file.
fn read_model(path: &Path) -> Result<crate::risk::Model, RiskError> {
    let text =
        std::fs::read_to_string(path).map_err(|error| RiskError::Open(path.display().to_string(), error))?;
    Ok(crate::risk::Model::parse(&text)?)
}
