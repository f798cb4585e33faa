//! What an app's page can learn of the session without asking the server (OpenID Connect Session Management 1.0).

use serde_json::json;
use tidegate::base::encoding::base64url;
use tidegate::base::secret::sha256;

use crate::logout::sign_out;
use crate::on_each_store;
use crate::support::browser::{Browser, plain_client, query_of};
use crate::support::client::{App, REDIRECT, read};
use crate::support::{Kind, TestApp};

const CAROL: &str = "carol@demo.test";

/// What the script in the frame answers (section 3.3, `static/js/check_session.js`).
fn asked(browser: &Browser, client: &App, state: &str) -> &'static str {
    let Some(held) = browser.cookie("tg_o_") else {
        return "error";
    };
    let salt = state.split_once('.').unwrap().1;
    let text = format!("{} https://app.test {held} {salt}", client.id);
    let now = format!("{}.{salt}", base64url(&sha256(text.as_bytes())));
    if now == state { "unchanged" } else { "changed" }
}

fn state_of(browser: &Browser) -> Option<String> {
    query_of(browser.left_to.as_ref().unwrap(), "session_state")
}

on_each_store! {
    /// Session Management 1.0 section 3.2: the state holds until the session ends.
    async fn oidcc_session_management_rp_initiated_logout(app: &TestApp) {
        let client = App::create(app, "watching", json!({})).await;
        let mut browser = Browser::new(app);
        let code = client.code(app, &mut browser, CAROL, &[]).await;
        let id_token = client.redeem(&code).await.text("id_token");
        let first = state_of(&browser).unwrap();
        assert_eq!(asked(&browser, &client, &first), "unchanged");
        browser.get(&client.authorize(&[("prompt", "none")])).await;
        let second = state_of(&browser).unwrap();
        assert_ne!(first, second, "salted");
        assert_eq!((asked(&browser, &client, &first), asked(&browser, &client, &second)), ("unchanged", "unchanged"));
        let other = App { id: "other".to_owned(), ..client.clone() };
        assert_eq!(asked(&browser, &other, &first), "changed", "another client's");
        sign_out(&mut browser, &client, &id_token, "").await;
        assert_eq!(asked(&browser, &client, &first), "changed");
        client.code(app, &mut browser, CAROL, &[]).await;
        assert_eq!(asked(&browser, &client, &first), "changed", "another session");
        assert_eq!(asked(&browser, &client, &state_of(&browser).unwrap()), "unchanged");
        assert_eq!(asked(&Browser::new(app), &client, &first), "error");
    }

    /// Section 3.3: the page is named, and may be framed, it alone.
    async fn oidcc_session_management_discovery_endpoint_verification(app: &TestApp) {
        let metadata = read(plain_client().get(format!("{}/.well-known/openid-configuration", app.issuer))).await.body;
        let page = metadata["check_session_iframe"].as_str().unwrap();
        assert_eq!(page, format!("{}/check-session", app.issuer));
        let answer = read(plain_client().get(page)).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors *") && policy.contains("form-action 'none'"), "{policy}");
        assert!(!answer.headers.contains_key("x-frame-options") && !answer.headers.contains_key("x-tidegate-framed"));
        let html = answer.body.as_str().unwrap();
        assert!(html.contains("check_session.") && !html.contains("<form"), "{html}");
        let account = read(plain_client().get(format!("{}/device", app.issuer))).await;
        assert_eq!(account.headers["x-frame-options"], "DENY");
        assert!(account.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
    }

    /// Section 2: it belongs to OpenID requests of apps that have pages.
    async fn oidc_session_2_other_answers_have_no_state(app: &TestApp) {
        let native = json!({"application_type": "native", "redirect_uris": [REDIRECT, "com.example.app:/cb"]});
        let client = App::create(app, "native", native).await;
        let mut browser = Browser::new(app);
        for more in [vec![("scope", "api:read")], vec![("redirect_uri", "com.example.app:/cb")]] {
            client.code(app, &mut browser, CAROL, &more).await;
            assert_eq!(state_of(&browser), None, "{more:?}");
        }
    }
}
