//! Scopes (RFC 6749 section 3.3).

use super::error::{ErrorCode, OAuthError};

/// Scopes with a meaning of our own.
pub const KNOWN: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];

/// Whether a word may be a scope: printable ASCII without quote and backslash.
pub fn is_scope_token(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|b| (0x21..=0x7e).contains(&b) && b != b'"' && b != b'\\')
}

/// The scopes that are granted of those asked for: what the client registered, in the order asked. A client that registered none may ask
/// for the scopes of OpenID Connect, and for those that a resource it names brings along. Unknown scopes are left out (OIDC Core section
/// 3.1.2.1).
///
/// # Errors
/// `invalid_scope` when a word is malformed.
pub fn allowed(
    asked: &[String],
    registered: Option<&str>,
    brought: impl Fn(&str) -> bool,
) -> Result<Vec<String>, OAuthError> {
    if asked.iter().any(|word| !is_scope_token(word)) {
        return Err(OAuthError::new(
            ErrorCode::InvalidScope,
            "scope has characters that are not allowed",
        ));
    }
    let may = |word: &String| match registered {
        Some(list) => list.split(' ').any(|allowed| allowed == word) || word == "openid",
        None => KNOWN.contains(&word.as_str()) || brought(word),
    };
    Ok(asked.iter().filter(|word| may(word)).cloned().collect())
}

/// Narrows granted scopes to those a refresh asks for (RFC 6749 section 6).
///
/// # Errors
/// `invalid_scope` when more is asked for than was granted.
pub fn narrow(granted: &str, asked: &[String]) -> Result<String, OAuthError> {
    if asked.is_empty() {
        return Ok(granted.to_owned());
    }
    if asked.iter().all(|word| granted.split(' ').any(|had| had == word)) {
        return Ok(asked.join(" "));
    }
    Err(OAuthError::new(
        ErrorCode::InvalidScope,
        "scope exceeds what was granted",
    ))
}

/// Whether a granted scope string holds a scope.
pub fn has(granted: &str, scope: &str) -> bool {
    granted.split(' ').any(|had| had == scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn only_registered_scopes_are_granted() {
        assert_eq!(
            allowed(&words("openid email api:read"), None, |_| false).unwrap(),
            ["openid", "email"]
        );
        assert_eq!(
            allowed(&words("openid api:read"), Some("api:read email"), |_| false).unwrap(),
            ["openid", "api:read"]
        );
        assert!(allowed(&words("a\"b"), None, |_| true).is_err());
    }

    #[test]
    fn refresh_may_narrow_but_not_widen() {
        assert_eq!(narrow("openid email", &words("email")).unwrap(), "email");
        assert_eq!(narrow("openid email", &[]).unwrap(), "openid email");
        assert!(narrow("openid", &words("openid email")).is_err());
    }
}
