//! Handing pushes over. Delivery is a job of its own; a request never waits for a push service.

use std::sync::{Mutex, PoisonError};

use tokio::sync::mpsc;

use crate::base::ids::{CredentialId, TenantId};

/// Pushes that may wait.
const QUEUE: usize = 1_000;

/// A push on its way to the job that sends it.
#[derive(Clone, Debug)]
pub struct OutgoingPush {
    /// Whose device it is for.
    pub tenant: TenantId,
    /// Which device: it loses a subscription that is gone.
    pub device: CredentialId,
    /// The device's address at its push service.
    pub endpoint: String,
    /// What is sent beside the body, by name.
    pub headers: Vec<(&'static str, String)>,
    /// The message, encrypted for the device.
    pub body: Vec<u8>,
}

/// The way to the push job.
#[derive(Debug)]
pub struct PushQueue {
    sender: mpsc::Sender<OutgoingPush>,
    receiver: Mutex<Option<mpsc::Receiver<OutgoingPush>>>,
}

impl Default for PushQueue {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        Self {
            sender,
            receiver: Mutex::new(Some(receiver)),
        }
    }
}

impl PushQueue {
    /// Hands a push over; when too many wait it is dropped, and the device looks by itself when it is open.
    pub fn hand_over(&self, push: OutgoingPush) {
        if self.sender.try_send(push).is_err() {
            tracing::info!(target: "tidegate::signin", code = "push.undelivered", why = "queue");
        }
    }

    /// The job's end, once.
    pub fn receiver(&self) -> Option<mpsc::Receiver<OutgoingPush>> {
        self.receiver
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}
