//! Client-initiated backchannel authentication (OpenID Connect CIBA Core 1.0): what a client asks for, away from any browser.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::{ErrorCode, OAuthError};
use super::params::Params;
use super::request_object::{self, Meant};
use crate::base::encoding::{base64url, from_base64url};
use crate::base::secret::{Secret, constant_time_eq, hmac_sha256};
use crate::base::timestamp::Timestamp;

/// How long a person may take when the client does not say.
const LIFE: Duration = Duration::from_mins(5);
/// The longest time that a client may ask for.
const LONGEST: Duration = Duration::from_mins(15);
/// The longest binding message, characters: it is read beside another screen.
const MAX_MESSAGE: usize = 100;
/// The longest `client_notification_token` (section 7.1).
const MAX_TOKEN: usize = 1_024;
/// How far a client's clock may be off, seconds.
const SKEW: i64 = 60;
/// What every `auth_req_id` begins with.
const PREFIX: &str = "tgb_";

/// How a client hears of the answer (section 5). It may always ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryMode {
    /// It asks again and again.
    Poll,
    /// It is told that there is an answer, and then asks.
    Ping,
}

impl DeliveryMode {
    /// Every mode that we have, as discovery lists them.
    pub const ALL: [Self; 2] = [Self::Poll, Self::Ping];

    /// The registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::Ping => "ping",
        }
    }
}

/// What a client registers for it (section 4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BackchannelMetadata {
    /// How it hears of answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_token_delivery_mode: Option<DeliveryMode>,
    /// Where, in mode ping.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_client_notification_endpoint: Option<String>,
    /// Its requests are signed with this algorithm; unsigned ones are refused then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_authentication_request_signing_alg: Option<String>,
}

impl BackchannelMetadata {
    /// The members by name, for registration.
    pub const NAMES: [&'static str; 3] = [
        "backchannel_token_delivery_mode",
        "backchannel_client_notification_endpoint",
        "backchannel_authentication_request_signing_alg",
    ];
}

/// What a person is told of a request that waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backchannel {
    /// Which one.
    pub id: String,
    /// What both screens show.
    pub binding_message: Option<String>,
    /// The address that it came from: the app's, not the person's.
    pub address: String,
}

/// Whom a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserHint<'a> {
    /// By a name that we know.
    Login(&'a str),
    /// By an ID token of ours.
    IdToken(&'a str),
}

/// A request (section 7.1), besides what every authorization request has.
#[derive(Clone, Debug)]
pub struct BackchannelRequest<'a> {
    /// Whom it is about.
    pub hint: UserHint<'a>,
    /// What both screens show.
    pub binding_message: Option<&'a str>,
    /// How long it waits for an answer.
    pub life: Duration,
    /// What shows the client that a notification is ours.
    pub notification_token: Option<&'a str>,
}

impl<'a> BackchannelRequest<'a> {
    /// Reads a request.
    ///
    /// # Errors
    /// `invalid_request`, `invalid_binding_message`.
    pub fn read(params: &'a Params, mode: DeliveryMode) -> Result<Self, OAuthError> {
        let life = match params.get("requested_expiry").map(str::parse::<u32>) {
            None => LIFE,
            Some(Ok(secs)) if secs > 0 => Duration::from_secs(secs.into()).min(LONGEST),
            Some(_) => {
                return Err(OAuthError::invalid_request(
                    "requested_expiry is no number of seconds",
                ));
            }
        };
        Ok(Self {
            hint: hint(params)?,
            binding_message: binding_message(params)?,
            life,
            notification_token: notification_token(params, mode)?,
        })
    }
}

/// Exactly one hint says whom it is about (section 7.1).
fn hint(params: &Params) -> Result<UserHint<'_>, OAuthError> {
    let login = params.get("login_hint").map(UserHint::Login);
    let id_token = params.get("id_token_hint").map(UserHint::IdToken);
    if params.get("login_hint_token").is_some() {
        let words = "login_hint_token is not supported; use login_hint or id_token_hint";
        return Err(OAuthError::invalid_request(words));
    }
    match (login, id_token) {
        (Some(hint), None) | (None, Some(hint)) => Ok(hint),
        _ => {
            let words = "exactly one of login_hint and id_token_hint must be sent";
            Err(OAuthError::invalid_request(words))
        }
    }
}

fn binding_message(params: &Params) -> Result<Option<&str>, OAuthError> {
    let message = params.get("binding_message");
    let fits = |text: &str| text.chars().count() <= MAX_MESSAGE && !text.chars().any(char::is_control);
    if message.is_none_or(fits) {
        return Ok(message);
    }
    let words = format!("binding_message must be one line of at most {MAX_MESSAGE} characters");
    Err(OAuthError::new(ErrorCode::InvalidBindingMessage, words))
}

/// A bearer token that the client chose (RFC 6750 section 2.1), which mode ping needs.
fn notification_token(params: &Params, mode: DeliveryMode) -> Result<Option<&str>, OAuthError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    let fits = |token: &str| token.len() <= MAX_TOKEN && token.bytes().all(allowed);
    match (mode, params.get("client_notification_token")) {
        (DeliveryMode::Poll, _) => Ok(None),
        (DeliveryMode::Ping, Some(token)) if fits(token) => Ok(Some(token)),
        (DeliveryMode::Ping, _) => {
            let words = "client_notification_token must be a bearer token of at most 1024 characters";
            Err(OAuthError::invalid_request(words))
        }
    }
}

/// The parameters of a signed request (section 7.1.1), whose signature was checked. It says more than a request object must: all of
/// `iss`, `aud`, `exp`, `iat`, `nbf` and `jti`; `meant` must say that it holds for an hour at most (FAPI-CIBA section 5.2.2).
///
/// # Errors
/// `invalid_request`.
pub fn open_signed(claims: &Map<String, Value>, meant: &Meant<'_>) -> Result<Params, OAuthError> {
    let refuse = |words: &str| OAuthError::invalid_request(words.to_owned());
    let text = |name: &str| {
        let value = claims.get(name).and_then(Value::as_str);
        value.filter(|text| !text.is_empty())
    };
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    if text("iss") != Some(meant.client.as_str()) || !claims.contains_key("aud") {
        return Err(refuse(
            "the signed request needs iss, the client, and aud, the issuer",
        ));
    }
    let times = ["exp", "nbf", "iat"].map(time);
    if times.contains(&None) || text("jti").is_none() {
        return Err(refuse("the signed request needs exp, nbf, iat and jti"));
    }
    request_object::open(claims, meant).map_err(|error| OAuthError {
        code: ErrorCode::InvalidRequest,
        ..error
    })
}

/// How long a signed request could be used again.
pub fn signed_life(claims: &Map<String, Value>, now: Timestamp) -> Duration {
    let exp = claims.get("exp").and_then(Value::as_i64).unwrap_or_default();
    let left = exp.saturating_add(SKEW).saturating_sub(now.secs());
    Duration::from_secs(u64::try_from(left).unwrap_or(0).max(1))
}

fn mac(key: &Secret<Vec<u8>>, id: &str) -> [u8; 32] {
    hmac_sha256(key.expose(), &[b"auth-req-id", id.as_bytes()])
}

/// The `auth_req_id` of a request: derived from its id, so that it is kept nowhere and can still be named in a notification.
pub fn auth_req_id(key: &Secret<Vec<u8>>, id: &str) -> String {
    format!("{PREFIX}{id}.{}", base64url(&mac(key, id)))
}

/// The id in an `auth_req_id` of ours.
pub fn request_of<'a>(key: &Secret<Vec<u8>>, auth_req_id: &'a str) -> Option<&'a str> {
    let (id, sent) = auth_req_id.strip_prefix(PREFIX)?.split_once('.')?;
    let sent = from_base64url(sent)?;
    constant_time_eq(&sent, &mac(key, id)).then_some(id)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::request_object::Life;
    use super::*;
    use crate::base::ids::ClientId;

    fn read(text: &str, mode: DeliveryMode) -> Result<(Duration, Option<String>), ErrorCode> {
        let params = Params::parse(text.as_bytes()).unwrap();
        BackchannelRequest::read(&params, mode)
            .map(|request| (request.life, request.binding_message.map(str::to_owned)))
            .map_err(|error| error.code)
    }

    #[test]
    fn ciba_7_1_one_hint_and_bounded_parameters() {
        let poll = |text: &str| read(text, DeliveryMode::Poll);
        assert_eq!(poll("login_hint=a"), Ok((LIFE, None)));
        assert_eq!(
            poll("id_token_hint=a&requested_expiry=30"),
            Ok((Duration::from_secs(30), None))
        );
        assert_eq!(poll("login_hint=a&requested_expiry=86400"), Ok((LONGEST, None)));
        let message = poll("login_hint=a&binding_message=W4SCT").unwrap().1;
        assert_eq!(message.as_deref(), Some("W4SCT"));
        for bad in [
            "",
            "login_hint=a&id_token_hint=b",
            "login_hint_token=a",
            "login_hint=a&login_hint_token=b",
            "login_hint=a&requested_expiry=soon",
            "login_hint=a&requested_expiry=0",
            "login_hint=a&requested_expiry=-1",
        ] {
            assert_eq!(poll(bad), Err(ErrorCode::InvalidRequest), "{bad}");
        }
        let long = format!("login_hint=a&binding_message={}", "x".repeat(101));
        for bad in [long.as_str(), "login_hint=a&binding_message=a%0Ab"] {
            assert_eq!(poll(bad), Err(ErrorCode::InvalidBindingMessage), "{bad}");
        }
        let ping = |text: &str| read(text, DeliveryMode::Ping);
        for bad in ["login_hint=a", "login_hint=a&client_notification_token=a%20b"] {
            assert_eq!(ping(bad), Err(ErrorCode::InvalidRequest), "{bad}");
        }
        assert!(ping("login_hint=a&client_notification_token=8d67dc78-7faa").is_ok());
    }

    #[test]
    fn fapi_ciba_signed_requests_say_everything_and_live_an_hour() {
        let client = ClientId::parse("app").unwrap();
        let meant = Meant {
            issuer: "https://op.test",
            client: &client,
            now: Timestamp::from_secs(1_000_000),
            life: Life::AnHourAtMost,
        };
        let good = json!({
            "iss": "app", "aud": "https://op.test", "exp": 1_000_300, "nbf": 1_000_000, "iat": 1_000_000, "jti": "j",
            "scope": "openid", "login_hint": "a", "requested_expiry": 60,
        });
        let opened = |change: &Value| {
            let mut claims = good.as_object().cloned().unwrap();
            claims.extend(change.as_object().cloned().unwrap());
            claims.retain(|_, value| !value.is_null());
            open_signed(&claims, &meant).map_err(|error| error.code)
        };
        assert_eq!(opened(&json!({})).unwrap().get("requested_expiry"), Some("60"));
        for bad in [
            json!({"aud": null}),
            json!({"iss": null}),
            json!({"exp": null}),
            json!({"iat": null}),
            json!({"nbf": null}),
            json!({"jti": null}),
            json!({"aud": "https://other.test"}),
            json!({"iss": "other"}),
            json!({"exp": 999_000}),
            json!({"exp": 1_004_200}),
            json!({"nbf": 1_000_600}),
            json!({"nbf": 995_800}),
        ] {
            assert_eq!(opened(&bad), Err(ErrorCode::InvalidRequest), "{bad}");
        }
    }

    #[test]
    fn ids_are_known_by_the_key_alone() {
        let (key, other) = (Secret::new(vec![1; 32]), Secret::new(vec![2; 32]));
        let text = auth_req_id(&key, "abc");
        assert_eq!(request_of(&key, &text), Some("abc"));
        let wrong = [
            text.replace("abc", "abd"),
            text.replace("tgb_", "tgd_"),
            "tgb_abc.".into(),
        ];
        for wrong in wrong {
            assert_eq!(request_of(&key, &wrong), None, "{wrong}");
        }
        assert_eq!(request_of(&other, &text), None);
    }
}
