//! Apps that register themselves (RFC 7591) and keep their registration (RFC 7592).
//!
//! The registration access token is not replaced by an update: an answer that got lost would lock the app out of its own registration. It
//! ends with the registration.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::change::{self, Draft, ECHOED, fresh_id, revocation};
use super::metadata::{Unknown, check};
use super::{ClientView, CreatedClient, document_of};
use crate::admin::actor::Trail;
use crate::admin::{Actor, AdminError};
use crate::base::ids::ClientId;
use crate::base::net::ClientIp;
use crate::base::secret::{TokenHash, TokenKind};
use crate::base::timestamp::Timestamp;
use crate::domain::client::{Client, ClientMetadata, ClientOrigin, ClientSettings, GrantType};
use crate::domain::registration_policy::Admission;
use crate::domain::tenant::Registration;
use crate::ephemeral::EphemeralError;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::signals::{Throttle, count_fetch, count_registration};
use crate::store::{Batch, InitialAccessToken, StoreError};
use crate::tenants::{Platform, Realm};

/// Why a registration was not made, shown or changed.
#[derive(Debug)]
pub enum RegistrationError {
    /// In the words of RFC 7591 section 3.2.2.
    OAuth(OAuthError),
    /// No token came where one is needed.
    TokenMissing,
    /// The token is unknown, void, used up, or another app's.
    TokenInvalid,
    /// The tenant registers nobody.
    Off,
    /// Too many from this network; how long to wait.
    Throttled(Duration),
    /// Ours.
    Store(StoreError),
    /// Ours, with what the log should know.
    Internal(String),
}

impl From<AdminError> for RegistrationError {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::Metadata(error) => Self::OAuth(error),
            AdminError::Invalid { field, message } => {
                let words = format!("{field}: {message}");
                Self::OAuth(OAuthError::new(ErrorCode::InvalidClientMetadata, words))
            }
            AdminError::Changed => Self::Store(StoreError::Busy),
            AdminError::Store(error) => Self::Store(error),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<OAuthError> for RegistrationError {
    fn from(error: OAuthError) -> Self {
        Self::OAuth(error)
    }
}

impl From<StoreError> for RegistrationError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<EphemeralError> for RegistrationError {
    fn from(error: EphemeralError) -> Self {
        Self::Internal(error.to_string())
    }
}

/// Registers an app; `bearer` is its initial access token.
///
/// # Errors
/// [`RegistrationError`].
pub async fn register(
    platform: &Platform,
    realm: &Realm,
    bearer: Option<&str>,
    ip: ClientIp,
    mut document: Map<String, Value>,
) -> Result<Value, RegistrationError> {
    if let Throttle::Wait(minutes) = count_registration(platform, realm, ip)? {
        return Err(RegistrationError::Throttled(Duration::from_mins(minutes.into())));
    }
    let initial = admit(platform, realm, bearer).await?;
    let admission = initial.as_ref().map_or(Admission::Open, |_| Admission::Token);
    // Neither is the app's to choose (RFC 7591 section 2).
    document.remove("client_id");
    document.remove("client_secret");
    let policy = &realm.tenant.record.settings.registration_policy;
    let metadata = policy.constrain(check(document, Unknown::Drop)?, admission)?;
    let id = fresh_id(platform)?;
    let token = format!("tgm_{}", platform.random().opaque());
    let mut batch = realm.store(&platform.store).batch();
    batch.set_registration_token(&id, &TokenHash::of(TokenKind::Registration, &token));
    batch.keep_unused_client(&id, unused_until(realm, &metadata, platform.now()));
    if let Some(initial) = &initial {
        batch.use_initial_access_token(initial.id, platform.now());
    }
    let draft = Draft {
        id: id.clone(),
        given_secret: None,
        metadata,
        settings: ClientSettings {
            origin: ClientOrigin::Dynamic,
            ..ClientSettings::default()
        },
    };
    let actor = Actor::registrant(id, realm.tenant.record.id);
    let made = change::insert(platform, &actor.may_keep_registration()?, draft, batch).await;
    let made = made.map_err(|error| match error {
        // Somebody else used the token up meanwhile.
        AdminError::Store(StoreError::Conflict(_)) => RegistrationError::TokenInvalid,
        other => other.into(),
    })?;
    Ok(answer(realm, &made, &token))
}

/// Lets a caller in as the tenant is set: anybody, or with an initial access token. One that is sent must hold in any case.
async fn admit(
    platform: &Platform,
    realm: &Realm,
    bearer: Option<&str>,
) -> Result<Option<InitialAccessToken>, RegistrationError> {
    let bearer = match (realm.tenant.record.settings.registration, bearer) {
        (Registration::Off, _) => return Err(RegistrationError::Off),
        (Registration::Open, None) => return Ok(None),
        (Registration::Token, None) => return Err(RegistrationError::TokenMissing),
        (_, Some(bearer)) => bearer,
    };
    let hash = TokenHash::of(TokenKind::InitialAccess, bearer);
    let store = realm.store(&platform.store);
    let found = store.initial_access_token(&hash, platform.now()).await?;
    found.map(Some).ok_or(RegistrationError::TokenInvalid)
}

/// Until when the app is kept though nobody granted it anything. One that acts for itself leaves no grants behind, so it is always kept.
fn unused_until(realm: &Realm, metadata: &ClientMetadata, now: Timestamp) -> Option<Timestamp> {
    let days = realm.tenant.record.settings.registration_policy.unused_days;
    let alone = metadata.grant_types.contains(&GrantType::ClientCredentials);
    (days > 0 && !alone).then(|| now.plus(Duration::from_hours(24 * u64::from(days))))
}

/// The registration response (RFC 7591 section 3.2.1, RFC 7592 section 3).
fn answer(realm: &Realm, made: &CreatedClient, token: &str) -> Value {
    let mut answer = made.registration();
    if let Some(members) = answer.as_object_mut() {
        let id = made.client.client_id.as_str();
        members.insert("registration_access_token".to_owned(), token.into());
        members.insert(
            "registration_client_uri".to_owned(),
            realm.url(&format!("/register/{id}")).into(),
        );
    }
    answer
}

/// The app that a registration access token belongs to.
async fn owner(
    platform: &Platform,
    realm: &Realm,
    id: &str,
    bearer: Option<&str>,
) -> Result<(Client, Actor), RegistrationError> {
    let bearer = bearer.ok_or(RegistrationError::TokenMissing)?;
    let id = ClientId::parse(id).ok_or(RegistrationError::TokenInvalid)?;
    let store = realm.store(&platform.store);
    let held = store.registration_token(&id).await?;
    let presented = TokenHash::of(TokenKind::Registration, bearer);
    if held.is_none_or(|held| held != presented) {
        return Err(RegistrationError::TokenInvalid);
    }
    let client = store
        .client(&id)
        .await?
        .filter(|client| !client.settings.disabled);
    let client = client.ok_or(RegistrationError::TokenInvalid)?;
    let actor = Actor::registrant(id, realm.tenant.record.id);
    Ok((client, actor))
}

/// What an app has registered (RFC 7592 section 2.1). Its secret is stored as a hash, so it is not among it.
///
/// # Errors
/// [`RegistrationError`].
pub async fn read(
    platform: &Platform,
    realm: &Realm,
    id: &str,
    bearer: Option<&str>,
) -> Result<Value, RegistrationError> {
    let (client, _) = owner(platform, realm, id, bearer).await?;
    let shown = CreatedClient {
        client: ClientView::of(&client),
        secret: None,
    };
    Ok(answer(realm, &shown, bearer.unwrap_or_default()))
}

/// Puts a document in place of what an app had registered (RFC 7592 section 2.2): what it leaves out takes the defaults.
///
/// # Errors
/// [`RegistrationError`].
pub async fn replace(
    platform: &Platform,
    realm: &Realm,
    id: &str,
    (bearer, ip): (Option<&str>, ClientIp),
    mut document: Map<String, Value>,
) -> Result<Value, RegistrationError> {
    let (mut client, actor) = owner(platform, realm, id, bearer).await?;
    // A logo and a sector document are fetched where they are new.
    if let Throttle::Wait(minutes) = count_fetch(platform, realm, ip)? {
        return Err(RegistrationError::Throttled(Duration::from_mins(minutes.into())));
    }
    own_words(platform, &client, &mut document)?;
    // What it may ask for is what it might when it registered: nothing of it may be lost for keeping a registration.
    let admission = if client
        .metadata
        .grant_types
        .contains(&GrantType::ClientCredentials)
    {
        Admission::Token
    } else {
        Admission::Open
    };
    let policy = &realm.tenant.record.settings.registration_policy;
    let metadata = policy.constrain(check(document, Unknown::Drop)?, admission)?;
    let before = std::mem::replace(&mut client.metadata, metadata);
    let mut batch = realm.store(&platform.store).batch();
    batch.keep_unused_client(&client.id, unused_until(realm, &client.metadata, platform.now()));
    let data = json!({"metadata": document_of(&client.metadata)});
    let right = actor.may_keep_registration()?;
    let saved = change::save(platform, &right, (before, client), batch, data).await?;
    Ok(answer(realm, &saved, bearer.unwrap_or_default()))
}

/// The id must be the app's own, a secret that comes along the one it has, and what only we say must not be said to us.
fn own_words(
    platform: &Platform,
    client: &Client,
    document: &mut Map<String, Value>,
) -> Result<(), OAuthError> {
    if document
        .remove("client_id")
        .is_none_or(|id| id != client.id.as_str())
    {
        return Err(OAuthError::invalid_request(
            "client_id must be the id of this client",
        ));
    }
    if let Some(name) = ECHOED.into_iter().find(|name| document.contains_key(*name)) {
        return Err(OAuthError::invalid_request(format!("{name} must not be sent")));
    }
    if let Some(secret) = document.remove("client_secret") {
        let hash = TokenHash::of(TokenKind::ClientSecret, secret.as_str().unwrap_or_default());
        let runtime = crate::tenants::ClientRuntime::new(client.clone());
        if !runtime.accepts_secret(&hash, platform.now()) {
            return Err(OAuthError::invalid_request(
                "client_secret is not the one of this client",
            ));
        }
    }
    Ok(())
}

/// Removes an app's registration (RFC 7592 section 2.3); what it was granted is revoked.
///
/// # Errors
/// [`RegistrationError`].
pub async fn delete(
    platform: &Platform,
    realm: &Realm,
    id: &str,
    bearer: Option<&str>,
) -> Result<(), RegistrationError> {
    let (client, actor) = owner(platform, realm, id, bearer).await?;
    let mut batch = realm.store(&platform.store).batch();
    batch.revoke_grants_of_client(&client.id, revocation(platform));
    batch.delete_client(&client.id);
    remove(platform, &actor, &client.id, batch).await?;
    Ok(())
}

async fn remove(platform: &Platform, actor: &Actor, id: &ClientId, batch: Batch) -> Result<(), AdminError> {
    let trail = Trail::new("client.deleted", "client", id, json!({}));
    let right = actor.may_keep_registration()?;
    right.commit_and_reload(platform, batch, trail).await
}

/// Clients removed in one run of a tenant.
const CHUNK: u64 = 500;

/// Removes apps of a tenant that registered themselves and that nobody granted anything in the time the tenant gives them. Gives how
/// many.
///
/// # Errors
/// The database.
pub async fn remove_unused(
    platform: &Platform,
    tenant: crate::base::ids::TenantId,
) -> Result<usize, AdminError> {
    let store = platform.store.tenant(tenant);
    let actor = Actor::system(tenant);
    let now = platform.now();
    let mut gone = 0;
    for id in store.unused_clients(now, CHUNK).await? {
        let mut batch = store.batch();
        batch.delete_unused_client(&id, now);
        match remove(platform, &actor, &id, batch).await {
            Ok(()) => gone += 1,
            // Somebody began to use it this moment.
            Err(AdminError::Changed) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(gone)
}
