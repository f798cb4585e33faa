//! The account page and what it leads to. Everything needs a session; changing factors needs a fresh proof (ASVS 7.5.1).

mod acts;
mod email;
mod factors;
mod home;
mod requests;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

use super::draw::{html_with, redirect};
use super::signin::begin;
use crate::accounts::{self, Account};
use crate::base::ids::Reference;
use crate::domain::action::Action;
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::oidc::ensure_binding;
use crate::http::views::Link;
use crate::http::views::ends::{ErrorKind, Held, HeldKind};
use crate::selfservice::{self, Permit};
use crate::sessions::{self, Live};
use crate::signin::Purpose;
use crate::store::StoreError;

pub use acts::{
    end_others, end_session, forget_device, forget_devices, not_me, not_me_page, revoke_app, revoke_passes,
    sign_out, stop_recovery,
};
pub use email::{begin_email, confirm_email, email_code_page, email_page};
pub use factors::{
    add_passkey, add_push, add_totp, change_password, passkey_options, passkey_page, password_page,
    push_page, recovery_codes, remove_factor, remove_page, totp_page,
};
pub use home::home;
pub use requests::{approve_request, deny_request, requests};

/// A signed-in person on one of these pages.
struct Own {
    live: Live,
    account: Account,
}

fn path(ctx: &Ctx, rest: &str) -> String {
    format!("{}/account{rest}", ctx.realm.path())
}

/// What a person wants on the account page.
enum Wanted {
    /// To look, or to end something that is the own: the session is enough.
    Look,
    /// To see the page of a change: identity is proven now.
    Prepare(Action),
    /// To make the change: besides, it is decided about.
    Change(Action),
}

impl Wanted {
    const fn action(&self) -> Option<&Action> {
        match self {
            Self::Look => None,
            Self::Prepare(action) | Self::Change(action) => Some(action),
        }
    }
}

/// The signed-in person, or the page that stands before what is wanted: the sign-in that leads back here, or a refusal.
async fn own(ctx: &Ctx, rest: &str, wanted: Wanted) -> Result<Result<Own, HttpResponse>, PageError> {
    let page_error = |error: StoreError| ctx.error(error.into());
    let live = sessions::current(ctx.platform(), &ctx.realm, &ctx.visit)
        .await
        .map_err(page_error)?;
    let sign_in = || {
        let purpose = Purpose::Page {
            path: format!("/account{rest}"),
            changes: wanted.action().cloned(),
        };
        begin(ctx, purpose)
    };
    let Some(live) = live else {
        return Ok(Err(sign_in().await?));
    };
    let store = ctx.realm.store(&ctx.platform().store);
    let account = accounts::by_id(&store, live.user.id).await.map_err(page_error)?;
    let account = account.ok_or_else(|| ctx.error(PageError::new(ErrorKind::NotFound)))?;
    if wanted.action().is_some() && !selfservice::is_fresh(&account, &live.session, ctx.platform().now()) {
        return Ok(Err(sign_in().await?));
    }
    if let Wanted::Change(action) = &wanted {
        let by = (&account, &live.session);
        let permit = selfservice::decide(ctx.platform(), &ctx.realm, &ctx.visit, by, action.clone()).await;
        match permit.map_err(page_error)? {
            Permit::Granted => {}
            Permit::MoreProof => return Ok(Err(sign_in().await?)),
            Permit::Refused(reference) => return Ok(Err(refused(ctx, &reference)?)),
        }
    }
    let must_reset = account.user.password_reset_required && rest != "/password";
    if must_reset {
        return Ok(Err(redirect(&path(ctx, "/password"))));
    }
    Ok(Ok(Own { live, account }))
}

/// The page of a change that the decision refuses.
fn refused(ctx: &Ctx, reference: &Reference) -> Result<HttpResponse, PageError> {
    let mut chrome = ctx.chrome();
    chrome.reference = reference.to_string();
    let page = Held {
        chrome,
        kind: HeldKind::Change,
        primary: Link::new(path(ctx, ""), ctx.text.get("to-account")),
        more: Vec::new(),
    };
    html_with(StatusCode::FORBIDDEN, &page)
}

macro_rules! own_or_sign_in {
    ($ctx:expr, $rest:expr, $wanted:expr) => {
        match own($ctx, $rest, $wanted).await? {
            Ok(own) => own,
            Err(elsewhere) => return Ok(elsewhere),
        }
    };
}

fn bound(ctx: &Ctx, mut response: HttpResponse) -> Result<HttpResponse, PageError> {
    ensure_binding(ctx, &mut response)?;
    Ok(response)
}

use own_or_sign_in;

fn id<T: std::str::FromStr>(ctx: &Ctx, request: &HttpRequest) -> Result<T, PageError> {
    let text = request.match_info().get("id").and_then(|text| text.parse().ok());
    text.ok_or_else(|| ctx.error(PageError::new(ErrorKind::NotFound)))
}

fn store_error(ctx: &Ctx) -> impl Fn(StoreError) -> PageError + '_ {
    |error| ctx.error(error.into())
}
