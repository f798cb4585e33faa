//! The pages that links in mails lead to. A GET shows a question; only the POST acts, and it needs no password
//! (people.md U17, U36).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::draw::html;
use crate::domain::session::Session;
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::extract::Posted;
use crate::http::oidc::ensure_binding;
use crate::http::views::challenge::mask;
use crate::http::views::ends::ErrorKind;
use crate::http::views::notices::{Answer, NoticeQuestion, NoticeResult, SignInFacts};
use crate::http::views::{Link, When};
use crate::selfservice::{self, NotMeError};
use crate::store::NoticeAnswer;

/// The link's secret.
#[derive(Debug, Deserialize)]
pub struct Token {
    token: Option<String>,
}

fn answer_of(request: &HttpRequest) -> Answer {
    match request.match_info().get("answer") {
        Some("yes") => Answer::Yes,
        _ => Answer::No,
    }
}

fn spent(ctx: &Ctx, error: NotMeError) -> PageError {
    match error {
        NotMeError::Spent => {
            let way = Link::new(
                format!("{}/account", ctx.realm.path()),
                ctx.text.get("to-account"),
            );
            ctx.error(PageError::new(ErrorKind::LinkSpent).with_primary(way))
        }
        NotMeError::Store(error) => ctx.error(error.into()),
    }
}

/// `GET {issuer}/notice/{yes|no}?token=…`.
pub async fn question(
    ctx: Ctx,
    request: HttpRequest,
    query: web::Query<Token>,
) -> Result<HttpResponse, PageError> {
    let token = query.token.clone().unwrap_or_default();
    let facts = selfservice::question(ctx.platform(), &ctx.realm, &token)
        .await
        .map_err(|error| spent(&ctx, error))?;
    let answer = answer_of(&request);
    let base = ctx.realm.path();
    let page = NoticeQuestion {
        chrome: ctx.chrome(),
        answer,
        account: mask(facts.restores.as_ref().unwrap_or(&facts.email)),
        restores: facts.restores.as_deref().map(mask),
        facts: facts.sign_in.map(|(at, browser, place)| SignInFacts {
            at: When::at(at),
            browser,
            place,
            app: None,
        }),
        action: format!("{base}/notice/{}", answer.name()),
        other: format!(
            "{base}/notice/{}?token={token}",
            if answer == Answer::Yes { "no" } else { "yes" }
        ),
        token,
    };
    let mut response = html(&page)?;
    ensure_binding(&ctx, &mut response)?;
    Ok(response)
}

/// `POST {issuer}/notice/{yes|no}`.
pub async fn answer(Posted { ctx, form }: Posted, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let answer = answer_of(&request);
    let meant = match answer {
        Answer::Yes => NoticeAnswer::Mine,
        Answer::No => NoticeAnswer::NotMine,
    };
    selfservice::answer_notice(ctx.platform(), &ctx.realm, &ctx.visit, form.text("token"), meant)
        .await
        .map_err(|error| spent(&ctx, error))?;
    let account = format!("{}/account", ctx.realm.path());
    let primary = match answer {
        Answer::Yes => Link::new(account, ctx.text.get("to-account")),
        Answer::No => Link::new(format!("{account}/password"), ctx.text.get("choose-new-password")),
    };
    html(&NoticeResult {
        chrome: ctx.chrome(),
        answer,
        primary,
    })
}

/// The same question, asked from the account page about one of its sessions.
pub fn report_page(ctx: &Ctx, email: &str, session: &Session, action: String) -> NoticeQuestion {
    NoticeQuestion {
        chrome: ctx.chrome(),
        answer: Answer::No,
        account: email.to_owned(),
        facts: Some(SignInFacts {
            at: When::at(session.created_at),
            browser: session.agent.clone().unwrap_or_default(),
            place: None,
            app: None,
        }),
        restores: None,
        action,
        token: String::new(),
        other: format!("{}/account", ctx.realm.path()),
    }
}
