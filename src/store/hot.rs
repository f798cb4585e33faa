//! Reads on the hot path of SQLite.
//!
//! A pool gives each connection back through a task that speaks to it once more to see whether it lives. For a read by
//! key that costs as much as the read. So the few reads that every refresh, userinfo and introspection makes have
//! connections of their own, kept open and taken in turns.

use std::sync::atomic::{AtomicUsize, Ordering};

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions as _, Connection as _};
use sea_orm::{QueryResult, Value};
use tokio::sync::Mutex;

use super::error::StoreError;
use super::session::bind;

/// How many connections: each is a thread, and a read by key takes microseconds.
const READERS: usize = 2;

/// Connections for reads by key.
#[derive(Debug)]
pub(super) struct HotReaders {
    options: SqliteConnectOptions,
    readers: [Mutex<Reader>; READERS],
    turn: AtomicUsize,
}

/// A connection's place.
#[derive(Debug)]
enum Reader {
    Open(SqliteConnection),
    /// The connection broke; the next read opens another.
    Lost,
    Closed,
}

impl HotReaders {
    /// Connections that are opened when they are first needed.
    pub(super) fn new(options: SqliteConnectOptions) -> Self {
        Self {
            options,
            readers: [const { Mutex::const_new(Reader::Lost) }; READERS],
            turn: AtomicUsize::new(0),
        }
    }

    /// The first row of a query.
    pub(super) async fn row(&self, sql: &str, values: &[Value]) -> Result<Option<QueryResult>, StoreError> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let [first, second] = &self.readers;
        let reader = if turn.is_multiple_of(2) { first } else { second };
        let mut reader = reader.lock().await;
        if matches!(*reader, Reader::Lost) {
            *reader = Reader::Open(self.options.connect().await?);
        }
        let Reader::Open(connection) = &mut *reader else {
            return Err(StoreError::Unavailable("the store was closed".to_owned()));
        };
        let query = sqlx::query_with(AssertSqlSafe(sql), bind(values)?);
        match query.fetch_optional(connection).await {
            Ok(row) => Ok(row.map(QueryResult::from)),
            Err(error) => {
                if !matches!(error, sqlx::Error::Database(_)) {
                    *reader = Reader::Lost;
                }
                Err(error.into())
            }
        }
    }

    /// Closes them for good.
    pub(super) async fn close(&self) {
        for reader in &self.readers {
            let closed = std::mem::replace(&mut *reader.lock().await, Reader::Closed);
            if let Reader::Open(connection) = closed {
                let _ = connection.close().await;
            }
        }
    }
}
