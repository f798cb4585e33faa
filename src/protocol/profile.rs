//! Profiles: which of the standards' stricter sets of rules a client keeps to (OAuth 2.1, FAPI 2.0 Security Profile, FAPI 2.0 Message
//! Signing). Here alone stands what each profile asks; whoever keeps to a rule reads it from [`Rules`] and never asks for the profile's
//! name.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::redirect::Form;
use super::registration::ClientAuthMethod;
use super::request_object::Life;

/// A profile, chosen by client (`tidegate_profile`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Profile {
    /// OpenID Connect Core and OAuth 2.0 as RFC 9700 has them today.
    #[default]
    #[serde(rename = "oidc")]
    Oidc,
    /// OAuth 2.1.
    #[serde(rename = "oauth2.1")]
    OAuth21,
    /// FAPI 2.0 Security Profile.
    #[serde(rename = "fapi2-security")]
    Fapi2Security,
    /// FAPI 2.0 Message Signing, on top of the security profile.
    #[serde(rename = "fapi2-message-signing")]
    Fapi2MessageSigning,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 4] = [
        Self::Oidc,
        Self::OAuth21,
        Self::Fapi2Security,
        Self::Fapi2MessageSigning,
    ];

    /// The name in client metadata and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::OAuth21 => "oauth2.1",
            Self::Fapi2Security => "fapi2-security",
            Self::Fapi2MessageSigning => "fapi2-message-signing",
        }
    }

    /// What it asks.
    pub const fn rules(self) -> &'static Rules {
        match self {
            Self::Oidc => &OIDC,
            Self::OAuth21 => &OAUTH_2_1,
            Self::Fapi2Security => &FAPI_2_SECURITY,
            Self::Fapi2MessageSigning => &FAPI_2_MESSAGE_SIGNING,
        }
    }
}

/// What a profile asks of a client, and of us where we answer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Who must send a PKCE challenge.
    pub pkce: Pkce,
    /// How the client may authenticate.
    pub authentication: &'static [ClientAuthMethod],
    /// What its assertions name as audience.
    pub assertion_audience: AssertionAudience,
    /// Algorithms that it may sign with, and that we may sign with for it; all that we know when nothing is said.
    pub algorithms: Option<&'static [&'static str]>,
    /// How its authorization requests reach us.
    pub requests: Requests,
    /// How long a request object may hold.
    pub object_life: Life,
    /// In which form authorization requests are answered; in the one that was asked for where nothing is said.
    pub response: Option<Form>,
    /// What redirect URIs it may register.
    pub redirects: Redirects,
    /// What its access tokens are.
    pub access_tokens: AccessTokens,
    /// What becomes of a refresh token that is used.
    pub refresh_tokens: RefreshTokens,
    /// The longest life of its codes.
    pub code_life: Duration,
    /// The longest life of its pushed requests.
    pub pushed_request_life: Duration,
}

impl Rules {
    /// Whether a JWT to or from the client may be signed so.
    pub fn allows_algorithm(&self, name: &str) -> bool {
        self.algorithms.is_none_or(|allowed| allowed.contains(&name))
    }
}

/// Who must send a PKCE challenge (RFC 7636).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pkce {
    /// Clients that can't authenticate (RFC 9700 section 2.1.1).
    OfPublicClients,
    /// All.
    OfAll,
}

/// What a client's assertions name as audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssertionAudience {
    /// Our issuer or the endpoint that is called, alone or among others (RFC 7523 section 3).
    IssuerOrEndpoint,
    /// Our issuer, as a string (FAPI 2.0 Security Profile section 5.3.2.1).
    IssuerAlone,
}

/// How a client's authorization requests reach us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requests {
    /// In any way.
    Any,
    /// Pushed (RFC 9126).
    Pushed,
    /// Pushed, and signed by the client (RFC 9101). Its backchannel requests are signed too.
    PushedAndSigned,
}

/// What redirect URIs a client may register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirects {
    /// Those that its type of application may (RFC 8252, OpenID Connect Dynamic Client Registration 1.0 section 2).
    OfItsType,
    /// Of these none by plain `http`, except a native app's on a loopback address (FAPI 2.0 Security Profile section 5.3.2.2).
    Encrypted,
}

/// What a client's access tokens are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessTokens {
    /// Bearer tokens, unless the client binds them.
    AsRegistered,
    /// Bound to a key (RFC 9449) or a certificate (RFC 8705).
    SenderConstrained,
}

/// What becomes of a refresh token that is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshTokens {
    /// A successor takes its place (RFC 9700 section 4.14.2).
    Rotate,
    /// It stays: what makes it worth nothing to a thief is that only its client can use it (FAPI 2.0 Security Profile section 5.3.2.1).
    Stay,
}

/// Where a standard sets no limit of its own, our settings do.
const NO_LIMIT: Duration = Duration::MAX;

const OIDC: Rules = Rules {
    pkce: Pkce::OfPublicClients,
    authentication: &ClientAuthMethod::ALL,
    assertion_audience: AssertionAudience::IssuerOrEndpoint,
    algorithms: None,
    requests: Requests::Any,
    object_life: Life::AsItSays,
    response: None,
    redirects: Redirects::OfItsType,
    access_tokens: AccessTokens::AsRegistered,
    refresh_tokens: RefreshTokens::Rotate,
    code_life: NO_LIMIT,
    pushed_request_life: NO_LIMIT,
};

/// OAuth 2.1. Of its other demands (section 10) we make no exception for anybody: redirect URIs match exactly, nothing is issued at the
/// authorization endpoint but codes, and public clients' refresh tokens rotate.
const OAUTH_2_1: Rules = Rules {
    pkce: Pkce::OfAll,
    ..OIDC
};

/// FAPI 2.0 Security Profile sections 5.3.2 and 5.4.
const FAPI_2_SECURITY: Rules = Rules {
    pkce: Pkce::OfAll,
    authentication: &[
        ClientAuthMethod::PrivateKeyJwt,
        ClientAuthMethod::TlsClientAuth,
        ClientAuthMethod::SelfSignedTlsClientAuth,
    ],
    assertion_audience: AssertionAudience::IssuerAlone,
    algorithms: Some(&["PS256", "ES256", "EdDSA"]),
    requests: Requests::Pushed,
    redirects: Redirects::Encrypted,
    access_tokens: AccessTokens::SenderConstrained,
    refresh_tokens: RefreshTokens::Stay,
    code_life: Duration::from_mins(1),
    pushed_request_life: Duration::from_secs(599),
    ..OIDC
};

/// FAPI 2.0 Message Signing sections 5.3 and 5.4.
const FAPI_2_MESSAGE_SIGNING: Rules = Rules {
    requests: Requests::PushedAndSigned,
    object_life: Life::AnHourAtMost,
    response: Some(Form::Signed),
    ..FAPI_2_SECURITY
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_ones_of_the_metadata() {
        for profile in Profile::ALL {
            assert_eq!(serde_json::to_value(profile).unwrap(), profile.name());
        }
        assert_eq!(Profile::default(), Profile::Oidc);
    }

    /// FAPI 2.0 Security Profile section 5.4.1: RS256 is for nobody who keeps to it.
    #[test]
    fn fapi2_5_4_rsa_with_old_padding_is_not_allowed() {
        for (profile, allowed) in [
            (Profile::Oidc, true),
            (Profile::OAuth21, true),
            (Profile::Fapi2Security, false),
            (Profile::Fapi2MessageSigning, false),
        ] {
            let rules = profile.rules();
            assert_eq!(rules.allows_algorithm("RS256"), allowed, "{profile:?}");
            assert!(rules.allows_algorithm("ES256") && rules.allows_algorithm("PS256"));
        }
    }
}
