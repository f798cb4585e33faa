//! What ends grants and sessions.

use super::support::*;
use crate::domain::grant::{RefreshFamily, Revocation, RevocationReason};
use crate::domain::session::{EndReason, SessionEnd};
use crate::store::SessionState;

#[tokio::test]
async fn a_revoked_grant_does_not_rotate() {
    on_each_store(async |store| {
        let rows = make_populated(&store, 1, "a").await;
        let revocation = |reason| Revocation { at: at(7), reason };
        let mut batch = rows.batch();
        batch.revoke_grant(grant(1).id, revocation(RevocationReason::RefreshReplay));
        rows.commit(batch).await.unwrap();
        let mut batch = rows.batch();
        batch.rotate_family(grant(1).id, 1, &family());
        assert!(
            rows.commit(batch)
                .await
                .unwrap_err()
                .is_conflict("grants.generation")
        );
        // The first reason stays.
        let mut batch = rows.batch();
        batch.revoke_grants_of_client(&client("app").id, revocation(RevocationReason::Admin));
        batch.revoke_grants_of_session(session(1).id, revocation(RevocationReason::Admin));
        batch.revoke_grants_of_user(user(1).id, revocation(RevocationReason::Admin));
        rows.commit(batch).await.unwrap();
        let status = rows.grant_status(grant(1).id).await.unwrap().unwrap();
        assert_eq!(status.revoked, Some(revocation(RevocationReason::RefreshReplay)));
    })
    .await;
}

#[tokio::test]
async fn ending_a_session_revokes_its_grants_but_the_offline_ones() {
    on_each_store(async |store| {
        let rows = make_populated(&store, 1, "a").await;
        let mut offline = grant(1);
        offline.id.0 = id(50);
        offline.family = Some(RefreshFamily {
            offline: true,
            ..family()
        });
        let mut plain = grant(1);
        plain.id.0 = id(51);
        plain.family = None;
        let mut batch = rows.batch();
        batch.insert_grant(&offline, at(10_000));
        batch.insert_grant(&plain, at(10_000));
        rows.commit(batch).await.unwrap();
        let end = SessionEnd {
            at: at(8),
            reason: EndReason::SignOut,
        };
        let mut batch = rows.batch();
        batch.end_session(session(1).id, end);
        rows.commit(batch).await.unwrap();

        let found = rows.grant_for_refresh(grant(1).id).await.unwrap().unwrap();
        assert_eq!(
            found.grant.revoked,
            Some(Revocation {
                at: at(8),
                reason: RevocationReason::SessionEnded
            })
        );
        let state = SessionState {
            idle_expires_at: at(1_000),
            expires_at: at(5_000),
            ended: Some(end),
        };
        assert_eq!(found.session, Some(state));
        assert!(
            rows.grant_status(plain.id)
                .await
                .unwrap()
                .unwrap()
                .revoked
                .is_some()
        );
        assert!(
            rows.grant_status(offline.id)
                .await
                .unwrap()
                .unwrap()
                .revoked
                .is_none()
        );
    })
    .await;
}

#[tokio::test]
async fn an_ended_session_is_neither_woken_nor_ended_again() {
    on_each_store(async |store| {
        let rows = make_populated(&store, 1, "a").await;
        let mut other = session(2);
        other.user = user(1).id;
        let end = SessionEnd {
            at: at(8),
            reason: EndReason::SignOut,
        };
        let mut batch = rows.batch();
        batch.insert_session(&other);
        batch.end_session(session(1).id, end);
        rows.commit(batch).await.unwrap();
        let mut batch = rows.batch();
        batch.touch_session(session(1).id, at(9), at(2_000));
        batch.end_session(
            session(1).id,
            SessionEnd {
                at: at(10),
                reason: EndReason::Admin,
            },
        );
        rows.commit(batch).await.unwrap();
        let ended = rows.session(session(1).id).await.unwrap().unwrap();
        assert_eq!((ended.ended, ended.last_seen_at), (Some(end), at(3)));

        // The other one goes with all of the user's, unless it is spared.
        let mut batch = rows.batch();
        batch.end_sessions_of_user(user(1).id, Some(other.id), end);
        rows.commit(batch).await.unwrap();
        assert!(rows.session(other.id).await.unwrap().unwrap().is_live(at(8)));
        let mut batch = rows.batch();
        batch.end_sessions_of_user(user(1).id, None, end);
        rows.commit(batch).await.unwrap();
        assert!(
            rows.sessions_of(user(1).id, Some(at(8)))
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(rows.sessions_of(user(1).id, None).await.unwrap().len(), 2);
    })
    .await;
}
