//! Token exchange (RFC 8693): who may act for whom, as what, and for which audience. Nothing is allowed that no rule names.

use serde::{Deserialize, Serialize};

use super::error::{ErrorCode, OAuthError};
use super::params::Params;

/// The longest chain of actors that a token tells of.
const MAX_ACTORS: usize = 8;

/// The kinds of tokens that we take and give (section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// An access token of ours.
    AccessToken,
    /// An ID token of ours.
    IdToken,
}

impl TokenType {
    /// The registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccessToken => "urn:ietf:params:oauth:token-type:access_token",
            Self::IdToken => "urn:ietf:params:oauth:token-type:id_token",
        }
    }

    fn parse(name: &str) -> Result<Self, OAuthError> {
        [Self::AccessToken, Self::IdToken]
            .into_iter()
            .find(|known| known.name() == name)
            .ok_or_else(|| {
                OAuthError::invalid_request("tokens are exchanged as access_token or id_token only")
            })
    }
}

/// Who acts, or may act, for somebody (`act` and `may_act`, sections 4.1 and 4.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The acting party: a user, or a client's id.
    pub sub: String,
    /// Whom it acts through: the actor before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Actor>>,
}

impl Actor {
    /// This party, now the last to act after those in `before`.
    ///
    /// # Errors
    /// `invalid_request` when the chain is too long.
    pub fn after(sub: String, before: Option<Self>) -> Result<Self, OAuthError> {
        let mut length = 1;
        let mut earlier = before.as_ref();
        while let Some(actor) = earlier {
            length += 1;
            earlier = actor.act.as_deref();
        }
        if length > MAX_ACTORS {
            return Err(OAuthError::invalid_request(
                "too many parties act one after another",
            ));
        }
        Ok(Self {
            sub,
            act: before.map(Box::new),
        })
    }
}

/// What an exchange makes of its client (section 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExchangeKind {
    /// The new token tells who acts for the subject.
    Delegation,
    /// The new token is as if the subject had got it.
    Impersonation,
}

/// What a client may exchange: a setting of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeRule {
    /// What comes of it.
    pub kind: ExchangeKind,
    /// The clients whose tokens it takes.
    pub subject_clients: Vec<String>,
    /// For whom the new tokens may be. Empty: for whom the subject token was.
    #[serde(default)]
    pub audiences: Vec<String>,
}

/// A request for an exchange (section 2.1).
#[derive(Clone, Debug)]
pub struct ExchangeRequest<'a> {
    /// On whose behalf.
    pub subject: (&'a str, TokenType),
    /// Who acts, where somebody else than the client does.
    pub actor: Option<(&'a str, TokenType)>,
    /// For whom the new token is to be.
    pub audience: Option<&'a str>,
}

impl<'a> ExchangeRequest<'a> {
    /// Reads a request.
    ///
    /// # Errors
    /// `invalid_request`, `invalid_target`.
    pub fn read(params: &'a Params) -> Result<Self, OAuthError> {
        let subject = params.require("subject_token")?;
        let subject = (subject, TokenType::parse(params.require("subject_token_type")?)?);
        let actor = match (params.get("actor_token"), params.get("actor_token_type")) {
            (None, None) => None,
            (Some(token), Some(name)) => Some((token, TokenType::parse(name)?)),
            _ => {
                let words = "actor_token and actor_token_type belong together";
                return Err(OAuthError::invalid_request(words));
            }
        };
        let asked = params.get("requested_token_type");
        if asked.is_some_and(|asked| asked != TokenType::AccessToken.name()) {
            return Err(OAuthError::invalid_request("only access tokens are given"));
        }
        let mut audiences = params.all("audience").iter().chain(params.all("resource"));
        let audience = audiences.next().map(String::as_str);
        if audiences.next().is_some() {
            let words = "a token is for one audience: name one";
            return Err(OAuthError::new(ErrorCode::InvalidTarget, words));
        }
        Ok(Self {
            subject,
            actor,
            audience,
        })
    }

    /// What the rules of the calling client make of it, for a subject token of `subject_client`.
    ///
    /// # Errors
    /// `unauthorized_client` without any rule; `invalid_request` for a subject token that none names, `invalid_target` for an audience.
    pub fn permitted(
        &self,
        rules: &[ExchangeRule],
        subject_client: &str,
    ) -> Result<ExchangeKind, OAuthError> {
        if rules.is_empty() {
            let words = "no rule lets this client exchange tokens";
            return Err(OAuthError::new(ErrorCode::UnauthorizedClient, words));
        }
        // Where an actor is named, somebody acts: that is delegation.
        let named: Vec<&ExchangeRule> = rules
            .iter()
            .filter(|rule| rule.subject_clients.iter().any(|client| client == subject_client))
            .filter(|rule| self.actor.is_none() || rule.kind == ExchangeKind::Delegation)
            .collect();
        if named.is_empty() {
            let words = "no rule lets this client exchange such tokens";
            return Err(OAuthError::invalid_request(words));
        }
        let fits = |rule: &&&ExchangeRule| match self.audience {
            Some(audience) => rule.audiences.iter().any(|allowed| allowed == audience),
            None => rule.audiences.is_empty(),
        };
        named.iter().find(fits).map(|rule| rule.kind).ok_or_else(|| {
            let words = "no rule lets this client get tokens for this audience";
            OAuthError::new(ErrorCode::InvalidTarget, words)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(more: &str) -> Params {
        let text =
            format!("subject_token=x&subject_token_type=urn:ietf:params:oauth:token-type:access_token{more}");
        Params::parse(text.as_bytes()).unwrap()
    }

    fn rule(kind: ExchangeKind, clients: &[&str], audiences: &[&str]) -> ExchangeRule {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        ExchangeRule {
            kind,
            subject_clients: texts(clients),
            audiences: texts(audiences),
        }
    }

    fn judged(more: &str, rules: &[ExchangeRule], client: &str) -> Result<ExchangeKind, ErrorCode> {
        let params = params(more);
        let request = ExchangeRequest::read(&params).unwrap();
        request.permitted(rules, client).map_err(|error| error.code)
    }

    #[test]
    fn nothing_is_allowed_that_no_rule_names() {
        use ExchangeKind::{Delegation, Impersonation};
        let rules = [
            rule(Impersonation, &["app"], &["https://api.test"]),
            rule(Delegation, &["app", "other"], &[]),
        ];
        let actor = "&actor_token=y&actor_token_type=urn:ietf:params:oauth:token-type:id_token";
        let api = "&audience=https://api.test";
        assert_eq!(judged(api, &[], "app"), Err(ErrorCode::UnauthorizedClient));
        assert_eq!(judged("", &rules, "stranger"), Err(ErrorCode::InvalidRequest));
        assert_eq!(judged(api, &rules, "app"), Ok(Impersonation));
        assert_eq!(
            judged(&format!("{api}{actor}"), &rules, "app"),
            Err(ErrorCode::InvalidTarget)
        );
        assert_eq!(judged(api, &rules, "other"), Err(ErrorCode::InvalidTarget));
        assert_eq!(judged("", &rules, "app"), Ok(Delegation));
        assert_eq!(
            judged("&resource=https://other.test", &rules, "app"),
            Err(ErrorCode::InvalidTarget)
        );
    }

    #[test]
    fn rfc8693_2_1_requests_are_read_strictly() {
        let refused = |text: &str| {
            ExchangeRequest::read(&Params::parse(text.as_bytes()).unwrap())
                .unwrap_err()
                .code
        };
        assert_eq!(refused("subject_token=x"), ErrorCode::InvalidRequest);
        let refresh = "subject_token=x&subject_token_type=urn:ietf:params:oauth:token-type:refresh_token";
        assert_eq!(refused(refresh), ErrorCode::InvalidRequest);
        let again = |more| ExchangeRequest::read(&params(more)).unwrap_err().code;
        assert_eq!(again("&actor_token=y"), ErrorCode::InvalidRequest);
        assert_eq!(
            again("&actor_token_type=urn:ietf:params:oauth:token-type:id_token"),
            ErrorCode::InvalidRequest
        );
        assert_eq!(
            again("&requested_token_type=urn:ietf:params:oauth:token-type:saml2"),
            ErrorCode::InvalidRequest
        );
        assert_eq!(
            again("&audience=a&resource=https://b.test"),
            ErrorCode::InvalidTarget
        );
    }

    #[test]
    fn rfc8693_4_1_actors_are_nested_and_limited() {
        let mut chain = None;
        for number in 0..MAX_ACTORS {
            chain = Some(Actor::after(format!("a{number}"), chain).unwrap());
        }
        let chain = chain.unwrap();
        assert_eq!(
            (chain.sub.as_str(), chain.act.as_ref().unwrap().sub.as_str()),
            ("a7", "a6")
        );
        assert!(Actor::after("one more".to_owned(), Some(chain)).is_err());
    }
}
