//! Sending mail: codes, when the method is first asked for, and again when somebody asks, not too soon and not too often; and
//! everything else that a sign-in or its account tells.

use super::login::{FormProblem, Joining, Login, Recovering};
use super::{SignInError, mailbox, sign_up};
use crate::accounts::{self, Account};
use crate::base::ids::{MailId, UserId};
use crate::base::secret::Secret;
use crate::domain::assurance::Method;
use crate::domain::message::Message;
use crate::domain::user::EmailAddress;
use crate::factors::email_code::{SentCode, digits};
use crate::signals::{self, Throttle};
use crate::store::{MailRecord, MailStatus, StoreError, TenantStore};
use crate::tenants::{OutgoingMail, Platform, Realm, Visit};
use crate::text::Locale;

/// The code of addresses with the tag `+test` in the development profile, and nowhere else.
const DEV_TEST_CODE: &str = "424242";

/// Sends a code when none was sent in this sign-in yet.
pub(super) async fn send_first(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (login, account): (&mut Login, &Account),
) -> Result<(), SignInError> {
    if login.email_code.is_none() {
        send(platform, realm, visit, (login, account)).await?;
    }
    Ok(())
}

/// Sends another code.
pub(super) async fn resend(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
) -> Result<(), SignInError> {
    let recovers = matches!(login.recovering, Recovering::Mailbox { .. });
    let joins = match login.joining {
        Joining::Mailbox { work } => Some(work),
        _ => None,
    };
    let before_account = recovers || joins.is_some();
    if !before_account && (login.user.is_none() || login.chosen != Some(Method::EmailOtp)) {
        return Ok(());
    }
    match login
        .email_code
        .as_ref()
        .and_then(|sent| sent.resend_in(platform.now()))
    {
        None if login.email_code.is_some() => login.problem = Some(FormProblem::ResendExhausted),
        Some(wait) if !wait.is_zero() => login.problem = Some(FormProblem::ResendTooSoon),
        _ if recovers => mailbox::send(platform, realm, visit, login).await?,
        _ if let Some(work) = joins => sign_up::send(platform, realm, visit, login, work).await?,
        _ => {
            let store = realm.store(&platform.store);
            let user = login.user.ok_or(SignInError::Expired)?;
            let account = accounts::by_id(&store, user).await?.ok_or(SignInError::Expired)?;
            send(platform, realm, visit, (login, &account)).await?;
        }
    }
    Ok(())
}

async fn send(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (login, account): (&mut Login, &Account),
) -> Result<(), SignInError> {
    let known = super::first_factor::knows_browser(platform, realm, visit, Some(account)).await?;
    let key = signals::account_key(account.user.id);
    if signals::count_sign_in_mail(platform, realm, &key, known) != Throttle::Open {
        login.problem = Some(FormProblem::MailsExhausted);
        return Ok(());
    }
    let (code, sent) = fresh(platform, realm, login, Some(account));
    let app = match login.client() {
        Some(id) => realm
            .tenant
            .client(platform, id)
            .await?
            .map(|client| client.record.display_name().to_owned()),
        None => None,
    };
    let message = Message::SignInCode { code, app };
    if hand_over(platform, realm, account, message).await? {
        login.email_code = Some(sent);
    } else {
        login.problem = Some(FormProblem::MailUnavailable);
    }
    Ok(())
}

/// A new code for a sign-in, and what is kept of it. Without an account nobody is sent it.
pub(super) fn fresh(
    platform: &Platform,
    realm: &Realm,
    login: &Login,
    account: Option<&Account>,
) -> (Secret<String>, SentCode) {
    let to = account.map(|account| account.user.email.key());
    code_for(platform, realm, login.email_code.as_ref(), to.unwrap_or_default())
}

/// A new code for the address with the key `to` (empty for nobody's) in place of the one `before`, and what is kept of it.
pub(crate) fn code_for(
    platform: &Platform,
    realm: &Realm,
    before: Option<&SentCode>,
    to: &str,
) -> (Secret<String>, SentCode) {
    let fixed = platform.settings.dev && to.contains("+test@");
    let code = if fixed {
        DEV_TEST_CODE.to_owned()
    } else {
        digits(platform.random().below(1_000_000))
    };
    let sent = SentCode::new(&realm.tenant.blind_key, (to, &code), platform.now(), before);
    (Secret::new(code), sent)
}

/// Whoever typed a mailed code holds the address: from then on it counts as verified.
pub(super) async fn mailbox_proven(
    platform: &Platform,
    store: &TenantStore,
    account: &Account,
) -> Result<(), SignInError> {
    if account.user.email_verified_at.is_some() {
        return Ok(());
    }
    let mut user = account.user.clone();
    user.email_verified_at = Some(platform.now());
    let mut batch = store.batch();
    batch.update_user(&user);
    match store.commit(batch).await {
        // Changed meanwhile, perhaps the address itself: then nothing was proven about what is stored now.
        Ok(()) | Err(StoreError::Conflict(_)) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

/// To whom a mail goes.
#[derive(Clone, Debug)]
pub(crate) struct Recipient {
    /// The account, when there is one.
    pub(super) user: Option<UserId>,
    to: String,
    locale: String,
}

impl Recipient {
    /// The owner of an account.
    pub(crate) fn of(realm: &Realm, account: &Account) -> Self {
        let default = &realm.tenant.record.settings.default_locale;
        Self {
            user: Some(account.user.id),
            to: account.user.email.as_str().to_owned(),
            locale: account.user.locale.clone().unwrap_or_else(|| default.clone()),
        }
    }

    /// Somebody without an account; the language is that of the page they came from.
    pub(crate) fn stranger(visit: &Visit, to: &EmailAddress) -> Self {
        Self {
            user: None,
            to: to.as_str().to_owned(),
            locale: visit.locale.clone(),
        }
    }
}

impl Recipient {
    /// The same, in the language of the pages that the mail comes of.
    pub(super) fn speaking(mut self, spoken: Option<Locale>) -> Self {
        if let Some(locale) = spoken {
            locale.tag().clone_into(&mut self.locale);
        }
        self
    }
}

/// Hands a mail over and logs it; `false` when it will not be sent.
pub(crate) async fn hand_over(
    platform: &Platform,
    realm: &Realm,
    account: &Account,
    message: Message,
) -> Result<bool, SignInError> {
    hand_over_to(platform, realm, Recipient::of(realm, account), message).await
}

/// As [`hand_over`], to somebody who may have no account.
pub(crate) async fn hand_over_to(
    platform: &Platform,
    realm: &Realm,
    recipient: Recipient,
    message: Message,
) -> Result<bool, SignInError> {
    let now = platform.now();
    let tenant = &realm.tenant.record;
    let mail = OutgoingMail {
        id: MailId(platform.random().uuid(now)),
        tenant: tenant.id,
        tenant_name: tenant.name.clone(),
        support: tenant.settings.support_contact.clone(),
        user: recipient.user,
        to: recipient.to,
        locale: recipient.locale,
        message,
    };
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    batch.insert_mail(&MailRecord {
        id: mail.id,
        user: mail.user,
        recipient: mail.to.clone(),
        template: mail.message.kind().to_owned(),
        status: MailStatus::Queued,
        attempts: 0,
        detail: None,
        created_at: now,
        updated_at: now,
    });
    store.commit(batch).await?;
    Ok(platform.mail.hand_over(mail))
}
