//! Signed authorization responses (JARM).

use serde_json::json;

use crate::on_each_store;
use crate::support::browser::{Browser, query_of};
use crate::support::client::{App, REDIRECT, header, verified};
use crate::support::{Kind, TestApp};

/// The one parameter of an answer by redirect, which begins with `?` or `#`.
fn response(to: &str, mark: char) -> String {
    let rest = to.strip_prefix(REDIRECT).and_then(|rest| rest.strip_prefix(mark));
    let rest = rest
        .and_then(|rest| rest.strip_prefix("response="))
        .unwrap_or_else(|| panic!("{to}"));
    assert!(!rest.contains('&'), "nothing stands beside it: {to}");
    rest.to_owned()
}

on_each_store! {
    async fn jarm_2_3_the_answer_comes_as_one_signed_jwt(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        client.code(app, &mut browser, "carol@demo.test", &[]).await;
        for (mode, mark) in [("jwt", '?'), ("query.jwt", '?'), ("fragment.jwt", '#')] {
            browser.get(&client.authorize(&[("response_mode", mode)])).await;
            let jwt = response(browser.left_to.as_ref().unwrap(), mark);
            assert_eq!(header(&jwt)["alg"], "ES256", "as its ID tokens");
            let told = verified(app, &jwt).await;
            assert_eq!((&told["iss"], &told["aud"], &told["state"]), (&json!(app.issuer), &json!("web"), &json!("st4te")));
            assert_eq!(told["exp"].as_i64().unwrap() - app.now().secs(), 600);
            assert_eq!(client.redeem(told["code"].as_str().unwrap()).await.status, 200, "{mode}");
        }
        browser.get(&client.authorize(&[("response_mode", "form_post.jwt")])).await;
        let form = browser.form("response").unwrap();
        assert_eq!((form.action.as_str(), form.fields.len()), (REDIRECT, 1), "{:?}", form.fields);
        let told = verified(app, &form.fields[0].1).await;
        assert_eq!(client.redeem(told["code"].as_str().unwrap()).await.status, 200);
    }

    async fn jarm_2_1_errors_are_signed_too(app: &TestApp) {
        let client = App::create(app, "rsa", json!({"authorization_signed_response_alg": "RS256"})).await;
        let mut browser = Browser::new(app);
        for (more, error) in [(("prompt", "none"), "login_required"), (("response_type", "token"), "unsupported_response_type")] {
            browser.get(&client.authorize(&[more, ("response_mode", "jwt")])).await;
            let jwt = response(browser.left_to.as_ref().unwrap(), '?');
            assert_eq!(header(&jwt)["alg"], "RS256");
            let told = verified(app, &jwt).await;
            assert_eq!((&told["error"], &told["aud"]), (&json!(error), &json!("rsa")));
            assert!(told.get("code").is_none());
        }
        browser.get(&client.authorize(&[("response_mode", "jwt.form")])).await;
        assert_eq!(query_of(browser.left_to.as_ref().unwrap(), "error").as_deref(), Some("invalid_request"));
    }
}
