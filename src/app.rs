//! Composition: configuration in, a running server out. The only file that names every concrete part.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use arc_swap::ArcSwap;
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
use crate::http::middleware::{edge, secure_headers};
use crate::http::{routes, site};
use crate::jobs;
use crate::outbound::fetch::{Fetcher, Reach};
use crate::outbound::mail::Mailer;
use crate::risk::Model;
use crate::store::{Store, StoreOptions};
use crate::tenants::{
    Baselines, Directory, Machines, MailQueue, Origins, OutgoingMail, Platform, PlatformSettings, Raises,
    Repeats, outside,
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
    operations: Option<actix_web::dev::Server>,
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
        if let Some(operations) = self.operations {
            let (public, operations) = tokio::join!(self.server, operations);
            public.and(operations).map_err(StartError::of)?;
        } else {
            self.server.await.map_err(StartError::of)?;
        }
        jobs::flush(&self.shared.platform).await;
        self.shared.platform.store.close().await.map_err(StartError::of)
    }

    /// Stops the server from elsewhere.
    pub fn handle(&self) -> actix_web::dev::ServerHandle {
        self.server.handle()
    }
}

/// Binds the public listener, so that its port is known before anything is built on it.
///
/// # Errors
/// When the address is taken.
pub fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).map_err(|error| StartError(format!("cannot listen on {address}: {error}")))
}

/// Builds and starts a server on a bound listener.
///
/// # Errors
/// What keeps it from starting, in one line.
pub async fn start(
    config: &Config,
    listener: TcpListener,
    store: Store,
    parts: Parts,
) -> Result<Running, StartError> {
    let address = listener.local_addr().map_err(StartError::of)?;
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
        dev: dev_state,
        mailer,
    });
    let workers = if config.server.workers == 0 {
        std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
    } else {
        config.server.workers
    };
    let server = public_server(config, listener, &shared, workers)?;
    let operations = match config.server.operations_listen.filter(|_| !dev_profile) {
        Some(address) => Some(operations_server(address, &shared)?),
        None => None,
    };
    Ok(Running {
        address,
        shared,
        server,
        operations,
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

fn public_server(
    config: &Config,
    listener: TcpListener,
    shared: &Shared,
    workers: usize,
) -> Result<actix_web::dev::Server, StartError> {
    let data = shared.clone();
    let limit = config.limits.body;
    let dev_profile = shared.dev.is_some();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .app_data(web::PayloadConfig::new(limit))
            .wrap(from_fn(secure_headers))
            .wrap(from_fn(edge))
            .configure(routes::public)
            .configure(|config| {
                if dev_profile {
                    dev::routes(config);
                    routes::operations(config);
                }
            })
            .default_service(web::to(site::not_found))
    })
    .workers(workers)
    .shutdown_timeout(config.server.shutdown_grace.as_secs());
    let bound = match tls(config)? {
        Some(tls) => server.listen_rustls_0_23(listener, tls),
        None => server.listen(listener),
    };
    Ok(bound.map_err(StartError::of)?.run())
}

fn operations_server(address: SocketAddr, shared: &Shared) -> Result<actix_web::dev::Server, StartError> {
    let data = shared.clone();
    let server = HttpServer::new(move || App::new().app_data(data.clone()).configure(routes::operations))
        .workers(1)
        .bind(address)
        .map_err(|error| {
            StartError(format!(
                "cannot listen on {address} (server.operations_listen): {error}"
            ))
        })?;
    Ok(server.run())
}

/// Certificate and key for direct TLS.
fn tls(config: &Config) -> Result<Option<rustls::ServerConfig>, StartError> {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let (Some(cert), Some(key)) = (&config.server.tls.cert, &config.server.tls.key) else {
        return Ok(None);
    };
    let unreadable = |path: &std::path::Path, why: &dyn std::fmt::Display| {
        StartError(format!("cannot read {}: {why}", path.display()))
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect)
        .map_err(|error| unreadable(cert, &error))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, &error))?;
    rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map(Some)
        .map_err(|error| StartError(format!("TLS: {error}")))
}

/// The origins of a configuration: its public address, or in `dev` both names of the loopback.
///
/// # Errors
/// `serve` without a public address.
pub fn origins(config: &Config, port: u16, dev: bool) -> Result<Origins, StartError> {
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
