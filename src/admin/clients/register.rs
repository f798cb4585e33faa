//! What `--type` stands for: the metadata that a kind of app begins with.

use serde_json::{Map, Value, json};

use crate::admin::AdminError;
use crate::domain::client::{ApplicationType, Client, ClientAuthMethod, GrantType};

/// A kind of app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An app with a server of its own.
    Web,
    /// An app that lives in the browser.
    Spa,
    /// An app on a device.
    Native,
    /// A service acting for itself.
    Service,
    /// A device without a browser or keyboard.
    Device,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Web, Self::Spa, Self::Native, Self::Service, Self::Device];

    /// The name on the command line and in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Spa => "spa",
            Self::Native => "native",
            Self::Service => "service",
            Self::Device => "device",
        }
    }

    /// The kind of a name.
    ///
    /// # Errors
    /// [`AdminError::Invalid`].
    pub fn parse(name: &str) -> Result<Self, AdminError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| {
                let words = format!("«{name}» is no type; use web, spa, native, service or device");
                AdminError::invalid("type", words)
            })
    }
}

/// The metadata that a kind begins with. Our own clients sign with ES256 unless they say otherwise; one with a server authenticates as its
/// profile has it, or with a secret.
pub fn template(kind: Kind) -> Map<String, Value> {
    let document = match kind {
        Kind::Web => json!({
            "grant_types": ["authorization_code", "refresh_token"],
        }),
        Kind::Spa => json!({
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "none",
        }),
        Kind::Native => json!({
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "none",
            "application_type": "native",
        }),
        Kind::Service => json!({
            "grant_types": ["client_credentials"],
            "response_types": [],
        }),
        Kind::Device => json!({
            "grant_types": [GrantType::DeviceCode.name(), "refresh_token"],
            "response_types": [],
            "token_endpoint_auth_method": "none",
            "application_type": "native",
        }),
    };
    let mut members = document.as_object().cloned().unwrap_or_default();
    members.insert("id_token_signed_response_alg".to_owned(), "ES256".into());
    members
}

/// Which kind a client is, by what it registered.
pub fn kind_of(client: &Client) -> Kind {
    let metadata = &client.metadata;
    let may = |grant| metadata.grant_types.contains(&grant);
    if !may(GrantType::AuthorizationCode) && may(GrantType::DeviceCode) {
        Kind::Device
    } else if !may(GrantType::AuthorizationCode) {
        Kind::Service
    } else if metadata.application_type == ApplicationType::Native {
        Kind::Native
    } else if metadata.token_endpoint_auth_method == ClientAuthMethod::None {
        Kind::Spa
    } else {
        Kind::Web
    }
}
