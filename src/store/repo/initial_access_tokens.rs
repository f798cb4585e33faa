//! What lets apps register themselves.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::records;
use crate::base::ids::InitialAccessTokenId;
use crate::base::secret::TokenHash;
use crate::base::timestamp::Timestamp;
use crate::store::entity::initial_access_tokens::{Column, Entity, Model};
use crate::store::rows::{at, hash, text, time};
use crate::store::{Batch, InitialAccessToken, StoreError, TenantStore};

impl TryFrom<Model> for InitialAccessToken {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: InitialAccessTokenId(row.id),
            note: row.note,
            uses_left: row.uses_left,
            created_at: at(row.created_at),
            expires_at: at(row.expires_at),
        })
    }
}

impl TenantStore {
    /// Tokens that still work, newest first.
    pub async fn initial_access_tokens(&self, now: Timestamp) -> Result<Vec<InitialAccessToken>, StoreError> {
        let query = self
            .mine::<Entity>()
            .filter(Column::ExpiresAt.gt(now.micros()))
            .filter(Column::UsesLeft.gt(0))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id);
        records(query.all(self.db()).await?)
    }

    /// A token that still works, by its hash.
    pub async fn initial_access_token(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<InitialAccessToken>, StoreError> {
        let query = self
            .mine::<Entity>()
            .filter(Column::Hash.eq(token.as_bytes().to_vec()))
            .filter(Column::ExpiresAt.gt(now.micros()))
            .filter(Column::UsesLeft.gt(0));
        let found = query.one(self.db()).await?;
        found.map(InitialAccessToken::try_from).transpose()
    }
}

impl Batch {
    /// A new token.
    pub fn insert_initial_access_token(&mut self, token: &InitialAccessToken, hashed: &TokenHash) {
        self.insert(
            "initial_access_tokens",
            vec![
                ("id", token.id.0.into()),
                ("hash", hash(hashed)),
                ("note", text(&token.note)),
                ("uses_left", token.uses_left.into()),
                ("created_at", time(token.created_at)),
                ("expires_at", time(token.expires_at)),
            ],
        );
    }

    /// Uses a token once. Conflict when it is void or used up: `initial_access_tokens.uses`.
    pub fn use_initial_access_token(&mut self, id: InitialAccessTokenId, now: Timestamp) {
        self.require(
            "initial_access_tokens.uses",
            "UPDATE initial_access_tokens SET uses_left = uses_left - 1 \
             WHERE tenant_id = $1 AND id = $2 AND uses_left > 0 AND expires_at > $3",
            vec![id.0.into(), time(now)],
        );
    }

    /// Removes a token; what registered with it stays. Conflict when there is none: `initial_access_tokens.uses`.
    pub fn delete_initial_access_token(&mut self, id: InitialAccessTokenId) {
        self.require(
            "initial_access_tokens.uses",
            "DELETE FROM initial_access_tokens WHERE tenant_id = $1 AND id = $2",
            vec![id.0.into()],
        );
    }
}
