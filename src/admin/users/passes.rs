//! Temporary access passes (features.md F9): one operator asks, another one approves, and the first reads the pass out to the person,
//! whom it lets replace lost factors. Nobody does it for the own account, and nobody does both.

use std::collections::HashMap;
use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use super::account;
use super::change::reach;
use crate::accounts::Account;
use crate::admin::actor::Trail;
use crate::admin::{Actor, AdminError, UserManager, realm_of};
use crate::base::ids::{AccessPassId, Slug, UserId};
use crate::base::timestamp::Timestamp;
use crate::domain::access_pass::{AccessPass, MINUTES, OPEN_FOR, PassEnd, PassState};
use crate::domain::message::SecurityChange;
use crate::domain::user::EmailAddress;
use crate::factors::access_pass;
use crate::signin;
use crate::store::{StoreError, TenantStore};
use crate::tenants::Platform;

/// Characters that a reason has at most.
const MAX_REASON: usize = 500;

/// What is wanted of a pass.
#[derive(Clone, Debug)]
pub struct NewPass {
    /// Why: what the person said and what was checked.
    pub reason: String,
    /// How many minutes it works once it is approved.
    pub minutes: u32,
}

/// A pass as operators see it; never its text.
#[derive(Clone, Debug, Serialize)]
pub struct PassView {
    /// Its id.
    pub id: AccessPassId,
    /// For whom.
    pub user: UserId,
    /// The address of the account.
    pub email: String,
    /// Why.
    pub reason: String,
    /// How many minutes it works once it is approved.
    pub minutes: u64,
    /// Who asked, by address.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// Who approved it, by address.
    pub approved_by: Option<String>,
    /// Until when it waits, or works.
    pub expires_at: Timestamp,
    /// Where it stands.
    #[serde(skip)]
    pub state: PassState,
    /// Whether this actor asked for it.
    pub own: bool,
}

/// A pass in the one answer that shows it.
#[derive(Debug)]
pub struct ShownPass {
    /// The pass.
    pub text: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// Whoever acts, as a person: a command line has no second pair of eyes.
fn person(actor: &Actor) -> Result<UserId, AdminError> {
    actor
        .person_id()
        .ok_or(AdminError::Forbidden("hand out access passes in the console"))
}

/// Asks for a pass for somebody else.
///
/// # Errors
/// [`AdminError::Invalid`] for the reason or the minutes; [`AdminError::Refused`] for the own account, one that is switched off, or one
/// for which a pass is open.
pub async fn request(
    actor: &Actor,
    platform: &Platform,
    named: &str,
    wanted: NewPass,
) -> Result<(), AdminError> {
    let by = person(actor)?;
    let (right, store, account) = reach(actor, platform, named).await?;
    check_subject(platform, &store, &account, by).await?;
    let reason = wanted.reason.trim();
    if !(5..=MAX_REASON).contains(&reason.chars().count()) {
        return Err(AdminError::invalid("reason", "say why in 5 to 500 characters"));
    }
    if !MINUTES.contains(&wanted.minutes) {
        return Err(AdminError::invalid("minutes", "use 10 to 480 minutes"));
    }
    let now = platform.now();
    let held = store.access_passes_of(account.user.id).await?;
    if held.iter().any(|pass| pass.state(now).is_open()) {
        return Err(AdminError::Refused(
            "a pass for this account is open already; take it back first".to_owned(),
        ));
    }
    let pass = AccessPass {
        id: AccessPassId(platform.random().uuid(now)),
        user: account.user.id,
        reason: reason.to_owned(),
        life: Duration::from_mins(u64::from(wanted.minutes)),
        asked_by: by,
        asked_at: now,
        approved: None,
        expires_at: now.plus(OPEN_FOR),
        hash: None,
        ended: None,
    };
    let mut batch = store.batch();
    batch.insert_access_pass(&pass);
    let data = json!({"pass": pass.id, "reason": pass.reason, "minutes": wanted.minutes});
    let trail = Trail::new("access_pass.asked", "user", pass.user, data);
    right.commit(platform, batch, trail).await
}

/// Whether two accounts are one person's: the same, or with the same address, as somebody's who is an operator and has an account here.
async fn are_one_person(
    platform: &Platform,
    store: &TenantStore,
    (one, other): (UserId, UserId),
) -> Result<bool, StoreError> {
    let names = names(platform, store, &[one, other]).await?;
    let key = |id: &UserId| names.get(id).map(|address| EmailAddress::key_of(address));
    Ok(one == other || (key(&one).is_some() && key(&one) == key(&other)))
}

async fn check_subject(
    platform: &Platform,
    store: &TenantStore,
    account: &Account,
    by: UserId,
) -> Result<(), AdminError> {
    if are_one_person(platform, store, (account.user.id, by)).await? {
        return Err(AdminError::Refused(
            "nobody hands out a pass for the own account".to_owned(),
        ));
    }
    if !account.is_active() {
        return Err(AdminError::Refused("the account is switched off".to_owned()));
    }
    Ok(())
}

/// A pass and its account, for an actor that may change the account.
async fn pass_in_reach<'a>(
    actor: &'a Actor,
    platform: &Platform,
    id: AccessPassId,
) -> Result<(UserManager<'a>, TenantStore, AccessPass, Account), AdminError> {
    let store = actor.may_manage_users()?.store(platform);
    let pass = store
        .access_pass(id)
        .await?
        .ok_or(AdminError::NotFound("access pass"))?;
    let (right, store, account) = reach(actor, platform, &pass.user.to_string()).await?;
    Ok((right, store, pass, account))
}

/// Approves a pass that somebody else asked for. From now on its time runs, and the owner of the account is told on every channel.
///
/// # Errors
/// [`AdminError::Refused`] for whoever asked and for the owner of the account; [`AdminError::Changed`] when it doesn't wait any more.
pub async fn approve(actor: &Actor, platform: &Platform, id: AccessPassId) -> Result<(), AdminError> {
    let by = person(actor)?;
    let (right, store, pass, account) = pass_in_reach(actor, platform, id).await?;
    if are_one_person(platform, &store, (pass.asked_by, by)).await? {
        return Err(AdminError::Refused(
            "somebody else approves what you asked for".to_owned(),
        ));
    }
    check_subject(platform, &store, &account, by).await?;
    let now = platform.now();
    let expires_at = now.plus(pass.life);
    let realm = realm_of(&right, platform).await?;
    let mut batch = store.batch();
    batch.approve_access_pass(id, by, now, expires_at);
    let told = json!({"pass": id, "expires_at": expires_at});
    batch.event(&signin::plain_event(
        platform,
        "access_pass.approved",
        pass.user,
        told,
    ));
    let change = SecurityChange::AccessPassApproved;
    let message = signin::support_notice(platform, &realm, &account, change, &mut batch);
    let data = json!({"pass": id, "asked_by": pass.asked_by, "expires_at": expires_at});
    let trail = Trail::new("access_pass.approved", "user", pass.user, data);
    right.commit(platform, batch, trail).await.map_err(settled)?;
    signin::wake_about_pass(platform, &realm, &account);
    Ok(signin::tell(platform, &realm, &account, message).await?)
}

/// Says no to a pass that somebody else asked for.
///
/// # Errors
/// [`AdminError::Changed`] when it doesn't wait any more.
pub async fn refuse(actor: &Actor, platform: &Platform, id: AccessPassId) -> Result<(), AdminError> {
    end(actor, platform, id, PassEnd::Refused, "access_pass.refused").await
}

/// Takes a pass back, at any time before it is used.
///
/// # Errors
/// [`AdminError::Changed`] when it was used or is over.
pub async fn revoke(actor: &Actor, platform: &Platform, id: AccessPassId) -> Result<(), AdminError> {
    end(actor, platform, id, PassEnd::Revoked, "access_pass.revoked").await
}

async fn end(
    actor: &Actor,
    platform: &Platform,
    id: AccessPassId,
    how: PassEnd,
    act: &'static str,
) -> Result<(), AdminError> {
    let (right, store, pass, _) = pass_in_reach(actor, platform, id).await?;
    let mut batch = store.batch();
    batch.end_access_pass(id, how, platform.now());
    let trail = Trail::new(act, "user", pass.user, json!({"pass": id}));
    right.commit(platform, batch, trail).await.map_err(settled)
}

/// Makes the text of an approved pass and shows it, once, to whoever asked for it: that operator is in touch with the person. Before
/// this nobody knows it, and afterwards only its hash is kept.
///
/// # Errors
/// [`AdminError::Refused`] for anybody else; [`AdminError::Changed`] when it was shown, or isn't approved.
pub async fn show_once(
    actor: &Actor,
    platform: &Platform,
    id: AccessPassId,
) -> Result<ShownPass, AdminError> {
    let by = person(actor)?;
    let (right, store, pass, _) = pass_in_reach(actor, platform, id).await?;
    if pass.asked_by != by {
        return Err(AdminError::Refused(
            "it is shown to whoever asked for it".to_owned(),
        ));
    }
    let realm = realm_of(&right, platform).await?;
    let text = access_pass::from_random(platform.random().bytes());
    let hash = access_pass::hash(&realm.tenant.blind_key, id, &text);
    let mut batch = store.batch();
    batch.issue_access_pass(id, &hash, platform.now());
    let trail = Trail::new("access_pass.shown", "user", pass.user, json!({"pass": id}));
    right.commit(platform, batch, trail).await.map_err(settled)?;
    Ok(ShownPass {
        text,
        expires_at: pass.expires_at,
    })
}

/// Somebody else was faster, or its time is over.
fn settled(error: AdminError) -> AdminError {
    match error {
        AdminError::Store(StoreError::Conflict(_)) => AdminError::Changed,
        other => other,
    }
}

/// The passes of an account, newest first.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn of_user(actor: &Actor, platform: &Platform, named: &str) -> Result<Vec<PassView>, AdminError> {
    let store = actor.may_read_users()?.store(platform);
    let user = account(&store, named).await?.user;
    let passes = store.access_passes_of(user.id).await?;
    views(actor, platform, &store, passes).await
}

/// The passes that wait for somebody's approval, oldest first.
///
/// # Errors
/// [`AdminError`].
pub async fn waiting(actor: &Actor, platform: &Platform) -> Result<Vec<PassView>, AdminError> {
    let store = actor.may_read_users()?.store(platform);
    let now = platform.now();
    let mut open = store.open_access_passes(now).await?;
    open.retain(|pass| pass.state(now) == PassState::Waiting);
    views(actor, platform, &store, open).await
}

async fn views(
    actor: &Actor,
    platform: &Platform,
    store: &TenantStore,
    passes: Vec<AccessPass>,
) -> Result<Vec<PassView>, AdminError> {
    let named = |pass: &AccessPass| {
        [
            Some(pass.asked_by),
            pass.approved.map(|(by, _)| by),
            Some(pass.user),
        ]
    };
    let ids: Vec<UserId> = passes.iter().flat_map(named).flatten().collect();
    let names = names(platform, store, &ids).await?;
    let name = |id: &UserId| names.get(id).cloned().unwrap_or_else(|| id.to_string());
    let (now, own) = (platform.now(), actor.person_id());
    let view = |pass: AccessPass| PassView {
        id: pass.id,
        user: pass.user,
        email: name(&pass.user),
        minutes: pass.life.as_secs() / 60,
        asked_by: name(&pass.asked_by),
        asked_at: pass.asked_at,
        approved_by: pass.approved.map(|(by, _)| name(&by)),
        expires_at: pass.expires_at,
        state: pass.state(now),
        own: own == Some(pass.asked_by),
        reason: pass.reason,
    };
    Ok(passes.into_iter().map(view).collect())
}

/// The addresses of people of this tenant and of operators.
async fn names(
    platform: &Platform,
    store: &TenantStore,
    ids: &[UserId],
) -> Result<HashMap<UserId, String>, StoreError> {
    let mut found = store.users_by_id(ids).await?;
    if found.len() < ids.len()
        && let Some(system) = platform.store.everyone().tenant_by_slug(Slug::SYSTEM).await?
    {
        found.extend(platform.store.tenant(system.id).users_by_id(ids).await?);
    }
    let named = |user: crate::domain::user::User| (user.id, user.email.as_str().to_owned());
    Ok(found.into_iter().map(named).collect())
}
