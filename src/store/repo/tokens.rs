//! Opaque access tokens, and tokens revoked one by one.

use std::sync::LazyLock;

use sea_orm::FromQueryResult;

use super::grants::columns;
use crate::base::ids::GrantId;
use crate::base::secret::TokenHash;
use crate::base::timestamp::Timestamp;
use crate::store::entity::access_tokens::{Entity, Model};
use crate::store::rows::{at, client_id, from_json, hash, text, time, to_json, token_hash};
use crate::store::{AccessToken, Batch, StoreError, TenantStore};

impl TryFrom<Model> for AccessToken {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            hash: token_hash(&row.hash)?,
            grant: row.grant_id.map(GrantId),
            client: client_id(&row.client_id)?,
            created_at: at(row.created_at),
            expires_at: at(row.expires_at),
            claims: from_json("access token claims", &row.claims)?,
        })
    }
}

impl TenantStore {
    /// The opaque access token of a hash, unless it or its grant was revoked. Expired ones too, until they are removed:
    /// the caller compares `expires_at`.
    pub async fn access_token(&self, token: &TokenHash) -> Result<Option<AccessToken>, StoreError> {
        static SQL: LazyLock<String> = LazyLock::new(|| {
            format!(
                "SELECT {} FROM access_tokens a \
             LEFT JOIN grants g ON g.tenant_id = a.tenant_id AND g.id = a.grant_id \
             WHERE a.tenant_id = $1 AND a.hash = $2 \
             AND (a.grant_id IS NULL OR (g.id IS NOT NULL AND g.revoked_at IS NULL))",
                columns::<Entity>("a")
            )
        });
        let row = self.store.row(&SQL, self.values(vec![hash(token)])).await?;
        row.map(|row| AccessToken::try_from(Model::from_query_result(&row, "a_")?))
            .transpose()
    }

    /// Whether a token was revoked by itself (not through its grant). The hash is of its `jti`, or of whatever names it.
    pub async fn is_token_revoked(&self, token: &TokenHash) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM revoked_tokens WHERE tenant_id = $1 AND hash = $2";
        let row = self.store.row(sql, self.values(vec![hash(token)])).await?;
        Ok(row.is_some())
    }
}

impl Batch {
    /// A new opaque access token. Conflict: `access_tokens.hash`.
    pub fn insert_access_token(&mut self, token: &AccessToken) {
        self.run(
            "INSERT INTO access_tokens (tenant_id, hash, grant_id, client_id, created_at, expires_at, claims) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            vec![
                hash(&token.hash),
                token.grant.map(|grant| grant.0).into(),
                text(token.client.as_str()),
                time(token.created_at),
                time(token.expires_at),
                to_json(&token.claims).into(),
            ],
        );
    }

    /// Removes an opaque access token (RFC 7009).
    pub fn delete_access_token(&mut self, token: &TokenHash) {
        self.run(
            "DELETE FROM access_tokens WHERE tenant_id = $1 AND hash = $2",
            vec![hash(token)],
        );
    }

    /// Notes that a self-contained token was revoked by itself; kept until it would have expired.
    pub fn revoke_token(&mut self, token: &TokenHash, expires_at: Timestamp) {
        self.run(
            "INSERT INTO revoked_tokens (tenant_id, hash, expires_at) VALUES ($1, $2, $3) \
             ON CONFLICT (tenant_id, hash) DO NOTHING",
            vec![hash(token), time(expires_at)],
        );
    }
}
