//! What a client registers to ask people away from its own pages (CIBA Core section 4).

use super::metadata::{page, refuse};
use crate::domain::client::{ClientMetadata, GrantType};
use crate::protocol::ciba::{BackchannelMetadata, DeliveryMode};
use crate::protocol::error::OAuthError;

/// Checks members that must fit each other.
pub(super) fn check(metadata: &ClientMetadata) -> Result<(), OAuthError> {
    let registered = &metadata.backchannel;
    if !metadata.grant_types.contains(&GrantType::Ciba) {
        if *registered == BackchannelMetadata::default() {
            return Ok(());
        }
        let words = format!(
            "members about CIBA need the grant type {}",
            GrantType::Ciba.name()
        );
        return Err(refuse(words));
    }
    let endpoint = registered.backchannel_client_notification_endpoint.as_deref();
    if let Some(uri) = endpoint {
        page("backchannel_client_notification_endpoint", uri)?;
    }
    let mode = registered.backchannel_token_delivery_mode;
    if mode.is_none() {
        return Err(refuse("backchannel_token_delivery_mode must be poll or ping"));
    }
    if mode == Some(DeliveryMode::Ping) && endpoint.is_none() {
        return Err(refuse("ping needs backchannel_client_notification_endpoint"));
    }
    let signs = registered
        .backchannel_authentication_request_signing_alg
        .is_some();
    if signs && metadata.jwks.is_none() && metadata.jwks_uri.is_none() {
        return Err(refuse(
            "backchannel_authentication_request_signing_alg needs jwks or jwks_uri",
        ));
    }
    Ok(())
}
