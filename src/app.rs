//! Composition: configuration in, a running server out. The only file that names every concrete part.

mod listeners;

pub use listeners::Listeners;

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::web;
use arc_swap::ArcSwap;
use futures_util::future::join_all;
use url::Url;

use crate::base::clock::{Clock, SystemClock};
use crate::base::random::{OsRandom, Random};
use crate::base::secret::Secret;
use crate::config::Config;
use crate::crypto::envelope::Envelope;
use crate::crypto::hasher::{HashParams, Hasher, PoolSize};
use crate::ephemeral::{DecayedCounters, Ephemeral};
use crate::http::context::{Shared, Web};
use crate::http::dev::{self, DevState};
use crate::http::metrics::Metrics;
use crate::jobs;
use crate::outbound::fetch::{Fetcher, Reach};
use crate::outbound::mail::Mailer;
use crate::protocol::client_certificate::CertificateHeader;
use crate::risk::Model;
use crate::store::{Store, StoreOptions};
use crate::tenants::{
    Baselines, Directory, Machines, MailQueue, Origins, OutgoingMail, Pings, Platform, PlatformSettings,
    PushQueue, Raises, Repeats, outside,
};

/// Why the server did not start, in one line for the command line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(pub String);

impl StartError {
    fn of(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// What differs between the ways to run: tests bring their own clock, randomness and addresses.
#[derive(Debug)]
pub struct Parts {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Our addresses.
    pub origins: Origins,
    /// Whether this is the development profile.
    pub dev: bool,
}

impl Parts {
    /// The system's clock and generator.
    pub fn system(origins: Origins, dev: bool) -> Self {
        Self {
            clock: Arc::new(SystemClock),
            random: Arc::new(OsRandom::default()),
            origins,
            dev,
        }
    }
}

/// Opens the database of a configuration.
///
/// # Errors
/// When it can't be reached.
pub async fn open_store(config: &Config) -> Result<Store, StartError> {
    let mut options = StoreOptions::new(config.database.url.expose().clone());
    options.max_connections = config.database.max_connections;
    Store::open(&options).await.map_err(StartError::of)
}

/// Builds the platform on an open database. The receiver is the mail job's end of the queue.
///
/// # Errors
/// Keys, files or parameters that can't be used.
pub fn platform(
    config: &Config,
    store: Store,
    parts: Parts,
) -> Result<(Platform, tokio::sync::mpsc::Receiver<OutgoingMail>), StartError> {
    crate::crypto::install_providers();
    let envelope = Envelope::from_base64(&config.secrets.kek).map_err(StartError::of)?;
    let anchors = outside::anchors(&config.passkeys, parts.clock.now()).map_err(StartError::of)?;
    let breached = outside::breached(&config.feeds, &config.outbound).map_err(StartError::of)?;
    let disposable = outside::disposable(&config.feeds).map_err(StartError::of)?;
    let (mail, receiver) = MailQueue::new();
    let platform = Platform {
        store,
        ephemeral: Ephemeral::new(config.limits.short_lived),
        envelope,
        hasher: hasher(config)?,
        mail,
        pings: Pings::default(),
        pushes: PushQueue::default(),
        networks: outside::networks(&config.feeds),
        fetcher: fetcher(config)?,
        anchors,
        breached,
        disposable,
        clock: parts.clock,
        random: parts.random,
        model: ArcSwap::from_pointee(Model::builtin().clone()),
        directory: Directory::default(),
        origins: parts.origins,
        failures: DecayedCounters::default(),
        sign_ups: DecayedCounters::default(),
        baselines: Baselines::default(),
        machines: Machines::default(),
        repeats: Repeats::default(),
        raises: Raises::default(),
        forced_accounts: ArcSwap::default(),
        settings: PlatformSettings {
            tokens: config.tokens.clone(),
            sessions: config.sessions.clone(),
            retention: config.retention.clone(),
            limits: config.limits.clone(),
            keys: config.keys.clone(),
            dev: parts.dev,
        },
    };
    Ok((platform, receiver))
}

fn hasher(config: &Config) -> Result<Hasher, StartError> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let slots = if config.passwords.slots == 0 {
        cores.saturating_sub(1).max(1)
    } else {
        config.passwords.slots
    };
    let params = HashParams {
        memory_kib: config.passwords.memory_kib,
        passes: config.passwords.passes,
    };
    let size = PoolSize {
        slots,
        queue: config.passwords.queue,
        wait: config.passwords.wait,
    };
    Hasher::start(params, size).map_err(StartError::of)
}

/// The fetcher of what clients name.
fn fetcher(config: &Config) -> Result<Fetcher, StartError> {
    let reach = if config.outbound.allow_loopback {
        Reach::PublicAndLoopback
    } else {
        Reach::Public
    };
    Fetcher::new(config.outbound.trust_ca.as_deref(), reach).map_err(StartError::of)
}

/// A server that runs.
pub struct Running {
    /// Where the public listener is.
    pub address: SocketAddr,
    /// What handlers share.
    pub shared: Shared,
    server: actix_web::dev::Server,
    /// The listeners for certificates and for operations, where there are.
    others: Vec<actix_web::dev::Server>,
    _jobs: jobs::Jobs,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Running({})", self.address)
    }
}

impl Running {
    /// Serves until it is told to stop (by signal, or through the handle), then finishes what is under way.
    ///
    /// # Errors
    /// The listener's.
    pub async fn serve(self) -> Result<(), StartError> {
        let all = std::iter::once(self.server).chain(self.others);
        for ended in join_all(all).await {
            ended.map_err(StartError::of)?;
        }
        jobs::flush(&self.shared.platform).await;
        self.shared.platform.store.close().await.map_err(StartError::of)
    }

    /// Stops the server from elsewhere.
    pub fn handle(&self) -> actix_web::dev::ServerHandle {
        self.server.handle()
    }
}

/// Builds and starts a server on a bound listener.
///
/// # Errors
/// What keeps it from starting, in one line.
pub async fn start(
    config: &Config,
    listeners: Listeners,
    store: Store,
    parts: Parts,
) -> Result<Running, StartError> {
    let address = listeners.address;
    let dev_profile = parts.dev;
    let (platform, mails) = platform(config, store, parts)?;
    crate::tenants::check_kek(&platform)
        .await
        .map_err(StartError::of)?;
    let platform = Arc::new(platform);
    let mailer = Arc::new(mailer(config, dev_profile)?);
    let dev_state = if dev_profile {
        Some(dev_state(&platform).await?)
    } else {
        None
    };
    let jobs = jobs::start(&platform, mailer.clone(), mails, config.feeds.reload_every);
    let shared: Shared = web::Data::new(Web {
        platform,
        proxies: config.server.trusted_proxies.clone(),
        metrics: Arc::new(Metrics::default()),
        certificate_header: config.server.client_certificate_header,
        dev: dev_state,
        mailer,
    });
    let workers = if config.server.workers == 0 {
        std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
    } else {
        config.server.workers
    };
    let mtls = listeners
        .mtls
        .map(|mtls| listeners::mtls(config, mtls, &shared, workers));
    let server = listeners::public(config, listeners.public, &shared, workers)?;
    let operations = config.server.operations_listen.filter(|_| !dev_profile);
    let operations = operations.map(|address| listeners::operations(address, &shared));
    Ok(Running {
        address,
        shared,
        server,
        others: [mtls, operations]
            .into_iter()
            .flatten()
            .collect::<Result<_, _>>()?,
        _jobs: jobs,
    })
}

fn mailer(config: &Config, dev: bool) -> Result<Mailer, StartError> {
    if dev && config.mail.smtp_url.expose().is_empty() {
        return Ok(Mailer::mailbox());
    }
    Mailer::smtp(&config.mail.smtp_url, &config.mail.from).map_err(StartError::of)
}

async fn dev_state(platform: &Platform) -> Result<DevState, StartError> {
    let (tenant, accounts) = dev::seed(platform).await.map_err(StartError)?;
    Ok(DevState {
        tenant,
        accounts,
        key: platform.random().bytes(),
    })
}

/// The origins of a configuration: its public address, or in `dev` both names of the loopback.
///
/// # Errors
/// `serve` without a public address.
pub fn origins(config: &Config, listeners: &Listeners, dev: bool) -> Result<Origins, StartError> {
    let origins = public_origins(config, listeners, dev)?;
    let mut mtls = Vec::new();
    if let Some(url) = &config.server.mtls_url {
        mtls.push(url.clone());
    } else if let Some(address) = listeners.mtls_address {
        for public in origins.all() {
            let host = public.host_str().unwrap_or_default();
            let url = Url::parse(&format!("https://{host}:{}", address.port()));
            mtls.push(url.map_err(StartError::of)?);
        }
    }
    let by_header = config.server.client_certificate_header != CertificateHeader::Off;
    Ok(if mtls.is_empty() && by_header {
        origins.with_certificates_everywhere()
    } else {
        origins.with_mtls(mtls)
    })
}

fn public_origins(config: &Config, listeners: &Listeners, dev: bool) -> Result<Origins, StartError> {
    if let Some(url) = &config.server.public_url {
        return Ok(Origins::new(url.clone(), Vec::new()));
    }
    if !dev {
        return Err(StartError(
            "server.public_url is not set: give the address people use, such as https://login.example.com"
                .to_owned(),
        ));
    }
    let scheme = if config.server.tls.cert.is_some() {
        "https"
    } else {
        "http"
    };
    let port = listeners.address.port();
    let url = |host: &str| Url::parse(&format!("{scheme}://{host}:{port}")).map_err(StartError::of);
    Ok(Origins::new(url("localhost")?, vec![url("127.0.0.1")?]))
}

/// The key-encryption key of a dev folder, made with mode 0600 when missing.
///
/// # Errors
/// When the folder can't be written.
pub fn dev_kek(dir: &std::path::Path) -> Result<Secret<String>, StartError> {
    use std::io::Write as _;
    let path = dir.join("kek");
    if let Ok(text) = std::fs::read_to_string(&path) {
        return Ok(Secret::new(text.trim().to_owned()));
    }
    let fresh: [u8; 32] = (&OsRandom::default() as &dyn Random).bytes();
    let text = crate::base::encoding::base64(&fresh);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options.open(&path).and_then(|mut file| writeln!(file, "{text}"));
    written.map_err(|error| StartError(format!("cannot write {}: {error}", path.display())))?;
    Ok(Secret::new(text))
}
