//! Tokens for a client acting for itself (RFC 6749 section 4.4).

use super::super::client_auth::is_confidential;
use super::super::issue::{Target, TokenResponse};
use super::super::{AuthenticatedClient, OidcError};
use super::BackChannel;
use super::by_itself::{Wanted, give};
use crate::domain::client::Client;
use crate::protocol::authorize::Asker;
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
    let target = target(realm, params, client)?;
    let wanted = Wanted {
        sub: client.id.as_str().to_owned(),
        target,
        grant: None,
        exchanged: None,
    };
    give(platform, realm, caller, from, wanted).await
}

/// For which resources, and with what was asked of the scopes that are registered for the client and meant for them; all of those when
/// nothing was asked.
fn target(realm: &Realm, params: &Params, client: &Client) -> Result<Target, OAuthError> {
    let asker = Asker {
        id: &client.id,
        metadata: &client.metadata,
        resources: realm.resources(),
    };
    let details = asker.details(params)?;
    let audience = asker.named(params, &details)?;
    let registered = client.metadata.scope.as_deref().unwrap_or_default().split(' ');
    let own: Vec<&str> = registered.filter(|word| !USER_SCOPES.contains(word)).collect();
    let meant = realm.resources().scope_for(&audience, &own.join(" "));
    let scope = granted(&params.words("scope"), &meant)?;
    Ok(Target {
        details: realm.resources().details_for(&audience, details),
        audience,
        scope,
    })
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
