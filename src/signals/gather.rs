//! Gathering: everything the engine wants to know of one attempt, in one place.

use super::agent::summary;
use super::failures::{account_key, facts, keyed};
use crate::accounts::Account;
use crate::base::ids::SessionId;
use crate::base::net::{ClientIp, IpScope};
use crate::base::timestamp::Timestamp;
use crate::outbound::networks::{self, Listed, Networks};
use crate::risk::visit::{
    AccountFacts, AddressFacts, AgentFacts, BehaviourFacts, CountryCode, DeviceProof, Forced, GeoPoint,
    Known, NetworkKind, Sensitivity,
};
use crate::risk::{Evidence, UserProfile};
use crate::sessions::{self, BrowserState, KnownBrowser};
use crate::store::StoreError;
use crate::tenants::{Platform, Realm, Visit};

/// What is set up this soon after an account was made belongs to its making and is no change.
const ENROLMENT: std::time::Duration = std::time::Duration::from_hours(1);

/// Whom an attempt is about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The account.
    pub account: &'a Account,
    /// How much hangs on it.
    pub sensitivity: Sensitivity,
    /// The live session that is used, where there is one.
    pub session: Option<SessionId>,
    /// Whether the password that was just typed is on a list of breached ones; absent when nobody looked or could say.
    pub breached_password: Option<bool>,
}

/// What was gathered.
#[derive(Debug)]
pub struct Gathered {
    /// The engine's input.
    pub evidence: Evidence,
    /// The raw facts, kept for learning after the attempt was accepted.
    pub facts: crate::risk::Visit,
    /// The browser.
    pub browser: KnownBrowser,
    /// What the user's history was when it was read.
    pub profile: HeldProfile,
    /// What is known of the address, for the record and for people.
    pub address: networks::AddressFacts,
    /// Which part could not be asked; then the tenant's fail mode decides.
    pub degraded: Option<&'static str>,
}

/// A user's history with the version of its row.
#[derive(Clone, Debug)]
pub struct HeldProfile {
    /// The history.
    pub profile: UserProfile,
    /// The row's version; 0 when there is none yet.
    pub version: i64,
}

/// Gathers the evidence of an attempt.
///
/// # Errors
/// The database, where even the browser can't be recognised. History that can't be read is a degradation instead.
pub async fn gather(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    subject: Subject<'_>,
) -> Result<Gathered, StoreError> {
    let user = subject.account.user.id;
    let browser = sessions::recognise(platform, realm, visit, user).await?;
    let address = platform.networks.look_up(visit.ip.ip());
    let (profile, mut degraded) = history(platform, realm, user).await?;
    let broken = platform.networks.broken();
    if degraded.is_none() && !broken.is_empty() {
        degraded = Some("feeds");
    }
    let facts = risk_visit(platform, realm, visit, subject, &browser, &address);
    let baseline = platform
        .baselines
        .of(&platform.store, realm.tenant.record.id)
        .await;
    let evidence = match baseline {
        Ok(held) => {
            let held = held.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            Evidence::derive(&facts, &profile.profile, &held.counts)
        }
        Err(StoreError::Corrupt(_)) => {
            degraded = Some("baseline");
            Evidence::derive(&facts, &profile.profile, &crate::risk::Baseline::default())
        }
        Err(other) => return Err(other),
    };
    Ok(Gathered {
        evidence,
        facts,
        browser,
        profile,
        address,
        degraded,
    })
}

async fn history(
    platform: &Platform,
    realm: &Realm,
    user: crate::base::ids::UserId,
) -> Result<(HeldProfile, Option<&'static str>), StoreError> {
    let empty = |version| HeldProfile {
        profile: UserProfile::new(),
        version,
    };
    Ok(match realm.store(&platform.store).user_profile(user).await? {
        None => (empty(0), None),
        Some(row) => match UserProfile::from_bytes(&row.summary) {
            Some(profile) => (
                HeldProfile {
                    profile,
                    version: row.version,
                },
                None,
            ),
            None => (empty(row.version), Some("history")),
        },
    })
}

fn risk_visit(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    subject: Subject<'_>,
    browser: &KnownBrowser,
    address: &networks::AddressFacts,
) -> crate::risk::Visit {
    let now = platform.now();
    let account = subject.account;
    let mut forced = visit.forced.clone();
    let accounts = platform.forced_accounts.load();
    for item in accounts.get(&account.user.id).into_iter().flatten() {
        if !forced.contains(item) {
            forced.push(*item);
        }
    }
    crate::risk::Visit {
        at: now,
        address: address_facts(realm, visit.ip, address, now),
        agent: agent_facts(realm, visit.user_agent.as_deref()),
        device: device_proof(browser),
        failures: failures(platform, realm, visit, account, browser),
        account: AccountFacts {
            prompts_unanswered: rejected(platform, realm, account, browser),
            ..account_facts(account, browser, now)
        },
        breached_password: subject.breached_password,
        climate: Some(super::failures::climate(platform, realm)),
        sensitivity: subject.sensitivity,
        behaviour: BehaviourFacts::default(),
        campaign: Some(
            platform
                .raises
                .of(realm.tenant.record.id, visit.ip, subject.session),
        ),
        session: None,
        machine: None,
        sign_up: None,
        forced,
    }
}

/// Failures around the attempt. What strangers did to the account never stands against the owner's own browser: that would
/// make guessing a way to lock people out (people.md W16).
fn failures(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    account: &Account,
    browser: &KnownBrowser,
) -> crate::risk::visit::FailureFacts {
    let mut found = facts(platform, realm, visit, &account_key(account.user.id));
    if browser.device.is_some() && browser.state == BrowserState::Current {
        found.consecutive = 0;
        found.account_hour = None;
        found.account_day = None;
    }
    found
}

/// Prompts that the owner rejected; as with failures, they don't stand against the owner's own browser.
fn rejected(platform: &Platform, realm: &Realm, account: &Account, browser: &KnownBrowser) -> Option<f64> {
    let own = browser.device.is_some() && browser.state == BrowserState::Current;
    (!own)
        .then(|| super::failures::rejected_prompts(platform, realm, account.user.id))
        .flatten()
}

fn account_facts(account: &Account, browser: &KnownBrowser, now: Timestamp) -> AccountFacts {
    let changed = account
        .credentials
        .iter()
        .map(|credential| credential.created_at)
        .filter(|at| at.since(account.user.created_at) > ENROLMENT)
        .max();
    AccountFacts {
        age_secs: Some(now.since(account.user.created_at).as_secs()),
        accepted_sign_ins: browser.accepted_sign_ins,
        credential_changed_secs: changed.map(|at| now.since(at).as_secs()),
        privileged: Some(!account.roles.is_empty()),
        ..AccountFacts::default()
    }
}

fn device_proof(browser: &KnownBrowser) -> DeviceProof {
    match (browser.state, &browser.device) {
        (BrowserState::Copied, Some(_)) => DeviceProof::Copied,
        (_, Some(_)) => DeviceProof::Current,
        (BrowserState::Current, None) if browser.used_by_others => DeviceProof::OtherAccount,
        (BrowserState::None, None) if browser.account_has_devices => DeviceProof::Missing,
        _ => DeviceProof::FirstVisit,
    }
}

/// What a call from somewhere shows of its network and agent, and nothing of an account: failed attempts, and calls that no
/// person makes.
pub fn back_channel_facts(
    platform: &Platform,
    realm: &Realm,
    ip: ClientIp,
    user_agent: Option<&str>,
) -> crate::risk::Visit {
    let now = platform.now();
    let known = platform.networks.look_up(ip.ip());
    crate::risk::Visit {
        address: address_facts(realm, ip, &known, now),
        agent: agent_facts(realm, user_agent),
        climate: Some(super::failures::climate(platform, realm)),
        ..crate::risk::Visit::unknown(now)
    }
}

fn agent_facts(realm: &Realm, user_agent: Option<&str>) -> AgentFacts {
    let seen = summary(user_agent);
    AgentFacts {
        browser: seen.label.browser,
        os: seen.label.os,
        class: seen.class,
        version: seen.version,
        full: user_agent.map(|agent| keyed(&realm.tenant.blind_key, b"user-agent", agent.as_bytes())),
    }
}

fn address_facts(
    realm: &Realm,
    ip: ClientIp,
    known: &networks::AddressFacts,
    now: Timestamp,
) -> AddressFacts {
    let blind = |kind: &[u8], text: String| keyed(&realm.tenant.blind_key, kind, text.as_bytes());
    let listed = |name: &str, listed: Option<Listed>| match listed {
        None => Known::Unknown,
        Some(listed) => Known::Value {
            value: listed.hit,
            source: name.to_owned(),
            age_secs: u32::try_from(now.since(listed.as_of).as_secs()).unwrap_or(u32::MAX),
        },
    };
    let scope = ip.scope();
    let place = known.place.as_ref().filter(|_| scope == IpScope::Public);
    AddressFacts {
        scope: Some(scope),
        address: Some(blind(b"address", ip.to_string())),
        network: Some(blind(b"network", ip.familiar_network().to_string())),
        block: Some(blind(b"block", ip.regional_network().to_string())),
        asn: known.asn,
        country: place.and_then(|place| CountryCode::parse(place.country.as_deref()?)),
        point: place.and_then(|place| {
            let (latitude, longitude) = place.coordinates?;
            Some(GeoPoint {
                latitude,
                longitude,
                radius_km: place.accuracy_km.map_or(100.0, f64::from),
            })
        }),
        kind: network_kind(known),
        tor: listed("tor", known.tor),
        anonymizer: listed("anonymizer", known.anonymizer),
        hosting: listed("hosting", known.hosting),
        reputation: listed("reputation", known.reputation),
        blocklisted: false,
    }
}

fn network_kind(known: &networks::AddressFacts) -> Option<NetworkKind> {
    let hit = |listed: Option<Listed>| listed.is_some_and(|listed| listed.hit);
    if hit(known.anonymizer) {
        Some(NetworkKind::Anonymizer)
    } else if hit(known.hosting) {
        Some(NetworkKind::Hosting)
    } else {
        None
    }
}

/// What the dev profile forces for a visit, for pages that say so.
pub(crate) fn forced_names(forced: &[Forced]) -> Vec<String> {
    forced.iter().map(|item| item.name().to_owned()).collect()
}

/// State of the feeds, for `doctor`.
pub fn feeds(networks: &Networks) -> Vec<networks::FileState> {
    networks.states()
}
