//! Clients: registered by an admin, with every value checked before it is kept.

mod backchannel;
mod certificates;
mod change;
pub mod document;
pub mod dynamic;
pub mod initial_access;
mod logo;
mod metadata;
mod register;
mod secrets;
mod sector;

pub use change::{CreatedClient, NewClient, create, delete, rotate_secret, update};
pub use logo::logo;
pub use metadata::{Unknown, check, document_of};
pub use register::{Kind, kind_of, template};

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Actor, AdminError};
use crate::base::ids::ClientId;
use crate::base::page::{Page, PageRequest};
use crate::base::timestamp::Timestamp;
use crate::domain::client::{Client, ClientSettings};
use crate::store::{LogoutDelivery, TenantStore};
use crate::tenants::Platform;

/// A client as it is shown: never a secret.
#[derive(Clone, Debug, Serialize)]
pub struct ClientView {
    /// Its id.
    pub client_id: ClientId,
    /// Its metadata by standard names.
    #[serde(flatten)]
    pub metadata: Map<String, Value>,
    /// What our side decides about it.
    pub settings: ClientSettings,
    /// `web`, `spa`, `native`, `service` or `device`.
    pub kind: &'static str,
    /// Its secrets: when they were made, and when they end.
    pub secrets: Vec<SecretView>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Names the state that was seen, for a change.
    pub version: i64,
}

/// A client secret without the secret.
#[derive(Clone, Debug, Serialize)]
pub struct SecretView {
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working; `None` for the current one.
    pub expires_at: Option<Timestamp>,
}

impl ClientView {
    fn of(client: &Client) -> Self {
        Self {
            client_id: client.id.clone(),
            metadata: document_of(&client.metadata),
            settings: client.settings.clone(),
            kind: kind_of(client).name(),
            secrets: client
                .secrets
                .iter()
                .map(|secret| SecretView {
                    created_at: secret.created_at,
                    expires_at: secret.expires_at,
                })
                .collect(),
            created_at: client.created_at,
            updated_at: client.updated_at,
            version: client.version,
        }
    }
}

/// Clients whose id or name contains what was typed (all without), by id.
///
/// # Errors
/// [`AdminError`].
pub async fn list(
    actor: &Actor,
    platform: &Platform,
    typed: Option<&str>,
    page: &PageRequest,
) -> Result<Page<ClientView>, AdminError> {
    let clients = actor
        .may_read_clients()?
        .store(platform)
        .clients(typed, page)
        .await?;
    Ok(clients.map(|client| ClientView::of(&client)))
}

/// A client.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn show(actor: &Actor, platform: &Platform, id: &str) -> Result<ClientView, AdminError> {
    let store = actor.may_read_clients()?.store(platform);
    Ok(ClientView::of(&named(&store, id).await?))
}

/// The last logout tokens for a client, newest first (OpenID Connect Back-Channel Logout 1.0).
///
/// # Errors
/// [`AdminError`].
pub async fn logouts(
    actor: &Actor,
    platform: &Platform,
    id: &ClientId,
) -> Result<Vec<LogoutDelivery>, AdminError> {
    let store = actor.may_read_clients()?.store(platform);
    Ok(store.logout_deliveries(id, 20).await?)
}

async fn named(store: &TenantStore, id: &str) -> Result<Client, AdminError> {
    let id = ClientId::parse(id).ok_or(AdminError::NotFound("client"))?;
    store.client(&id).await?.ok_or(AdminError::NotFound("client"))
}
