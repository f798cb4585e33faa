//! Our copies of clients' logos.

use sea_orm::{ColumnTrait, QueryFilter};

use crate::base::ids::ClientId;
use crate::store::entity::client_logos::{Column, Entity};
use crate::store::rows::{at, bytes, text, time};
use crate::store::{Batch, ClientLogo, StoreError, TenantStore};

impl TenantStore {
    /// The logo of a client, where we have one.
    pub async fn client_logo(&self, id: &ClientId) -> Result<Option<ClientLogo>, StoreError> {
        let query = self.mine::<Entity>().filter(Column::ClientId.eq(id.as_str()));
        Ok(query.one(self.db()).await?.map(|row| ClientLogo {
            source: row.source,
            media_type: row.media_type,
            image: row.image,
            fetched_at: at(row.fetched_at),
        }))
    }

    /// Whether we have a logo of a client.
    pub async fn has_client_logo(&self, id: &ClientId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM client_logos WHERE tenant_id = $1 AND client_id = $2";
        let row = self.store.row(sql, self.values(vec![text(id.as_str())])).await?;
        Ok(row.is_some())
    }
}

impl Batch {
    /// Keeps a logo in place of the one that was there.
    pub fn save_client_logo(&mut self, id: &ClientId, logo: &ClientLogo) {
        self.delete_client_logo(id);
        self.insert(
            "client_logos",
            vec![
                ("client_id", text(id.as_str())),
                ("source", text(&logo.source)),
                ("media_type", text(&logo.media_type)),
                ("image", bytes(&logo.image)),
                ("fetched_at", time(logo.fetched_at)),
            ],
        );
    }

    /// Forgets a logo.
    pub fn delete_client_logo(&mut self, id: &ClientId) {
        self.run(
            "DELETE FROM client_logos WHERE tenant_id = $1 AND client_id = $2",
            vec![text(id.as_str())],
        );
    }
}
