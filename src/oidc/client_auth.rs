//! Proving who a client is (features.md O4). The words of a refusal are the same whatever was wrong.

use std::sync::Arc;

use super::assertion::{Assertion, Unfit};
use super::{OidcError, client_certificate, client_keys};
use crate::base::encoding::from_base64url;
use crate::base::secret::{Secret, TokenHash, TokenKind};
use crate::crypto::envelope::Purpose;
use crate::crypto::jwt::{unverified_header, verify_shared};
use crate::domain::client::ClientAuthMethod;
use crate::domain::sealed::Sealed;
use crate::protocol::claims::Audience;
use crate::protocol::client_auth::{Presented, PresentedProof};
use crate::protocol::client_certificate::PresentedCertificate;
use crate::protocol::error::OAuthError;
use crate::protocol::params::Params;
use crate::protocol::profile::AssertionAudience;
use crate::tenants::{ClientRuntime, Platform, Realm};

/// A client that proved who it is, or a public one that named itself.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient {
    /// The client.
    pub client: Arc<ClientRuntime>,
}

/// What a request shows of its sender, besides its parameters.
#[derive(Clone, Copy, Debug)]
pub struct Credentials<'a> {
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The certificate of the connection.
    pub certificate: Option<&'a PresentedCertificate>,
}

/// Authenticates the client of a request to `endpoint` (its full address, which an assertion may name as audience).
///
/// # Errors
/// `invalid_client`, or `invalid_request` for contradictory credentials.
pub async fn authenticate(
    platform: &Platform,
    realm: &Realm,
    credentials: &Credentials<'_>,
    params: &Params,
    endpoint: &str,
) -> Result<AuthenticatedClient, OidcError> {
    let presented = Presented::from_request(credentials.authorization, params)?;
    let client = realm.tenant.client(platform, &presented.client).await?;
    let client = client
        .filter(|client| !client.record.settings.disabled)
        .ok_or_else(|| OAuthError::invalid_client("unknown client"))?;
    let registered = client.record.metadata.token_endpoint_auth_method;
    let used = presented.proof.method(registered);
    if used != registered {
        let detail = format!("registered {}, used {}", registered.name(), used.name());
        return Err(OAuthError::invalid_client(detail).into());
    }
    match &presented.proof {
        PresentedProof::None => match registered {
            ClientAuthMethod::TlsClientAuth => {
                client_certificate::check_vouched(platform, realm, &client, credentials.certificate)?;
            }
            ClientAuthMethod::SelfSignedTlsClientAuth => {
                client_certificate::check_registered(platform, &client, credentials.certificate).await?;
            }
            _ => {}
        },
        PresentedProof::Basic(secret) | PresentedProof::Post(secret) => {
            check_secret(platform, &client, secret)?;
        }
        PresentedProof::Assertion(assertion) => {
            let claims = signed_by_key(platform, &client, assertion).await?;
            check_assertion(platform, realm, &client, &claims, endpoint)?;
        }
        PresentedProof::SharedAssertion(assertion) => {
            let claims = signed_by_secret(platform, &client, assertion)?;
            check_assertion(platform, realm, &client, &claims, endpoint)?;
        }
    }
    Ok(AuthenticatedClient { client })
}

fn check_secret(
    platform: &Platform,
    client: &ClientRuntime,
    secret: &Secret<String>,
) -> Result<(), OAuthError> {
    let hash = TokenHash::of(TokenKind::ClientSecret, secret.expose());
    if client.accepts_secret(&hash, platform.now()) {
        return Ok(());
    }
    Err(OAuthError::invalid_client("wrong secret"))
}

async fn signed_by_key(
    platform: &Platform,
    client: &ClientRuntime,
    assertion: &str,
) -> Result<Assertion, OidcError> {
    let registered = client.record.metadata.token_endpoint_auth_signing_alg.as_deref();
    client_keys::verify(platform, client, assertion, registered)
        .await
        .map_err(|error| OAuthError::invalid_client(error.to_string()).into())
}

/// `client_secret_jwt` (OpenID Connect Core section 9): whichever live secret fits.
fn signed_by_secret(
    platform: &Platform,
    client: &ClientRuntime,
    assertion: &str,
) -> Result<Assertion, OidcError> {
    let registered = client.record.metadata.token_endpoint_auth_signing_alg.as_deref();
    let used = unverified_header(assertion).map(|header| format!("{:?}", header.alg));
    if registered.is_some() && registered != used.as_deref() {
        return Err(OAuthError::invalid_client("not the registered algorithm").into());
    }
    let now = platform.now();
    let live = client
        .record
        .secrets
        .iter()
        .filter(|secret| secret.expires_at.is_none_or(|at| now < at));
    for secret in live {
        let sealed = secret.sealed.as_deref().and_then(from_base64url);
        let Some(sealed) = sealed.map(Sealed::from_stored) else {
            continue;
        };
        let plain = platform
            .envelope
            .open(Purpose::ClientSecret, secret.hash.as_bytes(), &sealed)
            .map_err(|error| OidcError::Internal(error.to_string()))?;
        if let Ok(claims) = verify_shared(assertion, plain.expose()) {
            return Ok(claims);
        }
    }
    Err(OAuthError::invalid_client("signed with another secret").into())
}

/// RFC 7523 section 3. The audience is the issuer or the called endpoint: an assertion for one endpoint is worth nothing at another.
/// Only a push may name the token endpoint, as RFC 9126 section 2 asks. A profile may want the issuer and nothing else.
fn check_assertion(
    platform: &Platform,
    realm: &Realm,
    client: &ClientRuntime,
    claims: &Assertion,
    endpoint: &str,
) -> Result<(), OidcError> {
    let refused = |why: &str| OidcError::from(OAuthError::invalid_client(why.to_owned()));
    let id = client.record.id.as_str();
    if claims.iss != id || claims.sub != id {
        return Err(refused("assertion is not about this client"));
    }
    let push = endpoint == realm.url("/par");
    let one_fits =
        |aud: &str| aud == realm.issuer() || aud == endpoint || (push && aud == realm.url("/token"));
    let fits = |aud: &Audience| match client.record.metadata.rules().assertion_audience {
        AssertionAudience::IssuerAlone => matches!(aud, Audience::One(aud) if aud == realm.issuer()),
        AssertionAudience::IssuerOrEndpoint => aud.any(one_fits),
    };
    claims.check(platform, realm, fits).map_err(|unfit| match unfit {
        Unfit::Claims(why) => refused(why),
        Unfit::Oidc(error) => error,
    })
}

/// Whether a client with this method has something of its own that nobody else knows.
pub(super) fn is_confidential(client: &ClientRuntime) -> bool {
    client.record.metadata.token_endpoint_auth_method != ClientAuthMethod::None
}
