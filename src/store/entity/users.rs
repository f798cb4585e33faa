//! Users: table `users`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub sub: String,
    pub email: String,
    pub email_key: String,
    pub email_verified_at: Option<i64>,
    pub username: Option<String>,
    pub username_key: Option<String>,
    pub name: Option<String>,
    pub search_key: String,
    pub claims: String,
    pub locale: Option<String>,
    pub reset_required: bool,
    pub under_review: bool,
    pub signed_out_at: Option<i64>,
    pub status: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
