//! Outgoing mail: by SMTP, or into a mailbox that the dev pages show.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::base::secret::Secret;
use crate::base::timestamp::Timestamp;

/// Mails the dev mailbox keeps.
const MAILBOX_SIZE: usize = 200;

/// A mail ready to go.
#[derive(Clone, Debug)]
pub struct Mail {
    /// To whom.
    pub to: String,
    /// The tenant's name, shown before our address in From.
    pub from_name: String,
    /// Subject.
    pub subject: String,
    /// Plain text with the same content.
    pub text: String,
    /// HTML.
    pub html: String,
    /// The one-time code in it, which the dev mailbox shows apart.
    pub code: Option<Secret<String>>,
    /// What it is, for the delivery log: `sign_in_code`, `new_browser` …
    pub kind: &'static str,
}

/// A mail in the dev mailbox.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// When it came.
    pub at: Timestamp,
    /// The mail.
    pub mail: Mail,
}

/// Why a mail was not delivered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// No server is configured.
    #[error("no mail server is configured (mail.smtp_url)")]
    Off,
    /// The address or text can't be put into a mail.
    #[error("the mail cannot be built: {0}")]
    Unsendable(String),
    /// The server refused for good.
    #[error("refused: {0}")]
    Refused(String),
    /// The server could not be reached, or asks to try again.
    #[error("not delivered yet: {0}")]
    Deferred(String),
}

/// Sends mail.
#[derive(Debug)]
pub enum Mailer {
    /// By SMTP.
    Smtp {
        /// The pooled transport.
        transport: AsyncSmtpTransport<Tokio1Executor>,
        /// Address in From.
        from: String,
    },
    /// Into memory, for `dev` and tests.
    Mailbox(Mutex<VecDeque<Delivered>>),
    /// Nowhere.
    Off,
}

#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Mailer {
    /// From `mail.smtp_url`; off when it is empty.
    ///
    /// # Errors
    /// [`MailError::Unsendable`] when the address of the server or the sender is malformed.
    pub fn smtp(url: &Secret<String>, from: &str) -> Result<Self, MailError> {
        if url.expose().is_empty() {
            return Ok(Self::Off);
        }
        from.parse::<lettre::Address>()
            .map_err(|error| MailError::Unsendable(format!("mail.from: {error}")))?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose())
            .map_err(|error| MailError::Unsendable(format!("mail.smtp_url: {error}")))?
            .timeout(Some(Duration::from_secs(20)))
            .build();
        Ok(Self::Smtp {
            transport,
            from: from.to_owned(),
        })
    }

    /// A mailbox in memory.
    pub fn mailbox() -> Self {
        Self::Mailbox(Mutex::default())
    }

    /// Sends one mail and gives the server's reply.
    ///
    /// # Errors
    /// [`MailError`]; only [`MailError::Deferred`] is worth another try.
    pub async fn send(&self, mail: &Mail, now: Timestamp) -> Result<String, MailError> {
        match self {
            Self::Off => Err(MailError::Off),
            Self::Mailbox(held) => {
                let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
                held.push_front(Delivered {
                    at: now,
                    mail: mail.clone(),
                });
                held.truncate(MAILBOX_SIZE);
                Ok("kept in the dev mailbox".to_owned())
            }
            Self::Smtp { transport, from } => {
                let message = build(mail, from)?;
                let response = transport.send(message).await.map_err(|error| {
                    if error.is_permanent() {
                        MailError::Refused(error.to_string())
                    } else {
                        MailError::Deferred(error.to_string())
                    }
                })?;
                Ok(format!(
                    "{} {}",
                    response.code(),
                    response.first_line().unwrap_or_default()
                ))
            }
        }
    }

    /// What the dev mailbox holds, newest first; nothing for other kinds.
    pub fn delivered(&self) -> Vec<Delivered> {
        match self {
            Self::Mailbox(held) => held
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .iter()
                .cloned()
                .collect(),
            Self::Smtp { .. } | Self::Off => Vec::new(),
        }
    }
}

/// Headers are one line: line ends and other controls become spaces.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

fn build(mail: &Mail, from: &str) -> Result<Message, MailError> {
    let unsendable = |error: &dyn std::fmt::Display| MailError::Unsendable(error.to_string());
    let from = from
        .parse()
        .map_err(|error: lettre::address::AddressError| unsendable(&error))?;
    let to = mail
        .to
        .parse()
        .map_err(|error: lettre::address::AddressError| unsendable(&error))?;
    Message::builder()
        .from(Mailbox::new(Some(one_line(&mail.from_name)), from))
        .to(Mailbox::new(None, to))
        .subject(one_line(&mail.subject))
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(
            mail.text.clone(),
            mail.html.clone(),
        ))
        .map_err(|error| unsendable(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> Mail {
        Mail {
            to: "alice@example.test".into(),
            from_name: "Démo \r\nBcc: x@y.test".into(),
            subject: "Your code\r\nBcc: x@y.test".into(),
            text: "012345".into(),
            html: "<p>012345</p>".into(),
            code: None,
            kind: "sign_in_code",
        }
    }

    #[test]
    fn mails_are_multipart_and_headers_cannot_be_injected() {
        let built = String::from_utf8(build(&mail(), "no-reply@example.test").unwrap().formatted()).unwrap();
        assert!(built.contains("multipart/alternative") && built.contains("Auto-Submitted: auto-generated"));
        assert!(!built.lines().any(|line| line.starts_with("Bcc:")), "{built}");
    }

    #[tokio::test]
    async fn the_mailbox_shows_the_newest_first() {
        let mailer = Mailer::mailbox();
        for second in 0..3 {
            mailer.send(&mail(), Timestamp::from_secs(second)).await.unwrap();
        }
        assert_eq!(mailer.delivered().first().unwrap().at, Timestamp::from_secs(2));
        assert_eq!(
            Mailer::Off.send(&mail(), Timestamp::EPOCH).await,
            Err(MailError::Off)
        );
    }
}
