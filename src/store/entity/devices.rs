//! Browsers that accounts were used on: table `devices`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "devices")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    pub browser_key: Vec<u8>,
    pub browser: Option<String>,
    pub os: Option<String>,
    pub place: Option<String>,
    pub created_at: i64,
    pub last_used_at: i64,
    pub sign_ins: i64,
    pub remembered_until: Option<i64>,
    pub declined_until: Option<i64>,
    pub bound_at: Option<i64>,
    pub noticed_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
