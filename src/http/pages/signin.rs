//! The sign-in's addresses: each form becomes one answer.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

use super::draw::{self, At};
use crate::base::ids::LoginId;
use crate::base::secret::Secret;
use crate::domain::action::Action;
use crate::domain::assurance::Method;
use crate::http::context::Ctx;
use crate::http::cookies::{Jar, Kind};
use crate::http::errors::PageError;
use crate::http::extract::{Posted, check_form_origin};
use crate::http::views::ends::ErrorKind;
use crate::signin::{self, Answer, Purpose, SignInError, Started};

/// Which sign-in, at which step, and an address to fill in.
#[derive(Debug, Deserialize)]
pub struct Place {
    pub(super) login: Option<String>,
    step: Option<u32>,
    email: Option<String>,
}

impl Place {
    pub(super) fn id(&self, ctx: &Ctx) -> Result<LoginId, PageError> {
        let id = self.login.as_deref().and_then(|text| text.parse().ok());
        id.ok_or_else(|| ctx.error(PageError::new(ErrorKind::NotFound)))
    }
}

/// Begins a sign-in and goes to its first step.
///
/// # Errors
/// A page.
pub async fn begin(ctx: &Ctx, purpose: Purpose) -> Result<HttpResponse, PageError> {
    match signin::start(ctx.platform(), &ctx.realm, &ctx.visit, purpose).await {
        Ok(Started { binding, step, .. }) => {
            let response = draw::step(ctx, step, At::Elsewhere).await?;
            bound(ctx, response, binding)
        }
        Err(error) => draw::failure(ctx, error, None),
    }
}

/// Gives a new browser the cookie that its sign-in is bound to.
pub(super) fn bound(
    ctx: &Ctx,
    mut response: HttpResponse,
    binding: Option<Secret<String>>,
) -> Result<HttpResponse, PageError> {
    if let Some(value) = binding {
        let cookie = Jar::new(&ctx.realm).set(Kind::Binding, &value);
        response.add_cookie(&cookie).map_err(PageError::internal)?;
    }
    Ok(response)
}

/// `GET {issuer}/signin`: the step that is due; without a sign-in, one for the account page begins.
pub async fn show(ctx: Ctx, place: web::Query<Place>) -> Result<HttpResponse, PageError> {
    if place.login.is_none() {
        return begin(
            &ctx,
            Purpose::Page {
                path: "/account".to_owned(),
                changes: None,
            },
        )
        .await;
    }
    let id = place.id(&ctx)?;
    match signin::show(ctx.platform(), &ctx.realm, &ctx.visit, id).await {
        Ok(mut step) => {
            if let (signin::Step::FirstFactor(first), Some(email)) = (&mut step, &place.email) {
                first.login.identifier = Some(email.chars().take(320).collect());
            }
            draw::step(&ctx, step, At::Page).await
        }
        Err(error) => draw::failure(&ctx, error, Some(id)),
    }
}

pub(super) async fn submit(ctx: &Ctx, place: &Place, answer: Answer) -> Result<HttpResponse, PageError> {
    let id = place.id(ctx)?;
    let at = (id, place.step.unwrap_or(0));
    match signin::submit(ctx.platform(), &ctx.realm, &ctx.visit, at, answer).await {
        Ok(step) => {
            if step.problem().is_some() {
                ctx.web.metrics.sign_in("failed");
            }
            draw::step(ctx, step, At::Elsewhere).await
        }
        Err(error) => draw::failure(ctx, error, Some(id)),
    }
}

/// `POST {issuer}/signin/password`: identifier, password, or both.
pub async fn password(
    Posted { ctx, form }: Posted,
    place: web::Query<Place>,
) -> Result<HttpResponse, PageError> {
    let email = form.get("email").map(str::to_owned);
    let answer = match form.secret("password") {
        Some(password) => Answer::Password { email, password },
        None => Answer::Identifier {
            email: email.unwrap_or_default(),
        },
    };
    submit(&ctx, &place, answer).await
}

/// `POST {issuer}/signin/code`.
pub async fn code(Posted { ctx, form }: Posted, place: web::Query<Place>) -> Result<HttpResponse, PageError> {
    let code = form
        .secret("code")
        .unwrap_or_else(|| Zeroizing::new(String::new()));
    submit(&ctx, &place, Answer::Code { code }).await
}

/// `POST {issuer}/signin/method`: another way.
pub async fn method(
    Posted { ctx, form }: Posted,
    place: web::Query<Place>,
) -> Result<HttpResponse, PageError> {
    let method = Method::from_name(form.text("method"))
        .ok_or_else(|| ctx.error(PageError::new(ErrorKind::BadRequest)))?;
    submit(&ctx, &place, Answer::Choose { method }).await
}

/// `POST {issuer}/signin/resend`.
pub async fn resend(Posted { ctx, .. }: Posted, place: web::Query<Place>) -> Result<HttpResponse, PageError> {
    submit(&ctx, &place, Answer::Resend).await
}

/// `GET {issuer}/signin/push`: whether the device has answered, for the script of the page that waits.
pub async fn push_state(ctx: Ctx, place: web::Query<Place>) -> Result<HttpResponse, PageError> {
    let id = place.id(&ctx)?;
    // Whatever went wrong, the page itself says it.
    let state = signin::push_standing(ctx.platform(), &ctx.realm, &ctx.visit, id).unwrap_or("gone");
    Ok(HttpResponse::Ok().json(serde_json::json!({ "state": state })))
}

/// `POST {issuer}/signin/passkey`: the browser's assertion.
pub async fn passkey(
    Posted { ctx, form }: Posted,
    place: web::Query<Place>,
) -> Result<HttpResponse, PageError> {
    let credential = form.text("credential").to_owned();
    submit(&ctx, &place, Answer::Passkey { credential }).await
}

/// `POST {issuer}/signin/passkey/options`: by script; the form token comes in a header.
pub async fn passkey_options(
    ctx: Ctx,
    place: web::Query<Place>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    check_script(&ctx, &request)?;
    let id = place.id(&ctx)?;
    let options = signin::passkey_options(ctx.platform(), &ctx.realm, &ctx.visit, id).await;
    draw_options(&ctx, id, options)
}

/// A script of one of our own pages sends the form token in a header.
pub(super) fn check_script(ctx: &Ctx, request: &HttpRequest) -> Result<(), PageError> {
    check_form_origin(request, &ctx.realm.origin().text()).map_err(|error| ctx.error(error))?;
    let token = request
        .headers()
        .get("x-csrf-token")
        .and_then(|value| value.to_str().ok());
    if ctx.accepts_csrf(token.unwrap_or_default()) {
        Ok(())
    } else {
        Err(ctx.error(PageError::new(ErrorKind::Forgery)))
    }
}

/// The options of a passkey ceremony.
pub(super) fn draw_options(
    ctx: &Ctx,
    id: LoginId,
    options: Result<Option<Value>, SignInError>,
) -> Result<HttpResponse, PageError> {
    match options {
        Ok(Some(options)) => Ok(HttpResponse::Ok().json(options)),
        Ok(None) => Err(ctx.error(PageError::new(ErrorKind::NotFound))),
        Err(error) => draw::failure(ctx, error, Some(id)),
    }
}

/// `POST {issuer}/signin/new-password`.
pub async fn new_password(
    Posted { ctx, form }: Posted,
    place: web::Query<Place>,
) -> Result<HttpResponse, PageError> {
    let password = form.secret("password").unwrap_or_default();
    submit(&ctx, &place, Answer::NewPassword { password }).await
}

/// `GET {issuer}/recover`: the password is forgotten, in a sign-in or without one.
///
/// # Errors
/// A page.
pub async fn recover(ctx: Ctx, place: web::Query<Place>) -> Result<HttpResponse, PageError> {
    if place.login.is_some() {
        return submit(&ctx, &place, Answer::Forgot).await;
    }
    let purpose = Purpose::Page {
        path: "/account".to_owned(),
        changes: Some(Action::ChangeCredential),
    };
    match signin::start(ctx.platform(), &ctx.realm, &ctx.visit, purpose).await {
        Ok(Started { id, binding, .. }) => {
            let here = format!("{}/recover?login={id}&step=0", ctx.realm.path());
            bound(&ctx, draw::redirect(&here), binding)
        }
        Err(error) => draw::failure(&ctx, error, None),
    }
}

/// `POST {issuer}/signin/mailbox`: the address of whoever forgot the password.
pub async fn mailbox(
    Posted { ctx, form }: Posted,
    place: web::Query<Place>,
) -> Result<HttpResponse, PageError> {
    let email = form.get("email").unwrap_or_default().to_owned();
    submit(&ctx, &place, Answer::Mailbox { email }).await
}

/// `POST {issuer}/signin/lost`: none of the asked factors is at hand any more.
pub async fn lost(Posted { ctx, .. }: Posted, place: web::Query<Place>) -> Result<HttpResponse, PageError> {
    submit(&ctx, &place, Answer::LostFactors).await
}

/// `POST {issuer}/signin/remember`.
pub async fn remember(
    Posted { ctx, form }: Posted,
    place: web::Query<Place>,
) -> Result<HttpResponse, PageError> {
    let choice = if form.text("remember") == "yes" {
        signin::RememberChoice::Remember
    } else {
        signin::RememberChoice::NotNow
    };
    submit(&ctx, &place, Answer::Remember { choice }).await
}

/// `POST {issuer}/signin/consent`.
pub async fn consent(
    Posted { ctx, form }: Posted,
    place: web::Query<Place>,
) -> Result<HttpResponse, PageError> {
    let choice = if form.text("consent") == "allow" {
        signin::ConsentChoice::Allow
    } else {
        signin::ConsentChoice::Deny
    };
    submit(&ctx, &place, Answer::Consent { choice }).await
}

/// `GET {issuer}/signin/change`: back to the identifier. Changes nothing but what the next page shows.
pub async fn change(ctx: Ctx, place: web::Query<Place>) -> Result<HttpResponse, PageError> {
    submit(&ctx, &place, Answer::ChangeIdentifier).await
}

/// `GET {issuer}/signin/cancel`: back to the app without signing in.
pub async fn cancel(ctx: Ctx, place: web::Query<Place>) -> Result<HttpResponse, PageError> {
    submit(&ctx, &place, Answer::Cancel).await
}
