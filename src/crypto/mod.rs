//! Cryptography with a library behind each door: keys at rest, signatures, encryption to clients, certificates of clients, password hashes (ours and others'),
//! WebAuthn.

pub mod attestation;
pub mod certificate;
pub mod envelope;
pub mod hasher;
pub mod jwe;
pub mod jwt;
pub mod key_set;
pub mod signer;
pub mod stored_hash;
pub mod web_push;
pub mod webauthn;

/// Picks aws-lc-rs for everything that would otherwise have to guess (TLS and JWS). Safe to call more than once.
pub fn install_providers() {
    // An error means that a provider is installed already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
}
