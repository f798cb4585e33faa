//! Changing the mail address: the new one, then the code that was sent to it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::{Own, Wanted, bound, own, own_or_sign_in, path};
use crate::domain::action::Action;
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::extract::Posted;
use crate::http::pages::draw::{html, html_with, redirect};
use crate::http::views::challenge::Resend;
use crate::http::views::signin::{Mailbox, MailboxPurpose, MailboxSent};
use crate::http::views::{Problem, When};
use crate::selfservice::{self, EmailError, PendingEmail};

/// `GET {issuer}/account/email`: the new address.
pub async fn email_page(ctx: Ctx) -> Result<HttpResponse, PageError> {
    own_or_sign_in!(&ctx, "/email", Wanted::Prepare(Action::ChangeEmail));
    bound(&ctx, html(&view(&ctx, None, "", Vec::new()))?)
}

/// `POST {issuer}/account/email`: sends a code to it.
pub async fn begin_email(Posted { ctx, form }: Posted) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "/email", Wanted::Prepare(Action::ChangeEmail));
    let account = (&own.account, own.live.session.id);
    let typed = form.text("email");
    match selfservice::begin_email(ctx.platform(), &ctx.realm, &ctx.visit, account, typed).await {
        Ok(()) => Ok(redirect(&path(&ctx, "/email/code"))),
        Err(EmailError::TooSoon) if pending(&ctx, &own)?.is_some() => {
            Ok(redirect(&path(&ctx, "/email/code")))
        }
        Err(error) => {
            let problem = problem(&ctx, "email", error)?;
            let page = view(&ctx, None, typed, vec![problem]);
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// `GET {issuer}/account/email/code`.
pub async fn email_code_page(ctx: Ctx) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "/email/code", Wanted::Prepare(Action::ChangeEmail));
    match pending(&ctx, &own)? {
        Some(pending) => bound(&ctx, html(&view(&ctx, Some(&pending), "", Vec::new()))?),
        None => Ok(redirect(&path(&ctx, "/email"))),
    }
}

/// `POST {issuer}/account/email/code`: changes it.
pub async fn confirm_email(Posted { ctx, form }: Posted) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "/email/code", Wanted::Change(Action::ChangeEmail));
    let account = (&own.account, own.live.session.id);
    let code = form.text("code");
    match selfservice::confirm_email(ctx.platform(), &ctx.realm, &ctx.visit, account, code).await {
        Ok(()) => Ok(redirect(&path(&ctx, "?done=email_changed"))),
        Err(error) => {
            let problem = problem(&ctx, "code", error)?;
            match pending(&ctx, &own)? {
                Some(pending) => {
                    let page = view(&ctx, Some(&pending), "", vec![problem]);
                    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
                }
                None => Ok(redirect(&path(&ctx, "/email"))),
            }
        }
    }
}

fn pending(ctx: &Ctx, own: &Own) -> Result<Option<PendingEmail>, PageError> {
    selfservice::pending_email(ctx.platform(), &ctx.realm, own.live.session.id).map_err(|error| match error {
        EmailError::Other(inner) => ctx.error(inner.into()),
        other => PageError::internal(other),
    })
}

fn view(ctx: &Ctx, pending: Option<&PendingEmail>, typed: &str, problems: Vec<Problem>) -> Mailbox {
    let here = path(ctx, "/email");
    Mailbox {
        chrome: ctx.chrome(),
        purpose: MailboxPurpose::ChangeEmail,
        app: None,
        action: if pending.is_some() {
            path(ctx, "/email/code")
        } else {
            here.clone()
        },
        email: pending.map_or(typed, |pending| &pending.email).to_owned(),
        problems,
        sent: pending.map(|pending| MailboxSent {
            // The same form as before sends it again: with the address that waits.
            resend: pending.resend_in.map(|wait| Resend {
                action: here.clone(),
                wait_seconds: u32::try_from(wait).unwrap_or(u32::MAX),
                just_sent: false,
            }),
            tries_left: pending.tries_left.map(u32::from),
            other_address: here,
        }),
        back: path(ctx, ""),
    }
}

/// What was wrong, at a field; the rest has pages of its own.
fn problem(ctx: &Ctx, field: &'static str, error: EmailError) -> Result<Problem, PageError> {
    let key = match error {
        EmailError::Malformed => "problem-email",
        EmailError::Same => "problem-email-same",
        EmailError::TooSoon => "problem-resend-later",
        EmailError::WrongCode => "problem-code",
        EmailError::Expired => "problem-code-expired",
        EmailError::MailUnavailable => "problem-mail",
        EmailError::CoolsDown(until) => {
            let text = ctx
                .text
                .with("problem-email-cools-down", &[("at", &When::at(until).text)]);
            return Ok(Problem::at(field, text));
        }
        EmailError::Throttled(minutes) => {
            return Ok(Problem::at(field, ctx.text.count("throttled-text", minutes)));
        }
        EmailError::Other(error) => return Err(ctx.error(error.into())),
    };
    Ok(Problem::at(field, ctx.text.get(key)))
}
