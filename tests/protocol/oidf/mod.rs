//! The modules of the OpenID Foundation's conformance suite, each as a test of its name (docs/conformance.md says what each checks). Modules
//! that two plans share are written once and run by both.

/// Makes a test for each database of modules that plans share: `$modules::name(&app, $of)` of each name.
macro_rules! plan {
    ($modules:ident, $of:expr; $($name:ident)*) => {
        use super::$modules as modules;
        $crate::on_each_store! {
            $(async fn $name(app: &TestApp) { modules::$name(app, $of).await; })*
        }
    };
}

mod code_flow;
mod fapi;

mod basic;
mod ciba;
mod config;
mod dynamic;
mod fapi2;
mod form_post;
mod logout;
mod message_signing;
mod session_management;
mod third_party;

use crate::support::TestApp;
use crate::support::browser::plain_client;
use crate::support::client::read;
use crate::support::rp::{discovery, lists};

/// What the suite checks of the discovery document (OpenID Connect Discovery 1.0 section 3).
async fn discovery_holds(app: &TestApp) {
    let document = discovery(app).await;
    assert_eq!(document["issuer"], app.issuer);
    for endpoint in [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "registration_endpoint",
    ] {
        let address = document[endpoint].as_str().unwrap();
        assert!(
            address.starts_with(&app.issuer) && !address.contains('#'),
            "{endpoint}"
        );
    }
    for (name, value) in [
        ("scopes_supported", "openid"),
        ("response_types_supported", "code"),
        ("response_modes_supported", "form_post"),
        ("grant_types_supported", "authorization_code"),
        ("subject_types_supported", "public"),
        ("id_token_signing_alg_values_supported", "RS256"),
        ("token_endpoint_auth_methods_supported", "client_secret_basic"),
        ("code_challenge_methods_supported", "S256"),
        ("claims_supported", "sub"),
        ("claim_types_supported", "normal"),
    ] {
        assert!(lists(&document, name, value), "{name}: {value}");
    }
    assert!(!lists(&document, "code_challenge_methods_supported", "plain"));
    let keys = read(plain_client().get(document["jwks_uri"].as_str().unwrap()))
        .await
        .body;
    for key in keys["keys"].as_array().unwrap() {
        assert!(
            key["kid"].is_string() && key["kty"].is_string() && key["use"] == "sig",
            "{key}"
        );
        assert!(key.get("d").is_none() && key.get("k").is_none(), "{key}");
    }
}
