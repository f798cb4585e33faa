//! Work behind the requests: delivering mail, moving keys along, following changes, expiring what is over. Each job runs in a
//! loop of its own, says when it last succeeded, and stops when the server does.

mod mail;
mod push;
mod retention;

pub use retention::retain;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;

use crate::decisions::second_pass;
use crate::oidc::{backchannel_logout, ciba};
use crate::outbound::mail::Mailer;
use crate::store::StoreError;
use crate::tenants::{OutgoingMail, Platform, advance_keys};

/// Running jobs; dropping it stops them.
#[derive(Debug)]
pub struct Jobs(Vec<JoinHandle<()>>);

impl Drop for Jobs {
    fn drop(&mut self) {
        for job in &self.0 {
            job.abort();
        }
    }
}

/// Starts all jobs.
pub fn start(
    platform: &Arc<Platform>,
    mailer: Arc<Mailer>,
    mails: Receiver<OutgoingMail>,
    look_at_feeds_every: Duration,
) -> Jobs {
    let every = |period: Duration, name: &'static str, job: Job| repeat(platform.clone(), period, name, job);
    Jobs(vec![
        task(mail::deliver(platform.clone(), mailer, mails)),
        task(push::deliver(platform.clone())),
        task(follow_changes(platform.clone())),
        every(Duration::from_secs(1), "logouts", Job::Logouts),
        every(Duration::from_secs(1), "pings", Job::Pings),
        every(Duration::from_mins(1), "keys", Job::Keys),
        every(Duration::from_secs(20), "baselines", Job::Baselines),
        every(
            look_at_feeds_every.max(Duration::from_secs(1)),
            "feeds",
            Job::Feeds,
        ),
        every(Duration::from_mins(10), "expire", Job::Expire),
        every(Duration::from_hours(1), "retention", Job::Retention),
        every(Duration::from_secs(30), "second_pass", Job::SecondPass),
    ])
}

#[derive(Clone, Copy, Debug)]
enum Job {
    Logouts,
    Pings,
    Keys,
    Baselines,
    Feeds,
    Expire,
    Retention,
    SecondPass,
}

#[expect(clippy::disallowed_methods, reason = "jobs are where tasks are started")]
fn task(work: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    tokio::spawn(work)
}

fn repeat(platform: Arc<Platform>, period: Duration, name: &'static str, job: Job) -> JoinHandle<()> {
    task(async move {
        let mut ticks = tokio::time::interval(period);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = run(&platform, job).await {
                tracing::error!(target: "tidegate::jobs", code = "job.failed", job = name, error);
            }
        }
    })
}

async fn run(platform: &Arc<Platform>, job: Job) -> Result<(), String> {
    match job {
        Job::Logouts => backchannel_logout::deliver_due(platform)
            .await
            .map_err(|error| error.to_string()),
        Job::Pings => {
            ciba::deliver(platform).await;
            Ok(())
        }
        Job::Keys => {
            for tenant in platform
                .store
                .everyone()
                .all_tenants()
                .await
                .map_err(|error| error.to_string())?
            {
                let store = platform.store.tenant(tenant.id);
                advance_keys(platform, &store)
                    .await
                    .map_err(|error| error.to_string())?;
            }
            Ok(())
        }
        Job::Baselines => write_back(platform).await.map_err(|error| error.to_string()),
        Job::Feeds => {
            let platform = platform.clone();
            let reloaded = tokio::task::spawn_blocking(move || {
                let networks = platform.networks.reload_if_changed();
                platform.disposable.reload_if_changed() || networks
            });
            if reloaded.await.map_err(|error| error.to_string())? {
                tracing::info!(target: "tidegate::jobs", code = "feeds.reloaded");
            }
            Ok(())
        }
        Job::SecondPass => second_pass(platform)
            .await
            .map(|_| ())
            .map_err(|error| error.to_string()),
        Job::Retention => retain(platform).await.map_err(|error| error.to_string()),
        Job::Expire => {
            // One cut-off for everything: older than the longest life of a refresh token, so that replay stays detectable.
            let keep = platform.settings.tokens.refresh_absolute + Duration::from_hours(24);
            let gone = platform.store.everyone().expire(platform.now().minus(keep)).await;
            let gone = gone.map_err(|error| error.to_string())?;
            if gone > 0 {
                tracing::info!(target: "tidegate::jobs", code = "expired", rows = gone);
            }
            Ok(())
        }
    }
}

/// Forgets tenants that another process changed. Looks every second (contract.md: in force within two).
async fn follow_changes(platform: Arc<Platform>) {
    let everyone = platform.store.everyone();
    let mut seen = everyone.change_seq().await.unwrap_or(0);
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match everyone.changes_since(seen).await {
            Ok(changes) => {
                for tenant in &changes.tenants {
                    platform.directory.forget(*tenant);
                }
                seen = changes.seq;
            }
            Err(error) => tracing::warn!(target: "tidegate::jobs", code = "changes.unread", %error),
        }
    }
}

/// Writes back what was learned and counted in memory.
async fn write_back(platform: &Platform) -> Result<(), StoreError> {
    platform.baselines.flush(&platform.store, platform.now()).await?;
    platform.machines.flush(&platform.store, platform.now()).await?;
    platform.repeats.flush(&platform.store).await
}

/// Writes back what is only in memory, at the end.
pub async fn flush(platform: &Platform) {
    if let Err(error) = write_back(platform).await {
        tracing::error!(target: "tidegate::jobs", code = "memory.lost", %error);
    }
}
