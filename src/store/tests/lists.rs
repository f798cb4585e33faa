//! Lists, pages, filters, and the jobs that look across tenants.

use super::support::*;
use crate::base::ids::{ClientId, DecisionId, Reference, UserId};
use crate::base::page::{Page, PageRequest};
use crate::domain::decision::{Decision, Ending};
use crate::store::{DecisionFilter, Store, TenantStore};

/// Follows pages of two to the end.
async fn follow<T>(list: impl AsyncFn(PageRequest) -> Page<T>) -> Vec<T> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = list(PageRequest::new(after, 2)).await;
        assert!(page.items.len() <= 2);
        all.extend(page.items);
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

#[tokio::test]
async fn users_are_found_by_parts_of_what_they_are_called() {
    on_each_store(async |store| {
        let rows = make_tenant(&store, 1, "a").await;
        let mut batch = rows.batch();
        for number in [3, 1, 2, 5, 4] {
            batch.insert_user(&user(number));
        }
        rows.commit(batch).await.unwrap();
        let all = follow(async |page| rows.users(None, &page).await.unwrap()).await;
        let order: Vec<&str> = all.iter().map(|user| user.email.key()).collect();
        assert_eq!(order[0], "user1@example.test");
        assert!(order.is_sorted() && order.len() == 5);
        for (typed, expected) in [
            ("USER3", 1),
            ("ser3@exam", 1),
            ("name4", 1),
            ("üSER", 5),
            ("0% 2", 1),
            ("100_", 0),
            ("%", 5),
            ("\\", 0),
            (" ", 5),
            ("nobody", 0),
        ] {
            let found = follow(async |page| rows.users(Some(typed), &page).await.unwrap()).await;
            assert_eq!(found.len(), expected, "{typed}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_mail_address_goes_before_a_username_of_the_same_text() {
    on_each_store(async |store| {
        let rows = make_tenant(&store, 1, "a").await;
        let mut namesake = user(1);
        namesake.username = Some("User2@example.test".into());
        let mut batch = rows.batch();
        batch.insert_user(&namesake);
        batch.insert_user(&user(2));
        rows.commit(batch).await.unwrap();
        let found = rows
            .user_by_identifier(" USER2@EXAMPLE.TEST")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.id, user(2).id);
        let found = rows.user_by_identifier("Name2").await.unwrap().unwrap();
        assert_eq!(found.id, user(2).id);
        assert!(rows.user_by_identifier("").await.unwrap().is_none());
    })
    .await;
}

async fn ids(rows: &TenantStore, filter: DecisionFilter) -> Vec<u128> {
    let found = follow(async |page| rows.decisions(&filter, &page).await.unwrap()).await;
    found.iter().map(|decision| decision.id.0.as_u128()).collect()
}

/// A tenant with decisions 1 to 5, alike, and an odd one, 6.
async fn with_decisions(store: &Store) -> (TenantStore, Decision) {
    let rows = make_tenant(store, 1, "a").await;
    let mut batch = rows.batch();
    // Three of them at the same time.
    for (number, when) in [(1, 10), (2, 20), (3, 20), (4, 20), (5, 30)] {
        batch.insert_decision(&decision(number, when));
    }
    let mut odd = decision(6, 40);
    odd.subject = Some(UserId(id(9)));
    odd.client = ClientId::parse("other");
    odd.ip = Some("2001:db8::1".into());
    odd.score = 80.0;
    odd.enforced = "deny".into();
    batch.insert_decision(&odd);
    rows.commit(batch).await.unwrap();
    (rows, odd)
}

#[tokio::test]
async fn decisions_are_filtered_and_come_newest_first() {
    on_each_store(async |store| {
        let (rows, odd) = with_decisions(&store).await;
        let all = DecisionFilter::default;
        assert_eq!(ids(&rows, all()).await, [6, 5, 4, 3, 2, 1]);
        let filter = all();
        let oldest = follow(async |page| rows.decisions_in_order(&filter, &page).await.unwrap()).await;
        let order: Vec<u128> = oldest.iter().map(|decision| decision.id.0.as_u128()).collect();
        assert_eq!(order, [1, 2, 3, 4, 5, 6]);

        let only_odd = [
            DecisionFilter {
                outcome: Some("deny".into()),
                ..all()
            },
            DecisionFilter {
                user: odd.subject,
                ..all()
            },
            DecisionFilter {
                client: odd.client.clone(),
                ..all()
            },
            DecisionFilter {
                ip_prefix: Some("2001:db8:".into()),
                ..all()
            },
            DecisionFilter {
                reference: Some(odd.reference.clone()),
                ..all()
            },
            DecisionFilter {
                min_score: Some(80.0),
                ..all()
            },
            DecisionFilter {
                since: Some(at(40)),
                ..all()
            },
        ];
        for filter in only_odd {
            let shown = format!("{filter:?}");
            assert_eq!(ids(&rows, filter).await, [6], "{shown}");
        }
        let filter = DecisionFilter {
            ip_prefix: Some("203.0.113.".into()),
            until: Some(at(20)),
            ..all()
        };
        assert_eq!(ids(&rows, filter).await, [1]);
        let filter = DecisionFilter {
            reference: Some(Reference::of(id(99))),
            ..all()
        };
        assert!(ids(&rows, filter).await.is_empty());
        let filter = DecisionFilter {
            action: Some("refresh".into()),
            ..all()
        };
        assert!(ids(&rows, filter).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_first_ending_of_a_decision_stays() {
    on_each_store(async |store| {
        let rows = make_tenant(&store, 1, "a").await;
        let mut batch = rows.batch();
        batch.insert_decision(&decision(1, 10));
        batch.end_decision(DecisionId(id(1)), Ending::Passed, Some("totp"), at(11));
        batch.end_decision(DecisionId(id(1)), Ending::Abandoned, None, at(12));
        batch.link_decision(DecisionId(id(1)), Some(session(1).id), None);
        rows.commit(batch).await.unwrap();
        let found = rows.decision(DecisionId(id(1))).await.unwrap().unwrap();
        assert_eq!(found.ended, Some(Ending::Passed));
        assert_eq!(
            (found.asked.as_deref(), found.ended_at),
            (Some("totp"), Some(at(11)))
        );
        assert_eq!((found.session, found.device), (Some(session(1).id), None));
    })
    .await;
}

#[tokio::test]
async fn addresses_are_cut_after_a_while() {
    on_each_store(async |store| {
        let rows = make_populated(&store, 1, "a").await;
        let mut batch = rows.batch();
        batch.insert_decision(&decision(1, 10));
        batch.insert_decision(&decision(2, 50));
        rows.commit(batch).await.unwrap();
        assert_eq!(rows.whole_addresses(at(20), 10).await.unwrap(), ["203.0.113.7"]);
        let mut batch = rows.batch();
        batch.cut_address("203.0.113.7", "203.0.113.0/24", at(20));
        rows.commit(batch).await.unwrap();
        assert!(rows.whole_addresses(at(20), 10).await.unwrap().is_empty());
        let ip = async |number| {
            rows.decision(DecisionId(id(number)))
                .await
                .unwrap()
                .unwrap()
                .ip
                .unwrap()
        };
        assert_eq!(
            (ip(1).await, ip(2).await),
            ("203.0.113.0/24".into(), "203.0.113.7".into())
        );
        let session = rows.session(session(1).id).await.unwrap().unwrap();
        assert_eq!(session.ip.as_deref(), Some("203.0.113.0/24"));
    })
    .await;
}

#[tokio::test]
async fn tenants_are_listed_and_found_and_names_are_unique() {
    on_each_store(async |store| {
        let everyone = store.everyone();
        for (number, slug) in [(1, "b"), (2, "a"), (3, "c")] {
            make_tenant(&store, number, slug).await;
        }
        let mut hosted = tenant(4, "d");
        hosted.host = Some("login.example.test".into());
        store
            .tenant(hosted.id)
            .commit(everyone.new_tenant(&hosted))
            .await
            .unwrap();
        let slugs: Vec<String> = follow(async |page| everyone.tenants(&page).await.unwrap())
            .await
            .iter()
            .map(|tenant| tenant.slug.to_string())
            .collect();
        assert_eq!(slugs, ["a", "b", "c", "d"]);
        assert_eq!(everyone.all_tenants().await.unwrap().len(), 4);
        assert_eq!(everyone.tenant_by_slug("a").await.unwrap().unwrap().id.0, id(2));
        let found = everyone
            .tenant_by_host("login.example.test")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.id, hosted.id);
        assert_eq!(found.settings, hosted.settings);
        assert!(everyone.tenant_by_slug("nobody").await.unwrap().is_none());
        let twin = tenant(9, "a");
        let error = store
            .tenant(twin.id)
            .commit(everyone.new_tenant(&twin))
            .await
            .unwrap_err();
        assert!(error.is_conflict("tenants.slug"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn what_expired_is_removed_and_the_rest_stays() {
    on_each_store(async |store| {
        let rows = make_populated(&store, 1, "a").await;
        let everyone = store.everyone();
        let mut batch = rows.batch();
        batch.redeem_code(&hash_of("code"), grant(1).id, at(5));
        batch.revoke_token(&hash_of("jti"), at(50));
        batch.insert_decision(&decision(1, 5));
        batch.event(&event(1));
        rows.commit(batch).await.unwrap();
        // Nothing is old enough.
        assert_eq!(everyone.expire(at(5)).await.unwrap(), 0);
        assert!(rows.is_token_revoked(&hash_of("jti")).await.unwrap());
        // An event that wasn't delivered stays; all else is old.
        everyone.expire(at(100_000)).await.unwrap();
        assert!(!rows.is_token_revoked(&hash_of("jti")).await.unwrap());
        assert!(rows.grant_status(grant(1).id).await.unwrap().is_none());
        assert!(rows.session(session(1).id).await.unwrap().is_none());
        assert!(rows.grant_of_code(&hash_of("code")).await.unwrap().is_none());
        assert!(rows.user(user(1).id).await.unwrap().is_some());
        let pending = everyone.pending_events(at(100), 10).await.unwrap();
        assert_eq!(pending.len(), 1);
        assert_eq!(
            (pending[0].tenant, &pending[0].event),
            (rows.tenant_id(), &event(1))
        );
        everyone
            .mark_delivered(&[(rows.tenant_id(), event(1).id)], at(6))
            .await
            .unwrap();
        assert!(everyone.pending_events(at(100), 10).await.unwrap().is_empty());
        everyone.expire(at(100_000)).await.unwrap();
        assert!(
            rows.events(None, &PageRequest::default())
                .await
                .unwrap()
                .items
                .is_empty()
        );
        assert_eq!(everyone.expire_history(rows.tenant_id(), at(6)).await.unwrap(), 1);
        assert!(rows.decision(DecisionId(id(1))).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn an_event_that_failed_waits_for_its_next_time() {
    on_each_store(async |store| {
        let rows = make_tenant(&store, 1, "a").await;
        let everyone = store.everyone();
        let mut batch = rows.batch();
        batch.event(&event(1));
        rows.commit(batch).await.unwrap();
        assert!(everyone.pending_events(at(4), 10).await.unwrap().is_empty());
        everyone
            .retry_event(rows.tenant_id(), event(1).id, at(60))
            .await
            .unwrap();
        assert!(everyone.pending_events(at(59), 10).await.unwrap().is_empty());
        assert_eq!(everyone.pending_events(at(60), 10).await.unwrap()[0].attempts, 1);
    })
    .await;
}

#[tokio::test]
async fn marks_of_the_database() {
    on_each_store(async |store| {
        let everyone = store.everyone();
        assert!(!everyone.is_dev().await.unwrap());
        everyone.mark_dev().await.unwrap();
        everyone.mark_dev().await.unwrap();
        assert!(everyone.is_dev().await.unwrap());
        everyone.set_meta("x", "1").await.unwrap();
        everyone.set_meta("x", "2").await.unwrap();
        assert_eq!(everyone.meta("x").await.unwrap().as_deref(), Some("2"));
    })
    .await;
}
