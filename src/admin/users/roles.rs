//! Roles in the console.

use serde_json::json;

use super::account;
use super::show::RoleView;
use crate::admin::actor::Trail;
use crate::admin::{Actor, AdminError};
use crate::domain::user::Role;
use crate::tenants::Platform;

/// Everybody who holds a role, longest first.
///
/// # Errors
/// [`AdminError`].
pub async fn holders(actor: &Actor, platform: &Platform) -> Result<Vec<RoleView>, AdminError> {
    let store = actor.may_read_users()?.store(platform);
    let held = store.role_holders().await?;
    let ids: Vec<_> = held.iter().map(|holder| holder.user).collect();
    let users = store.users_by_id(&ids).await?;
    let email = |id| {
        users
            .iter()
            .find(|user| user.id == id)
            .map(|user| user.email.as_str().to_owned())
    };
    Ok(held
        .into_iter()
        .map(|holder| RoleView {
            user: holder.user,
            email: email(holder.user).unwrap_or_default(),
            role: holder.role,
            granted_at: holder.granted_at,
        })
        .collect())
}

/// Gives a role; giving it again changes nothing.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn grant_role(
    actor: &Actor,
    platform: &Platform,
    named: &str,
    role: Role,
) -> Result<(), AdminError> {
    let right = actor.may_manage_roles()?;
    let store = right.store(platform);
    let user = account(&store, named).await?.user.id;
    let mut batch = store.batch();
    batch.grant_role(user, role, platform.now());
    right
        .commit(
            platform,
            batch,
            Trail::new("user.role_granted", "user", user, json!({"role": role})),
        )
        .await
}

/// Takes a role. The last owner keeps it, so that the tenant stays governable.
///
/// # Errors
/// [`AdminError::NotFound`], or [`AdminError::Refused`] for the last owner.
pub async fn revoke_role(
    actor: &Actor,
    platform: &Platform,
    named: &str,
    role: Role,
) -> Result<(), AdminError> {
    let right = actor.may_manage_roles()?;
    let store = right.store(platform);
    let account = account(&store, named).await?;
    if !account.roles.contains(&role) {
        return Err(AdminError::NotFound("role of this user"));
    }
    let user = account.user.id;
    let others = store.role_holders().await?;
    if role == Role::Owner
        && !others
            .iter()
            .any(|held| held.role == Role::Owner && held.user != user)
    {
        return Err(AdminError::Refused("the last owner keeps the role".to_owned()));
    }
    let mut batch = store.batch();
    batch.revoke_role(user, role);
    right
        .commit(
            platform,
            batch,
            Trail::new("user.role_revoked", "user", user, json!({"role": role})),
        )
        .await
}
