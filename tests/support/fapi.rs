//! A relying party that keeps to FAPI 2.0: it signs its assertions, pushes its requests (signed ones for message signing), and proves with
//! each call that it holds a key.

use serde_json::{Value, json};
use tidegate::domain::key::SigningAlg;
use tidegate::protocol::profile::Profile;

use super::TestApp;
use super::browser::Browser;
use super::client::{Answer, App, OwnKey, REDIRECT, VERIFIER, parameters, read};
use super::dpop::Holder;
use super::flow::borrowed;

const BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub struct Party {
    pub app: App,
    /// Signs its assertions and requests.
    pub key: OwnKey,
    /// Binds its tokens.
    pub holder: Holder,
    profile: Profile,
    number: u32,
}

impl Party {
    pub async fn new(app: &TestApp, id: &str, profile: Profile) -> Self {
        Self::with(app, id, profile, json!({})).await
    }

    /// Registers one; `more` goes on top of its metadata.
    pub async fn with(app: &TestApp, id: &str, profile: Profile, more: Value) -> Self {
        let key = OwnKey::new(SigningAlg::ES256);
        let mut document = json!({"tidegate_profile": profile, "jwks": key.jwks});
        document
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().cloned().unwrap());
        let client = App::create(app, id, document).await;
        Self {
            holder: Holder::new(&client),
            app: client,
            key,
            profile,
            number: 0,
        }
    }

    pub async fn security(app: &TestApp) -> Self {
        Self::new(app, "bank", Profile::Fapi2Security).await
    }

    pub async fn message_signing(app: &TestApp) -> Self {
        Self::new(app, "bank", Profile::Fapi2MessageSigning).await
    }

    /// The claims of a good assertion, each with another `jti`.
    pub fn assertion(&mut self, app: &TestApp) -> Value {
        self.number += 1;
        let now = app.now().secs();
        json!({
            "iss": self.app.id, "sub": self.app.id, "aud": app.issuer, "jti": format!("a{}", self.number),
            "iat": now, "exp": now + 60,
        })
    }

    /// A call without a proof, with an assertion that `change` spoils.
    pub async fn call_asserting(
        &mut self,
        app: &TestApp,
        path: &str,
        params: &[(&str, &str)],
        change: impl FnOnce(&mut Value),
    ) -> Answer {
        let mut assertion = self.assertion(app);
        change(&mut assertion);
        let assertion = self.key.sign(&assertion);
        self.call_signed(path, params, &assertion).await
    }

    /// A call without a proof, with an assertion as it stands.
    pub async fn call_signed(&self, path: &str, params: &[(&str, &str)], assertion: &str) -> Answer {
        let mut params = params.to_vec();
        params.extend([("client_assertion", assertion), ("client_assertion_type", BEARER)]);
        self.app.call_plain(path, &params).await
    }

    /// A call with an assertion and a proof.
    pub async fn call(&mut self, app: &TestApp, path: &str, params: &[(&str, &str)]) -> Answer {
        // One for the call, and one for the call after the nonce.
        let mut assertions = [self.assertion(app), self.assertion(app)]
            .map(|claims| self.key.sign(&claims))
            .into_iter();
        let client = self.app.clone();
        self.holder
            .send(app, path, || {
                let assertion = assertions.next().unwrap();
                let mut params = params.to_vec();
                params.extend([
                    ("client_assertion", assertion.as_str()),
                    ("client_assertion_type", BEARER),
                ]);
                client.request_plain(path, &params)
            })
            .await
    }

    /// The parameters of a push: the request, signed where the profile wants that. `more` adds or replaces, an empty value leaves out.
    pub fn push_params(&self, app: &TestApp, more: &[(&str, &str)]) -> Vec<(String, String)> {
        if self.profile != Profile::Fapi2MessageSigning {
            return parameters(&self.app.authorize(more));
        }
        let mut members = json!({"response_mode": "jwt"});
        for (name, value) in more {
            members[name] = if value.is_empty() {
                Value::Null
            } else {
                json!(value)
            };
        }
        let object = self.app.object(app, &members);
        vec![("request".to_owned(), self.key.sign(&object))]
    }

    /// Pushes a request.
    pub async fn push(&mut self, app: &TestApp, more: &[(&str, &str)]) -> Answer {
        let params = self.push_params(app, more);
        self.call_asserting(app, "/par", &borrowed(&params), |_| ()).await
    }

    /// Pushes a request object.
    pub async fn push_object(&mut self, app: &TestApp, object: &str) -> Answer {
        self.call_asserting(app, "/par", &[("request", object)], |_| ())
            .await
    }

    /// Pushes a request and gives the address that a browser takes it to.
    pub async fn pushed(&mut self, app: &TestApp, more: &[(&str, &str)]) -> String {
        let pushed = self.push(app, more).await;
        assert_eq!(pushed.status, 201, "{}", pushed.body);
        self.app.address(&[("request_uri", &pushed.text("request_uri"))])
    }

    /// Signs carol in and gives the code.
    pub async fn code(&mut self, app: &TestApp, more: &[(&str, &str)]) -> String {
        let address = self.pushed(app, more).await;
        let mut browser = Browser::new(app);
        let reply = browser.reply_at(app, "carol@demo.test", &address).await;
        reply.code().to_owned()
    }

    /// What the token endpoint gets of a code.
    pub fn redemption(code: &str) -> [(&'static str, &str); 4] {
        [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ]
    }

    pub async fn redeem(&mut self, app: &TestApp, code: &str) -> Answer {
        self.call(app, "/token", &Self::redemption(code)).await
    }

    pub async fn refresh(&mut self, app: &TestApp, token: &str) -> Answer {
        let params = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.call(app, "/token", &params).await
    }

    /// Signs carol in and gives the first tokens.
    pub async fn tokens(&mut self, app: &TestApp, more: &[(&str, &str)]) -> Answer {
        let code = self.code(app, more).await;
        let tokens = self.redeem(app, &code).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        tokens
    }

    /// Calls the token endpoint for a code with a proof as it stands.
    pub async fn redeem_proving(&mut self, app: &TestApp, code: &str, proof: &str) -> Answer {
        let assertion = self.assertion(app);
        let assertion = self.key.sign(&assertion);
        let mut params = Self::redemption(code).to_vec();
        params.extend([
            ("client_assertion", assertion.as_str()),
            ("client_assertion_type", BEARER),
        ]);
        let request = self.app.request_plain("/token", &params);
        read(request.header("dpop", proof)).await
    }
}
