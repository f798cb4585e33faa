//! Making an account: the address, the code that was sent to it, then what the person signs in with (features.md F11). An address that
//! has an account and one that has none look the same and cost the same until the mailbox is proven; only the mail tells its reader
//! the truth (people.md U20). A finished sign-up is a sign-in that goes on to wherever it came from.

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::login::{FormProblem, Joining, JudgedState, Login};
use super::mail_code::{self, Recipient};
use super::mailbox::{self, Mailbox};
use super::notices::event;
use super::service::{keep, key, load};
use super::step::{SentStep, SignUpStage, SignUpStep};
use super::{SignInError, new_factor};
use crate::accounts::{self, user_handle};
use crate::base::ids::{CredentialId, LoginId, UserId};
use crate::base::timestamp::Timestamp;
use crate::crypto::webauthn::RegistrationState;
use crate::decisions::{self, SignUpPermit};
use crate::domain::assurance::{Method, Proof};
use crate::domain::credential::{Credential, CredentialSecret};
use crate::domain::decision::Ending;
use crate::domain::message::{Message, NotPossible};
use crate::domain::tenant::{DisposableAddresses, SignUp};
use crate::domain::user::{EmailAddress, User};
use crate::factors::password::normalize;
use crate::flow::need::Judgement;
use crate::signals::{self, FormTraits, Honeypot, Throttle, Work};
use crate::store::{Batch, StoreError};
use crate::tenants::{Platform, Realm, Visit};

/// The longest name.
const MAX_NAME: usize = 200;

/// The form with the address.
#[derive(Debug)]
pub struct AddressForm {
    /// As typed.
    pub email: String,
    /// The answer to the challenge; empty without scripts.
    pub work: String,
    /// What stands in the field that people don't see.
    pub trap: String,
}

/// The form with what the person signs in with.
pub struct DetailsForm {
    /// Full name; may be empty.
    pub name: String,
    /// Whether the terms are agreed to.
    pub terms: Terms,
    /// What is signed in with from now on.
    pub secret: FirstSecret,
}

/// Whether the tenant's terms are agreed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terms {
    /// They are.
    Agreed,
    /// They are not, or nobody asked.
    Open,
}

/// What a new account signs in with.
pub enum FirstSecret {
    /// A password, as typed.
    Password(Zeroizing<String>),
    /// A passkey, as the browser gave it.
    Passkey(String),
}

/// Whether a tenant lets people make accounts of their own.
pub fn is_open(realm: &Realm) -> bool {
    realm.tenant.record.settings.sign_up == SignUp::Open
}

/// Begins to make an account. Whoever was signed in here is asked anew.
pub(super) fn begin(platform: &Platform, realm: &Realm, login: &mut Login) {
    if is_open(realm) {
        login.forget_person();
        login.joining = Joining::Address {
            since: platform.now(),
        };
    }
}

/// Takes the address: judges the sign-up, and sends a code.
pub(super) async fn address(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    form: &AddressForm,
) -> Result<(), SignInError> {
    let Joining::Address { since } = login.joining else {
        return Ok(());
    };
    super::first_factor::identify(login, &form.email);
    let Some(to) = EmailAddress::parse(&form.email) else {
        login.problem = login.problem.or(Some(FormProblem::NoAddress));
        return Ok(());
    };
    let rule = realm.tenant.record.settings.disposable_addresses;
    let disposable = platform.disposable.lists(to.domain());
    if disposable && rule == DisposableAddresses::Refuse {
        login.problem = Some(FormProblem::DisposableAddress);
        return Ok(());
    }
    let traits = traits(platform, realm, form, since)?;
    let counted = (rule == DisposableAddresses::Challenge).then_some(disposable);
    judge(platform, realm, visit, login, (traits, counted)).await?;
    let refused = login
        .judged
        .as_ref()
        .is_some_and(|judged| judged.judgement == Judgement::Refuse);
    if refused {
        return Ok(());
    }
    send(platform, realm, visit, login, traits.work).await
}

fn traits(
    platform: &Platform,
    realm: &Realm,
    form: &AddressForm,
    since: Timestamp,
) -> Result<FormTraits, SignInError> {
    let millis = platform.now().since(since).as_millis();
    Ok(FormTraits {
        work: signals::work_done(platform, realm, &form.work)?,
        honeypot: if form.trap.trim().is_empty() {
            Honeypot::Empty
        } else {
            Honeypot::Filled
        },
        millis: u32::try_from(millis).unwrap_or(u32::MAX),
    })
}

/// The risk decision, recorded at once: a sign-up that is left here is known too.
async fn judge(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    (traits, disposable): (FormTraits, Option<bool>),
) -> Result<(), SignInError> {
    let facts = signals::sign_up_facts(platform, realm, visit, traits, disposable);
    let judged = decisions::judge_sign_up(platform, realm, visit, &facts, login.client());
    let refused = judged.permit() == SignUpPermit::Refuse;
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    batch.insert_decision(&judged.decision);
    if refused {
        let told = json!({
            "decision": judged.decision.id, "outcome": judged.outcome.name(), "alert": judged.alert,
        });
        batch.event(&event(platform, "signup.blocked", None, visit, told));
    }
    store.commit(batch).await?;
    login.judged = Some(JudgedState {
        decision: judged.decision.id,
        reference: judged.decision.reference.clone(),
        judgement: if refused {
            Judgement::Refuse
        } else {
            Judgement::Proceed
        },
        outcome: judged.outcome,
        reason: judged.user_reason,
        score: judged.decision.score,
        first_sign_in: true,
    });
    Ok(())
}

/// Sends the code, the first time or again. The owner of an account is told that there is one, and gets no code.
pub(super) async fn send(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    work: Work,
) -> Result<(), SignInError> {
    let typed = login.identifier.clone().unwrap_or_default();
    let Some(to) = EmailAddress::parse(&typed) else {
        return Ok(());
    };
    let store = realm.store(&platform.store);
    let account = accounts::by_identifier(&store, to.as_str()).await?;
    let key = mailbox::counted_under(realm, account.as_ref(), to.as_str());
    let known = super::first_factor::knows_browser(platform, realm, visit, account.as_ref()).await?;
    if let Throttle::Wait(minutes) = signals::count_sign_up_mail(platform, realm, visit, (&key, known), work)
    {
        return Err(SignInError::Throttled(minutes));
    }
    let owner = account.as_ref().map(|account| account.user.id);
    let mut batch = store.batch();
    batch.event(&event(platform, "signup.asked", owner, visit, json!({})));
    store.commit(batch).await?;
    // A code that was sent to nobody is bound to no address: none that is typed is right.
    let bound_to = if account.is_some() { "" } else { to.key() };
    let (code, sent) = mail_code::code_for(platform, realm, login.email_code.as_ref(), bound_to);
    let message = match &account {
        None => Message::SignUpCode { code },
        Some(account) if account.is_active() => Message::AccountExists {
            sign_in: realm.url("/signin"),
        },
        Some(_) => Message::NotPossible(NotPossible::Disabled),
    };
    let recipient = match &account {
        Some(account) => Recipient::of(realm, account),
        None => Recipient::stranger(visit, &to).speaking(login.spoken()),
    };
    if mail_code::hand_over_to(platform, realm, recipient, message).await? {
        login.email_code = Some(sent);
        login.joining = Joining::Mailbox { work };
    } else {
        login.problem = Some(FormProblem::MailUnavailable);
    }
    Ok(())
}

/// Checks the code.
pub(super) async fn confirm(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    typed: &str,
) -> Result<(), SignInError> {
    let identifier = login.identifier.clone().unwrap_or_default();
    let to = EmailAddress::key_of(&identifier);
    let account = accounts::by_identifier(&realm.store(&platform.store), &identifier).await?;
    let whose = Mailbox {
        account: account.as_ref(),
        identifier: &identifier,
        to: &to,
    };
    if mailbox::is_right(platform, realm, visit, login, (whose, typed)).await? {
        login.joining = Joining::Details {
            user: UserId(platform.random().uuid(platform.now())),
        };
        login.prove(Proof::by(Method::EmailOtp, platform.now()));
    }
    Ok(())
}

/// What is drawn while there is no account yet.
pub(super) fn step(login: Login, sent: Option<SentStep>) -> SignUpStep {
    let stage = match (&login.joining, sent) {
        (Joining::Mailbox { .. }, Some(sent)) => SignUpStage::Mailbox(sent),
        (Joining::Details { .. }, _) => SignUpStage::Details,
        (Joining::No | Joining::Address { .. } | Joining::Mailbox { .. }, _) => SignUpStage::Address,
    };
    SignUpStep {
        login: Box::new(login),
        stage,
    }
}

/// Options for making the account's first passkey; the challenge is kept with the sign-up.
///
/// # Errors
/// [`SignInError`].
pub async fn passkey_options(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    id: LoginId,
) -> Result<Option<Value>, SignInError> {
    let Some(party) = &realm.origin().passkeys else {
        return Ok(None);
    };
    let _turn = platform.ephemeral.lock(&key(realm, id)).await;
    let mut login = load(platform, realm, visit, id)?;
    let Joining::Details { user } = login.joining else {
        return Ok(None);
    };
    let name = login.identifier.clone().unwrap_or_default();
    let handle = user_handle(&realm.tenant.blind_key, user);
    let wanted = realm.tenant.record.settings.passkey_attestation;
    let Ok((options, state)) = party.start_registration(handle, &name, &[], wanted) else {
        return Ok(None);
    };
    login.passkey = serde_json::to_value(&state).ok();
    keep(platform, realm, &login)?;
    Ok(Some(options))
}

/// Makes the account.
pub(super) async fn details(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    form: DetailsForm,
) -> Result<(), SignInError> {
    let Joining::Details { user } = login.joining else {
        return Ok(());
    };
    let Some(new) = new_user(platform, realm, login, (user, &form)) else {
        return Ok(());
    };
    let Some((credential, proof)) =
        first_credential(platform, realm, visit, login, (&new, form.secret)).await?
    else {
        return Ok(());
    };
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    batch.insert_user(&new);
    batch.insert_credential(&credential);
    let told = completed(realm, login, &credential);
    batch.event(&event(platform, "signup.completed", user, visit, told));
    close_decision(platform, login, user, &mut batch);
    match store.commit(batch).await {
        Ok(()) => {
            login.joining = Joining::No;
            login.identify(user);
            login.prove(proof);
        }
        // Somebody was faster, most likely the same person in another tab. Who proved the mailbox may know.
        Err(StoreError::Conflict(_)) => {
            login.forget_person();
            login.problem = Some(FormProblem::AccountExists);
        }
        Err(other) => return Err(other.into()),
    }
    Ok(())
}

/// The user as it will be stored; `None` when the form says what can't be.
fn new_user(
    platform: &Platform,
    realm: &Realm,
    login: &mut Login,
    (id, form): (UserId, &DetailsForm),
) -> Option<User> {
    let settings = &realm.tenant.record.settings;
    let name = form.name.trim();
    if name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        login.problem = Some(FormProblem::Name);
        return None;
    }
    let has_terms = settings.terms_uri.is_some() || settings.privacy_uri.is_some();
    if has_terms && form.terms == Terms::Open {
        login.problem = Some(FormProblem::Terms);
        return None;
    }
    let email = EmailAddress::parse(login.identifier.as_deref().unwrap_or_default())?;
    let now = platform.now();
    let held = login
        .judged
        .as_ref()
        .is_some_and(|judged| SignUpPermit::of(judged.outcome) == SignUpPermit::Review);
    Some(User {
        email_verified_at: Some(now),
        name: (!name.is_empty()).then(|| name.to_owned()),
        under_review: held,
        // Mails speak as the pages did, where somebody asked for a language.
        locale: login.spoken().map(|locale| locale.tag().to_owned()),
        ..User::new(id, platform.random().opaque(), email, now)
    })
}

/// What the account signs in with, and what making it proves.
async fn first_credential(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &mut Login,
    (user, secret): (&User, FirstSecret),
) -> Result<Option<(Credential, Proof)>, SignInError> {
    let now = platform.now();
    match secret {
        FirstSecret::Password(typed) => {
            let floor = realm.tenant.record.settings.floor;
            if let Err(refusal) = accounts::check_password(platform, floor, &user.own_words(), &typed).await {
                login.problem = Some(FormProblem::NewPassword(refusal));
                return Ok(None);
            }
            let salt = platform.random().bytes();
            let phc = platform.hasher.hash(normalize(&typed), salt).await?;
            let credential = Credential {
                id: CredentialId(platform.random().uuid(now)),
                user: user.id,
                secret: CredentialSecret::Password { phc },
                name: None,
                created_at: now,
                last_used_at: None,
                version: 1,
            };
            Ok(Some((credential, Proof::by(Method::Password, now))))
        }
        FirstSecret::Passkey(answer) => {
            let state = login
                .passkey
                .take()
                .and_then(|value| serde_json::from_value::<RegistrationState>(value).ok());
            let record = state
                .and_then(|state| new_factor::new_passkey(platform, realm, visit, (&state, &answer)).ok());
            let Some(record) = record else {
                login.problem = Some(FormProblem::Passkey);
                return Ok(None);
            };
            let proof = new_factor::proof_of_new_passkey(&record, now);
            Ok(Some((
                new_factor::passkey_credential(platform, user.id, record, None),
                proof,
            )))
        }
    }
}

/// What history tells of a new account: how it was made, and what was agreed to.
fn completed(realm: &Realm, login: &Login, credential: &Credential) -> Value {
    let settings = &realm.tenant.record.settings;
    json!({
        "client": login.client().map(ToString::to_string),
        "method": credential.secret.method().name(),
        "decision": login.judged.as_ref().map(|judged| judged.decision),
        "terms": settings.terms_uri, "privacy": settings.privacy_uri,
    })
}

fn close_decision(platform: &Platform, login: &Login, user: UserId, batch: &mut Batch) {
    let Some(judged) = &login.judged else { return };
    let asked = Method::EmailOtp.name();
    batch.name_subject(judged.decision, user);
    batch.end_decision(judged.decision, Ending::Passed, Some(asked), platform.now());
}
