//! A browser without scripts: cookies, redirects, forms.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use scraper::{Html, Selector};

use super::{PASSWORD, TestApp};

pub const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
pub const SAFARI: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15";

#[derive(Clone)]
pub struct Browser {
    http: reqwest::Client,
    pub base: String,
    cookies: BTreeMap<String, String>,
    pub agent: String,
    /// Where an app's redirect ended that is not ours.
    pub left_to: Option<String>,
    pub page: Page,
}

#[derive(Clone, Debug, Default)]
pub struct Page {
    pub status: u16,
    pub url: String,
    pub html: String,
    pub headers: reqwest::header::HeaderMap,
}

impl Page {
    /// Words of the page, spaces folded.
    pub fn text(&self) -> String {
        let document = Html::parse_document(&self.html);
        let body = Selector::parse("body").unwrap();
        let words: Vec<String> = document
            .select(&body)
            .flat_map(|body| body.text())
            .flat_map(str::split_whitespace)
            .map(str::to_owned)
            .collect();
        words.join(" ")
    }

    pub fn heading(&self) -> String {
        let document = Html::parse_document(&self.html);
        let heading = Selector::parse("h1").unwrap();
        document
            .select(&heading)
            .flat_map(|h| h.text())
            .collect::<String>()
            .trim()
            .to_owned()
    }

    pub fn has_field(&self, name: &str) -> bool {
        let document = Html::parse_document(&self.html);
        document
            .select(&Selector::parse(&format!("[name=\"{name}\"]")).unwrap())
            .next()
            .is_some()
    }

    pub fn query(&self, name: &str) -> Option<String> {
        query_of(&self.url, name)
    }

    /// The TOTP secret that the page shows for enrolment.
    pub fn totp_secret(&self) -> tidegate::base::secret::Secret<Vec<u8>> {
        let code = |part: &str| {
            let inner = part.split_once('>')?.1.split_once('<')?.0.replace(' ', "");
            (inner.len() == 32 && inner.chars().all(|c| c.is_ascii_alphanumeric())).then_some(inner)
        };
        let text = self.html.split("<code").find_map(code);
        let text = text.unwrap_or_else(|| panic!("no secret: {}", self.text()));
        tidegate::factors::totp::from_text(&text).unwrap()
    }
}

pub fn query_of(url: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// A form with its action and fields as the page shows it.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Browser {
    pub fn new(app: &TestApp) -> Self {
        Self {
            http: plain_client(),
            base: app.base.clone(),
            cookies: BTreeMap::new(),
            agent: FIREFOX.to_owned(),
            left_to: None,
            page: Page::default(),
        }
    }

    pub fn with_agent(mut self, agent: &str) -> Self {
        agent.clone_into(&mut self.agent);
        self
    }

    pub fn cookie(&self, part: &str) -> Option<&String> {
        self.cookies
            .iter()
            .find(|(name, _)| name.contains(part))
            .map(|(_, value)| value)
    }

    pub fn drop_cookie(&mut self, part: &str) {
        self.cookies.retain(|name, _| !name.contains(part));
    }

    pub fn set_cookie(&mut self, part: &str, value: &str) {
        let name = self
            .cookies
            .keys()
            .find(|name| name.contains(part))
            .cloned()
            .unwrap();
        self.cookies.insert(name, value.to_owned());
    }

    fn absolute(&self, to: &str) -> String {
        let from = if self.page.url.is_empty() {
            &self.base
        } else {
            &self.page.url
        };
        url::Url::parse(from).unwrap().join(to).unwrap().to_string()
    }

    fn cookie_header(&self) -> String {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    /// What passkey.js asks for: the options of the page's passkey form.
    pub async fn passkey_options(&self) -> serde_json::Value {
        let (options, csrf) = {
            let document = Html::parse_document(&self.page.html);
            let form = Selector::parse("form[data-options]").unwrap();
            let form = document
                .select(&form)
                .next()
                .unwrap_or_else(|| panic!("{}", self.page.text()));
            let csrf = Selector::parse("[name=csrf]").unwrap();
            let csrf = form
                .select(&csrf)
                .next()
                .unwrap()
                .value()
                .attr("value")
                .unwrap()
                .to_owned();
            (self.absolute(form.value().attr("data-options").unwrap()), csrf)
        };
        let request = self.http.post(options).header("user-agent", &self.agent);
        let request = request
            .header(COOKIE, self.cookie_header())
            .header("x-csrf-token", csrf);
        let answer = request.header("accept", "application/json").send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    pub async fn get(&mut self, to: &str) -> &Page {
        let url = self.absolute(to);
        self.go(reqwest::Method::GET, url, None).await
    }

    pub async fn post(&mut self, to: &str, fields: &[(&str, &str)]) -> &Page {
        let url = self.absolute(to);
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.go(reqwest::Method::POST, url, Some(body)).await
    }

    async fn go(&mut self, mut method: reqwest::Method, mut url: String, mut body: Option<String>) -> &Page {
        self.left_to = None;
        for _ in 0..12 {
            if !url.starts_with(&self.base) {
                self.left_to = Some(url);
                return &self.page;
            }
            let mut request = self
                .http
                .request(method.clone(), &url)
                .header("user-agent", &self.agent);
            if !self.cookies.is_empty() {
                request = request.header(COOKIE, self.cookie_header());
            }
            if let Some(body) = body.take() {
                request = request
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(body);
            }
            let response = request.send().await.unwrap();
            for cookie in response.headers().get_all(SET_COOKIE) {
                let cookie = cookie.to_str().unwrap();
                let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
                let (name, value) = pair.split_once('=').unwrap();
                if attributes.contains("Max-Age=0") {
                    self.cookies.remove(name);
                } else {
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
            let location = response
                .headers()
                .get(LOCATION)
                .map(|to| to.to_str().unwrap().to_owned());
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let html = response.text().await.unwrap();
            self.page = Page {
                status,
                url: url.clone(),
                html,
                headers,
            };
            match location {
                Some(to) if (300..400).contains(&status) => {
                    url = self.absolute(&to);
                    method = reqwest::Method::GET;
                }
                _ => return &self.page,
            }
        }
        panic!("too many redirects at {url}");
    }

    /// The first form that has a field or button of this name.
    pub fn form(&self, field: &str) -> Option<Form> {
        self.form_with("form", &format!("[name=\"{field}\"]"))
    }

    /// The first form that fits one selector and holds something that fits another.
    fn form_with(&self, form: &str, content: &str) -> Option<Form> {
        let document = Html::parse_document(&self.page.html);
        let input = Selector::parse("input[name]").unwrap();
        let wanted = Selector::parse(content).unwrap();
        document.select(&Selector::parse(form).unwrap()).find_map(|form| {
            form.select(&wanted).next()?;
            let fields = form
                .select(&input)
                .filter(|input| !matches!(input.value().attr("type"), Some("checkbox" | "radio" | "submit")))
                .map(|input| {
                    let attr = |name| input.value().attr(name).unwrap_or_default().to_owned();
                    (attr("name"), attr("value"))
                })
                .collect();
            Some(Form {
                action: form.value().attr("action").unwrap_or_default().to_owned(),
                fields,
            })
        })
    }

    /// The first form that goes to an address that begins so.
    pub fn form_to(&self, begin: &str) -> Option<Form> {
        self.form_with(&format!("form[action^=\"{begin}\"]"), "input")
    }

    /// Where a link of the page leads, by its words.
    pub fn link(&self, words: &str) -> String {
        let document = Html::parse_document(&self.page.html);
        let found = document
            .select(&Selector::parse("a[href]").unwrap())
            .find(|link| link.text().collect::<String>().trim() == words)
            .map(|link| link.value().attr("href").unwrap().to_owned());
        found.unwrap_or_else(|| panic!("no link «{words}» on {}: {}", self.page.url, self.page.text()))
    }

    /// Fills in and sends the form that has `field`.
    pub async fn submit(&mut self, field: &str, values: &[(&str, &str)]) -> &Page {
        let form = self.form(field).unwrap_or_else(|| {
            panic!(
                "no form with {field} on {} ({}): {}",
                self.page.url,
                self.page.status,
                self.page.text()
            )
        });
        self.send(&form, values).await
    }

    /// Fills in and sends the first form whose address ends so.
    pub async fn submit_to(&mut self, end: &str, values: &[(&str, &str)]) -> &Page {
        let form = self.form_with(&format!("form[action$=\"{end}\"]"), "button");
        let form = form.unwrap_or_else(|| panic!("no form to {end} on {}", self.page.url));
        self.send(&form, values).await
    }

    /// As [`Browser::submit_to`], for an address that goes on with a query of its own.
    pub async fn submit_to_part(&mut self, part: &str, values: &[(&str, &str)]) -> &Page {
        let form = self.form_with(&format!("form[action*=\"{part}\"]"), "button");
        let form =
            form.unwrap_or_else(|| panic!("no form to {part} on {}: {}", self.page.url, self.page.text()));
        self.send(&form, values).await
    }

    pub async fn send(&mut self, form: &Form, values: &[(&str, &str)]) -> &Page {
        let mut fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .filter(|(name, _)| !values.iter().any(|(given, _)| given == name))
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        fields.extend_from_slice(values);
        self.post(&form.action, &fields).await
    }

    /// Opens the demo app's sign-in and gives the password.
    pub async fn password(&mut self, email: &str) -> &Page {
        self.password_at("/demo/signin", email).await
    }

    pub async fn password_at(&mut self, start: &str, email: &str) -> &Page {
        self.get(start).await;
        self.submit("password", &[("email", email), ("password", PASSWORD)])
            .await
    }

    /// Signs in at the demo app, answering a mail code when one is asked for.
    pub async fn sign_in(&mut self, app: &TestApp, email: &str) -> &Page {
        self.password(email).await;
        self.answer_code(app, email).await;
        assert_eq!(
            self.page.url,
            format!("{}/demo", self.base),
            "{}",
            self.page.text()
        );
        &self.page
    }

    /// Answers the challenge on the page, if there is one, by the method that it asks for.
    pub async fn answer_code(&mut self, app: &TestApp, email: &str) {
        if self.left_to.is_some() || !self.page.has_field("code") {
            return;
        }
        let by_mail = self.page.html.contains("/signin/resend") || self.page.text().contains("email");
        let code = if by_mail && !self.page.html.contains("authenticator app") {
            app.mail_code(email).await
        } else {
            app.totp(email)
        };
        self.submit("code", &[("code", &code)]).await;
    }

    /// Turns the dials of this browser.
    pub async fn dials(&mut self, names: &[&str]) {
        self.get("/dev/risk").await;
        let form = self.form("dial").unwrap();
        let mut values: Vec<(&str, &str)> = names.iter().map(|name| ("dial", *name)).collect();
        if values.is_empty() {
            values.push(("dial", "none"));
        }
        self.send(&form, &values).await;
    }
}

pub fn plain_client() -> reqwest::Client {
    tidegate::crypto::install_providers();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}
