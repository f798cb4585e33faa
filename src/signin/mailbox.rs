//! "I forgot my password": the mailbox is proven before anything is known of the account. An address that has an account and
//! one that has none look the same and cost the same; only the mail tells its reader the truth (people.md U20).

use super::SignInError;
use super::login::{FormProblem, Login, Recovering};
use super::mail_code::{self, Recipient};
use super::notices::event;
use super::second_factor::MAX_WRONG;
use crate::accounts::{self, Account};
use crate::domain::assurance::{Method, Proof};
use crate::domain::message::{Message, NotPossible};
use crate::domain::user::EmailAddress;
use crate::factors::email_code::{CodeRefusal, SentCode};
use crate::signals::{self, Failed, Throttle};
use crate::store::TenantStore;
use crate::tenants::{Platform, Realm, Visit};

/// Begins to replace a forgotten password. Whoever was signed in, or had proven something, is asked anew.
pub(super) fn begin(login: &mut Login) {
    login.forget_person();
    login.recovering = Recovering::Address;
}

/// Takes the address, and sends a code to the mailbox of its account.
pub(super) async fn address(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    typed: &str,
) -> Result<(), SignInError> {
    if !matches!(login.recovering, Recovering::Address | Recovering::Mailbox { .. }) {
        return Ok(());
    }
    super::first_factor::identify(login, typed);
    let exhausted = login
        .email_code
        .as_ref()
        .is_some_and(|sent| sent.resend_in(platform.now()).is_none());
    if exhausted {
        login.problem = Some(FormProblem::ResendExhausted);
    }
    if login.problem.is_none() {
        send(platform, realm, visit, login).await?;
    }
    Ok(())
}

/// Sends the code, the first time or again.
pub(super) async fn send(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
) -> Result<(), SignInError> {
    let typed = login.identifier.clone().unwrap_or_default();
    let store = realm.store(&platform.store);
    let account = accounts::by_identifier(&store, &typed).await?;
    let key = counted_under(realm, account.as_ref(), &typed);
    let known = super::first_factor::knows_browser(platform, realm, visit, account.as_ref()).await?;
    if let Throttle::Wait(minutes) = signals::count_mail(platform, realm, visit, &key, known) {
        return Err(SignInError::Throttled(minutes));
    }
    note_asked(platform, &store, visit, account.as_ref()).await?;
    let (code, sent) = mail_code::fresh(platform, realm, login, account.as_ref());
    let recipient = match &account {
        Some(account) => Some(Recipient::of(realm, account)),
        None => {
            EmailAddress::parse(&typed).map(|to| Recipient::stranger(visit, &to).speaking(login.spoken()))
        }
    };
    let active = account.filter(Account::is_active);
    let message = match (&active, &recipient) {
        (Some(_), _) => Message::NewPasswordCode { code },
        (None, Some(recipient)) if recipient.user.is_some() => Message::NotPossible(NotPossible::Disabled),
        (None, _) => Message::NotPossible(NotPossible::NoAccount),
    };
    let handed = match recipient {
        Some(recipient) => mail_code::hand_over_to(platform, realm, recipient, message).await?,
        // No address, so no mail; the page says the same.
        None => true,
    };
    if handed {
        login.email_code = Some(sent);
        login.recovering = Recovering::Mailbox {
            user: active.map(|account| account.user.id),
        };
    } else {
        login.problem = Some(FormProblem::MailUnavailable);
    }
    Ok(())
}

/// The request is an event of the account, which its owner sees; one without an account costs the same.
async fn note_asked(
    platform: &Platform,
    store: &TenantStore,
    visit: &Visit,
    account: Option<&Account>,
) -> Result<(), SignInError> {
    let user = account.map(|account| account.user.id);
    let mut batch = store.batch();
    batch.event(&event(
        platform,
        "recovery.asked",
        user,
        visit,
        serde_json::json!({}),
    ));
    Ok(store.commit(batch).await?)
}

/// What tries on an identifier are counted under.
pub(super) fn counted_under(realm: &Realm, account: Option<&Account>, typed: &str) -> String {
    account.map_or_else(
        || signals::unknown_key(realm, typed),
        |account| signals::account_key(account.user.id),
    )
}

/// Checks the code. Without an account no code was sent, so none is right.
pub(super) async fn confirm(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    typed: &str,
) -> Result<(), SignInError> {
    let Recovering::Mailbox { user } = login.recovering else {
        return Ok(());
    };
    let store = realm.store(&platform.store);
    let account = match user {
        Some(user) => accounts::active(&store, user).await?,
        None => None,
    };
    let identifier = login.identifier.clone().unwrap_or_default();
    let to = account.as_ref().map(|account| account.user.email.key());
    let whose = Mailbox {
        account: account.as_ref(),
        identifier: &identifier,
        to: to.unwrap_or_default(),
    };
    let right = is_right(platform, realm, visit, login, (whose, typed)).await?;
    if let Some(account) = account.filter(|_| right) {
        mail_code::mailbox_proven(platform, &store, &account).await?;
        login.identify(account.user.id);
        login.recovering = Recovering::Proven;
        login.prove(Proof::by(Method::EmailOtp, platform.now()));
    }
    Ok(())
}

/// A mailbox that is to be proven before anything else is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mailbox<'a> {
    /// The account that wrong codes are counted on, where there is one.
    pub(super) account: Option<&'a Account>,
    /// What was typed, which they are counted on elsewhere.
    pub(super) identifier: &'a str,
    /// The key of the address that a right code was sent to; empty for none.
    pub(super) to: &'a str,
}

/// Whether a code is the one that was sent; what is wrong otherwise stands in the sign-in. Wrong ones are counted, whoever was or was not
/// sent one. A right one is spent.
pub(super) async fn is_right(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    (whose, typed): (Mailbox<'_>, &str),
) -> Result<bool, SignInError> {
    if typed.trim().is_empty() {
        login.problem = Some(FormProblem::Empty);
        return Ok(false);
    }
    let key = counted_under(realm, whose.account, whose.identifier);
    let known = super::first_factor::knows_browser(platform, realm, visit, whose.account).await?;
    if login.wrong_codes >= MAX_WRONG {
        login.problem = Some(FormProblem::CodeExhausted);
        return Ok(false);
    }
    if let Throttle::Wait(minutes) = signals::throttle(platform, realm, visit, Failed::Mailbox, &key, known) {
        return Err(SignInError::Throttled(minutes));
    }
    let checked = login
        .email_code
        .as_mut()
        .map(|sent: &mut SentCode| sent.check(&realm.tenant.blind_key, (whose.to, typed), platform.now()));
    match checked {
        Some(Ok(())) if !whose.to.is_empty() => {
            login.email_code = None;
            return Ok(true);
        }
        None | Some(Err(CodeRefusal::Expired)) => login.problem = Some(FormProblem::CodeExpired),
        Some(Err(CodeRefusal::Exhausted)) => login.problem = Some(FormProblem::CodeExhausted),
        Some(Ok(()) | Err(CodeRefusal::Wrong(_))) => {
            login.wrong_codes = login.wrong_codes.saturating_add(1);
            signals::note_failure(platform, realm, visit, Failed::Mailbox, &key, known);
            signals::learn_failure(platform, realm, visit).await?;
            login.problem = Some(FormProblem::CodeWrong);
        }
    }
    Ok(false)
}
