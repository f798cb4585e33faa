//! The command line: arguments in, one act of `admin` out. `--json` prints one JSON object on standard output and nothing
//! else; everything that is not an answer goes to standard error. Exit 0 done, 1 failed with one clear line, 2 wrong usage.

mod args;
mod backup;
mod client;
mod decision;
mod doctor;
mod feeds;
mod input;
mod open;
mod policy;
mod print;
mod resource;
pub mod risk;
mod tenant;
mod user;
mod various;

#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::Parser as _;

pub use args::{Cli, Command, DevArgs, ServeArgs, Sources};
pub use open::{Composition, ORIGIN_MARK};
pub use print::{CliError, Outcome};

use self::open::Opener;

/// Runs the command line and gives what the process exits with. `arguments` begins with the program's name; `environment` is
/// read once by `main`.
pub async fn run<C: Composition>(
    arguments: impl IntoIterator<Item = std::ffi::OsString>,
    environment: &[(String, String)],
    composition: &C,
) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers (exit 0), everything else is wrong usage (exit 2).
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let json = cli.sources.json;
    let opener = Opener {
        sources: &cli.sources,
        environment,
        composition,
    };
    match dispatch(&cli.command, &opener).await {
        Ok(outcome) => print::outcome(&outcome, json),
        Err(error) => print::error(&error),
    }
}

async fn dispatch<C: Composition>(command: &Command, opener: &Opener<'_, C>) -> Result<Outcome, CliError> {
    match command {
        Command::Serve(_) => {
            let layers = opener.layers()?;
            open::must_exist(&layers.build()?)?;
            opener.composition.serve(layers).await.map_err(CliError::Failed)?;
            Ok(Outcome::nothing())
        }
        Command::Dev(dev) => {
            let layers = opener.dev_layers()?;
            opener
                .composition
                .dev(layers, dev, &opener.data())
                .await
                .map_err(CliError::Failed)?;
            Ok(Outcome::nothing())
        }
        Command::Migrate(args) => backup::migrate(opener, args).await,
        Command::Backup(args) => backup::backup(opener, args).await,
        Command::Restore(args) => backup::restore(opener, args).await,
        Command::Doctor(args) => doctor::doctor(opener, args).await,
        Command::Tenant(command) => tenant::run(opener, command).await,
        Command::User(command) => user::run(opener, command).await,
        Command::Client(command) => client::run(opener, command).await,
        Command::Resource(command) => resource::run(opener, command).await,
        Command::Policy(command) => policy::run(opener, command).await,
        Command::Decision(command) => decision::run(opener, command).await,
        Command::Keys(command) => various::keys(opener, command).await,
        Command::Admin(command) => various::admin(opener, command).await,
        Command::Audit(command) => various::audit(opener, command).await,
        Command::Feeds(command) => feeds::run(opener, command).await,
        Command::Seed(args) => various::seed(opener, args).await,
        Command::Risk(command) => risk::run(opener, command).await,
    }
}
