//! Our cookies, all host-only; `HttpOnly` and `SameSite=Lax` but for the one that a script of ours reads in frames of apps; `__Host-` and
//! `Secure` wherever the origin is https. Names carry a
//! tenant's tag, so tenants on one host don't disturb each other, and every row they lead to is bound to its tenant.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use crate::base::secret::Secret;
use crate::tenants::Realm;

/// The language switch; not secret, no tenant.
pub const LANGUAGE: &str = "tg_lang";

/// Which cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// SSO session.
    Session,
    /// Binds sign-ins and forms to a browser.
    Binding,
    /// Recognises a browser, for all tenants of the host.
    Browser,
    /// Tells the page that apps ask in a frame which session there is; opens nothing (OpenID Connect Session Management 1.0).
    State,
}

/// The names of one tenant at one origin.
#[derive(Debug)]
pub struct Jar {
    tag: String,
    secure: bool,
}

impl Jar {
    /// The names for a realm.
    pub fn new(realm: &Realm) -> Self {
        Self {
            tag: realm.tenant.tag.clone(),
            secure: realm.origin().is_secure(),
        }
    }

    /// What a cookie is called.
    pub fn name(&self, kind: Kind) -> String {
        let prefix = if self.secure { "__Host-" } else { "" };
        match kind {
            Kind::Session => format!("{prefix}tg_s_{}", self.tag),
            Kind::Binding => format!("{prefix}tg_l_{}", self.tag),
            Kind::Browser => format!("{prefix}tg_b"),
            Kind::State => format!("{prefix}tg_o_{}", self.tag),
        }
    }

    /// A cookie's value, when it came.
    pub fn read(&self, request: &HttpRequest, kind: Kind) -> Option<String> {
        let cookie = request.cookie(&self.name(kind))?;
        (cookie.value().len() <= 128).then(|| cookie.value().to_owned())
    }

    /// A cookie to set. The browser's lives for 400 days, which is what browsers allow; the others end with the browser, and
    /// the server decides about their life anyway.
    pub fn set(&self, kind: Kind, value: &Secret<String>) -> Cookie<'static> {
        let mut cookie = self.build(kind, value.expose().clone());
        match kind {
            Kind::Browser => cookie.set_max_age(Duration::days(400)),
            Kind::Session | Kind::State => cookie.set_max_age(Duration::days(30)),
            Kind::Binding => {}
        }
        cookie
    }

    /// A cookie to take away.
    pub fn clear(&self, kind: Kind) -> Cookie<'static> {
        let mut cookie = self.build(kind, String::new());
        cookie.set_max_age(Duration::ZERO);
        cookie
    }

    fn build(&self, kind: Kind, value: String) -> Cookie<'static> {
        let in_frames = kind == Kind::State;
        // Browsers take `None` with `Secure` only; without https apps of the same site alone can ask.
        let same_site = if in_frames && self.secure {
            SameSite::None
        } else {
            SameSite::Lax
        };
        Cookie::build(self.name(kind), value)
            .path("/")
            .http_only(!in_frames)
            .secure(self.secure)
            .same_site(same_site)
            .finish()
    }
}
