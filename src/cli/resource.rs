//! `tidegate resource`.

use clap::{Args, Subcommand};

use super::args::OnTenant;
use super::open::{Composition, Opener};
use super::print::{CliError, Outcome, done};
use crate::admin::resources::{self, NewResource};
use crate::base::page::Page;

/// Acts on protected resources.
#[derive(Debug, Subcommand)]
pub enum ResourceCommand {
    /// Register a resource that requests may name (`resource`), and the scopes that are granted with it only.
    Create(CreateArgs),
    /// List the resources of a tenant.
    List(OnTenant),
    /// Remove a resource; no more tokens are made for it.
    Delete(DeleteArgs),
}

/// `resource create`.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
    /// What requests name it by: an absolute URI without fragment.
    #[arg(long, value_name = "URI")]
    pub identifier: String,
    /// A scope of it; may be given more than once.
    #[arg(long = "scope", value_name = "SCOPE", num_args = 1..)]
    pub scopes: Vec<String>,
    /// A scope of it that is sensitive: consent to it is decided about by itself. May be given more than once.
    #[arg(long = "sensitive", value_name = "SCOPE", num_args = 1..)]
    pub sensitive: Vec<String>,
    /// A type of details that requests may ask for with it (RFC 9396), and what people read of it; may be given more than once.
    #[arg(long = "authorization-details-type", value_name = "TYPE[=TITLE]")]
    pub detail_types: Vec<String>,
    /// The client that serves it: it may introspect tokens made for the resource, and no client but that and the token's own may.
    #[arg(long, value_name = "CLIENT")]
    pub client: Option<String>,
}

/// `resource delete`.
#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
    /// Which.
    #[arg(long, value_name = "URI")]
    pub identifier: String,
}

pub(super) async fn run<C: Composition>(
    opener: &Opener<'_, C>,
    command: &ResourceCommand,
) -> Result<Outcome, CliError> {
    let opened = opener.open().await?;
    let platform = &opened.platform;
    match command {
        ResourceCommand::Create(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            let wanted = NewResource {
                identifier: args.identifier.clone(),
                scopes: args.scopes.clone(),
                sensitive: args.sensitive.clone(),
                detail_types: args.detail_types.clone(),
                client: args.client.clone(),
            };
            Outcome::object(&resources::create(&actor, platform, &wanted).await?)
        }
        ResourceCommand::List(on) => {
            let actor = opened.on(&on.tenant).await?;
            let page = Page {
                items: resources::list(&actor, platform).await?,
                next: None,
            };
            Outcome::list(&page, |resource| {
                format!("{}  {}", resource.identifier, resource.scope)
            })
        }
        ResourceCommand::Delete(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            resources::delete(&actor, platform, &args.identifier).await?;
            Ok(done("deleted", &args.identifier))
        }
    }
}
