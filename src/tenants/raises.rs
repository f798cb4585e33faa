//! What the second pass found: networks and live sessions whose risk is raised for now. Held in memory and found anew after a
//! restart, since it follows from recorded events.

use std::collections::HashMap;

use arc_swap::ArcSwap;

use crate::base::ids::{SessionId, TenantId};
use crate::base::net::ClientIp;

/// One tenant's raises, in nats.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TenantRaises {
    /// Familiar networks, as text.
    pub networks: HashMap<String, f64>,
    /// Sessions that began in a campaign.
    pub sessions: HashMap<SessionId, f64>,
}

/// All tenants' raises, swapped whole.
#[derive(Debug, Default)]
pub struct Raises(ArcSwap<HashMap<TenantId, TenantRaises>>);

impl Raises {
    /// Puts what was found in place of what was there.
    pub fn set(&self, found: HashMap<TenantId, TenantRaises>) {
        self.0.store(std::sync::Arc::new(found));
    }

    /// How much the risk of a network, and of a session where there is one, is raised, nats; 0 for nothing found.
    pub fn of(&self, tenant: TenantId, ip: ClientIp, session: Option<SessionId>) -> f64 {
        let all = self.0.load();
        let Some(raises) = all.get(&tenant) else {
            return 0.0;
        };
        let network = raises.networks.get(&ip.familiar_network().to_string()).copied();
        network.unwrap_or(0.0).max(raises.of_session(session))
    }

    /// How much the risk of a session alone is raised: where the caller's network is an app's own.
    pub fn of_session(&self, tenant: TenantId, session: SessionId) -> f64 {
        let all = self.0.load();
        all.get(&tenant)
            .map_or(0.0, |raises| raises.of_session(Some(session)))
    }
}

impl TenantRaises {
    fn of_session(&self, session: Option<SessionId>) -> f64 {
        session
            .and_then(|session| self.sessions.get(&session))
            .copied()
            .unwrap_or(0.0)
    }
}
