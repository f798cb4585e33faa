//! The audit log.

use actix_web::web;

use super::session::ConsoleCtx;
use super::{Answer, ListQuery};
use crate::admin::audit;
use crate::base::page::{Cursor, PageRequest};
use crate::domain::event::ActorRef;
use crate::http::pages::draw::html;
use crate::http::views::When;
use crate::http::views::console::Section;
use crate::http::views::console::audit::{AuditList, AuditRow};
use crate::store::AuditRecord;

/// `GET /console/audit`. A search for an object (`user:018f…`) asks the database; any other words look through the page.
pub(super) async fn list(ctx: ConsoleCtx, query: web::Query<ListQuery>) -> Answer {
    let typed = query.q.trim();
    let object = Some(typed).filter(|typed| typed.contains(':'));
    let wanted = PageRequest::new(query.after.clone().map(Cursor), 50);
    let page = audit::list(&ctx.actor, ctx.platform(), object, &wanted).await;
    let page = page.map_err(|error| ctx.refuse(error))?;
    let fits = |row: &AuditRow| {
        object.is_some()
            || [&row.actor, &row.act, &row.object]
                .iter()
                .any(|text| text.contains(typed))
    };
    let filter = super::overview::filter(&[("q", typed)]);
    let next = page.next.as_ref().map(|next| next.0.as_str());
    let page = AuditList {
        frame: ctx.frame(Section::Audit),
        query: typed.to_owned(),
        paging: ctx.paging("audit", &filter, query.after.as_deref(), next),
        rows: page.items.iter().map(row).filter(fits).collect(),
    };
    Ok(html(&page)?)
}

fn row(record: &AuditRecord) -> AuditRow {
    let entry = &record.entry;
    let empty = entry.data.as_object().is_some_and(serde_json::Map::is_empty) || entry.data.is_null();
    AuditRow {
        at: When::at(entry.at),
        actor: match &entry.actor {
            ActorRef::User { id } => format!("user:{id}"),
            ActorRef::CommandLine => "command line".to_owned(),
            ActorRef::Registrant { client } => format!("client:{client}"),
            ActorRef::System => "system".to_owned(),
        },
        act: entry.act.clone(),
        object: entry.object.clone(),
        data: if empty {
            String::new()
        } else {
            entry.data.to_string()
        },
        hash: record.hash.chars().take(12).collect(),
    }
}
