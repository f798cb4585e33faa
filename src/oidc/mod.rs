//! The OpenID provider's own acts: authorization requests (also pushed, also signed) and their answers, tokens, userinfo, introspection, revocation, proofs of possession,
//! logout. Rules come from `protocol`; signing in belongs to `signin`.

mod assertion;
pub mod authorize;
pub mod backchannel_logout;
mod bearer;
pub mod ciba;
mod client_auth;
mod client_certificate;
mod client_keys;
pub mod device;
pub mod dpop;
mod encrypt;
mod hint;
pub mod introspect;
mod issue;
pub mod logout;
pub mod par;
mod polling;
mod request_object;
pub mod respond;
pub mod revoke;
pub mod token;
pub mod userinfo;

pub use bearer::{BearerFailure, Verified};
pub use client_auth::{AuthenticatedClient, Credentials, authenticate};
pub use issue::TokenResponse;

use std::time::Duration;

use crate::ephemeral::EphemeralError;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::store::StoreError;

/// Why a protocol request was not answered with success.
#[derive(Debug)]
pub enum OidcError {
    /// In the words of the standards.
    OAuth(OAuthError),
    /// Ours.
    Store(StoreError),
    /// Asked too often; how long to wait.
    Throttled(Duration),
    /// Ours, with what the log should know.
    Internal(String),
}

impl From<OAuthError> for OidcError {
    fn from(error: OAuthError) -> Self {
        Self::OAuth(error)
    }
}

impl From<StoreError> for OidcError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<EphemeralError> for OidcError {
    fn from(error: EphemeralError) -> Self {
        match error {
            EphemeralError::Full => {
                let busy = OAuthError::new(ErrorCode::TemporarilyUnavailable, "try again in a moment");
                busy.with_detail(error.to_string()).into()
            }
            EphemeralError::Unreadable => Self::Internal(error.to_string()),
        }
    }
}

impl From<crate::tenants::KeysError> for OidcError {
    fn from(error: crate::tenants::KeysError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<crate::crypto::signer::SignerError> for OidcError {
    fn from(error: crate::crypto::signer::SignerError) -> Self {
        Self::Internal(error.to_string())
    }
}

pub(crate) fn invalid_grant(words: &str) -> OidcError {
    OAuthError::new(ErrorCode::InvalidGrant, words).into()
}
