//! Users: their accounts, factors, sessions, browsers and roles.

mod change;
mod create;
pub mod passes;
mod roles;
mod show;

pub use change::{
    UserChanges, end_session, end_sessions, erase, forget_device, remove_factor, require_password_reset,
    revoke_app, update,
};
pub use create::{NewUser, Passwords, check, create};
pub use roles::{grant_role, holders, revoke_role};
pub use show::{
    DeviceView, FactorView, GrantView, RoleView, SessionView, UserDetails, UserRow, UserView, export, find,
    list, show,
};

use super::AdminError;
use crate::accounts::{self, Account};
use crate::base::ids::UserId;
use crate::store::{StoreError, TenantStore};

/// The account of an id, a mail address or a sign-in name.
async fn account(store: &TenantStore, named: &str) -> Result<Account, AdminError> {
    let found = match named.parse::<UserId>() {
        Ok(id) => accounts::by_id(store, id).await?,
        Err(_) => accounts::by_identifier(store, named).await?,
    };
    found.ok_or(AdminError::NotFound("user"))
}

/// What a value that must be unique says when it is taken.
fn taken(error: AdminError) -> AdminError {
    match error {
        AdminError::Store(StoreError::Conflict(name)) if name == "users.email_key" => {
            AdminError::invalid("email", "another account has this address")
        }
        AdminError::Store(StoreError::Conflict(name)) if name == "users.username_key" => {
            AdminError::invalid("username", "another account has this name")
        }
        AdminError::Store(StoreError::Conflict(_)) => AdminError::Changed,
        other => other,
    }
}
