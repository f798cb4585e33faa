//! Userinfo (OpenID Connect Core section 5.3): plain JSON, or signed where the client registered it.

use serde_json::{Map, Value};

use super::bearer::{self, BearerFailure};
use super::issue::{claims_request, user_claims};
use super::{OidcError, dpop};
use crate::base::ids::ClientId;
use crate::crypto::signer::TokenType;
use crate::protocol::client_certificate::PresentedCertificate;
use crate::protocol::dpop::Thumbprint;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::identity_assurance::VERIFIED_CLAIMS;
use crate::protocol::scope;
use crate::tenants::{Platform, Realm};

/// Who sent the token, as far as the request shows.
#[derive(Clone, Debug)]
pub struct Sender<'a> {
    /// How the token was sent.
    pub possession: Possession<'a>,
    /// The certificate that was shown with it.
    pub certificate: Option<&'a PresentedCertificate>,
}

impl Sender<'_> {
    /// One that shows nothing but the token.
    pub const fn bearer() -> Self {
        Self {
            possession: Possession::Bearer,
            certificate: None,
        }
    }
}

/// How the token was sent.
#[derive(Clone, Copy, Debug)]
pub enum Possession<'a> {
    /// As a bearer token: whoever has it may use it (RFC 6750).
    Bearer,
    /// With a proof that its sender holds the key it is bound to (RFC 9449 section 7.1).
    DPoP(dpop::Presented<'a>),
}

/// The answer.
#[derive(Debug)]
pub enum UserInfo {
    /// JSON.
    Plain(Map<String, Value>),
    /// A JWT.
    Signed(String),
}

/// Why there is none.
#[derive(Debug)]
pub enum UserInfoError {
    /// The token does not hold.
    InvalidToken,
    /// The token holds, but is not for this.
    InsufficientScope,
    /// The token is bound to a key, and its possession was not proven.
    Proof(OAuthError),
    /// Ours.
    Oidc(OidcError),
}

/// Answers an access token.
///
/// # Errors
/// [`UserInfoError`].
pub async fn userinfo(
    platform: &Platform,
    realm: &Realm,
    token: &str,
    sender: &Sender<'_>,
) -> Result<UserInfo, UserInfoError> {
    let verified = bearer::verify(platform, realm, token)
        .await
        .map_err(|failure| match failure {
            BearerFailure::Invalid | BearerFailure::Ended => UserInfoError::InvalidToken,
            BearerFailure::Store(error) => UserInfoError::Oidc(error.into()),
        })?;
    let bound_to = verified.claims.cnf.clone().unwrap_or_default();
    let shown = sender.certificate.and_then(PresentedCertificate::thumbprint);
    if bound_to.x5t.is_some() && bound_to.x5t != shown {
        // RFC 8705 section 3.
        return Err(UserInfoError::InvalidToken);
    }
    check_possession(platform, realm, token, bound_to.jkt.as_ref(), sender.possession)?;
    // A token for another resource is not for us (RFC 9068 section 4).
    if !verified.claims.aud.any(|aud| aud == realm.issuer()) {
        return Err(UserInfoError::InvalidToken);
    }
    let granted = verified.claims.scope.as_deref().unwrap_or_default();
    let Some(held) = verified.grant.filter(|_| scope::has(granted, "openid")) else {
        return Err(UserInfoError::InsufficientScope);
    };
    let caller = ClientId::parse(&verified.claims.client_id).ok_or(UserInfoError::InvalidToken)?;
    // What was asked for by name was asked for by the grant's own client.
    let request = claims_request(&held.grant).filter(|_| caller == held.grant.client);
    let client = realm
        .tenant
        .client(platform, &caller)
        .await
        .map_err(|error| UserInfoError::Oidc(error.into()))?
        .ok_or(UserInfoError::InvalidToken)?;
    let subjects = realm.tenant.subjects(&client.record);
    let request = request.unwrap_or_default();
    let known = user_claims(&subjects, &held.user);
    let mut claims = known.userinfo(granted, &request);
    let frameworks = &realm.tenant.record.settings.asserted_trust_frameworks;
    if let Some(verified) = known.verified(&request.verified_userinfo, frameworks, platform.now()) {
        claims.insert(VERIFIED_CLAIMS.to_owned(), verified);
    }
    match client.record.metadata.userinfo_signed_response_alg {
        None => Ok(UserInfo::Plain(claims)),
        Some(alg) => {
            claims.insert("iss".to_owned(), realm.issuer().into());
            claims.insert("aud".to_owned(), client.record.id.as_str().into());
            let signer = realm
                .tenant
                .keys
                .signer(alg)
                .map_err(|error| UserInfoError::Oidc(error.into()))?;
            let jwt = signer
                .sign(TokenType::Jwt, &claims)
                .map_err(|error| UserInfoError::Oidc(error.into()))?;
            Ok(UserInfo::Signed(jwt))
        }
    }
}

/// A bound token needs the proof of its key, and an unbound one must not pass for a bound one (RFC 9449 sections 7.1 and 7.2).
fn check_possession(
    platform: &Platform,
    realm: &Realm,
    token: &str,
    bound_to: Option<&Thumbprint>,
    possession: Possession<'_>,
) -> Result<(), UserInfoError> {
    let (bound_to, presented) = match (bound_to, possession) {
        (None, Possession::Bearer) => return Ok(()),
        (Some(bound_to), Possession::DPoP(presented)) => (bound_to, presented),
        _ => return Err(UserInfoError::InvalidToken),
    };
    let refused = |words: &str| UserInfoError::Proof(OAuthError::new(ErrorCode::InvalidDpopProof, words));
    match dpop::check(platform, realm, &presented, Some(token)) {
        Ok(Some(key)) if key == *bound_to => Ok(()),
        Ok(Some(_)) => Err(refused("the proof is of another key than the token's")),
        Ok(None) => Err(refused("the proof is missing")),
        Err(OidcError::OAuth(error)) if error.code != ErrorCode::TemporarilyUnavailable => {
            Err(UserInfoError::Proof(error))
        }
        Err(other) => Err(UserInfoError::Oidc(other)),
    }
}
