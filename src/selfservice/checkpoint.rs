//! A change of what guards an account is a checkpoint of its own: what is risked is decided when it is done, not when the person
//! signed in (features.md E1).

use crate::accounts::Account;
use crate::base::ids::Reference;
use crate::base::timestamp::Timestamp;
use crate::decisions::{self, Checkpoint};
use crate::domain::action::Action;
use crate::domain::decision::Ending;
use crate::domain::session::Session;
use crate::factors::assurance::strongest_since;
use crate::flow::need::Judgement;
use crate::store::StoreError;
use crate::tenants::{Platform, Realm, Visit};

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

/// Decides about an act and records the decision. Proofs of the session count from `since` on.
///
/// # Errors
/// The database.
pub async fn decide(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (account, session, since): (&Account, &Session, Timestamp),
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
        Judgement::StepUp(least) => {
            let enrolled: Vec<_> = account
                .second_factors()
                .into_iter()
                .map(|(_, strength)| strength)
                .collect();
            let least = least.for_enrolled(&enrolled);
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
