//! Applications.

use actix_web::{HttpRequest, web};
use serde_json::Value;

use super::client_form::{fields_of, form_page, members};
use super::fields::{Fields, problem};
use super::overview::filter;
use super::session::{ConsoleCtx, Refusal};
use super::{Answer, ListQuery};
use crate::admin::AdminError;
use crate::admin::clients::{self, ClientView, CreatedClient, Kind, NewClient, Unknown};
use crate::base::page::{Cursor, PageRequest};
use crate::domain::client::ClientOrigin;
use crate::http::pages::draw::html;
use crate::http::views::console::Section;
use crate::http::views::console::clients::{
    ClientList, ClientPage, ClientRow, LogoutRow, MemberRow, SecretRow,
};
use crate::http::views::console::tenants::ConfirmDelete;
use crate::http::views::{Problem, When};

/// `GET /console/clients`.
pub(super) async fn list(ctx: ConsoleCtx, query: web::Query<ListQuery>) -> Answer {
    let typed = query.q.trim();
    let wanted = PageRequest::new(query.after.clone().map(Cursor), 50);
    let found = clients::list(&ctx.actor, ctx.platform(), Some(typed), &wanted).await;
    let found = found.map_err(|error| ctx.refuse(error))?;
    let next = found.next.as_ref().map(|next| next.0.as_str());
    let page = ClientList {
        frame: ctx.frame(Section::Clients),
        query: typed.to_owned(),
        paging: ctx.paging("clients", &filter(&[("q", typed)]), query.after.as_deref(), next),
        rows: found.items.iter().map(row).collect(),
    };
    Ok(html(&page)?)
}

pub(super) fn member<'a>(client: &'a ClientView, name: &str) -> &'a str {
    client
        .metadata
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn name_of(client: &ClientView) -> String {
    match member(client, "client_name") {
        "" => client.client_id.to_string(),
        name => name.to_owned(),
    }
}

fn row(client: &ClientView) -> ClientRow {
    ClientRow {
        id: client.client_id.to_string(),
        name: name_of(client),
        kind: client.kind.to_owned(),
        origin: match client.settings.origin {
            ClientOrigin::Admin => "admin",
            ClientOrigin::Dynamic => "dynamic",
            ClientOrigin::Document => "document",
            ClientOrigin::BuiltIn => "built_in",
        }
        .to_owned(),
        disabled: client.settings.disabled,
        updated: When::at(client.updated_at),
    }
}

/// `GET /console/clients/new`.
pub(super) async fn new(ctx: ConsoleCtx) -> Answer {
    ctx.actor
        .may_manage_clients()
        .map_err(|error| ctx.refuse(error))?;
    let blank = Fields::parse(
        b"type=web&token_endpoint_auth_method=client_secret_basic&id_token_signed_response_alg=ES256",
    );
    Ok(html(&form_page(&ctx, None, &blank, Vec::new()))?)
}

/// `POST /console/clients`.
pub(super) async fn create(ctx: ConsoleCtx, request: HttpRequest, body: web::Bytes) -> Answer {
    let form = ctx.form(&request, &body)?;
    let made = match wanted(&form) {
        Ok(wanted) => clients::create(&ctx.actor, ctx.platform(), wanted).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(made) => client_page(&ctx, &made.client, secret_of(&made), Some("created")).await,
        Err(error) => again(&ctx, None, &form, error),
    }
}

fn secret_of(made: &CreatedClient) -> Option<String> {
    made.secret.as_ref().map(|secret| secret.expose().clone())
}

fn wanted(form: &Fields) -> Result<NewClient, AdminError> {
    let kind = Kind::parse(form.text("type"))?;
    let mut document = clients::template(kind);
    let given = members(form);
    document.extend(given);
    // The kind says how apps without a server authenticate; the select's first entry must not overrule it.
    if matches!(kind, Kind::Spa | Kind::Native | Kind::Device) {
        document.insert("token_endpoint_auth_method".to_owned(), "none".into());
    }
    document.retain(|_, value| !value.is_null());
    Ok(NewClient {
        document,
        unknown: Unknown::Refuse,
    })
}

async fn named(ctx: &ConsoleCtx, id: &str) -> Result<ClientView, Refusal> {
    clients::show(&ctx.actor, ctx.platform(), id)
        .await
        .map_err(|error| ctx.refuse(error))
}

/// `GET /console/clients/{id}`.
pub(super) async fn show(ctx: ConsoleCtx, id: web::Path<String>) -> Answer {
    let client = named(&ctx, &id).await?;
    client_page(&ctx, &client, None, None).await
}

/// `GET /console/clients/{id}/edit`.
pub(super) async fn edit(ctx: ConsoleCtx, id: web::Path<String>) -> Answer {
    ctx.actor
        .may_manage_clients()
        .map_err(|error| ctx.refuse(error))?;
    let client = named(&ctx, &id).await?;
    Ok(html(&form_page(
        &ctx,
        Some(&client),
        &fields_of(&client),
        Vec::new(),
    ))?)
}

/// `POST /console/clients/{id}/edit`.
pub(super) async fn update(
    ctx: ConsoleCtx,
    id: web::Path<String>,
    request: HttpRequest,
    body: web::Bytes,
) -> Answer {
    let form = ctx.form(&request, &body)?;
    let client = named(&ctx, &id).await?;
    let version = form.number("version");
    match clients::update(&ctx.actor, ctx.platform(), &id, members(&form), version).await {
        Ok(changed) => client_page(&ctx, &changed.client, secret_of(&changed), Some("saved")).await,
        Err(error) => again(&ctx, Some(&client), &form, error),
    }
}

/// `POST /console/clients/{id}/rotate-secret`. The new secret is shown by this answer alone.
pub(super) async fn rotate_secret(
    ctx: ConsoleCtx,
    id: web::Path<String>,
    request: HttpRequest,
    body: web::Bytes,
) -> Answer {
    ctx.form(&request, &body)?;
    let rotated = clients::rotate_secret(&ctx.actor, ctx.platform(), &id).await;
    let rotated = rotated.map_err(|error| ctx.refuse(error))?;
    client_page(&ctx, &rotated.client, secret_of(&rotated), Some("saved")).await
}

/// `GET /console/clients/{id}/delete`.
pub(super) async fn ask_delete(ctx: ConsoleCtx, id: web::Path<String>) -> Answer {
    ctx.actor
        .may_manage_clients()
        .map_err(|error| ctx.refuse(error))?;
    let client = named(&ctx, &id).await?;
    Ok(html(&delete_page(&ctx, &client, Vec::new()))?)
}

/// `POST /console/clients/{id}/delete`.
pub(super) async fn delete(
    ctx: ConsoleCtx,
    id: web::Path<String>,
    request: HttpRequest,
    body: web::Bytes,
) -> Answer {
    let form = ctx.form(&request, &body)?;
    let client = named(&ctx, &id).await?;
    if form.text("confirm") != client.client_id.as_str() {
        let wrong = Problem::at("confirm", ctx.frame(Section::Clients).chrome.t("problem-confirm"));
        return Ok(html(&delete_page(&ctx, &client, vec![wrong]))?);
    }
    clients::delete(&ctx.actor, ctx.platform(), &id)
        .await
        .map_err(|error| ctx.refuse(error))?;
    Ok(ctx.go("clients", "deleted"))
}

fn delete_page(ctx: &ConsoleCtx, client: &ClientView, problems: Vec<Problem>) -> ConfirmDelete {
    let frame = ctx.frame(Section::Clients);
    let id = client.client_id.as_str();
    ConfirmDelete {
        kind: "client",
        name: id.to_owned(),
        losses: Vec::new(),
        problems,
        action: frame.act("clients", id, "delete"),
        cancel: frame.of("clients", id),
        frame,
    }
}

fn again(ctx: &ConsoleCtx, client: Option<&ClientView>, form: &Fields, error: AdminError) -> Answer {
    let chrome = ctx.frame(Section::Clients).chrome;
    let problem = problem(&chrome, error).map_err(|error| ctx.refuse(error))?;
    Ok(html(&form_page(ctx, client, form, vec![problem]))?)
}

/// What the client was told of sessions that ended, where it wants to be told.
async fn logouts(ctx: &ConsoleCtx, client: &ClientView) -> Result<Option<Vec<LogoutRow>>, Refusal> {
    if member(client, "backchannel_logout_uri").is_empty() {
        return Ok(None);
    }
    let found = clients::logouts(&ctx.actor, ctx.platform(), &client.client_id).await;
    let rows = found.map_err(|error| ctx.refuse(error))?.into_iter();
    let rows = rows.map(|delivery| LogoutRow {
        ended: When::at(delivery.created_at),
        sid: delivery.sid,
        status: delivery.status.name().to_owned(),
        attempts: delivery.attempts,
        detail: delivery.detail.unwrap_or_default(),
    });
    Ok(Some(rows.collect()))
}

async fn client_page(
    ctx: &ConsoleCtx,
    client: &ClientView,
    new_secret: Option<String>,
    done: Option<&'static str>,
) -> Answer {
    let logouts = logouts(ctx, client).await?;
    let mut frame = ctx.frame(Section::Clients);
    frame.flash = done.or(frame.flash);
    let shown = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(" "),
        other => other.to_string(),
    };
    let page = ClientPage {
        logouts,
        id: client.client_id.to_string(),
        name: name_of(client),
        disabled: client.settings.disabled,
        built_in: client.settings.origin == ClientOrigin::BuiltIn,
        new_secret,
        issuer: ctx.realm.issuer().to_owned(),
        discovery: ctx.realm.url("/.well-known/openid-configuration"),
        metadata: client
            .metadata
            .iter()
            .map(|(name, value)| MemberRow {
                words: frame.chrome.pick_or_name("client-member", name).into_owned(),
                name: name.clone(),
                value: shown(value),
            })
            .collect(),
        secrets: client
            .secrets
            .iter()
            .map(|secret| SecretRow {
                created: When::at(secret.created_at),
                expires: secret.expires_at.map(When::at),
            })
            .collect(),
        created: When::at(client.created_at),
        updated: When::at(client.updated_at),
        frame,
    };
    Ok(html(&page)?)
}
