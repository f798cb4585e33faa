//! What a client's profile asks of its registration. A registration that can't keep to it is refused with all that stands against it.

use serde_json::{Map, Value};
use url::Url;

use super::metadata::refuse;
use crate::domain::client::{ApplicationType, ClientAuthMethod, ClientMetadata, GrantType};
use crate::protocol::error::OAuthError;
use crate::protocol::profile::{AccessTokens, Profile, Redirects, Requests, Rules};
use crate::protocol::redirect::is_loopback;
use crate::protocol::registration::SigningAlg;

/// The member that names the profile.
pub(super) const MEMBER: &str = "tidegate_profile";

/// What signs for a client whose profile forbids the standards' default.
const ALG: SigningAlg = SigningAlg::ES256;

/// Puts what the profile asks where the document says nothing, so that the registration says what holds.
///
/// # Errors
/// `invalid_client_metadata` for a profile that there is not.
pub(super) fn fill(document: &mut Map<String, Value>) -> Result<(), OAuthError> {
    let rules = named(document.get(MEMBER))?.rules();
    let by_certificate =
        document.get("tls_client_certificate_bound_access_tokens") == Some(&Value::Bool(true));
    let mut put = |name: &str, value: Value| {
        document.entry(name).or_insert(value);
    };
    if !rules.authentication.contains(&ClientAuthMethod::default()) {
        let method = ClientAuthMethod::PrivateKeyJwt.name();
        put("token_endpoint_auth_method", method.into());
    }
    if !rules.allows_algorithm(SigningAlg::RS256.name()) {
        put("id_token_signed_response_alg", ALG.name().into());
    }
    if rules.requests != Requests::Any {
        put("require_pushed_authorization_requests", true.into());
    }
    if rules.requests == Requests::PushedAndSigned {
        put("require_signed_request_object", true.into());
    }
    if rules.access_tokens == AccessTokens::SenderConstrained && !by_certificate {
        put("dpop_bound_access_tokens", true.into());
    }
    Ok(())
}

fn named(member: Option<&Value>) -> Result<Profile, OAuthError> {
    let Some(value) = member else {
        return Ok(Profile::default());
    };
    let found = Profile::ALL.into_iter().find(|profile| value == profile.name());
    found.ok_or_else(|| {
        let names = Profile::ALL.map(Profile::name).join(", ");
        refuse(format!("{MEMBER} must be one of {names}"))
    })
}

/// Checks that a client can keep to its profile.
///
/// # Errors
/// `invalid_client_metadata` with everything that it can't keep to.
pub(super) fn check(metadata: &ClientMetadata) -> Result<(), OAuthError> {
    let rules = metadata.rules();
    let against: Vec<String> = [
        authentication(metadata, rules),
        requests(metadata, rules),
        access_tokens(metadata, rules),
        redirects(metadata, rules),
    ]
    .into_iter()
    .flatten()
    .chain(algorithms(metadata, rules))
    .collect();
    if against.is_empty() {
        return Ok(());
    }
    Err(refuse(format!(
        "{} asks for more: {}",
        metadata.profile.name(),
        against.join("; ")
    )))
}

fn authentication(metadata: &ClientMetadata, rules: &Rules) -> Option<String> {
    if rules
        .authentication
        .contains(&metadata.token_endpoint_auth_method)
    {
        return None;
    }
    let names: Vec<_> = rules.authentication.iter().map(|method| method.name()).collect();
    Some(format!(
        "token_endpoint_auth_method must be one of {}",
        names.join(", ")
    ))
}

fn requests(metadata: &ClientMetadata, rules: &Rules) -> Option<String> {
    let signed = rules.requests == Requests::PushedAndSigned;
    let asks = metadata.grant_types.contains(&GrantType::Ciba);
    let backchannel = &metadata
        .backchannel
        .backchannel_authentication_request_signing_alg;
    let words = if rules.requests != Requests::Any && !metadata.require_pushed_authorization_requests {
        "require_pushed_authorization_requests must be true"
    } else if signed && !metadata.require_signed_request_object {
        "require_signed_request_object must be true"
    } else if signed && asks && backchannel.is_none() {
        "backchannel_authentication_request_signing_alg must be registered"
    } else {
        return None;
    };
    Some(words.to_owned())
}

fn access_tokens(metadata: &ClientMetadata, rules: &Rules) -> Option<String> {
    let bound = metadata.dpop_bound_access_tokens || metadata.tls_client_certificate_bound_access_tokens;
    (rules.access_tokens == AccessTokens::SenderConstrained && !bound).then(|| {
        "dpop_bound_access_tokens or tls_client_certificate_bound_access_tokens must be true".to_owned()
    })
}

fn redirects(metadata: &ClientMetadata, rules: &Rules) -> Option<String> {
    let fits = |uri: &String| {
        let native = metadata.application_type == ApplicationType::Native;
        Url::parse(uri).is_ok_and(|url| url.scheme() != "http" || (native && is_loopback(&url)))
    };
    let open = metadata.redirect_uris.iter().find(|uri| !fits(uri));
    let open = open.filter(|_| rules.redirects == Redirects::Encrypted);
    open.map(|uri| format!("redirect_uris: {uri} is not encrypted"))
}

/// What either side signs with.
fn algorithms(metadata: &ClientMetadata, rules: &Rules) -> Vec<String> {
    let backchannel = &metadata
        .backchannel
        .backchannel_authentication_request_signing_alg;
    let theirs = [
        (
            "token_endpoint_auth_signing_alg",
            &metadata.token_endpoint_auth_signing_alg,
        ),
        ("request_object_signing_alg", &metadata.request_object_signing_alg),
        ("backchannel_authentication_request_signing_alg", backchannel),
    ];
    let ours = [
        (
            "id_token_signed_response_alg",
            Some(metadata.id_token_signed_response_alg),
        ),
        (
            "userinfo_signed_response_alg",
            metadata.userinfo_signed_response_alg,
        ),
        (
            "introspection_signed_response_alg",
            metadata.introspection_signed_response_alg,
        ),
        (
            "authorization_signed_response_alg",
            metadata.authorization_signed_response_alg,
        ),
    ];
    let theirs = theirs.map(|(name, alg)| (name, alg.as_deref()));
    let ours = ours.map(|(name, alg)| (name, alg.map(SigningAlg::name)));
    let refused = |alg: Option<&str>| alg.is_some_and(|alg| !rules.allows_algorithm(alg));
    theirs
        .into_iter()
        .chain(ours)
        .filter(|(_, alg)| refused(*alg))
        .map(|(name, _)| {
            let allowed = rules.algorithms.unwrap_or_default().join(", ");
            format!("{name} must be one of {allowed}")
        })
        .collect()
}
