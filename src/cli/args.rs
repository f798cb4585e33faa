//! What may be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::backup::{BackupArgs, MigrateArgs, RestoreArgs};
use super::client::ClientCommand;
use super::decision::DecisionCommand;
use super::doctor::DoctorArgs;
use super::feeds::FeedsCommand;
use super::policy::PolicyCommand;
use super::resource::ResourceCommand;
use super::tenant::TenantCommand;
use super::user::UserCommand;
use super::various::{AdminCommand, AuditCommand, KeysCommand, SeedArgs};

/// An OpenID Connect identity provider whose adaptive multi-factor authentication is part of its core.
#[derive(Debug, Parser)]
#[command(
    name = "tidegate",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// Where settings come from.
    #[command(flatten)]
    pub sources: Sources,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Where settings come from, and how answers are printed.
#[derive(Clone, Debug, Default, Args)]
pub struct Sources {
    /// Read settings from this file, over the defaults; may be given more than once, later files win.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Vec<PathBuf>,
    /// Work on the database and key of this folder (tidegate.db, kek), as `dev` makes it.
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Print one JSON object on standard output and nothing else.
    #[arg(long, global = true)]
    pub json: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a server in the development profile: demo tenant, demo app, mailbox, fixed passwords.
    Dev(DevArgs),
    /// Start a server.
    Serve(ServeArgs),
    /// Bring the database's schema up to this program, or say what is missing.
    Migrate(MigrateArgs),
    /// Make, show, change and delete tenants.
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Make, show, change, import, export and erase users.
    #[command(subcommand)]
    User(UserCommand),
    /// Register, show, change and delete clients (apps and services).
    #[command(subcommand)]
    Client(ClientCommand),
    /// Protected resources (APIs) that tokens are made for (RFC 8707).
    #[command(subcommand)]
    Resource(ResourceCommand),
    /// Roles of people in the console.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Signing keys.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Policies: what a score leads to.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Geography, networks and reputation.
    #[command(subcommand)]
    Feeds(FeedsCommand),
    /// Decisions: export them.
    #[command(subcommand)]
    Decision(DecisionCommand),
    /// The audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Look at everything a server needs and say what to do about it.
    Doctor(DoctorArgs),
    /// Copy a SQLite database to a file; consistent while servers run.
    Backup(BackupArgs),
    /// Put a backup in place of a SQLite database; no server may run on it.
    Restore(RestoreArgs),
    /// Fill a database with plausible data, for measuring.
    Seed(SeedArgs),
    /// Measure and train the risk engine on recorded sign-ins.
    #[command(subcommand)]
    Risk(super::risk::RiskCommand),
}

/// `tidegate dev`.
#[derive(Clone, Debug, Args)]
pub struct DevArgs {
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Remove the folder's database first.
    #[arg(long)]
    pub reset: bool,
    /// Listen beyond loopback although everybody knows the passwords.
    #[arg(long)]
    pub i_know_this_is_unsafe: bool,
}

/// `tidegate serve`.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {}

/// Which tenant a command works on.
#[derive(Clone, Debug, Args)]
pub struct OnTenant {
    /// The tenant, by its slug.
    #[arg(long, value_name = "SLUG")]
    pub tenant: String,
}

/// Which part of a list is printed.
#[derive(Clone, Debug, Args)]
pub struct Listing {
    /// Only what contains this text.
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// At most so many; all without.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Begin after this place, as `next` told it.
    #[arg(long, value_name = "CURSOR")]
    pub after: Option<String>,
}
