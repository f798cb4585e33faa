//! The logout plans: RP-initiated, back-channel and front-channel.

use serde_json::{Value, json};

use crate::on_each_store;
use crate::support::client::{claims, header, verified};
use crate::support::inbox::Inbox;
use crate::support::rp::{Rp, discovery};
use crate::support::{Kind, TestApp};

const OUT: &str = "https://app.test/out";

/// A relying party with a session, and the ID token that came of it.
async fn signed_in(app: &TestApp, more: Value) -> (Rp<'_>, String) {
    let mut rp = Rp::with(app, "", more).await;
    let id_token = rp.tokens(&[]).await.text("id_token");
    (rp, id_token)
}

/// Sends the browser to sign out.
async fn sign_out(rp: &mut Rp<'_>, params: &[(&str, &str)]) {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params)
        .finish();
    let address = format!("{}/logout?{query}", rp.app.issuer);
    rp.browser.get(&address).await;
}

/// Whether the session is over: nobody is signed in silently any more.
async fn is_over(rp: &mut Rp<'_>) -> bool {
    let reply = rp.open(&[("prompt", "none")]).await.unwrap();
    reply.error() == Some("login_required")
}

/// The browser stays with us and the person is asked; after a yes the session ends here, and the app is not gone back to.
async fn asks_and_stays(app: &TestApp, params: impl FnOnce(&str) -> Vec<(&'static str, String)>) {
    let (mut rp, id_token) = signed_in(app, json!({})).await;
    let params = params(&id_token);
    let params: Vec<(&str, &str)> = params
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    sign_out(&mut rp, &params).await;
    assert!(
        rp.browser.left_to.is_none() && rp.browser.page.status == 200,
        "{:?}",
        rp.browser.left_to
    );
    let mut other = rp.browser.clone();
    other.get(&rp.address(&[("prompt", "none")])).await;
    assert!(other.reply().unwrap().get("code").is_some(), "nothing ended yet");
    rp.browser.submit_to("/logout", &[]).await;
    assert!(
        rp.browser.left_to.is_none() && rp.browser.page.status == 200,
        "{:?}",
        rp.browser.left_to
    );
    assert!(is_over(&mut rp).await);
}

/// The session ends at once, and the browser stays on a page of ours.
async fn ends_and_stays(app: &TestApp, more: &[(&str, &str)]) {
    let (mut rp, id_token) = signed_in(app, json!({})).await;
    let params = [&[("id_token_hint", id_token.as_str())], more].concat();
    sign_out(&mut rp, &params).await;
    assert!(
        rp.browser.left_to.is_none() && rp.browser.page.status == 200,
        "{:?}",
        rp.browser.left_to
    );
    assert!(is_over(&mut rp).await);
}

on_each_store! {
    async fn oidcc_rp_initiated_logout_discovery_endpoint_verification(app: &TestApp) {
        assert_eq!(discovery(app).await["end_session_endpoint"], format!("{}/logout", app.issuer));
    }

    async fn oidcc_rp_initiated_logout(app: &TestApp) {
        let (mut rp, id_token) = signed_in(app, json!({})).await;
        sign_out(&mut rp, &[("id_token_hint", &id_token), ("post_logout_redirect_uri", OUT), ("state", "s")]).await;
        assert_eq!(rp.browser.left_to.as_deref(), Some("https://app.test/out?state=s"));
        assert!(is_over(&mut rp).await);
    }

    async fn oidcc_rp_initiated_logout_no_state(app: &TestApp) {
        let (mut rp, id_token) = signed_in(app, json!({})).await;
        sign_out(&mut rp, &[("id_token_hint", &id_token), ("post_logout_redirect_uri", OUT)]).await;
        assert_eq!(rp.browser.left_to.as_deref(), Some(OUT));
        assert!(is_over(&mut rp).await);
    }

    async fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(app: &TestApp) {
        ends_and_stays(app, &[("post_logout_redirect_uri", "https://other.test/out"), ("state", "s")]).await;
    }

    async fn oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri(app: &TestApp) {
        ends_and_stays(app, &[("post_logout_redirect_uri", "https://app.test/out?foo=bar"), ("state", "s")]).await;
    }

    /// The hint with `alg` `none` and no signature.
    async fn oidcc_rp_initiated_logout_modified_id_token_hint(app: &TestApp) {
        asks_and_stays(app, |hint| {
            let payload = hint.split('.').nth(1).unwrap();
            let bare = format!("{}.{payload}.", tidegate::base::encoding::base64url(br#"{"alg":"none"}"#));
            vec![("id_token_hint", bare), ("post_logout_redirect_uri", OUT.to_owned())]
        }).await;
    }

    /// The hint is no ID token of ours.
    async fn oidcc_rp_initiated_logout_bad_id_token_hint(app: &TestApp) {
        asks_and_stays(app, |hint| {
            let payload = hint.split('.').nth(1).unwrap().to_owned();
            let foreign = crate::support::client::OwnKey::new(tidegate::domain::key::SigningAlg::ES256);
            let signed = foreign.sign(&claims(&format!("x.{payload}.x")));
            vec![("id_token_hint", signed), ("post_logout_redirect_uri", OUT.to_owned())]
        }).await;
    }

    async fn oidcc_rp_initiated_logout_no_id_token_hint(app: &TestApp) {
        asks_and_stays(app, |_| vec![("post_logout_redirect_uri", OUT.to_owned()), ("state", "s".to_owned())]).await;
    }

    async fn oidcc_rp_initiated_logout_no_params(app: &TestApp) {
        asks_and_stays(app, |_| Vec::new()).await;
    }

    async fn oidcc_rp_initiated_logout_only_state(app: &TestApp) {
        asks_and_stays(app, |_| vec![("state", "s".to_owned())]).await;
    }

    async fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri(app: &TestApp) {
        ends_and_stays(app, &[("state", "s")]).await;
    }

    async fn oidcc_backchannel_logout_discovery_endpoint_verification(app: &TestApp) {
        let document = discovery(app).await;
        for name in ["backchannel_logout_supported", "backchannel_logout_session_supported"] {
            assert_eq!(document[name], true, "{name}");
        }
    }

    async fn oidcc_backchannel_rp_initiated_logout(app: &TestApp) {
        let inbox = Inbox::start(200);
        let (mut rp, id_token) = signed_in(app, json!({"backchannel_logout_uri": inbox.at("/logged-out")})).await;
        sign_out(&mut rp, &[("id_token_hint", &id_token), ("post_logout_redirect_uri", OUT)]).await;
        assert_eq!(rp.browser.left_to.as_deref(), Some(OUT));
        let posted = inbox.first().await;
        let (_, token) = url::form_urlencoded::parse(posted.body.as_bytes()).find(|(name, _)| name == "logout_token").unwrap();
        assert_eq!(header(&token)["alg"], "RS256");
        let (told, id) = (verified(app, &token).await, claims(&id_token));
        for name in ["iss", "aud", "sub", "sid"] {
            assert_eq!(told[name], id[name], "{name}");
        }
        assert!(told["jti"].is_string() && told["iat"].is_i64() && told.get("nonce").is_none(), "{told}");
        assert_eq!(told["events"], json!({"http://schemas.openid.net/event/backchannel-logout": {}}));
    }

    async fn oidcc_frontchannel_logout_discovery_endpoint_verification(app: &TestApp) {
        let document = discovery(app).await;
        for name in ["frontchannel_logout_supported", "frontchannel_logout_session_supported"] {
            assert_eq!(document[name], true, "{name}");
        }
    }

    async fn oidcc_frontchannel_rp_initiated_logout(app: &TestApp) {
        let (mut rp, id_token) = signed_in(app, json!({"frontchannel_logout_uri": "https://app.test/bye"})).await;
        sign_out(&mut rp, &[("id_token_hint", &id_token), ("post_logout_redirect_uri", OUT), ("state", "s")]).await;
        let html = rp.browser.page.html.replace("&#38;", "&").replace("&amp;", "&");
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("iss", &app.issuer)
            .append_pair("sid", claims(&id_token)["sid"].as_str().unwrap())
            .finish();
        assert!(html.contains(&format!("<iframe src=\"https://app.test/bye?{query}\"")), "{html}");
        assert!(html.contains("url=https://app.test/out?state=s\""), "and then on to the app: {html}");
        assert!(is_over(&mut rp).await);
    }
}
