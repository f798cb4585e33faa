//! The demo app `/demo`: what a relying party sees, in English only.

use askama::Template;

use super::Chrome;

/// Nobody is signed in.
#[derive(Clone, Debug, Template)]
#[template(path = "dev/demo_out.html")]
pub struct DemoSignedOut {
    /// Around it.
    pub chrome: Chrome,
    /// Begins a sign-in: a link to `/demo/signin`, which redirects to the authorization endpoint.
    pub sign_in: String,
    /// The same with `acr_values` for a second factor.
    pub step_up: String,
    /// What an earlier attempt ended with: `error` and `error_description`.
    pub error: Option<(String, String)>,
}

/// Somebody is signed in. Its forms POST to `/demo/refresh`, `/demo/userinfo` and `/demo/signout` with `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "dev/demo_in.html")]
pub struct DemoSignedIn {
    /// Around it.
    pub chrome: Chrome,
    /// Who.
    pub name: String,
    /// What each token holds.
    pub tokens: Vec<TokenView>,
    /// The last answer of an endpoint, as JSON.
    pub answer: Option<(String, String)>,
    /// Asks for a second factor now.
    pub step_up: String,
}

/// A token, opened.
#[derive(Clone, Debug)]
pub struct TokenView {
    /// `ID token`, `Access token`, `Refresh token`.
    pub name: String,
    /// Claims by name and value; empty for an opaque token.
    pub claims: Vec<(String, String)>,
    /// The token itself, shortened by the page.
    pub raw: String,
}
