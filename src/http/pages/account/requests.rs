//! What apps ask of the person away from their own pages (CIBA), and the answers.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::{Own, Wanted, bound, own, own_or_sign_in, path};
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::extract::Posted;
use crate::http::pages::draw::{html, in_transaction, redirect};
use crate::http::pages::signin::begin;
use crate::http::views::When;
use crate::http::views::ends::ErrorKind;
use crate::http::views::requests::{RequestEnd, RequestRow, WaitingRequests};
use crate::oidc::OidcError;
use crate::oidc::ciba::{self, OpenRequest, Refusal};
use crate::protocol::error::ErrorCode;
use crate::signin::{Purpose, SignInError};

/// What became of an answer: our own word, or what a sign-in leads back with.
#[derive(Debug, Deserialize)]
pub struct Ended {
    done: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

impl Ended {
    fn end(&self) -> Option<RequestEnd> {
        let named = self.done.as_deref();
        let named = named.and_then(|name| RequestEnd::ALL.into_iter().find(|end| end.name() == name));
        let led_back = match self.error.as_deref() {
            None => self.iss.as_ref().map(|_| RequestEnd::Allowed),
            Some(error) if error == ErrorCode::ExpiredToken.as_str() => Some(RequestEnd::Expired),
            Some(_) => Some(RequestEnd::Denied),
        };
        named.or(led_back)
    }
}

/// `GET {issuer}/account/requests`.
pub async fn requests(ctx: Ctx, ended: web::Query<Ended>) -> Result<HttpResponse, PageError> {
    let own = own_or_sign_in!(&ctx, "/requests", Wanted::Look);
    let open = ciba::open_requests(ctx.platform(), &ctx.realm, own.account.user.id);
    let mut rows = Vec::new();
    for request in open.map_err(|error| ctx.error(SignInError::from(error).into()))? {
        rows.push(row(&ctx, &request).await?);
    }
    let page = WaitingRequests {
        account: own.account.user.email.as_str().to_owned(),
        rows,
        end: ended.end(),
        home: path(&ctx, ""),
        chrome: ctx.chrome(),
    };
    // The answer leads through a sign-in, and perhaps to the app's consent.
    bound(&ctx, html(&page).map(in_transaction)?)
}

async fn row(ctx: &Ctx, request: &OpenRequest) -> Result<RequestRow, PageError> {
    let client = ctx.realm.tenant.client(ctx.platform(), &request.client).await;
    let client = client.map_err(|error| ctx.error(error.into()))?;
    let act = |what: &str| path(ctx, &format!("/requests/{}/{what}", request.id));
    Ok(RequestRow {
        app: client.map_or_else(String::new, |client| client.record.display_name().to_owned()),
        binding_message: request.binding_message.clone(),
        address: request.address.clone(),
        asked: When::at(request.opened_at),
        approve: act("approve"),
        deny: act("deny"),
    })
}

fn id_in(request: &HttpRequest) -> &str {
    request.match_info().get("id").unwrap_or_default()
}

/// `POST {issuer}/account/requests/{id}/approve`: a sign-in begins, which asks for what the app wants proven and is not yet.
pub async fn approve_request(
    Posted { ctx, .. }: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let Own { account, .. } = own_or_sign_in!(&ctx, "/requests", Wanted::Look);
    let found = ciba::request_to_allow(ctx.platform(), &ctx.realm, account.user.id, id_in(&request));
    match found.map_err(|error| ctx.error(SignInError::from(error).into()))? {
        Some(request) => begin(&ctx, Purpose::Authorize(Box::new(request))).await,
        None => Ok(ended(&ctx, RequestEnd::Expired)),
    }
}

/// `POST {issuer}/account/requests/{id}/deny`.
pub async fn deny_request(
    Posted { ctx, form }: Posted,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let Own { account, .. } = own_or_sign_in!(&ctx, "/requests", Wanted::Look);
    let (refusal, end) = match form.text("answer") {
        "unexpected" => (Refusal::Unexpected, RequestEnd::Reported),
        "no" => (Refusal::No, RequestEnd::Denied),
        _ => return Err(ctx.error(PageError::new(ErrorKind::BadRequest))),
    };
    let user = account.user.id;
    match ciba::refuse(ctx.platform(), &ctx.realm, user, id_in(&request), refusal).await {
        Ok(()) => Ok(ended(&ctx, end)),
        Err(OidcError::OAuth(_)) => Ok(ended(&ctx, RequestEnd::Expired)),
        Err(other) => Err(ctx.error(other.into())),
    }
}

fn ended(ctx: &Ctx, end: RequestEnd) -> HttpResponse {
    redirect(&path(ctx, &format!("/requests?done={}", end.name())))
}
