//! Backchannel authentication (OpenID Connect CIBA Core 1.0): an app asks about a person, who answers on a page of ours, and the app
//! gets what a code would have given. The person's part is an ordinary sign-in with its risk decision: a live session of the assurance
//! that is asked for is enough.

mod answers;
mod pings;

pub use answers::{OpenRequest, Refusal, allow_in_session, open_requests, refuse, request_to_allow};
pub use pings::deliver;

pub(super) use answers::{allow, deny, forget, poll};

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::authorize::raise_to_floor;
use super::hint::id_token_hint;
use super::polling::INTERVAL;
use super::token::BackChannel;
use super::{AuthenticatedClient, OidcError, client_keys};
use crate::accounts;
use crate::base::encoding::base64url;
use crate::base::ids::UserId;
use crate::base::secret::Secret;
use crate::base::timestamp::Timestamp;
use crate::domain::client::{Client, GrantType};
use crate::domain::message::Message;
use crate::domain::user::{User, UserStatus};
use crate::ephemeral::EphemeralError;
use crate::protocol::authorize::{Asker, AuthorizationRequest};
use crate::protocol::ciba::{
    self, Backchannel, BackchannelRequest, DeliveryMode, UserHint, auth_req_id, open_signed, request_of,
};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::protocol::request_object::Meant;
use crate::signals::{Throttle, count_kept_request};
use crate::signin;
use crate::tenants::{Platform, Realm};

/// How long after its end it is known that there was one: an expired request is told from one that never was.
const KNOWN: Duration = Duration::from_mins(10);
/// Requests about one person that may wait, or were refused, within [`WINDOW`]: nobody is worn down by questions.
const MAX_OPEN: usize = 3;
const WINDOW: Duration = Duration::from_mins(15);
/// Longer than any request and what is known of it.
const KEPT: Duration = Duration::from_mins(30);

/// The page where a person answers.
pub const PAGE: &str = "/account/requests";

/// The answer to an app (section 7.3).
#[derive(Debug, Serialize)]
pub struct BackchannelAuthentication {
    /// What it asks with.
    pub auth_req_id: String,
    /// Life of the request, seconds.
    pub expires_in: u64,
    /// How long to wait between two questions, seconds.
    pub interval: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Waiting {
    request: AuthorizationRequest,
    user: UserId,
    opened_at: Timestamp,
    expires_at: Timestamp,
    notify: Option<Notify>,
}

/// Where an app wants to be told of the answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Notify {
    url: String,
    token: String,
}

fn key(realm: &Realm, what: &str, id: &str) -> String {
    format!("{}:ciba-{what}:{id}", realm.tenant.tag)
}

/// The id of a request by what an app or a developer calls it.
pub fn id_of<'a>(realm: &Realm, auth_req_id: &'a str) -> Option<&'a str> {
    request_of(&realm.tenant.refresh_key, auth_req_id)
}

/// What keeps two questions about one request apart.
pub(super) fn lock_key(realm: &Realm, id: &str) -> String {
    key(realm, "lock", id)
}

/// Takes the question of an app (section 7).
///
/// # Errors
/// `unauthorized_client`, `invalid_request`, `invalid_scope`, `invalid_binding_message`, `unknown_user_id`; `access_denied` for a person
/// who was asked too often; [`OidcError::Throttled`].
pub async fn begin(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    params: &Params,
    from: &BackChannel,
) -> Result<BackchannelAuthentication, OidcError> {
    let client = &caller.client.record;
    let registered = &client.metadata.backchannel;
    let mode = registered.backchannel_token_delivery_mode;
    let Some(mode) = mode.filter(|_| client.may_use(GrantType::Ciba)) else {
        let words = "the client is not registered for this grant type";
        return Err(OAuthError::new(ErrorCode::UnauthorizedClient, words).into());
    };
    if let Throttle::Wait(minutes) = count_kept_request(platform, realm, client, from.ip)? {
        return Err(OidcError::Throttled(Duration::from_mins(minutes.into())));
    }
    let signed = signed_params(platform, realm, caller, params).await?;
    let params = signed.as_ref().unwrap_or(params);
    let asked = BackchannelRequest::read(params, mode)?;
    let about = Backchannel {
        id: base64url(&platform.random().bytes::<16>()),
        binding_message: asked.binding_message.map(str::to_owned),
        address: from.ip.to_string(),
    };
    let page = (about.clone(), realm.url(PAGE));
    let asker = Asker {
        id: &client.id,
        metadata: &client.metadata,
        resources: realm.resources(),
    };
    let mut request = AuthorizationRequest::of_backchannel(params, asker, page)?;
    raise_to_floor(&mut request, client);
    let user = user_of(platform, realm, client, asked.hint).await?;
    // Whoever answers must be this person.
    request.id_token_hint = Some(realm.tenant.subjects(client).sub(&user));
    let now = platform.now();
    let endpoint = registered.backchannel_client_notification_endpoint.clone();
    let notify = endpoint
        .filter(|_| mode == DeliveryMode::Ping)
        .zip(asked.notification_token);
    let waiting = Waiting {
        request,
        user: user.id,
        opened_at: now,
        expires_at: now.plus(asked.life),
        notify: notify.map(|(url, token)| Notify {
            url,
            token: token.to_owned(),
        }),
    };
    keep(platform, realm, &about.id, &waiting).await?;
    tell(platform, realm, user.id, client.display_name(), &about).await?;
    Ok(BackchannelAuthentication {
        auth_req_id: auth_req_id(&realm.tenant.refresh_key, &about.id),
        expires_in: asked.life.as_secs(),
        interval: INTERVAL.as_secs(),
    })
}

/// The parameters of a signed request; an unsigned one of a client that signs is refused (section 7.1.1).
async fn signed_params(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    params: &Params,
) -> Result<Option<Params>, OidcError> {
    let client = &caller.client.record;
    let registered = &client.metadata.backchannel;
    let registered = registered
        .backchannel_authentication_request_signing_alg
        .as_deref();
    let Some(object) = params.get("request") else {
        return match registered {
            None => Ok(None),
            Some(_) => Err(OAuthError::invalid_request("this client must sign its requests").into()),
        };
    };
    let verified = client_keys::verify::<Map<String, Value>>(platform, &caller.client, object, registered);
    let claims = verified.await.map_err(|error| {
        OAuthError::invalid_request("the request is not signed by this client as it is registered")
            .with_detail(error.to_string())
    })?;
    let now = platform.now();
    let meant = Meant {
        issuer: realm.issuer(),
        client: &client.id,
        now,
    };
    let params = open_signed(&claims, &meant)?;
    let jti = claims.get("jti").and_then(Value::as_str).unwrap_or_default();
    let seen = key(realm, "signed", &format!("{}:{jti}", client.id));
    if platform
        .ephemeral
        .first_use(&seen, now, ciba::signed_life(&claims, now))?
    {
        return Ok(Some(params));
    }
    Err(OAuthError::invalid_request("the signed request was used before").into())
}

async fn user_of(
    platform: &Platform,
    realm: &Realm,
    client: &Client,
    hint: UserHint<'_>,
) -> Result<User, OidcError> {
    let store = realm.store(&platform.store);
    let found = match hint {
        UserHint::Login(name) => store.user_by_identifier(name).await?,
        UserHint::IdToken(token) => {
            let hint = id_token_hint(realm, token).filter(|hint| hint.aud == client.id.as_str());
            let hint = hint.ok_or_else(|| {
                OAuthError::invalid_request("id_token_hint is no ID token of ours for this client")
            })?;
            match realm.tenant.subjects(client).person(&hint.sub) {
                Some(sub) => store.user_by_sub(&sub).await?,
                None => None,
            }
        }
    };
    let found = found.filter(|user| user.status == UserStatus::Active);
    found.ok_or_else(|| OAuthError::new(ErrorCode::UnknownUserId, "there is no such user").into())
}

/// Keeps a request, unless too many wait for this person.
async fn keep(platform: &Platform, realm: &Realm, id: &str, waiting: &Waiting) -> Result<(), OidcError> {
    let (now, state) = (platform.now(), &platform.ephemeral);
    let list = key(realm, "of", &waiting.user.to_string());
    let _turn = state.lock(&list).await;
    let mut ids = ids_of(platform, realm, waiting.user)?;
    let mut counted = 0;
    for id in &ids {
        let earlier: Option<Waiting> = state.get(&key(realm, "waiting", id), now)?;
        let lately = earlier.is_some_and(|earlier| now < earlier.opened_at.plus(WINDOW));
        counted += usize::from(lately && !answers::is_allowed(platform, realm, id)?);
    }
    if counted >= MAX_OPEN {
        let words = "this person was asked too often lately";
        return Err(OAuthError::new(ErrorCode::AccessDenied, words).into());
    }
    ids.push(id.to_owned());
    let life = waiting.expires_at.since(now) + KNOWN;
    state.put(&key(realm, "waiting", id), waiting, now, life.max(WINDOW))?;
    state.put(&list, &ids, now, KEPT)?;
    Ok(())
}

/// The ids of requests about a person that are still known, oldest first.
fn ids_of(platform: &Platform, realm: &Realm, user: UserId) -> Result<Vec<String>, EphemeralError> {
    let (now, state) = (platform.now(), &platform.ephemeral);
    let ids: Option<Vec<String>> = state.get(&key(realm, "of", &user.to_string()), now)?;
    let mut ids = ids.unwrap_or_default();
    ids.retain(|id| {
        let held = state.get::<Waiting>(&key(realm, "waiting", id), now);
        held.is_ok_and(|held| held.is_some())
    });
    Ok(ids)
}

/// Writes to the person that a request waits. A mail that can't be sent is in the delivery log; the request waits on the page all the same.
async fn tell(
    platform: &Platform,
    realm: &Realm,
    user: UserId,
    app: &str,
    about: &Backchannel,
) -> Result<(), OidcError> {
    let store = realm.store(&platform.store);
    let Some(account) = accounts::by_id(&store, user).await? else {
        return Ok(());
    };
    let message = Message::RequestWaits {
        app: app.to_owned(),
        binding_message: about.binding_message.clone(),
        url: Secret::new(realm.url(PAGE)),
    };
    let told = signin::tell(platform, realm, &account, message).await;
    told.map_err(|error| OidcError::Internal(format!("{error:?}")))
}
