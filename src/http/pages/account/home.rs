//! What the account page shows.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::{Own, Wanted, bound, own, own_or_sign_in};
use crate::base::page::PageRequest;
use crate::domain::credential::{Credential, CredentialSecret};
use crate::domain::session::Session;
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::pages::draw::html;
use crate::http::views::When;
use crate::http::views::account::{AccountHome, ActivityRow, AppRow, DeviceRow, Factor, SessionRow};
use crate::oidc::ciba;
use crate::selfservice;
use crate::store::StoreError;

/// What was just done, from the address.
#[derive(Debug, Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// `GET {issuer}/account`.
pub async fn home(ctx: Ctx, done: web::Query<Done>) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "", Wanted::Look);
    let page = home_page(&ctx, &own, done.done.as_deref())
        .await
        .map_err(|error| ctx.error(error.into()))?;
    bound(&ctx, html(&page)?)
}

async fn home_page(ctx: &Ctx, own: &Own, done: Option<&str>) -> Result<AccountHome, StoreError> {
    let user = &own.account.user;
    let factors = |keep: fn(&Credential) -> bool, fallback: &str| {
        own.account
            .credentials
            .iter()
            .filter(|credential| keep(credential))
            .map(|credential| factor(ctx, credential, fallback))
            .collect::<Vec<_>>()
    };
    Ok(AccountHome {
        chrome: ctx.chrome(),
        name: user
            .name
            .clone()
            .unwrap_or_else(|| user.email.as_str().to_owned()),
        email: user.email.as_str().to_owned(),
        done: done.and_then(done_name),
        recovery: selfservice::open_recovery(ctx.platform(), &ctx.realm, user.id)
            .await?
            .map(When::at),
        access_pass: selfservice::recent_access_pass(ctx.platform(), &ctx.realm, user.id)
            .await?
            .map(When::at),
        requests: open_requests(ctx, own)?,
        password: own
            .account
            .password()
            .map(|(credential, _)| When::at(credential.created_at)),
        passkeys: factors(
            |c| matches!(c.secret, CredentialSecret::Passkey(_)),
            "factor-passkey",
        ),
        totp: factors(
            |c| matches!(c.secret, CredentialSecret::Totp { .. }),
            "factor-totp",
        ),
        approvers: factors(|c| matches!(c.secret, CredentialSecret::Push(_)), "factor-push"),
        recovery_left: own
            .account
            .credentials
            .iter()
            .find_map(|credential| match &credential.secret {
                CredentialSecret::RecoveryCodes { unused } => Some(u32::try_from(unused.len()).unwrap_or(0)),
                _ => None,
            })
            .or_else(|| own.account.has_second_factor().then_some(0)),
        sessions: session_rows(ctx, own).await?,
        devices: device_rows(ctx, own).await?,
        apps: app_rows(ctx, own).await?,
        activity: activity_rows(ctx, own).await?,
    })
}

/// How many requests of apps wait; short-lived state that can't be read is the same failure as elsewhere.
fn open_requests(ctx: &Ctx, own: &Own) -> Result<u32, StoreError> {
    let open = ciba::open_requests(ctx.platform(), &ctx.realm, own.account.user.id);
    let open = open.map_err(|error| StoreError::Corrupt(error.to_string()))?;
    Ok(u32::try_from(open.len()).unwrap_or(u32::MAX))
}

/// Only names of the catalogue are shown, so an address can't put words on the page.
fn done_name(text: &str) -> Option<&'static str> {
    const KNOWN: [&str; 13] = [
        "device_added",
        "email_changed",
        "password_changed",
        "passkey_added",
        "totp_added",
        "factor_removed",
        "session_ended",
        "sessions_ended",
        "device_forgotten",
        "app_revoked",
        "not_me",
        "recovery_stopped",
        "pass_revoked",
    ];
    KNOWN.into_iter().find(|known| *known == text)
}

fn factor(ctx: &Ctx, credential: &Credential, fallback: &str) -> Factor {
    Factor {
        id: credential.id.to_string(),
        name: credential
            .name
            .clone()
            .unwrap_or_else(|| ctx.text.get(fallback).into_owned()),
        created: When::at(credential.created_at),
        used: credential.last_used_at.map(When::at),
        synced: match &credential.secret {
            CredentialSecret::Passkey(record) => Some(record.backup_eligible),
            _ => None,
        },
    }
}

async fn session_rows(ctx: &Ctx, own: &Own) -> Result<Vec<SessionRow>, StoreError> {
    let store = ctx.realm.store(&ctx.platform().store);
    let live = store
        .sessions_of(own.account.user.id, Some(ctx.platform().now()))
        .await?;
    let row = |session: &Session| SessionRow {
        id: session.id.to_string(),
        browser: session
            .agent
            .clone()
            .unwrap_or_else(|| ctx.text.get("unknown-browser").into_owned()),
        place: None,
        ip: session.ip.clone(),
        started: When::at(session.created_at),
        seen: When::at(session.last_seen_at),
        current: session.id == own.live.session.id,
    };
    let mut rows: Vec<SessionRow> = live.iter().map(row).collect();
    rows.sort_by_key(|row| !row.current);
    Ok(rows)
}

async fn device_rows(ctx: &Ctx, own: &Own) -> Result<Vec<DeviceRow>, StoreError> {
    let now = ctx.platform().now();
    let devices = ctx
        .realm
        .store(&ctx.platform().store)
        .devices_of(own.account.user.id)
        .await?;
    Ok(devices
        .into_iter()
        .filter(|device| device.is_remembered(now))
        .map(|device| DeviceRow {
            id: device.id.to_string(),
            browser: [device.label.browser, device.label.os]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", "),
            place: device.place,
            created: When::at(device.created_at),
            used: When::at(device.last_used_at),
            expires: When::at(device.remembered_until.unwrap_or(now)),
        })
        .collect())
}

async fn app_rows(ctx: &Ctx, own: &Own) -> Result<Vec<AppRow>, StoreError> {
    let store = ctx.realm.store(&ctx.platform().store);
    let mut rows: Vec<AppRow> = Vec::new();
    let grants = store.grants_of_user(own.account.user.id).await?;
    let consents = store.consents_of(own.account.user.id).await?;
    let held = grants
        .into_iter()
        .map(|grant| (grant.client, grant.scope, grant.created_at))
        .chain(
            consents
                .into_iter()
                .map(|consent| (consent.client, consent.scope, consent.granted_at)),
        );
    for (client, scope, since) in held {
        if rows.iter().any(|row| row.id == client.as_str()) {
            continue;
        }
        let known = ctx.realm.tenant.client(ctx.platform(), &client).await?;
        rows.push(AppRow {
            id: client.as_str().to_owned(),
            name: known.map_or_else(
                || client.to_string(),
                |known| known.record.display_name().to_owned(),
            ),
            scopes: scope.split(' ').map(str::to_owned).collect(),
            since: When::at(since),
        });
    }
    Ok(rows)
}

async fn activity_rows(ctx: &Ctx, own: &Own) -> Result<Vec<ActivityRow>, StoreError> {
    let store = ctx.realm.store(&ctx.platform().store);
    let page = store
        .events(Some(own.account.user.id), &PageRequest::new(None, 20))
        .await?;
    let text = |value: &serde_json::Value, name: &str| {
        value
            .get(name)
            .and_then(serde_json::Value::as_str)
            .map(str::to_owned)
    };
    Ok(page
        .items
        .into_iter()
        .map(|event| {
            let session = text(&event.data, "session");
            ActivityRow {
                id: session.clone().unwrap_or_else(|| event.id.to_string()),
                can_report: event.code == "signin.completed" && session.is_some(),
                code: event.code.replace('.', "_"),
                at: When::at(event.at),
                browser: text(&event.data, "agent"),
                place: text(&event.data, "place"),
                app: text(&event.data, "client"),
                reported: false,
            }
        })
        .collect())
}
