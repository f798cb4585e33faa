//! A connection in the middle of a commit, of either database.

use sea_orm::sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sea_orm::sqlx::{self, Arguments as _, AssertSqlSafe, Row as _};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, Statement, Value};
use uuid::Uuid;

use super::error::StoreError;

/// What a batch runs on. SQLite's writer speaks to its connection directly: it keeps it, so it needs no pool, and each
/// statement is one message to the connection's thread.
pub(super) enum Session<'a> {
    /// The writer's connection.
    Sqlite(&'a mut SqliteConnection),
    /// A transaction.
    Postgres(&'a DatabaseTransaction),
    /// Any connection, for a batch of one statement.
    PostgresPool(&'a DatabaseConnection),
}

impl Session<'_> {
    /// Runs a statement and tells how many rows it changed.
    pub(super) async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(connection) => {
                let query = sqlx::query_with(AssertSqlSafe(sql), bind(values)?);
                Ok(query.execute(&mut **connection).await?.rows_affected())
            }
            Self::Postgres(transaction) => Ok(transaction
                .execute_raw(statement(sql, values))
                .await?
                .rows_affected()),
            Self::PostgresPool(db) => Ok(db.execute_raw(statement(sql, values)).await?.rows_affected()),
        }
    }

    /// Runs a statement of transaction control. SQLite only; PostgreSQL's transactions come with their session.
    pub(super) async fn control(&mut self, sql: &'static str) -> Result<(), StoreError> {
        if let Self::Sqlite(connection) = self {
            sqlx::query(sql).execute(&mut **connection).await?;
        }
        Ok(())
    }

    /// The end of a tenant's audit chain: number and hash of its last entry. Holds it until the commit; a tenant's first
    /// entry comes after number 0 and a hash of zeros.
    pub(super) async fn audit_head(&mut self, tenant: Uuid) -> Result<(i64, Vec<u8>), StoreError> {
        const SQL: &str = "INSERT INTO audit_head (tenant_id, seq, hash) VALUES ($1, 0, $2) \
                           ON CONFLICT (tenant_id) DO UPDATE SET seq = audit_head.seq RETURNING seq, hash";
        let values = [tenant.into(), vec![0_u8; 32].into()];
        match self {
            Self::Sqlite(connection) => {
                let row = sqlx::query_with(SQL, bind(&values)?)
                    .fetch_one(&mut **connection)
                    .await?;
                Ok((row.try_get(0)?, row.try_get(1)?))
            }
            Self::Postgres(transaction) => head(transaction.query_one_raw(statement(SQL, &values)).await?),
            Self::PostgresPool(db) => head(db.query_one_raw(statement(SQL, &values)).await?),
        }
    }
}

fn head(row: Option<sea_orm::QueryResult>) -> Result<(i64, Vec<u8>), StoreError> {
    let row = row.ok_or_else(|| StoreError::corrupt("no end of the audit chain"))?;
    Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))
}

fn statement(sql: &str, values: &[Value]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values.iter().cloned())
}

/// The values as SQLite's arguments. Only the kinds that rows hold.
pub(super) fn bind(values: &[Value]) -> Result<SqliteArguments, StoreError> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(values.len(), 0);
    for value in values {
        match value {
            Value::Bool(value) => arguments.add(*value),
            Value::BigInt(value) => arguments.add(*value),
            Value::Double(value) => arguments.add(*value),
            Value::String(value) => arguments.add(value.clone()),
            Value::Bytes(value) => arguments.add(value.clone()),
            Value::Uuid(value) => arguments.add(*value),
            other => Err(format!("a kind of value that no column has: {other:?}").into()),
        }
        .map_err(StoreError::corrupt)?;
    }
    Ok(arguments)
}
