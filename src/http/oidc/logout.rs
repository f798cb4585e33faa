//! The end-session endpoint: asks first unless the request itself proves whose session it is.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::base::secret::Secret;
use crate::http::context::Ctx;
use crate::http::cookies::{Jar, Kind};
use crate::http::errors::PageError;
use crate::http::extract::Form;
use crate::http::middleware::framing;
use crate::http::pages::draw::{html, in_transaction, redirect};
use crate::http::views::Link;
use crate::http::views::ends::{ErrorKind, SignOutConfirm, SignedOut};
use crate::oidc::logout::{self, LogoutRequest};
use crate::protocol::params::Params;
use crate::protocol::session_state::SIGNED_OUT;
use crate::sessions;

/// Parameters that the confirmation carries on.
const CARRIED: [&str; 4] = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"];

/// `GET {issuer}/logout`.
pub async fn logout_get(ctx: Ctx, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let params = parse(&ctx, request.query_string().as_bytes())?;
    ask_or_end(&ctx, &params).await
}

/// `POST {issuer}/logout`: an app's request, or our own confirmation (which carries a form token).
pub async fn logout_post(
    ctx: Ctx,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, PageError> {
    let params = parse(&ctx, &body)?;
    if params.get("csrf").is_none() {
        return ask_or_end(&ctx, &params).await;
    }
    Form::read(&ctx, &request, &body)?;
    let live = current(&ctx).await?;
    let checked = checked(&ctx, &params, live.as_ref()).await?;
    end(&ctx, live.as_ref(), &checked).await
}

fn parse(ctx: &Ctx, encoded: &[u8]) -> Result<Params, PageError> {
    Params::parse(encoded).map_err(|error| ctx.error(PageError::new(ErrorKind::BadRequest).with_cause(error)))
}

async fn current(ctx: &Ctx) -> Result<Option<sessions::Live>, PageError> {
    sessions::current(ctx.platform(), &ctx.realm, &ctx.visit)
        .await
        .map_err(|error| ctx.error(error.into()))
}

async fn checked(
    ctx: &Ctx,
    params: &Params,
    live: Option<&sessions::Live>,
) -> Result<LogoutRequest, PageError> {
    logout::check(ctx.platform(), &ctx.realm, params, live)
        .await
        .map_err(|error| ctx.error(error.into()))
}

async fn ask_or_end(ctx: &Ctx, params: &Params) -> Result<HttpResponse, PageError> {
    let live = current(ctx).await?;
    let request = checked(ctx, params, live.as_ref()).await?;
    let Some(session) = live.as_ref().filter(|_| !request.proven) else {
        return end(ctx, live.as_ref(), &request).await;
    };
    let app = request
        .client
        .as_ref()
        .map(|client| client.record.display_name().to_owned());
    let fields = CARRIED
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), params.get(name)?.to_owned())))
        .collect();
    let page = SignOutConfirm {
        chrome: ctx.chrome(),
        app,
        account: session.user.email.as_str().to_owned(),
        action: format!("{}/logout", ctx.realm.path()),
        fields,
        cancel: format!("{}/account", ctx.realm.path()),
    };
    let mut response = html(&page).map(in_transaction)?;
    ensure_binding(ctx, &mut response)?;
    Ok(response)
}

async fn end(
    ctx: &Ctx,
    live: Option<&sessions::Live>,
    request: &LogoutRequest,
) -> Result<HttpResponse, PageError> {
    let frames = match live {
        Some(live) => logout::end(ctx.platform(), &ctx.realm, live)
            .await
            .map_err(|error| ctx.error(error.into()))?,
        None => Vec::new(),
    };
    let mut response = match &request.return_to {
        Some(to) if frames.is_empty() => redirect(to),
        return_to => signed_out(ctx, request, return_to.clone(), frames)?,
    };
    let jar = Jar::new(&ctx.realm);
    let state = jar.set(Kind::State, &Secret::new(SIGNED_OUT.to_owned()));
    for cookie in [jar.clear(Kind::Session), state] {
        response.add_cookie(&cookie).map_err(PageError::internal)?;
    }
    Ok(response)
}

/// The page after a sign-out. Where apps have logout pages of their own it opens these, and then leads on by itself.
fn signed_out(
    ctx: &Ctx,
    request: &LogoutRequest,
    return_to: Option<String>,
    frames: Vec<String>,
) -> Result<HttpResponse, PageError> {
    let back = request.client.as_ref().and_then(|client| {
        let home = return_to.clone().or(client.record.metadata.client_uri.clone())?;
        let app = [("app", client.record.display_name())];
        Some(Link::new(home, ctx.text.with("back-to-app", &app)))
    });
    let policy = framing(&frames);
    let mut response = html(&SignedOut {
        chrome: ctx.chrome(),
        back,
        sign_in: format!("{}/account", ctx.realm.path()),
        leads_to: return_to,
        frames,
    })?;
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// Gives a browser the cookie that forms are bound to, when it has none.
pub(crate) fn ensure_binding(ctx: &Ctx, response: &mut HttpResponse) -> Result<(), PageError> {
    if ctx.fresh_binding {
        let value = Secret::new(ctx.binding.clone());
        let cookie = Jar::new(&ctx.realm).set(Kind::Binding, &value);
        response.add_cookie(&cookie).map_err(PageError::internal)?;
    }
    Ok(())
}
