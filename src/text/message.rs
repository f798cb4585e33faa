//! The words of every message that we send: a message as plain data becomes a mail in the reader's language.

use super::mail::{self as words, Change, ChangeFacts, Frame, Mail, NewBrowser};
use crate::base::secret::Secret;
use crate::base::timestamp::Timestamp;
use crate::domain::message::{Message, SecurityChange, SignInFacts};

/// How long a code works, for its mail.
const CODE_MINUTES: u32 = 10;

/// The words of a message.
pub fn write(frame: &Frame, message: &Message) -> Mail {
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
        SecurityChange::EmailChangedByAdmin => Change::EmailByAdmin,
        SecurityChange::AccessPassApproved => Change::AccessPassApproved,
        SecurityChange::AccessPassUsed => Change::AccessPassUsed,
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
