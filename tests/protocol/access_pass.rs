//! Temporary access passes: two operators, one pass, one use; and what it is worth (features.md F9; NIST SP 800-63B-4 section 4.2).

use std::time::Duration;

use tidegate::admin::users::passes;
use tidegate::admin::users::{NewUser, Passwords};
use tidegate::admin::{Actor, AdminError, users};
use tidegate::base::ids::UserId;
use tidegate::base::secret::Secret;
use tidegate::domain::action::Action;
use tidegate::domain::assurance::Method;
use tidegate::domain::credential::{Credential, CredentialSecret, PushDevice};
use tidegate::domain::decision::Ending;
use tidegate::domain::user::Role;
use tidegate::factors::totp;
use webauthn_authenticator_rs::AuthenticatorBackend as _;
use webauthn_authenticator_rs::softpasskey::SoftPasskey;
use webauthn_rs::prelude::CreationChallengeResponse;

use crate::on_each_store;
use crate::support::browser::{Browser, query_of};
use crate::support::client::{App, claims};
use crate::support::{Kind, PASSWORD, TestApp};

const BOB: &str = "bob@demo.test";
const ADMIN: &str = "admin@demo.test";
pub(crate) const SUPPORT: &str = "support@demo.test";
const SUPPORT_TOTP: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const WHY: &str = "Phone stolen; called back on the number in the file";
const NEW: &str = "a new and quite long passphrase";

/// An operator of the demo tenant beside its owner.
pub(crate) async fn hire(app: &TestApp, email: &str, role: Role) -> UserId {
    let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
    let wanted = NewUser {
        email: email.to_owned(),
        password: Some(Secret::new(PASSWORD.to_owned())),
        totp_secret: Some(Secret::new(SUPPORT_TOTP.to_owned())),
        email_verified: true,
        ..NewUser::default()
    };
    let platform = &app.shared.platform;
    let made = users::create(&actor, platform, wanted, Passwords::Existing)
        .await
        .unwrap();
    users::grant_role(&actor, platform, email, role).await.unwrap();
    made.id
}

pub(crate) async fn operator(app: &TestApp, email: &str) -> Browser {
    let mut browser = Browser::new(app);
    browser.password_at("/console?tenant=demo", email).await;
    let code = if email == ADMIN {
        app.totp(ADMIN)
    } else {
        totp::current(&totp::from_text(SUPPORT_TOTP).unwrap(), app.now()).unwrap()
    };
    browser.submit("code", &[("code", &code)]).await;
    assert_eq!(browser.page.status, 200, "{}", browser.page.text());
    browser
}

async fn user(app: &TestApp, email: &str) -> UserId {
    app.store().await.user_by_email(email).await.unwrap().unwrap().id
}

async fn ask(app: &TestApp, browser: &mut Browser, email: &str) {
    let id = user(app, email).await;
    browser.get(&format!("/console/users/{id}?tenant=demo")).await;
    browser
        .submit("reason", &[("reason", WHY), ("minutes", "10")])
        .await;
    assert!(
        browser.page.url.contains("done=pass_asked"),
        "{}",
        browser.page.text()
    );
}

/// The text of a pass for an account, made by two people in the console.
async fn pass(app: &TestApp, email: &str) -> String {
    hire(app, SUPPORT, Role::Support).await;
    let mut support = operator(app, SUPPORT).await;
    ask(app, &mut support, email).await;
    let mut admin = operator(app, ADMIN).await;
    admin.get("/console/waiting?tenant=demo").await;
    admin.submit_to("/approve?tenant=demo", &[]).await;
    assert!(
        admin.page.url.contains("done=pass_approved"),
        "{}",
        admin.page.text()
    );
    let id = user(app, email).await;
    support.get(&format!("/console/users/{id}?tenant=demo")).await;
    support.submit_to("/show?tenant=demo", &[]).await;
    shown(&support).unwrap_or_else(|| panic!("{}", support.page.text()))
}

fn shown(browser: &Browser) -> Option<String> {
    let (_, rest) = browser.page.html.split_once("id=\"new-pass\">")?;
    rest.split_once('<').map(|(text, _)| text.to_owned())
}

/// As far as the second step that an app asks for.
async fn second_step(browser: &mut Browser, client: &App, email: &str) {
    browser
        .get(&client.authorize(&[("acr_values", "aal2"), ("prompt", "login")]))
        .await;
    browser
        .submit("password", &[("email", email), ("password", PASSWORD)])
        .await;
    assert!(
        browser.page.text().contains("One more check"),
        "{}",
        browser.page.text()
    );
}

async fn give(browser: &mut Browser, pass: &str) {
    browser.submit("method", &[("method", "access_pass")]).await;
    browser.submit("code", &[("code", pass)]).await;
}

async fn set_up_totp(app: &TestApp, browser: &mut Browser) {
    let secret = browser.page.totp_secret();
    let code = totp::current(&secret, app.now()).unwrap();
    browser.submit("code", &[("code", &code)]).await;
}

async fn id_token(client: &App, browser: &Browser) -> serde_json::Value {
    let left = browser.left_to.as_deref();
    let left = left.unwrap_or_else(|| panic!("{}", browser.page.text()));
    let answer = client.redeem(&query_of(left, "code").unwrap()).await;
    claims(&answer.text("id_token"))
}

async fn methods(app: &TestApp, email: &str) -> Vec<Method> {
    let held = app
        .store()
        .await
        .credentials_of(user(app, email).await)
        .await
        .unwrap();
    let mut methods: Vec<Method> = held.iter().map(|credential| credential.secret.method()).collect();
    methods.sort();
    methods
}

on_each_store! {
    async fn one_asks_another_approves_and_the_person_sets_up_a_new_factor(app: &TestApp) {
        hire(app, SUPPORT, Role::Support).await;
        let mut support = operator(app, SUPPORT).await;
        ask(app, &mut support, BOB).await;
        // Nobody approves the own request, and until it is approved there is nothing to show.
        support.get("/console/waiting?tenant=demo").await;
        assert!(support.page.text().contains("somebody else decides"), "{}", support.page.text());
        let waiting = app.store().await.open_access_passes(app.now()).await.unwrap();
        let id = waiting[0].id;
        let csrf = support.form("csrf").unwrap().fields.iter().find(|(name, _)| name == "csrf").unwrap().1.clone();
        for act in [format!("/console/waiting/{id}/approve?tenant=demo"), format!("/console/users/{}/passes/{id}/show?tenant=demo", waiting[0].user)] {
            support.post(&act, &[("csrf", &csrf)]).await;
            assert_eq!(support.page.status, 409, "{act}: {}", support.page.text());
        }
        let mut admin = operator(app, ADMIN).await;
        admin.get("/console?tenant=demo").await;
        assert!(admin.page.text().contains("One access pass waits for your approval"), "{}", admin.page.text());
        admin.get("/console/waiting?tenant=demo").await;
        assert!(admin.page.text().contains(WHY), "{}", admin.page.text());
        admin.submit_to("/approve?tenant=demo", &[]).await;
        app.mail(BOB, |mail| (mail.kind == "access_pass_approved").then_some(())).await;
        // It is shown to whoever asked, once.
        let page = format!("/console/users/{}?tenant=demo", waiting[0].user);
        admin.get(&page).await;
        assert!(!admin.page.text().contains("Show the pass"), "{}", admin.page.text());
        support.get(&page).await;
        support.submit_to("/show?tenant=demo", &[]).await;
        let text = shown(&support).unwrap();
        support.get(&page).await;
        assert!(shown(&support).is_none() && support.page.text().contains("Handed out"), "{}", support.page.text());
        let stored = app.store().await.access_pass(id).await.unwrap().unwrap();
        assert!(!format!("{stored:?}").contains(&text));

        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        second_step(&mut browser, &client, BOB).await;
        give(&mut browser, &text.to_lowercase().replace('-', " ")).await;
        assert!(browser.page.text().contains("takes the place of the ways to sign in that you lost"), "{}", browser.page.text());
        app.mail(BOB, |mail| (mail.kind == "access_pass_used").then_some(())).await;
        assert_eq!(methods(app, BOB).await, [Method::Password, Method::Totp], "the old one stays until there is a new one");
        set_up_totp(app, &mut browser).await;
        let token = id_token(&client, &browser).await;
        assert_eq!((&token["acr"], &token["amr"]), (&"aal2".into(), &serde_json::json!(["pwd", "otp", "mfa"])));
        assert_eq!(methods(app, BOB).await, [Method::Password, Method::Totp]);
        app.mail(BOB, |mail| (mail.kind == "recovered").then_some(())).await;

        // The engine judged a recovery; what was asked before was left.
        let decisions = app.decisions().await;
        assert!(decisions.iter().any(|decision| decision.action == Action::Recover), "{decisions:?}");
        let left = decisions.iter().find(|decision| decision.asked.as_deref() == Some("access_pass")).unwrap();
        assert_eq!((&left.action, left.ended), (&Action::SignIn, Some(Ending::Abandoned)));
        // Used is used, and the account cools down.
        let mut again = Browser::new(app);
        second_step(&mut again, &client, BOB).await;
        assert!(!again.page.text().contains("Temporary access pass"), "{}", again.page.text());
        let factors = app.store().await.credentials_of(user(app, BOB).await).await.unwrap();
        let new = factors.iter().find(|factor| factor.secret.method() == Method::Totp).unwrap().id;
        browser.get(&format!("/t/demo/account/factors/{new}/remove")).await;
        browser.submit("csrf", &[]).await;
        assert_eq!(browser.page.status, 409, "{}", browser.page.text());
        let trail = app.store().await.audit(None, &tidegate::base::page::PageRequest::new(None, 50)).await.unwrap();
        let acts: Vec<&str> = trail.items.iter().map(|held| held.entry.act.as_str()).collect();
        for act in ["access_pass.asked", "access_pass.approved", "access_pass.shown", "access_pass.used"] {
            assert!(acts.contains(&act), "{act} in {acts:?}");
        }
    }

    /// SP 800-63B-4 section 4.2.2.3: a code from support counts beside another way that was bound to the account, never alone.
    async fn a_pass_counts_beside_the_mailbox_and_never_alone(app: &TestApp) {
        let text = pass(app, BOB).await;
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        browser.get(&client.authorize(&[("prompt", "login")])).await;
        let mut form = browser.form("password").unwrap();
        for (page, field, value) in [("/signin/method", "method", "access_pass"), ("/signin/code", "code", text.as_str())] {
            form.action = form.action.replace("/signin/password", page);
            browser.send(&form, &[("email", BOB), (field, value)]).await;
            assert!(browser.page.has_field("password"), "{page}: {}", browser.page.text());
            form = browser.form("password").unwrap();
        }
        let link = browser.link("Forgot your password?");
        browser.get(&link).await;
        browser.submit("email", &[("email", BOB)]).await;
        let code = app.mail_code(BOB).await;
        browser.submit("code", &[("code", &code)]).await;
        give(&mut browser, &text).await;
        assert_eq!(browser.page.heading(), "Choose a new password", "{}", browser.page.text());
        browser.submit("password", &[("password", NEW)]).await;
        set_up_totp(app, &mut browser).await;
        let token = id_token(&client, &browser).await;
        assert_eq!(token["acr"], "aal2");
        assert_eq!(methods(app, BOB).await, [Method::Password, Method::Totp]);
    }

    /// What replaces a lost factor is as strong: neither page nor a forged form gives less.
    async fn what_replaces_a_lost_factor_is_as_strong(app: &TestApp) {
        let bob = user(app, BOB).await;
        let store = app.store().await;
        let mut batch = store.batch();
        batch.insert_credential(&Credential {
            id: tidegate::base::ids::CredentialId(uuid::Uuid::from_u128(77)),
            user: bob,
            secret: CredentialSecret::Push(PushDevice { key: "k".into(), subscription: None }),
            name: None,
            created_at: app.now(),
            last_used_at: None,
            version: 1,
        });
        store.commit(batch).await.unwrap();
        let text = pass(app, BOB).await;
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        second_step(&mut browser, &client, BOB).await;
        give(&mut browser, &text).await;
        assert_eq!(browser.page.heading(), "Approve on this device", "{}", browser.page.text());
        assert!(browser.page.html.contains("value=\"passkey\"") && !browser.page.html.contains("value=\"totp\""), "{}", browser.page.html);
        browser.submit("method", &[("method", "totp")]).await;
        assert_eq!(browser.page.heading(), "Approve on this device", "{}", browser.page.text());
        browser.submit("method", &[("method", "passkey")]).await;
        let mut form = browser.form("credential").unwrap();
        form.action = form.action.replace("/signin/enrol/passkey", "/signin/code");
        browser.send(&form, &[("code", "123456")]).await;
        assert_eq!(browser.page.status, 200);
        let options: CreationChallengeResponse = serde_json::from_value(browser.passkey_options().await).unwrap();
        let mut device = SoftPasskey::new(true);
        let origin = url::Url::parse(&app.base).unwrap();
        let answer = device.perform_register(origin, options.public_key, 60_000).unwrap();
        browser.submit("credential", &[("credential", &serde_json::to_string(&answer).unwrap())]).await;
        let token = id_token(&client, &browser).await;
        assert_eq!(token["acr"], "aal2", "asked for, and more was reached");
        assert_eq!(methods(app, BOB).await, [Method::Password, Method::Passkey]);
    }

    async fn a_pass_ends_with_its_time_by_the_owner_and_by_support(app: &TestApp) {
        let text = pass(app, BOB).await;
        let client = App::web(app).await;
        // By the owner, on the account page.
        let mut owner = Browser::new(app);
        second_step(&mut owner, &client, BOB).await;
        owner.submit("code", &[("code", &app.totp(BOB))]).await;
        owner.get("/t/demo/account").await;
        owner.submit_to("/account/passes/revoke", &[]).await;
        assert!(owner.page.text().contains("The access pass was taken back"), "{}", owner.page.text());
        let mut browser = Browser::new(app);
        second_step(&mut browser, &client, BOB).await;
        assert!(!browser.page.text().contains("Temporary access pass"), "{}", browser.page.text());
        // By its time; and a pass that was typed before ends with it.
        app.advance(Duration::from_mins(2));
        let mut support = operator(app, SUPPORT).await;
        ask(app, &mut support, BOB).await;
        let mut admin = operator(app, ADMIN).await;
        admin.get("/console/waiting?tenant=demo").await;
        admin.submit_to("/approve?tenant=demo", &[]).await;
        let page = format!("/console/users/{}?tenant=demo", user(app, BOB).await);
        support.get(&page).await;
        support.submit_to("/show?tenant=demo", &[]).await;
        let fresh = shown(&support).unwrap();
        assert_ne!(fresh, text);
        second_step(&mut browser, &client, BOB).await;
        browser.submit("method", &[("method", "access_pass")]).await;
        app.advance(Duration::from_mins(10));
        browser.submit("code", &[("code", &fresh)]).await;
        assert!(browser.page.has_field("code") && !browser.page.html.contains("enrol-totp"), "{}", browser.page.text());
        assert_eq!(methods(app, BOB).await, [Method::Password, Method::Totp]);
        // By support.
        app.advance(Duration::from_mins(2));
        let mut support = operator(app, SUPPORT).await;
        ask(app, &mut support, BOB).await;
        support.get(&page).await;
        support.submit_to("/revoke?tenant=demo", &[]).await;
        assert!(support.page.text().contains("Taken back"), "{}", support.page.text());
    }

    /// Ten guesses a sign-in, and the account's own limit behind them.
    async fn guesses_are_limited(app: &TestApp) {
        let text = pass(app, BOB).await;
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        second_step(&mut browser, &client, BOB).await;
        browser.submit("method", &[("method", "access_pass")]).await;
        for _ in 0..10 {
            if browser.page.status == 200 {
                browser.submit("code", &[("code", "0000-0000-0000")]).await;
            }
        }
        if browser.page.status == 200 {
            browser.submit("code", &[("code", &text)]).await;
        }
        assert!(browser.page.status == 429 || browser.page.text().contains("Too many"), "{} {}", browser.page.status, browser.page.text());
        assert_eq!(methods(app, BOB).await, [Method::Password, Method::Totp]);
    }

    /// Roles are checked on both sides, and nobody reaches above the own place.
    async fn who_may_not_may_not(app: &TestApp) {
        let store = app.store().await;
        let tenant = store.record().await.unwrap().unwrap();
        let platform = &app.shared.platform;
        let support = Actor::person(hire(app, SUPPORT, Role::Support).await, &tenant, vec![Role::Support]);
        let analyst = Actor::person(user(app, "carol@demo.test").await, &tenant, vec![Role::Analyst]);
        let bob = Actor::person(user(app, BOB).await, &tenant, vec![Role::Admin]);
        let wanted = || passes::NewPass { reason: WHY.to_owned(), minutes: 60 };
        let forbidden = |result: Result<(), AdminError>| assert!(matches!(result, Err(AdminError::Forbidden(_))), "{result:?}");
        let refused = |result: Result<(), AdminError>| assert!(matches!(result, Err(AdminError::Refused(_))), "{result:?}");
        forbidden(passes::request(&analyst, platform, BOB, wanted()).await);
        forbidden(passes::request(&support, platform, ADMIN, wanted()).await);
        let command_line = Actor::command_line().on(tenant.id).unwrap();
        forbidden(passes::request(&command_line, platform, BOB, wanted()).await);
        refused(passes::request(&bob, platform, BOB, wanted()).await);
        for (reason, minutes) in [("", 60), (WHY, 9), (WHY, 481)] {
            let wanted = passes::NewPass { reason: reason.to_owned(), minutes };
            let result = passes::request(&support, platform, BOB, wanted).await;
            assert!(matches!(result, Err(AdminError::Invalid { .. })), "{result:?}");
        }
        passes::request(&support, platform, BOB, wanted()).await.unwrap();
        refused(passes::request(&support, platform, BOB, wanted()).await);
        let id = store.open_access_passes(app.now()).await.unwrap()[0].id;
        forbidden(passes::approve(&analyst, platform, id).await);
        refused(passes::approve(&support, platform, id).await);
        refused(passes::approve(&bob, platform, id).await);
        // An operator of all tenants who has the same address as whoever asked is the same person.
        let owner = Actor::person(user(app, ADMIN).await, &tenant, vec![Role::Owner]);
        let system = platform.store.everyone().tenant_by_slug("system").await.unwrap().unwrap();
        let twin = platform.store.tenant(system.id).user_by_email(ADMIN).await.unwrap().unwrap();
        let twin = Actor::person(twin.id, &system, vec![Role::Owner]).on(tenant.id).unwrap();
        passes::request(&owner, platform, "alice@demo.test", wanted()).await.unwrap();
        let open = store.open_access_passes(app.now()).await.unwrap();
        let other = open.iter().find(|pass| pass.id != id).unwrap().id;
        refused(passes::approve(&twin, platform, other).await);
        // The row itself knows the rule too.
        for by in [support.person_id().unwrap(), bob.person_id().unwrap()] {
            let mut batch = store.batch();
            batch.approve_access_pass(id, by, app.now(), app.now().plus(Duration::from_hours(1)));
            assert!(store.commit(batch).await.is_err());
        }
        app.advance(Duration::from_hours(24));
        let late = passes::approve(&owner, platform, id).await;
        assert!(matches!(late, Err(AdminError::Changed)), "{late:?}");
    }
}
