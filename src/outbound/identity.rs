//! Asking an identity provider to verify a person: the authorization code flow with PKCE, state, nonce and the check of `iss`, by the crate
//! `openidconnect`, over our own fetcher. Randomness and time are arguments.

use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClaimName, CoreClaimType,
    CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm,
    CoreResponseMode, CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AdditionalProviderMetadata, AuthorizationCode, Client, ClientId, ClientSecret,
    CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    IdTokenFields, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RedirectUrl,
    StandardErrorResponse, StandardTokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fetch::Fetcher;
use crate::base::secret::{Secret, constant_time_eq};
use crate::base::timestamp::Timestamp;

/// How far the provider's clock may be ahead of ours.
const SKEW: i64 = 60;

/// Algorithms that ID tokens may be signed with.
const ALGS: [CoreJwsSigningAlgorithm; 5] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Why a verification did not come about.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The settings of the tenant name something that is no address.
    #[error("the identity provider is not set up: {0}")]
    Settings(String),
    /// The provider can't be reached, or its documents can't be used.
    #[error("the identity provider cannot be used: {0}")]
    Unusable(String),
    /// The answer came from, or names, another issuer (RFC 9207 section 2.4).
    #[error("the answer is of another issuer")]
    OtherIssuer,
    /// The provider gave no token for the code.
    #[error("the code was not taken: {0}")]
    Code(String),
    /// The ID token does not hold (OpenID Connect Core section 3.1.3.7).
    #[error("the ID token does not hold: {0}")]
    IdToken(String),
}

/// Us at the provider.
#[derive(Debug)]
pub struct Registration<'a> {
    /// The provider's issuer.
    pub issuer: &'a str,
    /// Our id.
    pub client_id: &'a str,
    /// Our secret.
    pub client_secret: Option<&'a Secret<String>>,
    /// Where its answers come.
    pub redirect_uri: &'a str,
}

/// What one round trip is recognised by; drawn at random by the caller.
#[derive(Clone, Serialize, Deserialize)]
pub struct RoundTrip {
    /// `state`.
    pub state: String,
    /// `nonce`.
    pub nonce: String,
    /// PKCE `code_verifier` (RFC 7636 section 4.1).
    pub verifier: String,
}

impl std::fmt::Debug for RoundTrip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RoundTrip(…)")
    }
}

impl RoundTrip {
    /// Whether an answer with this state belongs to it.
    pub fn has_state(&self, state: &str) -> bool {
        constant_time_eq(self.state.as_bytes(), state.as_bytes())
    }
}

/// What an answer with a code brings.
#[derive(Clone, Copy, Debug)]
pub struct CodeAnswer<'a> {
    /// The code.
    pub code: &'a str,
    /// `iss` (RFC 9207).
    pub iss: Option<&'a str>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct VerifiedClaims {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verified_claims: Option<Value>,
}

impl AdditionalClaims for VerifiedClaims {}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct IssuerInAnswers {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for IssuerInAnswers {}

type Metadata = ProviderMetadata<
    IssuerInAnswers,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type TokenResponse = StandardTokenResponse<
    IdTokenFields<
        VerifiedClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

type OidcClient = Client<
    VerifiedClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    TokenResponse,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Where the browser goes to be asked; `claims` is the `claims` parameter.
///
/// # Errors
/// [`IdentityError::Settings`], [`IdentityError::Unusable`].
pub async fn begin(
    fetcher: &Fetcher,
    us: &Registration<'_>,
    trip: &RoundTrip,
    claims: &Value,
) -> Result<String, IdentityError> {
    let (client, _) = client(fetcher, us).await?;
    let (state, nonce) = (trip.state.clone(), trip.nonce.clone());
    let verifier = PkceCodeVerifier::new(trip.verifier.clone());
    let (url, _, _) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(state),
            move || Nonce::new(nonce),
        )
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        // Whoever sits there proves it now; an old session is not asked (OpenID Connect Core section 3.1.2.1).
        .add_prompt(CoreAuthPrompt::Login)
        .add_extra_param("claims", claims.to_string())
        .url();
    Ok(url.into())
}

/// Redeems an answer; gives the verified claims of the ID token, null where it brings none.
///
/// # Errors
/// [`IdentityError`].
pub async fn finish(
    fetcher: &Fetcher,
    us: &Registration<'_>,
    trip: &RoundTrip,
    answer: CodeAnswer<'_>,
    now: Timestamp,
) -> Result<Value, IdentityError> {
    let (client, names_itself) = client(fetcher, us).await?;
    let same = answer.iss.map_or(!names_itself, |iss| iss == us.issuer);
    if !same {
        return Err(IdentityError::OtherIssuer);
    }
    let http = |request: HttpRequest| fetcher.carry(request);
    let tokens = client
        .exchange_code(AuthorizationCode::new(answer.code.to_owned()))
        .map_err(|error| IdentityError::Unusable(error.to_string()))?
        .set_pkce_verifier(PkceCodeVerifier::new(trip.verifier.clone()))
        .request_async(&http)
        .await
        .map_err(|error| IdentityError::Code(error.to_string()))?;
    let invalid = |why: String| IdentityError::IdToken(why);
    let token = tokens
        .extra_fields()
        .id_token()
        .ok_or_else(|| invalid("there is none".to_owned()))?;
    let moment: DateTime<Utc> = DateTime::from_timestamp(now.secs(), 0).unwrap_or_default();
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(ALGS)
        .set_time_fn(move || moment)
        .set_issue_time_verifier_fn(move |issued| {
            if issued.timestamp() <= moment.timestamp() + SKEW {
                Ok(())
            } else {
                Err("issued in the future".to_owned())
            }
        });
    let claims = token
        .claims(&verifier, &Nonce::new(trip.nonce.clone()))
        .map_err(|error| invalid(error.to_string()))?;
    Ok(claims
        .additional_claims()
        .verified_claims
        .clone()
        .unwrap_or_default())
}

/// The client at the provider's own documents, and whether the provider says that its answers name it.
async fn client(fetcher: &Fetcher, us: &Registration<'_>) -> Result<(OidcClient, bool), IdentityError> {
    let issuer =
        IssuerUrl::new(us.issuer.to_owned()).map_err(|error| IdentityError::Settings(error.to_string()))?;
    let redirect = RedirectUrl::new(us.redirect_uri.to_owned())
        .map_err(|error| IdentityError::Settings(error.to_string()))?;
    let http = |request: HttpRequest| fetcher.carry(request);
    let metadata = Metadata::discover_async(issuer, &http)
        .await
        .map_err(|error| IdentityError::Unusable(error.to_string()))?;
    let names_itself = metadata
        .additional_metadata()
        .authorization_response_iss_parameter_supported;
    let id = ClientId::new(us.client_id.to_owned());
    let secret = us
        .client_secret
        .map(|secret| ClientSecret::new(secret.expose().clone()));
    let client = OidcClient::from_provider_metadata(metadata, id, secret).set_redirect_uri(redirect);
    Ok((client, names_itself))
}
