//! Records come back as they were stored, and one-time things work once.

use super::support::*;
use crate::base::ids::{BrowserId, KeyId, MailId, PolicyId};
use crate::base::page::PageRequest;
use crate::domain::client::ClientSecret;
use crate::domain::key::{KeyStatus, SigningAlg, SigningKey};
use crate::domain::policy_version::{PolicyMode, PolicyVersion};
use crate::domain::sealed::Sealed;
use crate::domain::user::Role;
use crate::store::*;

/// Records without `PartialEq` are compared as they print.
pub(super) fn same<T: std::fmt::Debug>(a: &T, b: &T) {
    assert_eq!(format!("{a:?}"), format!("{b:?}"));
}

#[tokio::test]
async fn what_is_stored_is_read_back() {
    on_each_store(async |store| {
        let rows = make_populated(&store, 1, "a").await;
        same(&rows.record().await.unwrap().unwrap(), &tenant(1, "a"));
        same(&rows.user(user(1).id).await.unwrap().unwrap(), &user(1));
        same(
            &rows.client(&client("app").id).await.unwrap().unwrap(),
            &client("app"),
        );
        same(&rows.device(device(1).id).await.unwrap().unwrap(), &device(1));
        let found = rows.session_by_secret(&session(1).secret).await.unwrap().unwrap();
        same(&found.session, &session(1));
        same(&found.user, &user(1));
        let found = rows.grant_for_refresh(grant(1).id).await.unwrap().unwrap();
        same(&found.grant, &grant(1));
        same(&found.user, &user(1));
        let status = rows.grant_status(grant(1).id).await.unwrap().unwrap();
        assert_eq!(
            (status.user, status.offline, status.revoked),
            (user(1).id, false, None)
        );
        let mut batch = rows.batch();
        batch.insert_decision(&decision(1, 5));
        rows.commit(batch).await.unwrap();
        let stored = rows.decision(decision(1, 5).id).await.unwrap().unwrap();
        assert_eq!(stored, decision(1, 5));
    })
    .await;
}

#[tokio::test]
async fn changed_records_are_read_back_changed() {
    on_each_store(async |store| {
        let rows = make_populated(&store, 1, "a").await;
        let mut app = client("app");
        app.secrets.push(ClientSecret {
            hash: "h".into(),
            sealed: None,
            created_at: at(1),
            expires_at: Some(at(2)),
        });
        app.settings.development = true;
        let mut browser = device(1);
        browser.sign_ins = 4;
        browser.remembered_until = None;
        browser.revoked_at = Some(at(7));
        let mut person = user(1);
        person.username = None;
        person.locale = None;
        let mut proofs = session(1).proofs;
        proofs.push(crate::domain::assurance::Proof::by(
            crate::domain::assurance::Method::Totp,
            at(9),
        ));
        let mut batch = rows.batch();
        batch.update_client(&app);
        batch.update_device(&browser);
        batch.update_user(&person);
        batch.save_proofs(session(1).id, &proofs);
        batch.touch_session(session(1).id, at(20), at(1_020));
        batch.replace_session_secret(session(1).id, &hash_of("new"));
        rows.commit(batch).await.unwrap();
        app.version = 2;
        person.version = 2;
        same(&rows.client(&app.id).await.unwrap().unwrap(), &app);
        same(&rows.device(browser.id).await.unwrap().unwrap(), &browser);
        same(&rows.user(person.id).await.unwrap().unwrap(), &person);
        let found = rows.session(session(1).id).await.unwrap().unwrap();
        assert_eq!(found.proofs, proofs);
        assert_eq!((found.last_seen_at, found.idle_expires_at), (at(20), at(1_020)));
        assert!(
            rows.session_by_secret(&session(1).secret)
                .await
                .unwrap()
                .is_none()
        );
        assert!(rows.session_by_secret(&hash_of("new")).await.unwrap().is_some());
        let mut batch = rows.batch();
        batch.delete_client(&app.id);
        rows.commit(batch).await.unwrap();
        assert!(rows.client(&app.id).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn keys_go_from_next_to_active_to_retired_to_gone() {
    on_each_store(async |store| {
        let rows = make_tenant(&store, 1, "a").await;
        let key = SigningKey {
            id: KeyId(id(1)),
            kid: "kid".into(),
            alg: SigningAlg::EdDSA,
            status: KeyStatus::Next,
            private: Sealed::from_stored(vec![7]),
            public_jwk: "{}".into(),
            created_at: at(1),
            activates_at: at(2),
            retired_at: None,
        };
        let mut batch = rows.batch();
        batch.insert_signing_key(&key);
        rows.commit(batch).await.unwrap();
        same(&rows.signing_keys().await.unwrap()[0], &key);
        let mut batch = rows.batch();
        batch.delete_signing_key(key.id);
        assert!(rows.commit(batch).await.is_err());
        for works in [true, false] {
            let mut batch = rows.batch();
            batch.activate_signing_key(key.id, at(3));
            assert_eq!(rows.commit(batch).await.is_ok(), works);
        }
        let mut batch = rows.batch();
        batch.reseal_signing_key(key.id, &Sealed::from_stored(vec![8]));
        batch.retire_signing_key(key.id, at(4));
        rows.commit(batch).await.unwrap();
        let found = rows.signing_keys().await.unwrap().remove(0);
        assert_eq!(
            (found.status, found.retired_at),
            (KeyStatus::Retired, Some(at(4)))
        );
        assert_eq!(found.private.as_bytes(), [8]);
        let mut batch = rows.batch();
        batch.delete_signing_key(key.id);
        rows.commit(batch).await.unwrap();
        assert!(rows.signing_keys().await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn one_number_is_published_once_and_the_mode_changes() {
    on_each_store(async |store| {
        let rows = make_tenant(&store, 1, "a").await;
        let version = |number: i64, mode| PolicyVersion {
            id: PolicyId(id(u128::try_from(number).unwrap() + 100)),
            number,
            document: "schema = 1".into(),
            mode,
            note: "n".into(),
            created_at: at(number),
        };
        let mut batch = rows.batch();
        batch.insert_policy(&version(1, PolicyMode::Enforce));
        batch.retire_policies(PolicyMode::Enforce);
        batch.insert_policy(&version(2, PolicyMode::Enforce));
        batch.insert_policy(&version(3, PolicyMode::Observe));
        rows.commit(batch).await.unwrap();
        let live: Vec<i64> = rows
            .live_policies()
            .await
            .unwrap()
            .iter()
            .map(|v| v.number)
            .collect();
        assert_eq!(live, [3, 2]);
        assert_eq!(rows.latest_policy_number().await.unwrap(), 3);
        let mut batch = rows.batch();
        let mut twin = version(3, PolicyMode::Enforce);
        twin.id = PolicyId(id(7));
        batch.insert_policy(&twin);
        assert!(
            rows.commit(batch)
                .await
                .unwrap_err()
                .is_conflict("policy_versions.number")
        );
        let mut batch = rows.batch();
        batch.set_policy_mode(version(1, PolicyMode::Retired).id, PolicyMode::Observe);
        rows.commit(batch).await.unwrap();
        let page = rows.policies(&PageRequest::new(None, 2)).await.unwrap();
        assert_eq!(page.items.len(), 2);
        let rest = rows.policies(&PageRequest::new(page.next, 2)).await.unwrap();
        assert_eq!(
            (rest.items[0].number, rest.items[0].mode),
            (1, PolicyMode::Observe)
        );
    })
    .await;
}

#[tokio::test]
async fn links_and_questions_work_once_and_in_time() {
    on_each_store(async |store| {
        let rows = make_populated(&store, 1, "a").await;
        let link = AdminLink {
            hash: hash_of("link"),
            email: "a@b.test".into(),
            role: Role::Admin,
            created_at: at(1),
            expires_at: at(100),
            used_at: None,
        };
        let notice = Notice {
            hash: hash_of("notice"),
            user: user(1).id,
            decision: None,
            session: Some(session(1).id),
            device: None,
            former_email: None,
            created_at: at(1),
            expires_at: at(100),
            answer: None,
        };
        let mut batch = rows.batch();
        batch.insert_admin_link(&link);
        batch.insert_notice(&notice);
        rows.commit(batch).await.unwrap();
        for (now, works) in [(100, false), (99, true), (99, false)] {
            let mut batch = rows.batch();
            batch.use_admin_link(&link.hash, at(now));
            batch.grant_role(user(1).id, Role::Admin, at(now));
            assert_eq!(rows.commit(batch).await.is_ok(), works);
            let mut batch = rows.batch();
            batch.answer_notice(&notice.hash, NoticeAnswer::NotMine, at(now));
            assert_eq!(rows.commit(batch).await.is_ok(), works);
        }
        assert_eq!(
            rows.admin_link(&link.hash).await.unwrap().unwrap().used_at,
            Some(at(99))
        );
        let answered = rows.notice(&notice.hash).await.unwrap().unwrap();
        assert_eq!(answered.answer, Some((NoticeAnswer::NotMine, at(99))));
        assert_eq!(rows.roles_of(user(1).id).await.unwrap(), [Role::Admin]);
    })
    .await;
}

#[tokio::test]
async fn an_access_token_falls_with_its_grant() {
    on_each_store(async |store| {
        let rows = make_populated(&store, 1, "a").await;
        let token = |text: &str, grant| AccessToken {
            hash: hash_of(text),
            grant,
            client: client("app").id,
            created_at: at(1),
            expires_at: at(600),
            claims: serde_json::json!({"sub": "x"}),
        };
        let (users, services) = (token("u", Some(grant(1).id)), token("s", None));
        let mut batch = rows.batch();
        batch.insert_access_token(&users);
        batch.insert_access_token(&services);
        rows.commit(batch).await.unwrap();
        assert_eq!(
            rows.access_token(&users.hash).await.unwrap().as_ref(),
            Some(&users)
        );
        assert_eq!(
            rows.access_token(&services.hash).await.unwrap(),
            Some(services.clone())
        );
        let mut batch = rows.batch();
        batch.revoke_grant(
            grant(1).id,
            crate::domain::grant::Revocation {
                at: at(5),
                reason: crate::domain::grant::RevocationReason::Client,
            },
        );
        batch.delete_access_token(&services.hash);
        rows.commit(batch).await.unwrap();
        assert!(rows.access_token(&users.hash).await.unwrap().is_none());
        assert!(rows.access_token(&services.hash).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_replaced_browser_value_is_known_as_retired() {
    on_each_store(async |store| {
        let rows = make_tenant(&store, 1, "a").await;
        let browser = BrowserId(id(1));
        let mut batch = rows.batch();
        batch.replace_browser(browser, None, &hash_of("first"), at(1));
        batch.replace_browser(browser, Some(&hash_of("first")), &hash_of("second"), at(10));
        // A second tab replaces the same value: both new ones are good, the first time of retiring stays.
        batch.replace_browser(browser, Some(&hash_of("first")), &hash_of("third"), at(11));
        rows.commit(batch).await.unwrap();
        let everyone = store.everyone();
        let first = everyone.browser(&hash_of("first")).await.unwrap().unwrap();
        assert_eq!((first.id, first.retired_at), (browser, Some(at(10))));
        for value in ["second", "third"] {
            let found = everyone.browser(&hash_of(value)).await.unwrap().unwrap();
            assert_eq!((found.id, found.retired_at), (browser, None));
        }
        everyone.forget_browser(&hash_of("second")).await.unwrap();
        assert!(everyone.browser(&hash_of("first")).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn the_delivery_log_counts_tries() {
    on_each_store(async |store| {
        let rows = make_tenant(&store, 1, "a").await;
        let mail = MailRecord {
            id: MailId(id(1)),
            user: None,
            recipient: "a@b.test".into(),
            template: "code".into(),
            status: MailStatus::Queued,
            attempts: 0,
            detail: None,
            created_at: at(1),
            updated_at: at(1),
        };
        let mut batch = rows.batch();
        batch.insert_mail(&mail);
        batch.note_mail(mail.id, MailStatus::Queued, Some("451 later"), at(2));
        batch.note_mail(mail.id, MailStatus::Sent, None, at(3));
        rows.commit(batch).await.unwrap();
        let found = rows
            .mails(None, &PageRequest::default())
            .await
            .unwrap()
            .items
            .remove(0);
        let expected = MailRecord {
            status: MailStatus::Sent,
            attempts: 2,
            updated_at: at(3),
            ..mail
        };
        assert_eq!(found, expected);
    })
    .await;
}
