//! Tokens for a client acting for itself (RFC 6749 section 4.4). For a JWT the database is touched only to
//! record a decision that says something new.

use super::super::client_auth::is_confidential;
use super::super::issue::{AccessSubject, Target, TokenResponse, access_token};
use super::super::{AuthenticatedClient, OidcError};
use super::BackChannel;
use crate::decisions::{self, BackChannelDecision, ClientRequest, Permit};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::protocol::scope;
use crate::tenants::{Platform, Realm};

/// Scopes that speak of a user; a client alone has none.
const USER_SCOPES: [&str; 6] = scope::KNOWN;

pub(super) async fn issue(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    params: &Params,
    from: &BackChannel,
) -> Result<TokenResponse, OidcError> {
    if !is_confidential(&caller.client) {
        return Err(OAuthError::new(
            ErrorCode::UnauthorizedClient,
            "a public client cannot act for itself",
        )
        .into());
    }
    let client = &caller.client.record;
    let target = target(realm, params, client.metadata.scope.as_deref())?;
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    let decision = judged(platform, realm, caller, target.scope.as_deref(), from).await?;
    if let Some(record) = &decision.record {
        batch.insert_decision(record);
    }
    let bound_to = from.binding(client);
    let about = AccessSubject {
        client,
        sub: client.id.as_str().to_owned(),
        target: &target,
        grant: None,
        bound_to: &bound_to,
        exchanged: None,
    };
    let token = access_token(platform, realm, &about, &mut Some(&mut batch))?;
    if !batch.is_empty() {
        store.commit(batch).await?;
        decision.recorded(platform, realm);
    }
    Ok(TokenResponse {
        access_token: token,
        token_type: bound_to.token_type(),
        expires_in: platform.settings.tokens.access.as_secs(),
        refresh_token: None,
        id_token: None,
        scope: target.scope,
        issued_token_type: None,
    })
}

/// The checkpoint of a client that acts for itself, or for others without their doing. A refusal is written down; the client learns the
/// code to quote and nothing else.
pub(super) async fn judged(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    scope: Option<&str>,
    from: &BackChannel,
) -> Result<BackChannelDecision, OidcError> {
    let client = &caller.client.record;
    let request = ClientRequest {
        client: &client.id,
        secret_since: client.secrets.iter().map(|secret| secret.created_at).max(),
        scope: scope.unwrap_or_default(),
    };
    let decision = decisions::judge_client(platform, realm, request, from.caller()).await?;
    if decision.permit == Permit::Proceed {
        return Ok(decision);
    }
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    if let Some(record) = &decision.record {
        batch.insert_decision(record);
    }
    store.commit(batch).await?;
    let reference = decision.record.as_ref().map(|record| record.reference.as_str());
    let words = format!("refused by policy, reference {}", reference.unwrap_or_default());
    Err(OAuthError::new(ErrorCode::UnauthorizedClient, words).into())
}

/// For which resources, and with what was asked of the scopes that are registered for the client and meant for them; all of those when
/// nothing was asked.
fn target(realm: &Realm, params: &Params, registered: Option<&str>) -> Result<Target, OAuthError> {
    let audience = realm.resources().named(params.all("resource"))?;
    let registered = registered.unwrap_or_default().split(' ');
    let own: Vec<&str> = registered.filter(|word| !USER_SCOPES.contains(word)).collect();
    let meant = realm.resources().scope_for(&audience, &own.join(" "));
    let scope = granted(&params.words("scope"), &meant)?;
    Ok(Target { audience, scope })
}

fn granted(asked: &[String], meant: &str) -> Result<Option<String>, OAuthError> {
    let may: Vec<&str> = meant.split_whitespace().collect();
    if asked.is_empty() {
        return Ok((!may.is_empty()).then(|| may.join(" ")));
    }
    if let Some(unknown) = asked.iter().find(|word| !may.contains(&word.as_str())) {
        return Err(OAuthError::new(
            ErrorCode::InvalidScope,
            format!("scope {unknown} is not registered for this client and resource"),
        ));
    }
    Ok(Some(asked.join(" ")))
}
