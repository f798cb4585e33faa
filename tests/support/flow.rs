//! What an app and a browser do together: requests that are pushed or signed, and sign-ins that end at the app.

use serde_json::{Map, Value, json};

use super::browser::{Browser, query_of};
use super::client::{Answer, App, parameters};
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

impl Browser {
    /// Signs somebody in where an address leads, says yes where consent is asked for, and gives where it ends at the app.
    pub async fn signed_in(&mut self, app: &TestApp, email: &str, address: &str) -> String {
        self.get(address).await;
        if self.left_to.is_none() && self.page.has_field("password") {
            self.submit("password", &[("email", email), ("password", PASSWORD)])
                .await;
        }
        self.answer_code(app, email).await;
        if self.left_to.is_none() && self.page.has_field("consent") {
            self.submit("consent", &[("consent", "allow")]).await;
        }
        let page = &self.page;
        let left = self.left_to.clone();
        left.unwrap_or_else(|| panic!("{} {}: {}", page.status, page.url, page.text()))
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
