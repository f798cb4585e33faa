//! Applications: the clients of a tenant.

use askama::Template;

use super::{Choice, Frame, Paging};
use crate::http::views::{Problem, Problems as _, When};

/// The list, with a search (`q`, GET).
#[derive(Clone, Debug, Template)]
#[template(path = "console/clients.html")]
pub struct ClientList {
    /// Around it.
    pub frame: Frame,
    /// What is searched for.
    pub query: String,
    /// The clients.
    pub rows: Vec<ClientRow>,
    /// Where it goes on.
    pub paging: Paging,
}

/// A client in the list.
#[derive(Clone, Debug)]
pub struct ClientRow {
    /// Its client id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `web`, `spa`, `native`, `service` or `device`.
    pub kind: String,
    /// `admin`, `dynamic` or `built_in`.
    pub origin: String,
    /// Switched off.
    pub disabled: bool,
    /// When it last changed.
    pub updated: When,
}

/// Makes or changes a client.
///
/// Form fields: `type` (new only), members of client metadata and our settings by their names (lists one item a line, checkboxes with
/// value `on`), `version`, `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "console/client_form.html")]
pub struct ClientForm {
    /// Around it.
    pub frame: Frame,
    /// Whether it is a new one.
    pub new: bool,
    /// Where the form goes.
    pub action: String,
    /// Back.
    pub cancel: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What it is (new only).
    pub kinds: Vec<Choice>,
    /// Its name.
    pub client_name: String,
    /// Fields of one line.
    pub texts: Vec<Line>,
    /// Fields with one item a line.
    pub lists: Vec<Line>,
    /// Selects: name, words and choices.
    pub choices: Vec<(&'static str, String, Vec<Choice>)>,
    /// Checkboxes.
    pub checks: Vec<Check>,
    /// The row's version, against lost updates.
    pub version: String,
}

/// A field for text.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its name.
    pub name: &'static str,
    /// What it is called.
    pub words: String,
    /// What to put in.
    pub hint: String,
    /// What stands in it.
    pub value: String,
}

/// A checkbox.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// What it is called.
    pub words: String,
    /// What it does.
    pub hint: String,
    /// Whether it is on.
    pub on: bool,
}

/// A client: what it is, what to paste into the app, its secrets.
///
/// Form to `…/rotate-secret`: `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "console/client.html")]
pub struct ClientPage {
    /// Around it.
    pub frame: Frame,
    /// Its client id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Switched off.
    pub disabled: bool,
    /// Part of the product: can't be changed.
    pub built_in: bool,
    /// A secret that was just made: shown this once.
    pub new_secret: Option<String>,
    /// The issuer.
    pub issuer: String,
    /// Where discovery is.
    pub discovery: String,
    /// What it registered.
    pub metadata: Vec<MemberRow>,
    /// Its secrets.
    pub secrets: Vec<SecretRow>,
    /// When it was made.
    pub created: When,
    /// When it last changed.
    pub updated: When,
}

/// A member of client metadata.
#[derive(Clone, Debug)]
pub struct MemberRow {
    /// Its standard name.
    pub name: String,
    /// What people call it; its name again when there is no word for it.
    pub words: String,
    /// Its value.
    pub value: String,
}

/// A client secret: never the secret itself.
#[derive(Clone, Debug)]
pub struct SecretRow {
    /// When it was made.
    pub created: When,
    /// When it stops working; absent for the current one.
    pub expires: Option<When>,
}
