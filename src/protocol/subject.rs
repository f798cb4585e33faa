//! Subject identifiers (OpenID Connect Core section 8): what a client is told of who somebody is. Clients of different sectors must not be
//! able to compare what they know, so a pairwise client gets names of its own, for people and for their sessions.
//!
//! A pairwise name is derived by keyed hashes, and can be read back by whoever holds the key. Nothing is stored for it:
//!
//! ```text
//! tag  = HMAC(key, kind, sector, name), the first 16 bytes
//! body = name XOR HMAC(key, kind, "body", sector, tag, block number) …
//! sub  = base64url(tag ‖ body)
//! ```
//!
//! The tag is both the proof that the key's holder made it and what makes the body different for each sector (the construction of RFC 5297
//! with HMAC in place of CMAC and CTR).

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::registration::{ClientMetadata, GrantType};
use crate::base::encoding::{base64url, from_base64url};
use crate::base::secret::{Secret, constant_time_eq, hmac_sha256};

const TAG: usize = 16;

/// Whether a client knows people by the name that others know them by too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// Every public client knows the same name.
    #[default]
    Public,
    /// Each sector knows another.
    Pairwise,
}

impl SubjectType {
    /// Both, as discovery lists them.
    pub const ALL: [Self; 2] = [Self::Public, Self::Pairwise];

    /// The registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Pairwise => "pairwise",
        }
    }
}

/// What a client registers for it (OpenID Connect Dynamic Client Registration 1.0 section 2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SubjectMetadata {
    /// Public or pairwise.
    pub subject_type: SubjectType,
    /// A document that lists the redirect URIs of all clients of one sector; its host names the sector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
}

impl SubjectMetadata {
    /// The members by name, for registration.
    pub const NAMES: [&'static str; 2] = ["subject_type", "sector_identifier_uri"];
}

/// What may have to stand in a client's sector document, and names its sector where it has none: its redirect URIs (section 8.1), and for
/// one that asks people away from its pages the address of its keys (CIBA Core section 4).
pub fn addresses_of_sector(client: &ClientMetadata) -> impl Iterator<Item = &str> {
    let asks = client.grant_types.contains(&GrantType::Ciba);
    let keys = client.jwks_uri.as_deref().filter(|_| asks);
    client.redirect_uris.iter().map(String::as_str).chain(keys)
}

/// The sector of a client: the host of its sector document, or the only host of its addresses. A loopback address is everybody's, and
/// names none. `None` where nothing names one.
pub fn sector_of(client: &ClientMetadata) -> Option<String> {
    if let Some(uri) = &client.subject.sector_identifier_uri {
        return Url::parse(uri).ok()?.host_str().map(str::to_owned);
    }
    let mut hosts = addresses_of_sector(client).map(own_host_of);
    let first = hosts.next()??;
    hosts.all(|host| host.as_deref() == Some(&first)).then_some(first)
}

/// The host of an address, unless it is loopback.
fn own_host_of(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    let own = match url.host()? {
        Host::Domain(name) => name != "localhost",
        Host::Ipv4(ip) => !ip.is_loopback(),
        Host::Ipv6(ip) => !ip.is_loopback(),
    };
    let host = url.host_str()?.to_owned();
    own.then_some(host)
}

/// What is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A person (`sub`).
    Person,
    /// A session (`sid`): one name for it everywhere would tell two clients that they serve the same person.
    Session,
}

impl Named {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Person => b"pairwise-sub",
            Self::Session => b"pairwise-sid",
        }
    }
}

/// The name that a sector knows somebody by; `tenant_key` must stay the same for ever.
pub fn pairwise(tenant_key: &Secret<Vec<u8>>, sector: &str, named: Named, public: &str) -> String {
    let tag = tag(tenant_key, sector, named, public.as_bytes());
    let body = veil(tenant_key, sector, named, (tag, public.as_bytes()));
    base64url(&[tag.as_slice(), &body].concat())
}

/// The public name behind a sector's; `None` for anything that was not derived for this sector with this key.
pub fn public_of(tenant_key: &Secret<Vec<u8>>, sector: &str, named: Named, pairwise: &str) -> Option<String> {
    let bytes = from_base64url(pairwise)?;
    let (held, body) = bytes.split_first_chunk::<TAG>()?;
    let public = veil(tenant_key, sector, named, (*held, body));
    constant_time_eq(&tag(tenant_key, sector, named, &public), held).then_some(())?;
    String::from_utf8(public).ok()
}

fn tag(key: &Secret<Vec<u8>>, sector: &str, named: Named, public: &[u8]) -> [u8; TAG] {
    let mac = hmac_sha256(key.expose(), &[named.label(), sector.as_bytes(), public]);
    let mut tag = [0; TAG];
    tag.iter_mut().zip(mac).for_each(|(to, from)| *to = from);
    tag
}

/// Hides a name, or shows a hidden one: the same step both ways.
fn veil(key: &Secret<Vec<u8>>, sector: &str, named: Named, (tag, text): ([u8; TAG], &[u8])) -> Vec<u8> {
    let block = |number: u32| {
        let parts = [
            named.label(),
            b"body",
            sector.as_bytes(),
            &tag,
            &number.to_be_bytes(),
        ];
        hmac_sha256(key.expose(), &parts)
    };
    let stream = (0..=u32::MAX).flat_map(block);
    text.iter().zip(stream).map(|(byte, mask)| byte ^ mask).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(redirects: &[&str]) -> ClientMetadata {
        ClientMetadata {
            redirect_uris: redirects.iter().map(|uri| (*uri).to_owned()).collect(),
            ..ClientMetadata::default()
        }
    }

    #[test]
    fn oidc_core_8_1_names_differ_by_sector_and_kind_and_read_back_there_only() {
        let key = Secret::new(vec![7; 32]);
        for public in ["s", "Q9h0aXN2b4mM2d6zv6r0vQ", &"long".repeat(60)] {
            let name = pairwise(&key, "a.test", Named::Person, public);
            assert_eq!(name, pairwise(&key, "a.test", Named::Person, public), "stable");
            assert!(name.is_ascii() && name.len() <= 255 + 128);
            let back = |key: &Secret<Vec<u8>>, sector, named| public_of(key, sector, named, &name);
            assert_eq!(back(&key, "a.test", Named::Person).as_deref(), Some(public));
            assert_eq!(back(&key, "b.test", Named::Person), None);
            assert_eq!(back(&key, "a.test", Named::Session), None);
            assert_eq!(back(&Secret::new(vec![8; 32]), "a.test", Named::Person), None);
            let other = pairwise(&key, "b.test", Named::Person, public);
            assert!(other[22..] != name[22..], "nor are the bodies alike");
        }
        for bad in ["", "AAAA", "no base64!", &"A".repeat(60)] {
            assert_eq!(public_of(&key, "a.test", Named::Person, bad), None, "{bad}");
        }
    }

    #[test]
    fn oidc_core_8_1_the_sector_is_one_host() {
        for (redirects, sector) in [
            (
                &["https://a.test/cb", "https://a.test:8443/x"][..],
                Some("a.test"),
            ),
            (&["https://a.test/cb", "https://b.test/cb"], None),
            (&["com.app:/cb"], None),
            (&["http://127.0.0.1/cb"], None),
            (&["http://localhost:3000/cb"], None),
            (&[], None),
        ] {
            assert_eq!(sector_of(&client(redirects)).as_deref(), sector, "{redirects:?}");
        }
        let mut named = client(&["https://a.test/cb", "https://b.test/cb"]);
        named.subject.sector_identifier_uri = Some("https://c.test/sector.json".to_owned());
        assert_eq!(sector_of(&named).as_deref(), Some("c.test"));
        let mut asks = client(&["https://a.test/cb"]);
        asks.jwks_uri = Some("https://keys.test/jwks".to_owned());
        assert_eq!(sector_of(&asks).as_deref(), Some("a.test"));
        asks.grant_types.push(GrantType::Ciba);
        assert_eq!(sector_of(&asks), None, "CIBA Core section 4");
    }
}
