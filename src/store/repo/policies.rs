//! Versions of policies.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::records;
use crate::base::ids::PolicyId;
use crate::base::page::{Page, PageRequest};
use crate::domain::policy_version::{PolicyMode, PolicyVersion};
use crate::store::entity::policy_versions::{Column, Entity, Model};
use crate::store::rows::{at, known, one_more, text, time};
use crate::store::{Batch, StoreError, TenantStore};

impl TryFrom<Model> for PolicyVersion {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: PolicyId(row.id),
            number: row.number,
            document: row.document,
            mode: known("policy mode", &row.mode, PolicyMode::from_name(&row.mode))?,
            note: row.note,
            created_at: at(row.created_at),
        })
    }
}

impl TenantStore {
    /// A version by its id.
    pub async fn policy(&self, id: PolicyId) -> Result<Option<PolicyVersion>, StoreError> {
        let found = self.mine::<Entity>().filter(Column::Id.eq(id.0)).one(self.db());
        found.await?.map(PolicyVersion::try_from).transpose()
    }

    /// A version by its number.
    pub async fn policy_by_number(&self, number: i64) -> Result<Option<PolicyVersion>, StoreError> {
        let found = self
            .mine::<Entity>()
            .filter(Column::Number.eq(number))
            .one(self.db());
        found.await?.map(PolicyVersion::try_from).transpose()
    }

    /// The versions that decide or observe, newest first.
    pub async fn live_policies(&self) -> Result<Vec<PolicyVersion>, StoreError> {
        let query = self
            .mine::<Entity>()
            .filter(Column::Mode.ne(PolicyMode::Retired.name()))
            .order_by_desc(Column::Number);
        records(query.all(self.db()).await?)
    }

    /// Every version, newest first.
    pub async fn policies(&self, page: &PageRequest) -> Result<Page<PolicyVersion>, StoreError> {
        let mut query = self.mine::<Entity>();
        if let Some(after) = page.after.as_ref().and_then(|after| after.0.parse::<i64>().ok()) {
            query = query.filter(Column::Number.lt(after));
        }
        let rows = query
            .order_by_desc(Column::Number)
            .limit(one_more(page))
            .all(self.db())
            .await?;
        let versions: Vec<PolicyVersion> = records(rows)?;
        Ok(Page::from_overfetched(versions, page, |version| {
            version.number.to_string()
        }))
    }

    /// The number of the newest version; 0 when there is none.
    pub async fn latest_policy_number(&self) -> Result<i64, StoreError> {
        self.number(
            "SELECT COALESCE(MAX(number), 0) FROM policy_versions WHERE tenant_id = $1",
            vec![],
        )
        .await
    }
}

impl Batch {
    /// A new version. Conflict when somebody published that number meanwhile: `policy_versions.number`. Add
    /// [`Batch::bump_change`].
    pub fn insert_policy(&mut self, version: &PolicyVersion) {
        self.insert(
            "policy_versions",
            vec![
                ("id", version.id.0.into()),
                ("number", version.number.into()),
                ("document", text(&version.document)),
                ("mode", text(version.mode.name())),
                ("note", text(&version.note)),
                ("created_at", time(version.created_at)),
            ],
        );
    }

    /// Changes what a version does. Conflict when there is no such version: `policy_versions.id`. Add
    /// [`Batch::bump_change`].
    pub fn set_policy_mode(&mut self, id: PolicyId, mode: PolicyMode) {
        self.require(
            "policy_versions.id",
            "UPDATE policy_versions SET mode = $3 WHERE tenant_id = $1 AND id = $2",
            vec![id.0.into(), text(mode.name())],
        );
    }

    /// Retires every version of a mode; before the next one takes its place. Add [`Batch::bump_change`].
    pub fn retire_policies(&mut self, mode: PolicyMode) {
        self.run(
            "UPDATE policy_versions SET mode = $3 WHERE tenant_id = $1 AND mode = $2",
            vec![text(mode.name()), text(PolicyMode::Retired.name())],
        );
    }
}
