//! Clients whose id is the address of a document about them (draft-ietf-oauth-client-id-metadata-document-03): nobody registered them,
//! they say themselves who they are, and the address proves no more than that whoever answers there says so.

use serde_json::{Map, Value};
use url::{Host, Url};

use super::error::{ErrorCode, OAuthError};
use super::registration::{ApplicationType, ClientAuthMethod, ClientMetadata};
use crate::base::ids::ClientId;

/// The largest document, bytes (section 8.7 of the draft recommends 5 kilobytes).
pub const MAX_DOCUMENT: usize = 5 * 1024;

/// The address that a client id is; `None` for any other id. Only the form that browsers write counts, so that no document goes by two ids:
/// no dot segments, no fragment, nothing about a user (section 3). Plain `http` is for loopback, where nothing is fetched outside tests.
pub fn address_of(id: &str) -> Option<Url> {
    let url = Url::parse(id).ok()?;
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (scheme && plain && url.as_str() == id).then_some(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn refuse(words: &str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClientMetadata, words)
}

/// The metadata in a document, for the same checks as any other (section 4). Without a method the client has no credentials, and one with
/// a redirect URI on loopback is a native app, whatever the standards' defaults for registrations are.
///
/// # Errors
/// `invalid_client_metadata` for another client's document, and for one with a secret.
pub fn read(id: &ClientId, text: &str) -> Result<Map<String, Value>, OAuthError> {
    let Ok(Value::Object(mut document)) = serde_json::from_str(text) else {
        return Err(refuse("the document is no JSON object"));
    };
    if document
        .remove("client_id")
        .is_none_or(|named| named != id.as_str())
    {
        return Err(refuse("client_id in the document is not its address"));
    }
    if ["client_secret", "client_secret_expires_at"]
        .iter()
        .any(|name| document.contains_key(*name))
    {
        return Err(refuse("a public document must not hold a secret"));
    }
    document
        .entry("token_endpoint_auth_method")
        .or_insert_with(|| ClientAuthMethod::None.name().into());
    let redirects = document.get("redirect_uris").and_then(Value::as_array);
    let loopback = redirects
        .into_iter()
        .flatten()
        .filter_map(|uri| Url::parse(uri.as_str()?).ok())
        .any(|url| is_loopback(&url));
    if loopback {
        document
            .entry("application_type")
            .or_insert_with(|| "native".into());
    }
    Ok(document)
}

/// What such a client may register besides what every stranger may: it proves itself by a key or not at all, and answers go to where the
/// document lies, or to a loopback address of a native app.
///
/// # Errors
/// `invalid_client_metadata`, `invalid_redirect_uri`.
pub fn check(address: &Url, metadata: &ClientMetadata) -> Result<(), OAuthError> {
    let method = metadata.token_endpoint_auth_method;
    if !matches!(method, ClientAuthMethod::None | ClientAuthMethod::PrivateKeyJwt) {
        return Err(refuse(
            "token_endpoint_auth_method of such a client is none or private_key_jwt",
        ));
    }
    let native = metadata.application_type == ApplicationType::Native;
    let fits = |uri: &&String| {
        Url::parse(uri).is_ok_and(|url| url.origin() == address.origin() || (native && is_loopback(&url)))
    };
    let mut uris = metadata
        .redirect_uris
        .iter()
        .chain(&metadata.post_logout_redirect_uris);
    match uris.find(|uri| !fits(uri)) {
        None => Ok(()),
        Some(uri) => Err(OAuthError::new(
            ErrorCode::InvalidRedirectUri,
            format!("{uri} is neither at the origin of the document nor on loopback"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: &str = "https://app.test/oauth/client.json";

    #[test]
    fn cimd_3_an_address_is_written_one_way() {
        for good in [
            AT,
            "https://app.test/",
            "https://app.test:8443/c?v=1",
            "http://127.0.0.1:4000/c",
        ] {
            assert!(address_of(good).is_some(), "{good}");
        }
        for bad in [
            "https://app.test",
            "http://app.test/c",
            "https://app.test/a/../c",
            "https://app.test/./c",
            "https://app.test/%2e%2e/c",
            "https://app.test/c#x",
            "https://user@app.test/c",
            "https://user:pw@app.test/c",
            "https://APP.test/c",
            "https://app.test:443/c",
            "com.app:/c",
            "demo-rp",
        ] {
            assert!(address_of(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn cimd_4_a_document_is_about_its_own_address_and_holds_no_secret() {
        let id = ClientId::parse(AT).unwrap();
        let read = |text: &str| read(&id, text);
        let plain = read(&format!(
            r#"{{"client_id":"{AT}","redirect_uris":["http://[::1]/cb"]}}"#
        ))
        .unwrap();
        assert_eq!(plain["token_endpoint_auth_method"], "none");
        assert_eq!(plain["application_type"], "native");
        for bad in [
            "[]".to_owned(),
            "{}".to_owned(),
            r#"{"client_id":"https://app.test/other"}"#.to_owned(),
            format!(r#"{{"client_id":"{AT}","client_secret":"x"}}"#),
            format!(r#"{{"client_id":"{AT}","client_secret_expires_at":0}}"#),
        ] {
            assert!(read(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn cimd_8_1_answers_go_home_or_to_loopback() {
        let address = address_of(AT).unwrap();
        let with = |uri: &str, application_type, method| ClientMetadata {
            redirect_uris: vec![uri.to_owned()],
            application_type,
            token_endpoint_auth_method: method,
            ..ClientMetadata::default()
        };
        let (web, native, none) = (
            ApplicationType::Web,
            ApplicationType::Native,
            ClientAuthMethod::None,
        );
        for (uri, kind, method, fits) in [
            ("https://app.test/cb", web, none, true),
            ("https://app.test/cb", web, ClientAuthMethod::PrivateKeyJwt, true),
            ("http://127.0.0.1/cb", native, none, true),
            ("http://127.0.0.1/cb", web, none, false),
            ("https://evil.test/cb", web, none, false),
            ("https://app.test:444/cb", web, none, false),
            ("com.app:/cb", native, none, false),
            (
                "https://app.test/cb",
                web,
                ClientAuthMethod::ClientSecretBasic,
                false,
            ),
            ("https://app.test/cb", web, ClientAuthMethod::TlsClientAuth, false),
        ] {
            assert_eq!(
                check(&address, &with(uri, kind, method)).is_ok(),
                fits,
                "{uri} {method:?}"
            );
        }
    }
}
