//! Who is in the console. A console session is short-lived state behind a cookie of its own, bound to the SSO session it came
//! of: each request looks again whether that session lives and which roles are held.

use std::time::Duration;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::{Method, StatusCode, header};
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError, web};
use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};

use super::enter;
use super::fields::Fields;
use crate::admin::{Actor, AdminError};
use crate::base::encoding::base64url;
use crate::base::ids::{SessionId, Slug, TenantId, UserId};
use crate::base::secret::{TokenHash, TokenKind, constant_time_eq, hmac_sha256};
use crate::base::timestamp::Timestamp;
use crate::domain::user::UserStatus;
use crate::http::context::{Shared, bare_chrome, host_of};
use crate::http::errors::PageError;
use crate::http::extract::check_form_origin;
use crate::http::views::console::{ConsoleError, Frame, Paging, Section};
use crate::http::views::ends::ErrorKind;
use crate::http::views::{Chrome, Template};
use crate::selfservice;
use crate::sessions::Live;
use crate::store::StoreError;
use crate::tenants::{Platform, Realm};
use crate::text::Text;

/// How long a console session may lie unused.
const IDLE: Duration = Duration::from_mins(30);
/// How long it lasts in any case.
const ABSOLUTE: Duration = Duration::from_hours(12);

/// What the cookie leads to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ConsoleSession {
    /// The tenant that the person signed in at.
    pub(super) home: String,
    /// Who.
    pub(super) user: UserId,
    /// The SSO session it hangs on.
    pub(super) session: SessionId,
    /// When it began.
    pub(super) began: Timestamp,
}

/// A request in the console.
#[derive(Debug)]
pub struct ConsoleCtx {
    /// Shared state.
    pub web: Shared,
    /// Who acts, at work on [`ConsoleCtx::realm`].
    pub actor: Actor,
    /// The tenant worked on.
    pub realm: Realm,
    /// The tenant that the person signed in at.
    pub home: Realm,
    /// The session it hangs on.
    pub live: Live,
    chrome: Chrome,
    cookie: String,
    done: Option<String>,
}

/// Why a handler gives no page.
pub enum Refusal {
    /// The person must sign in first.
    SignIn {
        /// Where.
        to: String,
        /// The cookie that binds the sign-in to this browser.
        cookie: Box<Cookie<'static>>,
    },
    /// A page inside the console, drawn.
    Drawn(StatusCode, String),
    /// A page without a console around it.
    Page(PageError),
}

impl std::fmt::Debug for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SignIn { .. } => f.write_str("sign in first"),
            Self::Drawn(status, _) => write!(f, "console page {status}"),
            Self::Page(error) => write!(f, "{error}"),
        }
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignIn { .. } => StatusCode::SEE_OTHER,
            Self::Drawn(status, _) => *status,
            Self::Page(error) => error.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::SignIn { to, cookie } => HttpResponse::SeeOther()
                .insert_header((header::LOCATION, to.as_str()))
                .cookie(cookie.as_ref().clone())
                .finish(),
            Self::Drawn(status, html) => HttpResponse::build(*status)
                .content_type("text/html; charset=utf-8")
                .body(html.clone()),
            Self::Page(error) => error.error_response(),
        }
    }
}

impl From<PageError> for Refusal {
    fn from(error: PageError) -> Self {
        Self::Page(error)
    }
}

/// The query parameters that every page of the console knows.
#[derive(Debug, Default, Deserialize)]
struct Common {
    tenant: Option<String>,
    done: Option<String>,
}

/// The names of what was just done: `flash-…` in the catalogue.
const FLASHES: [&str; 14] = [
    "saved",
    "created",
    "deleted",
    "session_ended",
    "device_forgotten",
    "factor_removed",
    "app_revoked",
    "reset_required",
    "key_rotated",
    "policy_changed",
    "pass_asked",
    "pass_approved",
    "pass_refused",
    "pass_revoked",
];

impl ConsoleCtx {
    /// The platform.
    pub fn platform(&self) -> &Platform {
        &self.web.platform
    }

    /// What stands around a page of a section.
    pub fn frame(&self, section: Section) -> Frame {
        let record = &self.realm.tenant.record;
        let done = self.done.as_deref();
        Frame {
            chrome: self.chrome.clone(),
            tenant: record.slug.to_string(),
            tenant_name: record.name.clone(),
            section,
            user: self.live.user.email.as_str().to_owned(),
            role: self.actor.role_name().to_owned(),
            operator: self.actor.is_operator(),
            flash: FLASHES.into_iter().find(|name| Some(*name) == done),
        }
    }

    /// The fields of a form, when it was sent by a page of this console session.
    ///
    /// # Errors
    /// [`ErrorKind::Forgery`] and malformed forms.
    pub(super) fn form(&self, request: &HttpRequest, body: &[u8]) -> Result<Fields, Refusal> {
        check_form_origin(request, &self.realm.origin().text())
            .map_err(|error| error.with_chrome(self.chrome.clone()))?;
        let fields = Fields::parse(body);
        if constant_time_eq(fields.text("csrf").as_bytes(), self.chrome.csrf.as_bytes()) {
            return Ok(fields);
        }
        Err(self.page(ErrorKind::Forgery, StatusCode::FORBIDDEN))
    }

    /// A page of this console with an error.
    pub(super) fn page(&self, kind: ErrorKind, status: StatusCode) -> Refusal {
        let page = ConsoleError {
            frame: self.frame(Section::Overview),
            kind,
        };
        match page.render() {
            Ok(html) => Refusal::Drawn(status, html),
            Err(error) => Refusal::Page(PageError::internal(error)),
        }
    }

    /// What an act's error looks like where no form can show it.
    pub(super) fn refuse(&self, error: AdminError) -> Refusal {
        let reference = self.chrome.reference.as_str();
        match error {
            AdminError::Forbidden(_) => self.page(ErrorKind::Forbidden, StatusCode::FORBIDDEN),
            AdminError::NotFound(_) => self.page(ErrorKind::NotFound, StatusCode::NOT_FOUND),
            AdminError::Store(StoreError::Busy | StoreError::Unavailable(_)) => {
                self.page(ErrorKind::Busy, StatusCode::SERVICE_UNAVAILABLE)
            }
            AdminError::Invalid { .. }
            | AdminError::Metadata(_)
            | AdminError::Policy(_)
            | AdminError::Changed
            | AdminError::Refused(_) => {
                tracing::info!(target: "tidegate::console", code = "console.refused", reference, %error);
                self.page(ErrorKind::BadRequest, StatusCode::CONFLICT)
            }
            other => {
                tracing::error!(target: "tidegate::console", code = "console.failed", reference, error = %other);
                self.page(ErrorKind::Internal, StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }

    /// To another page of this tenant, saying what was done.
    pub(super) fn go(&self, page: &str, done: &str) -> HttpResponse {
        let to = self.frame(Section::Overview).href(page);
        crate::http::pages::draw::redirect(&format!("{to}&done={done}"))
    }

    /// The links of a list: to its beginning, and on. `query` holds its filter, ready to be appended.
    pub(super) fn paging(&self, page: &str, query: &str, after: Option<&str>, next: Option<&str>) -> Paging {
        let here = format!("{}{query}", self.frame(Section::Overview).href(page));
        let escaped =
            |cursor: &str| url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect::<String>();
        Paging {
            first: after.map(|_| here.clone()),
            next: next.map(|next| format!("{here}&after={}", escaped(next))),
        }
    }

    /// Ends the console session; the cookie that takes it away.
    pub(super) fn forget(&self) -> Cookie<'static> {
        self.platform().ephemeral.remove(&session_key(&self.cookie));
        let mut cookie = cookie(&self.realm, CONSOLE, String::new());
        cookie.make_removal();
        cookie
    }
}

impl FromRequest for ConsoleCtx {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { context(&request).await })
    }
}

/// The name of the console's cookie, before any prefix.
pub(super) const CONSOLE: &str = "tg_c";
/// The name of the cookie that binds a sign-in to the browser that began it.
pub(super) const ENTERING: &str = "tg_enter";

fn cookie_name(realm: &Realm, name: &str) -> String {
    let prefix = if realm.origin().is_secure() { "__Host-" } else { "" };
    format!("{prefix}{name}")
}

/// A cookie of the console. It ends with the browser; the server decides about its life anyway.
pub(super) fn cookie(realm: &Realm, name: &str, value: String) -> Cookie<'static> {
    Cookie::build(cookie_name(realm, name), value)
        .path("/")
        .http_only(true)
        .secure(realm.origin().is_secure())
        .same_site(SameSite::Lax)
        .finish()
}

/// A cookie of the console that came.
pub(super) fn read_cookie(request: &HttpRequest, realm: &Realm, name: &str) -> Option<String> {
    let cookie = request.cookie(&cookie_name(realm, name))?;
    (cookie.value().len() == 43).then(|| cookie.value().to_owned())
}

fn session_key(cookie: &str) -> String {
    format!("console:{}", TokenHash::of(TokenKind::Session, cookie).to_text())
}

/// Keeps a console session for another idle time.
pub(super) fn keep(platform: &Platform, cookie: &str, session: &ConsoleSession) -> Result<(), PageError> {
    let now = platform.now();
    let left = session.began.plus(ABSOLUTE).since(now);
    platform
        .ephemeral
        .put(&session_key(cookie), session, now, left.min(IDLE))
        .map_err(|_| PageError::new(ErrorKind::Busy))
}

/// A tenant at the origin that was asked.
pub(super) async fn realm(web: &Shared, request: &HttpRequest, slug: &str) -> Result<Realm, PageError> {
    let slug = Slug::parse(slug).ok_or_else(|| PageError::new(ErrorKind::NotFound))?;
    let place = web
        .platform
        .origins
        .place_of(&host_of(request.headers(), request.uri()))
        .unwrap_or(0);
    Ok(web.platform.directory.realm(&web.platform, &slug, place).await?)
}

async fn context(request: &HttpRequest) -> Result<ConsoleCtx, Refusal> {
    let web = request
        .app_data::<Shared>()
        .cloned()
        .ok_or_else(|| PageError::internal("no shared state"))?;
    let mut chrome = bare_chrome(&web, request);
    chrome.text = Text::new(chrome.text.locale().for_console());
    let common = web::Query::<Common>::from_query(request.query_string())
        .map(web::Query::into_inner)
        .unwrap_or_default();
    let found = found(&web, request, common, &chrome).await;
    found.map_err(|refusal| match refusal {
        Refusal::Page(error) => Refusal::Page(error.with_chrome(chrome)),
        other => other,
    })
}

async fn found(
    web: &Shared,
    request: &HttpRequest,
    common: Common,
    chrome: &Chrome,
) -> Result<ConsoleCtx, Refusal> {
    // Cookie names depend on the origin alone, and the operators' tenant is always there.
    let system = realm(web, request, Slug::SYSTEM).await?;
    let held = match read_cookie(request, &system, CONSOLE) {
        Some(cookie) => held(web, request, &cookie).await?.map(|held| (cookie, held)),
        None => None,
    };
    let wanted = common.tenant.as_deref();
    let Some((cookie, (session, home, live, actor))) = held else {
        return Err(enter::begin(web, request, wanted.unwrap_or(Slug::SYSTEM)).await?);
    };
    let realm = realm(web, request, wanted.unwrap_or(session.home.as_str())).await?;
    let Ok(actor) = actor.on(tenant_id(&realm)) else {
        return Err(enter::begin(web, request, wanted.unwrap_or(Slug::SYSTEM)).await?);
    };
    keep(&web.platform, &cookie, &session)?;
    let mac = hmac_sha256(
        home.tenant.blind_key.expose(),
        &[b"console-form", cookie.as_bytes()],
    );
    let chrome = Chrome {
        tenant: realm.tenant.record.name.clone(),
        csrf: base64url(&mac),
        ..chrome.clone()
    };
    let ctx = ConsoleCtx {
        web: web.clone(),
        actor,
        realm,
        home,
        live,
        chrome,
        cookie,
        done: common.done,
    };
    check_cool_down(&ctx, request).await?;
    Ok(ctx)
}

/// Whoever replaced lost factors, or moved the account to another mailbox, a short while ago may be somebody else: nothing is changed
/// from there until the owner had time to object.
async fn check_cool_down(ctx: &ConsoleCtx, request: &HttpRequest) -> Result<(), Refusal> {
    if request.method() != Method::POST || request.path() == SIGN_OUT {
        return Ok(());
    }
    let until = selfservice::cools_until(ctx.platform(), &ctx.home, ctx.live.user.id).await;
    match until.map_err(PageError::from)? {
        Some(_) => Err(ctx.page(ErrorKind::CoolsDown, StatusCode::FORBIDDEN)),
        None => Ok(()),
    }
}

/// Leaving is never refused.
const SIGN_OUT: &str = "/console/signout";

fn tenant_id(realm: &Realm) -> TenantId {
    realm.tenant.record.id
}

/// A console session that still stands: its SSO session lives, the account is open, and a role is held.
async fn held(
    web: &Shared,
    request: &HttpRequest,
    cookie: &str,
) -> Result<Option<(ConsoleSession, Realm, Live, Actor)>, PageError> {
    let platform = &web.platform;
    let kept: Option<ConsoleSession> = platform
        .ephemeral
        .get(&session_key(cookie), platform.now())
        .map_err(PageError::internal)?;
    let Some(kept) = kept else { return Ok(None) };
    let home = realm(web, request, &kept.home).await?;
    let store = home.store(&platform.store);
    let session = store
        .session(kept.session)
        .await?
        .filter(|session| session.is_live(platform.now()));
    let user = store
        .user(kept.user)
        .await?
        .filter(|user| user.status == UserStatus::Active);
    let (Some(session), Some(user)) = (session, user) else {
        return Ok(None);
    };
    let roles = store.roles_of(user.id).await?;
    if roles.is_empty() {
        return Ok(None);
    }
    let actor = Actor::person(user.id, &home.tenant.record, roles);
    Ok(Some((kept, home, Live { session, user }, actor)))
}
