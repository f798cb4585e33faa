//! What is normal in a tenant: learned counts held in memory and written back in the background. A crash loses at most the
//! last minute of learning, never a decision.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::ids::TenantId;
use crate::risk::Baseline;
use crate::store::{Store, StoreError};

/// The row's name.
const BASELINE: &str = "baseline";

/// One tenant's counts.
#[derive(Debug)]
pub struct HeldBaseline {
    /// The counts.
    pub counts: Baseline,
    /// Version of the row they were read from.
    version: i64,
    changed: bool,
}

/// All tenants' counts that were needed so far.
#[derive(Debug, Default)]
pub struct Baselines(Mutex<HashMap<TenantId, Arc<Mutex<HeldBaseline>>>>);

impl Baselines {
    /// A tenant's counts, read from the database when first needed.
    ///
    /// # Errors
    /// The database, or counts that can't be read.
    pub async fn of(&self, store: &Store, tenant: TenantId) -> Result<Arc<Mutex<HeldBaseline>>, StoreError> {
        if let Some(held) = self.held().get(&tenant) {
            return Ok(held.clone());
        }
        let stored = store.tenant(tenant).tenant_profile(BASELINE).await?;
        let (counts, version) = match stored {
            None => (Baseline::default(), 0),
            Some(row) => (
                Baseline::from_bytes(&row.summary)
                    .ok_or_else(|| StoreError::Corrupt("a tenant's baseline cannot be read".to_owned()))?,
                row.version,
            ),
        };
        let fresh = Arc::new(Mutex::new(HeldBaseline {
            counts,
            version,
            changed: false,
        }));
        Ok(self.held().entry(tenant).or_insert(fresh).clone())
    }

    fn held(&self) -> std::sync::MutexGuard<'_, HashMap<TenantId, Arc<Mutex<HeldBaseline>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes back what changed. Gives how many tenants were written.
    ///
    /// # Errors
    /// The database; what was not written stays marked and is tried again.
    pub async fn flush(
        &self,
        store: &Store,
        now: crate::base::timestamp::Timestamp,
    ) -> Result<usize, StoreError> {
        let held: Vec<_> = self
            .held()
            .iter()
            .map(|(tenant, counts)| (*tenant, counts.clone()))
            .collect();
        let mut written = 0;
        for (tenant, baseline) in held {
            let (bytes, version) = {
                let mut baseline = baseline.lock().unwrap_or_else(PoisonError::into_inner);
                if !std::mem::take(&mut baseline.changed) {
                    continue;
                }
                (baseline.counts.to_bytes(), baseline.version)
            };
            let rows = store.tenant(tenant);
            let mut batch = rows.batch();
            batch.save_tenant_profile(BASELINE, &bytes, version, now);
            match rows.commit(batch).await {
                Ok(()) => {
                    baseline.lock().unwrap_or_else(PoisonError::into_inner).version = version + 1;
                    written += 1;
                }
                Err(error) => {
                    baseline.lock().unwrap_or_else(PoisonError::into_inner).changed = true;
                    return Err(error);
                }
            }
        }
        Ok(written)
    }
}

impl HeldBaseline {
    /// Changes the counts and marks them for writing.
    pub fn learn(&mut self, change: impl FnOnce(&mut Baseline)) {
        change(&mut self.counts);
        self.changed = true;
    }
}
