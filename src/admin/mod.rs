//! Administration: one function an act. Console, command line and API call the same functions, of the form
//! `(&Actor, &Platform, …, command) -> Result<View, AdminError>`.
//!
//! An [`Actor`] hands out capabilities, and only a capability reaches a tenant's rows, so an act that forgot to check does
//! not compile. Every change writes its audit entry in the same commit, and what servers hold in memory is told to be
//! read anew.

mod actor;
pub mod audit;
pub mod clients;
pub mod decisions;
pub mod identity;
pub mod keys;
pub mod links;
pub mod mails;
pub mod models;
pub mod policies;
pub mod resources;
pub mod seed;
pub mod tenants;
mod trusted_issuers;
pub mod users;

#[cfg(test)]
mod tests;

pub use actor::{
    Actor, AuditReader, ClientManager, ClientReader, DecisionReader, KeyManager, KeyReader, LabelWriter,
    ModelManager, ModelReader, PolicyManager, PolicyReader, Right, RoleManager, TenantKeeper, TenantManager,
    TenantReader, UserManager, UserReader,
};
pub use tenants::ensure_system_tenant;

use crate::crypto::envelope::EnvelopeError;
use crate::crypto::hasher::HasherError;
use crate::protocol::error::OAuthError;
use crate::signin::SignInError;
use crate::store::StoreError;
use crate::tenants::{KeysError, Platform, Realm, TenantError};

/// Why an act was not done.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The actor's roles don't allow it.
    #[error("not allowed: this needs the right to {0}")]
    Forbidden(&'static str),
    /// There is no such thing.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// A value can't be taken.
    #[error("{field}: {message}")]
    Invalid {
        /// Which one, by the name of its form field or member.
        field: &'static str,
        /// What is wrong and what would do.
        message: String,
    },
    /// Client metadata was refused, in the words of RFC 7591 section 3.2.2.
    #[error("{0}")]
    Metadata(OAuthError),
    /// A policy document has mistakes.
    #[error("the policy is not valid: {}", lines(.0))]
    Policy(Vec<crate::policy::PolicyError>),
    /// Somebody changed it since it was read.
    #[error("it was changed meanwhile; look at it again")]
    Changed,
    /// It can't be done in this state, or not yet.
    #[error("{0}")]
    Refused(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A tenant can't be read or made.
    #[error(transparent)]
    Tenant(#[from] TenantError),
    /// Signing keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Encryption at rest.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// Password hashing.
    #[error(transparent)]
    Hasher(#[from] HasherError),
}

impl AdminError {
    /// A value that can't be taken.
    pub(crate) fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid {
            field,
            message: message.into(),
        }
    }
}

impl From<SignInError> for AdminError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Store(error) => Self::Store(error),
            SignInError::Envelope(error) => Self::Envelope(error),
            other => Self::Refused(other.to_string()),
        }
    }
}

/// The tenant that a right is about, at its first origin: for mails with links.
async fn realm_of(right: &Right<'_>, platform: &Platform) -> Result<Realm, AdminError> {
    let record = right.store(platform).record().await?;
    let slug = record.ok_or(AdminError::NotFound("tenant"))?.slug;
    Ok(platform.directory.realm(platform, &slug, 0).await?)
}

impl From<OAuthError> for AdminError {
    fn from(error: OAuthError) -> Self {
        Self::Metadata(error)
    }
}

fn lines(errors: &[crate::policy::PolicyError]) -> String {
    let lines: Vec<String> = errors
        .iter()
        .map(|error| format!("line {}: {}", error.line, error.message))
        .collect();
    lines.join("; ")
}

/// A store's conflict on a version: somebody else was faster. Everything else stays what it is.
fn changed(error: StoreError) -> AdminError {
    match error {
        StoreError::Conflict(name) if matches!(name.split_once('.'), Some((_, "version" | "id"))) => {
            AdminError::Changed
        }
        other => AdminError::Store(other),
    }
}
