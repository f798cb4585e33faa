//! Userinfo, with the token as a bearer token or bound to a key.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::tokens::{no_store, with_nonce};
use crate::http::errors::{BearerError, Challenge};
use crate::http::extract::Wire;
use crate::oidc::userinfo::{self, Possession, Sender, UserInfo};

/// `{issuer}/userinfo` by GET: the token in the header.
pub async fn userinfo_get(wire: Wire) -> Result<HttpResponse, BearerError> {
    let (scheme, token) = in_header(&wire)?.ok_or_else(BearerError::missing)?;
    answer(&wire, scheme, &token).await
}

/// `{issuer}/userinfo` by POST: the token in the header or in the form (RFC 6750 section 2.2), not in both.
pub async fn userinfo_post(
    wire: Wire,
    body: web::Bytes,
    request: HttpRequest,
) -> Result<HttpResponse, BearerError> {
    let has_body = !body.is_empty() && request.headers().contains_key(header::CONTENT_TYPE);
    let in_body = if has_body { wire.params(&body).ok() } else { None };
    let in_body = in_body
        .as_ref()
        .and_then(|params| params.get("access_token"))
        .map(str::to_owned);
    let (scheme, token) = match (in_header(&wire)?, in_body) {
        (Some(_), Some(_)) => return Err(BearerError::bad_request("the token came twice")),
        (Some(sent), None) => sent,
        (None, Some(token)) => (Challenge::Bearer, token),
        (None, None) => return Err(BearerError::missing()),
    };
    answer(&wire, scheme, &token).await
}

/// The token of the `Authorization` header, and the scheme it came by.
fn in_header(wire: &Wire) -> Result<Option<(Challenge, String)>, BearerError> {
    let Some(value) = wire.authorization.as_deref() else {
        return Ok(None);
    };
    let (scheme, token) = value.split_once(' ').ok_or_else(BearerError::missing)?;
    let scheme = Challenge::ALL
        .into_iter()
        .find(|known| known.scheme().eq_ignore_ascii_case(scheme))
        .ok_or_else(BearerError::missing)?;
    Ok(Some((scheme, token.trim().to_owned())))
}

async fn answer(wire: &Wire, scheme: Challenge, token: &str) -> Result<HttpResponse, BearerError> {
    let url = wire.url("/userinfo");
    let sender = Sender {
        possession: match scheme {
            Challenge::Bearer => Possession::Bearer,
            Challenge::DPoP => Possession::DPoP(wire.presented(&url)),
        },
        certificate: wire.from.certificate.as_ref(),
    };
    let nonce = wire.nonce();
    let answer = userinfo::userinfo(wire.platform(), &wire.realm, token, &sender)
        .await
        .map_err(|error| BearerError::from(error).challenging(scheme, nonce.clone()))?;
    let mut response = with_nonce(no_store(), nonce);
    Ok(match answer {
        UserInfo::Plain(claims) => response.json(claims),
        UserInfo::Jwt(jwt) => response.content_type("application/jwt").body(jwt),
    })
}
