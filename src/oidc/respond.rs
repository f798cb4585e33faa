//! The answer to an authorization request: a code, or an error, in the response mode that was asked for.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{OidcError, ciba, device, par};
use crate::base::ids::{ClientId, GrantId, SessionId, UserId};
use crate::base::secret::{TokenHash, TokenKind};
use crate::base::timestamp::Timestamp;
use crate::crypto::signer::TokenType;
use crate::domain::assurance::{Acr, Proof};
use crate::domain::session::Session;
use crate::protocol::authorization_details::AuthorizationDetails;
use crate::protocol::authorize::{AuthorizationRequest, ReplyTo};
use crate::protocol::claims::ClaimsRequest;
use crate::protocol::dpop::Thumbprint;
use crate::protocol::error::OAuthError;
use crate::protocol::pkce::CodeChallenge;
use crate::protocol::redirect::{Carrier, Form};
use crate::protocol::resource::ResourceId;
use crate::signin::Finished;
use crate::tenants::{Platform, Realm};

/// The life of a signed answer (JARM section 2.1 recommends ten minutes at most).
const SIGNED_LIFE: Duration = Duration::from_mins(10);

/// What an unredeemed code stands for. It lives in short-lived state; its redemption is durable.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CodeRecord {
    /// The grant that redemption makes.
    pub grant: GrantId,
    /// To whom it was given.
    pub client: ClientId,
    /// Where it was sent.
    pub redirect_uri: String,
    /// PKCE.
    pub challenge: Option<CodeChallenge>,
    /// Echo of the request.
    pub nonce: Option<String>,
    /// Granted scopes, separated by spaces.
    pub scope: String,
    /// For which resources.
    pub resources: Vec<ResourceId>,
    /// What was granted in more words than scopes have.
    #[serde(default)]
    pub authorization_details: AuthorizationDetails,
    /// Claims asked for by name.
    pub claims: ClaimsRequest,
    /// The key it is bound to (RFC 9449 section 10).
    pub dpop_jkt: Option<Thumbprint>,
    /// Whose account.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    /// The session's id for apps.
    pub sid: String,
    /// When the user authenticated.
    pub auth_time: Timestamp,
    /// What the tokens say about assurance.
    pub acr: Acr,
    /// What was proven.
    pub proofs: Vec<Proof>,
}

impl CodeRecord {
    /// What a person allowed an app in a session.
    pub(super) fn of(platform: &Platform, request: &AuthorizationRequest, allowed: &Allowed<'_>) -> Self {
        Self {
            grant: GrantId(platform.random().uuid(platform.now())),
            client: request.client.clone(),
            redirect_uri: request.reply.redirect.as_str().to_owned(),
            challenge: request.challenge.clone(),
            nonce: request.nonce.clone(),
            scope: request.scope.join(" "),
            resources: request.resources.clone(),
            authorization_details: request.authorization_details.clone(),
            claims: request.claims.clone(),
            dpop_jkt: request.dpop_jkt.clone(),
            user: allowed.session.user,
            session: allowed.session.id,
            sid: allowed.session.sid.clone(),
            auth_time: allowed.session.auth_time(),
            acr: request.acr.named(allowed.reached),
            proofs: allowed.proofs.to_vec(),
        }
    }
}

/// In which session a person allowed something, and what was proven for it.
pub(super) struct Allowed<'a> {
    pub(super) session: &'a Session,
    pub(super) reached: Acr,
    pub(super) proofs: &'a [Proof],
}

/// An answer on its way through the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// By redirect.
    Redirect(String),
    /// By a form that posts itself.
    FormPost {
        /// The checked redirect URI.
        action: String,
        /// Names and values.
        fields: Vec<(String, String)>,
    },
}

pub(super) fn code_key(realm: &Realm, hash: TokenHash) -> String {
    format!("{}:code:{}", realm.tenant.tag, hash.to_text())
}

/// Mints a code for a finished sign-in; a device that waits gets the answer instead of the browser.
///
/// # Errors
/// [`OidcError::Internal`] when short-lived state is full.
pub fn code(
    platform: &Platform,
    realm: &Realm,
    finished: &Finished,
    request: &AuthorizationRequest,
) -> Result<Reply, OidcError> {
    if let Some(pushed) = &request.pushed {
        match par::use_up(platform, realm, pushed) {
            Err(OidcError::OAuth(spent)) => return error(platform, realm, &request.reply, &spent),
            other => other?,
        }
    }
    let now = platform.now();
    let allowed = Allowed {
        session: &finished.session,
        reached: finished.reached,
        proofs: &finished.proofs,
    };
    let record = CodeRecord::of(platform, request, &allowed);
    let told = match (&request.device, &request.backchannel) {
        (Some(device), _) => Some(device::allow(platform, realm, device, record.clone())),
        (None, Some(waiting)) => Some(ciba::allow(platform, realm, &waiting.id, record.clone())),
        (None, None) => None,
    };
    match told {
        None => {}
        Some(Ok(())) => return reply(platform, realm, &request.reply, Vec::new()),
        Some(Err(OidcError::OAuth(late))) => return error(platform, realm, &request.reply, &late),
        Some(Err(other)) => return Err(other),
    }
    let code = format!("tgc_{}", platform.random().opaque());
    let hash = TokenHash::of(TokenKind::Code, &code);
    let life: Duration = platform.settings.tokens.code;
    platform
        .ephemeral
        .put(&code_key(realm, hash), &record, now, life)?;
    reply(platform, realm, &request.reply, vec![("code", code)])
}

/// Tells the app that a sign-in did not succeed. It is an answer like any other, so it uses up a pushed request.
///
/// # Errors
/// As [`error`].
pub fn refusal(
    platform: &Platform,
    realm: &Realm,
    request: &AuthorizationRequest,
    refused: &OAuthError,
) -> Result<Reply, OidcError> {
    if let Some(pushed) = &request.pushed {
        // Whether it had been used makes no difference to a refusal.
        let _ = par::use_up(platform, realm, pushed);
    }
    if let Some(device) = &request.device {
        device::deny(platform, realm, device);
    }
    if let Some(waiting) = &request.backchannel {
        ciba::deny(platform, realm, &waiting.id);
    }
    error(platform, realm, &request.reply, refused)
}

/// An error for the app, for a request that no sign-in was begun with.
///
/// # Errors
/// [`OidcError::Internal`] when a signed answer can't be signed.
pub fn error(
    platform: &Platform,
    realm: &Realm,
    to: &ReplyTo,
    error: &OAuthError,
) -> Result<Reply, OidcError> {
    let fields = vec![
        ("error", error.code.as_str().to_owned()),
        ("error_description", error.description.clone()),
    ];
    reply(platform, realm, to, fields)
}

type Fields = Vec<(&'static str, String)>;

fn reply(platform: &Platform, realm: &Realm, to: &ReplyTo, mut fields: Fields) -> Result<Reply, OidcError> {
    if let Some(state) = &to.state {
        fields.push(("state", state.clone()));
    }
    // RFC 9207: which issuer answers.
    fields.push(("iss", realm.issuer().to_owned()));
    if to.mode.form == Form::Signed {
        fields = vec![("response", signed(platform, realm, to, fields)?)];
    }
    Ok(match to.mode.carrier {
        Carrier::Query => Reply::Redirect(to.redirect.with_query(&fields)),
        Carrier::Fragment => Reply::Redirect(to.redirect.with_fragment(&fields)),
        Carrier::FormPost => Reply::FormPost {
            action: to.redirect.as_str().to_owned(),
            fields: fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        },
    })
}

/// The answer as one JWT for the client (JARM section 2.1).
fn signed(platform: &Platform, realm: &Realm, to: &ReplyTo, fields: Fields) -> Result<String, OidcError> {
    let mut claims: Map<String, Value> = fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    claims.insert("aud".to_owned(), to.client.as_str().into());
    claims.insert("exp".to_owned(), platform.now().plus(SIGNED_LIFE).secs().into());
    let signer = realm.tenant.keys.signer(to.alg)?;
    Ok(signer.sign(TokenType::Jwt, &claims)?)
}
