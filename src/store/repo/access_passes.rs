//! Temporary access passes.

use std::time::Duration;

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::records;
use crate::base::ids::{AccessPassId, UserId};
use crate::base::timestamp::Timestamp;
use crate::domain::access_pass::{AccessPass, PassEnd};
use crate::store::entity::access_passes::{Column, Entity, Model};
use crate::store::rows::{at, bytes, from_name, name_of, text, time};
use crate::store::{Batch, StoreError, TenantStore};

impl TryFrom<Model> for AccessPass {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let ended = match (&row.ended, row.ended_at) {
            (Some(how), Some(when)) => Some((from_name("end of a pass", how)?, at(when))),
            _ => None,
        };
        Ok(Self {
            id: AccessPassId(row.id),
            user: UserId(row.user_id),
            reason: row.reason,
            life: Duration::from_secs(u64::try_from(row.life_secs).unwrap_or_default()),
            asked_by: UserId(row.asked_by),
            asked_at: at(row.asked_at),
            approved: row.approved_by.map(UserId).zip(row.approved_at.map(at)),
            expires_at: at(row.expires_at),
            hash: row.hash,
            ended,
        })
    }
}

impl TenantStore {
    /// A pass.
    pub async fn access_pass(&self, id: AccessPassId) -> Result<Option<AccessPass>, StoreError> {
        let query = self.mine::<Entity>().filter(Column::Id.eq(id.0));
        query.one(self.db()).await?.map(AccessPass::try_from).transpose()
    }

    /// Passes for a user, newest first.
    pub async fn access_passes_of(&self, user: UserId) -> Result<Vec<AccessPass>, StoreError> {
        let query = self
            .mine::<Entity>()
            .filter(Column::UserId.eq(user.0))
            .order_by_desc(Column::AskedAt)
            .order_by_desc(Column::Id);
        records(query.all(self.db()).await?)
    }

    /// Passes of all users that something may still come of, oldest first.
    pub async fn open_access_passes(&self, now: Timestamp) -> Result<Vec<AccessPass>, StoreError> {
        let query = self
            .mine::<Entity>()
            .filter(Column::Ended.is_null())
            .filter(Column::ExpiresAt.gt(now.micros()))
            .order_by_asc(Column::AskedAt)
            .order_by_asc(Column::Id);
        records(query.all(self.db()).await?)
    }
}

impl Batch {
    /// A new request for a pass. Conflict: `access_passes.id`.
    pub fn insert_access_pass(&mut self, pass: &AccessPass) {
        self.insert(
            "access_passes",
            vec![
                ("id", pass.id.0.into()),
                ("user_id", pass.user.0.into()),
                ("reason", text(&pass.reason)),
                (
                    "life_secs",
                    i64::try_from(pass.life.as_secs()).unwrap_or(i64::MAX).into(),
                ),
                ("asked_by", pass.asked_by.0.into()),
                ("asked_at", time(pass.asked_at)),
                ("expires_at", time(pass.expires_at)),
            ],
        );
    }

    /// Approves a pass that waits; from then on it works until `expires_at`. Conflict when it doesn't wait: `access_passes.state`.
    pub fn approve_access_pass(
        &mut self,
        id: AccessPassId,
        by: UserId,
        now: Timestamp,
        expires_at: Timestamp,
    ) {
        self.require(
            "access_passes.state",
            "UPDATE access_passes SET approved_by = $3, approved_at = $4, expires_at = $5 WHERE tenant_id = $1 AND id = $2 \
             AND approved_at IS NULL AND ended IS NULL AND asked_by <> $3 AND user_id <> $3 AND expires_at > $4",
            vec![id.0.into(), by.0.into(), time(now), time(expires_at)],
        );
    }

    /// Keeps the hash of a pass that is about to be shown. Conflict when it was shown or isn't approved: `access_passes.state`.
    pub fn issue_access_pass(&mut self, id: AccessPassId, hash: &[u8], now: Timestamp) {
        self.require(
            "access_passes.state",
            "UPDATE access_passes SET hash = $3 WHERE tenant_id = $1 AND id = $2 AND hash IS NULL AND approved_at IS NOT NULL \
             AND ended IS NULL AND expires_at > $4",
            vec![id.0.into(), bytes(hash), time(now)],
        );
    }

    /// Ends a pass that is open. Conflict when it isn't, so that none is used twice: `access_passes.state`.
    pub fn end_access_pass(&mut self, id: AccessPassId, how: PassEnd, now: Timestamp) {
        self.require(
            "access_passes.state",
            "UPDATE access_passes SET ended = $3, ended_at = $4 WHERE tenant_id = $1 AND id = $2 AND ended IS NULL AND expires_at > $4",
            vec![id.0.into(), name_of(&how).into(), time(now)],
        );
    }

    /// Takes back whatever pass of a user is open.
    pub fn revoke_access_passes(&mut self, user: UserId, now: Timestamp) {
        self.run(
            "UPDATE access_passes SET ended = $3, ended_at = $4 WHERE tenant_id = $1 AND user_id = $2 AND ended IS NULL AND expires_at > $4",
            vec![user.0.into(), name_of(&PassEnd::Revoked).into(), time(now)],
        );
    }
}
