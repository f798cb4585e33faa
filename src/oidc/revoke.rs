//! Revocation (RFC 7009). A refresh token takes its whole grant with it; an access token of a user too, since it names the
//! grant and nothing else would hold back its siblings. The answer is the same whether or not there was anything to revoke.

use super::bearer::jti_hash;
use super::issue::grant_of_jti;
use super::{AuthenticatedClient, OidcError};
use crate::base::ids::{ClientId, GrantId};
use crate::base::secret::{TokenHash, TokenKind};
use crate::base::timestamp::Timestamp;
use crate::domain::grant::{Revocation, RevocationReason};
use crate::protocol::claims::AccessTokenClaims;
use crate::protocol::params::Params;
use crate::protocol::refresh_token::PresentedRefreshToken;
use crate::store::{StoreError, TenantStore};
use crate::tenants::{Platform, Realm};

/// Revokes a token of the calling client.
///
/// # Errors
/// `invalid_request` without a token; the database.
pub async fn revoke(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    params: &Params,
) -> Result<(), OidcError> {
    let token = params.require("token")?;
    let store = realm.store(&platform.store);
    let client = &caller.client.record.id;
    if let Some(presented) = PresentedRefreshToken::parse(token) {
        let found = store.grant_for_refresh(presented.grant).await?;
        let ours = found.filter(|held| {
            let family = held.grant.family.as_ref();
            held.grant.client == *client
                && family
                    .is_some_and(|family| presented.is_derived_from(&realm.tenant.refresh_key, &family.seed))
        });
        if let Some(held) = ours {
            revoke_grant(platform, realm, held.grant.id).await?;
        }
        return Ok(());
    }
    if token.starts_with("tga_") {
        let hash = TokenHash::of(TokenKind::Access, token);
        let stored = store
            .access_token(&hash)
            .await?
            .filter(|stored| stored.client == *client);
        if let Some(stored) = stored {
            if let Some(grant) = own(&store, client, stored.grant).await? {
                revoke_grant(platform, realm, grant).await?;
            } else {
                let mut batch = store.batch();
                batch.delete_access_token(&hash);
                store.commit(batch).await?;
            }
        }
        return Ok(());
    }
    let claims: Option<AccessTokenClaims> = realm.tenant.keys.verifying.verify(token).ok();
    if let Some(claims) = claims.filter(|claims| claims.client_id == client.as_str()) {
        if let Some(grant) = own(&store, client, grant_of_jti(&claims.jti)).await? {
            revoke_grant(platform, realm, grant).await?;
        } else {
            let mut batch = store.batch();
            batch.revoke_token(&jti_hash(&claims.jti), Timestamp::from_secs(claims.exp));
            store.commit(batch).await?;
        }
    }
    Ok(())
}

/// The grant of a token, if it is the client's own. What a client got by exchange came of another's grant, which it can't take back.
async fn own(
    store: &TenantStore,
    client: &ClientId,
    grant: Option<GrantId>,
) -> Result<Option<GrantId>, StoreError> {
    let Some(grant) = grant else { return Ok(None) };
    let held = store.grant_for_refresh(grant).await?;
    Ok(held
        .filter(|held| held.grant.client == *client)
        .map(|held| held.grant.id))
}

async fn revoke_grant(platform: &Platform, realm: &Realm, grant: GrantId) -> Result<(), StoreError> {
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    batch.revoke_grant(
        grant,
        Revocation {
            at: platform.now(),
            reason: RevocationReason::Client,
        },
    );
    match store.commit(batch).await {
        Ok(()) | Err(StoreError::Conflict(_)) => Ok(()),
        Err(other) => Err(other),
    }
}
