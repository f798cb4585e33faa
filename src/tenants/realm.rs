//! A tenant as one request sees it: the tenant, and the origin the request came to.

use std::sync::Arc;

use bytes::Bytes;
use url::Url;

use super::directory::TenantRuntime;
use crate::crypto::webauthn::RelyingParty;
use crate::protocol::resource::Resources;
use crate::store::{Store, TenantStore};

/// One origin of one tenant. In production there is one; `dev` has `localhost` and `127.0.0.1`, each with an issuer of its
/// own.
#[derive(Debug)]
pub struct Origin {
    /// Scheme, host and port.
    pub url: Url,
    /// The issuer, exactly, without trailing slash.
    pub issuer: String,
    /// The issuer's alias where clients show certificates (RFC 8705 section 5).
    pub mtls: Option<String>,
    /// The discovery document, built once.
    pub metadata: Bytes,
    /// The WebAuthn relying party; absent where the host is an IP address.
    pub passkeys: Option<RelyingParty>,
}

impl Origin {
    /// The origin as browsers write it, without trailing slash.
    pub fn text(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Whether cookies are marked `Secure` here.
    pub fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }
}

/// A tenant at an origin.
#[derive(Clone, Debug)]
pub struct Realm {
    /// The tenant.
    pub tenant: Arc<TenantRuntime>,
    place: usize,
}

impl Realm {
    /// A tenant at one of its origins; `None` when there is no such place.
    pub fn at(tenant: Arc<TenantRuntime>, place: usize) -> Option<Self> {
        (place < tenant.origins.len()).then_some(Self { tenant, place })
    }

    /// The origin.
    #[expect(clippy::indexing_slicing, reason = "the constructor checks the place")]
    pub fn origin(&self) -> &Origin {
        &self.tenant.origins[self.place]
    }

    /// The issuer.
    pub fn issuer(&self) -> &str {
        &self.origin().issuer
    }

    /// An address below the issuer; `path` begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer())
    }

    /// What tokens may be made for.
    pub fn resources(&self) -> Resources<'_> {
        self.tenant.resources(self.issuer())
    }

    /// The issuer's path, such as `/t/demo`.
    pub fn path(&self) -> String {
        format!("/t/{}", self.tenant.record.slug)
    }

    /// The tenant's rows.
    pub fn store(&self, store: &Store) -> TenantStore {
        store.tenant(self.tenant.record.id)
    }
}
