//! Certificates of clients (RFC 8705): whose they are, who vouches for them, and TLS that asks for one without judging it.

use std::sync::Arc;
use std::time::Duration;

use crypto_glue::traits::{DecodeDer as _, EncodeDer as _};
use crypto_glue::x509::{Certificate, GeneralName, Name, SubjectAltName};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, RootCertStore, SignatureScheme};

use crate::base::timestamp::Timestamp;
use crate::protocol::client_certificate::{ExpectedSubject, PresentedCertificate};

/// Why a certificate is not accepted. For the log.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// Not a certificate.
    #[error("it cannot be read: {0}")]
    Malformed(String),
    /// Nobody who is trusted vouches for it, or not now, or not for this.
    #[error("nobody vouches for it: {0}")]
    Untrusted(String),
    /// It is somebody else's.
    #[error("its subject is another one")]
    OtherSubject,
}

/// Whether a text can name a subject (RFC 4514).
pub fn is_distinguished_name(text: &str) -> bool {
    text.parse::<Name>().is_ok_and(|name| !name.is_empty())
}

/// A certificate that was read.
#[derive(Debug)]
pub struct ClientCertificate(Certificate);

impl ClientCertificate {
    /// Reads the certificate that a client presented.
    ///
    /// # Errors
    /// [`CertificateError::Malformed`].
    pub fn read(presented: &PresentedCertificate) -> Result<Self, CertificateError> {
        let read = Certificate::from_der(presented.leaf());
        read.map(Self)
            .map_err(|error| CertificateError::Malformed(error.to_string()))
    }

    /// The public key as it stands in the certificate (`subjectPublicKey`).
    pub fn key_bits(&self) -> &[u8] {
        let key = self.0.tbs_certificate().subject_public_key_info();
        key.subject_public_key.as_bytes().unwrap_or_default()
    }

    /// The public key with its algorithm (`SubjectPublicKeyInfo`), DER.
    pub fn key_info(&self) -> Vec<u8> {
        let key = self.0.tbs_certificate().subject_public_key_info();
        key.to_der().unwrap_or_default()
    }

    /// Checks whose it is (RFC 8705 section 2.1).
    ///
    /// # Errors
    /// [`CertificateError::OtherSubject`].
    pub fn check_subject(&self, expected: &ExpectedSubject<'_>) -> Result<(), CertificateError> {
        let names = self.0.tbs_certificate().get_extension::<SubjectAltName>();
        let names =
            names.map_err(|error: crypto_glue::der::Error| CertificateError::Malformed(error.to_string()))?;
        let names = names.map(|(_, names)| names.0).unwrap_or_default();
        let fits = match expected {
            // Written the same way, however its strings are encoded.
            ExpectedSubject::Dn(text) => text
                .parse::<Name>()
                .is_ok_and(|name| name.to_string() == self.0.tbs_certificate().subject().to_string()),
            ExpectedSubject::Dns(name) => names.iter().any(
                |found| matches!(found, GeneralName::DnsName(found) if found.as_str().eq_ignore_ascii_case(name)),
            ),
            ExpectedSubject::Uri(uri) => names.iter().any(
                |found| matches!(found, GeneralName::UniformResourceIdentifier(found) if found.as_str() == *uri),
            ),
            ExpectedSubject::Ip(ip) => names.contains(&GeneralName::from(*ip)),
            ExpectedSubject::Email(address) => names.iter().any(
                |found| matches!(found, GeneralName::Rfc822Name(found) if found.as_str() == *address),
            ),
        };
        fits.then_some(()).ok_or(CertificateError::OtherSubject)
    }
}

/// Who vouches for certificates of clients.
#[derive(Debug)]
pub struct ClientAuthorities(Arc<dyn ClientCertVerifier>);

impl ClientAuthorities {
    /// Reads certificates in PEM.
    ///
    /// # Errors
    /// [`CertificateError::Malformed`] when one can't be used, or there is none.
    pub fn from_pem(pem: &str) -> Result<Self, CertificateError> {
        let malformed = |error: &dyn std::fmt::Display| CertificateError::Malformed(error.to_string());
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|error| malformed(&error))?;
            roots.add(certificate).map_err(|error| malformed(&error))?;
        }
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider());
        Ok(Self(verifier.build().map_err(|error| malformed(&error))?))
    }

    /// Checks that an authority vouches for a certificate, now, and for authenticating a client (RFC 5280 section 6; where the extended
    /// key usage is restricted, `clientAuth` must be among it). Revocation lists are not asked.
    ///
    /// # Errors
    /// [`CertificateError::Untrusted`].
    pub fn check(&self, presented: &PresentedCertificate, now: Timestamp) -> Result<(), CertificateError> {
        let leaf = CertificateDer::from(presented.leaf());
        let intermediates: Vec<CertificateDer<'_>> = presented
            .intermediates()
            .iter()
            .map(|der| CertificateDer::from(der.as_slice()))
            .collect();
        let secs = u64::try_from(now.secs()).unwrap_or(0);
        let now = UnixTime::since_unix_epoch(Duration::from_secs(secs));
        let checked = self.0.verify_client_cert(&leaf, &intermediates, now);
        checked
            .map(|_| ())
            .map_err(|error| CertificateError::Untrusted(error.to_string()))
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// Asks each connection for a certificate and takes any, or none: which one will do is for the tenant and the client to say, and neither
/// is known at the handshake. That the sender holds its private key is checked here, as ever.
#[derive(Debug)]
pub struct AnyClientCertificate(Arc<CryptoProvider>);

impl AnyClientCertificate {
    /// For a listener.
    pub fn verifier() -> Arc<dyn ClientCertVerifier> {
        Arc::new(Self(provider()))
    }
}

impl ClientCertVerifier for AnyClientCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests;
