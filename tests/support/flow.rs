//! What an app and a browser do together: requests that are pushed or signed, and sign-ins that end at the app.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::browser::{Browser, query_of};
use super::client::{Answer, App, claims, parameters};
use super::{PASSWORD, TestApp};

/// Borrows names and values, as calls take them.
pub fn borrowed(params: &[(String, String)]) -> Vec<(&str, &str)> {
    params
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

impl App {
    /// Pushes the request that `authorize` would send by the browser.
    pub async fn push(&self, more: &[(&str, &str)]) -> Answer {
        let params = parameters(&self.authorize(more));
        self.call("/par", &borrowed(&params)).await
    }

    /// The authorization address with nothing but these parameters beside the client's id.
    pub fn address(&self, params: &[(&str, &str)]) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &self.id)
            .extend_pairs(params)
            .finish();
        format!("{}/authorize?{query}", self.issuer)
    }

    /// The request of `authorize` as the claims of a request object, with `more` on top; `null` leaves out.
    pub fn object(&self, app: &TestApp, more: &Value) -> Value {
        let mut claims: Map<String, Value> = parameters(&self.authorize(&[]))
            .into_iter()
            .map(|(name, value)| (name, value.into()))
            .collect();
        let now = app.now().secs();
        let about = json!({"iss": self.id, "aud": app.issuer, "exp": now + 60, "nbf": now});
        for members in [&about, more] {
            claims.extend(members.as_object().cloned().unwrap());
        }
        claims.retain(|_, value| !value.is_null());
        Value::Object(claims)
    }
}

/// The answer that an app gets to an authorization request, however it is carried.
#[derive(Clone, Debug)]
pub struct Reply(BTreeMap<String, String>);

impl Reply {
    /// Of a redirect to the app.
    pub fn of(to: &str) -> Self {
        Self::from_pairs(parameters(to))
    }

    fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        let mut members: BTreeMap<String, String> = pairs.into_iter().collect();
        if let Some(jwt) = members.remove("response") {
            let signed = claims(&jwt);
            let texts = signed.as_object().unwrap().iter();
            members
                .extend(texts.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))));
        }
        Self(members)
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn code(&self) -> &str {
        self.get("code").unwrap_or_else(|| panic!("no code in {self:?}"))
    }

    pub fn error(&self) -> Option<&str> {
        self.get("error")
    }
}

impl Browser {
    /// What the app is told, by redirect or by a form that posts itself; nothing while the browser stays with us.
    pub fn reply(&self) -> Option<Reply> {
        if let Some(to) = &self.left_to {
            return Some(Reply::of(to));
        }
        let form = self.form_to("https://app.test")?;
        Some(Reply::from_pairs(form.fields))
    }

    /// Signs somebody in where an address leads, says yes where that is asked, and gives what the app is told.
    pub async fn reply_at(&mut self, app: &TestApp, email: &str, address: &str) -> Reply {
        self.get(address).await;
        self.go_through(app, email).await
    }

    /// Answers page after page as somebody, until the app is told something.
    pub async fn go_through(&mut self, app: &TestApp, email: &str) -> Reply {
        for _ in 0..6 {
            if let Some(reply) = self.reply() {
                return reply;
            }
            if self.page.has_field("password") {
                let answers = [("email", email), ("password", PASSWORD)];
                self.submit("password", &answers).await;
            } else if self.page.has_field("consent") {
                self.submit("consent", &[("consent", "allow")]).await;
            } else {
                assert!(
                    self.page.has_field("code"),
                    "{}: {}",
                    self.page.url,
                    self.page.text()
                );
                self.answer_code(app, email).await;
            }
        }
        panic!("no end at {}: {}", self.page.url, self.page.text());
    }

    /// Signs somebody in where an address leads, says yes where consent is asked for, and gives where it ends at the app.
    pub async fn signed_in(&mut self, app: &TestApp, email: &str, address: &str) -> String {
        self.reply_at(app, email, address).await;
        self.left_to.clone().expect("a redirect")
    }

    /// The error that the app gets for an address; nothing where the browser stays here.
    pub async fn error_at(&mut self, address: &str) -> Option<String> {
        self.get(address).await;
        query_of(self.left_to.as_ref()?, "error")
    }

    /// Whether an address ends on an error page of ours.
    pub async fn ends_on_error_page(&mut self, address: &str) -> bool {
        self.get(address).await;
        self.left_to.is_none() && self.page.status == 400
    }
}
