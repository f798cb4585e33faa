//! In and out: the console is a client of the product itself (authorization code with PKCE), and redeems its code in the
//! process.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::session::{
    CONSOLE, ConsoleCtx, ConsoleSession, ENTERING, Refusal, cookie, keep, read_cookie, realm,
};
use super::{Answer, ListQuery};
use crate::admin;
use crate::base::encoding::base64url;
use crate::base::ids::{ClientId, Reference};
use crate::base::secret::{TokenHash, TokenKind, constant_time_eq, sha256};
use crate::domain::assurance::Acr;
use crate::http::context::{Shared, bare_chrome, client_ip, header_text};
use crate::http::errors::PageError;
use crate::http::pages::draw::redirect;
use crate::http::views::console::Section;
use crate::http::views::ends::ErrorKind;
use crate::oidc::authorize::CONSOLE_CALLBACK;
use crate::oidc::token::BackChannel;
use crate::oidc::{AuthenticatedClient, OidcError};
use crate::protocol::error::ErrorCode;
use crate::protocol::params::Params;
use crate::tenants::{CONSOLE_CLIENT, Realm};

/// How long a sign-in to the console may take.
const ENTERING_LIFE: Duration = Duration::from_mins(30);

/// A sign-in under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entering {
    tenant: String,
    verifier: String,
    nonce: String,
    back: String,
}

fn entering_key(state: &str) -> String {
    format!(
        "console-entering:{}",
        TokenHash::of(TokenKind::LoginBinding, state).to_text()
    )
}

/// Sends the browser to the sign-in of a tenant. What was asked is gone back to, if it was a page.
pub(super) async fn begin(web: &Shared, request: &HttpRequest, tenant: &str) -> Result<Refusal, PageError> {
    let platform = &web.platform;
    let realm = realm(web, request, tenant).await?;
    let state = platform.random().opaque();
    let entering = Entering {
        tenant: tenant.to_owned(),
        verifier: platform.random().opaque(),
        nonce: platform.random().opaque(),
        back: if request.method() == actix_web::http::Method::GET {
            request
                .uri()
                .path_and_query()
                .map(ToString::to_string)
                .unwrap_or_default()
        } else {
            format!("/console?tenant={tenant}")
        },
    };
    platform
        .ephemeral
        .put(&entering_key(&state), &entering, platform.now(), ENTERING_LIFE)
        .map_err(|_| PageError::new(ErrorKind::Busy))?;
    let challenge = base64url(&sha256(entering.verifier.as_bytes()));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", CONSOLE_CLIENT)
        .append_pair("redirect_uri", &callback_of(&realm))
        .append_pair("scope", "openid email")
        .append_pair("state", &state)
        .append_pair("nonce", &entering.nonce)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256")
        .finish();
    Ok(Refusal::SignIn {
        to: format!("{}?{query}", realm.url("/authorize")),
        cookie: Box::new(cookie(&realm, ENTERING, state)),
    })
}

fn callback_of(realm: &Realm) -> String {
    format!("{}{CONSOLE_CALLBACK}", realm.origin().text())
}

/// What the issuer answers.
#[derive(Debug, Deserialize)]
pub(super) struct Callback {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// `GET /console/callback`.
pub(super) async fn callback(
    request: HttpRequest,
    web: Shared,
    query: web::Query<Callback>,
) -> Result<HttpResponse, PageError> {
    entered(&request, &web, &query)
        .await
        .map_err(|error| error.with_chrome(bare_chrome(&web, &request)))
}

async fn entered(request: &HttpRequest, web: &Shared, query: &Callback) -> Result<HttpResponse, PageError> {
    let platform = &web.platform;
    let other_browser = || PageError::new(ErrorKind::OtherBrowser);
    let state = query.state.as_deref().ok_or_else(other_browser)?;
    let key = entering_key(state);
    let entering: Option<Entering> = platform
        .ephemeral
        .get(&key, platform.now())
        .map_err(PageError::internal)?;
    let entering = entering.ok_or_else(other_browser)?;
    let realm = realm(web, request, &entering.tenant).await?;
    // The sign-in must end in the browser that began it, or somebody could be signed in as somebody else.
    let bound = read_cookie(request, &realm, ENTERING)
        .is_some_and(|held| constant_time_eq(held.as_bytes(), state.as_bytes()));
    if !bound {
        return Err(other_browser());
    }
    platform.ephemeral.remove(&key);
    // RFC 9207: the answer must come of the issuer that was asked.
    if query.iss.as_deref() != Some(realm.issuer()) {
        return Err(PageError::new(ErrorKind::BadRequest).with_cause("iss of another issuer"));
    }
    let Some(code) = query.code.as_deref() else {
        let cause = query.error.clone().unwrap_or_default();
        return Err(PageError::new(ErrorKind::Forbidden).with_cause(cause));
    };
    let claims = redeem(request, web, &realm, &entering, code).await?;
    let session = admit(web, &realm, &claims).await?;
    let secret = platform.random().opaque();
    keep(platform, &secret, &session)?;
    let mut gone = cookie(&realm, ENTERING, String::new());
    gone.make_removal();
    let mut response = redirect(&entering.back);
    for cookie in [cookie(&realm, CONSOLE, secret), gone] {
        response.add_cookie(&cookie).map_err(PageError::internal)?;
    }
    Ok(response)
}

/// What the console reads of its ID token.
#[derive(Clone, Debug, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    exp: i64,
    nonce: Option<String>,
    acr: String,
    sid: String,
}

async fn redeem(
    request: &HttpRequest,
    web: &Shared,
    realm: &Realm,
    entering: &Entering,
    code: &str,
) -> Result<Claims, PageError> {
    let platform = &web.platform;
    let id = ClientId::parse(CONSOLE_CLIENT).ok_or_else(|| PageError::internal("the console's client id"))?;
    let client = realm.tenant.client(platform, &id).await?;
    let client = client.ok_or_else(|| PageError::internal("the tenant has no console client"))?;
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", &callback_of(realm))
        .append_pair("code_verifier", &entering.verifier)
        .finish();
    let params = Params::parse(body.as_bytes()).map_err(PageError::internal)?;
    let from = BackChannel {
        ip: client_ip(web, request),
        user_agent: header_text(request, actix_web::http::header::USER_AGENT, 512),
        key: None,
        certificate: None,
    };
    let caller = AuthenticatedClient { client };
    let tokens = crate::oidc::token::token(platform, realm, &caller, &params, &from).await;
    let tokens = tokens.map_err(|error| match error {
        OidcError::OAuth(error) if error.code != ErrorCode::TemporarilyUnavailable => {
            PageError::new(ErrorKind::Forbidden).with_cause(error)
        }
        other => other.into(),
    })?;
    let token = tokens
        .id_token
        .ok_or_else(|| PageError::internal("no ID token"))?;
    let claims: Claims = realm
        .tenant
        .keys
        .verifying
        .verify(&token)
        .map_err(PageError::internal)?;
    let fits = claims.iss == realm.issuer()
        && claims.aud == CONSOLE_CLIENT
        && claims.exp > platform.now().secs()
        && claims.nonce.as_deref() == Some(entering.nonce.as_str());
    if fits {
        Ok(claims)
    } else {
        Err(PageError::new(ErrorKind::Forbidden).with_cause("ID token of another sign-in"))
    }
}

/// Lets somebody in who reached aal2 and holds a role.
async fn admit(web: &Shared, realm: &Realm, claims: &Claims) -> Result<ConsoleSession, PageError> {
    let forbidden = |why: &str| PageError::new(ErrorKind::Forbidden).with_cause(why.to_owned());
    if Acr::from_name(&claims.acr).is_none_or(|acr| acr < Acr::Aal2) {
        return Err(forbidden("below aal2"));
    }
    let store = realm.store(&web.platform.store);
    let user = store
        .user_by_sub(&claims.sub)
        .await?
        .ok_or_else(|| forbidden("no such user"))?;
    let session = store
        .session_by_sid(&claims.sid)
        .await?
        .ok_or_else(|| forbidden("no such session"))?;
    if session.user != user.id || store.roles_of(user.id).await?.is_empty() {
        return Err(forbidden("no role"));
    }
    Ok(ConsoleSession {
        home: realm.tenant.record.slug.to_string(),
        user: user.id,
        session: session.id,
        began: web.platform.now(),
    })
}

/// `POST /console/signout`: ends the console session and the SSO session it hangs on.
pub(super) async fn sign_out(ctx: ConsoleCtx, request: HttpRequest, body: web::Bytes) -> Answer {
    ctx.form(&request, &body)?;
    crate::oidc::logout::end(ctx.platform(), &ctx.home, &ctx.live)
        .await
        .map_err(PageError::from)?;
    let mut response = redirect("/");
    response.add_cookie(&ctx.forget()).map_err(PageError::internal)?;
    Ok(response)
}

/// `GET /console/switch`: to another tenant, by its slug.
pub(super) async fn switch(ctx: ConsoleCtx, query: web::Query<ListQuery>) -> Answer {
    let slug = query.q.trim().to_lowercase();
    if crate::base::ids::Slug::parse(&slug).is_none() {
        let typed: String = url::form_urlencoded::byte_serialize(query.q.as_bytes()).collect();
        return Ok(redirect(&format!(
            "{}&q={typed}",
            ctx.frame(Section::Tenants).href("tenants")
        )));
    }
    let there = admin::tenants::enter(&ctx.actor, ctx.platform(), &slug).await;
    there.map_err(|error| ctx.refuse(error))?;
    Ok(redirect(&format!("/console?tenant={slug}")))
}

/// `GET /console/find`: a reference leads to its decision, everything else to the users.
pub(super) async fn find(ctx: ConsoleCtx, query: web::Query<ListQuery>) -> Answer {
    let frame = ctx.frame(Section::Overview);
    if let Some(reference) = Reference::parse(&query.q)
        && admin::decisions::show(&ctx.actor, ctx.platform(), reference.as_str())
            .await
            .is_ok()
    {
        return Ok(redirect(&frame.of("decisions", reference.as_str())));
    }
    let typed: String = url::form_urlencoded::byte_serialize(query.q.as_bytes()).collect();
    Ok(redirect(&format!("{}&q={typed}", frame.href("users"))))
}
