//! What a handler knows of its request: tenant and origin, who asks, in which language, with which cookies.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web};
use futures_util::future::LocalBoxFuture;

use super::cookies;
use super::errors::PageError;
use super::views::{Chrome, Support};
use crate::base::encoding::base64url;
use crate::base::ids::{Reference, Slug};
use crate::base::net::{ClientIp, TrustedProxies};
use crate::base::secret::{constant_time_eq, hmac_sha256};
use crate::protocol::client_certificate::CertificateHeader;
use crate::risk::visit::Forced;
use crate::tenants::{Platform, Realm, TenantError, Visit};
use crate::text::locale::{Wishes, negotiate};
use crate::text::{Catalogue, Locale, Text};

/// What handlers are given beside the platform.
#[derive(Debug)]
pub struct Web {
    /// Use cases' way outside.
    pub platform: Arc<Platform>,
    /// Our own proxies.
    pub proxies: TrustedProxies,
    /// How these tell of the certificates of clients.
    pub certificate_header: CertificateHeader,
    /// Counters for `/metrics`.
    pub metrics: Arc<super::metrics::Metrics>,
    /// What the development profile adds; absent in production.
    pub dev: Option<super::dev::DevState>,
    /// The mailer, for the dev mailbox.
    pub mailer: Arc<crate::outbound::mail::Mailer>,
}

/// Shared by all workers.
pub type Shared = web::Data<Web>;

/// The request's reference, put there by the outermost middleware.
#[derive(Clone, Debug)]
pub struct RequestReference(pub Reference);

/// The reference of a request.
pub fn reference_of(request: &HttpRequest) -> Reference {
    request
        .extensions()
        .get::<RequestReference>()
        .map_or_else(|| Reference::of(uuid::Uuid::nil()), |held| held.0.clone())
}

/// The client's address, after trusted proxies.
pub fn client_ip(web: &Web, request: &HttpRequest) -> ClientIp {
    let peer = request
        .peer_addr()
        .map_or(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), |peer| {
            peer.ip()
        });
    let forwarded: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .collect();
    web.proxies.client_ip(peer, &forwarded)
}

/// The host a request was sent to: the `Host` header, or the authority of an HTTP/2 request. Forwarding headers don't count: the
/// public address is configured, never taken from a request (defect 16).
pub fn host_of(headers: &header::HeaderMap, uri: &actix_web::http::Uri) -> String {
    let named = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    named
        .or_else(|| uri.authority().map(actix_web::http::uri::Authority::as_str))
        .unwrap_or_default()
        .to_owned()
}

/// A header as text, cut to `max` bytes at a character boundary.
pub fn header_text(request: &HttpRequest, name: header::HeaderName, max: usize) -> Option<String> {
    let text = request.headers().get(name)?.to_str().ok()?;
    Some(text.chars().take(max).collect())
}

/// A request below an issuer.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// Shared state.
    pub web: Shared,
    /// The tenant at its origin.
    pub realm: Realm,
    /// Who asks.
    pub visit: Visit,
    /// The language's texts.
    pub text: Text,
    /// Path and query, for the language switch.
    here: String,
    /// The binding cookie's value: what came, or what will be set.
    pub binding: String,
    /// Whether the binding cookie must be set.
    pub fresh_binding: bool,
}

impl Ctx {
    /// The platform.
    pub fn platform(&self) -> &Platform {
        &self.web.platform
    }

    /// What every page has around its content.
    pub fn chrome(&self) -> Chrome {
        let tenant = &self.realm.tenant.record;
        let base = self.realm.path();
        Chrome {
            text: self.text,
            tenant: tenant.name.clone(),
            brand: tenant
                .settings
                .brand_color
                .as_ref()
                .map(|_| format!("{base}/brand.css")),
            support: tenant
                .settings
                .support_contact
                .as_deref()
                .and_then(Support::parse),
            dev: self.platform().settings.dev,
            csrf: self.csrf(),
            reference: self.visit.reference.to_string(),
            here: self.here.clone(),
            base,
        }
    }

    /// The same request in another language.
    #[must_use]
    pub fn speaking(&self, locale: Locale) -> Self {
        let mut other = self.clone();
        other.text = Text::new(locale);
        locale.tag().clone_into(&mut other.visit.locale);
        other
    }

    /// The form token of this browser: bound to its binding cookie, so no other site can make one.
    pub fn csrf(&self) -> String {
        let mac = hmac_sha256(
            self.realm.tenant.blind_key.expose(),
            &[b"form", self.binding.as_bytes()],
        );
        base64url(&mac)
    }

    /// Whether a form's token is this browser's.
    pub fn accepts_csrf(&self, token: &str) -> bool {
        !self.fresh_binding && constant_time_eq(token.as_bytes(), self.csrf().as_bytes())
    }

    /// A page error with this request's chrome.
    pub fn error(&self, error: PageError) -> PageError {
        error.with_chrome(self.chrome())
    }
}

impl FromRequest for Ctx {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { context(&request).await })
    }
}

/// The realm of a request's path and host.
///
/// # Errors
/// No such tenant, or what keeps it from being loaded.
pub async fn realm_of(web: &Web, request: &HttpRequest) -> Result<Realm, TenantError> {
    let slug = request
        .match_info()
        .get("tenant")
        .and_then(Slug::parse)
        .ok_or(TenantError::Unknown)?;
    // The host was checked by the middleware; behind a trusted proxy that rewrites it, the first origin is meant.
    let (origins, host) = (&web.platform.origins, host_of(request.headers(), request.uri()));
    let place = origins
        .place_of(&host)
        .or_else(|| origins.mtls_place_of(&host))
        .unwrap_or(0);
    web.platform.directory.realm(&web.platform, &slug, place).await
}

async fn context(request: &HttpRequest) -> Result<Ctx, PageError> {
    let web = request
        .app_data::<Shared>()
        .cloned()
        .ok_or_else(|| PageError::internal("no shared state"))?;
    let reference = reference_of(request);
    let realm = realm_of(&web, request)
        .await
        .map_err(|error| PageError::from(error).with_chrome(bare_chrome(&web, request)))?;
    let jar = cookies::Jar::new(&realm);
    let text = language(request, &realm.tenant.record.settings.default_locale);
    let binding = jar
        .read(request, cookies::Kind::Binding)
        .filter(|value| value.len() == 43);
    let fresh = binding.is_none();
    let forced = web
        .dev
        .as_ref()
        .map(|dev| dev.dials(&web.platform, request))
        .unwrap_or_default();
    let visit = Visit {
        ip: client_ip(&web, request),
        user_agent: header_text(request, header::USER_AGENT, 512),
        browser: jar.read(request, cookies::Kind::Browser),
        session: jar.read(request, cookies::Kind::Session),
        binding: binding.clone(),
        forced,
        locale: text.locale().tag().to_owned(),
        reference,
    };
    let here = if request.method() == actix_web::http::Method::GET {
        request
            .uri()
            .path_and_query()
            .map(ToString::to_string)
            .unwrap_or_default()
    } else {
        String::new()
    };
    Ok(Ctx {
        binding: binding.unwrap_or_else(|| web.platform.random().opaque()),
        fresh_binding: fresh,
        web,
        realm,
        visit,
        text,
        here,
    })
}

fn language(request: &HttpRequest, tenant: &str) -> Text {
    let query = web::Query::<std::collections::HashMap<String, String>>::from_query(request.query_string());
    let ui_locales = query.ok().and_then(|query| query.get("ui_locales").cloned());
    let cookie = request
        .cookie(cookies::LANGUAGE)
        .map(|cookie| cookie.value().to_owned());
    let accepted = header_text(request, header::ACCEPT_LANGUAGE, 512);
    let locale = negotiate(Wishes {
        ui_locales: ui_locales.as_deref(),
        cookie: cookie.as_deref(),
        accept_language: accepted.as_deref(),
        tenant,
    });
    Catalogue::get().locale(locale.tag())
}

/// The chrome of pages that belong to no tenant.
pub fn bare_chrome(web: &Web, request: &HttpRequest) -> Chrome {
    Chrome {
        text: language(request, "en"),
        tenant: "Tidegate".to_owned(),
        base: String::new(),
        brand: None,
        support: None,
        dev: web.platform.settings.dev,
        csrf: String::new(),
        reference: reference_of(request).to_string(),
        here: String::new(),
    }
}

/// The names of forced evidence in a comma-separated list; unknown ones are passed over.
pub(super) fn forced_items(text: &str) -> Vec<Forced> {
    text.split(',').filter_map(Forced::from_name).collect()
}
