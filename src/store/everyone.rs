//! The few jobs that look across tenants.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Value};
use uuid::Uuid;

use super::batch::Batch;
use super::entity::{browsers, changes, meta, outbox, tenants};
use super::error::StoreError;
use super::rows::{at, hash, maybe_at, one_more, text, time};
use super::{Browser, OutboxItem, Store};
use crate::base::ids::{BrowserId, EventId, TenantId};
use crate::base::page::{Page, PageRequest};
use crate::base::secret::TokenHash;
use crate::base::timestamp::Timestamp;
use crate::domain::event::Event;
use crate::domain::tenant::Tenant;

/// A handle on all tenants. Search for `everyone()` to find every place that has one.
#[derive(Clone, Debug)]
pub struct Everyone {
    pub(super) store: Store,
}

/// What changed since a place in the counter of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// Tenants that changed; a deleted one is among them.
    pub tenants: Vec<TenantId>,
    /// Where to go on from.
    pub seq: i64,
}

/// What the retention rule removes: a table, the key of its rows, and the column that says since when a row is old.
const EXPIRING: [(&str, &str, &str); 12] = [
    ("access_passes", "id", "expires_at"),
    ("sessions", "id", "expires_at"),
    ("grants", "id", "keep_until"),
    ("code_redemptions", "code_hash", "redeemed_at"),
    ("access_tokens", "hash", "expires_at"),
    ("revoked_tokens", "hash", "expires_at"),
    ("admin_links", "hash", "expires_at"),
    ("initial_access_tokens", "id", "expires_at"),
    ("notices", "hash", "expires_at"),
    ("recoveries", "id", "closes_at"),
    ("mails", "id", "created_at"),
    ("logout_deliveries", "session_id", "created_at"),
];

/// Rows that one deletion removes at most, so that it never holds the writer for long.
const CHUNK: i64 = 1_000;

impl Everyone {
    /// Begins the batch of a new tenant with its own row; commit it with [`super::TenantStore::commit`] of that tenant.
    /// Conflicts: `tenants.slug`, `tenants.host`, `tenants.id`.
    pub fn new_tenant(&self, tenant: &Tenant) -> Batch {
        let mut batch = Batch::new(tenant.id.0);
        batch.insert_tenant(tenant);
        batch
    }

    /// The tenant of a slug.
    pub async fn tenant_by_slug(&self, slug: &str) -> Result<Option<Tenant>, StoreError> {
        let query = tenants::Entity::find().filter(tenants::Column::Slug.eq(slug));
        query
            .one(self.store.db())
            .await?
            .map(Tenant::try_from)
            .transpose()
    }

    /// The tenant with a host of its own.
    pub async fn tenant_by_host(&self, host: &str) -> Result<Option<Tenant>, StoreError> {
        let query = tenants::Entity::find().filter(tenants::Column::Host.eq(host));
        query
            .one(self.store.db())
            .await?
            .map(Tenant::try_from)
            .transpose()
    }

    /// Tenants by slug.
    pub async fn tenants(&self, page: &PageRequest) -> Result<Page<Tenant>, StoreError> {
        let mut query = tenants::Entity::find();
        if let Some(after) = &page.after {
            query = query.filter(tenants::Column::Slug.gt(after.0.as_str()));
        }
        let rows = query
            .order_by_asc(tenants::Column::Slug)
            .limit(one_more(page))
            .all(self.store.db())
            .await?;
        let found: Vec<Tenant> = rows.into_iter().map(Tenant::try_from).collect::<Result<_, _>>()?;
        Ok(Page::from_overfetched(found, page, |tenant| {
            tenant.slug.as_str().to_owned()
        }))
    }

    /// Every tenant, by slug: for the snapshot that requests are served from.
    pub async fn all_tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        let query = tenants::Entity::find().order_by_asc(tenants::Column::Slug);
        let rows = query.all(self.store.db()).await?;
        rows.into_iter().map(Tenant::try_from).collect()
    }

    /// Whether there is no tenant yet.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self
            .store
            .row("SELECT 1 FROM tenants LIMIT 1", vec![])
            .await?
            .is_none())
    }

    /// Where the counter of changes stands.
    pub async fn change_seq(&self) -> Result<i64, StoreError> {
        let row = self
            .store
            .row("SELECT seq FROM change_clock WHERE id = 1", vec![])
            .await?;
        let row = row.ok_or_else(|| StoreError::corrupt("no counter of changes"))?;
        Ok(row.try_get_by_index(0)?)
    }

    /// Which tenants changed since a place in the counter (0 is its beginning). Cheap enough to ask each second.
    pub async fn changes_since(&self, seq: i64) -> Result<Changes, StoreError> {
        let rows = changes::Entity::find()
            .filter(changes::Column::Seq.gt(seq))
            .order_by_asc(changes::Column::Seq)
            .all(self.store.db())
            .await?;
        Ok(Changes {
            seq: rows.last().map_or(seq, |row| row.seq),
            tenants: rows.into_iter().map(|row| TenantId(row.tenant_id)).collect(),
        })
    }

    /// What a browser's cookie value stands for. Retired values too: whether one is still good, or was copied, depends
    /// on when it was retired.
    pub async fn browser(&self, value: &TokenHash) -> Result<Option<Browser>, StoreError> {
        let query = browsers::Entity::find().filter(browsers::Column::Hash.eq(value.as_bytes().to_vec()));
        Ok(query.one(self.store.db()).await?.map(|row| Browser {
            id: BrowserId(row.browser_id),
            issued_at: at(row.issued_at),
            retired_at: maybe_at(row.retired_at),
        }))
    }

    /// Events that are due for delivery, oldest first.
    pub async fn pending_events(&self, now: Timestamp, limit: u16) -> Result<Vec<OutboxItem>, StoreError> {
        let rows = outbox::Entity::find()
            .filter(outbox::Column::DeliveredAt.is_null())
            .filter(outbox::Column::NextAttemptAt.lte(now.micros()))
            .order_by_asc(outbox::Column::NextAttemptAt)
            .order_by_asc(outbox::Column::Id)
            .limit(u64::from(limit))
            .all(self.store.db())
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(OutboxItem {
                    tenant: TenantId(row.tenant_id),
                    attempts: row.attempts,
                    event: Event::try_from(row)?,
                })
            })
            .collect()
    }

    /// Notes that events were delivered.
    pub async fn mark_delivered(
        &self,
        events: &[(TenantId, EventId)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut batch = Batch::new(Uuid::nil());
        for (tenant, event) in events {
            batch.raw(
                "UPDATE outbox SET delivered_at = $3, attempts = attempts + 1 WHERE tenant_id = $1 AND id = $2",
                vec![tenant.0.into(), event.0.into(), time(now)],
            );
        }
        self.write(batch).await
    }

    /// Notes that an event couldn't be delivered, and when to try again.
    pub async fn retry_event(
        &self,
        tenant: TenantId,
        event: EventId,
        next_attempt_at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut batch = Batch::new(Uuid::nil());
        batch.raw(
            "UPDATE outbox SET next_attempt_at = $3, attempts = attempts + 1 WHERE tenant_id = $1 AND id = $2",
            vec![tenant.0.into(), event.0.into(), time(next_attempt_at)],
        );
        self.write(batch).await
    }

    /// Removes what expired before a time: sessions, grants, tokens, redeemed codes, links, and mails logged and events
    /// delivered before it. Decisions have a time of their own, audit entries stay. Removes a bounded number of rows at once and goes on
    /// until nothing is left; answers how many rounds found something.
    pub async fn expire(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut rounds = 0;
        for tenant in self.all_tenants().await? {
            for (table, key, column) in EXPIRING {
                let old = format!("tenant_id = $1 AND {column} < $2");
                rounds += self.expire_rows(tenant.id.0, table, key, &old, before).await?;
            }
            let old = "tenant_id = $1 AND at < $2 AND delivered_at IS NOT NULL";
            rounds += self.expire_rows(tenant.id.0, "outbox", "id", old, before).await?;
        }
        let mut batch = Batch::new(Uuid::nil());
        batch.raw("DELETE FROM browsers WHERE retired_at < $1", vec![time(before)]);
        self.write(batch).await?;
        Ok(rounds)
    }

    /// Removes a tenant's history before a time: decisions with their labels, and account events, delivered or not.
    /// Bounded rounds as in [`Everyone::expire`]; answers how many found something.
    pub async fn expire_history(&self, tenant: TenantId, before: Timestamp) -> Result<u64, StoreError> {
        let labels = "tenant_id = $1 AND decision_id IN \
                      (SELECT id FROM decisions WHERE tenant_id = $1 AND at < $2)";
        let old = "tenant_id = $1 AND at < $2";
        Ok(self.expire_rows(tenant.0, "labels", "id", labels, before).await?
            + self.expire_rows(tenant.0, "decisions", "id", old, before).await?
            + self.expire_rows(tenant.0, "outbox", "id", old, before).await?)
    }

    async fn expire_rows(
        &self,
        tenant: Uuid,
        table: &str,
        key: &str,
        old: &str,
        before: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut rounds = 0;
        loop {
            let some = format!("SELECT 1 FROM {table} WHERE {old} LIMIT 1");
            if self
                .store
                .row(&some, vec![tenant.into(), time(before)])
                .await?
                .is_none()
            {
                return Ok(rounds);
            }
            let mut batch = Batch::new(tenant);
            batch.run(
                format!(
                    "DELETE FROM {table} WHERE tenant_id = $1 AND {key} IN \
                     (SELECT {key} FROM {table} WHERE {old} LIMIT $3)"
                ),
                vec![time(before), CHUNK.into()],
            );
            self.write(batch).await?;
            rounds += 1;
        }
    }

    /// A mark of the database itself.
    pub async fn meta(&self, name: &str) -> Result<Option<String>, StoreError> {
        let found = meta::Entity::find_by_id(name.to_owned())
            .one(self.store.db())
            .await?;
        Ok(found.map(|row| row.value))
    }

    /// Sets a mark of the database itself.
    pub async fn set_meta(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let mut batch = Batch::new(Uuid::nil());
        batch.raw(
            "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            vec![text(name), text(value)],
        );
        self.write(batch).await
    }

    /// Whether the development profile made this database: `serve` refuses such a one.
    pub async fn is_dev(&self) -> Result<bool, StoreError> {
        Ok(self.meta(DEV_MARK).await?.is_some())
    }

    /// Marks the database as the development profile's.
    pub async fn mark_dev(&self) -> Result<(), StoreError> {
        self.set_meta(DEV_MARK, "1").await
    }

    /// Forgets a browser: every value it was given.
    pub async fn forget_browser(&self, value: &TokenHash) -> Result<(), StoreError> {
        let mut batch = Batch::new(Uuid::nil());
        let values: Vec<Value> = vec![hash(value)];
        batch.raw(
            "DELETE FROM browsers WHERE browser_id IN (SELECT browser_id FROM browsers WHERE hash = $1)",
            values,
        );
        self.write(batch).await
    }

    async fn write(&self, batch: Batch) -> Result<(), StoreError> {
        self.store.inner.writer.commit(batch).await
    }
}

const DEV_MARK: &str = "dev";
