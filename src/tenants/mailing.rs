//! Handing mail over. Delivery, with its tries and its log, is a job of its own; a request never waits for a mail server.

use tokio::sync::mpsc;

use crate::base::ids::{MailId, TenantId, UserId};
use crate::domain::message::Message;

/// Mails that may wait.
const QUEUE: usize = 1_000;

/// A mail on its way to the job that renders and sends it.
#[derive(Clone, Debug)]
pub struct OutgoingMail {
    /// Its row in the delivery log.
    pub id: MailId,
    /// Whose name and language defaults it carries.
    pub tenant: TenantId,
    /// The tenant's name.
    pub tenant_name: String,
    /// Where people find help.
    pub support: Option<String>,
    /// To which account.
    pub user: Option<UserId>,
    /// To which address.
    pub to: String,
    /// In which language.
    pub locale: String,
    /// What it says.
    pub message: Message,
}

/// The way to the mail job.
#[derive(Clone, Debug)]
pub struct MailQueue(mpsc::Sender<OutgoingMail>);

impl MailQueue {
    /// A queue and its other end.
    pub fn new() -> (Self, mpsc::Receiver<OutgoingMail>) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        (Self(sender), receiver)
    }

    /// Hands a mail over; `false` when too many wait or the job is gone, and then nothing will be sent.
    pub fn hand_over(&self, mail: OutgoingMail) -> bool {
        self.0.try_send(mail).is_ok()
    }

    /// How many wait.
    pub fn depth(&self) -> usize {
        QUEUE - self.0.capacity()
    }
}
