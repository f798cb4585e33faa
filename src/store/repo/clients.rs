//! Clients.

use sea_orm::sea_query::{Expr, LikeExpr};
use sea_orm::{ColumnTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Value};

use super::records;
use crate::base::ids::ClientId;
use crate::base::page::{Page, PageRequest};
use crate::base::secret::TokenHash;
use crate::base::timestamp::Timestamp;
use crate::domain::client::Client;
use crate::store::entity::clients::{Column, Entity, Model};
use crate::store::rows::{
    at, client_id, containing, from_json, hash, maybe_text, maybe_time, one_more, search_key, text, time,
    to_json, token_hash,
};
use crate::store::{Batch, StoreError, TenantStore};

impl TryFrom<Model> for Client {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: client_id(&row.id)?,
            metadata: from_json("client metadata", &row.metadata)?,
            secrets: from_json("client secrets", &row.secrets)?,
            settings: from_json("client settings", &row.settings)?,
            created_at: at(row.created_at),
            updated_at: at(row.updated_at),
            version: row.version,
        })
    }
}

impl TenantStore {
    /// A client.
    pub async fn client(&self, id: &ClientId) -> Result<Option<Client>, StoreError> {
        let found = self
            .mine::<Entity>()
            .filter(Column::Id.eq(id.as_str()))
            .one(self.db());
        found.await?.map(Client::try_from).transpose()
    }

    /// Every client, for the snapshot that requests are served from.
    pub async fn all_clients(&self) -> Result<Vec<Client>, StoreError> {
        records(
            self.mine::<Entity>()
                .order_by_asc(Column::Id)
                .all(self.db())
                .await?,
        )
    }

    /// Clients whose id or name contains what was typed (all without), by id.
    pub async fn clients(&self, typed: Option<&str>, page: &PageRequest) -> Result<Page<Client>, StoreError> {
        let mut query = self.mine::<Entity>();
        if let Some(typed) = typed.filter(|typed| !typed.trim().is_empty()) {
            let pattern = LikeExpr::new(containing(typed)).escape('\\');
            query = query.filter(Expr::col(Column::SearchKey).like(pattern));
        }
        if let Some(after) = &page.after {
            query = query.filter(Column::Id.gt(after.0.as_str()));
        }
        let rows = query
            .order_by_asc(Column::Id)
            .limit(one_more(page))
            .all(self.db())
            .await?;
        let clients: Vec<Client> = records(rows)?;
        Ok(Page::from_overfetched(clients, page, |client| {
            client.id.as_str().to_owned()
        }))
    }

    /// The hash of a client's registration access token (RFC 7592 section 2), when it has one.
    pub async fn registration_token(&self, id: &ClientId) -> Result<Option<TokenHash>, StoreError> {
        let found = self
            .mine::<Entity>()
            .filter(Column::Id.eq(id.as_str()))
            .one(self.db());
        let stored = found.await?.and_then(|row| row.registration_hash);
        stored.map(|bytes| token_hash(&bytes)).transpose()
    }
}

fn row_of(client: &Client) -> Vec<(&'static str, Value)> {
    let search = search_key(&[Some(client.id.as_str()), client.metadata.client_name.as_deref()]);
    vec![
        ("search_key", search.into()),
        ("metadata", to_json(&client.metadata).into()),
        ("secrets", to_json(&client.secrets).into()),
        ("settings", to_json(&client.settings).into()),
        // Also in a column of its own: the database queues logout tokens by it.
        (
            "backchannel_logout_uri",
            maybe_text(client.metadata.backchannel_logout_uri.as_deref()),
        ),
        ("updated_at", time(client.updated_at)),
    ]
}

impl TenantStore {
    /// Clients that registered themselves, that nobody granted anything, and whose time is over.
    pub async fn unused_clients(&self, before: Timestamp, most: u64) -> Result<Vec<ClientId>, StoreError> {
        let sql = format!("SELECT id FROM clients WHERE tenant_id = $1 AND {UNUSED} LIMIT $3");
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let values = self.values(vec![time(before), most.into()]);
        let rows = self.store.rows(&sql, values).await?;
        rows.iter()
            .map(|row| client_id(&row.try_get_by_index::<String>(0)?))
            .collect()
    }
}

/// Which clients count as unused before a time, the second parameter.
const UNUSED: &str = "unused_until < $2 AND NOT EXISTS \
    (SELECT 1 FROM grants WHERE grants.tenant_id = clients.tenant_id AND grants.client_id = clients.id)";

impl Batch {
    /// Until when a client that registered itself is kept though nobody granted it anything; `None` for always. Conflict when there is no
    /// such client: `clients.id`.
    pub fn keep_unused_client(&mut self, id: &ClientId, until: Option<Timestamp>) {
        self.require(
            "clients.id",
            "UPDATE clients SET unused_until = $3 WHERE tenant_id = $1 AND id = $2",
            vec![text(id.as_str()), maybe_time(until)],
        );
    }

    /// Removes a client that is still unused. Conflict when it no longer is: `clients.id`. Add [`Batch::bump_change`].
    pub fn delete_unused_client(&mut self, id: &ClientId, before: Timestamp) {
        self.require(
            "clients.id",
            format!("DELETE FROM clients WHERE tenant_id = $1 AND id = $3 AND {UNUSED}"),
            vec![time(before), text(id.as_str())],
        );
        self.delete_belongings(id);
    }

    /// A new client. Conflict: `clients.id`. Add [`Batch::bump_change`].
    pub fn insert_client(&mut self, client: &Client) {
        let mut row = row_of(client);
        row.push(("id", text(client.id.as_str())));
        row.push(("created_at", time(client.created_at)));
        row.push(("version", client.version.into()));
        self.insert("clients", row);
    }

    /// Changes a client. Conflict: `clients.version`. Add [`Batch::bump_change`].
    pub fn update_client(&mut self, client: &Client) {
        let key = ("id", text(client.id.as_str()));
        self.update_versioned("clients", key, client.version, row_of(client));
    }

    /// Sets the registration access token of a client (RFC 7592 section 2). Conflict when there is no such client:
    /// `clients.id`.
    pub fn set_registration_token(&mut self, id: &ClientId, token: &TokenHash) {
        self.require(
            "clients.id",
            "UPDATE clients SET registration_hash = $3 WHERE tenant_id = $1 AND id = $2",
            vec![text(id.as_str()), hash(token)],
        );
    }

    /// Removes a client and what users allowed it; its grants are to be revoked beside. Conflict when it is gone
    /// already: `clients.id`. Add [`Batch::bump_change`].
    pub fn delete_client(&mut self, id: &ClientId) {
        self.delete_belongings(id);
        self.require(
            "clients.id",
            "DELETE FROM clients WHERE tenant_id = $1 AND id = $2",
            vec![text(id.as_str())],
        );
    }

    fn delete_belongings(&mut self, id: &ClientId) {
        for table in ["consents", "client_logos"] {
            self.run(
                format!("DELETE FROM {table} WHERE tenant_id = $1 AND client_id = $2"),
                vec![text(id.as_str())],
            );
        }
    }
}
