//! Making an account: its addresses, and how its steps are drawn.

use actix_web::{HttpRequest, HttpResponse, web};
use zeroize::Zeroizing;

use super::draw::{self, action, app_of, code_problems, html, problems};
use super::passwords;
use super::signin::{Place, bound, check_script, draw_options, submit};
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::extract::{Form, Posted};
use crate::http::views::ends::ErrorKind;
use crate::http::views::sign_up::{SignUpAddress, SignUpDetails};
use crate::http::views::signin::{Mailbox, MailboxPurpose, MailboxSent};
use crate::http::views::{Link, PasskeyForm};
use crate::signals;
use crate::signin::{
    self, AddressForm, Answer, DetailsForm, FirstSecret, Login, Purpose, SentStep, SignUpStage, SignUpStep,
    Started, Terms,
};

/// `GET {issuer}/signup`: an account is to be made, in a sign-in or without one.
///
/// # Errors
/// A page; not found where the tenant lets nobody make one.
pub async fn begin(ctx: Ctx, place: web::Query<Place>) -> Result<HttpResponse, PageError> {
    check_open(&ctx)?;
    if place.login.is_some() {
        return submit(&ctx, &place, Answer::SignUp).await;
    }
    let purpose = Purpose::Page {
        path: "/account".to_owned(),
        changes: None,
    };
    match signin::start(ctx.platform(), &ctx.realm, &ctx.visit, purpose).await {
        Ok(Started { id, binding, .. }) => {
            let here = format!("{}/signup?login={id}&step=0", ctx.realm.path());
            bound(&ctx, draw::redirect(&here), binding)
        }
        Err(error) => draw::failure(&ctx, error, None),
    }
}

fn check_open(ctx: &Ctx) -> Result<(), PageError> {
    if signin::sign_up_is_open(&ctx.realm) {
        Ok(())
    } else {
        Err(ctx.error(PageError::new(ErrorKind::NotFound)))
    }
}

/// `GET {issuer}/signup/challenge`: work for a browser, in the form of ALTCHA.
pub async fn challenge(ctx: Ctx) -> Result<HttpResponse, PageError> {
    check_open(&ctx)?;
    let challenge = signals::work_challenge(ctx.platform(), &ctx.realm, &ctx.visit);
    Ok(HttpResponse::Ok().json(challenge))
}

/// `POST {issuer}/signup/address`.
pub async fn address(
    Posted { ctx, form }: Posted,
    place: web::Query<Place>,
) -> Result<HttpResponse, PageError> {
    let form = AddressForm {
        email: form.text("email").to_owned(),
        work: form.text("altcha").to_owned(),
        trap: form.text("website").to_owned(),
    };
    submit(&ctx, &place, Answer::SignUpAddress(form)).await
}

/// `POST {issuer}/signup/details`: name and password.
pub async fn details(
    Posted { ctx, form }: Posted,
    place: web::Query<Place>,
) -> Result<HttpResponse, PageError> {
    let password = form
        .secret("password")
        .unwrap_or_else(|| Zeroizing::new(String::new()));
    let form = details_of(&form, FirstSecret::Password(password));
    submit(&ctx, &place, Answer::SignUpDetails(form)).await
}

/// `POST {issuer}/signup/passkey`: name, and a passkey in place of a password.
pub async fn passkey(
    Posted { ctx, form }: Posted,
    place: web::Query<Place>,
) -> Result<HttpResponse, PageError> {
    let credential = form.text("credential").to_owned();
    let form = details_of(&form, FirstSecret::Passkey(credential));
    submit(&ctx, &place, Answer::SignUpDetails(form)).await
}

fn details_of(form: &Form, secret: FirstSecret) -> DetailsForm {
    DetailsForm {
        name: form.text("name").to_owned(),
        terms: if form.text("terms") == "agreed" {
            Terms::Agreed
        } else {
            Terms::Open
        },
        secret,
    }
}

/// `POST {issuer}/signup/passkey/options`: by script; the form token comes in a header.
pub async fn passkey_options(
    ctx: Ctx,
    place: web::Query<Place>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    check_script(&ctx, &request)?;
    let id = place.id(&ctx)?;
    let options = signin::sign_up_passkey_options(ctx.platform(), &ctx.realm, &ctx.visit, id).await;
    draw_options(&ctx, id, options)
}

/// Where a sign-in leads whoever has no account.
pub(super) fn begin_in(ctx: &Ctx, login: &Login) -> String {
    let path = ctx.realm.path();
    format!("{path}/signup?login={}&step={}", login.id, login.step)
}

/// An address that a form of the sign-up goes to.
fn own_action(ctx: &Ctx, login: &Login, what: &str) -> String {
    let path = ctx.realm.path();
    format!("{path}/signup/{what}?login={}&step={}", login.id, login.step)
}

/// Draws what is asked for.
pub(super) async fn step(ctx: &Ctx, step: &SignUpStep) -> Result<HttpResponse, PageError> {
    match &step.stage {
        SignUpStage::Address => draw_address(ctx, &step.login).await,
        SignUpStage::Mailbox(sent) => draw_code(ctx, &step.login, *sent).await,
        SignUpStage::Details => draw_details(ctx, &step.login).await,
    }
}

async fn draw_address(ctx: &Ctx, login: &Login) -> Result<HttpResponse, PageError> {
    html(&SignUpAddress {
        chrome: ctx.chrome(),
        app: app_of(ctx, login).await?,
        action: own_action(ctx, login, "address"),
        challenge: format!("{}/signup/challenge", ctx.realm.path()),
        email: login.identifier.clone().unwrap_or_default(),
        problems: problems(ctx, login.problem),
        back: action(ctx, login, "change"),
    })
}

async fn draw_code(ctx: &Ctx, login: &Login, sent: SentStep) -> Result<HttpResponse, PageError> {
    html(&Mailbox {
        chrome: ctx.chrome(),
        purpose: MailboxPurpose::SignUp,
        app: app_of(ctx, login).await?,
        action: action(ctx, login, "code"),
        email: login.identifier.clone().unwrap_or_default(),
        problems: code_problems(ctx, login.problem),
        sent: Some(MailboxSent {
            resend: sent.resend_in.map(|wait| draw::resend(ctx, login, wait)),
            tries_left: sent.tries_left.map(u32::from),
            other_address: begin_in(ctx, login),
        }),
        back: action(ctx, login, "change"),
    })
}

async fn draw_details(ctx: &Ctx, login: &Login) -> Result<HttpResponse, PageError> {
    let settings = &ctx.realm.tenant.record.settings;
    let link = |href: &Option<String>, key: &str| {
        let href = href.clone()?;
        Some(Link::new(href, ctx.text.get(key)))
    };
    let terms = [
        link(&settings.terms_uri, "consent-terms"),
        link(&settings.privacy_uri, "consent-policy"),
    ];
    html(&SignUpDetails {
        chrome: ctx.chrome(),
        app: app_of(ctx, login).await?,
        action: own_action(ctx, login, "details"),
        email: login.identifier.clone().unwrap_or_default(),
        min_length: passwords::least(ctx),
        terms: terms.into_iter().flatten().collect(),
        passkey: ctx.realm.origin().passkeys.as_ref().map(|_| PasskeyForm {
            options: own_action(ctx, login, "passkey/options"),
            action: own_action(ctx, login, "passkey"),
        }),
        problems: problems(ctx, login.problem),
    })
}
