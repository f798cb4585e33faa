//! Begin, answer, show. Answers of one sign-in are handled one after the other, and a form that was drawn at an earlier step
//! changes nothing: a double click counts once (defect 24).

use zeroize::Zeroizing;

use super::login::{Asked, Choice, Joining, Login, Purpose, Recovering};
use super::sign_up::{AddressForm, DetailsForm};
use super::step::Step;
use super::{
    SignInError, advance, consent, enrol, first_factor, identity, lost, mail_code, mailbox, new_password,
    passkeys, second_factor, sign_up,
};
use crate::accounts::{self, Account};
use crate::base::ids::LoginId;
use crate::base::secret::Secret;
use crate::domain::assurance::{Method, Proof};
use crate::domain::user::User;
use crate::sessions;
use crate::store::StoreError;
use crate::tenants::{Platform, Realm, Visit};
use crate::text::Locale;

/// One answer.
pub enum Answer {
    /// The identifier alone.
    Identifier {
        /// As typed.
        email: String,
    },
    /// The password; with the identifier where both stand on one page.
    Password {
        /// As typed.
        email: Option<String>,
        /// As typed.
        password: Zeroizing<String>,
    },
    /// A one-time code of the method asked for.
    Code {
        /// As typed.
        code: Zeroizing<String>,
    },
    /// Another method.
    Choose {
        /// Which.
        method: Method,
    },
    /// Send the mail code again.
    Resend,
    /// An assertion of the browser, JSON.
    Passkey {
        /// As the browser gave it.
        credential: String,
    },
    /// A passkey that was made, JSON.
    NewPasskey {
        /// As the browser gave it.
        credential: String,
    },
    /// What a device that will approve sign-ins sent, JSON.
    NewDevice {
        /// As it was sent.
        device: String,
    },
    /// Whether to remember this browser.
    Remember {
        /// The choice.
        choice: RememberChoice,
    },
    /// Consent.
    Consent {
        /// The choice.
        choice: ConsentChoice,
    },
    /// A new password, where one is asked for.
    NewPassword {
        /// As typed.
        password: Zeroizing<String>,
    },
    /// The password is forgotten.
    Forgot,
    /// The address whose password is forgotten.
    Mailbox {
        /// As typed.
        email: String,
    },
    /// An account is to be made.
    SignUp,
    /// The address of the account that is made.
    SignUpAddress(AddressForm),
    /// What the person will sign in with.
    SignUpDetails(DetailsForm),
    /// None of the factors that are asked for is at hand any more.
    LostFactors,
    /// The identity is to be verified by the tenant's provider.
    VerifyIdentity,
    /// Back to the identifier.
    ChangeIdentifier,
    /// Back to the app without signing in.
    Cancel,
}

/// Whether to remember a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RememberChoice {
    /// Don't ask again here for a while.
    Remember,
    /// Not now.
    NotNow,
}

/// Consent to an app's wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentChoice {
    /// Yes.
    Allow,
    /// No.
    Deny,
}

/// A sign-in that was begun.
#[derive(Debug)]
pub struct Started {
    /// Its id.
    pub id: LoginId,
    /// A new binding cookie, when the browser had none.
    pub binding: Option<Secret<String>>,
    /// What comes first; with a session it may be done at once.
    pub step: Step,
}

pub(super) fn key(realm: &Realm, id: LoginId) -> String {
    format!("{}:login:{id}", realm.tenant.tag)
}

/// Gives the browser's binding value, or a new one.
pub fn bind(platform: &Platform, visit: &Visit) -> (String, Option<Secret<String>>) {
    if let Some(value) = visit.binding.as_ref().filter(|value| value.len() == 43) {
        (value.clone(), None)
    } else {
        let fresh = platform.random().opaque();
        (fresh.clone(), Some(Secret::new(fresh)))
    }
}

/// Begins a sign-in.
///
/// # Errors
/// [`SignInError`].
pub async fn start(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    purpose: Purpose,
) -> Result<Started, SignInError> {
    let now = platform.now();
    let (binding, fresh) = bind(platform, visit);
    let id = LoginId(platform.random().uuid(now));
    let mut login = Login::new(id, purpose, &binding, now);
    let live = sessions::current(platform, realm, visit).await?;
    if let Some(live) = live
        && is_expected(platform, realm, &login, &live.user).await?
    {
        login.user = Some(live.session.user);
        login.session = Some(live.session.id);
        login.session_proofs = live.session.proofs;
    }
    if login.request().is_some_and(|request| request.prompt.create) {
        sign_up::begin(platform, realm, &mut login);
    }
    login.identifier = login.request().and_then(|request| request.login_hint.clone());
    let step = advance::advance(platform, realm, visit, login).await?;
    Ok(Started {
        id,
        binding: fresh,
        step,
    })
}

/// Whether the answer may be about a person. Without a request, or of a client that is gone, everybody is as good.
async fn is_expected(
    platform: &Platform,
    realm: &Realm,
    login: &Login,
    user: &User,
) -> Result<bool, StoreError> {
    let Some(request) = login.request() else {
        return Ok(true);
    };
    let client = realm.tenant.client(platform, &request.client).await?;
    Ok(client.is_none_or(|client| {
        let subjects = realm.tenant.subjects(&client.record);
        subjects.may_answer(request, user)
    }))
}

/// What is to be drawn now.
///
/// # Errors
/// [`SignInError::Expired`], [`SignInError::OtherBrowser`].
pub async fn show(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    id: LoginId,
) -> Result<Step, SignInError> {
    let _turn = platform.ephemeral.lock(&key(realm, id)).await;
    let login = resume(platform, realm, visit, id).await?;
    match &login.finished {
        Some(went_to) => Ok(Step::AlreadyFinished {
            went_to: went_to.clone(),
        }),
        None => advance::advance(platform, realm, visit, login).await,
    }
}

/// Takes one answer. `at_step` is the step number that the form carried; an answer to an earlier step changes nothing.
///
/// # Errors
/// [`SignInError`].
pub async fn submit(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (id, at_step): (LoginId, u32),
    answer: Answer,
) -> Result<Step, SignInError> {
    let _turn = platform.ephemeral.lock(&key(realm, id)).await;
    let mut login = resume(platform, realm, visit, id).await?;
    if let Some(went_to) = &login.finished {
        return Ok(Step::AlreadyFinished {
            went_to: went_to.clone(),
        });
    }
    if at_step == login.step {
        login.step += 1;
        login.problem = None;
        if let Some(step) = take(platform, realm, visit, &mut login, answer).await? {
            return Ok(step);
        }
    }
    advance::advance(platform, realm, visit, login).await
}

/// Works one answer into the login; gives a step when the sign-in ends by it.
async fn take(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    answer: Answer,
) -> Result<Option<Step>, SignInError> {
    match answer {
        Answer::Identifier { email } => first_factor::identify(login, &email),
        Answer::ChangeIdentifier => first_factor::change(login),
        Answer::Password { email, password } => {
            if let Some(email) = email {
                first_factor::identify(login, &email);
            }
            first_factor::password(platform, realm, visit, login, password).await?;
        }
        Answer::Code { code } if matches!(login.asked, Some(Asked::NewFactor(_))) => {
            enrol::confirm_totp(platform, realm, visit, login, &code).await?;
        }
        Answer::Code { code } if matches!(login.recovering, Recovering::Mailbox { .. }) => {
            mailbox::confirm(platform, realm, visit, login, &code).await?;
        }
        Answer::Code { code } if matches!(login.joining, Joining::Mailbox { .. }) => {
            sign_up::confirm(platform, realm, visit, login, &code).await?;
        }
        Answer::Code { code } => second_factor::code(platform, realm, visit, login, &code).await?,
        Answer::Choose { method } => {
            login.chosen = Some(method);
            // Chosen again, it is sent again.
            login.push = None;
        }
        Answer::Resend => mail_code::resend(platform, realm, visit, login).await?,
        Answer::Passkey { credential } => {
            passkeys::assert(platform, realm, visit, login, &credential).await?;
        }
        Answer::NewPasskey { credential } => {
            enrol::confirm_passkey(platform, realm, visit, login, &credential).await?;
        }
        Answer::NewDevice { device } => {
            enrol::confirm_push(platform, realm, visit, login, &device).await?;
        }
        Answer::Forgot => mailbox::begin(login),
        Answer::Mailbox { email } => mailbox::address(platform, realm, visit, login, &email).await?,
        Answer::SignUp => sign_up::begin(platform, realm, login),
        Answer::SignUpAddress(form) => sign_up::address(platform, realm, visit, login, &form).await?,
        Answer::SignUpDetails(form) => sign_up::details(platform, realm, visit, login, form).await?,
        Answer::VerifyIdentity => return identity::begin(platform, realm, login).await,
        Answer::LostFactors => lost::say(platform, realm, visit, login).await?,
        Answer::Remember { choice } if login.asked == Some(Asked::Remember) => {
            login.remember = match choice {
                RememberChoice::Remember => Choice::Yes,
                RememberChoice::NotNow => Choice::No,
            };
        }
        Answer::Remember { .. } => {}
        Answer::NewPassword { password } => {
            new_password::choose(platform, realm, visit, login, &password).await?;
        }
        Answer::Consent { choice } => consent::answer(login, choice),
        Answer::Cancel => return Ok(Some(consent::cancel(platform, realm, login))),
    }
    Ok(None)
}

/// Takes the language that was chosen on a page of a sign-in: it wins over what the app asks for.
///
/// # Errors
/// [`SignInError::Expired`], [`SignInError::OtherBrowser`].
pub async fn speak(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (id, language): (LoginId, Locale),
) -> Result<(), SignInError> {
    let _turn = platform.ephemeral.lock(&key(realm, id)).await;
    let mut login = load(platform, realm, visit, id)?;
    login.language = Some(language.tag().to_owned());
    keep(platform, realm, &login)
}

/// Loads a sign-in as it stands now. When the session that it continues has ended, the password that was proven is no longer the
/// account's, or all sessions were ended since, it begins anew: signing out everywhere and a new password shut out whoever waits
/// (ASVS 5 7.4.1, 7.4.3).
pub(super) async fn resume(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    id: LoginId,
) -> Result<Login, SignInError> {
    let mut login = load(platform, realm, visit, id)?;
    let Some(user) = login.user.filter(|_| login.finished.is_none()) else {
        return Ok(login);
    };
    let store = realm.store(&platform.store);
    let session_lives = match login.session {
        Some(id) => store
            .session(id)
            .await?
            .is_some_and(|session| session.is_live(platform.now())),
        None => true,
    };
    let account = accounts::by_id(&store, user).await?;
    let password = account.as_ref().and_then(Account::password);
    let replaced = login.proofs.iter().any(|proof| {
        proof.method == Method::Password
            && password.is_none_or(|(credential, _)| proof.at < credential.created_at)
    });
    let signed_out = account.as_ref().and_then(|account| account.user.signed_out_at);
    let outdated = |proof: &Proof| signed_out.is_some_and(|at| proof.at < at);
    let all_outdated = !login.proofs.is_empty() && login.proofs.iter().all(outdated);
    if !session_lives || replaced || all_outdated {
        login.forget_person();
    }
    Ok(login)
}

pub(super) fn load(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    id: LoginId,
) -> Result<Login, SignInError> {
    let login: Login = platform
        .ephemeral
        .get(&key(realm, id), platform.now())?
        .ok_or(SignInError::Expired)?;
    if login.is_bound_to(visit.binding.as_deref()) {
        Ok(login)
    } else {
        Err(SignInError::OtherBrowser)
    }
}

/// Keeps a sign-in for the rest of its life.
pub(super) fn keep(platform: &Platform, realm: &Realm, login: &Login) -> Result<(), SignInError> {
    let now = platform.now();
    let left = platform
        .settings
        .sessions
        .login
        .saturating_sub(now.since(login.started_at));
    Ok(platform.ephemeral.put(&key(realm, login.id), login, now, left)?)
}
