//! Others whose word about users a tenant takes: their assertions are exchanged for access tokens (RFC 7523 section 2.1).

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An issuer of assertions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedIssuer {
    /// Its `iss`.
    pub issuer: String,
    /// Its keys, by value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// Its keys, by reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The claim that names a user.
    #[serde(default = "sub")]
    pub claim: String,
    /// What of our users that claim is compared with.
    #[serde(default)]
    pub user: UserKey,
    /// The values of the claim that count; none but these.
    pub subjects: Vec<String>,
    /// The clients that may bring its assertions.
    pub clients: Vec<String>,
}

fn sub() -> String {
    "sub".to_owned()
}

/// What a user is found by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserKey {
    /// The mail address.
    #[default]
    Email,
    /// Our subject identifier.
    Sub,
}
