//! RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0): who asks, for which session, and where the browser may go.

use std::sync::Arc;

use super::hint::id_token_hint;
use crate::base::ids::ClientId;
use crate::domain::session::EndReason;
use crate::protocol::params::Params;
use crate::sessions::{self, Live};
use crate::store::StoreError;
use crate::tenants::{ClientRuntime, Platform, Realm};

/// A logout request, checked.
#[derive(Debug)]
pub struct LogoutRequest {
    /// The app that asks, when it is known.
    pub client: Option<Arc<ClientRuntime>>,
    /// Where the browser may return: registered for that app, exactly.
    pub return_to: Option<String>,
    /// Whether a hint of ours names the session's own user, so that nobody needs to be asked.
    pub proven: bool,
}

/// Checks a request against the session of the browser. Nothing that doesn't fit is an error: the session ends anyway once
/// its owner says so, and only the way back is lost.
///
/// # Errors
/// The database.
pub async fn check(
    platform: &Platform,
    realm: &Realm,
    params: &Params,
    live: Option<&Live>,
) -> Result<LogoutRequest, StoreError> {
    let hint = params
        .get("id_token_hint")
        .and_then(|hint| id_token_hint(realm, hint));
    let named = params.get("client_id");
    let audience = hint.as_ref().map(|hint| hint.aud.as_str());
    // A client_id beside a hint must be the hint's audience (section 2).
    let contradicts = matches!((named, audience), (Some(named), Some(aud)) if named != aud);
    let id = named
        .or(audience)
        .filter(|_| !contradicts)
        .and_then(ClientId::parse);
    let client = match id {
        Some(id) => realm.tenant.client(platform, &id).await?,
        None => None,
    };
    let return_to = params.get("post_logout_redirect_uri").filter(|uri| {
        let registered = client
            .as_ref()
            .map(|client| &client.record.metadata.post_logout_redirect_uris);
        registered.is_some_and(|registered| registered.iter().any(|known| known == uri))
    });
    let return_to = return_to.map(|uri| with_state(uri, params.get("state")));
    let fits = match (&hint, live) {
        (Some(hint), Some(live)) => hint.sub == live.user.sub && !contradicts,
        (Some(_), None) => !contradicts,
        (None, _) => false,
    };
    // The registered way back is given only to whoever proved to be a party of the session.
    let return_to = return_to.filter(|_| hint.is_some() || live.is_some() || client.is_some());
    Ok(LogoutRequest {
        client,
        return_to,
        proven: fits,
    })
}

fn with_state(uri: &str, state: Option<&str>) -> String {
    match (url::Url::parse(uri), state) {
        (Ok(mut url), Some(state)) => {
            url.query_pairs_mut().append_pair("state", state);
            url.into()
        }
        _ => uri.to_owned(),
    }
}

/// Ends the session with its tokens.
///
/// # Errors
/// The database.
pub async fn end(platform: &Platform, realm: &Realm, live: &Live) -> Result<(), StoreError> {
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    sessions::end_one(platform, live.session.id, EndReason::SignOut, &mut batch);
    let now = platform.now();
    batch.event(&crate::domain::event::Event {
        id: crate::base::ids::EventId(platform.random().uuid(now)),
        at: now,
        code: "session.ended".to_owned(),
        user: Some(live.user.id),
        data: serde_json::json!({"session": live.session.id, "reason": EndReason::SignOut.name()}),
    });
    match store.commit(batch).await {
        Ok(()) | Err(StoreError::Conflict(_)) => Ok(()),
        Err(other) => Err(other),
    }
}
