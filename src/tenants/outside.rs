//! What a configuration names outside of the program, opened the same way by whoever starts a server and whoever checks one.

use crate::base::timestamp::Timestamp;
use crate::config::{Feeds, Outbound, Passkeys};
use crate::crypto::attestation::{AnchorError, TrustAnchors};
use crate::outbound::breached::{BreachedError, BreachedPasswords};
use crate::outbound::disposable::{DisposableDomains, DisposableError};
use crate::outbound::fetch::{FetchError, Fetcher, Reach};
use crate::outbound::networks::{NetworkFiles, Networks};

/// Why the list of breached passwords can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// Outgoing HTTP.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The list itself.
    #[error(transparent)]
    Breached(#[from] BreachedError),
}

/// The files about networks and places. Broken ones are named by the result and count as unknown.
pub fn networks(feeds: &Feeds) -> Networks {
    Networks::load(NetworkFiles {
        city: feeds.city.clone(),
        country: feeds.country.clone(),
        asn: feeds.asn.clone(),
        tor: feeds.tor.clone(),
        hosting: feeds.hosting.clone(),
        anonymizer: feeds.anonymizer.clone(),
        reputation: feeds.reputation.clone(),
    })
}

/// The list of breached passwords; a service is not called.
///
/// # Errors
/// [`ListError`].
pub fn breached(feeds: &Feeds, outbound: &Outbound) -> Result<BreachedPasswords, ListError> {
    crate::crypto::install_providers();
    let fetcher = Fetcher::new(outbound.trust_ca.as_deref(), Reach::Operators)?;
    Ok(BreachedPasswords::open(
        feeds.breached_range.clone(),
        feeds.breached_file.clone(),
        fetcher,
    )?)
}

/// Mail domains whose addresses are thrown away after use.
///
/// # Errors
/// [`DisposableError`].
pub fn disposable(feeds: &Feeds) -> Result<DisposableDomains, DisposableError> {
    DisposableDomains::open(feeds.disposable.clone())
}

/// Who vouches for authenticators.
///
/// # Errors
/// [`AnchorError`].
pub fn anchors(passkeys: &Passkeys, now: Timestamp) -> Result<TrustAnchors, AnchorError> {
    TrustAnchors::load(
        passkeys.trust_anchors.as_deref(),
        passkeys.metadata.as_deref(),
        passkeys.metadata_root.as_deref(),
        now,
    )
}
