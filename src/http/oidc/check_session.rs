//! The page that apps open in a frame to ask whether the session is still the same (OpenID Connect Session Management 1.0 section 3.3).

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};

use crate::http::context::Ctx;
use crate::http::cookies::{Jar, Kind};
use crate::http::errors::PageError;
use crate::http::middleware::{ANY_FRAME, ANY_FRAME_CSP};
use crate::http::pages::draw::html;
use crate::http::views::steps::CheckSession;

/// `GET {issuer}/check-session`.
pub async fn check_session(ctx: Ctx) -> Result<HttpResponse, PageError> {
    let mut response = html(&CheckSession {
        chrome: ctx.chrome(),
        cookie: Jar::new(&ctx.realm).name(Kind::State),
    })?;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(ANY_FRAME_CSP),
    );
    headers.insert(ANY_FRAME, HeaderValue::from_static("1"));
    Ok(response)
}
