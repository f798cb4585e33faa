//! Errors of the endpoints that clients call: RFC 6749 section 5.2 and RFC 6750 section 3.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

use crate::oidc::OidcError;
use crate::oidc::userinfo::UserInfoError;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::store::StoreError;
use crate::tenants::TenantError;

/// An OAuth error as JSON.
#[derive(Debug)]
pub struct OAuthJson {
    error: OAuthError,
    status: StatusCode,
    /// Whether the client used HTTP Basic, which then must be challenged (RFC 6749 section 5.2).
    basic: bool,
}

impl OAuthJson {
    /// Marks that the client used the `Authorization` header.
    #[must_use]
    pub fn challenged(mut self, used_basic: bool) -> Self {
        self.basic = used_basic;
        self
    }

    /// The code, for counting.
    pub const fn code(&self) -> ErrorCode {
        self.error.code
    }
}

impl From<OAuthError> for OAuthJson {
    fn from(error: OAuthError) -> Self {
        let status = match error.code {
            ErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
            ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        Self {
            error,
            status,
            basic: false,
        }
    }
}

fn unavailable(detail: impl fmt::Display) -> OAuthError {
    OAuthError::new(ErrorCode::TemporarilyUnavailable, "try again in a moment")
        .with_detail(detail.to_string())
}

fn internal(detail: impl fmt::Display) -> OAuthError {
    OAuthError::new(ErrorCode::ServerError, "something went wrong on our side")
        .with_detail(detail.to_string())
}

impl From<StoreError> for OAuthJson {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Unavailable(_) => unavailable(error).into(),
            other => internal(other).into(),
        }
    }
}

impl From<OidcError> for OAuthJson {
    fn from(error: OidcError) -> Self {
        match error {
            OidcError::OAuth(error) => error.into(),
            OidcError::Store(error) => error.into(),
            OidcError::Internal(detail) => internal(detail).into(),
        }
    }
}

impl From<TenantError> for OAuthJson {
    fn from(error: TenantError) -> Self {
        match error {
            TenantError::Unknown => {
                let mut json = Self::from(OAuthError::invalid_request("there is no such issuer"));
                json.status = StatusCode::NOT_FOUND;
                json
            }
            TenantError::Store(error) => error.into(),
            other => internal(other).into(),
        }
    }
}

impl fmt::Display for OAuthJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl ResponseError for OAuthJson {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let detail = self.error.detail.as_deref().unwrap_or("");
        if self.status.is_server_error() {
            tracing::error!(target: "tidegate::http", code = "oauth.error", error = self.error.code.as_str(), detail);
        } else {
            tracing::debug!(target: "tidegate::http", code = "oauth.refused", error = self.error.code.as_str(), detail);
        }
        let mut response = HttpResponse::build(self.status);
        response.insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")));
        if self.basic && self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"client\""),
            ));
        }
        response.json(json!({
            "error": self.error.code.as_str(),
            "error_description": self.error.description,
        }))
    }
}

/// A bearer challenge.
#[derive(Debug)]
pub struct BearerError {
    status: StatusCode,
    /// Absent when no token came at all (RFC 6750 section 3.1).
    error: Option<(ErrorCode, &'static str)>,
    detail: Option<String>,
}

impl BearerError {
    /// No token came.
    pub const fn missing() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            error: None,
            detail: None,
        }
    }

    /// The request itself is wrong.
    pub const fn bad_request(words: &'static str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error: Some((ErrorCode::InvalidRequest, words)),
            detail: None,
        }
    }
}

impl From<UserInfoError> for BearerError {
    fn from(error: UserInfoError) -> Self {
        match error {
            UserInfoError::InvalidToken => Self {
                status: StatusCode::UNAUTHORIZED,
                error: Some((ErrorCode::InvalidToken, "the access token is not valid")),
                detail: None,
            },
            UserInfoError::InsufficientScope => Self {
                status: StatusCode::FORBIDDEN,
                error: Some((
                    ErrorCode::InsufficientScope,
                    "the token was not granted scope openid",
                )),
                detail: None,
            },
            UserInfoError::Oidc(error) => Self {
                status: StatusCode::SERVICE_UNAVAILABLE,
                error: Some((ErrorCode::TemporarilyUnavailable, "try again in a moment")),
                detail: Some(format!("{error:?}")),
            },
        }
    }
}

impl fmt::Display for BearerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.error)
    }
}

impl ResponseError for BearerError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        if let Some(detail) = &self.detail {
            tracing::error!(target: "tidegate::http", code = "bearer.error", detail);
        }
        let mut response = HttpResponse::build(self.status);
        response.insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")));
        let challenge = match self.error {
            None => "Bearer".to_owned(),
            Some((code, words)) => {
                format!(
                    "Bearer error=\"{}\", error_description=\"{words}\"",
                    code.as_str()
                )
            }
        };
        if let Ok(value) = HeaderValue::from_str(&challenge) {
            response.insert_header((header::WWW_AUTHENTICATE, value));
        }
        match self.error {
            None => response.finish(),
            Some((code, words)) => response.json(json!({"error": code.as_str(), "error_description": words})),
        }
    }
}
