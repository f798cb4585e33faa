//! Telling apps that there is an answer (section 10.2).

use futures_util::future::join_all;
use serde_json::json;

use crate::tenants::{Ping, Platform};

/// Notifications that are sent at a time.
const MOST: usize = 64;

/// Sends the notifications that wait, each once: whatever comes back, the app can ask.
pub async fn deliver(platform: &Platform) {
    let waiting = platform.pings.take(MOST);
    join_all(waiting.iter().map(|ping| send(platform, ping))).await;
}

async fn send(platform: &Platform, ping: &Ping) {
    let body = json!({"auth_req_id": ping.auth_req_id.expose()});
    let fetcher = &platform.fetcher;
    match fetcher.post_json(&ping.url, ping.token.expose(), &body).await {
        Ok(200..=299) => {}
        Ok(status) => tracing::info!(target: "tidegate::oidc", code = "ciba.ping_refused", status),
        Err(error) => tracing::info!(target: "tidegate::oidc", code = "ciba.ping_failed", %error),
    }
}
