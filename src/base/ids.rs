//! Ids as distinct types, so that a tenant id is never taken for a user id.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::encoding::crockford;

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

uuid_ids! {
    /// A tenant: an isolated realm with its own issuer.
    TenantId;
    /// A user of one tenant. Internal; apps see the `sub`.
    UserId;
    /// A stored factor of a user.
    CredentialId;
    /// An SSO session. Internal; apps see the `sid`.
    SessionId;
    /// A browser, as the cookie names it; shared by tenants on one host, so tenants never see it.
    BrowserId;
    /// A device record: one browser of one user.
    DeviceId;
    /// A sign-in under way (the login transaction).
    LoginId;
    /// A recovery of an account whose owner lost the factors.
    RecoveryId;
    /// A temporary access pass of a user.
    AccessPassId;
    /// Evidence of a verified identity.
    EvidenceId;
    /// What a user (or a service) granted a client: the root of its tokens.
    GrantId;
    /// A recorded decision.
    DecisionId;
    /// A signing key's row.
    KeyId;
    /// A version of a policy.
    PolicyId;
    /// An event or audit entry.
    EventId;
    /// A mail in the delivery log.
    MailId;
    /// An initial access token: what lets an app register itself.
    InitialAccessTokenId;
}

/// A client's id as the client sends it (RFC 6749 section 2.2): 1 to 255 printable ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ClientId(String);

impl ClientId {
    /// Checks the characters of a client id (VSCHAR of RFC 6749 appendix A.1).
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=255).contains(&text.len()) && text.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
        fits.then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ClientId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a client id"))
    }
}

/// A tenant's name in URLs: `[a-z0-9](-?[a-z0-9])*`, up to 63 characters, never changed. `system` is reserved for the
/// operators' tenant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Slug(String);

impl Slug {
    /// The operators' tenant.
    pub const SYSTEM: &'static str = "system";

    /// Checks the form of a slug.
    pub fn parse(text: &str) -> Option<Self> {
        let characters = text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let dashes = !text.starts_with('-') && !text.ends_with('-') && !text.contains("--");
        ((1..=63).contains(&text.len()) && characters && dashes).then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a tenant slug"))
    }
}

/// The code that a person reads to support: 8 Crockford characters taken from a request's id. It stands in the
/// response header, the log, the page and the decision.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reference(String);

impl Reference {
    /// The reference of a request.
    pub fn of(request: Uuid) -> Self {
        // The tail of a version 7 id is random; its head is time and would repeat.
        let bytes = request.as_bytes();
        Self(crockford(bytes.get(11..).unwrap_or_default(), 8))
    }

    /// A reference as somebody typed it: case, spaces and dashes don't matter, and I, L, O read as 1, 1, 0.
    pub fn parse(text: &str) -> Option<Self> {
        let folded: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| match c.to_ascii_uppercase() {
                'I' | 'L' => '1',
                'O' => '0',
                other => other,
            })
            .collect();
        (folded.len() == 8 && folded.bytes().all(|b| b.is_ascii_alphanumeric() && b != b'U'))
            .then_some(Self(folded))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for good in ["a", "demo", "a-b-1", "0"] {
            assert!(Slug::parse(good).is_some(), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "A", "ä", "a_b", &"a".repeat(64)] {
            assert!(Slug::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn references_survive_being_read_aloud() {
        let reference = Reference::of(Uuid::from_u128(0x1234_5678_9abc_def0_1234_5678_9abc_def0));
        let spoken = reference
            .as_str()
            .to_lowercase()
            .replace('0', "o")
            .replace('1', "l");
        assert_eq!(
            Reference::parse(&format!("{} {}", &spoken[..4], &spoken[4..])),
            Some(reference)
        );
    }

    #[test]
    fn client_ids_are_printable_ascii() {
        assert!(ClientId::parse("demo-rp").is_some());
        assert!(
            ClientId::parse("").is_none()
                && ClientId::parse("a\nb").is_none()
                && ClientId::parse("ü").is_none()
        );
    }
}
