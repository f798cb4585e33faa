//! A change of what guards an account is a checkpoint of its own: what is risked is decided when it is done, not when the person
//! signed in (features.md E1).

use std::time::Duration;

use crate::accounts::Account;
use crate::base::ids::Reference;
use crate::base::timestamp::Timestamp;
use crate::decisions::{self, Checkpoint};
use crate::domain::action::Action;
use crate::domain::assurance::Strength;
use crate::domain::decision::Ending;
use crate::domain::session::Session;
use crate::factors::assurance::strongest_since;
use crate::flow::need::Judgement;
use crate::store::StoreError;
use crate::tenants::{Platform, Realm, Visit};

/// How old the last proof may be for changing what guards an account.
const FRESH: Duration = Duration::from_mins(15);

/// Whether enough was proven a short while ago to change what guards the account: its second factor, where it has one.
pub fn is_fresh(account: &Account, session: &Session, now: Timestamp) -> bool {
    let limit = now.minus(FRESH);
    let strong = strongest_since(&session.proofs, limit).is_some_and(|proven| proven > Strength::EmailCode);
    session.auth_time() >= limit && (strong || !account.has_second_factor())
}

/// Whether an act may be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Permit {
    /// It may.
    Granted,
    /// A factor of the asked strength must be proven first.
    MoreProof,
    /// It may not; people quote the reference.
    Refused(Reference),
}

/// Decides about an act and records the decision. Only fresh proofs of the session count.
///
/// # Errors
/// The database.
pub async fn decide(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (account, session): (&Account, &Session),
    action: Action,
) -> Result<Permit, StoreError> {
    let checkpoint = Checkpoint {
        action,
        account,
        client: None,
        session: Some(session.id),
        breached_password: None,
    };
    let mut judged = decisions::judge(platform, realm, visit, checkpoint).await?;
    let permit = match judged.judgement() {
        Judgement::Proceed => Permit::Granted,
        Judgement::Refuse => Permit::Refused(judged.decision.reference.clone()),
        // Nobody is sent away in the middle of a change; a new sign-in leads to the provider.
        Judgement::VerifyIdentity => {
            judged.decision.ended = Some(Ending::Refused);
            judged.decision.ended_at = Some(judged.decision.at);
            Permit::Refused(judged.decision.reference.clone())
        }
        Judgement::StepUp(least) => {
            let enrolled: Vec<_> = account
                .second_factors()
                .into_iter()
                .map(|(_, strength)| strength)
                .collect();
            let least = least.for_enrolled(&enrolled);
            let since = platform.now().minus(FRESH);
            if strongest_since(&session.proofs, since).is_some_and(|proven| proven >= least) {
                judged.decision.ended = Some(Ending::Passed);
                judged.decision.ended_at = Some(judged.decision.at);
                Permit::Granted
            } else {
                Permit::MoreProof
            }
        }
    };
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    batch.insert_decision(&judged.decision);
    store.commit(batch).await?;
    Ok(permit)
}
