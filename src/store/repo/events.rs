//! Events of a tenant. Their delivery looks across tenants: see `everyone`.

use sea_orm::{ColumnTrait, Order, QueryFilter};

use super::records;
use crate::base::ids::{EventId, UserId};
use crate::base::page::{Page, PageRequest};
use crate::domain::event::Event;
use crate::store::entity::outbox::{Column, Entity, Model};
use crate::store::rows::{at, by_time, from_json, text, time, time_cursor};
use crate::store::{Batch, StoreError, TenantStore};

impl TryFrom<Model> for Event {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: EventId(row.id),
            at: at(row.at),
            user: row.user_id.map(UserId),
            data: from_json("event data", &row.data)?,
            code: row.code,
        })
    }
}

impl TenantStore {
    /// Events, newest first; only about one user when it is given.
    pub async fn events(&self, user: Option<UserId>, page: &PageRequest) -> Result<Page<Event>, StoreError> {
        let mut query = self.mine::<Entity>();
        if let Some(user) = user {
            query = query.filter(Column::UserId.eq(user.0));
        }
        let query = by_time(query, (Column::At, Column::Id), page, Order::Desc);
        let rows = query.all(self.db()).await?;
        let events: Vec<Event> = records(rows)?;
        Ok(Page::from_overfetched(events, page, |event| {
            time_cursor(event.at, event.id.0)
        }))
    }
}

impl Batch {
    /// Adds an event; it is delivered after the commit.
    pub fn event(&mut self, event: &Event) {
        self.run(
            "INSERT INTO outbox (tenant_id, id, at, code, user_id, data, attempts, next_attempt_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $3)",
            vec![
                event.id.0.into(),
                time(event.at),
                text(&event.code),
                event.user.map(|user| user.0).into(),
                event.data.to_string().into(),
                0_i64.into(),
            ],
        );
    }
}
