//! Users' factors.

use super::records::same;
use super::support::*;
use crate::base::ids::CredentialId;
use crate::domain::credential::{Credential, CredentialSecret};
use crate::domain::sealed::Sealed;

/// A password, a TOTP secret and recovery codes of user 1.
fn factors() -> Vec<Credential> {
    let secrets = [
        CredentialSecret::Password {
            phc: "$argon2id$x".into(),
        },
        CredentialSecret::Totp {
            secret: Sealed::from_stored(vec![0, 255]),
            last_step: Some(55),
        },
        CredentialSecret::RecoveryCodes {
            unused: vec![vec![1; 32], vec![255; 32]],
        },
    ];
    (1..)
        .zip(secrets)
        .map(|(number, secret)| Credential {
            id: CredentialId(id(number)),
            user: user(1).id,
            secret,
            name: None,
            created_at: at(i64::try_from(number).unwrap()),
            last_used_at: None,
            version: 1,
        })
        .collect()
}

#[tokio::test]
async fn each_kind_of_factor_is_read_back_as_it_was_stored() {
    on_each_store(async |store| {
        let rows = make_populated(&store, 1, "a").await;
        let made = factors();
        let mut batch = rows.batch();
        for credential in &made {
            batch.insert_credential(credential);
        }
        rows.commit(batch).await.unwrap();
        let found = rows.credentials_of(user(1).id).await.unwrap();
        same(&found, &made);
    })
    .await;
}

#[tokio::test]
async fn a_code_is_not_accepted_twice() {
    on_each_store(async |store| {
        let rows = make_populated(&store, 1, "a").await;
        let made = factors();
        let mut batch = rows.batch();
        for credential in &made {
            batch.insert_credential(credential);
        }
        rows.commit(batch).await.unwrap();
        let mut used = made[1].clone();
        used.secret = CredentialSecret::Totp {
            secret: Sealed::from_stored(vec![0, 255]),
            last_step: Some(56),
        };
        for accepted in [true, false] {
            let mut batch = rows.batch();
            batch.update_credential(&used);
            assert_eq!(rows.commit(batch).await.is_ok(), accepted);
            let mut batch = rows.batch();
            batch.require_credential(used.id, 2);
            batch.touch_credential(made[0].id, at(9));
            rows.commit(batch).await.unwrap();
        }
        for (version, expected) in [(1, false), (2, true)] {
            let mut batch = rows.batch();
            batch.require_credential(used.id, version);
            assert_eq!(rows.commit(batch).await.is_ok(), expected);
        }
        let password = rows.credential(made[0].id).await.unwrap().unwrap();
        assert_eq!((password.last_used_at, password.version), (Some(at(9)), 1));
        for gone in [false, true] {
            let mut batch = rows.batch();
            batch.delete_credential(used.id);
            assert_eq!(rows.commit(batch).await.is_err(), gone);
        }
    })
    .await;
}
