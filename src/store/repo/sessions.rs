//! Sessions.

use std::sync::LazyLock;

use sea_orm::{ColumnTrait, Condition, FromQueryResult, QueryFilter, QueryOrder};

use super::grants::{columns, users_columns};
use super::records;
use crate::base::ids::{DeviceId, SessionId, UserId};
use crate::base::secret::TokenHash;
use crate::base::timestamp::Timestamp;
use crate::domain::assurance::Proof;
use crate::domain::grant::RevocationReason;
use crate::domain::session::{EndReason, Session, SessionEnd};
use crate::domain::user::User;
use crate::store::entity::sessions::{Column, Entity, Model};
use crate::store::entity::users;
use crate::store::rows::{at, from_json, hash, known, maybe_text, text, time, to_json, token_hash};
use crate::store::{Batch, SessionState, SessionWithUser, StoreError, TenantStore};

impl TryFrom<Model> for Session {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: SessionId(row.id),
            user: UserId(row.user_id),
            secret: token_hash(&row.secret)?,
            device: row.device_id.map(DeviceId),
            proofs: from_json("session proofs", &row.proofs)?,
            created_at: at(row.created_at),
            last_seen_at: at(row.last_seen_at),
            idle_expires_at: at(row.idle_expires_at),
            expires_at: at(row.expires_at),
            ended: ended(row.ended_at, row.end_reason.as_deref())?,
            ip: row.ip,
            agent: row.agent,
            sid: row.sid,
        })
    }
}

/// The end of a session by its two columns.
pub(super) fn ended(ended_at: Option<i64>, reason: Option<&str>) -> Result<Option<SessionEnd>, StoreError> {
    let Some(micros) = ended_at else { return Ok(None) };
    let name = reason.unwrap_or_default();
    let reason = known("end of a session", name, EndReason::from_name(name))?;
    Ok(Some(SessionEnd {
        at: at(micros),
        reason,
    }))
}

impl TenantStore {
    /// The session of a cookie's secret, with its account: one query. Ended and expired ones too: the caller decides
    /// with [`Session::is_live`].
    pub async fn session_by_secret(&self, secret: &TokenHash) -> Result<Option<SessionWithUser>, StoreError> {
        static SQL: LazyLock<String> = LazyLock::new(|| {
            format!(
                "SELECT {}, {} FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id \
             WHERE s.tenant_id = $1 AND s.secret = $2",
                columns::<Entity>("s"),
                users_columns()
            )
        });
        let Some(row) = self.store.row(&SQL, self.values(vec![hash(secret)])).await? else {
            return Ok(None);
        };
        Ok(Some(SessionWithUser {
            session: Session::try_from(Model::from_query_result(&row, "s_")?)?,
            user: User::try_from(users::Model::from_query_result(&row, "u_")?)?,
        }))
    }

    /// A session.
    pub async fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        let found = self.mine::<Entity>().filter(Column::Id.eq(id.0)).one(self.db());
        found.await?.map(Session::try_from).transpose()
    }

    /// The session that apps know by this `sid`.
    pub async fn session_by_sid(&self, sid: &str) -> Result<Option<Session>, StoreError> {
        let found = self.mine::<Entity>().filter(Column::Sid.eq(sid)).one(self.db());
        found.await?.map(Session::try_from).transpose()
    }

    /// A user's sessions, newest first; only live ones when `live_at` is given.
    pub async fn sessions_of(
        &self,
        user: UserId,
        live_at: Option<Timestamp>,
    ) -> Result<Vec<Session>, StoreError> {
        let mut query = self.mine::<Entity>().filter(Column::UserId.eq(user.0));
        if let Some(now) = live_at {
            let live = Condition::all()
                .add(Column::EndedAt.is_null())
                .add(Column::IdleExpiresAt.gt(now.micros()))
                .add(Column::ExpiresAt.gt(now.micros()));
            query = query.filter(live);
        }
        records(
            query
                .order_by_desc(Column::CreatedAt)
                .order_by_desc(Column::Id)
                .all(self.db())
                .await?,
        )
    }
}

impl SessionState {
    pub(super) fn of(
        idle_expires_at: i64,
        expires_at: i64,
        ended_at: Option<i64>,
        reason: Option<&str>,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            idle_expires_at: at(idle_expires_at),
            expires_at: at(expires_at),
            ended: ended(ended_at, reason)?,
        })
    }
}

impl Batch {
    /// A new session. Conflicts: `sessions.secret`, `sessions.sid`, `sessions.id`.
    pub fn insert_session(&mut self, session: &Session) {
        self.run(
            "INSERT INTO sessions (tenant_id, id, sid, user_id, secret, device_id, proofs, created_at, last_seen_at, \
             idle_expires_at, expires_at, ended_at, end_reason, ip, agent) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
            vec![
                session.id.0.into(),
                text(&session.sid),
                session.user.0.into(),
                hash(&session.secret),
                session.device.map(|device| device.0).into(),
                to_json(&session.proofs).into(),
                time(session.created_at),
                time(session.last_seen_at),
                time(session.idle_expires_at),
                time(session.expires_at),
                session.ended.map(|end| end.at.micros()).into(),
                maybe_text(session.ended.map(|end| end.reason.name())),
                maybe_text(session.ip.as_deref()),
                maybe_text(session.agent.as_deref()),
            ],
        );
    }

    /// Notes a use of a session and until when it may now lie unused. Never moves either back, and never wakes a
    /// session that was ended.
    pub fn touch_session(&mut self, id: SessionId, seen_at: Timestamp, idle_expires_at: Timestamp) {
        self.run(
            "UPDATE sessions SET last_seen_at = $3, idle_expires_at = $4 \
             WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL AND last_seen_at <= $3",
            vec![id.0.into(), time(seen_at), time(idle_expires_at)],
        );
    }

    /// Puts a session's proofs in place after another factor was proven in it. Conflict when it was ended meanwhile:
    /// `sessions.ended`.
    pub fn save_proofs(&mut self, id: SessionId, proofs: &[Proof]) {
        self.require(
            "sessions.ended",
            "UPDATE sessions SET proofs = $3 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL",
            vec![id.0.into(), to_json(&proofs).into()],
        );
    }

    /// Gives a session a new cookie secret, as after a change of privilege. Conflict when it was ended meanwhile:
    /// `sessions.ended`.
    pub fn replace_session_secret(&mut self, id: SessionId, secret: &TokenHash) {
        self.require(
            "sessions.ended",
            "UPDATE sessions SET secret = $3 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL",
            vec![id.0.into(), hash(secret)],
        );
    }

    /// Ends a session and revokes its grants, except those that survive it (`offline_access`). Ending an ended session
    /// changes nothing of it.
    pub fn end_session(&mut self, id: SessionId, end: SessionEnd) {
        self.run(
            "UPDATE sessions SET ended_at = $3, end_reason = $4 \
             WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL",
            vec![id.0.into(), time(end.at), text(end.reason.name())],
        );
        self.run(
            "UPDATE grants SET revoked_at = $3, revoked_reason = $4 \
             WHERE tenant_id = $1 AND session_id = $2 AND revoked_at IS NULL AND offline = $5",
            vec![
                id.0.into(),
                time(end.at),
                text(RevocationReason::SessionEnded.name()),
                false.into(),
            ],
        );
    }

    /// Ends all sessions of a user but one, and revokes their grants as [`Batch::end_session`] does. Sign-ins under way begin anew
    /// (`signed_out_at`).
    pub fn end_sessions_of_user(&mut self, user: UserId, except: Option<SessionId>, end: SessionEnd) {
        // No session has the nil id.
        let except = except.map(|session| session.0).unwrap_or_default();
        self.run(
            "UPDATE grants SET revoked_at = $4, revoked_reason = $5 \
             WHERE tenant_id = $1 AND user_id = $2 AND session_id <> $3 AND revoked_at IS NULL AND offline = $6",
            vec![
                user.0.into(),
                except.into(),
                time(end.at),
                text(RevocationReason::SessionEnded.name()),
                false.into(),
            ],
        );
        self.run(
            "UPDATE sessions SET ended_at = $4, end_reason = $5 \
             WHERE tenant_id = $1 AND user_id = $2 AND id <> $3 AND ended_at IS NULL",
            vec![
                user.0.into(),
                except.into(),
                time(end.at),
                text(end.reason.name()),
            ],
        );
        self.run(
            "UPDATE users SET signed_out_at = $3 WHERE tenant_id = $1 AND id = $2",
            vec![user.0.into(), time(end.at)],
        );
    }
}
