//! What the engine remembers. The bytes are the engine's; the store only keeps two writers from overwriting each other.

use sea_orm::{ColumnTrait, QueryFilter};

use crate::base::ids::UserId;
use crate::base::timestamp::Timestamp;
use crate::store::entity::{tenant_profiles, user_profiles};
use crate::store::rows::{at, bytes, text, time};
use crate::store::{Batch, StoreError, StoredProfile, TenantStore};

impl TenantStore {
    /// The engine's memory of a user.
    pub async fn user_profile(&self, user: UserId) -> Result<Option<StoredProfile>, StoreError> {
        let query = self
            .mine::<user_profiles::Entity>()
            .filter(user_profiles::Column::UserId.eq(user.0));
        Ok(query.one(self.db()).await?.map(|row| StoredProfile {
            summary: row.summary,
            updated_at: at(row.updated_at),
            version: row.version,
        }))
    }

    /// A memory of the whole tenant, by its name.
    pub async fn tenant_profile(&self, name: &str) -> Result<Option<StoredProfile>, StoreError> {
        let query = self
            .mine::<tenant_profiles::Entity>()
            .filter(tenant_profiles::Column::Name.eq(name));
        Ok(query.one(self.db()).await?.map(|row| StoredProfile {
            summary: row.summary,
            updated_at: at(row.updated_at),
            version: row.version,
        }))
    }
}

impl Batch {
    /// Stores the engine's memory of a user in place of the version that was read (0 when there was none). Conflict:
    /// `user_profiles.version`; read it again, learn again, and try again.
    pub fn save_user_profile(&mut self, user: UserId, summary: &[u8], read_version: i64, now: Timestamp) {
        self.require(
            "user_profiles.version",
            "INSERT INTO user_profiles (tenant_id, user_id, summary, updated_at, version) \
             VALUES ($1, $2, $3, $4, $5 + 1) ON CONFLICT (tenant_id, user_id) DO UPDATE \
             SET summary = excluded.summary, updated_at = excluded.updated_at, version = excluded.version \
             WHERE user_profiles.version = $5",
            vec![user.0.into(), bytes(summary), time(now), read_version.into()],
        );
    }

    /// Forgets what the engine remembers of a user.
    pub fn delete_user_profile(&mut self, user: UserId) {
        self.run(
            "DELETE FROM user_profiles WHERE tenant_id = $1 AND user_id = $2",
            vec![user.0.into()],
        );
    }

    /// Stores a memory of the whole tenant in place of the version that was read (0 when there was none). Conflict:
    /// `tenant_profiles.version`.
    pub fn save_tenant_profile(&mut self, name: &str, summary: &[u8], read_version: i64, now: Timestamp) {
        self.require(
            "tenant_profiles.version",
            "INSERT INTO tenant_profiles (tenant_id, name, summary, updated_at, version) \
             VALUES ($1, $2, $3, $4, $5 + 1) ON CONFLICT (tenant_id, name) DO UPDATE \
             SET summary = excluded.summary, updated_at = excluded.updated_at, version = excluded.version \
             WHERE tenant_profiles.version = $5",
            vec![text(name), bytes(summary), time(now), read_version.into()],
        );
    }
}
