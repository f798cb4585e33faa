//! State of the development profile: who there is, and the dials of each browser.

use std::time::Duration;

use actix_web::{HttpMessage, HttpRequest};

use super::seed::DevAccount;
use crate::base::encoding::base64url;
use crate::base::ids::Slug;
use crate::base::secret::{constant_time_eq, hmac_sha256};
use crate::http::context::{Shared, bare_chrome, forced_items, host_of};
use crate::http::errors::PageError;
use crate::http::extract::check_form_origin;
use crate::http::views::ends::ErrorKind;
use crate::risk::visit::Forced;
use crate::tenants::{Platform, Realm};

/// The cookie that tells dev pages' browsers apart.
pub(super) const COOKIE: &str = "tg_dev";
/// How long dials stay turned.
const DIALS_LIFE: Duration = Duration::from_hours(12);

/// The development profile's own state.
#[derive(Debug)]
pub struct DevState {
    /// The demo tenant.
    pub tenant: Slug,
    /// Its people.
    pub accounts: Vec<DevAccount>,
    /// Key of the dev pages' form tokens; new at each start.
    pub key: [u8; 32],
}

impl DevState {
    /// The people for the sign-in page: address and note.
    pub fn personas(&self) -> Vec<(String, String)> {
        self.accounts
            .iter()
            .map(|account| (account.email.to_owned(), account.note.to_owned()))
            .collect()
    }

    /// What this browser's dials force.
    pub fn dials(&self, platform: &Platform, request: &HttpRequest) -> Vec<Forced> {
        let Some(cookie) = request.cookie(COOKIE) else {
            return Vec::new();
        };
        let held: Option<String> = platform
            .ephemeral
            .get(&key(cookie.value()), platform.now())
            .ok()
            .flatten();
        held.map(|text| forced_items(&text)).unwrap_or_default()
    }

    /// Turns this browser's dials.
    pub(super) fn turn(platform: &Platform, browser: &str, items: &[&str]) {
        let known: Vec<&str> = items
            .iter()
            .copied()
            .filter(|item| Forced::from_name(item).is_some())
            .collect();
        let kept = platform
            .ephemeral
            .put(&key(browser), &known.join(","), platform.now(), DIALS_LIFE);
        if let Err(error) = kept {
            tracing::warn!(target: "tidegate::dev", %error, "dials were not kept");
        }
    }

    /// The form token of a dev browser.
    pub(super) fn csrf(&self, browser: &str) -> String {
        base64url(&hmac_sha256(&self.key, &[b"dev-form", browser.as_bytes()]))
    }
}

fn key(browser: &str) -> String {
    format!("dials:{browser}")
}

/// One request to a dev page.
pub(super) struct DevCtx {
    pub(super) web: Shared,
    pub(super) realm: Realm,
    pub(super) browser: String,
    pub(super) fresh: bool,
}

impl DevCtx {
    /// The demo tenant at the origin of the request.
    pub(super) async fn of(request: &HttpRequest, web: &Shared) -> Result<Self, PageError> {
        let dev = dev(web, request)?;
        let place = web
            .platform
            .origins
            .place_of(&host_of(request.headers(), request.uri()))
            .unwrap_or(0);
        let realm = web
            .platform
            .directory
            .realm(&web.platform, &dev.tenant, place)
            .await
            .map_err(|error| PageError::from(error).with_chrome(bare_chrome(web, request)))?;
        let held = request
            .cookie(COOKIE)
            .map(|cookie| cookie.value().to_owned())
            .filter(|value| value.len() == 43);
        let fresh = held.is_none();
        let browser = held.unwrap_or_else(|| web.platform.random().opaque());
        Ok(Self {
            web: web.clone(),
            realm,
            browser,
            fresh,
        })
    }

    pub(super) fn chrome(&self, request: &HttpRequest) -> crate::http::views::Chrome {
        let mut chrome = bare_chrome(&self.web, request);
        if let Some(dev) = &self.web.dev {
            chrome.csrf = dev.csrf(&self.browser);
        }
        chrome
    }

    /// Sets the cookie on a first visit.
    pub(super) fn finish(
        &self,
        mut response: actix_web::HttpResponse,
    ) -> Result<actix_web::HttpResponse, PageError> {
        if self.fresh {
            let cookie = actix_web::cookie::Cookie::build(COOKIE, self.browser.clone())
                .path("/")
                .http_only(true)
                .same_site(actix_web::cookie::SameSite::Lax)
                .finish();
            response.add_cookie(&cookie).map_err(PageError::internal)?;
        }
        Ok(response)
    }

    /// Checks a dev form: same site, with this browser's token or as JSON (which no other site can send).
    pub(super) fn check_form(&self, request: &HttpRequest, token: Option<&str>) -> Result<(), PageError> {
        check_form_origin(request, &self.realm.origin().text())
            .map_err(|error| error.with_chrome(self.chrome(request)))?;
        let json = request.content_type() == "application/json";
        let dev = dev(&self.web, request)?;
        let fits =
            token.is_some_and(|token| constant_time_eq(token.as_bytes(), dev.csrf(&self.browser).as_bytes()));
        if json || (fits && !self.fresh) {
            Ok(())
        } else {
            Err(PageError::new(ErrorKind::Forgery).with_chrome(self.chrome(request)))
        }
    }
}

fn dev<'a>(web: &'a Shared, request: &HttpRequest) -> Result<&'a DevState, PageError> {
    web.dev
        .as_ref()
        .ok_or_else(|| PageError::new(ErrorKind::NotFound).with_chrome(bare_chrome(web, request)))
}
