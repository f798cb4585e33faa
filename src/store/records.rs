//! Records that only the store and its callers speak of: joins, logs and one-time links.

use serde::{Deserialize, Serialize};

use crate::base::ids::{
    BrowserId, ClientId, DecisionId, DeviceId, EventId, GrantId, InitialAccessTokenId, MailId, SessionId,
    TenantId, UserId,
};
use crate::base::secret::TokenHash;
use crate::base::timestamp::Timestamp;
use crate::domain::event::{AuditEntry, Event};
use crate::domain::grant::{Grant, Revocation};
use crate::domain::session::{Session, SessionEnd};
use crate::domain::user::{EmailAddress, Role, User};

/// A grant with the account it opens and the state of its session: what refresh, introspection and userinfo need.
#[derive(Clone, Debug)]
pub struct GrantWithUser {
    /// The grant.
    pub grant: Grant,
    /// Its account.
    pub user: User,
    /// Its session's state; `None` when the session's row is gone already.
    pub session: Option<SessionState>,
}

/// What decides whether a session is live, without the rest of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionState {
    /// It ends when unused until then.
    pub idle_expires_at: Timestamp,
    /// It ends then in any case.
    pub expires_at: Timestamp,
    /// Whether and why it was ended.
    pub ended: Option<SessionEnd>,
}

impl SessionState {
    /// Whether it is live at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.idle_expires_at && now < self.expires_at
    }
}

/// Whether a grant stands, in the cheapest form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantStatus {
    /// Whose account.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    /// When and why it was revoked.
    pub revoked: Option<Revocation>,
    /// Whether its refresh tokens survive the session.
    pub offline: bool,
}

/// A session and its account.
#[derive(Clone, Debug)]
pub struct SessionWithUser {
    /// The session.
    pub session: Session,
    /// Its account.
    pub user: User,
}

/// What a user allowed a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Who.
    pub user: UserId,
    /// Whom.
    pub client: ClientId,
    /// Which scopes, and the resources that they hold for, separated by spaces.
    pub scope: String,
    /// When last.
    pub granted_at: Timestamp,
}

/// A stored opaque access token.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessToken {
    /// Hash of the token.
    pub hash: TokenHash,
    /// The grant it came of; `None` for a client acting for itself.
    pub grant: Option<GrantId>,
    /// Whose token.
    pub client: ClientId,
    /// When it was made.
    pub created_at: Timestamp,
    /// It is void from then on.
    pub expires_at: Timestamp,
    /// What it says.
    pub claims: serde_json::Value,
}

/// A value that a browser was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Browser {
    /// Which browser.
    pub id: BrowserId,
    /// When this value was given.
    pub issued_at: Timestamp,
    /// When it was replaced; a value shown long after that was copied.
    pub retired_at: Option<Timestamp>,
}

/// The engine's memory of a user or a tenant, as the engine packs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredProfile {
    /// The packed summary.
    pub summary: Vec<u8>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows by one with each change; 0 stands for "not stored yet".
    pub version: i64,
}

/// A question to the owner of an account, asked by mail: was this you?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Hash of the link's token.
    pub hash: TokenHash,
    /// Who is asked.
    pub user: UserId,
    /// About which decision.
    pub decision: Option<DecisionId>,
    /// About which session.
    pub session: Option<SessionId>,
    /// About which browser record.
    pub device: Option<DeviceId>,
    /// About a change of the address: the one before.
    pub former_email: Option<EmailAddress>,
    /// When it was asked.
    pub created_at: Timestamp,
    /// The link is void from then on.
    pub expires_at: Timestamp,
    /// What was answered, and when.
    pub answer: Option<(NoticeAnswer, Timestamp)>,
}

/// An answer to "was this you?".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeAnswer {
    /// Yes.
    Mine,
    /// No.
    NotMine,
}

/// A link that lets a person set up and hold a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminLink {
    /// Hash of the link's token.
    pub hash: TokenHash,
    /// For which address.
    pub email: String,
    /// Which role.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// It is void from then on.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

/// A role somebody holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleHolder {
    /// Who.
    pub user: UserId,
    /// Which role.
    pub role: Role,
    /// Since when.
    pub granted_at: Timestamp,
}

/// A mail in the delivery log. Its text isn't kept: it holds codes and links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MailRecord {
    /// Its id.
    pub id: MailId,
    /// To which user, when it is one.
    pub user: Option<UserId>,
    /// To which address.
    pub recipient: String,
    /// Which template.
    pub template: String,
    /// How far it got.
    pub status: MailStatus,
    /// How often it was tried.
    pub attempts: i64,
    /// What the mail server said last.
    pub detail: Option<String>,
    /// When it was handed in.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
}

/// How far a mail got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailStatus {
    /// Waits to be sent.
    Queued,
    /// The mail server took it.
    Sent,
    /// Given up.
    Failed,
}

impl MailStatus {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }
}

/// A logout token for an app (OpenID Connect Back-Channel Logout 1.0): made when a session ends, once an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogoutDelivery {
    /// Which session ended.
    pub session: SessionId,
    /// Which app is told.
    pub client: ClientId,
    /// The session's id for apps.
    pub sid: String,
    /// About whom; forgotten once the delivery is over.
    pub sub: Option<String>,
    /// How far it got.
    pub status: DeliveryStatus,
    /// How often it was tried.
    pub attempts: i64,
    /// What came of the last attempt.
    pub detail: Option<String>,
    /// When the session ended.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
}

/// What lets an app register itself (RFC 7591 section 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialAccessToken {
    /// Its name for those who keep it; the token itself is stored as a hash.
    pub id: InitialAccessTokenId,
    /// What it is for, in words.
    pub note: String,
    /// How many apps may still register with it.
    pub uses_left: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// It is void from then on.
    pub expires_at: Timestamp,
}

/// Our copy of a client's logo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientLogo {
    /// Where it was fetched.
    pub source: String,
    /// What it is, by its content.
    pub media_type: String,
    /// The image.
    pub image: Vec<u8>,
    /// When it was fetched.
    pub fetched_at: Timestamp,
}

/// How far a delivery to an app got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Waits for its next attempt.
    Queued,
    /// The app took it.
    Delivered,
    /// Given up.
    Failed,
}

impl DeliveryStatus {
    /// Its name in the database and in the catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

/// A chained entry of the audit log.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditRecord {
    /// 1, 2, 3 … in the tenant.
    pub seq: i64,
    /// What was recorded.
    #[serde(flatten)]
    pub entry: AuditEntry,
    /// Hash of the entry before it, hexadecimal.
    pub prev_hash: String,
    /// Its own hash, hexadecimal.
    pub hash: String,
}

/// An event with its delivery state.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxItem {
    /// Of which tenant.
    pub tenant: TenantId,
    /// What happened.
    pub event: Event,
    /// How often delivery was tried.
    pub attempts: i64,
}

/// What became known of a decision.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelRecord {
    /// Its id.
    pub id: EventId,
    /// Of which decision.
    pub decision: DecisionId,
    /// When it became known.
    pub at: Timestamp,
    /// What.
    pub label: serde_json::Value,
}

/// How much a tenant holds, for overviews.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TenantCounts {
    /// Accounts.
    pub users: i64,
    /// Clients.
    pub clients: i64,
    /// Sessions that are live.
    pub sessions: i64,
    /// Decisions kept.
    pub decisions: i64,
}
