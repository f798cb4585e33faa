//! Making, changing and removing clients.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::metadata::{Unknown, check, document_of};
use super::secrets::{refit_secrets, secret_for, stored, uses_secret};
use super::{ClientView, named};
use super::{logo, sector};
use crate::admin::actor::Trail;
use crate::admin::{Actor, AdminError, Right};
use crate::base::encoding::base64url;
use crate::base::ids::ClientId;
use crate::base::secret::Secret;
use crate::domain::client::{Client, ClientMetadata, ClientOrigin, ClientSettings};
use crate::domain::grant::{Revocation, RevocationReason};
use crate::domain::key::SigningAlg;
use crate::store::Batch;
use crate::tenants::{Platform, ensure_key};

/// How long the old secret works beside the new one.
const SECRET_OVERLAP: Duration = Duration::from_hours(24);
/// What our side decides about a client, by the names a document may carry.
const SETTINGS: [&str; 8] = [
    "require_consent",
    "floor",
    "development",
    "fresh_second_factor",
    "disabled",
    "access_token_format",
    "token_exchange",
    "may_act",
];

/// Members of a registration response that say nothing when they come back.
pub(super) const ECHOED: [&str; 4] = [
    "client_id_issued_at",
    "client_secret_expires_at",
    "registration_access_token",
    "registration_client_uri",
];

/// What is wanted of a new client.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// RFC 7591 metadata; may carry `client_id`, `client_secret` and our own settings.
    pub document: Map<String, Value>,
    /// What to do with members we don't know.
    pub unknown: Unknown,
}

/// A client that was made or changed, and the secret that was made with it: shown this once.
#[derive(Clone, Debug)]
pub struct CreatedClient {
    /// The client.
    pub client: ClientView,
    /// Its secret.
    pub secret: Option<Secret<String>>,
}

impl CreatedClient {
    /// The registration response (RFC 7591 section 3.2.1). Holds the secret.
    pub fn registration(&self) -> Value {
        let mut members = self.client.metadata.clone();
        members.insert("client_id".to_owned(), self.client.client_id.as_str().into());
        members.insert(
            "client_id_issued_at".to_owned(),
            self.client.created_at.secs().into(),
        );
        if let Some(secret) = &self.secret {
            members.insert("client_secret".to_owned(), secret.expose().as_str().into());
            members.insert("client_secret_expires_at".to_owned(), 0.into());
        }
        Value::Object(members)
    }
}

/// Makes a client.
///
/// # Errors
/// [`AdminError::Metadata`] for what can't be registered, [`AdminError::Invalid`] for an id that is taken.
pub async fn create(
    actor: &Actor,
    platform: &Platform,
    wanted: NewClient,
) -> Result<CreatedClient, AdminError> {
    let right = actor.may_manage_clients()?;
    let mut document = wanted.document;
    let id = match document.remove("client_id") {
        None => None,
        Some(id) => {
            let id = id.as_str().and_then(ClientId::parse);
            let words = "use 1 to 255 printable ASCII characters";
            Some(id.ok_or_else(|| AdminError::invalid("client_id", words))?)
        }
    };
    let given_secret = document.remove("client_secret");
    for echoed in ECHOED {
        document.remove(echoed);
    }
    let mut settings = ClientSettings::default();
    apply_settings(&mut document, &mut settings)?;
    let draft = Draft {
        id: match id {
            Some(id) => id,
            None => fresh_id(platform)?,
        },
        given_secret,
        metadata: check(document, wanted.unknown)?,
        settings,
    };
    let batch = right.store(platform).batch();
    insert(platform, &right, draft, batch).await
}

/// A client before it is one: checked, and not yet stored.
pub(super) struct Draft {
    pub(super) id: ClientId,
    pub(super) given_secret: Option<Value>,
    pub(super) metadata: ClientMetadata,
    pub(super) settings: ClientSettings,
}

/// Stores a new client beside what is in `batch`.
pub(super) async fn insert(
    platform: &Platform,
    right: &Right<'_>,
    draft: Draft,
    mut batch: Batch,
) -> Result<CreatedClient, AdminError> {
    let secret = secret_for(platform, &draft.metadata, draft.given_secret)?;
    let now = platform.now();
    let held = secret
        .iter()
        .map(|secret| stored(platform, &draft.metadata, secret, now));
    let client = Client {
        id: draft.id,
        secrets: held.collect::<Result<_, _>>()?,
        metadata: draft.metadata,
        settings: draft.settings,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    sector::verify(platform, None, &client.metadata).await?;
    ensure_keys(platform, right, &client.metadata).await?;
    logo::refresh(platform, None, &client, &mut batch).await;
    // First the client: what else is in the batch is about it.
    let mut whole = right.store(platform).batch();
    whole.insert_client(&client);
    whole.append(batch);
    let data = json!({"metadata": document_of(&client.metadata), "settings": client.settings});
    let trail = Trail::new("client.created", "client", &client.id, data);
    right
        .commit_and_reload(platform, whole, trail)
        .await
        .map_err(|error| match error {
            AdminError::Changed => AdminError::invalid("client_id", "another client has this id"),
            other => other,
        })?;
    Ok(CreatedClient {
        client: ClientView::of(&client),
        secret,
    })
}

/// Changes a client: members of `changes` take the place of what is there, `null` removes. A client that newly
/// authenticates with a secret gets one.
///
/// # Errors
/// As [`create`], and [`AdminError::Changed`].
pub async fn update(
    actor: &Actor,
    platform: &Platform,
    id: &str,
    mut changes: Map<String, Value>,
    version: Option<i64>,
) -> Result<CreatedClient, AdminError> {
    let right = actor.may_manage_clients()?;
    let store = right.store(platform);
    let mut client = changeable(named(&store, id).await?)?;
    client.version = version.unwrap_or(client.version);
    if changes
        .remove("client_id")
        .is_some_and(|given| given != client.id.as_str())
    {
        return Err(AdminError::invalid(
            "client_id",
            "the id of a client never changes",
        ));
    }
    if changes.contains_key("client_secret") {
        return Err(AdminError::invalid("client_secret", "use rotate-secret"));
    }
    let data = json!({"changes": changes});
    apply_settings(&mut changes, &mut client.settings)?;
    if client.settings.origin == ClientOrigin::Document && !changes.is_empty() {
        let words = "this client describes itself at its address; only our own settings can be changed here";
        return Err(AdminError::Refused(words.to_owned()));
    }
    let mut document = document_of(&client.metadata);
    document.extend(changes);
    let before = std::mem::replace(&mut client.metadata, check(document, Unknown::Refuse)?);
    let mut batch = store.batch();
    if client.settings.disabled {
        batch.revoke_grants_of_client(&client.id, revocation(platform));
    }
    save(platform, &right, (before, client), batch, data).await
}

/// Stores a changed client beside what is in `batch`; `before` is what it had registered.
pub(super) async fn save(
    platform: &Platform,
    right: &Right<'_>,
    (before, mut client): (ClientMetadata, Client),
    mut batch: Batch,
    data: Value,
) -> Result<CreatedClient, AdminError> {
    sector::verify(platform, Some(&before), &client.metadata).await?;
    client.updated_at = platform.now();
    let secret = refit_secrets(platform, &mut client)?;
    ensure_keys(platform, right, &client.metadata).await?;
    logo::refresh(platform, before.logo_uri.as_deref(), &client, &mut batch).await;
    batch.update_client(&client);
    right
        .commit_and_reload(
            platform,
            batch,
            Trail::new("client.updated", "client", &client.id, data),
        )
        .await?;
    client.version += 1;
    Ok(CreatedClient {
        client: ClientView::of(&client),
        secret,
    })
}

/// Gives a client a new secret; the one it has works for another day.
///
/// # Errors
/// [`AdminError::Refused`] for a client without secrets.
pub async fn rotate_secret(
    actor: &Actor,
    platform: &Platform,
    id: &str,
) -> Result<CreatedClient, AdminError> {
    let right = actor.may_manage_clients()?;
    let store = right.store(platform);
    let mut client = changeable(named(&store, id).await?)?;
    if !uses_secret(&client.metadata) {
        return Err(AdminError::Refused("this client has no secret".to_owned()));
    }
    let now = platform.now();
    // Two live secrets at most: the current one stays for a day, one that was on its way out goes.
    client.secrets.retain(|secret| secret.expires_at.is_none());
    for secret in &mut client.secrets {
        secret.expires_at = Some(now.plus(SECRET_OVERLAP));
    }
    let fresh = Secret::new(platform.random().opaque());
    client
        .secrets
        .push(stored(platform, &client.metadata, &fresh, now)?);
    client.updated_at = now;
    let mut batch = store.batch();
    batch.update_client(&client);
    let trail = Trail::new("client.secret_rotated", "client", &client.id, json!({}));
    right.commit_and_reload(platform, batch, trail).await?;
    client.version += 1;
    Ok(CreatedClient {
        client: ClientView::of(&client),
        secret: Some(fresh),
    })
}

/// Removes a client; what it was granted is revoked.
///
/// # Errors
/// [`AdminError::NotFound`]; built-in clients stay.
pub async fn delete(actor: &Actor, platform: &Platform, id: &str) -> Result<(), AdminError> {
    let right = actor.may_manage_clients()?;
    let store = right.store(platform);
    let client = changeable(named(&store, id).await?)?;
    let mut batch = store.batch();
    batch.revoke_grants_of_client(&client.id, revocation(platform));
    batch.delete_client(&client.id);
    right
        .commit_and_reload(
            platform,
            batch,
            Trail::new("client.deleted", "client", &client.id, json!({})),
        )
        .await
}

fn changeable(client: Client) -> Result<Client, AdminError> {
    if client.settings.origin == ClientOrigin::BuiltIn {
        return Err(AdminError::Refused(
            "this client is part of the product".to_owned(),
        ));
    }
    Ok(client)
}

pub(super) fn revocation(platform: &Platform) -> Revocation {
    Revocation {
        at: platform.now(),
        reason: RevocationReason::Admin,
    }
}

/// RSA keys are made when the first client asks for them.
async fn ensure_keys(
    platform: &Platform,
    right: &Right<'_>,
    metadata: &ClientMetadata,
) -> Result<(), AdminError> {
    for alg in [SigningAlg::RS256, SigningAlg::PS256] {
        if metadata.signing_algs().any(|wanted| wanted == alg) {
            ensure_key(platform, right.tenant(), alg).await?;
        }
    }
    Ok(())
}

pub(super) fn fresh_id(platform: &Platform) -> Result<ClientId, AdminError> {
    let text = base64url(&platform.random().bytes::<16>());
    ClientId::parse(&text).ok_or_else(|| AdminError::invalid("client_id", "can't be made"))
}

/// Takes our own settings out of a document.
fn apply_settings(
    document: &mut Map<String, Value>,
    settings: &mut ClientSettings,
) -> Result<(), AdminError> {
    let Ok(Value::Object(mut held)) = serde_json::to_value(&*settings) else {
        return Err(AdminError::invalid("settings", "can't be read"));
    };
    for name in SETTINGS {
        if let Some(value) = document.remove(name) {
            let default = serde_json::to_value(ClientSettings::default()).unwrap_or_default();
            let value = if value.is_null() {
                default.get(name).cloned().unwrap_or_default()
            } else {
                value
            };
            held.insert(name.to_owned(), value);
            *settings = serde_json::from_value(Value::Object(held.clone()))
                .map_err(|error| AdminError::invalid(name, error.to_string()))?;
        }
    }
    Ok(())
}
