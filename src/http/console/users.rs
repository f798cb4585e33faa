//! Users.

use actix_web::{HttpRequest, web};

use super::decisions::decision_row;
use super::fields::{Fields, problem};
use super::overview::filter;
use super::session::{ConsoleCtx, Refusal};
use super::{Answer, ListQuery};
use crate::admin::users::{self, NewUser, Passwords, UserChanges, UserDetails, UserView, passes};
use crate::admin::{AdminError, decisions};
use crate::base::ids::ClientId;
use crate::base::page::{Cursor, PageRequest};
use crate::base::secret::Secret;
use crate::domain::access_pass::DEFAULT_MINUTES;
use crate::domain::user::UserStatus;
use crate::http::pages::draw::{html, redirect};
use crate::http::views::account::{AppRow, DeviceRow, SessionRow};
use crate::http::views::console::decisions::DecisionRow;
use crate::http::views::console::passes::UserPasses;
use crate::http::views::console::tenants::ConfirmDelete;
use crate::http::views::console::users::{UserFactor, UserList, UserNew, UserPage, UserRow};
use crate::http::views::console::{Choice, Section};
use crate::http::views::{Problem, When};
use crate::store::DecisionFilter;

/// `GET /console/users`.
pub(super) async fn list(ctx: ConsoleCtx, query: web::Query<ListQuery>) -> Answer {
    let typed = query.q.trim();
    let wanted = PageRequest::new(query.after.clone().map(Cursor), 50);
    let found = users::list(&ctx.actor, ctx.platform(), Some(typed), &wanted).await;
    let found = found.map_err(|error| ctx.refuse(error))?;
    let next = found.next.as_ref().map(|next| next.0.as_str());
    let page = UserList {
        frame: ctx.frame(Section::Users),
        query: typed.to_owned(),
        paging: ctx.paging("users", &filter(&[("q", typed)]), query.after.as_deref(), next),
        rows: found.items.iter().map(row).collect(),
    };
    Ok(html(&page)?)
}

fn row(row: &users::UserRow) -> UserRow {
    UserRow {
        id: row.user.id.to_string(),
        email: row.user.email.clone(),
        name: row.user.name.clone().unwrap_or_default(),
        factors: row
            .factors
            .iter()
            .map(|method| method.name().to_owned())
            .collect(),
        disabled: row.user.status == UserStatus::Disabled,
        last_sign_in: row.last_sign_in.map(When::at),
    }
}

/// `GET /console/users/new`.
pub(super) async fn new(ctx: ConsoleCtx) -> Answer {
    ctx.actor.may_manage_users().map_err(|error| ctx.refuse(error))?;
    Ok(html(&new_page(&ctx, &Fields::parse(b""), Vec::new()))?)
}

fn new_page(ctx: &ConsoleCtx, form: &Fields, problems: Vec<Problem>) -> UserNew {
    let frame = ctx.frame(Section::Users);
    UserNew {
        action: frame.href("users"),
        problems,
        email: form.text("email").to_owned(),
        name: form.text("name").to_owned(),
        email_verified: form.on("email_verified"),
        frame,
    }
}

/// `POST /console/users`.
pub(super) async fn create(ctx: ConsoleCtx, request: HttpRequest, body: web::Bytes) -> Answer {
    let form = ctx.form(&request, &body)?;
    let wanted = NewUser {
        email: form.text("email").to_owned(),
        name: Some(form.text("name").to_owned()),
        password: form.secret("password").map(Secret::new),
        email_verified: form.on("email_verified"),
        ..NewUser::default()
    };
    match users::create(&ctx.actor, ctx.platform(), wanted, Passwords::New).await {
        Ok(made) => Ok(ctx.go(&format!("users/{}", made.id), "created")),
        Err(error) => {
            let chrome = ctx.frame(Section::Users).chrome;
            let problem = problem(&chrome, error).map_err(|error| ctx.refuse(error))?;
            Ok(html(&new_page(&ctx, &form, vec![problem]))?)
        }
    }
}

/// `GET /console/users/{id}`.
pub(super) async fn show(ctx: ConsoleCtx, id: web::Path<String>) -> Answer {
    Ok(html(&user_page(&ctx, &id, Vec::new()).await?)?)
}

/// `POST /console/users/{id}`: the profile.
pub(super) async fn update(
    ctx: ConsoleCtx,
    id: web::Path<String>,
    request: HttpRequest,
    body: web::Bytes,
) -> Answer {
    let form = ctx.form(&request, &body)?;
    let changes = UserChanges {
        email: Some(form.text("email").to_owned()),
        name: Some(form.text("name").to_owned()),
        status: serde_json::from_value(form.text("status").into()).ok(),
        version: form.number("version"),
        ..UserChanges::default()
    };
    match users::update(&ctx.actor, ctx.platform(), &id, changes).await {
        Ok(user) => Ok(ctx.go(&format!("users/{}", user.id), "saved")),
        Err(error) => {
            let chrome = ctx.frame(Section::Users).chrome;
            let problem = problem(&chrome, error).map_err(|error| ctx.refuse(error))?;
            let mut page = user_page(&ctx, &id, vec![problem]).await?;
            form.text("email").clone_into(&mut page.email);
            form.text("name").clone_into(&mut page.name);
            Ok(html(&page)?)
        }
    }
}

/// `GET /console/users/{id}/delete`.
pub(super) async fn ask_delete(ctx: ConsoleCtx, id: web::Path<String>) -> Answer {
    Ok(html(&delete_page(&ctx, &named(&ctx, &id).await?, Vec::new()))?)
}

/// `POST /console/users/{id}/delete`.
pub(super) async fn delete(
    ctx: ConsoleCtx,
    id: web::Path<String>,
    request: HttpRequest,
    body: web::Bytes,
) -> Answer {
    let form = ctx.form(&request, &body)?;
    let user = named(&ctx, &id).await?;
    if form.text("confirm") != user.email {
        let wrong = Problem::at("confirm", ctx.frame(Section::Users).chrome.t("problem-confirm"));
        return Ok(html(&delete_page(&ctx, &user, vec![wrong]))?);
    }
    users::erase(&ctx.actor, ctx.platform(), &id)
        .await
        .map_err(|error| ctx.refuse(error))?;
    Ok(ctx.go("users", "deleted"))
}

async fn named(ctx: &ConsoleCtx, id: &str) -> Result<UserView, Refusal> {
    ctx.actor.may_manage_users().map_err(|error| ctx.refuse(error))?;
    users::find(&ctx.actor, ctx.platform(), id)
        .await
        .map_err(|error| ctx.refuse(error))
}

fn delete_page(ctx: &ConsoleCtx, user: &UserView, problems: Vec<Problem>) -> ConfirmDelete {
    let frame = ctx.frame(Section::Users);
    let id = user.id.to_string();
    ConfirmDelete {
        kind: "user",
        name: user.email.clone(),
        losses: Vec::new(),
        problems,
        action: frame.act("users", &id, "delete"),
        cancel: frame.of("users", &id),
        frame,
    }
}

/// `POST /console/users/{id}/require-reset`.
pub(super) async fn require_reset(
    ctx: ConsoleCtx,
    id: web::Path<String>,
    request: HttpRequest,
    body: web::Bytes,
) -> Answer {
    ctx.form(&request, &body)?;
    let done = users::require_password_reset(&ctx.actor, ctx.platform(), &id).await;
    done.map_err(|error| ctx.refuse(error))?;
    Ok(back(&ctx, &id, "reset_required"))
}

/// `POST /console/users/{id}/sessions/end-all`.
pub(super) async fn end_sessions(
    ctx: ConsoleCtx,
    id: web::Path<String>,
    request: HttpRequest,
    body: web::Bytes,
) -> Answer {
    ctx.form(&request, &body)?;
    users::end_sessions(&ctx.actor, ctx.platform(), &id)
        .await
        .map_err(|error| ctx.refuse(error))?;
    Ok(back(&ctx, &id, "session_ended"))
}

pub(super) fn back(ctx: &ConsoleCtx, id: &str, done: &str) -> actix_web::HttpResponse {
    redirect(&format!(
        "{}&done={done}",
        ctx.frame(Section::Users).of("users", id)
    ))
}

/// `POST /console/users/{id}/{kind}/{thing}/{act}`: takes one thing away from an account.
pub(super) async fn remove(
    ctx: ConsoleCtx,
    path: web::Path<(String, String, String, String)>,
    request: HttpRequest,
    body: web::Bytes,
) -> Answer {
    ctx.form(&request, &body)?;
    let (id, kind, thing, act) = path.into_inner();
    let (actor, platform) = (&ctx.actor, ctx.platform());
    let unknown = || AdminError::NotFound("thing of this account");
    let uuid = || thing.parse::<uuid::Uuid>().map_err(|_| unknown());
    let result = match (kind.as_str(), act.as_str()) {
        ("factors", "remove") => {
            removed(uuid(), async |it| {
                users::remove_factor(actor, platform, &id, crate::base::ids::CredentialId(it)).await
            })
            .await
        }
        ("sessions", "end") => {
            removed(uuid(), async |it| {
                users::end_session(actor, platform, &id, crate::base::ids::SessionId(it)).await
            })
            .await
        }
        ("devices", "forget") => {
            removed(uuid(), async |it| {
                users::forget_device(actor, platform, &id, crate::base::ids::DeviceId(it)).await
            })
            .await
        }
        ("apps", "revoke") => match ClientId::parse(&thing) {
            Some(client) => users::revoke_app(actor, platform, &id, &client).await,
            None => Err(unknown()),
        },
        _ => Err(unknown()),
    };
    result.map_err(|error| ctx.refuse(error))?;
    let done = match kind.as_str() {
        "factors" => "factor_removed",
        "sessions" => "session_ended",
        "devices" => "device_forgotten",
        _ => "app_revoked",
    };
    Ok(back(&ctx, &id, done))
}

async fn removed(
    thing: Result<uuid::Uuid, AdminError>,
    act: impl AsyncFnOnce(uuid::Uuid) -> Result<(), AdminError>,
) -> Result<(), AdminError> {
    act(thing?).await
}

pub(super) async fn user_page(
    ctx: &ConsoleCtx,
    id: &str,
    problems: Vec<Problem>,
) -> Result<UserPage, Refusal> {
    let details = users::show(&ctx.actor, ctx.platform(), id)
        .await
        .map_err(|error| ctx.refuse(error))?;
    let decisions = user_decisions(ctx, &details)
        .await
        .map_err(|error| ctx.refuse(error))?;
    let passes = passes::of_user(&ctx.actor, ctx.platform(), id)
        .await
        .map_err(|error| ctx.refuse(error))?;
    let now = ctx.platform().now();
    let user = &details.user;
    let status = if user.status == UserStatus::Active {
        "active"
    } else {
        "disabled"
    };
    let frame = ctx.frame(Section::Users);
    let unknown = frame.chrome.t("unknown-browser").into_owned();
    Ok(UserPage {
        id: user.id.to_string(),
        sub: user.sub.clone(),
        problems,
        email: user.email.clone(),
        email_verified: user.email_verified_at.is_some(),
        name: user.name.clone().unwrap_or_default(),
        status: Choice::said(&["active", "disabled"], status, |name| {
            frame.chrome.text.pick_or_name("state", name)
        }),
        role: details.roles.first().map(|role| role.name().to_owned()),
        version: user.version.to_string(),
        created: When::at(user.created_at),
        factors: details.factors.iter().map(factor).collect(),
        sessions: details
            .sessions
            .iter()
            .map(|session| session_row(session, &unknown))
            .collect(),
        devices: details
            .devices
            .iter()
            .filter(|device| {
                device.revoked_at.is_none() && device.remembered_until.is_some_and(|until| now < until)
            })
            .map(|device| device_row(device, now))
            .collect(),
        apps: apps(&details),
        passes: UserPasses {
            rows: passes.iter().map(super::passes::row).collect(),
            minutes: DEFAULT_MINUTES.to_string(),
            ..UserPasses::default()
        },
        decisions,
        frame,
    })
}

fn factor(factor: &users::FactorView) -> UserFactor {
    UserFactor {
        id: factor.id.to_string(),
        method: factor.method.name().to_owned(),
        name: factor.name.clone().unwrap_or_default(),
        created: When::at(factor.created_at),
        used: factor.last_used_at.map(When::at),
    }
}

fn session_row(session: &users::SessionView, unknown: &str) -> SessionRow {
    SessionRow {
        id: session.id.to_string(),
        browser: session.agent.clone().unwrap_or_else(|| unknown.to_owned()),
        place: None,
        ip: session.ip.clone(),
        started: When::at(session.created_at),
        seen: When::at(session.last_seen_at),
        current: false,
    }
}

fn device_row(device: &users::DeviceView, now: crate::base::timestamp::Timestamp) -> DeviceRow {
    let families = [device.label.browser.clone(), device.label.os.clone()];
    DeviceRow {
        id: device.id.to_string(),
        browser: families.into_iter().flatten().collect::<Vec<_>>().join(", "),
        place: device.place.clone(),
        created: When::at(device.created_at),
        used: When::at(device.last_used_at),
        expires: When::at(device.remembered_until.unwrap_or(now)),
    }
}

/// Apps with access, each once.
fn apps(details: &UserDetails) -> Vec<AppRow> {
    let mut rows: Vec<AppRow> = Vec::new();
    for grant in &details.grants {
        if !rows.iter().any(|row| row.id == grant.client.as_str()) {
            rows.push(AppRow {
                id: grant.client.to_string(),
                name: grant.client.to_string(),
                scopes: grant.scope.split_whitespace().map(str::to_owned).collect(),
                since: When::at(grant.created_at),
            });
        }
    }
    rows
}

/// The latest decisions about a user; support may not see them.
async fn user_decisions(ctx: &ConsoleCtx, details: &UserDetails) -> Result<Vec<DecisionRow>, AdminError> {
    let filter = DecisionFilter {
        user: Some(details.user.id),
        ..DecisionFilter::default()
    };
    let page = PageRequest::new(None, 10);
    let found = match decisions::list(&ctx.actor, ctx.platform(), &filter, &page).await {
        Ok(found) => found.items,
        Err(AdminError::Forbidden(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let names = [(details.user.id, details.user.email.clone())]
        .into_iter()
        .collect();
    Ok(found
        .iter()
        .map(|decision| decision_row(decision, &names))
        .collect())
}
