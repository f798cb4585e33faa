//! What an app registered about itself, for the pages of its sign-ins (OpenID Connect Dynamic Client Registration 1.0 section 2).

use crate::domain::client::Client;
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::views::app::{AppFacts, AppLogo};
use crate::http::views::{Link, segment};

/// Where our copy of an app's logo lies. An id may be an address, so it is written as one segment.
fn logo_path(ctx: &Ctx, client: &Client) -> String {
    format!("{}/logo/{}", ctx.realm.path(), segment(client.id.as_str()))
}

/// What stands beside the name of an app.
pub(super) async fn of(ctx: &Ctx, client: Option<&Client>) -> Result<AppFacts, PageError> {
    let Some(client) = client else {
        return Ok(AppFacts::default());
    };
    let metadata = &client.metadata;
    let logo = match &metadata.logo_uri {
        None => None,
        Some(source) => {
            let store = ctx.realm.store(&ctx.platform().store);
            let held = store.has_client_logo(&client.id).await;
            held.map_err(|error| ctx.error(error.into()))?.then(|| AppLogo {
                src: logo_path(ctx, client),
                source: source.clone(),
            })
        }
    };
    let pages = [
        (&metadata.policy_uri, "consent-policy"),
        (&metadata.tos_uri, "consent-terms"),
    ];
    let link = |(href, key): (&Option<String>, &str)| {
        href.as_ref()
            .map(|href| Link::new(href.clone(), ctx.text.get(key)))
    };
    Ok(AppFacts {
        logo,
        policies: pages.into_iter().filter_map(link).collect(),
    })
}
