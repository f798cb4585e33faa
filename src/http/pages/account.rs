//! The account page and what it leads to. Everything needs a session; changing factors needs a fresh proof (ASVS 7.5.1).

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::draw::{self, html, html_with, redirect};
use super::signin::begin;
use crate::accounts::{self, Account};
use crate::base::ids::{ClientId, CredentialId, DeviceId, SessionId};
use crate::base::page::PageRequest;
use crate::domain::credential::{Credential, CredentialSecret};
use crate::domain::session::Session;
use crate::factors::password::{PasswordRefusal, min_length};
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::extract::Form;
use crate::http::oidc::ensure_binding;
use crate::http::views::account::{
    AccountHome, ActivityRow, AppRow, ChangePassword, DeviceRow, Factor, RemoveFactor, SessionRow,
};
use crate::http::views::ends::ErrorKind;
use crate::http::views::enrol::{EnrolPasskey, EnrolTotp, Purpose as EnrolPurpose, RecoveryCodes};
use crate::http::views::{PasskeyForm, Problem, When, qr};
use crate::selfservice::{self, FactorError, NotMeError, PasswordError};
use crate::sessions::{self, Live};
use crate::signin::{Purpose, SignInError};
use crate::store::StoreError;

/// How old the last proof may be for changing factors.
const FRESH: Duration = Duration::from_mins(15);

/// A signed-in person on one of these pages.
struct Own {
    live: Live,
    account: Account,
}

/// What was just done, from the address.
#[derive(Debug, Deserialize)]
pub struct Done {
    done: Option<String>,
}

fn path(ctx: &Ctx, rest: &str) -> String {
    format!("{}/account{rest}", ctx.realm.path())
}

/// The signed-in person, or the sign-in that leads back here.
async fn own(ctx: &Ctx, rest: &str, fresh: bool) -> Result<Result<Own, HttpResponse>, PageError> {
    let page_error = |error: StoreError| ctx.error(error.into());
    let live = sessions::current(ctx.platform(), &ctx.realm, &ctx.visit)
        .await
        .map_err(page_error)?;
    let needs_proof = |live: &Live| fresh && ctx.platform().now().since(live.session.auth_time()) > FRESH;
    let Some(live) = live.filter(|live| !needs_proof(live)) else {
        let purpose = Purpose::Page {
            path: format!("/account{rest}"),
            fresh,
        };
        return Ok(Err(begin(ctx, purpose).await?));
    };
    let store = ctx.realm.store(&ctx.platform().store);
    let account = accounts::by_id(&store, live.user.id).await.map_err(page_error)?;
    let account = account.ok_or_else(|| ctx.error(PageError::new(ErrorKind::NotFound)))?;
    let must_reset = account.user.password_reset_required && rest != "/password";
    if must_reset {
        return Ok(Err(redirect(&path(ctx, "/password"))));
    }
    Ok(Ok(Own { live, account }))
}

macro_rules! own_or_sign_in {
    ($ctx:expr, $rest:expr, $fresh:expr) => {
        match own($ctx, $rest, $fresh).await? {
            Ok(own) => own,
            Err(elsewhere) => return Ok(elsewhere),
        }
    };
}

fn bound(ctx: &Ctx, mut response: HttpResponse) -> Result<HttpResponse, PageError> {
    ensure_binding(ctx, &mut response)?;
    Ok(response)
}

/// `GET {issuer}/account`.
pub async fn home(ctx: Ctx, done: web::Query<Done>) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "", false);
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

/// Only names of the catalogue are shown, so an address can't put words on the page.
fn done_name(text: &str) -> Option<&'static str> {
    const KNOWN: [&str; 9] = [
        "password_changed",
        "passkey_added",
        "totp_added",
        "factor_removed",
        "session_ended",
        "sessions_ended",
        "device_forgotten",
        "app_revoked",
        "not_me",
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

fn id<T: std::str::FromStr>(ctx: &Ctx, request: &HttpRequest) -> Result<T, PageError> {
    let text = request.match_info().get("id").and_then(|text| text.parse().ok());
    text.ok_or_else(|| ctx.error(PageError::new(ErrorKind::NotFound)))
}

fn store_error(ctx: &Ctx) -> impl Fn(StoreError) -> PageError + '_ {
    |error| ctx.error(error.into())
}

/// `POST {issuer}/account/sessions/{id}/end`.
pub async fn end_session(
    ctx: Ctx,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, PageError> {
    Form::read(&ctx, &request, &body)?;
    let own = own_or_sign_in!(&ctx, "", false);
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
pub async fn end_others(ctx: Ctx, request: HttpRequest, body: web::Bytes) -> Result<HttpResponse, PageError> {
    Form::read(&ctx, &request, &body)?;
    let own = own_or_sign_in!(&ctx, "", false);
    let (user, keep) = (own.account.user.id, own.live.session.id);
    selfservice::end_others(ctx.platform(), &ctx.realm, &ctx.visit, user, keep)
        .await
        .map_err(store_error(&ctx))?;
    Ok(redirect(&path(&ctx, "?done=sessions_ended")))
}

/// `POST {issuer}/account/devices/{id}/forget`.
pub async fn forget_device(
    ctx: Ctx,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, PageError> {
    Form::read(&ctx, &request, &body)?;
    let own = own_or_sign_in!(&ctx, "", false);
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
pub async fn forget_devices(
    ctx: Ctx,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, PageError> {
    Form::read(&ctx, &request, &body)?;
    let own = own_or_sign_in!(&ctx, "", false);
    selfservice::forget_devices(ctx.platform(), &ctx.realm, &ctx.visit, own.account.user.id)
        .await
        .map_err(store_error(&ctx))?;
    Ok(redirect(&path(&ctx, "?done=device_forgotten")))
}

/// `POST {issuer}/account/apps/{id}/revoke`.
pub async fn revoke_app(ctx: Ctx, request: HttpRequest, body: web::Bytes) -> Result<HttpResponse, PageError> {
    Form::read(&ctx, &request, &body)?;
    let own = own_or_sign_in!(&ctx, "", false);
    let client = request.match_info().get("id").and_then(ClientId::parse);
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

/// `GET {issuer}/account/password`.
pub async fn password_page(ctx: Ctx) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "/password", true);
    bound(&ctx, html(&password_view(&ctx, &own, Vec::new()))?)
}

fn password_view(ctx: &Ctx, own: &Own, problems: Vec<Problem>) -> ChangePassword {
    let required = own.account.user.password_reset_required;
    ChangePassword {
        chrome: ctx.chrome(),
        email: own.account.user.email.as_str().to_owned(),
        action: path(ctx, "/password"),
        ask_current: own.account.password().is_some(),
        required,
        min_length: u32::try_from(min_length(ctx.realm.tenant.record.settings.floor)).unwrap_or(15),
        problems,
        cancel: (!required).then(|| path(ctx, "")),
    }
}

/// `POST {issuer}/account/password`.
pub async fn change_password(
    ctx: Ctx,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, PageError> {
    let form = Form::read(&ctx, &request, &body)?;
    let own = own_or_sign_in!(&ctx, "/password", true);
    let new = form.secret("password").unwrap_or_default();
    let account = (&own.account, own.live.session.id);
    let typed = (form.secret("current_password"), new);
    match selfservice::change_password(ctx.platform(), &ctx.realm, &ctx.visit, account, typed).await {
        Ok(()) => Ok(redirect(&path(&ctx, "?done=password_changed"))),
        Err(PasswordError::Other(error)) => draw::failure(&ctx, error, None),
        Err(PasswordError::Throttled(minutes)) => draw::failure(&ctx, SignInError::Throttled(minutes), None),
        Err(error) => {
            let problem = password_problem(&ctx, &error);
            let page = password_view(&ctx, &own, vec![problem]);
            html_with(actix_web::http::StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn password_problem(ctx: &Ctx, error: &PasswordError) -> Problem {
    let min = min_length(ctx.realm.tenant.record.settings.floor);
    let short = || {
        ctx.text
            .count("problem-password-short", u32::try_from(min).unwrap_or(15))
    };
    match error {
        PasswordError::WrongCurrent => {
            Problem::at("current_password", ctx.text.get("problem-password-wrong"))
        }
        PasswordError::Same => Problem::at("password", ctx.text.get("problem-password-same")),
        PasswordError::Refused(PasswordRefusal::TooShort(_)) => Problem::at("password", short()),
        PasswordError::Refused(PasswordRefusal::TooLong) => {
            Problem::at("password", ctx.text.get("problem-password-long"))
        }
        PasswordError::Refused(_) => Problem::at("password", ctx.text.get("problem-password-guessable")),
        _ => Problem::whole(ctx.text.get("problem-conflict")),
    }
}

/// `GET {issuer}/account/totp`.
pub async fn totp_page(ctx: Ctx) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "/totp", true);
    let page = totp_view(&ctx, &own, Vec::new())?;
    bound(&ctx, html(&page)?)
}

fn totp_view(ctx: &Ctx, own: &Own, problems: Vec<Problem>) -> Result<EnrolTotp, PageError> {
    let begun = selfservice::begin_totp(ctx.platform(), &ctx.realm, &own.account, own.live.session.id)
        .map_err(|error| factor_error(ctx, error))?;
    Ok(EnrolTotp {
        chrome: ctx.chrome(),
        purpose: EnrolPurpose::Account,
        app: None,
        action: path(ctx, "/totp"),
        qr: qr::svg(&begun.uri, &ctx.text.get("enrol-totp-qr")).unwrap_or_default(),
        secret: begun.secret,
        account: own.account.user.email.as_str().to_owned(),
        problems,
        cancel: Some(path(ctx, "")),
    })
}

fn factor_error(ctx: &Ctx, error: FactorError) -> PageError {
    match error {
        FactorError::Other(inner) => ctx.error(inner.into()),
        FactorError::Unknown => ctx.error(PageError::new(ErrorKind::NotFound)),
        other => ctx.error(PageError::new(ErrorKind::LinkSpent).with_cause(other)),
    }
}

/// `POST {issuer}/account/totp`.
pub async fn add_totp(ctx: Ctx, request: HttpRequest, body: web::Bytes) -> Result<HttpResponse, PageError> {
    let form = Form::read(&ctx, &request, &body)?;
    let own = own_or_sign_in!(&ctx, "/totp", true);
    let account = (&own.account, own.live.session.id);
    match selfservice::add_totp(ctx.platform(), &ctx.realm, &ctx.visit, account, form.text("code")).await {
        Ok(()) => factor_added(&ctx, &own, "?done=totp_added").await,
        Err(FactorError::WrongCode) => {
            let problem = Problem::at("code", ctx.text.get("problem-code"));
            let page = totp_view(&ctx, &own, vec![problem])?;
            html_with(actix_web::http::StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(factor_error(&ctx, error)),
    }
}

/// `GET {issuer}/account/passkeys`.
pub async fn passkey_page(ctx: Ctx) -> Result<HttpResponse, PageError> {
    let _own = own_or_sign_in!(&ctx, "/passkeys", true);
    bound(&ctx, html(&passkey_view(&ctx, Vec::new()))?)
}

fn passkey_view(ctx: &Ctx, problems: Vec<Problem>) -> EnrolPasskey {
    // A page at an IP address can't have passkeys; the same page at the first origin can.
    let elsewhere = ctx.realm.origin().passkeys.is_none().then(|| {
        let first = ctx
            .realm
            .tenant
            .origins
            .first()
            .map(|origin| origin.issuer.clone())
            .unwrap_or_default();
        format!("{first}/account/passkeys")
    });
    EnrolPasskey {
        chrome: ctx.chrome(),
        purpose: EnrolPurpose::Account,
        passkey: PasskeyForm {
            options: path(ctx, "/passkeys/options"),
            action: path(ctx, "/passkeys"),
        },
        problems,
        later: path(ctx, ""),
        elsewhere,
    }
}

/// `POST {issuer}/account/passkeys/options`.
pub async fn passkey_options(ctx: Ctx, request: HttpRequest) -> Result<HttpResponse, PageError> {
    crate::http::extract::check_form_origin(&request, &ctx.realm.origin().text())
        .map_err(|error| ctx.error(error))?;
    let token = request
        .headers()
        .get("x-csrf-token")
        .and_then(|value| value.to_str().ok());
    if !ctx.accepts_csrf(token.unwrap_or_default()) {
        return Err(ctx.error(PageError::new(ErrorKind::Forgery)));
    }
    let own = own_or_sign_in!(&ctx, "/passkeys", true);
    let begun = selfservice::begin_passkey(ctx.platform(), &ctx.realm, &own.account, own.live.session.id)
        .map_err(|error| factor_error(&ctx, error))?;
    Ok(HttpResponse::Ok().json(begun.options))
}

/// `POST {issuer}/account/passkeys`.
pub async fn add_passkey(
    ctx: Ctx,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, PageError> {
    let form = Form::read(&ctx, &request, &body)?;
    let own = own_or_sign_in!(&ctx, "/passkeys", true);
    let account = (&own.account, own.live.session.id);
    let answer = (form.text("credential"), form.text("name"));
    match selfservice::add_passkey(ctx.platform(), &ctx.realm, &ctx.visit, account, answer).await {
        Ok(()) => factor_added(&ctx, &own, "?done=passkey_added").await,
        Err(FactorError::Refused) => {
            let page = passkey_view(&ctx, vec![Problem::whole(ctx.text.get("problem-passkey"))]);
            html_with(actix_web::http::StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(factor_error(&ctx, error)),
    }
}

/// `GET {issuer}/account/factors/{id}/remove`.
pub async fn remove_page(ctx: Ctx, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let factor: CredentialId = id(&ctx, &request)?;
    let rest = format!("/factors/{factor}/remove");
    let own = own_or_sign_in!(&ctx, &rest, true);
    let credential = own
        .account
        .credentials
        .iter()
        .find(|credential| credential.id == factor);
    let credential = credential.ok_or_else(|| ctx.error(PageError::new(ErrorKind::NotFound)))?;
    let strong = own.account.second_factors().len();
    let method = credential.secret.method();
    let page = RemoveFactor {
        chrome: ctx.chrome(),
        name: credential
            .name
            .clone()
            .unwrap_or_else(|| ctx.text.pick("method", method.name()).into_owned()),
        method,
        last: strong <= 2,
        action: path(&ctx, &rest),
        cancel: path(&ctx, ""),
    };
    bound(&ctx, html(&page)?)
}

/// `POST {issuer}/account/factors/{id}/remove`.
pub async fn remove_factor(
    ctx: Ctx,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, PageError> {
    Form::read(&ctx, &request, &body)?;
    let factor: CredentialId = id(&ctx, &request)?;
    let own = own_or_sign_in!(&ctx, &format!("/factors/{factor}/remove"), true);
    selfservice::remove_factor(ctx.platform(), &ctx.realm, &ctx.visit, &own.account, factor)
        .await
        .map_err(|error| factor_error(&ctx, error))?;
    Ok(redirect(&path(&ctx, "?done=factor_removed")))
}

/// `POST {issuer}/account/recovery-codes`: makes a new set and shows it this once. An account that has nothing stronger keeps
/// them as its way back.
pub async fn recovery_codes(
    ctx: Ctx,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, PageError> {
    Form::read(&ctx, &request, &body)?;
    let own = own_or_sign_in!(&ctx, "", true);
    fresh_codes(&ctx, &own, "").await
}

/// After a factor was added: back to the account, or to the first recovery codes where there are none yet.
async fn factor_added(ctx: &Ctx, own: &Own, done: &str) -> Result<HttpResponse, PageError> {
    let held = |secret: &CredentialSecret| matches!(secret, CredentialSecret::RecoveryCodes { .. });
    if own
        .account
        .credentials
        .iter()
        .any(|credential| held(&credential.secret))
    {
        return Ok(redirect(&path(ctx, done)));
    }
    fresh_codes(ctx, own, done).await
}

async fn fresh_codes(ctx: &Ctx, own: &Own, done: &str) -> Result<HttpResponse, PageError> {
    let codes = selfservice::make_recovery_codes(ctx.platform(), &ctx.realm, &ctx.visit, &own.account)
        .await
        .map_err(|error| ctx.error(error.into()))?;
    html(&RecoveryCodes {
        chrome: ctx.chrome(),
        codes,
        action: path(ctx, done),
    })
}

/// `GET {issuer}/account/activity/{id}/not-me`: asks before anything happens.
pub async fn not_me_page(ctx: Ctx, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let session: SessionId = id(&ctx, &request)?;
    let rest = format!("/activity/{session}/not-me");
    let own = own_or_sign_in!(&ctx, &rest, false);
    let held = ctx
        .realm
        .store(&ctx.platform().store)
        .session(session)
        .await
        .map_err(store_error(&ctx))?;
    let held = held.filter(|held| held.user == own.account.user.id);
    let held = held.ok_or_else(|| ctx.error(PageError::new(ErrorKind::NotFound)))?;
    let page = super::notice::report_page(&ctx, own.account.user.email.as_str(), &held, path(&ctx, &rest));
    bound(&ctx, html(&page)?)
}

/// `POST {issuer}/account/activity/{id}/not-me`.
pub async fn not_me(ctx: Ctx, request: HttpRequest, body: web::Bytes) -> Result<HttpResponse, PageError> {
    Form::read(&ctx, &request, &body)?;
    let own = own_or_sign_in!(&ctx, "", false);
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
