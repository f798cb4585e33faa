//! The console signs in through the product itself, and lets in who reached aal2 and holds a role.

use serde_json::json;
use tidegate::admin::{self, Actor};
use tidegate::domain::session::{EndReason, SessionEnd};
use tidegate::domain::user::Role;

use crate::on_each_store;
use crate::support::browser::Browser;
use crate::support::client::App;
use crate::support::{Kind, TestApp};

const ADMIN: &str = "admin@demo.test";

/// Into the console of a tenant, by password and authenticator code.
async fn enter(app: &TestApp, tenant: &str) -> Browser {
    let mut browser = Browser::new(app);
    browser
        .password_at(&format!("/console?tenant={tenant}"), ADMIN)
        .await;
    browser.submit("code", &[("code", &app.totp(ADMIN))]).await;
    browser.answer_remember().await;
    browser
}

impl Browser {
    /// Goes past the question whether to remember the browser.
    async fn answer_remember(&mut self) {
        if self.page.has_field("remember") {
            self.submit("remember", &[("remember", "no")]).await;
        }
    }
}

async fn demo(app: &TestApp) -> Actor {
    let store = app.store().await;
    Actor::command_line().on(store.tenant_id()).unwrap()
}

on_each_store! {
    async fn an_owner_comes_in_with_two_factors_and_every_page_draws(app: &TestApp) {
        let mut browser = enter(app, "demo").await;
        assert_eq!(browser.page.url, format!("{}/console?tenant=demo", app.base), "{}", browser.page.text());
        assert_eq!(browser.page.status, 200);
        for page in ["", "/decisions", "/users", "/users/new", "/clients", "/clients/new", "/clients/demo-rp",
            "/clients/demo-rp/edit", "/clients/demo-rp/delete", "/resources", "/registration", "/policies", "/policies/1", "/keys", "/audit"] {
            browser.get(&format!("/console{page}?tenant=demo")).await;
            assert_eq!(browser.page.status, 200, "{page}: {}", browser.page.text());
        }
        // A member of one tenant is no operator, and is asked to sign in elsewhere for another one.
        browser.get("/console/tenants?tenant=demo").await;
        assert_eq!(browser.page.status, 403);
        browser.get("/console?tenant=system").await;
        assert!(browser.page.has_field("email") || browser.page.has_field("password"), "{}", browser.page.url);
    }

    async fn a_decision_explains_itself_and_adds_up(app: &TestApp) {
        let mut browser = enter(app, "demo").await;
        let decision = app.decisions().await.into_iter().next().unwrap();
        browser.get(&format!("/console/decisions/{}?tenant=demo", decision.reference)).await;
        assert_eq!(browser.page.status, 200, "{}", browser.page.text());
        assert!(browser.page.text().contains(decision.reference.as_str()));
        browser.get(&format!("/console/decisions/{}.json?tenant=demo", decision.reference)).await;
        assert_eq!(browser.page.status, 200);
        browser.get("/console/decisions/00000000?tenant=demo").await;
        assert_eq!(browser.page.status, 404);
        browser.get("/console/decisions?tenant=demo&outcome=deny&ended=refused&min=80&ip=10.0.0.0/8&q=nobody@x.test").await;
        assert_eq!(browser.page.status, 200);
    }

    async fn people_without_a_role_stay_out(app: &TestApp) {
        let mut browser = Browser::new(app);
        browser.password_at("/console?tenant=demo", "bob@demo.test").await;
        browser.submit("code", &[("code", &app.totp("bob@demo.test"))]).await;
        browser.answer_remember().await;
        assert_eq!(browser.page.status, 403, "{} {}", browser.page.url, browser.page.text());
        assert!(browser.cookie("tg_c").is_none() || browser.cookie("tg_c").unwrap().is_empty());
    }

    async fn initial_access_tokens_are_shown_once_and_taken_back(app: &TestApp) {
        let mut browser = enter(app, "demo").await;
        browser.get("/console/registration?tenant=demo").await;
        browser.submit("note", &[("note", "Partner portal"), ("uses", "0"), ("days", "7")]).await;
        assert!(browser.page.text().contains("use 1 to"), "{}", browser.page.text());
        browser.submit("note", &[("note", "Partner portal"), ("uses", "3"), ("days", "7")]).await;
        assert!(browser.page.text().contains("tgi_"), "{}", browser.page.text());
        browser.get("/console/registration?tenant=demo").await;
        assert!(browser.page.text().contains("Partner portal") && !browser.page.text().contains("tgi_"));
        let form = browser.form("csrf").map(|_| ()).and(browser.page.html.split("action=\"").find(|part| part.starts_with("/console/registration/tokens/")));
        let action = form.unwrap().split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
        let csrf = browser.form("note").unwrap().fields.iter().find(|(name, _)| name == "csrf").unwrap().1.clone();
        browser.post(&action, &[("csrf", &csrf)]).await;
        assert!(!browser.page.text().contains("Partner portal"), "{}", browser.page.text());
    }

    async fn resources_are_registered_and_removed(app: &TestApp) {
        let mut browser = enter(app, "demo").await;
        browser.get("/console/resources?tenant=demo").await;
        browser.submit("identifier", &[("identifier", "orders"), ("scope", "orders:read")]).await;
        assert!(browser.page.has_field("identifier") && browser.page.text().contains("absolute URI"), "{}", browser.page.text());
        browser.submit("scope", &[("identifier", "https://orders.test"), ("scope", "orders:read orders:write")]).await;
        assert!(browser.page.text().contains("orders:read orders:write"), "{}", browser.page.text());
        let trail = app.store().await.audit(None, &tidegate::base::page::PageRequest::new(None, 1)).await.unwrap();
        assert_eq!(trail.items[0].entry.act, "resource.created");
        browser.submit("identifier", &[]).await;
        assert!(!browser.page.text().contains("https://orders.test"), "{}", browser.page.text());
    }

    async fn forms_need_the_token_of_this_console_session(app: &TestApp) {
        let mut browser = enter(app, "demo").await;
        browser.post("/console/keys/rotate?tenant=demo", &[("csrf", "forged")]).await;
        assert_eq!(browser.page.status, 403);
        let mut stranger = Browser::new(app);
        stranger.post("/console/keys/rotate?tenant=demo", &[("csrf", "")]).await;
        assert!(stranger.page.has_field("email"), "{}", stranger.page.url);
        assert_eq!(app.store().await.signing_keys().await.unwrap().len(), 2);
    }

    async fn users_and_clients_are_made_changed_and_deleted_by_forms(app: &TestApp) {
        let mut browser = enter(app, "demo").await;
        browser.get("/console/users/new?tenant=demo").await;
        browser.submit("name", &[("email", "not an address"), ("name", "Dora")]).await;
        assert!(browser.page.text().contains("email address"), "{}", browser.page.text());
        browser.submit("name", &[("email", "dora@demo.test"), ("name", "Dora"), ("email_verified", "on")]).await;
        assert!(browser.page.url.contains("done=created"), "{}", browser.page.url);
        let actor = demo(app).await;
        let platform = &app.shared.platform;
        let dora = admin::users::find(&actor, platform, "dora@demo.test").await.unwrap();
        browser.submit("status", &[("email", "dora@demo.test"), ("name", "Dora D"), ("status", "disabled")]).await;
        assert!(browser.page.url.contains("done=saved"), "{} {}", browser.page.url, browser.page.text());
        browser.get(&format!("/console/users/{}/delete?tenant=demo", dora.id)).await;
        browser.submit("confirm", &[("confirm", "somebody else")]).await;
        assert!(admin::users::find(&actor, platform, "dora@demo.test").await.is_ok());
        browser.submit("confirm", &[("confirm", "dora@demo.test")]).await;
        assert!(admin::users::find(&actor, platform, "dora@demo.test").await.is_err());

        browser.get("/console/clients/new?tenant=demo").await;
        let form = [("type", "web"), ("client_name", "Shop"), ("redirect_uris", "http://shop.test/cb"),
            ("token_endpoint_auth_method", "client_secret_basic")];
        browser.submit("client_name", &form).await;
        assert!(browser.page.text().contains("redirect"), "{}", browser.page.text());
        let form = [("type", "web"), ("client_name", "Shop"), ("redirect_uris", "https://shop.test/cb"),
            ("token_endpoint_auth_method", "client_secret_basic")];
        browser.submit("client_name", &form).await;
        assert!(browser.page.text().contains("OIDC_CLIENT_SECRET="), "{}", browser.page.text());
        let all = tidegate::base::page::PageRequest::default();
        let found = admin::clients::list(&actor, platform, Some("shop"), &all).await.unwrap();
        assert_eq!(found.items.len(), 1);
        browser.get(&format!("/console/clients/{}/edit?tenant=demo", found.items[0].client_id)).await;
        let on = [("require_pushed_authorization_requests", "on"), ("dpop_bound_access_tokens", "on"),
            ("require_signed_request_object", "on"), ("authorization_signed_response_alg", "EdDSA"),
            // What a browser would send of fields that were not touched.
            ("redirect_uris", "https://shop.test/cb"), ("token_endpoint_auth_method", "client_secret_basic")];
        browser.submit("client_name", &on).await;
        assert!(browser.page.text().contains("needs jwks"), "{}", browser.page.text());
        browser.submit("client_name", &[&on[..], &[("jwks_uri", "https://shop.test/jwks")]].concat()).await;
        let page = browser.page.text();
        for words in ["Take pushed requests only", "Bind tokens to a key of the app", "Take signed requests only", "EdDSA"] {
            assert!(page.contains(words), "{words} in {page}");
        }
        let shop = admin::clients::show(&actor, platform, found.items[0].client_id.as_str()).await.unwrap();
        for (name, _) in &on[..3] {
            assert_eq!(shop.metadata[*name], true, "{name}");
        }
        let trail = admin::audit::list(&actor, platform, None, &all).await.unwrap();
        let acts: Vec<String> = trail.items.into_iter().map(|record| record.entry.act).collect();
        for act in ["user.created", "user.disabled", "user.erased", "client.created"] {
            assert!(acts.iter().any(|held| held == act), "{act} in {acts:?}");
        }
    }

    async fn the_form_of_an_application_keeps_what_it_says_of_names_encryption_and_claims(app: &TestApp) {
        let client = App::create(app, "shop", json!({"redirect_uris": ["https://shop.test/cb"], "jwks_uri": "https://shop.test/jwks"})).await;
        let mut browser = enter(app, "demo").await;
        let edit = format!("/console/clients/{}/edit?tenant=demo", client.id);
        browser.get(&edit).await;
        let form = |mapping: &'static str| [
            // What a browser would send of fields that were not touched.
            ("redirect_uris", "https://shop.test/cb"), ("token_endpoint_auth_method", "client_secret_basic"), ("jwks_uri", "https://shop.test/jwks"),
            ("subject_type", "pairwise"), ("id_token_encrypted_response_alg", "ECDH-ES"),
            ("authorization_details_types", "payment\naccount"), ("claims_mapping", mapping),
        ];
        browser.submit("client_name", &form(r#"{"sub": {"value": "x"}}"#)).await;
        assert!(browser.page.text().contains("not for a mapping to set"), "{}", browser.page.text());
        browser.submit("client_name", &form(r#"{"tier": {"value": "gold"}}"#)).await;
        let actor = demo(app).await;
        let shop = admin::clients::show(&actor, &app.shared.platform, &client.id).await.unwrap();
        let held = ["subject_type", "id_token_encrypted_response_alg", "authorization_details_types"].map(|name| shop.metadata[name].clone());
        assert_eq!(json!(held), json!(["pairwise", "ECDH-ES", ["payment", "account"]]));
        assert!(!shop.settings.claims_mapping.is_empty());
        browser.get(&edit).await;
        assert!(browser.page.html.contains("&#34;gold&#34;"), "the form shows it again: {}", browser.page.html);
    }

    /// What a profile asks is set without a tick in each box, and a choice against it is told.
    async fn a_profile_is_chosen_on_the_form_of_an_application(app: &TestApp) {
        let mut browser = enter(app, "demo").await;
        browser.get("/console/clients/new?tenant=demo").await;
        let form = [("type", "web"), ("client_name", "Bank"), ("redirect_uris", "https://bank.test/cb"), ("tidegate_profile", "fapi2-security"),
            ("id_token_signed_response_alg", "ES256"), ("jwks_uri", "https://bank.test/jwks")];
        browser.submit("client_name", &[&form[..], &[("token_endpoint_auth_method", "client_secret_basic")]].concat()).await;
        assert!(browser.page.text().contains("private_key_jwt, tls_client_auth"), "{}", browser.page.text());
        browser.submit("client_name", &form).await;
        let page = browser.page.text();
        for words in ["Profile of the standards tidegate_profile fapi2-security", "private_key_jwt", "Take pushed requests only"] {
            assert!(page.contains(words), "{words} in {page}");
        }
    }

    async fn a_console_session_ends_with_its_sso_session_its_role_and_its_time(app: &TestApp) {
        let store = app.store().await;
        let platform = &app.shared.platform;
        let is_in = async |browser: &mut Browser| {
            browser.get("/console/keys?tenant=demo").await;
            browser.page.url.contains("/console/keys") && browser.page.status == 200
        };
        let mut browser = enter(app, "demo").await;
        assert!(is_in(&mut browser).await);
        let user = store.user_by_email(ADMIN).await.unwrap().unwrap();
        let mut batch = store.batch();
        batch.end_sessions_of_user(user.id, None, SessionEnd { at: app.now(), reason: EndReason::Admin });
        store.commit(batch).await.unwrap();
        assert!(!is_in(&mut browser).await);

        app.advance(std::time::Duration::from_mins(2));
        let mut browser = enter(app, "demo").await;
        assert!(is_in(&mut browser).await);
        let mut batch = store.batch();
        batch.revoke_role(user.id, Role::Owner);
        store.commit(batch).await.unwrap();
        assert!(!is_in(&mut browser).await);
        let mut batch = store.batch();
        batch.grant_role(user.id, Role::Owner, platform.now());
        store.commit(batch).await.unwrap();
        assert!(is_in(&mut browser).await);
        app.advance(std::time::Duration::from_mins(31));
        browser.drop_cookie("tg_s_");
        assert!(!is_in(&mut browser).await);
    }

    async fn an_operator_goes_to_every_tenant(app: &TestApp) {
        let mut browser = enter(app, "system").await;
        browser.get("/console/tenants?tenant=system").await;
        assert_eq!(browser.page.status, 200, "{}", browser.page.text());
        browser.get("/console/tenants/new?tenant=system").await;
        browser.submit("slug", &[("slug", "Big Corp"), ("name", "Big")]).await;
        assert!(browser.page.has_field("slug"), "{}", browser.page.text());
        browser.submit("slug", &[("slug", "big"), ("name", "Big"), ("preset", "balanced")]).await;
        assert_eq!(browser.page.url, format!("{}/console?tenant=big&done=created", app.base), "{}", browser.page.text());
        browser.get("/console/users?tenant=demo").await;
        assert!(browser.page.text().contains("alice@demo.test"));
        browser.get("/console/tenants/big/edit?tenant=demo").await;
        browser.submit("remember_days", &[("remember_days", "9999")]).await;
        assert!(browser.page.has_field("remember_days"), "{}", browser.page.url);
        browser.submit("remember_days", &[("remember_days", "7"), ("passkey_models", "nonsense")]).await;
        assert!(browser.page.text().contains("AAGUIDs, one a line, such as"), "{}", browser.page.text());
        browser.submit("remember_days", &[("remember_days", "7"), ("passkey_models", ""), ("brand_color", "#0a5cff")]).await;
        assert!(browser.page.url.contains("done=saved"), "{} {}", browser.page.url, browser.page.text());
        browser.get("/console/tenants/big/delete?tenant=demo").await;
        browser.submit("confirm", &[("confirm", "big")]).await;
        assert!(browser.page.url.contains("done=deleted"), "{}", browser.page.url);
        browser.get("/console?tenant=big").await;
        assert_eq!(browser.page.status, 404);
    }
}
