//! What is written together.

use std::borrow::Cow;
use std::fmt::Write as _;

use sea_orm::Value;
use uuid::Uuid;

use crate::domain::event::AuditEntry;

/// Statements that are committed together or not at all. Made by [`super::TenantStore::batch`]; the methods that fill
/// it stand beside the reads of the same records, in `repo`.
#[derive(Debug)]
#[must_use = "a batch writes nothing until it is committed"]
pub struct Batch {
    tenant: Uuid,
    steps: Vec<Step>,
    audit: Vec<AuditEntry>,
    bump: bool,
}

/// One statement and what it expects.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) sql: Cow<'static, str>,
    pub(super) values: Vec<Value>,
    /// When set: at least one row must change, or this is the conflict.
    pub(super) require: Option<&'static str>,
}

impl Batch {
    pub(super) const fn new(tenant: Uuid) -> Self {
        Self {
            tenant,
            steps: Vec::new(),
            audit: Vec::new(),
            bump: false,
        }
    }

    /// Whether committing it would write nothing.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.audit.is_empty() && !self.bump
    }

    /// Adds an entry to the audit log. The store chains it to the entry before it, inside the commit.
    pub fn audit(&mut self, entry: AuditEntry) {
        self.audit.push(entry);
    }

    /// Tells every server that the tenant's settings, clients, keys or policy changed (see
    /// [`super::Everyone::changes_since`]).
    pub fn bump_change(&mut self) {
        self.bump = true;
    }

    /// Moves everything of another batch of the same tenant behind what is here.
    pub fn append(&mut self, other: Self) {
        debug_assert_eq!(self.tenant, other.tenant, "batches of one tenant");
        self.steps.extend(other.steps);
        self.audit.extend(other.audit);
        self.bump |= other.bump;
    }

    pub(super) const fn tenant(&self) -> Uuid {
        self.tenant
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    pub(super) fn audit_entries(&self) -> &[AuditEntry] {
        &self.audit
    }

    pub(super) const fn bumps(&self) -> bool {
        self.bump
    }

    /// Whether it is one statement, which needs no transaction of its own.
    pub(super) fn is_single(&self) -> bool {
        self.steps.len() == 1 && self.audit.is_empty() && !self.bump
    }

    /// A statement without a tenant parameter; it may change any number of rows.
    pub(super) fn raw(&mut self, sql: impl Into<Cow<'static, str>>, values: Vec<Value>) {
        self.steps.push(Step {
            sql: sql.into(),
            values,
            require: None,
        });
    }

    /// A statement whose first parameter is the tenant; it may change any number of rows.
    pub(super) fn run(&mut self, sql: impl Into<Cow<'static, str>>, values: Vec<Value>) {
        self.step(sql.into(), values, None);
    }

    /// A statement whose first parameter is the tenant; changing no row is the conflict `conflict`.
    pub(super) fn require(
        &mut self,
        conflict: &'static str,
        sql: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) {
        self.step(sql.into(), values, Some(conflict));
    }

    /// Inserts a row of the tenant; an existing key is a conflict by itself.
    pub(super) fn insert(&mut self, table: &'static str, row: Vec<(&'static str, Value)>) {
        let columns: Vec<&str> = row.iter().map(|(column, _)| *column).collect();
        let sql = insert_sql(table, &columns);
        let values = row.into_iter().map(|(_, value)| value).collect();
        self.step(sql.into(), values, None);
    }

    /// Updates the row of a versioned table whose key column has this value, if it still has the version that was read.
    /// The conflict is `table.version`.
    pub(super) fn update_versioned(
        &mut self,
        table: &'static str,
        key: (&'static str, Value),
        version: i64,
        row: Vec<(&'static str, Value)>,
    ) {
        let columns: Vec<&str> = row.iter().map(|(column, _)| *column).collect();
        let mut values = vec![key.1, version.into()];
        values.extend(row.into_iter().map(|(_, value)| value));
        self.step(
            update_sql(table, key.0, &columns).into(),
            values,
            Some(version_conflict(table)),
        );
    }

    fn step(&mut self, sql: Cow<'static, str>, more: Vec<Value>, require: Option<&'static str>) {
        let mut values = Vec::with_capacity(more.len() + 1);
        values.push(self.tenant.into());
        values.extend(more);
        self.steps.push(Step { sql, values, require });
    }
}

fn insert_sql(table: &str, columns: &[&str]) -> String {
    let mut sql = String::with_capacity(64 + columns.len() * 24);
    let _ = write!(sql, "INSERT INTO {table} (tenant_id");
    for column in columns {
        sql.push_str(", ");
        sql.push_str(column);
    }
    sql.push_str(") VALUES ($1");
    for place in 0..columns.len() {
        let _ = write!(sql, ", ${}", place + 2);
    }
    sql.push(')');
    sql
}

fn update_sql(table: &str, key: &str, columns: &[&str]) -> String {
    let mut sql = format!("UPDATE {table} SET version = version + 1");
    for (place, column) in columns.iter().enumerate() {
        let _ = write!(sql, ", {column} = ${}", place + 4);
    }
    let _ = write!(sql, " WHERE tenant_id = $1 AND {key} = $2 AND version = $3");
    sql
}

fn version_conflict(table: &str) -> &'static str {
    match table {
        "users" => "users.version",
        "clients" => "clients.version",
        "credentials" => "credentials.version",
        _ => "version",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inserts_number_their_parameters_after_the_tenant() {
        assert_eq!(
            insert_sql("t", &["a", "b"]),
            "INSERT INTO t (tenant_id, a, b) VALUES ($1, $2, $3)"
        );
    }
}
