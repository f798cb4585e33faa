//! "I can't use any of these": whoever forgot the password, proved the mailbox, and lost the factors beside it. They are replaced
//! after a waiting period in which the owner is told and can object, never at once (features.md F8).

use std::time::Duration;

use serde_json::json;

use super::SignInError;
use super::login::{Login, Recovering};
use super::notices::{change_notice, event, tell};
use crate::accounts::{self, Account};
use crate::base::ids::{RecoveryId, UserId};
use crate::base::timestamp::Timestamp;
use crate::domain::credential::CredentialSecret;
use crate::domain::message::SecurityChange;
use crate::domain::recovery::{COOL_DOWN, OPEN_FOR, Recovery, Standing};
use crate::factors::recovery::{confidence, waiting_period};
use crate::store::{Batch, StoreError};
use crate::tenants::{Platform, Realm, Visit};

/// Whether the tenant lets lost factors be replaced at all.
pub(super) fn is_possible(realm: &Realm) -> bool {
    realm.tenant.record.settings.recovery_wait_hours > 0
}

/// What may be done about the lost factors of an account now.
pub(super) async fn standing(
    platform: &Platform,
    realm: &Realm,
    account: &Account,
) -> Result<Standing, StoreError> {
    let latest = realm
        .store(&platform.store)
        .latest_recovery(account.user.id)
        .await?;
    Ok(Standing::of(latest.as_ref(), platform.now()))
}

/// Until when a mailbox alone opens nothing, because it became the account's a short while ago.
///
/// # Errors
/// The database.
pub(crate) async fn moved_until(
    platform: &Platform,
    realm: &Realm,
    user: UserId,
) -> Result<Option<Timestamp>, StoreError> {
    let notices = realm.store(&platform.store).notices_of(user).await?;
    let until = notices
        .iter()
        .filter(|notice| notice.former_email.is_some() && notice.answer.is_none())
        .map(|notice| notice.created_at.plus(COOL_DOWN))
        .max();
    Ok(until.filter(|until| platform.now() < *until))
}

/// Takes the answer that the factors are lost. A waiting period begins unless one is under way, over, or barred.
pub(super) async fn say(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
) -> Result<(), SignInError> {
    let Some(user) = login.user.filter(|_| login.recovering == Recovering::Proven) else {
        return Ok(());
    };
    let store = realm.store(&platform.store);
    let account = accounts::active(&store, user)
        .await?
        .ok_or(SignInError::Expired)?;
    if !is_possible(realm) || !account.has_second_factor() {
        return Ok(());
    }
    login.lost = true;
    if standing(platform, realm, &account).await? == Standing::None {
        begin(platform, realm, visit, (login, &account)).await?;
    }
    Ok(())
}

/// Begins the waiting period and tells the owner, with a link to object.
async fn begin(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (login, account): (&Login, &Account),
) -> Result<(), SignInError> {
    let known = super::first_factor::knows_browser(platform, realm, visit, Some(account)).await?;
    let sure = confidence(&login.proofs, known);
    let base = Duration::from_hours(u64::from(realm.tenant.record.settings.recovery_wait_hours));
    let now = platform.now();
    let opens_at = now.plus(waiting_period(sure, base));
    let mut batch = realm.store(&platform.store).batch();
    batch.insert_recovery(&Recovery {
        id: RecoveryId(platform.random().uuid(now)),
        user: account.user.id,
        asked_at: now,
        opens_at,
        closes_at: opens_at.plus(OPEN_FOR),
        ended: None,
    });
    let told = json!({
        "opens_at": opens_at.secs(), "confidence": sure,
        "decision": login.judged.as_ref().map(|judged| judged.decision),
    });
    batch.event(&event(platform, "recovery.waiting", account.user.id, visit, told));
    let change = SecurityChange::RecoveryAsked { opens_at };
    let message = change_notice(platform, realm, account, visit, change, &mut batch);
    realm.store(&platform.store).commit(batch).await?;
    tell(platform, realm, account, message).await
}

/// Takes the lost factors away, in the batch that brings the new one; `false` when that may not be any more. The batch conflicts
/// when the owner objects meanwhile.
pub(super) async fn replace(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    account: &Account,
    batch: &mut Batch,
) -> Result<bool, SignInError> {
    let now = platform.now();
    let latest = realm
        .store(&platform.store)
        .latest_recovery(account.user.id)
        .await?
        .filter(|latest| Standing::of(Some(latest), now) == Standing::Open);
    let Some(latest) = latest else { return Ok(false) };
    batch.use_recovery(latest.id, now);
    take_away(account, batch);
    batch.event(&event(
        platform,
        "recovery.used",
        account.user.id,
        visit,
        json!({}),
    ));
    Ok(true)
}

/// Takes away everything that an account proves itself with beside the password, and forgets the browsers that stood in for it.
pub(super) fn take_away(account: &Account, batch: &mut Batch) {
    for credential in &account.credentials {
        if !matches!(credential.secret, CredentialSecret::Password { .. }) {
            batch.delete_credential(credential.id);
        }
    }
    batch.end_remembering(account.user.id);
}
