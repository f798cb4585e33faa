//! Ten recovery codes, shown once; a new set replaces the old one.

use crate::accounts::Account;
use crate::base::ids::CredentialId;
use crate::domain::credential::{Credential, CredentialSecret};
use crate::domain::message::SecurityChange;
use crate::factors::recovery_code;
use crate::signin::{SignInError, change_notice, event, tell};
use crate::tenants::{Platform, Realm, Visit};

/// Makes a new set and gives the codes, which are kept nowhere.
///
/// # Errors
/// The database.
pub async fn make_recovery_codes(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    account: &Account,
) -> Result<Vec<String>, SignInError> {
    let codes: Vec<String> = (0..recovery_code::COUNT)
        .map(|_| recovery_code::from_random(platform.random().bytes()))
        .collect();
    let unused = codes
        .iter()
        .map(|code| recovery_code::hash(&realm.tenant.blind_key, code))
        .collect();
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    for credential in &account.credentials {
        if matches!(credential.secret, CredentialSecret::RecoveryCodes { .. }) {
            batch.delete_credential(credential.id);
        }
    }
    let now = platform.now();
    batch.insert_credential(&Credential {
        id: CredentialId(platform.random().uuid(now)),
        user: account.user.id,
        secret: CredentialSecret::RecoveryCodes { unused },
        name: None,
        created_at: now,
        last_used_at: None,
        version: 1,
    });
    batch.event(&event(
        platform,
        "recovery_codes.made",
        account.user.id,
        visit,
        serde_json::json!({}),
    ));
    let message = change_notice(
        platform,
        realm,
        account,
        visit,
        SecurityChange::RecoveryCodesMade,
        &mut batch,
    );
    store.commit(batch).await?;
    tell(platform, realm, account, message).await?;
    Ok(codes)
}
