//! Userinfo (OpenID Connect Core section 5.3): plain JSON, or signed where the client registered it.

use serde_json::{Map, Value};

use super::OidcError;
use super::bearer::{self, BearerFailure};
use super::issue::{claims_request, user_claims};
use crate::crypto::signer::TokenType;
use crate::protocol::scope;
use crate::tenants::{Platform, Realm};

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
    /// Ours.
    Oidc(OidcError),
}

/// Answers a bearer token.
///
/// # Errors
/// [`UserInfoError`].
pub async fn userinfo(platform: &Platform, realm: &Realm, token: &str) -> Result<UserInfo, UserInfoError> {
    let verified = bearer::verify(platform, realm, token)
        .await
        .map_err(|failure| match failure {
            BearerFailure::Invalid => UserInfoError::InvalidToken,
            BearerFailure::Store(error) => UserInfoError::Oidc(error.into()),
        })?;
    let granted = verified.claims.scope.as_deref().unwrap_or_default();
    let Some(held) = verified.grant.filter(|_| scope::has(granted, "openid")) else {
        return Err(UserInfoError::InsufficientScope);
    };
    let request = claims_request(&held.grant).unwrap_or_default();
    let claims = user_claims(&held.user).userinfo(granted, &request);
    let client = realm
        .tenant
        .client(platform, &held.grant.client)
        .await
        .map_err(|error| UserInfoError::Oidc(error.into()))?
        .ok_or(UserInfoError::InvalidToken)?;
    match client.record.metadata.userinfo_signed_response_alg {
        None => Ok(UserInfo::Plain(claims)),
        Some(alg) => {
            let mut claims = claims;
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
