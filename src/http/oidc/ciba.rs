//! Backchannel authentication requests.

use actix_web::{HttpResponse, web};

use super::tokens::{caller, no_store};
use crate::http::errors::OAuthJson;
use crate::http::extract::Wire;
use crate::oidc;

/// `{issuer}/bc-authorize` (CIBA Core section 7).
pub async fn bc_authorize(wire: Wire, body: web::Bytes) -> Result<HttpResponse, OAuthJson> {
    let (caller, params) = caller(&wire, &body, "/bc-authorize").await?;
    let begun = oidc::ciba::begin(wire.platform(), &wire.realm, &caller, &params, &wire.from).await;
    // Section 13: here, and not at the token endpoint, a refusal has a status of its own.
    let begun = begun.map_err(|error| OAuthJson::from(error).with_refusals_forbidden())?;
    Ok(no_store().json(begun))
}
