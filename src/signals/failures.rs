//! Failed attempts: counted by account, by network, and by both, so that guessing is slowed down and the owner on a known
//! browser is never locked out by strangers (people.md W16, defects 14 and 15). Passwords and codes count apart.

use std::time::Duration;

use crate::base::ids::UserId;
use crate::base::net::{ClientIp, IpScope};
use crate::base::secret::{Secret, hmac_sha256};
use crate::domain::client::Client;
use crate::ephemeral::EphemeralError;
use crate::risk::visit::FailureFacts;
use crate::tenants::{Platform, Realm, Visit};

/// The window that throttles look at.
const WINDOW: Duration = Duration::from_hours(1);

/// What failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// A password.
    Password,
    /// A code or another second step.
    SecondFactor,
    /// The code that proves a mailbox before anything else is known.
    Mailbox,
}

impl Failed {
    const fn name(self) -> &'static str {
        match self {
            Self::Password => "pw",
            Self::SecondFactor => "2f",
            Self::Mailbox => "mb",
        }
    }
}

/// Whether an attempt may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Throttle {
    /// It may.
    Open,
    /// It must wait so many minutes.
    Wait(u32),
}

/// A keyed 64-bit hash of something of this tenant's; what counters and profiles hold in place of raw values.
pub(super) fn keyed(blind_key: &Secret<Vec<u8>>, kind: &[u8], value: &[u8]) -> u64 {
    let mac = hmac_sha256(blind_key.expose(), &[kind, value]);
    mac.first_chunk::<8>()
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

pub(super) fn tenant_key(realm: &Realm, kind: &str, what: impl std::fmt::Display) -> String {
    format!("{}:{kind}:{what}", realm.tenant.tag)
}

/// The network as the engine counts it: /24 or /64, which is what its model was trained with.
pub(super) fn familiar(ip: ClientIp) -> String {
    ip.familiar_network().to_string()
}

pub(super) fn network(ip: ClientIp) -> String {
    ip.reputation_network().to_string()
}

/// What failures of an account are counted under.
pub fn account_key(user: UserId) -> String {
    user.to_string()
}

/// What failures of an identifier are counted under that no account has: it is slowed down just the same, so nobody learns
/// from it (people.md U20).
pub fn unknown_key(realm: &Realm, identifier: &str) -> String {
    let key = crate::domain::user::EmailAddress::key_of(identifier);
    format!(
        "unknown-{:016x}",
        keyed(&realm.tenant.blind_key, b"identifier", key.as_bytes())
    )
}

/// Counts a failure. `account` comes from [`account_key`] or [`unknown_key`].
pub fn note_failure(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    failed: Failed,
    account: &str,
    known_browser: bool,
) {
    let now = platform.now();
    let kind = failed.name();
    let network = network(visit.ip);
    let count = |key: String| match platform.ephemeral.add(&key, now, WINDOW) {
        Ok(_) | Err(EphemeralError::Full | EphemeralError::Unreadable) => {}
    };
    count(tenant_key(
        realm,
        &format!("fail-{kind}-pair"),
        format!("{account}:{network}"),
    ));
    if !known_browser {
        count(tenant_key(realm, &format!("fail-{kind}-account"), account));
    }
    count(tenant_key(realm, "fail-network", &network));
    let hashed = Some(keyed(&realm.tenant.blind_key, b"account", account.as_bytes()));
    platform
        .failures
        .add(&tenant_key(realm, "account", account), hashed, now);
    platform
        .failures
        .add(&tenant_key(realm, "address", visit.ip), hashed, now);
    platform
        .failures
        .add(&tenant_key(realm, "network", familiar(visit.ip)), hashed, now);
    if let Some(agent) = &visit.user_agent {
        let agent = keyed(&realm.tenant.blind_key, b"agent", agent.as_bytes());
        platform
            .failures
            .add(&tenant_key(realm, "agent", agent), hashed, now);
    }
    platform.failures.add(&tenant_key(realm, "tenant", ""), None, now);
}

/// Forgets an account's failures from this network after a success; what strangers did elsewhere stays counted.
pub fn note_success(platform: &Platform, realm: &Realm, visit: &Visit, user: UserId) {
    let user = account_key(user);
    let network = network(visit.ip);
    for kind in [Failed::Password, Failed::SecondFactor, Failed::Mailbox] {
        let pair = format!("fail-{}-pair", kind.name());
        platform
            .ephemeral
            .remove(&tenant_key(realm, &pair, format!("{user}:{network}")));
    }
    platform.failures.forget(&tenant_key(realm, "account", user));
}

/// Whether an attempt on an account from here may go on.
pub fn throttle(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    failed: Failed,
    account: &str,
    known_browser: bool,
) -> Throttle {
    let now = platform.now();
    let limits = &platform.settings.limits;
    let kind = failed.name();
    let network = network(visit.ip);
    let count = |key: String| platform.ephemeral.count(&key, now);
    let pair = count(tenant_key(
        realm,
        &format!("fail-{kind}-pair"),
        format!("{account}:{network}"),
    ));
    let strangers = count(tenant_key(realm, &format!("fail-{kind}-account"), account));
    // A browser that the owner used before has its own allowance, which strangers can't use up.
    let over = if known_browser {
        pair >= limits.failures_per_account_network.saturating_mul(2)
    } else {
        pair >= limits.failures_per_account_network || strangers >= limits.failures_per_account
    };
    if over {
        return Throttle::Wait(minutes());
    }
    // Everybody behind a private or shared address looks the same; such a network is never shut out as a whole.
    let public = visit.ip.scope() == IpScope::Public;
    if public
        && !known_browser
        && count(tenant_key(realm, "fail-network", &network)) >= limits.failures_per_network
    {
        return Throttle::Wait(minutes());
    }
    Throttle::Open
}

/// Natural logarithm of the tenant's failures in the last hour over what an hour of the last week has, at least 0. A handful an
/// hour is never a storm; the hour of the week is not looked at, so the first rush of a Monday reads as a breeze.
pub(super) fn climate(platform: &Platform, realm: &Realm) -> f64 {
    const HANDFUL: f64 = 5.0;
    /// Hours for which a week's fading count stands as one hour does for an hour's.
    const WEEK: f64 = 168.0;
    let counts = platform
        .failures
        .get(&tenant_key(realm, "tenant", ""), platform.now());
    libm::log((counts.hour + HANDFUL) / (counts.week / WEEK + HANDFUL)).max(0.0)
}

/// Counts a mail that anybody may make us send to an address, and says whether it may go out. A mailbox is not flooded, and its
/// owner on a known browser has an own allowance, which strangers can't use up.
pub fn count_mail(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    account: &str,
    known_browser: bool,
) -> Throttle {
    let limits = &platform.settings.limits;
    let network = network(visit.ip);
    // Full short-lived state is no reason to send without a count.
    let over =
        |kind: &str, what: &str, limit: u32| is_over(platform, realm, kind, what, limit).unwrap_or(true);
    let pair = over(
        "mail-pair",
        &format!("{account}:{network}"),
        limits.mails_per_account_network,
    );
    let strangers = !known_browser && over("mail-account", account, limits.mails_per_account);
    let public = visit.ip.scope() == IpScope::Public;
    let whole = public && !known_browser && over("mail-network", &network, limits.mails_per_network);
    if pair || strangers || whole {
        Throttle::Wait(minutes())
    } else {
        Throttle::Open
    }
}

/// Counts a code that a sign-in sends after its first factor, and says whether it may go out. Whoever knows the password can't flood the
/// mailbox from ever new sign-ins; a browser that the owner used before has its own allowance, which others can't use up.
pub fn count_sign_in_mail(
    platform: &Platform,
    realm: &Realm,
    account: &str,
    known_browser: bool,
) -> Throttle {
    let kind = if known_browser {
        "code-known"
    } else {
        "code-strangers"
    };
    let limit = platform.settings.limits.sign_in_mails_per_account;
    // Full short-lived state is no reason to send without a count.
    if is_over(platform, realm, kind, account, limit).unwrap_or(true) {
        Throttle::Wait(minutes())
    } else {
        Throttle::Open
    }
}

/// Counts one of something that may happen `limit` times in an hour.
pub(super) fn is_over(
    platform: &Platform,
    realm: &Realm,
    kind: &str,
    what: &str,
    limit: u32,
) -> Result<bool, EphemeralError> {
    let key = tenant_key(realm, kind, what);
    Ok(platform.ephemeral.add(&key, platform.now(), WINDOW)? > limit)
}

/// Counts a request of a client that we keep for later, and says whether it may be kept. Without credentials anybody may send it,
/// and one network must not use up the allowance of all.
///
/// # Errors
/// When short-lived state is full.
pub fn count_kept_request(
    platform: &Platform,
    realm: &Realm,
    client: &Client,
    ip: ClientIp,
) -> Result<Throttle, EphemeralError> {
    let limits = &platform.settings.limits;
    let id = client.id.as_str();
    let pair = format!("{id}:{}", network(ip));
    let from_one = limits.kept_requests_per_client_network;
    let over = client.is_public() && is_over(platform, realm, "kept-pair", &pair, from_one)?
        || is_over(
            platform,
            realm,
            "kept-client",
            id,
            limits.kept_requests_per_client,
        )?;
    Ok(if over {
        Throttle::Wait(minutes())
    } else {
        Throttle::Open
    })
}

/// Counts a request that the owner rejected on a device.
pub fn note_rejected_prompt(platform: &Platform, realm: &Realm, user: UserId) {
    let key = tenant_key(realm, "prompts", user);
    platform.failures.add(&key, None, platform.now());
}

/// Requests of the last hour that the owner rejected; absent when there were none.
pub(super) fn rejected_prompts(platform: &Platform, realm: &Realm, user: UserId) -> Option<f64> {
    let counted = platform
        .failures
        .get(&tenant_key(realm, "prompts", user), platform.now());
    Some(counted.hour).filter(|count| *count > 0.01)
}

/// Counts an app that registers itself, and says whether it may.
///
/// # Errors
/// When short-lived state is full.
pub fn count_registration(
    platform: &Platform,
    realm: &Realm,
    ip: ClientIp,
) -> Result<Throttle, EphemeralError> {
    let limit = platform.settings.limits.registrations_per_network;
    Ok(
        if is_over(platform, realm, "registration", &network(ip), limit)? {
            Throttle::Wait(minutes())
        } else {
            Throttle::Open
        },
    )
}

/// Counts a document that somebody's request makes us fetch, and says whether it may be: nobody uses us to knock at others' doors.
///
/// # Errors
/// When short-lived state is full.
pub fn count_fetch(platform: &Platform, realm: &Realm, ip: ClientIp) -> Result<Throttle, EphemeralError> {
    let limits = &platform.settings.limits;
    let over = is_over(
        platform,
        realm,
        "fetch-network",
        &network(ip),
        limits.fetches_per_network,
    )? || is_over(platform, realm, "fetch", "", limits.fetches)?;
    Ok(if over {
        Throttle::Wait(minutes())
    } else {
        Throttle::Open
    })
}

/// Whether another user code may be typed from here (RFC 8628 section 5.1). Codes of all devices that wait are one target, so wrong
/// ones are also counted for the whole tenant.
pub fn user_code_throttle(platform: &Platform, realm: &Realm, visit: &Visit) -> Throttle {
    let limits = &platform.settings.limits;
    let allowed = [limits.user_codes_per_network, limits.user_codes];
    let over = user_code_keys(realm, visit)
        .iter()
        .zip(allowed)
        .any(|(key, limit)| platform.ephemeral.count(key, platform.now()) >= limit);
    if over {
        Throttle::Wait(minutes())
    } else {
        Throttle::Open
    }
}

/// Counts a wrong user code.
pub fn note_wrong_user_code(platform: &Platform, realm: &Realm, visit: &Visit) {
    for key in user_code_keys(realm, visit) {
        match platform.ephemeral.add(&key, platform.now(), WINDOW) {
            Ok(_) | Err(EphemeralError::Full | EphemeralError::Unreadable) => {}
        }
    }
}

/// By network, and for the tenant.
fn user_code_keys(realm: &Realm, visit: &Visit) -> [String; 2] {
    [
        tenant_key(realm, "user-code-network", network(visit.ip)),
        tenant_key(realm, "user-code", ""),
    ]
}

/// The window in minutes: what people are told to wait.
pub(super) fn minutes() -> u32 {
    u32::try_from(WINDOW.as_secs() / 60).unwrap_or(60)
}

/// The counts as the engine takes them.
pub(super) fn facts(platform: &Platform, realm: &Realm, visit: &Visit, account: &str) -> FailureFacts {
    let now = platform.now();
    let get =
        |kind: &str, what: &dyn std::fmt::Display| platform.failures.get(&tenant_key(realm, kind, what), now);
    let of_account = get("account", &account);
    let address = get("address", &visit.ip);
    let network = get("network", &familiar(visit.ip));
    let own = keyed(&realm.tenant.blind_key, b"account", account.as_bytes());
    let others = |kind: &str, what: &dyn std::fmt::Display| {
        platform
            .failures
            .other_accounts(&tenant_key(realm, kind, what), own, now)
    };
    let agent = visit.user_agent.as_ref().map(|agent| {
        get(
            "agent",
            &keyed(&realm.tenant.blind_key, b"agent", agent.as_bytes()),
        )
    });
    FailureFacts {
        account_hour: Some(of_account.hour),
        account_day: Some(of_account.day),
        address_hour: Some(address.hour),
        address_day: Some(address.day),
        address_week: Some(address.week),
        network_day: Some(network.day),
        agent_hour: agent.map(|counts| counts.hour),
        tenant_hour: Some(get("tenant", &"").hour),
        address_accounts: Some(others("address", &visit.ip)),
        network_accounts: Some(others("network", &familiar(visit.ip))),
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "small and not negative"
        )]
        consecutive: of_account.week.round().clamp(0.0, 1e6) as u32,
    }
}
