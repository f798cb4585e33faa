//! Authorization requests. The order of the checks is the order of [`validate`]: first what decides where an answer may
//! go (client, redirect URI), then everything else, whose errors go back to the app.

mod prompt;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use prompt::Prompt;

use super::acr::{Acr, AcrRequest};
use super::authorization_details::AuthorizationDetails;
use super::ciba::Backchannel;
use super::claims::ClaimsRequest;
use super::device::Device;
use super::dpop::Thumbprint;
use super::error::{ErrorCode, OAuthError};
use super::identity_assurance::VERIFIED_CLAIMS;
use super::params::Params;
use super::pkce::CodeChallenge;
use super::redirect::{CheckedRedirect, ResponseMode};
use super::registration::{ClientAuthMethod, ClientMetadata, GrantType, SigningAlg};
use super::resource::{ResourceId, Resources};
use super::scope;
use crate::base::ids::ClientId;

/// An authorization request whose every part was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Which client asks.
    pub client: ClientId,
    /// Where the answer goes.
    pub reply: ReplyTo,
    /// Scopes that can be granted.
    pub scope: Vec<String>,
    /// For which resources (RFC 8707); for the issuer itself when it names none.
    pub resources: Vec<ResourceId>,
    /// What is asked for in more words than scopes have (RFC 9396).
    #[serde(default)]
    pub authorization_details: AuthorizationDetails,
    /// Echoed in the ID token.
    pub nonce: Option<String>,
    /// PKCE challenge.
    pub challenge: Option<CodeChallenge>,
    /// What may or must be shown.
    pub prompt: Prompt,
    /// The oldest authentication that will do.
    pub max_age: Option<Duration>,
    /// What is asked of assurance.
    pub acr: AcrRequest,
    /// Claims asked for by name.
    pub claims: ClaimsRequest,
    /// Who is expected to sign in: a hint only.
    pub login_hint: Option<String>,
    /// The ID token of an earlier sign-in; the subject that it names, once it was verified.
    pub id_token_hint: Option<String>,
    /// Languages of the pages, best first.
    pub ui_locales: Vec<String>,
    /// The key that the code is bound to (RFC 9449 section 10).
    pub dpop_jkt: Option<Thumbprint>,
    /// Which pushed request it is (RFC 9126); an answer uses that up.
    pub pushed: Option<String>,
    /// The device that waits for the answer, which then is a page of ours (RFC 8628).
    pub device: Option<Device>,
    /// The request of an app that waits for the answer, which then is a page of ours too (CIBA).
    #[serde(default)]
    pub backchannel: Option<Backchannel>,
}

impl AuthorizationRequest {
    /// Whether the answer may be about this subject: one that a hint or the `claims` parameter names must be (OpenID Connect Core
    /// sections 3.1.2.1, 3.1.2.2 and 5.5.1).
    pub fn may_be_about(&self, sub: &str) -> bool {
        let hinted = self.id_token_hint.as_deref().is_none_or(|hinted| hinted == sub);
        hinted && self.claims.subject().is_none_or(|named| named == sub)
    }

    /// What a person is asked about: the scopes, verified claims, and the resources that they hold for.
    pub fn consent_words(&self) -> Vec<String> {
        let resources = self.resources.iter().map(ResourceId::to_string);
        let plain = self.claims.verified_userinfo.is_empty() && self.claims.verified_id_token.is_empty();
        let verified = (!plain).then(|| VERIFIED_CLAIMS.to_owned());
        self.scope
            .iter()
            .cloned()
            .chain(verified)
            .chain(resources)
            .collect()
    }
}

/// Who asks, and what may be asked for here.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// The client.
    pub id: &'a ClientId,
    /// What it registered.
    pub metadata: &'a ClientMetadata,
    /// The resources of the tenant.
    pub resources: Resources<'a>,
}

impl Asker<'_> {
    /// What is asked for in details of types that an API registered and the client may use (RFC 9396 section 5).
    ///
    /// # Errors
    /// `invalid_authorization_details`.
    pub fn details(&self, params: &Params) -> Result<AuthorizationDetails, OAuthError> {
        let own = &self.metadata.authorization_details_types;
        let may =
            |name: &str| own.iter().any(|own| own == name) && self.resources.detail_type(name).is_some();
        AuthorizationDetails::parse(params.get("authorization_details"), may)
    }

    /// The resources that a request is for.
    ///
    /// # Errors
    /// `invalid_target`.
    pub fn named(
        &self,
        params: &Params,
        details: &AuthorizationDetails,
    ) -> Result<Vec<ResourceId>, OAuthError> {
        let named = self.resources.named(params.all("resource"))?;
        Ok(self.resources.with_details(named, details))
    }
}

/// How a request reached us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// By the client itself, ahead of the browser (RFC 9126).
    pub pushed: bool,
    /// As an object that the client signed (RFC 9101).
    pub signed: bool,
}

/// Where and how the answer goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyTo {
    /// To which client.
    pub client: ClientId,
    /// What signs it, where the mode asks for that.
    pub alg: SigningAlg,
    /// To which registered URI.
    pub redirect: CheckedRedirect,
    /// In which mode.
    pub mode: ResponseMode,
    /// Echoed as it was sent.
    pub state: Option<String>,
}

impl ReplyTo {
    /// Reads where the answer goes. A mode that is not supported is itself answered in the default one.
    ///
    /// # Errors
    /// `invalid_request` when the redirect URI is not registered; it must be shown on a page.
    pub fn from_params(params: &Params, id: &ClientId, client: &ClientMetadata) -> Result<Self, OAuthError> {
        Ok(Self {
            client: id.clone(),
            alg: client.authorization_alg(),
            redirect: CheckedRedirect::matching(params.get("redirect_uri"), client)?,
            mode: ResponseMode::parse(params.get("response_mode")).unwrap_or_default(),
            state: params.get("state").map(str::to_owned),
        })
    }
}

impl AuthorizationRequest {
    /// What a device asks for (RFC 8628 section 3.1). The answer to the browser goes to `page`, one of ours; consent is always asked
    /// for, since anybody may send a person a code of their own (section 5.4).
    ///
    /// # Errors
    /// `invalid_scope`, `invalid_target`, `invalid_request`.
    pub fn of_device(
        params: &Params,
        asker: Asker<'_>,
        (device, page): (Device, &str),
    ) -> Result<Self, OAuthError> {
        let prompt = Prompt {
            consent: true,
            ..Prompt::default()
        };
        Ok(Self {
            device: Some(device),
            ..Self::decoupled(params, asker, (prompt, page))?
        })
    }

    /// What an app asks a person away from its own pages (CIBA Core section 7.1). The answer to the browser goes to `page`, one of
    /// ours, where the person said yes before the sign-in began.
    ///
    /// # Errors
    /// `invalid_scope`, `invalid_target`, `invalid_request`.
    pub fn of_backchannel(
        params: &Params,
        asker: Asker<'_>,
        (backchannel, page): (Backchannel, String),
    ) -> Result<Self, OAuthError> {
        let request = Self {
            backchannel: Some(backchannel),
            ..Self::decoupled(params, asker, (Prompt::default(), &page))?
        };
        if request.scope.iter().any(|word| word == "openid") {
            return Ok(request);
        }
        Err(OAuthError::new(ErrorCode::InvalidScope, "scope must have openid"))
    }

    /// A request whose client waits elsewhere.
    fn decoupled(
        params: &Params,
        asker: Asker<'_>,
        (prompt, page): (Prompt, &str),
    ) -> Result<Self, OAuthError> {
        let (id, client) = (asker.id, asker.metadata);
        let authorization_details = asker.details(params)?;
        let resources = asker.named(params, &authorization_details)?;
        let ours = ClientMetadata {
            redirect_uris: vec![page.to_owned()],
            ..ClientMetadata::default()
        };
        let claims = ClaimsRequest::default();
        Ok(Self {
            client: id.clone(),
            reply: ReplyTo {
                client: id.clone(),
                alg: client.authorization_alg(),
                redirect: CheckedRedirect::matching(Some(page), &ours)?,
                mode: ResponseMode::default(),
                state: None,
            },
            scope: check_scope(params, asker, &resources, prompt)?,
            resources,
            authorization_details,
            nonce: None,
            challenge: None,
            prompt,
            max_age: check_max_age(params, client)?,
            acr: acr_request(params, client, &claims),
            claims,
            login_hint: None,
            id_token_hint: None,
            ui_locales: Vec::new(),
            dpop_jkt: None,
            pushed: None,
            device: None,
            backchannel: None,
        })
    }

    /// Whether the app asked to act when the user is away.
    pub fn asks_offline_access(&self) -> bool {
        self.scope.iter().any(|word| word == "offline_access")
    }
}

/// Why a request was refused, and whether its answer may be redirected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// Shown on a page: it is not known where an answer could safely go.
    Page(OAuthError),
    /// Goes back to the app.
    Redirect(Box<ReplyTo>, OAuthError),
}

/// Checks a request of a known client.
///
/// # Errors
/// A [`Rejection`] that says where the error goes.
pub fn validate(
    params: &Params,
    asker: Asker<'_>,
    delivery: Delivery,
) -> Result<AuthorizationRequest, Rejection> {
    let (id, client) = (asker.id, asker.metadata);
    let reply = ReplyTo::from_params(params, id, client).map_err(Rejection::Page)?;
    let refuse = |error| Rejection::Redirect(Box::new(reply.clone()), error);
    ResponseMode::parse(params.get("response_mode")).map_err(refuse)?;
    check_delivery(delivery, client).map_err(refuse)?;
    check_response_type(params, client).map_err(refuse)?;
    check_request_objects(params).map_err(refuse)?;
    let prompt = Prompt::parse(params).map_err(refuse)?;
    let challenge = check_pkce(params, client).map_err(refuse)?;
    let authorization_details = asker.details(params).map_err(refuse)?;
    let resources = asker.named(params, &authorization_details).map_err(refuse)?;
    let scope = check_scope(params, asker, &resources, prompt).map_err(refuse)?;
    let claims = ClaimsRequest::parse(params.get("claims")).map_err(refuse)?;
    let max_age = check_max_age(params, client).map_err(refuse)?;
    let acr = acr_request(params, client, &claims);
    Ok(AuthorizationRequest {
        client: id.clone(),
        scope,
        resources,
        authorization_details,
        nonce: bounded(params, "nonce", 1024).map_err(refuse)?,
        challenge,
        prompt,
        max_age,
        acr,
        claims,
        login_hint: bounded(params, "login_hint", 320).map_err(refuse)?,
        id_token_hint: params.get("id_token_hint").map(str::to_owned),
        ui_locales: params.words("ui_locales").into_iter().take(10).collect(),
        dpop_jkt: dpop_jkt(params).map_err(refuse)?,
        pushed: None,
        device: None,
        backchannel: None,
        reply,
    })
}

fn check_response_type(params: &Params, client: &ClientMetadata) -> Result<(), OAuthError> {
    match params.get("response_type") {
        None => Err(OAuthError::invalid_request("response_type is missing")),
        Some("code") if client.grant_types.contains(&GrantType::AuthorizationCode) => Ok(()),
        Some("code") => Err(OAuthError::new(
            ErrorCode::UnauthorizedClient,
            "this client may not use response_type code",
        )),
        Some(_) => Err(OAuthError::new(
            ErrorCode::UnsupportedResponseType,
            "only response_type code is supported",
        )),
    }
}

/// What a client may have bound itself to (RFC 9126 section 6, RFC 9101 section 10.5).
fn check_delivery(delivery: Delivery, client: &ClientMetadata) -> Result<(), OAuthError> {
    if client.require_pushed_authorization_requests && !delivery.pushed {
        return Err(OAuthError::invalid_request(
            "this client must push its authorization requests",
        ));
    }
    if client.require_signed_request_object && !delivery.signed {
        return Err(OAuthError::invalid_request(
            "this client must send its authorization requests as signed request objects",
        ));
    }
    Ok(())
}

/// Objects were opened before; one by reference, or one inside a pushed request, is never silently ignored (OpenID Connect Core
/// section 6).
fn check_request_objects(params: &Params) -> Result<(), OAuthError> {
    let refused = [
        ("request", ErrorCode::RequestNotSupported),
        ("request_uri", ErrorCode::RequestUriNotSupported),
        ("registration", ErrorCode::RegistrationNotSupported),
    ];
    match refused.into_iter().find(|(name, _)| params.get(name).is_some()) {
        Some((name, code)) => Err(OAuthError::new(
            code,
            format!("parameter {name} is not supported"),
        )),
        None => Ok(()),
    }
}

/// PKCE is required of public clients, and holds whenever it is sent (RFC 9700 section 2.1.1).
fn check_pkce(params: &Params, client: &ClientMetadata) -> Result<Option<CodeChallenge>, OAuthError> {
    let challenge = CodeChallenge::from_params(params)?;
    if challenge.is_none() && client.token_endpoint_auth_method == ClientAuthMethod::None {
        return Err(OAuthError::invalid_request(
            "a public client must send code_challenge (PKCE)",
        ));
    }
    Ok(challenge)
}

fn check_scope(
    params: &Params,
    asker: Asker<'_>,
    resources: &[ResourceId],
    prompt: Prompt,
) -> Result<Vec<String>, OAuthError> {
    let client = asker.metadata;
    let asked = params.words("scope");
    let brought = |word: &str| asker.resources.brought(resources, word);
    let mut granted = scope::allowed(&asked, client.scope.as_deref(), brought)?;
    granted.retain(|word| asker.resources.reach(resources, word));
    if granted.is_empty() && !asked.is_empty() {
        return Err(OAuthError::new(
            ErrorCode::InvalidScope,
            "none of the scopes is known for this client",
        ));
    }
    // OpenID Connect Core section 11: offline access is for clients that can refresh.
    let refreshes = client.grant_types.contains(&GrantType::RefreshToken);
    granted.retain(|word| word != "offline_access" || (refreshes && !prompt.none));
    Ok(granted)
}

fn check_max_age(params: &Params, client: &ClientMetadata) -> Result<Option<Duration>, OAuthError> {
    match params.get("max_age") {
        None => Ok(client.default_max_age.map(Duration::from_secs)),
        Some(text) => text
            .parse::<u32>()
            .map(|secs| Some(Duration::from_secs(secs.into())))
            .map_err(|_| OAuthError::invalid_request("max_age is not a number of seconds")),
    }
}

fn acr_request(params: &Params, client: &ClientMetadata, claims: &ClaimsRequest) -> AcrRequest {
    let (by_claim, essential) = claims.acr();
    if !by_claim.is_empty() {
        return AcrRequest {
            values: by_claim,
            essential,
        };
    }
    let mut words = params.words("acr_values");
    if words.is_empty() {
        words.clone_from(&client.default_acr_values);
    }
    AcrRequest {
        values: words.iter().filter_map(|word| Acr::from_name(word)).collect(),
        essential: false,
    }
}

fn dpop_jkt(params: &Params) -> Result<Option<Thumbprint>, OAuthError> {
    let read = |text| {
        Thumbprint::parse(text).ok_or_else(|| OAuthError::invalid_request("dpop_jkt is no thumbprint"))
    };
    params.get("dpop_jkt").map(read).transpose()
}

fn bounded(params: &Params, name: &str, max: usize) -> Result<Option<String>, OAuthError> {
    match params.get(name) {
        Some(value) if value.len() > max => Err(OAuthError::invalid_request(format!("{name} is too long"))),
        value => Ok(value.map(str::to_owned)),
    }
}

#[cfg(test)]
mod tests;
