//! Work that one node does at a time.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement, TransactionTrait};

use super::{Store, StoreError};

/// While this is held no other node does the same work. Dropping it, or the end of the process, lets the next one begin.
#[derive(Debug)]
#[must_use]
pub struct Alone {
    /// PostgreSQL releases the lock with the transaction. A SQLite database has one server, which is always alone.
    _lock: Option<DatabaseTransaction>,
}

/// Work that one node does at a time.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// Looking for campaigns.
    SecondPass,
}

impl Work {
    /// The number of the advisory lock.
    const fn lock(self) -> i64 {
        match self {
            Self::SecondPass => i64::from_be_bytes(*b"tg:pass2"),
        }
    }
}

impl Store {
    /// Begins work unless another node is at it; then `None`.
    ///
    /// # Errors
    /// The database.
    pub async fn alone(&self, work: Work) -> Result<Option<Alone>, StoreError> {
        if self.is_sqlite() {
            return Ok(Some(Alone { _lock: None }));
        }
        let lock = self.db().begin().await?;
        let ask = Statement::from_sql_and_values(
            DbBackend::Postgres,
            "SELECT pg_try_advisory_xact_lock($1)",
            [work.lock().into()],
        );
        let answer = lock.query_one_raw(ask).await?;
        let free = match answer {
            Some(row) => row.try_get_by_index::<bool>(0)?,
            None => false,
        };
        Ok(free.then_some(Alone { _lock: Some(lock) }))
    }
}
