//! Errors as pages: plain words, a reference code, a way on. What went wrong inside is logged once, here.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};

use crate::http::views::ends::{Detail, ErrorKind, ErrorPage};
use crate::http::views::{Chrome, Link, Template};
use crate::oidc::OidcError;
use crate::protocol::error::ErrorCode;
use crate::signin::SignInError;
use crate::store::StoreError;
use crate::tenants::TenantError;

/// An error that is shown as a page.
pub struct PageError {
    kind: ErrorKind,
    status: StatusCode,
    chrome: Option<Box<Chrome>>,
    primary: Option<Link>,
    detail: Option<Box<Detail>>,
    cause: Option<String>,
}

impl PageError {
    /// An error of a kind, with the status that fits it.
    pub fn new(kind: ErrorKind) -> Self {
        let status = match kind {
            ErrorKind::BadRequest
            | ErrorKind::RedirectUri
            | ErrorKind::UnknownClient
            | ErrorKind::OtherBrowser
            | ErrorKind::LinkSpent => StatusCode::BAD_REQUEST,
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::Forgery | ErrorKind::Forbidden | ErrorKind::CoolsDown => StatusCode::FORBIDDEN,
            ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorKind::Busy => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self {
            kind,
            status,
            chrome: None,
            primary: None,
            detail: None,
            cause: None,
        }
    }

    /// Ours; the log gets the cause, the page does not.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self {
            cause: Some(cause.to_string()),
            ..Self::new(ErrorKind::Internal)
        }
    }

    /// The page around it.
    #[must_use]
    pub fn with_chrome(mut self, chrome: Chrome) -> Self {
        self.chrome.get_or_insert_with(|| Box::new(chrome));
        self
    }

    /// The way on.
    #[must_use]
    pub fn with_primary(mut self, link: Link) -> Self {
        self.primary = Some(link);
        self
    }

    /// What a developer may see.
    #[must_use]
    pub fn with_detail(mut self, detail: Option<Detail>) -> Self {
        self.detail = detail.map(Box::new);
        self
    }

    /// What the log should know.
    #[must_use]
    pub fn with_cause(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }
}

impl From<OidcError> for PageError {
    fn from(error: OidcError) -> Self {
        match error {
            OidcError::OAuth(error) if error.code == ErrorCode::TemporarilyUnavailable => {
                Self::new(ErrorKind::Busy).with_cause(error)
            }
            OidcError::Throttled(_) => Self::new(ErrorKind::Busy).with_cause("throttled"),
            OidcError::OAuth(error) => Self::new(ErrorKind::BadRequest).with_cause(error),
            OidcError::Store(error) => error.into(),
            OidcError::Internal(cause) => Self::internal(cause),
        }
    }
}

impl fmt::Debug for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PageError({:?}, {:?})", self.kind, self.cause)
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind.name())
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let reference = self
            .chrome
            .as_ref()
            .map(|chrome| chrome.reference.clone())
            .unwrap_or_default();
        if self.status.is_server_error() {
            tracing::error!(target: "tidegate::http", code = "page.error", kind = self.kind.name(), reference,
                cause = self.cause.as_deref().unwrap_or(""));
        } else {
            tracing::info!(target: "tidegate::http", code = "page.refused", kind = self.kind.name(), reference,
                cause = self.cause.as_deref().unwrap_or(""));
        }
        let body = self.chrome.as_ref().and_then(|chrome| {
            let page = ErrorPage {
                chrome: chrome.as_ref().clone(),
                kind: self.kind,
                primary: self.primary.clone(),
                detail: self.detail.as_deref().cloned(),
            };
            page.render().ok()
        });
        let mut response = HttpResponse::build(self.status);
        if self.kind == ErrorKind::Busy {
            response.insert_header((header::RETRY_AFTER, HeaderValue::from_static("5")));
        }
        match body {
            Some(html) => response.content_type("text/html; charset=utf-8").body(html),
            None => response
                .content_type("text/plain; charset=utf-8")
                .body(self.kind.name()),
        }
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Unavailable(_) => Self::new(ErrorKind::Busy).with_cause(error),
            other => Self::internal(other),
        }
    }
}

impl From<TenantError> for PageError {
    fn from(error: TenantError) -> Self {
        match error {
            TenantError::Unknown => Self::new(ErrorKind::NotFound),
            TenantError::Store(inner) => inner.into(),
            other => Self::internal(other),
        }
    }
}

impl From<SignInError> for PageError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::OtherBrowser => Self::new(ErrorKind::OtherBrowser),
            SignInError::Busy => Self::new(ErrorKind::Busy),
            SignInError::Store(inner) => inner.into(),
            // Drawn as pages of their own by the sign-in handlers.
            SignInError::Expired | SignInError::Throttled(_) => {
                Self::new(ErrorKind::LinkSpent).with_cause(error)
            }
            SignInError::Envelope(_) | SignInError::Unreadable => Self::internal(error),
        }
    }
}
