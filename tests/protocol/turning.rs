//! Sessions that turn, clients that act for themselves, campaigns, and a tenant's own model: risk beyond the sign-in page.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::json;
use tidegate::admin::{Actor, models, tenants};
use tidegate::base::ids::{DecisionId, EventId, Reference};
use tidegate::domain::client::{ClientSettings, GrantType};
use tidegate::domain::decision::Decision;
use tidegate::domain::event::Event;
use tidegate::domain::policy_version::PolicyMode;
use tidegate::risk::Model;
use tidegate::tenants::TenantRaises;

use crate::on_each_store;
use crate::support::browser::Browser;
use crate::support::client::{App, web};
use crate::support::{Kind, PASSWORD, TestApp};

async fn about(app: &TestApp, action: &str) -> Vec<Decision> {
    let all = app.decisions().await;
    all.into_iter()
        .filter(|decision| decision.action.name() == action)
        .collect()
}

/// What the second pass would say of the session behind the newest sign-in.
async fn raise_session(app: &TestApp, nats: f64) {
    let session = about(app, "sign_in").await[0].session.unwrap();
    let raises = TenantRaises {
        sessions: HashMap::from([(session, nats)]),
        ..TenantRaises::default()
    };
    let tenant = app.store().await.tenant_id();
    app.shared.platform.raises.set(HashMap::from([(tenant, raises)]));
}

async fn publish(app: &TestApp, preset: &str) {
    let store = app.store().await;
    let platform = &app.shared.platform;
    let mut batch = store.batch();
    let document = tidegate::policy::presets::get(preset).unwrap();
    tidegate::tenants::publish(
        platform,
        &store,
        document,
        PolicyMode::Enforce,
        "test",
        &mut batch,
    )
    .await
    .unwrap();
    store.commit(batch).await.unwrap();
    platform.directory.forget(store.tenant_id());
}

async fn service(app: &TestApp) -> App {
    let metadata = tidegate::domain::client::ClientMetadata {
        grant_types: vec![GrantType::ClientCredentials],
        scope: Some("api:read api:write".into()),
        ..web()
    };
    App::register(app, "svc", metadata, ClientSettings::default()).await
}

async fn own_token(client: &App, scope: &str) -> crate::support::client::Answer {
    client
        .call(
            "/token",
            &[("grant_type", "client_credentials"), ("scope", scope)],
        )
        .await
}

/// A node that is in the middle of the second pass; `None` on SQLite, which has one server.
async fn another_node_at_work(app: &TestApp) -> Option<tidegate::store::Alone> {
    let store = &app.shared.platform.store;
    if store.is_sqlite() {
        return None;
    }
    store.alone(tidegate::store::Work::SecondPass).await.unwrap()
}

on_each_store! {
    /// features.md L5: a refresh on equal evidence is counted on the record of the first.
    async fn equal_refreshes_are_counted_not_recorded(app: &TestApp) {
        let client = App::web(app).await;
        let mut token = client.tokens(app).await.text("refresh_token");
        for _ in 0..5 {
            app.advance(Duration::from_mins(10));
            token = client.refresh(&token).await.text("refresh_token");
        }
        tidegate::jobs::flush(&app.shared.platform).await;
        let decisions = about(app, "refresh").await;
        assert_eq!(decisions.len(), 1, "{decisions:?}");
        assert_eq!((decisions[0].repeats, decisions[0].repeated_at), (4, Some(app.now())));
        assert_eq!((decisions[0].enforced.as_str(), decisions[0].model.as_str()), ("allow", "session-1"));
        assert!(decisions[0].subject.is_some() && decisions[0].session.is_some());
        // Another agent is another evidence, and by itself no reason to refuse.
        let other = App { agent: "other-app/2.0".into(), ..client.clone() };
        assert_eq!(other.refresh(&token).await.status, 200);
        assert_eq!(about(app, "refresh").await.len(), 2);
    }

    /// features.md E2: risk that rises later is felt at the next refresh; what a person can put right is not taken away.
    async fn a_raised_session_cannot_refresh_until_somebody_signs_in_again(app: &TestApp) {
        let client = App::web(app).await;
        let token = client.tokens(app).await.text("refresh_token");
        raise_session(app, 5.0).await;
        let refused = client.refresh(&token).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_grant"));
        let decision = &about(app, "refresh").await[0];
        let reasons = decision.assessment["reasons"].to_string();
        assert!(reasons.contains("campaign") && decision.score >= 30.0, "{reasons} {}", decision.score);
        assert!(decision.score < 80.0, "one signal alone never refuses for good: {}", decision.score);
        app.shared.platform.raises.set(HashMap::new());
        assert_eq!(client.refresh(&token).await.status, 200, "the family stands");
    }

    /// Under the workforce ladder (76 to 90: end the session and flag it) the grant and the session end.
    async fn a_session_that_turns_is_ended(app: &TestApp) {
        publish(app, "workforce").await;
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        let code = client.code(app, &mut browser, "carol@demo.test", &[]).await;
        let tokens = client.redeem(&code).await;
        browser.get("/t/demo/account").await;
        assert_eq!(browser.page.heading(), "Carol Castro");
        raise_session(app, 5.0).await;
        let thief = App { agent: "curl/8.0".into(), ..client.clone() };
        let refused = thief.refresh(&tokens.text("refresh_token")).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_grant"));
        let decision = &about(app, "refresh").await[0];
        assert_eq!(decision.enforced, "end_session", "{}", decision.score);
        app.shared.platform.raises.set(HashMap::new());
        assert_eq!(client.refresh(&tokens.text("refresh_token")).await.error(), "invalid_grant");
        assert_eq!(client.userinfo(&tokens.text("access_token")).await.status, 401);
        browser.get("/t/demo/account").await;
        assert!(browser.page.has_field("password"), "{}", browser.page.text());
        let events = app.store().await.events(None, &tidegate::base::page::PageRequest::new(None, 50)).await.unwrap();
        assert!(events.items.iter().any(|event| event.code == "risk.session_ended"));
    }

    /// features.md R9: a client that keeps its habits writes one record; one that changes them all is refused with a code to quote.
    async fn a_client_is_judged_by_its_own_habits(app: &TestApp) {
        let client = service(app).await;
        for _ in 0..48 {
            assert_eq!(own_token(&client, "api:read").await.status, 200);
            app.advance(Duration::from_hours(1));
        }
        assert_eq!(about(app, "client_token").await.len(), 1);
        tidegate::jobs::flush(&app.shared.platform).await;
        assert_eq!(about(app, "client_token").await[0].repeats, 47);
        let thief = App { agent: "python-requests/2.0".into(), ..client.clone() };
        for _ in 0..60 {
            own_token(&client, "api:read").await;
        }
        app.advance(Duration::from_secs(1));
        let refused = own_token(&thief, "api:write").await;
        assert_eq!((refused.status, refused.error()), (400, "unauthorized_client"), "{}", refused.body);
        let decision = &about(app, "client_token").await[0];
        assert!(refused.body["error_description"].as_str().unwrap().contains(decision.reference.as_str()));
        assert_eq!((decision.model.as_str(), decision.client.as_ref().unwrap().as_str()), ("machine-1", "svc"));
        let reasons = decision.assessment["reasons"].to_string();
        assert!(reasons.contains("scope_novelty") && reasons.contains("agent_novelty"), "{reasons}");
        assert_eq!(own_token(&client, "api:read").await.status, 200, "the client itself goes on");
    }

    /// Defect 18, for machines: habits that can't be read are decided by the tenant's rule, which ends nothing, and begin anew.
    async fn unreadable_habits_are_decided_by_the_fail_mode(app: &TestApp) {
        let client = service(app).await;
        let store = app.store().await;
        let mut batch = store.batch();
        batch.save_tenant_profile("client:svc", b"no habits", 0, app.now());
        store.commit(batch).await.unwrap();
        assert_eq!(own_token(&client, "api:read").await.status, 200, "fails open");
        let decision = &about(app, "client_token").await[0];
        assert_eq!((decision.degraded.as_deref(), decision.policy.rule.as_str()), (Some("history"), "fail_mode"));
        app.advance(Duration::from_secs(5));
        app.settings(|settings| settings.fail_mode = tidegate::domain::tenant::FailMode::Closed).await;
        let refused = own_token(&client, "api:read").await;
        assert_eq!((refused.status, refused.error()), (400, "unauthorized_client"));
        let decision = &about(app, "client_token").await[0];
        assert_eq!((decision.enforced.as_str(), decision.degraded.as_deref()), ("deny", Some("history")));
        tidegate::jobs::flush(&app.shared.platform).await;
        assert_eq!(own_token(&client, "api:read").await.status, 200, "written anew, they can be read again");
    }

    /// features.md L5: what was counted on a decision is not lost when the next one says something else.
    async fn counts_survive_a_change_of_evidence(app: &TestApp) {
        let client = service(app).await;
        for _ in 0..4 {
            assert_eq!(own_token(&client, "api:read").await.status, 200);
        }
        app.advance(Duration::from_secs(1));
        let other = App { agent: "python-requests/2.0".into(), ..client.clone() };
        assert_eq!(own_token(&other, "api:read").await.status, 200);
        tidegate::jobs::flush(&app.shared.platform).await;
        let repeats: Vec<i64> = about(app, "client_token").await.iter().map(|decision| decision.repeats).collect();
        assert_eq!(repeats, [0, 3]);
    }

    /// features.md R6: many accounts tried from one network, one let in there: its session is raised, and the stream is told once.
    async fn the_second_pass_finds_a_campaign_and_raises_who_got_in(app: &TestApp) {
        let client = App::web(app).await;
        let token = client.tokens(app).await.text("refresh_token");
        let platform = &app.shared.platform;
        let store = app.store().await;
        let mut batch = store.batch();
        for number in 0..12_u8 {
            batch.event(&Event {
                id: EventId(platform.random().uuid(app.now())),
                at: app.now(),
                code: "signin.failed".into(),
                user: None,
                data: json!({"ip": format!("45.83.1.{number}"), "agent": null}),
            });
        }
        let mut from_there = about(app, "sign_in").await.remove(0);
        from_there.id = DecisionId(platform.random().uuid(app.now()));
        from_there.reference = Reference::of(from_there.id.0);
        from_there.ip = Some("45.83.1.77".into());
        let items = from_there.evidence["items"].as_array_mut().unwrap();
        items.retain(|item| !["device", "subnet_churn"].contains(&item["signal"].as_str().unwrap()));
        for signal in ["device", "subnet_churn"] {
            items.push(json!({"signal": signal, "millionths": 2_000_000, "source": "test", "confidence": 1000}));
        }
        from_there.ended = Some(tidegate::domain::decision::Ending::Allowed);
        batch.insert_decision(&from_there);
        store.commit(batch).await.unwrap();
        if let Some(other_node) = another_node_at_work(app).await {
            assert_eq!(tidegate::decisions::second_pass(platform).await.unwrap(), None);
            drop(other_node);
        }
        // The other node's lock goes with its connection, a moment after it is dropped.
        let found = loop {
            if let Some(found) = tidegate::decisions::second_pass(platform).await.unwrap() {
                break found;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!(found, 1);
        let raised = platform.raises.of_session(store.tenant_id(), from_there.session.unwrap());
        assert!(raised > 2.0, "{raised}");
        assert_eq!(client.refresh(&token).await.error(), "invalid_grant");
        tidegate::decisions::second_pass(platform).await.unwrap();
        let told = store.events(None, &tidegate::base::page::PageRequest::new(None, 50)).await.unwrap();
        assert_eq!(told.items.iter().filter(|event| event.code == "risk.campaign").count(), 1);
    }

    /// features.md L2: a model scores only after it was promoted, decisions name it, and one step takes it back.
    async fn a_tenants_model_scores_when_promoted_and_not_before(app: &TestApp) {
        let platform = &app.shared.platform;
        let actor = tenants::enter(&Actor::command_line(), platform, "demo").await.unwrap().0;
        let mut own = Model::builtin().clone();
        own.version = "demo-1".into();
        let added = models::add(&actor, platform, &own.to_json().unwrap()).await.unwrap();
        assert!(!added.live);
        let scored_by = async || {
            app.advance(Duration::from_secs(5));
            let mut browser = Browser::new(app);
            browser.get("/demo/signin").await;
            browser.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
            about(app, "sign_in").await[0].model.clone()
        };
        assert_eq!(scored_by().await, Model::builtin().version);
        models::promote(&actor, platform, added.number).await.unwrap();
        assert_eq!(scored_by().await, "demo-1");
        let now = models::roll_back(&actor, platform).await.unwrap();
        assert_eq!((now.number, now.live), (0, true));
        assert_eq!(scored_by().await, Model::builtin().version);
        assert!(models::roll_back(&actor, platform).await.is_err());
        assert!(models::add(&actor, platform, "{}").await.is_err(), "not a model");
        let audited = tidegate::admin::audit::list(&actor, platform, Some("model:1"), &tidegate::base::page::PageRequest::default()).await.unwrap();
        let acts: Vec<&str> = audited.items.iter().map(|entry| entry.entry.act.as_str()).collect();
        assert_eq!(acts, ["model.rolled_back", "model.promoted", "model.added"]);
    }
}
