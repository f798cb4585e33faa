//! Protected resources.

use sea_orm::QueryOrder;

use super::records;
use crate::protocol::resource::{Resource, ResourceId};
use crate::store::entity::resources::{Column, Entity, Model};
use crate::store::rows::{at, client_id, from_json, maybe_text, parsed, text, time, to_json};
use crate::store::{Batch, StoreError, TenantStore};

impl TryFrom<Model> for Resource {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            identifier: parsed::<ResourceId>("resource", &row.identifier)?,
            scopes: row.scope.split_whitespace().map(str::to_owned).collect(),
            sensitive: row
                .sensitive_scope
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            client: row.client_id.as_deref().map(client_id).transpose()?,
            created_at: at(row.created_at),
            details: match &row.detail_types {
                Some(stored) => from_json("types of details", stored)?,
                None => Vec::new(),
            },
        })
    }
}

impl TenantStore {
    /// Every resource of the tenant, by identifier.
    pub async fn resources(&self) -> Result<Vec<Resource>, StoreError> {
        let query = self.mine::<Entity>().order_by_asc(Column::Identifier);
        records(query.all(self.db()).await?)
    }
}

impl Batch {
    /// A new resource. Conflict: `resources.identifier`. Add [`Batch::bump_change`].
    pub fn insert_resource(&mut self, resource: &Resource) {
        self.insert(
            "resources",
            vec![
                ("identifier", text(resource.identifier.as_str())),
                ("scope", resource.scopes.join(" ").into()),
                ("sensitive_scope", resource.sensitive.join(" ").into()),
                (
                    "client_id",
                    maybe_text(resource.client.as_ref().map(crate::base::ids::ClientId::as_str)),
                ),
                ("created_at", time(resource.created_at)),
                ("detail_types", to_json(&resource.details).into()),
            ],
        );
    }

    /// Removes a resource; tokens that were made for it run out. Conflict when there is none: `resources.identifier`. Add
    /// [`Batch::bump_change`].
    pub fn delete_resource(&mut self, identifier: &ResourceId) {
        self.require(
            "resources.identifier",
            "DELETE FROM resources WHERE tenant_id = $1 AND identifier = $2",
            vec![text(identifier.as_str())],
        );
    }
}
