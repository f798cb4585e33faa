//! Errors as the standards name them. The description is public; the detail is for the log alone.

use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// An error code that a client may see.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($(#[$doc])* $name,)* }

        impl ErrorCode {
            /// Every code, for tests and the documentation page.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// RFC 6749 section 4.1.2.1 and 5.2.
    InvalidRequest = "invalid_request";
    /// RFC 6749 section 5.2.
    InvalidClient = "invalid_client";
    /// RFC 6749 section 5.2.
    InvalidGrant = "invalid_grant";
    /// RFC 6749 section 5.2.
    UnauthorizedClient = "unauthorized_client";
    /// RFC 6749 section 5.2.
    UnsupportedGrantType = "unsupported_grant_type";
    /// RFC 6749 section 4.1.2.1.
    UnsupportedResponseType = "unsupported_response_type";
    /// RFC 6749 section 4.1.2.1.
    InvalidScope = "invalid_scope";
    /// RFC 6749 section 4.1.2.1.
    AccessDenied = "access_denied";
    /// RFC 6749 section 4.1.2.1.
    ServerError = "server_error";
    /// RFC 6749 section 4.1.2.1.
    TemporarilyUnavailable = "temporarily_unavailable";
    /// OpenID Connect Core section 3.1.2.6.
    LoginRequired = "login_required";
    /// OpenID Connect Core section 3.1.2.6.
    ConsentRequired = "consent_required";
    /// OpenID Connect Core section 3.1.2.6.
    InteractionRequired = "interaction_required";
    /// OpenID Connect Core section 3.1.2.6.
    AccountSelectionRequired = "account_selection_required";
    /// OpenID Connect Core section 3.1.2.6.
    RequestNotSupported = "request_not_supported";
    /// OpenID Connect Core section 3.1.2.6.
    RequestUriNotSupported = "request_uri_not_supported";
    /// RFC 9101 section 7, RFC 9126 section 4.
    InvalidRequestUri = "invalid_request_uri";
    /// RFC 9101 section 7.
    InvalidRequestObject = "invalid_request_object";
    /// OpenID Connect Core section 3.1.2.6.
    RegistrationNotSupported = "registration_not_supported";
    /// OpenID Connect Core Unmet Authentication Requirements 1.0.
    UnmetAuthenticationRequirements = "unmet_authentication_requirements";
    /// RFC 7009 section 2.2.1.
    UnsupportedTokenType = "unsupported_token_type";
    /// RFC 6750 section 3.1.
    InvalidToken = "invalid_token";
    /// RFC 6750 section 3.1.
    InsufficientScope = "insufficient_scope";
    /// RFC 9449 section 5.
    InvalidDpopProof = "invalid_dpop_proof";
    /// RFC 9449 section 8.
    UseDpopNonce = "use_dpop_nonce";
    /// RFC 8628 section 3.5.
    AuthorizationPending = "authorization_pending";
    /// RFC 8628 section 3.5.
    SlowDown = "slow_down";
    /// RFC 8628 section 3.5.
    ExpiredToken = "expired_token";
    /// CIBA Core section 13.
    UnknownUserId = "unknown_user_id";
    /// CIBA Core section 13.
    InvalidBindingMessage = "invalid_binding_message";
    /// RFC 7591 section 3.2.2.
    InvalidRedirectUri = "invalid_redirect_uri";
    /// RFC 7591 section 3.2.2.
    InvalidClientMetadata = "invalid_client_metadata";
    /// RFC 7591 section 3.2.2.
    UnapprovedSoftwareStatement = "unapproved_software_statement";
    /// RFC 9396 section 5.
    InvalidAuthorizationDetails = "invalid_authorization_details";
    /// RFC 8707 section 2.
    InvalidTarget = "invalid_target";
}

/// A refusal in the words of the standards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    /// The code.
    pub code: ErrorCode,
    /// What the client's developer may read: printable ASCII without quotes and backslashes (RFC 6749 section 5.2).
    pub description: String,
    /// What only the log may hold.
    pub detail: Option<String>,
}

impl OAuthError {
    /// An error with a public description.
    pub fn new(code: ErrorCode, description: impl Into<String>) -> Self {
        let description: String = description.into();
        let clean = |c: char| {
            if (' '..='~').contains(&c) && c != '"' && c != '\\' {
                c
            } else {
                '?'
            }
        };
        Self {
            code,
            description: description.chars().map(clean).collect(),
            detail: None,
        }
    }

    /// The same error with a private detail.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// `invalid_request`.
    pub fn invalid_request(description: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    /// `invalid_grant`.
    pub fn invalid_grant(description: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidGrant, description)
    }

    /// `invalid_client`, the same words whatever was wrong, so that ids and secrets can't be told apart by trying.
    pub fn invalid_client(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidClient, "client authentication failed").with_detail(detail)
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.description)?;
        self.detail
            .as_deref()
            .map_or(Ok(()), |detail| write!(f, " ({detail})"))
    }
}

impl std::error::Error for OAuthError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_keep_to_the_characters_of_rfc6749() {
        let error = OAuthError::invalid_request("say \"hü\"\n\\");
        assert_eq!(error.description, "say ?h????");
        assert!(error.to_string().starts_with("invalid_request: "));
    }

    #[test]
    fn codes_are_distinct() {
        let mut names: Vec<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ErrorCode::ALL.len());
    }
}
