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
/// Form fields: `type` (new only), `client_name`, `redirect_uris` and `post_logout_redirect_uris` (one a line), `auth_method`,
/// `scope`, `floor`, `require_consent`, `development`, `fresh_second_factor`, `disabled` (checkboxes, value `on`), `version`, `csrf`.
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
    /// Redirect URIs, one a line.
    pub redirect_uris: String,
    /// Where a logout may lead, one a line.
    pub post_logout_redirect_uris: String,
    /// Client authentication.
    pub auth_methods: Vec<Choice>,
    /// Scopes it may ask for.
    pub scope: String,
    /// The least assurance of its sign-ins.
    pub floor: Vec<Choice>,
    /// Ask for consent although it is ours.
    pub require_consent: bool,
    /// Redirect errors show what is wrong.
    pub development: bool,
    /// A remembered browser never satisfies its second step.
    pub fresh_second_factor: bool,
    /// Switched off.
    pub disabled: bool,
    /// The row's version, against lost updates.
    pub version: String,
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
    /// Metadata: standard names and values.
    pub metadata: Vec<(String, String)>,
    /// Its secrets.
    pub secrets: Vec<SecretRow>,
    /// When it was made.
    pub created: When,
    /// When it last changed.
    pub updated: When,
}

/// A client secret: never the secret itself.
#[derive(Clone, Debug)]
pub struct SecretRow {
    /// When it was made.
    pub created: When,
    /// When it stops working; absent for the current one.
    pub expires: Option<When>,
}
