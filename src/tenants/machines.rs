//! What is usual for clients that act for themselves: held in memory, read when a client is first seen, written back in the
//! background.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::base::ids::{ClientId, TenantId};
use crate::base::timestamp::Timestamp;
use crate::risk::machine::ClientProfile;
use crate::store::{Store, StoreError};

/// Clients in memory at most; beyond it all are written back and read again when they come.
const CAPACITY: usize = 10_000;

/// One client's habits.
#[derive(Debug)]
pub struct HeldClient {
    /// The habits.
    pub profile: ClientProfile,
    /// Whether the stored habits could not be read, so that these began anew; until these were written.
    pub damaged: bool,
    version: i64,
    changed: bool,
}

impl HeldClient {
    /// Changes the habits and marks them for writing.
    pub fn learn(&mut self, change: impl FnOnce(&mut ClientProfile)) {
        change(&mut self.profile);
        self.changed = true;
    }
}

type Held = HashMap<(TenantId, ClientId), Arc<Mutex<HeldClient>>>;

/// The clients that were seen.
#[derive(Debug, Default)]
pub struct Machines(Mutex<Held>);

impl Machines {
    /// A client's habits. One whose row can't be read begins anew and is marked as damaged.
    ///
    /// # Errors
    /// The database.
    pub async fn of(
        &self,
        store: &Store,
        tenant: TenantId,
        client: &ClientId,
        now: Timestamp,
    ) -> Result<Arc<Mutex<HeldClient>>, StoreError> {
        let key = (tenant, client.clone());
        let (known, full) = {
            let held = self.held();
            (held.get(&key).cloned(), held.len() >= CAPACITY)
        };
        if let Some(known) = known {
            return Ok(known);
        }
        if full {
            self.flush(store, now).await?;
            self.held().clear();
        }
        let stored = store.tenant(tenant).tenant_profile(&row_name(client)).await?;
        let version = stored.as_ref().map_or(0, |row| row.version);
        let read = stored.map(|row| ClientProfile::from_bytes(&row.summary));
        let damaged = read == Some(None);
        let fresh = Arc::new(Mutex::new(HeldClient {
            damaged,
            profile: read.flatten().unwrap_or_else(|| ClientProfile::new(now)),
            version,
            changed: damaged,
        }));
        Ok(self.held().entry(key).or_insert(fresh).clone())
    }

    /// Writes back what changed.
    ///
    /// # Errors
    /// The database; what was not written stays marked and is tried again.
    pub async fn flush(&self, store: &Store, now: Timestamp) -> Result<(), StoreError> {
        let all: Vec<_> = self
            .held()
            .iter()
            .map(|(key, held)| (key.clone(), held.clone()))
            .collect();
        for ((tenant, client), held) in all {
            let (bytes, version) = {
                let mut held = lock(&held);
                if !std::mem::take(&mut held.changed) {
                    continue;
                }
                (held.profile.to_bytes(), held.version)
            };
            let rows = store.tenant(tenant);
            let mut batch = rows.batch();
            batch.save_tenant_profile(&row_name(&client), &bytes, version, now);
            match rows.commit(batch).await {
                Ok(()) => {
                    let mut held = lock(&held);
                    held.version = version + 1;
                    held.damaged = false;
                }
                Err(error) => {
                    lock(&held).changed = true;
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A client's habits, locked.
pub fn lock(held: &Mutex<HeldClient>) -> MutexGuard<'_, HeldClient> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

fn row_name(client: &ClientId) -> String {
    format!("client:{client}")
}
