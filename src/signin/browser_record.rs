//! The browser of a finished sign-in: its record with the account, its next cookie value, and the notice when it is new.

use std::time::Duration;

use super::login::{Choice, Login};
use super::notices::{NoticedSignIn, open_notice};
use crate::accounts::Account;
use crate::base::ids::{BrowserId, DeviceId};
use crate::base::secret::{Secret, TokenHash, TokenKind};
use crate::domain::device::Device;
use crate::domain::message::{Message, SignInFacts};
use crate::domain::outcome::Outcome;
use crate::domain::session::Session;
use crate::sessions::{self, BrowserState};
use crate::signals::{self, Gathered};
use crate::store::Batch;
use crate::tenants::{Platform, Realm, Visit};

/// How long we don't ask again whether to remember a browser.
const DECLINED: Duration = Duration::from_hours(30 * 24);

/// A browser's record as it will be stored.
pub(super) struct SavedBrowser {
    pub(super) device: Device,
    pub(super) cookie: Secret<String>,
    /// New to an account that has others: its owner is told, once.
    pub(super) newsworthy: bool,
}

/// The browser's record for this account, and a new cookie value.
#[expect(clippy::too_many_lines, reason = "one record, field by field")]
pub(super) fn save_browser(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    login: &Login,
    (account, gathered): (&Account, &Gathered),
    batch: &mut Batch,
) -> SavedBrowser {
    let now = platform.now();
    let known = &gathered.browser;
    let current = known.state == BrowserState::Current;
    // A copied value is not the browser it was copied from.
    let id = known
        .id
        .filter(|_| current)
        .unwrap_or_else(|| BrowserId(platform.random().uuid(now)));
    let cookie = sessions::fresh_secret(platform.random());
    let old = visit
        .browser
        .as_ref()
        .filter(|_| current)
        .map(|value| TokenHash::of(TokenKind::Browser, value));
    batch.replace_browser(id, old.as_ref(), &TokenHash::of(TokenKind::Browser, &cookie), now);
    let place = gathered
        .address
        .place
        .as_ref()
        .and_then(|place| place.country.clone());
    let before = known.device.clone().filter(|_| current);
    let fresh = before.is_none();
    let mut device = before.unwrap_or_else(|| Device {
        id: DeviceId(platform.random().uuid(now)),
        user: account.user.id,
        browser_key: sessions::browser_key(&realm.tenant.blind_key, id),
        label: signals::summary(visit.user_agent.as_deref()).label,
        place: None,
        created_at: now,
        last_used_at: now,
        sign_ins: 0,
        remembered_until: None,
        declined_until: None,
        bound_at: None,
        noticed_at: None,
        revoked_at: None,
    });
    device.last_used_at = now;
    device.sign_ins += 1;
    device.place = place.or(device.place);
    device.label = signals::summary(visit.user_agent.as_deref()).label;
    let days = u64::from(realm.tenant.record.settings.remember_days);
    match login.remember {
        Choice::Yes => device.remembered_until = Some(now.plus(Duration::from_hours(24 * days))),
        Choice::No => device.declined_until = Some(now.plus(DECLINED)),
        Choice::Open => {}
    }
    let bind = login
        .judged
        .as_ref()
        .is_some_and(|judged| matches!(judged.outcome, Outcome::StepUpAndBind(_)));
    if bind {
        device.bound_at = Some(now);
    }
    let newsworthy = fresh && known.account_has_devices && is_noteworthy(realm, login);
    if newsworthy {
        device.noticed_at = Some(now);
    }
    if fresh {
        batch.insert_device(&device);
    } else {
        batch.update_device(&device);
    }
    SavedBrowser {
        device,
        cookie: Secret::new(cookie),
        newsworthy,
    }
}

fn is_noteworthy(realm: &Realm, login: &Login) -> bool {
    let threshold = f64::from(realm.tenant.record.settings.notice_threshold);
    login
        .judged
        .as_ref()
        .is_some_and(|judged| judged.score >= threshold)
}

/// A notice for a completed sign-in on a browser that is new to an account which has others: once per browser (people.md U34).
pub(super) fn notice(
    platform: &Platform,
    realm: &Realm,
    login: &Login,
    (account, gathered, device): (&Account, &Gathered, &Device),
    session: &Session,
    batch: &mut Batch,
) -> Message {
    let about = NoticedSignIn {
        decision: login.judged.as_ref().map(|judged| judged.decision),
        session: session.id,
        device: device.id,
    };
    let token = open_notice(platform, account.user.id, Some(about), batch);
    let link = |answer: &str| Secret::new(realm.url(&format!("/notice/{answer}?token={token}")));
    Message::NewBrowser {
        facts: SignInFacts {
            at: platform.now(),
            agent: session.agent.clone().unwrap_or_default(),
            place: gathered
                .address
                .place
                .as_ref()
                .and_then(|place| place.country.clone()),
            app: login.client().map(ToString::to_string),
        },
        yes_url: link("yes"),
        no_url: link("no"),
    }
}
