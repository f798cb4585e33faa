//! Rich authorization requests (RFC 9396): what is asked for in more words than scopes have.

use serde_json::{Value, json};
use tidegate::admin::Actor;
use tidegate::admin::resources::{self, NewResource};
use tidegate::domain::client::GrantType;
use tidegate::domain::key::SigningAlg;

use crate::on_each_store;
use crate::support::browser::{Browser, plain_client, query_of};
use crate::support::client::{Answer, App, OwnKey, REDIRECT, VERIFIER, claims, read};
use crate::support::{Kind, PASSWORD, TestApp};

const BANK: &str = "https://bank.test";
const CAROL: &str = "carol@demo.test";

async fn bank(app: &TestApp) {
    let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
    let wanted = NewResource {
        identifier: BANK.to_owned(),
        scopes: vec!["balance".to_owned()],
        sensitive: Vec::new(),
        detail_types: vec!["payment=Pay from your account".to_owned(), "account".to_owned()],
        client: None,
    };
    resources::create(&actor, &app.shared.platform, &wanted)
        .await
        .unwrap();
}

fn types() -> Value {
    json!({"authorization_details_types": ["payment", "account"]})
}

fn payment() -> Value {
    json!({"type": "payment", "actions": ["initiate", "status"], "instructedAmount": {"currency": "EUR", "amount": "123.50"}, "creditor": "<b>Merchant</b>", "title": "Invoice 7"})
}

/// Signs carol in and gives what the consent page says, before it is answered.
async fn asked(app: &TestApp, browser: &mut Browser, address: &str) -> String {
    browser.get(address).await;
    if browser.page.has_field("password") {
        browser
            .submit("password", &[("email", CAROL), ("password", PASSWORD)])
            .await;
    }
    if browser.page.has_field("code") {
        browser.answer_code(app, CAROL).await;
    }
    assert!(
        browser.page.has_field("consent"),
        "{:?} {}",
        browser.left_to,
        browser.page.text()
    );
    browser.page.text()
}

async fn code(app: &TestApp, browser: &mut Browser, address: &str) -> String {
    asked(app, browser, address).await;
    browser.submit("consent", &[("consent", "allow")]).await;
    query_of(browser.left_to.as_ref().unwrap(), "code").unwrap()
}

async fn redeem(client: &App, code: &str, more: &[(&str, &str)]) -> Answer {
    let params = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    client.call("/token", &[&params, more].concat()).await
}

on_each_store! {
    async fn rfc9396_7_and_9_what_a_person_allowed_stands_in_answer_token_and_introspection(app: &TestApp) {
        bank(app).await;
        let metadata = read(plain_client().get(format!("{}/.well-known/openid-configuration", app.issuer))).await.body;
        assert_eq!(metadata["authorization_details_types_supported"], json!(["account", "payment"]));
        let client = App::create(app, "shop", types()).await;
        let details = json!([payment(), {"type": "account", "actions": ["read", "list"], "locations": [BANK]}]);
        let address = client.authorize(&[("scope", "openid offline_access"), ("authorization_details", &details.to_string())]);
        let mut browser = Browser::new(app);
        let text = asked(app, &mut browser, &address).await;
        for shown in ["Pay from your account", "initiate, status", "instructedAmount · amount", "123.50", "<b>Merchant</b>", "title Invoice 7", "account", BANK] {
            assert!(text.contains(shown), "{shown}: {text}");
        }
        browser.submit("consent", &[("consent", "allow")]).await;
        let first = client.redeem(&query_of(browser.left_to.as_ref().unwrap(), "code").unwrap()).await;
        assert_eq!((first.status, &first.body["authorization_details"]), (200, &details), "{}", first.body);
        let access = first.text("access_token");
        assert_eq!((&claims(&access)["authorization_details"], &claims(&access)["aud"]), (&details, &json!(BANK)));
        let told = client.introspect(&access).await;
        assert_eq!((&told["active"], &told["authorization_details"]), (&json!(true), &details));
        let again = client.refresh(&first.text("refresh_token")).await;
        assert_eq!(again.body["authorization_details"], details);
        // A token that is not for the API says nothing of it.
        let own = client.call("/token", &[("grant_type", "refresh_token"), ("refresh_token", &again.text("refresh_token")), ("resource", &app.issuer)]).await;
        assert!(own.body.get("authorization_details").is_none() && claims(&own.text("access_token")).get("authorization_details").is_none(), "{}", own.body);
        assert_eq!(client.userinfo(&own.text("access_token")).await.status, 200);
        // It is asked each time, and silently nothing is given.
        asked(app, &mut browser, &address).await;
        browser.get(&format!("{address}&prompt=none")).await;
        assert_eq!(query_of(browser.left_to.as_ref().unwrap(), "error").as_deref(), Some("consent_required"));
    }

    async fn rfc9396_6_a_token_request_narrows_what_was_granted(app: &TestApp) {
        bank(app).await;
        let client = App::create(app, "shop", types()).await;
        let granted = json!([{"type": "account", "actions": ["read", "list"]}, payment()]).to_string();
        let less = json!([{"type": "account", "actions": ["read"]}]);
        let more = json!([{"type": "account", "actions": ["read", "pay"]}]).to_string();
        let mut browser = Browser::new(app);
        let address = client.authorize(&[("scope", "openid offline_access"), ("authorization_details", &granted)]);
        let first = code(app, &mut browser, &address).await;
        let refused = redeem(&client, &first, &[("authorization_details", &more)]).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_authorization_details"), "{}", refused.body);
        let narrowed = redeem(&client, &first, &[("authorization_details", &less.to_string())]).await;
        assert_eq!((narrowed.status, &narrowed.body["authorization_details"]), (200, &less), "{}", narrowed.body);
        let refresh = async |token: &str, details: &str| {
            client.call("/token", &[("grant_type", "refresh_token"), ("refresh_token", token), ("authorization_details", details)]).await
        };
        let token = narrowed.text("refresh_token");
        assert_eq!(refresh(&token, &more).await.error(), "invalid_authorization_details");
        let whole = refresh(&token, &granted).await;
        assert_eq!(whole.body["authorization_details"].to_string(), granted, "the grant is as it was: {}", whole.body);
    }

    async fn rfc9396_5_what_is_not_registered_or_not_understood_is_refused(app: &TestApp) {
        bank(app).await;
        let client = App::create(app, "shop", types()).await;
        let plain = App::create(app, "plain", json!({})).await;
        let error = async |client: &App, details: &Value| {
            let mut browser = Browser::new(app);
            browser.get(&client.authorize(&[("authorization_details", &details.to_string())])).await;
            let there = browser.left_to.as_ref().and_then(|to| query_of(to, "error"));
            let pushed = client.call("/par", &[
                ("response_type", "code"), ("redirect_uri", REDIRECT), ("scope", "openid"), ("authorization_details", &details.to_string()),
            ]).await;
            assert_eq!(there.as_deref().unwrap_or_default(), pushed.error(), "{details}");
            there
        };
        for bad in [
            json!({"type": "payment"}),
            json!([{"type": "loan"}]),
            json!([{"actions": ["read"]}]),
            json!([{"type": "payment", "actions": "read"}]),
        ] {
            assert_eq!(error(&client, &bad).await.as_deref(), Some("invalid_authorization_details"), "{bad}");
        }
        let good = json!([{"type": "payment"}]);
        assert_eq!(error(&plain, &good).await.as_deref(), Some("invalid_authorization_details"), "it registered no types");
        assert_eq!(error(&client, &good).await, None);
    }

    /// RFC 9101, RFC 9126, RFC 8628, CIBA, and RFC 6749 section 4.4: wherever a request may stand.
    async fn rfc9396_3_details_come_by_every_way(app: &TestApp) {
        bank(app).await;
        let (key, details) = (OwnKey::new(SigningAlg::ES256), json!([{"type": "account", "actions": ["read"]}]));
        let text = details.to_string();
        let mut document = types();
        document.as_object_mut().unwrap().extend(json!({
            "jwks": key.jwks, "scope": "openid balance offline_access",
            "grant_types": ["authorization_code", "refresh_token", "client_credentials", GrantType::DeviceCode.name(), GrantType::Ciba.name()],
            "backchannel_token_delivery_mode": "poll",
        }).as_object().cloned().unwrap());
        let client = App::create(app, "all", document).await;
        let mut browser = Browser::new(app);
        // In a request object it is a structure.
        let object = key.sign(&json!({
            "iss": client.id, "aud": app.issuer, "response_type": "code", "redirect_uri": REDIRECT, "scope": "openid", "authorization_details": details,
        }));
        let signed = format!("{}/authorize?client_id=all&request={object}", app.issuer);
        let first = code(app, &mut browser, &signed).await;
        let redeemed = client.call("/token", &[("grant_type", "authorization_code"), ("code", &first), ("redirect_uri", REDIRECT)]).await;
        assert_eq!(redeemed.body["authorization_details"], details, "{}", redeemed.body);
        let pushed = client.call("/par", &[("response_type", "code"), ("redirect_uri", REDIRECT), ("scope", "openid"), ("authorization_details", &text)]).await;
        let pushed = format!("{}/authorize?client_id=all&request_uri={}", app.issuer, pushed.text("request_uri"));
        let first = code(app, &mut browser, &pushed).await;
        let redeemed = client.call("/token", &[("grant_type", "authorization_code"), ("code", &first), ("redirect_uri", REDIRECT)]).await;
        assert_eq!(redeemed.body["authorization_details"], details, "{}", redeemed.body);
        let device = client.call("/device_authorization", &[("scope", "openid"), ("authorization_details", &text)]).await;
        browser.get(&device.text("verification_uri_complete")).await;
        browser.submit("user_code", &[]).await;
        assert!(browser.page.text().contains("account"), "{}", browser.page.text());
        browser.submit("consent", &[("consent", "allow")]).await;
        let tokens = client.call("/token", &[("grant_type", GrantType::DeviceCode.name()), ("device_code", &device.text("device_code"))]).await;
        assert_eq!(tokens.body["authorization_details"], details, "{}", tokens.body);
        let waiting = client.call("/bc-authorize", &[("scope", "openid"), ("login_hint", CAROL), ("authorization_details", &text)]).await;
        browser.get("/t/demo/account/requests").await;
        browser.submit_to("/approve", &[]).await;
        assert!(browser.page.has_field("consent"), "{}", browser.page.text());
        browser.submit("consent", &[("consent", "allow")]).await;
        let tokens = client.call("/token", &[("grant_type", GrantType::Ciba.name()), ("auth_req_id", &waiting.text("auth_req_id"))]).await;
        assert_eq!(tokens.body["authorization_details"], details, "{}", tokens.body);
        let own = client.call("/token", &[("grant_type", "client_credentials"), ("authorization_details", &text)]).await;
        assert_eq!((&own.body["authorization_details"], &own.body["scope"]), (&details, &json!("balance")), "{}", own.body);
        assert_eq!(claims(&own.text("access_token"))["aud"], BANK);
        let bad = client.call("/token", &[("grant_type", "client_credentials"), ("authorization_details", r#"[{"type":"loan"}]"#)]).await;
        assert_eq!(bad.error(), "invalid_authorization_details");
    }
}
