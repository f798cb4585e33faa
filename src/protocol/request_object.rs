//! Request objects (RFC 9101, OpenID Connect Core section 6.1): an authorization request as the claims of a JWT that the client
//! signed. The signature is checked elsewhere; here the claims become the request's parameters, and nothing from outside counts.

use serde_json::{Map, Value};

use super::error::{ErrorCode, OAuthError};
use super::params::Params;
use crate::base::encoding::from_base64url;
use crate::base::ids::ClientId;
use crate::base::secret::sha256;
use crate::base::timestamp::Timestamp;

/// What a client registers as `request_object_signing_alg` that signs none of its objects (OpenID Connect Dynamic Client Registration 1.0
/// section 2).
pub const UNSIGNED: &str = "none";

/// How far a client's clock may be off, seconds.
const SKEW: i64 = 60;

/// The longest life and the greatest age where they are limited, seconds.
const HOUR: i64 = 3_600;

/// Claims about the object itself (RFC 7519 section 4.1); the others are the request's parameters.
const ABOUT: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// For whom and when an object must be meant.
#[derive(Clone, Copy, Debug)]
pub struct Meant<'a> {
    /// Our issuer.
    pub issuer: &'a str,
    /// The client that sends it.
    pub client: &'a ClientId,
    /// Now.
    pub now: Timestamp,
    /// How long it may hold.
    pub life: Life,
}

/// How long an object may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// As it says, if it says anything (RFC 9101 section 4).
    AsItSays,
    /// It must name us and its times, and hold for an hour that has not passed (FAPI 2.0 Message Signing section 5.3.1, FAPI-CIBA
    /// section 5.2.2).
    AnHourAtMost,
}

fn refuse(words: &str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequestObject, words)
}

/// The parameters that a verified object holds.
///
/// # Errors
/// `invalid_request_object` when it is not from this client, not for this issuer, or not for now; `invalid_request` when its
/// parameters are malformed.
pub fn open(claims: &Map<String, Value>, meant: &Meant<'_>) -> Result<Params, OAuthError> {
    check_parties(claims, meant)?;
    check_times(claims, meant)?;
    // RFC 9101 section 4: an object holds no other object.
    if claims.contains_key("request") || claims.contains_key("request_uri") {
        return Err(refuse("a request object must not hold request or request_uri"));
    }
    let params = claims
        .iter()
        .filter(|(name, _)| !ABOUT.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), values_of(value)));
    Params::from_values(params)
}

/// Who made it and for whom. One of `iss` and `client_id` must name the client: its keys may be another client's too. `sub` must
/// not, so that no request object can be used as a client assertion (RFC 9101 section 10.8).
fn check_parties(claims: &Map<String, Value>, meant: &Meant<'_>) -> Result<(), OAuthError> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let names = [claims.get("iss"), claims.get("client_id")];
    let named = names.iter().flatten().count() > 0;
    let ours = |value: &Value| value.as_str() == Some(meant.client.as_str());
    if !named || !names.into_iter().flatten().all(ours) {
        return Err(refuse("iss and client_id must be the client's id"));
    }
    if text("sub") == Some(meant.client.as_str()) {
        return Err(refuse("sub must not be the client's id"));
    }
    let for_us = match claims.get("aud") {
        None => meant.life == Life::AsItSays,
        Some(Value::String(aud)) => aud == meant.issuer,
        Some(Value::Array(all)) => all.iter().any(|aud| aud == meant.issuer),
        Some(_) => false,
    };
    if for_us {
        Ok(())
    } else {
        Err(refuse("aud must be the issuer"))
    }
}

fn check_times(claims: &Map<String, Value>, meant: &Meant<'_>) -> Result<(), OAuthError> {
    let now = meant.now.secs();
    let time = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => match value.as_f64() {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a fraction of a second is not of interest, and the cast saturates"
            )]
            Some(secs) => Ok(Some(secs as i64)),
            None => Err(refuse("exp, nbf and iat must be numbers of seconds")),
        },
    };
    let (exp, nbf, iat) = (time("exp")?, time("nbf")?, time("iat")?);
    if exp.is_some_and(|at| at.saturating_add(SKEW) <= now) {
        return Err(refuse("the request object has expired"));
    }
    if [nbf, iat].iter().flatten().any(|at| *at > now + SKEW) {
        return Err(refuse("the request object is not valid yet"));
    }
    match (meant.life, exp, nbf) {
        (Life::AsItSays, ..) => Ok(()),
        (Life::AnHourAtMost, Some(exp), Some(nbf)) => {
            let short = exp.saturating_sub(nbf) <= HOUR + SKEW;
            if short && nbf >= now.saturating_sub(HOUR + SKEW) {
                return Ok(());
            }
            Err(refuse("the request object must hold for an hour at most"))
        }
        (Life::AnHourAtMost, ..) => Err(refuse("the request object needs exp and nbf")),
    }
}

/// Whether the type in an object's header is one of a request object's (RFC 9101 section 4); it may be left out. What was made for another
/// use is no request (RFC 8725 section 3.11).
pub fn is_type(typ: Option<&str>) -> bool {
    let bare = typ.map(|typ| typ.to_ascii_lowercase().replace("application/", ""));
    bare.is_none_or(|bare| bare == "jwt" || bare == "oauth-authz-req+jwt")
}

/// A claim as a parameter's values: lists of texts are repeated parameters (`resource`), other structures are JSON (`claims`).
fn values_of(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(items) if !items.is_empty() && items.iter().all(Value::is_string) => items
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        other => vec![other.to_string()],
    }
}

/// Whether an object may be fetched from an address: one that was registered, compared as text without the fragments.
pub fn is_registered(uri: &str, registered: &[String]) -> bool {
    let place = |uri: &str| uri.split('#').next().unwrap_or_default().to_owned();
    registered.iter().any(|known| place(known) == place(uri))
}

/// Whether what was fetched is what the fragment of its address promises: the base64url of its SHA-256. A fragment of another form promises
/// nothing (OpenID Connect Core section 6.2).
pub fn keeps_promise(uri: &str, content: &str) -> bool {
    let Some((_, fragment)) = uri.split_once('#') else {
        return true;
    };
    let promised = from_base64url(fragment).filter(|bytes| bytes.len() == 32);
    promised.is_none_or(|promised| promised == sha256(content.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_000_000;

    fn opened(claims: &Value) -> Result<Params, ErrorCode> {
        opened_within(Life::AsItSays, claims)
    }

    fn opened_within(life: Life, claims: &Value) -> Result<Params, ErrorCode> {
        let client = ClientId::parse("app").unwrap();
        let meant = Meant {
            issuer: "https://op.test",
            client: &client,
            now: Timestamp::from_secs(NOW),
            life,
        };
        open(claims.as_object().unwrap(), &meant).map_err(|error| error.code)
    }

    #[test]
    fn claims_become_parameters() {
        let params = opened(&json!({
            "iss": "app", "aud": ["https://x.test", "https://op.test"], "exp": NOW + 60, "nbf": NOW - 60, "jti": "j",
            "client_id": "app", "scope": "openid", "max_age": 10, "claims": {"id_token": {"acr": null}},
            "resource": ["https://a.test", "https://b.test"], "state": null,
        }))
        .unwrap();
        assert_eq!(
            (params.get("scope"), params.get("max_age")),
            (Some("openid"), Some("10"))
        );
        assert_eq!(params.get("claims"), Some(r#"{"id_token":{"acr":null}}"#));
        assert_eq!(params.all("resource").len(), 2);
        assert!(params.get("state").is_none() && params.get("iss").is_none() && params.get("exp").is_none());
    }

    #[test]
    fn oidc_core_6_2_addresses_are_registered_and_a_hash_is_kept_to() {
        let registered = ["https://app.test/r".to_owned()];
        assert!(
            is_registered("https://app.test/r", &registered)
                && is_registered("https://app.test/r#x", &registered)
        );
        assert!(
            !is_registered("https://app.test/r2", &registered)
                && !is_registered("https://app.test/r?x=1", &registered)
        );
        let hash = crate::base::encoding::base64url(&sha256(b"content"));
        let uri = format!("https://app.test/r#{hash}");
        assert!(keeps_promise(&uri, "content") && !keeps_promise(&uri, "other"));
        assert!(keeps_promise("https://app.test/r", "x") && keeps_promise("https://app.test/r#v2", "x"));
    }

    #[test]
    fn rfc9101_4_objects_of_others_for_others_or_other_times_are_refused() {
        for bad in [
            json!({"scope": "openid"}),
            json!({"iss": "other"}),
            json!({"iss": "app", "client_id": "other"}),
            json!({"client_id": ["app"]}),
            json!({"iss": "app", "sub": "app"}),
            json!({"iss": "app", "aud": "https://other.test"}),
            json!({"iss": "app", "aud": 7}),
            json!({"iss": "app", "exp": NOW - 60}),
            json!({"iss": "app", "exp": "soon"}),
            json!({"iss": "app", "nbf": NOW + 61}),
            json!({"iss": "app", "iat": NOW + 61}),
            json!({"iss": "app", "request": "e30.e30."}),
            json!({"iss": "app", "request_uri": "https://x.test"}),
        ] {
            assert_eq!(opened(&bad), Err(ErrorCode::InvalidRequestObject), "{bad}");
        }
        // FAPI 2.0 Security Profile section 5.3.2.1: a clock that is a little ahead is forgiven.
        assert!(opened(&json!({"iss": "app", "nbf": NOW + 8, "exp": NOW - 8})).is_ok());
        assert_eq!(
            opened(&json!({"iss": "app", "scope": ["a", "b"]})),
            Err(ErrorCode::InvalidRequest)
        );
        // An empty list is no way to leave a parameter out.
        let empty = opened(&json!({"iss": "app", "claims": []})).unwrap();
        assert_eq!(empty.get("claims"), Some("[]"));
    }

    #[test]
    fn fapi2_message_signing_5_3_1_objects_hold_for_an_hour_at_most() {
        let good = json!({"iss": "app", "aud": ["https://x.test", "https://op.test"], "nbf": NOW + 8, "exp": NOW + 300});
        assert!(opened_within(Life::AnHourAtMost, &good).is_ok());
        for change in [
            json!({"aud": null}),
            json!({"exp": null}),
            json!({"nbf": null}),
            json!({"exp": NOW + 4_200}),
            json!({"nbf": NOW - 4_200}),
            json!({"nbf": i64::MIN}),
        ] {
            let mut bad = good.clone();
            bad.as_object_mut()
                .unwrap()
                .extend(change.as_object().cloned().unwrap());
            bad.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            let refused = Err(ErrorCode::InvalidRequestObject);
            assert_eq!(opened_within(Life::AnHourAtMost, &bad), refused, "{change}");
        }
    }

    #[test]
    fn rfc8725_3_11_what_was_made_for_another_use_is_no_request() {
        for typ in [
            None,
            Some("JWT"),
            Some("oauth-authz-req+jwt"),
            Some("application/oauth-authz-req+jwt"),
        ] {
            assert!(is_type(typ), "{typ:?}");
        }
        for typ in ["at+jwt", "dpop+jwt", "logout+jwt"] {
            assert!(!is_type(Some(typ)), "{typ}");
        }
    }
}
