//! The authenticator's addresses: its page, its worker, and the two calls that a device signs. They need no cookie.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::draw::html;
use crate::base::ids::CredentialId;
use crate::factors::push::{Answer, Request, State};
use crate::http::assets;
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::extract::check_form_origin;
use crate::http::middleware::AUTHENTICATOR_CSP;
use crate::http::views::When;
use crate::http::views::authenticator::Authenticator;
use crate::selfservice::{self, DeviceError};

/// `GET {issuer}/authenticator/`.
pub async fn page(ctx: Ctx) -> Result<HttpResponse, PageError> {
    let mut response = html(&Authenticator {
        chrome: ctx.chrome(),
        issuer: ctx.realm.issuer().to_owned(),
    })?;
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        header::HeaderValue::from_static(AUTHENTICATOR_CSP),
    );
    Ok(response)
}

/// `GET {issuer}/authenticator/worker.js`: its scope is the folder that it lies in.
pub async fn worker() -> HttpResponse {
    let asset = assets::find(&assets::asset("js/authenticator_worker.js"));
    asset.map_or_else(
        || HttpResponse::NotFound().finish(),
        |asset| {
            HttpResponse::Ok()
                .content_type(asset.content_type)
                .insert_header((header::CACHE_CONTROL, "no-cache"))
                .body(asset.bytes)
        },
    )
}

/// `GET {issuer}/authenticator/manifest.webmanifest`.
pub async fn manifest(ctx: Ctx) -> HttpResponse {
    let scope = format!("{}/authenticator/", ctx.realm.path());
    let name = &ctx.realm.tenant.record.name;
    let icon = json!({"src": assets::asset("img/icon.svg"), "sizes": "any", "type": "image/svg+xml"});
    let manifest = json!({
        "id": scope, "name": format!("{name}: {}", ctx.text.get("push-app-title")), "short_name": name,
        "start_url": scope, "scope": scope, "display": "standalone", "icons": [icon],
    });
    HttpResponse::Ok()
        .content_type("application/manifest+json")
        .body(manifest.to_string())
}

/// What a device sends to see what waits.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pull {
    device: CredentialId,
    at: i64,
    signature: String,
}

/// What a device sends to answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    device: CredentialId,
    request: String,
    verdict: String,
    number: String,
    signature: String,
}

/// `POST {issuer}/authenticator/pull`.
pub async fn pull(ctx: Ctx, request: HttpRequest, body: web::Bytes) -> Result<HttpResponse, PageError> {
    let Some(pull) = read::<Pull>(&ctx, &request, &body)? else {
        return Ok(refusal(StatusCode::BAD_REQUEST));
    };
    let by = (pull.device, pull.at);
    match selfservice::pull_pushes(ctx.platform(), &ctx.realm, by, &pull.signature).await {
        Ok(pending) => {
            let open: Vec<_> = pending.requests.iter().map(shown).collect();
            let pass = pending.access_pass.map(|at| When::at(at).text);
            Ok(HttpResponse::Ok().json(json!({ "requests": open, "access_pass": pass })))
        }
        Err(error) => refused(&ctx, error),
    }
}

/// `POST {issuer}/authenticator/answer`.
pub async fn answer(ctx: Ctx, request: HttpRequest, body: web::Bytes) -> Result<HttpResponse, PageError> {
    let Some(sent) = read::<Answered>(&ctx, &request, &body)? else {
        return Ok(refusal(StatusCode::BAD_REQUEST));
    };
    let verdict = match sent.verdict.as_str() {
        "approve" => Answer::Approve(sent.number),
        "reject" => Answer::Reject,
        _ => return Ok(refusal(StatusCode::BAD_REQUEST)),
    };
    let by = (sent.device, sent.request.as_str(), &verdict);
    match selfservice::answer_push(ctx.platform(), &ctx.realm, &ctx.visit, by, &sent.signature).await {
        Ok(state) => {
            let state = match state {
                State::Approved(_) => "approved",
                State::WrongNumber => "wrong",
                State::Rejected | State::Open => "rejected",
            };
            Ok(HttpResponse::Ok().json(json!({ "state": state })))
        }
        Err(error) => refused(&ctx, error),
    }
}

/// What the device is told of a request: never the number.
fn shown(request: &Request) -> serde_json::Value {
    json!({
        "id": request.id, "app": request.app, "agent": request.agent, "place": request.place,
        "at": When::at(request.at).text,
    })
}

fn read<T: for<'de> Deserialize<'de>>(
    ctx: &Ctx,
    request: &HttpRequest,
    body: &[u8],
) -> Result<Option<T>, PageError> {
    check_form_origin(request, &ctx.realm.origin().text()).map_err(|error| ctx.error(error))?;
    Ok(serde_json::from_slice(body).ok())
}

fn refusal(status: StatusCode) -> HttpResponse {
    HttpResponse::build(status).json(json!({ "state": "refused" }))
}

fn refused(ctx: &Ctx, error: DeviceError) -> Result<HttpResponse, PageError> {
    match error {
        DeviceError::Unknown => Ok(refusal(StatusCode::FORBIDDEN)),
        DeviceError::Refused(_) => Ok(refusal(StatusCode::CONFLICT)),
        DeviceError::Other(error) => Err(ctx.error(error.into())),
    }
}
