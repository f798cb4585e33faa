//! Logout tokens on their way to apps. The rows are made where a session ends ([`Batch::end_session`]), by the database itself, so
//! that no way of ending one can forget an app.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Value};

use super::records;
use crate::base::ids::{ClientId, SessionId, TenantId};
use crate::base::timestamp::Timestamp;
use crate::store::entity::logout_deliveries::{Column, Entity, Model};
use crate::store::rows::{at, client_id, from_name, maybe_text, text, time};
use crate::store::{Batch, DeliveryStatus, Everyone, LogoutDelivery, StoreError, TenantStore};

impl TryFrom<Model> for LogoutDelivery {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            session: SessionId(row.session_id),
            client: client_id(&row.client_id)?,
            sid: row.sid,
            sub: row.sub,
            status: from_name("delivery status", &row.status)?,
            attempts: row.attempts,
            detail: row.detail,
            created_at: at(row.created_at),
            updated_at: at(row.updated_at),
        })
    }
}

impl TenantStore {
    /// The last deliveries to an app, newest first.
    pub async fn logout_deliveries(
        &self,
        client: &ClientId,
        limit: u16,
    ) -> Result<Vec<LogoutDelivery>, StoreError> {
        let query = self
            .mine::<Entity>()
            .filter(Column::ClientId.eq(client.as_str()))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::SessionId)
            .limit(u64::from(limit));
        records(query.all(self.db()).await?)
    }
}

impl Everyone {
    /// Deliveries that are due, oldest first.
    pub async fn due_logouts(
        &self,
        now: Timestamp,
        limit: u16,
    ) -> Result<Vec<(TenantId, LogoutDelivery)>, StoreError> {
        let rows = Entity::find()
            .filter(Column::Status.eq(DeliveryStatus::Queued.name()))
            .filter(Column::NextAttemptAt.lte(now.micros()))
            .order_by_asc(Column::NextAttemptAt)
            .limit(u64::from(limit))
            .all(self.store.db())
            .await?;
        rows.into_iter()
            .map(|row| Ok((TenantId(row.tenant_id), LogoutDelivery::try_from(row)?)))
            .collect()
    }
}

impl Batch {
    /// Queues a delivery to every app of the sessions that `sessions` selects (a condition on `s`, over parameters from `$2` on)
    /// and that are live; `$3` is the time. Belongs in front of the statement that ends them.
    pub(super) fn queue_logouts(&mut self, sessions: &str, values: Vec<Value>) {
        self.run(
            format!(
                "INSERT INTO logout_deliveries (tenant_id, session_id, client_id, sid, sub, status, attempts, created_at, \
                 updated_at, next_attempt_at) \
                 SELECT DISTINCT s.tenant_id, s.id, g.client_id, s.sid, u.sub, 'queued', 0, $3, $3, $3 FROM sessions s \
                 JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id \
                 JOIN grants g ON g.tenant_id = s.tenant_id AND g.session_id = s.id \
                 JOIN clients c ON c.tenant_id = g.tenant_id AND c.id = g.client_id \
                 WHERE s.tenant_id = $1 AND {sessions} AND s.ended_at IS NULL AND c.backchannel_logout_uri IS NOT NULL \
                 ON CONFLICT DO NOTHING"
            ),
            values,
        );
    }

    /// Takes a delivery in hand and says when it is due again if nothing is heard of this attempt. Of several servers one gets it:
    /// conflict `logout_deliveries.attempts`.
    pub fn claim_logout(&mut self, delivery: &LogoutDelivery, due_again_at: Timestamp) {
        self.require(
            "logout_deliveries.attempts",
            "UPDATE logout_deliveries SET attempts = attempts + 1, next_attempt_at = $5 \
             WHERE tenant_id = $1 AND session_id = $2 AND client_id = $3 AND attempts = $4 AND status = 'queued'",
            vec![
                delivery.session.0.into(),
                text(delivery.client.as_str()),
                delivery.attempts.into(),
                time(due_again_at),
            ],
        );
    }

    /// Notes how an attempt went. When the delivery is over, whom it was about is forgotten.
    pub fn note_logout(
        &mut self,
        delivery: &LogoutDelivery,
        status: DeliveryStatus,
        detail: &str,
        now: Timestamp,
    ) {
        self.run(
            "UPDATE logout_deliveries SET status = $4, detail = $5, updated_at = $6, sub = $7 \
             WHERE tenant_id = $1 AND session_id = $2 AND client_id = $3",
            vec![
                delivery.session.0.into(),
                text(delivery.client.as_str()),
                text(status.name()),
                text(detail),
                time(now),
                maybe_text(
                    delivery
                        .sub
                        .as_deref()
                        .filter(|_| status == DeliveryStatus::Queued),
                ),
            ],
        );
    }
}
