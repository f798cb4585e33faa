//! The token endpoint: one file a grant type, exhaustively matched.

mod by_itself;
mod ciba;
mod client_credentials;
mod code;
mod device_code;
mod exchange;
mod jwt_bearer;
mod refresh;

use super::issue::TokenResponse;
use super::{AuthenticatedClient, OidcError};
use crate::base::net::ClientIp;
use crate::decisions::Caller;
use crate::domain::client::{Client, GrantType};
use crate::protocol::client_certificate::PresentedCertificate;
use crate::protocol::confirmation::Confirmation;
use crate::protocol::dpop::Thumbprint;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::tenants::{Platform, Realm};

/// Who calls from the back: an app's server or a native app. Never taken for the user's own place (defect 21).
#[derive(Clone, Debug)]
pub struct BackChannel {
    /// Its address.
    pub ip: ClientIp,
    /// Its user agent.
    pub user_agent: Option<String>,
    /// The key whose possession it proved; access tokens are bound to it.
    pub key: Option<Thumbprint>,
    /// The certificate that it showed.
    pub certificate: Option<PresentedCertificate>,
}

impl BackChannel {
    /// All that it holds.
    pub(super) fn held(&self) -> Confirmation {
        Confirmation {
            jkt: self.key.clone(),
            x5t: self
                .certificate
                .as_ref()
                .and_then(PresentedCertificate::thumbprint),
        }
    }

    /// What the tokens of a client are bound to: a key whenever one is proven, a certificate where the client registered so.
    pub(super) fn binding(&self, client: &Client) -> Confirmation {
        let mut held = self.held();
        if !client.metadata.tls_client_certificate_bound_access_tokens {
            held.x5t = None;
        }
        held
    }

    /// The same for a decision about the call.
    fn caller(&self) -> Caller<'_> {
        Caller {
            ip: self.ip,
            user_agent: self.user_agent.as_deref(),
        }
    }
}

/// Answers a token request of an authenticated client.
///
/// # Errors
/// In the words of RFC 6749 section 5.2.
pub async fn token(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    params: &Params,
    from: &BackChannel,
) -> Result<TokenResponse, OidcError> {
    let name = params.require("grant_type")?;
    let grant = GrantType::from_name(name).ok_or_else(|| {
        OAuthError::new(
            ErrorCode::UnsupportedGrantType,
            "this grant type is not supported",
        )
    })?;
    if !caller.client.record.may_use(grant) {
        return Err(OAuthError::new(
            ErrorCode::UnauthorizedClient,
            "the client is not registered for this grant type",
        )
        .into());
    }
    if caller.client.record.metadata.dpop_bound_access_tokens && from.key.is_none() {
        let words = "this client must prove possession of a key (DPoP)";
        return Err(OAuthError::new(ErrorCode::InvalidDpopProof, words).into());
    }
    if caller
        .client
        .record
        .metadata
        .tls_client_certificate_bound_access_tokens
        && from.certificate.is_none()
    {
        let words = "this client must show its certificate (RFC 8705)";
        return Err(OAuthError::invalid_request(words).into());
    }
    let elsewhere = [GrantType::TokenExchange, GrantType::JwtBearer];
    if elsewhere.contains(&grant) && params.get("authorization_details").is_some() {
        let words = "authorization_details is not for this grant type";
        return Err(OAuthError::new(ErrorCode::InvalidAuthorizationDetails, words).into());
    }
    match grant {
        GrantType::AuthorizationCode => code::redeem(platform, realm, caller, params, from).await,
        GrantType::RefreshToken => refresh::refresh(platform, realm, caller, params, from).await,
        GrantType::ClientCredentials => {
            client_credentials::issue(platform, realm, caller, params, from).await
        }
        GrantType::DeviceCode => device_code::redeem(platform, realm, caller, params, from).await,
        GrantType::Ciba => ciba::redeem(platform, realm, caller, params, from).await,
        GrantType::TokenExchange => exchange::exchange(platform, realm, caller, params, from).await,
        GrantType::JwtBearer => jwt_bearer::issue(platform, realm, caller, params, from).await,
    }
}
