//! Batches, preconditions, shared commits.

use crate::base::page::PageRequest;
use crate::base::timestamp::Timestamp;
use crate::domain::grant::RefreshFamily;
use crate::store::{Store, StoreError, StoreOptions};

use super::support::*;

fn conflict(result: Result<(), StoreError>) -> String {
    match result {
        Err(StoreError::Conflict(name)) => name,
        other => panic!("expected a conflict, got {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_parallel_rotations_of_one_generation_exactly_one_succeeds() {
    on_each_store(async |store| {
        let rows = make_populated(&store, 1, "a").await;
        let mut tasks = tokio::task::JoinSet::new();
        for contender in 0..64_u32 {
            let rows = rows.clone();
            tasks.spawn(async move {
                let mut next = RefreshFamily {
                    generation: 2,
                    ..family()
                };
                next.rotated_by.asn = Some(contender);
                let mut batch = rows.batch();
                batch.rotate_family(grant(1).id, 1, &next);
                (contender, rows.commit(batch).await)
            });
        }
        let mut winners = Vec::new();
        for (contender, result) in tasks.join_all().await {
            match result {
                Ok(()) => winners.push(contender),
                Err(error) => assert!(error.is_conflict("grants.generation"), "{error}"),
            }
        }
        assert_eq!(winners.len(), 1);
        let family = rows
            .grant_for_refresh(grant(1).id)
            .await
            .unwrap()
            .unwrap()
            .grant
            .family
            .unwrap();
        assert_eq!((family.generation, family.rotated_by.asn), (2, Some(winners[0])));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_is_redeemed_once_and_a_replay_finds_the_grant() {
    on_each_store(async |store| {
        let rows = make_populated(&store, 1, "a").await;
        let mut tasks = tokio::task::JoinSet::new();
        for contender in 100..132_u128 {
            let rows = rows.clone();
            tasks.spawn(async move {
                let mut batch = rows.batch();
                let mut made = grant(1);
                made.id.0 = id(contender);
                batch.redeem_code(&hash_of("code"), made.id, at(5));
                batch.insert_grant(&made, at(10_000));
                rows.commit(batch).await.map(|()| made.id)
            });
        }
        let results = tasks.join_all().await;
        let winners: Vec<_> = results.iter().flatten().collect();
        assert_eq!(winners.len(), 1);
        assert!(
            results
                .iter()
                .filter_map(|result| result.as_ref().err())
                .all(|error| error.is_conflict("code_redemptions.code_hash"))
        );
        assert_eq!(
            rows.grant_of_code(&hash_of("code")).await.unwrap().as_ref(),
            Some(winners[0])
        );
        assert_eq!(rows.grants_of_user(user(1).id).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_conflict_leaves_nothing_of_its_batch_and_names_what_stood_against_it() {
    on_each_store(async |store| {
        let rows = make_populated(&store, 1, "a").await;
        let mut batch = rows.batch();
        batch.insert_user(&user(2));
        batch.audit(entry(1));
        batch.event(&event(1));
        batch.bump_change();
        let mut twin = user(3);
        twin.email = user(1).email;
        batch.insert_user(&twin);
        assert_eq!(conflict(rows.commit(batch).await), "users.email_key");
        assert!(rows.user(user(2).id).await.unwrap().is_none());
        assert!(
            rows.audit(None, &PageRequest::default())
                .await
                .unwrap()
                .items
                .is_empty()
        );
        assert!(
            rows.events(None, &PageRequest::default())
                .await
                .unwrap()
                .items
                .is_empty()
        );
        assert_eq!(store.everyone().change_seq().await.unwrap(), 0);

        // A precondition that fails last undoes what was written before it.
        let mut batch = rows.batch();
        batch.insert_user(&user(2));
        batch.rotate_family(grant(1).id, 9, &family());
        assert_eq!(conflict(rows.commit(batch).await), "grants.generation");
        assert!(rows.user(user(2).id).await.unwrap().is_none());

        // What hangs on a missing row is refused too.
        let mut batch = rows.batch();
        batch.insert_session(&session(77));
        assert_eq!(conflict(rows.commit(batch).await), "foreign_key");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn batches_that_wait_together_succeed_and_fail_each_by_itself() {
    on_each_store(async |store| {
        let rows = make_tenant(&store, 1, "a").await;
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..200_u128 {
            let rows = rows.clone();
            tasks.spawn(async move {
                let mut batch = rows.batch();
                // Every address is asked for twice.
                let mut made = user(number);
                made.email = user(number / 2).email;
                batch.insert_user(&made);
                batch.audit(entry(number));
                rows.commit(batch).await.is_ok()
            });
        }
        let done = tasks.join_all().await.into_iter().filter(|done| *done).count();
        assert_eq!(done, 100);
        assert_eq!(rows.counts(at(0)).await.unwrap().users, 100);
        assert_eq!(
            rows.verify_audit().await.unwrap(),
            crate::store::AuditVerdict::Intact { entries: 100 }
        );
    })
    .await;
}

#[tokio::test]
async fn what_was_acknowledged_is_in_the_files_when_the_machine_stops() {
    let (folder, store) = sqlite().await;
    store.migrate().await.unwrap();
    let rows = make_populated(&store, 1, "a").await;
    for generation in 1..8 {
        let mut batch = rows.batch();
        let next = RefreshFamily {
            generation: generation + 1,
            ..family()
        };
        batch.rotate_family(grant(1).id, generation, &next);
        batch.audit(entry(generation.into()));
        rows.commit(batch).await.unwrap();
        // What a machine finds that stopped right now: the file and its log, with no store to close them.
        let found = tempfile::TempDir::new().unwrap();
        for name in ["tidegate.db", "tidegate.db-wal"] {
            std::fs::copy(folder.path().join(name), found.path().join(name)).unwrap();
        }
        let url = format!("sqlite://{}", found.path().join("tidegate.db").display());
        let again = Store::open(&StoreOptions::new(url)).await.unwrap();
        let seen = again.tenant(rows.tenant_id());
        let family = seen
            .grant_for_refresh(grant(1).id)
            .await
            .unwrap()
            .unwrap()
            .grant
            .family;
        assert_eq!(family.unwrap().generation, generation + 1);
        let entries = i64::try_from(generation).unwrap();
        let intact = crate::store::AuditVerdict::Intact { entries };
        assert_eq!(seen.verify_audit().await.unwrap(), intact);
        again.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_broken_statement_harms_nobody_elses_batch() {
    on_each_store(async |store| {
        let rows = make_tenant(&store, 1, "a").await;
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..60_u128 {
            let rows = rows.clone();
            tasks.spawn(async move {
                let mut batch = rows.batch();
                batch.insert_user(&user(number));
                if number % 3 == 0 {
                    batch.raw("UPDATE no_such_table SET x = 1", vec![]);
                }
                (number, rows.commit(batch).await)
            });
        }
        for (number, result) in tasks.join_all().await {
            match result {
                Ok(()) => assert_ne!(number % 3, 0),
                Err(error) => assert!(matches!(error, StoreError::SchemaBehind), "{error}"),
            }
            let stored = rows.user(user(number).id).await.unwrap().is_some();
            assert_eq!(stored, number % 3 != 0);
        }
    })
    .await;
}

#[tokio::test]
async fn another_process_holding_the_lock_is_waited_for_and_then_told() {
    use sea_orm::sqlx::sqlite::SqliteConnectOptions;
    use sea_orm::sqlx::{ConnectOptions as _, Executor as _};
    let (folder, store) = sqlite().await;
    store.migrate().await.unwrap();
    let path = folder.path().join("tidegate.db");
    let rows = make_tenant(&store, 1, "a").await;
    let impatient = StoreOptions {
        wait: std::time::Duration::from_millis(700),
        ..StoreOptions::new(format!("sqlite://{}", path.display()))
    };
    let other = Store::open(&impatient).await.unwrap().tenant(rows.tenant_id());
    let mut holder = SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .unwrap();
    holder.execute("BEGIN IMMEDIATE").await.unwrap();
    let insert = |number| {
        let mut batch = other.batch();
        batch.insert_user(&user(number));
        batch
    };
    assert!(matches!(other.commit(insert(1)).await, Err(StoreError::Busy)));
    assert!(other.user(user(1).id).await.unwrap().is_none());
    holder.execute("ROLLBACK").await.unwrap();
    other.commit(insert(2)).await.unwrap();
    assert!(rows.user(user(2).id).await.unwrap().is_some());
}

#[tokio::test]
async fn versions_keep_two_writers_from_overwriting_each_other() {
    on_each_store(async |store| {
        let rows = make_populated(&store, 1, "a").await;
        let read = rows.user(user(1).id).await.unwrap().unwrap();
        for (first, expected) in [(true, None), (false, Some("users.version"))] {
            let mut batch = rows.batch();
            let mut changed = read.clone();
            changed.name = Some(format!("first: {first}"));
            batch.update_user(&changed);
            let result = rows.commit(batch).await;
            assert_eq!(
                result.err().map(|error| conflict(Err(error))).as_deref(),
                expected
            );
        }
        let now = rows.user(user(1).id).await.unwrap().unwrap();
        assert_eq!((now.version, now.name.as_deref()), (2, Some("first: true")));

        let mut tenant = rows.record().await.unwrap().unwrap();
        for expected in [None, Some("tenants.version")] {
            tenant.name = "New".into();
            let mut batch = rows.batch();
            batch.update_tenant(&tenant);
            let result = rows.commit(batch).await;
            assert_eq!(
                result.err().map(|error| conflict(Err(error))).as_deref(),
                expected
            );
        }
        for (read_version, expected) in [
            (0, None),
            (0, Some("v")),
            (1, None),
            (1, Some("v")),
            (7, Some("v")),
        ] {
            let mut batch = rows.batch();
            batch.save_user_profile(user(1).id, &[1], read_version, at(1));
            batch.save_tenant_profile("baseline", &[2], read_version, at(1));
            let name = rows.commit(batch).await.err().map(|error| conflict(Err(error)));
            assert_eq!(name.as_deref(), expected.map(|_| "user_profiles.version"));
        }
        assert_eq!(rows.user_profile(user(1).id).await.unwrap().unwrap().version, 2);
        assert_eq!(rows.tenant_profile("baseline").await.unwrap().unwrap().version, 2);
    })
    .await;
}

#[tokio::test]
async fn changes_are_told_once_by_tenant() {
    on_each_store(async |store| {
        let (a, b) = (
            make_tenant(&store, 1, "a").await,
            make_tenant(&store, 2, "b").await,
        );
        let everyone = store.everyone();
        let none = everyone.changes_since(0).await.unwrap();
        assert_eq!((none.tenants.len(), none.seq), (0, 0));
        for rows in [&a, &b, &a] {
            let mut batch = rows.batch();
            batch.bump_change();
            rows.commit(batch).await.unwrap();
        }
        let all = everyone.changes_since(0).await.unwrap();
        assert_eq!((all.tenants, all.seq), (vec![b.tenant_id(), a.tenant_id()], 3));
        assert_eq!(
            everyone.changes_since(2).await.unwrap().tenants,
            vec![a.tenant_id()]
        );
        assert!(everyone.changes_since(3).await.unwrap().tenants.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_batch_belongs_to_its_tenant_and_a_closed_store_refuses() {
    let (_folder, store) = sqlite().await;
    store.migrate().await.unwrap();
    let (a, b) = (
        make_tenant(&store, 1, "a").await,
        make_tenant(&store, 2, "b").await,
    );
    let mut batch = a.batch();
    batch.insert_user(&user(1));
    assert!(matches!(b.commit(batch).await, Err(StoreError::Corrupt(_))));
    store.close().await.unwrap();
    let mut batch = a.batch();
    batch.touch_credential(crate::base::ids::CredentialId(id(1)), Timestamp::EPOCH);
    assert!(matches!(a.commit(batch).await, Err(StoreError::Unavailable(_))));
}
