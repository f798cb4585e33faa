//! Pushed authorization requests (RFC 9126).
//!
//! A request URI is used up when the answer leaves for the app, not when it is first shown: until then the page of a sign-in may be
//! loaded again, or opened in another tab. The mark that it was used outlives the URI itself, since a sign-in may take longer.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::authorize::validated;
use super::request_object;
use super::token::BackChannel;
use super::{AuthenticatedClient, OidcError};
use crate::base::ids::ClientId;
use crate::base::secret::{TokenHash, TokenKind};
use crate::protocol::authorize::{Delivery, Rejection};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::signals::{Throttle, count_kept_request};
use crate::tenants::{ClientRuntime, Platform, Realm};

/// What every request URI of ours begins with (RFC 9126 section 2.2).
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";
/// The largest request that is kept, bytes: anybody may push for a public client.
const MAX_KEPT: usize = 16 * 1024;
/// What authenticated the caller is no part of the request.
const CREDENTIALS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// The answer to a push (RFC 9126 section 2.2).
#[derive(Debug, Serialize)]
pub struct Pushed {
    /// Stands for the request at the authorization endpoint.
    pub request_uri: String,
    /// Its life in seconds.
    pub expires_in: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct PushedRequest {
    client: ClientId,
    params: Params,
    delivery: Delivery,
}

fn kept_key(realm: &Realm, id: &str) -> String {
    format!("{}:par:{id}", realm.tenant.tag)
}

fn used_key(realm: &Realm, id: &str) -> String {
    format!("{}:par-used:{id}", realm.tenant.tag)
}

/// Checks a request as the authorization endpoint would, and keeps it for a short time. The code will be bound to the key whose
/// possession the caller proved (RFC 9449 section 10.1).
///
/// # Errors
/// What the authorization endpoint would answer; `invalid_request` for a `request_uri`, and for a request that is too large;
/// [`OidcError::Throttled`].
pub async fn push(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    params: &Params,
    from: &BackChannel,
) -> Result<Pushed, OidcError> {
    let client: &Arc<ClientRuntime> = &caller.client;
    if let Throttle::Wait(minutes) = count_kept_request(platform, realm, &client.record, from.ip)? {
        return Err(OidcError::Throttled(Duration::from_mins(minutes.into())));
    }
    if params.get("request_uri").is_some() {
        return Err(OAuthError::invalid_request("request_uri must not be pushed").into());
    }
    let mut delivery = Delivery {
        pushed: true,
        signed: false,
    };
    let mut params = match params.get("request") {
        None => params.without(&CREDENTIALS),
        Some(object) => {
            let opened = request_object::open(platform, realm, client, object).await?;
            delivery.signed = opened.signed;
            opened.params
        }
    };
    if let Some(key) = &from.key {
        if params.get("dpop_jkt").is_some_and(|named| named != key.as_str()) {
            let words = "dpop_jkt is not the key of the proof";
            return Err(OAuthError::new(ErrorCode::InvalidDpopProof, words).into());
        }
        params.set("dpop_jkt", key.as_str());
    }
    validated(realm, client, &params, delivery).map_err(|rejection| match rejection {
        Rejection::Page(error) | Rejection::Redirect(_, error) => error,
    })?;
    if params.size() > MAX_KEPT {
        return Err(OAuthError::invalid_request("the request is too large").into());
    }
    let request = PushedRequest {
        client: client.record.id.clone(),
        params,
        delivery,
    };
    let random = platform.random().opaque();
    let id = TokenHash::of(TokenKind::RequestUri, &random).to_text();
    let longest = client.record.metadata.rules().pushed_request_life;
    let life = platform.settings.tokens.pushed_request.min(longest);
    platform
        .ephemeral
        .put(&kept_key(realm, &id), &request, platform.now(), life)?;
    Ok(Pushed {
        request_uri: format!("{PREFIX}{random}"),
        expires_in: life.as_secs(),
    })
}

/// What a request URI of ours stands for.
pub(super) struct Found {
    pub(super) id: String,
    pub(super) params: Params,
    pub(super) delivery: Delivery,
}

/// Whether a request URI is one that we could have given; others are documents by reference.
pub(super) fn is_ours(uri: &str) -> bool {
    uri.starts_with(PREFIX)
}

/// Finds a pushed request that was not used yet.
///
/// # Errors
/// `invalid_request_uri` when it is not known, has expired, was used, or is another client's.
pub(super) fn find(
    platform: &Platform,
    realm: &Realm,
    client: &ClientId,
    uri: &str,
) -> Result<Found, OAuthError> {
    let spent = || {
        OAuthError::new(
            ErrorCode::InvalidRequestUri,
            "request_uri has expired, was used, or was never given to this client",
        )
    };
    let random = uri.strip_prefix(PREFIX).ok_or_else(spent)?;
    let id = TokenHash::of(TokenKind::RequestUri, random).to_text();
    let now = platform.now();
    let held: Option<PushedRequest> = platform.ephemeral.get(&kept_key(realm, &id), now).ok().flatten();
    let held = held.filter(|held| held.client == *client).ok_or_else(spent)?;
    if platform.ephemeral.count(&used_key(realm, &id), now) > 0 {
        return Err(spent());
    }
    Ok(Found {
        id,
        params: held.params,
        delivery: held.delivery,
    })
}

/// Uses up the pushed request of a sign-in that was begun with it. Only one of several sign-ins gets through.
///
/// # Errors
/// `invalid_request_uri` when another answer was given already; ours when short-lived state is full.
pub(super) fn use_up(platform: &Platform, realm: &Realm, id: &str) -> Result<(), OidcError> {
    let kept = platform.settings.sessions.login + platform.settings.tokens.pushed_request;
    let first = platform
        .ephemeral
        .first_use(&used_key(realm, id), platform.now(), kept)?;
    platform.ephemeral.remove(&kept_key(realm, id));
    if first {
        return Ok(());
    }
    Err(OAuthError::new(ErrorCode::InvalidRequestUri, "request_uri was used before").into())
}
