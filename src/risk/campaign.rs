//! The second pass: what many attempts show together that none shows alone. Spraying and stuffing by network, infrastructure that
//! several accounts share for the first time, and the even pace of machines. Pure; looks at a window of recorded attempts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::timestamp::Timestamp;

/// Accounts that must have failed from a network before anybody speaks of a campaign.
const LEAST_FAILED: usize = 6;
/// Accounts that must meet on an unfamiliar network.
const LEAST_SHARED: usize = 3;
/// Attempts whose pace is judged.
const LEAST_PACED: usize = 8;
/// The greatest raise, nats.
const MOST: f64 = 5.0;

/// One attempt of the window.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// When.
    pub at: Timestamp,
    /// Network, as text; private ones are never given.
    pub network: String,
    /// The account; absent for an identifier that no account has.
    pub account: Option<u128>,
    /// How it ended.
    pub ended: TraceEnd,
}

/// How an attempt of the window ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceEnd {
    /// The password was wrong.
    Failed,
    /// It was let in, on a network or browser that the account knew.
    Familiar,
    /// It was let in, and neither was known.
    Strange,
}

/// What a network is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignKind {
    /// Stolen pairs: mostly identifiers that don't exist here.
    Stuffing,
    /// Few passwords on many accounts that do.
    Spraying,
    /// Several accounts meet on a network that none of them knew.
    SharedInfrastructure,
}

impl CampaignKind {
    /// Its name in events and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stuffing => "stuffing",
            Self::Spraying => "spraying",
            Self::SharedInfrastructure => "shared_infrastructure",
        }
    }
}

/// A campaign.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Campaign {
    /// What it is.
    pub kind: CampaignKind,
    /// From which network.
    pub network: String,
    /// Accounts and unknown identifiers that were tried.
    pub tried: usize,
    /// Accounts that were let in there without being known there.
    pub strange: usize,
    /// Whether attempts came at the even pace of a machine.
    pub paced: bool,
    /// How much the risk of that network is raised, nats.
    pub nats: f64,
}

/// Finds campaigns in a window of attempts, by network.
pub fn find(window: &[Trace]) -> Vec<Campaign> {
    let mut by_network: BTreeMap<&str, Vec<&Trace>> = BTreeMap::new();
    for trace in window {
        by_network.entry(&trace.network).or_default().push(trace);
    }
    by_network
        .into_iter()
        .filter_map(|(network, traces)| judge(network, &traces))
        .collect()
}

fn judge(network: &str, traces: &[&Trace]) -> Option<Campaign> {
    let accounts = |end: TraceEnd| -> BTreeSet<u128> {
        let of_end = traces.iter().filter(|trace| trace.ended == end);
        of_end.filter_map(|trace| trace.account).collect()
    };
    let unknown = traces
        .iter()
        .filter(|trace| trace.ended == TraceEnd::Failed && trace.account.is_none())
        .count();
    let known = accounts(TraceEnd::Failed).len();
    let (familiar, strange) = (
        accounts(TraceEnd::Familiar).len(),
        accounts(TraceEnd::Strange).len(),
    );
    let tried = unknown + known;
    // Where people are at home, some mistype: a carrier, a school, an office.
    let at_home = familiar * 2 >= tried;
    let (kind, count) = if tried >= LEAST_FAILED && !at_home {
        let kind = if unknown > known {
            CampaignKind::Stuffing
        } else {
            CampaignKind::Spraying
        };
        (kind, tried as f64 / LEAST_FAILED as f64)
    } else if strange >= LEAST_SHARED && familiar == 0 {
        (
            CampaignKind::SharedInfrastructure,
            strange as f64 / LEAST_SHARED as f64,
        )
    } else {
        return None;
    };
    let paced = is_paced(traces);
    let nats = 2.0 + libm::log(count) + if paced { 1.0 } else { 0.0 };
    Some(Campaign {
        kind,
        network: network.to_owned(),
        tried,
        strange,
        paced,
        nats: nats.min(MOST),
    })
}

/// Whether gaps between attempts hardly vary: their standard deviation is under a quarter of their mean.
fn is_paced(traces: &[&Trace]) -> bool {
    if traces.len() < LEAST_PACED {
        return false;
    }
    let mut times: Vec<Timestamp> = traces.iter().map(|trace| trace.at).collect();
    times.sort_unstable();
    let gaps: Vec<f64> = times
        .iter()
        .zip(times.iter().skip(1))
        .map(|(before, after)| after.since(*before).as_secs_f64())
        .collect();
    let n = gaps.len() as f64;
    let mean = gaps.iter().sum::<f64>() / n;
    let variance = gaps.iter().map(|gap| (gap - mean) * (gap - mean)).sum::<f64>() / n;
    mean > 0.0 && libm::sqrt(variance) < mean / 4.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(secs: i64, account: Option<u128>, ended: TraceEnd) -> Trace {
        Trace {
            at: Timestamp::from_secs(secs),
            network: "203.0.113.0/24".into(),
            account,
            ended,
        }
    }

    fn kinds(window: &[Trace]) -> Vec<CampaignKind> {
        find(window).iter().map(|campaign| campaign.kind).collect()
    }

    #[test]
    fn stuffing_spraying_and_shared_infrastructure_are_told_apart() {
        let uneven = |i: i64| i * i * 37;
        let stuffing: Vec<Trace> = (0..20)
            .map(|i| trace(uneven(i), None, TraceEnd::Failed))
            .collect();
        assert_eq!(kinds(&stuffing), [CampaignKind::Stuffing]);
        assert!(!find(&stuffing)[0].paced);
        let spraying: Vec<Trace> = (0..20_u8)
            .map(|i| trace(i64::from(i) * 600, Some(u128::from(i)), TraceEnd::Failed))
            .collect();
        let found = find(&spraying);
        assert_eq!(found[0].kind, CampaignKind::Spraying);
        assert!(found[0].paced && found[0].nats > 3.0, "{found:?}");
        let shared: Vec<Trace> = (0..4_u8)
            .map(|i| trace(uneven(i64::from(i)), Some(u128::from(i)), TraceEnd::Strange))
            .collect();
        assert_eq!(kinds(&shared), [CampaignKind::SharedInfrastructure]);
    }

    /// An office behind one address: ten people at home there, five who mistyped, three newcomers.
    #[test]
    fn a_busy_office_is_no_campaign() {
        let mut window: Vec<Trace> = (0..10_u8)
            .map(|i| trace(i64::from(i), Some(u128::from(i)), TraceEnd::Familiar))
            .collect();
        window.extend((0..8_u8).map(|i| trace(i64::from(i), Some(u128::from(i)), TraceEnd::Failed)));
        window.extend((20..23_u8).map(|i| trace(i64::from(i), Some(u128::from(i)), TraceEnd::Strange)));
        assert!(find(&window).is_empty(), "{:?}", find(&window));
        assert!(find(&[]).is_empty());
    }

    #[test]
    fn one_person_who_mistypes_is_no_campaign() {
        let window: Vec<Trace> = (0..40).map(|i| trace(i, Some(1), TraceEnd::Failed)).collect();
        assert!(find(&window).is_empty());
    }
}
