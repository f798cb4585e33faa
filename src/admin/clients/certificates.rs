//! What a client registers of its certificates (RFC 8705 section 2).

use super::metadata::refuse;
use crate::crypto::certificate::is_distinguished_name;
use crate::domain::client::{ClientAuthMethod, ClientMetadata};
use crate::protocol::client_certificate::{ExpectedSubject, TlsClientAuth};
use crate::protocol::error::OAuthError;

/// The longest name of a subject.
const MAX_NAME: usize = 1_024;

/// Checks the members that belong to `tls_client_auth` and `self_signed_tls_client_auth`.
pub(super) fn check(metadata: &ClientMetadata) -> Result<(), OAuthError> {
    let registered = &metadata.tls_client_auth;
    match metadata.token_endpoint_auth_method {
        ClientAuthMethod::TlsClientAuth => subject(registered),
        method if !registered.is_empty() => Err(refuse(format!(
            "what a certificate must say belongs to tls_client_auth, not to {}",
            method.name()
        ))),
        ClientAuthMethod::SelfSignedTlsClientAuth
            if metadata.jwks.is_none() && metadata.jwks_uri.is_none() =>
        {
            Err(refuse("self_signed_tls_client_auth needs jwks or jwks_uri"))
        }
        _ => Ok(()),
    }
}

fn subject(registered: &TlsClientAuth) -> Result<(), OAuthError> {
    let usable =
        |text: &str| !text.is_empty() && text.len() <= MAX_NAME && !text.chars().any(char::is_control);
    let fits = match registered.expected() {
        None => false,
        Some(ExpectedSubject::Dn(text)) => usable(text) && is_distinguished_name(text),
        Some(ExpectedSubject::Dns(text) | ExpectedSubject::Uri(text) | ExpectedSubject::Email(text)) => {
            usable(text)
        }
        Some(ExpectedSubject::Ip(_)) => true,
    };
    if fits {
        return Ok(());
    }
    let names = TlsClientAuth::NAMES.join(", ");
    Err(refuse(format!(
        "tls_client_auth needs exactly one of {names}, well-formed"
    )))
}
