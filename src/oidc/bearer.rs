//! Checking an access token that somebody presents: ours, live, and of a grant that still stands (defects 2 and 3).

use super::issue::grant_of_jti;
use crate::base::ids::{ClientId, GrantId};
use crate::base::secret::{TokenHash, TokenKind};
use crate::domain::user::UserStatus;
use crate::protocol::claims::AccessTokenClaims;
use crate::store::{GrantWithUser, StoreError};
use crate::tenants::{Platform, Realm};

/// A token that holds.
#[derive(Debug)]
pub struct Verified {
    /// What it says.
    pub claims: AccessTokenClaims,
    /// Its grant with account and session; absent for a client acting for itself.
    pub grant: Option<Box<GrantWithUser>>,
}

/// Why a token does not hold.
#[derive(Debug)]
pub enum BearerFailure {
    /// Not ours, expired, revoked by itself.
    Invalid,
    /// Ours, but what it came of has ended: its grant, its session or its account.
    Ended,
    /// The database.
    Store(StoreError),
}

impl From<StoreError> for BearerFailure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Checks a token.
///
/// # Errors
/// [`BearerFailure::Invalid`] for anything that does not hold; the caller says no more than that.
pub(super) async fn verify(
    platform: &Platform,
    realm: &Realm,
    token: &str,
) -> Result<Verified, BearerFailure> {
    let (claims, grant) = read(platform, realm, token).await?;
    if claims.iss != realm.issuer() || !claims.is_live(platform.now()) {
        return Err(BearerFailure::Invalid);
    }
    let store = realm.store(&platform.store);
    let Some(grant) = grant else {
        if store.is_token_revoked(&jti_hash(&claims.jti)).await? {
            return Err(BearerFailure::Invalid);
        }
        if claims.sub != claims.client_id {
            check_user(platform, realm, &claims).await?;
        }
        return Ok(Verified { claims, grant: None });
    };
    let held = store
        .grant_for_refresh(grant)
        .await?
        .ok_or(BearerFailure::Invalid)?;
    let offline = held.grant.family.as_ref().is_some_and(|family| family.offline);
    let session = held
        .session
        .is_some_and(|session| session.is_live(platform.now()));
    let active = held.user.status == UserStatus::Active;
    if held.grant.revoked.is_some() || !active || !(offline || session) {
        return Err(BearerFailure::Ended);
    }
    // A token that another client got for it by exchange can also be revoked by itself.
    let exchanged = held.grant.client.as_str() != claims.client_id;
    if exchanged && store.is_token_revoked(&jti_hash(&claims.jti)).await? {
        return Err(BearerFailure::Invalid);
    }
    Ok(Verified {
        claims,
        grant: Some(Box::new(held)),
    })
}

/// A token about a user who granted nothing (RFC 7523 section 2.1) holds as long as the account does, and until its owner signs out
/// everywhere.
async fn check_user(
    platform: &Platform,
    realm: &Realm,
    claims: &AccessTokenClaims,
) -> Result<(), BearerFailure> {
    let client = ClientId::parse(&claims.client_id).ok_or(BearerFailure::Invalid)?;
    let client = realm.tenant.client(platform, &client).await?;
    let client = client.ok_or(BearerFailure::Ended)?;
    let sub = realm.tenant.subjects(&client.record).person(&claims.sub);
    let sub = sub.ok_or(BearerFailure::Invalid)?;
    let user = realm.store(&platform.store).user_by_sub(&sub).await?;
    let user = user.filter(|user| user.status == UserStatus::Active);
    let signed_out = user.ok_or(BearerFailure::Ended)?.signed_out_at;
    if signed_out.is_some_and(|at| claims.iat <= at.secs()) {
        return Err(BearerFailure::Ended);
    }
    Ok(())
}

/// The key that a single token is revoked under.
pub(super) fn jti_hash(jti: &str) -> TokenHash {
    TokenHash::of(TokenKind::Access, jti)
}

async fn read(
    platform: &Platform,
    realm: &Realm,
    token: &str,
) -> Result<(AccessTokenClaims, Option<GrantId>), BearerFailure> {
    if token.starts_with("tga_") {
        let hash = TokenHash::of(TokenKind::Access, token);
        let stored = realm
            .store(&platform.store)
            .access_token(&hash)
            .await?
            .ok_or(BearerFailure::Invalid)?;
        let claims = serde_json::from_value(stored.claims).map_err(|_| BearerFailure::Invalid)?;
        return Ok((claims, stored.grant));
    }
    // ID tokens are signed by the same keys: only the type in the header tells them apart (RFC 9068 section 4).
    let header = crate::crypto::jwt::unverified_header(token).ok_or(BearerFailure::Invalid)?;
    if header.typ.as_deref() != Some("at+jwt") {
        return Err(BearerFailure::Invalid);
    }
    let claims: AccessTokenClaims = realm
        .tenant
        .keys
        .verifying
        .verify(token)
        .map_err(|_| BearerFailure::Invalid)?;
    let grant = grant_of_jti(&claims.jti);
    // A user's token without its grant would escape revocation.
    if claims.sid.is_some() && grant.is_none() {
        return Err(BearerFailure::Invalid);
    }
    Ok((claims, grant))
}
