//! Form and query parameters, parsed once, with duplicates refused (RFC 6749 section 3.1).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use super::error::OAuthError;

/// The most parameters a request may have.
const MAX_PARAMS: usize = 100;
/// The longest value, in bytes. Generous: request objects are long.
const MAX_VALUE: usize = 32 * 1024;
/// May be sent more than once (RFC 8707 section 2, RFC 8693 section 2.1).
const REPEATABLE: [&str; 2] = ["resource", "audience"];

/// A request's parameters. A parameter sent without a value counts as omitted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Params(BTreeMap<String, Vec<String>>);

impl Params {
    /// Parses `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// `invalid_request` for repeated parameters, invalid UTF-8, and absurd counts or lengths.
    pub fn parse(encoded: &[u8]) -> Result<Self, OAuthError> {
        let mut params = BTreeMap::<String, Vec<String>>::new();
        for (count, (name, value)) in form_urlencoded::parse(encoded).enumerate() {
            if count >= MAX_PARAMS {
                return Err(OAuthError::invalid_request("too many parameters"));
            }
            if value.len() > MAX_VALUE || name.len() > 256 {
                return Err(OAuthError::invalid_request("a parameter is too long"));
            }
            // The parser replaces what is not UTF-8; such a request is refused, not guessed at.
            if name.contains('\u{fffd}') || value.contains('\u{fffd}') {
                return Err(OAuthError::invalid_request("a parameter is not valid UTF-8"));
            }
            if value.is_empty() {
                continue;
            }
            let values = params.entry(name.into_owned()).or_default();
            values.push(value.into_owned());
        }
        Self::without_repeats(params)
    }

    /// Parameters that came as names and values, such as the claims of a request object.
    ///
    /// # Errors
    /// As [`Params::parse`].
    pub fn from_values(values: impl Iterator<Item = (String, Vec<String>)>) -> Result<Self, OAuthError> {
        let params: BTreeMap<String, Vec<String>> = values
            .map(|(name, mut values)| {
                values.retain(|value| !value.is_empty());
                (name, values)
            })
            .filter(|(_, values)| !values.is_empty())
            .collect();
        if params.len() > MAX_PARAMS || params.values().any(|values| values.len() > MAX_PARAMS) {
            return Err(OAuthError::invalid_request("too many parameters"));
        }
        Self::without_repeats(params)
    }

    fn without_repeats(params: BTreeMap<String, Vec<String>>) -> Result<Self, OAuthError> {
        let repeated = params
            .iter()
            .find(|(name, values)| values.len() > 1 && !REPEATABLE.contains(&name.as_str()));
        match repeated {
            Some((name, _)) => Err(OAuthError::invalid_request(format!(
                "parameter {name} is repeated"
            ))),
            None => Ok(Self(params)),
        }
    }

    /// The same parameters but some.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        let mut rest = self.0.clone();
        rest.retain(|name, _| !names.contains(&name.as_str()));
        Self(rest)
    }

    /// Puts a value in place of what a parameter had.
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), vec![value.to_owned()]);
    }

    /// How many bytes names and values have in all.
    pub fn size(&self) -> usize {
        let sizes = self
            .0
            .iter()
            .map(|(name, values)| name.len() + values.iter().map(String::len).sum::<usize>());
        sizes.sum()
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .and_then(|values| values.first())
            .map(String::as_str)
    }

    /// All values of a repeatable parameter.
    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The value of a parameter that must be there.
    ///
    /// # Errors
    /// `invalid_request` when it is missing.
    pub fn require(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name)
            .ok_or_else(|| OAuthError::invalid_request(format!("parameter {name} is missing")))
    }

    /// The words of a space-separated parameter, each once, in order.
    pub fn words(&self, name: &str) -> Vec<String> {
        let mut words = Vec::new();
        for word in self
            .get(name)
            .unwrap_or_default()
            .split(' ')
            .filter(|word| !word.is_empty())
        {
            if !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_are_refused_and_empty_values_omitted() {
        assert!(Params::parse(b"a=1&a=2").is_err());
        assert!(Params::parse(b"resource=x&resource=y").is_ok());
        let params = Params::parse(b"a=&b=x+y&a=3").unwrap();
        assert_eq!(
            (params.get("a"), params.get("b"), params.get("c")),
            (Some("3"), Some("x y"), None)
        );
        assert_eq!(Params::parse(b"scope=b+a++b").unwrap().words("scope"), ["b", "a"]);
    }

    #[test]
    fn absurd_input_is_refused() {
        let many = (0..200).fold(String::new(), |all, i| format!("{all}p{i}=1&"));
        assert!(Params::parse(many.as_bytes()).is_err());
        assert!(Params::parse(b"a=%ff").is_err());
        assert!(Params::parse(format!("a={}", "x".repeat(40_000)).as_bytes()).is_err());
    }
}
