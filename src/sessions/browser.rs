//! Recognising a browser by its cookie. The cookie's value is replaced at each completed sign-in; the one before works for a
//! minute (parallel tabs), and a retired one shown later is evidence of a copy, not an error.

use std::time::Duration;

use crate::base::ids::{BrowserId, UserId};
use crate::base::secret::{Secret, TokenHash, TokenKind, hmac_sha256};
use crate::domain::device::Device;
use crate::store::StoreError;
use crate::tenants::{Platform, Realm, Visit};

/// How long a replaced value still counts as the browser's own.
const REPLACED_GRACE: Duration = Duration::from_mins(1);

/// What the cookie told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrowserState {
    /// No cookie, or one that we never gave.
    None,
    /// A cookie at its current value.
    Current,
    /// A value that was replaced long ago: copied.
    Copied,
}

/// A browser, and what this tenant and account know of it.
#[derive(Clone, Debug)]
pub struct KnownBrowser {
    /// What its cookie told.
    pub state: BrowserState,
    /// The browser, when its cookie names one.
    pub id: Option<BrowserId>,
    /// This account's record of it, unless revoked.
    pub device: Option<Device>,
    /// Whether other accounts of the tenant have a record of it.
    pub used_by_others: bool,
    /// Whether this account has records of any browsers.
    pub account_has_devices: bool,
    /// Completed sign-ins of this account on all its browsers, revoked ones included.
    pub accepted_sign_ins: u64,
}

/// The browser as a tenant sees it: tenants on one host can't compare theirs (people.md U31).
pub fn browser_key(blind_key: &Secret<Vec<u8>>, browser: BrowserId) -> Vec<u8> {
    hmac_sha256(blind_key.expose(), &[b"browser", browser.0.as_bytes()]).to_vec()
}

/// Recognises the visitor's browser for an account.
///
/// # Errors
/// The database.
pub async fn recognise(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    user: UserId,
) -> Result<KnownBrowser, StoreError> {
    let store = realm.store(&platform.store);
    let devices = store.devices_of(user).await?;
    let mut known = KnownBrowser {
        state: BrowserState::None,
        id: None,
        device: None,
        used_by_others: false,
        account_has_devices: devices.iter().any(|device| device.revoked_at.is_none()),
        accepted_sign_ins: devices
            .iter()
            .map(|device| u64::try_from(device.sign_ins).unwrap_or(0))
            .sum(),
    };
    let Some(cookie) = &visit.browser else {
        return Ok(known);
    };
    let hash = TokenHash::of(TokenKind::Browser, cookie);
    let Some(browser) = platform.store.everyone().browser(&hash).await? else {
        return Ok(known);
    };
    let now = platform.now();
    known.state = match browser.retired_at {
        Some(at) if now.since(at) > REPLACED_GRACE => BrowserState::Copied,
        _ => BrowserState::Current,
    };
    known.id = Some(browser.id);
    let key = browser_key(&realm.tenant.blind_key, browser.id);
    known.device = devices
        .into_iter()
        .find(|device| device.browser_key == key && device.revoked_at.is_none());
    if known.device.is_none() {
        known.used_by_others = store
            .devices_on_browser(&key)
            .await?
            .iter()
            .any(|device| device.user != user);
    }
    Ok(known)
}
