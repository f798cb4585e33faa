//! Sending pushes to devices. None is tried again: a request lives two minutes, and an open device looks by itself.

use std::sync::Arc;

use crate::domain::credential::{Credential, CredentialSecret, PushDevice};
use crate::store::StoreError;
use crate::tenants::{OutgoingPush, Platform};

/// Takes pushes off the queue and sends them one after the other.
pub(super) async fn deliver(platform: Arc<Platform>) {
    let Some(mut queue) = platform.pushes.receiver() else {
        return;
    };
    while let Some(push) = queue.recv().await {
        let body = push.body.clone();
        let sent = platform
            .fetcher
            .post_bytes(&push.endpoint, &push.headers, body)
            .await;
        match sent {
            Ok(status) if (200..300).contains(&status) => {}
            // The subscription is gone for good (RFC 8030 section 7.3).
            Ok(status @ (404 | 410)) => {
                tracing::info!(target: "tidegate::jobs", code = "push.subscription_gone", status);
                if let Err(error) = forget_subscription(&platform, &push).await {
                    tracing::warn!(target: "tidegate::jobs", code = "push.subscription_kept", %error);
                }
            }
            Ok(status) => {
                tracing::info!(target: "tidegate::jobs", code = "push.undelivered", status);
            }
            Err(error) => {
                tracing::info!(target: "tidegate::jobs", code = "push.undelivered", %error);
            }
        }
    }
}

/// Takes away the subscription that a push was sent to; a newer one stays. The device goes on by looking itself.
async fn forget_subscription(platform: &Platform, push: &OutgoingPush) -> Result<(), StoreError> {
    let store = platform.store.tenant(push.tenant);
    let Some(held) = store.credential(push.device).await? else {
        return Ok(());
    };
    let CredentialSecret::Push(device) = &held.secret else {
        return Ok(());
    };
    let same = device
        .subscription
        .as_ref()
        .is_some_and(|subscription| subscription.endpoint == push.endpoint);
    if !same {
        return Ok(());
    }
    let secret = CredentialSecret::Push(PushDevice {
        subscription: None,
        ..device.clone()
    });
    let mut batch = store.batch();
    batch.update_credential(&Credential {
        secret,
        ..held.clone()
    });
    match store.commit(batch).await {
        // Changed or removed at this moment; the next push tells again.
        Ok(()) | Err(StoreError::Conflict(_)) => Ok(()),
        Err(error) => Err(error),
    }
}
