//! Rendering and delivering mail, with tries and a log of what the server said.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;

use crate::base::ids::Reference;
use crate::base::secret::Secret;
use crate::outbound::mail::{Mail, MailError, Mailer};
use crate::store::MailStatus;
use crate::tenants::{OutgoingMail, Platform};
use crate::text::mail::{self as words, Frame};
use crate::text::{Catalogue, message};

/// Waits between tries; after the last one the mail is given up.
const WAITS: [Duration; 4] = [
    Duration::from_secs(2),
    Duration::from_secs(10),
    Duration::from_mins(1),
    Duration::from_mins(5),
];

/// Takes mails off the queue and delivers them one after the other.
pub(super) async fn deliver(platform: Arc<Platform>, mailer: Arc<Mailer>, mut queue: Receiver<OutgoingMail>) {
    while let Some(outgoing) = queue.recv().await {
        let mail = render(&outgoing);
        let (status, detail) = send(&platform, &mailer, &mail).await;
        if status == MailStatus::Failed {
            tracing::warn!(target: "tidegate::mail", code = "mail.failed", kind = mail.kind, detail);
        }
        let store = platform.store.tenant(outgoing.tenant);
        let mut batch = store.batch();
        batch.note_mail(outgoing.id, status, Some(&detail), platform.now());
        if let Err(error) = store.commit(batch).await {
            tracing::error!(target: "tidegate::mail", code = "mail.unlogged", %error);
        }
    }
}

async fn send(platform: &Platform, mailer: &Mailer, mail: &Mail) -> (MailStatus, String) {
    let mut waits = WAITS.iter();
    loop {
        match mailer.send(mail, platform.now()).await {
            Ok(reply) => return (MailStatus::Sent, reply),
            Err(error @ MailError::Deferred(_)) => match waits.next() {
                Some(wait) => tokio::time::sleep(*wait).await,
                None => return (MailStatus::Failed, error.to_string()),
            },
            Err(error) => return (MailStatus::Failed, error.to_string()),
        }
    }
}

fn render(outgoing: &OutgoingMail) -> Mail {
    let frame = Frame {
        text: Catalogue::get().locale(&outgoing.locale),
        tenant: outgoing.tenant_name.clone(),
        account: outgoing.to.clone(),
        support: outgoing.support.clone(),
        reference: Reference::of(outgoing.id.0).to_string(),
    };
    let words::Mail { subject, text, html } = message::write(&frame, &outgoing.message);
    let code = outgoing.message.code();
    Mail {
        to: outgoing.to.clone(),
        from_name: outgoing.tenant_name.clone(),
        subject,
        text,
        html,
        code: code.map(|code| Secret::new(code.expose().clone())),
        kind: outgoing.message.kind(),
    }
}
