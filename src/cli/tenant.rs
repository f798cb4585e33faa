//! `tidegate tenant`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::args::Listing;
use super::input;
use super::open::{Composition, Opener};
use super::print::{CliError, Outcome, collect, done};
use crate::admin::tenants::{self, CreateTenant, TenantChanges};
use crate::admin::{clients, policies, users};
use crate::base::page::PageRequest;

/// Acts on tenants.
#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Make a tenant; prints its id, slug and issuer.
    Create(CreateArgs),
    /// List the tenants.
    List(Listing),
    /// Show a tenant and how much it holds.
    Show(SlugArgs),
    /// Put settings from a TOML file in force: name, status, registration, registration_policy, layout, floor, fail_mode, default_locale,
    /// support_contact, notice_threshold, remember_days, recovery_wait_hours, breached_passwords, passkey_attestation,
    /// passkey_models, client_certificate_authorities, trusted_issuers, brand_color, sign_up, disposable_addresses, terms_uri,
    /// privacy_uri, identity_provider, asserted_trust_frameworks.
    Apply(FileArgs),
    /// Say what `apply` would change.
    Plan(FileArgs),
    /// Print everything of a tenant but secrets, as JSON.
    Export(SlugArgs),
    /// Delete a tenant with everything in it.
    Delete(DeleteArgs),
}

/// `tenant create`.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// Its name in URLs: a-z, 0-9 and single dashes; never changes.
    pub slug: String,
    /// Its name for people; the slug when not given.
    #[arg(long)]
    pub name: Option<String>,
    /// Its first policy: workforce, customer, balanced, adaptive-mfa or observe.
    #[arg(long, default_value = tenants::DEFAULT_PRESET)]
    pub preset: String,
    /// Who may register clients by RFC 7591: open, token or off.
    #[arg(long)]
    pub registration: Option<String>,
    /// How identifier and password are asked for: identifier_first or combined.
    #[arg(long)]
    pub layout: Option<String>,
    /// The least assurance of every sign-in: aal1, aal2, phr or phrh.
    #[arg(long)]
    pub floor: Option<String>,
}

/// A tenant by its slug.
#[derive(Debug, Args)]
pub struct SlugArgs {
    /// The tenant.
    pub slug: String,
}

/// A file of settings for a tenant.
#[derive(Debug, Args)]
pub struct FileArgs {
    /// The file; `-` for standard input.
    pub file: PathBuf,
    /// The tenant.
    #[arg(long, value_name = "SLUG")]
    pub tenant: String,
}

/// `tenant delete`.
#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// The tenant.
    pub slug: String,
    /// Don't ask.
    #[arg(long)]
    pub yes: bool,
}

pub(super) async fn run<C: Composition>(
    opener: &Opener<'_, C>,
    command: &TenantCommand,
) -> Result<Outcome, CliError> {
    let opened = opener.open().await?;
    let (actor, platform) = (&opened.actor, &opened.platform);
    match command {
        TenantCommand::Create(args) => {
            let made = tenants::create(actor, platform, wanted(args)?).await?;
            Outcome::object(&made)
        }
        TenantCommand::List(listing) => {
            let page = collect(listing, async |page| tenants::list(actor, platform, &page).await).await?;
            Outcome::list(&page, |tenant| {
                format!("{:<24} {}", tenant.slug.as_str(), tenant.issuer)
            })
        }
        TenantCommand::Show(args) => {
            let (actor, _) = tenants::enter(actor, platform, &args.slug).await?;
            let (tenant, counts) = tenants::show(&actor, platform).await?;
            let mut members = serde_json::to_value(tenant)?;
            insert(&mut members, "counts", json!(counts));
            Outcome::object(&members)
        }
        TenantCommand::Apply(args) => {
            let (actor, _) = tenants::enter(actor, platform, &args.tenant).await?;
            Outcome::object(&tenants::update(&actor, platform, changes(args)?, None).await?)
        }
        TenantCommand::Plan(args) => {
            let (actor, _) = tenants::enter(actor, platform, &args.tenant).await?;
            let lines = tenants::plan(&actor, platform, &changes(args)?).await?;
            let text = if lines.is_empty() {
                "Nothing would change.".to_owned()
            } else {
                lines.join("\n")
            };
            Ok(Outcome::told(json!({"changes": lines}), text))
        }
        TenantCommand::Export(args) => {
            let document = export(actor, platform, &args.slug).await?;
            Ok(Outcome::told(
                document.clone(),
                serde_json::to_string_pretty(&document)?,
            ))
        }
        TenantCommand::Delete(args) => {
            if !args.yes {
                return Err(CliError::Usage(format!(
                    "this deletes everything of «{}»; say --yes to do it",
                    args.slug
                )));
            }
            tenants::delete(actor, platform, &args.slug).await?;
            Ok(done("deleted", &args.slug))
        }
    }
}

fn wanted(args: &CreateArgs) -> Result<CreateTenant, CliError> {
    Ok(CreateTenant {
        slug: args.slug.clone(),
        name: args.name.clone(),
        preset: Some(args.preset.clone()),
        settings: TenantChanges {
            registration: choice("registration", args.registration.as_deref())?,
            layout: choice("layout", args.layout.as_deref())?,
            floor: choice("floor", args.floor.as_deref())?,
            ..TenantChanges::default()
        },
    })
}

/// A value of a closed set by its stored name.
fn choice<T: DeserializeOwned>(flag: &str, text: Option<&str>) -> Result<Option<T>, CliError> {
    let Some(text) = text else { return Ok(None) };
    serde_json::from_value(Value::String(text.to_owned()))
        .map(Some)
        .map_err(|error| CliError::Usage(format!("--{flag}: {error}")))
}

fn changes(args: &FileArgs) -> Result<TenantChanges, CliError> {
    let text = input::document(&args.file)?;
    let mut changes: TenantChanges = toml::from_str(&text)
        .map_err(|error| CliError::Failed(format!("{}: {}", args.file.display(), error.message())))?;
    if let Some(provider) = &mut changes.identity_provider {
        let file = provider.client_secret_file.take();
        if let Some(secret) = input::secret(false, file.as_deref())? {
            provider.client_secret = Some(secret);
        }
    }
    Ok(changes)
}

fn insert(members: &mut Value, name: &str, value: Value) {
    if let Some(members) = members.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// Everything but secrets: settings, the policy in force, clients, users, roles.
async fn export(
    actor: &crate::admin::Actor,
    platform: &crate::tenants::Platform,
    slug: &str,
) -> Result<Value, CliError> {
    let (actor, tenant) = tenants::enter(actor, platform, slug).await?;
    let all = Listing {
        search: None,
        limit: None,
        after: None,
    };
    let clients = collect(&all, async |page: PageRequest| {
        clients::list(&actor, platform, None, &page).await
    })
    .await?;
    let users = collect(&all, async |page: PageRequest| {
        users::list(&actor, platform, None, &page).await
    })
    .await?;
    let policy = policies::show(&actor, platform, None).await?;
    let roles = users::holders(&actor, platform).await?;
    Ok(json!({
        "schema": 1,
        "tenant": tenant,
        "policy": policy,
        "clients": clients.items,
        "users": users.items,
        "roles": roles,
    }))
}
