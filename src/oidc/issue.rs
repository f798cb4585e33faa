//! Making tokens: ID tokens, and access tokens as JWT (RFC 9068) or opaque, as the client is set.

use serde::Serialize;
use serde_json::{Map, Value};

use super::OidcError;
use crate::base::encoding::base64url;
use crate::base::ids::GrantId;
use crate::base::secret::{TokenHash, TokenKind, sha256, sha512};
use crate::base::timestamp::Timestamp;
use crate::crypto::signer::TokenType;
use crate::domain::client::{AccessTokenFormat, Client};
use crate::domain::grant::Grant;
use crate::domain::key::SigningAlg;
use crate::domain::user::User;
use crate::factors::assurance::amr;
use crate::protocol::authorization_details::AuthorizationDetails;
use crate::protocol::claims::{AccessTokenClaims, Audience, ClaimsRequest, IdTokenClaims, UserClaims};
use crate::protocol::confirmation::Confirmation;
use crate::protocol::error::OAuthError;
use crate::protocol::exchange::Actor;
use crate::protocol::identity_assurance::VERIFIED_CLAIMS;
use crate::protocol::params::Params;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope;
use crate::store::{AccessToken, Batch};
use crate::tenants::{Platform, Realm, Subjects};

/// The answer of the token endpoint (RFC 6749 section 5.1).
#[derive(Debug, Serialize)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: String,
    /// `Bearer`, or `DPoP` for one that is bound to a key.
    pub token_type: &'static str,
    /// Life of the access token, seconds.
    pub expires_in: u64,
    /// The refresh token, where the client has that grant type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The ID token, where `openid` was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// What was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// What was granted in more words than scopes have (RFC 9396 section 7).
    #[serde(skip_serializing_if = "AuthorizationDetails::is_empty")]
    pub authorization_details: AuthorizationDetails,
    /// What the access token is, for a client that asked for one in exchange (RFC 8693 section 2.2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_token_type: Option<&'static str>,
}

/// What an access token is about.
pub(super) struct AccessSubject<'a> {
    pub(super) client: &'a Client,
    pub(super) sub: String,
    pub(super) target: &'a Target,
    /// Absent for a client acting for itself.
    pub(super) grant: Option<&'a Grant>,
    /// What to bind it to.
    pub(super) bound_to: &'a Confirmation,
    /// Where it was got for another token.
    pub(super) exchanged: Option<&'a Exchanged>,
}

/// For which resources an access token is made (RFC 8707), and with which scopes.
pub(super) struct Target {
    /// The issuer itself when empty.
    pub(super) audience: Vec<ResourceId>,
    /// Absent when nothing of what was granted is meant for them.
    pub(super) scope: Option<String>,
    /// Details of types that they registered.
    pub(super) details: AuthorizationDetails,
}

impl Target {
    /// The issuer itself, with these scopes.
    pub(super) fn of_issuer(scope: String) -> Self {
        Self {
            audience: Vec::new(),
            scope: (!scope.is_empty()).then_some(scope),
            details: AuthorizationDetails::default(),
        }
    }

    /// What a token request names of what was granted, where `scope` is what it asks of the granted scopes.
    ///
    /// # Errors
    /// `invalid_target` for a resource that was not granted, `invalid_authorization_details` for a detail that was not.
    pub(super) fn of_request(
        realm: &Realm,
        granted: &Grant,
        scope: &str,
        params: &Params,
    ) -> Result<Self, OAuthError> {
        let resources = realm.resources();
        let asked = params.all("resource");
        let audience = resources.narrowed(&granted.resources, &granted.scope, asked)?;
        let scope = resources.scope_for(&audience, scope);
        let details = granted
            .authorization_details
            .narrowed(params.get("authorization_details"))?;
        Ok(Self {
            scope: (!scope.is_empty()).then_some(scope),
            details: resources.details_for(&audience, details),
            audience,
        })
    }

    fn aud(&self, issuer: &str) -> Audience {
        match self.audience.as_slice() {
            [] => Audience::One(issuer.to_owned()),
            [one] => Audience::One(one.to_string()),
            many => Audience::Many(many.iter().map(ResourceId::to_string).collect()),
        }
    }
}

/// What a token that was got for another owes to that one (RFC 8693).
pub(super) struct Exchanged {
    /// For whom it is.
    pub(super) audience: Audience,
    /// Who acts.
    pub(super) act: Option<Actor>,
    /// It lives no longer.
    pub(super) not_after: Timestamp,
}

/// Makes an access token. An opaque one is stored with `batch`.
pub(super) fn access_token(
    platform: &Platform,
    realm: &Realm,
    about: &AccessSubject<'_>,
    batch: &mut Option<&mut Batch>,
) -> Result<String, OidcError> {
    let now = platform.now();
    let life = now.plus(platform.settings.tokens.access);
    let expires_at = about
        .exchanged
        .map_or(life, |exchanged| life.min(exchanged.not_after));
    let claims = claims(platform, realm, about, now, expires_at);
    if about.client.settings.access_token_format == AccessTokenFormat::Opaque
        && let Some(batch) = batch
    {
        let token = format!("tga_{}", platform.random().opaque());
        batch.insert_access_token(&AccessToken {
            hash: TokenHash::of(TokenKind::Access, &token),
            grant: about.grant.map(|grant| grant.id),
            client: about.client.id.clone(),
            created_at: now,
            expires_at,
            claims: serde_json::to_value(&claims).map_err(|error| OidcError::Internal(error.to_string()))?,
        });
        return Ok(token);
    }
    let alg = access_alg(realm, about.client);
    Ok(realm
        .tenant
        .keys
        .signer(alg)?
        .sign(TokenType::AccessToken, &claims)?)
}

/// Access tokens are signed like the client's ID tokens, but never with RSA unless nothing else is there: no app reads them
/// with a library that knows RS256 alone.
fn access_alg(realm: &Realm, client: &Client) -> SigningAlg {
    let wanted = client.metadata.id_token_signed_response_alg;
    if realm.tenant.keys.has(wanted) {
        wanted
    } else {
        SigningAlg::ES256
    }
}

fn claims(
    platform: &Platform,
    realm: &Realm,
    about: &AccessSubject<'_>,
    now: Timestamp,
    expires_at: Timestamp,
) -> AccessTokenClaims {
    let grant = about.grant;
    AccessTokenClaims {
        iss: realm.issuer().to_owned(),
        sub: about.sub.clone(),
        aud: about.exchanged.map_or_else(
            || about.target.aud(realm.issuer()),
            |exchanged| exchanged.audience.clone(),
        ),
        exp: expires_at.secs(),
        iat: now.secs(),
        jti: jti(platform, grant.map(|grant| grant.id)),
        client_id: about.client.id.as_str().to_owned(),
        scope: about.target.scope.clone(),
        auth_time: grant.map(|grant| grant.auth_time.secs()),
        acr: grant.map(|grant| grant.acr.name().to_owned()),
        amr: grant.map(|grant| {
            amr(&grant.proofs, grant.created_at)
                .into_iter()
                .map(str::to_owned)
                .collect()
        }),
        sid: grant.map(|grant| realm.tenant.subjects(about.client).sid(&grant.sid)),
        act: about.exchanged.and_then(|exchanged| exchanged.act.clone()),
        may_act: may_act(about),
        authorization_details: about.target.details.clone(),
        cnf: about.bound_to.claim(),
    }
}

/// Who may act for the user: what the client's settings say of its own users.
fn may_act(about: &AccessSubject<'_>) -> Option<Actor> {
    let grant = about.grant.filter(|grant| grant.client == about.client.id)?;
    let sub = about
        .client
        .settings
        .may_act
        .clone()
        .filter(|_| !grant.sid.is_empty())?;
    Some(Actor { sub, act: None })
}

/// A token's id: random, and for a user's token preceded by the grant's id, so revocation finds it.
fn jti(platform: &Platform, grant: Option<GrantId>) -> String {
    let random = base64url(&platform.random().bytes::<12>());
    match grant {
        Some(grant) => format!("{}.{random}", base64url(grant.0.as_bytes())),
        None => random,
    }
}

/// The grant that a token's id names.
pub(super) fn grant_of_jti(jti: &str) -> Option<GrantId> {
    let (grant, _) = jti.split_once('.')?;
    let bytes = crate::base::encoding::from_base64url(grant)?;
    uuid::Uuid::from_slice(&bytes).ok().map(GrantId)
}

/// Makes an ID token (OpenID Connect Core section 2).
pub(super) fn id_token(
    platform: &Platform,
    realm: &Realm,
    client: &Client,
    (grant, user): (&Grant, &User),
    access_token: &str,
    nonce: Option<&str>,
) -> Result<String, OidcError> {
    let now = platform.now();
    let subjects = realm.tenant.subjects(client);
    let request = claims_request(grant).unwrap_or_default();
    let known = user_claims(&subjects, user);
    let mut asked = known.in_id_token(&request);
    let frameworks = &realm.tenant.record.settings.asserted_trust_frameworks;
    if let Some(verified) = known.verified(&request.verified_id_token, frameworks, now) {
        asked.insert(VERIFIED_CLAIMS.to_owned(), verified);
    }
    let names = amr(&grant.proofs, grant.created_at);
    let claims = IdTokenClaims {
        iss: realm.issuer(),
        sub: &subjects.sub(user),
        aud: client.id.as_str(),
        exp: now.plus(platform.settings.tokens.id).secs(),
        iat: now.secs(),
        auth_time: grant.auth_time.secs(),
        nonce,
        acr: grant.acr.name(),
        amr: &names,
        sid: &subjects.sid(&grant.sid),
        at_hash: Some(left_half(
            client.metadata.id_token_signed_response_alg,
            access_token,
        )),
        asked,
    };
    let alg = client.metadata.id_token_signed_response_alg;
    Ok(realm.tenant.keys.signer(alg)?.sign(TokenType::Jwt, &claims)?)
}

/// Left half of the hash of a token, by the hash of the signature algorithm (OpenID Connect Core section 3.1.3.6); Ed25519
/// hashes with SHA-512 (RFC 8032 section 5.1).
fn left_half(alg: SigningAlg, token: &str) -> String {
    match alg {
        SigningAlg::EdDSA => base64url(sha512(token.as_bytes()).get(..32).unwrap_or_default()),
        SigningAlg::ES256 | SigningAlg::RS256 | SigningAlg::PS256 => {
            base64url(sha256(token.as_bytes()).get(..16).unwrap_or_default())
        }
    }
}

/// The `claims` parameter of a grant.
pub(super) fn claims_request(grant: &Grant) -> Option<ClaimsRequest> {
    ClaimsRequest::parse(Some(grant.claims_request.as_deref()?)).ok()
}

/// What is known of a user, as claims (OpenID Connect Core section 5.1), for whom `subjects` are.
pub(super) fn user_claims(subjects: &Subjects<'_>, user: &User) -> UserClaims {
    let mut values: Map<String, Value> = user.claims.clone();
    values.insert("email".to_owned(), user.email.as_str().into());
    values.insert(
        "email_verified".to_owned(),
        user.email_verified_at.is_some().into(),
    );
    values.insert("updated_at".to_owned(), user.updated_at.secs().into());
    let preferred = user
        .username
        .clone()
        .unwrap_or_else(|| user.email.as_str().to_owned());
    values.insert("preferred_username".to_owned(), preferred.into());
    if let Some(name) = &user.name {
        values.insert("name".to_owned(), name.clone().into());
    }
    if let Some(locale) = &user.locale {
        values.insert("locale".to_owned(), locale.clone().into());
    }
    UserClaims {
        sub: subjects.sub(user),
        values,
    }
}

/// Whether an ID token belongs to the answer.
pub(super) fn wants_id_token(scope_text: &str) -> bool {
    scope::has(scope_text, "openid")
}
