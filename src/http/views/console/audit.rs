//! The audit log.

use askama::Template;

use super::{Frame, Paging};
use crate::http::views::When;

/// The log, newest first, with a search (`q`, GET: actor, act or object).
#[derive(Clone, Debug, Template)]
#[template(path = "console/audit.html")]
pub struct AuditList {
    /// Around it.
    pub frame: Frame,
    /// What is searched for.
    pub query: String,
    /// The entries.
    pub rows: Vec<AuditRow>,
    /// Where it goes on.
    pub paging: Paging,
}

/// An entry.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// When.
    pub at: When,
    /// Who, as shown.
    pub actor: String,
    /// What was done: the code, such as `user.disabled`; words from the catalogue's family `act`, where it has some.
    pub act: String,
    /// To what.
    pub object: String,
    /// Details as JSON; empty when there are none.
    pub data: String,
    /// The entry's hash, shortened.
    pub hash: String,
}
