//! What users allowed clients.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::records;
use crate::base::ids::{ClientId, UserId};
use crate::store::entity::consents::{Column, Entity, Model};
use crate::store::rows::{at, client_id, text, time};
use crate::store::{Batch, Consent, StoreError, TenantStore};

impl TryFrom<Model> for Consent {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            user: UserId(row.user_id),
            client: client_id(&row.client_id)?,
            scope: row.scope,
            granted_at: at(row.granted_at),
        })
    }
}

impl TenantStore {
    /// What a user allowed a client.
    pub async fn consent(&self, user: UserId, client: &ClientId) -> Result<Option<Consent>, StoreError> {
        let query = self
            .mine::<Entity>()
            .filter(Column::UserId.eq(user.0))
            .filter(Column::ClientId.eq(client.as_str()));
        query.one(self.db()).await?.map(Consent::try_from).transpose()
    }

    /// What a user allowed, newest first.
    pub async fn consents_of(&self, user: UserId) -> Result<Vec<Consent>, StoreError> {
        let query = self
            .mine::<Entity>()
            .filter(Column::UserId.eq(user.0))
            .order_by_desc(Column::GrantedAt);
        records(query.all(self.db()).await?)
    }
}

impl Batch {
    /// Notes what a user allows a client, in place of what was allowed before.
    pub fn save_consent(&mut self, consent: &Consent) {
        self.run(
            "INSERT INTO consents (tenant_id, user_id, client_id, scope, granted_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (tenant_id, user_id, client_id) DO UPDATE \
             SET scope = excluded.scope, granted_at = excluded.granted_at",
            vec![
                consent.user.0.into(),
                text(consent.client.as_str()),
                text(&consent.scope),
                time(consent.granted_at),
            ],
        );
    }

    /// Forgets what a user allowed a client; its grants are to be revoked beside.
    pub fn delete_consent(&mut self, user: UserId, client: &ClientId) {
        self.run(
            "DELETE FROM consents WHERE tenant_id = $1 AND user_id = $2 AND client_id = $3",
            vec![user.0.into(), text(client.as_str())],
        );
    }
}
