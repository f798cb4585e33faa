//! Redeeming an authorization code (RFC 6749 section 4.1.3): once, by the client it was given to. A second use revokes what
//! the first one gave (section 4.1.2, defect 3).

use super::super::issue::{AccessSubject, Target, TokenResponse, access_token, id_token, wants_id_token};
use super::super::respond::{CodeRecord, code_key};
use super::super::{AuthenticatedClient, OidcError, invalid_grant};
use super::BackChannel;
use super::refresh::{family, origin_of};
use crate::base::secret::{TokenHash, TokenKind};
use crate::domain::client::GrantType;
use crate::domain::grant::{Grant, Revocation, RevocationReason};
use crate::domain::user::{User, UserStatus};
use crate::protocol::confirmation::Confirmation;
use crate::protocol::params::Params;
use crate::protocol::{pkce, refresh_token};
use crate::store::{StoreError, TenantStore};
use crate::tenants::{Platform, Realm};

pub(super) async fn redeem(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    params: &Params,
    from: &BackChannel,
) -> Result<TokenResponse, OidcError> {
    let code = params.require("code")?;
    let hash = TokenHash::of(TokenKind::Code, code);
    let key = code_key(realm, hash);
    let store = realm.store(&platform.store);
    let _turn = platform.ephemeral.lock(&key).await;
    let held = platform.ephemeral.get::<CodeRecord>(&key, platform.now());
    let Some(record) = held.map_err(|error| OidcError::Internal(error.to_string()))? else {
        return Err(replayed(platform, &store, hash).await?);
    };
    check(caller, params, &record, from)?;
    match exchange(platform, realm, caller, (params, from), (hash, record)).await? {
        Some(tokens) => {
            platform.ephemeral.remove(&key);
            Ok(tokens)
        }
        None => Err(replayed(platform, &store, hash).await?),
    }
}

/// Makes the grant that was allowed, and its first tokens. `None` when what it is exchanged for was used before.
pub(super) async fn exchange(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    (params, from): (&Params, &BackChannel),
    (hash, record): (TokenHash, CodeRecord),
) -> Result<Option<TokenResponse>, OidcError> {
    let store = realm.store(&platform.store);
    let user = user_of(platform, &store, &record).await?;
    let client = &caller.client.record;
    let bound_to = from.binding(client);
    let nonce = record.nonce.clone();
    let grant = grant_of(platform, caller, record, from);
    let target = Target::of_request(realm, &grant, &grant.scope, params)?;
    let mut batch = store.batch();
    batch.insert_grant(&grant, keep_until(platform, &grant));
    batch.redeem_code(&hash, grant.id, platform.now());
    let about = AccessSubject {
        client,
        sub: realm.tenant.subjects(client).sub(&user),
        target: &target,
        grant: Some(&grant),
        bound_to: &bound_to,
        exchanged: None,
    };
    let access = access_token(platform, realm, &about, &mut Some(&mut batch))?;
    let id = if wants_id_token(&grant.scope) {
        Some(id_token(
            platform,
            realm,
            client,
            (&grant, &user),
            &access,
            nonce.as_deref(),
        )?)
    } else {
        None
    };
    let refresh = grant.family.as_ref().map(|family| {
        refresh_token::derive(
            &realm.tenant.refresh_key,
            grant.id,
            &family.seed,
            family.generation,
        )
    });
    match store.commit(batch).await {
        Ok(()) => {}
        Err(StoreError::Conflict(_)) => return Ok(None),
        Err(other) => return Err(other.into()),
    }
    Ok(Some(TokenResponse {
        access_token: access,
        token_type: bound_to.token_type(),
        expires_in: platform.settings.tokens.access.as_secs(),
        refresh_token: refresh,
        id_token: id,
        scope: target.scope,
        authorization_details: target.details,
        issued_token_type: None,
    }))
}

/// The user who allowed it, if account and session still stand.
async fn user_of(platform: &Platform, store: &TenantStore, record: &CodeRecord) -> Result<User, OidcError> {
    let user = store.user(record.user).await?;
    let user = user.filter(|user| user.status == UserStatus::Active);
    let user = user.ok_or_else(|| invalid_grant("the account is not available"))?;
    let session = store.session(record.session).await?;
    if !session.is_some_and(|session| session.is_live(platform.now())) {
        return Err(invalid_grant("the session has ended"));
    }
    Ok(user)
}

/// The code must have been given to this client, with this redirect URI, for this verifier and this key.
fn check(
    caller: &AuthenticatedClient,
    params: &Params,
    record: &CodeRecord,
    from: &BackChannel,
) -> Result<(), OidcError> {
    if record.client != caller.client.record.id {
        return Err(invalid_grant("the code was given to another client"));
    }
    if params
        .get("redirect_uri")
        .is_some_and(|sent| sent != record.redirect_uri)
        || (params.get("redirect_uri").is_none() && record.challenge.is_none())
    {
        return Err(invalid_grant(
            "redirect_uri differs from the authorization request",
        ));
    }
    // RFC 9449 section 10.
    if record.dpop_jkt.is_some() && record.dpop_jkt != from.key {
        return Err(invalid_grant("the code is bound to another key"));
    }
    Ok(pkce::check_verifier(
        record.challenge.as_ref(),
        params.get("code_verifier"),
    )?)
}

/// A code that is not held: never given, expired, or used. When it was used, what it gave dies.
async fn replayed(platform: &Platform, store: &TenantStore, hash: TokenHash) -> Result<OidcError, OidcError> {
    if let Some(grant) = store.grant_of_code(&hash).await? {
        let mut batch = store.batch();
        let revocation = Revocation {
            at: platform.now(),
            reason: RevocationReason::CodeReplay,
        };
        batch.revoke_grant(grant, revocation);
        match store.commit(batch).await {
            Ok(()) | Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
        return Ok(invalid_grant("the code was used before; what it gave is revoked"));
    }
    Ok(invalid_grant("the code is not known or has expired"))
}

fn grant_of(
    platform: &Platform,
    caller: &AuthenticatedClient,
    record: CodeRecord,
    from: &BackChannel,
) -> Grant {
    let now = platform.now();
    let offline = record.scope.split(' ').any(|word| word == "offline_access");
    let refreshes = caller.client.record.may_use(GrantType::RefreshToken);
    let client = &caller.client.record;
    let bound_to = if client.is_public() {
        from.binding(client)
    } else {
        Confirmation::default()
    };
    let asked = record.claims != crate::protocol::claims::ClaimsRequest::default();
    Grant {
        id: record.grant,
        user: record.user,
        client: record.client,
        session: record.session,
        sid: record.sid,
        scope: record.scope,
        resources: record.resources,
        authorization_details: record.authorization_details,
        nonce: record.nonce,
        claims_request: asked.then(|| serde_json::to_string(&record.claims).unwrap_or_default()),
        auth_time: record.auth_time,
        acr: record.acr,
        proofs: record.proofs,
        created_at: now,
        revoked: None,
        bound_to,
        family: refreshes.then(|| family(platform, offline, origin_of(platform, from))),
    }
}

/// Until when the row is needed: the end of its family, or of the tokens and the replay window of the code.
fn keep_until(platform: &Platform, grant: &Grant) -> crate::base::timestamp::Timestamp {
    let tokens = platform
        .now()
        .plus(platform.settings.tokens.access + std::time::Duration::from_hours(24));
    grant
        .family
        .as_ref()
        .map_or(tokens, |family| family.expires_at.max(tokens))
}
