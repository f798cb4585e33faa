//! One server a SQLite database.

use std::fs::{File, OpenOptions, TryLockError};

use super::Store;
use super::error::StoreError;

/// Held by a running server; the operating system releases it when the process ends, however it ends.
#[derive(Debug)]
pub struct ServerLock {
    _file: Option<File>,
}

impl Store {
    /// Takes the lock that a server holds on a SQLite database (a lock on the file `DATABASE.lock`). Restoring, and
    /// migrating with work to do, take it too. On PostgreSQL many servers share a database, and nothing is locked.
    ///
    /// # Errors
    /// [`StoreError::ServerRunning`] when another process holds it.
    pub fn lock_for_server(&self) -> Result<ServerLock, StoreError> {
        let Some(database) = &self.inner.sqlite else {
            return Ok(ServerLock { _file: None });
        };
        let mut path = database.get_filename().as_os_str().to_owned();
        path.push(".lock");
        let unavailable =
            |error: std::io::Error| StoreError::Unavailable(format!("the lock beside the database: {error}"));
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(unavailable)?;
        match file.try_lock() {
            Ok(()) => Ok(ServerLock { _file: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(StoreError::ServerRunning),
            Err(TryLockError::Error(error)) => Err(unavailable(error)),
        }
    }
}
