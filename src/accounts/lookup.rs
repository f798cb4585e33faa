//! Finding accounts.

use super::Account;
use crate::base::ids::UserId;
use crate::domain::user::User;
use crate::store::{StoreError, TenantStore};

/// The account of an identifier as somebody typed it: address or sign-in name.
///
/// # Errors
/// The database.
pub async fn by_identifier(store: &TenantStore, typed: &str) -> Result<Option<Account>, StoreError> {
    if typed.trim().is_empty() || typed.len() > 320 {
        return Ok(None);
    }
    with_factors(store, store.user_by_identifier(typed).await?).await
}

/// The account of a user.
///
/// # Errors
/// The database.
pub async fn by_id(store: &TenantStore, user: UserId) -> Result<Option<Account>, StoreError> {
    with_factors(store, store.user(user).await?).await
}

/// The account of a user, while it may sign in.
///
/// # Errors
/// The database.
pub async fn active(store: &TenantStore, user: UserId) -> Result<Option<Account>, StoreError> {
    Ok(by_id(store, user).await?.filter(Account::is_active))
}

/// The account that holds a passkey.
///
/// # Errors
/// The database.
pub async fn by_credential(store: &TenantStore, credential_id: &str) -> Result<Option<Account>, StoreError> {
    match store.passkey(credential_id).await? {
        Some(credential) => by_id(store, credential.user).await,
        None => Ok(None),
    }
}

async fn with_factors(store: &TenantStore, user: Option<User>) -> Result<Option<Account>, StoreError> {
    let Some(user) = user else { return Ok(None) };
    let credentials = store.credentials_of(user.id).await?;
    let roles = store.roles_of(user.id).await?;
    Ok(Some(Account {
        user,
        credentials,
        roles,
    }))
}
