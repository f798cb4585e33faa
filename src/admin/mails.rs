//! The mails of a tenant: how each reads in each language, a test by the mail server with what it answers, and what became of those that
//! were sent.

use serde_json::json;

use super::actor::Trail;
use super::{Actor, AdminError, realm_of};
use crate::base::ids::{MailId, Reference};
use crate::base::page::{Page, PageRequest};
use crate::base::secret::Secret;
use crate::base::timestamp::Timestamp;
use crate::domain::message::{Message, NotPossible, SecurityChange, SignInFacts};
use crate::outbound::mail::{Mail, Mailer};
use crate::store::{MailRecord, MailStatus};
use crate::tenants::{Platform, Realm};
use crate::text::mail::{self as words, Frame};
use crate::text::{Catalogue, Locale, message};

/// Which mail, in which language.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Its name in the delivery log.
    pub kind: &'a str,
    /// The language.
    pub locale: Locale,
}

/// The names of all mails.
///
/// # Errors
/// [`AdminError`].
pub async fn kinds(actor: &Actor, platform: &Platform) -> Result<Vec<&'static str>, AdminError> {
    let realm = realm_of(&*actor.may_read_tenant()?, platform).await?;
    let samples = samples(&realm, platform.now());
    Ok(samples.iter().map(Message::kind).collect())
}

/// A mail with invented content, as somebody with this address would get it.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn preview(
    actor: &Actor,
    platform: &Platform,
    wanted: Wanted<'_>,
    to: &str,
) -> Result<words::Mail, AdminError> {
    let realm = realm_of(&*actor.may_read_tenant()?, platform).await?;
    written(platform, &realm, wanted, to).map(|(_, mail)| mail)
}

fn written(
    platform: &Platform,
    realm: &Realm,
    wanted: Wanted<'_>,
    to: &str,
) -> Result<(&'static str, words::Mail), AdminError> {
    let record = &realm.tenant.record;
    let frame = Frame {
        text: Catalogue::get().locale(wanted.locale.tag()),
        tenant: record.name.clone(),
        account: to.to_owned(),
        support: record.settings.support_contact.clone(),
        reference: Reference::of(record.id.0).to_string(),
    };
    let samples = samples(realm, platform.now());
    let sample = samples.iter().find(|sample| sample.kind() == wanted.kind);
    let sample = sample.ok_or(AdminError::NotFound("mail"))?;
    Ok((sample.kind(), message::write(&frame, sample)))
}

/// Sends a mail with invented content to whoever asks, and gives what the mail server answers, a refusal too.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn send_test(
    actor: &Actor,
    platform: &Platform,
    mailer: &Mailer,
    wanted: Wanted<'_>,
    to: &str,
) -> Result<Result<String, String>, AdminError> {
    let right = actor.may_manage_tenant()?;
    let realm = realm_of(&right, platform).await?;
    let (kind, words::Mail { subject, text, html }) = written(platform, &realm, wanted, to)?;
    let mail = Mail {
        to: to.to_owned(),
        from_name: realm.tenant.record.name.clone(),
        subject,
        text,
        html,
        code: None,
        kind,
    };
    let now = platform.now();
    let reply = mailer.send(&mail, now).await.map_err(|error| error.to_string());
    let (status, detail) = match &reply {
        Ok(words) => (MailStatus::Sent, words),
        Err(words) => (MailStatus::Failed, words),
    };
    let mut batch = right.store(platform).batch();
    let id = MailId(platform.random().uuid(now));
    batch.insert_mail(&MailRecord {
        id,
        user: None,
        recipient: mail.to,
        template: kind.to_owned(),
        status,
        attempts: 1,
        detail: Some(detail.clone()),
        created_at: now,
        updated_at: now,
    });
    let data = json!({"kind": kind, "locale": wanted.locale.tag(), "status": status});
    let trail = Trail::new("mail.tested", "mail", id, data);
    right.commit(platform, batch, trail).await?;
    Ok(reply)
}

/// The delivery log, newest first: with addresses, so for those who may see users.
///
/// # Errors
/// [`AdminError`].
pub async fn log(
    actor: &Actor,
    platform: &Platform,
    page: &PageRequest,
) -> Result<Page<MailRecord>, AdminError> {
    let store = actor.may_read_users()?.store(platform);
    Ok(store.mails(None, page).await?)
}

/// One of every mail, with invented content; its links lead to pages that know no such token.
fn samples(realm: &Realm, now: Timestamp) -> Vec<Message> {
    let link = |path: &str| Secret::new(realm.url(&format!("{path}?token=preview")));
    let code = || Secret::new("492817".to_owned());
    let facts = || SignInFacts {
        at: now,
        agent: "Firefox, Linux".to_owned(),
        place: Some("PT".to_owned()),
        app: Some("Example".to_owned()),
    };
    let mut all = vec![
        Message::SignInCode {
            code: code(),
            app: None,
        },
        Message::NewPasswordCode { code: code() },
        Message::SignUpCode { code: code() },
        Message::EmailChangeCode { code: code() },
        Message::AccountExists {
            sign_in: realm.url("/signin"),
        },
        Message::NewBrowser {
            facts: facts(),
            yes_url: link("/notice/yes"),
            no_url: link("/notice/no"),
        },
        Message::RequestWaits {
            app: "Example".to_owned(),
            binding_message: Some("W4SCT".to_owned()),
            url: link("/account/requests"),
        },
        Message::AdminLink {
            url: link("/admin-link"),
        },
    ];
    all.extend(NotPossible::ALL.map(Message::NotPossible));
    all.extend(SecurityChange::all(now).map(|change| Message::SecurityChange {
        change,
        facts: facts(),
        no_url: link("/notice/no"),
    }));
    all
}
