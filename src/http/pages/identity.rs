//! Verification of identity: the page that leads to the provider, and the address that its answers come to.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use url::Url;

use super::draw::{self, At, action, app_of, html, problems, reason_of};
use super::signin::{Place, submit};
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::extract::Posted;
use crate::http::views::challenge::mask;
use crate::http::views::steps::VerifyIdentity;
use crate::signin::{self, Answer, ProviderAnswer, VerifyIdentityStep};

/// What the provider's answer is made of (RFC 6749 section 4.1.2, RFC 9207).
#[derive(Debug, Deserialize)]
pub struct Callback {
    #[serde(default)]
    state: String,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// `POST {issuer}/signin/identity`: off to the provider.
pub async fn begin(Posted { ctx, .. }: Posted, place: web::Query<Place>) -> Result<HttpResponse, PageError> {
    submit(&ctx, &place, Answer::VerifyIdentity).await
}

/// `GET {issuer}/identity/callback`: the provider's answer.
pub async fn callback(ctx: Ctx, query: web::Query<Callback>) -> Result<HttpResponse, PageError> {
    let Callback {
        state,
        code,
        iss,
        error,
    } = query.into_inner();
    let answer = ProviderAnswer {
        state,
        code,
        iss,
        error,
    };
    match signin::provider_answer(ctx.platform(), &ctx.realm, &ctx.visit, answer).await {
        Ok(step) => draw::step(&ctx, step, At::Elsewhere).await,
        Err(error) => draw::failure(&ctx, error, None),
    }
}

/// Draws what happens and why.
pub(super) async fn step(ctx: &Ctx, step: &VerifyIdentityStep) -> Result<HttpResponse, PageError> {
    let login = &step.login;
    let host = Url::parse(&step.provider).ok();
    let host = host.and_then(|url| url.host_str().map(str::to_owned));
    let settings = &ctx.realm.tenant.record.settings;
    let (days, compared) = match &settings.identity_provider {
        Some(provider) => (
            provider.retention_days,
            provider.matching.iter().cloned().collect(),
        ),
        None => (0, Vec::new()),
    };
    html(&VerifyIdentity {
        chrome: ctx.chrome(),
        app: app_of(ctx, login).await?,
        account: mask(&step.email),
        reason: reason_of(step.reason),
        provider: host.unwrap_or_else(|| step.provider.clone()),
        days: days.into(),
        compared,
        problems: problems(ctx, login.problem),
        action: action(ctx, login, "identity"),
        other: draw::way_on_of(ctx, login).await?,
    })
}
