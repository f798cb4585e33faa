//! Ending sessions, browsers and apps, and "this was not me".

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::{Wanted, bound, id, own, own_or_sign_in, path, store_error};
use crate::base::ids::{ClientId, DeviceId, SessionId};
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::extract::Posted;
use crate::http::pages::draw::{html, redirect};
use crate::http::views::ends::ErrorKind;
use crate::selfservice::{self, NotMeError};

/// `POST {issuer}/account/sessions/{id}/end`.
pub async fn end_session(
    Posted { ctx, .. }: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "", Wanted::Look);
    let session: SessionId = id(&ctx, &request)?;
    selfservice::end_session(
        ctx.platform(),
        &ctx.realm,
        &ctx.visit,
        own.account.user.id,
        session,
    )
    .await
    .map_err(store_error(&ctx))?;
    Ok(redirect(&path(&ctx, "?done=session_ended")))
}

/// `POST {issuer}/account/sessions/end-others`.
pub async fn end_others(Posted { ctx, .. }: Posted) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "", Wanted::Look);
    let (user, keep) = (own.account.user.id, own.live.session.id);
    selfservice::end_others(ctx.platform(), &ctx.realm, &ctx.visit, user, keep)
        .await
        .map_err(store_error(&ctx))?;
    Ok(redirect(&path(&ctx, "?done=sessions_ended")))
}

/// `POST {issuer}/account/recovery/stop`.
pub async fn stop_recovery(Posted { ctx, .. }: Posted) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "", Wanted::Look);
    selfservice::stop_recovery(ctx.platform(), &ctx.realm, &ctx.visit, own.account.user.id)
        .await
        .map_err(store_error(&ctx))?;
    Ok(redirect(&path(&ctx, "?done=recovery_stopped")))
}

/// `POST {issuer}/account/passes/revoke`.
pub async fn revoke_passes(Posted { ctx, .. }: Posted) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "", Wanted::Look);
    selfservice::revoke_access_passes(ctx.platform(), &ctx.realm, &ctx.visit, own.account.user.id)
        .await
        .map_err(store_error(&ctx))?;
    Ok(redirect(&path(&ctx, "?done=pass_revoked")))
}

/// `POST {issuer}/account/devices/{id}/forget`.
pub async fn forget_device(
    Posted { ctx, .. }: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "", Wanted::Look);
    let device: DeviceId = id(&ctx, &request)?;
    selfservice::forget_device(
        ctx.platform(),
        &ctx.realm,
        &ctx.visit,
        own.account.user.id,
        device,
    )
    .await
    .map_err(store_error(&ctx))?;
    Ok(redirect(&path(&ctx, "?done=device_forgotten")))
}

/// `POST {issuer}/account/devices/forget-all`.
pub async fn forget_devices(Posted { ctx, .. }: Posted) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "", Wanted::Look);
    selfservice::forget_devices(ctx.platform(), &ctx.realm, &ctx.visit, own.account.user.id)
        .await
        .map_err(store_error(&ctx))?;
    Ok(redirect(&path(&ctx, "?done=device_forgotten")))
}

/// An app in a path. Its id may be an address, so it comes decoded.
#[derive(Debug, Deserialize)]
pub struct OfApp {
    id: String,
}

/// `POST {issuer}/account/apps/{id}/revoke`.
pub async fn revoke_app(
    Posted { ctx, .. }: Posted,
    app: web::Path<OfApp>,
) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "", Wanted::Look);
    let client = ClientId::parse(&app.id);
    let client = client.ok_or_else(|| ctx.error(PageError::new(ErrorKind::NotFound)))?;
    selfservice::revoke_app(
        ctx.platform(),
        &ctx.realm,
        &ctx.visit,
        own.account.user.id,
        &client,
    )
    .await
    .map_err(store_error(&ctx))?;
    Ok(redirect(&path(&ctx, "?done=app_revoked")))
}

/// `GET {issuer}/account/activity/{id}/not-me`: asks before anything happens.
pub async fn not_me_page(ctx: Ctx, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let session: SessionId = id(&ctx, &request)?;
    let rest = format!("/activity/{session}/not-me");
    let own = own_or_sign_in!(&ctx, &rest, Wanted::Look);
    let held = ctx
        .realm
        .store(&ctx.platform().store)
        .session(session)
        .await
        .map_err(store_error(&ctx))?;
    let held = held.filter(|held| held.user == own.account.user.id);
    let held = held.ok_or_else(|| ctx.error(PageError::new(ErrorKind::NotFound)))?;
    let page = crate::http::pages::notice::report_page(
        &ctx,
        own.account.user.email.as_str(),
        &held,
        path(&ctx, &rest),
    );
    bound(&ctx, html(&page)?)
}

/// `POST {issuer}/account/activity/{id}/not-me`.
pub async fn not_me(Posted { ctx, .. }: Posted, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "", Wanted::Look);
    let session: SessionId = id(&ctx, &request)?;
    match selfservice::report_session(
        ctx.platform(),
        &ctx.realm,
        &ctx.visit,
        own.account.user.id,
        session,
    )
    .await
    {
        Ok(_) => Ok(redirect(&path(&ctx, "?done=not_me"))),
        Err(NotMeError::Store(error)) => Err(ctx.error(error.into())),
        Err(NotMeError::Spent) => Err(ctx.error(PageError::new(ErrorKind::LinkSpent))),
    }
}

/// `POST {issuer}/signout` from the account page.
pub async fn sign_out(ctx: Ctx, request: HttpRequest, body: web::Bytes) -> Result<HttpResponse, PageError> {
    crate::http::oidc::logout_post(ctx, request, body).await
}
