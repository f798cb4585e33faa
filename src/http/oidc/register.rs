//! Apps that register themselves (RFC 7591) and keep their registration (RFC 7592), and our copies of their logos.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::tokens::no_store;
use crate::admin::clients::{self, dynamic};
use crate::base::ids::ClientId;
use crate::http::errors::{OAuthJson, RegistrationRefusal};
use crate::http::extract::Wire;
use crate::protocol::error::{ErrorCode, OAuthError};

/// Which client an address is about.
#[derive(Debug, Deserialize)]
pub struct OfClient {
    id: String,
}

/// `POST {issuer}/register`.
pub async fn register(
    wire: Wire,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, RegistrationRefusal> {
    let document = document(&request, &body)?;
    let ip = wire.from.ip;
    let made = dynamic::register(wire.platform(), &wire.realm, bearer(&wire), ip, document).await?;
    Ok(no_store().status(StatusCode::CREATED).json(made))
}

/// `GET {issuer}/register/{id}` (RFC 7592 section 2.1).
pub async fn registration(
    wire: Wire,
    path: web::Path<OfClient>,
) -> Result<HttpResponse, RegistrationRefusal> {
    let shown = dynamic::read(wire.platform(), &wire.realm, &path.id, bearer(&wire)).await?;
    Ok(no_store().json(shown))
}

/// `PUT {issuer}/register/{id}` (RFC 7592 section 2.2).
pub async fn replace_registration(
    wire: Wire,
    path: web::Path<OfClient>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, RegistrationRefusal> {
    let document = document(&request, &body)?;
    let by = (bearer(&wire), wire.from.ip);
    let saved = dynamic::replace(wire.platform(), &wire.realm, &path.id, by, document).await?;
    Ok(no_store().json(saved))
}

/// `DELETE {issuer}/register/{id}` (RFC 7592 section 2.3).
pub async fn delete_registration(
    wire: Wire,
    path: web::Path<OfClient>,
) -> Result<HttpResponse, RegistrationRefusal> {
    dynamic::delete(wire.platform(), &wire.realm, &path.id, bearer(&wire)).await?;
    Ok(no_store().status(StatusCode::NO_CONTENT).finish())
}

/// The token of the header; these endpoints know bearer tokens only.
fn bearer(wire: &Wire) -> Option<&str> {
    let (scheme, token) = wire.authorization.as_deref()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn document(request: &HttpRequest, body: &[u8]) -> Result<Map<String, Value>, OAuthError> {
    let refuse = |words: &str| OAuthError::new(ErrorCode::InvalidClientMetadata, words);
    let media = request.headers().get(header::CONTENT_TYPE);
    let media = media.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(refuse("the body must be application/json"));
    }
    serde_json::from_slice(body).map_err(|_| refuse("the body must be a JSON object"))
}

/// `GET {issuer}/logo/{id}`: our copy of a client's logo.
pub async fn client_logo(wire: Wire, path: web::Path<OfClient>) -> Result<HttpResponse, OAuthJson> {
    let found = match ClientId::parse(&path.id) {
        Some(id) => clients::logo(wire.platform(), &wire.realm, &id).await?,
        None => None,
    };
    Ok(match found {
        None => HttpResponse::NotFound().finish(),
        Some(logo) => HttpResponse::Ok()
            .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
            .content_type(logo.media_type)
            .body(logo.image),
    })
}
