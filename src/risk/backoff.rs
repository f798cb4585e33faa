//! The back-off log-likelihood ratio: how much likelier the network and the client are for the population and for
//! attackers than for this user, with each level of the hierarchy falling back on the next coarser one.

/// Counts that the network term needs. `own` are the user's, `all` the tenant's successes, `failed` its failures.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct NetworkCounts {
    pub(crate) n: f64,
    pub(crate) successes: f64,
    pub(crate) failures: f64,
    pub(crate) own_address: f64,
    pub(crate) own_asn: f64,
    pub(crate) own_country: f64,
    pub(crate) all_address: f64,
    pub(crate) all_asn: f64,
    pub(crate) all_country: f64,
    pub(crate) failed_address: f64,
    pub(crate) failed_asn: f64,
}

/// Counts that the client term needs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct ClientCounts {
    pub(crate) n: f64,
    pub(crate) successes: f64,
    pub(crate) failures: f64,
    pub(crate) own_agent: f64,
    pub(crate) own_family: f64,
    pub(crate) all_agent: f64,
    pub(crate) all_family: f64,
    pub(crate) failed_agent: f64,
}

/// The network term, nats: ln of likelihood under attack over likelihood under this user.
pub(crate) fn network(c: &NetworkCounts) -> f64 {
    let (n, total) = (c.n, c.successes);
    let g_asn = (c.all_asn + 0.05) / (total + 50.0);
    let ip_in_asn = c.all_address / (c.all_asn + 2048.0) + 1.0 / 2048.0;
    let asn_in_country = g_asn / ((c.all_country + 1.0) / (total + 50.0));
    let by_country =
        c.own_country / (n + 0.06) * asn_in_country * ip_in_asn + 0.06 / (n + 0.06) * g_asn * ip_in_asn;
    let by_asn = c.own_asn / (n + 0.35) * ip_in_asn + 0.35 / (n + 0.35) * by_country;
    let user = c.own_address / (n + 1.6) + 1.6 / (n + 1.6) * by_asn;
    let attack_asn = 0.6 * (c.failed_asn + 0.02) / (c.failures + 20.0) + 0.4 * g_asn;
    let attack = 0.5 * c.failed_address / (c.failures + 20.0)
        + 0.5 * attack_asn * ip_in_asn
        + 0.0005 * c.own_asn / n.max(1e-9) * ip_in_asn;
    libm::log(attack / user)
}

/// The client term, nats.
pub(crate) fn client(c: &ClientCounts) -> f64 {
    let (n, total) = (c.n, c.successes);
    let g_agent = (c.all_agent + 0.2) / (total + 50.0);
    let g_family = (c.all_family + 0.5) / (total + 20.0);
    let agent_in_family = (g_agent / g_family).min(1.0);
    let by_family = c.own_family / (n + 0.35) * agent_in_family + 0.35 / (n + 0.35) * g_agent;
    let user = c.own_agent / (n + 0.9) + 0.9 / (n + 0.9) * by_family;
    let failed = (c.failed_agent + 0.05) / (c.failures + 50.0);
    let attack = 0.5 * g_agent + 0.5 * failed + 0.01 * c.own_family / n.max(1e-9) * agent_in_family;
    libm::log(attack / user)
}
