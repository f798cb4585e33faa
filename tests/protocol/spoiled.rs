//! Good requests to each endpoint, spoiled in one place: the standard's error, never a 500, never a token. At the end the good one is
//! answered, so that each was refused for what was spoiled.

use serde_json::json;
use tidegate::domain::client::GrantType;

use crate::on_each_store;
use crate::support::browser::{Browser, plain_client};
use crate::support::client::{Answer, App, REDIRECT, VERIFIER, parameters, read};
use crate::support::flow::borrowed;
use crate::support::spoil::{Drawing, doubled, is_harmless, is_refused, odd_values, replaced};
use crate::support::{Kind, TestApp};

const CAROL: &str = "carol@demo.test";
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";

/// Content types that no form has.
const NO_FORMS: [&str; 4] = [
    "application/json",
    "text/plain",
    "multipart/form-data; boundary=x",
    "",
];

/// Sends a request with another content type.
async fn as_another_type(client: &App, path: &str, params: &[(&str, &str)], media: &str) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params)
        .finish();
    let request = client
        .http
        .post(format!("{}{path}", client.issuer))
        .basic_auth(&client.id, Some(&client.secret));
    read(request.header("content-type", media).body(body)).await
}

/// Sends a request of a client spoiled in every way, none of which may get it more than an error. `odd` says what an odd value may get.
async fn spoil(client: &App, path: &str, params: &[(&str, &str)], odd: impl Fn(&Answer) -> bool) {
    for spoiled in doubled(params) {
        let answer = client.call(path, &borrowed(&spoiled)).await;
        assert!(
            is_refused(&answer) && answer.error() == "invalid_request",
            "{path} {spoiled:?}: {}",
            answer.body
        );
    }
    for media in NO_FORMS {
        let answer = as_another_type(client, path, params, media).await;
        assert!(
            is_refused(&answer),
            "{path} as {media}: {} {}",
            answer.status,
            answer.body
        );
    }
    let mut drawing = Drawing::new();
    for spoiled in replaced(params, &mut drawing, 6) {
        let answer = client.call(path, &borrowed(&spoiled)).await;
        let shown: String = format!("{spoiled:?}").chars().take(300).collect();
        assert!(
            is_harmless(&answer) && (is_refused(&answer) || odd(&answer)),
            "{path} {shown}: {} {}",
            answer.status,
            answer.body
        );
    }
    let many: Vec<(String, String)> = (0..200)
        .map(|number| (format!("p{number}"), "1".to_owned()))
        .collect();
    let answer = client.call(path, &[&borrowed(&many)[..], params].concat()).await;
    assert!(
        is_refused(&answer),
        "{path} with many: {} {}",
        answer.status,
        answer.body
    );
}

/// A token request that is spoiled, and then works.
async fn spoil_grant(client: &App, params: &[(&str, &str)]) {
    spoil(client, "/token", params, |_| false).await;
    let answer = client.call("/token", params).await;
    assert_eq!(answer.status, 200, "the good one: {} {params:?}", answer.body);
}

/// A service that acts for itself and for users of the app `web`.
async fn service(app: &TestApp) -> App {
    let rules =
        json!([{"kind": "delegation", "subject_clients": ["web"], "audiences": ["https://api.test"]}]);
    let document = json!({
        "grant_types": [GrantType::TokenExchange.name(), "client_credentials"], "response_types": [], "redirect_uris": [],
        "scope": "api:read", "token_exchange": rules,
    });
    App::create(app, "service", document).await
}

on_each_store! {
    async fn spoiled_codes_and_refresh_tokens_get_nothing(app: &TestApp) {
        let client = App::web(app).await;
        let code = client.code(app, &mut Browser::new(app), CAROL, &[]).await;
        let params = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)];
        spoil_grant(&client, &params).await;
        let refresh = client.tokens(app).await.text("refresh_token");
        spoil_grant(&client, &[("grant_type", "refresh_token"), ("refresh_token", &refresh), ("scope", "openid")]).await;
    }

    async fn spoiled_requests_of_services_get_nothing(app: &TestApp) {
        let (web, service) = (App::web(app).await, service(app).await);
        spoil_grant(&service, &[("grant_type", "client_credentials"), ("scope", "api:read")]).await;
        let code = web.code(app, &mut Browser::new(app), CAROL, &[("scope", "openid api:read")]).await;
        let subject = web.redeem(&code).await.text("access_token");
        let exchange = [
            ("grant_type", GrantType::TokenExchange.name()), ("subject_token", &subject), ("subject_token_type", ACCESS),
            ("audience", "https://api.test"), ("scope", "api:read"),
        ];
        let doubling = &exchange[..3];
        for spoiled in doubled(doubling) {
            assert!(is_refused(&service.call("/token", &borrowed(&spoiled)).await));
        }
        let mut drawing = Drawing::new();
        for spoiled in replaced(&exchange, &mut drawing, 6) {
            let answer = service.call("/token", &borrowed(&spoiled)).await;
            assert!(is_refused(&answer), "{spoiled:?}: {}", answer.body);
        }
        assert_eq!(service.call("/token", &exchange).await.status, 200);
    }

    /// Nobody approved anything yet: what is spoiled must not get more than what is not.
    async fn spoiled_questions_of_those_who_wait_get_nothing(app: &TestApp) {
        let device = App::create(app, "device", json!({
            "grant_types": [GrantType::DeviceCode.name(), "refresh_token"], "response_types": [], "redirect_uris": [],
        })).await;
        let begun = |answer: &Answer| answer.body["device_code"].is_string();
        spoil(&device, "/device_authorization", &[("scope", "openid email"), ("acr_values", "aal2"), ("max_age", "60")], begun).await;
        let asked = device.call("/device_authorization", &[("scope", "openid")]).await.text("device_code");
        spoil(&device, "/token", &[("grant_type", GrantType::DeviceCode.name()), ("device_code", &asked)], |_| false).await;
        let bank = App::create(app, "bank", json!({
            "grant_types": [GrantType::Ciba.name()], "response_types": [], "redirect_uris": [], "backchannel_token_delivery_mode": "poll",
        })).await;
        let params = [("scope", "openid"), ("login_hint", CAROL), ("binding_message", "W4SCT"), ("requested_expiry", "60"), ("acr_values", "aal1")];
        spoil(&bank, "/bc-authorize", &params, |answer| answer.body["auth_req_id"].is_string()).await;
        app.advance(std::time::Duration::from_mins(16));
        let asked = bank.call("/bc-authorize", &params).await;
        let id = asked.text("auth_req_id");
        let question = [("grant_type", GrantType::Ciba.name()), ("auth_req_id", id.as_str())];
        spoil(&bank, "/token", &question, |_| false).await;
        let answer = json!({"auth_req_id": id, "email": CAROL});
        assert_eq!(read(plain_client().post(format!("{}/dev/ciba/approve", app.base)).json(&answer)).await.status, 204);
        app.advance(std::time::Duration::from_secs(40));
        assert_eq!(bank.call("/token", &question).await.status, 200);
    }

    async fn spoiled_pushes_keep_nothing_but_requests(app: &TestApp) {
        let client = App::web(app).await;
        let mut params = parameters(&client.authorize(&[("max_age", "60"), ("claims", "{}"), ("login_hint", CAROL)]));
        params.push(("response_mode".to_owned(), "query".to_owned()));
        let kept = |answer: &Answer| answer.status == 201 && answer.body["request_uri"].is_string();
        spoil(&client, "/par", &borrowed(&params), kept).await;
        assert_eq!(client.call("/par", &borrowed(&params)).await.status, 201);
    }

    async fn spoiled_authorization_requests_lead_nowhere(app: &TestApp) {
        let client = App::web(app).await;
        let good = client.authorize(&[("max_age", "60"), ("claims", "{}"), ("login_hint", CAROL), ("prompt", "login")]);
        let params = parameters(&good);
        let (http, mut drawing) = (plain_client(), Drawing::new());
        let ask = async |spoiled: &[(String, String)]| {
            let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(spoiled).finish();
            read(http.get(format!("{}/authorize?{query}", app.issuer))).await
        };
        for spoiled in doubled(&borrowed(&params)) {
            let answer = ask(&spoiled).await;
            assert!(answer.status == 400 && is_harmless(&answer), "{spoiled:?}: {}", answer.status);
        }
        for spoiled in replaced(&borrowed(&params), &mut drawing, 4) {
            let answer = ask(&spoiled).await;
            let shown: String = format!("{spoiled:?}").chars().take(300).collect();
            assert!(is_harmless(&answer), "{shown}: {}", answer.status);
            let to = answer.headers.get("location").map_or("", |to| to.to_str().unwrap());
            let ours = to.starts_with("/t/demo/") || to.starts_with(REDIRECT) || to.starts_with(&app.base);
            assert!(to.is_empty() || ours, "{shown}: {to}");
        }
        assert_eq!(ask(&params).await.status, 303);
    }

    /// RFC 7662 section 2.2, RFC 7009 section 2.2: an unknown token is no error, and says nothing.
    async fn spoiled_questions_about_tokens_say_nothing(app: &TestApp) {
        let client = App::web(app).await;
        let access = client.tokens(app).await.text("access_token");
        let params = [("token", access.as_str()), ("token_type_hint", "access_token")];
        let told = |answer: &Answer| answer.body == json!({"active": false}) || answer.body["client_id"] == "web";
        spoil(&client, "/introspect", &params, told).await;
        assert_eq!(client.introspect(&access).await["active"], true);
        spoil(&client, "/revoke", &[("token", &format!("{access}x"))], |answer| answer.status == 200 && answer.body == "").await;
        assert_eq!(client.introspect(&access).await["active"], true, "it revoked nothing");
    }

    /// RFC 6750 section 3.1.
    async fn spoiled_tokens_open_nothing(app: &TestApp) {
        let client = App::web(app).await;
        let tokens = client.tokens(app).await;
        let access = tokens.text("access_token");
        let (message, signature) = access.rsplit_once('.').unwrap();
        let turned: String = signature.chars().rev().collect();
        let payload = message.split('.').nth(1).unwrap();
        let none = tidegate::base::encoding::base64url(br#"{"alg":"none","typ":"at+jwt"}"#);
        let mut drawing = Drawing::new();
        let drawn = (0..60).map(|_| drawing.text());
        let spoiled = [
            String::new(), tokens.text("id_token"), tokens.text("refresh_token"), format!("{message}.{turned}"), message.to_owned(),
            format!("{none}.{payload}."), format!("{access}.x"), format!("tga_{access}"),
        ];
        for token in spoiled.into_iter().chain(drawn) {
            let Ok(value) = reqwest::header::HeaderValue::from_bytes(format!("Bearer {token}").as_bytes()) else { continue };
            let answer = read(plain_client().get(format!("{}/userinfo", app.issuer)).header("authorization", value)).await;
            let shown: String = token.chars().take(100).collect();
            assert!((400..=401).contains(&answer.status), "{shown}: {} {}", answer.status, answer.body);
            assert!(answer.body.get("sub").is_none() && answer.headers.contains_key("www-authenticate"), "{shown}");
        }
        assert_eq!(client.userinfo(&access).await.status, 200);
    }

    async fn spoiled_sign_outs_end_nothing(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        let code = client.code(app, &mut browser, CAROL, &[]).await;
        let hint = client.redeem(&code).await.text("id_token");
        let params = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", "https://app.test/out"), ("client_id", "web"), ("state", "s")];
        let mut drawing = Drawing::new();
        for spoiled in doubled(&params).into_iter().chain(replaced(&params[..1], &mut drawing, 20)) {
            let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&spoiled).finish();
            browser.get(&format!("{}/logout?{query}", app.issuer)).await;
            assert!(browser.page.status < 500 && browser.left_to.is_none(), "{spoiled:?}");
        }
        browser.get(&client.authorize(&[("prompt", "none")])).await;
        assert!(browser.left_to.clone().unwrap().contains("code="), "the session stands");
    }

    /// RFC 7591 section 3.2.2. What a member may be is up to the standards; what it may not be is told as they tell it.
    async fn spoiled_registrations_are_refused_or_harmless(app: &TestApp) {
        let settings = [("limits.registrations_per_network", 100_000.into())];
        let app = &TestApp::start_with(app.kind, &settings).await;
        let good = json!({
            "redirect_uris": [REDIRECT], "grant_types": ["authorization_code"], "response_types": ["code"], "client_name": "x", "scope": "openid",
            "token_endpoint_auth_method": "client_secret_basic", "application_type": "web", "contacts": ["a@b.test"],
        });
        let members = [
            "redirect_uris", "post_logout_redirect_uris", "token_endpoint_auth_method", "token_endpoint_auth_signing_alg", "grant_types",
            "response_types", "client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri", "contacts", "scope", "jwks", "jwks_uri",
            "application_type", "id_token_signed_response_alg", "userinfo_signed_response_alg", "request_object_signing_alg",
            "request_uris", "require_signed_request_object", "default_max_age", "require_auth_time", "default_acr_values",
            "initiate_login_uri", "backchannel_logout_uri", "frontchannel_logout_uri", "subject_type", "sector_identifier_uri",
            "tls_client_auth_san_ip", "tidegate_profile", "software_statement", "client_name#de",
        ];
        for name in members {
            for value in odd_values() {
                let mut document = good.clone();
                document[name] = value.clone();
                let answer = App::register_itself(app, &document).await;
                let taken = answer.status == 201 && answer.body["client_id"].is_string();
                let shown: String = value.to_string().chars().take(60).collect();
                assert!(taken || is_refused(&answer), "{name} {shown}: {} {}", answer.status, answer.body);
            }
        }
        let at = format!("{}/register", app.issuer);
        for body in ["", "{", "[]", "null", "7", "\"x\"", &"[".repeat(50_000), &"{\"a\":".repeat(5_000)] {
            let request = plain_client().post(&at).header("content-type", "application/json").body(body.to_owned());
            assert!(is_refused(&read(request).await), "{}", body.chars().take(20).collect::<String>());
        }
        assert_eq!(App::register_itself(app, &good).await.status, 201);
    }
}
