//! `tidegate risk`: measuring and training the risk engine on recorded sign-ins.

mod cadence;
mod evaluate;
mod friction;
pub(crate) mod read;
mod train;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

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
    /// The log: CSV, plain or with the ending .gz.
    #[arg(long, value_name = "FILE")]
    pub input: PathBuf,
    /// Its form.
    #[arg(long, value_enum, default_value = "rba")]
    pub format: Format,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Runs a subcommand and gives what is to be printed.
pub fn run(command: &RiskCommand) -> Result<String, RiskError> {
    match command {
        RiskCommand::Evaluate(args) => evaluate(args),
        RiskCommand::Train(args) => train(args),
        RiskCommand::Cadence(args) => cadence(args),
    }
}
