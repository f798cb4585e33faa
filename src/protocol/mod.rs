//! The rules of OAuth 2.0 and OpenID Connect as pure functions: requests are parsed once into checked values, and every
//! refusal is an [`error::OAuthError`] with a public and a private half.

pub mod acr;
pub mod authorization_details;
pub mod authorize;
pub mod ciba;
pub mod claims;
pub mod client_auth;
pub mod client_certificate;
pub mod client_document;
pub mod confirmation;
pub mod device;
pub mod dpop;
pub mod error;
pub mod exchange;
pub mod identity_assurance;
pub mod metadata;
pub mod params;
pub mod pkce;
pub mod proof_of_work;
pub mod redirect;
pub mod refresh_token;
pub mod registration;
pub mod request_object;
pub mod resource;
pub mod scope;
pub mod subject;
