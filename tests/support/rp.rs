//! A relying party as the OpenID Foundation's basic plans have it: a client with a secret, no PKCE, ID tokens in RS256, and one way in
//! which it wants its answers.

use serde_json::{Value, json};

use super::TestApp;
use super::browser::Browser;
use super::client::{Answer, App, REDIRECT, claims, header, read, verified};
use super::flow::Reply;

/// Somebody of whom all standard claims are known.
pub const DORA: &str = "dora@demo.test";

pub struct Rp<'a> {
    pub app: &'a TestApp,
    pub client: App,
    pub browser: Browser,
    mode: &'static str,
}

impl<'a> Rp<'a> {
    pub async fn new(app: &'a TestApp, mode: &'static str) -> Self {
        Self::with(app, mode, json!({})).await
    }

    /// Registers one; `more` goes on top of its metadata.
    pub async fn with(app: &'a TestApp, mode: &'static str, more: Value) -> Self {
        make_dora(app).await;
        Self::another(app, mode, "rp", more).await
    }

    /// Registers one beside others.
    pub async fn another(app: &'a TestApp, mode: &'static str, id: &str, more: Value) -> Self {
        let mut document = json!({
            "id_token_signed_response_alg": "RS256", "scope": "openid profile email address phone offline_access",
            "post_logout_redirect_uris": ["https://app.test/out"],
        });
        let members = document.as_object_mut().unwrap();
        members.extend(more.as_object().cloned().unwrap());
        Self {
            app,
            client: App::create(app, id, document).await,
            browser: Browser::new(app),
            mode,
        }
    }

    /// The address of a request; `more` adds or replaces, an empty value leaves out.
    pub fn address(&self, more: &[(&str, &str)]) -> String {
        let plain = [
            ("scope", "openid"),
            ("code_challenge", ""),
            ("code_challenge_method", ""),
            ("response_mode", self.mode),
        ];
        let mut all = more.to_vec();
        all.extend(
            plain
                .into_iter()
                .filter(|(name, _)| !more.iter().any(|(given, _)| given == name)),
        );
        self.client.authorize(&all)
    }

    /// Sends the browser with a request and looks no further.
    pub async fn open(&mut self, more: &[(&str, &str)]) -> Option<Reply> {
        let address = self.address(more);
        self.browser.get(&address).await;
        self.browser.reply()
    }

    /// Sends the browser with a request and signs Dora in where that is asked.
    pub async fn ask(&mut self, more: &[(&str, &str)]) -> Reply {
        let address = self.address(more);
        let reply = self.browser.reply_at(self.app, DORA, &address).await;
        assert_eq!(reply.get("iss"), Some(self.app.issuer.as_str()), "RFC 9207");
        reply
    }

    pub async fn redeem(&self, code: &str) -> Answer {
        let params = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
        ];
        self.client.call("/token", &params).await
    }

    /// The first tokens of a request.
    pub async fn tokens(&mut self, more: &[(&str, &str)]) -> Answer {
        let reply = self.ask(more).await;
        let tokens = self.redeem(reply.code()).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        tokens
    }

    /// The claims of the ID token of a request, checked as a relying party does.
    pub async fn id_token(&mut self, more: &[(&str, &str)]) -> Value {
        let tokens = self.tokens(more).await;
        let id_token = tokens.text("id_token");
        assert_eq!(header(&id_token)["alg"], "RS256");
        let id = verified(self.app, &id_token).await;
        assert_eq!(id["iss"], self.app.issuer);
        assert_eq!(id["aud"], self.client.id);
        id
    }

    /// What userinfo says after a request.
    pub async fn userinfo(&mut self, more: &[(&str, &str)]) -> Value {
        let tokens = self.tokens(more).await;
        let info = self.client.userinfo(&tokens.text("access_token")).await;
        assert_eq!(info.status, 200, "{}", info.body);
        let sub = claims(&tokens.text("id_token"))["sub"].clone();
        assert_eq!(info.body["sub"], sub, "OpenID Connect Core section 5.3.2");
        info.body
    }

    /// Whether the page on screen asks for a password.
    pub fn asks_password(&self) -> bool {
        self.browser.reply().is_none() && self.browser.page.has_field("password")
    }
}

/// The discovery document.
pub async fn discovery(app: &TestApp) -> Value {
    let at = format!("{}/.well-known/openid-configuration", app.issuer);
    read(super::browser::plain_client().get(at)).await.body
}

/// Whether a list of the discovery document has a value.
pub fn lists(document: &Value, name: &str, value: &str) -> bool {
    let list = document[name].as_array();
    list.is_some_and(|list| list.iter().any(|item| item == value))
}

async fn make_dora(app: &TestApp) {
    use tidegate::admin::{Actor, users};
    use tidegate::base::secret::Secret;
    let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
    let claims = json!({
        "given_name": "Dora", "family_name": "Dahl", "middle_name": "D.", "nickname": "dodo", "profile": "https://dora.test",
        "picture": "https://dora.test/me.png", "website": "https://dora.test", "gender": "female", "birthdate": "1990-02-28",
        "zoneinfo": "Europe/Oslo", "locale": "nb-NO", "phone_number": "+47 22 22 22 22", "phone_number_verified": true,
        "address": {"street_address": "Storgata 1", "locality": "Oslo", "postal_code": "0155", "country": "NO"},
    });
    let dora = users::NewUser {
        email: DORA.to_owned(),
        name: Some("Dora Dahl".to_owned()),
        password: Some(Secret::new(super::PASSWORD.to_owned())),
        email_verified: true,
        claims: claims.as_object().cloned().unwrap(),
        ..users::NewUser::default()
    };
    let made = users::create(&actor, &app.shared.platform, dora, users::Passwords::Existing).await;
    made.unwrap_or_else(|error| panic!("{error}"));
}
