//! What is being risked when a decision is made.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The action a decision is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// A new account.
    SignUp,
    /// A sign-in.
    SignIn,
    /// A refresh token is used.
    Refresh,
    /// An account is recovered.
    Recover,
    /// A factor is added or removed.
    EnrolFactor,
    /// A password is changed.
    ChangeCredential,
    /// The mail address is changed.
    ChangeEmail,
    /// An admin enters the console.
    AdminElevate,
    /// Consent to sensitive scopes.
    Consent,
    /// A token for a client acting for itself.
    ClientToken,
    /// An action that an app names, such as `app:payout`: 1 to 64 of `[a-z0-9_.-]`.
    App(String),
}

impl Action {
    /// The name in policies and records.
    pub fn name(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SignUp => "sign_up",
            Self::SignIn => "sign_in",
            Self::Refresh => "refresh",
            Self::Recover => "recover",
            Self::EnrolFactor => "enrol_factor",
            Self::ChangeCredential => "change_credential",
            Self::ChangeEmail => "change_email",
            Self::AdminElevate => "admin_elevate",
            Self::Consent => "consent",
            Self::ClientToken => "client_token",
            Self::App(name) => return write!(f, "app:{name}"),
        })
    }
}

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "sign_up" => Self::SignUp,
            "sign_in" => Self::SignIn,
            "refresh" => Self::Refresh,
            "recover" => Self::Recover,
            "enrol_factor" => Self::EnrolFactor,
            "change_credential" => Self::ChangeCredential,
            "change_email" => Self::ChangeEmail,
            "admin_elevate" => Self::AdminElevate,
            "consent" => Self::Consent,
            "client_token" => Self::ClientToken,
            other => {
                let name = other
                    .strip_prefix("app:")
                    .ok_or_else(|| UnknownAction(other.to_owned()))?;
                let fits = (1..=64).contains(&name.len())
                    && name
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_.-".contains(&b));
                if !fits {
                    return Err(UnknownAction(other.to_owned()));
                }
                Self::App(name.to_owned())
            }
        })
    }
}

/// A name that is no action.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "«{0}» is not an action: use sign_up, sign_in, refresh, recover, enrol_factor, change_credential, change_email, admin_elevate, consent, client_token or app:NAME"
)]
pub struct UnknownAction(pub String);

impl Serialize for Action {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for name in ["sign_in", "client_token", "app:payout"] {
            assert_eq!(name.parse::<Action>().unwrap().to_string(), name);
        }
        for bad in ["", "login", "app:", "app:PAY", "app:a b"] {
            assert!(bad.parse::<Action>().is_err(), "{bad}");
        }
    }
}
