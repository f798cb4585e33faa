//! The account page and the pages it leads to.
//!
//! The page's own forms go to paths under `{base}/account`, each with `csrf`: `sessions/{id}/end`, `sessions/end-others`,
//! `recovery/stop`, `passes/revoke`, `devices/{id}/forget`, `devices/forget-all`, `apps/{id}/revoke`, `recovery-codes` (makes new ones). Links lead by GET
//! to `email`, `password`, `totp`, `passkeys`, `factors/{id}/remove` and `activity/{id}/not-me`. Signing out POSTs to
//! `{base}/signout`.

use askama::Template;

use super::{Chrome, Problem, Problems as _, When, segment};

/// The account page: factors, sessions, browsers, apps, what happened.
#[derive(Clone, Debug, Template)]
#[template(path = "account/home.html")]
pub struct AccountHome {
    /// Around it.
    pub chrome: Chrome,
    /// The person's name, or the address.
    pub name: String,
    /// The address.
    pub email: String,
    /// What was just done: a name of the catalogue's `done-…` family.
    pub done: Option<&'static str>,
    /// From when on lost factors may be replaced, when somebody asked for that.
    pub recovery: Option<When>,
    /// When support was allowed to hand out a temporary access pass, lately.
    pub access_pass: Option<When>,
    /// How many requests of apps wait for an answer.
    pub requests: u32,
    /// When the password last changed; absent when there is none.
    pub password: Option<When>,
    /// Passkeys.
    pub passkeys: Vec<Factor>,
    /// Authenticator apps.
    pub totp: Vec<Factor>,
    /// Devices that approve sign-ins.
    pub approvers: Vec<Factor>,
    /// How many recovery codes are left; absent while there is nothing that they could stand in for.
    pub recovery_left: Option<u32>,
    /// Live sessions, this one first.
    pub sessions: Vec<SessionRow>,
    /// Remembered browsers.
    pub devices: Vec<DeviceRow>,
    /// Apps with access.
    pub apps: Vec<AppRow>,
    /// What happened lately, newest first.
    pub activity: Vec<ActivityRow>,
}

impl AccountHome {
    /// Whether nothing but the password guards the account.
    pub fn lacks_second_factor(&self) -> bool {
        self.passkeys.is_empty() && self.totp.is_empty() && self.approvers.is_empty()
    }
}

/// A passkey or an authenticator app.
#[derive(Clone, Debug)]
pub struct Factor {
    /// Id in paths.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When it was set up.
    pub created: When,
    /// When it was last used.
    pub used: Option<When>,
    /// For a passkey: whether it is synced between devices.
    pub synced: Option<bool>,
}

/// A signed-in browser.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Id in paths.
    pub id: String,
    /// Browser and system.
    pub browser: String,
    /// Approximate place, where known.
    pub place: Option<String>,
    /// The address: its owner may see it (people.md U44).
    pub ip: Option<String>,
    /// When it began.
    pub started: When,
    /// When it was last used.
    pub seen: When,
    /// Whether it is the one this page is shown in.
    pub current: bool,
}

/// A remembered browser.
#[derive(Clone, Debug)]
pub struct DeviceRow {
    /// Id in paths.
    pub id: String,
    /// Browser and system.
    pub browser: String,
    /// Approximate place, where known.
    pub place: Option<String>,
    /// When it was first used.
    pub created: When,
    /// When it was last used.
    pub used: When,
    /// Until when it is remembered.
    pub expires: When,
}

/// An app with access.
#[derive(Clone, Debug)]
pub struct AppRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it may do, as scope names.
    pub scopes: Vec<String>,
    /// Since when.
    pub since: When,
}

impl AppRow {
    /// Its id as a segment of a path.
    pub fn segment(&self) -> String {
        segment(&self.id)
    }
}

/// Something that happened on the account.
#[derive(Clone, Debug)]
pub struct ActivityRow {
    /// Id in paths.
    pub id: String,
    /// What: a name of the catalogue's `activity-…` family, such as `signin_completed`.
    pub code: String,
    /// When.
    pub at: When,
    /// Browser and system.
    pub browser: Option<String>,
    /// Approximate place, where known.
    pub place: Option<String>,
    /// The app, by name.
    pub app: Option<String>,
    /// Whether "this wasn't me" can still be said.
    pub can_report: bool,
    /// Whether it was said.
    pub reported: bool,
}

/// Changes the password.
///
/// Form fields: `current_password` (when `ask_current`), `password`, `csrf`; `email` is there for password managers.
#[derive(Clone, Debug, Template)]
#[template(path = "account/password.html")]
pub struct ChangePassword {
    /// Around it.
    pub chrome: Chrome,
    /// The address.
    pub email: String,
    /// Where the form goes.
    pub action: String,
    /// Whether the old one is asked for.
    pub ask_current: bool,
    /// Why it is changed.
    pub reason: PasswordReason,
    /// The least length.
    pub min_length: u32,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Back to the account page.
    pub cancel: Option<String>,
}

/// Why a password is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordReason {
    /// Its owner wants to.
    Own,
    /// It must be, before anything else (after "this wasn't me", or when an admin says so).
    Required,
    /// It is known from data breaches.
    Breached,
    /// It was forgotten.
    Forgotten,
}

/// Asks before a factor is removed.
///
/// Form field: `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "account/remove_factor.html")]
pub struct RemoveFactor {
    /// Around it.
    pub chrome: Chrome,
    /// Its name.
    pub name: String,
    /// What it is: `passkey`, `totp` or `recovery_code`.
    pub method: crate::domain::assurance::Method,
    /// Whether nothing but the password is left then.
    pub last: bool,
    /// Why it can't be removed now.
    pub problems: Vec<Problem>,
    /// Where the form goes.
    pub action: String,
    /// Back to the account page.
    pub cancel: String,
}

/// Lets the person that a link was made for take up a role; makes the account when there is none.
///
/// Form fields: `token`, `password` (unless `existing`), `csrf`; `email` is there for password managers.
#[derive(Clone, Debug, Template)]
#[template(path = "account/admin_link.html")]
pub struct AdminLinkPage {
    /// Around it.
    pub chrome: Chrome,
    /// For whom.
    pub email: String,
    /// Which role, in words.
    pub role: String,
    /// Whether the account exists and keeps its password.
    pub existing: bool,
    /// The least length of the password.
    pub min_length: u32,
    /// Where the form goes.
    pub action: String,
    /// The link's secret, carried on.
    pub token: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

impl AdminLinkPage {
    /// Who is to become what.
    pub fn lead(&self) -> std::borrow::Cow<'static, str> {
        self.chrome
            .with2("admin-link-text", ("email", &self.email), ("role", &self.role))
    }
}
