//! Device authorizations (RFC 8628): a device without a browser asks, a person answers elsewhere, and the device, which asks again and
//! again, gets what a code would have given. The person's part is an ordinary sign-in with its risk decision.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::authorize::raise_to_floor;
use super::polling::{INTERVAL, not_yet};
use super::respond::CodeRecord;
use super::token::BackChannel;
use super::{AuthenticatedClient, OidcError, invalid_grant};
use crate::base::secret::{TokenHash, TokenKind};
use crate::base::timestamp::Timestamp;
use crate::domain::client::GrantType;
use crate::ephemeral::EphemeralError;
use crate::protocol::authorize::{Asker, AuthorizationRequest};
use crate::protocol::device::{Device, UserCode};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::signals::{Throttle, count_kept_request, note_wrong_user_code, user_code_throttle};
use crate::tenants::{Platform, Realm, Visit};

/// How long a code may be typed.
const LIFE: Duration = Duration::from_mins(10);
/// How long it is known that there was one: an expired code is told from one that never was.
const KNOWN: Duration = Duration::from_mins(20);

/// The page where a person types the code.
pub const PAGE: &str = "/device";
/// The page that a person sees in the end.
pub const DONE_PAGE: &str = "/device/done";

/// The answer to a device (section 3.2).
#[derive(Debug, Serialize)]
pub struct DeviceAuthorization {
    /// What it asks with.
    pub device_code: String,
    /// What it shows.
    pub user_code: String,
    /// Where that is typed.
    pub verification_uri: String,
    /// The same with the code in it, for a picture to scan.
    pub verification_uri_complete: String,
    /// The life of both codes, seconds.
    pub expires_in: u64,
    /// How long to wait between two questions, seconds.
    pub interval: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Waiting {
    request: AuthorizationRequest,
    expires_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Allowed(Box<CodeRecord>),
    Denied,
}

fn key(realm: &Realm, what: &str, id: &str) -> String {
    format!("{}:device-{what}:{id}", realm.tenant.tag)
}

/// Takes the question of a device.
///
/// # Errors
/// `unauthorized_client`, `invalid_scope`, `invalid_target`; [`OidcError::Throttled`].
pub fn begin(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    params: &Params,
    from: &BackChannel,
) -> Result<DeviceAuthorization, OidcError> {
    let client = &caller.client.record;
    if !client.may_use(GrantType::DeviceCode) {
        let words = "the client is not registered for this grant type";
        return Err(OAuthError::new(ErrorCode::UnauthorizedClient, words).into());
    }
    if let Throttle::Wait(minutes) = count_kept_request(platform, realm, client, from.ip)? {
        return Err(OidcError::Throttled(Duration::from_mins(minutes.into())));
    }
    let now = platform.now();
    let device_code = format!("tgd_{}", platform.random().opaque());
    let device = Device {
        id: id_of(&device_code),
        code: free_code(platform, realm)?,
        address: from.ip.to_string(),
    };
    let done = realm.url(DONE_PAGE);
    let asker = Asker {
        id: &client.id,
        metadata: &client.metadata,
        resources: realm.resources(),
    };
    let mut request = AuthorizationRequest::of_device(params, asker, (device.clone(), &done))?;
    raise_to_floor(&mut request, client);
    let waiting = Waiting {
        request,
        expires_at: now.plus(LIFE),
    };
    let state = &platform.ephemeral;
    state.put(&key(realm, "waiting", &device.id), &waiting, now, KNOWN)?;
    state.put(&key(realm, "code", device.code.as_str()), &device.id, now, LIFE)?;
    let shown = device.code.shown();
    Ok(DeviceAuthorization {
        device_code,
        verification_uri: realm.url(PAGE),
        verification_uri_complete: realm.url(&format!("{PAGE}?user_code={shown}")),
        user_code: shown,
        expires_in: LIFE.as_secs(),
        interval: INTERVAL.as_secs(),
    })
}

fn id_of(device_code: &str) -> String {
    TokenHash::of(TokenKind::DeviceCode, device_code).to_text()
}

/// A code that no other device of the tenant shows now.
fn free_code(platform: &Platform, realm: &Realm) -> Result<UserCode, EphemeralError> {
    loop {
        let code = UserCode::draw(|bound| platform.random().below(bound));
        let taken: Option<String> = platform
            .ephemeral
            .get(&key(realm, "code", code.as_str()), platform.now())?;
        if taken.is_none() {
            return Ok(code);
        }
    }
}

/// What a typed code leads to.
#[derive(Debug)]
pub enum Typed {
    /// The request of the device that shows it and waits for an answer.
    Waiting(Box<AuthorizationRequest>),
    /// No device shows it.
    Wrong,
    /// Too many wrong ones; to be tried again after so many minutes.
    Throttled(u32),
}

/// Takes a code that a person typed. Wrong ones are counted, so that codes can't be guessed (section 5.1).
///
/// # Errors
/// When short-lived state can't be read.
pub fn typed(platform: &Platform, realm: &Realm, visit: &Visit, text: &str) -> Result<Typed, EphemeralError> {
    if let Throttle::Wait(minutes) = user_code_throttle(platform, realm, visit) {
        return Ok(Typed::Throttled(minutes));
    }
    let found = match UserCode::parse(text) {
        Some(code) => find(platform, realm, &code)?,
        None => None,
    };
    if let Some(request) = found {
        return Ok(Typed::Waiting(Box::new(request)));
    }
    note_wrong_user_code(platform, realm, visit);
    Ok(Typed::Wrong)
}

/// The request of the device that shows this code and waits for an answer.
fn find(
    platform: &Platform,
    realm: &Realm,
    code: &UserCode,
) -> Result<Option<AuthorizationRequest>, EphemeralError> {
    let now = platform.now();
    let id: Option<String> = platform.ephemeral.get(&key(realm, "code", code.as_str()), now)?;
    let Some(id) = id else { return Ok(None) };
    let waiting: Option<Waiting> = platform.ephemeral.get(&key(realm, "waiting", &id), now)?;
    Ok(waiting.map(|waiting| waiting.request))
}

/// Lets the device have what the person allowed.
///
/// # Errors
/// `expired_token` when the device was answered before, or no longer waits.
pub(super) fn allow(
    platform: &Platform,
    realm: &Realm,
    device: &Device,
    record: CodeRecord,
) -> Result<(), OidcError> {
    answer(platform, realm, device, &Answer::Allowed(Box::new(record)))
}

/// Tells the device no. One that was answered before keeps its answer.
pub(super) fn deny(platform: &Platform, realm: &Realm, device: &Device) {
    let _ = answer(platform, realm, device, &Answer::Denied);
}

fn answer(platform: &Platform, realm: &Realm, device: &Device, answer: &Answer) -> Result<(), OidcError> {
    let (now, state) = (platform.now(), &platform.ephemeral);
    let late = || OAuthError::new(ErrorCode::ExpiredToken, "the device no longer waits");
    let waiting: Option<Waiting> = state.get(&key(realm, "waiting", &device.id), now)?;
    waiting
        .filter(|waiting| now < waiting.expires_at)
        .ok_or_else(late)?;
    // Of several people, or tabs, the first decides.
    if !state.first_use(&key(realm, "answered", &device.id), now, KNOWN)? {
        return Err(late().into());
    }
    state.put(&key(realm, "answer", &device.id), answer, now, LIFE)?;
    state.remove(&key(realm, "code", device.code.as_str()));
    Ok(())
}

/// What a device that asks again is told (section 3.5). Whoever calls it holds the lock of [`lock_key`].
///
/// # Errors
/// `authorization_pending`, `slow_down`, `access_denied`, `expired_token`; `invalid_grant` for a code that is not this client's.
pub(super) fn poll(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    device_code: &str,
) -> Result<CodeRecord, OidcError> {
    let (now, state, id) = (platform.now(), &platform.ephemeral, id_of(device_code));
    let refused = |code, words: &str| Err(OAuthError::new(code, words).into());
    let waiting: Option<Waiting> = state.get(&key(realm, "waiting", &id), now)?;
    let waiting = waiting
        .filter(|waiting| waiting.request.client == caller.client.record.id)
        .ok_or_else(|| invalid_grant("the device code is not known, or was used"))?;
    if now >= waiting.expires_at {
        return refused(ErrorCode::ExpiredToken, "the device code has expired");
    }
    match state.get(&key(realm, "answer", &id), now)? {
        Some(Answer::Allowed(record)) => return Ok(*record),
        Some(Answer::Denied) => return refused(ErrorCode::AccessDenied, "the person said no"),
        None => {}
    }
    not_yet(platform, &key(realm, "polled", &id), LIFE)
}

/// What keeps two questions with one device code apart.
pub(super) fn lock_key(realm: &Realm, device_code: &str) -> String {
    key(realm, "lock", &id_of(device_code))
}

/// Forgets a device that got its tokens.
pub(super) fn forget(platform: &Platform, realm: &Realm, device_code: &str) {
    let id = id_of(device_code);
    platform.ephemeral.remove(&key(realm, "waiting", &id));
    platform.ephemeral.remove(&key(realm, "answer", &id));
}
