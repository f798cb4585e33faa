//! What ID tokens, userinfo and access tokens say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::acr::Acr;
use super::authorization_details::AuthorizationDetails;
use super::confirmation::Confirmation;
use super::error::OAuthError;
use super::exchange::Actor;
use super::identity_assurance::{self, VerifiedClaimsRequest};
use super::scope;
use crate::base::timestamp::Timestamp;

/// One claim asked for by name (OpenID Connect Core section 5.5.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimRequest {
    /// Whether the app can't do without.
    pub essential: bool,
    /// The value it should have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// One of these values, in order of preference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Value>>,
}

/// The `claims` parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimsRequest {
    /// For the userinfo answer.
    pub userinfo: BTreeMap<String, Option<ClaimRequest>>,
    /// For the ID token.
    pub id_token: BTreeMap<String, Option<ClaimRequest>>,
    /// Verified claims for the userinfo answer: the first that can be answered is.
    pub verified_userinfo: Vec<VerifiedClaimsRequest>,
    /// Verified claims for the ID token.
    pub verified_id_token: Vec<VerifiedClaimsRequest>,
}

/// Deepest nesting of the `claims` parameter; it needs three levels.
const MAX_DEPTH: usize = 8;

impl ClaimsRequest {
    /// Reads the `claims` parameter.
    ///
    /// # Errors
    /// `invalid_request` when it is no JSON object of this form.
    pub fn parse(text: Option<&str>) -> Result<Self, OAuthError> {
        let Some(text) = text else {
            return Ok(Self::default());
        };
        if depth(text) > MAX_DEPTH {
            return Err(OAuthError::invalid_request("claims is nested too deeply"));
        }
        let refused = || OAuthError::invalid_request("claims is not a valid claims request");
        let with_detail = |error: serde_json::Error| refused().with_detail(error.to_string());
        let mut parts: Map<String, Value> = serde_json::from_str(text).map_err(with_detail)?;
        let mut verified = |name: &str| match parts.get_mut(name).and_then(Value::as_object_mut) {
            Some(part) => identity_assurance::take(part).ok_or_else(refused),
            None => Ok(Vec::new()),
        };
        let (userinfo, id_token) = (verified("userinfo")?, verified("id_token")?);
        let mut read: Self = serde_json::from_value(Value::Object(parts)).map_err(with_detail)?;
        read.verified_userinfo.extend(userinfo);
        read.verified_id_token.extend(id_token);
        Ok(read)
    }

    /// The one subject that the ID token must be about.
    pub fn subject(&self) -> Option<&str> {
        self.id_token.get("sub")?.as_ref()?.value.as_ref()?.as_str()
    }

    /// What it says about `acr`: values and whether they are essential.
    pub fn acr(&self) -> (Vec<Acr>, bool) {
        let Some(Some(request)) = self.id_token.get("acr") else {
            return (Vec::new(), false);
        };
        let values = request.value.iter().chain(request.values.iter().flatten());
        (
            values
                .filter_map(Value::as_str)
                .filter_map(Acr::from_name)
                .collect(),
            request.essential,
        )
    }
}

/// How deep a JSON text is nested at most, without parsing it: brackets inside texts count too.
pub(super) fn depth(text: &str) -> usize {
    let (mut now, mut deepest) = (0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' => now += 1,
            b'}' | b']' => now = now.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(now);
    }
    deepest
}

/// What is known of a user, as claims.
#[derive(Clone, Debug, Default)]
pub struct UserClaims {
    /// The subject identifier.
    pub sub: String,
    /// All standard claims that have a value.
    pub values: Map<String, Value>,
}

/// Claims of each scope (OpenID Connect Core section 5.4).
const PROFILE: [&str; 14] = [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];
const EMAIL: [&str; 2] = ["email", "email_verified"];
const PHONE: [&str; 2] = ["phone_number", "phone_number_verified"];

/// Every claim about a user that we can give, for discovery.
pub fn supported() -> Vec<&'static str> {
    let mut all = vec![
        "sub",
        "iss",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "nonce",
        "acr",
        "amr",
        "sid",
        "at_hash",
        "address",
    ];
    all.extend(PROFILE);
    all.extend(EMAIL);
    all.extend(PHONE);
    all
}

/// The standard claims that an account may hold; others are refused at the edge.
pub fn is_standard(name: &str) -> bool {
    PROFILE.contains(&name) || EMAIL.contains(&name) || PHONE.contains(&name) || name == "address"
}

impl UserClaims {
    /// Verified claims for requests of them, by the trust frameworks that the tenant vouches for.
    pub fn verified(
        &self,
        requests: &[VerifiedClaimsRequest],
        frameworks: &[String],
        now: Timestamp,
    ) -> Option<Value> {
        let held = self.values.get(identity_assurance::VERIFIED_CLAIMS)?;
        identity_assurance::answer(held, requests, frameworks, now)
    }

    /// The userinfo answer for granted scopes and claims asked for by name.
    pub fn userinfo(&self, granted: &str, request: &ClaimsRequest) -> Map<String, Value> {
        let mut out = Map::new();
        out.insert("sub".to_owned(), Value::String(self.sub.clone()));
        let sets: [(&str, &[&str]); 4] = [
            ("profile", &PROFILE),
            ("email", &EMAIL),
            ("phone", &PHONE),
            ("address", &["address"]),
        ];
        for (_, names) in sets
            .iter()
            .filter(|(scope_name, _)| scope::has(granted, scope_name))
        {
            names.iter().for_each(|name| self.copy(name, &mut out));
        }
        request.userinfo.keys().for_each(|name| self.copy(name, &mut out));
        out
    }

    /// Claims asked for by name for the ID token.
    pub fn in_id_token(&self, request: &ClaimsRequest) -> Map<String, Value> {
        let mut out = Map::new();
        let names = request.id_token.keys().filter(|name| is_standard(name));
        names.for_each(|name| self.copy(name, &mut out));
        out
    }

    fn copy(&self, name: &str, out: &mut Map<String, Value>) {
        if let Some(value) = self.values.get(name) {
            out.insert(name.to_owned(), value.clone());
        }
    }
}

/// An ID token's claims (OpenID Connect Core section 2).
#[derive(Clone, Debug, Serialize)]
pub struct IdTokenClaims<'a> {
    /// Issuer.
    pub iss: &'a str,
    /// Subject.
    pub sub: &'a str,
    /// The client.
    pub aud: &'a str,
    /// End of validity, seconds.
    pub exp: i64,
    /// Issued at, seconds.
    pub iat: i64,
    /// When the user authenticated, seconds.
    pub auth_time: i64,
    /// Echo of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<&'a str>,
    /// Assurance reached.
    pub acr: &'static str,
    /// Methods used (RFC 8176).
    pub amr: &'a [&'static str],
    /// Session id for logout.
    pub sid: &'a str,
    /// Left half of the access token's hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    /// Claims about the user: those asked for by name, and the client's own.
    #[serde(flatten)]
    pub told: Map<String, Value>,
}

/// The event of a logout token.
pub const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A logout token's claims (OpenID Connect Back-Channel Logout 1.0 section 2.4).
#[derive(Clone, Debug, Serialize)]
pub struct LogoutTokenClaims<'a> {
    /// Issuer.
    pub iss: &'a str,
    /// Whose session ended.
    pub sub: String,
    /// The client.
    pub aud: &'a str,
    /// Issued at, seconds.
    pub iat: i64,
    /// End of validity, seconds.
    pub exp: i64,
    /// Unique id.
    pub jti: String,
    /// Which session ended, as in ID tokens.
    pub sid: String,
    /// What happened: [`LOGOUT_EVENT`] with an empty object.
    pub events: Value,
}

/// Whom a JWT is for (RFC 7519 section 4.1.3): one audience as text, several as a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Audience {
    /// Whether one of them fits.
    pub fn any(&self, fits: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::One(aud) => fits(aud),
            Self::Many(all) => all.iter().any(|aud| fits(aud)),
        }
    }
}

/// An access token's claims (RFC 9068 section 2.2).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    /// Issuer.
    pub iss: String,
    /// The user, or the client acting for itself.
    pub sub: String,
    /// The resources; the issuer, whose own is userinfo, by default.
    pub aud: Audience,
    /// End of validity, seconds.
    pub exp: i64,
    /// Issued at, seconds.
    pub iat: i64,
    /// Unique id: the grant's id and random bits.
    pub jti: String,
    /// To which client.
    pub client_id: String,
    /// Granted scopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// When the user authenticated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// Assurance reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Methods used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amr: Option<Vec<String>>,
    /// Session id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Who acts for the subject (RFC 8693 section 4.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
    /// Who may act for the subject (RFC 8693 section 4.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub may_act: Option<Actor>,
    /// What was granted in more words than scopes have (RFC 9396 section 9.1).
    #[serde(default, skip_serializing_if = "AuthorizationDetails::is_empty")]
    pub authorization_details: AuthorizationDetails,
    /// The key it is bound to; whoever holds the token may use it when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
    /// Claims of the client's own (`claims_mapping`).
    #[serde(flatten)]
    pub mapped: Map<String, Value>,
}

impl AccessTokenClaims {
    /// Whether the token is within its life at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        now.secs() < self.exp
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alice() -> UserClaims {
        let values = serde_json::json!({"name": "Alice", "email": "a@x", "email_verified": true, "phone_number": "+1"});
        UserClaims {
            sub: "s".into(),
            values: values.as_object().cloned().unwrap_or_default(),
        }
    }

    #[test]
    fn scopes_release_their_claims_only() {
        let none = ClaimsRequest::default();
        let keys = |granted| {
            alice()
                .userinfo(granted, &none)
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(keys("openid"), ["sub"]);
        assert_eq!(keys("openid email"), ["email", "email_verified", "sub"]);
        assert_eq!(keys("openid profile"), ["name", "sub"]);
    }

    #[test]
    fn claims_parameter() {
        let request = ClaimsRequest::parse(Some(
            r#"{"userinfo":{"name":{"essential":true},"shoe_size":null},"id_token":{"acr":{"essential":true,"values":["phr","x"]},"email":null}}"#,
        ))
        .unwrap();
        assert_eq!(request.acr(), (vec![Acr::Phr], true));
        assert!(alice().userinfo("openid", &request).contains_key("name"));
        assert_eq!(
            alice().in_id_token(&request).keys().collect::<Vec<_>>(),
            ["email"]
        );
        for bad in ["[", "[]", "[{}]", "null", "{"] {
            assert!(ClaimsRequest::parse(Some(bad)).is_err(), "{bad}");
        }
        assert!(ClaimsRequest::parse(Some(&"[".repeat(10_000))).is_err());
    }
}
