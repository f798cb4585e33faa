//! Signing keys.

use askama::Template;

use super::Frame;
use crate::http::views::When;

/// The keys of a tenant. Form to `keys/rotate`: `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "console/keys.html")]
pub struct KeyList {
    /// Around it.
    pub frame: Frame,
    /// Where the key set is published.
    pub jwks: String,
    /// The keys.
    pub rows: Vec<KeyRow>,
}

/// A key.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// Its key id.
    pub kid: String,
    /// Its algorithm.
    pub alg: String,
    /// `next`, `active` or `retired`.
    pub state: String,
    /// When it was made.
    pub created: When,
    /// When its state changes next.
    pub until: Option<When>,
}
