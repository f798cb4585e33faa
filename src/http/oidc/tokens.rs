//! Token, introspection and revocation.

use actix_web::http::header::{self, Accept, Header as _, HeaderName};
use actix_web::mime::Mime;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use crate::admin::clients::document::meet;
use crate::http::errors::OAuthJson;
use crate::http::extract::Wire;
use crate::oidc::introspect::{self, Form, Introspection, SIGNED_MEDIA_TYPE};
use crate::oidc::token::BackChannel;
use crate::oidc::{self, AuthenticatedClient, Credentials};
use crate::protocol::client_auth::Presented;
use crate::protocol::params::Params;

/// Reads and authenticates a request of a client.
pub(super) async fn caller(
    wire: &Wire,
    body: &[u8],
    path: &str,
) -> Result<(AuthenticatedClient, Params), OAuthJson> {
    let used_header = wire.authorization.is_some();
    let run = async {
        let params = wire.params(body)?;
        let credentials = Credentials {
            authorization: wire.authorization.as_deref(),
            certificate: wire.from.certificate.as_ref(),
        };
        let endpoint = wire.url(path);
        let named = Presented::from_request(credentials.authorization, &params)?.client;
        meet(wire.platform(), &wire.realm, named.as_str(), wire.from.ip).await?;
        let caller =
            oidc::authenticate(wire.platform(), &wire.realm, &credentials, &params, &endpoint).await?;
        Ok::<_, OAuthJson>((caller, params))
    };
    run.await.map_err(|error| error.challenged(used_header))
}

/// An answer that nobody keeps.
pub(super) fn no_store() -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::PRAGMA, "no-cache"));
    response
}

/// The header that tells which nonce proofs must carry (RFC 9449 section 8).
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// Who calls one of our endpoints, with the key whose possession the request proves.
pub(super) fn from(wire: &Wire, path: &str) -> Result<BackChannel, OAuthJson> {
    let url = wire.url(path);
    let key = oidc::dpop::check(wire.platform(), &wire.realm, &wire.presented(&url), None)?;
    Ok(BackChannel {
        key,
        ..wire.from.clone()
    })
}

/// Adds the nonce to the answer of a request that came with a proof.
pub(super) fn with_nonce(mut response: HttpResponseBuilder, nonce: Option<String>) -> HttpResponseBuilder {
    if let Some(nonce) = nonce {
        response.insert_header((DPOP_NONCE, nonce));
    }
    response
}

/// `{issuer}/token`.
pub async fn token(wire: Wire, body: web::Bytes) -> Result<HttpResponse, OAuthJson> {
    let mut grant = String::new();
    let run = async {
        let (caller, params) = caller(&wire, &body, "/token").await?;
        params
            .get("grant_type")
            .unwrap_or_default()
            .clone_into(&mut grant);
        let from = from(&wire, "/token")?;
        Ok::<_, OAuthJson>(oidc::token::token(wire.platform(), &wire.realm, &caller, &params, &from).await?)
    };
    let result = run.await;
    let metrics = &wire.web.metrics;
    match &result {
        Ok(_) => metrics.token(&grant, "issued"),
        Err(error) => metrics.token(&grant, error.code().as_str()),
    }
    let nonce = wire.nonce();
    let tokens = result.map_err(|error| error.with_nonce(nonce.clone()))?;
    Ok(with_nonce(no_store(), nonce).json(tokens))
}

/// `{issuer}/introspect`: JSON, or signed where the caller accepts that.
pub async fn introspect(
    wire: Wire,
    body: web::Bytes,
    request: HttpRequest,
) -> Result<HttpResponse, OAuthJson> {
    let (caller, params) = caller(&wire, &body, "/introspect").await?;
    let form = introspection_form(&request);
    match introspect::introspect(wire.platform(), &wire.realm, &caller, &params, form).await? {
        Introspection::Plain(answer) => Ok(no_store().json(answer)),
        Introspection::Signed(jwt) => Ok(no_store().content_type(SIGNED_MEDIA_TYPE).body(jwt)),
    }
}

/// What `Accept` prefers (RFC 9701 section 4). Wildcards mean JSON: a signed answer is for those who name it.
fn introspection_form(request: &HttpRequest) -> Form {
    let ranges = Accept::parse(request)
        .map(|accept| accept.ranked())
        .unwrap_or_default();
    let preferred = ranges
        .iter()
        .map(Mime::essence_str)
        .find(|name| ["application/json", SIGNED_MEDIA_TYPE].contains(name));
    if preferred == Some(SIGNED_MEDIA_TYPE) {
        Form::Signed
    } else {
        Form::Plain
    }
}

/// `{issuer}/revoke`.
pub async fn revoke(wire: Wire, body: web::Bytes) -> Result<HttpResponse, OAuthJson> {
    let (caller, params) = caller(&wire, &body, "/revoke").await?;
    oidc::revoke::revoke(wire.platform(), &wire.realm, &caller, &params).await?;
    Ok(no_store().finish())
}
