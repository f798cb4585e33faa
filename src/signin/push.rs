//! Asking a person's device: a request lies in short-lived state until it is answered there; devices are woken by Web Push and look by
//! themselves when they are open.

use super::SignInError;
use super::login::{FormProblem, Login};
use crate::accounts::Account;
use crate::base::encoding::from_base64url;
use crate::base::ids::{CredentialId, UserId};
use crate::crypto::web_push::{self, DeviceKeys, Fresh, Vapid};
use crate::domain::assurance::{Method, Proof};
use crate::domain::credential::{CredentialSecret, PushDevice};
use crate::factors::push::{self, LIFETIME, MAX_REQUESTS, Request, State, WINDOW};
use crate::signals;
use crate::tenants::{OutgoingPush, Platform, Realm, Visit};

/// Where the request of a sign-in stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushStep {
    /// The number to be typed on the device.
    pub number: String,
    /// What became of it.
    pub standing: PushStanding,
}

/// What became of a request, as the browser that waits for it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushStanding {
    /// It waits.
    Waiting,
    /// A wrong number was typed, or nobody answered in time: it can be sent again.
    Unanswered,
    /// It was rejected.
    Rejected,
    /// Too many were sent lately.
    TooMany,
}

impl PushStanding {
    /// The name in the catalogue and for scripts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Unanswered => "unanswered",
            Self::Rejected => "rejected",
            Self::TooMany => "too_many",
        }
    }
}

/// The key that a request lies under.
pub(crate) fn request_key(realm: &Realm, id: &str) -> String {
    format!("{}:push:{id}", realm.tenant.tag)
}

/// The key of the ids of an account's latest requests.
pub(crate) fn open_key(realm: &Realm, user: UserId) -> String {
    format!("{}:push-open:{user}", realm.tenant.tag)
}

/// Takes what the device answered since: an approval is a proof, once.
pub(super) async fn collect(
    platform: &Platform,
    realm: &Realm,
    login: &mut Login,
) -> Result<(), SignInError> {
    let Some(id) = login.push.clone() else {
        return Ok(());
    };
    let key = request_key(realm, &id);
    let _turn = platform.ephemeral.lock(&key).await;
    let Some(request) = find(platform, realm, &id)? else {
        return Ok(());
    };
    let State::Approved(device) = request.state else {
        return Ok(());
    };
    if login.user != Some(request.user) {
        return Ok(());
    }
    platform.ephemeral.remove(&key);
    login.push = None;
    login.prove(Proof::by(Method::Push, platform.now()));
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    batch.touch_credential(device, platform.now());
    Ok(store.commit(batch).await?)
}

pub(crate) fn find(platform: &Platform, realm: &Realm, id: &str) -> Result<Option<Request>, SignInError> {
    Ok(platform.ephemeral.get(&request_key(realm, id), platform.now())?)
}

/// Where the request of a sign-in stands; the first time, and when it was asked again, one is sent.
pub(super) async fn ask(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (login, account): (&mut Login, &Account),
) -> Result<PushStep, SignInError> {
    let now = platform.now();
    let held = match &login.push {
        Some(id) => find(platform, realm, id)?,
        None => None,
    };
    if let Some(request) = held {
        let standing = match request.state {
            State::Open if request.is_open(now) => PushStanding::Waiting,
            State::Rejected => PushStanding::Rejected,
            State::Open | State::WrongNumber | State::Approved(_) => PushStanding::Unanswered,
        };
        return Ok(PushStep {
            number: request.number,
            standing,
        });
    }
    // Sent before and gone by now: it is sent again when somebody asks for it.
    let gone = login.push.is_some();
    if gone || !may_ask(platform, realm, visit, account).await? {
        return Ok(PushStep {
            number: String::new(),
            standing: if gone {
                PushStanding::Unanswered
            } else {
                PushStanding::TooMany
            },
        });
    }
    let request = new_request(platform, realm, visit, login, account).await?;
    keep(platform, realm, &request).await?;
    wake(platform, realm, account, &request);
    login.push = Some(request.id.clone());
    login.problem = login.problem.filter(|problem| *problem != FormProblem::Method);
    Ok(PushStep {
        number: request.number,
        standing: PushStanding::Waiting,
    })
}

/// Whether another request may be sent: three in a quarter of an hour. A browser that the owner used before has its own allowance, which
/// strangers can't use up.
async fn may_ask(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    account: &Account,
) -> Result<bool, SignInError> {
    let known = super::first_factor::knows_browser(platform, realm, visit, Some(account)).await?;
    let whose = if known { "known" } else { "strangers" };
    let key = format!("{}:push-count:{}:{whose}", realm.tenant.tag, account.user.id);
    Ok(platform.ephemeral.add(&key, platform.now(), WINDOW)? <= MAX_REQUESTS)
}

async fn new_request(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &Login,
    account: &Account,
) -> Result<Request, SignInError> {
    let app = match login.client() {
        Some(id) => realm.tenant.client(platform, id).await?,
        None => None,
    };
    let place = platform.networks.look_up(visit.ip.ip()).place;
    Ok(Request {
        id: platform.random().opaque(),
        user: account.user.id,
        number: push::digits(platform.random().below(push::NUMBERS)),
        app: app.map(|app| app.record.display_name().to_owned()),
        place: place.and_then(|place| place.country),
        agent: signals::summary(visit.user_agent.as_deref()).words(),
        at: platform.now(),
        decision: login.judged.as_ref().map(|judged| judged.decision),
        state: State::Open,
    })
}

/// Keeps a request twice as long as it may be answered, so that the browser learns what became of it.
async fn keep(platform: &Platform, realm: &Realm, request: &Request) -> Result<(), SignInError> {
    let now = platform.now();
    let life = LIFETIME.saturating_mul(2);
    platform
        .ephemeral
        .put(&request_key(realm, &request.id), request, now, life)?;
    let open = open_key(realm, request.user);
    let _turn = platform.ephemeral.lock(&open).await;
    let mut ids: Vec<String> = platform.ephemeral.get(&open, now)?.unwrap_or_default();
    ids.push(request.id.clone());
    let newest = ids
        .len()
        .saturating_sub(usize::try_from(MAX_REQUESTS * 2).unwrap_or(6));
    ids.drain(..newest);
    Ok(platform.ephemeral.put(&open, &ids, now, life)?)
}

fn wake(platform: &Platform, realm: &Realm, account: &Account, request: &Request) {
    let message = serde_json::json!({"request": request.id, "at": request.at.secs()});
    wake_with(platform, realm, account, &message);
}

/// Wakes the account's devices because of a temporary access pass; they show it when they look.
pub(crate) fn wake_about_pass(platform: &Platform, realm: &Realm, account: &Account) {
    let message = serde_json::json!({"notice": "access_pass", "at": platform.now().secs()});
    wake_with(platform, realm, account, &message);
}

/// Wakes the account's devices. Nobody waits for it: a device that can't be woken looks by itself when it is open.
fn wake_with(platform: &Platform, realm: &Realm, account: &Account, message: &serde_json::Value) {
    let message = message.to_string();
    for credential in &account.credentials {
        let CredentialSecret::Push(device) = &credential.secret else {
            continue;
        };
        if let Some(push) = message_for(platform, realm, (credential.id, device), message.as_bytes()) {
            platform.pushes.hand_over(push);
        }
    }
}

/// The push to a device; `None` when it can't be pushed to.
fn message_for(
    platform: &Platform,
    realm: &Realm,
    (id, device): (CredentialId, &PushDevice),
    message: &[u8],
) -> Option<OutgoingPush> {
    let subscription = device.subscription.as_ref()?;
    let (p256dh, auth) = (
        from_base64url(&subscription.p256dh)?,
        from_base64url(&subscription.auth)?,
    );
    let fresh = Fresh {
        private: platform.random().bytes(),
        salt: platform.random().bytes(),
    };
    let keys = DeviceKeys {
        p256dh: &p256dh,
        auth: &auth,
    };
    let body = web_push::encrypt(keys, &fresh, message).ok()?;
    let endpoint = url::Url::parse(&subscription.endpoint).ok()?;
    let vapid = Vapid::of(&realm.tenant.blind_key).ok()?;
    let authorization = vapid
        .authorization(&endpoint, realm.issuer(), platform.now())
        .ok()?;
    Some(OutgoingPush {
        tenant: realm.tenant.record.id,
        device: id,
        endpoint: subscription.endpoint.clone(),
        headers: vec![
            ("authorization", authorization),
            ("content-encoding", "aes128gcm".to_owned()),
            ("content-type", "application/octet-stream".to_owned()),
            // RFC 8030 sections 5.2 and 5.3.
            ("ttl", LIFETIME.as_secs().to_string()),
            ("urgency", "high".to_owned()),
        ],
        body,
    })
}

/// How the request of a sign-in stands, for the page that waits: without sending one.
///
/// # Errors
/// [`SignInError`].
pub fn standing(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    id: crate::base::ids::LoginId,
) -> Result<&'static str, SignInError> {
    let login = super::service::load(platform, realm, visit, id)?;
    let Some(id) = &login.push else { return Ok("gone") };
    Ok(match find(platform, realm, id)? {
        Some(request) if request.is_open(platform.now()) => "waiting",
        _ => "gone",
    })
}
