//! Reads and writes by record, one file a kind. Reads are functions of [`super::TenantStore`], writes fill a
//! [`super::Batch`]; none takes a tenant's id.

use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, ExprTrait, QueryFilter, Select};

use super::TenantStore;

mod access_passes;
mod admins;
pub(super) mod audit;
mod client_logos;
mod clients;
mod consents;
mod credentials;
pub(super) mod decisions;
mod devices;
mod events;
mod grants;
mod identity_evidence;
mod initial_access_tokens;
mod keys;
mod labels;
mod logout_deliveries;
mod mails;
mod models;
mod policies;
mod profiles;
mod recoveries;
mod resources;
mod sessions;
mod tenants;
mod tokens;
mod users;

impl TenantStore {
    /// The tenant's rows of a table: what every read starts from.
    fn mine<E: EntityTrait>(&self) -> Select<E> {
        E::find().filter(Expr::col("tenant_id").eq(self.tenant))
    }
}

/// Turns rows into records; the first unreadable one is the error.
fn records<M, R>(rows: Vec<M>) -> Result<Vec<R>, super::StoreError>
where
    R: TryFrom<M, Error = super::StoreError>,
{
    rows.into_iter().map(R::try_from).collect()
}
