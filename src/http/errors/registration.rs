//! Errors of client registration: RFC 7591 section 3.2.2 as JSON, and RFC 6750 section 3 where a token is missing or does not hold.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use super::{BearerError, OAuthJson};
use crate::admin::clients::dynamic::RegistrationError;
use crate::oidc::OidcError;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::tenants::TenantError;

/// Why a registration was refused.
#[derive(Debug)]
pub enum RegistrationRefusal {
    /// What was asked.
    OAuth(OAuthJson),
    /// Who asked.
    Bearer(BearerError),
}

impl From<RegistrationError> for RegistrationRefusal {
    fn from(error: RegistrationError) -> Self {
        match error {
            RegistrationError::OAuth(error) => Self::OAuth(error.into()),
            RegistrationError::TokenMissing => Self::Bearer(BearerError::missing()),
            RegistrationError::TokenInvalid => Self::Bearer(BearerError::invalid_token()),
            RegistrationError::Off => {
                let words = "this issuer does not register clients";
                let refused = OAuthJson::from(OAuthError::new(ErrorCode::AccessDenied, words));
                Self::OAuth(refused.with_status(StatusCode::FORBIDDEN))
            }
            RegistrationError::Throttled(wait) => Self::OAuth(OidcError::Throttled(wait).into()),
            RegistrationError::Store(error) => Self::OAuth(error.into()),
            RegistrationError::Internal(detail) => Self::OAuth(OidcError::Internal(detail).into()),
        }
    }
}

impl From<OAuthError> for RegistrationRefusal {
    fn from(error: OAuthError) -> Self {
        Self::OAuth(error.into())
    }
}

impl From<OAuthJson> for RegistrationRefusal {
    fn from(error: OAuthJson) -> Self {
        Self::OAuth(error)
    }
}

impl From<TenantError> for RegistrationRefusal {
    fn from(error: TenantError) -> Self {
        Self::OAuth(error.into())
    }
}

impl fmt::Display for RegistrationRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OAuth(error) => error.fmt(f),
            Self::Bearer(error) => error.fmt(f),
        }
    }
}

impl ResponseError for RegistrationRefusal {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::OAuth(error) => error.status_code(),
            Self::Bearer(error) => error.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::OAuth(error) => error.error_response(),
            Self::Bearer(error) => error.error_response(),
        }
    }
}
