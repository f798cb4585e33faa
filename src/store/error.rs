//! What can go wrong in the store, by what the caller can do about it.

use sea_orm::sqlx;
use sea_orm::{DbErr, RuntimeErr};

/// Why the store didn't do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// A precondition of a batch didn't hold, or a value that must be unique exists already. Names it as
    /// `table.column`. Nothing of the batch was written.
    #[error("the stored state stands against it: {0}")]
    Conflict(String),
    /// The database was too busy to answer in time; trying again may help.
    #[error("the database is busy")]
    Busy,
    /// The database can't be reached or can't write. The text is for logs.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A row doesn't hold what this build understands. The text is for logs.
    #[error("the database holds something unreadable: {0}")]
    Corrupt(String),
    /// Migrations are pending.
    #[error("the database's schema is older than this program; run `tidegate migrate`")]
    SchemaBehind,
    /// A newer program migrated this database.
    #[error("the database's schema is newer than this program (it has {0}); use a newer program")]
    SchemaAhead(String),
    /// Another server holds this SQLite database.
    #[error("a server is running on this database; stop it first")]
    ServerRunning,
    /// The address of the database isn't one of a kind we know.
    #[error("not a database address: {0}")]
    BadUrl(String),
}

impl StoreError {
    /// Whether this is the conflict of that name.
    pub fn is_conflict(&self, name: &str) -> bool {
        matches!(self, Self::Conflict(conflict) if conflict == name)
    }

    /// For a row that can't be read.
    pub(super) fn corrupt(what: impl std::fmt::Display) -> Self {
        Self::Corrupt(what.to_string())
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::Conn(RuntimeErr::SqlxError(inner))
            | DbErr::Exec(RuntimeErr::SqlxError(inner))
            | DbErr::Query(RuntimeErr::SqlxError(inner)) => Self::from_sqlx(inner.as_ref()),
            DbErr::ConnectionAcquire(_) => Self::Busy,
            DbErr::Conn(_) | DbErr::Exec(_) | DbErr::Query(_) | DbErr::Migration(_) => {
                Self::Unavailable(error.to_string())
            }
            _ => Self::Corrupt(error.to_string()),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::from_sqlx(&error)
    }
}

impl StoreError {
    fn from_sqlx(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(inner) => Self::from_database(inner.as_ref()),
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::RowNotFound
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::Decode(_)
            | sqlx::Error::TypeNotFound { .. } => Self::Corrupt(error.to_string()),
            _ => Self::Unavailable(error.to_string()),
        }
    }

    fn from_database(error: &dyn sqlx::error::DatabaseError) -> Self {
        use sqlx::error::ErrorKind;
        match error.kind() {
            ErrorKind::UniqueViolation => return Self::Conflict(unique_name(error)),
            ErrorKind::ForeignKeyViolation => return Self::Conflict("foreign_key".to_owned()),
            _ => {}
        }
        let code = error.code();
        let code = code.as_deref().unwrap_or_default();
        // SQLite gives its extended result code as a decimal number; its low byte is the primary code.
        let primary = code.parse::<i64>().ok().map(|code| code & 0xff);
        match (code, primary) {
            // PostgreSQL: serialization failure, deadlock, lock not available, statement cancelled by time.
            ("40001" | "40P01" | "55P03" | "57014", _) => Self::Busy,
            // PostgreSQL: undefined table or column.
            ("42P01" | "42703", _) => Self::SchemaBehind,
            // SQLite: BUSY, LOCKED.
            (short, Some(5 | 6)) if short.len() < 5 => Self::Busy,
            // SQLite: CORRUPT, NOTADB.
            (short, Some(11 | 26)) if short.len() < 5 => Self::Corrupt(error.message().to_owned()),
            _ if ["no such table", "no such column"]
                .iter()
                .any(|missing| error.message().starts_with(missing)) =>
            {
                Self::SchemaBehind
            }
            _ => Self::Unavailable(error.message().to_owned()),
        }
    }
}

/// The name of a violated uniqueness as `table.column`, the column being the last of the key. PostgreSQL tells the
/// constraint's name, which the migrations write as `table__column`; SQLite lists the columns.
fn unique_name(error: &dyn sqlx::error::DatabaseError) -> String {
    if let Some(constraint) = error.constraint() {
        return constraint.replacen("__", ".", 1);
    }
    let columns = error.message().rsplit("failed: ").next().unwrap_or_default();
    columns.rsplit(", ").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflicts_are_told_apart_by_name() {
        let error = StoreError::Conflict("users.email_key".into());
        assert!(error.is_conflict("users.email_key") && !error.is_conflict("users.sub"));
        assert!(!StoreError::Busy.is_conflict("users.sub"));
    }
}
