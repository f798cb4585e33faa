//! The schema's version.

use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait};
use tidegate_migrations::{Migrator, MigratorTrait, VERSION_TABLE};

use super::Store;
use super::connect::schema_connection;
use super::error::StoreError;

/// How the database's schema stands to this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationStatus {
    /// Migrations that ran, oldest first.
    pub applied: Vec<String>,
    /// Migrations that are still to run, in order.
    pub pending: Vec<String>,
    /// Migrations that ran and that this program doesn't know: it is older than the database.
    pub unknown: Vec<String>,
}

impl MigrationStatus {
    /// Whether a server may work on this schema.
    ///
    /// # Errors
    /// [`StoreError::SchemaAhead`] and [`StoreError::SchemaBehind`].
    pub fn check(&self) -> Result<(), StoreError> {
        if let Some(unknown) = self.unknown.last() {
            return Err(StoreError::SchemaAhead(unknown.clone()));
        }
        if self.pending.is_empty() {
            Ok(())
        } else {
            Err(StoreError::SchemaBehind)
        }
    }
}

impl Store {
    /// How the schema stands. Reads only; an empty database has everything pending.
    pub async fn migration_status(&self) -> Result<MigrationStatus, StoreError> {
        let applied = if self.has_version_table().await? {
            let rows = self
                .rows(
                    &format!("SELECT version FROM {VERSION_TABLE} ORDER BY version"),
                    vec![],
                )
                .await?;
            rows.iter()
                .map(|row| row.try_get_by_index::<String>(0))
                .collect::<Result<Vec<_>, _>>()?
        } else {
            Vec::new()
        };
        let known = tidegate_migrations::names();
        Ok(MigrationStatus {
            pending: known
                .iter()
                .filter(|name| !applied.contains(name))
                .cloned()
                .collect(),
            unknown: applied
                .iter()
                .filter(|name| !known.contains(name))
                .cloned()
                .collect(),
            applied,
        })
    }

    async fn has_version_table(&self) -> Result<bool, StoreError> {
        let sql = if self.is_sqlite() {
            "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1"
        } else {
            "SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1"
        };
        Ok(self.row(sql, vec![VERSION_TABLE.into()]).await?.is_some())
    }

    /// Runs what is pending. Take [`Store::lock_for_server`] before, so that no server works meanwhile.
    ///
    /// # Errors
    /// [`StoreError::SchemaAhead`] when a newer program was here.
    pub async fn migrate(&self) -> Result<MigrationStatus, StoreError> {
        let status = self.migration_status().await?;
        if let Some(unknown) = status.unknown.last() {
            return Err(StoreError::SchemaAhead(unknown.clone()));
        }
        if !status.pending.is_empty() {
            match &self.inner.sqlite {
                Some(file) => {
                    let db = schema_connection(file).await?;
                    Migrator::up(&db, None).await?;
                    db.close().await?;
                }
                None => self.migrate_postgres().await?,
            }
        }
        self.migration_status().await
    }

    /// Copies a SQLite database, as it is at this moment, to a file that must not exist yet. Servers go on meanwhile.
    /// PostgreSQL has its own tools for that: [`StoreError::BadUrl`] says so.
    pub async fn backup_to(&self, file: &std::path::Path) -> Result<(), StoreError> {
        let Some(database) = &self.inner.sqlite else {
            return Err(StoreError::BadUrl(
                "use pg_dump for a PostgreSQL database".to_owned(),
            ));
        };
        let db = schema_connection(database).await?;
        let path = file.to_string_lossy().into_owned();
        let copy = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO $1", [path.into()]);
        let copied = db.execute_raw(copy).await;
        db.close().await?;
        copied?;
        Ok(())
    }

    /// Several nodes may start at once: one of them runs the migrations, the others wait for it and find nothing to do.
    async fn migrate_postgres(&self) -> Result<(), StoreError> {
        let lock = self.inner.db.begin().await?;
        lock.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            .await?;
        let migrated = Migrator::up(&self.inner.db, None).await;
        lock.rollback().await?;
        Ok(migrated?)
    }
}

/// The number of the advisory lock that PostgreSQL nodes migrate under: "tidegate" in ASCII.
const MIGRATION_LOCK: i64 = i64::from_be_bytes(*b"tidegate");
