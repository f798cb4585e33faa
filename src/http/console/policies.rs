//! Policies.

use actix_web::{HttpRequest, web};

use super::Answer;
use super::session::ConsoleCtx;
use crate::admin::policies;
use crate::base::page::PageRequest;
use crate::domain::policy_version::PolicyMode;
use crate::http::pages::draw::html;
use crate::http::views::When;
use crate::http::views::console::Section;
use crate::http::views::console::policies::{PolicyList, PolicyPage, PolicyRow};

/// `GET /console/policies`.
pub(super) async fn list(ctx: ConsoleCtx) -> Answer {
    let all = PageRequest::new(None, PageRequest::MAX);
    let live = policies::show(&ctx.actor, ctx.platform(), None)
        .await
        .map_err(|error| ctx.refuse(error))?;
    let versions = policies::list(&ctx.actor, ctx.platform(), &all)
        .await
        .map_err(|error| ctx.refuse(error))?;
    let page = PolicyList {
        frame: ctx.frame(Section::Policies),
        enforcing: live.mode == PolicyMode::Enforce,
        can_roll_back: versions
            .items
            .iter()
            .any(|version| version.number < live.number && version.document != live.document),
        sentences: live.sentences,
        rows: versions
            .items
            .into_iter()
            .map(|version| PolicyRow {
                number: version.number,
                note: version.note,
                mode: version.mode.name().to_owned(),
                created: When::at(version.created_at),
            })
            .collect(),
    };
    Ok(html(&page)?)
}

/// `GET /console/policies/{number}`.
pub(super) async fn show(ctx: ConsoleCtx, number: web::Path<i64>) -> Answer {
    let version = policies::show(&ctx.actor, ctx.platform(), Some(*number)).await;
    let version = version.map_err(|error| ctx.refuse(error))?;
    let page = PolicyPage {
        frame: ctx.frame(Section::Policies),
        number: version.number,
        note: version.note,
        mode: version.mode.name().to_owned(),
        created: When::at(version.created_at),
        sentences: version.sentences,
        document: version.document,
    };
    Ok(html(&page)?)
}

/// `POST /console/policies/mode`.
pub(super) async fn mode(ctx: ConsoleCtx, request: HttpRequest, body: web::Bytes) -> Answer {
    let form = ctx.form(&request, &body)?;
    let mode = PolicyMode::from_name(form.text("mode")).unwrap_or(PolicyMode::Retired);
    policies::set_mode(&ctx.actor, ctx.platform(), mode)
        .await
        .map_err(|error| ctx.refuse(error))?;
    Ok(ctx.go("policies", "policy_changed"))
}

/// `POST /console/policies/rollback`.
pub(super) async fn roll_back(ctx: ConsoleCtx, request: HttpRequest, body: web::Bytes) -> Answer {
    ctx.form(&request, &body)?;
    policies::roll_back(&ctx.actor, ctx.platform())
        .await
        .map_err(|error| ctx.refuse(error))?;
    Ok(ctx.go("policies", "policy_changed"))
}
