//! Session state (OpenID Connect Session Management 1.0): a value that an app can ask a page of ours about, to learn whether the person is
//! still signed in here as they were, without asking the server.

use url::Url;

use crate::base::encoding::base64url;
use crate::base::ids::{ClientId, SessionId};
use crate::base::secret::{Secret, hmac_sha256, sha256};

/// What stands in the place of a session that was ended in this browser. A browser that shows nothing is one that withholds the cookie in
/// frames of others.
pub const SIGNED_OUT: &str = "signed-out";

/// What the browser holds of a session for scripts of ours: it changes with the session, and opens nothing.
pub fn browser_state(tenant_key: &Secret<Vec<u8>>, session: SessionId) -> String {
    base64url(&hmac_sha256(
        tenant_key.expose(),
        &[b"browser-state", session.0.as_bytes()],
    ))
}

/// `session_state` for a client whose page lies where the answer goes (section 3.2). `None` for an address that no page has.
///
/// The page calculates the same (`static/js/check_session.js`): SHA-256 of client, origin, state and salt, separated by spaces.
pub fn session_state(client: &ClientId, redirect: &str, browser_state: &str, salt: &str) -> Option<String> {
    let origin = Url::parse(redirect).ok()?.origin();
    origin.is_tuple().then(|| {
        let text = format!("{client} {} {browser_state} {salt}", origin.ascii_serialization());
        format!("{}.{salt}", base64url(&sha256(text.as_bytes())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oidc_session_3_2_the_state_is_of_client_origin_and_session() {
        let key = Secret::new(vec![1; 32]);
        let of = |number| browser_state(&key, SessionId(uuid::Uuid::from_u128(number)));
        assert_ne!(of(1), of(2));
        let client = ClientId::parse("app").unwrap();
        let state = |redirect: &str, browser: &str| session_state(&client, redirect, browser, "salt");
        let first = state("https://app.test/cb?x=1", &of(1)).unwrap();
        assert_eq!(Some(&first), state("https://app.test/other", &of(1)).as_ref());
        assert!(first.split_once('.').is_some_and(|(_, salt)| salt == "salt") && !first.contains(' '));
        for other in [
            state("https://b.test/cb", &of(1)),
            state("https://app.test/cb", &of(2)),
        ] {
            assert_ne!(Some(&first), other.as_ref());
        }
        assert_eq!(state("com.app:/cb", &of(1)), None);
    }
}
