//! Request objects: fetched where they come by reference, the signature by the client's keys, then the claims
//! (`protocol::request_object`).

use serde_json::{Map, Value};

use super::client_keys;
use crate::base::net::ClientIp;
use crate::crypto::jwt::{is_unsecured, unsecured_claims};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::protocol::request_object::{self, Meant, UNSIGNED};
use crate::signals::{Throttle, count_fetch};
use crate::tenants::{ClientRuntime, Platform, Realm};

/// The largest object that is fetched, bytes.
const MAX_FETCHED: usize = 16 * 1024;

/// What an object asks for.
pub(super) struct Opened {
    pub(super) params: Params,
    /// Whether the client signed it.
    pub(super) signed: bool,
}

/// The parameters of a request object of this client.
///
/// # Errors
/// `request_not_supported` for an unsigned object of a client that did not register so, `invalid_request_object` for one that doesn't hold.
pub(super) async fn open(
    platform: &Platform,
    realm: &Realm,
    client: &ClientRuntime,
    object: &str,
) -> Result<Opened, OAuthError> {
    let registered = client.record.metadata.request_object_signing_alg.as_deref();
    let signed = !is_unsecured(object);
    if !signed && registered != Some(UNSIGNED) {
        return Err(OAuthError::new(
            ErrorCode::RequestNotSupported,
            "this client is not registered for unsigned request objects",
        ));
    }
    let refused = |words: &str| OAuthError::new(ErrorCode::InvalidRequestObject, words);
    let claims: Map<String, Value> = if signed {
        let verified = client_keys::verify(platform, client, object, registered).await;
        verified.map_err(|error| {
            refused("the request object is not signed by this client as it is registered")
                .with_detail(error.to_string())
        })?
    } else {
        unsecured_claims(object).ok_or_else(|| refused("the request object can not be read"))?
    };
    let meant = Meant {
        issuer: realm.issuer(),
        client: &client.record.id,
        now: platform.now(),
    };
    Ok(Opened {
        params: request_object::open(&claims, &meant)?,
        signed,
    })
}

/// Fetches an object from where the client registered that its objects lie (OpenID Connect Core section 6.2).
///
/// # Errors
/// `invalid_request_uri` for an address that is not registered, that can not be fetched, or whose content is not the promised one;
/// `temporarily_unavailable` when too much was fetched lately.
pub(super) async fn fetch(
    platform: &Platform,
    realm: &Realm,
    client: &ClientRuntime,
    (uri, from): (&str, ClientIp),
) -> Result<String, OAuthError> {
    let refused = |words: &str| OAuthError::new(ErrorCode::InvalidRequestUri, words);
    if !request_object::is_registered(uri, &client.record.metadata.request_uris) {
        return Err(refused("request_uri is not registered for this client"));
    }
    let throttle = count_fetch(platform, realm, from);
    if !matches!(throttle, Ok(Throttle::Open)) {
        let words = "too many documents were fetched lately";
        return Err(OAuthError::new(ErrorCode::TemporarilyUnavailable, words));
    }
    let place = uri.split('#').next().unwrap_or_default();
    let accept = [(
        "accept",
        "application/oauth-authz-req+jwt, application/jwt;q=0.9, */*;q=0.1",
    )];
    let fetched = platform.fetcher.text_with(place, &accept, MAX_FETCHED).await;
    let content =
        fetched.map_err(|error| refused("request_uri can not be fetched").with_detail(error.to_string()))?;
    if !request_object::keeps_promise(uri, &content) {
        return Err(refused(
            "the content is not the one that request_uri names by its hash",
        ));
    }
    Ok(content.trim().to_owned())
}
