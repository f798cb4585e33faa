//! An app's side: authorization addresses, token calls, and registered clients.

use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};
use tidegate::admin::Actor;
use tidegate::admin::clients::{self, Kind, NewClient, Unknown};
use tidegate::base::encoding::{base64, base64url};
use tidegate::base::ids::ClientId;
use tidegate::base::secret::{TokenHash, TokenKind, sha256};
use tidegate::crypto::signer::{self, NewKey, Signer, TokenType};
use tidegate::domain::client::{
    Client, ClientAuthMethod, ClientMetadata, ClientSecret, ClientSettings, GrantType,
};
use tidegate::domain::key::SigningAlg;

use super::TestApp;
use super::browser::{Browser, plain_client, query_of};
use super::certificates::pem;

pub const REDIRECT: &str = "https://app.test/cb";
pub const SECRET: &str = "a-secret-of-a-test-client-0123456789";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A client of the demo tenant, and what it calls.
#[derive(Clone)]
pub struct App {
    pub id: String,
    pub issuer: String,
    pub http: reqwest::Client,
    /// Nothing of a public client.
    pub secret: String,
    pub public: bool,
    pub agent: String,
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub headers: reqwest::header::HeaderMap,
}

impl Answer {
    pub fn text(&self, name: &str) -> String {
        self.body[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name} in {}", self.body))
            .to_owned()
    }

    pub fn error(&self) -> &str {
        self.body["error"].as_str().unwrap_or("")
    }
}

pub fn web() -> ClientMetadata {
    ClientMetadata {
        redirect_uris: vec![REDIRECT.to_owned()],
        post_logout_redirect_uris: vec!["https://app.test/out".to_owned()],
        grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        scope: Some("openid profile email offline_access api:read".to_owned()),
        id_token_signed_response_alg: SigningAlg::ES256,
        ..ClientMetadata::default()
    }
}

impl App {
    /// Registers a client with a secret.
    pub async fn register(
        app: &TestApp,
        id: &str,
        metadata: ClientMetadata,
        settings: ClientSettings,
    ) -> Self {
        let now = app.now();
        let public = metadata.token_endpoint_auth_method == ClientAuthMethod::None;
        let hash = TokenHash::of(TokenKind::ClientSecret, SECRET);
        let client = Client {
            id: ClientId::parse(id).unwrap(),
            metadata,
            secrets: vec![ClientSecret {
                hash: base64url(hash.as_bytes()),
                sealed: None,
                created_at: now,
                expires_at: None,
            }],
            settings,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let store = app.store().await;
        let mut batch = store.batch();
        batch.insert_client(&client);
        batch.bump_change();
        store.commit(batch).await.unwrap();
        app.shared.platform.directory.forget(store.tenant_id());
        Self::existing(app, id, Some(SECRET).filter(|_| !public))
    }

    /// A client that is registered; public where it has no secret.
    pub fn existing(app: &TestApp, id: &str, secret: Option<&str>) -> Self {
        Self {
            id: id.to_owned(),
            issuer: app.issuer.clone(),
            http: plain_client(),
            secret: secret.unwrap_or_default().to_owned(),
            public: secret.is_none(),
            agent: "test-app/1.0".to_owned(),
        }
    }

    /// Registers a client as apps do by themselves, where anybody may.
    pub async fn register_itself(app: &TestApp, document: &Value) -> Answer {
        let request = plain_client().post(format!("{}/register", app.issuer));
        read(request.json(document)).await
    }

    /// Registers a client through the administration, as console and command line do: a web app with `more` on top.
    pub async fn create(app: &TestApp, id: &str, more: Value) -> Self {
        let mut document = clients::template(Kind::Web);
        let base = json!({"client_id": id, "redirect_uris": [REDIRECT], "scope": "openid profile email offline_access api:read"});
        for members in [base, more] {
            document.extend(members.as_object().cloned().unwrap());
        }
        let method = document.get("token_endpoint_auth_method").cloned();
        let method = method.unwrap_or_else(|| "client_secret_basic".into());
        let profile = document.get("tidegate_profile").and_then(Value::as_str);
        let signs = profile.is_some_and(|profile| profile.starts_with("fapi"));
        if !signs && (method == "client_secret_basic" || method == "client_secret_post") {
            document.insert("client_secret".to_owned(), SECRET.into());
        }
        let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
        let wanted = NewClient {
            document,
            unknown: Unknown::Refuse,
        };
        clients::create(&actor, &app.shared.platform, wanted)
            .await
            .unwrap_or_else(|error| panic!("{id}: {error}"));
        Self::existing(app, id, Some(SECRET).filter(|_| method != "none"))
    }

    pub async fn web(app: &TestApp) -> Self {
        Self::register(app, "web", web(), ClientSettings::default()).await
    }

    /// The authorization address with PKCE; `more` adds or replaces, an empty value leaves out.
    pub fn authorize(&self, more: &[(&str, &str)]) -> String {
        let challenge = base64url(&sha256(VERIFIER.as_bytes()));
        let mut params: Vec<(&str, &str)> = vec![
            ("client_id", &self.id),
            ("response_type", "code"),
            ("redirect_uri", REDIRECT),
            ("scope", "openid email offline_access"),
            ("state", "st4te"),
            ("nonce", "n0nce"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        params.retain(|(name, _)| !more.iter().any(|(given, _)| given == name));
        params.extend(more.iter().filter(|(_, value)| !value.is_empty()));
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(params)
            .finish();
        format!("{}/authorize?{query}", self.issuer)
    }

    /// Signs a person in for this app and gives the code.
    pub async fn code(
        &self,
        app: &TestApp,
        browser: &mut Browser,
        email: &str,
        more: &[(&str, &str)],
    ) -> String {
        browser.get(&self.authorize(more)).await;
        if browser.left_to.is_none() {
            browser
                .submit("password", &[("email", email), ("password", super::PASSWORD)])
                .await;
        }
        if browser.left_to.is_none() && browser.page.has_field("code") {
            let code = app.mail_code(email).await;
            browser.submit("code", &[("code", &code)]).await;
        }
        let to = browser
            .left_to
            .clone()
            .unwrap_or_else(|| panic!("{}: {}", browser.page.url, browser.page.text()));
        query_of(&to, "code").unwrap_or_else(|| panic!("no code in {to}"))
    }

    pub async fn call(&self, path: &str, params: &[(&str, &str)]) -> Answer {
        read(self.request(path, params)).await
    }

    /// A call with the client's credentials, not yet sent.
    pub fn request(&self, path: &str, params: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let mut params = params.to_vec();
        if self.public {
            params.retain(|(name, _)| *name != "client_id");
            params.push(("client_id", &self.id));
            return self.request_plain(path, &params);
        }
        let basic = base64(format!("{}:{}", self.id, self.secret).as_bytes());
        self.request_plain(path, &params)
            .header(AUTHORIZATION, format!("Basic {basic}"))
    }

    /// A call whose credentials stand in the parameters.
    pub async fn call_plain(&self, path: &str, params: &[(&str, &str)]) -> Answer {
        read(self.request_plain(path, params)).await
    }

    /// The same, not yet sent.
    pub fn request_plain(&self, path: &str, params: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(params)
            .finish();
        self.http
            .post(format!("{}{path}", self.issuer))
            .header("user-agent", &self.agent)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    }

    pub async fn redeem(&self, code: &str) -> Answer {
        let params = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        self.call("/token", &params).await
    }

    pub async fn refresh(&self, token: &str) -> Answer {
        self.call(
            "/token",
            &[("grant_type", "refresh_token"), ("refresh_token", token)],
        )
        .await
    }

    pub async fn introspect(&self, token: &str) -> Value {
        self.call("/introspect", &[("token", token)]).await.body
    }

    pub async fn userinfo(&self, token: &str) -> Answer {
        let request = self
            .http
            .get(format!("{}/userinfo", self.issuer))
            .header(AUTHORIZATION, format!("Bearer {token}"));
        read(request).await
    }

    /// Signs carol in and gives the first tokens.
    pub async fn tokens(&self, app: &TestApp) -> Answer {
        let code = self
            .code(app, &mut Browser::new(app), "carol@demo.test", &[])
            .await;
        let answer = self.redeem(&code).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer
    }
}

pub async fn read(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    Answer {
        status,
        body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        headers,
    }
}

/// The query of an address as names and values.
pub fn parameters(address: &str) -> Vec<(String, String)> {
    url::Url::parse(address)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

/// A key pair of a client.
pub struct OwnKey {
    signer: Signer,
    key: NewKey,
    /// What the client registers.
    pub jwks: Value,
    pub thumbprint: String,
}

impl OwnKey {
    pub fn new(alg: SigningAlg) -> Self {
        tidegate::crypto::install_providers();
        let key = signer::generate(alg).unwrap();
        let jwk: Value = serde_json::from_str(&key.public_jwk).unwrap();
        Self {
            signer: Signer::open(alg, &key.kid, &key.pkcs8).unwrap(),
            jwks: json!({"keys": [jwk]}),
            thumbprint: key.kid.clone(),
            key,
        }
    }

    /// The public half.
    pub fn jwk(&self) -> &Value {
        &self.jwks["keys"][0]
    }

    /// A proof of possession (DPoP) by an ES256 key.
    pub fn proof(&self, claims: &Value) -> String {
        self.signed_with(
            &json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk()}),
            claims,
        )
    }

    /// A JWT with any header, signed by an ES256 key.
    pub fn signed_with(&self, header: &Value, claims: &Value) -> String {
        let message = [header, claims]
            .map(|part| base64url(part.to_string().as_bytes()))
            .join(".");
        let key = jsonwebtoken::EncodingKey::from_ec_der(self.key.pkcs8.expose());
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &key, jsonwebtoken::Algorithm::ES256).unwrap();
        format!("{message}.{signature}")
    }

    /// A proof of possession by an RS256 key.
    pub fn signed_as_proof(&self, claims: &Value) -> String {
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
        header.typ = Some("dpop+jwt".to_owned());
        header.jwk = Some(serde_json::from_value(self.jwk().clone()).unwrap());
        let pem = pem("PRIVATE KEY", self.key.pkcs8.expose());
        let key = jsonwebtoken::EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
        jsonwebtoken::encode(&header, claims, &key).unwrap()
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.signer.sign(TokenType::Jwt, claims).unwrap()
    }
}

/// The header of a JWT, unverified.
pub fn header(jwt: &str) -> Value {
    part(jwt, 0)
}

/// The claims of a JWT, unverified.
pub fn claims(jwt: &str) -> Value {
    part(jwt, 1)
}

fn part(jwt: &str, place: usize) -> Value {
    let bytes = tidegate::base::encoding::from_base64url(jwt.split('.').nth(place).unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// The claims of a JWT whose signature was checked with the issuer's published keys.
pub async fn verified(app: &TestApp, jwt: &str) -> Value {
    let request = plain_client().get(format!("{}/jwks", app.issuer));
    let jwks = read(request).await.body.to_string();
    tidegate::crypto::jwt::VerifyingKeys::from_jwks(&jwks)
        .unwrap()
        .verify(jwt)
        .unwrap()
}
