//! Temporary access passes: asking, approving, showing, taking back.

use actix_web::{HttpRequest, web};

use super::Answer;
use super::fields::{Fields, problem};
use super::session::ConsoleCtx;
use super::users::{back, user_page};
use crate::admin::AdminError;
use crate::admin::users::passes::{self, NewPass, PassView};
use crate::base::ids::AccessPassId;
use crate::http::pages::draw::html;
use crate::http::views::When;
use crate::http::views::console::Section;
use crate::http::views::console::passes::{PassRow, ShownPass, WaitingPage};

/// `GET /console/waiting`: what waits for somebody's approval.
pub(super) async fn waiting(ctx: ConsoleCtx) -> Answer {
    let found = passes::waiting(&ctx.actor, ctx.platform()).await;
    let found = found.map_err(|error| ctx.refuse(error))?;
    Ok(html(&WaitingPage {
        frame: ctx.frame(Section::Waiting),
        passes: found.iter().map(row).collect(),
    })?)
}

pub(super) fn row(pass: &PassView) -> PassRow {
    PassRow {
        id: pass.id.to_string(),
        user: pass.user.to_string(),
        email: pass.email.clone(),
        reason: pass.reason.clone(),
        minutes: u32::try_from(pass.minutes).unwrap_or(u32::MAX),
        asked_by: pass.asked_by.clone(),
        asked: When::at(pass.asked_at),
        approved_by: pass.approved_by.clone(),
        until: When::at(pass.expires_at),
        state: pass.state.name(),
        own: pass.own,
    }
}

fn id_of(ctx: &ConsoleCtx, text: &str) -> Result<AccessPassId, super::session::Refusal> {
    let unknown = |_| ctx.refuse(AdminError::NotFound("access pass"));
    text.parse().map_err(unknown)
}

/// `POST /console/waiting/{id}/{verdict}`.
pub(super) async fn decide(
    ctx: ConsoleCtx,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    body: web::Bytes,
) -> Answer {
    ctx.form(&request, &body)?;
    let id = id_of(&ctx, &path.0)?;
    let (done, flash) = match path.1.as_str() {
        "approve" => (
            passes::approve(&ctx.actor, ctx.platform(), id).await,
            "pass_approved",
        ),
        "refuse" => (
            passes::refuse(&ctx.actor, ctx.platform(), id).await,
            "pass_refused",
        ),
        _ => (Err(AdminError::NotFound("verdict")), ""),
    };
    done.map_err(|error| ctx.refuse(error))?;
    Ok(ctx.go("waiting", flash))
}

/// `POST /console/users/{id}/passes`: asks for one.
pub(super) async fn ask(
    ctx: ConsoleCtx,
    id: web::Path<String>,
    request: HttpRequest,
    body: web::Bytes,
) -> Answer {
    let form = ctx.form(&request, &body)?;
    let wanted = NewPass {
        reason: form.text("reason").to_owned(),
        minutes: form.number("minutes").unwrap_or_default(),
    };
    match passes::request(&ctx.actor, ctx.platform(), &id, wanted).await {
        Ok(()) => Ok(back(&ctx, &id, "pass_asked")),
        Err(error) => refused(&ctx, &id, &form, error).await,
    }
}

async fn refused(ctx: &ConsoleCtx, id: &str, form: &Fields, error: AdminError) -> Answer {
    let chrome = ctx.frame(Section::Users).chrome;
    let problem = problem(&chrome, error).map_err(|error| ctx.refuse(error))?;
    let mut page = user_page(ctx, id, vec![problem]).await?;
    form.text("reason").clone_into(&mut page.passes.reason);
    form.text("minutes").clone_into(&mut page.passes.minutes);
    Ok(html(&page)?)
}

/// `POST /console/users/{id}/passes/{pass}/show`. The text is shown by this answer alone.
pub(super) async fn show(
    ctx: ConsoleCtx,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    body: web::Bytes,
) -> Answer {
    ctx.form(&request, &body)?;
    let pass = id_of(&ctx, &path.1)?;
    let shown = passes::show_once(&ctx.actor, ctx.platform(), pass).await;
    let shown = shown.map_err(|error| ctx.refuse(error))?;
    let mut page = user_page(&ctx, &path.0, Vec::new()).await?;
    page.passes.shown = Some(ShownPass {
        text: shown.text,
        until: When::at(shown.expires_at),
    });
    Ok(html(&page)?)
}

/// `POST /console/users/{id}/passes/{pass}/revoke`.
pub(super) async fn revoke(
    ctx: ConsoleCtx,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    body: web::Bytes,
) -> Answer {
    ctx.form(&request, &body)?;
    let pass = id_of(&ctx, &path.1)?;
    let done = passes::revoke(&ctx.actor, ctx.platform(), pass).await;
    done.map_err(|error| ctx.refuse(error))?;
    Ok(back(&ctx, &path.0, "pass_revoked"))
}
