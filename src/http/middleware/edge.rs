//! The outermost layer: gives the request its reference, refuses hosts that are not ours, and writes the log line.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse};

use crate::base::clock::Stopwatch;
use crate::base::ids::Reference;
use crate::http::context::{RequestReference, Shared, host_of};

/// The response header with the reference code.
const REFERENCE: HeaderName = HeaderName::from_static("tidegate-reference");

/// Wraps every request of the public listener.
///
/// # Errors
/// What the handlers give.
pub async fn edge(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let watch = Stopwatch::start();
    let Some(web) = request.app_data::<Shared>().cloned() else {
        return Ok(request.into_response(HttpResponse::InternalServerError().finish()));
    };
    let reference = Reference::of(web.platform.random().uuid(web.platform.now()));
    request
        .extensions_mut()
        .insert(RequestReference(reference.clone()));
    let (origins, host) = (&web.platform.origins, host_of(request.headers(), request.uri()));
    let host_known = origins.place_of(&host).is_some() || origins.mtls_place_of(&host).is_some();
    let from_proxy = request
        .peer_addr()
        .is_some_and(|peer| web.proxies.contains(peer.ip()));
    let mut response = if host_known || from_proxy {
        next.call(request).await?.map_into_boxed_body()
    } else {
        // RFC 9110 section 15.5.20: we answer for our own names only.
        let refused = HttpResponse::MisdirectedRequest()
            .content_type("text/plain; charset=utf-8")
            .body("This server does not answer for that host name.\n");
        request.into_response(refused)
    };
    if let Ok(value) = HeaderValue::from_str(reference.as_str()) {
        response.headers_mut().insert(REFERENCE, value);
    }
    // The path holds no secret; the query may, and is never logged.
    tracing::debug!(
        target: "tidegate::http",
        code = "request",
        method = %response.request().method(),
        path = response.request().path(),
        status = response.status().as_u16(),
        micros = u64::try_from(watch.elapsed().as_micros()).unwrap_or(u64::MAX),
        reference = reference.as_str(),
    );
    Ok(response)
}
