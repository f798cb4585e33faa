//! Errors of the endpoints that clients call: RFC 6749 section 5.2 and RFC 6750 section 3.

use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

use crate::oidc::OidcError;
use crate::oidc::userinfo::UserInfoError;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::metadata::ASSERTION_ALGS;
use crate::store::StoreError;
use crate::tenants::TenantError;

/// An OAuth error as JSON.
#[derive(Debug)]
pub struct OAuthJson {
    error: OAuthError,
    status: StatusCode,
    /// Whether the client used HTTP Basic, which then must be challenged (RFC 6749 section 5.2).
    basic: bool,
    /// The nonce that proofs of possession must carry, for a request that came with one (RFC 9449 section 8).
    nonce: Option<String>,
    /// When to come again.
    retry_after: Option<Duration>,
}

/// When to come again after an overload.
const SOON: Duration = Duration::from_secs(5);

impl OAuthJson {
    /// Marks that the client used the `Authorization` header.
    #[must_use]
    pub fn challenged(mut self, used_basic: bool) -> Self {
        self.basic = used_basic;
        self
    }

    /// Answers `access_denied` with status 403.
    #[must_use]
    pub fn with_refusals_forbidden(mut self) -> Self {
        if self.error.code == ErrorCode::AccessDenied {
            self.status = StatusCode::FORBIDDEN;
        }
        self
    }

    /// Tells which nonce the next proof must carry.
    #[must_use]
    pub fn with_nonce(mut self, nonce: Option<String>) -> Self {
        self.nonce = nonce;
        self
    }

    /// The same error with another status.
    pub(super) const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
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
            nonce: None,
            retry_after: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(SOON),
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
            OidcError::Throttled(wait) => {
                let words = "too many requests; try again later";
                Self {
                    status: StatusCode::TOO_MANY_REQUESTS,
                    retry_after: Some(wait),
                    ..OAuthError::new(ErrorCode::TemporarilyUnavailable, words).into()
                }
            }
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
        if let Some(nonce) = &self.nonce {
            response.insert_header(("dpop-nonce", nonce.as_str()));
        }
        if let Some(wait) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, wait.as_secs()));
        }
        response.json(json!({
            "error": self.error.code.as_str(),
            "error_description": self.error.description,
        }))
    }
}

/// What a resource asks for: how a token is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// RFC 6750.
    Bearer,
    /// RFC 9449 section 7.1.
    DPoP,
}

impl Challenge {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Bearer, Self::DPoP];

    /// The authentication scheme.
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::DPoP => "DPoP",
        }
    }

    /// The value of `WWW-Authenticate`.
    fn text(self, error: Option<&(ErrorCode, String)>) -> String {
        let mut members = Vec::new();
        if let Some((code, words)) = error {
            members.push(format!("error=\"{}\"", code.as_str()));
            members.push(format!("error_description=\"{words}\""));
        }
        if self == Self::DPoP {
            members.push(format!("algs=\"{}\"", ASSERTION_ALGS.join(" ")));
        }
        format!("{} {}", self.scheme(), members.join(", "))
            .trim_end()
            .to_owned()
    }
}

/// Why a token was not accepted.
#[derive(Debug)]
pub struct BearerError {
    status: StatusCode,
    /// Absent when no token came at all (RFC 6750 section 3.1).
    error: Option<(ErrorCode, String)>,
    detail: Option<String>,
    challenge: Challenge,
    nonce: Option<String>,
}

impl BearerError {
    fn new(status: StatusCode, error: Option<(ErrorCode, String)>) -> Self {
        Self {
            status,
            error,
            detail: None,
            challenge: Challenge::Bearer,
            nonce: None,
        }
    }

    /// No token came.
    pub fn missing() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, None)
    }

    /// The token does not hold.
    pub fn invalid_token() -> Self {
        let words = "the token is not valid".to_owned();
        Self::new(StatusCode::UNAUTHORIZED, Some((ErrorCode::InvalidToken, words)))
    }

    /// The request itself is wrong.
    pub fn bad_request(words: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            Some((ErrorCode::InvalidRequest, words.to_owned())),
        )
    }

    /// Answers in the scheme that the token came by, with the nonce for the next proof.
    #[must_use]
    pub fn challenging(self, challenge: Challenge, nonce: Option<String>) -> Self {
        Self {
            challenge,
            nonce,
            ..self
        }
    }
}

impl From<UserInfoError> for BearerError {
    fn from(error: UserInfoError) -> Self {
        let (status, code, words) = match error {
            UserInfoError::InvalidToken => (
                StatusCode::UNAUTHORIZED,
                ErrorCode::InvalidToken,
                "the access token is not valid".to_owned(),
            ),
            UserInfoError::InsufficientScope => (
                StatusCode::FORBIDDEN,
                ErrorCode::InsufficientScope,
                "the token was not granted scope openid".to_owned(),
            ),
            UserInfoError::Proof(error) => (StatusCode::UNAUTHORIZED, error.code, error.description),
            UserInfoError::Oidc(error) => {
                let words = "try again in a moment".to_owned();
                return Self {
                    detail: Some(format!("{error:?}")),
                    ..Self::new(
                        StatusCode::SERVICE_UNAVAILABLE,
                        Some((ErrorCode::TemporarilyUnavailable, words)),
                    )
                };
            }
        };
        Self::new(status, Some((code, words)))
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
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header((header::RETRY_AFTER, SOON.as_secs()));
        }
        // Without a token both ways are open; with one, it is the way that it came by.
        let asked: &[Challenge] = match &self.error {
            None => &Challenge::ALL,
            Some(_) => std::slice::from_ref(&self.challenge),
        };
        for challenge in asked {
            if let Ok(value) = HeaderValue::from_str(&challenge.text(self.error.as_ref())) {
                response.append_header((header::WWW_AUTHENTICATE, value));
            }
        }
        if let Some(nonce) = &self.nonce {
            response.insert_header(("dpop-nonce", nonce.as_str()));
        }
        match &self.error {
            None => response.finish(),
            Some((code, words)) => response.json(json!({"error": code.as_str(), "error_description": words})),
        }
    }
}
