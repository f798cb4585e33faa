//! RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0): who asks, for which session, and where the browser may go; and the
//! apps' own pages that it opens on the way (Front-Channel Logout 1.0).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::hint::id_token_hint;
use crate::base::ids::ClientId;
use crate::domain::session::EndReason;
use crate::domain::user::User;
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
        (Some(hint), Some(live)) => is_about(realm, client.as_deref(), &hint.sub, &live.user) && !contradicts,
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

/// Whether `sub` is what the client calls this person. A client that is gone had the public name, or can't prove anything.
fn is_about(realm: &Realm, client: Option<&ClientRuntime>, sub: &str, user: &User) -> bool {
    match client {
        Some(client) => realm.tenant.subjects(&client.record).sub(user) == sub,
        None => user.sub == sub,
    }
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

/// Ends the session with its tokens. Gives the addresses that the browser is to open in frames, so that apps forget their own sessions.
///
/// # Errors
/// The database.
pub async fn end(platform: &Platform, realm: &Realm, live: &Live) -> Result<Vec<String>, StoreError> {
    let store = realm.store(&platform.store);
    let frames = frames(platform, realm, live).await?;
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
        Ok(()) | Err(StoreError::Conflict(_)) => Ok(frames),
        Err(other) => Err(other),
    }
}

/// The logout pages of the session's apps. `iss` and `sid` go to all of them, whether or not they require them: without, anybody could
/// sign people out there (Front-Channel Logout 1.0 section 2).
async fn frames(platform: &Platform, realm: &Realm, live: &Live) -> Result<Vec<String>, StoreError> {
    let store = realm.store(&platform.store);
    let grants = store.grants_of_session(live.session.id).await?;
    let apps: BTreeSet<ClientId> = grants.into_iter().map(|grant| grant.client).collect();
    let mut frames = Vec::new();
    for app in apps {
        let client = realm.tenant.client(platform, &app).await?;
        let Some(client) = client else { continue };
        let registered = client.record.metadata.frontchannel_logout_uri.as_deref();
        if let Some(mut page) = registered.and_then(|uri| url::Url::parse(uri).ok()) {
            let sid = realm.tenant.subjects(&client.record).sid(&live.session.sid);
            page.query_pairs_mut()
                .append_pair("iss", realm.issuer())
                .append_pair("sid", &sid);
            frames.push(page.into());
        }
    }
    Ok(frames)
}
