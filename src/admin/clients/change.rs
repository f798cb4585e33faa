//! Making, changing and removing clients.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::metadata::{Unknown, check, document_of};
use super::{ClientView, named};
use crate::admin::actor::Trail;
use crate::admin::{Actor, AdminError, ClientManager};
use crate::base::encoding::base64url;
use crate::base::ids::ClientId;
use crate::base::secret::{Secret, TokenHash, TokenKind};
use crate::base::timestamp::Timestamp;
use crate::crypto::envelope::Purpose;
use crate::domain::client::{
    Client, ClientAuthMethod, ClientMetadata, ClientOrigin, ClientSecret, ClientSettings,
};
use crate::domain::grant::{Revocation, RevocationReason};
use crate::domain::key::SigningAlg;
use crate::store::StoreError;
use crate::tenants::{Platform, ensure_key};

/// How long the old secret works beside the new one.
const SECRET_OVERLAP: Duration = Duration::from_hours(24);
/// The shortest secret that is taken from outside. Ours have 256 bits; those that are brought along should have no less.
const MIN_SECRET: usize = 8;
/// The shortest that signs (RFC 7518 section 3.2).
const MIN_SIGNING_SECRET: usize = 32;

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
        None => fresh_id(platform)?,
        Some(id) => id
            .as_str()
            .and_then(ClientId::parse)
            .ok_or_else(|| AdminError::invalid("client_id", "use 1 to 255 printable ASCII characters"))?,
    };
    let given = document.remove("client_secret");
    for echoed in [
        "client_id_issued_at",
        "client_secret_expires_at",
        "registration_access_token",
        "registration_client_uri",
    ] {
        document.remove(echoed);
    }
    let mut settings = ClientSettings::default();
    apply_settings(&mut document, &mut settings)?;
    let metadata = check(document, wanted.unknown)?;
    let secret = secret_for(platform, &metadata, given)?;
    let now = platform.now();
    let held = secret
        .iter()
        .map(|secret| stored(platform, &metadata, secret, now));
    let client = Client {
        id,
        secrets: held.collect::<Result<_, _>>()?,
        metadata,
        settings,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    ensure_keys(platform, &right, &client.metadata).await?;
    let mut batch = right.store(platform).batch();
    batch.insert_client(&client);
    let data = json!({"metadata": document_of(&client.metadata), "settings": client.settings});
    let trail = Trail::new("client.created", "client", &client.id, data);
    right
        .commit_and_reload(platform, batch, trail)
        .await
        .map_err(|error| match error {
            AdminError::Changed | AdminError::Store(StoreError::Conflict(_)) => {
                AdminError::invalid("client_id", "another client has this id")
            }
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
    let mut document = document_of(&client.metadata);
    document.extend(changes);
    client.metadata = check(document, Unknown::Refuse)?;
    client.updated_at = platform.now();
    let secret = refit_secrets(platform, &mut client)?;
    ensure_keys(platform, &right, &client.metadata).await?;
    let mut batch = store.batch();
    batch.update_client(&client);
    if client.settings.disabled {
        batch.revoke_grants_of_client(&client.id, revocation(platform));
    }
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

fn revocation(platform: &Platform) -> Revocation {
    Revocation {
        at: platform.now(),
        reason: RevocationReason::Admin,
    }
}

/// RSA keys are made when the first client asks for them.
async fn ensure_keys(
    platform: &Platform,
    right: &ClientManager<'_>,
    metadata: &ClientMetadata,
) -> Result<(), AdminError> {
    if metadata.signing_algs().any(|alg| alg == SigningAlg::RS256) {
        ensure_key(platform, right.tenant(), SigningAlg::RS256).await?;
    }
    Ok(())
}

fn fresh_id(platform: &Platform) -> Result<ClientId, AdminError> {
    let text = base64url(&platform.random().bytes::<16>());
    ClientId::parse(&text).ok_or_else(|| AdminError::invalid("client_id", "can't be made"))
}

fn uses_secret(metadata: &ClientMetadata) -> bool {
    matches!(
        metadata.token_endpoint_auth_method,
        ClientAuthMethod::ClientSecretBasic
            | ClientAuthMethod::ClientSecretPost
            | ClientAuthMethod::ClientSecretJwt
    )
}

fn signs_with_secret(metadata: &ClientMetadata) -> bool {
    metadata.token_endpoint_auth_method == ClientAuthMethod::ClientSecretJwt
}

/// Makes a client's secrets fit how it authenticates now; gives a new one where there is none that does. Of a secret that was only
/// shown to us we hold a hash, which checks no signature.
fn refit_secrets(platform: &Platform, client: &mut Client) -> Result<Option<Secret<String>>, AdminError> {
    if !uses_secret(&client.metadata) {
        client.secrets.clear();
        return Ok(None);
    }
    if signs_with_secret(&client.metadata) {
        client.secrets.retain(|secret| secret.sealed.is_some());
    } else {
        client.secrets.iter_mut().for_each(|secret| secret.sealed = None);
    }
    if !client.secrets.is_empty() {
        return Ok(None);
    }
    let fresh = Secret::new(platform.random().opaque());
    let held = stored(platform, &client.metadata, &fresh, client.updated_at)?;
    client.secrets.push(held);
    Ok(Some(fresh))
}

fn secret_for(
    platform: &Platform,
    metadata: &ClientMetadata,
    given: Option<Value>,
) -> Result<Option<Secret<String>>, AdminError> {
    match (uses_secret(metadata), given) {
        (true, None) => Ok(Some(Secret::new(platform.random().opaque()))),
        (true, Some(Value::String(secret))) => {
            let least = if signs_with_secret(metadata) {
                MIN_SIGNING_SECRET
            } else {
                MIN_SECRET
            };
            let printable = secret.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
            if secret.len() < least || secret.len() > 255 || !printable {
                let words = format!("use {least} to 255 printable ASCII characters");
                return Err(AdminError::invalid("client_secret", words));
            }
            Ok(Some(Secret::new(secret)))
        }
        (true, Some(_)) => Err(AdminError::invalid("client_secret", "must be text")),
        (false, None) => Ok(None),
        (false, Some(_)) => Err(AdminError::invalid(
            "client_secret",
            "this client authenticates without one",
        )),
    }
}

fn stored(
    platform: &Platform,
    metadata: &ClientMetadata,
    secret: &Secret<String>,
    now: Timestamp,
) -> Result<ClientSecret, AdminError> {
    let hash = base64url(TokenHash::of(TokenKind::ClientSecret, secret.expose()).as_bytes());
    let sealed = if signs_with_secret(metadata) {
        let plain = secret.expose().as_bytes();
        let sealed =
            platform
                .envelope
                .seal(platform.random(), Purpose::ClientSecret, hash.as_bytes(), plain)?;
        Some(base64url(sealed.as_bytes()))
    } else {
        None
    };
    Ok(ClientSecret {
        hash,
        sealed,
        created_at: now,
        expires_at: None,
    })
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
