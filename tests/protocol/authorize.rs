//! The authorization endpoint.

use std::time::Duration;

use tidegate::domain::client::{ClientAuthMethod, ClientSettings};

use crate::on_each_store;
use crate::support::browser::{Browser, query_of};
use crate::support::client::{App, REDIRECT, claims, web};
use crate::support::{Kind, PASSWORD, TestApp};

on_each_store! {
    /// RFC 9700 section 4.1: nothing is redirected to an address that is not registered.
    async fn unknown_clients_and_redirects_end_on_a_page(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        for more in [
            [("client_id", "nobody")],
            [("redirect_uri", "https://evil.test/cb")],
            [("redirect_uri", "https://app.test/cb/")],
            [("redirect_uri", "")],
        ] {
            browser.get(&client.authorize(&more)).await;
            assert_eq!(browser.page.status, 400, "{more:?}");
            assert!(browser.left_to.is_none());
            assert!(browser.page.text().contains("Reference"), "{}", browser.page.text());
        }
        browser.get(&client.authorize(&[("redirect_uri", "https://app.test/cb/")])).await;
        assert!(browser.page.html.contains("https://app.test/cb"), "dev shows what is registered");
    }

    async fn errors_go_back_with_state_and_issuer(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        for (more, error) in [
            (("response_type", "token"), "unsupported_response_type"),
            (("prompt", "none"), "login_required"),
            (("request", "eyJhbGciOiJub25lIn0.e30."), "request_not_supported"),
            (("request_uri", "https://x.test"), "invalid_request_uri"),
            (("code_challenge_method", "plain"), "invalid_request"),
            (("max_age", "soon"), "invalid_request"),
        ] {
            browser.get(&client.authorize(&[more])).await;
            let to = browser.left_to.clone().unwrap_or_else(|| panic!("{more:?}: {}", browser.page.text()));
            assert!(to.starts_with(REDIRECT));
            assert_eq!(query_of(&to, "error").as_deref(), Some(error), "{more:?}");
            assert_eq!(query_of(&to, "state").as_deref(), Some("st4te"));
            assert_eq!(query_of(&to, "iss").as_deref(), Some(app.issuer.as_str()));
        }
    }

    async fn a_public_client_needs_pkce(app: &TestApp) {
        let metadata = tidegate::domain::client::ClientMetadata {
            token_endpoint_auth_method: ClientAuthMethod::None,
            ..web()
        };
        let client = App::register(app, "spa", metadata, ClientSettings::default()).await;
        let mut browser = Browser::new(app);
        browser.get(&client.authorize(&[("code_challenge", ""), ("code_challenge_method", "")])).await;
        let to = browser.left_to.clone().unwrap();
        assert_eq!(query_of(&to, "error").as_deref(), Some("invalid_request"));
        let code = client.code(app, &mut browser, "carol@demo.test", &[]).await;
        assert_eq!(client.redeem(&code).await.status, 200);
    }

    async fn a_session_answers_silently_until_it_is_asked_to_prove_itself(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        let code = client.code(app, &mut browser, "carol@demo.test", &[]).await;
        let first = claims(&client.redeem(&code).await.text("id_token"));
        app.advance(Duration::from_mins(5));
        let code = client.code(app, &mut browser, "carol@demo.test", &[("prompt", "none")]).await;
        let silent = claims(&client.redeem(&code).await.text("id_token"));
        assert_eq!(silent["auth_time"], first["auth_time"]);
        assert_eq!(silent["sid"], first["sid"]);
        browser.get(&client.authorize(&[("max_age", "60"), ("prompt", "none")])).await;
        assert_eq!(query_of(browser.left_to.as_ref().unwrap(), "error").as_deref(), Some("login_required"));
        browser.get(&client.authorize(&[("prompt", "login")])).await;
        assert!(browser.left_to.is_none() && browser.page.has_field("password"));
        browser.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        let code = query_of(&browser.left_to.clone().unwrap_or_else(|| panic!("{}", browser.page.text())), "code").unwrap();
        let again = claims(&client.redeem(&code).await.text("id_token"));
        assert!(again["auth_time"].as_i64() > first["auth_time"].as_i64());
        let code = client.code(app, &mut browser, "carol@demo.test", &[("max_age", "10000")]).await;
        assert!(claims(&client.redeem(&code).await.text("id_token"))["auth_time"].is_i64());
    }

    async fn the_answer_comes_by_form_post_and_fragment_too(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        client.code(app, &mut browser, "carol@demo.test", &[]).await;
        browser.get(&client.authorize(&[("response_mode", "form_post")])).await;
        assert!(browser.left_to.is_none());
        let form = browser.form("code").unwrap();
        assert_eq!(form.action, REDIRECT);
        let field = |name: &str| form.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        assert_eq!(field("state").as_deref(), Some("st4te"));
        assert_eq!(client.redeem(&field("code").unwrap()).await.status, 200);
        browser.get(&client.authorize(&[("response_mode", "fragment")])).await;
        assert!(browser.left_to.clone().unwrap().contains("#code="));
    }

    async fn requests_by_post_work_too(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        let address = client.authorize(&[]);
        let (path, query) = address.split_once('?').unwrap();
        let fields: Vec<(String, String)> =
            url::form_urlencoded::parse(query.as_bytes()).map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        browser.post(path, &fields).await;
        assert!(browser.page.has_field("password"), "{}", browser.page.text());
    }

    async fn consent_is_asked_once_and_remembered(app: &TestApp) {
        let settings = ClientSettings { require_consent: true, ..ClientSettings::default() };
        let client = App::register(app, "third", web(), settings).await;
        let mut browser = Browser::new(app);
        browser.get(&client.authorize(&[])).await;
        browser.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        let code = app.mail_code("carol@demo.test").await;
        browser.submit("code", &[("code", &code)]).await;
        assert!(browser.page.has_field("consent") && browser.page.text().contains("app.test"), "{}", browser.page.text());
        let mut unwilling = browser.clone();
        unwilling.submit("consent", &[("consent", "deny")]).await;
        assert_eq!(query_of(unwilling.left_to.as_ref().unwrap(), "error").as_deref(), Some("access_denied"));
        browser.get(&client.authorize(&[])).await;
        browser.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        browser.answer_code(app, "carol@demo.test").await;
        browser.submit("consent", &[("consent", "allow")]).await;
        assert!(query_of(browser.left_to.as_ref().unwrap(), "code").is_some());
        browser.get(&client.authorize(&[])).await;
        assert!(browser.left_to.is_some(), "remembered");
        browser.get(&client.authorize(&[("scope", "openid email offline_access api:read")])).await;
        assert!(browser.page.has_field("consent"), "more is asked again");
        browser.get(&client.authorize(&[("prompt", "none"), ("scope", "openid profile")])).await;
        assert_eq!(query_of(browser.left_to.as_ref().unwrap(), "error").as_deref(), Some("consent_required"));
    }

    async fn assurance_is_asked_for_reached_and_told(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        let code = client.code(app, &mut browser, "carol@demo.test", &[("acr_values", "phr aal2")]).await;
        let told = claims(&client.redeem(&code).await.text("id_token"));
        assert_eq!((told["acr"].as_str(), told["amr"].as_array().unwrap().len()), (Some("aal1"), 2), "{told}");
        let essential = r#"{"id_token":{"acr":{"essential":true,"values":["phrh"]}}}"#;
        browser.get(&client.authorize(&[("claims", essential), ("prompt", "none")])).await;
        let to = browser.left_to.clone().unwrap();
        assert_eq!(query_of(&to, "error").as_deref(), Some("interaction_required"));
        browser.get(&client.authorize(&[("claims", essential)])).await;
        let to = browser.left_to.clone().unwrap_or_else(|| panic!("{}", browser.page.text()));
        assert_eq!(query_of(&to, "error").as_deref(), Some("unmet_authentication_requirements"));
        let mut bob = Browser::new(app);
        bob.get(&client.authorize(&[("acr_values", "aal2")])).await;
        bob.submit("password", &[("email", "bob@demo.test"), ("password", PASSWORD)]).await;
        let totp = app.totp("bob@demo.test");
        bob.submit("code", &[("code", &totp)]).await;
        let to = bob.left_to.clone().unwrap_or_else(|| panic!("{}", bob.page.text()));
        let told = claims(&client.redeem(&query_of(&to, "code").unwrap()).await.text("id_token"));
        assert_eq!(told["acr"], "aal2");
        assert!(told["amr"].as_array().unwrap().iter().any(|value| value == "mfa"));
    }

    async fn discovery_has_both_forms_and_caches(app: &TestApp) {
        let http = crate::support::browser::plain_client();
        let get = |url: String| http.get(url).send();
        let direct = get(format!("{}/.well-known/openid-configuration", app.issuer)).await.unwrap();
        let tag = direct.headers()["etag"].clone();
        let direct: serde_json::Value = serde_json::from_str(&direct.text().await.unwrap()).unwrap();
        assert_eq!(direct["issuer"], app.issuer);
        for path in ["/.well-known/oauth-authorization-server/t/demo", "/.well-known/openid-configuration/t/demo"] {
            let other: serde_json::Value =
                serde_json::from_str(&get(format!("{}{path}", app.base)).await.unwrap().text().await.unwrap()).unwrap();
            assert_eq!(direct, other);
        }
        let again = http
            .get(format!("{}/.well-known/openid-configuration", app.issuer))
            .header("if-none-match", tag)
            .send()
            .await
            .unwrap();
        assert_eq!(again.status(), 304);
        let missing = get(format!("{}/t/nothere/.well-known/openid-configuration", app.base)).await.unwrap();
        assert_eq!(missing.status(), 404);
        let misdirected = http
            .get(format!("{}/.well-known/openid-configuration", app.issuer))
            .header("host", "evil.test")
            .send()
            .await
            .unwrap();
        assert_eq!(misdirected.status(), 421);
        // Defect 16: forwarding headers of somebody who is no trusted proxy change nothing.
        for (name, value) in [("x-forwarded-host", "localhost"), ("forwarded", "host=localhost")] {
            let address = app.base.trim_start_matches("http://");
            let lied = http
                .get(format!("{}/.well-known/openid-configuration", app.issuer))
                .header("host", "evil.test")
                .header(name, value.replace("localhost", address))
                .send()
                .await
                .unwrap();
            assert_eq!(lied.status(), 421, "{name}");
        }
    }

    async fn logout_needs_a_hint_or_an_answer(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        let code = client.code(app, &mut browser, "carol@demo.test", &[]).await;
        let tokens = client.redeem(&code).await;
        let out = |more: &str| format!("{}/logout?post_logout_redirect_uri=https%3A%2F%2Fapp.test%2Fout&state=x{more}", app.issuer);
        browser.get(&out("&client_id=web")).await;
        assert!(browser.left_to.is_none() && browser.page.status == 200, "asked first");
        assert_eq!(client.userinfo(&tokens.text("access_token")).await.status, 200, "nothing ended yet");
        let other = format!("{}/logout?post_logout_redirect_uri=https%3A%2F%2Fevil.test%2F&id_token_hint={}", app.issuer, tokens.text("id_token"));
        let mut elsewhere = browser.clone();
        elsewhere.get(&other).await;
        assert!(elsewhere.left_to.is_none(), "only registered addresses");
        let mut browser = Browser::new(app);
        let code = client.code(app, &mut browser, "carol@demo.test", &[("scope", "openid")]).await;
        let tokens = client.redeem(&code).await;
        browser.get(&out(&format!("&id_token_hint={}", tokens.text("id_token")))).await;
        assert_eq!(browser.left_to.as_deref(), Some("https://app.test/out?state=x"));
        assert_eq!(client.userinfo(&tokens.text("access_token")).await.status, 401, "its tokens ended with it");
        assert_eq!(client.introspect(&tokens.text("access_token")).await["active"], false);
        assert_eq!(client.refresh(&tokens.text("refresh_token")).await.error(), "invalid_grant");
        browser.get(&client.authorize(&[("prompt", "none")])).await;
        assert_eq!(query_of(browser.left_to.as_ref().unwrap(), "error").as_deref(), Some("login_required"));
    }
}
