//! The end of a sign-in: session, browser record, learning, notice and events in one commit; then the app gets its answer.

use serde_json::{Value, json};

use super::browser_record::{SavedBrowser, notice, save_browser};
use super::login::{Choice, Login, Purpose};
use super::notices::event;
use super::service::key;
use super::step::Step;
use super::{SignInError, mail_code};
use crate::accounts::Account;
use crate::base::ids::DeviceId;
use crate::base::secret::Secret;
use crate::base::timestamp::Timestamp;
use crate::domain::assurance::{Acr, Proof, Strength};
use crate::domain::decision::Ending;
use crate::domain::device::Device;
use crate::domain::message::Message;
use crate::domain::session::{EndReason, Session};
use crate::factors::assurance::strongest_since;
use crate::flow::need::Judgement;
use crate::protocol::authorize::AuthorizationRequest;
use crate::risk::visit::Sensitivity;
use crate::sessions::{self, NewSession};
use crate::signals::{self, Gathered, Lesson, Subject};
use crate::store::{Batch, Consent, StoreError, TenantStore};
use crate::tenants::{Platform, Realm, Visit};

/// A finished sign-in.
#[derive(Debug)]
pub struct Finished {
    /// What it was for.
    pub purpose: Purpose,
    /// The session.
    pub session: Session,
    /// The user.
    pub account: Account,
    /// The class that was reached.
    pub reached: Acr,
    /// All proofs that count.
    pub proofs: Vec<Proof>,
    /// A new session cookie, when it changed.
    pub session_cookie: Option<Secret<String>>,
    /// A new browser cookie, when it changed.
    pub browser_cookie: Option<Secret<String>>,
    /// The transaction, to be marked as finished once the answer is known.
    pub login: Login,
}

impl Finished {
    /// The app's request, when it was for one.
    pub fn request(&self) -> Option<&AuthorizationRequest> {
        match &self.purpose {
            Purpose::Authorize(request) => Some(request),
            Purpose::Page { .. } => None,
        }
    }

    /// Keeps where the browser was sent, so that a page that is loaded again has a way on.
    ///
    /// # Errors
    /// Short-lived state is full.
    pub fn mark(&self, platform: &Platform, realm: &Realm, went_to: &str) -> Result<(), SignInError> {
        let mut login = self.login.clone();
        login.finished = Some(went_to.to_owned());
        super::service::keep(platform, realm, &login)
    }
}

/// Finishes. A silent pass through a live session changes nothing but the decision and the time it was seen.
pub(super) async fn finish(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: Login,
    account: Account,
    reached: Acr,
) -> Result<Step, SignInError> {
    // Learning races with another sign-in of the same account; the loser learns again from what the winner stored.
    let mut tries = 0;
    let done = loop {
        match write(platform, realm, visit, &login, &account).await {
            Err(SignInError::Store(StoreError::Conflict(_))) if tries < 3 => tries += 1,
            other => break other?,
        }
    };
    signals::note_success(platform, realm, visit, account.user.id);
    if let Some(message) = done.notice {
        mail_code::hand_over(platform, realm, &account, message).await?;
    }
    platform.ephemeral.remove(&key(realm, login.id));
    let proofs = login.countable();
    Ok(Step::Finished(Box::new(Finished {
        purpose: login.purpose.clone(),
        session: done.session,
        account,
        reached,
        proofs,
        session_cookie: done.session_cookie,
        browser_cookie: done.browser_cookie,
        login,
    })))
}

struct Written {
    session: Session,
    session_cookie: Option<Secret<String>>,
    browser_cookie: Option<Secret<String>>,
    notice: Option<Message>,
}

async fn write(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &Login,
    account: &Account,
) -> Result<Written, SignInError> {
    let store = realm.store(&platform.store);
    let now = platform.now();
    let held = match login.session {
        // One that ended at this moment is not replaced by a new one.
        Some(id) => {
            let held = store.session(id).await?.filter(|session| session.is_live(now));
            Some(held.ok_or(SignInError::Expired)?)
        }
        None => None,
    };
    let mut batch = store.batch();
    save_consent(platform, login, account, &mut batch);
    if login.proofs.is_empty()
        && let Some(session) = held
    {
        return silent(platform, &store, login, session, batch).await;
    }
    let subject = Subject {
        account,
        sensitivity: Sensitivity::Normal,
        session: None,
        breached_password: login.breached,
    };
    let gathered = signals::gather(platform, realm, visit, subject).await?;
    let SavedBrowser {
        device,
        cookie: browser_cookie,
        newsworthy,
    } = save_browser(platform, realm, visit, login, (account, &gathered), &mut batch);
    end_other_persons(platform, realm, visit, account, &mut batch).await?;
    let (session, cookie) = save_session(platform, visit, login, (account, device.id), held, &mut batch);
    signals::learn(
        platform,
        realm,
        account.user.id,
        &gathered,
        lesson(login),
        &mut batch,
    )
    .await?;
    // Whoever proves a factor has not lost it; somebody else said so.
    if strongest_since(&login.proofs, login.started_at).is_some_and(|proven| proven > Strength::EmailCode) {
        batch.stop_recoveries(account.user.id, now);
    }
    let notice = newsworthy.then(|| {
        let about = (account, &gathered, &device);
        notice(platform, realm, login, about, &session, &mut batch)
    });
    end_decision(login, &session, &device, now, &mut batch);
    let told = completed(login, &session, &device, &gathered);
    batch.event(&event(platform, "signin.completed", account.user.id, visit, told));
    store.commit(batch).await?;
    Ok(Written {
        session,
        session_cookie: Some(cookie),
        browser_cookie: Some(browser_cookie),
        notice,
    })
}

/// What history tells of a completed sign-in.
fn completed(login: &Login, session: &Session, device: &Device, gathered: &Gathered) -> Value {
    let methods: Vec<&str> = login.proofs.iter().map(|proof| proof.method.name()).collect();
    json!({
        "client": login.client().map(ToString::to_string), "session": session.id, "device": device.id, "methods": methods,
        "decision": login.judged.as_ref().map(|judged| judged.decision),
        "place": gathered.address.place.as_ref().and_then(|place| place.country.clone()),
    })
}

/// Through a live session without a new proof.
async fn silent(
    platform: &Platform,
    store: &TenantStore,
    login: &Login,
    mut session: Session,
    mut batch: Batch,
) -> Result<Written, SignInError> {
    let now = platform.now();
    session.last_seen_at = now;
    session.idle_expires_at = now.plus(platform.settings.sessions.idle).min(session.expires_at);
    batch.touch_session(session.id, now, session.idle_expires_at);
    for judged in login.judged_as(|_| true) {
        batch.link_decision(judged.decision, Some(session.id), session.device);
    }
    store.commit(batch).await?;
    Ok(Written {
        session,
        session_cookie: None,
        browser_cookie: None,
        notice: None,
    })
}

fn save_consent(platform: &Platform, login: &Login, account: &Account, batch: &mut Batch) {
    if let (Choice::Yes, Some(request)) = (login.consent, login.request()) {
        batch.save_consent(&Consent {
            user: account.user.id,
            client: request.client.clone(),
            scope: request.consent_words().join(" "),
            granted_at: platform.now(),
        });
    }
}

/// The session of another person on this browser ends: its cookie is about to be replaced (ASVS 5 7.2.4).
async fn end_other_persons(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    account: &Account,
    batch: &mut Batch,
) -> Result<(), StoreError> {
    let live = sessions::current(platform, realm, visit).await?;
    if let Some(live) = live.filter(|live| live.session.user != account.user.id) {
        sessions::end_one(platform, live.session.id, EndReason::Replaced, batch);
    }
    Ok(())
}

fn save_session(
    platform: &Platform,
    visit: &Visit,
    login: &Login,
    (account, device): (&Account, DeviceId),
    held: Option<Session>,
    batch: &mut Batch,
) -> (Session, Secret<String>) {
    if let Some(mut session) = held {
        let cookie = sessions::strengthen(platform, &mut session, &login.proofs, batch);
        return (session, cookie);
    }
    sessions::begin(
        platform,
        NewSession {
            user: &account.user,
            device: Some(device),
            proofs: login.proofs.clone(),
            visit,
            agent: signals::summary(visit.user_agent.as_deref()).words(),
        },
        batch,
    )
}

/// A strong factor, or a sign-in that needed nothing, teaches fully; a weak factor half (risk.md section 3).
fn lesson(login: &Login) -> Lesson {
    let mut asked = login.judged_as(|judgement| matches!(judgement, Judgement::StepUp(_)));
    let asked = asked.next().is_some();
    let strong =
        strongest_since(&login.proofs, login.started_at).is_some_and(|proven| proven > Strength::EmailCode);
    if asked && !strong {
        Lesson::Half
    } else {
        Lesson::Full
    }
}

fn end_decision(login: &Login, session: &Session, device: &Device, now: Timestamp, batch: &mut Batch) {
    for judged in login.judged_as(|_| true) {
        batch.link_decision(judged.decision, Some(session.id), Some(device.id));
    }
    for judged in login.judged_as(|judgement| matches!(judgement, Judgement::StepUp(_))) {
        let asked = login.chosen.map(crate::domain::assurance::Method::name);
        batch.end_decision(judged.decision, Ending::Passed, asked, now);
    }
}
