//! Users.

use sea_orm::sea_query::{Expr, LikeExpr};
use sea_orm::{ColumnTrait, Condition, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Value};

use super::records;
use crate::base::ids::UserId;
use crate::base::page::{Page, PageRequest};
use crate::domain::user::{EmailAddress, User};
use crate::store::entity::users::{Column, Entity, Model};
use crate::store::rows::{
    at, containing, from_json, from_name, maybe_at, maybe_text, maybe_time, name_of, one_more, search_key,
    text, time, to_json,
};
use crate::store::{Batch, StoreError, TenantStore};

impl TryFrom<Model> for User {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let email = EmailAddress::parse(&row.email)
            .ok_or_else(|| StoreError::Corrupt(format!("user {}: mail address", row.id)))?;
        Ok(Self {
            id: UserId(row.id),
            sub: row.sub,
            email,
            email_verified_at: maybe_at(row.email_verified_at),
            username: row.username,
            name: row.name,
            claims: from_json("user claims", &row.claims)?,
            locale: row.locale,
            password_reset_required: row.reset_required,
            under_review: row.under_review,
            signed_out_at: maybe_at(row.signed_out_at),
            status: from_name("user status", &row.status)?,
            created_at: at(row.created_at),
            updated_at: at(row.updated_at),
            version: row.version,
        })
    }
}

impl TenantStore {
    /// A user.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let found = self.mine::<Entity>().filter(Column::Id.eq(id.0)).one(self.db());
        found.await?.map(User::try_from).transpose()
    }

    /// Users by id, in no order; unknown ids are left out.
    pub async fn users_by_id(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let ids = ids.iter().map(|id| id.0);
        records(
            self.mine::<Entity>()
                .filter(Column::Id.is_in(ids))
                .all(self.db())
                .await?,
        )
    }

    /// The user that a sign-in identifier names: by mail address first, then by username.
    pub async fn user_by_identifier(&self, identifier: &str) -> Result<Option<User>, StoreError> {
        let key = EmailAddress::key_of(identifier);
        let either = Condition::any()
            .add(Column::EmailKey.eq(key.as_str()))
            .add(Column::UsernameKey.eq(key.as_str()));
        let rows = self.mine::<Entity>().filter(either).all(self.db()).await?;
        let by_email = rows.iter().position(|row| row.email_key == key).unwrap_or(0);
        rows.into_iter().nth(by_email).map(User::try_from).transpose()
    }

    /// The user of a mail address.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        let key = EmailAddress::key_of(email);
        let found = self
            .mine::<Entity>()
            .filter(Column::EmailKey.eq(key))
            .one(self.db());
        found.await?.map(User::try_from).transpose()
    }

    /// The user of a subject identifier.
    pub async fn user_by_sub(&self, sub: &str) -> Result<Option<User>, StoreError> {
        let found = self.mine::<Entity>().filter(Column::Sub.eq(sub)).one(self.db());
        found.await?.map(User::try_from).transpose()
    }

    /// Users whose address, username or name contains what was typed (all without), by address.
    pub async fn users(&self, typed: Option<&str>, page: &PageRequest) -> Result<Page<User>, StoreError> {
        let mut query = self.mine::<Entity>();
        if let Some(typed) = typed.filter(|typed| !typed.trim().is_empty()) {
            let pattern = LikeExpr::new(containing(typed)).escape('\\');
            query = query.filter(Expr::col(Column::SearchKey).like(pattern));
        }
        if let Some(after) = &page.after {
            query = query.filter(Column::EmailKey.gt(after.0.as_str()));
        }
        let rows = query
            .order_by_asc(Column::EmailKey)
            .limit(one_more(page))
            .all(self.db())
            .await?;
        let users: Vec<User> = records(rows)?;
        Ok(Page::from_overfetched(users, page, |user| {
            user.email.key().to_owned()
        }))
    }
}

fn profile(user: &User) -> Vec<(&'static str, Value)> {
    let search = search_key(&[
        Some(user.email.as_str()),
        user.username.as_deref(),
        user.name.as_deref(),
    ]);
    vec![
        ("email", text(user.email.as_str())),
        ("email_key", text(user.email.key())),
        ("email_verified_at", maybe_time(user.email_verified_at)),
        ("username", maybe_text(user.username.as_deref())),
        (
            "username_key",
            user.username.as_deref().map(EmailAddress::key_of).into(),
        ),
        ("name", maybe_text(user.name.as_deref())),
        ("search_key", search.into()),
        ("claims", to_json(&user.claims).into()),
        ("locale", maybe_text(user.locale.as_deref())),
        ("reset_required", user.password_reset_required.into()),
        ("under_review", user.under_review.into()),
        ("status", name_of(&user.status).into()),
        ("updated_at", time(user.updated_at)),
    ]
}

impl Batch {
    /// A new user. Conflicts: `users.email_key`, `users.username_key`, `users.sub`, `users.id`.
    pub fn insert_user(&mut self, user: &User) {
        let mut row = profile(user);
        row.push(("id", user.id.0.into()));
        row.push(("sub", text(&user.sub)));
        row.push(("created_at", time(user.created_at)));
        row.push(("version", user.version.into()));
        self.insert("users", row);
    }

    /// Changes everything of a user but id and `sub`. Conflict besides those of a new one: `users.version`.
    pub fn update_user(&mut self, user: &User) {
        self.update_versioned("users", ("id", user.id.0.into()), user.version, profile(user));
    }

    /// Removes a user and everything that hangs on the account: factors, sessions, grants, devices, consents, roles,
    /// notices and the engine's memory. Decisions, events, mails and audit entries stay.
    pub fn delete_user(&mut self, id: UserId) {
        self.run(
            "DELETE FROM users WHERE tenant_id = $1 AND id = $2",
            vec![id.0.into()],
        );
    }

    /// Unlinks a user from decisions, events and mails that are kept, and drops what in them is personal: raw address,
    /// evidence, recipient. For erasure, before [`Batch::delete_user`].
    pub fn erase_traces(&mut self, id: UserId) {
        let user: Value = id.0.into();
        self.run(
            "DELETE FROM labels WHERE tenant_id = $1 AND decision_id IN \
             (SELECT id FROM decisions WHERE tenant_id = $1 AND subject = $2)",
            vec![user.clone()],
        );
        self.run(
            "UPDATE decisions SET subject = NULL, ip = NULL, session_id = NULL, device_id = NULL, \
             evidence = '{}', assessment = '{}' WHERE tenant_id = $1 AND subject = $2",
            vec![user.clone()],
        );
        self.run(
            "DELETE FROM outbox WHERE tenant_id = $1 AND user_id = $2 AND delivered_at IS NOT NULL",
            vec![user.clone()],
        );
        self.run(
            "DELETE FROM mails WHERE tenant_id = $1 AND user_id = $2",
            vec![user],
        );
    }
}
