//! Decisions: table `decisions`.

use sea_orm::entity::prelude::*;

#[expect(
    clippy::struct_field_names,
    reason = "the column is named as the record's member"
)]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "decisions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub reference: String,
    pub at: i64,
    pub action: String,
    pub subject: Option<Uuid>,
    pub client_id: Option<String>,
    pub session_id: Option<Uuid>,
    pub device_id: Option<Uuid>,
    pub ip: Option<String>,
    pub country: Option<String>,
    pub evidence: String,
    pub assessment: String,
    pub score: f64,
    pub model: String,
    pub policy_id: Option<Uuid>,
    pub policy_version: String,
    pub policy_rule: String,
    pub policy_sentence: String,
    pub mode: String,
    pub recommended: String,
    pub enforced: String,
    pub degraded: Option<String>,
    pub forced: String,
    pub asked: Option<String>,
    pub ended: Option<String>,
    pub ended_at: Option<i64>,
    pub latency_micros: i64,
    pub repeats: i64,
    pub repeated_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
