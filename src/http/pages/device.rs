//! Where a person types what a device shows (RFC 8628 section 3.3). What follows is an ordinary sign-in, which always asks for
//! consent; the way back is a page of ours.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::draw::{html, html_with, in_transaction};
use super::signin::begin;
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::extract::Posted;
use crate::http::oidc::ensure_binding;
use crate::http::views::Problem;
use crate::http::views::device::{DeviceDone, DeviceEnd, EnterCode};
use crate::http::views::signin::Throttled;
use crate::oidc::device::{self, Typed};
use crate::protocol::device::UserCode;
use crate::protocol::error::ErrorCode;
use crate::signin::{Purpose, SignInError};

/// A code to fill in.
#[derive(Debug, Deserialize)]
pub struct Prefilled {
    user_code: Option<String>,
}

/// How it ended.
#[derive(Debug, Deserialize)]
pub struct Ended {
    error: Option<String>,
}

fn page(ctx: &Ctx, typed: &str, problems: Vec<Problem>) -> Result<HttpResponse, PageError> {
    let mut response = html(&EnterCode {
        chrome: ctx.chrome(),
        action: format!("{}{}", ctx.realm.path(), device::PAGE),
        // Nothing but a code is shown again.
        user_code: UserCode::parse(typed)
            .map(|code| code.shown())
            .unwrap_or_default(),
        problems,
    })
    .map(in_transaction)?;
    ensure_binding(ctx, &mut response)?;
    Ok(response)
}

/// `GET {issuer}/device`. A code in the address is filled in and still has to be sent (section 3.3.1).
pub async fn show(ctx: Ctx, query: web::Query<Prefilled>) -> Result<HttpResponse, PageError> {
    page(&ctx, query.user_code.as_deref().unwrap_or_default(), Vec::new())
}

/// `POST {issuer}/device`: the sign-in for the device begins.
pub async fn submit(Posted { ctx, form }: Posted) -> Result<HttpResponse, PageError> {
    let typed = form.text("user_code");
    let taken = device::typed(ctx.platform(), &ctx.realm, &ctx.visit, typed)
        .map_err(|error| ctx.error(SignInError::from(error).into()))?;
    match taken {
        Typed::Waiting(request) => begin(&ctx, Purpose::Authorize(request)).await,
        Typed::Wrong => {
            let wrong = Problem::at("user_code", ctx.text.get("device-code-wrong"));
            page(&ctx, typed, vec![wrong])
        }
        Typed::Throttled(minutes) => {
            let throttled = Throttled {
                chrome: ctx.chrome(),
                app: None,
                minutes,
                retry: format!("{}{}", ctx.realm.path(), device::PAGE),
            };
            html_with(StatusCode::TOO_MANY_REQUESTS, &throttled)
        }
    }
}

/// `GET {issuer}/device/done`: where the sign-in leads. Says how it ended; the device hears of it by itself.
pub async fn done(ctx: Ctx, query: web::Query<Ended>) -> Result<HttpResponse, PageError> {
    let end = match query.error.as_deref() {
        None => DeviceEnd::Allowed,
        Some(error) if error == ErrorCode::ExpiredToken.as_str() => DeviceEnd::Expired,
        Some(_) => DeviceEnd::Denied,
    };
    html(&DeviceDone {
        chrome: ctx.chrome(),
        end,
        again: format!("{}{}", ctx.realm.path(), device::PAGE),
    })
}
