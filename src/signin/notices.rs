//! What the owner of an account and its history are told: events, and mails about a change with a link to object.

use serde_json::{Value, json};

use super::{SignInError, mail_code};
use crate::accounts::Account;
use crate::base::ids::{DecisionId, DeviceId, EventId, SessionId, UserId};
use crate::base::secret::{Secret, TokenHash, TokenKind};
use crate::domain::event::{ActorRef, AuditEntry, Event};
use crate::domain::message::{Message, SecurityChange, SignInFacts};
use crate::signals;
use crate::store::{Batch, Notice};
use crate::tenants::{Platform, Realm, Visit};

/// An event about an account that no visit of its owner led to.
pub(crate) fn plain_event(platform: &Platform, code: &str, user: UserId, data: Value) -> Event {
    let now = platform.now();
    Event {
        id: EventId(platform.random().uuid(now)),
        at: now,
        code: code.to_owned(),
        user: Some(user),
        data,
    }
}

/// What somebody did on the own account that its history and the audit log learn alike.
pub(super) fn trail(
    platform: &Platform,
    visit: &Visit,
    user: UserId,
    (code, told): (&str, Value),
    batch: &mut Batch,
) {
    let now = platform.now();
    batch.event(&event(platform, code, user, visit, told.clone()));
    batch.audit(AuditEntry {
        id: EventId(platform.random().uuid(now)),
        at: now,
        actor: ActorRef::User { id: user },
        act: code.to_owned(),
        object: format!("user:{user}"),
        data: told,
    });
}

/// How long the links of a notice work.
const NOTICE_LIFE: std::time::Duration = std::time::Duration::from_hours(7 * 24);

/// An event about an account, with the visit it happened in.
pub(crate) fn event(
    platform: &Platform,
    code: &str,
    user: impl Into<Option<UserId>>,
    visit: &Visit,
    mut data: Value,
) -> Event {
    let now = platform.now();
    if let Some(map) = data.as_object_mut() {
        map.insert("reference".to_owned(), json!(visit.reference.as_str()));
        map.insert("ip".to_owned(), json!(visit.ip.to_string()));
        map.insert(
            "agent".to_owned(),
            json!(signals::summary(visit.user_agent.as_deref()).words()),
        );
    }
    Event {
        id: EventId(platform.random().uuid(now)),
        at: now,
        code: code.to_owned(),
        user: user.into(),
        data,
    }
}

/// A sign-in that a notice asks about.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoticedSignIn {
    pub(super) decision: Option<DecisionId>,
    pub(super) session: SessionId,
    pub(super) device: DeviceId,
}

/// The row of a notice; gives the token of its links. Without a sign-in it is about a change.
pub(super) fn open_notice(
    platform: &Platform,
    user: UserId,
    about: Option<NoticedSignIn>,
    batch: &mut Batch,
) -> String {
    let token = platform.random().opaque();
    batch.insert_notice(&Notice {
        decision: about.and_then(|about| about.decision),
        session: about.map(|about| about.session),
        device: about.map(|about| about.device),
        ..question(platform, user, &token)
    });
    token
}

/// A question whose link has this token, about nothing yet.
fn question(platform: &Platform, user: UserId, token: &str) -> Notice {
    let now = platform.now();
    Notice {
        hash: TokenHash::of(TokenKind::Link, token),
        user,
        decision: None,
        session: None,
        device: None,
        former_email: None,
        created_at: now,
        expires_at: now.plus(NOTICE_LIFE),
        answer: None,
    }
}

/// Tells the owner of a change, always (people.md U34), with a link to object. The notice's row goes into `batch`; the mail is
/// sent by [`tell`] once the batch is written.
pub(crate) fn change_notice(
    platform: &Platform,
    realm: &Realm,
    account: &Account,
    visit: &Visit,
    change: SecurityChange,
    batch: &mut Batch,
) -> Message {
    let token = open_notice(platform, account.user.id, None, batch);
    about_change(platform, realm, &agent_of(visit), change, &token)
}

/// As [`change_notice`], for what an operator did.
pub(crate) fn support_notice(
    platform: &Platform,
    realm: &Realm,
    account: &Account,
    change: SecurityChange,
    batch: &mut Batch,
) -> Message {
    let token = open_notice(platform, account.user.id, None, batch);
    about_change(platform, realm, "", change, &token)
}

/// As [`change_notice`], for a change of the address: the mail goes to the one that the account had, and its link puts that back.
pub(crate) fn address_notice(
    platform: &Platform,
    realm: &Realm,
    before: &Account,
    visit: &Visit,
    change: SecurityChange,
    batch: &mut Batch,
) -> Message {
    let token = platform.random().opaque();
    batch.insert_notice(&Notice {
        former_email: Some(before.user.email.clone()),
        ..question(platform, before.user.id, &token)
    });
    about_change(platform, realm, &agent_of(visit), change, &token)
}

fn agent_of(visit: &Visit) -> String {
    signals::summary(visit.user_agent.as_deref())
        .words()
        .unwrap_or_default()
}

fn about_change(
    platform: &Platform,
    realm: &Realm,
    agent: &str,
    change: SecurityChange,
    token: &str,
) -> Message {
    Message::SecurityChange {
        change,
        facts: SignInFacts {
            at: platform.now(),
            agent: agent.to_owned(),
            place: None,
            app: None,
        },
        no_url: Secret::new(realm.url(&format!("/notice/no?token={token}"))),
    }
}

/// Sends what [`change_notice`] prepared.
pub(crate) async fn tell(
    platform: &Platform,
    realm: &Realm,
    account: &Account,
    message: Message,
) -> Result<(), SignInError> {
    mail_code::hand_over(platform, realm, account, message)
        .await
        .map(|_| ())
}
