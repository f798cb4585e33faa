//! Clients that prove themselves by the certificate of their connection (RFC 8705 section 2).

use crate::crypto::certificate::ClientCertificate;
use crate::crypto::jwt::JwtError;
use crate::protocol::client_certificate::PresentedCertificate;
use crate::protocol::error::OAuthError;
use crate::tenants::{ClientRuntime, Platform, Realm};

fn refused(why: &dyn std::fmt::Display) -> OAuthError {
    OAuthError::invalid_client(format!("certificate: {why}"))
}

/// `tls_client_auth`: an authority of the tenant vouches for the certificate, and it names the subject that the client registered.
///
/// # Errors
/// `invalid_client`.
pub(super) fn check_vouched(
    platform: &Platform,
    realm: &Realm,
    client: &ClientRuntime,
    presented: Option<&PresentedCertificate>,
) -> Result<(), OAuthError> {
    let presented = presented.ok_or_else(|| refused(&"none was shown"))?;
    let authorities = realm.tenant.authorities.as_ref();
    let authorities = authorities.ok_or_else(|| refused(&"the tenant has no authorities"))?;
    let expected = client.record.metadata.tls_client_auth.expected();
    let expected = expected.ok_or_else(|| refused(&"no subject is registered"))?;
    let read = ClientCertificate::read(presented).map_err(|error| refused(&error))?;
    read.check_subject(&expected).map_err(|error| refused(&error))?;
    authorities
        .check(presented, platform.now())
        .map_err(|error| refused(&error))
}

/// `self_signed_tls_client_auth`: the certificate, or its key, stands in the client's key set. Nobody needs to vouch for it, and its dates
/// don't count: what the client registers is the statement that it is valid.
///
/// # Errors
/// `invalid_client`.
pub(super) async fn check_registered(
    platform: &Platform,
    client: &ClientRuntime,
    presented: Option<&PresentedCertificate>,
) -> Result<(), OAuthError> {
    let presented = presented.ok_or_else(|| refused(&"none was shown"))?;
    let known = client.keys.look(platform, |keys| {
        keys.knows(presented).then_some(()).ok_or(JwtError::UnknownKey)
    });
    known.await.map_err(|error| refused(&error))
}
