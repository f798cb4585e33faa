//! Changing the password, adding and removing factors.

use actix_web::{HttpRequest, HttpResponse};

use super::{Own, Wanted, bound, id, own, own_or_sign_in, path};
use crate::base::ids::CredentialId;
use crate::domain::action::Action;
use crate::domain::credential::CredentialSecret;
use crate::factors::attestation::AttestationRefusal;
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::extract::Posted;
use crate::http::pages::draw::{self, html, html_with, redirect};
use crate::http::pages::passwords;
use crate::http::views::account::{ChangePassword, PasswordReason, RemoveFactor};
use crate::http::views::authenticator::EnrolPush;
use crate::http::views::ends::ErrorKind;
use crate::http::views::enrol::{EnrolPasskey, EnrolTotp, OtherWays, Purpose as EnrolPurpose, RecoveryCodes};
use crate::http::views::{PasskeyForm, Problem, When, qr};
use crate::selfservice::{self, FactorError, PasswordError};
use crate::signin::{NewPasswordError, SignInError};

/// `GET {issuer}/account/password`.
pub async fn password_page(ctx: Ctx) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "/password", Wanted::Prepare(Action::ChangeCredential));
    bound(&ctx, html(&password_view(&ctx, &own, Vec::new()))?)
}

fn password_view(ctx: &Ctx, own: &Own, problems: Vec<Problem>) -> ChangePassword {
    let required = own.account.user.password_reset_required;
    ChangePassword {
        chrome: ctx.chrome(),
        email: own.account.user.email.as_str().to_owned(),
        action: path(ctx, "/password"),
        ask_current: own.account.password().is_some(),
        reason: if required {
            PasswordReason::Required
        } else {
            PasswordReason::Own
        },
        min_length: passwords::least(ctx),
        problems,
        cancel: (!required).then(|| path(ctx, "")),
    }
}

/// `POST {issuer}/account/password`.
pub async fn change_password(Posted { ctx, form }: Posted) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "/password", Wanted::Change(Action::ChangeCredential));
    let new = form.secret("password").unwrap_or_default();
    let account = (&own.account, own.live.session.id);
    let typed = (form.secret("current_password"), new);
    match selfservice::change_password(ctx.platform(), &ctx.realm, &ctx.visit, account, typed).await {
        Ok(()) => Ok(redirect(&path(&ctx, "?done=password_changed"))),
        Err(PasswordError::New(NewPasswordError::Other(error))) => draw::failure(&ctx, error, None),
        Err(PasswordError::Throttled(minutes)) => draw::failure(&ctx, SignInError::Throttled(minutes), None),
        Err(error) => {
            let problem = password_problem(&ctx, &error);
            let page = password_view(&ctx, &own, vec![problem]);
            html_with(actix_web::http::StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn password_problem(ctx: &Ctx, error: &PasswordError) -> Problem {
    match error {
        PasswordError::WrongCurrent => {
            Problem::at("current_password", ctx.text.get("problem-password-wrong"))
        }
        PasswordError::New(NewPasswordError::Same) => {
            Problem::at("password", ctx.text.get("problem-password-same"))
        }
        PasswordError::New(NewPasswordError::Refused(refusal)) => passwords::refused(ctx, *refusal),
        _ => Problem::whole(ctx.text.get("problem-conflict")),
    }
}

/// `GET {issuer}/account/totp`.
pub async fn totp_page(ctx: Ctx) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "/totp", Wanted::Prepare(Action::EnrolFactor));
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
        others: OtherWays::default(),
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
pub async fn add_totp(Posted { ctx, form }: Posted) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "/totp", Wanted::Change(Action::EnrolFactor));
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
    let _own = own_or_sign_in!(&ctx, "/passkeys", Wanted::Prepare(Action::EnrolFactor));
    bound(&ctx, html(&passkey_view(&ctx, Vec::new()))?)
}

fn passkey_view(ctx: &Ctx, problems: Vec<Problem>) -> EnrolPasskey {
    EnrolPasskey {
        chrome: ctx.chrome(),
        purpose: EnrolPurpose::Account,
        passkey: PasskeyForm {
            options: path(ctx, "/passkeys/options"),
            action: path(ctx, "/passkeys"),
        },
        problems,
        others: OtherWays::default(),
        later: Some(path(ctx, "")),
        elsewhere: draw::passkeys_elsewhere(ctx, "/account/passkeys"),
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
    let own = own_or_sign_in!(&ctx, "/passkeys", Wanted::Prepare(Action::EnrolFactor));
    let begun = selfservice::begin_passkey(ctx.platform(), &ctx.realm, &own.account, own.live.session.id)
        .map_err(|error| factor_error(&ctx, error))?;
    Ok(HttpResponse::Ok().json(begun.options))
}

/// `POST {issuer}/account/passkeys`.
pub async fn add_passkey(Posted { ctx, form }: Posted) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "/passkeys", Wanted::Change(Action::EnrolFactor));
    let account = (&own.account, own.live.session.id);
    let answer = (form.text("credential"), form.text("name"));
    match selfservice::add_passkey(ctx.platform(), &ctx.realm, &ctx.visit, account, answer).await {
        Ok(()) => factor_added(&ctx, &own, "?done=passkey_added").await,
        Err(error) => {
            let key = match error {
                FactorError::Refused => "problem-passkey",
                FactorError::Attestation(AttestationRefusal::NotAttested) => "problem-passkey-attestation",
                FactorError::Attestation(AttestationRefusal::Synced) => "problem-passkey-synced",
                FactorError::Attestation(AttestationRefusal::Model) => "problem-passkey-model",
                error => return Err(factor_error(&ctx, error)),
            };
            let page = passkey_view(&ctx, vec![Problem::whole(ctx.text.get(key))]);
            html_with(actix_web::http::StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// `GET {issuer}/account/push`: this device is to approve sign-ins.
pub async fn push_page(ctx: Ctx) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "/push", Wanted::Prepare(Action::EnrolFactor));
    bound(&ctx, html(&push_view(&ctx, &own, Vec::new())?)?)
}

fn push_view(ctx: &Ctx, own: &Own, problems: Vec<Problem>) -> Result<EnrolPush, PageError> {
    let begun = selfservice::begin_push(ctx.platform(), &ctx.realm, &own.account, own.live.session.id)
        .map_err(|error| factor_error(ctx, error))?;
    Ok(EnrolPush {
        chrome: ctx.chrome(),
        purpose: EnrolPurpose::Account,
        action: path(ctx, "/push"),
        issuer: ctx.realm.issuer().to_owned(),
        device: begun.device.to_string(),
        challenge: begun.challenge,
        server_key: selfservice::push_server_key(&ctx.realm).unwrap_or_default(),
        problems,
        others: OtherWays::default(),
        later: Some(path(ctx, "")),
    })
}

/// `POST {issuer}/account/push`.
pub async fn add_push(Posted { ctx, form }: Posted) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "/push", Wanted::Change(Action::EnrolFactor));
    let account = (&own.account, own.live.session.id);
    match selfservice::add_push(
        ctx.platform(),
        &ctx.realm,
        &ctx.visit,
        account,
        form.text("device"),
    )
    .await
    {
        Ok(()) => factor_added(&ctx, &own, "?done=device_added").await,
        Err(FactorError::Refused) => {
            let problem = Problem::whole(ctx.text.get("push-enrol-failed"));
            let page = push_view(&ctx, &own, vec![problem])?;
            html_with(actix_web::http::StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(factor_error(&ctx, error)),
    }
}

/// `GET {issuer}/account/factors/{id}/remove`.
pub async fn remove_page(ctx: Ctx, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let factor: CredentialId = id(&ctx, &request)?;
    let own = own_or_sign_in!(
        &ctx,
        &format!("/factors/{factor}/remove"),
        Wanted::Prepare(Action::EnrolFactor)
    );
    bound(&ctx, html(&remove_view(&ctx, &own, factor, Vec::new())?)?)
}

fn remove_view(
    ctx: &Ctx,
    own: &Own,
    factor: CredentialId,
    problems: Vec<Problem>,
) -> Result<RemoveFactor, PageError> {
    let credential = own
        .account
        .credentials
        .iter()
        .find(|credential| credential.id == factor);
    let credential = credential.ok_or_else(|| ctx.error(PageError::new(ErrorKind::NotFound)))?;
    let strong = own.account.second_factors().len();
    let method = credential.secret.method();
    Ok(RemoveFactor {
        chrome: ctx.chrome(),
        name: credential
            .name
            .clone()
            .unwrap_or_else(|| ctx.text.pick("method", method.name()).into_owned()),
        method,
        last: strong <= 2,
        problems,
        action: path(ctx, &format!("/factors/{factor}/remove")),
        cancel: path(ctx, ""),
    })
}

/// `POST {issuer}/account/factors/{id}/remove`.
pub async fn remove_factor(
    Posted { ctx, .. }: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let factor: CredentialId = id(&ctx, &request)?;
    let own = own_or_sign_in!(
        &ctx,
        &format!("/factors/{factor}/remove"),
        Wanted::Change(Action::EnrolFactor)
    );
    match selfservice::remove_factor(ctx.platform(), &ctx.realm, &ctx.visit, &own.account, factor).await {
        Ok(()) => Ok(redirect(&path(&ctx, "?done=factor_removed"))),
        Err(FactorError::CoolsDown(until)) => {
            let at = When::at(until).text;
            let problem = Problem::whole(ctx.text.with("problem-cools-down", &[("at", &at)]));
            let page = remove_view(&ctx, &own, factor, vec![problem])?;
            html_with(actix_web::http::StatusCode::CONFLICT, &page)
        }
        Err(error) => Err(factor_error(&ctx, error)),
    }
}

/// `POST {issuer}/account/recovery-codes`: makes a new set and shows it this once. An account that has nothing stronger keeps
/// them as its way back.
pub async fn recovery_codes(Posted { ctx, .. }: Posted) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "", Wanted::Change(Action::EnrolFactor));
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
