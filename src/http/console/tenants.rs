//! Tenants: the operator's pages, and the settings of one's own tenant.

use actix_web::{HttpRequest, web};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::fields::{Fields, problem};
use super::session::{ConsoleCtx, Refusal};
use super::{Answer, ListQuery};
use crate::admin::tenants::{self, CreateTenant, TenantChanges, TenantView};
use crate::admin::{Actor, AdminError};
use crate::base::page::{Cursor, PageRequest};
use crate::domain::tenant::TenantStatus;
use crate::http::pages::draw::{html, redirect};
use crate::http::views::console::tenants::{ConfirmDelete, TenantForm, TenantList, TenantRow};
use crate::http::views::console::{Choice, Section};
use crate::http::views::{Problem, When};

/// `GET /console/tenants`.
pub(super) async fn list(ctx: ConsoleCtx, query: web::Query<ListQuery>) -> Answer {
    let typed = query.q.trim().to_lowercase();
    // The slugs are sorted, so what begins with the words stands together.
    let after = query.after.clone().or_else(|| before(&typed));
    let found = tenants::list(
        &ctx.actor,
        ctx.platform(),
        &PageRequest::new(after.map(Cursor), 50),
    )
    .await;
    let found = found.map_err(|error| ctx.refuse(error))?;
    let mut rows = Vec::new();
    for tenant in found
        .items
        .iter()
        .filter(|tenant| tenant.slug.as_str().starts_with(&typed))
    {
        rows.push(row(&ctx, tenant).await.map_err(|error| ctx.refuse(error))?);
    }
    let more = found.next.filter(|next| next.0.starts_with(&typed));
    let filter = super::overview::filter(&[("q", &typed)]);
    let page = TenantList {
        frame: ctx.frame(Section::Tenants),
        paging: ctx.paging(
            "tenants",
            &filter,
            query.after.as_deref(),
            more.as_ref().map(|next| next.0.as_str()),
        ),
        query: typed,
        rows,
    };
    Ok(html(&page)?)
}

/// A place in the list just before everything that begins with a text: slugs are ASCII and compare by bytes.
fn before(typed: &str) -> Option<String> {
    let (last, head) = typed.as_bytes().split_last()?;
    let head = std::str::from_utf8(head).ok()?;
    Some(format!("{head}{}~", char::from(last.checked_sub(1)?)))
}

async fn row(ctx: &ConsoleCtx, tenant: &TenantView) -> Result<TenantRow, AdminError> {
    let (_, counts) = tenants::show(&ctx.actor.on(tenant.id)?, ctx.platform()).await?;
    Ok(TenantRow {
        slug: tenant.slug.to_string(),
        name: tenant.name.clone(),
        issuer: tenant.issuer.clone(),
        active: tenant.status == TenantStatus::Active,
        users: u64::try_from(counts.users).unwrap_or(0),
        created: When::at(tenant.created_at),
    })
}

/// `GET /console/tenants/new`.
pub(super) async fn new(ctx: ConsoleCtx) -> Answer {
    ctx.actor.may_keep_tenants().map_err(|error| ctx.refuse(error))?;
    let blank = Fields::parse(b"preset=observe&registration=token&layout=identifier_first&floor=aal1&default_locale=en&remember_days=30&recovery_wait_hours=24&notice_threshold=20");
    Ok(html(&form_page(&ctx, None, &blank, Vec::new()))?)
}

/// `POST /console/tenants`.
pub(super) async fn create(ctx: ConsoleCtx, request: HttpRequest, body: web::Bytes) -> Answer {
    let form = ctx.form(&request, &body)?;
    let wanted = CreateTenant {
        slug: form.text("slug").to_owned(),
        name: Some(form.text("name").to_owned()),
        preset: Some(form.text("preset").to_owned()),
        settings: changes(&form),
    };
    match tenants::create(&ctx.actor, ctx.platform(), wanted).await {
        Ok(made) => Ok(redirect(&format!("/console?tenant={}&done=created", made.slug))),
        Err(error) => again(&ctx, None, &form, error),
    }
}

/// `GET /console/tenants/{slug}/edit`.
pub(super) async fn edit(ctx: ConsoleCtx, slug: web::Path<String>) -> Answer {
    let (actor, tenant) = there(&ctx, &slug).await?;
    actor.may_manage_tenant().map_err(|error| ctx.refuse(error))?;
    Ok(html(&form_page(
        &ctx,
        Some(&tenant),
        &fields_of(&tenant),
        Vec::new(),
    ))?)
}

/// `POST /console/tenants/{slug}/edit`.
pub(super) async fn update(
    ctx: ConsoleCtx,
    slug: web::Path<String>,
    request: HttpRequest,
    body: web::Bytes,
) -> Answer {
    let form = ctx.form(&request, &body)?;
    let (actor, tenant) = there(&ctx, &slug).await?;
    let changes = TenantChanges {
        name: Some(form.text("name").to_owned()),
        ..changes(&form)
    };
    match tenants::update(&actor, ctx.platform(), changes, form.number("version")).await {
        Ok(_) => Ok(ctx.go(&format!("tenants/{slug}/edit"), "saved")),
        Err(error) => again(&ctx, Some(&tenant), &form, error),
    }
}

/// `GET /console/tenants/{slug}/delete`.
pub(super) async fn ask_delete(ctx: ConsoleCtx, slug: web::Path<String>) -> Answer {
    Ok(html(&delete_page(&ctx, &slug, Vec::new()).await?)?)
}

/// `POST /console/tenants/{slug}/delete`.
pub(super) async fn delete(
    ctx: ConsoleCtx,
    slug: web::Path<String>,
    request: HttpRequest,
    body: web::Bytes,
) -> Answer {
    let form = ctx.form(&request, &body)?;
    if form.text("confirm") != slug.as_str() {
        let wrong = Problem::at("confirm", ctx.frame(Section::Tenants).chrome.t("problem-confirm"));
        return Ok(html(&delete_page(&ctx, &slug, vec![wrong]).await?)?);
    }
    tenants::delete(&ctx.actor, ctx.platform(), &slug)
        .await
        .map_err(|error| ctx.refuse(error))?;
    // The tenant worked on may be the one that is gone.
    Ok(redirect("/console/tenants?tenant=system&done=deleted"))
}

async fn there(ctx: &ConsoleCtx, slug: &str) -> Result<(Actor, TenantView), Refusal> {
    tenants::enter(&ctx.actor, ctx.platform(), slug)
        .await
        .map_err(|error| ctx.refuse(error))
}

async fn delete_page(ctx: &ConsoleCtx, slug: &str, problems: Vec<Problem>) -> Result<ConfirmDelete, Refusal> {
    ctx.actor.may_keep_tenants().map_err(|error| ctx.refuse(error))?;
    let (actor, _) = there(ctx, slug).await?;
    let (_, counts) = tenants::show(&actor, ctx.platform())
        .await
        .map_err(|error| ctx.refuse(error))?;
    let frame = ctx.frame(Section::Tenants);
    let losses = [
        ("nav-users", counts.users),
        ("nav-clients", counts.clients),
        ("nav-decisions", counts.decisions),
    ];
    Ok(ConfirmDelete {
        kind: "tenant",
        name: slug.to_owned(),
        losses: losses
            .iter()
            .map(|(key, count)| format!("{}: {count}", frame.chrome.t(key)))
            .collect(),
        problems,
        action: frame.act("tenants", slug, "delete"),
        cancel: frame.href("tenants"),
        frame,
    })
}

fn again(ctx: &ConsoleCtx, tenant: Option<&TenantView>, form: &Fields, error: AdminError) -> Answer {
    let chrome = ctx.frame(Section::Tenants).chrome;
    let problem = problem(&chrome, error).map_err(|error| ctx.refuse(error))?;
    Ok(html(&form_page(ctx, tenant, form, vec![problem]))?)
}

/// A value of a closed set by its stored name; an unknown one changes nothing.
fn chosen<T: DeserializeOwned>(form: &Fields, name: &str) -> Option<T> {
    serde_json::from_value(Value::String(form.text(name).to_owned())).ok()
}

fn changes(form: &Fields) -> TenantChanges {
    TenantChanges {
        name: None,
        status: chosen(form, "status"),
        registration: chosen(form, "registration"),
        registration_policy: None,
        layout: chosen(form, "layout"),
        floor: chosen(form, "floor"),
        fail_mode: chosen(form, "fail_mode"),
        default_locale: Some(form.text("default_locale").to_owned()).filter(|tag| !tag.is_empty()),
        support_contact: Some(form.text("support_contact").to_owned()),
        // What is no number is out of range too, and refused with the same words.
        notice_threshold: Some(form.number("notice_threshold").unwrap_or(u8::MAX)),
        remember_days: Some(form.number("remember_days").unwrap_or(u16::MAX)),
        recovery_wait_hours: Some(form.number("recovery_wait_hours").unwrap_or(u16::MAX)),
        breached_passwords: chosen(form, "breached_passwords"),
        passkey_attestation: chosen(form, "passkey_attestation"),
        passkey_models: Some(form.lines("passkey_models")),
        // By `tenant apply` alone: nobody types certificates and keys.
        client_certificate_authorities: None,
        trusted_issuers: None,
        identity_provider: None,
        asserted_trust_frameworks: None,
        brand_color: Some(form.text("brand_color").to_owned()),
        sign_up: chosen(form, "sign_up"),
        disposable_addresses: chosen(form, "disposable_addresses"),
        terms_uri: Some(form.text("terms_uri").to_owned()),
        privacy_uri: Some(form.text("privacy_uri").to_owned()),
    }
}

/// The settings of a tenant as the form would send them.
fn fields_of(tenant: &TenantView) -> Fields {
    let settings = serde_json::to_value(&tenant.settings).unwrap_or_default();
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in settings.as_object().into_iter().flatten() {
        let text = match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            Value::Array(lines) => lines
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join("\n"),
            other => other.to_string(),
        };
        pairs.append_pair(name, &text);
    }
    let status = if tenant.status == TenantStatus::Active {
        "active"
    } else {
        "disabled"
    };
    pairs
        .append_pair("name", &tenant.name)
        .append_pair("status", status);
    pairs.append_pair("version", &tenant.version.to_string());
    Fields::parse(pairs.finish().as_bytes())
}

fn form_page(
    ctx: &ConsoleCtx,
    tenant: Option<&TenantView>,
    form: &Fields,
    problems: Vec<Problem>,
) -> TenantForm {
    let frame = ctx.frame(Section::Tenants);
    let text = |name: &str| form.text(name).to_owned();
    let words = frame.chrome.text;
    let chosen = |name: &str| form.text(name);
    TenantForm {
        new: tenant.is_none(),
        action: tenant.map_or_else(
            || frame.href("tenants"),
            |tenant| frame.act("tenants", tenant.slug.as_str(), "edit"),
        ),
        problems,
        slug: text("slug"),
        issuer: tenant.map(|tenant| tenant.issuer.clone()).unwrap_or_default(),
        name: text("name"),
        presets: Choice::said(&crate::policy::presets::NAMES, chosen("preset"), |name| {
            words.pick_or_name("preset", name)
        }),
        registration: Choice::said(&["open", "token", "off"], chosen("registration"), |name| {
            words.pick_or_name("registration", name)
        }),
        layout: Choice::said(&["identifier_first", "combined"], chosen("layout"), |name| {
            words.pick_or_name("layout", name)
        }),
        floor: Choice::said(&["aal1", "aal2", "phr", "phrh"], chosen("floor"), |name| {
            words.pick_or_name("floor", name)
        }),
        locale: Choice::list(&[("en", "English"), ("de", "Deutsch")], chosen("default_locale")),
        status: Choice::said(&["active", "disabled"], chosen("status"), |name| {
            words.pick_or_name("state", name)
        }),
        breached: Choice::said(
            &["when_chosen", "also_at_sign_in"],
            chosen("breached_passwords"),
            |name| words.pick_or_name("breached", name),
        ),
        attestation: Choice::said(
            &["none", "preferred", "required"],
            chosen("passkey_attestation"),
            |name| words.pick_or_name("attestation", name),
        ),
        passkey_models: text("passkey_models"),
        support_contact: text("support_contact"),
        remember_days: text("remember_days"),
        recovery_wait_hours: text("recovery_wait_hours"),
        notice_threshold: text("notice_threshold"),
        brand_color: text("brand_color"),
        sign_up: Choice::said(&["off", "open"], chosen("sign_up"), |name| {
            words.pick_or_name("who-signs-up", name)
        }),
        disposable: Choice::said(
            &["challenge", "refuse", "allow"],
            chosen("disposable_addresses"),
            |name| words.pick_or_name("disposable", name),
        ),
        terms_uri: text("terms_uri"),
        privacy_uri: text("privacy_uri"),
        version: text("version"),
        frame,
    }
}
