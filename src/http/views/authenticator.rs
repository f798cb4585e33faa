//! The authenticator: enrolling a device, and the page on the device that shows what waits.

use askama::Template;

use super::enrol::{OtherWays, Purpose};
use super::{Chrome, Problem};

/// Makes this device one that approves sign-ins. `authenticator.js` makes a key that can't be exported and sends what belongs to it.
///
/// Form fields: `csrf`, and by script `device`, JSON.
#[derive(Clone, Debug, Template)]
#[template(path = "authenticator/enrol.html")]
pub struct EnrolPush {
    /// Around it.
    pub chrome: Chrome,
    /// Where it stands.
    pub purpose: Purpose,
    /// Where the form goes.
    pub action: String,
    /// The issuer, which everything that is signed names.
    pub issuer: String,
    /// The id that the device will have.
    pub device: String,
    /// What it signs.
    pub challenge: String,
    /// The key that pushes are signed with, for the browser to subscribe by.
    pub server_key: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What else may be set up here.
    pub others: OtherWays,
    /// Back to the account page.
    pub later: Option<String>,
}

/// The page on the device: what waits, with a field for the number, and a way to say that it was somebody else. It knows nobody: the
/// device proves itself by its key.
#[derive(Clone, Debug, Template)]
#[template(path = "authenticator/app.html")]
pub struct Authenticator {
    /// Around it.
    pub chrome: Chrome,
    /// The issuer, which everything that is signed names.
    pub issuer: String,
}
