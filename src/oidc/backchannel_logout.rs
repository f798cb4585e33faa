//! Back-channel logout (OpenID Connect Back-Channel Logout 1.0): apps hear of the end of a session from us directly, whatever
//! ended it. What is to be told was queued in the batch that ended the session; here it is sent, and sent again.

use std::time::Duration;

use futures_util::StreamExt as _;
use serde_json::json;

use crate::base::ids::TenantId;
use crate::crypto::signer::TokenType;
use crate::protocol::claims::{LOGOUT_EVENT, LogoutTokenClaims};
use crate::store::{DeliveryStatus, LogoutDelivery, StoreError};
use crate::tenants::{Platform, Realm, Subjects};

/// Waits after an attempt that failed; after the last one it is given up.
const WAITS: [Duration; 6] = [
    Duration::from_secs(10),
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(6),
];
/// Deliveries looked for at once.
const AT_ONCE: u16 = 256;
/// Deliveries under way at once: an app that is slow to answer does not hold up the others.
const PARALLEL: usize = 16;
/// The life of a logout token (section 2.4 recommends two minutes at most).
const LIFE: Duration = Duration::from_mins(2);

/// Sends what is due.
///
/// # Errors
/// The database, for the list of what is due. A delivery that can't be noted is logged and tried again.
pub async fn deliver_due(platform: &Platform) -> Result<(), StoreError> {
    let everyone = platform.store.everyone();
    let due = everyone.due_logouts(platform.now(), AT_ONCE).await?;
    futures_util::stream::iter(due)
        .for_each_concurrent(PARALLEL, async |(tenant, delivery)| {
            if let Err(error) = attempt(platform, tenant, &delivery).await {
                tracing::error!(target: "tidegate::oidc", code = "logout.unnoted", client = %delivery.client, %error);
            }
        })
        .await;
    Ok(())
}

async fn attempt(platform: &Platform, tenant: TenantId, delivery: &LogoutDelivery) -> Result<(), StoreError> {
    let store = platform.store.tenant(tenant);
    let wait = usize::try_from(delivery.attempts)
        .ok()
        .and_then(|done| WAITS.get(done));
    let mut batch = store.batch();
    let again = wait.or(WAITS.last()).copied().unwrap_or_default();
    batch.claim_logout(delivery, platform.now().plus(again));
    match store.commit(batch).await {
        // Another server has it.
        Err(StoreError::Conflict(_)) => return Ok(()),
        other => other?,
    }
    let (status, detail) = match (send(platform, tenant, delivery).await, wait) {
        (Ok(answer), _) => (DeliveryStatus::Delivered, answer),
        (Err(why), Some(_)) => (DeliveryStatus::Queued, why),
        (Err(why), None) => (DeliveryStatus::Failed, why),
    };
    if status == DeliveryStatus::Failed {
        tracing::warn!(target: "tidegate::oidc", code = "logout.failed", client = %delivery.client, detail);
    }
    let mut batch = store.batch();
    batch.note_logout(delivery, status, &detail, platform.now());
    store.commit(batch).await
}

/// Sends one logout token; gives what the app answered, or why it did not take it.
async fn send(platform: &Platform, tenant: TenantId, delivery: &LogoutDelivery) -> Result<String, String> {
    let realm = realm(platform, tenant).await?;
    let client = realm.tenant.client(platform, &delivery.client).await;
    let client = client.map_err(|error| error.to_string())?;
    let client = client.as_ref().map(|client| &client.record);
    let uri = client.and_then(|client| client.metadata.backchannel_logout_uri.as_deref());
    let (Some(client), Some(uri)) = (client, uri) else {
        return Ok("no longer registered".to_owned());
    };
    let alg = client.metadata.id_token_signed_response_alg;
    let subjects = realm.tenant.subjects(client);
    let token = match realm.tenant.keys.signer(alg) {
        Ok(signer) => signer.sign(TokenType::Logout, &claims(platform, &realm, &subjects, delivery)),
        Err(error) => return Err(error.to_string()),
    };
    let token = token.map_err(|error| error.to_string())?;
    match platform.fetcher.post_form(uri, &[("logout_token", &token)]).await {
        // Section 2.8: 200; 204 is common.
        Ok(status @ 200..=299) => Ok(status.to_string()),
        Ok(status) => Err(status.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

async fn realm(platform: &Platform, tenant: TenantId) -> Result<Realm, String> {
    let record = platform.store.tenant(tenant).record().await;
    let record = record
        .map_err(|error| error.to_string())?
        .ok_or("the tenant is gone")?;
    let realm = platform.directory.realm(platform, &record.slug, 0).await;
    realm.map_err(|error| error.to_string())
}

fn claims<'a>(
    platform: &Platform,
    realm: &'a Realm,
    subjects: &Subjects<'_>,
    delivery: &'a LogoutDelivery,
) -> LogoutTokenClaims<'a> {
    let now = platform.now();
    LogoutTokenClaims {
        iss: realm.issuer(),
        sub: subjects.sub_of(delivery.sub.as_deref().unwrap_or_default()),
        aud: delivery.client.as_str(),
        iat: now.secs(),
        exp: now.plus(LIFE).secs(),
        jti: platform.random().opaque(),
        sid: subjects.sid(&delivery.sid),
        events: json!({LOGOUT_EVENT: {}}),
    }
}
