//! Resource indicators (RFC 8707): tokens for one API, with that API's scopes.

use serde_json::json;
use tidegate::admin::Actor;
use tidegate::admin::resources::{self, NewResource};

use crate::on_each_store;
use crate::support::browser::{Browser, query_of};
use crate::support::client::{Answer, App, REDIRECT, VERIFIER, claims, parameters};
use crate::support::{Kind, TestApp};

const ORDERS: &str = "https://orders.test";
const REPORTS: &str = "urn:test:reports";

/// Registers a resource as the command line does.
pub(crate) async fn register(app: &TestApp, identifier: &str, scopes: &[&str], client: Option<&str>) {
    let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
    let wanted = NewResource {
        identifier: identifier.to_owned(),
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        sensitive: Vec::new(),
        detail_types: Vec::new(),
        client: client.map(str::to_owned),
    };
    resources::create(&actor, &app.shared.platform, &wanted)
        .await
        .unwrap();
}

async fn both(app: &TestApp) {
    register(app, ORDERS, &["orders:read", "orders:write"], None).await;
    register(app, REPORTS, &["reports:read"], None).await;
}

async fn web(app: &TestApp) -> App {
    let scope = "openid email offline_access orders:read orders:write reports:read";
    App::create(app, "shop", json!({"scope": scope})).await
}

/// Signs in with `resource` as often as it is given, and gives the code.
async fn code(app: &TestApp, client: &App, resources: &[&str], scope: &str) -> String {
    let mut address = client.authorize(&[("scope", scope)]);
    for resource in resources {
        let value: String = url::form_urlencoded::byte_serialize(resource.as_bytes()).collect();
        address = format!("{address}&resource={value}");
    }
    let mut browser = Browser::new(app);
    browser.get(&address).await;
    browser
        .submit(
            "password",
            &[
                ("email", "carol@demo.test"),
                ("password", crate::support::PASSWORD),
            ],
        )
        .await;
    browser.answer_code(app, "carol@demo.test").await;
    let to = browser
        .left_to
        .clone()
        .unwrap_or_else(|| panic!("{}", browser.page.text()));
    query_of(&to, "code").unwrap_or_else(|| panic!("no code in {to}"))
}

async fn redeem(client: &App, code: &str, resources: &[&str]) -> Answer {
    let mut params = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    params.extend(resources.iter().map(|resource| ("resource", *resource)));
    client.call("/token", &params).await
}

on_each_store! {
    async fn rfc8707_2_the_audience_is_the_resource_and_the_scopes_are_its_own(app: &TestApp) {
        both(app).await;
        let client = web(app).await;
        let code = code(app, &client, &[ORDERS], "openid email orders:read reports:read").await;
        let tokens = client.redeem(&code).await;
        assert_eq!(tokens.body["scope"], "orders:read", "{}", tokens.body);
        let access = tokens.text("access_token");
        assert_eq!((&claims(&access)["aud"], &claims(&access)["scope"]), (&json!(ORDERS), &json!("orders:read")));
        assert!(tokens.body["id_token"].is_string(), "openid was granted all the same");
        let explained = client.introspect(&access).await;
        assert_eq!((&explained["active"], &explained["aud"]), (&json!(true), &json!(ORDERS)));
        // RFC 9068 section 4: our own resource refuses a token for another one.
        assert_eq!(client.userinfo(&access).await.status, 401);
    }

    async fn rfc8707_2_2_each_token_may_be_for_one_of_what_was_granted(app: &TestApp) {
        both(app).await;
        let client = web(app).await;
        let scope = "openid email offline_access orders:read orders:write reports:read";
        let code = code(app, &client, &[ORDERS, REPORTS], scope).await;
        let refused = redeem(&client, &code, &["https://unheard-of.test"]).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_target"));
        let tokens = redeem(&client, &code, &[REPORTS]).await;
        assert_eq!(claims(&tokens.text("access_token"))["aud"], REPORTS, "{}", tokens.body);
        assert_eq!(tokens.body["scope"], "reports:read");
        let mut refresh = tokens.text("refresh_token");
        for (resources, aud, scope) in [
            (&[ORDERS][..], json!(ORDERS), "orders:read orders:write"),
            (&[], json!([ORDERS, REPORTS]), "orders:read orders:write reports:read"),
            (&[app.issuer.as_str()], json!(app.issuer), "openid email offline_access"),
        ] {
            let mut params = vec![("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
            params.extend(resources.iter().map(|resource| ("resource", *resource)));
            let answer = client.call("/token", &params).await;
            let access = answer.text("access_token");
            assert_eq!((&claims(&access)["aud"], &answer.body["scope"]), (&aud, &json!(scope)), "{}", answer.body);
            let expected = if aud == json!(app.issuer) { 200 } else { 401 };
            assert_eq!(client.userinfo(&access).await.status, expected, "{aud}");
            refresh = answer.text("refresh_token");
        }
        let params = [("grant_type", "refresh_token"), ("refresh_token", &refresh), ("scope", "orders:read"), ("resource", ORDERS)];
        assert_eq!(client.call("/token", &params).await.body["scope"], "orders:read");
    }

    async fn rfc8707_2_what_is_not_registered_or_was_not_granted_is_an_invalid_target(app: &TestApp) {
        both(app).await;
        let client = web(app).await;
        let mut browser = Browser::new(app);
        for bad in ["https://unheard-of.test", "https://orders.test#x", "/orders"] {
            browser.get(&client.authorize(&[("resource", bad)])).await;
            let to = browser.left_to.clone().unwrap();
            assert_eq!(query_of(&to, "error").as_deref(), Some("invalid_target"), "{bad}: {to}");
            let params = parameters(&client.authorize(&[("resource", bad)]));
            let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(client.call("/par", &params).await.error(), "invalid_target", "{bad}");
        }
        let code = code(app, &client, &[], "openid email").await;
        assert_eq!(redeem(&client, &code, &[ORDERS]).await.error(), "invalid_target");
        let tokens = redeem(&client, &code, &[]).await;
        assert_eq!(claims(&tokens.text("access_token"))["aud"], app.issuer.as_str(), "{}", tokens.body);
        let device = App::create(app, "tv", json!({
            "grant_types": ["urn:ietf:params:oauth:grant-type:device_code"], "response_types": [], "redirect_uris": [],
            "token_endpoint_auth_method": "none", "scope": "openid orders:read",
        })).await;
        let asked = device.call("/device_authorization", &[("scope", "openid"), ("resource", "https://no.test")]).await;
        assert_eq!(asked.error(), "invalid_target");
        let asked = device.call("/device_authorization", &[("scope", "openid orders:read"), ("resource", ORDERS)]).await;
        assert_eq!(asked.status, 200, "{}", asked.body);
    }

    async fn rfc8707_2_2_services_name_a_resource_too(app: &TestApp) {
        both(app).await;
        let service = App::create(app, "service", json!({
            "grant_types": ["client_credentials"], "response_types": [], "redirect_uris": [], "scope": "orders:read own:scope",
        })).await;
        let ask = async |more: &[(&str, &str)]| {
            let mut params = vec![("grant_type", "client_credentials")];
            params.extend(more);
            service.call("/token", &params).await
        };
        let tokens = ask(&[("resource", ORDERS)]).await;
        assert_eq!((&claims(&tokens.text("access_token"))["aud"], &tokens.body["scope"]), (&json!(ORDERS), &json!("orders:read")));
        let tokens = ask(&[]).await;
        assert_eq!((&claims(&tokens.text("access_token"))["aud"], &tokens.body["scope"]), (&json!(app.issuer), &json!("own:scope")));
        assert_eq!(ask(&[("scope", "orders:read")]).await.error(), "invalid_scope");
        assert_eq!(ask(&[("scope", "orders:write"), ("resource", ORDERS)]).await.error(), "invalid_scope");
        assert_eq!(ask(&[("resource", "https://no.test")]).await.error(), "invalid_target");
    }

    /// RFC 7662 section 4: a token is explained to those whose business it is.
    async fn rfc7662_4_the_client_that_serves_a_resource_introspects_its_tokens(app: &TestApp) {
        let server = App::create(app, "orders-api", json!({"access_token_format": "opaque"})).await;
        let stranger = App::create(app, "stranger", json!({})).await;
        register(app, ORDERS, &["orders:read"], Some("orders-api")).await;
        let client = App::create(app, "shop", json!({"scope": "openid orders:read", "access_token_format": "opaque"})).await;
        let code = code(app, &client, &[ORDERS], "openid orders:read").await;
        let access = client.redeem(&code).await.text("access_token");
        for (who, active) in [(&server, true), (&client, true), (&stranger, false)] {
            let explained = who.introspect(&access).await;
            assert_eq!(explained["active"], active, "{}: {explained}", who.id);
        }
    }

    async fn consent_names_the_resource_and_is_asked_for_anew_for_another(app: &TestApp) {
        both(app).await;
        let client = App::create(app, "shop", json!({"scope": "openid email orders:read reports:read", "require_consent": true})).await;
        let mut browser = Browser::new(app);
        browser.get(&client.authorize(&[("scope", "openid orders:read"), ("resource", ORDERS)])).await;
        browser.submit("password", &[("email", "carol@demo.test"), ("password", crate::support::PASSWORD)]).await;
        browser.answer_code(app, "carol@demo.test").await;
        assert!(browser.page.text().contains(ORDERS), "{}", browser.page.text());
        browser.submit("consent", &[("consent", "allow")]).await;
        assert!(browser.left_to.is_some());
        browser.get(&client.authorize(&[("scope", "openid orders:read"), ("resource", ORDERS)])).await;
        assert!(browser.left_to.is_some(), "allowed before");
        browser.get(&client.authorize(&[("scope", "openid"), ("resource", REPORTS)])).await;
        assert!(browser.left_to.is_none() && browser.page.text().contains(REPORTS), "{}", browser.page.text());
    }

    async fn a_resource_that_is_deleted_gets_no_more_tokens(app: &TestApp) {
        both(app).await;
        let client = web(app).await;
        let code = code(app, &client, &[ORDERS], "openid orders:read").await;
        let refresh = client.redeem(&code).await.text("refresh_token");
        let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        resources::delete(&actor, &app.shared.platform, ORDERS).await.unwrap();
        assert!(resources::delete(&actor, &app.shared.platform, ORDERS).await.is_err());
        let answer = client.refresh(&refresh).await;
        assert_eq!(answer.error(), "invalid_target", "{}", answer.body);
    }
}
