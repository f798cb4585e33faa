//! Temporary access passes: what waits for somebody else's approval, and the passes of a user.

use askama::Template;

use super::Frame;
use crate::http::views::When;

/// What waits for this operator: requests of others.
///
/// Forms to `waiting/{id}/approve` and `waiting/{id}/refuse`: `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "console/waiting.html")]
pub struct WaitingPage {
    /// Around it.
    pub frame: Frame,
    /// Passes that wait, oldest first.
    pub passes: Vec<PassRow>,
}

/// A pass in a list; never its text.
#[derive(Clone, Debug)]
pub struct PassRow {
    /// Id in paths.
    pub id: String,
    /// The user's id in paths.
    pub user: String,
    /// The address of the account.
    pub email: String,
    /// Why.
    pub reason: String,
    /// How many minutes it works once it is approved.
    pub minutes: u32,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked: When,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// Until when it waits, or works.
    pub until: When,
    /// `pass-…` in the catalogue.
    pub state: &'static str,
    /// Whether it was asked for by whoever looks.
    pub own: bool,
}

impl PassRow {
    /// Whether something may still come of it.
    pub fn is_open(&self) -> bool {
        matches!(self.state, "waiting" | "approved" | "issued")
    }

    /// Whether whoever looks can be shown it.
    pub fn can_be_shown(&self) -> bool {
        self.own && self.state == "approved"
    }
}

/// The passes of a user, and the form for another.
///
/// Form to `users/{id}/passes`: `reason`, `minutes`, `csrf`. Forms to `users/{id}/passes/{pass}/show` and `…/revoke`: `csrf`.
#[derive(Clone, Debug, Default)]
pub struct UserPasses {
    /// Newest first.
    pub rows: Vec<PassRow>,
    /// The text of one that was just made: shown this once.
    pub shown: Option<ShownPass>,
    /// What stands in the form.
    pub reason: String,
    /// Its minutes.
    pub minutes: String,
}

impl UserPasses {
    /// Whether another may be asked for.
    pub fn may_ask(&self) -> bool {
        !self.rows.iter().any(PassRow::is_open)
    }
}

/// The text of a pass.
#[derive(Clone, Debug)]
pub struct ShownPass {
    /// The text.
    pub text: String,
    /// Until when it works.
    pub until: When,
}
