//! The delivery log of mails.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::records;
use crate::base::ids::{MailId, UserId};
use crate::base::page::{Page, PageRequest};
use crate::base::timestamp::Timestamp;
use crate::store::entity::mails::{Column, Entity, Model};
use crate::store::rows::{at, from_id_cursor, from_name, maybe_text, name_of, one_more, text, time};
use crate::store::{Batch, MailRecord, MailStatus, StoreError, TenantStore};

impl TryFrom<Model> for MailRecord {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: MailId(row.id),
            user: row.user_id.map(UserId),
            recipient: row.recipient,
            template: row.template,
            status: from_name("mail status", &row.status)?,
            attempts: row.attempts,
            detail: row.detail,
            created_at: at(row.created_at),
            updated_at: at(row.updated_at),
        })
    }
}

impl TenantStore {
    /// The delivery log, newest first; only to one user when it is given.
    pub async fn mails(
        &self,
        user: Option<UserId>,
        page: &PageRequest,
    ) -> Result<Page<MailRecord>, StoreError> {
        let mut query = self.mine::<Entity>();
        if let Some(user) = user {
            query = query.filter(Column::UserId.eq(user.0));
        }
        if let Some(after) = from_id_cursor(page.after.as_ref()) {
            query = query.filter(Column::Id.lt(after));
        }
        let rows = query
            .order_by_desc(Column::Id)
            .limit(one_more(page))
            .all(self.db())
            .await?;
        let mails: Vec<MailRecord> = records(rows)?;
        Ok(Page::from_overfetched(mails, page, |mail| mail.id.to_string()))
    }
}

impl Batch {
    /// A mail was handed in.
    pub fn insert_mail(&mut self, mail: &MailRecord) {
        self.insert(
            "mails",
            vec![
                ("id", mail.id.0.into()),
                ("user_id", mail.user.map(|user| user.0).into()),
                ("recipient", text(&mail.recipient)),
                ("template", text(&mail.template)),
                ("status", name_of(&mail.status).into()),
                ("attempts", mail.attempts.into()),
                ("detail", maybe_text(mail.detail.as_deref())),
                ("created_at", time(mail.created_at)),
                ("updated_at", time(mail.updated_at)),
            ],
        );
    }

    /// Notes a try to deliver a mail.
    pub fn note_mail(&mut self, id: MailId, status: MailStatus, detail: Option<&str>, at: Timestamp) {
        self.run(
            "UPDATE mails SET status = $3, detail = $4, updated_at = $5, attempts = attempts + 1 \
             WHERE tenant_id = $1 AND id = $2",
            vec![id.0.into(), name_of(&status).into(), maybe_text(detail), time(at)],
        );
    }
}
