//! `/dev/ciba/approve`: answers a backchannel authentication as its person would, for scripts.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::state::DevCtx;
use crate::domain::assurance::{Method, Proof};
use crate::factors::assurance::reached;
use crate::http::context::{Shared, client_ip, header_text, reference_of};
use crate::http::errors::PageError;
use crate::http::views::ends::ErrorKind;
use crate::oidc::ciba;
use crate::sessions::{self, NewSession};
use crate::tenants::Visit;

/// What is answered, and as whom.
#[derive(Debug, Deserialize)]
struct Approval {
    auth_req_id: String,
    email: String,
}

/// `POST /dev/ciba/approve` with `{"auth_req_id","email"}`: yes, in a new session of this user that a password stands for. No risk
/// decision is made.
pub(super) async fn approve(
    request: HttpRequest,
    web: Shared,
    body: web::Bytes,
) -> Result<HttpResponse, PageError> {
    let ctx = DevCtx::of(&request, &web).await?;
    ctx.check_form(&request, None)?;
    let bad = |cause: &str| PageError::new(ErrorKind::BadRequest).with_cause(cause.to_owned());
    let wanted: Approval = serde_json::from_slice(&body).map_err(|error| bad(&error.to_string()))?;
    let id = ciba::id_of(&ctx.realm, &wanted.auth_req_id).ok_or_else(|| bad("no such auth_req_id"))?;
    let store = ctx.realm.store(&web.platform.store);
    let user = store.user_by_email(&wanted.email).await?;
    let user = user.ok_or_else(|| bad("no such user"))?;
    let now = web.platform.now();
    let visit = Visit {
        ip: client_ip(&web, &request),
        user_agent: header_text(&request, header::USER_AGENT, 512),
        browser: None,
        session: None,
        binding: None,
        forced: Vec::new(),
        locale: "en".to_owned(),
        reference: reference_of(&request),
    };
    let new = NewSession {
        user: &user,
        device: None,
        proofs: vec![Proof::by(Method::Password, now)],
        visit: &visit,
        agent: Some("script".to_owned()),
    };
    let mut batch = store.batch();
    let (session, _) = sessions::begin(&web.platform, new, &mut batch);
    store.commit(batch).await?;
    let acr = reached(&session.proofs, now);
    ciba::allow_in_session(&web.platform, &ctx.realm, id, (&session, acr))
        .map_err(|error| bad(&format!("{error:?}")))?;
    ctx.finish(HttpResponse::NoContent().finish())
}
