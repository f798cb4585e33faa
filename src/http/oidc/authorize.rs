//! The authorization endpoint, by GET and POST.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::admin::clients::document::meet;
use crate::domain::client::Client;
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::pages::draw::{html, in_transaction, redirect, way_on};
use crate::http::pages::signin::begin;
use crate::http::views::ends::{Detail, ErrorKind};
use crate::http::views::redirect_diff::RedirectDiff;
use crate::http::views::steps::FormPost;
use crate::oidc::OidcError;
use crate::oidc::authorize::{AuthorizeError, check};
use crate::oidc::respond::{self, Reply};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::signin::Purpose;
use crate::tenants::ClientRuntime;

/// `GET {issuer}/authorize`.
pub async fn authorize_get(ctx: Ctx, request: HttpRequest) -> Result<HttpResponse, PageError> {
    authorize(&ctx, request.query_string().as_bytes()).await
}

/// `POST {issuer}/authorize` (OpenID Connect Core section 3.1.2.1).
pub async fn authorize_post(ctx: Ctx, body: web::Bytes) -> Result<HttpResponse, PageError> {
    authorize(&ctx, &body).await
}

async fn authorize(ctx: &Ctx, encoded: &[u8]) -> Result<HttpResponse, PageError> {
    let params = Params::parse(encoded)
        .map_err(|error| ctx.error(PageError::new(ErrorKind::BadRequest).with_cause(error)))?;
    if let Some(id) = params.get("client_id") {
        let met = meet(ctx.platform(), &ctx.realm, id, ctx.visit.ip).await;
        met.map_err(|error| unmet(ctx, id, error))?;
    }
    match check(ctx.platform(), &ctx.realm, &params, ctx.visit.ip).await {
        Ok((_, request)) => begin(ctx, Purpose::Authorize(Box::new(request))).await,
        Err(AuthorizeError::UnknownClient(error)) => Err(unknown(ctx, params.get("client_id"), error)),
        Err(AuthorizeError::Unreadable(client, error)) => Err(unreadable(ctx, &client, error)),
        Err(AuthorizeError::RedirectUri(client, sent, error)) => Err(bad_redirect(
            ctx,
            &client,
            sent.as_deref().unwrap_or_default(),
            &error,
        )),
        Err(AuthorizeError::Redirect(reply, error)) => {
            let reply = respond::error(ctx.platform(), &ctx.realm, &reply, &error);
            draw_reply(ctx, reply.map_err(|error| ctx.error(error.into()))?, None).await
        }
        Err(AuthorizeError::Store(error)) => Err(ctx.error(error.into())),
    }
}

/// The page for a client that is not known.
fn unknown(ctx: &Ctx, id: Option<&str>, error: OAuthError) -> PageError {
    let dev = ctx.platform().settings.dev;
    let detail = dev.then(|| plain_detail(&error, id));
    ctx.error(
        PageError::new(ErrorKind::UnknownClient)
            .with_detail(detail)
            .with_cause(error),
    )
}

/// The page for a client whose document is not good, or can't be looked at now.
fn unmet(ctx: &Ctx, id: &str, error: OidcError) -> PageError {
    match error {
        OidcError::OAuth(error) if error.code == ErrorCode::InvalidClient => unknown(ctx, Some(id), error),
        other => ctx.error(other.into()),
    }
}

fn plain_detail(error: &OAuthError, client: Option<&str>) -> Detail {
    Detail {
        error: error.code.as_str().to_owned(),
        description: error.description.clone(),
        client_id: client.map(str::to_owned),
        redirect: None,
    }
}

fn shows_detail(ctx: &Ctx, client: &ClientRuntime) -> bool {
    ctx.platform().settings.dev || client.record.settings.development
}

/// The page for a request that can't be read: a request URI that is spent, a request object of somebody else.
fn unreadable(ctx: &Ctx, client: &ClientRuntime, error: OAuthError) -> PageError {
    let detail = shows_detail(ctx, client).then(|| plain_detail(&error, Some(client.record.id.as_str())));
    ctx.error(
        PageError::new(ErrorKind::BadRequest)
            .with_primary(way_on(ctx, Some(&client.record)))
            .with_detail(detail)
            .with_cause(error),
    )
}

/// The page for a redirect URI that is not registered. The difference is shown in the dev profile and for clients marked as
/// in development; everybody else gets the reference code (people.md D3).
fn bad_redirect(ctx: &Ctx, client: &ClientRuntime, sent: &str, error: &OAuthError) -> PageError {
    let detail = shows_detail(ctx, client).then(|| Detail {
        redirect: Some(RedirectDiff::of(sent, &client.record.metadata.redirect_uris)),
        ..plain_detail(error, Some(client.record.id.as_str()))
    });
    ctx.error(
        PageError::new(ErrorKind::RedirectUri)
            .with_primary(way_on(ctx, Some(&client.record)))
            .with_detail(detail)
            .with_cause(error),
    )
}

/// Sends an answer through the browser.
///
/// # Errors
/// Rendering.
pub(crate) async fn draw_reply(
    ctx: &Ctx,
    reply: Reply,
    client: Option<&Client>,
) -> Result<HttpResponse, PageError> {
    match reply {
        Reply::Redirect(to) => Ok(in_transaction(redirect(&to))),
        Reply::FormPost { action, fields } => {
            let app = client
                .map(|client| client.display_name().to_owned())
                .unwrap_or_default();
            html(&FormPost {
                chrome: ctx.chrome(),
                app,
                action,
                fields,
            })
            .map(in_transaction)
        }
    }
}
