//! `prompt`: what may or must be shown (OpenID Connect Core section 3.1.2.1, Initiating User Registration 1.0).

use serde::{Deserialize, Serialize};

use crate::protocol::error::OAuthError;
use crate::protocol::params::Params;

/// The `prompt` parameter, parsed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "prompt is a set of independent words"
)]
pub struct Prompt {
    /// Show nothing; fail instead.
    pub none: bool,
    /// Authenticate anew.
    pub login: bool,
    /// Ask for consent anew.
    pub consent: bool,
    /// Let the person choose an account.
    pub select_account: bool,
    /// Let the person make an account (Initiating User Registration 1.0).
    pub create: bool,
}

impl Prompt {
    /// The values we implement, for discovery; the last one only where people may make accounts.
    pub const SUPPORTED: [&'static str; 5] = ["none", "login", "consent", "select_account", Self::CREATE];
    /// Asks for an account to be made.
    pub const CREATE: &'static str = "create";

    /// Reads the parameter.
    ///
    /// # Errors
    /// `invalid_request` for unknown words and for `none` beside others.
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
        let words = params.words("prompt");
        let mut prompt = Self::default();
        for word in &words {
            match word.as_str() {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                Self::CREATE => prompt.create = true,
                _ => {
                    return Err(OAuthError::invalid_request(
                        "prompt has a value that is not supported",
                    ));
                }
            }
        }
        if prompt.none && words.len() > 1 {
            return Err(OAuthError::invalid_request("prompt none excludes other values"));
        }
        Ok(prompt)
    }
}
