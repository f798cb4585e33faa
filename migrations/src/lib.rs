//! Schema migrations of Tidegate: hand-written, embedded, one change a file. `README.md` carries the rule that every
//! change keeps (expand first, contract a release later).

mod dialect;
mod m0001_tenants;
mod m0002_accounts;
mod m0003_clients;
mod m0004_sessions;
mod m0005_grants;
mod m0006_keys_and_policies;
mod m0007_decisions;
mod m0008_profiles;
mod m0009_trail;
mod m0010_recoveries;
mod m0011_signed_out;
mod m0020_sender_keys;
mod m0021_logout_deliveries;
mod m0030_models;
mod m0031_decision_repeats;
mod m0040_resources;
mod m0041_registration;
mod m0050_sender_certificates;
mod m0060_under_review;
mod m0061_former_email;
mod m0080_authorization_details;
mod m0090_access_passes;
mod m0091_identity_evidence;
mod m0092_sensitive_scopes;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

/// The name of the table that says which migrations ran.
pub const VERSION_TABLE: &str = "schema_version";

/// Runs the migrations in order.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_tenants::Migration),
            Box::new(m0002_accounts::Migration),
            Box::new(m0003_clients::Migration),
            Box::new(m0004_sessions::Migration),
            Box::new(m0005_grants::Migration),
            Box::new(m0006_keys_and_policies::Migration),
            Box::new(m0007_decisions::Migration),
            Box::new(m0008_profiles::Migration),
            Box::new(m0009_trail::Migration),
            Box::new(m0010_recoveries::Migration),
            Box::new(m0011_signed_out::Migration),
            Box::new(m0020_sender_keys::Migration),
            Box::new(m0021_logout_deliveries::Migration),
            Box::new(m0030_models::Migration),
            Box::new(m0031_decision_repeats::Migration),
            Box::new(m0040_resources::Migration),
            Box::new(m0041_registration::Migration),
            Box::new(m0050_sender_certificates::Migration),
            Box::new(m0060_under_review::Migration),
            Box::new(m0061_former_email::Migration),
            Box::new(m0080_authorization_details::Migration),
            Box::new(m0090_access_passes::Migration),
            Box::new(m0091_identity_evidence::Migration),
            Box::new(m0092_sensitive_scopes::Migration),
        ]
    }

    fn migration_table_name() -> DynIden {
        Alias::new(VERSION_TABLE).into_iden()
    }
}

/// The names of all migrations this build knows, oldest first.
pub fn names() -> Vec<String> {
    Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect()
}
