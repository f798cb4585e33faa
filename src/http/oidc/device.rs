//! Device authorizations.

use actix_web::{HttpResponse, web};

use super::tokens::{caller, no_store};
use crate::http::errors::OAuthJson;
use crate::http::extract::Wire;
use crate::oidc;

/// `{issuer}/device_authorization` (RFC 8628 section 3.1).
pub async fn device_authorization(wire: Wire, body: web::Bytes) -> Result<HttpResponse, OAuthJson> {
    let (caller, params) = caller(&wire, &body, "/device_authorization").await?;
    let begun = oidc::device::begin(wire.platform(), &wire.realm, &caller, &params, &wire.from)?;
    Ok(no_store().json(begun))
}
