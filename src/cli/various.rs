//! `tidegate keys`, `admin`, `audit` and `seed`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::args::OnTenant;
use super::input;
use super::open::{Composition, Opener};
use super::print::{CliError, Outcome};
use super::user::role;
use crate::admin::seed::{self, SeedPlan};
use crate::admin::{audit, keys, links, tenants};
use crate::base::page::Page;
use crate::domain::key::SigningAlg;
use crate::domain::user::Role;
use crate::store::AuditVerdict;

/// Acts on signing keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// List the keys: next, active, retired.
    List(OnTenant),
    /// Announce a new key; it signs once it was published for `keys.publish_ahead`.
    Rotate(RotateArgs),
}

/// `keys rotate`.
#[derive(Debug, Args)]
pub struct RotateArgs {
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
    /// Of this algorithm only: ES256, EdDSA, RS256 or PS256.
    #[arg(long, value_parser = alg)]
    pub alg: Option<SigningAlg>,
}

/// Roles of people in the console.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Print a single-use link (15 minutes) by which a person sets up and holds a role.
    Link(LinkArgs),
}

/// `admin link`.
#[derive(Debug, Args)]
pub struct LinkArgs {
    /// Where; `system` makes an operator.
    #[command(flatten)]
    pub on: OnTenant,
    /// For which mail address.
    #[arg(long)]
    pub email: String,
    /// owner, admin, analyst, support or auditor.
    #[arg(long, value_parser = role)]
    pub role: Role,
}

/// Acts on the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check the hash chain: of one tenant, or of all.
    Verify(VerifyArgs),
}

/// `audit verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The tenant; all without.
    #[arg(long, value_name = "SLUG")]
    pub tenant: Option<String>,
}

/// `seed`.
#[derive(Debug, Args)]
pub struct SeedArgs {
    /// Tenants: bench, bench-2, bench-3 …
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub tenants: u32,
    /// Users in each tenant: user-000001@bench.test …
    #[arg(long, value_name = "N")]
    pub users: u32,
    /// Sessions in each tenant.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub sessions: u32,
    /// Decisions in each tenant.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub decisions: u32,
    /// Read everybody's password from standard input; without it accounts have none.
    #[arg(long)]
    pub password_stdin: bool,
    /// Read everybody's password from a file.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

fn alg(text: &str) -> Result<SigningAlg, String> {
    SigningAlg::from_name(text).ok_or_else(|| "use ES256, EdDSA, RS256 or PS256".to_owned())
}

pub(super) async fn keys<C: Composition>(
    opener: &Opener<'_, C>,
    command: &KeysCommand,
) -> Result<Outcome, CliError> {
    let opened = opener.open().await?;
    match command {
        KeysCommand::List(on) => {
            let actor = opened.on(&on.tenant).await?;
            let page = Page {
                items: keys::list(&actor, &opened.platform).await?,
                next: None,
            };
            Outcome::list(&page, |key| {
                format!(
                    "{:<6} {:<8} {}  {}",
                    key.alg.name(),
                    key.status.name(),
                    key.activates_at,
                    key.kid
                )
            })
        }
        KeysCommand::Rotate(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            let page = Page {
                items: keys::rotate(&actor, &opened.platform, args.alg).await?,
                next: None,
            };
            Outcome::list(&page, |key| {
                let state = if key.pending {
                    "was announced already"
                } else {
                    "is announced"
                };
                format!(
                    "{} {} {state}, signs from {} on",
                    key.alg.name(),
                    key.kid,
                    key.signs_at
                )
            })
        }
    }
}

pub(super) async fn admin<C: Composition>(
    opener: &Opener<'_, C>,
    command: &AdminCommand,
) -> Result<Outcome, CliError> {
    let AdminCommand::Link(args) = command;
    let opened = opener.open().await?;
    let actor = opened.on(&args.on.tenant).await?;
    let link = links::create(&actor, &opened.platform, &args.email, args.role).await?;
    Ok(Outcome::told(serde_json::to_value(&link)?, link.url))
}

pub(super) async fn audit<C: Composition>(
    opener: &Opener<'_, C>,
    command: &AuditCommand,
) -> Result<Outcome, CliError> {
    let AuditCommand::Verify(args) = command;
    let opened = opener.open().await?;
    let slugs = if let Some(slug) = &args.tenant {
        vec![slug.clone()]
    } else {
        let all = opened.platform.store.everyone().all_tenants().await?;
        all.into_iter().map(|tenant| tenant.slug.to_string()).collect()
    };
    let (mut items, mut lines, mut broken) = (Vec::new(), Vec::new(), false);
    for slug in slugs {
        let (actor, _) = tenants::enter(&opened.actor, &opened.platform, &slug).await?;
        let verdict = audit::verify(&actor, &opened.platform).await?;
        lines.push(match &verdict {
            AuditVerdict::Intact { entries } => format!("{slug}: intact, {entries} entries"),
            AuditVerdict::Broken { seq, reason } => format!("{slug}: broken at entry {seq}: {reason}"),
        });
        broken |= matches!(verdict, AuditVerdict::Broken { .. });
        let mut item = serde_json::to_value(&verdict)?;
        if let Some(members) = item.as_object_mut() {
            members.insert("tenant".to_owned(), json!(slug));
        }
        items.push(item);
    }
    let outcome = Outcome::told(
        json!({"intact": !broken, "items": items, "next": null}),
        lines.join("\n"),
    );
    Ok(if broken { outcome.as_failure() } else { outcome })
}

pub(super) async fn seed<C: Composition>(
    opener: &Opener<'_, C>,
    args: &SeedArgs,
) -> Result<Outcome, CliError> {
    let plan = SeedPlan {
        tenants: args.tenants,
        users: args.users,
        sessions: args.sessions,
        decisions: args.decisions,
        password: input::secret(args.password_stdin, args.password_file.as_deref())?,
    };
    let opened = opener.open().await?;
    Outcome::object(&seed::seed(&opened.actor, &opened.platform, &plan).await?)
}
