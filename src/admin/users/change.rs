//! Changing users. An account that holds a role is out of reach for those below it.

use serde_json::json;

use super::create::{check_username, full_name};
use super::show::UserView;
use super::{account, taken};
use crate::accounts::Account;
use crate::admin::actor::Trail;
use crate::admin::{Actor, AdminError, UserManager, realm_of};
use crate::base::ids::{ClientId, CredentialId, DeviceId, SessionId, UserId};
use crate::domain::grant::{Revocation, RevocationReason};
use crate::domain::message::{Message, SecurityChange};
use crate::domain::session::EndReason;
use crate::domain::user::{EmailAddress, User, UserStatus};
use crate::sessions;
use crate::signin;
use crate::store::{Batch, TenantStore};
use crate::tenants::{Platform, Realm};

/// Changes to a user; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct UserChanges {
    /// The mail address. A new one is unproven, unless `email_verified` says otherwise.
    pub email: Option<String>,
    /// Whether the address counts as proven.
    pub email_verified: Option<bool>,
    /// A sign-in name; empty for none.
    pub username: Option<String>,
    /// Full name; empty for none.
    pub name: Option<String>,
    /// Whether the account may sign in. Switching it off ends its sessions and tokens.
    pub status: Option<UserStatus>,
    /// The version that was seen; without it the change goes onto what is there.
    pub version: Option<i64>,
}

/// Somebody's account, for an actor that may change it.
pub(super) async fn reach<'a>(
    actor: &'a Actor,
    platform: &Platform,
    named: &str,
) -> Result<(UserManager<'a>, TenantStore, Account), AdminError> {
    let right = actor.may_manage_users()?;
    let store = right.store(platform);
    let account = account(&store, named).await?;
    right.check_reach(&account.roles)?;
    Ok((right, store, account))
}

/// Changes a user.
///
/// # Errors
/// [`AdminError::Invalid`], [`AdminError::Changed`].
pub async fn update(
    actor: &Actor,
    platform: &Platform,
    named: &str,
    changes: UserChanges,
) -> Result<UserView, AdminError> {
    let (right, store, before) = reach(actor, platform, named).await?;
    let mut user = before.user.clone();
    let now = platform.now();
    user.version = changes.version.unwrap_or(user.version);
    let mut changed = serde_json::Map::new();
    if let Some(email) = &changes.email {
        let email =
            EmailAddress::parse(email).ok_or_else(|| AdminError::invalid("email", "not a mail address"))?;
        if email != user.email {
            changed.insert("email".to_owned(), json!([user.email.as_str(), email.as_str()]));
            user.email = email;
            user.email_verified_at = None;
        }
    }
    if let Some(verified) = changes.email_verified {
        changed.insert("email_verified".to_owned(), verified.into());
        user.email_verified_at = verified.then(|| user.email_verified_at.unwrap_or(now));
    }
    if let Some(username) = changes.username {
        let username = Some(username.trim().to_owned()).filter(|name| !name.is_empty());
        username.as_deref().map_or(Ok(()), check_username)?;
        changed.insert("username".to_owned(), json!(username));
        user.username = username;
    }
    if let Some(name) = changes.name {
        user.name = full_name(Some(name))?;
        changed.insert("name".to_owned(), json!(user.name));
    }
    let mut act = "user.updated";
    let mut batch = store.batch();
    if let Some(status) = changes.status.filter(|status| *status != user.status) {
        user.status = status;
        changed.insert("status".to_owned(), json!(status));
        act = match status {
            UserStatus::Active => "user.enabled",
            UserStatus::Disabled => "user.disabled",
        };
        if status == UserStatus::Disabled {
            end_everything(platform, user.id, &mut batch);
        }
    }
    user.updated_at = now;
    batch.update_user(&user);
    let told = address_change(platform, &right, &before, &user, &mut batch).await?;
    let trail = Trail::new(act, "user", user.id, changed.into());
    right.commit(platform, batch, trail).await.map_err(taken)?;
    if let Some((realm, message)) = told {
        signin::tell(platform, &realm, &before, message).await?;
    }
    user.version += 1;
    Ok(UserView::of(&user))
}

/// The notice to the address that an account had. Its link secures the account and does not put the address back: an admin may have had
/// reason not to trust the old mailbox.
async fn address_change(
    platform: &Platform,
    right: &UserManager<'_>,
    before: &Account,
    after: &User,
    batch: &mut Batch,
) -> Result<Option<(Realm, Message)>, AdminError> {
    if before.user.email == after.email {
        return Ok(None);
    }
    let realm = realm_of(right, platform).await?;
    let change = SecurityChange::EmailChangedByAdmin;
    let message = signin::support_notice(platform, &realm, before, change, batch);
    Ok(Some((realm, message)))
}

/// Sessions, tokens that would survive them too, and browsers that stand in for a second step.
fn end_everything(platform: &Platform, user: UserId, batch: &mut Batch) {
    sessions::end_all(platform, user, None, EndReason::Admin, batch);
    batch.revoke_grants_of_user(user, revocation(platform));
    batch.end_remembering(user);
}

fn revocation(platform: &Platform) -> Revocation {
    Revocation {
        at: platform.now(),
        reason: RevocationReason::Admin,
    }
}

/// Erases a person (GDPR article 17): the account goes, decisions that are kept lose what is personal.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn erase(actor: &Actor, platform: &Platform, named: &str) -> Result<(), AdminError> {
    let (right, store, account) = reach(actor, platform, named).await?;
    let id = account.user.id;
    let mut batch = store.batch();
    // First, so that apps hear of it.
    end_everything(platform, id, &mut batch);
    batch.erase_traces(id);
    batch.delete_user(id);
    right
        .commit(platform, batch, Trail::new("user.erased", "user", id, json!({})))
        .await
}

/// Ends one session of a user.
///
/// # Errors
/// [`AdminError::NotFound`] for a session that is not the user's.
pub async fn end_session(
    actor: &Actor,
    platform: &Platform,
    named: &str,
    session: SessionId,
) -> Result<(), AdminError> {
    let (right, store, account) = reach(actor, platform, named).await?;
    let own = store
        .session(session)
        .await?
        .filter(|held| held.user == account.user.id);
    own.ok_or(AdminError::NotFound("session"))?;
    let mut batch = store.batch();
    sessions::end_one(platform, session, EndReason::Admin, &mut batch);
    let trail = Trail::new(
        "user.session_ended",
        "user",
        account.user.id,
        json!({"session": session}),
    );
    right.commit(platform, batch, trail).await
}

/// Ends all sessions of a user, and every token.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn end_sessions(actor: &Actor, platform: &Platform, named: &str) -> Result<(), AdminError> {
    let (right, store, account) = reach(actor, platform, named).await?;
    let mut batch = store.batch();
    end_everything(platform, account.user.id, &mut batch);
    right
        .commit(
            platform,
            batch,
            Trail::new("user.sessions_ended", "user", account.user.id, json!({})),
        )
        .await
}

/// Removes a factor of a user. With the password goes the way in by it; the person sets a new one by mail.
///
/// # Errors
/// [`AdminError::NotFound`] for a factor that is not the user's.
pub async fn remove_factor(
    actor: &Actor,
    platform: &Platform,
    named: &str,
    factor: CredentialId,
) -> Result<(), AdminError> {
    let (right, store, account) = reach(actor, platform, named).await?;
    let held = account
        .credentials
        .iter()
        .find(|credential| credential.id == factor);
    let held = held.ok_or(AdminError::NotFound("factor"))?;
    let mut batch = store.batch();
    batch.delete_credential(factor);
    batch.end_remembering(account.user.id);
    let data = json!({"factor": factor, "method": held.secret.method()});
    right
        .commit(
            platform,
            batch,
            Trail::new("user.factor_removed", "user", account.user.id, data),
        )
        .await
}

/// Forgets a browser of a user.
///
/// # Errors
/// [`AdminError::NotFound`] for a browser that is not the user's.
pub async fn forget_device(
    actor: &Actor,
    platform: &Platform,
    named: &str,
    device: DeviceId,
) -> Result<(), AdminError> {
    let (right, store, account) = reach(actor, platform, named).await?;
    let own = store
        .device(device)
        .await?
        .filter(|held| held.user == account.user.id);
    let mut held = own.ok_or(AdminError::NotFound("browser"))?;
    held.revoked_at = Some(platform.now());
    held.remembered_until = None;
    held.bound_at = None;
    let mut batch = store.batch();
    batch.update_device(&held);
    let trail = Trail::new(
        "user.device_forgotten",
        "user",
        account.user.id,
        json!({"device": device}),
    );
    right.commit(platform, batch, trail).await
}

/// Makes a new password necessary at the next sign-in, and ends what is open.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn require_password_reset(
    actor: &Actor,
    platform: &Platform,
    named: &str,
) -> Result<(), AdminError> {
    let (right, store, account) = reach(actor, platform, named).await?;
    let mut user = account.user;
    user.password_reset_required = true;
    let mut batch = store.batch();
    batch.update_user(&user);
    end_everything(platform, user.id, &mut batch);
    right
        .commit(
            platform,
            batch,
            Trail::new("user.reset_required", "user", user.id, json!({})),
        )
        .await
}

/// Takes an app's access to a user away: its grants and the remembered consent.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn revoke_app(
    actor: &Actor,
    platform: &Platform,
    named: &str,
    client: &ClientId,
) -> Result<(), AdminError> {
    let (right, store, account) = reach(actor, platform, named).await?;
    let mut batch = store.batch();
    batch.revoke_grants_of_user_and_client(account.user.id, client, revocation(platform));
    batch.delete_consent(account.user.id, client);
    let trail = Trail::new(
        "user.app_revoked",
        "user",
        account.user.id,
        json!({"client": client}),
    );
    right.commit(platform, batch, trail).await
}
