//! What apps that register themselves may ask for (RFC 7591 section 5): a tenant's rule.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::registration::{ClientAuthMethod, ClientMetadata, GrantType};
use crate::protocol::scope;

/// How an app came to be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Anybody may register here.
    Open,
    /// By an initial access token, which an administrator gave away.
    Token,
}

/// Whether a client's id may be the address of a document about it (draft-ietf-oauth-client-id-metadata-document).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientDocuments {
    /// Where anybody may register.
    #[default]
    AsRegistration,
    /// Yes.
    Open,
    /// No.
    Off,
}

/// The rule. New fields need a default: rows of older versions lack them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegistrationPolicy {
    /// Grant types; when empty those in which a person takes part, and every one with an initial access token.
    pub grant_types: Vec<GrantType>,
    /// Scopes.
    pub scopes: Vec<String>,
    /// How apps may authenticate; in any way when empty.
    pub auth_methods: Vec<ClientAuthMethod>,
    /// Hosts of redirect URIs; `.example.com` stands for every host below it. Any when empty; else URIs without a host are refused.
    pub redirect_hosts: Vec<String>,
    /// An app that nobody granted anything is removed after so many days; never with 0. One that acts for itself is not.
    pub unused_days: u16,
    /// Whether apps may also be known by a document; what else the rule says holds for them too.
    pub client_id_documents: ClientDocuments,
}

impl Default for RegistrationPolicy {
    fn default() -> Self {
        Self {
            grant_types: Vec::new(),
            scopes: scope::KNOWN.map(str::to_owned).to_vec(),
            auth_methods: Vec::new(),
            redirect_hosts: Vec::new(),
            unused_days: 90,
            client_id_documents: ClientDocuments::default(),
        }
    }
}

/// Grants in which a person takes part. What an app alone can start is not for anybody who passes by.
const BY_A_PERSON: [GrantType; 3] = [
    GrantType::AuthorizationCode,
    GrantType::RefreshToken,
    GrantType::DeviceCode,
];

fn refuse(words: impl Into<String>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClientMetadata, words)
}

impl RegistrationPolicy {
    /// What is wrong with the rule itself, if anything.
    pub fn problem(&self) -> Option<&'static str> {
        let host = |text: &String| {
            let name = text.strip_prefix('.').unwrap_or(text);
            Host::parse(name).is_ok() && *text == text.to_ascii_lowercase()
        };
        if !self.scopes.iter().all(|word| scope::is_scope_token(word)) {
            return Some("scopes are words of printable ASCII characters");
        }
        if !self.redirect_hosts.iter().all(host) {
            return Some(
                "redirect_hosts are lower-case host names; .example.com stands for every host below it",
            );
        }
        if self.unused_days > 3_650 {
            return Some("unused_days: use 0 to 3650");
        }
        None
    }

    /// What is registered of what an app asked for: scopes beyond the rule are left out, as RFC 7591 section 3.2.1 lets us; everything
    /// else must fit.
    ///
    /// # Errors
    /// `invalid_client_metadata` or `invalid_redirect_uri`, with what is not allowed.
    pub fn constrain(
        &self,
        mut metadata: ClientMetadata,
        admission: Admission,
    ) -> Result<ClientMetadata, OAuthError> {
        if let Some(grant) = metadata
            .grant_types
            .iter()
            .find(|grant| !self.allows_grant(**grant, admission))
        {
            let words = format!(
                "grant_types: {} is not for apps that register themselves",
                grant.name()
            );
            return Err(refuse(words));
        }
        let method = metadata.token_endpoint_auth_method;
        if !self.auth_methods.is_empty() && !self.auth_methods.contains(&method) {
            let words = format!(
                "token_endpoint_auth_method: {} is not allowed here",
                method.name()
            );
            return Err(refuse(words));
        }
        let uris = metadata
            .redirect_uris
            .iter()
            .chain(&metadata.post_logout_redirect_uris);
        if let Some(uri) = uris.into_iter().find(|uri| !self.allows_redirect(uri)) {
            return Err(OAuthError::new(
                ErrorCode::InvalidRedirectUri,
                format!("{uri}: apps at this host may not register themselves"),
            ));
        }
        let asked = metadata.scope.as_deref().map(|text| text.split(' '));
        let granted: Vec<&str> = match asked {
            None => self.scopes.iter().map(String::as_str).collect(),
            Some(words) => words
                .filter(|word| self.scopes.iter().any(|may| may == word))
                .collect(),
        };
        metadata.scope = Some(granted.join(" "));
        Ok(metadata)
    }

    fn allows_grant(&self, grant: GrantType, admission: Admission) -> bool {
        match (self.grant_types.as_slice(), admission) {
            ([], Admission::Open) => BY_A_PERSON.contains(&grant),
            ([], Admission::Token) => true,
            (some, _) => some.contains(&grant),
        }
    }

    fn allows_redirect(&self, uri: &str) -> bool {
        if self.redirect_hosts.is_empty() {
            return true;
        }
        let url = Url::parse(uri).ok();
        let Some(host) = url.as_ref().and_then(Url::host_str) else {
            return false;
        };
        self.redirect_hosts
            .iter()
            .any(|may| host == may || (may.starts_with('.') && host.ends_with(may.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app() -> ClientMetadata {
        ClientMetadata {
            redirect_uris: vec!["https://app.example.com/cb".to_owned()],
            ..ClientMetadata::default()
        }
    }

    #[test]
    fn an_open_door_is_for_apps_with_a_person_in_them() {
        let policy = RegistrationPolicy::default();
        let service = ClientMetadata {
            grant_types: vec![GrantType::ClientCredentials],
            ..app()
        };
        let refused = policy.constrain(service.clone(), Admission::Open).unwrap_err();
        assert_eq!(refused.code, ErrorCode::InvalidClientMetadata);
        assert!(policy.constrain(service.clone(), Admission::Token).is_ok());
        let narrow = RegistrationPolicy {
            grant_types: vec![GrantType::AuthorizationCode],
            ..policy
        };
        assert!(narrow.constrain(service, Admission::Token).is_err());
    }

    #[test]
    fn scopes_beyond_the_rule_are_left_out_and_omitted_ones_take_it() {
        let policy = RegistrationPolicy::default();
        let scope = |scope: Option<&str>| {
            let asked = ClientMetadata {
                scope: scope.map(str::to_owned),
                ..app()
            };
            policy.constrain(asked, Admission::Open).unwrap().scope.unwrap()
        };
        assert_eq!(scope(Some("openid admin email")), "openid email");
        assert_eq!(scope(None), scope::KNOWN.join(" "));
    }

    #[test]
    fn hosts_are_compared_whole() {
        let policy = RegistrationPolicy {
            redirect_hosts: vec![".example.com".to_owned(), "app.test".to_owned()],
            ..RegistrationPolicy::default()
        };
        assert!(policy.problem().is_none());
        let allows = |uri: &str| policy.allows_redirect(uri);
        assert!(allows("https://app.example.com/cb") && allows("https://app.test/cb"));
        for other in [
            "https://example.com/",
            "https://evilexample.com/",
            "https://x.app.test/",
            "com.app:/cb",
        ] {
            assert!(!allows(other), "{other}");
        }
        let bad = RegistrationPolicy {
            redirect_hosts: vec!["https://a.test".to_owned()],
            ..RegistrationPolicy::default()
        };
        assert!(bad.problem().is_some());
    }
}
