//! `tidegate doctor`: looks at everything a server needs; one line each, and what to do about it.

use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::open::{Composition, Missing, Opener, sqlite_path};
use super::print::{CliError, Outcome};
use crate::base::clock::{Clock as _, SystemClock};
use crate::base::secret::Secret;
use crate::config::{Config, Layers};
use crate::crypto::envelope::Envelope;
use crate::outbound::breached::BreachedPasswords;
use crate::store::Store;
use crate::tenants::{Keyring, outside};

/// `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Print every setting with its source, secrets masked, and check nothing.
    #[arg(long)]
    pub print_config: bool,
}

/// How a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Health {
    Good,
    Warning,
    Bad,
}

/// One line.
#[derive(Clone, Debug, Serialize)]
struct Finding {
    part: &'static str,
    health: Health,
    text: String,
}

fn finding(part: &'static str, health: Health, text: impl Into<String>) -> Finding {
    Finding {
        part,
        health,
        text: text.into(),
    }
}

pub(super) async fn doctor<C: Composition>(
    opener: &Opener<'_, C>,
    args: &DoctorArgs,
) -> Result<Outcome, CliError> {
    let layers = match opener.layers() {
        Ok(layers) => layers,
        Err(error) => return Ok(told(&[finding("configuration", Health::Bad, error.to_string())])),
    };
    if args.print_config {
        return Ok(print_config(&layers));
    }
    let config = match layers.build() {
        Ok(config) => config,
        Err(error) => return Ok(told(&[finding("configuration", Health::Bad, error.to_string())])),
    };
    let mut findings = vec![address(&config), proxies(&config)];
    findings.extend(database(opener, &config).await);
    findings.push(feeds(&config));
    findings.push(breached(&config));
    findings.push(attestation(&config));
    findings.push(mail(&config));
    findings.push(clock());
    Ok(told(&findings))
}

fn told(findings: &[Finding]) -> Outcome {
    let lines: Vec<String> = findings
        .iter()
        .map(|finding| {
            let mark = match finding.health {
                Health::Good => "ok  ",
                Health::Warning => "note",
                Health::Bad => "BAD ",
            };
            format!("{mark} {:<14} {}", finding.part, finding.text)
        })
        .collect();
    let healthy = findings.iter().all(|finding| finding.health != Health::Bad);
    let outcome = Outcome::told(
        json!({"healthy": healthy, "items": findings, "next": null}),
        lines.join("\n"),
    );
    if healthy { outcome } else { outcome.as_failure() }
}

fn print_config(layers: &Layers) -> Outcome {
    let settings = layers.settings();
    let lines: Vec<String> = settings
        .iter()
        .map(|setting| format!("{} = {}  # {}", setting.key, setting.value, setting.source))
        .collect();
    let items: Vec<_> = settings
        .iter()
        .map(|setting| json!({"key": setting.key, "value": setting.value, "source": setting.source.to_string()}))
        .collect();
    Outcome::told(json!({"items": items, "next": null}), lines.join("\n"))
}

fn address(config: &Config) -> Finding {
    match &config.server.public_url {
        None => finding(
            "address",
            Health::Warning,
            "server.public_url is not set: serve needs it, set the address people use, such as https://login.example.com",
        ),
        Some(url)
            if url.scheme() != "https" && !matches!(url.host_str(), Some("localhost" | "127.0.0.1")) =>
        {
            finding(
                "address",
                Health::Warning,
                format!("{url} is plain http: cookies and passkeys need https"),
            )
        }
        Some(url) => finding("address", Health::Good, url.to_string()),
    }
}

fn proxies(config: &Config) -> Finding {
    let direct = config.server.tls.cert.is_some();
    let https = config
        .server
        .public_url
        .as_ref()
        .is_some_and(|url| url.scheme() == "https");
    match (config.server.trusted_proxies.is_empty(), https && !direct) {
        (true, true) => finding(
            "proxies",
            Health::Warning,
            "https is offered and TLS ends elsewhere, but server.trusted_proxies is empty: everybody seems to come from the proxy's address",
        ),
        (true, false) => finding("proxies", Health::Good, "none: X-Forwarded-For is ignored"),
        (false, _) => finding(
            "proxies",
            Health::Good,
            format!("X-Forwarded-For counts from {}", config.server.trusted_proxies),
        ),
    }
}

async fn database<C: Composition>(opener: &Opener<'_, C>, config: &Config) -> Vec<Finding> {
    let kind = if sqlite_path(config).is_some() {
        "SQLite"
    } else {
        "PostgreSQL"
    };
    let store = match opener.store(config, Missing::Refuse).await {
        Ok(store) => store,
        Err(error) => return vec![finding("database", Health::Bad, error.to_string())],
    };
    if let Err(error) = store.ping().await {
        return vec![finding(
            "database",
            Health::Bad,
            format!("{kind}: {error}; check database.url and that it runs"),
        )];
    }
    let mut findings = vec![finding("database", Health::Good, format!("{kind} answers"))];
    match store.migration_status().await {
        Err(error) => findings.push(finding("migrations", Health::Bad, error.to_string())),
        Ok(status) => {
            if let Err(error) = status.check() {
                findings.push(finding("migrations", Health::Bad, error.to_string()));
            } else {
                findings.push(finding(
                    "migrations",
                    Health::Good,
                    format!("{} applied", status.applied.len()),
                ));
                findings.push(keys(&store, &config.secrets.kek).await);
            }
        }
    }
    findings
}

async fn keys(store: &Store, kek: &Secret<String>) -> Finding {
    let envelope = match Envelope::from_base64(kek) {
        Ok(envelope) => envelope,
        Err(error) => {
            return finding(
                "keys",
                Health::Bad,
                format!("{error}; make one with `openssl rand -base64 32` and keep it safe"),
            );
        }
    };
    let tenants = match store.everyone().all_tenants().await {
        Ok(tenants) => tenants,
        Err(error) => return finding("keys", Health::Bad, error.to_string()),
    };
    for tenant in &tenants {
        let opened = match store.tenant(tenant.id).signing_keys().await {
            Ok(keys) => Keyring::open(&envelope, &keys)
                .map(|_| ())
                .map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = opened {
            let text = format!(
                "tenant {}: {error}; give the secrets.kek this database was made with",
                tenant.slug
            );
            return finding("keys", Health::Bad, text);
        }
    }
    finding(
        "keys",
        Health::Good,
        format!(
            "those of {} tenants open under key {}",
            tenants.len(),
            envelope.key_id()
        ),
    )
}

fn feeds(config: &Config) -> Finding {
    let feeds = &config.feeds;
    let networks = outside::networks(feeds);
    let broken = networks.broken();
    if !broken.is_empty() {
        return finding(
            "feeds",
            Health::Bad,
            format!("can't be read: {}; fix or unset them", broken.join(", ")),
        );
    }
    if feeds.city.is_none() && feeds.country.is_none() {
        return finding(
            "feeds",
            Health::Warning,
            "no geography: places count as unknown; set feeds.city or feeds.country",
        );
    }
    finding("feeds", Health::Good, "configured files can be read")
}

fn breached(config: &Config) -> Finding {
    const NAME: &str = "breached passwords";
    match outside::breached(&config.feeds, &config.outbound) {
        Err(error) => finding(NAME, Health::Bad, error.to_string()),
        Ok(BreachedPasswords::None) => finding(
            NAME,
            Health::Warning,
            "only common passwords are refused; set feeds.breached_range or feeds.breached_file",
        ),
        Ok(BreachedPasswords::Range { base, .. }) => {
            finding(NAME, Health::Good, format!("asked of {base} (not called now)"))
        }
        Ok(BreachedPasswords::File(path)) => {
            finding(NAME, Health::Good, format!("looked up in {}", path.display()))
        }
    }
}

fn attestation(config: &Config) -> Finding {
    const NAME: &str = "attestation";
    match outside::anchors(&config.passkeys, SystemClock.now()) {
        Err(error) => finding(NAME, Health::Bad, error.to_string()),
        Ok(anchors) if anchors.is_empty() => finding(
            NAME,
            Health::Good,
            "no trust anchors: no passkey counts as attested, and a tenant that requires it enrols none",
        ),
        Ok(anchors) => {
            let (models, due) = anchors.metadata();
            let due = due.unwrap_or("an unknown date");
            finding(
                NAME,
                Health::Good,
                format!("trust anchors can be read; metadata knows {models} models, next due {due}"),
            )
        }
    }
}

fn mail(config: &Config) -> Finding {
    if config.mail.smtp_url.expose().is_empty() {
        return finding(
            "mail",
            Health::Warning,
            "mail.smtp_url is not set: nobody gets codes or notices",
        );
    }
    match crate::outbound::mail::Mailer::smtp(&config.mail.smtp_url, &config.mail.from) {
        Ok(_) => finding(
            "mail",
            Health::Good,
            format!("configured, from {}", config.mail.from),
        ),
        Err(error) => finding("mail", Health::Bad, error.to_string()),
    }
}

/// A clock before this program was written is wrong for sure; finer faults show at clients.
fn clock() -> Finding {
    let now = SystemClock.now();
    if now.secs() < 1_790_000_000 {
        return finding(
            "clock",
            Health::Bad,
            format!("{now} can't be right: set the system's clock (NTP)"),
        );
    }
    finding("clock", Health::Good, now.to_string())
}
