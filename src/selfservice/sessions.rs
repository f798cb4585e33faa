//! Ending sessions, forgetting browsers, taking an app's access away. Every function is scoped to the account: an id of
//! somebody else's changes nothing.

use crate::base::ids::{ClientId, DeviceId, SessionId, UserId};
use crate::domain::grant::{Revocation, RevocationReason};
use crate::domain::session::EndReason;
use crate::sessions;
use crate::signin::event;
use crate::store::StoreError;
use crate::tenants::{Platform, Realm, Visit};

/// Ends one of the account's sessions; gives whether there was one.
///
/// # Errors
/// The database.
pub async fn end_session(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    user: UserId,
    session: SessionId,
) -> Result<bool, StoreError> {
    let store = realm.store(&platform.store);
    let own = store
        .session(session)
        .await?
        .is_some_and(|held| held.user == user && held.ended.is_none());
    if own {
        let mut batch = store.batch();
        sessions::end_one(platform, session, EndReason::Owner, &mut batch);
        let data = serde_json::json!({"session": session, "reason": EndReason::Owner.name()});
        batch.event(&event(platform, "session.ended", user, visit, data));
        store.commit(batch).await?;
    }
    Ok(own)
}

/// Ends all sessions but the one given, and forgets remembered browsers.
///
/// # Errors
/// The database.
pub async fn end_others(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    user: UserId,
    keep: SessionId,
) -> Result<(), StoreError> {
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    sessions::end_all(platform, user, Some(keep), EndReason::Owner, &mut batch);
    batch.end_remembering(user);
    batch.event(&event(
        platform,
        "session.others_ended",
        user,
        visit,
        serde_json::json!({"kept": keep}),
    ));
    store.commit(batch).await
}

/// Forgets one browser: it no longer counts as known.
///
/// # Errors
/// The database.
pub async fn forget_device(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    user: UserId,
    device: DeviceId,
) -> Result<bool, StoreError> {
    let store = realm.store(&platform.store);
    let Some(mut held) = store.device(device).await?.filter(|held| held.user == user) else {
        return Ok(false);
    };
    held.revoked_at = Some(platform.now());
    held.remembered_until = None;
    let mut batch = store.batch();
    batch.update_device(&held);
    batch.event(&event(
        platform,
        "device.forgotten",
        user,
        visit,
        serde_json::json!({"device": device}),
    ));
    store.commit(batch).await?;
    Ok(true)
}

/// Forgets all browsers.
///
/// # Errors
/// The database.
pub async fn forget_devices(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    user: UserId,
) -> Result<(), StoreError> {
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    batch.forget_devices_of(user, platform.now());
    batch.event(&event(
        platform,
        "device.all_forgotten",
        user,
        visit,
        serde_json::json!({}),
    ));
    store.commit(batch).await
}

/// Takes an app's access away: its grants and the remembered consent.
///
/// # Errors
/// The database.
pub async fn revoke_app(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    user: UserId,
    client: &ClientId,
) -> Result<(), StoreError> {
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    let revocation = Revocation {
        at: platform.now(),
        reason: RevocationReason::User,
    };
    batch.revoke_grants_of_user_and_client(user, client, revocation);
    batch.delete_consent(user, client);
    batch.event(&event(
        platform,
        "app.revoked",
        user,
        visit,
        serde_json::json!({"client": client}),
    ));
    store.commit(batch).await
}
