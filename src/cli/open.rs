//! From settings to an open platform, for commands that run once.

use std::path::{Path, PathBuf};

use toml::Value;
use url::Url;

use super::args::{DevArgs, Sources};
use super::print::CliError;
use crate::admin::{self, Actor};
use crate::config::{Config, Layers, Profile, Source};
use crate::store::Store;
use crate::tenants::{Origins, Platform, check_kek};

/// The mark in the database under which a server notes its address, so that commands print the same issuers.
pub const ORIGIN_MARK: &str = "origin";

/// What the composition root lends the command line. The command line lies below it and can't name it.
pub trait Composition {
    /// Builds the platform of a command that runs once; mail that it hands over goes nowhere.
    ///
    /// # Errors
    /// In one line.
    fn platform(&self, config: &Config, store: Store, origins: Origins) -> Result<Platform, String>;

    /// Opens the database of a configuration.
    fn open_store(&self, config: &Config) -> impl Future<Output = Result<Store, String>>;

    /// Serves until it is told to stop.
    fn serve(&self, layers: Layers) -> impl Future<Output = Result<(), String>>;

    /// Serves the development profile on a folder until it is told to stop.
    fn dev(&self, layers: Layers, args: &DevArgs, data: &Path) -> impl Future<Output = Result<(), String>>;
}

/// Opens what a command needs, and nothing before it needs it.
#[derive(Debug)]
pub(super) struct Opener<'a, C> {
    pub(super) sources: &'a Sources,
    pub(super) environment: &'a [(String, String)],
    pub(super) composition: &'a C,
}

/// A platform and the person at the command line.
#[derive(Debug)]
pub(super) struct Opened {
    /// The way outside.
    pub(super) platform: Platform,
    /// Who acts.
    pub(super) actor: Actor,
}

impl Opened {
    /// The actor at work on a tenant.
    pub(super) async fn on(&self, slug: &str) -> Result<Actor, CliError> {
        Ok(admin::tenants::enter(&self.actor, &self.platform, slug).await?.0)
    }
}

impl<C: Composition> Opener<'_, C> {
    /// The settings, with `--data` over them.
    pub(super) fn layers(&self) -> Result<Layers, CliError> {
        let mut layers = Layers::load(Profile::Production, &self.sources.config, self.environment)?;
        if let Some(dir) = &self.sources.data {
            let url = format!("sqlite://{}", dir.join("tidegate.db").display());
            layers.set("database.url", Value::String(url), Source::Flag)?;
            if let Ok(kek) = std::fs::read_to_string(dir.join("kek")) {
                layers.set("secrets.kek", Value::String(kek.trim().to_owned()), Source::Flag)?;
            }
        }
        Ok(layers)
    }

    /// The settings of `dev`, which brings its own folder in.
    pub(super) fn dev_layers(&self) -> Result<Layers, CliError> {
        Ok(Layers::load(
            Profile::Development,
            &self.sources.config,
            self.environment,
        )?)
    }

    /// The folder of `dev`.
    pub(super) fn data(&self) -> PathBuf {
        self.sources.data.clone().unwrap_or_else(|| PathBuf::from("data"))
    }

    /// The frozen settings.
    pub(super) fn config(&self) -> Result<Config, CliError> {
        Ok(self.layers()?.build()?)
    }

    /// The database alone. A SQLite file that is missing is not made by accident.
    pub(super) async fn store(&self, config: &Config, missing: Missing) -> Result<Store, CliError> {
        if missing == Missing::Refuse {
            must_exist(config)?;
        }
        self.composition
            .open_store(config)
            .await
            .map_err(CliError::Failed)
    }

    /// Everything.
    pub(super) async fn open(&self) -> Result<Opened, CliError> {
        let config = self.config()?;
        let store = self.store(&config, Missing::Refuse).await?;
        store.migration_status().await?.check()?;
        self.platform_on(&config, store).await
    }

    /// The platform on an open database.
    pub(super) async fn platform_on(&self, config: &Config, store: Store) -> Result<Opened, CliError> {
        let origins = origins(config, store.everyone().meta(ORIGIN_MARK).await?.as_deref())?;
        let platform = self
            .composition
            .platform(config, store, origins)
            .map_err(CliError::Failed)?;
        check_kek(&platform)
            .await
            .map_err(|error| CliError::Failed(error.to_string()))?;
        Ok(Opened {
            platform,
            actor: Actor::command_line(),
        })
    }
}

/// What to do when the database's file is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// Say so.
    Refuse,
    /// Make it.
    Create,
}

/// Refuses a SQLite file that is not there: opening would make an empty one, wherever a typing mistake pointed.
pub(super) fn must_exist(config: &Config) -> Result<(), CliError> {
    match sqlite_path(config) {
        Some(path) if !path.exists() => Err(CliError::Failed(format!(
            "there is no database at {}; run `tidegate migrate` first",
            path.display()
        ))),
        _ => Ok(()),
    }
}

/// The file of a SQLite database.
pub(super) fn sqlite_path(config: &Config) -> Option<PathBuf> {
    let path = config.database.url.expose().strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
}

/// The addresses that issuers are made of: the configured one, else the one a server noted, else the listener's.
fn origins(config: &Config, noted: Option<&str>) -> Result<Origins, CliError> {
    if let Some(url) = &config.server.public_url {
        return Ok(Origins::new(url.clone(), Vec::new()));
    }
    let local = |host: &str| format!("http://{host}:{}", config.server.listen.port());
    let first = noted.map_or_else(|| local("localhost"), str::to_owned);
    let parse = |text: &str| Url::parse(text).map_err(|error| CliError::Failed(format!("{text}: {error}")));
    Ok(Origins::new(parse(&first)?, Vec::new()))
}
