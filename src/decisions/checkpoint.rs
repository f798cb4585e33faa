//! Gather, assess, decide, record: the walk of every decision (architecture.md 4.5).

use std::time::Duration;

use super::record::{blank, fill, note_fail_mode};
use crate::accounts::Account;
use crate::base::clock::Stopwatch;
use crate::base::ids::{ClientId, SessionId};
use crate::domain::action::Action;
use crate::domain::assurance::Strength;
use crate::domain::decision::{Decision, DecisionMode, Ending};
use crate::domain::outcome::{LeastStrength, Outcome};
use crate::domain::policy_version::PolicyMode;
use crate::domain::tenant::FailMode;
use crate::flow::need::Judgement;
use crate::policy::{self, Context};
use crate::risk::visit::Sensitivity;
use crate::risk::{UserReason, assess};
use crate::signals::{self, Gathered, Subject};
use crate::store::StoreError;
use crate::tenants::{Platform, Realm, Visit};

/// The longest that gathering may take before the tenant's fail mode decides.
const BUDGET: Duration = Duration::from_secs(2);

/// What is to be decided.
#[derive(Debug)]
pub struct Checkpoint<'a> {
    /// What is being risked.
    pub action: Action,
    /// Whose account.
    pub account: &'a Account,
    /// For which client.
    pub client: Option<&'a ClientId>,
    /// In which session.
    pub session: Option<SessionId>,
    /// Whether the password that was just typed is on a list of breached ones; absent when nobody looked or could say.
    pub breached_password: Option<bool>,
}

/// A decision with everything that led to it.
#[derive(Debug)]
pub struct Judged {
    /// The record; the caller adds it to its batch.
    pub decision: Decision,
    /// What is carried out.
    pub outcome: Outcome,
    /// What the user is told.
    pub user_reason: UserReason,
    /// Whether somebody is to be told.
    pub alert: bool,
    /// What was gathered, for learning.
    pub gathered: Gathered,
}

impl Judged {
    /// What it means for a sign-in.
    pub const fn judgement(&self) -> Judgement {
        Judgement::of(self.outcome)
    }
}

/// Decides. Writes nothing: the record goes into the caller's batch.
///
/// # Errors
/// The database, where not even the browser can be recognised.
pub async fn judge(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    checkpoint: Checkpoint<'_>,
) -> Result<Judged, StoreError> {
    let watch = Stopwatch::start();
    let subject = Subject {
        account: checkpoint.account,
        sensitivity: sensitivity(&checkpoint.action),
        session: checkpoint.session,
        breached_password: checkpoint.breached_password,
    };
    let gathering = signals::gather(platform, realm, visit, subject);
    let gathered = tokio::time::timeout(BUDGET, gathering)
        .await
        .map_err(|_| StoreError::Busy)??;
    let assessment = match &realm.tenant.model {
        Some(own) => assess(own, &gathered.evidence),
        None => assess(&platform.model.load(), &gathered.evidence),
    };
    let live = &realm.tenant.policy;
    let verdict = policy::decide(&live.policy, &assessment, &context(realm, &checkpoint, &gathered));
    let recommended = match gathered.degraded {
        None => verdict.outcome,
        Some(_) => fail_mode(realm, verdict.outcome, &gathered),
    };
    let enforced = match live.mode {
        PolicyMode::Enforce => recommended,
        PolicyMode::Observe | PolicyMode::Retired => Outcome::Allow,
    };
    let mut decision = record(platform, realm, visit, &checkpoint, &gathered);
    fill(&mut decision, &gathered.evidence, &assessment, &verdict);
    note_fail_mode(&mut decision, realm, &verdict);
    recommended.name().clone_into(&mut decision.recommended);
    enforced.name().clone_into(&mut decision.enforced);
    (decision.ended, decision.ended_at) = match Judgement::of(enforced) {
        Judgement::Proceed => (Some(Ending::Allowed), Some(decision.at)),
        Judgement::Refuse => (Some(Ending::Refused), Some(decision.at)),
        Judgement::StepUp(_) | Judgement::VerifyIdentity => (None, None),
    };
    decision.latency_micros = i64::try_from(watch.elapsed().as_micros()).unwrap_or(i64::MAX);
    Ok(Judged {
        decision,
        outcome: enforced,
        user_reason: verdict.user_reason,
        alert: verdict.alert && live.mode == PolicyMode::Enforce,
        gathered,
    })
}

fn sensitivity(action: &Action) -> Sensitivity {
    match action {
        Action::Refresh | Action::ClientToken => Sensitivity::Low,
        Action::SignIn | Action::SignUp => Sensitivity::Normal,
        Action::Recover
        | Action::Consent
        | Action::EnrolFactor
        | Action::ChangeCredential
        | Action::ChangeEmail
        | Action::AdminElevate
        | Action::App(_) => Sensitivity::High,
    }
}

fn context(realm: &Realm, checkpoint: &Checkpoint<'_>, gathered: &Gathered) -> Context {
    let roles = checkpoint
        .account
        .roles
        .iter()
        .map(|role| role.name().to_owned())
        .collect();
    Context {
        roles,
        client: checkpoint.client.map(ToString::to_string),
        has_identity_provider: realm.tenant.record.settings.identity_provider.is_some(),
        ..Context::of(checkpoint.action.clone(), gathered.browser.accepted_sign_ins)
    }
}

/// What holds while a part is down: the tenant's rule, and never less than what the score alone asks (features.md E5).
fn fail_mode(realm: &Realm, by_score: Outcome, gathered: &Gathered) -> Outcome {
    let now = gathered.facts.at;
    let remembered = gathered
        .browser
        .device
        .as_ref()
        .is_some_and(|device| device.is_remembered(now));
    let floor = match realm.tenant.record.settings.fail_mode {
        FailMode::Open => Outcome::Allow,
        FailMode::StaticFactor if remembered => Outcome::Allow,
        FailMode::StaticFactor => Outcome::StepUp(LeastStrength::AtLeast(Strength::EmailCode)),
        FailMode::Closed => Outcome::Deny,
    };
    match (Judgement::of(by_score), Judgement::of(floor)) {
        (Judgement::StepUp(_) | Judgement::VerifyIdentity, Judgement::Refuse) | (Judgement::Proceed, _) => {
            floor
        }
        (Judgement::Refuse | Judgement::StepUp(_) | Judgement::VerifyIdentity, _) => by_score,
    }
}

fn record(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    checkpoint: &Checkpoint<'_>,
    gathered: &Gathered,
) -> Decision {
    let at = gathered.facts.at;
    let (reference, action) = (visit.reference.clone(), checkpoint.action.clone());
    Decision {
        subject: Some(checkpoint.account.user.id),
        client: checkpoint.client.cloned(),
        session: checkpoint.session,
        device: gathered.browser.device.as_ref().map(|device| device.id),
        ip: Some(visit.ip.to_string()),
        country: gathered.facts.address.country.map(|country| country.to_string()),
        degraded: gathered.degraded.map(str::to_owned),
        forced: signals::forced_names(&gathered.facts.forced),
        ..blank(platform, realm, at, reference, action)
    }
}

/// The record of a refusal that no score decided, such as a throttle: every block can be looked up (people.md W12).
pub fn refusal(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    checkpoint: &Checkpoint<'_>,
    rule: &str,
    sentence: &str,
) -> Decision {
    let at = platform.now();
    let (reference, action) = (visit.reference.clone(), checkpoint.action.clone());
    let mut decision = Decision {
        subject: Some(checkpoint.account.user.id),
        client: checkpoint.client.cloned(),
        session: checkpoint.session,
        ip: Some(visit.ip.to_string()),
        model: "none".to_owned(),
        mode: DecisionMode::Enforce,
        recommended: Outcome::Deny.name().to_owned(),
        enforced: Outcome::Deny.name().to_owned(),
        ended: Some(Ending::Refused),
        ended_at: Some(at),
        ..blank(platform, realm, at, reference, action)
    };
    rule.clone_into(&mut decision.policy.rule);
    sentence.clone_into(&mut decision.policy.sentence);
    decision
}
