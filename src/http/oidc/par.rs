//! Pushed authorization requests.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::tokens::{caller, no_store};
use crate::http::errors::OAuthJson;
use crate::http::extract::Wire;
use crate::oidc;

/// `{issuer}/par`.
pub async fn par(wire: Wire, body: web::Bytes) -> Result<HttpResponse, OAuthJson> {
    let (caller, params) = caller(&wire, &body, "/par").await?;
    let pushed = oidc::par::push(wire.platform(), &wire.realm, &caller, &params).await?;
    Ok(no_store().status(StatusCode::CREATED).json(pushed))
}
