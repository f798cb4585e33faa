//! The sections, converted into types with units and frozen.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use toml::{Table, Value};
use url::Url;

use super::duration;
use super::feeds::FeedSources;
use crate::base::net::TrustedProxies;
use crate::base::secret::Secret;
use crate::protocol::client_certificate::CertificateHeader;

/// The whole configuration. Use cases get their section, never this.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Listeners and addresses.
    pub server: Server,
    /// The store.
    pub database: Database,
    /// Short-lived shared state.
    pub shared_state: SharedState,
    /// Keys from outside.
    pub secrets: Secrets,
    /// Outgoing mail.
    pub mail: Mail,
    /// Geography and reputation data.
    pub feeds: Feeds,
    /// Token lifetimes.
    pub tokens: Tokens,
    /// Session lifetimes.
    pub sessions: Sessions,
    /// How long history is kept.
    pub retention: Retention,
    /// Password hashing.
    pub passwords: Passwords,
    /// Attestation of passkeys.
    pub passkeys: Passkeys,
    /// Throttles and sizes.
    pub limits: Limits,
    /// Signing keys.
    pub keys: Keys,
    /// Outgoing HTTP.
    pub outbound: Outbound,
    /// Logging.
    pub log: Log,
}

/// Listeners and addresses.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The public listener.
    pub listen: SocketAddr,
    /// The address people use, without trailing slash; `None` until configured.
    #[serde(deserialize_with = "optional_url")]
    pub public_url: Option<Url>,
    /// The console's own address.
    #[serde(deserialize_with = "optional_url")]
    pub console_url: Option<Url>,
    /// Health checks and metrics.
    #[serde(deserialize_with = "optional_address")]
    pub operations_listen: Option<SocketAddr>,
    /// Our own proxies.
    pub trusted_proxies: TrustedProxies,
    /// The listener for clients that show certificates.
    #[serde(deserialize_with = "optional_address")]
    pub mtls_listen: Option<SocketAddr>,
    /// Its certificate chain, PEM; that of [`Tls`] when absent.
    #[serde(deserialize_with = "optional_path")]
    pub mtls_cert: Option<PathBuf>,
    /// Its private key, PEM.
    #[serde(deserialize_with = "optional_path")]
    pub mtls_key: Option<PathBuf>,
    /// The address where clients show certificates.
    #[serde(deserialize_with = "optional_url")]
    pub mtls_url: Option<Url>,
    /// How our proxies tell of certificates.
    pub client_certificate_header: CertificateHeader,
    /// Worker threads; 0 is one a core.
    pub workers: usize,
    /// Time to finish requests under way.
    #[serde(deserialize_with = "duration::deserialize")]
    pub shutdown_grace: Duration,
    /// Direct TLS.
    pub tls: Tls,
}

/// Direct TLS.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// Certificate chain, PEM.
    #[serde(deserialize_with = "optional_path")]
    pub cert: Option<PathBuf>,
    /// Private key, PEM.
    #[serde(deserialize_with = "optional_path")]
    pub key: Option<PathBuf>,
}

/// The store.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite://…` or `postgres://…`; may hold a password.
    pub url: Secret<String>,
    /// Connections, or readers of SQLite.
    pub max_connections: u32,
}

/// Short-lived shared state.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedState {
    /// Empty: in this process.
    pub url: String,
}

/// Keys from outside.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// The key-encryption key as base64; empty when not given.
    pub kek: Secret<String>,
}

/// Outgoing mail.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Empty: no mail can be sent.
    pub smtp_url: Secret<String>,
    /// Address in From.
    pub from: String,
}

/// Geography and reputation data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feeds {
    /// MaxMind DB with cities.
    #[serde(deserialize_with = "optional_path")]
    pub city: Option<PathBuf>,
    /// MaxMind DB with countries.
    #[serde(deserialize_with = "optional_path")]
    pub country: Option<PathBuf>,
    /// MaxMind DB with autonomous systems.
    #[serde(deserialize_with = "optional_path")]
    pub asn: Option<PathBuf>,
    /// Tor exits.
    #[serde(deserialize_with = "optional_path")]
    pub tor: Option<PathBuf>,
    /// Hosting networks.
    #[serde(deserialize_with = "optional_path")]
    pub hosting: Option<PathBuf>,
    /// Anonymisers.
    #[serde(deserialize_with = "optional_path")]
    pub anonymizer: Option<PathBuf>,
    /// Networks with a bad reputation.
    #[serde(deserialize_with = "optional_path")]
    pub reputation: Option<PathBuf>,
    /// Base address of a k-anonymity range service of breached passwords.
    #[serde(deserialize_with = "optional_url")]
    pub breached_range: Option<Url>,
    /// File of breached passwords: SHA-1 in order, `HASH:COUNT` a line.
    #[serde(deserialize_with = "optional_path")]
    pub breached_file: Option<PathBuf>,
    /// File of mail domains whose addresses are thrown away after use, beside the list that comes with the program.
    #[serde(deserialize_with = "optional_path")]
    pub disposable: Option<PathBuf>,
    /// How often files are looked at for changes.
    #[serde(deserialize_with = "duration::deserialize")]
    pub reload_every: Duration,
    /// Where `tidegate feeds refresh` fetches each feed from; empty for those that something else brings.
    pub sources: FeedSources,
}

/// What attestations of passkeys are verified against.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passkeys {
    /// Vendors' root certificates, PEM.
    #[serde(deserialize_with = "optional_path")]
    pub trust_anchors: Option<PathBuf>,
    /// BLOB of the FIDO Metadata Service.
    #[serde(deserialize_with = "optional_path")]
    pub metadata: Option<PathBuf>,
    /// Root certificate of its signature, PEM.
    #[serde(deserialize_with = "optional_path")]
    pub metadata_root: Option<PathBuf>,
}

/// Token lifetimes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// Authorization code.
    #[serde(deserialize_with = "duration::deserialize")]
    pub code: Duration,
    /// Pushed authorization request, until it is first shown.
    #[serde(deserialize_with = "duration::deserialize")]
    pub pushed_request: Duration,
    /// Access token.
    #[serde(deserialize_with = "duration::deserialize")]
    pub access: Duration,
    /// ID token.
    #[serde(deserialize_with = "duration::deserialize")]
    pub id: Duration,
    /// Refresh token, unused.
    #[serde(deserialize_with = "duration::deserialize")]
    pub refresh_idle: Duration,
    /// Refresh token family, in any case.
    #[serde(deserialize_with = "duration::deserialize")]
    pub refresh_absolute: Duration,
}

/// Session lifetimes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sessions {
    /// Unused.
    #[serde(deserialize_with = "duration::deserialize")]
    pub idle: Duration,
    /// In any case.
    #[serde(deserialize_with = "duration::deserialize")]
    pub absolute: Duration,
    /// An open sign-in.
    #[serde(deserialize_with = "duration::deserialize")]
    pub login: Duration,
}

/// How long history is kept; zero keeps it for ever.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Whole addresses in decisions and sessions, before they are cut to their network.
    #[serde(deserialize_with = "duration::deserialize")]
    pub addresses: Duration,
    /// Decisions, their labels, and account events.
    #[serde(deserialize_with = "duration::deserialize")]
    pub history: Duration,
}

/// Password hashing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passwords {
    /// Argon2id memory, KiB.
    pub memory_kib: u32,
    /// Argon2id passes.
    pub passes: u32,
    /// Hashes at a time; 0 is one less than the cores.
    pub slots: usize,
    /// How many may wait.
    pub queue: usize,
    /// Longest wait.
    #[serde(deserialize_with = "duration::deserialize")]
    pub wait: Duration,
}

/// Throttles and sizes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Failures of one account from one network in an hour.
    pub failures_per_account_network: u32,
    /// Failures of one account from unknown browsers in an hour.
    pub failures_per_account: u32,
    /// Failures from one network in an hour.
    pub failures_per_network: u32,
    /// Mails that anybody may make us send to one account from one network in an hour.
    pub mails_per_account_network: u32,
    /// Mails that unknown browsers may make us send to one account in an hour.
    pub mails_per_account: u32,
    /// Mails that unknown browsers of one network may make us send in an hour.
    pub mails_per_network: u32,
    /// Codes that sign-ins send to one account in an hour, and as many again from browsers that the account knows.
    pub sign_in_mails_per_account: u32,
    /// Mails of sign-ups without work done to one address in an hour.
    pub sign_up_mails_unsolved: u32,
    /// Sign-ups without work done from one network in an hour.
    pub sign_ups_unsolved_per_network: u32,
    /// The work of a quiet hour: hashes that a browser calculates at most.
    pub sign_up_work: u32,
    /// Pushed requests and device authorizations of one client in an hour.
    pub kept_requests_per_client: u32,
    /// The same of one client without credentials from one network.
    pub kept_requests_per_client_network: u32,
    /// Apps that may register themselves from one network in an hour.
    pub registrations_per_network: u32,
    /// Documents of clients that requests from one network make us fetch in an hour.
    pub fetches_per_network: u32,
    /// The same of a tenant.
    pub fetches: u32,
    /// Wrong codes of devices from one network in an hour.
    pub user_codes_per_network: u32,
    /// Wrong codes of devices in a tenant in an hour.
    pub user_codes: u32,
    /// Entries of short-lived state.
    pub short_lived: usize,
    /// Largest body, bytes.
    pub body: usize,
}

/// Signing keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// Age at which a key is replaced; zero switches it off.
    #[serde(deserialize_with = "duration::deserialize")]
    pub rotate_every: Duration,
    /// How long a key is published before it signs and after it stopped.
    #[serde(deserialize_with = "duration::deserialize")]
    pub publish_ahead: Duration,
}

/// Outgoing HTTP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbound {
    /// Extra certificate authorities.
    #[serde(deserialize_with = "optional_path")]
    pub trust_ca: Option<PathBuf>,
    /// Whether loopback may be fetched.
    pub allow_loopback: bool,
}

/// Logging.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Filter.
    pub level: String,
    /// `json` or `text`.
    pub format: String,
}

impl Config {
    /// Converts the merged table; an error names the section (and key where it is known).
    pub(super) fn from_table(table: Table) -> Result<Self, (String, String)> {
        let config: Self = Value::Table(table)
            .try_into()
            .map_err(|error: toml::de::Error| (key_in(&error.to_string()), error.message().to_owned()))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), (String, String)> {
        let refuse = |key: &str, why: &str| Err((key.to_owned(), why.to_owned()));
        if self.server.tls.cert.is_some() != self.server.tls.key.is_some() {
            return refuse("server.tls.cert", "certificate and key must be given together");
        }
        let bare = |url: &Url| {
            !url.cannot_be_a_base() && url.path() == "/" && url.query().is_none() && url.fragment().is_none()
        };
        if self.server.public_url.as_ref().is_some_and(|url| !bare(url)) {
            return refuse(
                "server.public_url",
                "must be scheme and host alone, such as https://login.example.com",
            );
        }
        if self
            .server
            .mtls_url
            .as_ref()
            .is_some_and(|url| !bare(url) || url.scheme() != "https")
        {
            return refuse(
                "server.mtls_url",
                "must be https and host alone, such as https://mtls.example.com",
            );
        }
        self.server.check_certificates()?;
        if !["json", "text"].contains(&self.log.format.as_str()) {
            return refuse("log.format", "must be json or text");
        }
        if self.passwords.memory_kib < 19_456 || self.passwords.passes < 1 {
            return refuse(
                "passwords.memory_kib",
                "must be at least 19456 with one pass or more",
            );
        }
        if !self.shared_state.url.is_empty() {
            return refuse(
                "shared_state.url",
                "this version keeps short-lived state in one process; leave it empty",
            );
        }
        if self.limits.body < 4_096 {
            return refuse("limits.body", "must be at least 4096");
        }
        Ok(())
    }
}

impl Server {
    /// Settings about certificates of clients that must fit each other.
    fn check_certificates(&self) -> Result<(), (String, String)> {
        let refuse = |key: &str, why: &str| Err((key.to_owned(), why.to_owned()));
        if self.mtls_cert.is_some() != self.mtls_key.is_some() {
            return refuse("server.mtls_cert", "certificate and key must be given together");
        }
        if self.mtls_listen.is_some() && self.mtls_cert.is_none() && self.tls.cert.is_none() {
            return refuse("server.mtls_listen", "needs server.mtls_cert, or server.tls.cert");
        }
        let by_header = self.client_certificate_header != CertificateHeader::Off;
        if by_header && self.trusted_proxies.is_empty() {
            return refuse(
                "server.client_certificate_header",
                "needs server.trusted_proxies: from anybody else the header does not count",
            );
        }
        if self.mtls_url.is_some() && self.mtls_listen.is_none() && !by_header {
            return refuse(
                "server.mtls_url",
                "needs server.mtls_listen, or server.client_certificate_header",
            );
        }
        Ok(())
    }
}

/// The key that the library's words name: its last line is "in `section.key`".
fn key_in(words: &str) -> String {
    words
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("in `")?.strip_suffix('`'))
        .unwrap_or("configuration")
        .to_owned()
}

fn optional<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    parse(&text).map(Some).map_err(serde::de::Error::custom)
}

fn optional_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    optional(deserializer, |text| {
        let url = Url::parse(text).map_err(|error| format!("«{text}» is no URL: {error}"))?;
        if ["http", "https"].contains(&url.scheme()) {
            Ok(url)
        } else {
            Err(format!("«{text}» must be http or https"))
        }
    })
}

fn optional_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    optional(deserializer, |text| {
        text.parse()
            .map_err(|_| format!("«{text}» is no address and port"))
    })
}

fn optional_path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    optional(deserializer, |text| Ok(PathBuf::from(text)))
}
