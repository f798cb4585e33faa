//! A temporary access pass in a sign-in (features.md F9): typed beside the password or the mailbox in place of factors that are lost, spent
//! by that, judged by the engine as a recovery, and followed by setting up a factor that is as strong.

use serde_json::json;

use super::login::{FormProblem, Login, Recovering};
use super::lost::take_away;
use super::notices::{change_notice, event, tell, trail};
use super::{SignInError, push};
use crate::accounts::Account;
use crate::base::ids::RecoveryId;
use crate::domain::access_pass::{AccessPass, PassEnd, PassState};
use crate::domain::assurance::{Method, Proof};
use crate::domain::decision::Ending;
use crate::domain::message::SecurityChange;
use crate::domain::recovery::Recovery;
use crate::factors::access_pass::{is_right, least_replacement};
use crate::flow::next;
use crate::store::{Batch, StoreError};
use crate::tenants::{Platform, Realm, Visit};

/// Where a pass stands in a sign-in. One is offered once something was proven in this very sign-in, so that nobody else learns of it.
pub(super) async fn standing(
    platform: &Platform,
    realm: &Realm,
    login: &Login,
    account: Option<&Account>,
) -> Result<next::AccessPass, SignInError> {
    let Some(account) = account.filter(|_| !login.proofs.is_empty()) else {
        return Ok(next::AccessPass::None);
    };
    if login.access_pass.is_some() {
        return Ok(next::AccessPass::Proven(least_replacement(&account.credentials)));
    }
    Ok(if issued(platform, realm, account).await?.is_empty() {
        next::AccessPass::None
    } else {
        next::AccessPass::Offered
    })
}

/// The passes of an account that work now.
async fn issued(
    platform: &Platform,
    realm: &Realm,
    account: &Account,
) -> Result<Vec<AccessPass>, StoreError> {
    let now = platform.now();
    let all = realm
        .store(&platform.store)
        .access_passes_of(account.user.id)
        .await?;
    Ok(all
        .into_iter()
        .filter(|pass| pass.state(now) == PassState::Issued)
        .collect())
}

/// Takes what was typed as a pass; gives what is wrong with it. A right one is spent at once, and its owner is told on every channel.
pub(super) async fn take(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (login, account): (&mut Login, &Account),
    typed: &str,
) -> Result<Option<FormProblem>, SignInError> {
    let right = |pass: &AccessPass| {
        let stored = pass.hash.as_deref();
        stored.is_some_and(|stored| is_right(&realm.tenant.blind_key, (pass.id, stored), typed))
    };
    let found = issued(platform, realm, account).await?.into_iter().find(right);
    let Some(pass) = found else {
        return Ok(Some(FormProblem::CodeWrong));
    };
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    note_used(platform, visit, login, &pass, &mut batch);
    let change = SecurityChange::AccessPassUsed;
    let message = change_notice(platform, realm, account, visit, change, &mut batch);
    match store.commit(batch).await {
        Ok(()) => {}
        // Used, or taken back, at this moment.
        Err(StoreError::Conflict(_)) => return Ok(Some(FormProblem::CodeUsed)),
        Err(other) => return Err(other.into()),
    }
    push::wake_about_pass(platform, realm, account);
    tell(platform, realm, account, message).await?;
    login.access_pass = Some(pass.id);
    // What was decided about the sign-in says nothing of a recovery: that is decided anew.
    if login.recovering != Recovering::Proven {
        login.judged = None;
    }
    login.prove(Proof::by(Method::AccessPass, platform.now()));
    Ok(None)
}

/// Spends the pass, and leaves it in the account's history and the audit log.
fn note_used(platform: &Platform, visit: &Visit, login: &Login, pass: &AccessPass, batch: &mut Batch) {
    let now = platform.now();
    batch.end_access_pass(pass.id, PassEnd::Used, now);
    let told = json!({"pass": pass.id});
    trail(platform, visit, pass.user, ("access_pass.used", told), batch);
    // What was asked for before was not proven.
    let left = login
        .judged
        .as_ref()
        .filter(|_| login.recovering != Recovering::Proven);
    if let Some(judged) = left {
        let asked = Some(Method::AccessPass.name());
        batch.end_decision(judged.decision, Ending::Abandoned, asked, now);
    }
}

/// Takes the lost factors away, in the batch that brings the new one. The account cools down as after any recovery.
pub(super) fn replace(platform: &Platform, visit: &Visit, account: &Account, batch: &mut Batch) {
    let now = platform.now();
    let recovery = Recovery {
        id: RecoveryId(platform.random().uuid(now)),
        user: account.user.id,
        asked_at: now,
        opens_at: now,
        closes_at: now,
        ended: None,
    };
    batch.stop_recoveries(account.user.id, now);
    batch.insert_recovery(&recovery);
    batch.use_recovery(recovery.id, now);
    take_away(account, batch);
    let told = json!({"by": "access_pass"});
    batch.event(&event(platform, "recovery.used", account.user.id, visit, told));
}
