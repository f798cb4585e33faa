//! Rich authorization requests (RFC 9396): what an app asks for in more words than a scope has. An API registers types of details; what a
//! detail of a type says is between app and API, and we hold what is common to all of them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::claims::depth;
use super::error::{ErrorCode, OAuthError};
use super::scope::is_scope_token;

/// The longest parameter, bytes: what was granted goes into every token.
const MAX_BYTES: usize = 4 * 1024;
/// The most details of a request.
const MAX_DETAILS: usize = 16;
/// Deepest nesting of the parameter: its list, a detail, and what is in it.
const MAX_DEPTH: usize = 8;
/// The longest name of a type.
const MAX_NAME: usize = 128;

/// Members that are lists of texts in details of any type (section 2.2). A shorter list is less.
pub const LISTS: [&str; 4] = ["locations", "actions", "datatypes", "privileges"];
/// The member that is one text in details of any type.
const IDENTIFIER: &str = "identifier";

/// A type of details that an API registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetailType {
    /// What requests name it by.
    #[serde(rename = "type")]
    pub name: String,
    /// What people read; the name where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl DetailType {
    /// Whether a text may name a type: one word of printable ASCII characters.
    pub fn is_name(text: &str) -> bool {
        (1..=MAX_NAME).contains(&text.len()) && is_scope_token(text)
    }

    /// What people read.
    pub fn words(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.name)
    }
}

/// One detail: an object with a `type`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Detail(Map<String, Value>);

/// `authorization_details`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AuthorizationDetails(Vec<Detail>);

fn refuse(words: impl Into<String>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidAuthorizationDetails, words)
}

impl Detail {
    /// Its type.
    pub fn name(&self) -> &str {
        self.0.get("type").and_then(Value::as_str).unwrap_or_default()
    }

    /// What it says besides its type.
    pub fn members(&self) -> impl Iterator<Item = (&str, &Value)> {
        let rest = self.0.iter().filter(|(name, _)| *name != "type");
        rest.map(|(name, value)| (name.as_str(), value))
    }

    /// Whether it names a place among its `locations`.
    pub(super) fn is_at(&self, place: &str) -> bool {
        let locations = self.0.get("locations").and_then(Value::as_array);
        locations.is_some_and(|all| all.iter().any(|location| location == place))
    }

    /// What is right of the members that all types share.
    fn check(&self) -> Result<(), OAuthError> {
        let name = self.name();
        if !DetailType::is_name(name) {
            return Err(refuse(
                "each detail needs a type, which is a word of printable ASCII characters",
            ));
        }
        let is_list = |value: &Value| {
            value
                .as_array()
                .is_some_and(|items| items.iter().all(Value::is_string))
        };
        let wrong = LISTS
            .into_iter()
            .find(|list| self.0.get(*list).is_some_and(|value| !is_list(value)));
        if let Some(list) = wrong {
            return Err(refuse(format!("{list} of {name} must be a list of texts")));
        }
        if self.0.get(IDENTIFIER).is_some_and(|value| !value.is_string()) {
            return Err(refuse(format!("{IDENTIFIER} of {name} must be a text")));
        }
        Ok(())
    }

    /// Whether it asks for no more than another of its kind gives: the same, but for shorter lists among [`LISTS`].
    fn is_within(&self, granted: &Self) -> bool {
        let names: BTreeSet<&String> = self.0.keys().chain(granted.0.keys()).collect();
        names.into_iter().all(|name| {
            let both = (self.0.get(name), granted.0.get(name));
            match both {
                (Some(Value::Array(asked)), Some(Value::Array(given))) if LISTS.contains(&name.as_str()) => {
                    !asked.is_empty() && asked.iter().all(|item| given.contains(item))
                }
                (asked, given) => asked == given,
            }
        })
    }
}

impl AuthorizationDetails {
    /// Reads the parameter.
    ///
    /// # Errors
    /// `invalid_authorization_details` for anything but a list of details whose types `may` be asked for (section 5).
    pub fn parse(text: Option<&str>, may: impl Fn(&str) -> bool) -> Result<Self, OAuthError> {
        let Some(text) = text else {
            return Ok(Self::default());
        };
        if text.len() > MAX_BYTES || depth(text) > MAX_DEPTH {
            return Err(refuse("authorization_details is too large"));
        }
        let details: Self = serde_json::from_str(text).map_err(|error| {
            refuse("authorization_details is no JSON array of objects").with_detail(error.to_string())
        })?;
        if details.0.len() > MAX_DETAILS {
            return Err(refuse(format!("at most {MAX_DETAILS} details may be asked for")));
        }
        for detail in &details.0 {
            detail.check()?;
            if !may(detail.name()) {
                return Err(refuse(format!("type {} is not for this client", detail.name())));
            }
        }
        Ok(details)
    }

    /// What a token request asks of what was granted (section 6): all of it when it names nothing.
    ///
    /// # Errors
    /// `invalid_authorization_details` for anything more.
    pub fn narrowed(&self, asked: Option<&str>) -> Result<Self, OAuthError> {
        if asked.is_none() {
            return Ok(self.clone());
        }
        let asked = Self::parse(asked, |_| true)?;
        let within = |detail: &Detail| self.0.iter().any(|granted| detail.is_within(granted));
        match asked.0.iter().find(|detail| !within(detail)) {
            None => Ok(asked),
            Some(detail) => Err(refuse(format!("{} exceeds what was granted", detail.name()))),
        }
    }

    /// Those of some types.
    #[must_use]
    pub fn only(mut self, fits: impl Fn(&str) -> bool) -> Self {
        self.0.retain(|detail| fits(detail.name()));
        self
    }

    /// Whether nothing is asked for.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each.
    pub fn iter(&self) -> std::slice::Iter<'_, Detail> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a AuthorizationDetails {
    type Item = &'a Detail;
    type IntoIter = std::slice::Iter<'a, Detail>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(value: &Value) -> Result<AuthorizationDetails, OAuthError> {
        AuthorizationDetails::parse(Some(&value.to_string()), |name| {
            name == "payment" || name == "account"
        })
    }

    #[test]
    fn rfc9396_2_and_5_what_is_no_list_of_known_details_is_refused() {
        assert!(AuthorizationDetails::parse(None, |_| false).unwrap().is_empty());
        let good = json!([{"type": "payment", "actions": ["initiate"], "identifier": "a", "amount": {"value": "1"}}, {"type": "account"}]);
        assert_eq!(parse(&good).unwrap().iter().count(), 2);
        for bad in [
            json!({}),
            json!("payment"),
            json!([1]),
            json!([{}]),
            json!([{"type": 1}]),
            json!([{"type": "other"}]),
            json!([{"type": "pay ment"}]),
            json!([{"type": "payment", "actions": "initiate"}]),
            json!([{"type": "payment", "locations": [1]}]),
            json!([{"type": "payment", "identifier": 7}]),
            json!([{"type": "payment", "note": "x".repeat(MAX_BYTES)}]),
            json!(vec![json!({"type": "payment"}); MAX_DETAILS + 1]),
        ] {
            let refused = parse(&bad).unwrap_err();
            assert_eq!(refused.code, ErrorCode::InvalidAuthorizationDetails, "{bad}");
        }
        let deep = format!("[{}1{}]", "[".repeat(5_000), "]".repeat(5_000));
        assert!(AuthorizationDetails::parse(Some(&deep), |_| true).is_err());
    }

    #[test]
    fn rfc9396_6_1_a_token_request_narrows_and_never_widens() {
        let granted = parse(&json!([
            {"type": "account", "actions": ["read", "write"], "identifier": "a"},
            {"type": "payment", "amount": 5},
        ]))
        .unwrap();
        assert_eq!(granted.narrowed(None).unwrap(), granted);
        for (asked, fits) in [
            (
                json!([{"type": "account", "actions": ["read"], "identifier": "a"}]),
                true,
            ),
            (json!([{"type": "payment", "amount": 5}]), true),
            (json!([]), true),
            (
                json!([{"type": "account", "actions": ["read", "pay"], "identifier": "a"}]),
                false,
            ),
            (
                json!([{"type": "account", "actions": [], "identifier": "a"}]),
                false,
            ),
            (json!([{"type": "account", "identifier": "a"}]), false),
            (
                json!([{"type": "account", "actions": ["read"], "identifier": "b"}]),
                false,
            ),
            (json!([{"type": "payment", "amount": 4}]), false),
            (json!([{"type": "payment", "amount": 5, "to": "x"}]), false),
            (json!([{"type": "other"}]), false),
        ] {
            assert_eq!(
                granted.narrowed(Some(&asked.to_string())).is_ok(),
                fits,
                "{asked}"
            );
        }
    }
}
