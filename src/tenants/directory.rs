//! Tenants in memory. One is loaded when it is first asked for and forgotten when it changes: on this node at once, on
//! others when they see the change counter move.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;

use super::TenantError;
use super::client::ClientRuntime;
use super::key_source::KeySource;
use super::keys::{Keyring, KeysError};
use super::platform::{Origins, Platform};
use super::policies::{self, LivePolicy};
use super::realm::{Origin, Realm};
use crate::base::ids::{ClientId, Slug, TenantId};
use crate::base::secret::Secret;
use crate::crypto::certificate::ClientAuthorities;
use crate::crypto::envelope::Purpose;
use crate::crypto::webauthn::RelyingParty;
use crate::domain::identity::COMPARABLE;
use crate::domain::tenant::{Registration, SignUp, Tenant};
use crate::domain::trusted_issuer::TrustedIssuer;
use crate::protocol::identity_assurance;
use crate::protocol::metadata::{self, CertificateUse, Optional};
use crate::protocol::resource::{Resource, Resources};
use crate::risk::Model;
use crate::store::{StoreError, TenantStore};

/// A tenant as the server uses it.
#[derive(Debug)]
pub struct TenantRuntime {
    /// The record.
    pub record: Tenant,
    /// Its places, in the order of [`super::Origins`].
    pub origins: Vec<Origin>,
    /// Its signing keys.
    pub keys: Keyring,
    /// Its live policy.
    pub policy: LivePolicy,
    /// Its own risk model, where one was promoted; else the platform's scores.
    pub model: Option<Arc<Model>>,
    /// What refresh tokens are derived with.
    pub refresh_key: Secret<Vec<u8>>,
    /// What identifiers, codes and form tokens are blinded with.
    pub blind_key: Secret<Vec<u8>>,
    /// Who vouches for its clients' certificates.
    pub authorities: Option<ClientAuthorities>,
    /// Others whose assertions about users it takes.
    pub issuers: Vec<IssuerRuntime>,
    /// A short tag that keeps cookies of tenants on one host apart.
    pub tag: String,
    resources: Vec<Resource>,
    clients: RwLock<HashMap<ClientId, Arc<ClientRuntime>>>,
}

/// An issuer of assertions, with its keys.
#[derive(Debug)]
pub struct IssuerRuntime {
    /// What is trusted of it.
    pub trusted: TrustedIssuer,
    /// Its keys.
    pub keys: KeySource,
}

impl IssuerRuntime {
    fn new(trusted: &TrustedIssuer) -> Self {
        Self {
            keys: KeySource::new(trusted.jwks.as_ref(), trusted.jwks_uri.as_deref()),
            trusted: trusted.clone(),
        }
    }
}

/// Clients a tenant may hold in memory; beyond it the cache starts anew.
const CLIENT_CACHE: usize = 10_000;
/// Tenants that may be held in memory.
const TENANT_CACHE: usize = 10_000;

impl TenantRuntime {
    /// What tokens of an issuer of this tenant may be made for.
    pub fn resources<'a>(&'a self, issuer: &'a str) -> Resources<'a> {
        Resources::new(&self.resources, issuer)
    }

    /// A client, from memory or the database.
    ///
    /// # Errors
    /// The database.
    pub async fn client(
        &self,
        platform: &Platform,
        id: &ClientId,
    ) -> Result<Option<Arc<ClientRuntime>>, StoreError> {
        if let Some(known) = self
            .clients
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
        {
            return Ok(Some(known.clone()));
        }
        let Some(record) = platform.store.tenant(self.record.id).client(id).await? else {
            return Ok(None);
        };
        // Its signing key was made a moment ago by a command, and this copy of the tenant is older than the key.
        if record.metadata.signing_algs().any(|alg| !self.keys.has(alg)) {
            platform.directory.forget(self.record.id);
        }
        let client = Arc::new(ClientRuntime::new(record));
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        if clients.len() >= CLIENT_CACHE {
            clients.clear();
        }
        clients.insert(id.clone(), client.clone());
        Ok(Some(client))
    }
}

impl TenantRuntime {
    /// Forgets a client, so that the next look finds what was just written.
    pub fn forget_client(&self, id: &ClientId) {
        self.clients
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(id);
    }
}

/// The tenants that were asked for.
#[derive(Debug, Default)]
pub struct Directory {
    by_slug: RwLock<HashMap<Slug, Arc<TenantRuntime>>>,
}

impl Directory {
    /// A tenant at an origin.
    ///
    /// # Errors
    /// [`TenantError::Unknown`], or whatever keeps it from being loaded.
    pub async fn realm(&self, platform: &Platform, slug: &Slug, place: usize) -> Result<Realm, TenantError> {
        let tenant = self.tenant(platform, slug).await?;
        Realm::at(tenant, place).ok_or(TenantError::Unknown)
    }

    async fn tenant(&self, platform: &Platform, slug: &Slug) -> Result<Arc<TenantRuntime>, TenantError> {
        if let Some(known) = self
            .by_slug
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(slug)
        {
            return Ok(known.clone());
        }
        let record = platform
            .store
            .everyone()
            .tenant_by_slug(slug.as_str())
            .await?
            .ok_or(TenantError::Unknown)?;
        let tenant = Arc::new(load(platform, record).await?);
        let mut held = self.by_slug.write().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= TENANT_CACHE {
            held.clear();
        }
        held.insert(slug.clone(), tenant.clone());
        Ok(tenant)
    }

    /// The tenants in memory: those that somebody asked for lately.
    pub fn tenants(&self) -> Vec<TenantId> {
        self.by_slug
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .map(|tenant| tenant.record.id)
            .collect()
    }

    /// Forgets a tenant, so that the next request loads it anew.
    pub fn forget(&self, id: TenantId) {
        self.by_slug
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, tenant| tenant.record.id != id);
    }
}

async fn load(platform: &Platform, record: Tenant) -> Result<TenantRuntime, TenantError> {
    let store = platform.store.tenant(record.id);
    let keys =
        Keyring::open(&platform.envelope, &store.signing_keys().await?).map_err(|error| match error {
            KeysError::Envelope(error) => TenantError::Envelope(error),
            KeysError::Signer(error) => TenantError::Signer(error),
            KeysError::Store(error) => TenantError::Store(error),
            other => TenantError::Store(StoreError::Corrupt(other.to_string())),
        })?;
    let version = policies::live(&store)
        .await?
        .ok_or_else(|| TenantError::Policy("the tenant has no live policy".to_owned()))?;
    let open = |purpose, sealed| platform.envelope.open(purpose, record.id.0.as_bytes(), sealed);
    let refresh_key = open(Purpose::RefreshKey, &record.refresh_key)?;
    let blind_key = open(Purpose::BlindKey, &record.blind_key)?;
    let resources = store.resources().await?;
    let places = 0..platform.origins.all().len();
    let origins = places
        .filter_map(|place| origin(&platform.origins, place, &record, &resources))
        .collect();
    let tag = crate::base::encoding::hex(record.id.0.as_bytes().get(12..).unwrap_or_default());
    Ok(TenantRuntime {
        origins,
        keys,
        policy: LivePolicy::open(&version)?,
        model: own_model(&store).await?,
        refresh_key,
        blind_key,
        authorities: authorities(&record),
        issuers: record
            .settings
            .trusted_issuers
            .iter()
            .map(IssuerRuntime::new)
            .collect(),
        tag,
        resources,
        clients: RwLock::default(),
        record,
    })
}

/// The model that was promoted. One that this program can't read keeps nobody from signing in: the compiled-in one scores, and the
/// log says so.
async fn own_model(store: &TenantStore) -> Result<Option<Arc<Model>>, StoreError> {
    let Some(live) = store.live_risk_model().await? else {
        return Ok(None);
    };
    match Model::parse(&live.document) {
        Ok(model) => Ok(Some(Arc::new(model))),
        Err(error) => {
            tracing::error!(
                target: "tidegate::risk",
                code = "model.unreadable",
                number = live.number,
                %error
            );
            Ok(None)
        }
    }
}

/// The authorities of the settings. They were checked when they were set; ones that can't be read vouch for nobody.
fn authorities(tenant: &Tenant) -> Option<ClientAuthorities> {
    let pem = tenant.settings.client_certificate_authorities.as_deref()?;
    let read = ClientAuthorities::from_pem(pem);
    if let Err(error) = &read {
        tracing::error!(target: "tidegate", code = "tenant.authorities_unreadable", tenant = %tenant.slug, %error);
    }
    read.ok()
}

/// What the settings of a tenant switch on.
fn offered(tenant: &Tenant) -> Vec<Optional> {
    let registration = tenant.settings.registration != Registration::Off;
    let sign_up = tenant.settings.sign_up == SignUp::Open;
    let documents = tenant.settings.takes_client_documents();
    [
        registration.then_some(Optional::Registration),
        documents.then_some(Optional::ClientDocuments),
        sign_up.then_some(Optional::SignUp),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn origin(origins: &Origins, place: usize, tenant: &Tenant, resources: &[Resource]) -> Option<Origin> {
    let url = origins.all().get(place)?;
    let below = |url: &url::Url| format!("{}/t/{}", url.origin().ascii_serialization(), tenant.slug);
    let issuer = below(url);
    let mtls = origins.mtls(place).map(below);
    let certificates = match &mtls {
        Some(alias) => CertificateUse::At(alias.clone()),
        None if origins.certificates_everywhere() => CertificateUse::Everywhere,
        None => CertificateUse::Off,
    };
    let mut document = metadata::document(&issuer, &offered(tenant), &certificates, resources);
    if let Some(members) = document.as_object_mut() {
        let frameworks = &tenant.settings.asserted_trust_frameworks;
        members.extend(identity_assurance::metadata(frameworks, &COMPARABLE));
    }
    Some(Origin {
        url: url.clone(),
        metadata: Bytes::from(document.to_string()),
        passkeys: RelyingParty::new(url, &tenant.name).ok(),
        issuer,
        mtls,
    })
}
