//! `tidegate migrate`, `backup` and `restore`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::open::{Composition, Missing, Opener, sqlite_path};
use super::print::{CliError, Outcome};
use crate::admin;
use crate::store::Store;

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
    check_backup(opener, &args.file).await?;
    if path.exists() {
        if !args.yes {
            return Err(CliError::Usage(format!(
                "this replaces {}; say --yes to do it",
                path.display()
            )));
        }
        // The lock's file is made beside the database, so opening it costs nothing; a server that runs holds it.
        let store = opener.store(&config, Missing::Refuse).await?;
        let _lock = store.lock_for_server()?;
        store.close().await?;
        replace(&args.file, &path).map_err(|error| failed(&path, &error))?;
    } else {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        }
        replace(&args.file, &path).map_err(|error| failed(&path, &error))?;
    }
    Ok(Outcome::told(
        json!({"restored": path}),
        format!("restored {}", path.display()),
    ))
}

/// The backup must be a database of this program, or the good one would be gone for a bad one.
async fn check_backup<C: Composition>(opener: &Opener<'_, C>, file: &Path) -> Result<(), CliError> {
    if !file.exists() {
        return Err(CliError::Failed(format!("there is no file {}", file.display())));
    }
    let mut layers = opener.layers()?;
    let url = format!("sqlite://{}?mode=ro", file.display());
    layers.set(
        "database.url",
        toml::Value::String(url),
        crate::config::Source::Flag,
    )?;
    let config = layers.build()?;
    let store: Store = opener
        .composition
        .open_store(&config)
        .await
        .map_err(CliError::Failed)?;
    let status = store.migration_status().await?;
    store.close().await?;
    if status.applied.is_empty() {
        return Err(CliError::Failed(format!(
            "{} is no backup of this program",
            file.display()
        )));
    }
    if let Some(unknown) = status.unknown.last() {
        return Err(CliError::Failed(format!(
            "the backup is of a newer program (it has {unknown})"
        )));
    }
    Ok(())
}

/// Copies beside the database, then puts the copy in its place; a log left from before belongs to the old one and goes.
fn replace(backup: &Path, database: &Path) -> std::io::Result<()> {
    let beside = |suffix: &str| {
        let mut name = database.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let fresh = beside(".restoring");
    std::fs::copy(backup, &fresh)?;
    std::fs::File::open(&fresh)?.sync_all()?;
    for suffix in ["-wal", "-shm"] {
        match std::fs::remove_file(beside(suffix)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    std::fs::rename(fresh, database)
}
