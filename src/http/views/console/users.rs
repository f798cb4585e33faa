//! Users of a tenant.

use askama::Template;

use super::decisions::DecisionRow;
use super::passes::UserPasses;
use super::{Choice, Frame, Paging};
use crate::http::views::account::{AppRow, DeviceRow, SessionRow};
use crate::http::views::{Problem, Problems as _, When};

/// The list, with a search (`q`, GET).
#[derive(Clone, Debug, Template)]
#[template(path = "console/users.html")]
pub struct UserList {
    /// Around it.
    pub frame: Frame,
    /// What is searched for.
    pub query: String,
    /// The users.
    pub rows: Vec<UserRow>,
    /// Where it goes on.
    pub paging: Paging,
}

/// A user in the list.
#[derive(Clone, Debug)]
pub struct UserRow {
    /// Id in paths.
    pub id: String,
    /// The address.
    pub email: String,
    /// The name.
    pub name: String,
    /// Factors, as method names.
    pub factors: Vec<String>,
    /// Switched off.
    pub disabled: bool,
    /// The last sign-in.
    pub last_sign_in: Option<When>,
}

/// Makes a user.
///
/// Form fields: `email`, `name`, `email_verified` (checkbox), `csrf`. The person sets a password by the mail that follows, or
/// `password` is given.
#[derive(Clone, Debug, Template)]
#[template(path = "console/user_new.html")]
pub struct UserNew {
    /// Around it.
    pub frame: Frame,
    /// Where the form goes.
    pub action: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// The address.
    pub email: String,
    /// The name.
    pub name: String,
    /// Whether the address counts as proven.
    pub email_verified: bool,
}

/// A user, with what hangs on the account.
///
/// Form fields of the profile: `email`, `name`, `status`, `version`, `csrf`. Other forms POST `csrf` to
/// `users/{id}/factors/{factor}/remove`, `…/sessions/{session}/end`, `…/sessions/end-all`, `…/devices/{device}/forget`, `…/apps/{app}/revoke`,
/// `…/require-reset`.
#[derive(Clone, Debug, Template)]
#[template(path = "console/user.html")]
pub struct UserPage {
    /// Around it.
    pub frame: Frame,
    /// Id in paths.
    pub id: String,
    /// The subject that apps see.
    pub sub: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// The address.
    pub email: String,
    /// Whether it is proven.
    pub email_verified: bool,
    /// The name.
    pub name: String,
    /// Whether the account is open.
    pub status: Vec<Choice>,
    /// The role in the console, where there is one.
    pub role: Option<String>,
    /// The row's version, against lost updates.
    pub version: String,
    /// When it was made.
    pub created: When,
    /// Factors.
    pub factors: Vec<UserFactor>,
    /// Live sessions.
    pub sessions: Vec<SessionRow>,
    /// Browsers.
    pub devices: Vec<DeviceRow>,
    /// Apps with access.
    pub apps: Vec<AppRow>,
    /// Temporary access passes.
    pub passes: UserPasses,
    /// The latest decisions about this user.
    pub decisions: Vec<DecisionRow>,
}

/// A factor of a user.
#[derive(Clone, Debug)]
pub struct UserFactor {
    /// Id in paths.
    pub id: String,
    /// The method's name.
    pub method: String,
    /// Its own name.
    pub name: String,
    /// When it was set up.
    pub created: When,
    /// When it was last used.
    pub used: Option<When>,
}
