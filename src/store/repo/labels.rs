//! What later became known of decisions, and the questions that were asked about them.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::records;
use crate::base::ids::{DecisionId, DeviceId, EventId, SessionId, UserId};
use crate::base::secret::TokenHash;
use crate::base::timestamp::Timestamp;
use crate::domain::user::EmailAddress;
use crate::store::entity::{labels, notices};
use crate::store::rows::{at, from_json, from_name, hash, maybe_text, name_of, time, token_hash};
use crate::store::{Batch, LabelRecord, Notice, NoticeAnswer, StoreError, TenantStore};

impl TryFrom<labels::Model> for LabelRecord {
    type Error = StoreError;

    fn try_from(row: labels::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: EventId(row.id),
            decision: DecisionId(row.decision_id),
            at: at(row.at),
            label: from_json("label", &row.label)?,
        })
    }
}

impl TryFrom<notices::Model> for Notice {
    type Error = StoreError;

    fn try_from(row: notices::Model) -> Result<Self, StoreError> {
        let answer = match (&row.answer, row.answered_at) {
            (Some(answer), Some(answered_at)) => Some((from_name("answer", answer)?, at(answered_at))),
            _ => None,
        };
        let former_email = row.former_email.as_deref();
        Ok(Self {
            former_email: former_email.and_then(EmailAddress::parse),
            hash: token_hash(&row.hash)?,
            user: UserId(row.user_id),
            decision: row.decision_id.map(DecisionId),
            session: row.session_id.map(SessionId),
            device: row.device_id.map(DeviceId),
            created_at: at(row.created_at),
            expires_at: at(row.expires_at),
            answer,
        })
    }
}

impl TenantStore {
    /// The labels of some decisions, oldest first.
    pub async fn labels_of(&self, decisions: &[DecisionId]) -> Result<Vec<LabelRecord>, StoreError> {
        if decisions.is_empty() {
            return Ok(Vec::new());
        }
        let ids = decisions.iter().map(|id| id.0);
        let query = self
            .mine::<labels::Entity>()
            .filter(labels::Column::DecisionId.is_in(ids))
            .order_by_asc(labels::Column::At)
            .order_by_asc(labels::Column::Id);
        records(query.all(self.db()).await?)
    }

    /// The question of a link.
    pub async fn notice(&self, link: &TokenHash) -> Result<Option<Notice>, StoreError> {
        let query = self
            .mine::<notices::Entity>()
            .filter(notices::Column::Hash.eq(link.as_bytes().to_vec()));
        query.one(self.db()).await?.map(Notice::try_from).transpose()
    }

    /// Questions that were asked to a user, newest first.
    pub async fn notices_of(&self, user: UserId) -> Result<Vec<Notice>, StoreError> {
        let query = self
            .mine::<notices::Entity>()
            .filter(notices::Column::UserId.eq(user.0))
            .order_by_desc(notices::Column::CreatedAt);
        records(query.all(self.db()).await?)
    }
}

impl Batch {
    /// Adds what became known of a decision.
    pub fn insert_label(&mut self, label: &LabelRecord) {
        self.insert(
            "labels",
            vec![
                ("id", label.id.0.into()),
                ("decision_id", label.decision.0.into()),
                ("at", time(label.at)),
                ("label", label.label.to_string().into()),
            ],
        );
    }

    /// A new question. Conflict: `notices.hash`.
    pub fn insert_notice(&mut self, notice: &Notice) {
        self.insert(
            "notices",
            vec![
                ("hash", hash(&notice.hash)),
                ("user_id", notice.user.0.into()),
                ("decision_id", notice.decision.map(|id| id.0).into()),
                ("session_id", notice.session.map(|id| id.0).into()),
                ("device_id", notice.device.map(|id| id.0).into()),
                (
                    "former_email",
                    maybe_text(notice.former_email.as_ref().map(EmailAddress::as_str)),
                ),
                ("created_at", time(notice.created_at)),
                ("expires_at", time(notice.expires_at)),
            ],
        );
    }

    /// Makes links void that would put back an address which an account has had since a time: it is put back to an older one.
    pub fn void_newer_addresses(&mut self, user: UserId, since: Timestamp, now: Timestamp) {
        self.run(
            "UPDATE notices SET answer = $5, answered_at = $4 \
             WHERE tenant_id = $1 AND user_id = $2 AND created_at > $3 AND former_email IS NOT NULL AND answer IS NULL",
            vec![
                user.0.into(),
                time(since),
                time(now),
                name_of(&NoticeAnswer::NotMine).into(),
            ],
        );
    }

    /// Notes an answer. Conflict when the link is void, or was answered already: `notices.answer`.
    pub fn answer_notice(&mut self, link: &TokenHash, answer: NoticeAnswer, at: Timestamp) {
        self.require(
            "notices.answer",
            "UPDATE notices SET answer = $3, answered_at = $4 \
             WHERE tenant_id = $1 AND hash = $2 AND answer IS NULL AND expires_at > $4",
            vec![hash(link), name_of(&answer).into(), time(at)],
        );
    }
}
