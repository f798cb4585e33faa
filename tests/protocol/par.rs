//! Pushed authorization requests (RFC 9126).

use std::time::Duration;

use serde_json::json;

use crate::on_each_store;
use crate::support::browser::{Browser, query_of};
use crate::support::client::{App, REDIRECT, SECRET, claims, parameters};
use crate::support::{Kind, PASSWORD, TestApp};

const CAROL: &str = "carol@demo.test";

on_each_store! {
    async fn rfc9126_2_a_request_is_pushed_and_used_once(app: &TestApp) {
        let client = App::web(app).await;
        let pushed = client.push(&[]).await;
        assert_eq!((pushed.status, &pushed.body["expires_in"]), (201, &json!(90)), "{}", pushed.body);
        assert_eq!(pushed.headers["cache-control"], "no-store");
        let uri = pushed.text("request_uri");
        assert!(uri.starts_with("urn:ietf:params:oauth:request_uri:"));
        let mut browser = Browser::new(app);
        let to = browser.signed_in(app, CAROL, &client.address(&[("request_uri", &uri)])).await;
        assert!(to.starts_with(REDIRECT) && query_of(&to, "state").as_deref() == Some("st4te"), "{to}");
        let tokens = client.redeem(&query_of(&to, "code").unwrap()).await;
        assert_eq!(claims(&tokens.text("id_token"))["nonce"], "n0nce");
        browser.get(&client.address(&[("request_uri", &uri)])).await;
        assert!(browser.left_to.is_none() && browser.page.status == 400, "used up");
        assert!(browser.page.text().contains("Reference"), "{}", browser.page.text());
    }

    /// FAPI 2.0 security profile section 5.3.2.2 note 3: the page of a sign-in may be loaded again.
    async fn rfc9126_4_a_reload_before_the_end_is_fine_and_only_one_sign_in_gets_through(app: &TestApp) {
        let client = App::web(app).await;
        let uri = client.push(&[]).await.text("request_uri");
        let (mut first, mut second) = (Browser::new(app), Browser::new(app));
        for browser in [&mut first, &mut second] {
            for _ in 0..2 {
                browser.get(&client.address(&[("request_uri", &uri)])).await;
                assert!(browser.page.has_field("password"), "{}", browser.page.text());
            }
        }
        // The sign-in itself may take longer than the request URI lives.
        app.advance(Duration::from_mins(5));
        let mut ends = Vec::new();
        for browser in [&mut first, &mut second] {
            browser.submit("password", &[("email", "bob@demo.test"), ("password", PASSWORD)]).await;
            browser.answer_code(app, "bob@demo.test").await;
            ends.push(browser.left_to.clone().unwrap_or_else(|| panic!("{}", browser.page.text())));
            app.advance(Duration::from_mins(1));
        }
        assert!(query_of(&ends[0], "code").is_some(), "{}", ends[0]);
        assert_eq!(query_of(&ends[1], "error").as_deref(), Some("invalid_request_uri"), "{}", ends[1]);
    }

    async fn rfc9126_4_a_refusal_is_an_answer_too(app: &TestApp) {
        let client = App::web(app).await;
        let uri = client.push(&[("prompt", "none")]).await.text("request_uri");
        let mut browser = Browser::new(app);
        browser.get(&client.address(&[("request_uri", &uri)])).await;
        assert_eq!(query_of(browser.left_to.as_ref().unwrap(), "error").as_deref(), Some("login_required"));
        browser.get(&client.address(&[("request_uri", &uri)])).await;
        assert!(browser.left_to.is_none() && browser.page.status == 400);
        let uri = client.push(&[]).await.text("request_uri");
        browser.get(&client.address(&[("request_uri", &uri)])).await;
        let cancel = browser.page.url.replace("/signin?", "/signin/cancel?");
        browser.get(&cancel).await;
        assert_eq!(query_of(browser.left_to.as_ref().unwrap(), "error").as_deref(), Some("access_denied"));
        browser.get(&client.address(&[("request_uri", &uri)])).await;
        assert!(browser.left_to.is_none() && browser.page.status == 400);
    }

    async fn rfc9126_4_it_is_bound_to_its_client_and_its_time(app: &TestApp) {
        let client = App::web(app).await;
        let other = App::create(app, "other", json!({})).await;
        let uri = client.push(&[]).await.text("request_uri");
        let mut browser = Browser::new(app);
        for (who, uri) in [(&other, uri.as_str()), (&client, "urn:ietf:params:oauth:request_uri:never-given")] {
            browser.get(&who.address(&[("request_uri", uri)])).await;
            assert!(browser.left_to.is_none() && browser.page.status == 400, "{uri}");
        }
        app.advance(Duration::from_secs(91));
        browser.get(&client.address(&[("request_uri", &uri)])).await;
        assert!(browser.left_to.is_none() && browser.page.status == 400, "expired");
    }

    /// RFC 9126 section 4: what stands beside the request URI does not count.
    async fn rfc9126_4_nothing_outside_counts(app: &TestApp) {
        let client = App::web(app).await;
        let uri = client.push(&[]).await.text("request_uri");
        let beside = format!("{}&state=other&prompt=none&redirect_uri=https%3A%2F%2Fevil.test", client.address(&[("request_uri", &uri)]));
        let to = Browser::new(app).signed_in(app, CAROL, &beside).await;
        assert!(to.starts_with(REDIRECT) && query_of(&to, "state").as_deref() == Some("st4te"), "{to}");
    }

    async fn rfc9126_2_3_errors_come_at_once(app: &TestApp) {
        let client = App::web(app).await;
        for (more, error) in [
            (("redirect_uri", "https://evil.test/cb"), "invalid_request"),
            (("redirect_uri", ""), "invalid_request"),
            (("response_type", "token"), "unsupported_response_type"),
            (("scope", "unheard-of"), "invalid_scope"),
            (("code_challenge_method", "plain"), "invalid_request"),
            (("request_uri", "urn:ietf:params:oauth:request_uri:x"), "invalid_request"),
            (("request", "e30.e30."), "invalid_request_object"),
        ] {
            let answer = client.push(&[more]).await;
            assert_eq!((answer.status, answer.error()), (400, error), "{more:?}");
        }
        let large = "x".repeat(20_000);
        assert_eq!(client.push(&[("login_hint_of_ours", &large)]).await.error(), "invalid_request");
        let wrong = [("client_id", "web"), ("client_secret", "wrong"), ("response_type", "code"), ("redirect_uri", REDIRECT)];
        let answer = client.call_plain("/par", &wrong).await;
        assert_eq!((answer.status, answer.error()), (401, "invalid_client"));
    }

    async fn rfc9126_2_public_clients_push_too_and_secrets_are_not_kept(app: &TestApp) {
        let public = App::create(app, "spa", json!({"token_endpoint_auth_method": "none"})).await;
        let uri = public.push(&[]).await.text("request_uri");
        let to = Browser::new(app).signed_in(app, CAROL, &public.address(&[("request_uri", &uri)])).await;
        assert_eq!(public.redeem(&query_of(&to, "code").unwrap()).await.status, 200);
        let post = App::create(app, "post", json!({"token_endpoint_auth_method": "client_secret_post"})).await;
        let params = parameters(&post.authorize(&[("client_secret", SECRET)]));
        let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(post.call_plain("/par", &params).await.status, 201);
    }

    async fn rfc9126_6_a_client_may_be_bound_to_it(app: &TestApp) {
        let client = App::create(app, "pushing", json!({"require_pushed_authorization_requests": true})).await;
        let mut browser = Browser::new(app);
        browser.get(&client.authorize(&[])).await;
        assert_eq!(query_of(browser.left_to.as_ref().unwrap(), "error").as_deref(), Some("invalid_request"));
        let uri = client.push(&[]).await.text("request_uri");
        let to = browser.signed_in(app, CAROL, &client.address(&[("request_uri", &uri)])).await;
        assert!(query_of(&to, "code").is_some(), "{to}");
        browser.get(&client.authorize(&[("request_uri", "https://app.test/request.jwt")])).await;
        let to = browser.left_to.clone().unwrap();
        assert_eq!(query_of(&to, "error").as_deref(), Some("invalid_request_uri"), "an address that it did not register: {to}");
    }
}
