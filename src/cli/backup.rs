//! `tidegate migrate`, `backup` and `restore`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::open::{Composition, Missing, Opener, sqlite_path};
use super::print::{CliError, Outcome};
use crate::admin;
use crate::config::Config;

/// `migrate`.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// Change nothing; say what is missing (exit 1 when something is).
    #[arg(long)]
    pub check: bool,
}

/// `backup`.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// Where the copy goes; must not exist yet.
    pub file: PathBuf,
}

/// `restore`.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The backup.
    pub file: PathBuf,
    /// Replace the database that is there.
    #[arg(long)]
    pub yes: bool,
}

pub(super) async fn migrate<C: Composition>(
    opener: &Opener<'_, C>,
    args: &MigrateArgs,
) -> Result<Outcome, CliError> {
    let config = opener.config()?;
    let missing = if args.check {
        Missing::Refuse
    } else {
        Missing::Create
    };
    if let (Missing::Create, Some(folder)) = (missing, sqlite_path(&config).as_deref().and_then(Path::parent))
    {
        std::fs::create_dir_all(folder)
            .map_err(|error| CliError::Failed(format!("cannot create {}: {error}", folder.display())))?;
    }
    let store = opener.store(&config, missing).await?;
    let status = store.migration_status().await?;
    if args.check {
        return Ok(report(&status));
    }
    if !status.pending.is_empty() {
        let _lock = store.lock_for_server()?;
        store.migrate().await?;
    }
    let after = store.migration_status().await?;
    after.check()?;
    // The operators' tenant has keys, which need the key-encryption key.
    let operators = if config.secrets.kek.expose().is_empty() {
        "waits for secrets.kek; run migrate again with it"
    } else {
        let opened = opener.platform_on(&config, store).await?;
        admin::ensure_system_tenant(&opened.platform).await?;
        "is there"
    };
    let json = json!({"applied": status.pending, "pending": after.pending, "system_tenant": operators});
    let text = format!(
        "{} migrations applied; the operators' tenant {operators}",
        status.pending.len()
    );
    Ok(Outcome::told(json, text))
}

fn report(status: &crate::store::MigrationStatus) -> Outcome {
    let json = json!({"applied": status.applied, "pending": status.pending, "unknown": status.unknown});
    if status.check().is_ok() {
        return Outcome::told(json, "the schema is up to date");
    }
    let text = if status.unknown.is_empty() {
        format!("missing: {}; run `tidegate migrate`", status.pending.join(", "))
    } else {
        format!(
            "a newer program migrated this database: {}",
            status.unknown.join(", ")
        )
    };
    Outcome::told(json, text).as_failure()
}

pub(super) async fn backup<C: Composition>(
    opener: &Opener<'_, C>,
    args: &BackupArgs,
) -> Result<Outcome, CliError> {
    let config = opener.config()?;
    let store = opener.store(&config, Missing::Refuse).await?;
    if !store.is_sqlite() {
        return Err(CliError::Failed(
            "this is a PostgreSQL database: back it up with pg_dump".to_owned(),
        ));
    }
    if args.file.exists() {
        return Err(CliError::Failed(format!(
            "{} exists already",
            args.file.display()
        )));
    }
    store.backup_to(&args.file).await?;
    let bytes = std::fs::metadata(&args.file).map_or(0, |file| file.len());
    let text = format!(
        "{} ({bytes} bytes). The key (secrets.kek) is not in it: keep it apart",
        args.file.display()
    );
    Ok(Outcome::told(json!({"file": args.file, "bytes": bytes}), text))
}

pub(super) async fn restore<C: Composition>(
    opener: &Opener<'_, C>,
    args: &RestoreArgs,
) -> Result<Outcome, CliError> {
    let config = opener.config()?;
    let Some(path) = sqlite_path(&config) else {
        return Err(CliError::Failed(
            "this is a PostgreSQL database: restore it with pg_restore or psql".to_owned(),
        ));
    };
    let failed =
        |what: &Path, error: &dyn std::fmt::Display| CliError::Failed(format!("{}: {error}", what.display()));
    if !args.file.exists() {
        return Err(CliError::Failed(format!(
            "there is no file {}",
            args.file.display()
        )));
    }
    if path.exists() && !args.yes {
        return Err(CliError::Usage(format!(
            "this replaces {}; say --yes to do it",
            path.display()
        )));
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    }
    let fresh = beside(&path, ".restoring");
    std::fs::copy(&args.file, &fresh).map_err(|error| failed(&fresh, &error))?;
    let checked = check_backup(opener, &fresh).await;
    let put = match checked {
        // The lock's file lies beside the database; a server that runs holds it.
        Ok(()) if path.exists() => put_locked(opener, &config, &fresh, &path).await,
        Ok(()) => replace(&fresh, &path).map_err(|error| failed(&path, &error)),
        Err(error) => Err(error),
    };
    if put.is_err() {
        remove_with_logs(&fresh).map_err(|error| failed(&fresh, &error))?;
    }
    put?;
    Ok(Outcome::told(
        json!({"restored": path}),
        format!("restored {}", path.display()),
    ))
}

async fn put_locked<C: Composition>(
    opener: &Opener<'_, C>,
    config: &Config,
    fresh: &Path,
    database: &Path,
) -> Result<(), CliError> {
    let store = opener.store(config, Missing::Refuse).await?;
    let _lock = store.lock_for_server()?;
    store.close().await?;
    replace(fresh, database).map_err(|error| CliError::Failed(format!("{}: {error}", database.display())))
}

/// The backup must be a database of this program, or the good one would be gone for a bad one. A copy is looked at, so that
/// opening it leaves the backup as it is.
async fn check_backup<C: Composition>(opener: &Opener<'_, C>, copy: &Path) -> Result<(), CliError> {
    let mut layers = opener.layers()?;
    let url = format!("sqlite://{}", copy.display());
    layers.set(
        "database.url",
        toml::Value::String(url),
        crate::config::Source::Flag,
    )?;
    let config = layers.build()?;
    let foreign = |_| CliError::Failed("the file is no backup of this program".to_owned());
    let store = opener.composition.open_store(&config).await.map_err(foreign)?;
    let status = store.migration_status().await;
    store.close().await?;
    let status = status.map_err(|error| foreign(error.to_string()))?;
    if status.applied.is_empty() {
        return Err(foreign(String::new()));
    }
    if let Some(unknown) = status.unknown.last() {
        return Err(CliError::Failed(format!(
            "the backup is of a newer program (it has {unknown})"
        )));
    }
    Ok(())
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Removes a database's logs, which belong to what it held before.
fn remove_logs(database: &Path) -> std::io::Result<()> {
    for suffix in ["-wal", "-shm"] {
        match std::fs::remove_file(beside(database, suffix)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn remove_with_logs(database: &Path) -> std::io::Result<()> {
    remove_logs(database)?;
    std::fs::remove_file(database)
}

/// Puts a checked copy in the place of a database.
fn replace(fresh: &Path, database: &Path) -> std::io::Result<()> {
    remove_logs(fresh)?;
    std::fs::File::open(fresh)?.sync_all()?;
    remove_logs(database)?;
    std::fs::rename(fresh, database)
}
