//! Introspection (RFC 7662), plain or signed (RFC 9701). What is not active says nothing more.

use serde::Serialize;
use serde_json::{Value, json};

use super::bearer::{self, BearerFailure, Verified};
use super::client_auth::is_confidential;
use super::{AuthenticatedClient, OidcError};
use crate::base::ids::ClientId;
use crate::crypto::signer::TokenType;
use crate::protocol::claims::AccessTokenClaims;
use crate::protocol::error::OAuthError;
use crate::protocol::params::Params;
use crate::protocol::refresh_token::PresentedRefreshToken;
use crate::protocol::scope;
use crate::store::GrantWithUser;
use crate::tenants::{Platform, Realm};

/// The media type of a signed answer, as callers ask for it (RFC 9701 section 4).
pub const SIGNED_MEDIA_TYPE: &str = "application/token-introspection+jwt";

/// In which form an answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// JSON.
    Plain,
    /// A JWT that can be kept as evidence.
    Signed,
}

/// An answer.
#[derive(Debug)]
pub enum Introspection {
    /// JSON.
    Plain(Value),
    /// A JWT.
    Signed(String),
}

/// The claims of a signed answer. There is no `sub` and no `exp` of its own, so that nobody takes it for an access token
/// (RFC 9701 sections 5 and 8.1).
#[derive(Serialize)]
struct SignedClaims<'a> {
    iss: &'a str,
    /// Who asked.
    aud: &'a str,
    iat: i64,
    token_introspection: Value,
}

/// Answers a client's question about a token.
///
/// # Errors
/// `invalid_client` for a public client, `invalid_request` without a token.
pub async fn introspect(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    params: &Params,
    form: Form,
) -> Result<Introspection, OidcError> {
    let answer = explain(platform, realm, caller, params).await?;
    if form == Form::Plain {
        return Ok(Introspection::Plain(answer));
    }
    let client = &caller.client.record;
    let claims = SignedClaims {
        iss: realm.issuer(),
        aud: client.id.as_str(),
        iat: platform.now().secs(),
        token_introspection: answer,
    };
    let signer = realm.tenant.keys.signer(client.metadata.introspection_alg())?;
    Ok(Introspection::Signed(
        signer.sign(TokenType::Introspection, &claims)?,
    ))
}

/// The members of an answer.
async fn explain(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    params: &Params,
) -> Result<Value, OidcError> {
    if !is_confidential(&caller.client) {
        return Err(OAuthError::invalid_client("introspection needs client credentials").into());
    }
    let token = params.require("token")?;
    if let Some(presented) = PresentedRefreshToken::parse(token) {
        return refresh(platform, realm, caller, &presented).await;
    }
    match bearer::verify(platform, realm, token).await {
        Ok(verified) if !may_see(realm, caller, &verified.claims) => Ok(json!({"active": false})),
        Ok(verified) => {
            let username = username(platform, realm, &verified).await?;
            let mut answer = serde_json::to_value(&verified.claims)
                .map_err(|error| OidcError::Internal(error.to_string()))?;
            if let Some(map) = answer.as_object_mut() {
                map.insert("active".to_owned(), true.into());
                let bound_to = verified.claims.cnf.unwrap_or_default();
                map.insert("token_type".to_owned(), bound_to.token_type().into());
                if let Some(username) = username {
                    map.insert("username".to_owned(), username.into());
                }
            }
            Ok(answer)
        }
        Err(BearerFailure::Invalid | BearerFailure::Ended) => Ok(json!({"active": false})),
        Err(BearerFailure::Store(error)) => Err(error.into()),
    }
}

/// Who granted the token. Behind a pairwise name nobody's address is given away, unless the app was granted that too.
async fn username(
    platform: &Platform,
    realm: &Realm,
    verified: &Verified,
) -> Result<Option<String>, OidcError> {
    let Some(held) = &verified.grant else {
        return Ok(None);
    };
    let client = ClientId::parse(&verified.claims.client_id);
    let client = match client {
        Some(id) => realm.tenant.client(platform, &id).await?,
        None => None,
    };
    let granted = verified.claims.scope.as_deref().unwrap_or_default();
    let open = client.is_some_and(|client| !realm.tenant.subjects(&client.record).are_pairwise());
    let shown = open || scope::has(granted, "email");
    Ok(shown.then(|| held.user.email.as_str().to_owned()))
}

/// Whether a token is the caller's business (RFC 7662 section 4): one for a resource that a client serves is explained to that client, and
/// to the client that it was given to. An app that nobody of the tenant made learns nothing of the tokens of others.
fn may_see(realm: &Realm, caller: &AuthenticatedClient, claims: &AccessTokenClaims) -> bool {
    let id = &caller.client.record.id;
    let servers = realm
        .resources()
        .servers(|resource| claims.aud.any(|aud| aud == resource));
    let stranger = caller.client.record.is_stranger();
    claims.client_id == id.as_str() || servers.contains(&id) || (servers.is_empty() && !stranger)
}

/// A refresh token is explained to its own client only, and only while it is the newest of a grant that stands.
async fn refresh(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    presented: &PresentedRefreshToken,
) -> Result<Value, OidcError> {
    let found = realm
        .store(&platform.store)
        .grant_for_refresh(presented.grant)
        .await?;
    let live = found.filter(|held| is_live(platform, realm, caller, presented, held));
    Ok(live.map_or_else(
        || json!({"active": false}),
        |held| {
            json!({
                "active": true,
                "client_id": held.grant.client,
                "sub": realm.tenant.subjects(&caller.client.record).sub(&held.user),
                "scope": held.grant.scope,
                "iss": realm.issuer(),
                "exp": held.grant.family.map(|family| family.idle_expires_at.secs()),
            })
        },
    ))
}

fn is_live(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    presented: &PresentedRefreshToken,
    held: &GrantWithUser,
) -> bool {
    let now = platform.now();
    let Some(family) = &held.grant.family else {
        return false;
    };
    let session = held.session.is_some_and(|session| session.is_live(now));
    held.grant.client == caller.client.record.id
        && held.grant.revoked.is_none()
        && presented.is_derived_from(&realm.tenant.refresh_key, &family.seed)
        && presented.generation == family.generation
        && now < family.idle_expires_at
        && (family.offline || session)
}
