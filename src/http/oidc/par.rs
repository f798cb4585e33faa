//! Pushed authorization requests.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::tokens::{caller, from, no_store, with_nonce};
use crate::http::errors::OAuthJson;
use crate::http::extract::Wire;
use crate::oidc;

/// `{issuer}/par`.
pub async fn par(wire: Wire, body: web::Bytes) -> Result<HttpResponse, OAuthJson> {
    let nonce = wire.nonce();
    let run = async {
        let (caller, params) = caller(&wire, &body, "/par").await?;
        let from = from(&wire, &caller, "/par")?;
        let pushed = oidc::par::push(wire.platform(), &wire.realm, &caller, &params, &from).await?;
        Ok::<_, OAuthJson>(pushed)
    };
    let pushed = run.await.map_err(|error| error.with_nonce(nonce.clone()))?;
    Ok(with_nonce(no_store(), nonce)
        .status(StatusCode::CREATED)
        .json(pushed))
}
