//! Claims of a client's own: what an administrator says that its tokens tell about people besides the standard claims.
//!
//! ```json
//! {
//!   "upn":     {"path": "username"},
//!   "country": {"path": "address.country", "in": ["access_token"], "scope": "address"},
//!   "tier":    {"value": "gold"},
//!   "label":   {"template": "{name} <{email}>", "in": ["id_token"]}
//! }
//! ```
//!
//! `path` is a claim of the person, `template` a text with such in braces (`{{` and `}}` stand for braces). What the person does not
//! have is left out, a template with it. `scope` gives the claim only where that scope was granted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::claims::is_standard;
use super::scope;

/// The most claims of a client.
const MOST: usize = 50;
/// The longest name, template, and constant as JSON, bytes.
const LONGEST: usize = 1_024;

/// What says something about the token itself, or is proven: no setting may say it instead (RFC 7519 section 4.1, OpenID Connect Core
/// sections 2 and 5.1, RFC 9068, RFC 8693, RFC 7662).
const RESERVED: [&str; 34] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "nonce",
    "auth_time",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "s_hash",
    "sid",
    "cnf",
    "act",
    "may_act",
    "client_id",
    "scope",
    "authorization_details",
    "events",
    "active",
    "token_type",
    "username",
    "token_introspection",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "verified_claims",
    "_claim_names",
    "_claim_sources",
];

/// Where a claim is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In ID tokens.
    IdToken,
    /// In userinfo answers.
    Userinfo,
    /// In access tokens, and so to whoever introspects them.
    AccessToken,
}

/// Where one claim comes from (exactly one of the first three), and where it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    template: Option<String>,
    #[serde(rename = "in", default = "told_to_the_app")]
    places: Vec<Place>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// Where a claim comes from.
enum Source<'a> {
    /// A claim of the person.
    Path(&'a str),
    /// Always this.
    Value(&'a Value),
    /// A text with claims of the person in it.
    Template(&'a str),
}

fn told_to_the_app() -> Vec<Place> {
    vec![Place::IdToken, Place::Userinfo]
}

/// The claims of a client, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClaimsMapping(BTreeMap<String, Rule>);

impl ClaimsMapping {
    /// What is wrong with it, if anything.
    pub fn problem(&self) -> Option<String> {
        if self.0.len() > MOST {
            return Some(format!("at most {MOST} claims"));
        }
        self.0.iter().find_map(|(name, rule)| {
            Some(format!(
                "{name}: {}",
                name_problem(name).or_else(|| rule.problem())?
            ))
        })
    }

    /// Whether nothing is mapped.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is told in one place about a person who has these claims, where these scopes were granted.
    pub fn apply(&self, place: Place, granted: &str, person: &Map<String, Value>) -> Map<String, Value> {
        let told = |rule: &Rule| {
            let allowed = rule.scope.as_deref().is_none_or(|word| scope::has(granted, word));
            rule.places.contains(&place) && allowed
        };
        let rules = self.0.iter().filter(|(_, rule)| told(rule));
        rules
            .filter_map(|(name, rule)| Some((name.clone(), rule.source()?.of(person)?)))
            .collect()
    }
}

fn name_problem(name: &str) -> Option<String> {
    let readable = !name.is_empty() && name.len() <= LONGEST && name.chars().all(|c| c.is_ascii_graphic());
    if !readable {
        return Some("a name is printable ASCII characters".to_owned());
    }
    RESERVED
        .contains(&name)
        .then(|| "this claim is not for a mapping to set".to_owned())
}

impl Rule {
    fn source(&self) -> Option<Source<'_>> {
        match (&self.path, &self.value, &self.template) {
            (Some(path), None, None) => Some(Source::Path(path)),
            (None, Some(value), None) => Some(Source::Value(value)),
            (None, None, Some(text)) => Some(Source::Template(text)),
            _ => None,
        }
    }

    fn problem(&self) -> Option<String> {
        if self.places.is_empty() {
            return Some("in must name id_token, userinfo or access_token".to_owned());
        }
        if self
            .scope
            .as_deref()
            .is_some_and(|word| !scope::is_scope_token(word))
        {
            return Some("scope is one scope".to_owned());
        }
        let Some(source) = self.source() else {
            return Some("name exactly one of path, value and template".to_owned());
        };
        match source {
            Source::Path(path) => path_problem(path),
            Source::Value(value) => {
                (value.to_string().len() > LONGEST).then(|| "the value is too long".to_owned())
            }
            Source::Template(text) if text.len() > LONGEST => Some("the template is too long".to_owned()),
            Source::Template(text) => match parts(text) {
                None => Some("braces of the template don't fit".to_owned()),
                Some(parts) => parts.iter().find_map(|part| match part {
                    Part::Path(path) => path_problem(path),
                    Part::Text(_) => None,
                }),
            },
        }
    }
}

fn path_problem(path: &str) -> Option<String> {
    let (first, deeper) = path
        .split_once('.')
        .map_or((path, None), |(first, rest)| (first, Some(rest)));
    let known = is_standard(first) || first == "username";
    let fits = match deeper {
        None => known,
        Some(deeper) => first == "address" && !deeper.is_empty(),
    };
    (!fits).then(|| format!("{path} is no claim that a person can have"))
}

impl Source<'_> {
    fn of(&self, person: &Map<String, Value>) -> Option<Value> {
        match self {
            Self::Path(path) => look(person, path).cloned(),
            Self::Value(value) => Some((*value).clone()),
            Self::Template(text) => {
                let filled = parts(text)?.into_iter().map(|part| part.filled(person));
                filled.collect::<Option<String>>().map(Value::String)
            }
        }
    }
}

fn look<'a>(person: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut names = path.split('.');
    let first = person.get(names.next()?)?;
    names.try_fold(first, |value, name| value.get(name))
}

/// A piece of a template.
enum Part<'a> {
    Text(&'a str),
    Path(&'a str),
}

impl Part<'_> {
    fn filled(&self, person: &Map<String, Value>) -> Option<String> {
        match self {
            Self::Text(text) => Some((*text).to_owned()),
            Self::Path(path) => match look(person, path)? {
                Value::String(text) => Some(text.clone()),
                Value::Null | Value::Array(_) | Value::Object(_) => None,
                scalar => Some(scalar.to_string()),
            },
        }
    }
}

/// A template in pieces; `None` for a brace without its fellow.
fn parts(mut text: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    while let Some(at) = text.find(['{', '}']) {
        let (before, rest) = text.split_at_checked(at)?;
        parts.push(Part::Text(before));
        if rest.starts_with("{{") || rest.starts_with("}}") {
            parts.push(Part::Text(rest.get(..1)?));
            text = rest.get(2..)?;
        } else {
            let (path, after) = rest.strip_prefix('{')?.split_once('}')?;
            parts.push(Part::Path(path));
            text = after;
        }
    }
    parts.push(Part::Text(text));
    Some(parts)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mapping(value: Value) -> ClaimsMapping {
        serde_json::from_value(value).unwrap()
    }

    fn person() -> Map<String, Value> {
        let claims = json!({
            "name": "Alice", "email": "a@x.test", "email_verified": true, "username": "alice", "address": {"country": "NL"},
        });
        claims.as_object().cloned().unwrap()
    }

    #[test]
    fn claims_come_from_paths_constants_and_templates() {
        let rules = mapping(json!({
            "upn": {"path": "username"},
            "country": {"path": "address.country", "in": ["access_token"]},
            "tier": {"value": {"level": 3}, "scope": "profile"},
            "label": {"template": "{name} <{email}> {{{email_verified}}}"},
            "nickname_of": {"path": "nickname"},
            "tel": {"template": "tel:{phone_number}"},
        }));
        assert_eq!(rules.problem(), None);
        let told = |place, granted| Value::Object(rules.apply(place, granted, &person()));
        let label = "Alice <a@x.test> {true}";
        assert_eq!(
            told(Place::IdToken, "openid"),
            json!({"upn": "alice", "label": label})
        );
        let all = json!({"upn": "alice", "label": label, "tier": {"level": 3}});
        assert_eq!(told(Place::Userinfo, "openid profile"), all);
        assert_eq!(told(Place::AccessToken, "openid"), json!({"country": "NL"}));
    }

    #[test]
    fn what_a_mapping_must_not_say_is_refused() {
        for bad in [
            json!({"sub": {"value": "x"}}),
            json!({"iss": {"value": "x"}}),
            json!({"exp": {"value": 1}}),
            json!({"acr": {"value": "phr"}}),
            json!({"email_verified": {"value": true}}),
            json!({"scope": {"value": "admin"}}),
            json!({"": {"value": "x"}}),
            json!({"a b": {"value": "x"}}),
            json!({"x": {"path": "password"}}),
            json!({"x": {"path": "name.first"}}),
            json!({"x": {"path": "address."}}),
            json!({"x": {"template": "{name"}}),
            json!({"x": {"template": "name}"}}),
            json!({"x": {"template": "{secret}"}}),
            json!({"x": {"value": null}}),
            json!({"x": {}}),
            json!({"x": {"value": 1, "path": "name"}}),
            json!({"x": {"value": "y", "in": []}}),
            json!({"x": {"value": "y", "scope": "a b"}}),
            json!({"x": {"value": "z".repeat(2_000)}}),
        ] {
            assert!(mapping(bad.clone()).problem().is_some(), "{bad}");
        }
        let unreadable = [
            json!({"x": {"vlue": 1}}),
            json!({"x": {"value": 1, "in": ["mail"]}}),
            json!({"x": "y"}),
        ];
        for bad in unreadable {
            assert!(
                serde_json::from_value::<ClaimsMapping>(bad.clone()).is_err(),
                "{bad}"
            );
        }
    }
}
