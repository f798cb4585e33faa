//! An app that proves with each call that it holds a key (RFC 9449).

use serde_json::{Value, json};
use tidegate::base::encoding::base64url;
use tidegate::base::secret::sha256;
use tidegate::domain::key::SigningAlg;

use super::TestApp;
use super::browser::Browser;
use super::client::{Answer, App, OwnKey, REDIRECT, VERIFIER, read};

/// An app with a key, which remembers the nonce it was given last.
pub struct Holder {
    pub client: App,
    pub key: OwnKey,
    pub nonce: Option<String>,
    number: u32,
}

impl Holder {
    pub fn new(client: &App) -> Self {
        Self {
            client: client.clone(),
            key: OwnKey::new(SigningAlg::ES256),
            nonce: None,
            number: 0,
        }
    }

    /// Another key of the same app, which knows the nonce already.
    pub fn thief(&self) -> Self {
        Self {
            nonce: self.nonce.clone(),
            ..Self::new(&self.client)
        }
    }

    /// The claims of a good proof, each with another `jti`.
    pub fn claims(&mut self, app: &TestApp, method: &str, path: &str) -> Value {
        self.number += 1;
        let htu = format!("{}{path}", app.issuer);
        let mut claims =
            json!({"jti": format!("p{}", self.number), "htm": method, "htu": htu, "iat": app.now().secs()});
        if let Some(nonce) = &self.nonce {
            claims["nonce"] = json!(nonce);
        }
        claims
    }

    /// Sends a request with a proof; when a nonce is asked for, sends `make`'s next one with it, as clients do.
    pub async fn send(
        &mut self,
        app: &TestApp,
        path: &str,
        mut make: impl FnMut() -> reqwest::RequestBuilder,
    ) -> Answer {
        for _ in 0..2 {
            let claims = self.claims(app, "POST", path);
            let proof = self.key.proof(&claims);
            let answer = read(make().header("dpop", proof)).await;
            if let Some(given) = answer.headers.get("dpop-nonce") {
                self.nonce = Some(given.to_str().unwrap().to_owned());
            }
            if answer.error() != "use_dpop_nonce" {
                return answer;
            }
        }
        panic!("the nonce that was given is not taken");
    }

    /// Calls with a proof, and with the client's own credentials.
    pub async fn call(&mut self, app: &TestApp, path: &str, params: &[(&str, &str)]) -> Answer {
        let client = self.client.clone();
        let answer = self.send(app, path, || client.request(path, params)).await;
        assert!(
            answer.headers.contains_key("dpop-nonce"),
            "each answer to a proof gives the nonce"
        );
        answer
    }

    pub async fn redeem(&mut self, app: &TestApp, code: &str) -> Answer {
        let params = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        self.call(app, "/token", &params).await
    }

    pub async fn refresh(&mut self, app: &TestApp, token: &str) -> Answer {
        let params = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.call(app, "/token", &params).await
    }

    pub async fn tokens(&mut self, app: &TestApp) -> Answer {
        let client = self.client.clone();
        let code = client
            .code(app, &mut Browser::new(app), "carol@demo.test", &[])
            .await;
        let answer = self.redeem(app, &code).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer
    }

    /// Asks userinfo; `change` spoils the proof.
    pub async fn userinfo(&mut self, app: &TestApp, token: &str, change: impl Fn(&mut Value)) -> Answer {
        let mut claims = self.claims(app, "GET", "/userinfo");
        claims["ath"] = json!(base64url(&sha256(token.as_bytes())));
        change(&mut claims);
        let proof = self.key.proof(&claims);
        let request = self.client.http.get(format!("{}/userinfo", app.issuer));
        let request = request.header("authorization", format!("DPoP {token}"));
        read(request.header("dpop", proof)).await
    }
}
