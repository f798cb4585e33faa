//! `tidegate user`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value, json};

use super::args::{Listing, OnTenant};
use super::input;
use super::open::{Composition, Opened, Opener};
use super::print::{CliError, Outcome, collect, done};
use crate::admin::users::{self, NewUser, Passwords, UserChanges};
use crate::base::secret::Secret;
use crate::domain::user::{Role, UserStatus};

/// Acts on users.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make a user; prints id, sub and email.
    Create(CreateArgs),
    /// List the users of a tenant, by address.
    List(ListArgs),
    /// Show a user with factors, sessions, browsers, apps and recent events.
    Show(UserArgs),
    /// Close an account: it can't sign in, its sessions and tokens end.
    Disable(UserArgs),
    /// Open an account again.
    Enable(UserArgs),
    /// End all sessions of a user and every token.
    EndSessions(UserArgs),
    /// Make a new password necessary at the next sign-in.
    RequireReset(UserArgs),
    /// Give a role in the console.
    GrantRole(RoleArgs),
    /// Take a role in the console.
    RevokeRole(RoleArgs),
    /// Print everything that is kept about a person, as JSON.
    Export(UserArgs),
    /// Erase a person: the account goes, records that stay lose what is personal.
    Erase(EraseArgs),
    /// Make users from a file.
    Import(ImportArgs),
}

/// `user create`.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
    /// The mail address.
    #[arg(long, required_unless_present = "from_json")]
    pub email: Option<String>,
    /// Full name.
    #[arg(long)]
    pub name: Option<String>,
    /// A sign-in name besides the address.
    #[arg(long)]
    pub username: Option<String>,
    /// Read the password from standard input.
    #[arg(long, conflicts_with = "from_json")]
    pub password_stdin: bool,
    /// Read the password from a file.
    #[arg(long, value_name = "FILE", conflicts_with = "from_json")]
    pub password_file: Option<PathBuf>,
    /// Read a TOTP secret (base 32) from a file.
    #[arg(long, value_name = "FILE", conflicts_with = "from_json")]
    pub totp_secret_file: Option<PathBuf>,
    /// The address counts as proven.
    #[arg(long)]
    pub verified: bool,
    /// Read a JSON document: email, username, name, password or password_hash, totp_secret (base 32), email_verified, claims; `-` for standard
    /// input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["email", "name", "username", "verified"])]
    pub from_json: Option<PathBuf>,
}

/// `user list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
    /// Which part.
    #[command(flatten)]
    pub listing: Listing,
}

/// A user of a tenant.
#[derive(Debug, Args)]
pub struct UserArgs {
    /// Mail address, sign-in name or id.
    pub user: String,
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
}

/// `user grant-role` and `revoke-role`.
#[derive(Debug, Args)]
pub struct RoleArgs {
    /// Mail address, sign-in name or id.
    pub user: String,
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
    /// owner, admin, analyst, support or auditor.
    #[arg(long, value_parser = role)]
    pub role: Role,
}

/// `user erase`.
#[derive(Debug, Args)]
pub struct EraseArgs {
    /// Mail address, sign-in name or id.
    pub user: String,
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
    /// Don't ask.
    #[arg(long)]
    pub yes: bool,
}

/// `user import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The file; `-` for standard input.
    pub file: PathBuf,
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
    /// Its form. CSV has a head line: email, and any of username, name, password, password_hash, totp_secret,
    /// email_verified and standard claims.
    #[arg(long, value_enum)]
    pub format: ImportFormat,
    /// Check every row and write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// The form of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ImportFormat {
    /// Comma-separated values with a head line.
    Csv,
    /// A realm export.
    Keycloak,
    /// A bulk export.
    Auth0,
}

/// Reads a role's name.
pub(super) fn role(text: &str) -> Result<Role, String> {
    Role::from_name(text).ok_or_else(|| "use owner, admin, analyst, support or auditor".to_owned())
}

pub(super) async fn run<C: Composition>(
    opener: &Opener<'_, C>,
    command: &UserCommand,
) -> Result<Outcome, CliError> {
    let opened = opener.open().await?;
    let platform = &opened.platform;
    match command {
        UserCommand::Create(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            Outcome::object(&users::create(&actor, platform, wanted(args)?, Passwords::Existing).await?)
        }
        UserCommand::List(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            let search = args.listing.search.as_deref();
            let page = collect(&args.listing, async |page| {
                users::list(&actor, platform, search, &page).await
            })
            .await?;
            Outcome::list(&page, |row| format!("{:<40} {}", row.user.email, row.user.id))
        }
        UserCommand::Show(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            Outcome::object(&users::show(&actor, platform, &args.user).await?)
        }
        UserCommand::Disable(args) => status(&opened, args, UserStatus::Disabled).await,
        UserCommand::Enable(args) => status(&opened, args, UserStatus::Active).await,
        UserCommand::EndSessions(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            users::end_sessions(&actor, platform, &args.user).await?;
            Ok(done("sessions ended", &args.user))
        }
        UserCommand::RequireReset(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            users::require_password_reset(&actor, platform, &args.user).await?;
            Ok(done("a new password is required", &args.user))
        }
        UserCommand::GrantRole(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            users::grant_role(&actor, platform, &args.user, args.role).await?;
            Ok(done("role given", &args.user))
        }
        UserCommand::RevokeRole(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            users::revoke_role(&actor, platform, &args.user, args.role).await?;
            Ok(done("role taken", &args.user))
        }
        UserCommand::Export(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            let document = users::export(&actor, platform, &args.user).await?;
            Ok(Outcome::told(
                document.clone(),
                serde_json::to_string_pretty(&document)?,
            ))
        }
        UserCommand::Erase(args) => erase(&opened, args).await,
        UserCommand::Import(args) => import(&opened, args).await,
    }
}

async fn status(opened: &Opened, args: &UserArgs, status: UserStatus) -> Result<Outcome, CliError> {
    let actor = opened.on(&args.on.tenant).await?;
    let changes = UserChanges {
        status: Some(status),
        ..UserChanges::default()
    };
    Outcome::object(&users::update(&actor, &opened.platform, &args.user, changes).await?)
}

async fn erase(opened: &Opened, args: &EraseArgs) -> Result<Outcome, CliError> {
    if !args.yes {
        return Err(CliError::Usage(format!(
            "this erases «{}» for good; say --yes to do it",
            args.user
        )));
    }
    let actor = opened.on(&args.on.tenant).await?;
    users::erase(&actor, &opened.platform, &args.user).await?;
    Ok(done("erased", &args.user))
}

fn wanted(args: &CreateArgs) -> Result<NewUser, CliError> {
    if let Some(file) = &args.from_json {
        let text = input::document(file)?;
        return serde_json::from_str(&text)
            .map_err(|error| CliError::Failed(format!("the user document: {error}")));
    }
    Ok(NewUser {
        email: args.email.clone().unwrap_or_default(),
        username: args.username.clone(),
        name: args.name.clone(),
        password: input::secret(args.password_stdin, args.password_file.as_deref())?,
        totp_secret: input::secret(false, args.totp_secret_file.as_deref())?,
        email_verified: args.verified,
        claims: Map::new(),
        ..NewUser::default()
    })
}

/// Rows that can't be taken are told one by one; the others are made.
async fn import(opened: &Opened, args: &ImportArgs) -> Result<Outcome, CliError> {
    if args.format != ImportFormat::Csv {
        return Err(CliError::Failed("this version imports csv only".to_owned()));
    }
    let actor = opened.on(&args.on.tenant).await?;
    let text = input::document(&args.file)?;
    let rows = read_csv(&text)?;
    let (mut made, mut problems) = (0_u32, Vec::new());
    for (line, row) in rows {
        let result = match row {
            Err(problem) => Err(problem),
            Ok(user) if args.dry_run => users::check(&actor, &opened.platform, &user, Passwords::Existing)
                .await
                .map_err(|error| error.to_string()),
            Ok(user) => users::create(&actor, &opened.platform, user, Passwords::Existing)
                .await
                .map(|_| ())
                .map_err(|error| error.to_string()),
        };
        match result {
            Ok(()) => made += 1,
            Err(problem) => problems.push(format!("line {line}: {problem}")),
        }
    }
    let verb = if args.dry_run { "would be made" } else { "made" };
    let mut lines = vec![format!("{made} {verb}, {} refused", problems.len())];
    lines.extend(problems.iter().cloned());
    let json = json!({"made": made, "dry_run": args.dry_run, "problems": problems});
    let outcome = Outcome::told(json, lines.join("\n"));
    Ok(if problems.is_empty() {
        outcome
    } else {
        outcome.as_failure()
    })
}

/// A row of an import: its line, and the user or what is wrong.
type ImportRow = (u64, Result<NewUser, String>);

pub(super) fn read_csv(text: &str) -> Result<Vec<ImportRow>, CliError> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(false)
        .trim(csv::Trim::Headers)
        .from_reader(text.as_bytes());
    let heads = reader
        .headers()
        .map_err(|error| CliError::Failed(error.to_string()))?
        .clone();
    if !heads.iter().any(|head| head == "email") {
        return Err(CliError::Failed(
            "the head line names no column «email»".to_owned(),
        ));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                rows.push((line, Err(error.to_string())));
            }
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                rows.push((line, csv_user(&heads, &record)));
            }
        }
    }
    Ok(rows)
}

fn csv_user(heads: &csv::StringRecord, record: &csv::StringRecord) -> Result<NewUser, String> {
    let mut user = NewUser::default();
    for (head, value) in heads
        .iter()
        .zip(record.iter())
        .filter(|(_, value)| !value.is_empty())
    {
        let text = || Some(value.to_owned());
        match head {
            "email" => value.clone_into(&mut user.email),
            "username" => user.username = text(),
            "name" => user.name = text(),
            "password" => user.password = text().map(Secret::new),
            "password_hash" => user.password_hash = text().map(Secret::new),
            "totp_secret" => user.totp_secret = text().map(Secret::new),
            "email_verified" => {
                user.email_verified = value
                    .parse()
                    .map_err(|_| format!("email_verified: «{value}» is neither true nor false"))?;
            }
            claim => {
                user.claims
                    .insert(claim.to_owned(), Value::String(value.to_owned()));
            }
        }
    }
    Ok(user)
}
