//! Pairwise subjects (OpenID Connect Core section 8): a client has names of its own for people, and they are the same everywhere.

use serde_json::{Value, json};
use tidegate::domain::client::GrantType;
use tidegate::domain::key::SigningAlg;
use tidegate::domain::trusted_issuer::{TrustedIssuer, UserKey};

use crate::logout::{AppServer, sign_out};
use crate::on_each_store;
use crate::support::browser::{Browser, plain_client, query_of};
use crate::support::client::{Answer, App, OwnKey, REDIRECT, VERIFIER, claims, read, verified};
use crate::support::documents::Documents;
use crate::support::{Kind, TestApp};

const CAROL: &str = "carol@demo.test";
const ALICE: &str = "alice@demo.test";
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID: &str = "urn:ietf:params:oauth:token-type:id_token";

async fn pairwise(app: &TestApp, id: &str, more: Value) -> App {
    let mut document = json!({"subject_type": "pairwise"});
    document
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().cloned().unwrap());
    App::create(app, id, document).await
}

async fn public_name(app: &TestApp, email: &str) -> String {
    app.store().await.user_by_email(email).await.unwrap().unwrap().sub
}

/// First tokens of a client at whatever redirect URI.
async fn tokens_at(app: &TestApp, client: &App, browser: &mut Browser, redirect: &str) -> Answer {
    let code = client
        .code(app, browser, CAROL, &[("redirect_uri", redirect)])
        .await;
    let params = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", redirect),
        ("code_verifier", VERIFIER),
    ];
    client.call("/token", &params).await
}

/// What `prompt=none` answers a request that expects somebody.
async fn silently(client: &App, browser: &mut Browser, more: &[(&str, &str)]) -> Option<String> {
    browser
        .get(&client.authorize(&[&[("prompt", "none")], more].concat()))
        .await;
    query_of(browser.left_to.as_ref().unwrap(), "error")
}

async fn exchanged(service: &App, token: &str, kind: &str) -> Answer {
    let params = [
        ("grant_type", GrantType::TokenExchange.name()),
        ("subject_token", token),
        ("subject_token_type", kind),
    ];
    service.call("/token", &params).await
}

async fn register(app: &TestApp, document: &Value) -> Answer {
    read(
        plain_client()
            .post(format!("{}/register", app.issuer))
            .json(document),
    )
    .await
}

on_each_store! {
    async fn oidc_core_8_1_one_name_wherever_the_client_is_told_of_somebody(app: &TestApp) {
        let server = AppServer::default();
        let client = pairwise(app, "veiled", json!({"backchannel_logout_uri": server.start(), "frontchannel_logout_uri": "https://app.test/bye"})).await;
        let metadata = read(plain_client().get(format!("{}/.well-known/openid-configuration", app.issuer))).await.body;
        assert_eq!(metadata["subject_types_supported"], json!(["public", "pairwise"]));
        let public = public_name(app, CAROL).await;
        let mut browser = Browser::new(app);
        let code = client.code(app, &mut browser, CAROL, &[]).await;
        let first = client.redeem(&code).await;
        let (access, id_token) = (first.text("access_token"), first.text("id_token"));
        let sub = claims(&id_token)["sub"].as_str().unwrap().to_owned();
        assert!(sub != public && !sub.contains(&public));
        let again = client.refresh(&first.text("refresh_token")).await;
        let sid = claims(&id_token)["sid"].clone();
        let mut told = vec![
            ("access token", claims(&access)),
            ("userinfo", client.userinfo(&access).await.body),
            ("introspection", client.introspect(&access).await),
            ("introspection of a refresh token", client.introspect(&again.text("refresh_token")).await),
            ("refreshed ID token", claims(&again.text("id_token"))),
            ("refreshed access token", claims(&again.text("access_token"))),
        ];
        // Who is expected is said in the client's own words, and in no others.
        let named = |sub: &str| json!({"id_token": {"sub": {"value": sub}}}).to_string();
        assert_eq!(silently(&client, &mut browser, &[("claims", &named(&sub))]).await, None);
        assert_eq!(silently(&client, &mut browser, &[("claims", &named(&public))]).await.as_deref(), Some("login_required"));
        assert_eq!(silently(&client, &mut browser, &[("id_token_hint", &id_token)]).await, None);
        let other = client.code(app, &mut Browser::new(app), ALICE, &[]).await;
        let other = client.redeem(&other).await.text("id_token");
        assert_eq!(silently(&client, &mut browser, &[("id_token_hint", &other)]).await.as_deref(), Some("login_required"));
        sign_out(&mut browser, &client, &id_token, "").await;
        assert!(browser.page.text().contains("You’re signed out"), "{}", browser.page.text());
        assert!(browser.page.html.contains(&format!("sid={}", sid.as_str().unwrap())), "the page in the frame");
        told.push(("logout token", verified(app, &server.token(1).await).await));
        for (what, told) in told {
            assert_eq!(told["sub"], sub, "{what}: {told}");
            assert!(!told.to_string().contains(&public), "{what}: {told}");
            if let Some(told) = told.get("sid") {
                assert_eq!(*told, sid, "{what}");
            }
        }
    }

    async fn oidc_core_8_1_clients_of_one_sector_share_names_and_others_do_not(app: &TestApp) {
        let mut browser = Browser::new(app);
        let mut names = Vec::new();
        for (id, redirect) in [("one", REDIRECT), ("two", "https://app.test/other"), ("three", "https://else.test/cb")] {
            let client = pairwise(app, id, json!({"redirect_uris": [redirect]})).await;
            let id = claims(&tokens_at(app, &client, &mut browser, redirect).await.text("id_token"));
            names.push((id["sub"].clone(), id["sid"].clone()));
        }
        let open = App::web(app).await;
        let id = claims(&tokens_at(app, &open, &mut browser, REDIRECT).await.text("id_token"));
        assert_eq!(id["sub"], public_name(app, CAROL).await);
        assert_eq!(names[0], names[1]);
        for (sub, sid) in [&names[2], &(id["sub"].clone(), id["sid"].clone())] {
            assert!(names[0].0 != *sub && names[0].1 != *sid, "nor by the session");
        }
        // Signing keys come and go, names stay.
        let actor = tidegate::admin::Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        tidegate::admin::keys::rotate(&actor, &app.shared.platform, None).await.unwrap();
        let client = App { id: "two".to_owned(), ..open };
        let later = tokens_at(app, &client, &mut Browser::new(app), "https://app.test/other").await;
        assert_eq!(claims(&later.text("id_token"))["sub"], names[0].0);
    }

    /// RFC 8693, RFC 7523 section 2.1 and CIBA Core section 7.1: also who comes by other ways.
    async fn oidc_core_8_1_services_know_their_own_names(app: &TestApp) {
        let app_client = pairwise(app, "veiled", json!({})).await;
        let first = app_client.redeem(&app_client.code(app, &mut Browser::new(app), CAROL, &[]).await).await;
        let public = public_name(app, CAROL).await;
        let rules = json!([{"kind": "impersonation", "subject_clients": ["veiled"], "audiences": []}]);
        let service = |redirects: &[&str]| json!({
            "grant_types": [GrantType::TokenExchange.name(), GrantType::AuthorizationCode.name()], "redirect_uris": redirects, "token_exchange": rules,
        });
        let open = App::create(app, "open", service(&[REDIRECT])).await;
        let same = pairwise(app, "same", service(&[REDIRECT])).await;
        let other = pairwise(app, "other", service(&["https://else.test/cb"])).await;
        let own = claims(&first.text("id_token"))["sub"].clone();
        for (token, kind) in [(first.text("access_token"), ACCESS), (first.text("id_token"), ID)] {
            let sub = async |service: &App| {
                let made = exchanged(service, &token, kind).await;
                assert_eq!(made.status, 200, "{}", made.body);
                claims(&made.text("access_token"))["sub"].clone()
            };
            assert_eq!((sub(&open).await, sub(&same).await), (json!(public), own.clone()), "{kind}");
            let foreign = sub(&other).await;
            assert!(foreign != own && foreign != public, "{kind}");
        }
        let key = OwnKey::new(SigningAlg::ES256);
        let trusted = TrustedIssuer {
            issuer: "https://ci.test".to_owned(),
            jwks: Some(key.jwks.clone()),
            jwks_uri: None,
            claim: "mail".to_owned(),
            user: UserKey::Email,
            subjects: vec![CAROL.to_owned()],
            clients: vec!["batch".to_owned()],
        };
        app.settings(|settings| settings.trusted_issuers = vec![trusted]).await;
        let grants = json!([GrantType::JwtBearer.name(), GrantType::AuthorizationCode.name()]);
        let batch = pairwise(app, "batch", json!({"grant_types": grants})).await;
        let at = app.now().secs();
        let assertion = key.sign(&json!({"iss": "https://ci.test", "sub": "job", "mail": CAROL, "aud": app.issuer, "exp": at + 300, "iat": at, "jti": "1"}));
        let brought = batch.call("/token", &[("grant_type", GrantType::JwtBearer.name()), ("assertion", &assertion)]).await;
        let access = brought.text("access_token");
        assert_eq!(claims(&access)["sub"], own);
        assert_eq!(batch.introspect(&access).await["active"], true, "and it is read back");
        let asks = pairwise(app, "asks", json!({
            "grant_types": [GrantType::Ciba.name(), "authorization_code"], "backchannel_token_delivery_mode": "poll",
        })).await;
        let id = asks.redeem(&asks.code(app, &mut Browser::new(app), CAROL, &[]).await).await.text("id_token");
        let asked = asks.call("/bc-authorize", &[("scope", "openid"), ("id_token_hint", &id)]).await;
        assert_eq!(asked.status, 200, "{}", asked.body);
        let approve = json!({"auth_req_id": asked.text("auth_req_id"), "email": CAROL});
        assert!(read(plain_client().post(format!("{}/dev/ciba/approve", app.base)).json(&approve)).await.status < 300);
        let tokens = asks.call("/token", &[("grant_type", GrantType::Ciba.name()), ("auth_req_id", &asked.text("auth_req_id"))]).await;
        assert_eq!(claims(&tokens.text("id_token"))["sub"], own);
        let foreign = asks.call("/bc-authorize", &[("scope", "openid"), ("id_token_hint", &first.text("id_token"))]).await;
        assert_eq!(foreign.error(), "invalid_request", "another client's");
    }

    /// Behind a pairwise name the mail address goes only to whom it was granted, and so to whoever introspects.
    async fn rfc7662_2_2_a_pairwise_token_does_not_name_the_account(app: &TestApp) {
        let client = pairwise(app, "veiled", json!({})).await;
        for (scope, shown) in [("openid", Value::Null), ("openid email", json!(CAROL))] {
            let code = client.code(app, &mut Browser::new(app), CAROL, &[("scope", scope)]).await;
            let access = client.redeem(&code).await.text("access_token");
            assert_eq!(client.introspect(&access).await["username"], shown);
        }
    }

    /// OpenID Foundation: oidcc-registration-sector-uri and -sector-bad.
    async fn oidc_registration_5_the_sector_document_names_every_redirect_uri(app: &TestApp) {
        let site = Documents::start();
        let two = json!([REDIRECT, "https://else.test/cb"]);
        let good = site.put("/sector.json", "application/json", two.to_string());
        let document = |uri: &str| json!({"redirect_uris": two, "subject_type": "pairwise", "sector_identifier_uri": uri});
        let made = register(app, &document(&good)).await;
        assert_eq!((made.status, &made.body["sector_identifier_uri"], &made.body["subject_type"]), (201, &json!(good), &json!("pairwise")), "{}", made.body);
        let bad = site.put("/bad.json", "application/json", json!([REDIRECT]).to_string());
        let none = site.put("/none.json", "application/json", "{}");
        let missing = site.at("/missing.json");
        for (what, document, error) in [
            ("not all of them", document(&bad), "invalid_redirect_uri"),
            ("also of a public client", json!({"redirect_uris": two, "sector_identifier_uri": bad}), "invalid_redirect_uri"),
            ("no list", document(&none), "invalid_client_metadata"),
            ("not there", document(&missing), "invalid_client_metadata"),
            ("no https", document("http://sector.test/x"), "invalid_client_metadata"),
            ("several hosts without", json!({"redirect_uris": two, "subject_type": "pairwise"}), "invalid_client_metadata"),
            ("everybody's host", json!({"redirect_uris": ["http://127.0.0.1/cb"], "application_type": "native", "subject_type": "pairwise"}), "invalid_client_metadata"),
            ("another type", json!({"redirect_uris": [REDIRECT], "subject_type": "secret"}), "invalid_client_metadata"),
        ] {
            let refused = register(app, &document).await;
            assert_eq!((refused.status, refused.error()), (400, error), "{what}: {}", refused.body);
        }
        // What is known is not fetched again, what is new is.
        let update = async |redirects: &Value| {
            let body = json!({"client_id": made.text("client_id"), "redirect_uris": redirects, "subject_type": "pairwise", "sector_identifier_uri": good});
            let request = plain_client().put(made.text("registration_client_uri")).bearer_auth(made.text("registration_access_token"));
            read(request.json(&body)).await
        };
        assert_eq!(update(&json!([REDIRECT])).await.status, 200);
        assert_eq!(site.fetched("/sector.json"), 1);
        assert_eq!(update(&json!(["https://third.test/cb"])).await.error(), "invalid_redirect_uri");
        assert_eq!(site.fetched("/sector.json"), 2);
    }
}
