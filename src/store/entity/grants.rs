//! Grants with their refresh families: table `grants`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "grants")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    pub client_id: String,
    pub session_id: Uuid,
    pub sid: String,
    pub scope: String,
    pub nonce: Option<String>,
    pub claims_request: Option<String>,
    pub auth_time: i64,
    pub acr: String,
    pub proofs: String,
    pub created_at: i64,
    pub keep_until: i64,
    pub revoked_at: Option<i64>,
    pub revoked_reason: Option<String>,
    pub offline: bool,
    pub seed: Option<Vec<u8>>,
    pub generation: Option<i64>,
    pub rotated_at: Option<i64>,
    pub rotated_agent: Option<String>,
    pub rotated_asn: Option<i64>,
    pub idle_expires_at: Option<i64>,
    pub expires_at: Option<i64>,
    pub dpop_jkt: Option<String>,
    pub rotated_jkt: Option<String>,
    pub cert_x5t: Option<String>,
    pub resources: Option<String>,
    pub authorization_details: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
