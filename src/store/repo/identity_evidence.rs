//! Evidence of verified identities.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::records;
use crate::base::ids::{DecisionId, EvidenceId, UserId};
use crate::base::timestamp::Timestamp;
use crate::domain::identity::IdentityEvidence;
use crate::domain::sealed::Sealed;
use crate::store::entity::identity_evidence::{Column, Entity, Model};
use crate::store::rows::{at, bytes, text, time};
use crate::store::{Batch, StoreError, TenantStore};

impl TryFrom<Model> for IdentityEvidence {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: EvidenceId(row.id),
            user: UserId(row.user_id),
            decision: row.decision_id.map(DecisionId),
            issuer: row.issuer,
            trust_framework: row.trust_framework,
            at: at(row.at),
            content: Sealed::from_stored(row.content),
            expires_at: at(row.expires_at),
        })
    }
}

impl TenantStore {
    /// What is kept about a user, newest first.
    pub async fn identity_evidence_of(&self, user: UserId) -> Result<Vec<IdentityEvidence>, StoreError> {
        let query = self
            .mine::<Entity>()
            .filter(Column::UserId.eq(user.0))
            .order_by_desc(Column::At)
            .order_by_desc(Column::Id);
        records(query.all(self.db()).await?)
    }
}

impl Batch {
    /// New evidence. Conflict: `identity_evidence.id`.
    pub fn insert_identity_evidence(&mut self, evidence: &IdentityEvidence) {
        self.insert(
            "identity_evidence",
            vec![
                ("id", evidence.id.0.into()),
                ("user_id", evidence.user.0.into()),
                ("decision_id", evidence.decision.map(|id| id.0).into()),
                ("issuer", text(&evidence.issuer)),
                ("trust_framework", text(&evidence.trust_framework)),
                ("at", time(evidence.at)),
                ("content", bytes(evidence.content.as_bytes())),
                ("expires_at", time(evidence.expires_at)),
            ],
        );
    }

    /// Deletes evidence whose time is over.
    pub fn delete_old_identity_evidence(&mut self, now: Timestamp) {
        self.run(
            "DELETE FROM identity_evidence WHERE tenant_id = $1 AND expires_at <= $2",
            vec![time(now)],
        );
    }
}
