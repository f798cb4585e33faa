//! Pages for a device that waits (RFC 8628).

use askama::Template;

use super::{Chrome, Problem, Problems as _};

/// Asks for the code that a device shows.
///
/// Form fields: `user_code`, `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "device/code.html")]
pub struct EnterCode {
    /// Around it.
    pub chrome: Chrome,
    /// Where the form goes.
    pub action: String,
    /// The code to fill in.
    pub user_code: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// How it ended for the device.
#[derive(Clone, Debug, Template)]
#[template(path = "device/done.html")]
pub struct DeviceDone {
    /// Around it.
    pub chrome: Chrome,
    /// How.
    pub end: DeviceEnd,
    /// The page for another code.
    pub again: String,
}

/// How the sign-in for a device ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceEnd {
    /// The device gets access.
    Allowed,
    /// It does not.
    Denied,
    /// The device no longer waits, or was answered before.
    Expired,
}

impl DeviceEnd {
    /// Every end.
    pub const ALL: [Self; 3] = [Self::Allowed, Self::Denied, Self::Expired];

    /// `device-title-…` and `device-text-…` in the catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Expired => "expired",
        }
    }
}
