//! A tenant never sees another's rows.

use serde_json::json;

use super::support::*;
use crate::base::ids::{ClientId, CredentialId, DecisionId, EventId, KeyId, MailId, PolicyId, RecoveryId};
use crate::base::page::PageRequest;
use crate::domain::credential::{Credential, CredentialSecret, PasskeyRecord};
use crate::domain::key::{KeyStatus, SigningAlg, SigningKey};
use crate::domain::policy_version::{PolicyMode, PolicyVersion};
use crate::domain::recovery::Recovery;
use crate::domain::sealed::Sealed;
use crate::domain::user::Role;
use crate::store::*;

/// Makes tenant 1 with a row in every table, all with number 1, and an empty tenant 2.
async fn full_and_empty(store: &Store) -> (TenantStore, TenantStore) {
    let rows = make_populated(store, 1, "full").await;
    let mut batch = rows.batch();
    batch.insert_credential(&passkey());
    batch.insert_signing_key(&key());
    batch.insert_policy(&policy());
    batch.insert_decision(&decision(1, 5));
    batch.insert_label(&label());
    batch.insert_notice(&notice());
    batch.insert_recovery(&recovery());
    batch.insert_access_token(&access_token());
    batch.revoke_token(&hash_of("jti"), at(500));
    batch.redeem_code(&hash_of("code"), grant(1).id, at(5));
    batch.save_consent(&Consent {
        user: user(1).id,
        client: client("app").id,
        scope: "openid".into(),
        granted_at: at(5),
    });
    batch.save_user_profile(user(1).id, b"u", 0, at(5));
    batch.save_tenant_profile("baseline", b"t", 0, at(5));
    batch.grant_role(user(1).id, Role::Owner, at(5));
    batch.insert_admin_link(&AdminLink {
        hash: hash_of("link"),
        email: "a@b.test".into(),
        role: Role::Admin,
        created_at: at(5),
        expires_at: at(500),
        used_at: None,
    });
    batch.insert_mail(&MailRecord {
        id: MailId(id(1)),
        user: Some(user(1).id),
        recipient: "a@b.test".into(),
        template: "code".into(),
        status: MailStatus::Queued,
        attempts: 0,
        detail: None,
        created_at: at(5),
        updated_at: at(5),
    });
    batch.set_registration_token(&client("app").id, &hash_of("registration"));
    batch.event(&event(1));
    batch.audit(entry(1));
    rows.commit(batch).await.unwrap();
    let empty = make_tenant(store, 2, "empty").await;
    (rows, empty)
}

fn label() -> LabelRecord {
    LabelRecord {
        id: EventId(id(1)),
        decision: DecisionId(id(1)),
        at: at(6),
        label: json!({"fraud": false}),
    }
}

fn recovery() -> Recovery {
    Recovery {
        id: RecoveryId(id(1)),
        user: user(1).id,
        asked_at: at(5),
        opens_at: at(50),
        closes_at: at(500),
        ended: None,
    }
}

fn notice() -> Notice {
    Notice {
        hash: hash_of("notice"),
        user: user(1).id,
        decision: Some(DecisionId(id(1))),
        session: None,
        device: None,
        former_email: None,
        created_at: at(5),
        expires_at: at(500),
        answer: None,
    }
}

fn access_token() -> AccessToken {
    AccessToken {
        hash: hash_of("access"),
        grant: Some(grant(1).id),
        client: client("app").id,
        created_at: at(5),
        expires_at: at(500),
        claims: json!({"scope": "openid"}),
    }
}

fn passkey() -> Credential {
    Credential {
        id: CredentialId(id(1)),
        user: user(1).id,
        secret: CredentialSecret::Passkey(PasskeyRecord {
            credential_id: "cred".into(),
            library_json: "{}".into(),
            aaguid: None,
            backup_eligible: true,
            discoverable: true,
            attested: false,
        }),
        name: Some("Phone".into()),
        created_at: at(5),
        last_used_at: None,
        version: 1,
    }
}

fn key() -> SigningKey {
    SigningKey {
        id: KeyId(id(1)),
        kid: "kid".into(),
        alg: SigningAlg::ES256,
        status: KeyStatus::Next,
        private: Sealed::from_stored(vec![1]),
        public_jwk: "{}".into(),
        created_at: at(1),
        activates_at: at(2),
        retired_at: None,
    }
}

fn policy() -> PolicyVersion {
    PolicyVersion {
        id: PolicyId(id(1)),
        number: 1,
        document: "schema = 1".into(),
        mode: PolicyMode::Enforce,
        note: "first".into(),
        created_at: at(1),
    }
}

/// How many rows each read of a tenant finds, by its name.
async fn every_read(rows: &TenantStore) -> Vec<(&'static str, usize)> {
    let (user_id, client_id) = (user(1).id, ClientId::parse("app").unwrap());
    let page = PageRequest::default();
    let all = DecisionFilter::default();
    macro_rules! options {
        ($($name:ident($($argument:expr),*))*) => {
            vec![$((stringify!($name), usize::from(rows.$name($($argument),*).await.unwrap().is_some()))),*]
        };
    }
    macro_rules! lists {
        ($($name:ident($($argument:expr),*))*) => {
            vec![$((stringify!($name), rows.$name($($argument),*).await.unwrap().len())),*]
        };
    }
    macro_rules! pages {
        ($($name:ident($($argument:expr),*))*) => {
            vec![$((stringify!($name), rows.$name($($argument),*).await.unwrap().items.len())),*]
        };
    }
    let mut found = options! {
        user(user_id) user_by_identifier("name1") user_by_email("user1@example.test") user_by_sub("sub-1")
        credential(passkey().id) passkey("cred") client(&client_id) registration_token(&client_id)
        consent(user_id, &client_id) session(session(1).id) session_by_secret(&session(1).secret)
        session_by_sid("sid-1") device(device(1).id) device_of_browser(user_id, &[9; 32])
        grant_for_refresh(grant(1).id) grant_status(grant(1).id) grant_of_code(&hash_of("code"))
        access_token(&hash_of("access")) policy(policy().id) policy_by_number(1) decision(decision(1, 5).id)
        notice(&hash_of("notice")) latest_recovery(user_id) user_profile(user_id) tenant_profile("baseline") admin_link(&hash_of("link"))
    };
    found.extend(lists! {
        users_by_id(&[user_id]) credentials_of(user_id) all_clients() consents_of(user_id)
        sessions_of(user_id, None) devices_of(user_id) devices_on_browser(&[9; 32]) grants_of_user(user_id)
        grants_of_session(session(1).id) signing_keys() live_policies() labels_of(&[DecisionId(id(1))])
        notices_of(user_id) roles_of(user_id) role_holders() whole_addresses(at(10), 10)
    });
    found.extend(pages! {
        users(None, &page) users(Some("user1"), &page) clients(None, &page) policies(&page) decisions(&all, &page)
        decisions_in_order(&all, &page) audit(None, &page) events(None, &page) events(Some(user_id), &page)
        mails(None, &page)
    });
    let revoked = rows.is_token_revoked(&hash_of("jti")).await.unwrap();
    found.push(("is_token_revoked", usize::from(revoked)));
    let number = rows.latest_policy_number().await.unwrap();
    found.push(("latest_policy_number", usize::try_from(number).unwrap()));
    let counts = rows.counts(at(10)).await.unwrap();
    for count in [counts.users, counts.clients, counts.sessions, counts.decisions] {
        found.push(("counts", usize::try_from(count).unwrap()));
    }
    found
}

#[tokio::test]
async fn no_read_shows_rows_of_another_tenant() {
    on_each_store(async |store| {
        let (full, empty) = full_and_empty(&store).await;
        for (read, found) in every_read(&full).await {
            assert_eq!(found, 1, "{read} finds its own row");
        }
        for (read, found) in every_read(&empty).await {
            assert_eq!(found, 0, "{read} finds a row of another tenant");
        }
    })
    .await;
}

#[tokio::test]
async fn no_write_touches_rows_of_another_tenant() {
    on_each_store(async |store| {
        let (full, empty) = full_and_empty(&store).await;
        let revocation = crate::domain::grant::Revocation {
            at: at(9),
            reason: crate::domain::grant::RevocationReason::Admin,
        };
        let end = crate::domain::session::SessionEnd {
            at: at(9),
            reason: crate::domain::session::EndReason::Admin,
        };
        let client_id = client("app").id;
        let mut batch = empty.batch();
        batch.revoke_grant(grant(1).id, revocation);
        batch.revoke_grants_of_user(user(1).id, revocation);
        batch.revoke_grants_of_client(&client_id, revocation);
        batch.revoke_grants_of_session(session(1).id, revocation);
        batch.end_session(session(1).id, end);
        batch.end_sessions_of_user(user(1).id, None, end);
        batch.forget_devices_of(user(1).id, at(9));
        batch.revoke_role(user(1).id, Role::Owner);
        batch.delete_consent(user(1).id, &client_id);
        batch.delete_access_token(&hash_of("access"));
        batch.delete_user_profile(user(1).id);
        batch.erase_traces(user(1).id);
        batch.stop_recoveries(user(1).id, at(9));
        batch.revoke_access_passes(user(1).id, at(9));
        batch.delete_user(user(1).id);
        empty.commit(batch).await.unwrap();
        for (read, found) in every_read(&full).await {
            assert_eq!(found, 1, "{read} still finds its own row");
        }
        let mut batch = empty.batch();
        batch.delete_tenant();
        empty.commit(batch).await.unwrap();
        assert!(empty.record().await.unwrap().is_none());
        for (read, found) in every_read(&full).await {
            assert_eq!(found, 1, "{read} still finds its own row");
        }
    })
    .await;
}

#[tokio::test]
async fn a_deleted_tenant_leaves_nothing() {
    on_each_store(async |store| {
        let (full, _) = full_and_empty(&store).await;
        let mut batch = full.batch();
        batch.delete_tenant();
        batch.bump_change();
        full.commit(batch).await.unwrap();
        for (read, found) in every_read(&full).await {
            assert_eq!(found, 0, "{read}");
        }
        assert!(
            store
                .everyone()
                .pending_events(at(100), 10)
                .await
                .unwrap()
                .is_empty()
        );
        // The same slug may come again.
        make_tenant(&store, 3, "full").await;
    })
    .await;
}

#[tokio::test]
async fn an_erased_user_leaves_no_trace_but_the_bare_decision() {
    on_each_store(async |store| {
        let (full, _) = full_and_empty(&store).await;
        let mut batch = full.batch();
        batch.erase_traces(user(1).id);
        batch.delete_user(user(1).id);
        full.commit(batch).await.unwrap();
        let left = full.decision(DecisionId(id(1))).await.unwrap().unwrap();
        assert_eq!((left.subject, left.ip, left.evidence), (None, None, json!({})));
        assert!(left.labels.is_empty());
        for gone in [
            full.session(session(1).id).await.unwrap().is_none(),
            full.grant_for_refresh(grant(1).id).await.unwrap().is_none(),
            full.access_token(&hash_of("access")).await.unwrap().is_none(),
            full.credentials_of(user(1).id).await.unwrap().is_empty(),
            full.devices_of(user(1).id).await.unwrap().is_empty(),
            full.user_profile(user(1).id).await.unwrap().is_none(),
            full.mails(None, &PageRequest::default())
                .await
                .unwrap()
                .items
                .is_empty(),
        ] {
            assert!(gone);
        }
    })
    .await;
}
