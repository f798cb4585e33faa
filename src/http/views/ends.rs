//! Pages where something ends: an error, a refusal, an expired page, a sign-out. Each has a way on (people.md U15).

use askama::Template;

use super::redirect_diff::RedirectDiff;
use super::{Chrome, Link};

/// The sign-in is held or refused. Says the same whatever the cause. Status 403.
#[derive(Clone, Debug, Template)]
#[template(path = "ends/held.html")]
pub struct Held {
    /// Around it; the reference is the decision's.
    pub chrome: Chrome,
    /// What holds it.
    pub kind: HeldKind,
    /// The way on: the sign-in anew, or back to the app.
    pub primary: Link,
    /// Other ways on.
    pub more: Vec<Link>,
}

/// Why a sign-in goes no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldKind {
    /// The risk decision, or no factor of the asked strength.
    Held,
    /// The app demands a class that this account can't reach.
    Unmet,
    /// The tenant is switched off.
    Closed,
    /// A change of what guards the account.
    Change,
}

impl HeldKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Held, Self::Unmet, Self::Closed, Self::Change];

    /// `held-title-…` and `held-text-…` in the catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Unmet => "unmet",
            Self::Closed => "closed",
            Self::Change => "change",
        }
    }
}

/// Something went wrong: what happened, what can be done, the reference.
#[derive(Clone, Debug, Template)]
#[template(path = "ends/error.html")]
pub struct ErrorPage {
    /// Around it.
    pub chrome: Chrome,
    /// What happened.
    pub kind: ErrorKind,
    /// Back to the app, or the sign-in anew.
    pub primary: Option<Link>,
    /// For the developer, where showing it is allowed (people.md D3).
    pub detail: Option<Detail>,
}

/// What happened, in the words of the catalogue (`error-title-…`, `error-text-…`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The app's request is wrong; nothing that the person can do.
    BadRequest,
    /// The redirect URI isn't registered.
    RedirectUri,
    /// The client isn't known.
    UnknownClient,
    /// There is no such page.
    NotFound,
    /// The form's token or origin didn't fit.
    Forgery,
    /// This browser holds no part of the sign-in: another browser, or cookies are off.
    OtherBrowser,
    /// Ours; the log knows more.
    Internal,
    /// Too busy; to be tried again soon.
    Busy,
    /// The link was used or has expired.
    LinkSpent,
    /// The person may not do this.
    Forbidden,
    /// The person's account was recovered or moved a short while ago; what is asked must wait.
    CoolsDown,
}

impl ErrorKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::BadRequest,
        Self::RedirectUri,
        Self::UnknownClient,
        Self::NotFound,
        Self::Forgery,
        Self::OtherBrowser,
        Self::Internal,
        Self::Busy,
        Self::LinkSpent,
        Self::Forbidden,
        Self::CoolsDown,
    ];

    /// The name in the catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BadRequest => "bad_request",
            Self::RedirectUri => "redirect_uri",
            Self::UnknownClient => "unknown_client",
            Self::NotFound => "not_found",
            Self::Forgery => "forgery",
            Self::OtherBrowser => "other_browser",
            Self::Internal => "internal",
            Self::Busy => "busy",
            Self::LinkSpent => "link_spent",
            Self::Forbidden => "forbidden",
            Self::CoolsDown => "cools_down",
        }
    }
}

/// What a developer needs to see. Shown in the dev profile, to a signed-in admin, and for clients in development only.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The OAuth error code.
    pub error: String,
    /// What the product would tell the app.
    pub description: String,
    /// The client id.
    pub client_id: Option<String>,
    /// For a redirect URI: what came and what is registered.
    pub redirect: Option<RedirectDiff>,
}

/// The page was open too long; a sign-in that is still valid starts anew by one button.
#[derive(Clone, Debug, Template)]
#[template(path = "ends/expired.html")]
pub struct Expired {
    /// Around it.
    pub chrome: Chrome,
    /// The app that asked, by name.
    pub app: Option<String>,
    /// Starts again.
    pub restart: String,
}

/// Asks whether to sign out (OpenID Connect RP-Initiated Logout 1.0 section 2), when the request alone doesn't prove the wish.
///
/// Form fields: `fields` as they came, and `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "ends/sign_out.html")]
pub struct SignOutConfirm {
    /// Around it.
    pub chrome: Chrome,
    /// The app that asks, by name.
    pub app: Option<String>,
    /// The account.
    pub account: String,
    /// Where the form goes.
    pub action: String,
    /// Parameters of the logout request that the form carries on.
    pub fields: Vec<(String, String)>,
    /// Stay signed in.
    pub cancel: String,
}

/// Signed out.
#[derive(Clone, Debug, Template)]
#[template(path = "ends/signed_out.html")]
pub struct SignedOut {
    /// Around it.
    pub chrome: Chrome,
    /// Back to the app.
    pub back: Option<Link>,
    /// Sign in again.
    pub sign_in: String,
    /// Where the app wants the browser back; the page goes there by itself.
    pub leads_to: Option<String>,
    /// Logout pages of apps, opened unseen (Front-Channel Logout 1.0 section 3).
    pub frames: Vec<String>,
}
