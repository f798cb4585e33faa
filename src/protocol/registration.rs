//! Client metadata by its standard names (RFC 7591, OpenID Connect Dynamic Client Registration 1.0).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ciba::BackchannelMetadata;
use super::client_certificate::TlsClientAuth;
use super::subject::SubjectMetadata;

/// A signature algorithm we sign with (RFC 7518 section 3, RFC 8037).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SigningAlg {
    /// ECDSA on P-256 with SHA-256: the default.
    ES256,
    /// Ed25519.
    EdDSA,
    /// RSASSA-PKCS1-v1_5 with SHA-256: where the standards default to it.
    RS256,
    /// RSASSA-PSS with SHA-256; its keys sign nothing else.
    PS256,
}

impl SigningAlg {
    /// Every algorithm, as discovery lists them.
    pub const ALL: [Self; 4] = [Self::ES256, Self::EdDSA, Self::RS256, Self::PS256];

    /// The JWA name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ES256 => "ES256",
            Self::EdDSA => "EdDSA",
            Self::RS256 => "RS256",
            Self::PS256 => "PS256",
        }
    }

    /// The algorithm of a JWA name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alg| alg.name() == name)
    }
}

/// How a client authenticates at the token endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthMethod {
    /// HTTP Basic with form-encoded id and secret (RFC 6749 section 2.3.1).
    #[default]
    ClientSecretBasic,
    /// Id and secret in the body.
    ClientSecretPost,
    /// An assertion signed with a key of the client (RFC 7523 section 2.2).
    PrivateKeyJwt,
    /// An assertion signed with the client's secret (OpenID Connect Core section 9).
    ClientSecretJwt,
    /// A certificate that an authority of the tenant vouches for (RFC 8705 section 2.1).
    TlsClientAuth,
    /// A certificate that the client registered itself (RFC 8705 section 2.2).
    SelfSignedTlsClientAuth,
    /// A public client: PKCE instead.
    None,
}

impl ClientAuthMethod {
    /// Every method, as discovery lists them where TLS with certificates of clients is set up.
    pub const ALL: [Self; 7] = [
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::PrivateKeyJwt,
        Self::ClientSecretJwt,
        Self::TlsClientAuth,
        Self::SelfSignedTlsClientAuth,
        Self::None,
    ];

    /// The registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::TlsClientAuth => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
            Self::None => "none",
        }
    }

    /// Whether the TLS connection proves the client, and nothing in the request does.
    pub const fn is_by_certificate(self) -> bool {
        matches!(self, Self::TlsClientAuth | Self::SelfSignedTlsClientAuth)
    }
}

/// A grant type we implement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// RFC 6749 section 4.1.
    AuthorizationCode,
    /// RFC 6749 section 6.
    RefreshToken,
    /// RFC 6749 section 4.4.
    ClientCredentials,
    /// RFC 8628 section 3.4.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
    /// RFC 8693 section 2.1.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    TokenExchange,
    /// RFC 7523 section 2.1.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:jwt-bearer")]
    JwtBearer,
    /// CIBA Core section 4.
    #[serde(rename = "urn:openid:params:grant-type:ciba")]
    Ciba,
}

impl GrantType {
    /// Every grant type, as discovery lists them.
    pub const ALL: [Self; 7] = [
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
        Self::DeviceCode,
        Self::TokenExchange,
        Self::JwtBearer,
        Self::Ciba,
    ];

    /// The registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
            Self::Ciba => "urn:openid:params:grant-type:ciba",
        }
    }

    /// The grant type of a registered name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.name() == name)
    }
}

/// `application_type` of OpenID Connect registration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    /// `https` redirect URIs.
    #[default]
    Web,
    /// Loopback and private-use schemes allowed (RFC 8252).
    Native,
}

/// Client metadata by its standard names. Omitted members take the defaults of RFC 7591 and OpenID Connect
/// registration, which is why ID tokens default to RS256 here; `client create --type` sets ES256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientMetadata {
    /// Redirect URIs, matched exactly.
    pub redirect_uris: Vec<String>,
    /// Where the browser may return after a logout, matched exactly.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<String>,
    /// How it authenticates.
    pub token_endpoint_auth_method: ClientAuthMethod,
    /// The algorithm its assertions must use; any supported one when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// What it may ask tokens for.
    pub grant_types: Vec<GrantType>,
    /// Always `code`.
    pub response_types: Vec<String>,
    /// Name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// Its home page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Its logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// Its privacy policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Addresses of people responsible.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// Scopes it may ask for, separated by spaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Types of details it may ask for (RFC 9396 section 10); none when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details_types: Vec<String>,
    /// Its keys, by value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// Its keys, by reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Web or native.
    pub application_type: ApplicationType,
    /// What signs its ID tokens.
    pub id_token_signed_response_alg: SigningAlg,
    /// Signs userinfo when present; plain JSON otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<SigningAlg>,
    /// Signs introspection answers (RFC 9701 section 6); like ID tokens when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_signed_response_alg: Option<SigningAlg>,
    /// Signs authorization responses in the modes that ask for it (JARM section 3); like ID tokens when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_signed_response_alg: Option<SigningAlg>,
    /// The algorithm that its request objects must use; any supported one when absent, and none at all with `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<String>,
    /// Where its request objects may lie (OpenID Connect Core section 6.2); a fragment is the hash of the content.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<String>,
    /// Only signed request objects are taken from it (RFC 9101 section 10.5).
    #[serde(skip_serializing_if = "is_false")]
    pub require_signed_request_object: bool,
    /// Only pushed requests are taken from it (RFC 9126 section 6).
    #[serde(skip_serializing_if = "is_false")]
    pub require_pushed_authorization_requests: bool,
    /// It gets access tokens for proofs of possession only (RFC 9449 section 5.2).
    #[serde(skip_serializing_if = "is_false")]
    pub dpop_bound_access_tokens: bool,
    /// Its access tokens, and a public client's refresh tokens, are bound to its certificate (RFC 8705 section 3.4).
    #[serde(skip_serializing_if = "is_false")]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// What its certificate must say (RFC 8705 section 2.1.2).
    #[serde(flatten)]
    pub tls_client_auth: TlsClientAuth,
    /// How it asks people away from its own pages (CIBA Core section 4).
    #[serde(flatten)]
    pub backchannel: BackchannelMetadata,
    /// By which name it knows people (OpenID Connect Core section 8).
    #[serde(flatten)]
    pub subject: SubjectMetadata,
    /// Where logout tokens are sent (Back-Channel Logout 1.0 section 2.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// It needs `sid` in logout tokens (they always have it).
    #[serde(skip_serializing_if = "is_false")]
    pub backchannel_logout_session_required: bool,
    /// The page that ends its session, opened in a frame at sign-out (Front-Channel Logout 1.0 section 2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// That page needs `iss` and `sid` (it always gets them).
    #[serde(skip_serializing_if = "is_false")]
    pub frontchannel_logout_session_required: bool,
    /// Default `max_age` in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u64>,
    /// `auth_time` is always in the ID token (we always send it).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_auth_time: Option<bool>,
    /// Default `acr_values`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    /// Where a sign-in can be started from outside; the way on from an error page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    /// Members that we keep and echo but do not act on.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the form that serde calls it in"
)]
const fn is_false(value: &bool) -> bool {
    !*value
}

impl ClientMetadata {
    /// What signs authorization responses. The default of JARM section 3 is RS256, as it is for ID tokens; a client that chose
    /// another algorithm for those gets the same here.
    pub fn authorization_alg(&self) -> SigningAlg {
        self.authorization_signed_response_alg
            .unwrap_or(self.id_token_signed_response_alg)
    }

    /// What signs introspection answers; the default of RFC 9701 section 6 is treated alike.
    pub fn introspection_alg(&self) -> SigningAlg {
        self.introspection_signed_response_alg
            .unwrap_or(self.id_token_signed_response_alg)
    }

    /// Every algorithm that we sign with for this client, each at least once.
    pub fn signing_algs(&self) -> impl Iterator<Item = SigningAlg> {
        [
            Some(self.id_token_signed_response_alg),
            self.userinfo_signed_response_alg,
            self.introspection_signed_response_alg,
            self.authorization_signed_response_alg,
        ]
        .into_iter()
        .flatten()
    }
}

impl Default for ClientMetadata {
    fn default() -> Self {
        Self {
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            token_endpoint_auth_method: ClientAuthMethod::default(),
            token_endpoint_auth_signing_alg: None,
            grant_types: vec![GrantType::AuthorizationCode],
            response_types: vec!["code".to_owned()],
            client_name: None,
            client_uri: None,
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
            contacts: Vec::new(),
            scope: None,
            authorization_details_types: Vec::new(),
            jwks: None,
            jwks_uri: None,
            application_type: ApplicationType::default(),
            id_token_signed_response_alg: SigningAlg::RS256,
            userinfo_signed_response_alg: None,
            introspection_signed_response_alg: None,
            authorization_signed_response_alg: None,
            request_object_signing_alg: None,
            request_uris: Vec::new(),
            require_signed_request_object: false,
            require_pushed_authorization_requests: false,
            dpop_bound_access_tokens: false,
            tls_client_certificate_bound_access_tokens: false,
            tls_client_auth: TlsClientAuth::default(),
            backchannel: BackchannelMetadata::default(),
            subject: SubjectMetadata::default(),
            backchannel_logout_uri: None,
            backchannel_logout_session_required: false,
            frontchannel_logout_uri: None,
            frontchannel_logout_session_required: false,
            default_max_age: None,
            require_auth_time: None,
            default_acr_values: Vec::new(),
            initiate_login_uri: None,
            other: Map::new(),
        }
    }
}
