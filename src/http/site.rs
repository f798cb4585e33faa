//! What belongs to no page: static files, tenant style sheets, the language switch, per-host addresses.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::assets;
use super::context::{Ctx, Shared, bare_chrome};
use super::cookies::LANGUAGE;
use super::errors::PageError;
use super::extract::Form;
use super::pages::draw::{html, redirect};
use super::views::brand;
use super::views::ends::ErrorKind;
use super::views::steps::TenantChooser;
use crate::base::ids::Slug;
use crate::signin;
use crate::tenants::TenantError;
use crate::text::Locale;

/// `/static/…`.
pub async fn file(request: HttpRequest) -> HttpResponse {
    match assets::find(request.path()) {
        Some(asset) => HttpResponse::Ok()
            .content_type(asset.content_type)
            .insert_header((header::CACHE_CONTROL, assets::CACHE_CONTROL))
            .body(asset.bytes),
        None => HttpResponse::NotFound()
            .content_type("text/plain; charset=utf-8")
            .body("There is nothing here.\n"),
    }
}

/// `{issuer}/brand.css`.
pub async fn brand_css(ctx: Ctx) -> Result<HttpResponse, PageError> {
    let css = ctx
        .realm
        .tenant
        .record
        .settings
        .brand_color
        .as_deref()
        .and_then(brand::stylesheet);
    let css = css.ok_or_else(|| ctx.error(PageError::new(ErrorKind::NotFound)))?;
    Ok(HttpResponse::Ok()
        .content_type(assets::BRAND_CONTENT_TYPE)
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(css))
}

/// `POST {issuer}/language`.
pub async fn language(ctx: Ctx, request: HttpRequest, body: web::Bytes) -> Result<HttpResponse, PageError> {
    let form = Form::read(&ctx, &request, &body)?;
    let locale = Locale::from_tag(form.text("locale")).unwrap_or_default();
    let base = ctx.realm.path();
    // Only a page of this tenant is gone back to.
    let to = form.get("return_to").filter(|to| {
        to.strip_prefix(base.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
            && !to.contains('\\')
    });
    // In the middle of a sign-in it wins over what the app asks for; one that is over has no pages left to speak in.
    let login = to.and_then(|to| url::Url::parse(&format!("http://x{to}")).ok());
    let login = login.and_then(|url| {
        let mut pairs = url.query_pairs();
        pairs.find_map(|(name, value)| (name == "login").then(|| value.parse().ok())?)
    });
    if let Some(id) = login {
        let spoken = signin::speak(ctx.platform(), &ctx.realm, &ctx.visit, (id, locale)).await;
        if let Err(error) = spoken {
            tracing::debug!(target: "tidegate::http", code = "language.kept", %error);
        }
    }
    let mut response = redirect(to.unwrap_or(&format!("{base}/account")));
    let cookie = Cookie::build(LANGUAGE, locale.tag())
        .path("/")
        .http_only(true)
        .secure(ctx.realm.origin().is_secure())
        .same_site(SameSite::Lax)
        .max_age(Duration::days(365))
        .finish();
    response.add_cookie(&cookie).map_err(PageError::internal)?;
    Ok(response)
}

/// Which tenant was typed.
#[derive(Debug, Deserialize)]
pub struct Chosen {
    tenant: Option<String>,
}

/// `/.well-known/change-password`: where a password is changed on a host that serves several tenants.
pub async fn change_password(
    request: HttpRequest,
    web: Shared,
    query: web::Query<Chosen>,
) -> Result<HttpResponse, PageError> {
    chooser(&request, &web, query.tenant.as_deref(), "/account/password").await
}

/// `/`: which tenant is meant.
pub async fn root(
    request: HttpRequest,
    web: Shared,
    query: web::Query<Chosen>,
) -> Result<HttpResponse, PageError> {
    chooser(&request, &web, query.tenant.as_deref(), "/account").await
}

async fn chooser(
    request: &HttpRequest,
    web: &Shared,
    typed: Option<&str>,
    rest: &str,
) -> Result<HttpResponse, PageError> {
    let mut unknown = None;
    if let Some(text) = typed.map(str::trim).filter(|text| !text.is_empty()) {
        let found = match Slug::parse(&text.to_lowercase()) {
            Some(slug) => match web.platform.directory.realm(&web.platform, &slug, 0).await {
                Ok(_) => Some(slug),
                Err(TenantError::Unknown) => None,
                Err(other) => return Err(PageError::from(other).with_chrome(bare_chrome(web, request))),
            },
            None => None,
        };
        match found {
            Some(slug) => return Ok(redirect(&format!("/t/{slug}{rest}"))),
            None => unknown = Some(text.chars().take(63).collect()),
        }
    }
    html(&TenantChooser {
        chrome: bare_chrome(web, request),
        action: request.path().to_owned(),
        unknown,
        known: Vec::new(),
    })
}

/// `/.well-known/passkey-endpoints`: answered without a redirect; a host of several tenants leads to the chooser.
pub async fn passkey_endpoints(web: Shared) -> HttpResponse {
    let origin = web
        .platform
        .origins
        .all()
        .first()
        .map(|url| url.origin().ascii_serialization())
        .unwrap_or_default();
    HttpResponse::Ok().json(json!({"enroll": format!("{origin}/"), "manage": format!("{origin}/")}))
}

/// Everything else.
pub async fn not_found(request: HttpRequest, web: Shared) -> Result<HttpResponse, PageError> {
    if request.path().starts_with("/.well-known/") {
        return Ok(HttpResponse::NotFound()
            .content_type("text/plain; charset=utf-8")
            .body("not found\n"));
    }
    Err(PageError::new(ErrorKind::NotFound).with_chrome(bare_chrome(&web, &request)))
}
