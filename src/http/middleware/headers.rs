//! Security headers (OWASP ASVS 5 chapter 3, people.md U18).

use std::collections::BTreeSet;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use url::Url;

use crate::http::context::Shared;

/// The policy of pages.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// The policy of pages inside an authorization transaction: browsers apply `form-action` to every later redirect, the app's
/// own included, so it is left out there.
const CSP_TRANSACTION: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The policy of the authenticator's page, which can be installed.
pub const AUTHENTICATOR_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The policy of a page that opens these addresses in frames: of each its origin, and nothing else besides what pages may do.
pub fn framing(frames: &[String]) -> HeaderValue {
    let origins: BTreeSet<String> = frames
        .iter()
        .filter_map(|frame| Url::parse(frame).ok())
        .map(|url| url.origin().ascii_serialization())
        .collect();
    let origins: Vec<String> = origins.into_iter().collect();
    let policy = match origins.as_slice() {
        [] => CSP.to_owned(),
        some => format!("{CSP}; frame-src {}", some.join(" ")),
    };
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(CSP))
}

/// The policy of the page that apps of any origin open in a frame: it shows nothing that could be clicked.
pub const ANY_FRAME_CSP: &str =
    "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *";
/// A marker header by which that page asks not to be kept out of frames; it never leaves the server.
pub const ANY_FRAME: HeaderName = HeaderName::from_static("x-tidegate-framed");

/// A marker header by which a handler asks for the transaction's policy; it never leaves the server.
pub const NO_FORM_ACTION: HeaderName = HeaderName::from_static("x-tidegate-transaction");

/// Adds the headers.
///
/// # Errors
/// What the handlers give.
pub async fn secure_headers(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    // Our own address decides, not what a header says about the connection.
    let https = request.app_data::<Shared>().is_some_and(|web| {
        let first = web.platform.origins.all().first();
        first.is_some_and(|url| url.scheme() == "https")
    });
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    let transaction = headers.remove(NO_FORM_ACTION).next().is_some();
    let framed = headers.remove(ANY_FRAME).next().is_some();
    let add = |headers: &mut HeaderMap, name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    add(
        headers,
        header::CONTENT_SECURITY_POLICY,
        if transaction { CSP_TRANSACTION } else { CSP },
    );
    add(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if !framed {
        add(headers, header::X_FRAME_OPTIONS, "DENY");
    }
    add(headers, header::REFERRER_POLICY, "same-origin");
    add(headers, header::CACHE_CONTROL, "no-store");
    add(
        headers,
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    add(
        headers,
        HeaderName::from_static("cross-origin-resource-policy"),
        if framed { "cross-origin" } else { "same-origin" },
    );
    add(
        headers,
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=()",
    );
    if https {
        add(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    Ok(response)
}
