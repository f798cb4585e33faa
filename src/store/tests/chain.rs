//! The audit chain.

use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions as _, Executor as _};

use super::support::*;
use crate::base::page::PageRequest;
use crate::store::AuditVerdict;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_entries_of_two_tenants_make_two_intact_chains() {
    on_each_store(async |store| {
        let (a, b) = (
            make_tenant(&store, 1, "a").await,
            make_tenant(&store, 2, "b").await,
        );
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..40_u128 {
            for rows in [a.clone(), b.clone()] {
                tasks.spawn(async move {
                    let mut batch = rows.batch();
                    batch.audit(entry(number));
                    batch.audit(entry(number + 1_000));
                    batch.bump_change();
                    rows.commit(batch).await.unwrap();
                });
            }
        }
        tasks.join_all().await;
        for rows in [a, b] {
            assert_eq!(
                rows.verify_audit().await.unwrap(),
                AuditVerdict::Intact { entries: 80 }
            );
            let newest = rows.audit(None, &PageRequest::default()).await.unwrap();
            assert_eq!(newest.items[0].seq, 80);
            assert_eq!(newest.items[0].prev_hash, newest.items[1].hash);
            let about = rows.audit(Some("user:7"), &PageRequest::default()).await.unwrap();
            assert_eq!(about.items.len(), 1);
            assert_eq!(about.items[0].entry, entry(7));
        }
    })
    .await;
}

#[tokio::test]
async fn whatever_is_tampered_with_is_found() {
    for (what, seq) in [
        (
            "UPDATE audit SET entry = replace(entry, 'test', 'rest') WHERE seq = 3",
            3,
        ),
        ("UPDATE audit SET act = 'other' WHERE seq = 2", 2),
        ("UPDATE audit SET at = at + 1 WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 5", 5),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("UPDATE audit SET hash = zeroblob(32) WHERE seq = 4", 4),
        ("DELETE FROM audit; UPDATE audit_head SET seq = 4", 1),
        (
            "DELETE FROM audit WHERE seq = 5; UPDATE audit_head SET seq = 4",
            4,
        ),
    ] {
        let (folder, store) = sqlite().await;
        store.migrate().await.unwrap();
        let rows = make_tenant(&store, 1, "a").await;
        let mut batch = rows.batch();
        for number in 0..5 {
            batch.audit(entry(number));
        }
        rows.commit(batch).await.unwrap();
        assert_eq!(
            rows.verify_audit().await.unwrap(),
            AuditVerdict::Intact { entries: 5 }
        );
        let file = SqliteConnectOptions::new().filename(folder.path().join("tidegate.db"));
        let mut connection = file.connect().await.unwrap();
        connection
            .execute(sqlx::raw_sql(AssertSqlSafe(what)))
            .await
            .unwrap();
        match rows.verify_audit().await.unwrap() {
            AuditVerdict::Broken { seq: found, .. } => assert_eq!(found, seq, "{what}"),
            AuditVerdict::Intact { .. } => panic!("not found: {what}"),
        }
    }
}
