//! Counting failed attempts by account, address, network and user agent, with three half-lives. Bounded: when a table
//! is full, what was quiet longest goes.

use std::collections::BTreeMap;

use super::visit::{FailureFacts, Visit, fold};
use crate::base::timestamp::Timestamp;

const HALF_LIVES_SECS: [f64; 3] = [3_600.0, 86_400.0, 7.0 * 86_400.0];
/// Accounts remembered for each address, so that one account tried often counts once.
const REMEMBERED: usize = 8;

/// Fading counts over an hour, a day and a week.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Fading {
    at: i64,
    counts: [f32; 3],
}

impl Fading {
    /// The counts at a time: an hour's, a day's and a week's half-life.
    pub(super) fn read(&self, at: Timestamp) -> [f64; 3] {
        let past = at.secs().saturating_sub(self.at).max(0) as f64;
        let mut read = [0.0; 3];
        for ((out, count), half_life) in read.iter_mut().zip(self.counts).zip(HALF_LIVES_SECS) {
            *out = f64::from(count) * libm::exp2(-past / half_life);
        }
        read
    }

    #[expect(clippy::cast_possible_truncation, reason = "small counts")]
    pub(super) fn add(&mut self, at: Timestamp) {
        self.counts = self.read(at).map(|count| (count + 1.0) as f32);
        self.at = at.secs().max(self.at);
    }

    pub(super) fn to_bytes(self) -> [u8; 20] {
        let mut out = [0; 20];
        let numbers = self.counts.into_iter().flat_map(f32::to_le_bytes);
        for (slot, byte) in out
            .iter_mut()
            .zip(self.at.to_le_bytes().into_iter().chain(numbers))
        {
            *slot = byte;
        }
        out
    }

    pub(super) fn from_bytes(bytes: [u8; 20]) -> Self {
        let mut reader = super::profile::Reader(&bytes);
        let at = reader.take().map_or(0, i64::from_le_bytes);
        Self {
            at,
            counts: [(); 3].map(|()| reader.take().map_or(0.0, f32::from_le_bytes)),
        }
    }
}

/// What is known of one source.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Source {
    failures: Fading,
    accounts: Fading,
    recent: [u32; REMEMBERED],
    next: u8,
}

impl Source {
    fn touch(&mut self, account: u32, at: Timestamp) {
        if self.recent.contains(&account) {
            return;
        }
        self.accounts.add(at);
        if let Some(slot) = self.recent.get_mut(usize::from(self.next) % REMEMBERED) {
            *slot = account;
        }
        self.next = self.next.wrapping_add(1);
    }

    fn quiet_since(&self) -> i64 {
        self.failures.at.max(self.accounts.at)
    }
}

/// What is known of one account's failures.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Account {
    failures: Fading,
    consecutive: u32,
}

/// The book of failed attempts of one tenant.
#[derive(Clone, Debug)]
pub struct FailureBook {
    addresses: BTreeMap<u32, Source>,
    networks: BTreeMap<u32, Source>,
    agents: BTreeMap<u32, Fading>,
    accounts: BTreeMap<u64, Account>,
    tenant: Fading,
    capacity: usize,
}

impl Default for FailureBook {
    fn default() -> Self {
        Self::with_capacity(65_536)
    }
}

impl FailureBook {
    /// An empty book whose tables keep at most `capacity` entries each.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            addresses: BTreeMap::new(),
            networks: BTreeMap::new(),
            agents: BTreeMap::new(),
            accounts: BTreeMap::new(),
            tenant: Fading::default(),
            capacity: capacity.max(64),
        }
    }

    /// The counts around an attempt on an account (a keyed hash of the account or of the unknown identifier).
    pub fn facts(&self, visit: &Visit, account: u64) -> FailureFacts {
        let at = visit.at;
        let address = visit
            .address
            .address
            .map(|key| self.addresses.get(&fold(key)).copied().unwrap_or_default());
        let network = visit
            .address
            .network
            .map(|key| self.networks.get(&fold(key)).copied().unwrap_or_default());
        let others = |source: Source| {
            let own = if source.recent.contains(&short(account)) {
                1.0
            } else {
                0.0
            };
            let [_, day, _] = source.accounts.read(at);
            (day - own).max(0.0)
        };
        let own = self.accounts.get(&account).copied().unwrap_or_default();
        let [account_hour, account_day, _] = own.failures.read(at);
        let [address_hour, address_day, address_week] =
            spread(address.map(|source| source.failures.read(at)));
        let [_, network_day, _] = spread(network.map(|source| source.failures.read(at)));
        let [agent_hour, _, _] = spread(
            visit
                .agent
                .full
                .map(|key| self.agents.get(&fold(key)).copied().unwrap_or_default().read(at)),
        );
        let [tenant_hour, _, _] = self.tenant.read(at);
        FailureFacts {
            account_hour: Some(account_hour),
            account_day: Some(account_day),
            address_hour,
            address_day,
            address_week,
            network_day,
            agent_hour,
            tenant_hour: Some(tenant_hour),
            address_accounts: address.map(others),
            network_accounts: network.map(others),
            consecutive: own.consecutive,
        }
    }

    /// Notes a failed attempt.
    pub fn failed(&mut self, visit: &Visit, account: u64) {
        let at = visit.at;
        for (table, key) in self.sources(visit) {
            let source = table.entry(key).or_default();
            source.failures.add(at);
            source.touch(short(account), at);
        }
        if let Some(key) = visit.agent.full {
            self.agents.entry(fold(key)).or_default().add(at);
        }
        let own = self.accounts.entry(account).or_default();
        own.failures.add(at);
        own.consecutive = own.consecutive.saturating_add(1);
        self.tenant.add(at);
        self.bound();
    }

    /// Notes an accepted one: the account's failures are forgotten (NIST SP 800-63B-4 section 3.2.2).
    pub fn accepted(&mut self, visit: &Visit, account: u64) {
        let at = visit.at;
        for (table, key) in self.sources(visit) {
            table.entry(key).or_default().touch(short(account), at);
        }
        self.accounts.remove(&account);
        self.bound();
    }

    fn sources(&mut self, visit: &Visit) -> impl Iterator<Item = (&mut BTreeMap<u32, Source>, u32)> {
        let address = visit.address.address.map(fold);
        let network = visit.address.network.map(fold);
        [(&mut self.addresses, address), (&mut self.networks, network)]
            .into_iter()
            .filter_map(|(table, key)| key.map(|key| (table, key)))
    }

    fn bound(&mut self) {
        drop_quiet(&mut self.addresses, self.capacity, Source::quiet_since);
        drop_quiet(&mut self.networks, self.capacity, Source::quiet_since);
        drop_quiet(&mut self.agents, self.capacity, |fading| fading.at);
        drop_quiet(&mut self.accounts, self.capacity, |account| account.failures.at);
    }
}

fn short(account: u64) -> u32 {
    // Zero marks an empty place.
    fold(account).max(1)
}

fn spread(counts: Option<[f64; 3]>) -> [Option<f64>; 3] {
    counts.map_or([None; 3], |counts| counts.map(Some))
}

fn drop_quiet<K: Ord, V>(table: &mut BTreeMap<K, V>, capacity: usize, quiet_since: impl Fn(&V) -> i64) {
    if table.len() <= capacity {
        return;
    }
    let mut times: Vec<i64> = table.values().map(&quiet_since).collect();
    times.sort_unstable();
    let Some(&limit) = times.get(times.len() / 4) else {
        return;
    };
    let mut left = times.len() / 4 + 1;
    table.retain(|_, value| {
        let goes = left > 0 && quiet_since(value) <= limit;
        left -= usize::from(goes);
        !goes
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(secs: i64) -> Visit {
        let mut visit = Visit::unknown(Timestamp::from_secs(secs));
        visit.address.address = Some(5);
        visit
    }

    #[test]
    fn failures_fade_and_are_forgotten_after_success() {
        let mut book = FailureBook::default();
        for account in 1..=3 {
            book.failed(&visit(0), account);
            book.failed(&visit(0), account);
        }
        let facts = book.facts(&visit(3_600), 1);
        assert!((facts.address_hour.unwrap() - 3.0).abs() < 1e-6);
        assert!((facts.account_hour.unwrap() - 1.0).abs() < 1e-6);
        assert_eq!((facts.consecutive, facts.network_day), (2, None));
        assert!(facts.address_accounts.unwrap() > 1.8);
        book.accepted(&visit(3_600), 1);
        let after = book.facts(&visit(3_600), 1);
        assert_eq!((after.consecutive, after.account_hour), (0, Some(0.0)));
        assert!(after.address_hour.unwrap() > 2.9);
    }

    #[test]
    fn the_book_is_bounded() {
        let mut book = FailureBook::with_capacity(64);
        for step in 0..1_000_i64 {
            let mut visit = visit(step);
            visit.address.address = Some(step.unsigned_abs());
            book.failed(&visit, step.unsigned_abs());
        }
        assert!(book.addresses.len() <= 64 && book.accounts.len() <= 64);
        let mut last = visit(1_000);
        last.address.address = Some(999);
        assert!(book.facts(&last, 0).address_hour.unwrap() > 0.9);
    }
}
