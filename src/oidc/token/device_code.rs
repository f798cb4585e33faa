//! A device that asks for its tokens (RFC 8628 section 3.4): it gets them once.

use super::super::issue::TokenResponse;
use super::super::{AuthenticatedClient, OidcError, device, invalid_grant};
use super::BackChannel;
use super::code::exchange;
use crate::base::secret::{TokenHash, TokenKind};
use crate::protocol::params::Params;
use crate::tenants::{Platform, Realm};

pub(super) async fn redeem(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    params: &Params,
    from: &BackChannel,
) -> Result<TokenResponse, OidcError> {
    let code = params.require("device_code")?;
    let _turn = platform.ephemeral.lock(&device::lock_key(realm, code)).await;
    let record = device::poll(platform, realm, caller, code)?;
    let hash = TokenHash::of(TokenKind::DeviceCode, code);
    let tokens = exchange(platform, realm, caller, (params, from), (hash, record)).await?;
    device::forget(platform, realm, code);
    tokens.ok_or_else(|| invalid_grant("the device code was used"))
}
