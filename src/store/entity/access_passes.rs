//! Temporary access passes: table `access_passes`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_passes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    pub reason: String,
    pub life_secs: i64,
    pub asked_by: Uuid,
    pub asked_at: i64,
    pub approved_by: Option<Uuid>,
    pub approved_at: Option<i64>,
    pub expires_at: i64,
    pub hash: Option<Vec<u8>>,
    pub ended: Option<String>,
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
