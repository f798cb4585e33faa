//! Sending pushes to devices. None is tried again: a request lives two minutes, and an open device looks by itself.

use std::sync::Arc;

use crate::tenants::Platform;

/// Takes pushes off the queue and sends them one after the other.
pub(super) async fn deliver(platform: Arc<Platform>) {
    let Some(mut queue) = platform.pushes.receiver() else {
        return;
    };
    while let Some(push) = queue.recv().await {
        let sent = platform
            .fetcher
            .post_bytes(&push.endpoint, &push.headers, push.body)
            .await;
        match sent {
            Ok(status) if (200..300).contains(&status) => {}
            Ok(status) => {
                tracing::info!(target: "tidegate::jobs", code = "push.undelivered", status);
            }
            Err(error) => {
                tracing::info!(target: "tidegate::jobs", code = "push.undelivered", %error);
            }
        }
    }
}
