//! The tenant's own record. Finding one by slug or host looks across tenants: see `everyone`.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Value};

use crate::base::ids::{Slug, TenantId};
use crate::base::timestamp::Timestamp;
use crate::domain::sealed::Sealed;
use crate::domain::tenant::Tenant;
use crate::store::entity::tenants::{Column, Entity, Model};
use crate::store::rows::{at, bytes, from_json, from_name, known, maybe_text, name_of, text, time, to_json};
use crate::store::{Batch, StoreError, TenantCounts, TenantStore};

impl TryFrom<Model> for Tenant {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: TenantId(row.id),
            slug: known("slug", &row.slug, Slug::parse(&row.slug))?,
            name: row.name,
            host: row.host,
            status: from_name("tenant status", &row.status)?,
            settings: from_json("tenant settings", &row.settings)?,
            refresh_key: Sealed::from_stored(row.refresh_key),
            blind_key: Sealed::from_stored(row.blind_key),
            created_at: at(row.created_at),
            version: row.version,
        })
    }
}

impl TenantStore {
    /// The tenant itself.
    pub async fn record(&self) -> Result<Option<Tenant>, StoreError> {
        let found = Entity::find().filter(Column::Id.eq(self.tenant)).one(self.db());
        found.await?.map(Tenant::try_from).transpose()
    }

    /// How much the tenant holds; sessions that are live at `now`.
    pub async fn counts(&self, now: Timestamp) -> Result<TenantCounts, StoreError> {
        let live = "SELECT COUNT(*) FROM sessions \
                    WHERE tenant_id = $1 AND ended_at IS NULL AND idle_expires_at > $2 AND expires_at > $2";
        Ok(TenantCounts {
            users: self.count("users").await?,
            clients: self.count("clients").await?,
            sessions: self.number(live, vec![time(now)]).await?,
            decisions: self.count("decisions").await?,
        })
    }

    async fn count(&self, table: &'static str) -> Result<i64, StoreError> {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE tenant_id = $1");
        self.number(&sql, vec![]).await
    }
}

impl Batch {
    /// The tenant's own row, first in its first batch.
    pub(in crate::store) fn insert_tenant(&mut self, tenant: &Tenant) {
        self.raw(
            "INSERT INTO tenants (id, slug, name, host, status, settings, refresh_key, blind_key, created_at, version) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            vec![
                tenant.id.0.into(),
                text(tenant.slug.as_str()),
                text(&tenant.name),
                maybe_text(tenant.host.as_deref()),
                name_of(&tenant.status).into(),
                to_json(&tenant.settings).into(),
                bytes(tenant.refresh_key.as_bytes()),
                bytes(tenant.blind_key.as_bytes()),
                time(tenant.created_at),
                tenant.version.into(),
            ],
        );
    }

    /// Changes name, status, settings and sealed keys of the tenant; slug and host never change. Conflict:
    /// `tenants.version`. Add [`Batch::bump_change`].
    pub fn update_tenant(&mut self, tenant: &Tenant) {
        let values: Vec<Value> = vec![
            tenant.version.into(),
            text(&tenant.name),
            name_of(&tenant.status).into(),
            to_json(&tenant.settings).into(),
            bytes(tenant.refresh_key.as_bytes()),
            bytes(tenant.blind_key.as_bytes()),
        ];
        self.require(
            "tenants.version",
            "UPDATE tenants SET version = version + 1, name = $3, status = $4, settings = $5, refresh_key = $6, \
             blind_key = $7 WHERE id = $1 AND version = $2",
            values,
        );
    }

    /// Removes the tenant and every row of it. Add [`Batch::bump_change`].
    pub fn delete_tenant(&mut self) {
        // Users take what hangs on them along.
        for table in [
            "users",
            "clients",
            "resources",
            "admin_links",
            "code_redemptions",
            "access_tokens",
            "revoked_tokens",
            "signing_keys",
            "policy_versions",
            "labels",
            "decisions",
            "tenant_profiles",
            "outbox",
            "mails",
            "logout_deliveries",
            "audit",
            "audit_head",
        ] {
            self.run(format!("DELETE FROM {table} WHERE tenant_id = $1"), vec![]);
        }
        self.run("DELETE FROM tenants WHERE id = $1", vec![]);
    }
}
