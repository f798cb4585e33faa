//! The page of a link that `tidegate admin link` printed: a GET shows it, the POST uses it up.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::draw::{html, html_with, redirect};
use super::passwords;
use crate::admin::links::{self, OpenLink, RedeemError};
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::extract::Posted;
use crate::http::oidc::ensure_binding;
use crate::http::views::Problem;
use crate::http::views::account::AdminLinkPage;
use crate::http::views::ends::ErrorKind;

/// The link's secret.
#[derive(Debug, Deserialize)]
pub struct Token {
    token: Option<String>,
}

fn view(ctx: &Ctx, link: OpenLink, token: String, problems: Vec<Problem>) -> AdminLinkPage {
    AdminLinkPage {
        chrome: ctx.chrome(),
        role: ctx.text.pick_or_name("role", link.role.name()).into_owned(),
        email: link.email,
        existing: link.existing,
        min_length: passwords::least(ctx),
        action: format!("{}/admin-link", ctx.realm.path()),
        token,
        problems,
    }
}

fn refused(ctx: &Ctx, error: RedeemError) -> PageError {
    ctx.error(match error {
        RedeemError::Spent => PageError::new(ErrorKind::LinkSpent),
        RedeemError::Busy => PageError::new(ErrorKind::Busy),
        RedeemError::Password(_) => PageError::new(ErrorKind::BadRequest),
        RedeemError::Store(error) => error.into(),
    })
}

/// `GET {issuer}/admin-link?token=…`.
pub async fn show(ctx: Ctx, query: web::Query<Token>) -> Result<HttpResponse, PageError> {
    let token = query.token.clone().unwrap_or_default();
    let link = links::open(ctx.platform(), &ctx.realm, &token)
        .await
        .map_err(|error| refused(&ctx, error))?;
    let mut response = html(&view(&ctx, link, token, Vec::new()))?;
    ensure_binding(&ctx, &mut response)?;
    Ok(response)
}

/// `POST {issuer}/admin-link`.
pub async fn redeem(Posted { ctx, form }: Posted) -> Result<HttpResponse, PageError> {
    let token = form.text("token").to_owned();
    let password = form.secret("password").unwrap_or_default();
    match links::redeem(ctx.platform(), &ctx.realm, &token, password).await {
        Ok(_) => Ok(redirect(&format!(
            "/console?tenant={}",
            ctx.realm.tenant.record.slug
        ))),
        Err(RedeemError::Password(refusal)) => {
            let link = links::open(ctx.platform(), &ctx.realm, &token)
                .await
                .map_err(|error| refused(&ctx, error))?;
            let page = view(&ctx, link, token, vec![passwords::refused(&ctx, refusal)]);
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(refused(&ctx, error)),
    }
}
