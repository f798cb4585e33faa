//! Drawing the steps of a sign-in.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;

use super::{consent, enrol, first, identity, passwords, sign_up};
use crate::base::ids::LoginId;
use crate::base::secret::Secret;
use crate::domain::assurance::Method;
use crate::domain::client::Client;
use crate::domain::outcome::Outcome;
use crate::domain::recovery::Standing;
use crate::flow::next::Cause;
use crate::http::context::Ctx;
use crate::http::cookies::{Jar, Kind};
use crate::http::errors::PageError;
use crate::http::middleware::NO_FORM_ACTION;
use crate::http::oidc::draw_reply;
use crate::http::views::account::{ChangePassword, PasswordReason};
use crate::http::views::challenge::{Challenge, PushWait, Reason, Resend, mask};
use crate::http::views::ends::{Expired, Held, HeldKind};
use crate::http::views::signin::Throttled;
use crate::http::views::steps::{RememberBrowser, Wait, WaitKind};
use crate::http::views::{Link, PasskeyForm, Problem, Template, When};
use crate::oidc::respond;
use crate::protocol::session_state::browser_state;
use crate::risk::UserReason;
use crate::signals;
use crate::signin::{
    ChallengeStep, Finished, FormProblem, HeldStep, Login, NewPasswordStep, Purpose, Recovering, SignInError,
    Step, WaitStep,
};

/// Where a step is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Answering a GET of the sign-in page: draw it here.
    Page,
    /// Answering anything else: send the browser to the page, so a reload repeats nothing (people.md U16).
    Elsewhere,
}

/// A page in HTML.
///
/// # Errors
/// Rendering, which only fails when a value's own formatting does.
pub fn html(page: &impl Template) -> Result<HttpResponse, PageError> {
    html_with(StatusCode::OK, page)
}

/// A page in HTML with a status.
///
/// # Errors
/// As [`html`].
pub fn html_with(status: StatusCode, page: &impl Template) -> Result<HttpResponse, PageError> {
    let body = page.render().map_err(PageError::internal)?;
    Ok(HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .body(body))
}

/// See other.
pub fn redirect(to: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, to))
        .finish()
}

/// Marks an answer as part of an authorization transaction.
pub fn in_transaction(mut response: HttpResponse) -> HttpResponse {
    response
        .headers_mut()
        .insert(NO_FORM_ACTION, header::HeaderValue::from_static("1"));
    response
}

/// The address of a sign-in's page.
pub fn page_of(ctx: &Ctx, id: LoginId) -> String {
    format!("{}/signin?login={id}", ctx.realm.path())
}

/// An address that a form of a step goes to.
pub(super) fn action(ctx: &Ctx, login: &Login, what: &str) -> String {
    format!(
        "{}/signin/{what}?login={}&step={}",
        ctx.realm.path(),
        login.id,
        login.step
    )
}

/// Draws a step.
///
/// # Errors
/// Rendering and the database.
pub async fn step(ctx: &Ctx, step: Step, at: At) -> Result<HttpResponse, PageError> {
    let spoken = step.login().and_then(Login::spoken);
    let spoken = spoken.map(|locale| ctx.speaking(locale));
    let ctx = spoken.as_ref().unwrap_or(ctx);
    let metrics = &ctx.web.metrics;
    match &step {
        Step::Held(held) => {
            metrics.sign_in("refused");
            return draw_held(ctx, held).await;
        }
        Step::Refused { request, error } => {
            let reply = respond::refusal(ctx.platform(), &ctx.realm, request, error);
            return draw_reply(ctx, reply.map_err(|error| ctx.error(error.into()))?, None).await;
        }
        Step::Finished(finished) => {
            metrics.sign_in("completed");
            return draw_finished(ctx, finished).await;
        }
        Step::AlreadyFinished { went_to } => return Ok(redirect(went_to)),
        Step::ToProvider { url } => return Ok(in_transaction(redirect(url))),
        _ => {}
    }
    let id = step.login().map(|login| login.id);
    let id = id.ok_or_else(|| PageError::internal("a step without a sign-in"))?;
    if at == At::Elsewhere {
        if matches!(step, Step::Challenge(_)) {
            metrics.sign_in("challenged");
        }
        return Ok(redirect(&page_of(ctx, id)));
    }
    let response = match step {
        Step::FirstFactor(step) => first::draw(ctx, &step).await,
        Step::Mailbox(step) => first::mailbox(ctx, &step).await,
        Step::SignUp(step) => sign_up::step(ctx, &step).await,
        Step::Challenge(step) => challenge(ctx, &step).await,
        Step::Enrol(step) => enrol::step(ctx, &step).await,
        Step::NewPassword(step) => new_password(ctx, &step),
        Step::Wait(step) => wait(ctx, &step).await,
        Step::VerifyIdentity(step) => identity::step(ctx, &step).await,
        Step::OfferRemember { login } => remember(ctx, &login),
        Step::Consent(step) => consent::draw(ctx, &step).await,
        _ => Err(PageError::internal("a step without a page")),
    };
    response.map(in_transaction)
}

pub(super) async fn client_of(ctx: &Ctx, login: &Login) -> Result<Option<Client>, PageError> {
    let Some(id) = login.client() else { return Ok(None) };
    let client = ctx
        .realm
        .tenant
        .client(ctx.platform(), id)
        .await
        .map_err(|error| ctx.error(error.into()))?;
    Ok(client.map(|client| client.record.clone()))
}

pub(super) async fn app_of(ctx: &Ctx, login: &Login) -> Result<Option<String>, PageError> {
    Ok(client_of(ctx, login)
        .await?
        .map(|client| client.display_name().to_owned()))
}

pub(super) fn problems(ctx: &Ctx, problem: Option<FormProblem>) -> Vec<Problem> {
    let Some(problem) = problem else { return Vec::new() };
    let (field, key) = match problem {
        FormProblem::NewPassword(refusal) => return vec![passwords::refused(ctx, refusal)],
        FormProblem::SamePassword => ("password", "problem-password-same"),
        FormProblem::Empty => ("email", "problem-required"),
        FormProblem::Credentials => ("", "problem-credentials"),
        FormProblem::CodeWrong => ("code", "problem-code"),
        FormProblem::CodeExpired => ("code", "problem-code-expired"),
        FormProblem::CodeUsed => ("code", "problem-code-used"),
        FormProblem::CodeExhausted => ("", "problem-code-exhausted"),
        FormProblem::ResendTooSoon => ("", "problem-resend-later"),
        FormProblem::ResendExhausted => ("", "problem-resend-exhausted"),
        FormProblem::Passkey => ("", "problem-passkey"),
        FormProblem::Device => ("", "push-enrol-failed"),
        FormProblem::WeakerThanLost => ("", "problem-weaker"),
        FormProblem::IdentityCancelled => ("", "problem-identity-cancelled"),
        FormProblem::IdentityUnavailable => ("", "problem-identity-unavailable"),
        FormProblem::IdentityNotVerified => ("", "problem-identity-not-verified"),
        FormProblem::IdentityMismatch => ("", "problem-identity-mismatch"),
        FormProblem::Method => ("", "problem-method"),
        FormProblem::MailUnavailable => ("", "problem-mail"),
        FormProblem::MailsExhausted => ("", "problem-mails-exhausted"),
        FormProblem::NoAddress => ("email", "problem-email"),
        FormProblem::DisposableAddress => ("email", "problem-disposable"),
        FormProblem::Name => ("name", "problem-name"),
        FormProblem::Terms => ("terms", "problem-terms"),
        FormProblem::AccountExists => ("", "problem-account-exists"),
    };
    vec![Problem {
        field,
        text: ctx.text.get(key).into_owned(),
    }]
}

pub(super) fn code_problems(ctx: &Ctx, problem: Option<FormProblem>) -> Vec<Problem> {
    let mut found = problems(ctx, problem);
    for item in &mut found {
        if item.field == "email" {
            item.field = "code";
        }
    }
    found
}

/// The ceremony's addresses, where this origin can have one.
pub(super) fn passkey(ctx: &Ctx, login: &Login) -> Option<PasskeyForm> {
    ctx.realm.origin().passkeys.as_ref()?;
    Some(PasskeyForm {
        options: action(ctx, login, "passkey/options"),
        action: action(ctx, login, "passkey"),
    })
}

pub(super) fn resend(ctx: &Ctx, login: &Login, wait: u64) -> Resend {
    Resend {
        action: action(ctx, login, "resend"),
        wait_seconds: u32::try_from(wait).unwrap_or(u32::MAX),
        just_sent: login.email_code.as_ref().is_some_and(|sent| sent.sends > 1) && login.problem.is_none(),
    }
}

fn reason(step: &ChallengeStep) -> Reason {
    match step.cause {
        Cause::Enrolment => Reason::BeforeEnrolment,
        Cause::NewPassword => Reason::BeforeNewPassword,
        Cause::Recovery => Reason::BeforeRecovery,
        Cause::Floor => Reason::OrganisationRule,
        Cause::App => Reason::AppRequest,
        Cause::Consent => Reason::SensitiveAction,
        Cause::Risk if step.first_sign_in => Reason::FirstSignIn,
        Cause::Risk => reason_of(step.reason),
    }
}

/// What the person is told of a decision.
pub(super) const fn reason_of(told: Option<UserReason>) -> Reason {
    match told {
        Some(UserReason::NewBrowser) => Reason::NewBrowser,
        Some(UserReason::NewRegion) => Reason::NewRegion,
        Some(UserReason::SensitiveAction) => Reason::SensitiveAction,
        Some(UserReason::OrganisationRule) => Reason::OrganisationRule,
        Some(UserReason::UnusualActivity) | None => Reason::UnusualActivity,
    }
}

async fn challenge(ctx: &Ctx, step: &ChallengeStep) -> Result<HttpResponse, PageError> {
    let login = &step.login;
    let mail = step.method == Method::EmailOtp;
    let masked = mask(&step.email);
    html(&Challenge {
        chrome: ctx.chrome(),
        app: app_of(ctx, login).await?,
        account: masked.clone(),
        reason: reason(step),
        method: step.method,
        action: action(ctx, login, "code"),
        problems: code_problems(ctx, login.problem),
        tries_left: step.tries_left.map(u32::from),
        sent_to: (mail && login.email_code.is_some()).then_some(masked),
        resend: step
            .resend_in
            .filter(|_| mail)
            .map(|wait| resend(ctx, login, wait)),
        passkey: passkey(ctx, login).filter(|_| step.method == Method::Passkey),
        push: step.push.as_ref().map(|push| PushWait {
            number: push.number.clone(),
            standing: push.standing.name(),
            reload: page_of(ctx, login.id),
            state: format!("{}/signin/push?login={}", ctx.realm.path(), login.id),
        }),
        others: step.others.clone(),
        choose: action(ctx, login, "method"),
        lost: step.may_be_lost.then(|| action(ctx, login, "lost")),
        restart: None,
    })
}

/// The same page at the first origin, where this one can't have passkeys because its host is an IP address.
pub(super) fn passkeys_elsewhere(ctx: &Ctx, path: &str) -> Option<String> {
    ctx.realm.origin().passkeys.is_none().then(|| {
        let first = ctx.realm.tenant.origins.first();
        let first = first.map(|origin| origin.issuer.clone()).unwrap_or_default();
        format!("{first}{path}")
    })
}

fn new_password(ctx: &Ctx, step: &NewPasswordStep) -> Result<HttpResponse, PageError> {
    let login = &step.login;
    html(&ChangePassword {
        chrome: ctx.chrome(),
        email: step.email.clone(),
        action: action(ctx, login, "new-password"),
        ask_current: false,
        reason: if login.recovering == Recovering::Proven {
            PasswordReason::Forgotten
        } else if login.breached == Some(true) {
            PasswordReason::Breached
        } else {
            PasswordReason::Required
        },
        min_length: passwords::least(ctx),
        problems: problems(ctx, login.problem),
        cancel: None,
    })
}

async fn wait(ctx: &Ctx, step: &WaitStep) -> Result<HttpResponse, PageError> {
    let (kind, until) = match step.standing {
        Standing::Barred(until) => (WaitKind::Barred, until),
        Standing::Waiting(until) => (WaitKind::Waiting, until),
        Standing::None | Standing::Open => return Err(PageError::internal("nothing to wait for")),
    };
    let client = client_of(ctx, &step.login).await?;
    html(&Wait {
        chrome: ctx.chrome(),
        kind,
        account: mask(step.login.identifier.as_deref().unwrap_or_default()),
        until: When::at(until),
        problems: problems(ctx, step.login.problem),
        verify: step.may_verify.then(|| action(ctx, &step.login, "identity")),
        primary: way_on(ctx, client.as_ref()),
    })
}

fn remember(ctx: &Ctx, login: &Login) -> Result<HttpResponse, PageError> {
    html(&RememberBrowser {
        chrome: ctx.chrome(),
        action: action(ctx, login, "remember"),
        days: u32::from(ctx.realm.tenant.record.settings.remember_days),
        browser: signals::summary(ctx.visit.user_agent.as_deref())
            .words()
            .unwrap_or_default(),
    })
}

/// The way on from a page of a sign-in, without what the page asks for.
pub(super) async fn way_on_of(ctx: &Ctx, login: &Login) -> Result<Link, PageError> {
    Ok(way_on(ctx, client_of(ctx, login).await?.as_ref()))
}

/// The way on from a page where a sign-in ended: back to the app, or the account page.
pub fn way_on(ctx: &Ctx, client: Option<&Client>) -> Link {
    let home = client.and_then(|client| {
        client
            .metadata
            .initiate_login_uri
            .clone()
            .or_else(|| client.metadata.client_uri.clone())
    });
    match (home, client) {
        (Some(href), Some(client)) => Link::new(
            href,
            ctx.text.with("back-to-app", &[("app", client.display_name())]),
        ),
        _ => Link::new(
            format!("{}/account", ctx.realm.path()),
            ctx.text.get("start-again"),
        ),
    }
}

async fn draw_held(ctx: &Ctx, step: &HeldStep) -> Result<HttpResponse, PageError> {
    let client = client_of(ctx, &step.login).await?;
    let kind = match step.outcome {
        Some(Outcome::Allow | Outcome::AllowMonitored) => HeldKind::Unmet,
        _ => HeldKind::Held,
    };
    let mut chrome = ctx.chrome();
    chrome.reference = step.reference.to_string();
    html_with(
        StatusCode::FORBIDDEN,
        &Held {
            chrome,
            kind,
            primary: way_on(ctx, client.as_ref()),
            more: Vec::new(),
        },
    )
}

async fn draw_finished(ctx: &Ctx, finished: &Finished) -> Result<HttpResponse, PageError> {
    let jar = Jar::new(&ctx.realm);
    let mut response = match &finished.purpose {
        Purpose::Authorize(request) => {
            let reply = respond::code(ctx.platform(), &ctx.realm, finished, request)
                .map_err(|error| ctx.error(error.into()))?;
            let client = client_of(ctx, &finished.login).await?;
            let back = way_on(ctx, client.as_ref());
            finished
                .mark(ctx.platform(), &ctx.realm, &back.href)
                .map_err(|error| ctx.error(error.into()))?;
            draw_reply(ctx, reply, client.as_ref()).await?
        }
        Purpose::Page { path, .. } => {
            let to = format!("{}{path}", ctx.realm.path());
            finished
                .mark(ctx.platform(), &ctx.realm, &to)
                .map_err(|error| ctx.error(error.into()))?;
            redirect(&to)
        }
    };
    let state = browser_state(&ctx.realm.tenant.blind_key, finished.session.id);
    let cookies = [
        Some(jar.set(Kind::State, &Secret::new(state))),
        finished
            .session_cookie
            .as_ref()
            .map(|value| jar.set(Kind::Session, value)),
        finished
            .browser_cookie
            .as_ref()
            .map(|value| jar.set(Kind::Browser, value)),
    ];
    for cookie in cookies.into_iter().flatten() {
        response.add_cookie(&cookie).map_err(PageError::internal)?;
    }
    Ok(response)
}

/// Draws what kept a sign-in from going on.
///
/// # Errors
/// The error itself, where it has no page of its own.
pub fn failure(ctx: &Ctx, error: SignInError, id: Option<LoginId>) -> Result<HttpResponse, PageError> {
    match error {
        SignInError::Expired => {
            let page = Expired {
                chrome: ctx.chrome(),
                app: None,
                restart: format!("{}/account", ctx.realm.path()),
            };
            html_with(StatusCode::GONE, &page)
        }
        SignInError::Throttled(minutes) => {
            ctx.web.metrics.sign_in("throttled");
            let retry = id.map_or_else(|| format!("{}/account", ctx.realm.path()), |id| page_of(ctx, id));
            html_with(
                StatusCode::TOO_MANY_REQUESTS,
                &Throttled {
                    chrome: ctx.chrome(),
                    app: None,
                    minutes,
                    retry,
                },
            )
        }
        other => {
            let way = Link::new(
                format!("{}/account", ctx.realm.path()),
                ctx.text.get("start-again"),
            );
            Err(ctx.error(PageError::from(other).with_primary(way)))
        }
    }
}
