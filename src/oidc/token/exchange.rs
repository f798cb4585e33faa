//! Token exchange (RFC 8693): a client turns a token that it was handed into one of its own, for another audience, as far as its rules
//! say. What it gets hangs on the grant that the first token came of, and ends with it (defect 5).

use super::super::bearer::{self, BearerFailure};
use super::super::hint::id_token_hint;
use super::super::issue::{Exchanged, Target, TokenResponse};
use super::super::{AuthenticatedClient, OidcError, invalid_grant};
use super::BackChannel;
use super::by_itself::{Wanted, give};
use crate::base::ids::ClientId;
use crate::base::timestamp::Timestamp;
use crate::domain::user::UserStatus;
use crate::protocol::claims::Audience;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::exchange::{Actor, ExchangeKind, ExchangeRequest, TokenType};
use crate::protocol::params::Params;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope;
use crate::store::GrantWithUser;
use crate::tenants::{Platform, Realm};

/// A token that was handed in and holds.
struct Held {
    sub: String,
    /// To whom it was given.
    client: ClientId,
    /// For whom it was.
    audience: Audience,
    scope: String,
    expires_at: Timestamp,
    act: Option<Actor>,
    may_act: Option<Actor>,
    /// What it came of; absent for a client acting for itself.
    grant: Option<Box<GrantWithUser>>,
}

pub(super) async fn exchange(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    params: &Params,
    from: &BackChannel,
) -> Result<TokenResponse, OidcError> {
    let client = &caller.client.record;
    let request = ExchangeRequest::read(params)?;
    let subject = held(platform, realm, request.subject).await?;
    let Some(grant) = &subject.grant else {
        let words = "a token that no user granted is not exchanged";
        return Err(OAuthError::invalid_request(words).into());
    };
    let kind = request.permitted(&client.settings.token_exchange, subject.client.as_str())?;
    let acting = match request.actor {
        None => client.id.as_str().to_owned(),
        Some(actor) => acting(platform, realm, caller, actor).await?,
    };
    may_act(&subject, &acting)?;
    let audience = request.audience.map_or_else(
        || subject.audience.clone(),
        |named| Audience::One(named.to_owned()),
    );
    let meant = |word: &str| realm.resources().reach(&targets(&audience), word);
    let scope = narrowed(&subject.scope, params, client.metadata.scope.as_deref(), meant)?;
    let exchanged = Exchanged {
        audience,
        act: match kind {
            ExchangeKind::Delegation => Some(Actor::after(acting, subject.act.clone())?),
            ExchangeKind::Impersonation => subject.act.clone(),
        },
        not_after: subject.expires_at,
    };
    let wanted = Wanted {
        sub: realm.tenant.subjects(client).sub(&grant.user),
        target: Target::of_issuer(scope),
        grant: Some(&grant.grant),
        exchanged: Some(&exchanged),
    };
    Ok(TokenResponse {
        issued_token_type: Some(TokenType::AccessToken.name()),
        ..give(platform, realm, caller, from, wanted).await?
    })
}

/// A token that names who may act lets nobody else act (section 4.4).
fn may_act(subject: &Held, acting: &str) -> Result<(), OAuthError> {
    if subject.may_act.as_ref().is_some_and(|named| named.sub != acting) {
        return Err(OAuthError::invalid_request(
            "the subject token lets somebody else act",
        ));
    }
    Ok(())
}

/// Who acts, by a token of its own: one that was given to the calling client.
async fn acting(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    actor: (&str, TokenType),
) -> Result<String, OidcError> {
    let actor = held(platform, realm, actor).await?;
    if actor.client != caller.client.record.id {
        let words = "the actor token was given to another client";
        return Err(OAuthError::invalid_request(words).into());
    }
    Ok(actor.sub)
}

/// Checks a token that was handed in. What was never good is a bad request (section 2.2.2); what has ended is told as such.
async fn held(
    platform: &Platform,
    realm: &Realm,
    (token, kind): (&str, TokenType),
) -> Result<Held, OidcError> {
    let found = match kind {
        TokenType::AccessToken => by_access_token(platform, realm, token).await,
        TokenType::IdToken => by_id_token(platform, realm, token).await,
    };
    found.map_err(|failure| match failure {
        BearerFailure::Invalid => {
            OAuthError::invalid_request("a token is not ours, has expired, or was revoked").into()
        }
        BearerFailure::Ended => invalid_grant("what the token came of has ended"),
        BearerFailure::Store(error) => error.into(),
    })
}

async fn by_access_token(platform: &Platform, realm: &Realm, token: &str) -> Result<Held, BearerFailure> {
    let verified = bearer::verify(platform, realm, token).await?;
    let claims = verified.claims;
    Ok(Held {
        client: ClientId::parse(&claims.client_id).ok_or(BearerFailure::Invalid)?,
        sub: claims.sub,
        audience: claims.aud,
        scope: claims.scope.unwrap_or_default(),
        expires_at: Timestamp::from_secs(claims.exp),
        act: claims.act,
        may_act: claims.may_act,
        grant: verified.grant,
    })
}

/// An ID token stands for what its client was granted last in its session.
async fn by_id_token(platform: &Platform, realm: &Realm, token: &str) -> Result<Held, BearerFailure> {
    let hint = id_token_hint(realm, token).ok_or(BearerFailure::Invalid)?;
    let expires_at = Timestamp::from_secs(hint.exp);
    if platform.now() >= expires_at {
        return Err(BearerFailure::Invalid);
    }
    let store = realm.store(&platform.store);
    let client = ClientId::parse(&hint.aud).ok_or(BearerFailure::Invalid)?;
    let client = realm.tenant.client(platform, &client).await?;
    let client = client.ok_or(BearerFailure::Ended)?;
    let subjects = realm.tenant.subjects(&client.record);
    // A name that this client was never told is no reason to look further.
    let sid = subjects.session(&hint.sid).ok_or(BearerFailure::Invalid)?;
    let session = store.session_by_sid(&sid).await?;
    let session = session.filter(|session| session.is_live(platform.now()));
    let session = session.ok_or(BearerFailure::Ended)?;
    let grants = store.grants_of_session(session.id).await?;
    let grant = grants.into_iter().find(|grant| grant.client == client.record.id);
    let grant = grant.ok_or(BearerFailure::Ended)?;
    let found = store
        .grant_for_refresh(grant.id)
        .await?
        .ok_or(BearerFailure::Ended)?;
    if subjects.sub(&found.user) != hint.sub || found.user.status != UserStatus::Active {
        return Err(BearerFailure::Ended);
    }
    let may_act = client.record.settings.may_act.clone();
    Ok(Held {
        sub: hint.sub,
        client: found.grant.client.clone(),
        audience: Audience::One(realm.issuer().to_owned()),
        scope: found.grant.scope.clone(),
        expires_at,
        act: None,
        may_act: may_act.map(|sub| Actor { sub, act: None }),
        grant: Some(Box::new(found)),
    })
}

/// The resources among the parties that a token is for.
fn targets(audience: &Audience) -> Vec<ResourceId> {
    let parties = match audience {
        Audience::One(party) => std::slice::from_ref(party),
        Audience::Many(parties) => parties,
    };
    parties.iter().filter_map(|party| party.parse().ok()).collect()
}

/// Of the subject's scopes those that are asked for, that the client may have, and that are meant for whom the token is for; nothing new,
/// and nothing that outlives the session.
fn narrowed(
    had: &str,
    params: &Params,
    registered: Option<&str>,
    meant: impl Fn(&str) -> bool,
) -> Result<String, OAuthError> {
    let asked = params.words("scope");
    let granted = scope::narrow(had, &asked)?;
    let words: Vec<String> = granted.split(' ').map(str::to_owned).collect();
    let mut may = scope::allowed(&words, registered, |_| false)?;
    may.retain(|word| word != "offline_access" && meant(word));
    if !asked.is_empty() && may.len() < asked.len() {
        let words = "scope exceeds what this client may have";
        return Err(OAuthError::new(ErrorCode::InvalidScope, words));
    }
    Ok(may.join(" "))
}
