//! Clients that are known by a document at their id (draft-ietf-oauth-client-id-metadata-document).

use std::time::Duration;

use serde_json::{Value, json};
use tidegate::admin::Actor;
use tidegate::admin::clients;
use tidegate::base::ids::ClientId;
use tidegate::domain::key::SigningAlg;
use tidegate::domain::registration_policy::ClientDocuments;
use tidegate::domain::tenant::Registration;

use crate::on_each_store;
use crate::support::browser::{Browser, plain_client, query_of};
use crate::support::client::{Answer, App, OwnKey, VERIFIER, claims, read};
use crate::support::documents::Documents;
use crate::support::{Kind, PASSWORD, TestApp};

const CAROL: &str = "carol@demo.test";
const PATH: &str = "/agent.json";
const CALLBACK: &str = "http://127.0.0.1:7777/cb";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn document(id: &str, more: &Value) -> String {
    let mut document = json!({
        "client_id": id, "client_name": "Tide Agent", "redirect_uris": ["http://127.0.0.1/cb"], "id_token_signed_response_alg": "ES256",
        "grant_types": ["authorization_code", "refresh_token"],
    });
    document
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().cloned().unwrap());
    document.to_string()
}

fn publish(site: &Documents, path: &str, more: &Value) -> String {
    site.put(path, "application/json", document(&site.at(path), more))
}

fn agent(app: &TestApp, id: &str) -> App {
    App {
        id: id.to_owned(),
        issuer: app.issuer.clone(),
        http: plain_client(),
        public: true,
        agent: "agent/1".to_owned(),
    }
}

fn address(client: &App) -> String {
    client.authorize(&[("redirect_uri", CALLBACK), ("scope", "openid email")])
}

/// Signs carol in, who allows it.
async fn allowed(app: &TestApp, client: &App) -> String {
    let mut browser = Browser::new(app);
    browser.get(&address(client)).await;
    browser
        .submit("password", &[("email", CAROL), ("password", PASSWORD)])
        .await;
    if browser.page.has_field("code") {
        browser.answer_code(app, CAROL).await;
    }
    if browser.left_to.is_none() {
        assert!(browser.page.has_field("consent"), "{}", browser.page.text());
        assert!(
            browser.page.text().contains("describes itself at 127.0.0.1"),
            "{}",
            browser.page.text()
        );
        browser.submit("consent", &[("consent", "allow")]).await;
    }
    query_of(browser.left_to.as_ref().unwrap(), "code").unwrap()
}

async fn redeem(client: &App, code: &str, more: &[(&str, &str)]) -> Answer {
    let params = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    client.call("/token", &[&params, more].concat()).await
}

/// Whether the sign-in page is shown, or an error page.
async fn is_known(app: &TestApp, client: &App) -> bool {
    let mut browser = Browser::new(app);
    browser.get(&address(client)).await;
    assert!(browser.left_to.is_none());
    assert_eq!(
        browser.page.has_field("password"),
        browser.page.status == 200,
        "{}",
        browser.page.text()
    );
    browser.page.status == 200
}

on_each_store! {
    async fn cimd_4_a_client_is_what_its_document_says(app: &TestApp) {
        let metadata = read(plain_client().get(format!("{}/.well-known/openid-configuration", app.issuer))).await.body;
        assert_eq!(metadata["client_id_metadata_document_supported"], true);
        let site = Documents::start();
        let client = agent(app, &publish(&site, PATH, &json!({})));
        let code = allowed(app, &client).await;
        let tokens = redeem(&client, &code, &[]).await;
        assert_eq!((tokens.status, &claims(&tokens.text("id_token"))["aud"]), (200, &json!(client.id)), "{}", tokens.body);
        assert_eq!(client.refresh(&tokens.text("refresh_token")).await.status, 200);
        assert_eq!(client.userinfo(&tokens.text("access_token")).await.body["email"], CAROL);
        assert_eq!(site.fetched(PATH), 1, "kept for an hour");
        // The owner sees and takes back what it may do.
        let mut browser = Browser::new(app);
        browser.sign_in(app, CAROL).await;
        browser.get("/t/demo/account").await;
        assert!(browser.page.text().contains("Tide Agent"), "{}", browser.page.text());
        let stored = app.store().await.client(&ClientId::parse(&client.id).unwrap()).await.unwrap().unwrap();
        assert_eq!(serde_json::to_value(&stored.settings).unwrap()["origin"], "document");
        // What an administrator decides stays, what the client says is its own.
        let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        let change = |value: Value| clients::update(&actor, &app.shared.platform, &client.id, value.as_object().cloned().unwrap(), None);
        let refused = change(json!({"client_name": "Bank"})).await.unwrap_err();
        assert!(refused.to_string().contains("describes itself"), "{refused}");
        change(json!({"disabled": true})).await.unwrap();
        assert!(!is_known(app, &client).await);
    }

    async fn cimd_5_2_a_document_is_used_as_long_as_it_holds(app: &TestApp) {
        let site = Documents::start();
        let client = agent(app, &publish(&site, PATH, &json!({})));
        site.hold(PATH, "max-age=600");
        assert!(is_known(app, &client).await && is_known(app, &client).await);
        app.advance(Duration::from_mins(9));
        assert!(is_known(app, &client).await);
        assert_eq!(site.fetched(PATH), 1);
        publish(&site, PATH, &json!({"client_name": "New Agent"}));
        site.hold(PATH, "no-store");
        app.advance(Duration::from_mins(2));
        assert!(is_known(app, &client).await);
        let mut browser = Browser::new(app);
        browser.get(&address(&client)).await;
        assert!(browser.page.text().contains("New Agent"), "{}", browser.page.text());
        assert_eq!(site.fetched(PATH), 2, "a minute at least");
        // A server that is down for a while takes nobody's app away, and one that stays away does.
        site.take(PATH);
        app.advance(Duration::from_mins(2));
        assert!(is_known(app, &client).await);
        app.advance(Duration::from_hours(25));
        assert!(!is_known(app, &client).await);
        // What is not good is remembered too.
        let looks = site.fetched(PATH);
        assert!(!is_known(app, &client).await);
        assert_eq!(site.fetched(PATH), looks);
        publish(&site, PATH, &json!({"client_id": "https://else.test/x"}));
        app.advance(Duration::from_mins(2));
        assert!(!is_known(app, &client).await, "a document about another is none");
    }

    async fn cimd_4_1_what_no_document_may_say_is_refused(app: &TestApp) {
        let site = Documents::start();
        for (number, (what, more)) in [
            ("another's id", json!({"client_id": "https://app.test/c"})),
            ("a secret", json!({"client_secret": "s"})),
            ("a shared secret", json!({"token_endpoint_auth_method": "client_secret_basic"})),
            ("another host", json!({"redirect_uris": ["https://evil.test/cb"]})),
            ("a grant that is not for strangers", json!({"grant_types": ["client_credentials"], "token_endpoint_auth_method": "private_key_jwt"})),
            ("no redirect URI", json!({"redirect_uris": []})),
            ("too much", json!({"client_name": "x".repeat(199), "contacts": ["x".repeat(2_000), "y".repeat(2_000), "z".repeat(2_000)]})),
        ].into_iter().enumerate() {
            let client = agent(app, &publish(&site, &format!("/{number}.json"), &more));
            assert!(!is_known(app, &client).await, "{what}");
            let refused = client.call("/par", &[("response_type", "code")]).await;
            assert_eq!((refused.status, refused.error()), (401, "invalid_client"), "{what}");
        }
        publish(&site, "/real.json", &json!({}));
        let moved = site.put("/moved.json", "redirect", site.at("/real.json"));
        for (what, id) in [
            ("redirects are not followed", moved),
            ("nothing there", site.at("/none.json")),
            ("a fragment", format!("{}#x", site.at("/real.json"))),
            ("another way to write it", format!("{}/./real.json", site.at(""))),
            ("no https", "http://app.test/c.json".to_owned()),
        ] {
            assert!(!is_known(app, &agent(app, &id)).await, "{what}");
        }
        assert_eq!(site.fetched("/real.json"), 0);
    }

    async fn cimd_6_2_a_client_may_prove_itself_by_a_key(app: &TestApp) {
        let (site, key) = (Documents::start(), OwnKey::new(SigningAlg::ES256));
        let client = agent(app, &publish(&site, PATH, &json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": key.jwks})));
        let code = allowed(app, &client).await;
        assert_eq!(redeem(&client, &code, &[]).await.error(), "invalid_client", "its id alone is not enough");
        let assertion = key.sign(&json!({"iss": client.id, "sub": client.id, "aud": app.issuer, "exp": app.now().secs() + 60, "jti": "1"}));
        let tokens = redeem(&client, &code, &[("client_assertion", &assertion), ("client_assertion_type", JWT_BEARER)]).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
    }

    async fn cimd_the_tenant_says_whether_it_takes_such_clients(app: &TestApp) {
        let site = Documents::start();
        let client = agent(app, &publish(&site, PATH, &json!({})));
        let code = allowed(app, &client).await;
        for (registration, documents, taken) in [
            (Registration::Token, ClientDocuments::AsRegistration, false),
            (Registration::Open, ClientDocuments::Off, false),
            (Registration::Off, ClientDocuments::Open, true),
        ] {
            app.settings(|settings| {
                settings.registration = registration;
                settings.registration_policy.client_id_documents = documents;
            }).await;
            let metadata = read(plain_client().get(format!("{}/.well-known/openid-configuration", app.issuer))).await.body;
            assert_eq!(metadata["client_id_metadata_document_supported"], taken);
            assert_eq!(is_known(app, &client).await, taken, "{registration:?} {documents:?}");
            if !taken {
                assert_eq!(redeem(&client, &code, &[]).await.error(), "invalid_client");
            }
        }
        app.settings(|settings| settings.registration_policy.redirect_hosts = vec![".partners.test".to_owned()]).await;
        let other = agent(app, &publish(&site, "/other.json", &json!({})));
        assert!(!is_known(app, &other).await, "the rule for apps that register themselves holds");
    }

    /// Rows come back by themselves, so they go soon.
    async fn cimd_clients_that_nobody_uses_are_removed(app: &TestApp) {
        let site = Documents::start();
        let unused = agent(app, &publish(&site, "/unused.json", &json!({})));
        let used = agent(app, &publish(&site, "/used.json", &json!({})));
        assert!(is_known(app, &unused).await);
        let code = allowed(app, &used).await;
        assert_eq!(redeem(&used, &code, &[]).await.status, 200);
        app.advance(Duration::from_hours(25));
        tidegate::jobs::retain(&app.shared.platform).await.unwrap();
        let store = app.store().await;
        let is_there = async |client: &App| store.client(&ClientId::parse(&client.id).unwrap()).await.unwrap().is_some();
        assert!(!is_there(&unused).await && is_there(&used).await);
        assert!(is_known(app, &unused).await, "met again");
    }
}

/// What is fetched for others is counted: documents at client ids and request objects by reference alike.
#[actix_web::test]
async fn documents_that_are_fetched_for_one_network_are_limited() {
    let app = TestApp::start_with(Kind::Sqlite, &[("limits.fetches_per_network", 2.into())]).await;
    let site = Documents::start();
    let client = agent(&app, &publish(&site, PATH, &json!({})));
    assert!(is_known(&app, &client).await && is_known(&app, &client).await);
    let object = site.put("/object", "application/jwt", "e30.e30.");
    let signing = App::create(
        &app,
        "signing",
        json!({"request_uris": [object], "request_object_signing_alg": "none"}),
    )
    .await;
    for error in ["invalid_request_object", "temporarily_unavailable"] {
        let mut browser = Browser::new(&app);
        browser.get(&signing.authorize(&[("request_uri", &object)])).await;
        let answered = browser.left_to.as_ref().map(|to| query_of(to, "error").unwrap());
        assert_eq!(answered.as_deref(), Some(error), "{}", browser.page.text());
    }
    let other = agent(&app, &publish(&site, "/other.json", &json!({})));
    let mut browser = Browser::new(&app);
    browser.get(&address(&other)).await;
    assert_eq!(browser.page.status, 503, "{}", browser.page.text());
    assert_eq!(other.call("/par", &[("response_type", "code")]).await.status, 429);
    app.stop().await;
}
