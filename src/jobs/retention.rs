//! The retention rule (risk.md, privacy): addresses are cut to their network, old history is removed, and so are apps that registered
//! themselves and that nobody uses, and evidence of verified identities.

use std::net::IpAddr;

use crate::admin::clients::dynamic::remove_unused;
use crate::base::net::ClientIp;
use crate::base::timestamp::Timestamp;
use crate::store::{StoreError, TenantStore};
use crate::tenants::Platform;

/// Addresses cut in one batch, so that it never holds the writer for long.
const CHUNK: u16 = 200;

/// Applies the retention rule to every tenant once, and logs what it did.
///
/// # Errors
/// The store's. What was done before stays done; the next run goes on.
pub async fn retain(platform: &Platform) -> Result<(), StoreError> {
    let everyone = platform.store.everyone();
    let (addresses, history) = {
        let rule = &platform.settings.retention;
        (rule.addresses, rule.history)
    };
    let (mut cut, mut rounds, mut clients) = (0, 0, 0);
    for tenant in everyone.all_tenants().await? {
        if !addresses.is_zero() {
            cut += cut_addresses(&platform.store.tenant(tenant.id), platform.now().minus(addresses)).await?;
        }
        if !history.is_zero() {
            rounds += everyone
                .expire_history(tenant.id, platform.now().minus(history))
                .await?;
        }
        delete_evidence(&platform.store.tenant(tenant.id), platform.now()).await?;
        match remove_unused(platform, tenant.id).await {
            Ok(gone) => clients += gone,
            Err(error) => tracing::error!(target: "tidegate::jobs", code = "clients.kept", %error),
        }
    }
    if cut > 0 || rounds > 0 || clients > 0 {
        tracing::info!(target: "tidegate::jobs", code = "retained", addresses = cut, rounds, clients);
    }
    Ok(())
}

/// Evidence of identities is deleted on the schedule that the tenant set when it came.
async fn delete_evidence(store: &TenantStore, now: Timestamp) -> Result<(), StoreError> {
    let mut batch = store.batch();
    batch.delete_old_identity_evidence(now);
    store.commit(batch).await
}

async fn cut_addresses(store: &TenantStore, before: Timestamp) -> Result<usize, StoreError> {
    let mut done = 0;
    loop {
        let mut batch = store.batch();
        let mut cut = 0;
        for whole in store.whole_addresses(before, CHUNK).await? {
            if let Ok(ip) = whole.parse::<IpAddr>() {
                batch.cut_address(&whole, &ClientIp::new(ip).truncated().to_string(), before);
                cut += 1;
            }
        }
        if cut == 0 {
            return Ok(done);
        }
        store.commit(batch).await?;
        done += cut;
    }
}
