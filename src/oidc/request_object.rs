//! Request objects by value: the signature by the client's keys, then the claims (`protocol::request_object`).

use serde_json::{Map, Value};

use super::client_keys;
use crate::crypto::jwt::is_unsecured;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::protocol::request_object::{self, Meant};
use crate::tenants::{ClientRuntime, Platform, Realm};

/// The parameters of a request object that this client signed.
///
/// # Errors
/// `request_not_supported` for an unsigned object, `invalid_request_object` for one that doesn't hold.
pub(super) async fn open(
    platform: &Platform,
    realm: &Realm,
    client: &ClientRuntime,
    object: &str,
) -> Result<Params, OAuthError> {
    if is_unsecured(object) {
        return Err(OAuthError::new(
            ErrorCode::RequestNotSupported,
            "unsigned request objects are not supported",
        ));
    }
    let metadata = &client.record.metadata;
    let registered = metadata.request_object_signing_alg.as_deref();
    let claims: Map<String, Value> = client_keys::verify(platform, client, object, registered)
        .await
        .map_err(|error| {
            OAuthError::new(
                ErrorCode::InvalidRequestObject,
                "the request object is not signed by this client as it is registered",
            )
            .with_detail(error.to_string())
        })?;
    let meant = Meant {
        issuer: realm.issuer(),
        client: &client.record.id,
        now: platform.now(),
    };
    request_object::open(&claims, &meant)
}
