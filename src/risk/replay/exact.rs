//! Unfaded counts of a whole log, for the two yardsticks whose definitions count everything: the Freeman score and the
//! back-off score.

use std::collections::HashMap;

use super::row::{Row, family, hash};
use crate::risk::backoff::{self, ClientCounts, NetworkCounts};
use crate::risk::freeman::{self, FeatureCounts, FreemanCounts};

/// What is counted of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Feature {
    Address,
    Asn,
    Country,
    Agent,
    Browser,
    Os,
    Device,
    Family,
}

const FEATURES: usize = 8;

/// Both yardsticks for one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Golden {
    /// Earlier successes of the account.
    pub n: u32,
    /// The Freeman score.
    pub freeman: f64,
    /// Network term of the back-off score.
    pub network: f64,
    /// Client term of the back-off score.
    pub client: f64,
    /// ln of failures over successes of the provider against the tenant's, smoothed: day-one engines may add it.
    pub asn_failures: f64,
}

impl Golden {
    /// The back-off score.
    pub fn backoff(&self) -> f64 {
        self.network + self.client - libm::log(f64::from(self.n))
    }

    /// The back-off score with the provider's failure rate: what a tenant without labels has.
    pub fn day_one(&self) -> f64 {
        self.backoff() + self.asn_failures
    }
}

/// The counts.
#[derive(Debug, Default)]
pub struct Exact {
    successes: u32,
    failures: u32,
    users: HashMap<u64, User>,
    good: [HashMap<u64, u32>; FEATURES],
    bad: [HashMap<u64, u32>; FEATURES],
}

#[derive(Debug, Default)]
struct User {
    n: u32,
    counts: HashMap<(u8, u64), u32>,
}

fn keys(row: &Row) -> [u64; FEATURES] {
    let families = format!("{}|{}", family(&row.browser), family(&row.os));
    [
        row.ip_key,
        row.asn.map_or(u64::MAX, u64::from),
        hash(&row.country),
        row.agent,
        hash(&row.browser),
        hash(&row.os),
        hash(&row.device),
        hash(&families),
    ]
}

impl Exact {
    /// The yardsticks for a row, from the rows before it; `None` where they are not defined (a first success, a failure,
    /// the bin of unknown accounts).
    pub fn score(&self, row: &Row) -> Option<Golden> {
        if !row.is_success_of_a_known_account() {
            return None;
        }
        let user = self.users.get(&row.user)?;
        let keys = keys(row);
        let key = |feature: Feature| keys.get(feature as usize).copied().unwrap_or_default();
        let own = |feature: Feature| {
            let place = feature as u8;
            f64::from(user.counts.get(&(place, key(feature))).copied().unwrap_or(0))
        };
        let look = |tables: &[HashMap<u64, u32>; FEATURES], feature: Feature| {
            let count = tables
                .get(feature as usize)
                .and_then(|table| table.get(&key(feature)));
            f64::from(count.copied().unwrap_or(0))
        };
        let all = |feature| look(&self.good, feature);
        let failed = |feature| look(&self.bad, feature);
        let (n, total, failures) = (
            f64::from(user.n),
            f64::from(self.successes),
            f64::from(self.failures),
        );
        let network = backoff::network(&NetworkCounts {
            n,
            successes: total,
            failures,
            own_address: own(Feature::Address),
            own_asn: own(Feature::Asn),
            own_country: own(Feature::Country),
            all_address: all(Feature::Address),
            all_asn: all(Feature::Asn),
            all_country: all(Feature::Country),
            failed_address: failed(Feature::Address),
            failed_asn: failed(Feature::Asn),
        });
        let client = backoff::client(&ClientCounts {
            n,
            successes: total,
            failures,
            own_agent: own(Feature::Agent),
            own_family: own(Feature::Family),
            all_agent: all(Feature::Agent),
            all_family: all(Feature::Family),
            failed_agent: failed(Feature::Agent),
        });
        let overall = (failures + 1.0) / (total + 1.0);
        let asn_ratio = (failed(Feature::Asn) + 4.0 * overall) / (all(Feature::Asn) + 4.0);
        Some(Golden {
            n: user.n,
            freeman: freeman::score(&self.freeman_counts(n, |feature| FeatureCounts {
                own: own(feature),
                all: all(feature),
            })),
            network,
            client,
            asn_failures: libm::log(asn_ratio / overall),
        })
    }

    fn freeman_counts(&self, n: f64, of: impl Fn(Feature) -> FeatureCounts) -> FreemanCounts {
        #[expect(clippy::cast_precision_loss, reason = "counts of a log")]
        let distinct = |features: &[Feature]| {
            1.0 + features
                .iter()
                .filter_map(|feature| self.good.get(*feature as usize))
                .map(|table| table.len() as f64)
                .sum::<f64>()
        };
        #[expect(clippy::cast_precision_loss, reason = "counts of a log")]
        let users = self.users.len() as f64;
        FreemanCounts {
            n,
            total: f64::from(self.successes),
            users,
            network: [Feature::Address, Feature::Asn, Feature::Country].map(&of),
            network_unseen: distinct(&[Feature::Asn, Feature::Country]),
            client: [Feature::Agent, Feature::Browser, Feature::Os, Feature::Device].map(&of),
            client_unseen: distinct(&[Feature::Browser, Feature::Os, Feature::Device]),
        }
    }

    /// Counts a row after it was scored.
    pub fn learn(&mut self, row: &Row) {
        let keys = keys(row);
        let tables = if row.success {
            self.successes += 1;
            &mut self.good
        } else {
            self.failures += 1;
            &mut self.bad
        };
        for (table, key) in tables.iter_mut().zip(keys) {
            *table.entry(key).or_default() += 1;
        }
        if row.success {
            let user = self.users.entry(row.user).or_default();
            user.n += 1;
            for (feature, key) in (0_u8..).zip(keys) {
                *user.counts.entry((feature, key)).or_default() += 1;
            }
        }
    }
}
