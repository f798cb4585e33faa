//! Protected resources: the APIs that tokens are made for.

use askama::Template;

use super::Frame;
use crate::http::views::{Problem, Problems as _, When};

/// The resources of a tenant, with a form for another.
///
/// Form to `resources`: `identifier`, `scope` (words), `sensitive_scope` (words), `authorization_details_types` (lines), `client_id`, `csrf`. Form to
/// `resources/delete`: `identifier`, `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "console/resources.html")]
pub struct ResourceList {
    /// Around it.
    pub frame: Frame,
    /// The resources.
    pub rows: Vec<ResourceRow>,
    /// What stands in the form.
    pub identifier: String,
    /// Its scopes.
    pub scope: String,
    /// The sensitive ones.
    pub sensitive: String,
    /// Its types of details, one a line.
    pub details: String,
    /// The client that serves it.
    pub client: String,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// A resource.
#[derive(Clone, Debug)]
pub struct ResourceRow {
    /// What requests name it by.
    pub identifier: String,
    /// Its scopes.
    pub scopes: String,
    /// The sensitive ones.
    pub sensitive: String,
    /// Its types of details.
    pub details: Vec<String>,
    /// The client that serves it.
    pub client: Option<String>,
    /// When it was made.
    pub created: When,
}
