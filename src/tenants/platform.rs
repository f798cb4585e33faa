//! Everything use cases reach the outside by, built once by `app` and passed by reference.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use url::Url;

use super::baselines::Baselines;
use super::directory::Directory;
use super::machines::Machines;
use super::mailing::MailQueue;
use super::pings::Pings;
use super::pushing::PushQueue;
use super::raises::Raises;
use super::repeats::Repeats;
use crate::base::clock::Clock;
use crate::base::ids::UserId;
use crate::base::random::Random;
use crate::base::timestamp::Timestamp;
use crate::config;
use crate::crypto::attestation::TrustAnchors;
use crate::crypto::envelope::Envelope;
use crate::crypto::hasher::Hasher;
use crate::ephemeral::{DecayedCounters, Ephemeral};
use crate::outbound::breached::BreachedPasswords;
use crate::outbound::disposable::DisposableDomains;
use crate::outbound::fetch::Fetcher;
use crate::outbound::networks::Networks;
use crate::risk::model::Model;
use crate::risk::visit::Forced;
use crate::store::Store;

/// The sections of the configuration that use cases read.
#[derive(Clone, Debug)]
pub struct PlatformSettings {
    /// Token lifetimes.
    pub tokens: config::Tokens,
    /// Session lifetimes.
    pub sessions: config::Sessions,
    /// How long history is kept.
    pub retention: config::Retention,
    /// Throttles.
    pub limits: config::Limits,
    /// Key rotation.
    pub keys: config::Keys,
    /// Whether this is the development profile.
    pub dev: bool,
}

/// The addresses we answer at. The first is the one that links in mails and on the command line name.
#[derive(Clone, Debug)]
pub struct Origins {
    urls: Vec<Url>,
    /// Where clients show certificates: none, or one for each of the others.
    mtls: Vec<Url>,
    certificates_everywhere: bool,
}

impl Origins {
    /// These addresses; at least one.
    pub fn new(first: Url, more: Vec<Url>) -> Self {
        let mut all = vec![first];
        all.extend(more);
        Self {
            urls: all,
            mtls: Vec::new(),
            certificates_everywhere: false,
        }
    }

    /// The same with addresses of their own for clients that show certificates, given in the same order.
    #[must_use]
    pub fn with_mtls(mut self, mtls: Vec<Url>) -> Self {
        self.mtls = mtls;
        self
    }

    /// The same where a proxy tells of certificates at every address.
    #[must_use]
    pub const fn with_certificates_everywhere(mut self) -> Self {
        self.certificates_everywhere = true;
        self
    }

    /// Where clients of a place show certificates, if that is an address of its own.
    pub fn mtls(&self, place: usize) -> Option<&Url> {
        self.mtls.get(place)
    }

    /// Whether a proxy tells of certificates at every address.
    pub const fn certificates_everywhere(&self) -> bool {
        self.certificates_everywhere
    }

    /// All of them.
    pub fn all(&self) -> &[Url] {
        &self.urls
    }

    /// The place of the origin that a `Host` header names (host with optional port); `None` for any other host.
    pub fn place_of(&self, host: &str) -> Option<usize> {
        self.urls.iter().position(|url| is_host_of(host, url))
    }

    /// The place whose address for certificates a `Host` header names.
    pub fn mtls_place_of(&self, host: &str) -> Option<usize> {
        self.mtls.iter().position(|url| is_host_of(host, url))
    }
}

fn is_host_of(host: &str, url: &Url) -> bool {
    let name = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => host.eq_ignore_ascii_case(&format!("{name}:{port}")),
        None => host.eq_ignore_ascii_case(name),
    }
}

/// The way to everything outside. Use cases take `&Platform`.
#[derive(Debug)]
pub struct Platform {
    /// The database.
    pub store: Store,
    /// Short-lived state.
    pub ephemeral: Ephemeral,
    /// Encryption at rest.
    pub envelope: Envelope,
    /// Password hashing.
    pub hasher: Hasher,
    /// Outgoing mail.
    pub mail: MailQueue,
    /// Apps to be told of answers.
    pub pings: Pings,
    /// Outgoing pushes to devices.
    pub pushes: PushQueue,
    /// Places and networks.
    pub networks: Networks,
    /// Outgoing HTTP.
    pub fetcher: Fetcher,
    /// Who vouches for authenticators.
    pub anchors: TrustAnchors,
    /// Passwords that became known.
    pub breached: BreachedPasswords,
    /// Mail domains whose addresses are thrown away after use.
    pub disposable: DisposableDomains,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// The risk model in use.
    pub model: ArcSwap<Model>,
    /// Tenants in memory.
    pub directory: Directory,
    /// Our addresses.
    pub origins: Origins,
    /// Failures lately.
    pub failures: DecayedCounters,
    /// Sign-ups lately.
    pub sign_ups: DecayedCounters,
    /// What is normal in each tenant.
    pub baselines: Baselines,
    /// What is usual for clients that act for themselves.
    pub machines: Machines,
    /// Decisions that say the same again.
    pub repeats: Repeats,
    /// What the second pass found.
    pub raises: Raises,
    /// Evidence that the dev profile forces for whole accounts; empty elsewhere.
    pub forced_accounts: ArcSwap<HashMap<UserId, Vec<Forced>>>,
    /// Settings.
    pub settings: PlatformSettings,
}

impl Platform {
    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Randomness.
    pub fn random(&self) -> &dyn Random {
        self.random.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_matched_exactly() {
        let url = |text: &str| Url::parse(text).unwrap();
        let origins = Origins::new(url("http://localhost:8080"), vec![url("http://127.0.0.1:8080")]);
        assert_eq!(origins.place_of("localhost:8080"), Some(0));
        assert_eq!(origins.place_of("LOCALHOST:8080"), Some(0));
        assert_eq!(origins.place_of("127.0.0.1:8080"), Some(1));
        for other in [
            "localhost",
            "localhost:80801",
            "evil.test",
            "localhost:8080.evil.test",
            "",
        ] {
            assert_eq!(origins.place_of(other), None, "{other}");
        }
        let https = Origins::new(url("https://login.example.com"), Vec::new());
        assert_eq!(https.place_of("login.example.com"), Some(0));
        let both = https.with_mtls(vec![url("https://login.example.com:8443")]);
        assert_eq!(
            (
                both.place_of("login.example.com:8443"),
                both.mtls_place_of("login.example.com:8443")
            ),
            (None, Some(0))
        );
        assert_eq!(both.mtls_place_of("login.example.com"), None);
    }
}
