//! The identifier and the password. Unknown, disabled and wrong look the same and take the same work (people.md U20).

use zeroize::Zeroizing;

use super::SignInError;
use super::login::{FormProblem, Joining, Login, Recovering};
use crate::accounts::{self, Account};
use crate::base::ids::{EventId, UserId};
use crate::crypto::hasher::{Typed, Verdict};
use crate::domain::assurance::{Method, Proof};
use crate::domain::credential::{Credential, CredentialSecret};
use crate::domain::event::Event;
use crate::domain::tenant::BreachedCheck;
use crate::factors::password::{is_plausible, normalize};
use crate::sessions;
use crate::signals::{self, Failed, Throttle};
use crate::store::{StoreError, TenantStore};
use crate::tenants::{Platform, Realm, Visit};

/// Takes what was typed as identifier.
pub(super) fn identify(login: &mut Login, typed: &str) {
    let typed: String = typed.trim().chars().take(320).collect();
    if typed.is_empty() {
        login.problem = Some(FormProblem::Empty);
    } else {
        login.identifier = Some(typed);
    }
}

/// Back to the identifier; a forgotten password or a new account is no matter any more.
pub(super) fn change(login: &mut Login) {
    login.identifier = None;
    login.email_code = None;
    if login.recovering != Recovering::No || login.joining != Joining::No {
        login.forget_person();
    }
}

/// Checks a password.
pub(super) async fn password(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    typed: Zeroizing<String>,
) -> Result<(), SignInError> {
    let Some(identifier) = login.identifier.clone() else {
        login.problem = Some(FormProblem::Empty);
        return Ok(());
    };
    let store = realm.store(&platform.store);
    let account = accounts::by_identifier(&store, &identifier).await?;
    let key = account.as_ref().map_or_else(
        || signals::unknown_key(realm, &identifier),
        |account| signals::account_key(account.user.id),
    );
    let known_browser = knows_browser(platform, realm, visit, account.as_ref()).await?;
    if let Throttle::Wait(minutes) =
        signals::throttle(platform, realm, visit, Failed::Password, &key, known_browser)
    {
        return Err(SignInError::Throttled(minutes));
    }
    let accepted = check(platform, &store, account.as_ref(), &typed).await?;
    let user = account.as_ref().map(|account| account.user.id);
    if let Some(account) = account.filter(|account| accepted && account.is_active()) {
        login.identify(account.user.id);
        login.stop_recovering();
        login.breached = match realm.tenant.record.settings.breached_passwords {
            BreachedCheck::WhenChosen => None,
            BreachedCheck::AlsoAtSignIn => platform.breached.lists(&normalize(&typed)).await,
        };
        login.prove(Proof::by(Method::Password, platform.now()));
    } else {
        signals::note_failure(platform, realm, visit, Failed::Password, &key, known_browser);
        signals::learn_failure(platform, realm, visit).await?;
        note_failed(platform, &store, user, visit).await?;
        login.problem = Some(FormProblem::Credentials);
    }
    Ok(())
}

/// Whether the visitor's browser has a record with this account.
pub(super) async fn knows_browser(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    account: Option<&Account>,
) -> Result<bool, StoreError> {
    let Some(account) = account.filter(|_| visit.browser.is_some()) else {
        return Ok(false);
    };
    let browser = sessions::recognise(platform, realm, visit, account.user.id).await?;
    Ok(browser.device.is_some() && browser.state == sessions::BrowserState::Current)
}

/// One hash's work whatever is asked.
async fn check(
    platform: &Platform,
    store: &TenantStore,
    account: Option<&Account>,
    typed: &str,
) -> Result<bool, SignInError> {
    let plausible = is_plausible(typed);
    let typed = Typed::of(if plausible { typed } else { "" });
    let stored = account.and_then(Account::password).filter(|_| plausible);
    let Some((credential, phc)) = stored else {
        platform.hasher.verify_nobody(typed).await?;
        return Ok(false);
    };
    match platform
        .hasher
        .verify(typed, phc, platform.random().bytes())
        .await?
    {
        Verdict::Wrong => Ok(false),
        Verdict::Right => Ok(true),
        Verdict::RightRenew(phc) => {
            renew(platform, store, credential, phc).await?;
            Ok(true)
        }
    }
}

/// Stores a hash with today's parameters, unless the password was changed meanwhile.
async fn renew(
    platform: &Platform,
    store: &TenantStore,
    credential: &Credential,
    phc: String,
) -> Result<(), SignInError> {
    let renewed = Credential {
        secret: CredentialSecret::Password { phc },
        last_used_at: Some(platform.now()),
        ..credential.clone()
    };
    let mut batch = store.batch();
    batch.update_credential(&renewed);
    match store.commit(batch).await {
        Ok(()) | Err(StoreError::Conflict(_)) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

/// A failed sign-in is an event too. It names the account only when there is one, and never what was typed.
async fn note_failed(
    platform: &Platform,
    store: &TenantStore,
    user: Option<UserId>,
    visit: &Visit,
) -> Result<(), StoreError> {
    let now = platform.now();
    let mut batch = store.batch();
    batch.event(&Event {
        id: EventId(platform.random().uuid(now)),
        at: now,
        code: "signin.failed".to_owned(),
        user,
        data: serde_json::json!({
            "reference": visit.reference.as_str(),
            "ip": visit.ip.to_string(),
            "agent": signals::summary(visit.user_agent.as_deref()).words(),
        }),
    });
    store.commit(batch).await
}
