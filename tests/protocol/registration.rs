//! Apps that register themselves (RFC 7591, OpenID Connect Dynamic Client Registration 1.0) and keep their registration (RFC 7592).

use std::time::Duration;

use serde_json::{Value, json};
use tidegate::admin::Actor;
use tidegate::admin::clients::initial_access::{self, NewInitialAccessToken};
use tidegate::domain::registration_policy::RegistrationPolicy;
use tidegate::domain::tenant::Registration;
use tidegate::protocol::registration::ClientAuthMethod;

use crate::on_each_store;
use crate::support::browser::{Browser, plain_client, query_of};
use crate::support::client::{Answer, App, REDIRECT, claims, header, read};
use crate::support::{Kind, PASSWORD, TestApp};

async fn register(app: &TestApp, bearer: Option<&str>, document: &Value) -> Answer {
    let mut request = plain_client()
        .post(format!("{}/register", app.issuer))
        .json(document);
    if let Some(bearer) = bearer {
        request = request.bearer_auth(bearer);
    }
    read(request).await
}

fn plain() -> Value {
    json!({"redirect_uris": [REDIRECT], "client_name": "Newcomer"})
}

/// Calls the configuration endpoint of a registration.
async fn manage(made: &Answer, method: reqwest::Method, token: &str, body: Option<Value>) -> Answer {
    let mut request = plain_client()
        .request(method, made.text("registration_client_uri"))
        .bearer_auth(token);
    if let Some(body) = body {
        request = request.json(&body);
    }
    read(request).await
}

async fn initial_token(app: &TestApp, uses: u32) -> String {
    let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
    let wanted = NewInitialAccessToken {
        uses,
        days: 7,
        note: "test".to_owned(),
    };
    let made = initial_access::create(&actor, &app.shared.platform, wanted)
        .await
        .unwrap();
    made.initial_access_token.unwrap()
}

async fn metadata(app: &TestApp) -> Value {
    read(plain_client().get(format!("{}/.well-known/openid-configuration", app.issuer)))
        .await
        .body
}

on_each_store! {
    /// A registrant's sign-in always asks for consent.
    async fn rfc7591_3_2_1_an_app_registers_itself_and_signs_people_in(app: &TestApp) {
        assert_eq!(metadata(app).await["registration_endpoint"], format!("{}/register", app.issuer));
        let made = register(app, None, &plain()).await;
        assert_eq!((made.status, &made.body["client_secret_expires_at"]), (201, &json!(0)), "{}", made.body);
        assert_eq!(made.headers["cache-control"], "no-store");
        assert_eq!(made.body["id_token_signed_response_alg"], "RS256");
        assert_eq!(made.body["token_endpoint_auth_method"], "client_secret_basic");
        assert!(made.body["client_id_issued_at"].is_i64() && made.body.get("client_secret").is_some());
        let (id, secret) = (made.text("client_id"), made.text("client_secret"));
        let client = App::existing(app, &id, Some(&secret));
        let mut browser = Browser::new(app);
        browser.get(&client.authorize(&[("scope", "openid email")])).await;
        browser.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        browser.answer_code(app, "carol@demo.test").await;
        assert!(browser.page.has_field("consent"), "{}", browser.page.text());
        browser.submit("consent", &[("consent", "allow")]).await;
        let code = query_of(browser.left_to.as_ref().unwrap(), "code").unwrap();
        let request = plain_client().post(format!("{}/token", app.issuer)).basic_auth(&id, Some(&secret)).header("content-type", "application/x-www-form-urlencoded")
            .body(url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs([("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", REDIRECT), ("code_verifier", crate::support::client::VERIFIER)]).finish());
        let tokens = read(request).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        let id_token = tokens.text("id_token");
        assert_eq!((&header(&id_token)["alg"], &claims(&id_token)["aud"]), (&json!("RS256"), &json!(id)));
        // It learns nothing about the tokens of others.
        let other = App::web(app).await;
        let foreign = other.tokens(app).await.text("access_token");
        let explain = plain_client().post(format!("{}/introspect", app.issuer)).basic_auth(&id, Some(&secret))
            .header("content-type", "application/x-www-form-urlencoded").body(format!("token={foreign}"));
        assert_eq!(read(explain).await.body, json!({"active": false}));
    }

    async fn rfc7591_3_2_2_what_is_wrong_is_said(app: &TestApp) {
        for (more, error) in [
            (json!({"redirect_uris": []}), "invalid_redirect_uri"),
            (json!({"redirect_uris": ["https://app.test/cb#x"]}), "invalid_redirect_uri"),
            (json!({"redirect_uris": ["http://app.test/cb"]}), "invalid_redirect_uri"),
            (json!({"token_endpoint_auth_method": "magic"}), "invalid_client_metadata"),
            (json!({"grant_types": ["client_credentials"], "response_types": []}), "invalid_client_metadata"),
            (json!({"jwks": {"keys": []}, "jwks_uri": "https://app.test/jwks"}), "invalid_client_metadata"),
            (json!({"id_token_signed_response_alg": "none"}), "invalid_client_metadata"),
            (json!({"software_statement": "e30.e30.x"}), "unapproved_software_statement"),
        ] {
            let mut document = plain();
            document.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
            let refused = register(app, None, &document).await;
            assert_eq!((refused.status, refused.error()), (400, error), "{more}: {}", refused.body);
            assert!(refused.body["error_description"].as_str().is_some_and(|words| !words.is_empty()));
        }
        let text = plain_client().post(format!("{}/register", app.issuer)).body("{}");
        assert_eq!(read(text).await.error(), "invalid_client_metadata");
        // RFC 7591 section 2: what we don't know is left out, what is ours can't be set.
        let odd = json!({"redirect_uris": [REDIRECT], "x_unheard_of": 1, "require_consent": false, "floor": "phrh", "client_id": "mine", "client_secret": "mine-mine-mine"});
        let made = register(app, None, &odd).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert!(made.body.get("x_unheard_of").is_none() && made.text("client_id") != "mine" && made.text("client_secret") != "mine-mine-mine");
    }

    async fn rfc7591_3_initial_access_tokens_let_in_as_often_as_they_say(app: &TestApp) {
        app.settings(|settings| settings.registration = Registration::Token).await;
        let refused = register(app, None, &plain()).await;
        assert_eq!(refused.status, 401);
        assert!(refused.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
        assert_eq!(register(app, Some("tgi_wrong"), &plain()).await.error(), "invalid_token");
        let token = initial_token(app, 2).await;
        assert_eq!(register(app, Some(&token), &json!({"redirect_uris": ["/x"]})).await.status, 400, "a refusal uses nothing up");
        // What an administrator lets in may also act for itself.
        let service = json!({"grant_types": ["client_credentials"], "response_types": []});
        assert_eq!(register(app, Some(&token), &service).await.status, 201);
        assert_eq!(register(app, Some(&token), &plain()).await.status, 201);
        assert_eq!(register(app, Some(&token), &plain()).await.status, 401, "used up");
        let late = initial_token(app, 1).await;
        app.advance(Duration::from_hours(24 * 7));
        assert_eq!(register(app, Some(&late), &plain()).await.status, 401, "too old");
        app.settings(|settings| settings.registration = Registration::Off).await;
        assert!(metadata(app).await.get("registration_endpoint").is_none());
        let token = initial_token(app, 1).await;
        let off = register(app, Some(&token), &plain()).await;
        assert_eq!((off.status, off.error()), (403, "access_denied"));
    }

    async fn rfc7592_2_a_registration_is_read_replaced_and_removed_by_its_owner(app: &TestApp) {
        let made = register(app, None, &plain()).await;
        let (token, id, secret) = (made.text("registration_access_token"), made.text("client_id"), made.text("client_secret"));
        let other = register(app, None, &plain()).await;
        let shown = manage(&made, reqwest::Method::GET, &token, None).await;
        assert_eq!((shown.status, &shown.body["client_name"]), (200, &json!("Newcomer")), "{}", shown.body);
        assert!(shown.body.get("client_secret").is_none(), "stored as a hash");
        for bad in ["tgm_wrong", &other.text("registration_access_token"), &secret] {
            let refused = manage(&made, reqwest::Method::GET, bad, None).await;
            assert_eq!((refused.status, refused.error()), (401, "invalid_token"));
        }
        let bare = read(plain_client().get(made.text("registration_client_uri"))).await;
        assert_eq!(bare.status, 401);
        let put = async |body: Value| manage(&made, reqwest::Method::PUT, &token, Some(body)).await;
        let saved = put(json!({"client_id": id, "client_secret": secret, "redirect_uris": ["https://new.test/cb"]})).await;
        assert_eq!((saved.status, &saved.body["redirect_uris"]), (200, &json!(["https://new.test/cb"])), "{}", saved.body);
        assert!(saved.body.get("client_name").is_none(), "what is left out goes");
        for (bad, error) in [
            (json!({"redirect_uris": [REDIRECT]}), "invalid_request"),
            (json!({"client_id": other.text("client_id"), "redirect_uris": [REDIRECT]}), "invalid_request"),
            (json!({"client_id": id, "client_secret": "another", "redirect_uris": [REDIRECT]}), "invalid_request"),
            (json!({"client_id": id, "redirect_uris": [REDIRECT], "registration_access_token": token}), "invalid_request"),
            (json!({"client_id": id, "redirect_uris": ["http://x.test"]}), "invalid_redirect_uri"),
        ] {
            let refused = put(bad.clone()).await;
            assert_eq!((refused.status, refused.error()), (400, error), "{bad}");
        }
        let gone = manage(&made, reqwest::Method::DELETE, &token, None).await;
        assert_eq!(gone.status, 204);
        assert_eq!(manage(&made, reqwest::Method::GET, &token, None).await.status, 401);
        let mut browser = Browser::new(app);
        let client = App::existing(app, &id, None);
        browser.get(&client.authorize(&[])).await;
        assert!(browser.left_to.is_none() && browser.page.status == 400);
        let trail = app.store().await.audit(None, &tidegate::base::page::PageRequest::new(None, 1)).await.unwrap();
        assert_eq!(trail.items[0].entry.act, "client.deleted");
    }

    async fn rfc7591_5_the_tenant_says_what_may_be_asked_for(app: &TestApp) {
        app.settings(|settings| settings.registration_policy = RegistrationPolicy {
            scopes: vec!["openid".into(), "email".into()],
            auth_methods: vec![ClientAuthMethod::None],
            redirect_hosts: vec![".partners.test".into()],
            ..RegistrationPolicy::default()
        }).await;
        let document = |uri: &str, method: &str| json!({"redirect_uris": [uri], "token_endpoint_auth_method": method, "scope": "openid email admin"});
        let refused = register(app, None, &document("https://a.partners.test/cb", "client_secret_basic")).await;
        assert_eq!(refused.error(), "invalid_client_metadata");
        assert_eq!(register(app, None, &document("https://evil.test/cb", "none")).await.error(), "invalid_redirect_uri");
        let made = register(app, None, &document("https://a.partners.test/cb", "none")).await;
        assert_eq!((made.status, &made.body["scope"]), (201, &json!("openid email")), "{}", made.body);
        assert!(made.body.get("client_secret").is_none());
    }

    async fn apps_that_nobody_uses_are_removed(app: &TestApp) {
        let unused = register(app, None, &plain()).await;
        let used = register(app, None, &json!({"redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none"})).await;
        let own = App::web(app).await;
        let client = App::existing(app, &used.text("client_id"), None);
        let mut browser = Browser::new(app);
        browser.get(&client.authorize(&[("scope", "openid")])).await;
        browser.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        browser.answer_code(app, "carol@demo.test").await;
        browser.submit("consent", &[("consent", "allow")]).await;
        let code = query_of(browser.left_to.as_ref().unwrap(), "code").unwrap();
        assert_eq!(client.redeem(&code).await.status, 200);
        app.advance(Duration::from_hours(24 * 89));
        tidegate::jobs::retain(&app.shared.platform).await.unwrap();
        assert_eq!(manage(&unused, reqwest::Method::GET, &unused.text("registration_access_token"), None).await.status, 200);
        app.advance(Duration::from_hours(48));
        tidegate::jobs::retain(&app.shared.platform).await.unwrap();
        assert_eq!(manage(&unused, reqwest::Method::GET, &unused.text("registration_access_token"), None).await.status, 401);
        assert_eq!(manage(&used, reqwest::Method::GET, &used.text("registration_access_token"), None).await.status, 200);
        let id = tidegate::base::ids::ClientId::parse(&own.id).unwrap();
        assert!(app.store().await.client(&id).await.unwrap().is_some());
    }
}

/// Registrations are counted by network.
#[actix_web::test]
async fn registrations_of_one_network_are_limited() {
    let app = TestApp::start_with(Kind::Sqlite, &[("limits.registrations_per_network", 2.into())]).await;
    for status in [201, 201, 429] {
        let answer = register(&app, None, &json!({"redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none", "id_token_signed_response_alg": "ES256"})).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    app.stop().await;
}
