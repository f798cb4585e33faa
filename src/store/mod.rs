//! The database: SQLite or PostgreSQL behind one set of functions.
//!
//! # Tenancy
//!
//! A [`TenantStore`] is the only way to a tenant's rows, and no function takes a tenant's id: it comes with the handle.
//! The few jobs that look across tenants start from [`Store::everyone`], a name to search for in reviews.
//!
//! # Reading and writing
//!
//! Reads are functions of [`TenantStore`]. Writes are collected in a [`Batch`] and committed together:
//!
//! ```ignore
//! let mut batch = tenant.batch();
//! batch.insert_user(&user);
//! batch.insert_credential(&password);
//! batch.event(&event);
//! tenant.commit(batch).await?;
//! ```
//!
//! Every statement of a batch carries what it expects. If an expectation fails, or a unique value exists already, the
//! commit gives [`StoreError::Conflict`] and nothing of the batch is written. A commit answers after the database has it
//! durably (SQLite: `synchronous=FULL`; PostgreSQL: its `synchronous_commit`).
//!
//! # Shared commits
//!
//! SQLite has one writer: a task that takes every batch which arrived while the previous commit ran and commits them in
//! one transaction, each in a savepoint of its own. There is no timer: a lone batch is committed at once. PostgreSQL
//! groups commits by itself, so each batch is its own transaction there.
//!
//! # Versions
//!
//! Records with a `version` are updated by handing in the record *with the version that was read*; the row gets the
//! next one. Somebody else's change in between is the conflict `table.version`.

mod alone;
mod batch;
mod connect;
mod entity;
mod error;
mod everyone;
mod hot;
mod lock;
mod records;
mod repo;
mod rows;
mod schema;
mod session;
mod writer;

use std::sync::Arc;

use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement, Value};
use uuid::Uuid;

pub use self::alone::{Alone, Work};
pub use self::batch::Batch;
pub use self::error::StoreError;
pub use self::everyone::{Changes, Everyone};
use self::hot::HotReaders;
pub use self::lock::ServerLock;
pub use self::records::*;
pub use self::repo::audit::AuditVerdict;
pub use self::repo::decisions::DecisionFilter;
pub use self::schema::MigrationStatus;
use self::writer::Writer;
use crate::base::ids::TenantId;

#[cfg(test)]
mod tests;

/// How to reach the database.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// `sqlite://PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`.
    pub url: String,
    /// Most connections: readers for SQLite (it has one writer besides), all for PostgreSQL.
    pub max_connections: u32,
    /// How long a request may wait for a connection, and SQLite for a lock of another process.
    pub wait: std::time::Duration,
}

impl StoreOptions {
    /// The usual limits for a database.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: 16,
            wait: std::time::Duration::from_secs(5),
        }
    }
}

/// An open database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// For reads; on SQLite its connections refuse to write.
    db: DatabaseConnection,
    writer: Writer,
    /// How to connect to the file of a SQLite database.
    sqlite: Option<SqliteConnectOptions>,
    /// SQLite's connections for reads by key.
    hot: Option<HotReaders>,
}

impl Store {
    /// The rows of one tenant.
    pub fn tenant(&self, tenant: TenantId) -> TenantStore {
        TenantStore {
            store: self.clone(),
            tenant: tenant.0,
        }
    }

    /// The few jobs that look across tenants.
    pub fn everyone(&self) -> Everyone {
        Everyone { store: self.clone() }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.inner.db.ping().await?)
    }

    /// Closes the connections after what is under way. Batches that come later are refused.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.inner.writer.close().await;
        if let Some(hot) = &self.inner.hot {
            hot.close().await;
        }
        Ok(self.inner.db.clone().close().await?)
    }

    /// Whether this is SQLite.
    pub fn is_sqlite(&self) -> bool {
        self.backend() == DbBackend::Sqlite
    }

    fn backend(&self) -> DbBackend {
        self.inner.db.get_database_backend()
    }

    fn db(&self) -> &DatabaseConnection {
        &self.inner.db
    }

    async fn rows(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, StoreError> {
        let statement = Statement::from_sql_and_values(self.backend(), sql, values);
        Ok(self.db().query_all_raw(statement).await?)
    }

    async fn row(&self, sql: &str, values: Vec<Value>) -> Result<Option<QueryResult>, StoreError> {
        if let Some(hot) = &self.inner.hot {
            return hot.row(sql, &values).await;
        }
        let statement = Statement::from_sql_and_values(self.backend(), sql, values);
        Ok(self.db().query_one_raw(statement).await?)
    }
}

/// The rows of one tenant. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TenantStore {
    store: Store,
    tenant: Uuid,
}

impl TenantStore {
    /// Whose rows.
    pub fn tenant_id(&self) -> TenantId {
        TenantId(self.tenant)
    }

    /// An empty batch for this tenant.
    pub fn batch(&self) -> Batch {
        Batch::new(self.tenant)
    }

    /// Writes a batch: all of it, or nothing. Answers when it is durable.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with the name of what stood against it.
    pub async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        if batch.tenant() != self.tenant {
            return Err(StoreError::Corrupt("a batch of another tenant".to_owned()));
        }
        self.store.inner.writer.commit(batch).await
    }

    fn db(&self) -> &DatabaseConnection {
        self.store.db()
    }

    /// One number of a query whose first parameter is the tenant.
    async fn number(&self, sql: &str, more: Vec<Value>) -> Result<i64, StoreError> {
        match self.store.row(sql, self.values(more)).await? {
            Some(row) => Ok(row.try_get_by_index(0)?),
            None => Ok(0),
        }
    }

    fn values(&self, more: Vec<Value>) -> Vec<Value> {
        let mut values = Vec::with_capacity(more.len() + 1);
        values.push(self.tenant.into());
        values.extend(more);
        values
    }
}
