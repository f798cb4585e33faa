//! Tokens for other tokens (RFC 8693), and for the word of others (RFC 7523 section 2.1).

use std::time::Duration;

use serde_json::{Value, json};
use tidegate::domain::client::GrantType;
use tidegate::domain::key::SigningAlg;
use tidegate::domain::trusted_issuer::{TrustedIssuer, UserKey};

use crate::on_each_store;
use crate::resources::register;
use crate::support::browser::{Browser, plain_client};
use crate::support::client::{Answer, App, OwnKey, claims, header, read};
use crate::support::{Kind, TestApp};

const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID: &str = "urn:ietf:params:oauth:token-type:id_token";
const API: &str = "https://api.test";
const CAROL: &str = "carol@demo.test";

/// A service behind the app: it was handed the app's token and calls the next API.
async fn service(app: &TestApp, id: &str, rules: Value) -> App {
    let document = json!({
        "grant_types": [GrantType::TokenExchange.name(), "client_credentials"], "response_types": [], "redirect_uris": [],
        "scope": "api:read email", "token_exchange": rules,
    });
    App::create(app, id, document).await
}

fn rules(kind: &str, audiences: &[&str]) -> Value {
    json!([{"kind": kind, "subject_clients": ["web"], "audiences": audiences}])
}

async fn exchange(client: &App, token: &str, more: &[(&str, &str)]) -> Answer {
    let mut params = vec![
        ("grant_type", GrantType::TokenExchange.name()),
        ("subject_token", token),
        ("subject_token_type", ACCESS),
    ];
    params.retain(|(name, _)| !more.iter().any(|(given, _)| given == name));
    params.extend(more);
    client.call("/token", &params).await
}

async fn tokens(app: &TestApp, web: &App) -> Answer {
    let scope = [("scope", "openid email api:read offline_access")];
    let code = web.code(app, &mut Browser::new(app), CAROL, &scope).await;
    web.redeem(&code).await
}

on_each_store! {
    async fn rfc8693_2_a_service_acts_for_the_user_and_the_token_says_so(app: &TestApp) {
        let web = App::web(app).await;
        let subject = tokens(app, &web).await;
        let access = subject.text("access_token");
        let gateway = service(app, "gateway", rules("delegation", &[API])).await;
        let made = exchange(&gateway, &access, &[("audience", API), ("scope", "api:read")]).await;
        assert_eq!((made.status, &made.body["issued_token_type"]), (200, &json!(ACCESS)), "{}", made.body);
        assert!(made.body.get("refresh_token").is_none() && made.body.get("id_token").is_none());
        let new = made.text("access_token");
        assert_eq!(header(&new)["typ"], "at+jwt");
        let (new_claims, old_claims) = (claims(&new), claims(&access));
        assert_eq!(new_claims["sub"], old_claims["sub"]);
        assert_eq!((&new_claims["aud"], &new_claims["client_id"], &new_claims["scope"]), (&json!(API), &json!("gateway"), &json!("api:read")));
        assert_eq!(new_claims["act"], json!({"sub": "gateway"}));
        assert_eq!((&new_claims["sid"], &new_claims["acr"]), (&old_claims["sid"], &old_claims["acr"]));
        assert_eq!(gateway.userinfo(&new).await.status, 401, "it is for the API, not for us");
        // The next service in the chain: actors are nested, the last one first (section 4.1).
        let next = json!([{"kind": "delegation", "subject_clients": ["gateway"], "audiences": ["https://next.test"]}]);
        let next = service(app, "next", next).await;
        let chained = exchange(&next, &new, &[("resource", "https://next.test")]).await;
        assert_eq!(claims(&chained.text("access_token"))["act"], json!({"sub": "next", "act": {"sub": "gateway"}}), "{}", chained.body);
        // A token of its own names another actor.
        let own = gateway.call("/token", &[("grant_type", "client_credentials")]).await.text("access_token");
        let acting = [("audience", API), ("actor_token", own.as_str()), ("actor_token_type", ACCESS)];
        assert_eq!(claims(&exchange(&gateway, &access, &acting).await.text("access_token"))["act"], json!({"sub": "gateway"}));
        let foreign = [("audience", API), ("actor_token", access.as_str()), ("actor_token_type", ACCESS)];
        assert_eq!(exchange(&gateway, &access, &foreign).await.error(), "invalid_request");
    }

    async fn rfc8693_2_2_2_nothing_is_exchanged_that_no_rule_names(app: &TestApp) {
        let web = App::web(app).await;
        let subject = tokens(app, &web).await;
        let access = subject.text("access_token");
        let none = service(app, "none", json!([])).await;
        assert_eq!(exchange(&none, &access, &[]).await.error(), "unauthorized_client");
        assert_eq!(exchange(&web, &access, &[]).await.error(), "unauthorized_client", "not registered for the grant");
        let gateway = service(app, "gateway", rules("impersonation", &[API])).await;
        for (what, more, error) in [
            ("another audience", vec![("audience", "https://other.test")], "invalid_target"),
            ("two audiences", vec![("audience", API), ("resource", "https://b.test")], "invalid_target"),
            ("no audience", vec![], "invalid_target"),
            ("more scope", vec![("audience", API), ("scope", "api:write")], "invalid_scope"),
            ("another's scope", vec![("audience", API), ("scope", "openid offline_access")], "invalid_scope"),
            ("another type", vec![("audience", API), ("requested_token_type", ID)], "invalid_request"),
        ] {
            let refused = exchange(&gateway, &access, &more).await;
            assert_eq!((refused.status, refused.error()), (400, error), "{what}: {}", refused.body);
        }
        let refresh = [("subject_token_type", "urn:ietf:params:oauth:token-type:refresh_token"), ("audience", API)];
        assert_eq!(exchange(&gateway, &subject.text("refresh_token"), &refresh).await.error(), "invalid_request");
        assert_eq!(exchange(&gateway, "nonsense", &[("audience", API)]).await.error(), "invalid_request");
        let own = gateway.call("/token", &[("grant_type", "client_credentials")]).await.text("access_token");
        assert_eq!(exchange(&gateway, &own, &[("audience", API)]).await.error(), "invalid_request", "nobody stands behind it");
        let impersonated = exchange(&gateway, &access, &[("audience", API)]).await;
        assert_eq!(impersonated.status, 200, "{}", impersonated.body);
        assert!(claims(&impersonated.text("access_token")).get("act").is_none());
        assert_eq!(impersonated.body["scope"], "openid email api:read", "what both may have");
    }

    /// A scope that a resource brings stays with it, also in the hands of a service that exchanges tokens.
    async fn rfc8707_scopes_of_a_resource_are_exchanged_for_that_resource_only(app: &TestApp) {
        register(app, API, &["api:read"], None).await;
        let web = App::web(app).await;
        let code = web.code(app, &mut Browser::new(app), CAROL, &[("scope", "openid email api:read"), ("resource", API)]).await;
        let access = web.redeem(&code).await.text("access_token");
        let gateway = service(app, "gateway", rules("delegation", &[API, "https://other.test"])).await;
        let same = exchange(&gateway, &access, &[("audience", API)]).await;
        assert_eq!((same.status, &same.body["scope"]), (200, &json!("api:read")), "{}", same.body);
        let other = exchange(&gateway, &access, &[("audience", "https://other.test")]).await;
        assert_eq!((other.status, other.body["scope"].as_str().unwrap_or_default()), (200, ""), "{}", other.body);
        let asked = exchange(&gateway, &access, &[("audience", "https://other.test"), ("scope", "api:read")]).await;
        assert_eq!(asked.error(), "invalid_scope");
    }

    async fn rfc8693_4_4_may_act_binds_whoever_has_a_rule(app: &TestApp) {
        let document = json!({"may_act": "trusted", "scope": "openid api:read"});
        let named = App::create(app, "named", document).await;
        let subject = tokens(app, &named).await;
        assert_eq!(claims(&subject.text("access_token"))["may_act"], json!({"sub": "trusted"}));
        let rule = json!([{"kind": "delegation", "subject_clients": ["named"]}]);
        let (trusted, other) = (service(app, "trusted", rule.clone()).await, service(app, "other", rule).await);
        for (kind, token) in [(ACCESS, subject.text("access_token")), (ID, subject.text("id_token"))] {
            let kind = [("subject_token_type", kind)];
            assert_eq!(exchange(&trusted, &token, &kind).await.status, 200);
            assert_eq!(exchange(&other, &token, &kind).await.error(), "invalid_request");
        }
    }

    /// Defect 5: what was revoked or has ended is worth nothing, before and after the exchange.
    async fn rfc8693_exchanged_tokens_end_with_what_they_came_of(app: &TestApp) {
        let web = App::web(app).await;
        for format in ["jwt", "opaque"] {
            let gateway = App::create(app, &format!("gateway-{format}"), json!({
                "grant_types": [GrantType::TokenExchange.name()], "response_types": [], "redirect_uris": [], "scope": "api:read",
                "token_exchange": rules("delegation", &[API]), "access_token_format": format,
            })).await;
            let subject = tokens(app, &web).await;
            let access = subject.text("access_token");
            app.advance(Duration::from_mins(4));
            let made = exchange(&gateway, &access, &[("audience", API)]).await;
            let new = made.text("access_token");
            assert_eq!(made.body["expires_in"], 360, "no longer than the subject token");
            let told = web.introspect(&new).await;
            assert_eq!((&told["active"], &told["act"]["sub"]), (&json!(true), &json!(gateway.id)), "{told}");
            // The service gives back what it got; the app keeps what it has.
            gateway.call("/revoke", &[("token", &new)]).await;
            assert_eq!(web.introspect(&new).await["active"], false);
            assert_eq!(web.introspect(&access).await["active"], true);
            let again = exchange(&gateway, &access, &[("audience", API)]).await.text("access_token");
            web.call("/revoke", &[("token", &subject.text("refresh_token"))]).await;
            assert_eq!(web.introspect(&again).await["active"], false);
            let late = exchange(&gateway, &access, &[("audience", API)]).await;
            assert_eq!((late.status, late.error()), (400, "invalid_grant"));
        }
        let subject = tokens(app, &web).await;
        app.advance(Duration::from_mins(11));
        let gateway = service(app, "late", rules("delegation", &[API])).await;
        assert_eq!(exchange(&gateway, &subject.text("access_token"), &[("audience", API)]).await.error(), "invalid_request");
    }

    async fn rfc7523_2_1_a_trusted_issuer_speaks_for_its_users(app: &TestApp) {
        let (key, other) = (OwnKey::new(SigningAlg::ES256), OwnKey::new(SigningAlg::ES256));
        let issuer = "https://ci.test";
        let trusted = TrustedIssuer {
            issuer: issuer.to_owned(),
            jwks: Some(key.jwks.clone()),
            jwks_uri: None,
            claim: "mail".to_owned(),
            user: UserKey::Email,
            subjects: vec![CAROL.to_owned(), "nobody@demo.test".to_owned()],
            clients: vec!["batch".to_owned()],
        };
        app.settings(|settings| settings.trusted_issuers = vec![trusted]).await;
        let document = json!({
            "grant_types": [GrantType::JwtBearer.name()], "response_types": [], "redirect_uris": [], "scope": "api:read openid",
        });
        let (batch, stranger) = (App::create(app, "batch", document.clone()).await, App::create(app, "stranger", document).await);
        let at = app.now().secs();
        let good = |jti: &str| json!({
            "iss": issuer, "sub": "job-1", "mail": CAROL, "aud": app.issuer, "exp": at + 300, "iat": at, "jti": jti,
        });
        let bring = async |client: &App, assertion: &str| {
            client.call("/token", &[("grant_type", GrantType::JwtBearer.name()), ("assertion", assertion)]).await
        };
        let first = key.sign(&good("1"));
        let tokens = bring(&batch, &first).await;
        assert_eq!((tokens.status, &tokens.body["scope"]), (200, &json!("api:read")), "{}", tokens.body);
        assert!(tokens.body.get("refresh_token").is_none() && tokens.body.get("id_token").is_none());
        let access = tokens.text("access_token");
        let sub = app.store().await.user_by_email(CAROL).await.unwrap().unwrap().sub;
        assert_eq!((&claims(&access)["sub"], &claims(&access)["client_id"]), (&json!(sub), &json!("batch")));
        let web = App::web(app).await;
        assert_eq!(web.introspect(&access).await["active"], true);
        assert_eq!(bring(&batch, &first).await.error(), "invalid_grant", "once");
        assert_eq!(bring(&stranger, &key.sign(&good("2"))).await.error(), "unauthorized_client");
        for (what, change) in [
            ("audience", json!({"aud": "https://other.test"})),
            ("expired", json!({"exp": at - 61})),
            ("too long", json!({"exp": at + 3_600})),
            ("not yet", json!({"nbf": at + 120})),
            ("no id", json!({"jti": Value::Null})),
            ("another subject", json!({"mail": "alice@demo.test"})),
            ("no account", json!({"mail": "nobody@demo.test"})),
            ("another issuer", json!({"iss": "https://other.test"})),
        ] {
            let mut changed = good("3");
            changed.as_object_mut().unwrap().extend(change.as_object().cloned().unwrap());
            let refused = bring(&batch, &key.sign(&changed)).await;
            assert_eq!((refused.status, refused.error()), (400, "invalid_grant"), "{what}: {}", refused.body);
        }
        assert_eq!(bring(&batch, &other.sign(&good("4"))).await.error(), "invalid_grant", "another's key");
        let metadata = read(plain_client().get(format!("{}/.well-known/openid-configuration", app.issuer))).await.body;
        for grant in [GrantType::JwtBearer, GrantType::TokenExchange] {
            assert!(metadata["grant_types_supported"].to_string().contains(grant.name()));
        }
    }
}
