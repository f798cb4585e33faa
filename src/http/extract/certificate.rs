//! The certificate that a client showed: to our own listener, or to a proxy of ours that tells of it.

use actix_web::HttpRequest;

use crate::http::context::Web;
use crate::protocol::client_certificate::{CertificateHeader, PresentedCertificate};

/// The certificate of a request. Headers count only from our own proxies; from anybody else they are passed over (defect 16).
pub(super) fn presented(web: &Web, request: &HttpRequest) -> Option<PresentedCertificate> {
    if let Some(shown) = request.conn_data::<PresentedCertificate>() {
        return Some(shown.clone());
    }
    let peer = request.peer_addr()?;
    if !web.proxies.contains(peer.ip()) {
        return None;
    }
    let all = |name: &str| -> Vec<&str> {
        let values = request.headers().get_all(name);
        values.filter_map(|value| value.to_str().ok()).collect()
    };
    // A header that came twice was not written by the proxy alone.
    let only = |name: &str| match all(name).as_slice() {
        [value] if !value.is_empty() => Some(*value),
        _ => None,
    };
    match web.certificate_header {
        CertificateHeader::Off => None,
        CertificateHeader::Rfc9440 => {
            PresentedCertificate::from_rfc9440(only("client-cert")?, &all("client-cert-chain"))
        }
        CertificateHeader::EscapedPem => PresentedCertificate::from_escaped_pem(only("x-ssl-client-cert")?),
    }
}
