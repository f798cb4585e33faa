//! The schema and its version.

use sea_orm::EntityTrait;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{self, ConnectOptions as _, Executor as _};

use super::support::*;
use crate::store::entity::*;
use crate::store::{Store, StoreError, StoreOptions};

#[tokio::test]
async fn migrations_make_every_column_of_every_entity() {
    on_each_store(async |store| {
        make_populated(&store, 1, "a").await;
        macro_rules! select_all {
            ($($table:ident)*) => {$(
                $table::Entity::find().all(store.db()).await.expect(stringify!($table));
            )*};
        }
        select_all! {
            access_passes access_tokens admin_links audit audit_head browsers changes client_logos clients code_redemptions consents credentials
            decisions devices grants identity_evidence initial_access_tokens labels logout_deliveries mails meta notices outbox policy_versions recoveries resources
            risk_models roles sessions signing_keys tenant_profiles tenants user_profiles users
        }
    })
    .await;
}

#[tokio::test]
async fn the_status_is_read_without_writing_and_tells_older_and_newer() {
    let (folder, store) = sqlite().await;
    let before = store.migration_status().await.unwrap();
    assert!(before.applied.is_empty() && before.pending.len() >= 9);
    assert!(matches!(before.check(), Err(StoreError::SchemaBehind)));
    assert_eq!(store.migration_status().await.unwrap(), before);
    assert!(matches!(
        store.everyone().is_empty().await,
        Err(StoreError::SchemaBehind)
    ));

    let after = store.migrate().await.unwrap();
    after.check().unwrap();
    assert_eq!(after.applied, before.pending);
    assert_eq!(store.migrate().await.unwrap(), after);
    assert!(store.everyone().is_empty().await.unwrap());

    let file = SqliteConnectOptions::new().filename(folder.path().join("tidegate.db"));
    let mut connection = file.connect().await.unwrap();
    connection
        .execute(sqlx::raw_sql(
            "INSERT INTO schema_version VALUES ('m9999_future', 0)",
        ))
        .await
        .unwrap();
    let ahead = store.migration_status().await.unwrap();
    assert!(matches!(ahead.check(), Err(StoreError::SchemaAhead(name)) if name == "m9999_future"));
    assert!(matches!(store.migrate().await, Err(StoreError::SchemaAhead(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_may_migrate_one_postgres_at_once() {
    let Some(server) = postgres_url() else { return };
    let name = fresh_name();
    run_on(&server, &format!("CREATE DATABASE {name}")).await;
    let (one, two) = (open_on(&server, &name).await, open_on(&server, &name).await);
    let (first, second) = tokio::join!(one.migrate(), two.migrate());
    first.unwrap().check().unwrap();
    second.unwrap().check().unwrap();
    one.close().await.unwrap();
    two.close().await.unwrap();
    run_on(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

#[tokio::test]
async fn sqlite_is_durable_strict_and_checks_references() {
    let (_folder, store) = sqlite().await;
    store.migrate().await.unwrap();
    let pragma = async |sql: &str| store.row(sql, vec![]).await.unwrap().unwrap();
    assert_eq!(
        pragma("PRAGMA journal_mode")
            .await
            .try_get_by_index::<String>(0)
            .unwrap(),
        "wal"
    );
    assert_eq!(
        pragma("PRAGMA synchronous")
            .await
            .try_get_by_index::<i32>(0)
            .unwrap(),
        2
    );
    assert_eq!(
        pragma("PRAGMA foreign_keys")
            .await
            .try_get_by_index::<i32>(0)
            .unwrap(),
        1
    );
    let loose = "SELECT COUNT(*) FROM pragma_table_list \
                 WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%' \
                 AND name <> 'schema_version'";
    assert_eq!(pragma(loose).await.try_get_by_index::<i64>(0).unwrap(), 0);
    // Readers can't write, whatever they are asked.
    let refused = store.rows("DELETE FROM tenants", vec![]).await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn keys_of_tenants_tables_begin_with_the_tenant() {
    let (_folder, store) = sqlite().await;
    store.migrate().await.unwrap();
    let sql = "SELECT t.name AS tbl, i.name AS idx, c.name AS col FROM pragma_table_list t \
               JOIN pragma_index_list(t.name) i JOIN pragma_index_info(i.name) c \
               WHERE t.schema = 'main' AND c.seqno = 0";
    for row in store.rows(sql, vec![]).await.unwrap() {
        let table: String = row.try_get("", "tbl").unwrap();
        let index: String = row.try_get("", "idx").unwrap();
        let column: String = row.try_get("", "col").unwrap();
        let shared = ["tenants", "browsers", "meta", "schema_version"].contains(&table.as_str());
        assert!(
            shared
                || ["outbox_pending", "logout_deliveries_pending"].contains(&index.as_str())
                || column == "tenant_id",
            "{table}.{index}"
        );
    }
}

#[tokio::test]
async fn a_second_server_on_one_sqlite_file_is_refused() {
    let (folder, store) = sqlite().await;
    let url = format!("sqlite://{}", folder.path().join("tidegate.db").display());
    let again = Store::open(&StoreOptions::new(url)).await.unwrap();
    let lock = store.lock_for_server().unwrap();
    assert!(matches!(again.lock_for_server(), Err(StoreError::ServerRunning)));
    drop(lock);
    again.lock_for_server().unwrap();
}

#[tokio::test]
async fn other_addresses_are_refused_in_words() {
    for url in ["mysql://x/y", "tidegate.db", ""] {
        let error = Store::open(&StoreOptions::new(url)).await.unwrap_err();
        assert!(matches!(error, StoreError::BadUrl(_)), "{url}");
    }
    let nowhere = Store::open(&StoreOptions::new("postgres://127.0.0.1:1/none")).await;
    assert!(matches!(
        nowhere.unwrap_err(),
        StoreError::Unavailable(_) | StoreError::Busy
    ));
}

#[tokio::test]
async fn a_backup_of_a_running_store_is_a_whole_database() {
    let (folder, store) = sqlite().await;
    store.migrate().await.unwrap();
    let rows = make_populated(&store, 1, "a").await;
    let file = folder.path().join("copy.db");
    store.backup_to(&file).await.unwrap();
    let mut batch = rows.batch();
    batch.insert_user(&user(2));
    rows.commit(batch).await.unwrap();
    let copy = Store::open(&StoreOptions::new(format!("sqlite://{}", file.display())))
        .await
        .unwrap();
    copy.migration_status().await.unwrap().check().unwrap();
    let found = copy.tenant(rows.tenant_id());
    assert!(found.user(user(1).id).await.unwrap().is_some());
    assert!(found.user(user(2).id).await.unwrap().is_none());
    // A file that exists is not overwritten.
    assert!(store.backup_to(&file).await.is_err());
}
