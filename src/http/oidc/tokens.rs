//! Token, introspection, revocation and userinfo.

use actix_web::http::header::{self, Accept, Header as _};
use actix_web::mime::Mime;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::http::errors::{BearerError, OAuthJson};
use crate::http::extract::Wire;
use crate::oidc::introspect::{self, Form, Introspection, SIGNED_MEDIA_TYPE};
use crate::oidc::userinfo::UserInfo;
use crate::oidc::{self, AuthenticatedClient};
use crate::protocol::params::Params;

async fn caller(wire: &Wire, body: &[u8], path: &str) -> Result<(AuthenticatedClient, Params), OAuthJson> {
    let used_header = wire.authorization.is_some();
    let run = async {
        let params = wire.params(body)?;
        let endpoint = wire.realm.url(path);
        let authorization = wire.authorization.as_deref();
        let caller =
            oidc::authenticate(wire.platform(), &wire.realm, authorization, &params, &endpoint).await?;
        Ok::<_, OAuthJson>((caller, params))
    };
    run.await.map_err(|error| error.challenged(used_header))
}

fn no_store() -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::PRAGMA, "no-cache"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
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
        Ok::<_, OAuthJson>(
            oidc::token::token(wire.platform(), &wire.realm, &caller, &params, &wire.from).await?,
        )
    };
    let result = run.await;
    let metrics = &wire.web.metrics;
    match &result {
        Ok(_) => metrics.token(&grant, "issued"),
        Err(error) => metrics.token(&grant, error.code().as_str()),
    }
    Ok(no_store().json(result?))
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

/// `{issuer}/userinfo` by GET: the token in the header.
pub async fn userinfo_get(wire: Wire) -> Result<HttpResponse, BearerError> {
    let token = bearer(&wire)?.ok_or_else(BearerError::missing)?;
    answer(&wire, &token).await
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
    let token = match (bearer(&wire)?, in_body) {
        (Some(_), Some(_)) => return Err(BearerError::bad_request("the token came twice")),
        (Some(token), None) | (None, Some(token)) => token,
        (None, None) => return Err(BearerError::missing()),
    };
    answer(&wire, &token).await
}

fn bearer(wire: &Wire) -> Result<Option<String>, BearerError> {
    let Some(value) = wire.authorization.as_deref() else {
        return Ok(None);
    };
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim().to_owned())),
        _ => Err(BearerError::missing()),
    }
}

async fn answer(wire: &Wire, token: &str) -> Result<HttpResponse, BearerError> {
    match oidc::userinfo::userinfo(wire.platform(), &wire.realm, token).await? {
        UserInfo::Plain(claims) => Ok(no_store().json(claims)),
        UserInfo::Signed(jwt) => Ok(no_store().content_type("application/jwt").body(jwt)),
    }
}
