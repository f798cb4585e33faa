//! The second pass over what was recorded: campaigns across accounts (features.md R6). It runs behind the requests; what it finds
//! raises the risk of networks, and of live sessions that began in a campaign, and so acts at their next use.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::time::Duration;

use serde_json::json;

use crate::base::ids::{EventId, SessionId, TenantId, UserId};
use crate::base::net::{ClientIp, IpScope};
use crate::base::page::PageRequest;
use crate::base::timestamp::Timestamp;
use crate::domain::decision::{Decision, Ending};
use crate::domain::event::Event;
use crate::risk::campaign::{self, Campaign, Trace, TraceEnd};
use crate::risk::{Evidence, Signal};
use crate::store::{DecisionFilter, StoreError, TenantStore, Work};
use crate::tenants::{Platform, TenantRaises};

/// How far back it looks.
const WINDOW: Duration = Duration::from_hours(24);
/// Rows it reads of a tenant at most, of each kind: the newest.
const MOST_ROWS: usize = 4_000;
/// The event's code.
const CAMPAIGN: &str = "risk.campaign";
/// How many nats make a session's raise: somebody got in, which is worse than a network that tries.
const GOT_IN: f64 = 1.0;

/// Looks at every tenant that this server has in memory, one after the other; gives how many campaigns it found. `None` while
/// another node is at it: then what was found before stands until the next time. Each node finds for itself what it enforces.
///
/// # Errors
/// The database; then what was found before stands.
pub async fn second_pass(platform: &Platform) -> Result<Option<usize>, StoreError> {
    let Some(_alone) = platform.store.alone(Work::SecondPass).await? else {
        return Ok(None);
    };
    let mut raises = HashMap::new();
    let mut found = 0;
    for tenant in platform.directory.tenants() {
        let (campaigns, raised) = of_tenant(platform, tenant).await?;
        found += campaigns.len();
        if raised != TenantRaises::default() {
            raises.insert(tenant, raised);
        }
    }
    platform.raises.set(raises);
    Ok(Some(found))
}

async fn of_tenant(
    platform: &Platform,
    tenant: TenantId,
) -> Result<(Vec<Campaign>, TenantRaises), StoreError> {
    let store = platform.store.tenant(tenant);
    let since = platform.now().minus(WINDOW);
    let (mut window, told) = failed(&store, since).await?;
    let accepted = accepted(&store, since).await?;
    window.extend(accepted.iter().map(|(trace, _)| trace.clone()));
    let campaigns = campaign::find(&window);
    let mut raises = TenantRaises::default();
    for campaign in &campaigns {
        raises.networks.insert(campaign.network.clone(), campaign.nats);
        let got_in = accepted
            .iter()
            .filter(|(trace, _)| trace.network == campaign.network && trace.ended == TraceEnd::Strange);
        for session in got_in.filter_map(|(_, session)| *session) {
            raises.sessions.insert(session, campaign.nats + GOT_IN);
        }
    }
    tell(platform, tenant, &campaigns, &told).await?;
    Ok((campaigns, raises))
}

/// The network of an address, as campaigns are counted by; `None` for one that many share without knowing of each other, or
/// that was cut already.
fn network(ip: &str) -> Option<String> {
    let ip = ClientIp::new(ip.parse::<IpAddr>().ok()?);
    (ip.scope() == IpScope::Public).then(|| ip.familiar_network().to_string())
}

const fn account(user: UserId) -> u128 {
    user.0.as_u128()
}

/// Campaigns that the stream was told of, by network and kind.
type Told = HashSet<(String, String)>;

/// Failed attempts, and the campaigns that the stream was told of meanwhile.
async fn failed(store: &TenantStore, since: Timestamp) -> Result<(Vec<Trace>, Told), StoreError> {
    let (mut traces, mut told) = (Vec::new(), Told::new());
    let (mut after, mut read) = (None, 0);
    loop {
        let page = store
            .events(None, &PageRequest::new(after, PageRequest::MAX))
            .await?;
        read += page.items.len();
        let young = || page.items.iter().take_while(|event| event.at >= since);
        traces.extend(young().filter_map(failure));
        told.extend(young().filter_map(told_of));
        let over = page.items.last().is_none_or(|oldest| oldest.at < since) || read >= MOST_ROWS;
        match page.next {
            Some(next) if !over => after = Some(next),
            _ => return Ok((traces, told)),
        }
    }
}

fn failure(event: &Event) -> Option<Trace> {
    if event.code != "signin.failed" {
        return None;
    }
    Some(Trace {
        at: event.at,
        network: network(event.data.get("ip")?.as_str()?)?,
        account: event.user.map(account),
        ended: TraceEnd::Failed,
    })
}

fn told_of(event: &Event) -> Option<(String, String)> {
    if event.code != CAMPAIGN {
        return None;
    }
    let text = |name| event.data.get(name)?.as_str().map(str::to_owned);
    Some((text("network")?, text("kind")?))
}

async fn accepted(
    store: &TenantStore,
    since: Timestamp,
) -> Result<Vec<(Trace, Option<SessionId>)>, StoreError> {
    let filter = DecisionFilter {
        action: Some("sign_in".to_owned()),
        since: Some(since),
        ..DecisionFilter::default()
    };
    let mut traces = Vec::new();
    let (mut after, mut read) = (None, 0);
    loop {
        let page = store
            .decisions(&filter, &PageRequest::new(after, PageRequest::MAX))
            .await?;
        read += page.items.len();
        traces.extend(page.items.iter().filter_map(sign_in));
        match page.next {
            Some(next) if read < MOST_ROWS => after = Some(next),
            _ => return Ok(traces),
        }
    }
}

/// A sign-in that was let in, with the session it led to.
fn sign_in(decision: &Decision) -> Option<(Trace, Option<SessionId>)> {
    if !matches!(decision.ended, Some(Ending::Allowed | Ending::Passed)) {
        return None;
    }
    let evidence: Evidence = serde_json::from_value(decision.evidence.clone()).ok()?;
    let value = |signal| {
        let item = evidence.items.iter().find(|item| item.signal == signal);
        item.map_or(0.0, crate::risk::evidence::Item::value)
    };
    // A known cookie, or a network seen before, is somebody at home; so is the first sign-in ever, which knows nothing.
    let strange = value(Signal::Device) > 0.0 && value(Signal::SubnetChurn) > 0.0;
    let trace = Trace {
        at: decision.at,
        network: network(decision.ip.as_deref()?)?,
        account: decision.subject.map(account),
        ended: if strange {
            TraceEnd::Strange
        } else {
            TraceEnd::Familiar
        },
    };
    Some((trace, decision.session))
}

/// Tells the stream of campaigns that it was not told of within the window. The memory of this process helps where more happened
/// since than is read back.
async fn tell(
    platform: &Platform,
    tenant: TenantId,
    campaigns: &[Campaign],
    told: &Told,
) -> Result<(), StoreError> {
    let now = platform.now();
    let store = platform.store.tenant(tenant);
    let mut batch = store.batch();
    for campaign in campaigns {
        let key = format!("campaign:{tenant}:{}:{}", campaign.network, campaign.kind.name());
        let first = platform.ephemeral.first_use(&key, now, WINDOW).unwrap_or(true);
        if !first || told.contains(&(campaign.network.clone(), campaign.kind.name().to_owned())) {
            continue;
        }
        tracing::warn!(
            target: "tidegate::risk",
            code = CAMPAIGN,
            kind = campaign.kind.name(),
            network = campaign.network,
            tried = campaign.tried,
            strange = campaign.strange
        );
        batch.event(&Event {
            id: EventId(platform.random().uuid(now)),
            at: now,
            code: CAMPAIGN.to_owned(),
            user: None,
            data: json!(campaign),
        });
    }
    if batch.is_empty() {
        return Ok(());
    }
    store.commit(batch).await
}
