//! Asking the dispatcher what comes next, and preparing that step. The only place that acts on `flow::next`.

use super::login::{Asked, Choice, Joining, JudgedState, Login, Recovering};
use super::service::keep;
use super::step::{
    ChallengeStep, ConsentStep, FirstFactorStep, HeldStep, MailboxStep, NewPasswordStep, SentStep, Step,
    VerifyIdentityStep, WaitStep,
};
use super::{
    SignInError, access_pass, checkpoint, consent, enrol, finish, identity, lost, mail_code, push, sign_up,
};
use crate::accounts::{self, Account};
use crate::domain::assurance::{Acr, Method, Strength};
use crate::domain::client::Client;
use crate::domain::decision::Ending;
use crate::domain::outcome::Outcome;
use crate::domain::recovery::Standing;
use crate::factors::email_code::SentCode;
use crate::flow::need::{FreshSecondFactor, Judgement, Need};
use crate::flow::next::{Cause, Identity, Next, Password, Remember, Situation, next};
use crate::protocol::acr::AcrRequest;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::sessions;
use crate::tenants::{Platform, Realm, Visit};

use super::login::Purpose;

/// Goes on until somebody must answer, or it is done.
#[expect(clippy::too_many_lines, reason = "the table of steps; it is read as a whole")]
pub(super) async fn advance(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    mut login: Login,
) -> Result<Step, SignInError> {
    let client = match login.client() {
        Some(id) => realm.tenant.client(platform, id).await?,
        None => None,
    };
    let client = client.as_ref().map(|client| &client.record);
    login.asked = None;
    loop {
        let account = account_of(platform, realm, &mut login).await?;
        push::collect(platform, realm, &mut login).await?;
        if let Some(step) = refuse_other_person(platform, realm, &login, client, account.as_ref()) {
            return Ok(step);
        }
        let need = need(realm, &login, client, account.as_ref());
        let mut enrolled = account.as_ref().map(Account::second_factors).unwrap_or_default();
        let lost = recovery(platform, realm, &login, account.as_ref()).await?;
        if lost == Standing::Open {
            enrolled.retain(|(_, strength)| *strength == Strength::EmailCode);
        }
        let (consent, known_scopes) = consent::standing(platform, realm, &login).await?;
        let remember = match &account {
            Some(account) => remember(platform, realm, visit, &login, account, &need).await?,
            None => Remember::Settled,
        };
        let access_pass = access_pass::standing(platform, realm, &login, account.as_ref()).await?;
        let identity = identity::standing(realm, &login, account.as_ref());
        let proofs = login.countable();
        let what = next(&Situation {
            now: platform.now(),
            started_at: login.started_at,
            need: &need,
            proofs: &proofs,
            enrolled: &enrolled,
            judgement: login.judged.as_ref().map(|judged| judged.judgement),
            password: password_standing(account.as_ref(), &login, lost),
            remember,
            consent,
            access_pass,
            identity,
        });
        let silent = login.request().is_some_and(|request| request.prompt.none);
        if silent && !matches!(what, Next::Decide | Next::Issue { .. }) {
            return Ok(refuse_silently(&login, &what));
        }
        return match (what, account) {
            (Next::FirstFactor, _) | (_, None) => begin(platform, realm, visit, login).await,
            (Next::Decide, Some(account)) => {
                checkpoint::decide(platform, realm, visit, &mut login, &account).await?;
                continue;
            }
            (Next::DecideConsent, Some(account)) => {
                checkpoint::decide_consent(platform, realm, visit, &mut login, &account).await?;
                continue;
            }
            (Next::Challenge { cause, options }, Some(account)) => {
                challenge(platform, realm, visit, login, &account, (cause, &options)).await
            }
            (Next::Enrol { least }, Some(account)) => {
                let step = enrol::begin(platform, realm, &mut login, (&account, least))?;
                Ok(Step::Enrol(Box::new(step)))
            }
            (Next::NewPassword, Some(account)) => {
                login.asked = Some(Asked::NewPassword);
                keep(platform, realm, &login)?;
                let email = account.user.email.as_str().to_owned();
                Ok(Step::NewPassword(NewPasswordStep {
                    login: Box::new(login),
                    email,
                }))
            }
            (Next::Wait, _) => {
                keep(platform, realm, &login)?;
                Ok(Step::Wait(WaitStep {
                    login: Box::new(login),
                    standing: lost,
                    may_verify: identity == Identity::Possible && matches!(lost, Standing::Waiting(_)),
                }))
            }
            (Next::VerifyIdentity, Some(account)) => verify_identity(platform, realm, login, &account),
            (Next::OfferRemember, _) => {
                login.asked = Some(Asked::Remember);
                keep(platform, realm, &login)?;
                Ok(Step::OfferRemember {
                    login: Box::new(login),
                })
            }
            (Next::Consent, Some(account)) => {
                login.asked = Some(Asked::Consent);
                keep(platform, realm, &login)?;
                let email = account.user.email.as_str().to_owned();
                Ok(Step::Consent(ConsentStep {
                    login: Box::new(login),
                    email,
                    known: known_scopes,
                }))
            }
            (Next::Held, _) => held(platform, realm, visit, login).await,
            (Next::Unmet, _) => unmet(platform, realm, visit, login).await,
            (Next::Denied, _) => Ok(consent::cancel(platform, realm, &login)),
            (Next::Issue { reached }, Some(account)) => {
                finish::finish(platform, realm, visit, login, account, reached).await
            }
        };
    }
}

/// Asks to verify the identity; the browser leaves only when the person says so.
fn verify_identity(
    platform: &Platform,
    realm: &Realm,
    login: Login,
    account: &Account,
) -> Result<Step, SignInError> {
    keep(platform, realm, &login)?;
    let provider = realm.tenant.record.settings.identity_provider.as_ref();
    Ok(Step::VerifyIdentity(VerifyIdentityStep {
        email: account.user.email.as_str().to_owned(),
        reason: login.judged.as_ref().map(|judged| judged.reason),
        provider: provider
            .map(|provider| provider.issuer.clone())
            .unwrap_or_default(),
        login: Box::new(login),
    }))
}

/// Where the recovery of an account stands. A mailbox that became the account's a short while ago opens nothing by itself: whoever took
/// over a session must not take the account with it.
async fn recovery(
    platform: &Platform,
    realm: &Realm,
    login: &Login,
    account: Option<&Account>,
) -> Result<Standing, SignInError> {
    let Some(account) = account.filter(|_| login.recovering == Recovering::Proven) else {
        return Ok(Standing::None);
    };
    if let Some(until) = lost::moved_until(platform, realm, account.user.id).await? {
        return Ok(Standing::Barred(until));
    }
    if login.lost {
        return Ok(lost::standing(platform, realm, account).await?);
    }
    Ok(Standing::None)
}

/// Whether the password that was typed here may stay: not when it became known, nor when its owner must choose another.
fn password_standing(account: Option<&Account>, login: &Login, lost: Standing) -> Password {
    match (login.recovering, lost) {
        (Recovering::Proven, Standing::None) => return Password::Forgotten,
        (Recovering::Proven, Standing::Open) => return Password::WaitedFor,
        (Recovering::Proven, Standing::Waiting(_) | Standing::Barred(_)) => return Password::Waiting,
        _ => {}
    }
    let typed = login.proofs.iter().any(|proof| proof.method == Method::Password);
    let required = account.is_some_and(|account| account.user.password_reset_required);
    if typed && (required || login.breached == Some(true)) {
        Password::MustChange
    } else {
        Password::MayStay
    }
}

/// The account of a sign-in. One that was disabled or deleted meanwhile begins anew.
async fn account_of(
    platform: &Platform,
    realm: &Realm,
    login: &mut Login,
) -> Result<Option<Account>, SignInError> {
    let Some(user) = login.user else { return Ok(None) };
    let account = accounts::active(&realm.store(&platform.store), user).await?;
    if account.is_none() {
        login.forget_person();
    }
    Ok(account)
}

/// Nobody but the person that the app asked about gets an answer (OpenID Connect Core sections 3.1.2.2 and 5.5.1).
fn refuse_other_person(
    platform: &Platform,
    realm: &Realm,
    login: &Login,
    client: Option<&Client>,
    account: Option<&Account>,
) -> Option<Step> {
    let (request, client, account) = (login.request()?, client?, account?);
    let subjects = realm.tenant.subjects(client);
    if login.proofs.is_empty() || subjects.may_answer(request, &account.user) {
        return None;
    }
    platform.ephemeral.remove(&super::service::key(realm, login.id));
    Some(Step::Refused {
        request: Box::new(request.clone()),
        error: OAuthError::new(
            ErrorCode::LoginRequired,
            "somebody else signed in than was asked for",
        ),
    })
}

/// What this sign-in must reach, from every side that may ask. Whoever is about to change what guards an account proves a second
/// factor now, where the account has one (ASVS 7.5.1): a password alone must not take away what was put there against its loss.
fn need(realm: &Realm, login: &Login, client: Option<&Client>, account: Option<&Account>) -> Need {
    let guarded = account.is_some_and(Account::has_second_factor);
    let changes_guards = matches!(login.purpose, Purpose::Page { changes: Some(_), .. }) && guarded;
    // An account whose sign-up is held for review proves more than a password each time, enrolling it where it must.
    let held = account.is_some_and(|account| account.user.under_review);
    let client_floor = if changes_guards || held {
        Acr::Aal2
    } else {
        client
            .and_then(|client| client.settings.floor)
            .unwrap_or(Acr::Aal1)
    };
    let fresh = changes_guards || client.is_some_and(|client| client.settings.fresh_second_factor);
    let (acr, not_before) = match &login.purpose {
        Purpose::Authorize(request) => {
            let by_age = request.max_age.map(|age| login.started_at.minus(age));
            let now = request.prompt.login || request.prompt.select_account;
            (
                request.acr.clone(),
                if now { Some(login.started_at) } else { by_age },
            )
        }
        Purpose::Page { changes, .. } => {
            let now = changes.as_ref().map(|_| login.started_at);
            (AcrRequest::default(), now)
        }
    };
    Need {
        floor: realm.tenant.record.settings.floor.max(client_floor),
        client_floor,
        acr,
        not_before,
        fresh_second_factor: if fresh {
            FreshSecondFactor::Required
        } else {
            FreshSecondFactor::SessionWillDo
        },
    }
}

/// Remembering matters only where a tenant's floor asks everybody for a second step; elsewhere risk decides alone, and the
/// offer would be a needless page.
async fn remember(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &Login,
    account: &Account,
    need: &Need,
) -> Result<Remember, SignInError> {
    let settings = &realm.tenant.record.settings;
    if settings.floor < Acr::Aal2 || settings.remember_days == 0 || need.client_floor >= Acr::Aal2 {
        return Ok(Remember::Settled);
    }
    let now = platform.now();
    let browser = sessions::recognise(platform, realm, visit, account.user.id).await?;
    let current = browser.state == sessions::BrowserState::Current;
    let device = browser.device.filter(|_| current);
    if device.as_ref().is_some_and(|device| device.is_remembered(now)) {
        return Ok(Remember::Remembered);
    }
    let declined = device.is_some_and(|device| device.declined_until.is_some_and(|until| now < until));
    Ok(if declined || login.remember != Choice::Open {
        Remember::Settled
    } else {
        Remember::Offer
    })
}

/// The beginning: a first factor, the mailbox of whoever forgot the password, or a new account.
async fn begin(platform: &Platform, realm: &Realm, visit: &Visit, login: Login) -> Result<Step, SignInError> {
    if refused(&login).is_some() {
        return held(platform, realm, visit, login).await;
    }
    keep(platform, realm, &login)?;
    if login.joining != Joining::No {
        let sent = sent_step(platform, &login);
        return Ok(Step::SignUp(sign_up::step(login, sent)));
    }
    if let Recovering::Address | Recovering::Mailbox { .. } = login.recovering {
        let asked = login.recovering == Recovering::Address;
        let sent = sent_step(platform, &login).filter(|_| !asked);
        return Ok(Step::Mailbox(MailboxStep {
            login: Box::new(login),
            sent,
        }));
    }
    let again = !login.session_proofs.is_empty();
    let layout = realm.tenant.record.settings.layout;
    Ok(Step::FirstFactor(FirstFactorStep {
        login: Box::new(login),
        layout,
        again,
    }))
}

/// What is to be told of the mail code that was sent.
fn sent_step(platform: &Platform, login: &Login) -> Option<SentStep> {
    let left = super::second_factor::MAX_WRONG.saturating_sub(login.wrong_codes);
    let wait = |sent: &SentCode| sent.resend_in(platform.now()).map(|wait| wait.as_secs());
    login.email_code.as_ref().map(|sent| SentStep {
        resend_in: wait(sent),
        tries_left: (login.wrong_codes > 0).then_some(left),
    })
}

async fn challenge(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    mut login: Login,
    account: &Account,
    (cause, options): (Cause, &[Method]),
) -> Result<Step, SignInError> {
    let usable = |method: &Method| *method != Method::Passkey || realm.origin().passkeys.is_some();
    let options: Vec<Method> = options.iter().copied().filter(usable).collect();
    let chosen = login.chosen.filter(|method| options.contains(method));
    // Without a choice: the strongest that works without a script, as the page must.
    let preferred = options.iter().copied().find(|method| *method != Method::Passkey);
    let Some(method) = chosen.or(preferred).or(options.first().copied()) else {
        return held(platform, realm, visit, login).await;
    };
    login.chosen = Some(method);
    if method == Method::EmailOtp {
        mail_code::send_first(platform, realm, visit, (&mut login, account)).await?;
    }
    let push = match method {
        Method::Push => Some(push::ask(platform, realm, visit, (&mut login, account)).await?),
        _ => None,
    };
    keep(platform, realm, &login)?;
    let sent = sent_step(platform, &login).filter(|_| method == Method::EmailOtp);
    let left = super::second_factor::MAX_WRONG.saturating_sub(login.wrong_codes);
    Ok(Step::Challenge(Box::new(ChallengeStep {
        email: account.user.email.as_str().to_owned(),
        cause,
        reason: match cause {
            Cause::Consent => login.consent_judged.as_ref(),
            _ => login.judged.as_ref(),
        }
        .map(|judged| judged.reason),
        first_sign_in: login.judged.as_ref().is_some_and(|judged| judged.first_sign_in),
        method,
        push,
        others: options.into_iter().filter(|other| *other != method).collect(),
        may_be_lost: cause == Cause::Recovery && lost::is_possible(realm),
        resend_in: sent.and_then(|sent| sent.resend_in),
        tries_left: (login.wrong_codes > 0).then_some(left),
        login,
    })))
}

/// Ends a sign-in that did not succeed; the record says so, unless the decision was the refusal itself.
async fn close(platform: &Platform, realm: &Realm, login: &Login) -> Result<(), SignInError> {
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    for judged in login.judged_as(|judgement| judgement != Judgement::Refuse) {
        batch.end_decision(judged.decision, Ending::Refused, None, platform.now());
    }
    store.commit(batch).await?;
    platform.ephemeral.remove(&super::service::key(realm, login.id));
    Ok(())
}

/// The decision that refused, if one did.
fn refused(login: &Login) -> Option<&JudgedState> {
    login.judged_as(|judgement| judgement == Judgement::Refuse).next()
}

/// It ends here: by the decision, or because nothing strong enough is enrolled. Either way the record says how it ended.
async fn held(platform: &Platform, realm: &Realm, visit: &Visit, login: Login) -> Result<Step, SignInError> {
    let (outcome, reference) = match (refused(&login), &login.judged) {
        (Some(judged), _) => (Some(judged.outcome), judged.reference.clone()),
        (None, Some(judged)) => (None, judged.reference.clone()),
        (None, None) => (Some(Outcome::Deny), visit.reference.clone()),
    };
    close(platform, realm, &login).await?;
    Ok(Step::Held(HeldStep {
        login: Box::new(login),
        outcome,
        reference,
    }))
}

/// The app demands what this account can't reach; it is told so (Core Unmet Authentication Requirements 1.0). Our own pages
/// end in the held page.
async fn unmet(platform: &Platform, realm: &Realm, visit: &Visit, login: Login) -> Result<Step, SignInError> {
    match login.request() {
        Some(request) if request.acr.essential => {
            close(platform, realm, &login).await?;
            Ok(Step::Refused {
                request: Box::new(request.clone()),
                error: OAuthError::new(
                    ErrorCode::UnmetAuthenticationRequirements,
                    "the account has no factor that reaches the requested class",
                ),
            })
        }
        _ => held(platform, realm, visit, login).await,
    }
}

/// What `prompt=none` answers instead of a page (OpenID Connect Core section 3.1.2.6).
fn refuse_silently(login: &Login, what: &Next) -> Step {
    let (code, words) = match what {
        Next::FirstFactor => (ErrorCode::LoginRequired, "the user must sign in"),
        Next::Consent | Next::DecideConsent | Next::Denied => {
            (ErrorCode::ConsentRequired, "the user must be asked for consent")
        }
        _ => (
            ErrorCode::InteractionRequired,
            "the user must confirm the sign-in",
        ),
    };
    match login.request() {
        Some(request) => Step::Refused {
            request: Box::new(request.clone()),
            error: OAuthError::new(code, words),
        },
        None => Step::AlreadyFinished {
            went_to: String::new(),
        },
    }
}
