//! Codes: TOTP, recovery, mail. Each is checked by the rules of `factors`; a wrong one is counted, apart from passwords.

use super::login::{FormProblem, Login};
use super::{SignInError, access_pass, mail_code};
use crate::accounts::{self, Account};
use crate::crypto::envelope::Purpose;
use crate::domain::assurance::{Method, Proof};
use crate::domain::credential::{Credential, CredentialSecret};
use crate::factors::email_code::CodeRefusal;
use crate::factors::totp::TotpRefusal;
use crate::factors::{recovery_code, totp};
use crate::signals::{self, Failed, Throttle};
use crate::store::StoreError;
use crate::tenants::{Platform, Realm, Visit};

/// Wrong codes of any kind in one sign-in before it must be begun anew.
pub(super) const MAX_WRONG: u8 = 10;

/// What checking a code found.
enum Checked {
    /// It is right; the factor's next state, when it changes.
    Right(Method, Option<Credential>),
    /// It is not.
    Problem(FormProblem),
}

/// Checks a code for the method that was asked for.
pub(super) async fn code(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    typed: &str,
) -> Result<(), SignInError> {
    let store = realm.store(&platform.store);
    let Some(user) = login.user else { return Ok(()) };
    let Some(account) = accounts::active(&store, user).await? else {
        return Err(SignInError::Expired);
    };
    if typed.trim().is_empty() {
        login.problem = Some(FormProblem::Empty);
        return Ok(());
    }
    let key = signals::account_key(user);
    let known = super::first_factor::knows_browser(platform, realm, visit, Some(&account)).await?;
    if login.wrong_codes >= MAX_WRONG {
        login.problem = Some(FormProblem::CodeExhausted);
        return Ok(());
    }
    if let Throttle::Wait(minutes) =
        signals::throttle(platform, realm, visit, Failed::SecondFactor, &key, known)
    {
        return Err(SignInError::Throttled(minutes));
    }
    let checked = match login.chosen {
        Some(Method::AccessPass) => {
            let whose = (&mut *login, &account);
            match access_pass::take(platform, realm, visit, whose, typed).await? {
                Some(problem) => Checked::Problem(problem),
                None => return Ok(()),
            }
        }
        _ => check(platform, realm, login, &account, typed)?,
    };
    match checked {
        Checked::Right(method, next) => {
            take_right(platform, realm, login, &account, (method, next)).await?;
        }
        Checked::Problem(problem) => {
            if problem == FormProblem::CodeWrong {
                login.wrong_codes = login.wrong_codes.saturating_add(1);
                signals::note_failure(platform, realm, visit, Failed::SecondFactor, &key, known);
                signals::learn_failure(platform, realm, visit).await?;
            }
            login.problem = Some(problem);
        }
    }
    Ok(())
}

/// Takes a right code; its factor's next state is stored first, so that none counts twice.
async fn take_right(
    platform: &Platform,
    realm: &Realm,
    login: &mut Login,
    account: &Account,
    (method, next): (Method, Option<Credential>),
) -> Result<(), SignInError> {
    let store = realm.store(&platform.store);
    if let Some(credential) = next {
        let mut batch = store.batch();
        batch.update_credential(&credential);
        match store.commit(batch).await {
            Ok(()) => {}
            // Somebody used the same code at the same moment: it counts once.
            Err(StoreError::Conflict(_)) => {
                login.problem = Some(FormProblem::CodeUsed);
                return Ok(());
            }
            Err(other) => return Err(other.into()),
        }
    }
    if method == Method::EmailOtp {
        mail_code::mailbox_proven(platform, &store, account).await?;
    }
    login.email_code = None;
    login.prove(Proof::by(method, platform.now()));
    Ok(())
}

fn check(
    platform: &Platform,
    realm: &Realm,
    login: &mut Login,
    account: &Account,
    typed: &str,
) -> Result<Checked, SignInError> {
    Ok(match login.chosen {
        Some(Method::Totp) => check_totp(platform, account, typed)?,
        Some(Method::RecoveryCode) => check_recovery(platform, realm, account, typed),
        Some(Method::EmailOtp) => check_mail(platform, realm, login, (account, typed)),
        _ => Checked::Problem(FormProblem::Method),
    })
}

fn check_totp(platform: &Platform, account: &Account, typed: &str) -> Result<Checked, SignInError> {
    let now = platform.now();
    let mut refusal = FormProblem::CodeWrong;
    for credential in &account.credentials {
        let CredentialSecret::Totp { secret, last_step } = &credential.secret else {
            continue;
        };
        let opened = platform
            .envelope
            .open(Purpose::TotpSecret, credential.id.0.as_bytes(), secret)?;
        match totp::check(&opened, *last_step, typed, now) {
            Ok(step) => {
                let next = Credential {
                    secret: CredentialSecret::Totp {
                        secret: secret.clone(),
                        last_step: Some(step),
                    },
                    last_used_at: Some(now),
                    ..credential.clone()
                };
                return Ok(Checked::Right(Method::Totp, Some(next)));
            }
            Err(TotpRefusal::Replayed) => refusal = FormProblem::CodeUsed,
            Err(TotpRefusal::Wrong | TotpRefusal::UnusableSecret) => {}
        }
    }
    Ok(Checked::Problem(refusal))
}

fn check_recovery(platform: &Platform, realm: &Realm, account: &Account, typed: &str) -> Checked {
    for credential in &account.credentials {
        let CredentialSecret::RecoveryCodes { unused } = &credential.secret else {
            continue;
        };
        if let Some(left) = recovery_code::consume(&realm.tenant.blind_key, unused, typed) {
            let next = Credential {
                secret: CredentialSecret::RecoveryCodes { unused: left },
                last_used_at: Some(platform.now()),
                ..credential.clone()
            };
            return Checked::Right(Method::RecoveryCode, Some(next));
        }
    }
    Checked::Problem(FormProblem::CodeWrong)
}

fn check_mail(
    platform: &Platform,
    realm: &Realm,
    login: &mut Login,
    (account, typed): (&Account, &str),
) -> Checked {
    let answer = (account.user.email.key(), typed);
    let Some(sent) = &mut login.email_code else {
        return Checked::Problem(FormProblem::CodeExpired);
    };
    match sent.check(&realm.tenant.blind_key, answer, platform.now()) {
        Ok(()) => Checked::Right(Method::EmailOtp, None),
        Err(CodeRefusal::Wrong(_)) => Checked::Problem(FormProblem::CodeWrong),
        Err(CodeRefusal::Expired) => Checked::Problem(FormProblem::CodeExpired),
        Err(CodeRefusal::Exhausted) => Checked::Problem(FormProblem::CodeExhausted),
    }
}
