//! The audit log.

use super::{Actor, AdminError};
use crate::base::page::{Page, PageRequest};
use crate::store::{AuditRecord, AuditVerdict};
use crate::tenants::Platform;

/// Entries, newest first; about one object when it is given.
///
/// # Errors
/// [`AdminError`].
pub async fn list(
    actor: &Actor,
    platform: &Platform,
    object: Option<&str>,
    page: &PageRequest,
) -> Result<Page<AuditRecord>, AdminError> {
    Ok(actor
        .may_read_audit()?
        .store(platform)
        .audit(object, page)
        .await?)
}

/// Checks the hash chain.
///
/// # Errors
/// [`AdminError`].
pub async fn verify(actor: &Actor, platform: &Platform) -> Result<AuditVerdict, AdminError> {
    Ok(actor.may_read_audit()?.store(platform).verify_audit().await?)
}
