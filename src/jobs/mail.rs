//! Rendering and delivering mail, with tries and a log of what the server said.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;

use crate::base::ids::Reference;
use crate::base::secret::Secret;
use crate::base::timestamp::Timestamp;
use crate::domain::message::{Message, SecurityChange, SignInFacts};
use crate::outbound::mail::{Mail, MailError, Mailer};
use crate::store::MailStatus;
use crate::tenants::{OutgoingMail, Platform};
use crate::text::mail::{self, Change, ChangeFacts, Frame, NewBrowser};
use crate::text::{Catalogue, mail as words};

/// Waits between tries; after the last one the mail is given up.
const WAITS: [Duration; 4] = [
    Duration::from_secs(2),
    Duration::from_secs(10),
    Duration::from_mins(1),
    Duration::from_mins(5),
];

/// How long a code works, for its mail.
const CODE_MINUTES: u32 = 10;

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

fn shown(at: Timestamp) -> String {
    let utc = at.to_utc();
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02} UTC",
        utc.year(),
        u8::from(utc.month()),
        utc.day(),
        utc.hour(),
        utc.minute()
    )
}

fn render(outgoing: &OutgoingMail) -> Mail {
    let frame = Frame {
        text: Catalogue::get().locale(&outgoing.locale),
        tenant: outgoing.tenant_name.clone(),
        account: outgoing.to.clone(),
        support: outgoing.support.clone(),
        reference: Reference::of(outgoing.id.0).to_string(),
    };
    let mail::Mail { subject, text, html } = written(&frame, &outgoing.message);
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

/// The words of a message.
fn written(frame: &Frame, message: &Message) -> mail::Mail {
    match message {
        Message::SignInCode { code, .. } => words::sign_in_code(frame, code.expose(), CODE_MINUTES),
        Message::NewPasswordCode { code } => words::new_password_code(frame, code.expose(), CODE_MINUTES),
        Message::SignUpCode { code } => words::sign_up_code(frame, code.expose(), CODE_MINUTES),
        Message::EmailChangeCode { code } => words::email_change_code(frame, code.expose(), CODE_MINUTES),
        Message::AccountExists { sign_in } => words::account_exists(frame, sign_in),
        Message::NotPossible(why) => words::not_possible(frame, *why),
        Message::NewBrowser {
            facts,
            yes_url,
            no_url,
        } => words::new_browser(frame, &new_browser(facts, yes_url, no_url)),
        Message::SecurityChange {
            change,
            facts,
            no_url,
        } => {
            let about = ChangeFacts {
                at: shown(facts.at),
                browser: facts.agent.clone(),
                what: None,
                from: from_of(*change),
                no: no_url.expose().clone(),
            };
            words::changed(frame, change_of(*change), &about)
        }
        Message::RequestWaits {
            app,
            binding_message,
            url,
        } => words::request_waits(frame, app, binding_message.as_deref(), url.expose()),
        Message::AdminLink { url } => words::admin_link(frame, url.expose(), "admin", 15),
    }
}

fn new_browser(facts: &SignInFacts, yes: &Secret<String>, no: &Secret<String>) -> NewBrowser {
    NewBrowser {
        at: shown(facts.at),
        browser: facts.agent.clone(),
        place: facts.place.clone(),
        app: facts.app.clone(),
        yes: yes.expose().clone(),
        no: no.expose().clone(),
    }
}

/// From when on something can be done that was asked for.
fn from_of(change: SecurityChange) -> Option<String> {
    match change {
        SecurityChange::RecoveryAsked { opens_at } => Some(shown(opens_at)),
        _ => None,
    }
}

const fn change_of(change: SecurityChange) -> Change {
    match change {
        SecurityChange::RecoveryAsked { .. } => Change::RecoveryAsked,
        SecurityChange::Recovered => Change::Recovered,
        SecurityChange::PasswordChanged => Change::Password,
        SecurityChange::TotpAdded | SecurityChange::PasskeyAdded | SecurityChange::DeviceAdded => {
            Change::FactorAdded
        }
        SecurityChange::RecoveryCodesMade => Change::RecoveryCodes,
        SecurityChange::FactorRemoved => Change::FactorRemoved,
        SecurityChange::EmailChanged => Change::Email,
        SecurityChange::AccessPassApproved => Change::AccessPassApproved,
        SecurityChange::AccessPassUsed => Change::AccessPassUsed,
    }
}
