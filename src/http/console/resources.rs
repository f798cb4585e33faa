//! Protected resources: the APIs that tokens are made for.

use actix_web::{HttpRequest, web};

use super::Answer;
use super::fields::{Fields, problem};
use super::session::{ConsoleCtx, Refusal};
use crate::admin::resources::{self, NewResource, ResourceView};
use crate::http::pages::draw::html;
use crate::http::views::console::Section;
use crate::http::views::console::resources::{ResourceList, ResourceRow};
use crate::http::views::{Problem, When};

/// `GET /console/resources`.
pub(super) async fn list(ctx: ConsoleCtx) -> Answer {
    let blank = Fields::parse(b"");
    Ok(html(&page(&ctx, &blank, Vec::new()).await?)?)
}

async fn page(ctx: &ConsoleCtx, form: &Fields, problems: Vec<Problem>) -> Result<ResourceList, Refusal> {
    let found = resources::list(&ctx.actor, ctx.platform()).await;
    let text = |name: &str| form.text(name).to_owned();
    Ok(ResourceList {
        frame: ctx.frame(Section::Resources),
        rows: found
            .map_err(|error| ctx.refuse(error))?
            .into_iter()
            .map(row)
            .collect(),
        identifier: text("identifier"),
        scope: text("scope"),
        sensitive: text("sensitive_scope"),
        details: text("authorization_details_types"),
        client: text("client_id"),
        problems,
    })
}

fn row(resource: ResourceView) -> ResourceRow {
    ResourceRow {
        identifier: resource.identifier.to_string(),
        scopes: resource.scope,
        sensitive: resource.sensitive_scope,
        details: resource
            .authorization_details_types
            .iter()
            .map(|known| known.name.clone())
            .collect(),
        client: resource.client_id.map(|id| id.to_string()),
        created: When::at(resource.created_at),
    }
}

/// `POST /console/resources`.
pub(super) async fn create(ctx: ConsoleCtx, request: HttpRequest, body: web::Bytes) -> Answer {
    let form = ctx.form(&request, &body)?;
    let wanted = NewResource {
        identifier: form.text("identifier").to_owned(),
        scopes: vec![form.text("scope").to_owned()],
        sensitive: vec![form.text("sensitive_scope").to_owned()],
        detail_types: form.lines("authorization_details_types"),
        client: Some(form.text("client_id").to_owned()),
    };
    match resources::create(&ctx.actor, ctx.platform(), &wanted).await {
        Ok(_) => Ok(ctx.go("resources", "created")),
        Err(error) => {
            let chrome = ctx.frame(Section::Resources).chrome;
            let problem = problem(&chrome, error).map_err(|error| ctx.refuse(error))?;
            Ok(html(&page(&ctx, &form, vec![problem]).await?)?)
        }
    }
}

/// `POST /console/resources/delete`.
pub(super) async fn delete(ctx: ConsoleCtx, request: HttpRequest, body: web::Bytes) -> Answer {
    let form = ctx.form(&request, &body)?;
    resources::delete(&ctx.actor, ctx.platform(), form.text("identifier"))
        .await
        .map_err(|error| ctx.refuse(error))?;
    Ok(ctx.go("resources", "deleted"))
}
