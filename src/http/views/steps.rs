//! Small steps of a sign-in: remembering the browser, handing the answer to the app, choosing a tenant.

use askama::Template;

use super::challenge::Reason;
use super::{Chrome, Link, Problem, When};

/// Offers to skip the second step on this browser (people.md U30).
///
/// Form fields: `remember` with `yes` or `no` (the buttons), `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "signin/remember.html")]
pub struct RememberBrowser {
    /// Around it.
    pub chrome: Chrome,
    /// Where the form goes.
    pub action: String,
    /// For how many days.
    pub days: u32,
    /// Browser and system, for people.
    pub browser: String,
}

/// Lost factors are replaced later, or can't be at the moment (features.md F8).
#[derive(Clone, Debug, Template)]
#[template(path = "signin/wait.html")]
pub struct Wait {
    /// Around it.
    pub chrome: Chrome,
    /// Why it goes no further now.
    pub kind: WaitKind,
    /// The account, masked.
    pub account: String,
    /// Until when.
    pub until: When,
    /// What is wrong with the verification of identity.
    pub problems: Vec<Problem>,
    /// Where the identity is verified instead (POST with `csrf`), when that is possible.
    pub verify: Option<String>,
    /// The way on.
    pub primary: Link,
}

/// Asks to verify the identity with a provider elsewhere (features.md F10). Form to `action`: `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "signin/identity.html")]
pub struct VerifyIdentity {
    /// Around it.
    pub chrome: Chrome,
    /// The app that asks, by name.
    pub app: Option<String>,
    /// The account, masked.
    pub account: String,
    /// Why, from the fixed list.
    pub reason: Reason,
    /// The provider's host.
    pub provider: String,
    /// For how many days the evidence is kept.
    pub days: u32,
    /// What is compared, as names of claims.
    pub compared: Vec<String>,
    /// What was wrong with the last answer.
    pub problems: Vec<Problem>,
    /// Where the form goes.
    pub action: String,
    /// The way on without it.
    pub other: Link,
}

/// Why lost factors are not replaced now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitKind {
    /// The waiting period is not over.
    Waiting,
    /// The owner stopped one a short while ago.
    Barred,
}

impl WaitKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Waiting, Self::Barred];

    /// `wait-…` in the catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Barred => "barred",
        }
    }
}

/// Posts the authorization response to the app (OAuth 2.0 Form Post Response Mode). Needs the policy without `form-action`.
#[derive(Clone, Debug, Template)]
#[template(path = "signin/form_post.html")]
pub struct FormPost {
    /// Around it.
    pub chrome: Chrome,
    /// The app, by name.
    pub app: String,
    /// The checked redirect URI.
    pub action: String,
    /// Names and values of the response.
    pub fields: Vec<(String, String)>,
}

/// Asks which organisation is meant, on a host that serves several.
///
/// Form field (GET): `tenant`, the slug.
#[derive(Clone, Debug, Template)]
#[template(path = "signin/chooser.html")]
pub struct TenantChooser {
    /// Around it, with no tenant.
    pub chrome: Chrome,
    /// Where the form goes by GET.
    pub action: String,
    /// What was typed, when nothing has that name.
    pub unknown: Option<String>,
    /// Tenants with a session in this browser: name and where to go.
    pub known: Vec<Link>,
}

/// The page that apps open in a frame to ask about the session. Nobody looks at it.
#[derive(Clone, Debug, Template)]
#[template(path = "signin/check_session.html")]
pub struct CheckSession {
    /// For language and names; nothing of it is drawn around the page.
    pub chrome: Chrome,
    /// The name of the cookie that the script reads.
    pub cookie: String,
}
