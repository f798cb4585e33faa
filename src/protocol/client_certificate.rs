//! Certificates that clients present (RFC 8705): what a connection or a proxy's header brings, and what a client registers of its own.

use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use super::dpop::Thumbprint;
use crate::base::encoding::{base64url, from_base64};
use crate::base::secret::sha256;

/// The most certificates of a chain that are looked at.
const MAX_CHAIN: usize = 8;
/// The largest certificate, bytes.
const MAX_CERTIFICATE: usize = 16 * 1024;

/// A certificate whose private key its sender holds, as the TLS handshake proved; nothing else about it was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentedCertificate {
    leaf: Vec<u8>,
    intermediates: Vec<Vec<u8>>,
}

impl PresentedCertificate {
    /// A chain in DER, the client's own certificate first; `None` for an empty or an absurd one.
    pub fn from_chain(chain: impl IntoIterator<Item = Vec<u8>>) -> Option<Self> {
        let mut chain = chain.into_iter().take(MAX_CHAIN + 1);
        let presented = Self {
            leaf: chain.next()?,
            intermediates: chain.collect(),
        };
        let all = std::iter::once(&presented.leaf).chain(&presented.intermediates);
        let fits = presented.intermediates.len() < MAX_CHAIN
            && all
                .into_iter()
                .all(|der| !der.is_empty() && der.len() <= MAX_CERTIFICATE);
        fits.then_some(presented)
    }

    /// From the headers `Client-Cert` and `Client-Cert-Chain` (RFC 9440 section 2).
    pub fn from_rfc9440(leaf: &str, chain: &[&str]) -> Option<Self> {
        let rest = chain.iter().flat_map(|line| line.split(','));
        let all: Option<Vec<Vec<u8>>> = std::iter::once(leaf).chain(rest).map(byte_sequence).collect();
        Self::from_chain(all?)
    }

    /// From percent-encoded PEM, as nginx has it in `$ssl_client_escaped_cert`.
    pub fn from_escaped_pem(text: &str) -> Option<Self> {
        let pem = percent_decode_str(text).decode_utf8().ok()?;
        let bodies = pem
            .split("-----BEGIN CERTIFICATE-----")
            .skip(1)
            .map(|rest| rest.split("-----END CERTIFICATE-----").next().unwrap_or_default());
        let all: Option<Vec<Vec<u8>>> = bodies
            .map(|body| from_base64(&body.split_whitespace().collect::<String>()))
            .collect();
        Self::from_chain(all?)
    }

    /// The client's own certificate, DER.
    pub fn leaf(&self) -> &[u8] {
        &self.leaf
    }

    /// What it came with, DER.
    pub fn intermediates(&self) -> &[Vec<u8>] {
        &self.intermediates
    }

    /// What tokens are bound to (`x5t#S256`, RFC 8705 section 3.1).
    pub fn thumbprint(&self) -> Option<Thumbprint> {
        Thumbprint::parse(&base64url(&sha256(&self.leaf)))
    }
}

/// A byte sequence of RFC 8941: base64 between colons.
fn byte_sequence(text: &str) -> Option<Vec<u8>> {
    from_base64(text.trim().strip_prefix(':')?.strip_suffix(':')?)
}

/// How the proxies of `server.trusted_proxies` tell of the certificate that a client showed them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum CertificateHeader {
    /// Not at all: headers don't count.
    #[default]
    #[serde(rename = "")]
    Off,
    /// `Client-Cert` and `Client-Cert-Chain` (RFC 9440).
    #[serde(rename = "rfc9440")]
    Rfc9440,
    /// `X-SSL-Client-Cert` with percent-encoded PEM.
    #[serde(rename = "escaped-pem")]
    EscapedPem,
}

/// What the certificate of a client must say, for `tls_client_auth` (RFC 8705 section 2.1.2): exactly one of these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TlsClientAuth {
    /// Its subject, as RFC 4514 writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_subject_dn: Option<String>,
    /// A DNS name among its subject alternative names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_dns: Option<String>,
    /// A URI there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_uri: Option<String>,
    /// An address there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_ip: Option<String>,
    /// A mail address there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_email: Option<String>,
}

/// What a certificate must say of its subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedSubject<'a> {
    /// This distinguished name, in the form of RFC 4514.
    Dn(&'a str),
    /// This DNS name.
    Dns(&'a str),
    /// This URI.
    Uri(&'a str),
    /// This address.
    Ip(IpAddr),
    /// This mail address.
    Email(&'a str),
}

impl TlsClientAuth {
    /// The members by name, for registration.
    pub const NAMES: [&'static str; 5] = [
        "tls_client_auth_subject_dn",
        "tls_client_auth_san_dns",
        "tls_client_auth_san_uri",
        "tls_client_auth_san_ip",
        "tls_client_auth_san_email",
    ];

    /// What is expected; `None` unless exactly one member is there and can be read.
    pub fn expected(&self) -> Option<ExpectedSubject<'_>> {
        let ip = self.tls_client_auth_san_ip.as_deref();
        let given = [
            self.tls_client_auth_subject_dn
                .as_deref()
                .map(ExpectedSubject::Dn),
            self.tls_client_auth_san_dns.as_deref().map(ExpectedSubject::Dns),
            self.tls_client_auth_san_uri.as_deref().map(ExpectedSubject::Uri),
            ip.and_then(|text| text.parse().ok()).map(ExpectedSubject::Ip),
            self.tls_client_auth_san_email
                .as_deref()
                .map(ExpectedSubject::Email),
        ];
        let mut given = given.into_iter().flatten();
        let first = given.next();
        first.filter(|_| given.next().is_none())
    }

    /// Whether nothing is expected.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::encoding::base64;

    #[test]
    fn rfc9440_2_headers_are_byte_sequences() {
        let (leaf, ca, root) = (base64(b"leaf"), base64(b"ca"), base64(b"root"));
        let chain = [format!(":{ca}:, :{root}:")];
        let lines: Vec<&str> = chain.iter().map(String::as_str).collect();
        let read = PresentedCertificate::from_rfc9440(&format!(":{leaf}:"), &lines).unwrap();
        assert_eq!((read.leaf(), read.intermediates().len()), (&b"leaf"[..], 2));
        for bad in [leaf.as_str(), ":", "::", ":*:", ""] {
            assert_eq!(PresentedCertificate::from_rfc9440(bad, &[]), None, "{bad}");
        }
    }

    #[test]
    fn escaped_pem_is_read_as_nginx_writes_it() {
        let body = base64(&[0xfb; 60])
            .replace('+', "%2B")
            .replace('/', "%2F")
            .replace('=', "%3D");
        let text = format!("-----BEGIN%20CERTIFICATE-----%0A{body}%0A-----END%20CERTIFICATE-----%0A");
        assert_eq!(
            PresentedCertificate::from_escaped_pem(&text).unwrap().leaf(),
            [0xfb; 60]
        );
        for bad in [
            "",
            "%ff",
            "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----",
        ] {
            assert_eq!(PresentedCertificate::from_escaped_pem(bad), None, "{bad}");
        }
    }

    #[test]
    fn chains_have_limits() {
        assert_eq!(PresentedCertificate::from_chain(Vec::new()), None);
        assert_eq!(
            PresentedCertificate::from_chain(vec![vec![1]; MAX_CHAIN + 1]),
            None
        );
        assert!(PresentedCertificate::from_chain(vec![vec![1]; MAX_CHAIN]).is_some());
        assert_eq!(
            PresentedCertificate::from_chain(vec![vec![1; MAX_CERTIFICATE + 1]]),
            None
        );
    }

    #[test]
    fn rfc8705_2_1_2_exactly_one_subject_is_expected() {
        let mut registered = TlsClientAuth::default();
        assert_eq!(registered.expected(), None);
        registered.tls_client_auth_san_ip = Some("2001:DB8::1".to_owned());
        assert_eq!(
            registered.expected(),
            Some(ExpectedSubject::Ip("2001:db8::1".parse().unwrap()))
        );
        registered.tls_client_auth_san_dns = Some("a.test".to_owned());
        assert_eq!(registered.expected(), None);
    }
}
