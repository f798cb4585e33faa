//! What a client presents to prove itself, as the request carries it (RFC 6749 section 2.3, RFC 7523).

use url::form_urlencoded;

use super::error::OAuthError;
use super::params::Params;
use super::registration::ClientAuthMethod;
use crate::base::encoding::{from_base64, from_base64url};
use crate::base::ids::ClientId;
use crate::base::secret::Secret;

/// The only assertion type we take (RFC 7523 section 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What was presented, not yet checked.
#[derive(Debug)]
pub struct Presented {
    /// Who it claims to be.
    pub client: ClientId,
    /// With what.
    pub proof: PresentedProof,
}

/// With what a client claims to be itself.
#[derive(Debug)]
pub enum PresentedProof {
    /// A secret in the `Authorization` header.
    Basic(Secret<String>),
    /// A secret in the body.
    Post(Secret<String>),
    /// An assertion signed with a key.
    Assertion(String),
    /// An assertion signed with the secret.
    SharedAssertion(String),
    /// Nothing: a public client, or one that the connection proves.
    None,
}

impl PresentedProof {
    /// The method this is, of a client that is registered for `registered`: what a connection proves leaves no trace in the request.
    pub const fn method(&self, registered: ClientAuthMethod) -> ClientAuthMethod {
        match self {
            Self::None if registered.is_by_certificate() => registered,
            Self::Basic(_) => ClientAuthMethod::ClientSecretBasic,
            Self::Post(_) => ClientAuthMethod::ClientSecretPost,
            Self::Assertion(_) => ClientAuthMethod::PrivateKeyJwt,
            Self::SharedAssertion(_) => ClientAuthMethod::ClientSecretJwt,
            Self::None => ClientAuthMethod::None,
        }
    }
}

impl Presented {
    /// Reads what the request presents.
    ///
    /// # Errors
    /// `invalid_request` when more than one method is used, `invalid_client` when none names a client.
    pub fn from_request(authorization: Option<&str>, params: &Params) -> Result<Self, OAuthError> {
        let basic = authorization.map(parse_basic).transpose()?;
        let body_id = params.get("client_id");
        let secret = params.get("client_secret");
        let assertion = params.get("client_assertion");
        if usize::from(basic.is_some()) + usize::from(secret.is_some()) + usize::from(assertion.is_some()) > 1
        {
            return Err(OAuthError::invalid_request(
                "more than one way of client authentication",
            ));
        }
        let (id, proof) = if let Some((id, secret)) = basic {
            (id, PresentedProof::Basic(secret))
        } else if let Some(assertion) = assertion {
            if params.get("client_assertion_type") != Some(JWT_BEARER) {
                return Err(OAuthError::invalid_request(
                    "client_assertion_type is not supported",
                ));
            }
            let named = body_id
                .map(str::to_owned)
                .or_else(|| unverified_subject(assertion));
            let proof = if says_shared(assertion) {
                PresentedProof::SharedAssertion(assertion.to_owned())
            } else {
                PresentedProof::Assertion(assertion.to_owned())
            };
            (named.unwrap_or_default(), proof)
        } else if let Some(secret) = secret {
            (
                body_id.unwrap_or_default().to_owned(),
                PresentedProof::Post(Secret::new(secret.to_owned())),
            )
        } else {
            (body_id.unwrap_or_default().to_owned(), PresentedProof::None)
        };
        if body_id.is_some_and(|sent| sent != id) {
            return Err(OAuthError::invalid_client(
                "client_id differs from the authenticated client",
            ));
        }
        let client = ClientId::parse(&id).ok_or_else(|| OAuthError::invalid_client("no client id"))?;
        Ok(Self { client, proof })
    }
}

/// `Authorization: Basic` with id and secret form-encoded (RFC 6749 section 2.3.1).
fn parse_basic(header: &str) -> Result<(String, Secret<String>), OAuthError> {
    let malformed = || OAuthError::invalid_client("malformed Authorization header");
    let (scheme, value) = header.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let decoded = from_base64(value.trim())
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(malformed)?;
    let (id, secret) = decoded.split_once(':').ok_or_else(malformed)?;
    Ok((form_decode(id), Secret::new(form_decode(secret))))
}

fn form_decode(text: &str) -> String {
    // A value with `&` or `=` was not form-encoded by its sender; it is taken as it stands.
    if text.contains(['&', '=']) {
        return text.to_owned();
    }
    form_urlencoded::parse(text.as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}

/// Part of an assertion, read before its signature is checked: only to find out what to check it with.
fn unverified(assertion: &str, part: usize, name: &str) -> Option<String> {
    let bytes = from_base64url(assertion.split('.').nth(part)?)?;
    let members: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    members.get(name)?.as_str().map(str::to_owned)
}

fn unverified_subject(assertion: &str) -> Option<String> {
    unverified(assertion, 1, "sub")
}

/// Whether an assertion claims to be signed with a secret. The client must be registered for just that, so a public key never passes
/// for a secret (RFC 8725 section 2.1).
fn says_shared(assertion: &str) -> bool {
    unverified(assertion, 0, "alg").is_some_and(|alg| alg.starts_with("HS"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::encoding::{base64, base64url};

    fn params(body: &str) -> Params {
        Params::parse(body.as_bytes()).unwrap()
    }

    #[test]
    fn basic_is_form_encoded() {
        let header = format!("Basic {}", base64(b"a%20b:p%2Bq%3A"));
        let presented = Presented::from_request(Some(&header), &params("")).unwrap();
        assert_eq!(presented.client.as_str(), "a b");
        assert!(matches!(presented.proof, PresentedProof::Basic(secret) if secret.expose() == "p+q:"));
    }

    #[test]
    fn one_method_only() {
        let header = format!("Basic {}", base64(b"a:b"));
        assert!(Presented::from_request(Some(&header), &params("client_secret=x")).is_err());
        assert!(Presented::from_request(Some(&header), &params("client_id=other")).is_err());
        assert!(Presented::from_request(Some(&header), &params("client_id=a")).is_ok());
        assert!(Presented::from_request(Some("Bearer x"), &params("client_id=a")).is_err());
        assert!(Presented::from_request(Some("Basic !"), &params("")).is_err());
        assert!(Presented::from_request(None, &params("grant_type=x")).is_err());
    }

    #[test]
    fn an_assertion_names_its_client() {
        let jwt = format!("e30.{}.x", base64url(br#"{"sub":"svc"}"#));
        let body = format!(
            "client_assertion={jwt}&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
        );
        assert_eq!(
            Presented::from_request(None, &params(&body))
                .unwrap()
                .client
                .as_str(),
            "svc"
        );
        assert!(Presented::from_request(None, &params(&format!("client_assertion={jwt}"))).is_err());
    }
}
