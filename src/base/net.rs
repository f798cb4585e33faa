//! Addresses: who is asking, through which trusted proxies, and what an address can mean.

use std::fmt;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

/// The address a request came from, after trusted proxies were taken off. IPv4-mapped IPv6 is folded to IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientIp(IpAddr);

/// What an address can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IpScope {
    /// Routed on the internet: can be placed.
    Public,
    /// Loopback, RFC 1918, unique-local or link-local: no place, no reputation.
    Private,
    /// Carrier-grade NAT (RFC 6598): shared by many.
    SharedCarrier,
    /// Documentation, multicast, unspecified and other special use.
    Special,
}

impl ClientIp {
    /// Folds IPv4-mapped addresses.
    pub fn new(ip: IpAddr) -> Self {
        Self(ip.to_canonical())
    }

    /// The address.
    pub const fn ip(self) -> IpAddr {
        self.0
    }

    /// The network that counts as "the same place" for familiarity: /24, or /64 for IPv6 whose lower half changes by
    /// itself (RFC 8981).
    pub fn familiar_network(self) -> IpNet {
        self.network(24, 64)
    }

    /// The block from which a provider usually serves one region: /16, or /32 for IPv6.
    pub fn regional_network(self) -> IpNet {
        self.network(16, 32)
    }

    /// The network that counts for reputation: /24, or /56 for IPv6 (the usual delegation to one customer).
    pub fn reputation_network(self) -> IpNet {
        self.network(24, 56)
    }

    /// The address cut to what may be kept after the retention period: /24 or /48.
    pub fn truncated(self) -> IpNet {
        self.network(24, 48)
    }

    fn network(self, v4: u8, v6: u8) -> IpNet {
        match self.0 {
            IpAddr::V4(ip) => IpNet::V4(Ipv4Net::new_assert(ip, v4).trunc()),
            IpAddr::V6(ip) => IpNet::V6(Ipv6Net::new_assert(ip, v6).trunc()),
        }
    }

    /// What kind of address this is (IANA special-purpose registries).
    pub fn scope(self) -> IpScope {
        match self.0 {
            IpAddr::V4(ip) => {
                let [a, b, ..] = ip.octets();
                if ip.is_loopback() || ip.is_private() || ip.is_link_local() {
                    IpScope::Private
                } else if a == 100 && (64..128).contains(&b) {
                    IpScope::SharedCarrier
                } else if ip.is_unspecified()
                    || ip.is_documentation()
                    || a == 0
                    || a >= 224
                    || (a == 198 && (b & 0xfe) == 18)
                {
                    IpScope::Special
                } else {
                    IpScope::Public
                }
            }
            IpAddr::V6(ip) => {
                let [first, second, ..] = ip.segments();
                if ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local() {
                    IpScope::Private
                } else if ip.is_unspecified() || ip.is_multicast() || (first == 0x2001 && second == 0xdb8) {
                    IpScope::Special
                } else {
                    IpScope::Public
                }
            }
        }
    }
}

impl fmt::Display for ClientIp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The proxies whose forwarding headers count. Empty by default: then no header counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Trusts these networks.
    pub const fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether an address is one of our proxies.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.0.iter().any(|network| network.contains(&ip))
    }

    /// Whether no proxy is trusted.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The client's address: walks `X-Forwarded-For` from the right and stops at the first address that is not one of
    /// our proxies. Headers from a peer that is no proxy are ignored, and a value that is no address ends the walk.
    pub fn client_ip(&self, peer: IpAddr, forwarded_for: &[&str]) -> ClientIp {
        let mut client = peer;
        if !self.contains(peer) {
            return ClientIp::new(client);
        }
        for hop in forwarded_for.iter().rev().flat_map(|line| line.rsplit(',')) {
            let Some(ip) = parse_hop(hop.trim()) else { break };
            client = ip;
            if !self.contains(ip) {
                break;
            }
        }
        ClientIp::new(client)
    }
}

impl fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let networks: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&networks.join(", "))
    }
}

/// An address with an optional port, as proxies write it.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    hop.parse()
        .ok()
        .or_else(|| hop.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(|| {
            hop.strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
                .and_then(|inner| inner.parse().ok())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn proxies() -> TrustedProxies {
        TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()])
    }

    #[test]
    fn headers_of_strangers_do_not_count() {
        let seen = proxies().client_ip(ip("203.0.113.9"), &["198.51.100.1"]);
        assert_eq!(seen.ip(), ip("203.0.113.9"));
        assert_eq!(
            TrustedProxies::default()
                .client_ip(ip("10.0.0.1"), &["198.51.100.1"])
                .ip(),
            ip("10.0.0.1")
        );
    }

    #[test]
    fn the_walk_stops_at_the_first_untrusted_hop() {
        let seen = proxies().client_ip(ip("10.0.0.1"), &["6.6.6.6, 198.51.100.7, 10.2.2.2"]);
        assert_eq!(seen.ip(), ip("198.51.100.7"));
        let split = proxies().client_ip(ip("10.0.0.1"), &["6.6.6.6", "198.51.100.7:4711"]);
        assert_eq!(split.ip(), ip("198.51.100.7"));
        let garbage = proxies().client_ip(ip("10.0.0.1"), &["6.6.6.6, unknown, 10.2.2.2"]);
        assert_eq!(garbage.ip(), ip("10.2.2.2"));
    }

    #[test]
    fn scopes() {
        let scope = |text| ClientIp::new(ip(text)).scope();
        assert_eq!(scope("192.168.1.1"), IpScope::Private);
        assert_eq!(scope("::ffff:127.0.0.1"), IpScope::Private);
        assert_eq!(scope("100.64.0.1"), IpScope::SharedCarrier);
        assert_eq!(scope("8.8.8.8"), IpScope::Public);
        assert_eq!(scope("2a00:1450::1"), IpScope::Public);
        assert_eq!(scope("fd00::1"), IpScope::Private);
        assert_eq!(scope("203.0.113.9"), IpScope::Special);
    }

    #[test]
    fn networks() {
        let v6 = ClientIp::new(ip("2a00:1450:1:2:3::1"));
        assert_eq!(v6.familiar_network().to_string(), "2a00:1450:1:2::/64");
        assert_eq!(v6.truncated().to_string(), "2a00:1450:1::/48");
    }
}
