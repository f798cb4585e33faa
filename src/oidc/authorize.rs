//! An authorization request: which client, where an answer may go, what is asked; then the sign-in begins.

use std::sync::Arc;

use crate::base::ids::ClientId;
use crate::protocol::acr::AcrRequest;
use crate::protocol::authorize::{AuthorizationRequest, Rejection, validate};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::store::StoreError;
use crate::tenants::{ClientRuntime, Platform, Realm};

/// Why a request was refused.
#[derive(Debug)]
pub enum AuthorizeError {
    /// The client is not known or switched off: shown on a page.
    UnknownClient(OAuthError),
    /// Shown on a page: it is not known where an answer could safely go.
    Page(Arc<ClientRuntime>, OAuthError),
    /// Goes back to the app.
    Redirect(Box<crate::protocol::authorize::ReplyTo>, OAuthError),
    /// The database.
    Store(StoreError),
}

/// The path that the console's answer comes back to.
pub const CONSOLE_CALLBACK: &str = "/console/callback";

/// Checks a request.
///
/// # Errors
/// [`AuthorizeError`] that says where the error goes.
pub async fn check(
    platform: &Platform,
    realm: &Realm,
    params: &Params,
) -> Result<(Arc<ClientRuntime>, AuthorizationRequest), AuthorizeError> {
    let unknown = |words: &str| {
        AuthorizeError::UnknownClient(OAuthError::new(ErrorCode::InvalidClient, words.to_owned()))
    };
    let text = params
        .get("client_id")
        .ok_or_else(|| unknown("client_id is missing"))?;
    let id = ClientId::parse(text).ok_or_else(|| unknown("client_id is malformed"))?;
    let client = realm
        .tenant
        .client(platform, &id)
        .await
        .map_err(AuthorizeError::Store)?
        .filter(|client| !client.record.settings.disabled)
        .ok_or_else(|| unknown("client_id is not known"))?;
    let mut metadata = client.record.metadata.clone();
    if client.record.settings.origin == crate::domain::client::ClientOrigin::BuiltIn {
        // The console lives at our own origins; its redirect URI is not stored anywhere.
        metadata.redirect_uris = vec![format!("{}{CONSOLE_CALLBACK}", realm.origin().text())];
    }
    let mut request = validate(params, &id, &metadata).map_err(|rejection| match rejection {
        Rejection::Page(error) => AuthorizeError::Page(client.clone(), error),
        Rejection::Redirect(reply, error) => AuthorizeError::Redirect(Box::new(reply), error),
    })?;
    // A hint that is not ours, or is another client's, must not be acted on (OpenID Connect Core section 3.1.2.1).
    if let Some(hint) = request.id_token_hint.clone() {
        request.id_token_hint = hinted_subject(realm, &hint);
    }
    if request.acr == AcrRequest::default()
        && let Some(floor) = client.record.settings.floor
    {
        request.acr = AcrRequest {
            values: vec![floor],
            essential: false,
        };
    }
    Ok((client, request))
}

/// The subject of an ID token that we issued; expired ones still tell who it was.
fn hinted_subject(realm: &Realm, hint: &str) -> Option<String> {
    let claims: serde_json::Value = realm.tenant.keys.verifying.verify(hint).ok()?;
    let ours = claims.get("iss").and_then(serde_json::Value::as_str) == Some(realm.issuer());
    claims
        .get("sub")
        .and_then(serde_json::Value::as_str)
        .filter(|_| ours)
        .map(str::to_owned)
}
