//! Ending sessions. A session takes its tokens with it, except those that were granted offline access.

use crate::base::ids::{SessionId, UserId};
use crate::domain::session::{EndReason, SessionEnd};
use crate::store::Batch;
use crate::tenants::Platform;

/// Ends one session.
pub fn end_one(platform: &Platform, session: SessionId, reason: EndReason, batch: &mut Batch) {
    batch.end_session(
        session,
        SessionEnd {
            at: platform.now(),
            reason,
        },
    );
}

/// Ends all sessions of an account but one.
pub fn end_all(
    platform: &Platform,
    user: UserId,
    except: Option<SessionId>,
    reason: EndReason,
    batch: &mut Batch,
) {
    batch.end_sessions_of_user(
        user,
        except,
        SessionEnd {
            at: platform.now(),
            reason,
        },
    );
}
