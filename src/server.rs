//! Running a server from the command line: what `dev` and `serve` do before and after composition.

use std::path::Path;

use toml::Value;

use crate::app::{self, Listeners, Parts, StartError};
use crate::config::{Config, Layers};
use crate::store::Store;

/// What `tidegate dev` was asked for.
#[derive(Clone, Debug)]
pub struct DevOptions {
    /// Where its data are.
    pub data: std::path::PathBuf,
    /// The listener, when a flag named one.
    pub listen: Option<std::net::SocketAddr>,
    /// Start from nothing.
    pub reset: Reset,
    /// Listen beyond loopback.
    pub exposure: Exposure,
}

/// Whether to start from nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reset {
    /// Keep what is there.
    Keep,
    /// Remove the database first.
    Wipe,
}

/// Where `dev` may listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// Loopback only.
    Loopback,
    /// Anywhere: somebody insisted.
    Anywhere,
}

/// Runs the development profile until it is stopped.
///
/// # Errors
/// What keeps it from starting, in one line.
pub async fn dev(mut layers: Layers, options: &DevOptions) -> Result<(), StartError> {
    let text = |error: &dyn std::fmt::Display| StartError(error.to_string());
    let database = options.data.join("tidegate.db");
    std::fs::create_dir_all(&options.data)
        .map_err(|error| StartError(format!("cannot create {}: {error}", options.data.display())))?;
    let url = format!("sqlite://{}", database.display());
    layers
        .set_default("database.url", Value::String(url))
        .map_err(|e| text(&e))?;
    layers
        .set_default("log.format", Value::String("text".to_owned()))
        .map_err(|e| text(&e))?;
    layers
        .set_default("log.level", Value::String("warn".to_owned()))
        .map_err(|e| text(&e))?;
    layers
        .set_default("outbound.allow_loopback", Value::Boolean(true))
        .map_err(|e| text(&e))?;
    if !layers.is_given("secrets.kek") {
        let kek = app::dev_kek(&options.data)?;
        layers
            .set_default("secrets.kek", Value::String(kek.expose().clone()))
            .map_err(|e| text(&e))?;
    }
    if options.reset == Reset::Wipe {
        wipe(&database)?;
    }
    let mut config = layers.build().map_err(|e| text(&e))?;
    if let Some(listen) = options.listen {
        config.server.listen = listen;
    }
    if !config.server.listen.ip().is_loopback() && options.exposure == Exposure::Loopback {
        return Err(StartError(format!(
            "dev listens on loopback only, not on {}: it has fixed passwords (--i-know-this-is-unsafe overrides)",
            config.server.listen
        )));
    }
    logging(&config);
    let listeners = Listeners::bind(config.server.listen, &config.server)?;
    let store = app::open_store(&config).await?;
    let _lock = lock(&store)?;
    store.migrate().await.map_err(|e| text(&e))?;
    mark_dev(&store).await?;
    let origins = app::origins(&config, &listeners, true)?;
    let base = origins
        .all()
        .first()
        .map(|url| url.origin().ascii_serialization())
        .unwrap_or_default();
    // Commands on this folder print the same issuers, whatever port was chosen.
    store
        .everyone()
        .set_meta(crate::cli::ORIGIN_MARK, &base)
        .await
        .map_err(|e| text(&e))?;
    let running = app::start(&config, listeners, store, Parts::system(origins, true)).await?;
    announce(&base, &running);
    running.serve().await
}

/// A database that holds something and was not made by `dev` is not touched by it.
async fn mark_dev(store: &Store) -> Result<(), StartError> {
    let everyone = store.everyone();
    let text = |error: crate::store::StoreError| StartError(error.to_string());
    if everyone.is_dev().await.map_err(text)? {
        return Ok(());
    }
    if everyone.is_empty().await.map_err(text)? {
        return everyone.mark_dev().await.map_err(text);
    }
    Err(StartError(
        "this database was not made by `dev`; dev would put known passwords into it".to_owned(),
    ))
}

fn wipe(database: &Path) -> Result<(), StartError> {
    for suffix in ["", "-wal", "-shm"] {
        let path = format!("{}{suffix}", database.display());
        match std::fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(StartError(format!("cannot remove {path}: {error}"))),
        }
    }
    Ok(())
}

fn lock(store: &Store) -> Result<crate::store::ServerLock, StartError> {
    store
        .lock_for_server()
        .map_err(|error| StartError(error.to_string()))
}

#[expect(clippy::print_stdout, reason = "what a newcomer reads first")]
fn announce(base: &str, running: &app::Running) {
    println!("Tidegate is running in its development profile.\n");
    println!("  Open        {base}/dev");
    println!("  Demo app    {base}/demo");
    println!("  Mailbox     {base}/dev/mail");
    println!("  Risk        {base}/dev/risk");
    println!("  Console     {base}/console?tenant=demo   (admin@demo.test)");
    println!("  Issuer      {base}/t/demo\n");
    if let Some(dev) = &running.shared.dev {
        println!("  Sign in as, with the password «correct horse battery staple»:");
        for account in &dev.accounts {
            println!("    {:<20} {}", account.email, account.note);
        }
    }
    println!("\n  Stop with Ctrl-C.");
}

/// Runs the production profile until it is stopped.
///
/// # Errors
/// What keeps it from starting, in one line.
pub async fn serve(layers: &Layers) -> Result<(), StartError> {
    let text = |error: &dyn std::fmt::Display| StartError(error.to_string());
    let config = layers.build().map_err(|e| text(&e))?;
    logging(&config);
    let store = app::open_store(&config).await?;
    let _lock = lock(&store)?;
    let status = store.migration_status().await.map_err(|e| text(&e))?;
    status.check().map_err(|e| text(&e))?;
    if store.everyone().is_dev().await.map_err(|e| text(&e))? {
        return Err(StartError(
            "this database belongs to the development profile; serve does not use it".to_owned(),
        ));
    }
    let listeners = Listeners::bind(config.server.listen, &config.server)?;
    let origins = app::origins(&config, &listeners, false)?;
    let running = app::start(&config, listeners, store, Parts::system(origins, false)).await?;
    // Operators live in a tenant of their own; a store from before the first `migrate` with a key has none yet.
    crate::admin::ensure_system_tenant(&running.shared.platform)
        .await
        .map_err(|e| text(&e))?;
    tracing::info!(target: "tidegate", code = "started", address = %running.address);
    running.serve().await
}

/// Logs go to standard error; one line an event, structured.
fn logging(config: &Config) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_new(&config.log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // An error means that a test has set one already.
    let _ = if config.log.format == "json" {
        builder.json().try_init()
    } else {
        builder.try_init()
    };
}
