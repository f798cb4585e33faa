//! An app that asks for the tokens of a backchannel authentication (CIBA Core section 10.1): it gets them once.

use super::super::issue::TokenResponse;
use super::super::{AuthenticatedClient, OidcError, ciba, invalid_grant};
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
    let presented = params.require("auth_req_id")?;
    let id = ciba::id_of(realm, presented).ok_or_else(|| invalid_grant("auth_req_id is not known"))?;
    let _turn = platform.ephemeral.lock(&ciba::lock_key(realm, id)).await;
    let record = ciba::poll(platform, realm, caller, id)?;
    let hash = TokenHash::of(TokenKind::AuthReqId, presented);
    let tokens = exchange(platform, realm, caller, (params, from), (hash, record)).await?;
    ciba::forget(platform, realm, id);
    tokens.ok_or_else(|| invalid_grant("auth_req_id was used"))
}
