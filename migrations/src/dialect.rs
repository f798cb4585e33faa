//! The differences between the two databases, in one place. Migrations write `@` types:
//!
//! | token | SQLite | PostgreSQL |
//! |---|---|---|
//! | `@uuid` | `BLOB` | `UUID` |
//! | `@bytes` | `BLOB` | `BYTEA` |
//! | `@int` | `INTEGER` | `BIGINT` |
//! | `@bool` | `INTEGER` | `BOOLEAN` |
//! | `@real` | `REAL` | `DOUBLE PRECISION` |
//! | `@text` | `TEXT` | `TEXT COLLATE "C"` |
//! | `@table` | `STRICT` | nothing |
//! | `@compact` | `STRICT, WITHOUT ROWID` | nothing |
//!
//! Text compares by bytes in both, so a list has one order and a prefix is a range. `@compact` is for short rows that
//! are only ever found by their key.
//!
//! Names of keys carry meaning: the store tells its callers which uniqueness was violated as `table.column`, which
//! PostgreSQL gives as the constraint's name. So each is called `table__column` after its last column.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Runs statements after putting in the database's own types.
pub(crate) async fn run(manager: &SchemaManager<'_>, statements: &str) -> Result<(), DbErr> {
    let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
    let pairs: [(&str, &str, &str); 8] = [
        ("@uuid", "BLOB", "UUID"),
        ("@bytes", "BLOB", "BYTEA"),
        ("@int", "INTEGER", "BIGINT"),
        ("@bool", "INTEGER", "BOOLEAN"),
        ("@real", "REAL", "DOUBLE PRECISION"),
        ("@text", "TEXT", "TEXT COLLATE \"C\""),
        ("@table", "STRICT", ""),
        ("@compact", "STRICT, WITHOUT ROWID", ""),
    ];
    let sql = pairs
        .iter()
        .fold(statements.to_owned(), |sql, (token, lite, postgres)| {
            sql.replace(token, if sqlite { lite } else { postgres })
        });
    manager.get_connection().execute_unprepared(&sql).await?;
    Ok(())
}

/// Declares the migration of a file: its statements, run in a transaction on either database.
macro_rules! migration {
    ($statements:expr) => {
        /// The migration of this file.
        #[derive(Debug, sea_orm_migration::prelude::DeriveMigrationName)]
        pub(crate) struct Migration;

        #[sea_orm_migration::prelude::async_trait::async_trait]
        impl sea_orm_migration::prelude::MigrationTrait for Migration {
            async fn up(
                &self,
                manager: &sea_orm_migration::prelude::SchemaManager,
            ) -> Result<(), sea_orm_migration::prelude::DbErr> {
                crate::dialect::run(manager, $statements).await
            }

            fn use_transaction(&self) -> Option<bool> {
                Some(true)
            }
        }
    };
}

pub(crate) use migration;
