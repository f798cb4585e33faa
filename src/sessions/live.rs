//! Finding, beginning and strengthening a session.

use super::fresh_secret;
use crate::base::ids::{DeviceId, SessionId};
use crate::base::secret::{Secret, TokenHash, TokenKind};
use crate::domain::assurance::Proof;
use crate::domain::session::Session;
use crate::domain::user::{User, UserStatus};
use crate::store::{Batch, StoreError};
use crate::tenants::{Platform, Realm, Visit};

/// A live session with its account.
#[derive(Clone, Debug)]
pub struct Live {
    /// The session.
    pub session: Session,
    /// The account.
    pub user: User,
}

/// The session whose cookie the visitor carries, if it is live and its account may sign in.
///
/// # Errors
/// The database.
pub async fn current(platform: &Platform, realm: &Realm, visit: &Visit) -> Result<Option<Live>, StoreError> {
    let Some(cookie) = &visit.session else {
        return Ok(None);
    };
    let hash = TokenHash::of(TokenKind::Session, cookie);
    let found = realm.store(&platform.store).session_by_secret(&hash).await?;
    let live = found
        .filter(|found| found.session.is_live(platform.now()) && found.user.status == UserStatus::Active);
    Ok(live.map(|found| Live {
        session: found.session,
        user: found.user,
    }))
}

/// What a new session is made of.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// Whose.
    pub user: &'a User,
    /// On which browser record.
    pub device: Option<DeviceId>,
    /// What was proven.
    pub proofs: Vec<Proof>,
    /// From where.
    pub visit: &'a Visit,
    /// Browser and system, for people.
    pub agent: Option<String>,
}

/// Begins a session. Its row goes into `batch`; the cookie's value is given back.
pub fn begin(platform: &Platform, new: NewSession<'_>, batch: &mut Batch) -> (Session, Secret<String>) {
    let now = platform.now();
    let cookie = fresh_secret(platform.random());
    let session = Session {
        id: SessionId(platform.random().uuid(now)),
        sid: platform.random().opaque(),
        user: new.user.id,
        secret: TokenHash::of(TokenKind::Session, &cookie),
        device: new.device,
        proofs: new.proofs,
        created_at: now,
        last_seen_at: now,
        idle_expires_at: now.plus(platform.settings.sessions.idle),
        expires_at: now.plus(platform.settings.sessions.absolute),
        ended: None,
        ip: Some(new.visit.ip.to_string()),
        agent: new.agent,
    };
    batch.insert_session(&session);
    (session, Secret::new(cookie))
}

/// Adds what was newly proven to a session, and gives it a new cookie value (ASVS 7.2.4). The old value stops working.
pub fn strengthen(
    platform: &Platform,
    session: &mut Session,
    proofs: &[Proof],
    batch: &mut Batch,
) -> Secret<String> {
    let now = platform.now();
    session.proofs.extend_from_slice(proofs);
    batch.save_proofs(session.id, &session.proofs);
    let cookie = fresh_secret(platform.random());
    session.secret = TokenHash::of(TokenKind::Session, &cookie);
    batch.replace_session_secret(session.id, &session.secret);
    session.last_seen_at = now;
    session.idle_expires_at = now.plus(platform.settings.sessions.idle).min(session.expires_at);
    batch.touch_session(session.id, now, session.idle_expires_at);
    Secret::new(cookie)
}
