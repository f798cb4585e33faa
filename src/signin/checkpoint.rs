//! The decisions of a sign-in: about the sign-in itself, and about consent to something sensitive. Each is recorded at once: a sign-in that is
//! left here is known too.

use super::SignInError;
use super::login::{JudgedState, Login, Purpose, Recovering};
use super::notices::event;
use crate::accounts::Account;
use crate::decisions::{self, Checkpoint};
use crate::domain::action::Action;
use crate::flow::need::Judgement;
use crate::tenants::{CONSOLE_CLIENT, Platform, Realm, Visit};

/// Decides about the sign-in, or what it is for.
pub(super) async fn decide(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    account: &Account,
) -> Result<(), SignInError> {
    let action = match &login.purpose {
        _ if login.recovering == Recovering::Proven || login.access_pass.is_some() => Action::Recover,
        Purpose::Page {
            changes: Some(action),
            ..
        } => action.clone(),
        Purpose::Authorize(request) if request.client.as_str() == CONSOLE_CLIENT => Action::AdminElevate,
        Purpose::Page { changes: None, .. } | Purpose::Authorize(_) => Action::SignIn,
    };
    let judged = judge(platform, realm, visit, (login, account), action).await?;
    login.judged = Some(judged);
    Ok(())
}

/// Decides about consent to something sensitive (features.md E1).
pub(super) async fn decide_consent(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    account: &Account,
) -> Result<(), SignInError> {
    let judged = judge(platform, realm, visit, (login, account), Action::Consent).await?;
    login.consent_judged = Some(judged);
    Ok(())
}

async fn judge(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (login, account): (&Login, &Account),
    action: Action,
) -> Result<JudgedState, SignInError> {
    let checkpoint = Checkpoint {
        action,
        account,
        client: login.client(),
        session: login.session,
        breached_password: login.breached,
    };
    let judged = decisions::judge(platform, realm, visit, checkpoint).await?;
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    batch.insert_decision(&judged.decision);
    if judged.judgement() == Judgement::Refuse {
        let told = serde_json::json!({
            "decision": judged.decision.id, "outcome": judged.outcome.name(), "alert": judged.alert,
        });
        batch.event(&event(platform, "signin.blocked", account.user.id, visit, told));
    }
    store.commit(batch).await?;
    Ok(JudgedState {
        decision: judged.decision.id,
        reference: judged.decision.reference.clone(),
        judgement: judged.judgement(),
        outcome: judged.outcome,
        reason: judged.user_reason,
        score: judged.decision.score,
        first_sign_in: judged.gathered.browser.accepted_sign_ins == 0,
    })
}
