//! Introspection answers as evidence: signed (RFC 9701).

use serde_json::json;

use crate::on_each_store;
use crate::support::client::{Answer, App, claims, header, read, verified};
use crate::support::{Kind, TestApp};

const SIGNED: &str = "application/token-introspection+jwt";

async fn asked(client: &App, token: &str, accept: &str) -> Answer {
    let request = client.request("/introspect", &[("token", token)]);
    read(request.header("accept", accept)).await
}

on_each_store! {
    async fn rfc9701_5_the_answer_is_signed_for_who_asked(app: &TestApp) {
        let client = App::web(app).await;
        let api = App::create(app, "api", json!({})).await;
        let token = client.tokens(app).await.text("access_token");
        let answer = asked(&api, &token, SIGNED).await;
        assert_eq!((answer.status, &answer.headers["content-type"]), (200, &SIGNED.parse().unwrap()));
        assert_eq!(answer.headers["cache-control"], "no-store");
        let jwt = answer.body.as_str().unwrap();
        assert_eq!(header(jwt)["typ"], "token-introspection+jwt");
        assert_eq!(header(jwt)["alg"], "ES256", "as its ID tokens would be");
        let told = verified(app, jwt).await;
        assert_eq!((&told["iss"], &told["aud"]), (&json!(app.issuer), &json!("api")));
        assert_eq!(told["iat"], app.now().secs());
        assert!(told.get("sub").is_none() && told.get("exp").is_none(), "RFC 9701 section 8.1: no access token");
        let plain = api.introspect(&token).await;
        assert_eq!(told["token_introspection"], plain);
        assert_eq!(plain["active"], true);
    }

    async fn rfc9701_5_what_is_not_active_says_nothing_more(app: &TestApp) {
        let client = App::web(app).await;
        let other = App::create(app, "other", json!({})).await;
        let refresh = client.tokens(app).await.text("refresh_token");
        for token in ["nonsense", refresh.as_str()] {
            let answer = asked(&other, token, SIGNED).await;
            assert_eq!(claims(answer.body.as_str().unwrap())["token_introspection"], json!({"active": false}));
        }
        let own = asked(&client, &refresh, SIGNED).await;
        assert_eq!(claims(own.body.as_str().unwrap())["token_introspection"]["client_id"], "web");
    }

    async fn rfc9701_4_json_unless_the_signed_form_is_preferred(app: &TestApp) {
        let client = App::web(app).await;
        for accept in ["application/json", "*/*", "application/*", "application/jwt", "nonsense",
            "application/json, application/token-introspection+jwt;q=0.5"] {
            assert_eq!(asked(&client, "x", accept).await.body, json!({"active": false}), "{accept}");
        }
        for accept in [SIGNED, "application/token-introspection+jwt, application/json;q=0.5"] {
            assert!(asked(&client, "x", accept).await.body.is_string(), "{accept}");
        }
    }

    async fn rfc9701_4_nobody_is_answered_without_credentials(app: &TestApp) {
        let public = App::create(app, "spa", json!({"token_endpoint_auth_method": "none"})).await;
        let token = App::web(app).await.tokens(app).await.text("access_token");
        let answer = asked(&public, &token, SIGNED).await;
        assert_eq!((answer.status, answer.error()), (401, "invalid_client"));
        let stranger = App { id: "nobody".to_owned(), public: false, ..public };
        assert_eq!(asked(&stranger, &token, SIGNED).await.error(), "invalid_client");
    }

    async fn rfc9701_6_the_registered_algorithm_signs(app: &TestApp) {
        for alg in ["RS256", "EdDSA", "PS256"] {
            let client = App::create(app, alg, json!({"introspection_signed_response_alg": alg})).await;
            let answer = asked(&client, "x", SIGNED).await;
            let jwt = answer.body.as_str().unwrap();
            assert_eq!(header(jwt)["alg"], alg);
            verified(app, jwt).await;
        }
        let discovery = crate::support::browser::plain_client().get(format!("{}/.well-known/openid-configuration", app.issuer));
        let algs = read(discovery).await.body["introspection_signing_alg_values_supported"].clone();
        assert_eq!(algs, json!(["ES256", "EdDSA", "RS256", "PS256"]));
    }

    /// RFC 9701 section 8.1: a signed answer is no access token and no hint of a session.
    async fn a_signed_answer_works_in_no_other_role(app: &TestApp) {
        let client = App::web(app).await;
        let token = client.tokens(app).await.text("access_token");
        let answer = asked(&client, &token, SIGNED).await;
        let jwt = answer.body.as_str().unwrap();
        assert_eq!(client.userinfo(jwt).await.status, 401);
        assert_eq!(client.introspect(jwt).await["active"], false);
        assert_eq!(client.call("/revoke", &[("token", jwt)]).await.status, 200);
        assert_eq!(client.introspect(&token).await["active"], true, "it revoked nothing");
    }
}
