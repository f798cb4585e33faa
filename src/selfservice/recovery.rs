//! What a signed-in owner sees and does about a recovery of the account: object to one, take back a temporary access pass, and the cool-down after one, or after a change
//! of the address.

use std::time::Duration;

use serde_json::json;

use crate::base::ids::UserId;
use crate::base::timestamp::Timestamp;
use crate::domain::access_pass::{AccessPass, PassEnd, PassState};
use crate::domain::recovery::{Recovery, Standing};
use crate::signin::{event, moved_until};
use crate::store::StoreError;
use crate::tenants::{Platform, Realm, Visit};

/// How long the owner's page and devices show that there was a pass.
const TOLD_FOR: Duration = Duration::from_hours(24);

async fn latest(platform: &Platform, realm: &Realm, user: UserId) -> Result<Option<Recovery>, StoreError> {
    realm.store(&platform.store).latest_recovery(user).await
}

/// From when on lost factors may be replaced, when somebody asked for that.
///
/// # Errors
/// The database.
pub async fn open_recovery(
    platform: &Platform,
    realm: &Realm,
    user: UserId,
) -> Result<Option<Timestamp>, StoreError> {
    let latest = latest(platform, realm, user).await?;
    Ok(match Standing::of(latest.as_ref(), platform.now()) {
        Standing::Waiting(_) | Standing::Open => latest.map(|latest| latest.opens_at),
        Standing::None | Standing::Barred(_) => None,
    })
}

/// Objects to a recovery: it ends, and no other begins for a while.
///
/// # Errors
/// The database.
pub async fn stop_recovery(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    user: UserId,
) -> Result<(), StoreError> {
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    batch.stop_recoveries(user, platform.now());
    batch.event(&event(platform, "recovery.stopped", user, visit, json!({})));
    store.commit(batch).await
}

/// When support was last allowed to hand out a temporary access pass that is open or was used, within a day.
///
/// # Errors
/// The database.
pub async fn recent_access_pass(
    platform: &Platform,
    realm: &Realm,
    user: UserId,
) -> Result<Option<Timestamp>, StoreError> {
    let now = platform.now();
    let told = |pass: &AccessPass| {
        let counts = matches!(pass.state(now), PassState::Ended(PassEnd::Used)) || pass.state(now).is_open();
        let (_, at) = pass.approved.filter(|_| counts)?;
        (now.since(at) < TOLD_FOR).then_some(at)
    };
    let passes = realm.store(&platform.store).access_passes_of(user).await?;
    Ok(passes.iter().filter_map(told).max())
}

/// Takes back whatever temporary access pass of the account is open.
///
/// # Errors
/// The database.
pub async fn revoke_access_passes(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    user: UserId,
) -> Result<(), StoreError> {
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    batch.revoke_access_passes(user, platform.now());
    batch.event(&event(platform, "access_pass.revoked", user, visit, json!({})));
    store.commit(batch).await
}

/// Until when what guards an account can't be taken away: lost factors were replaced, or the address changed, a short while ago.
///
/// # Errors
/// The database.
pub async fn cools_until(
    platform: &Platform,
    realm: &Realm,
    user: UserId,
) -> Result<Option<Timestamp>, StoreError> {
    let recovered = latest(platform, realm, user)
        .await?
        .and_then(|latest| latest.cools_until());
    let moved = moved_until(platform, realm, user).await?;
    Ok(recovered.max(moved).filter(|until| platform.now() < *until))
}
