//! Sending mail codes: when the method is first asked for, and again when somebody asks, not too soon and not too often.

use super::SignInError;
use super::login::{FormProblem, Login};
use crate::accounts::{self, Account};
use crate::base::ids::MailId;
use crate::base::secret::Secret;
use crate::domain::assurance::Method;
use crate::domain::message::Message;
use crate::factors::email_code::{SentCode, digits};
use crate::store::{MailRecord, MailStatus};
use crate::tenants::{OutgoingMail, Platform, Realm};

/// The code of addresses with the tag `+test` in the development profile, and nowhere else.
const DEV_TEST_CODE: &str = "424242";

/// Sends a code when none was sent in this sign-in yet.
pub(super) async fn send_first(
    platform: &Platform,
    realm: &Realm,
    login: &mut Login,
    account: &Account,
) -> Result<(), SignInError> {
    if login.email_code.is_none() {
        send(platform, realm, login, account).await?;
    }
    Ok(())
}

/// Sends another code.
pub(super) async fn resend(platform: &Platform, realm: &Realm, login: &mut Login) -> Result<(), SignInError> {
    let (Some(user), Some(Method::EmailOtp)) = (login.user, login.chosen) else {
        return Ok(());
    };
    match login
        .email_code
        .as_ref()
        .and_then(|sent| sent.resend_in(platform.now()))
    {
        None if login.email_code.is_some() => login.problem = Some(FormProblem::ResendExhausted),
        Some(wait) if !wait.is_zero() => login.problem = Some(FormProblem::ResendTooSoon),
        _ => {
            let store = realm.store(&platform.store);
            let account = accounts::by_id(&store, user).await?.ok_or(SignInError::Expired)?;
            send(platform, realm, login, &account).await?;
        }
    }
    Ok(())
}

async fn send(
    platform: &Platform,
    realm: &Realm,
    login: &mut Login,
    account: &Account,
) -> Result<(), SignInError> {
    let email = account.user.email.as_str();
    let fixed = platform.settings.dev && email.contains("+test@");
    let code = if fixed {
        DEV_TEST_CODE.to_owned()
    } else {
        digits(platform.random().below(1_000_000))
    };
    let sent = SentCode::new(
        &realm.tenant.blind_key,
        &code,
        platform.now(),
        login.email_code.as_ref(),
    );
    let app = match login.client() {
        Some(id) => realm
            .tenant
            .client(platform, id)
            .await?
            .map(|client| client.record.display_name().to_owned()),
        None => None,
    };
    let message = Message::SignInCode {
        code: Secret::new(code),
        app,
    };
    if hand_over(platform, realm, account, message).await? {
        login.email_code = Some(sent);
    } else {
        login.problem = Some(FormProblem::MailUnavailable);
    }
    Ok(())
}

/// Hands a mail over and logs it; `false` when it will not be sent.
pub(crate) async fn hand_over(
    platform: &Platform,
    realm: &Realm,
    account: &Account,
    message: Message,
) -> Result<bool, SignInError> {
    let now = platform.now();
    let tenant = &realm.tenant.record;
    let mail = OutgoingMail {
        id: MailId(platform.random().uuid(now)),
        tenant: tenant.id,
        tenant_name: tenant.name.clone(),
        support: tenant.settings.support_contact.clone(),
        user: Some(account.user.id),
        to: account.user.email.as_str().to_owned(),
        locale: account
            .user
            .locale
            .clone()
            .unwrap_or_else(|| tenant.settings.default_locale.clone()),
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
