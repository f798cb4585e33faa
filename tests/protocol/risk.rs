//! Risk decides how: the dials, the records, the ladder.

use tidegate::base::page::PageRequest;
use tidegate::risk::Assessment;
use tidegate::store::DecisionFilter;

use crate::on_each_store;
use crate::support::browser::{Browser, SAFARI, query_of};
use crate::support::client::App;
use crate::support::{Kind, PASSWORD, TestApp};

fn adds_up(decision: &tidegate::domain::decision::Decision) {
    let assessment: Assessment = serde_json::from_value(decision.assessment.clone()).unwrap();
    let sum: f64 = assessment.base_points
        + assessment
            .contributions
            .iter()
            .map(|part| part.points)
            .sum::<f64>();
    assert!((sum - decision.score).abs() < 1e-9, "{sum} {}", decision.score);
}

on_each_store! {
    async fn the_ladder_acts_and_every_decision_adds_up(app: &TestApp) {
        let mut carol = Browser::new(app);
        carol.sign_in(app, "carol@demo.test").await;
        carol.dials(&["tor", "new_device"]).await;
        carol.get("/demo/signin?prompt=login").await;
        carol.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        assert_ne!(carol.page.heading(), "Hello Carol Castro", "stepped up or refused");
        carol.dials(&[]).await;
        app.advance(std::time::Duration::from_secs(5));
        let mut mallory = Browser::new(app);
        mallory.password("mallory@demo.test").await;
        assert_eq!(mallory.page.status, 403);
        let decisions = app.decisions().await;
        assert!(decisions.len() >= 3);
        decisions.iter().for_each(adds_up);
        let last = &decisions[0];
        assert!(last.score >= 80.0 && last.enforced == "deny", "{} {}", last.score, last.enforced);
        assert!(mallory.page.html.contains(last.reference.as_str()) || mallory.page.text().replace(' ', "").contains(last.reference.as_str()));
        assert_eq!(last.forced, ["tor", "impossible_travel", "breached_password"]);
        let forced = decisions.iter().find(|decision| decision.forced == ["tor", "new_device"] || decision.forced == ["new_device", "tor"]).unwrap();
        assert!(forced.score >= 30.0, "{}", forced.score);
        assert_eq!(forced.policy.version, "balanced v1");
    }

    /// Replaying a recorded decision with its own evidence gives the same bits.
    async fn a_recorded_decision_replays_to_the_same_bits(app: &TestApp) {
        let mut browser = Browser::new(app);
        browser.sign_in(app, "carol@demo.test").await;
        for decision in app.decisions().await {
            let evidence: tidegate::risk::Evidence = serde_json::from_value(decision.evidence.clone()).unwrap();
            let again = tidegate::risk::assess(tidegate::risk::Model::builtin(), &evidence);
            assert_eq!(again.score.to_bits(), decision.score.to_bits());
            assert_eq!(serde_json::to_value(&again).unwrap(), decision.assessment);
        }
    }

    /// Defect 25: what is unknown adds nothing and is shown as unknown.
    async fn a_loopback_address_is_no_place_and_no_risk(app: &TestApp) {
        let mut browser = Browser::new(app);
        browser.sign_in(app, "carol@demo.test").await;
        let decision = &app.decisions().await[0];
        let assessment: Assessment = serde_json::from_value(decision.assessment.clone()).unwrap();
        let missing = serde_json::to_value(&assessment.missing).unwrap().to_string();
        assert!(missing.contains("country") && missing.contains("travel"), "{missing}");
        assert!(decision.score < 30.0, "{}", decision.score);
        assert_eq!(decision.country, None);
    }

    /// Defect 21: an app's own address and agent teach nothing about the user.
    async fn back_channel_calls_feed_no_profile(app: &TestApp) {
        let client = App::web(app).await;
        let tokens = client.tokens(app).await;
        let store = app.store().await;
        let user = store.user_by_email("carol@demo.test").await.unwrap().unwrap();
        let before = store.user_profile(user.id).await.unwrap().unwrap();
        let mut token = tokens.text("refresh_token");
        for _ in 0..5 {
            token = client.refresh(&token).await.text("refresh_token");
        }
        let after = store.user_profile(user.id).await.unwrap().unwrap();
        assert_eq!(before, after);
    }

    /// Defect 22: only a completed sign-in tells the owner; never for the first browser, once for each further one.
    async fn a_new_browser_is_told_once_and_only_after_completion(app: &TestApp) {
        app.settings(|settings| settings.notice_threshold = 0).await;
        let notices = || app.shared.mailer.delivered().iter().filter(|held| held.mail.kind == "new_browser").count();
        let mut first = Browser::new(app);
        first.sign_in(app, "carol@demo.test").await;
        assert_eq!(notices(), 0, "the first browser is no news");
        let mut second = Browser::new(app).with_agent(SAFARI);
        second.dials(&["tor", "new_device"]).await;
        second.password("carol@demo.test").await;
        assert_eq!(notices(), 0, "nothing is complete yet");
        second.dials(&[]).await;
        second.password("carol@demo.test").await;
        if second.page.has_field("code") {
            let code = app.mail_code("carol@demo.test").await;
            second.submit("code", &[("code", &code)]).await;
        }
        assert_eq!(second.page.heading(), "Hello Carol Castro", "{}", second.page.text());
        app.mail("carol@demo.test", |mail| (mail.kind == "new_browser").then_some(())).await;
        second.get("/demo/signin?prompt=login").await;
        second.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        assert_eq!(notices(), 1);
    }

    /// risk.md, privacy: a whole address stays 30 days, a decision 400; the score still replays from its evidence.
    async fn addresses_are_cut_and_old_decisions_go(app: &TestApp) {
        let day = std::time::Duration::from_hours(24);
        let mut browser = Browser::new(app);
        browser.sign_in(app, "carol@demo.test").await;
        let store = app.store().await;
        let all = async || store.decisions(&DecisionFilter::default(), &PageRequest::default()).await.unwrap().items;
        let before = all().await;
        let whole = |ip: &Option<String>| ip.as_deref().is_some_and(|ip| ip.parse::<std::net::IpAddr>().is_ok());
        assert!(!before.is_empty() && before.iter().all(|decision| whole(&decision.ip)), "{before:?}");
        app.advance(day * 29);
        tidegate::jobs::retain(&app.shared.platform).await.unwrap();
        assert_eq!(all().await, before, "not yet");
        app.advance(day * 2);
        tidegate::jobs::retain(&app.shared.platform).await.unwrap();
        for (cut, was) in all().await.iter().zip(&before) {
            assert!(cut.ip.as_deref().is_some_and(|ip| ip.ends_with(".0/24")), "{:?}", cut.ip);
            assert_eq!((&cut.evidence, &cut.assessment), (&was.evidence, &was.assessment));
        }
        let user = store.user_by_email("carol@demo.test").await.unwrap().unwrap();
        let sessions = store.sessions_of(user.id, None).await.unwrap();
        assert!(!sessions.is_empty() && sessions.iter().all(|session| !whole(&session.ip)));
        app.advance(day * 370);
        tidegate::jobs::retain(&app.shared.platform).await.unwrap();
        assert!(all().await.is_empty());
    }

    /// people.md U36 and U17: the link shows a question; only the button acts, and it needs no password.
    async fn not_me_ends_the_session_and_asks_for_a_new_password(app: &TestApp) {
        app.settings(|settings| settings.notice_threshold = 0).await;
        let mut owner = Browser::new(app);
        owner.sign_in(app, "carol@demo.test").await;
        let mut thief = Browser::new(app).with_agent(SAFARI);
        thief.sign_in(app, "carol@demo.test").await;
        let link = app
            .mail("carol@demo.test", |mail| {
                mail.text.split_whitespace().find(|word| word.contains("/notice/no?")).map(str::to_owned)
            })
            .await;
        let mut reader = Browser::new(app);
        reader.get(&link).await;
        assert_eq!(reader.page.status, 200);
        thief.get("/t/demo/account").await;
        assert_eq!(thief.page.heading(), "Carol Castro", "reading the mail changes nothing");
        reader.submit("token", &[]).await;
        assert_eq!(reader.page.heading(), "Your account is secured", "{}", reader.page.text());
        thief.get("/t/demo/account").await;
        assert!(thief.page.has_field("password"), "the thief is out");
        reader.get(&link).await;
        assert_eq!(reader.page.status, 400, "once");
        owner.get("/t/demo/account").await;
        assert!(owner.page.url.ends_with("/account/password"), "{}", owner.page.url);
    }

    /// people.md U36: the session's tokens end too, those with offline access among them.
    async fn not_me_takes_offline_access_back(app: &TestApp) {
        app.settings(|settings| settings.notice_threshold = 0).await;
        let client = App::web(app).await;
        let mut owner = Browser::new(app);
        owner.sign_in(app, "carol@demo.test").await;
        let mut thief = Browser::new(app).with_agent(SAFARI);
        thief.get(&client.authorize(&[])).await;
        thief.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        thief.answer_code(app, "carol@demo.test").await;
        let code = query_of(thief.left_to.as_deref().unwrap(), "code").unwrap();
        let token = client.redeem(&code).await.text("refresh_token");
        let link = app
            .mail("carol@demo.test", |mail| {
                mail.text.split_whitespace().find(|word| word.contains("/notice/no?")).map(str::to_owned)
            })
            .await;
        let mut reader = Browser::new(app);
        reader.get(&link).await;
        reader.submit("token", &[]).await;
        let refused = client.refresh(&token).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_grant"));
    }

    /// Defect 18: a part that is down is decided by the tenant's rule, and the record says so.
    async fn unreadable_history_is_decided_by_the_fail_mode(app: &TestApp) {
        let mut browser = Browser::new(app);
        browser.sign_in(app, "carol@demo.test").await;
        let store = app.store().await;
        let user = store.user_by_email("carol@demo.test").await.unwrap().unwrap();
        let profile = store.user_profile(user.id).await.unwrap().unwrap();
        let mut batch = store.batch();
        batch.save_user_profile(user.id, b"not a profile", profile.version, app.now());
        store.commit(batch).await.unwrap();
        app.advance(std::time::Duration::from_secs(5));
        browser.get("/demo/signin?prompt=login").await;
        browser.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        assert!(browser.page.has_field("code"), "a second factor whatever the score: {}", browser.page.text());
        let decision = &app.decisions().await[0];
        assert_eq!(decision.degraded.as_deref(), Some("history"));
        assert_eq!(decision.policy.rule, "fail_mode");
        app.advance(std::time::Duration::from_secs(5));
        app.settings(|settings| settings.fail_mode = tidegate::domain::tenant::FailMode::Closed).await;
        browser.get("/demo/signin?prompt=login").await;
        browser.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        assert_eq!(browser.page.status, 403);
    }

    /// Defect 27 and contract.md: an observing tenant scores and records, and enforces nothing.
    async fn an_observing_policy_enforces_nothing(app: &TestApp) {
        let store = app.store().await;
        let platform = &app.shared.platform;
        let mut batch = store.batch();
        let document = tidegate::policy::presets::get("balanced").unwrap();
        let mode = tidegate::domain::policy_version::PolicyMode::Observe;
        tidegate::tenants::publish(platform, &store, document, mode, "test", &mut batch).await.unwrap();
        store.commit(batch).await.unwrap();
        platform.directory.forget(store.tenant_id());
        let mut mallory = Browser::new(app);
        mallory.password("mallory@demo.test").await;
        assert_eq!(mallory.page.heading(), "Hello Mallory Moreau", "{}", mallory.page.text());
        let decision = &app.decisions().await[0];
        assert_eq!((decision.recommended.as_str(), decision.enforced.as_str()), ("deny", "allow"));
    }

    async fn a_copied_browser_cookie_is_noticed(app: &TestApp) {
        let mut owner = Browser::new(app);
        owner.sign_in(app, "carol@demo.test").await;
        let old = owner.cookie("tg_b").unwrap().clone();
        owner.get("/demo/signin?prompt=login").await;
        owner.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        assert_ne!(owner.cookie("tg_b"), Some(&old), "replaced at each completed sign-in");
        app.advance(std::time::Duration::from_mins(5));
        let mut thief = owner.clone();
        thief.drop_cookie("tg_s");
        thief.set_cookie("tg_b", &old);
        thief.password("carol@demo.test").await;
        assert_ne!(thief.page.heading(), "Hello Carol Castro");
        let decision = &app.decisions().await[0];
        assert!(decision.assessment["hard_stops"].to_string().contains("copied_device"), "{}", decision.assessment);
    }
}
