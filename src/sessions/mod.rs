//! SSO sessions and the browsers they live in.

mod browser;
mod end;
mod live;

pub use browser::{BrowserState, KnownBrowser, browser_key, recognise};
pub use end::{end_all, end_one};
pub use live::{Live, NewSession, begin, current, strengthen};

use crate::base::encoding::base64url;
use crate::base::random::Random;

/// A fresh cookie secret: 256 bits.
pub(crate) fn fresh_secret(random: &dyn Random) -> String {
    base64url(&random.bytes::<32>())
}
