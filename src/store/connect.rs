//! Opening the database.

use std::str::FromStr;
use std::sync::Arc;

use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::{DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector};

use super::error::StoreError;
use super::hot::HotReaders;
use super::writer::Writer;
use super::{Inner, Store, StoreOptions};

impl Store {
    /// Opens the database; a SQLite file is created when missing. Needs a running tokio runtime, which the writer's
    /// task of SQLite lives on. Checks nothing of the schema: see [`Store::migration_status`].
    ///
    /// # Errors
    /// [`StoreError::BadUrl`] for an address of another kind, [`StoreError::Unavailable`] when nothing answers.
    pub async fn open(options: &StoreOptions) -> Result<Self, StoreError> {
        match options.url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Self::open_sqlite(options).await,
            Some("postgres" | "postgresql") => Self::open_postgres(options).await,
            _ => Err(StoreError::BadUrl(
                "use sqlite://PATH or postgres://USER@HOST/DATABASE".to_owned(),
            )),
        }
    }

    async fn open_sqlite(options: &StoreOptions) -> Result<Self, StoreError> {
        let file = SqliteConnectOptions::from_str(&options.url)
            .map_err(|error| StoreError::BadUrl(error.to_string()))?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(options.wait)
            .statement_cache_capacity(256)
            .disable_statement_logging();
        // The writer comes first: it makes the file and its write-ahead log.
        let writer = file.connect().await?;
        let reading = file.clone().pragma("query_only", "ON");
        let hot = HotReaders::new(reading.clone());
        let readers = SqlitePoolOptions::new()
            .max_connections(options.max_connections.clamp(1, 8))
            .acquire_timeout(options.wait)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(reading.clone())
            .await?;
        Ok(Self {
            inner: Arc::new(Inner {
                db: SqlxSqliteConnector::from_sqlx_sqlite_pool(readers),
                writer: Writer::shared(writer, file.clone()),
                sqlite: Some(file),
                hot: Some(hot),
            }),
        })
    }

    async fn open_postgres(options: &StoreOptions) -> Result<Self, StoreError> {
        let server = PgConnectOptions::from_str(&options.url)
            .map_err(|error| StoreError::BadUrl(error.to_string()))?
            .application_name("tidegate")
            .statement_cache_capacity(256)
            .disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(options.max_connections.max(2))
            .acquire_timeout(options.wait)
            .test_before_acquire(false)
            .connect_with(server)
            .await?;
        let db = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
        Ok(Self {
            inner: Arc::new(Inner {
                writer: Writer::direct(db.clone()),
                db,
                sqlite: None,
                hot: None,
            }),
        })
    }
}

/// A SQLite connection that may change the schema, apart from the writer's.
pub(super) async fn schema_connection(file: &SqliteConnectOptions) -> Result<DatabaseConnection, StoreError> {
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(file.clone())
        .await?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}
