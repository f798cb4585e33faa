//! Verification of identity by an external provider (features.md F10): what the policy's outcome "verify identity" asks for, and a way to
//! replace lost factors without the waiting period. What the provider says is compared with the account, and kept apart.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::login::{FormProblem, JudgedState, Login};
use super::notices::trail;
use super::service::{keep, key, resume};
use super::step::Step;
use super::{SignInError, advance, lost};
use crate::accounts::{self, Account};
use crate::base::encoding::{base64url, from_base64url};
use crate::base::ids::{EvidenceId, LoginId};
use crate::base::secret::Secret;
use crate::crypto::envelope::Purpose;
use crate::domain::decision::Ending;
use crate::domain::identity::{IdentityEvidence, IdentityProvider};
use crate::domain::recovery::Standing;
use crate::domain::sealed::Sealed;
use crate::factors::identity::{MAX_MISMATCHES, Mismatch, can_be_compared, judge};
use crate::flow::need::Judgement;
use crate::flow::next::Identity;
use crate::outbound::identity::{self as provider, CodeAnswer, IdentityError, Registration, RoundTrip};
use crate::protocol::identity_assurance::request_for;
use crate::tenants::{Platform, Realm, Visit};

/// What decisions name as asked for.
const ASKED: &str = "identity_verification";

/// Where the verification of a sign-in stands.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct IdentityState {
    /// The round trip under way; its answer is taken once.
    trip: Option<RoundTrip>,
    /// Answers that did not fit.
    mismatches: u8,
    /// Whether the person was verified in this sign-in.
    proven: bool,
}

/// What the browser brings back from the provider.
#[derive(Debug)]
pub struct ProviderAnswer {
    /// `state`.
    pub state: String,
    /// `code`, when there is one.
    pub code: Option<String>,
    /// `iss` (RFC 9207).
    pub iss: Option<String>,
    /// `error`, when there is no code.
    pub error: Option<String>,
}

/// What is known of a person, as it is compared.
fn known(account: &Account) -> Map<String, Value> {
    let mut claims = account.user.claims.clone();
    if let Some(name) = &account.user.name {
        claims.insert("name".to_owned(), name.clone().into());
    }
    claims
}

/// Where verification stands for an account: possible where the tenant has a provider, the account can be compared, and answers that don't
/// fit have not used up the tries.
pub(super) fn standing(realm: &Realm, login: &Login, account: Option<&Account>) -> Identity {
    if login.identity.proven {
        return Identity::Proven;
    }
    let settings = &realm.tenant.record.settings;
    match (&settings.identity_provider, account) {
        (Some(provider), Some(account))
            if login.identity.mismatches < MAX_MISMATCHES && can_be_compared(provider, &known(account)) =>
        {
            Identity::Possible
        }
        _ => Identity::Impossible,
    }
}

/// The decisions that ask for it.
fn asking(login: &Login) -> impl Iterator<Item = &JudgedState> {
    login.judged_as(|judgement| judgement == Judgement::VerifyIdentity)
}

/// Whether verification leads on from where the sign-in stands.
async fn leads_on(
    platform: &Platform,
    realm: &Realm,
    login: &Login,
    account: &Account,
) -> Result<bool, SignInError> {
    if standing(realm, login, Some(account)) != Identity::Possible {
        return Ok(false);
    }
    let asked = asking(login).next().is_some();
    let waits = login.lost
        && matches!(
            lost::standing(platform, realm, account).await?,
            Standing::Waiting(_)
        );
    Ok(asked || waits)
}

/// Sends the browser to the provider; gives nothing where that leads nowhere, and then the sign-in goes on as before.
pub(super) async fn begin(
    platform: &Platform,
    realm: &Realm,
    login: &mut Login,
) -> Result<Option<Step>, SignInError> {
    let Some(user) = login.user else { return Ok(None) };
    let account = accounts::active(&realm.store(&platform.store), user)
        .await?
        .ok_or(SignInError::Expired)?;
    let settings = &realm.tenant.record.settings;
    let Some(configured) = &settings.identity_provider else {
        return Ok(None);
    };
    if !leads_on(platform, realm, login, &account).await? {
        return Ok(None);
    }
    let trip = RoundTrip {
        state: format!("{}.{}", login.id, platform.random().opaque()),
        nonce: platform.random().opaque(),
        verifier: platform.random().opaque(),
    };
    let frameworks: Vec<String> = configured.trust_frameworks.iter().cloned().collect();
    let claims = request_for(&frameworks, asked_claims(configured));
    let begun = {
        let secret = secret(platform, configured)?;
        let redirect = realm.url("/identity/callback");
        provider::begin(
            &platform.fetcher,
            &registration(configured, secret.as_ref(), &redirect),
            &trip,
            &claims,
        )
        .await
    };
    match begun {
        Ok(url) => {
            login.identity.trip = Some(trip);
            keep(platform, realm, login)?;
            Ok(Some(Step::ToProvider { url }))
        }
        Err(error) => {
            note_failure(realm, &error);
            login.problem = Some(FormProblem::IdentityUnavailable);
            Ok(None)
        }
    }
}

/// The claims that are asked for: those that must fit, and the parts that a full name may come in.
fn asked_claims(provider: &IdentityProvider) -> impl Iterator<Item = &str> {
    let parts = provider.matching.contains("name");
    let parts = ["given_name", "family_name"].into_iter().filter(move |_| parts);
    provider.matching.iter().map(String::as_str).chain(parts)
}

fn registration<'a>(
    configured: &'a IdentityProvider,
    secret: Option<&'a Secret<String>>,
    redirect_uri: &'a str,
) -> Registration<'a> {
    Registration {
        issuer: &configured.issuer,
        client_id: &configured.client_id,
        client_secret: secret,
        redirect_uri,
    }
}

/// Our secret at the provider.
fn secret(platform: &Platform, configured: &IdentityProvider) -> Result<Option<Secret<String>>, SignInError> {
    let Some(bytes) = configured.client_secret.as_deref().and_then(from_base64url) else {
        return Ok(None);
    };
    let owner = configured.issuer.as_bytes();
    let opened = platform
        .envelope
        .open(Purpose::ProviderSecret, owner, &Sealed::from_stored(bytes))?;
    let text = String::from_utf8(opened.expose().clone()).map_err(|_| SignInError::Unreadable)?;
    Ok(Some(Secret::new(text)))
}

fn note_failure(realm: &Realm, error: &IdentityError) {
    let tenant = &realm.tenant.record.slug;
    tracing::warn!(target: "tidegate::signin", code = "identity.failed", %tenant, %error);
}

/// Takes the provider's answer: it belongs to the sign-in that its state names, in the browser that began it, and counts once.
///
/// # Errors
/// [`SignInError::Expired`] and [`SignInError::OtherBrowser`] for an answer that belongs to none.
pub async fn answer(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    answer: ProviderAnswer,
) -> Result<Step, SignInError> {
    let id: Option<LoginId> = answer.state.split_once('.').and_then(|(id, _)| id.parse().ok());
    let id = id.ok_or(SignInError::Expired)?;
    let _turn = platform.ephemeral.lock(&key(realm, id)).await;
    let mut login = resume(platform, realm, visit, id).await?;
    if let Some(went_to) = &login.finished {
        return Ok(Step::AlreadyFinished {
            went_to: went_to.clone(),
        });
    }
    let own = |trip: &RoundTrip| trip.has_state(&answer.state);
    let Some(trip) = login.identity.trip.take_if(|trip| own(trip)) else {
        return Err(SignInError::Expired);
    };
    // Before anything is asked of the provider: the answer is spent, whatever becomes of it.
    login.step += 1;
    keep(platform, realm, &login)?;
    login.problem = settle(platform, realm, visit, (&mut login, &trip), &answer).await?;
    advance::advance(platform, realm, visit, login).await
}

/// What an answer means; a problem when it is no proof.
async fn settle(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (login, trip): (&mut Login, &RoundTrip),
    answer: &ProviderAnswer,
) -> Result<Option<FormProblem>, SignInError> {
    let configured = realm.tenant.record.settings.identity_provider.clone();
    let (Some(configured), Some(user)) = (configured, login.user) else {
        return Err(SignInError::Expired);
    };
    let account = accounts::active(&realm.store(&platform.store), user)
        .await?
        .ok_or(SignInError::Expired)?;
    let Some(code) = &answer.code else {
        let cancelled = answer.error.as_deref() == Some("access_denied");
        return Ok(Some(if cancelled {
            FormProblem::IdentityCancelled
        } else {
            FormProblem::IdentityUnavailable
        }));
    };
    let secret = secret(platform, &configured)?;
    let redirect = realm.url("/identity/callback");
    let us = registration(&configured, secret.as_ref(), &redirect);
    let answer = CodeAnswer {
        code,
        iss: answer.iss.as_deref(),
    };
    let verified = match provider::finish(&platform.fetcher, &us, trip, answer, platform.now()).await {
        Ok(verified) => verified,
        Err(error) => {
            note_failure(realm, &error);
            return Ok(Some(FormProblem::IdentityUnavailable));
        }
    };
    match judge(&configured, &known(&account), &verified) {
        Ok(framework) => {
            let found = Found {
                provider: &configured,
                framework,
                verified,
            };
            accept(platform, realm, visit, (login, &account), found).await?;
            Ok(None)
        }
        Err(mismatch) => {
            refuse(platform, realm, visit, (login, &account), mismatch).await?;
            Ok(Some(match mismatch {
                Mismatch::NotVerified => FormProblem::IdentityNotVerified,
                Mismatch::OtherPerson => FormProblem::IdentityMismatch,
            }))
        }
    }
}

/// What the provider verified, and fits.
struct Found<'a> {
    provider: &'a IdentityProvider,
    framework: String,
    verified: Value,
}

/// Keeps the evidence apart, ends the decision that asked, and opens a recovery that waits.
async fn accept(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (login, account): (&mut Login, &Account),
    found: Found<'_>,
) -> Result<(), SignInError> {
    let now = platform.now();
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    let evidence = evidence(platform, login, account, &found)?;
    batch.insert_identity_evidence(&evidence);
    let told = json!({
        "evidence": evidence.id, "provider": evidence.issuer, "trust_framework": evidence.trust_framework,
        "decision": evidence.decision,
    });
    trail(
        platform,
        visit,
        account.user.id,
        ("identity.verified", told),
        &mut batch,
    );
    for judged in asking(login) {
        batch.end_decision(judged.decision, Ending::Passed, Some(ASKED), now);
    }
    if login.lost {
        batch.open_recovery(account.user.id, now);
    }
    store.commit(batch).await?;
    login.identity.proven = true;
    Ok(())
}

fn evidence(
    platform: &Platform,
    login: &Login,
    account: &Account,
    found: &Found<'_>,
) -> Result<IdentityEvidence, SignInError> {
    let now = platform.now();
    let id = EvidenceId(platform.random().uuid(now));
    let content = platform.envelope.seal(
        platform.random(),
        Purpose::IdentityEvidence,
        id.0.as_bytes(),
        found.verified.to_string().as_bytes(),
    )?;
    let days = u64::from(found.provider.retention_days);
    Ok(IdentityEvidence {
        id,
        user: account.user.id,
        decision: login.judged.as_ref().map(|judged| judged.decision),
        issuer: found.provider.issuer.clone(),
        trust_framework: found.framework.clone(),
        at: now,
        content,
        expires_at: now.plus(Duration::from_hours(24 * days)),
    })
}

/// An answer that does not fit is counted; what it says may be somebody else's and is not kept.
async fn refuse(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    (login, account): (&mut Login, &Account),
    mismatch: Mismatch,
) -> Result<(), SignInError> {
    login.identity.mismatches = login.identity.mismatches.saturating_add(1);
    let why = match mismatch {
        Mismatch::NotVerified => "not_verified",
        Mismatch::OtherPerson => "other_person",
    };
    let store = realm.store(&platform.store);
    let mut batch = store.batch();
    let told = json!({"why": why, "decision": login.judged.as_ref().map(|judged| judged.decision)});
    trail(
        platform,
        visit,
        account.user.id,
        ("identity.mismatch", told),
        &mut batch,
    );
    let last = login.identity.mismatches >= MAX_MISMATCHES;
    for judged in asking(login).filter(|_| last) {
        batch.end_decision(judged.decision, Ending::Failed, Some(ASKED), platform.now());
    }
    Ok(store.commit(batch).await?)
}

/// Seals our secret at a provider for its settings.
///
/// # Errors
/// [`SignInError::Envelope`].
pub(crate) fn seal_secret(
    platform: &Platform,
    issuer: &str,
    secret: &Secret<String>,
) -> Result<String, SignInError> {
    let sealed = platform.envelope.seal(
        platform.random(),
        Purpose::ProviderSecret,
        issuer.as_bytes(),
        secret.expose().as_bytes(),
    )?;
    Ok(base64url(sealed.as_bytes()))
}
