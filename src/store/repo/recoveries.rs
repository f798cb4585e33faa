//! Waiting periods of people who lost their factors.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use crate::base::ids::{RecoveryId, UserId};
use crate::base::timestamp::Timestamp;
use crate::domain::recovery::{Recovery, RecoveryEnd};
use crate::store::entity::recoveries;
use crate::store::rows::{at, from_name, name_of, time};
use crate::store::{Batch, StoreError, TenantStore};

impl TryFrom<recoveries::Model> for Recovery {
    type Error = StoreError;

    fn try_from(row: recoveries::Model) -> Result<Self, StoreError> {
        let ended = match (&row.ended, row.ended_at) {
            (Some(how), Some(when)) => Some((from_name("end of a recovery", how)?, at(when))),
            _ => None,
        };
        Ok(Self {
            id: RecoveryId(row.id),
            user: UserId(row.user_id),
            asked_at: at(row.asked_at),
            opens_at: at(row.opens_at),
            closes_at: at(row.closes_at),
            ended,
        })
    }
}

impl TenantStore {
    /// The newest recovery of a user.
    pub async fn latest_recovery(&self, user: UserId) -> Result<Option<Recovery>, StoreError> {
        let query = self
            .mine::<recoveries::Entity>()
            .filter(recoveries::Column::UserId.eq(user.0))
            .order_by_desc(recoveries::Column::AskedAt)
            .order_by_desc(recoveries::Column::Id);
        query.one(self.db()).await?.map(Recovery::try_from).transpose()
    }
}

impl Batch {
    /// A new waiting period. Conflict: `recoveries.id`.
    pub fn insert_recovery(&mut self, recovery: &Recovery) {
        self.insert(
            "recoveries",
            vec![
                ("id", recovery.id.0.into()),
                ("user_id", recovery.user.0.into()),
                ("asked_at", time(recovery.asked_at)),
                ("opens_at", time(recovery.opens_at)),
                ("closes_at", time(recovery.closes_at)),
            ],
        );
    }

    /// Ends a recovery that was not ended before. Conflict when it was: `recoveries.ended`.
    pub fn use_recovery(&mut self, id: RecoveryId, now: Timestamp) {
        self.require(
            "recoveries.ended",
            "UPDATE recoveries SET ended = $3, ended_at = $4 WHERE tenant_id = $1 AND id = $2 AND ended IS NULL",
            vec![id.0.into(), name_of(&RecoveryEnd::Used).into(), time(now)],
        );
    }

    /// Ends the waiting period of a user's recovery at once; one that was stopped stays so.
    pub fn open_recovery(&mut self, user: UserId, now: Timestamp) {
        self.run(
            "UPDATE recoveries SET opens_at = $3 WHERE tenant_id = $1 AND user_id = $2 AND ended IS NULL AND opens_at > $3",
            vec![user.0.into(), time(now)],
        );
    }

    /// Stops whatever waiting period of a user is open.
    pub fn stop_recoveries(&mut self, user: UserId, now: Timestamp) {
        self.run(
            "UPDATE recoveries SET ended = $3, ended_at = $4 WHERE tenant_id = $1 AND user_id = $2 AND ended IS NULL",
            vec![user.0.into(), name_of(&RecoveryEnd::Stopped).into(), time(now)],
        );
    }
}
