//! The page that asks whether an app may have what it wants.

use actix_web::HttpResponse;

use super::draw::{action, client_of, html};
use super::{app_facts, details};
use crate::domain::client::{Client, ClientOrigin};
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::views::consent::{Consent, WaitingDevice};
use crate::protocol::authorize::AuthorizationRequest;
use crate::protocol::client_document::address_of;
use crate::signin::ConsentStep;

/// Where the document lies that a client is known by.
fn document_host(client: &Client) -> Option<String> {
    let address = address_of(client.id.as_str())?;
    let host = address.host_str()?.to_owned();
    (client.settings.origin == ClientOrigin::Document).then_some(host)
}

/// The page of the step.
pub(super) async fn draw(ctx: &Ctx, step: &ConsentStep) -> Result<HttpResponse, PageError> {
    let login = &step.login;
    let client = client_of(ctx, login).await?;
    let request = login.request();
    let redirect = request
        .map(|request| request.reply.redirect.as_str().to_owned())
        .unwrap_or_default();
    let host = url::Url::parse(&redirect)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    html(&Consent {
        chrome: ctx.chrome(),
        app: client
            .as_ref()
            .map(|client| client.display_name().to_owned())
            .unwrap_or_default(),
        // Where the app waits elsewhere, the answer goes to a page of ours.
        host: if request.is_some_and(|request| request.backchannel.is_some()) {
            String::new()
        } else {
            host.unwrap_or(redirect)
        },
        account: step.email.clone(),
        action: action(ctx, login, "consent"),
        scopes: request
            .map(AuthorizationRequest::consent_words)
            .unwrap_or_default(),
        details: request
            .map(|request| details::words_of(ctx, &request.authorization_details))
            .unwrap_or_default(),
        known: step.known.clone(),
        unverified: client.as_ref().is_some_and(Client::is_stranger),
        document_host: client.as_ref().and_then(document_host),
        device: request
            .and_then(|request| request.device.as_ref())
            .map(|device| WaitingDevice {
                code: device.code.shown(),
                address: device.address.clone(),
            }),
        about: app_facts::of(ctx, client.as_ref()).await?,
    })
}
