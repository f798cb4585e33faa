//! Requests of clients to the protocol's back-channel endpoints.

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;

use super::certificate::presented;
use crate::http::context::{Shared, client_ip, header_text, host_of, realm_of};
use crate::http::errors::OAuthJson;
use crate::oidc::dpop::{self, Presented};
use crate::oidc::token::BackChannel;
use crate::protocol::error::OAuthError;
use crate::protocol::params::Params;
use crate::tenants::{Platform, Realm};

/// A back-channel request below an issuer.
#[derive(Debug)]
pub struct Wire {
    /// Shared state.
    pub web: Shared,
    /// The tenant at its origin.
    pub realm: Realm,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// Who calls.
    pub from: BackChannel,
    /// The `DPoP` headers.
    proofs: Vec<String>,
    method: String,
    is_form: bool,
    /// Whether it came to the address where clients show certificates.
    by_alias: bool,
}

impl Wire {
    /// The platform.
    pub fn platform(&self) -> &Platform {
        &self.web.platform
    }

    /// One of our endpoints as it was called: at the issuer, or at its alias for certificates (RFC 8705 section 5).
    pub fn url(&self, path: &str) -> String {
        let alias = self.realm.origin().mtls.as_deref().filter(|_| self.by_alias);
        format!("{}{path}", alias.unwrap_or(self.realm.issuer()))
    }

    /// What proves possession of a key, for a call of `url`.
    pub fn presented<'a>(&'a self, url: &'a str) -> Presented<'a> {
        Presented {
            proofs: &self.proofs,
            method: &self.method,
            url,
        }
    }

    /// The nonce for the answer to a request that came with a proof.
    pub fn nonce(&self) -> Option<String> {
        (!self.proofs.is_empty()).then(|| dpop::nonce(self.platform(), &self.realm))
    }

    /// The body's parameters.
    ///
    /// # Errors
    /// `invalid_request` for another media type or malformed parameters.
    pub fn params(&self, body: &[u8]) -> Result<Params, OAuthError> {
        if !self.is_form {
            return Err(OAuthError::invalid_request(
                "the body must be application/x-www-form-urlencoded",
            ));
        }
        Params::parse(body)
    }
}

impl FromRequest for Wire {
    type Error = OAuthJson;
    type Future = LocalBoxFuture<'static, Result<Self, OAuthJson>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let web = request.app_data::<Shared>().cloned().ok_or_else(|| {
                OAuthError::new(crate::protocol::error::ErrorCode::ServerError, "no shared state")
            })?;
            let realm = realm_of(&web, &request).await?;
            let media = header_text(&request, header::CONTENT_TYPE, 256).unwrap_or_default();
            let is_form = media.split(';').next().is_some_and(|kind| {
                kind.trim()
                    .eq_ignore_ascii_case("application/x-www-form-urlencoded")
            });
            Ok(Self {
                realm,
                authorization: header_text(&request, header::AUTHORIZATION, 16 * 1024),
                from: BackChannel {
                    ip: client_ip(&web, &request),
                    user_agent: header_text(&request, header::USER_AGENT, 512),
                    key: None,
                    certificate: presented(&web, &request),
                },
                proofs: request
                    .headers()
                    .get_all("dpop")
                    .map(|value| value.to_str().unwrap_or_default().to_owned())
                    .collect(),
                method: request.method().as_str().to_owned(),
                is_form,
                by_alias: web
                    .platform
                    .origins
                    .mtls_place_of(&host_of(request.headers(), request.uri()))
                    .is_some(),
                web,
            })
        })
    }
}
