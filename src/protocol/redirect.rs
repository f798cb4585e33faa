//! Where an authorization response goes. A [`CheckedRedirect`] exists only after matching, so an open redirect does not
//! compile.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::error::{ErrorCode, OAuthError};
use super::registration::{ApplicationType, ClientMetadata};

/// How the response is carried (OAuth 2.0 Multiple Response Types, Form Post Response Mode).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    /// In the query: the default for `code`.
    #[default]
    Query,
    /// In the fragment.
    Fragment,
    /// In the body of a form post.
    FormPost,
}

/// In which form the response is carried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// As parameters.
    #[default]
    Plain,
    /// As one signed JWT (JARM).
    Signed,
}

/// `response_mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseMode {
    /// How it is carried.
    pub carrier: Carrier,
    /// In which form.
    pub form: Form,
}

impl ResponseMode {
    /// Every mode by its registered name. `jwt` stands for the default of the response type (JARM section 2.3.4).
    const NAMED: [(&'static str, Carrier, Form); 7] = [
        ("query", Carrier::Query, Form::Plain),
        ("fragment", Carrier::Fragment, Form::Plain),
        ("form_post", Carrier::FormPost, Form::Plain),
        ("jwt", Carrier::Query, Form::Signed),
        ("query.jwt", Carrier::Query, Form::Signed),
        ("fragment.jwt", Carrier::Fragment, Form::Signed),
        ("form_post.jwt", Carrier::FormPost, Form::Signed),
    ];

    /// The names of all modes, as discovery lists them.
    pub fn names() -> [&'static str; 7] {
        Self::NAMED.map(|(name, ..)| name)
    }

    /// Reads `response_mode`.
    ///
    /// # Errors
    /// `invalid_request` for a mode that is not supported.
    pub fn parse(value: Option<&str>) -> Result<Self, OAuthError> {
        let Some(value) = value else {
            return Ok(Self::default());
        };
        Self::NAMED
            .into_iter()
            .find(|(name, ..)| *name == value)
            .map(|(_, carrier, form)| Self { carrier, form })
            .ok_or_else(|| OAuthError::invalid_request("response_mode is not supported"))
    }
}

/// A redirect URI that is registered for the client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CheckedRedirect(String);

impl CheckedRedirect {
    /// Matches what was sent against what is registered: exactly, as text (RFC 9700 section 2.1), except that the port
    /// of a loopback redirect is free (RFC 8252 section 7.3). Nothing sent is accepted only where the standard
    /// allows it, which OpenID Connect does not.
    ///
    /// # Errors
    /// `invalid_request`; it must be shown on a page, never redirected.
    pub fn matching(sent: Option<&str>, client: &ClientMetadata) -> Result<Self, OAuthError> {
        let sent = sent.ok_or_else(|| OAuthError::invalid_request("redirect_uri is missing"))?;
        if client
            .redirect_uris
            .iter()
            .any(|known| known == sent || same_but_loopback_port(known, sent))
        {
            return Ok(Self(sent.to_owned()));
        }
        Err(
            OAuthError::invalid_request("redirect_uri is not registered for this client")
                .with_detail(format!("got {sent}, registered {:?}", client.redirect_uris)),
        )
    }

    /// The URI as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URI with parameters in the query.
    pub fn with_query(&self, params: &[(&str, String)]) -> String {
        let Ok(mut url) = Url::parse(&self.0) else {
            return self.0.clone();
        };
        url.query_pairs_mut()
            .extend_pairs(params.iter().map(|(name, value)| (*name, value.as_str())));
        url.into()
    }

    /// The URI with parameters in the fragment.
    pub fn with_fragment(&self, params: &[(&str, String)]) -> String {
        let Ok(mut url) = Url::parse(&self.0) else {
            return self.0.clone();
        };
        let encoded = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(params.iter().map(|(name, value)| (*name, value.as_str())))
            .finish();
        url.set_fragment(Some(&encoded));
        url.into()
    }
}

fn same_but_loopback_port(known: &str, sent: &str) -> bool {
    let (Ok(mut known), Ok(mut sent)) = (Url::parse(known), Url::parse(sent)) else {
        return false;
    };
    if known.scheme() != "http" || !is_loopback(&known) || !is_loopback(&sent) {
        return false;
    }
    let _ = (known.set_port(None), sent.set_port(None));
    known == sent
}

/// Whether an address is one of this machine by its number: names can be made to mean others (RFC 8252 section 8.3).
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        _ => false,
    }
}

/// Checks a redirect URI at registration: absolute, no fragment, no wildcard; `https` for web clients (plain `http` only
/// on loopback names), loopback or private-use scheme with a dot for native ones (RFC 8252 section 7).
///
/// # Errors
/// `invalid_redirect_uri` that says what is wrong.
pub fn check_registered(uri: &str, kind: ApplicationType) -> Result<(), OAuthError> {
    let refuse = |why: &str| {
        Err(OAuthError::new(
            ErrorCode::InvalidRedirectUri,
            format!("{uri}: {why}"),
        ))
    };
    let Ok(url) = Url::parse(uri) else {
        return refuse("is not an absolute URI");
    };
    if url.fragment().is_some() || uri.contains('#') {
        return refuse("must not have a fragment");
    }
    if uri.contains('*') {
        return refuse("wildcards are not supported");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not carry credentials");
    }
    let local = is_loopback(&url) || url.host_str() == Some("localhost");
    match (url.scheme(), kind) {
        ("https", _) => Ok(()),
        ("http", _) if local => Ok(()),
        ("http", _) => refuse("http is allowed on loopback only"),
        ("javascript" | "data" | "file" | "blob" | "vbscript" | "about", _) => {
            refuse("this scheme is never allowed")
        }
        (scheme, ApplicationType::Native) if scheme.contains('.') => Ok(()),
        (_, ApplicationType::Native) => refuse("a private-use scheme must be a reversed domain name"),
        (_, ApplicationType::Web) => refuse("a web client needs https"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(uris: &[&str]) -> ClientMetadata {
        ClientMetadata {
            redirect_uris: uris.iter().map(|&uri| uri.to_owned()).collect(),
            ..ClientMetadata::default()
        }
    }

    fn matches(registered: &str, sent: &str) -> bool {
        CheckedRedirect::matching(Some(sent), &client(&[registered])).is_ok()
    }

    #[test]
    fn matching_is_exact() {
        let registered = "https://app.test/cb?x=1";
        assert!(matches(registered, registered));
        for other in [
            "https://app.test/cb",
            "https://app.test/cb?x=1&y=2",
            "https://app.test/cb/?x=1",
            "https://APP.test/cb?x=1",
            "https://app.test:443/cb?x=1",
            "https://app.test/cb?x=1#",
            "https://app.test/cb/../cb?x=1",
            "https://app.test.evil.test/cb?x=1",
        ] {
            assert!(!matches(registered, other), "{other}");
        }
        assert!(CheckedRedirect::matching(None, &client(&[registered])).is_err());
    }

    #[test]
    fn only_the_port_of_loopback_is_free() {
        assert!(matches("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"));
        assert!(matches("http://[::1]:80/cb", "http://[::1]:51004/cb"));
        assert!(!matches("http://127.0.0.1/cb", "http://127.0.0.1:51004/other"));
        assert!(!matches("http://127.0.0.1/cb", "http://127.0.0.2.evil.test/cb"));
        assert!(!matches("http://localhost/cb", "http://localhost:51004/cb"));
        assert!(!matches("https://127.0.0.1/cb", "https://127.0.0.1:51004/cb"));
    }

    #[test]
    fn parameters_are_added_to_what_is_there() {
        let uri = CheckedRedirect::matching(Some("https://a.test/?x=1"), &client(&["https://a.test/?x=1"]))
            .unwrap();
        assert_eq!(
            uri.with_query(&[("code", "a b".into())]),
            "https://a.test/?x=1&code=a+b"
        );
        assert_eq!(
            uri.with_fragment(&[("code", "a b".into())]),
            "https://a.test/?x=1#code=a+b"
        );
    }

    #[test]
    fn registration_rules() {
        let web = |uri| check_registered(uri, ApplicationType::Web).is_ok();
        let native = |uri| check_registered(uri, ApplicationType::Native).is_ok();
        assert!(web("https://a.test/cb") && web("http://localhost:3000/cb") && web("http://127.0.0.1/cb"));
        assert!(
            !web("http://a.test/cb")
                && !web("com.example.app:/cb")
                && !web("https://a.test/#x")
                && !web("/cb")
        );
        assert!(!web("https://*.a.test/cb") && !web("https://u:p@a.test/"));
        assert!(native("com.example.app:/cb") && !native("myapp:/cb") && !native("javascript:alert(1)"));
    }
}
