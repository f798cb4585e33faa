//! Roles in the console, and the links that give one. Operators are users of the tenant `system`.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::records;
use crate::base::ids::UserId;
use crate::base::secret::TokenHash;
use crate::base::timestamp::Timestamp;
use crate::domain::user::Role;
use crate::store::entity::{admin_links, roles};
use crate::store::rows::{at, hash, known, maybe_at, text, time, token_hash};
use crate::store::{AdminLink, Batch, RoleHolder, StoreError, TenantStore};

impl TryFrom<roles::Model> for RoleHolder {
    type Error = StoreError;

    fn try_from(row: roles::Model) -> Result<Self, StoreError> {
        Ok(Self {
            user: UserId(row.user_id),
            role: known("role", &row.role, Role::from_name(&row.role))?,
            granted_at: at(row.granted_at),
        })
    }
}

impl TryFrom<admin_links::Model> for AdminLink {
    type Error = StoreError;

    fn try_from(row: admin_links::Model) -> Result<Self, StoreError> {
        Ok(Self {
            hash: token_hash(&row.hash)?,
            role: known("role", &row.role, Role::from_name(&row.role))?,
            email: row.email,
            created_at: at(row.created_at),
            expires_at: at(row.expires_at),
            used_at: maybe_at(row.used_at),
        })
    }
}

impl TenantStore {
    /// The roles a user holds.
    pub async fn roles_of(&self, user: UserId) -> Result<Vec<Role>, StoreError> {
        let query = self
            .mine::<roles::Entity>()
            .filter(roles::Column::UserId.eq(user.0));
        let mut held: Vec<Role> = query
            .all(self.db())
            .await?
            .iter()
            .map(|row| known("role", &row.role, Role::from_name(&row.role)))
            .collect::<Result<_, _>>()?;
        held.sort();
        Ok(held)
    }

    /// Everybody who holds a role, longest first.
    pub async fn role_holders(&self) -> Result<Vec<RoleHolder>, StoreError> {
        let query = self
            .mine::<roles::Entity>()
            .order_by_asc(roles::Column::GrantedAt)
            .order_by_asc(roles::Column::UserId);
        records(query.all(self.db()).await?)
    }

    /// The link of a hash, used and void ones too.
    pub async fn admin_link(&self, link: &TokenHash) -> Result<Option<AdminLink>, StoreError> {
        let query = self
            .mine::<admin_links::Entity>()
            .filter(admin_links::Column::Hash.eq(link.as_bytes().to_vec()));
        query.one(self.db()).await?.map(AdminLink::try_from).transpose()
    }
}

impl Batch {
    /// Gives a role; giving it again changes nothing.
    pub fn grant_role(&mut self, user: UserId, role: Role, at: Timestamp) {
        self.run(
            "INSERT INTO roles (tenant_id, user_id, role, granted_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (tenant_id, user_id, role) DO NOTHING",
            vec![user.0.into(), text(role.name()), time(at)],
        );
    }

    /// Takes a role.
    pub fn revoke_role(&mut self, user: UserId, role: Role) {
        self.run(
            "DELETE FROM roles WHERE tenant_id = $1 AND user_id = $2 AND role = $3",
            vec![user.0.into(), text(role.name())],
        );
    }

    /// A new link. Conflict: `admin_links.hash`.
    pub fn insert_admin_link(&mut self, link: &AdminLink) {
        self.insert(
            "admin_links",
            vec![
                ("hash", hash(&link.hash)),
                ("email", text(&link.email)),
                ("role", text(link.role.name())),
                ("created_at", time(link.created_at)),
                ("expires_at", time(link.expires_at)),
            ],
        );
    }

    /// Uses a link up. Conflict when it is void or was used: `admin_links.used`.
    pub fn use_admin_link(&mut self, link: &TokenHash, at: Timestamp) {
        self.require(
            "admin_links.used",
            "UPDATE admin_links SET used_at = $3 \
             WHERE tenant_id = $1 AND hash = $2 AND used_at IS NULL AND expires_at > $3",
            vec![hash(link), time(at)],
        );
    }
}
