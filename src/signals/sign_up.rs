//! Accounts that are made: how many lately and from where, what the form tells, and the work that a browser was asked to do.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::failures::{Throttle, count_mail, familiar, is_over, minutes, network, tenant_key};
use super::gather::back_channel_facts;
use crate::base::net::IpScope;
use crate::base::secret::{Secret, hmac_sha256};
use crate::ephemeral::{Counts, EphemeralError};
use crate::protocol::proof_of_work::{self, Challenge, ProofRefusal};
use crate::risk::visit::{Rush, SignUpFacts};
use crate::tenants::{Platform, Realm, Visit};

/// How long a challenge may be answered.
const WORK_LIFE: Duration = Duration::from_mins(15);
/// The most that the work grows by.
const MOST_WORK: u32 = 20;
/// Sign-ups from an address, decayed over an hour, at which the work doubles.
const USUAL: f64 = 3.0;
/// Hours for which a week's fading count stands as one hour does for an hour's.
const WEEK: f64 = 168.0;

/// Whether a browser did the work that it was asked to do. It costs whoever makes many accounts, and proves nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// It did.
    Solved,
    /// It did not: a browser without scripts, or somebody in haste.
    Unsolved,
}

/// What a sign-up form tells besides the address.
#[derive(Clone, Copy, Debug)]
pub struct FormTraits {
    /// Whether the work was done.
    pub work: Work,
    /// Whether the field that people don't see was filled in.
    pub honeypot: Honeypot,
    /// Milliseconds from showing the form to sending it.
    pub millis: u32,
}

/// A field that people don't see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Honeypot {
    /// Left alone.
    Empty,
    /// Filled in: by a machine, or by a browser that means well.
    Filled,
}

/// A new challenge for a visitor: the more sign-ups come from there, and the worse the network, the more work.
pub fn work_challenge(platform: &Platform, realm: &Realm, visit: &Visit) -> Challenge {
    let now = platform.now();
    let counts = of_address(platform, realm, visit).unwrap_or_default();
    let known = platform.networks.look_up(visit.ip.ip());
    let listed = [known.tor, known.anonymizer, known.hosting, known.reputation];
    let bad = listed.into_iter().flatten().any(|listed| listed.hit);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small and not negative"
    )]
    let busy = (counts.hour / USUAL).clamp(0.0, f64::from(MOST_WORK)) as u32;
    let factor = (1 + busy + if bad { 4 } else { 0 }).min(MOST_WORK);
    let maxnumber = platform.settings.limits.sign_up_work.saturating_mul(factor);
    let number = platform.random().below(maxnumber.max(1));
    let random = platform.random().bytes();
    Challenge::new(
        &work_key(realm),
        &random,
        (number, maxnumber),
        now.plus(WORK_LIFE),
    )
}

/// Whether an answer is right, and given for the first time.
///
/// # Errors
/// When short-lived state is full: then nobody could tell whether it was given before.
pub fn work_done(platform: &Platform, realm: &Realm, answer: &str) -> Result<Work, EphemeralError> {
    let now = platform.now();
    let solved = match proof_of_work::check(&work_key(realm), answer, now) {
        Ok(solved) => solved,
        Err(ProofRefusal::Malformed | ProofRefusal::Wrong | ProofRefusal::Expired) => {
            return Ok(Work::Unsolved);
        }
    };
    let key = tenant_key(realm, "work", &solved.challenge);
    let left = solved.expires_at.since(now);
    Ok(if platform.ephemeral.first_use(&key, now, left)? {
        Work::Solved
    } else {
        Work::Unsolved
    })
}

fn work_key(realm: &Realm) -> Secret<[u8; 32]> {
    Secret::new(hmac_sha256(realm.tenant.blind_key.expose(), &[b"proof-of-work"]))
}

/// The facts of a sign-up as the engine takes them; then it is counted.
pub fn sign_up_facts(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    form: FormTraits,
    disposable: Option<bool>,
) -> crate::risk::Visit {
    let now = platform.now();
    let mut facts = back_channel_facts(platform, realm, visit.ip, visit.user_agent.as_deref());
    facts.forced.clone_from(&visit.forced);
    facts.behaviour.form_millis = Some(form.millis);
    facts.campaign = Some(platform.raises.of(realm.tenant.record.id, visit.ip, None));
    let get = |kind: &str, what: &str| platform.sign_ups.get(&tenant_key(realm, kind, what), now);
    let asn = facts.address.asn.map(|asn| asn.to_string());
    let public = visit.ip.scope() == IpScope::Public;
    facts.sign_up = Some(SignUpFacts {
        work_solved: Some(form.work == Work::Solved),
        honeypot: Some(form.honeypot == Honeypot::Filled),
        disposable,
        address_hour: of_address(platform, realm, visit).map(|counts| counts.hour),
        network_day: public.then(|| get("network", &familiar(visit.ip)).day),
        asn: asn.as_ref().map(|asn| rush(get("asn", asn))),
        tenant: Some(rush(get("tenant", ""))),
    });
    let count = |kind: &str, what: &str| platform.sign_ups.add(&tenant_key(realm, kind, what), None, now);
    count("address", &visit.ip.to_string());
    count("network", &familiar(visit.ip));
    if let Some(asn) = &asn {
        count("asn", asn);
    }
    count("tenant", "");
    facts
}

/// Sign-ups from the address. Everybody behind a private or shared address looks the same, so how many they are tells nothing.
fn of_address(platform: &Platform, realm: &Realm, visit: &Visit) -> Option<Counts> {
    let key = tenant_key(realm, "address", visit.ip);
    let public = visit.ip.scope() == IpScope::Public;
    public.then(|| platform.sign_ups.get(&key, platform.now()))
}

fn rush(counts: Counts) -> Rush {
    Rush {
        hour: counts.hour,
        usual: counts.week / WEEK,
    }
}

/// Counts a sign-up's mail, and says whether it may go out. Its reader asked for none of them, so without work done a mailbox gets
/// few; beyond that what holds for every mail that anybody may make us send.
pub fn count_sign_up_mail(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (account, known_browser): (&str, bool),
    work: Work,
) -> Throttle {
    let limits = &platform.settings.limits;
    let over =
        |kind: &str, what: &str, limit: u32| is_over(platform, realm, kind, what, limit).unwrap_or(true);
    let unsolved = work == Work::Unsolved && !known_browser;
    if unsolved && over("sign-up-mail", account, limits.sign_up_mails_unsolved) {
        return Throttle::Wait(minutes());
    }
    let public = visit.ip.scope() == IpScope::Public;
    let place = network(visit.ip);
    if unsolved && public && over("sign-up-unsolved", &place, limits.sign_ups_unsolved_per_network) {
        return Throttle::Wait(minutes());
    }
    count_mail(platform, realm, visit, account, known_browser)
}
