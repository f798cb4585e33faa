//! The account page and what it leads to. Everything needs a session; changing factors needs a fresh proof (ASVS 7.5.1).

mod acts;
mod factors;
mod home;

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse};

use super::draw::redirect;
use super::signin::begin;
use crate::accounts::{self, Account};
use crate::base::timestamp::Timestamp;
use crate::domain::assurance::Strength;
use crate::factors::assurance::strongest_since;
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::oidc::ensure_binding;
use crate::http::views::ends::ErrorKind;
use crate::sessions::{self, Live};
use crate::signin::Purpose;
use crate::store::StoreError;

pub use acts::{
    end_others, end_session, forget_device, forget_devices, not_me, not_me_page, revoke_app, sign_out,
    stop_recovery,
};
pub use factors::{
    add_passkey, add_totp, change_password, passkey_options, passkey_page, password_page, recovery_codes,
    remove_factor, remove_page, totp_page,
};
pub use home::home;

/// How old the last proof may be for changing factors.
const FRESH: Duration = Duration::from_mins(15);

/// A signed-in person on one of these pages.
struct Own {
    live: Live,
    account: Account,
}

fn path(ctx: &Ctx, rest: &str) -> String {
    format!("{}/account{rest}", ctx.realm.path())
}

/// The signed-in person, or the sign-in that leads back here.
async fn own(ctx: &Ctx, rest: &str, fresh: bool) -> Result<Result<Own, HttpResponse>, PageError> {
    let page_error = |error: StoreError| ctx.error(error.into());
    let live = sessions::current(ctx.platform(), &ctx.realm, &ctx.visit)
        .await
        .map_err(page_error)?;
    let sign_in = || {
        let purpose = Purpose::Page {
            path: format!("/account{rest}"),
            fresh,
        };
        begin(ctx, purpose)
    };
    let Some(live) = live else {
        return Ok(Err(sign_in().await?));
    };
    let store = ctx.realm.store(&ctx.platform().store);
    let account = accounts::by_id(&store, live.user.id).await.map_err(page_error)?;
    let account = account.ok_or_else(|| ctx.error(PageError::new(ErrorKind::NotFound)))?;
    if fresh && !is_fresh(&live, &account, ctx.platform().now()) {
        return Ok(Err(sign_in().await?));
    }
    let must_reset = account.user.password_reset_required && rest != "/password";
    if must_reset {
        return Ok(Err(redirect(&path(ctx, "/password"))));
    }
    Ok(Ok(Own { live, account }))
}

/// Whether enough was proven a short while ago to change what guards the account: its second factor, where it has one.
fn is_fresh(live: &Live, account: &Account, now: Timestamp) -> bool {
    let limit = now.minus(FRESH);
    let strong =
        strongest_since(&live.session.proofs, limit).is_some_and(|proven| proven > Strength::EmailCode);
    live.session.auth_time() >= limit && (strong || !account.has_second_factor())
}

macro_rules! own_or_sign_in {
    ($ctx:expr, $rest:expr, $fresh:expr) => {
        match own($ctx, $rest, $fresh).await? {
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
