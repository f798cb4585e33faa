//! A new tenant: its row, its keys, its policy, and the built-in console client, in one commit.

use super::platform::Platform;
use super::{TenantError, keys, policies};
use crate::base::ids::{ClientId, Slug, TenantId};
use crate::base::secret::Secret;
use crate::crypto::envelope::Purpose;
use crate::domain::assurance::Acr;
use crate::domain::client::{
    Client, ClientAuthMethod, ClientMetadata, ClientOrigin, ClientSettings, GrantType,
};
use crate::domain::key::{KeyStatus, SigningAlg};
use crate::domain::tenant::{Tenant, TenantSettings, TenantStatus};
use crate::store::{Batch, StoreError};

/// The console's client in every tenant.
pub const CONSOLE_CLIENT: &str = "console";

/// What is wanted of a new tenant.
#[derive(Clone, Debug)]
pub struct NewTenant {
    /// Its name in URLs.
    pub slug: Slug,
    /// Its name for people.
    pub name: String,
    /// Which preset its first policy is.
    pub preset: String,
    /// Its settings.
    pub settings: TenantSettings,
}

/// Creates a tenant. `more` adds to the same commit (an audit entry, say).
///
/// # Errors
/// [`TenantError::Taken`], an unknown preset, or what the outside answers.
pub async fn create(
    platform: &Platform,
    wanted: NewTenant,
    more: impl FnOnce(&Tenant, &mut Batch),
) -> Result<Tenant, TenantError> {
    let now = platform.now();
    let id = TenantId(platform.random().uuid(now));
    let seal = |purpose| {
        let key = Secret::new(platform.random().bytes::<32>().to_vec());
        platform
            .envelope
            .seal(platform.random(), purpose, id.0.as_bytes(), key.expose())
    };
    let tenant = Tenant {
        id,
        slug: wanted.slug,
        name: wanted.name,
        host: None,
        status: TenantStatus::Active,
        settings: wanted.settings,
        refresh_key: seal(Purpose::RefreshKey)?,
        blind_key: seal(Purpose::BlindKey)?,
        created_at: now,
        version: 1,
    };
    let store = platform.store.tenant(id);
    let mut batch = platform.store.everyone().new_tenant(&tenant);
    for alg in [SigningAlg::ES256, SigningAlg::EdDSA] {
        let key = keys::make(platform, alg, KeyStatus::Active, now).map_err(|error| match error {
            keys::KeysError::Envelope(error) => TenantError::Envelope(error),
            keys::KeysError::Signer(error) => TenantError::Signer(error),
            other => TenantError::Policy(other.to_string()),
        })?;
        batch.insert_signing_key(&key);
    }
    policies::publish_preset(platform, &wanted.preset, &mut batch)?;
    if let Some(console) = console_client(platform) {
        batch.insert_client(&console);
    }
    more(&tenant, &mut batch);
    batch.bump_change();
    store.commit(batch).await.map_err(|error| match error {
        StoreError::Conflict(_) => TenantError::Taken,
        other => TenantError::Store(other),
    })?;
    Ok(tenant)
}

/// The console signs in through the product's own OpenID Connect: a public client with PKCE, whose floor is aal2 and for
/// which a remembered browser never counts (contract.md, paths).
fn console_client(platform: &Platform) -> Option<Client> {
    let now = platform.now();
    Some(Client {
        id: ClientId::parse(CONSOLE_CLIENT)?,
        metadata: ClientMetadata {
            // Matched against the console's own address when it is used; see `oidc::authorize`.
            redirect_uris: Vec::new(),
            token_endpoint_auth_method: ClientAuthMethod::None,
            grant_types: vec![GrantType::AuthorizationCode],
            client_name: Some("Console".to_owned()),
            id_token_signed_response_alg: SigningAlg::ES256,
            ..ClientMetadata::default()
        },
        secrets: Vec::new(),
        settings: ClientSettings {
            origin: ClientOrigin::BuiltIn,
            floor: Some(Acr::Aal2),
            fresh_second_factor: true,
            ..ClientSettings::default()
        },
        created_at: now,
        updated_at: now,
        version: 1,
    })
}
