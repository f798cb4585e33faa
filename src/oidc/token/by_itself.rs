//! Access tokens that a client gets without a person's doing: for itself, for a token that it was handed, for the word of another issuer.
//! Risk decides (checkpoint `client_token`). For a JWT the database is touched only to record a decision that says something new.

use super::super::issue::{AccessSubject, Exchanged, Target, TokenResponse, access_token};
use super::super::{AuthenticatedClient, OidcError};
use super::BackChannel;
use crate::decisions::{self, BackChannelDecision, ClientRequest, Permit};
use crate::domain::grant::Grant;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::tenants::{Platform, Realm};

/// What a client is to get.
pub(super) struct Wanted<'a> {
    /// Whom the token is about.
    pub(super) sub: String,
    /// For whom it is, and with which scopes.
    pub(super) target: Target,
    /// What it comes of; absent where no person granted anything.
    pub(super) grant: Option<&'a Grant>,
    /// Where it is got for another token.
    pub(super) exchanged: Option<&'a Exchanged>,
}

/// Lets risk decide, and gives the token.
///
/// # Errors
/// `unauthorized_client` where policy refuses: the refusal is written down, and the client learns the code to quote and nothing else.
pub(super) async fn give(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    from: &BackChannel,
    wanted: Wanted<'_>,
) -> Result<TokenResponse, OidcError> {
    let client = &caller.client.record;
    let request = ClientRequest {
        client: &client.id,
        secret_since: client.secrets.iter().map(|secret| secret.created_at).max(),
        scope: wanted.target.scope.as_deref().unwrap_or_default(),
    };
    let decision = decisions::judge_client(platform, realm, request, from.caller()).await?;
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    if let Some(record) = &decision.record {
        batch.insert_decision(record);
    }
    if decision.permit != Permit::Proceed {
        store.commit(batch).await?;
        return Err(refused(&decision).into());
    }
    let bound_to = from.binding(client);
    let about = AccessSubject {
        client,
        sub: wanted.sub,
        target: &wanted.target,
        grant: wanted.grant,
        bound_to: &bound_to,
        exchanged: wanted.exchanged,
    };
    let token = access_token(platform, realm, &about, &mut Some(&mut batch))?;
    if !batch.is_empty() {
        store.commit(batch).await?;
        decision.recorded(platform, realm);
    }
    let longest = platform.settings.tokens.access;
    let life = wanted.exchanged.map_or(longest, |exchanged| {
        longest.min(exchanged.not_after.since(platform.now()))
    });
    Ok(TokenResponse {
        access_token: token,
        token_type: bound_to.token_type(),
        expires_in: life.as_secs(),
        refresh_token: None,
        id_token: None,
        scope: wanted.target.scope,
        authorization_details: wanted.target.details,
        issued_token_type: None,
    })
}

fn refused(decision: &BackChannelDecision) -> OAuthError {
    let reference = decision.record.as_ref().map(|record| record.reference.as_str());
    let words = format!("refused by policy, reference {}", reference.unwrap_or_default());
    OAuthError::new(ErrorCode::UnauthorizedClient, words)
}
