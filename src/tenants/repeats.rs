//! Decisions that say the same again: counted in memory on the record of the first and written back in the background, so that
//! refreshes and client tokens that bring nothing new cost no write (features.md L5). A crash loses counts of the last
//! seconds, never a decision.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::base::ids::{ClientId, DecisionId, GrantId, TenantId};
use crate::base::timestamp::Timestamp;
use crate::store::{Store, StoreError};

/// What is remembered at most; beyond it everything is forgotten, and the next decision of each is recorded anew.
const CAPACITY: usize = 100_000;

/// What decisions repeat for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RepeatOf {
    /// The refresh tokens of a grant.
    Family(GrantId),
    /// A client acting for itself.
    Client(ClientId),
}

/// The last recorded decision of one family or client.
#[derive(Clone, Copy, Debug)]
struct Last {
    decision: DecisionId,
    said: u64,
    pending: i64,
    at: Timestamp,
}

/// The last recorded decisions.
#[derive(Debug, Default)]
pub struct Repeats(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    last: HashMap<(TenantId, RepeatOf), Last>,
    /// Counts on decisions that are not the last any more, until they are written.
    former: Vec<(TenantId, Last)>,
}

impl Held {
    /// Takes out everything that is to be written.
    fn take_pending(&mut self) -> HashMap<TenantId, Vec<Last>> {
        let mut pending: HashMap<TenantId, Vec<Last>> = HashMap::new();
        for (tenant, last) in self.former.drain(..) {
            pending.entry(tenant).or_default().push(last);
        }
        for ((tenant, _), last) in &mut self.last {
            if last.pending > 0 {
                pending.entry(*tenant).or_default().push(*last);
                last.pending = 0;
            }
        }
        pending
    }
}

/// Whether a decision was counted or has to be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// It says what the last one said: counted there.
    Counted,
    /// It says something else.
    New,
}

impl Repeats {
    /// Counts a decision that says the same as the last recorded one. `said` stands for everything that a reader of the record
    /// would want to know was different.
    pub fn count(&self, tenant: TenantId, of: &RepeatOf, said: u64, now: Timestamp) -> Repeat {
        match self.held().last.get_mut(&(tenant, of.clone())) {
            Some(last) if last.said == said => {
                last.pending += 1;
                last.at = now;
                Repeat::Counted
            }
            _ => Repeat::New,
        }
    }

    /// Remembers a decision that was recorded.
    pub fn recorded(&self, tenant: TenantId, of: RepeatOf, said: u64, decision: DecisionId) {
        let mut held = self.held();
        if held.last.len() >= CAPACITY {
            let all = std::mem::take(&mut held.last);
            let counted = all.into_iter().filter(|(_, last)| last.pending > 0);
            held.former
                .extend(counted.map(|((tenant, _), last)| (tenant, last)));
        }
        let fresh = Last {
            decision,
            said,
            pending: 0,
            at: Timestamp::EPOCH,
        };
        let before = held.last.insert((tenant, of), fresh);
        held.former
            .extend(before.filter(|last| last.pending > 0).map(|last| (tenant, last)));
    }

    /// Writes the counts back.
    ///
    /// # Errors
    /// The database; what was not written is lost, the decisions stand.
    pub async fn flush(&self, store: &Store) -> Result<(), StoreError> {
        let pending = self.held().take_pending();
        for (tenant, counted) in pending {
            let rows = store.tenant(tenant);
            let mut batch = rows.batch();
            for last in counted {
                batch.repeat_decision(last.decision, last.pending, last.at);
            }
            rows.commit(batch).await?;
        }
        Ok(())
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
