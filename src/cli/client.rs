//! `tidegate client`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::args::{Listing, OnTenant};
use super::input;
use super::open::{Composition, Opened, Opener};
use super::print::{CliError, Outcome, collect, done};
use crate::admin::clients::initial_access::{self, NewInitialAccessToken};
use crate::admin::clients::{self, CreatedClient, Kind, NewClient, Unknown};
use crate::base::page::Page;

/// Acts on clients.
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Register a client; prints the registration response of RFC 7591, with the secret this once.
    Create(CreateArgs),
    /// List the clients of a tenant.
    List(ListArgs),
    /// Show a client.
    Show(ClientArgs),
    /// Change a client: what is given takes the place of what is there.
    Update(UpdateArgs),
    /// Make a new secret; the old one works for another day.
    RotateSecret(ClientArgs),
    /// Remove a client; its tokens are revoked.
    Delete(ClientArgs),
    /// Initial access tokens: what lets an app register itself (RFC 7591).
    #[command(subcommand)]
    InitialAccessToken(InitialAccessTokenCommand),
}

/// Acts on initial access tokens.
#[derive(Debug, Subcommand)]
pub enum InitialAccessTokenCommand {
    /// Make a token; it is printed this once.
    Create(InitialAccessTokenArgs),
    /// List the tokens that still work.
    List(OnTenant),
    /// Take a token back; apps that registered with it stay.
    Delete(InitialAccessTokenDeleteArgs),
}

/// `client initial-access-token create`.
#[derive(Debug, Args)]
pub struct InitialAccessTokenArgs {
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
    /// How many apps may register with it.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub uses: u32,
    /// How many days it works.
    #[arg(long, default_value_t = 7, value_name = "N")]
    pub days: u16,
    /// What it is for.
    #[arg(long, default_value = "")]
    pub note: String,
}

/// `client initial-access-token delete`.
#[derive(Debug, Args)]
pub struct InitialAccessTokenDeleteArgs {
    /// Its id, as `list` shows it.
    pub id: String,
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
}

/// Metadata by flags.
#[derive(Debug, Args)]
pub struct MetadataArgs {
    /// A redirect URI; may be given more than once.
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub redirect_uris: Vec<String>,
    /// Where a logout may lead; may be given more than once.
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    pub post_logout_redirect_uris: Vec<String>,
    /// How it authenticates: client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt or none.
    #[arg(long, value_name = "METHOD")]
    pub auth_method: Option<String>,
    /// A grant type: authorization_code, refresh_token, client_credentials, or the URN of the device grant; may be given more than once.
    #[arg(long = "grant", value_name = "GRANT")]
    pub grants: Vec<String>,
    /// A scope it may ask for; may be given more than once.
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// Name for people.
    #[arg(long)]
    pub name: Option<String>,
    /// The profile it keeps to: oidc, oauth2.1, fapi2-security or fapi2-message-signing. What it asks is set where nothing else is given.
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// Any member of client metadata by its standard name, or one of our settings (require_consent, floor, development,
    /// fresh_second_factor, disabled, access_token_format, token_exchange, may_act, claims_mapping); JSON allowed. May be given more than once.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

/// `client create`.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
    /// What it is: web, spa, native, service or device.
    #[arg(long = "type", value_name = "TYPE", required_unless_present = "from_json")]
    pub kind: Option<String>,
    /// Its id; made when not given.
    #[arg(long)]
    pub client_id: Option<String>,
    /// Read its secret from standard input instead of making one.
    #[arg(long, conflicts_with = "from_json")]
    pub client_secret_stdin: bool,
    /// Read its secret from a file instead of making one.
    #[arg(long, value_name = "FILE")]
    pub client_secret_file: Option<PathBuf>,
    /// Its metadata.
    #[command(flatten)]
    pub metadata: MetadataArgs,
    /// Read a whole RFC 7591 document; `-` for standard input. May carry client_id and client_secret; members that are not
    /// there take the standards' defaults.
    #[arg(long, value_name = "FILE")]
    pub from_json: Option<PathBuf>,
}

/// `client list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
    /// Which part.
    #[command(flatten)]
    pub listing: Listing,
}

/// A client of a tenant.
#[derive(Debug, Args)]
pub struct ClientArgs {
    /// Its client id.
    pub client: String,
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
}

/// `client update`.
#[derive(Debug, Args)]
pub struct UpdateArgs {
    /// Its client id.
    pub client: String,
    /// Where.
    #[command(flatten)]
    pub on: OnTenant,
    /// What to change.
    #[command(flatten)]
    pub metadata: MetadataArgs,
    /// Read members to change from a JSON document; `-` for standard input. `null` removes a member.
    #[arg(long, value_name = "FILE")]
    pub from_json: Option<PathBuf>,
}

pub(super) async fn run<C: Composition>(
    opener: &Opener<'_, C>,
    command: &ClientCommand,
) -> Result<Outcome, CliError> {
    let opened = opener.open().await?;
    let platform = &opened.platform;
    match command {
        ClientCommand::Create(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            answer(&clients::create(&actor, platform, wanted(args)?).await?)
        }
        ClientCommand::List(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            let search = args.listing.search.as_deref();
            let page = collect(&args.listing, async |page| {
                clients::list(&actor, platform, search, &page).await
            })
            .await?;
            Outcome::list(&page, |client| {
                format!("{:<40} {}", client.client_id.as_str(), client.kind)
            })
        }
        ClientCommand::Show(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            Outcome::object(&clients::show(&actor, platform, &args.client).await?)
        }
        ClientCommand::Update(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            let mut changes = from_json(args.from_json.as_ref())?;
            overlay(&mut changes, &args.metadata)?;
            answer(&clients::update(&actor, platform, &args.client, changes, None).await?)
        }
        ClientCommand::RotateSecret(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            answer(&clients::rotate_secret(&actor, platform, &args.client).await?)
        }
        ClientCommand::Delete(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            clients::delete(&actor, platform, &args.client).await?;
            Ok(done("deleted", &args.client))
        }
        ClientCommand::InitialAccessToken(command) => initial_access_token(&opened, command).await,
    }
}

async fn initial_access_token(
    opened: &Opened,
    command: &InitialAccessTokenCommand,
) -> Result<Outcome, CliError> {
    let platform = &opened.platform;
    match command {
        InitialAccessTokenCommand::Create(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            let wanted = NewInitialAccessToken {
                uses: args.uses,
                days: args.days,
                note: args.note.clone(),
            };
            Outcome::object(&initial_access::create(&actor, platform, wanted).await?)
        }
        InitialAccessTokenCommand::List(on) => {
            let actor = opened.on(&on.tenant).await?;
            let page = Page {
                items: initial_access::list(&actor, platform).await?,
                next: None,
            };
            Outcome::list(&page, |token| {
                let (id, uses, until) = (token.id, token.uses_left, token.expires_at);
                format!("{id}  {uses} uses until {until}  {}", token.note)
            })
        }
        InitialAccessTokenCommand::Delete(args) => {
            let actor = opened.on(&args.on.tenant).await?;
            initial_access::delete(&actor, platform, &args.id).await?;
            Ok(done("deleted", &args.id))
        }
    }
}

fn answer(client: &CreatedClient) -> Result<Outcome, CliError> {
    Outcome::object(&client.registration())
}

pub(super) fn wanted(args: &CreateArgs) -> Result<NewClient, CliError> {
    let mut document = match &args.kind {
        Some(kind) => clients::template(Kind::parse(kind)?),
        None => Map::new(),
    };
    document.extend(from_json(args.from_json.as_ref())?);
    overlay(&mut document, &args.metadata)?;
    if let Some(id) = &args.client_id {
        document.insert("client_id".to_owned(), json!(id));
    }
    if let Some(secret) = input::secret(args.client_secret_stdin, args.client_secret_file.as_deref())? {
        document.insert("client_secret".to_owned(), json!(secret.expose()));
    }
    let unknown = if args.from_json.is_some() {
        Unknown::Drop
    } else {
        Unknown::Refuse
    };
    Ok(NewClient { document, unknown })
}

fn from_json(file: Option<&PathBuf>) -> Result<Map<String, Value>, CliError> {
    let Some(file) = file else { return Ok(Map::new()) };
    let text = input::document(file)?;
    match serde_json::from_str(&text) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(CliError::Failed(
            "the client document is no JSON object".to_owned(),
        )),
        Err(error) => Err(CliError::Failed(format!("the client document: {error}"))),
    }
}

/// Puts what the flags say over a document.
fn overlay(document: &mut Map<String, Value>, args: &MetadataArgs) -> Result<(), CliError> {
    let mut put = |name: &str, value: Value| document.insert(name.to_owned(), value);
    if !args.redirect_uris.is_empty() {
        put("redirect_uris", json!(args.redirect_uris));
    }
    if !args.post_logout_redirect_uris.is_empty() {
        put("post_logout_redirect_uris", json!(args.post_logout_redirect_uris));
    }
    if let Some(method) = &args.auth_method {
        put("token_endpoint_auth_method", json!(method));
    }
    if !args.grants.is_empty() {
        put("grant_types", json!(args.grants));
        let code = args.grants.iter().any(|grant| grant == "authorization_code");
        put("response_types", if code { json!(["code"]) } else { json!([]) });
    }
    if !args.scopes.is_empty() {
        put("scope", json!(args.scopes.join(" ")));
    }
    if let Some(name) = &args.name {
        put("client_name", json!(name));
    }
    if let Some(profile) = &args.profile {
        put("tidegate_profile", json!(profile));
    }
    for pair in &args.set {
        let (name, value) = pair
            .split_once('=')
            .ok_or_else(|| CliError::Usage(format!("--set {pair}: write KEY=VALUE")))?;
        put(name, value_of(name, value));
    }
    Ok(())
}

/// Members whose values are lists; a value that is no JSON is the list of its words.
const LISTS: [&str; 8] = [
    "redirect_uris",
    "post_logout_redirect_uris",
    "grant_types",
    "response_types",
    "contacts",
    "default_acr_values",
    "request_uris",
    "authorization_details_types",
];
/// Members whose values are texts, also where they look like something else.
const TEXTS: [&str; 12] = [
    "client_name",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "scope",
    "jwks_uri",
    "client_id",
    "client_secret",
    "software_id",
    "software_version",
    "initiate_login_uri",
];

fn value_of(name: &str, text: &str) -> Value {
    let parsed = serde_json::from_str::<Value>(text).ok();
    match parsed {
        Some(value) if TEXTS.contains(&name) && !(value.is_string() || value.is_null()) => {
            Value::String(text.to_owned())
        }
        Some(value) => value,
        None if LISTS.contains(&name) => {
            let words = text.split([' ', ',']).filter(|word| !word.is_empty());
            Value::Array(words.map(|word| Value::String(word.to_owned())).collect())
        }
        None => Value::String(text.to_owned()),
    }
}
