//! Acts of a person on the own account: factors, password, sessions, browsers, apps, and "this wasn't me".

mod factors;
mod not_me;
mod password;
mod recovery_codes;
mod sessions;

pub use factors::{
    FactorError, PasskeyBegun, TotpBegun, add_passkey, add_totp, begin_passkey, begin_totp, remove_factor,
};
pub use not_me::{NotMeError, QuestionFacts, answer_notice, question, report_session};
pub use password::{PasswordError, change_password};
pub use recovery_codes::make_recovery_codes;
pub use sessions::{end_others, end_session, forget_device, forget_devices, revoke_app};

use crate::accounts::Account;
use crate::base::ids::{EventId, UserId};
use crate::base::secret::{Secret, TokenHash, TokenKind};
use crate::domain::event::Event;
use crate::domain::message::{Message, SecurityChange, SignInFacts};
use crate::signals;
use crate::signin::SignInError;
use crate::store::{Batch, Notice};
use crate::tenants::{Platform, Realm, Visit};

/// How long the links of a notice work.
const NOTICE_LIFE: std::time::Duration = std::time::Duration::from_hours(7 * 24);

/// An event about the own account.
fn event(platform: &Platform, code: &str, user: UserId, visit: &Visit, data: serde_json::Value) -> Event {
    let now = platform.now();
    let mut data = data;
    if let Some(map) = data.as_object_mut() {
        map.insert("reference".to_owned(), visit.reference.as_str().into());
        map.insert("ip".to_owned(), visit.ip.to_string().into());
        map.insert(
            "agent".to_owned(),
            signals::summary(visit.user_agent.as_deref()).words().into(),
        );
    }
    Event {
        id: EventId(platform.random().uuid(now)),
        at: now,
        code: code.to_owned(),
        user: Some(user),
        data,
    }
}

/// Tells the owner of a change, always (people.md U34), with a link to object. The notice's row goes into `batch`; the mail is
/// sent by [`tell`] once the batch is written.
fn change_notice(
    platform: &Platform,
    realm: &Realm,
    account: &Account,
    visit: &Visit,
    change: SecurityChange,
    batch: &mut Batch,
) -> Message {
    let now = platform.now();
    let token = platform.random().opaque();
    batch.insert_notice(&Notice {
        hash: TokenHash::of(TokenKind::Link, &token),
        user: account.user.id,
        decision: None,
        session: None,
        device: None,
        created_at: now,
        expires_at: now.plus(NOTICE_LIFE),
        answer: None,
    });
    Message::SecurityChange {
        change,
        facts: SignInFacts {
            at: now,
            agent: signals::summary(visit.user_agent.as_deref())
                .words()
                .unwrap_or_default(),
            place: None,
            app: None,
        },
        no_url: Secret::new(realm.url(&format!("/notice/no?token={token}"))),
    }
}

async fn tell(
    platform: &Platform,
    realm: &Realm,
    account: &Account,
    message: Message,
) -> Result<(), SignInError> {
    crate::signin::hand_over(platform, realm, account, message)
        .await
        .map(|_| ())
}
