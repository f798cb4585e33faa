//! Versions of a tenant's risk model.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::records;
use crate::base::timestamp::Timestamp;
use crate::domain::risk_model::RiskModelVersion;
use crate::store::entity::risk_models::{Column, Entity, Model};
use crate::store::rows::{at, maybe_at, text, time};
use crate::store::{Batch, StoreError, TenantStore};

/// The most versions that are listed; a tenant that trains each week needs years to get there.
const MOST: u64 = 500;

impl TryFrom<Model> for RiskModelVersion {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            number: row.number,
            version: row.version,
            hash: row.hash,
            document: row.document,
            note: row.note,
            created_at: at(row.created_at),
            promoted_at: maybe_at(row.promoted_at),
        })
    }
}

impl TenantStore {
    /// The model promoted last; `None` while the compiled-in one scores.
    pub async fn live_risk_model(&self) -> Result<Option<RiskModelVersion>, StoreError> {
        let query = self
            .mine::<Entity>()
            .filter(Column::PromotedAt.is_not_null())
            .order_by_desc(Column::PromotedAt)
            .order_by_desc(Column::Number);
        query
            .one(self.db())
            .await?
            .map(RiskModelVersion::try_from)
            .transpose()
    }

    /// A model by its number.
    pub async fn risk_model(&self, number: i64) -> Result<Option<RiskModelVersion>, StoreError> {
        let query = self.mine::<Entity>().filter(Column::Number.eq(number));
        query
            .one(self.db())
            .await?
            .map(RiskModelVersion::try_from)
            .transpose()
    }

    /// The models, newest first, with their documents.
    pub async fn risk_models(&self) -> Result<Vec<RiskModelVersion>, StoreError> {
        let query = self.mine::<Entity>().order_by_desc(Column::Number).limit(MOST);
        records(query.all(self.db()).await?)
    }
}

impl Batch {
    /// A new model. Conflict when somebody took that number meanwhile: `risk_models.number`.
    pub fn insert_risk_model(&mut self, model: &RiskModelVersion) {
        self.insert(
            "risk_models",
            vec![
                ("number", model.number.into()),
                ("version", text(&model.version)),
                ("hash", text(&model.hash)),
                ("document", text(&model.document)),
                ("note", text(&model.note)),
                ("created_at", time(model.created_at)),
            ],
        );
    }

    /// Puts a model in force. Conflict when there is none of that number: `risk_models.number`. Add [`Batch::bump_change`].
    pub fn promote_risk_model(&mut self, number: i64, at: Timestamp) {
        self.require(
            "risk_models.number",
            "UPDATE risk_models SET promoted_at = $3 WHERE tenant_id = $1 AND number = $2",
            vec![number.into(), time(at)],
        );
    }

    /// Takes a model out of force; the one promoted before it is live again. Conflict when it is not in force any more:
    /// `risk_models.number`. Add [`Batch::bump_change`].
    pub fn demote_risk_model(&mut self, number: i64) {
        self.require(
            "risk_models.number",
            "UPDATE risk_models SET promoted_at = NULL WHERE tenant_id = $1 AND number = $2 AND promoted_at IS NOT NULL",
            vec![number.into()],
        );
    }
}
