//! Signing keys.

use sea_orm::QueryOrder;

use super::records;
use crate::base::ids::KeyId;
use crate::base::timestamp::Timestamp;
use crate::domain::key::{KeyStatus, SigningAlg, SigningKey};
use crate::domain::sealed::Sealed;
use crate::store::entity::signing_keys::{Column, Entity, Model};
use crate::store::rows::{at, bytes, known, maybe_at, maybe_time, text, time};
use crate::store::{Batch, StoreError, TenantStore};

impl TryFrom<Model> for SigningKey {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: KeyId(row.id),
            alg: known("key algorithm", &row.alg, SigningAlg::from_name(&row.alg))?,
            status: known("key status", &row.status, KeyStatus::from_name(&row.status))?,
            kid: row.kid,
            private: Sealed::from_stored(row.private),
            public_jwk: row.public_jwk,
            created_at: at(row.created_at),
            activates_at: at(row.activates_at),
            retired_at: maybe_at(row.retired_at),
        })
    }
}

impl TenantStore {
    /// Every signing key, oldest first.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        let query = self
            .mine::<Entity>()
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id);
        records(query.all(self.db()).await?)
    }
}

impl Batch {
    /// A new signing key. Conflicts: `signing_keys.kid`, `signing_keys.id`. Add [`Batch::bump_change`].
    pub fn insert_signing_key(&mut self, key: &SigningKey) {
        self.insert(
            "signing_keys",
            vec![
                ("id", key.id.0.into()),
                ("kid", text(&key.kid)),
                ("alg", text(key.alg.name())),
                ("status", text(key.status.name())),
                ("private", bytes(key.private.as_bytes())),
                ("public_jwk", text(&key.public_jwk)),
                ("created_at", time(key.created_at)),
                ("activates_at", time(key.activates_at)),
                ("retired_at", maybe_time(key.retired_at)),
            ],
        );
    }

    /// Makes the next key sign, as of `at`. Conflict when it isn't next: `signing_keys.status`. Add
    /// [`Batch::bump_change`].
    pub fn activate_signing_key(&mut self, id: KeyId, at: Timestamp) {
        self.require(
            "signing_keys.status",
            "UPDATE signing_keys SET status = $3, activates_at = $4 \
             WHERE tenant_id = $1 AND id = $2 AND status = $5",
            vec![
                id.0.into(),
                text(KeyStatus::Active.name()),
                time(at),
                text(KeyStatus::Next.name()),
            ],
        );
    }

    /// Stops a key from signing; it stays published. Conflict when it is retired already: `signing_keys.status`. Add
    /// [`Batch::bump_change`].
    pub fn retire_signing_key(&mut self, id: KeyId, at: Timestamp) {
        self.require(
            "signing_keys.status",
            "UPDATE signing_keys SET status = $3, retired_at = $4 \
             WHERE tenant_id = $1 AND id = $2 AND status <> $3",
            vec![id.0.into(), text(KeyStatus::Retired.name()), time(at)],
        );
    }

    /// Puts a key's private part under another key-encryption key.
    pub fn reseal_signing_key(&mut self, id: KeyId, private: &Sealed) {
        self.run(
            "UPDATE signing_keys SET private = $3 WHERE tenant_id = $1 AND id = $2",
            vec![id.0.into(), bytes(private.as_bytes())],
        );
    }

    /// Removes a retired key. Conflict when it isn't retired: `signing_keys.status`. Add [`Batch::bump_change`].
    pub fn delete_signing_key(&mut self, id: KeyId) {
        self.require(
            "signing_keys.status",
            "DELETE FROM signing_keys WHERE tenant_id = $1 AND id = $2 AND status = $3",
            vec![id.0.into(), text(KeyStatus::Retired.name())],
        );
    }
}
