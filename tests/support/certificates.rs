//! Certificate authorities, certificates of clients, and HTTP clients that show them.

use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair, SanType,
    date_time_ymd,
};
use tidegate::base::encoding::base64;

/// A certificate authority.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate with its key.
pub struct Own {
    pub der: Vec<u8>,
    pub pem: String,
    pub key: KeyPair,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        tidegate::crypto::install_providers();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn pem(&self) -> String {
        pem("CERTIFICATE", self.0.as_ref().der())
    }

    /// Issues a certificate to `CN={name},O=Acme`, valid in 2026, with a change.
    pub fn issue(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Own {
        let mut params = named(name);
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let made = params.signed_by(&key, &self.0).unwrap();
        Own::of(made.der().to_vec(), key)
    }
}

impl Own {
    /// A certificate that only its owner vouches for.
    pub fn self_signed(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let made = named(name).self_signed(&key).unwrap();
        Self::of(made.der().to_vec(), key)
    }

    fn of(der: Vec<u8>, key: KeyPair) -> Self {
        Self {
            pem: pem("CERTIFICATE", &der),
            der,
            key,
        }
    }

    fn key_pem(&self) -> String {
        pem("PRIVATE KEY", self.key.serialized_der())
    }

    /// Writes certificate and key to files, as a server reads them.
    pub fn write(&self, cert: &Path, key: &Path) {
        std::fs::write(cert, &self.pem).unwrap();
        std::fs::write(key, self.key_pem()).unwrap();
    }
}

/// A certificate of a server on loopback.
pub fn for_localhost(authority: &Authority) -> Own {
    authority.issue("localhost", |params| {
        params.subject_alt_names = vec![SanType::DnsName("localhost".try_into().unwrap())];
        params.not_after = date_time_ymd(2090, 1, 1);
    })
}

/// An HTTP client that trusts an authority, and shows a certificate where it has one.
pub fn client_showing(trusts: &Authority, shows: Option<&Own>) -> reqwest::Client {
    let trusted = reqwest::Certificate::from_pem(trusts.pem().as_bytes()).unwrap();
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .add_root_certificate(trusted);
    if let Some(own) = shows {
        let both = format!("{}{}", own.pem, own.key_pem());
        builder = builder.identity(reqwest::Identity::from_pem(both.as_bytes()).unwrap());
    }
    builder.build().unwrap()
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 1);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Acme");
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// Bytes as PEM text.
pub fn pem(label: &str, der: &[u8]) -> String {
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        base64(der)
    )
}
