//! Discovery and keys, from memory (performance.md 4.4).

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

use crate::base::encoding::hex;
use crate::base::secret::sha256;
use crate::http::errors::OAuthJson;
use crate::http::extract::Wire;

/// `{issuer}/.well-known/openid-configuration`.
pub async fn discovery(wire: Wire, request: HttpRequest) -> Result<HttpResponse, OAuthJson> {
    Ok(cached(&request, &wire.realm.origin().metadata))
}

/// `/.well-known/oauth-authorization-server/t/{tenant}` (RFC 8414 section 3.1) and its sibling.
pub async fn discovery_inserted(wire: Wire, request: HttpRequest) -> Result<HttpResponse, OAuthJson> {
    Ok(cached(&request, &wire.realm.origin().metadata))
}

/// `{issuer}/jwks`.
pub async fn jwks(wire: Wire, request: HttpRequest) -> Result<HttpResponse, OAuthJson> {
    Ok(cached(&request, &wire.realm.tenant.keys.jwks))
}

/// Five minutes of caching, and a cheap answer to who has it already.
fn cached(request: &HttpRequest, body: &bytes::Bytes) -> HttpResponse {
    let tag = format!("\"{}\"", hex(sha256(body).get(..8).unwrap_or_default()));
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let mut response = if known == Some(tag.as_str()) {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((header::ETAG, tag.clone()))
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header(("cross-origin-resource-policy", "cross-origin"));
    if known == Some(tag.as_str()) {
        return response.finish();
    }
    response.content_type("application/json").body(body.clone())
}
