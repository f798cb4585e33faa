//! Setting up a factor in the middle of a sign-in.

use actix_web::{HttpRequest, HttpResponse, web};

use super::draw::{self, action, app_of, code_problems, html, problems};
use super::signin::{Place, check_script, draw_options, submit};
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::extract::Posted;
use crate::http::views::authenticator::EnrolPush;
use crate::http::views::enrol::{EnrolPasskey, EnrolTotp, OtherWays, Purpose};
use crate::http::views::{PasskeyForm, qr};
use crate::selfservice;
use crate::signin::{self, Answer, EnrolStep, NewFactor, PushBegun};

/// `POST {issuer}/signin/enrol/passkey/options`: by script; the form token comes in a header.
pub async fn passkey_options(
    ctx: Ctx,
    place: web::Query<Place>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    check_script(&ctx, &request)?;
    let id = place.id(&ctx)?;
    let options = signin::new_passkey_options(ctx.platform(), &ctx.realm, &ctx.visit, id).await;
    draw_options(&ctx, id, options)
}

/// `POST {issuer}/signin/enrol/passkey`: the passkey that the browser made.
pub async fn passkey(
    Posted { ctx, form }: Posted,
    place: web::Query<Place>,
) -> Result<HttpResponse, PageError> {
    let credential = form.text("credential").to_owned();
    submit(&ctx, &place, Answer::NewPasskey { credential }).await
}

/// `POST {issuer}/signin/enrol/push`: what the device that will approve sign-ins made.
pub async fn push(Posted { ctx, form }: Posted, place: web::Query<Place>) -> Result<HttpResponse, PageError> {
    let device = form.text("device").to_owned();
    submit(&ctx, &place, Answer::NewDevice { device }).await
}

/// Draws what is set up.
pub(super) async fn step(ctx: &Ctx, step: &EnrolStep) -> Result<HttpResponse, PageError> {
    match &step.what {
        NewFactor::Totp { uri, secret } => html(&EnrolTotp {
            chrome: ctx.chrome(),
            purpose: purpose(step),
            app: app_of(ctx, &step.login).await?,
            action: action(ctx, &step.login, "code"),
            qr: qr::svg(uri, &ctx.text.get("enrol-totp-qr")).unwrap_or_default(),
            secret: secret.replace(' ', ""),
            account: step.email.clone(),
            problems: code_problems(ctx, step.login.problem),
            others: others(ctx, step),
            cancel: None,
        }),
        NewFactor::Passkey => html(&passkey_view(ctx, step)),
        NewFactor::Push(begun) => html(&push_view(ctx, step, begun)),
    }
}

const fn purpose(step: &EnrolStep) -> Purpose {
    if step.replaces {
        Purpose::Replacement
    } else {
        Purpose::SignIn
    }
}

fn others(ctx: &Ctx, step: &EnrolStep) -> OtherWays {
    OtherWays {
        choose: action(ctx, &step.login, "method"),
        methods: step.others.clone(),
    }
}

fn passkey_view(ctx: &Ctx, step: &EnrolStep) -> EnrolPasskey {
    EnrolPasskey {
        chrome: ctx.chrome(),
        purpose: purpose(step),
        passkey: PasskeyForm {
            options: action(ctx, &step.login, "enrol/passkey/options"),
            action: action(ctx, &step.login, "enrol/passkey"),
        },
        problems: problems(ctx, step.login.problem),
        others: others(ctx, step),
        later: None,
        elsewhere: draw::passkeys_elsewhere(ctx, "/signin"),
    }
}

fn push_view(ctx: &Ctx, step: &EnrolStep, begun: &PushBegun) -> EnrolPush {
    EnrolPush {
        chrome: ctx.chrome(),
        purpose: purpose(step),
        action: action(ctx, &step.login, "enrol/push"),
        issuer: ctx.realm.issuer().to_owned(),
        device: begun.device.to_string(),
        challenge: begun.challenge.clone(),
        server_key: selfservice::push_server_key(&ctx.realm).unwrap_or_default(),
        problems: problems(ctx, step.login.problem),
        others: others(ctx, step),
        later: None,
    }
}
