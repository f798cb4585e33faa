//! Resource indicators (RFC 8707): for which API an access token is made, and which scopes that API brings along.
//!
//! A scope that a resource registers is granted together with that resource only. Every other scope belongs to the issuer itself, whose
//! userinfo endpoint is the resource of a request that names none; the issuer may also be named like any other.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::Url;

use super::authorization_details::{AuthorizationDetails, DetailType};
use super::error::{ErrorCode, OAuthError};
use super::scope;
use crate::base::ids::ClientId;
use crate::base::timestamp::Timestamp;

/// The longest identifier, bytes.
const MAX_IDENTIFIER: usize = 512;

/// What names a resource: an absolute URI without fragment (RFC 8707 section 2), compared as text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResourceId(String);

impl ResourceId {
    /// The URI.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ResourceId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        if text.len() > MAX_IDENTIFIER || !scope::is_scope_token(text) {
            return Err(
                "use printable ASCII characters, at most 512, without spaces, quotes and backslashes",
            );
        }
        match Url::parse(text) {
            Ok(_) if text.contains('#') => Err("must not have a fragment"),
            Ok(_) => Ok(Self(text.to_owned())),
            Err(_) => Err("is not an absolute URI"),
        }
    }
}

/// An API that access tokens are made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// What requests name it by.
    pub identifier: ResourceId,
    /// Scopes that are granted with it, and with nothing else.
    pub scopes: Vec<String>,
    /// Those of them that consent to is decided about by itself (features.md E1).
    pub sensitive: Vec<String>,
    /// Types of details that are granted with it (RFC 9396).
    pub details: Vec<DetailType>,
    /// The client that serves it: beside the client that a token was given to it alone may introspect the token.
    pub client: Option<ClientId>,
    /// When it was registered.
    pub created_at: Timestamp,
}

impl Resource {
    fn brings(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }

    fn explains(&self, detail: &str) -> bool {
        self.details.iter().any(|own| own.name == detail)
    }
}

fn invalid_target(words: impl Into<String>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidTarget, words)
}

/// The resources of a tenant, as one of its issuers offers them.
#[derive(Clone, Copy, Debug)]
pub struct Resources<'a> {
    known: &'a [Resource],
    issuer: &'a str,
}

impl<'a> Resources<'a> {
    /// These, at this issuer.
    pub const fn new(known: &'a [Resource], issuer: &'a str) -> Self {
        Self { known, issuer }
    }

    fn is_known(&self, target: &str) -> bool {
        target == self.issuer || self.known.iter().any(|known| known.identifier.as_str() == target)
    }

    /// What an authorization request names, each once.
    ///
    /// # Errors
    /// `invalid_target` for anything that is not registered.
    pub fn named(&self, asked: &[String]) -> Result<Vec<ResourceId>, OAuthError> {
        let mut named = Vec::new();
        for text in asked {
            let id: ResourceId = text
                .parse()
                .map_err(|why| invalid_target(format!("resource: {why}")))?;
            if !self.is_known(text) {
                return Err(invalid_target("resource is not registered here"));
            }
            if !named.contains(&id) {
                named.push(id);
            }
        }
        Ok(named)
    }

    /// What a token request names, of what was granted (RFC 8707 section 2.2): all of it when it names nothing. With `openid` the
    /// issuer, and so its userinfo endpoint, may be named at any time.
    ///
    /// # Errors
    /// `invalid_target` for anything else, and when nothing that was granted is there any more.
    pub fn narrowed(
        &self,
        granted: &[ResourceId],
        scope: &str,
        asked: &[String],
    ) -> Result<Vec<ResourceId>, OAuthError> {
        if asked.is_empty() {
            let mut left = granted.to_vec();
            left.retain(|id| self.is_known(id.as_str()));
            if left.is_empty() && !granted.is_empty() {
                return Err(invalid_target("the resource is no longer registered"));
            }
            return Ok(left);
        }
        let named = self.named(asked)?;
        let own = granted.is_empty() || scope::has(scope, "openid");
        let may = |id: &ResourceId| granted.contains(id) || (own && id.as_str() == self.issuer);
        if named.iter().all(may) {
            Ok(named)
        } else {
            Err(invalid_target("resource exceeds what was granted"))
        }
    }

    /// Whether a scope may be granted to a request that names these resources.
    pub fn reach(&self, named: &[ResourceId], scope: &str) -> bool {
        let mut bringing = self.known.iter().filter(|known| known.brings(scope)).peekable();
        bringing.peek().is_none() || bringing.any(|known| named.contains(&known.identifier))
    }

    /// Whether one of these resources brings a scope along.
    pub fn brought(&self, named: &[ResourceId], scope: &str) -> bool {
        let mut known = self.known.iter();
        known.any(|known| named.contains(&known.identifier) && known.brings(scope))
    }

    /// Whether a scope is one of those that a resource marks as sensitive.
    pub fn is_sensitive(&self, scope: &str) -> bool {
        let mut known = self.known.iter();
        known.any(|known| known.sensitive.iter().any(|word| word == scope))
    }

    /// What of granted scopes stands in a token for these resources: their own, so that none of them can use it elsewhere.
    pub fn scope_for(&self, audience: &[ResourceId], granted: &str) -> String {
        let issuer = audience.is_empty() || audience.iter().any(|id| id.as_str() == self.issuer);
        let nobodys = |word: &str| !self.known.iter().any(|known| known.brings(word));
        let words = granted
            .split(' ')
            .filter(|word| self.brought(audience, word) || (issuer && nobodys(word)));
        words.collect::<Vec<_>>().join(" ")
    }

    /// A type of details, as one of the resources registered it.
    pub fn detail_type(&self, name: &str) -> Option<&'a DetailType> {
        let mut types = self.known.iter().flat_map(|known| &known.details);
        types.find(|known| known.name == name)
    }

    /// Resources that a request names, with those that its details are for: whoever asks for a detail asks for a token for the resource
    /// that registered its type. Where several did, `locations` may tell which (RFC 9396 section 3.2).
    #[must_use]
    pub fn with_details(
        &self,
        mut named: Vec<ResourceId>,
        details: &AuthorizationDetails,
    ) -> Vec<ResourceId> {
        for detail in details {
            let explaining = || self.known.iter().filter(|known| known.explains(detail.name()));
            let at = |known: &&Resource| detail.is_at(known.identifier.as_str());
            let somewhere = explaining().any(|known| at(&known));
            for known in explaining().filter(|known| !somewhere || at(known)) {
                if !named.contains(&known.identifier) {
                    named.push(known.identifier.clone());
                }
            }
        }
        named
    }

    /// What of granted details stands in a token for these resources.
    #[must_use]
    pub fn details_for(
        &self,
        audience: &[ResourceId],
        details: AuthorizationDetails,
    ) -> AuthorizationDetails {
        let aimed = |known: &&Resource| audience.contains(&known.identifier);
        details.only(|name| self.known.iter().filter(aimed).any(|known| known.explains(name)))
    }

    /// The clients that serve one of these audiences.
    pub fn servers(&self, audience: impl Fn(&str) -> bool) -> Vec<&'a ClientId> {
        let aimed = self
            .known
            .iter()
            .filter(|known| audience(known.identifier.as_str()));
        aimed.filter_map(|known| known.client.as_ref()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<Resource> {
        let resource = |identifier: &str, scopes: &[&str]| Resource {
            sensitive: Vec::new(),
            identifier: identifier.parse().unwrap(),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            details: Vec::new(),
            client: None,
            created_at: Timestamp::EPOCH,
        };
        vec![
            resource("https://a.test", &["a:read", "shared"]),
            resource("https://b.test", &["b:read", "shared"]),
        ]
    }

    fn ids(all: &[&str]) -> Vec<ResourceId> {
        all.iter().map(|id| id.parse().unwrap()).collect()
    }

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|&text| text.to_owned()).collect()
    }

    const OP: &str = "https://op.test";

    #[test]
    fn rfc8707_2_a_resource_is_an_absolute_uri_without_fragment_that_is_registered() {
        let known = known();
        let here = Resources::new(&known, OP);
        for bad in [
            "/a",
            "a",
            "https://a.test#",
            "https://a.test/x",
            "https://a.test/ b",
            "",
        ] {
            let refused = here.named(&texts(&[bad])).unwrap_err();
            assert_eq!(refused.code, ErrorCode::InvalidTarget, "{bad}");
        }
        let named = here
            .named(&texts(&["https://a.test", OP, "https://a.test"]))
            .unwrap();
        assert_eq!(named, ids(&["https://a.test", OP]));
    }

    #[test]
    fn rfc8707_2_2_a_token_request_narrows_and_never_widens() {
        let known = known();
        let here = Resources::new(&known, OP);
        let both = ids(&["https://a.test", "https://b.test"]);
        assert_eq!(here.narrowed(&both, "openid", &[]).unwrap(), both);
        let one = texts(&["https://b.test"]);
        assert_eq!(here.narrowed(&both, "", &one).unwrap(), ids(&["https://b.test"]));
        assert!(here.narrowed(&ids(&["https://a.test"]), "openid", &one).is_err());
        assert!(here.narrowed(&[], "openid", &one).is_err());
        assert!(here.narrowed(&both, "openid", &texts(&[OP])).is_ok());
        assert!(here.narrowed(&both, "a:read", &texts(&[OP])).is_err());
        assert!(
            here.narrowed(&ids(&["https://gone.test"]), "openid", &[])
                .is_err()
        );
    }

    #[test]
    fn scopes_of_a_resource_come_with_it_and_stay_with_it() {
        let known = known();
        let here = Resources::new(&known, OP);
        let a = ids(&["https://a.test"]);
        assert!(here.reach(&a, "a:read") && here.reach(&a, "shared") && here.reach(&a, "email"));
        assert!(!here.reach(&a, "b:read") && !here.reach(&[], "a:read"));
        let granted = "openid email a:read b:read shared";
        assert_eq!(here.scope_for(&a, granted), "a:read shared");
        assert_eq!(here.scope_for(&[], granted), "openid email");
        assert_eq!(
            here.scope_for(&ids(&[OP, "https://b.test"]), granted),
            "openid email b:read shared"
        );
    }
}
