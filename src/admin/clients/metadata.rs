//! Checking client metadata, member by member (RFC 7591 section 2, OpenID Connect Dynamic Client Registration 1.0 section 2).
//! What we can't honour is refused, never silently dropped, where an app would rely on it.

use serde_json::{Map, Value};
use url::Url;

use super::{backchannel, certificates, sector};
use crate::crypto::key_set::KeySet;
use crate::domain::client::{ClientAuthMethod, ClientMetadata, GrantType};
use crate::protocol::authorization_details::DetailType;
use crate::protocol::ciba::{BackchannelMetadata, DeliveryMode};
use crate::protocol::client_certificate::TlsClientAuth;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::metadata::{ASSERTION_ALGS, SHARED_ALGS};
use crate::protocol::redirect::check_registered;
use crate::protocol::registration::SigningAlg;
use crate::protocol::request_object::UNSIGNED;
use crate::protocol::scope::is_scope_token;
use crate::protocol::subject::{SubjectMetadata, SubjectType};

/// What to do with a member that no standard we know names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Leave it out (RFC 7591 section 2).
    Drop,
    /// Refuse it: at the command line it is a typing mistake.
    Refuse,
}

/// Members with a field of their own.
const HELD: [&str; 35] = [
    "redirect_uris",
    "post_logout_redirect_uris",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "grant_types",
    "response_types",
    "client_name",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "contacts",
    "scope",
    "authorization_details_types",
    "jwks",
    "jwks_uri",
    "application_type",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "introspection_signed_response_alg",
    "authorization_signed_response_alg",
    "request_object_signing_alg",
    "request_uris",
    "require_signed_request_object",
    "require_pushed_authorization_requests",
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
    "default_max_age",
    "require_auth_time",
    "default_acr_values",
    "initiate_login_uri",
];

/// Members that are kept and echoed, and ask nothing of us.
const ECHOED: [&str; 2] = ["software_id", "software_version"];

/// Members that ask for what this version can't do. Their "off" is accepted.
const UNSUPPORTED: [&str; 11] = [
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "request_object_encryption_alg",
    "request_object_encryption_enc",
    "authorization_encrypted_response_alg",
    "authorization_encrypted_response_enc",
    "introspection_encrypted_response_alg",
    "introspection_encrypted_response_enc",
    "backchannel_user_code_parameter",
];

/// The longest list of addresses, scopes or contacts.
const MAX_ITEMS: usize = 100;
/// The longest text of a member.
const MAX_TEXT: usize = 2_048;

pub(super) fn refuse(description: impl Into<String>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClientMetadata, description)
}

/// Checks a document of metadata and gives it typed; omitted members take the standards' defaults.
///
/// # Errors
/// `invalid_redirect_uri` or `invalid_client_metadata`, with what is wrong (RFC 7591 section 3.2.2).
pub fn check(mut document: Map<String, Value>, unknown: Unknown) -> Result<ClientMetadata, OAuthError> {
    document.retain(|_, value| !value.is_null());
    if !document.contains_key("response_types")
        && document
            .get("grant_types")
            .is_some_and(|grants| !names_code(grants))
    {
        document.insert("response_types".to_owned(), Value::Array(Vec::new()));
    }
    supported(&document)?;
    document.retain(|name, _| !UNSUPPORTED.contains(&name.as_str()));
    let known = |name: &str| {
        let plain = name.split('#').next().unwrap_or_default();
        let parts = [
            &TlsClientAuth::NAMES[..],
            &BackchannelMetadata::NAMES,
            &SubjectMetadata::NAMES,
        ];
        let held = HELD.contains(&name) || parts.iter().any(|names| names.contains(&name));
        held || ECHOED.contains(&name) || (name.contains('#') && HELD.contains(&plain))
    };
    if let (Unknown::Refuse, Some(name)) = (unknown, document.keys().find(|name| !known(name))) {
        return Err(refuse(format!("{name}: no such member of client metadata")));
    }
    document.retain(|name, _| known(name));
    choices(&document)?;
    let metadata: ClientMetadata = serde_json::from_value(Value::Object(document))
        .map_err(|error| refuse(format!("client metadata is malformed: {error}")))?;
    addresses(&metadata)?;
    logout_addresses(&metadata)?;
    consistent(&metadata)?;
    certificates::check(&metadata)?;
    backchannel::check(&metadata)?;
    sector::check(&metadata)?;
    keys(&metadata)?;
    Ok(metadata)
}

/// Whether a list of grant types has the one that `response_types` is about.
fn names_code(grants: &Value) -> bool {
    grants
        .as_array()
        .is_some_and(|grants| grants.iter().any(|grant| grant == "authorization_code"))
}

/// Refuses what we can't do; "off" values pass and are left out later.
fn supported(document: &Map<String, Value>) -> Result<(), OAuthError> {
    if document.contains_key("software_statement") {
        return Err(OAuthError::new(
            ErrorCode::UnapprovedSoftwareStatement,
            "software statements are not taken here",
        ));
    }
    for name in UNSUPPORTED {
        let off = |value: &Value| {
            value == &Value::Bool(false) || value.as_array().is_some_and(Vec::is_empty) || value == "none"
        };
        if document.get(name).is_some_and(|value| !off(value)) {
            return Err(refuse(format!("{name} is not supported")));
        }
    }
    Ok(())
}

/// Values of closed sets, with what would do.
fn choices(document: &Map<String, Value>) -> Result<(), OAuthError> {
    let algs: Vec<&str> = SigningAlg::ALL.iter().map(|alg| alg.name()).collect();
    let methods: Vec<&str> = ClientAuthMethod::ALL.iter().map(|method| method.name()).collect();
    let grants: Vec<&str> = GrantType::ALL.iter().map(|grant| grant.name()).collect();
    let one = |name: &str, allowed: &[&str]| match document.get(name) {
        Some(value) if !value.as_str().is_some_and(|text| allowed.contains(&text)) => {
            Err(refuse(format!("{name} must be one of {}", allowed.join(", "))))
        }
        _ => Ok(()),
    };
    let many = |name: &str, allowed: &[&str]| match document.get(name) {
        Some(Value::Array(values))
            if values
                .iter()
                .all(|value| value.as_str().is_some_and(|text| allowed.contains(&text))) =>
        {
            Ok(())
        }
        None => Ok(()),
        Some(_) => Err(refuse(format!("{name} may hold {} only", allowed.join(", ")))),
    };
    one("token_endpoint_auth_method", &methods)?;
    one(
        "token_endpoint_auth_signing_alg",
        &[&ASSERTION_ALGS[..], &SHARED_ALGS].concat(),
    )?;
    one(
        "request_object_signing_alg",
        &[&ASSERTION_ALGS[..], &[UNSIGNED]].concat(),
    )?;
    one("id_token_signed_response_alg", &algs)?;
    one("userinfo_signed_response_alg", &algs)?;
    one("introspection_signed_response_alg", &algs)?;
    one("authorization_signed_response_alg", &algs)?;
    one(
        "backchannel_token_delivery_mode",
        &DeliveryMode::ALL.map(DeliveryMode::name),
    )?;
    one("backchannel_authentication_request_signing_alg", &ASSERTION_ALGS)?;
    one("application_type", &["web", "native"])?;
    one("subject_type", &SubjectType::ALL.map(SubjectType::name))?;
    many("grant_types", &grants)?;
    many("response_types", &["code"])
}

fn addresses(metadata: &ClientMetadata) -> Result<(), OAuthError> {
    let lists = [
        &metadata.redirect_uris,
        &metadata.post_logout_redirect_uris,
        &metadata.contacts,
        &metadata.request_uris,
        &metadata.authorization_details_types,
    ];
    if lists
        .iter()
        .any(|list| list.len() > MAX_ITEMS || list.iter().any(|text| text.len() > MAX_TEXT))
    {
        return Err(refuse("a list is too long"));
    }
    for uri in metadata
        .redirect_uris
        .iter()
        .chain(&metadata.post_logout_redirect_uris)
    {
        check_registered(uri, metadata.application_type)?;
    }
    let pages = [
        ("client_uri", &metadata.client_uri),
        ("logo_uri", &metadata.logo_uri),
        ("policy_uri", &metadata.policy_uri),
        ("tos_uri", &metadata.tos_uri),
        ("jwks_uri", &metadata.jwks_uri),
        ("backchannel_logout_uri", &metadata.backchannel_logout_uri),
        ("frontchannel_logout_uri", &metadata.frontchannel_logout_uri),
    ];
    for (name, uri) in pages {
        if let Some(uri) = uri {
            page(name, uri)?;
        }
    }
    for uri in &metadata.request_uris {
        page("request_uris", uri)?;
    }
    // OpenID Connect Core section 4: no exception for loopback.
    if let Some(uri) = metadata
        .initiate_login_uri
        .as_deref()
        .filter(|uri| !uri.starts_with("https:"))
    {
        return Err(refuse(format!("initiate_login_uri: {uri} is no https address")));
    }
    if let Some(uri) = &metadata.initiate_login_uri {
        page("initiate_login_uri", uri)?;
    }
    name_and_scope(metadata)
}

fn name_and_scope(metadata: &ClientMetadata) -> Result<(), OAuthError> {
    let name = metadata.client_name.as_deref().unwrap_or("-");
    if name.trim().is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(refuse("client_name must have 1 to 200 characters"));
    }
    let types = &metadata.authorization_details_types;
    if !types.iter().all(|name| DetailType::is_name(name)) {
        return Err(refuse(
            "authorization_details_types must be words of printable characters",
        ));
    }
    let scope = metadata.scope.as_deref().unwrap_or_default();
    if scope.len() > MAX_TEXT
        || !scope
            .split(' ')
            .filter(|word| !word.is_empty())
            .all(is_scope_token)
    {
        return Err(refuse(
            "scope must be words of printable characters, separated by spaces",
        ));
    }
    Ok(())
}

/// Addresses that a logout is told to have no fragment, and the page in the frame lies where the app lives: nobody else's page is
/// opened beside ours (Back-Channel Logout 1.0 section 2.2, Front-Channel Logout 1.0 section 2).
fn logout_addresses(metadata: &ClientMetadata) -> Result<(), OAuthError> {
    let front = metadata.frontchannel_logout_uri.as_deref();
    let both = [metadata.backchannel_logout_uri.as_deref(), front];
    if both.iter().flatten().any(|uri| uri.contains('#')) {
        return Err(refuse("addresses for logouts must not have a fragment"));
    }
    let origin = |uri: &str| Url::parse(uri).map(|url| url.origin()).ok();
    let at_home = |uri: &str| {
        metadata
            .redirect_uris
            .iter()
            .any(|known| origin(known) == origin(uri))
    };
    if front.is_some_and(|uri| !at_home(uri)) {
        return Err(refuse(
            "frontchannel_logout_uri must have scheme, host and port of a redirect URI",
        ));
    }
    Ok(())
}

/// Addresses that browsers or we ourselves open: `https`, plain `http` on loopback names only.
pub(super) fn page(name: &str, uri: &str) -> Result<(), OAuthError> {
    let fits = Url::parse(uri).is_ok_and(|url| {
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        let scheme = url.scheme() == "https" || (url.scheme() == "http" && local);
        scheme && url.username().is_empty() && url.password().is_none()
    });
    if fits && uri.len() <= MAX_TEXT {
        return Ok(());
    }
    Err(refuse(format!("{name} must be an https address")))
}

/// Members that must fit each other.
fn consistent(metadata: &ClientMetadata) -> Result<(), OAuthError> {
    let grants = &metadata.grant_types;
    let code = grants.contains(&GrantType::AuthorizationCode);
    if grants.is_empty() {
        return Err(refuse("grant_types must not be empty"));
    }
    if code && metadata.redirect_uris.is_empty() {
        return Err(OAuthError::new(
            ErrorCode::InvalidRedirectUri,
            "redirect_uris must not be empty for authorization_code",
        ));
    }
    if code == metadata.response_types.is_empty() {
        return Err(refuse(
            "response_types and grant_types must fit: code belongs to authorization_code (RFC 7591 section 2.1)",
        ));
    }
    let elsewhere = [GrantType::DeviceCode, GrantType::Ciba];
    let by_person = code || elsewhere.iter().any(|grant| grants.contains(grant));
    if grants.contains(&GrantType::RefreshToken) && !by_person {
        return Err(refuse(
            "refresh_token needs authorization_code, device_code or ciba beside it",
        ));
    }
    authenticates(metadata)?;
    proves(metadata)
}

/// Grants of clients that prove who they are.
fn authenticates(metadata: &ClientMetadata) -> Result<(), OAuthError> {
    let public = metadata.token_endpoint_auth_method == ClientAuthMethod::None;
    let authenticated = [
        GrantType::ClientCredentials,
        GrantType::TokenExchange,
        GrantType::JwtBearer,
        GrantType::Ciba,
    ];
    if let Some(grant) = authenticated
        .into_iter()
        .find(|grant| public && metadata.grant_types.contains(grant))
    {
        return Err(refuse(format!(
            "{} needs a client that authenticates (RFC 6749 section 4.4)",
            grant.name()
        )));
    }
    Ok(())
}

/// What it proves itself and its requests with.
fn proves(metadata: &ClientMetadata) -> Result<(), OAuthError> {
    let method = metadata.token_endpoint_auth_method;
    let signs = method == ClientAuthMethod::PrivateKeyJwt;
    let fits = |alg: &str| match method {
        ClientAuthMethod::PrivateKeyJwt => ASSERTION_ALGS.contains(&alg),
        ClientAuthMethod::ClientSecretJwt => SHARED_ALGS.contains(&alg),
        _ => false,
    };
    let alg = metadata.token_endpoint_auth_signing_alg.as_deref();
    if alg.is_some_and(|alg| !fits(alg)) {
        return Err(refuse(
            "token_endpoint_auth_signing_alg does not fit token_endpoint_auth_method",
        ));
    }
    let keys = metadata.jwks.is_some() || metadata.jwks_uri.is_some();
    if signs && !keys {
        return Err(refuse("private_key_jwt needs jwks or jwks_uri"));
    }
    let unsigned = metadata.request_object_signing_alg.as_deref() == Some(UNSIGNED);
    if metadata.require_signed_request_object && unsigned {
        return Err(refuse(
            "require_signed_request_object does not fit request_object_signing_alg none",
        ));
    }
    if metadata.require_signed_request_object && !keys {
        return Err(refuse("require_signed_request_object needs jwks or jwks_uri"));
    }
    Ok(())
}

fn keys(metadata: &ClientMetadata) -> Result<(), OAuthError> {
    let Some(jwks) = &metadata.jwks else { return Ok(()) };
    if metadata.jwks_uri.is_some() {
        return Err(refuse(
            "jwks and jwks_uri must not be given together (RFC 7591 section 2)",
        ));
    }
    let list = jwks
        .get("keys")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    if list
        .iter()
        .any(|key| key.get("d").is_some() || key.get("k").is_some())
    {
        return Err(refuse("jwks must hold public keys only"));
    }
    match KeySet::from_jwks(&jwks.to_string()) {
        Ok(keys) if !keys.is_empty() => Ok(()),
        _ => Err(refuse("jwks holds no usable key")),
    }
}

/// Metadata as a document of its standard names.
pub fn document_of(metadata: &ClientMetadata) -> Map<String, Value> {
    match serde_json::to_value(metadata) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}
