//! An authorization request: which client, what it asks wherever that stands, where an answer may go; then the sign-in begins.

use std::borrow::Cow;
use std::sync::Arc;

use super::hint::id_token_hint;
use super::{par, request_object};
use crate::base::ids::ClientId;
use crate::base::net::ClientIp;
use crate::domain::client::{Client, ClientMetadata, ClientOrigin};
use crate::protocol::acr::AcrRequest;
use crate::protocol::authorize::{Asker, AuthorizationRequest, Delivery, Rejection, ReplyTo, validate};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::signin::sign_up_is_open;
use crate::store::StoreError;
use crate::tenants::{ClientRuntime, Platform, Realm};

/// Why a request was refused.
#[derive(Debug)]
pub enum AuthorizeError {
    /// The client is not known or switched off: shown on a page.
    UnknownClient(OAuthError),
    /// Shown on a page: the request can't be read, so nothing says where an answer could go.
    Unreadable(Arc<ClientRuntime>, OAuthError),
    /// Shown on a page: the redirect URI (as it was sent) is not registered.
    RedirectUri(Arc<ClientRuntime>, Option<String>, OAuthError),
    /// Goes back to the app.
    Redirect(Box<ReplyTo>, OAuthError),
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
    from: ClientIp,
) -> Result<(Arc<ClientRuntime>, AuthorizationRequest), AuthorizeError> {
    let client = named(platform, realm, params).await?;
    let asked = asked(platform, realm, &client, (params, from)).await?;
    let checked = validated(realm, &client, &asked.params, asked.delivery);
    let mut request = checked.map_err(|rejection| match rejection {
        Rejection::Page(error) => {
            let sent = asked.params.get("redirect_uri").map(str::to_owned);
            AuthorizeError::RedirectUri(client.clone(), sent, error)
        }
        Rejection::Redirect(reply, error) => AuthorizeError::Redirect(reply, error),
    })?;
    request.pushed = asked.pushed;
    Ok((client, request))
}

async fn named(
    platform: &Platform,
    realm: &Realm,
    params: &Params,
) -> Result<Arc<ClientRuntime>, AuthorizeError> {
    let unknown = |words: &str| {
        AuthorizeError::UnknownClient(OAuthError::new(ErrorCode::InvalidClient, words.to_owned()))
    };
    let text = params
        .get("client_id")
        .ok_or_else(|| unknown("client_id is missing"))?;
    let id = ClientId::parse(text).ok_or_else(|| unknown("client_id is malformed"))?;
    realm
        .tenant
        .client(platform, &id)
        .await
        .map_err(AuthorizeError::Store)?
        .filter(|client| !client.record.settings.disabled)
        .ok_or_else(|| unknown("client_id is not known"))
}

/// What is asked, and where it stood.
struct Asked<'a> {
    params: Cow<'a, Params>,
    delivery: Delivery,
    pushed: Option<String>,
}

/// Finds what is asked: pushed before, in a request object by value or by reference, or in the parameters. From the first two nothing outside counts
/// (RFC 9126 section 4, RFC 9101 section 5).
async fn asked<'a>(
    platform: &Platform,
    realm: &Realm,
    client: &Arc<ClientRuntime>,
    (params, from): (&'a Params, ClientIp),
) -> Result<Asked<'a>, AuthorizeError> {
    if let Some(uri) = params.get("request_uri").filter(|uri| par::is_ours(uri)) {
        let found = par::find(platform, realm, &client.record.id, uri)
            .map_err(|error| AuthorizeError::Unreadable(client.clone(), error))?;
        return Ok(Asked {
            params: Cow::Owned(found.params),
            delivery: found.delivery,
            pushed: Some(found.id),
        });
    }
    let opened = match (params.get("request"), params.get("request_uri")) {
        (None, None) => {
            return Ok(Asked {
                params: Cow::Borrowed(params),
                delivery: Delivery::default(),
                pushed: None,
            });
        }
        (Some(_), Some(_)) => Err(OAuthError::invalid_request(
            "request and request_uri must not be sent together",
        )),
        (Some(object), None) => request_object::open(platform, realm, client, object).await,
        (None, Some(uri)) => match request_object::fetch(platform, realm, client, (uri, from)).await {
            Ok(object) => request_object::open(platform, realm, client, &object).await,
            Err(error) => Err(error),
        },
    };
    match opened {
        Ok(opened) => Ok(Asked {
            params: Cow::Owned(opened.params),
            delivery: Delivery {
                signed: opened.signed,
                ..Delivery::default()
            },
            pushed: None,
        }),
        // Only to tell the app's developer: a registered address beside the object is as safe as any.
        Err(error) => Err(
            match ReplyTo::from_params(params, &client.record.id, &metadata(realm, client)) {
                Ok(reply) => AuthorizeError::Redirect(Box::new(reply), error),
                Err(_) => AuthorizeError::Unreadable(client.clone(), error),
            },
        ),
    }
}

/// What a client registered. The console lives at our own origins; its redirect URI is not stored anywhere.
fn metadata<'a>(realm: &Realm, client: &'a ClientRuntime) -> Cow<'a, ClientMetadata> {
    let mut metadata = Cow::Borrowed(&client.record.metadata);
    if client.record.settings.origin == ClientOrigin::BuiltIn {
        metadata.to_mut().redirect_uris = vec![format!("{}{CONSOLE_CALLBACK}", realm.origin().text())];
    }
    metadata
}

/// Checks the parameters of a request, wherever they stood.
///
/// # Errors
/// A [`Rejection`] that says where the error goes.
pub(super) fn validated(
    realm: &Realm,
    client: &ClientRuntime,
    params: &Params,
    delivery: Delivery,
) -> Result<AuthorizationRequest, Rejection> {
    let record = &client.record;
    let asker = Asker {
        id: &record.id,
        metadata: &metadata(realm, client),
        resources: realm.resources(),
    };
    let mut request = validate(params, asker, delivery)?;
    if request.prompt.create && !sign_up_is_open(realm) {
        let error = OAuthError::invalid_request("prompt create is not supported here");
        return Err(Rejection::Redirect(Box::new(request.reply), error));
    }
    // A hint that is not ours, or is another client's, must not be acted on (OpenID Connect Core section 3.1.2.1).
    if let Some(hint) = request.id_token_hint.take() {
        let hint = id_token_hint(realm, &hint).filter(|hint| hint.aud == record.id.as_str());
        request.id_token_hint = hint.map(|hint| hint.sub);
    }
    raise_to_floor(&mut request, record);
    Ok(request)
}

/// A request that asks for no assurance asks for its client's least.
pub(super) fn raise_to_floor(request: &mut AuthorizationRequest, client: &Client) {
    if request.acr == AcrRequest::default()
        && let Some(floor) = client.settings.floor
    {
        request.acr = AcrRequest {
            values: vec![floor],
            essential: false,
        };
    }
}
