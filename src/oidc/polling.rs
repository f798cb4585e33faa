//! Clients that ask again and again for an answer (RFC 8628 section 3.5, CIBA Core section 11).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::OidcError;
use crate::base::timestamp::Timestamp;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::tenants::Platform;

/// How long a client waits between two questions.
pub(super) const INTERVAL: Duration = Duration::from_secs(5);
/// What it may be early by: clocks and networks are not exact.
const EARLY: Duration = Duration::from_secs(1);

#[derive(Debug, Serialize, Deserialize)]
struct Polled {
    at: Timestamp,
    interval: Duration,
}

/// Tells a client that there is no answer yet. One that asks too soon must wait longer from now on. What is remembered of it stands
/// under `key` for `life`.
///
/// # Errors
/// Always: `authorization_pending` or `slow_down`.
pub(super) fn not_yet<T>(platform: &Platform, key: &str, life: Duration) -> Result<T, OidcError> {
    let now = platform.now();
    let last: Option<Polled> = platform.ephemeral.get(key, now)?;
    let interval = last.as_ref().map_or(INTERVAL, |last| last.interval);
    let hasty = last.is_some_and(|last| now < last.at.plus(interval.saturating_sub(EARLY)));
    let next = Polled {
        at: now,
        interval: if hasty { interval + INTERVAL } else { interval },
    };
    platform.ephemeral.put(key, &next, now, life)?;
    let (code, words) = if hasty {
        (
            ErrorCode::SlowDown,
            "wait five seconds longer between two questions",
        )
    } else {
        (ErrorCode::AuthorizationPending, "the person has not answered yet")
    };
    Err(OAuthError::new(code, words).into())
}
