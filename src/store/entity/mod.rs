//! Rows as they lie in the tables, one file a table; private to the store. Columns and their types are those of the
//! migrations: plain ids, text, numbers and bytes. A test selects every column of every entity. Two tables
//! have none, because one statement reads them: `change_clock` and `revoked_tokens`.

#![expect(
    unreachable_pub,
    reason = "the derive makes public items for public models; this module is private"
)]

pub(super) mod access_passes;
pub(super) mod access_tokens;
pub(super) mod admin_links;
pub(super) mod audit;
pub(super) mod audit_head;
pub(super) mod browsers;
pub(super) mod changes;
pub(super) mod client_logos;
pub(super) mod clients;
pub(super) mod code_redemptions;
pub(super) mod consents;
pub(super) mod credentials;
pub(super) mod decisions;
pub(super) mod devices;
pub(super) mod grants;
pub(super) mod identity_evidence;
pub(super) mod initial_access_tokens;
pub(super) mod labels;
pub(super) mod logout_deliveries;
pub(super) mod mails;
pub(super) mod meta;
pub(super) mod notices;
pub(super) mod outbox;
pub(super) mod policy_versions;
pub(super) mod recoveries;
pub(super) mod resources;
pub(super) mod risk_models;
pub(super) mod roles;
pub(super) mod sessions;
pub(super) mod signing_keys;
pub(super) mod tenant_profiles;
pub(super) mod tenants;
pub(super) mod user_profiles;
pub(super) mod users;
