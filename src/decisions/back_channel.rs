//! Decisions about calls that no person makes: a refresh token that is used again, and a client that acts for itself
//! (features.md E1, R9). Both look at what is in memory; a decision that says what the last one said is counted there.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::record::{blank, fill, note_fail_mode};
use crate::base::ids::{ClientId, Reference};
use crate::base::net::ClientIp;
use crate::base::timestamp::Timestamp;
use crate::domain::action::Action;
use crate::domain::decision::{Decision, Ending};
use crate::domain::grant::{Grant, RefreshOrigin};
use crate::domain::outcome::Outcome;
use crate::domain::policy_version::PolicyMode;
use crate::domain::tenant::FailMode;
use crate::policy::{self, Context, Verdict};
use crate::risk::machine::scope_hash;
use crate::risk::visit::{Drift, SessionFacts, Visit as Facts};
use crate::risk::{Assessment, Baseline, Evidence, Model, UserProfile, assess, scorecard};
use crate::signals;
use crate::store::StoreError;
use crate::tenants::{Platform, Realm, Repeat, RepeatOf, lock_client};

/// Who calls from the back.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// Its address.
    pub ip: ClientIp,
    /// Its user agent.
    pub user_agent: Option<&'a str>,
}

/// What a call may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permit {
    /// Go on.
    Proceed,
    /// Not this time: a person has to sign in again, or somebody to look at the client. What was granted stands.
    Refuse,
    /// Never again: what was granted ends.
    End,
}

/// A decision about a call. The record, if there is one, is to be written; then [`BackChannelDecision::recorded`] is told.
#[derive(Debug)]
pub struct BackChannelDecision {
    /// What the call may do.
    pub permit: Permit,
    /// The record; absent where the last one says the same.
    pub record: Option<Decision>,
    of: RepeatOf,
    said: u64,
}

impl BackChannelDecision {
    /// Remembers that the record was written, so that the next equal decision is counted on it.
    pub fn recorded(&self, platform: &Platform, realm: &Realm) {
        if let Some(record) = &self.record {
            let tenant = realm.tenant.record.id;
            platform
                .repeats
                .recorded(tenant, self.of.clone(), self.said, record.id);
        }
    }
}

/// Judges the use of a grant's refresh token against how the grant was used before. Reads no database.
pub fn judge_refresh(
    platform: &Platform,
    realm: &Realm,
    grant: &Grant,
    (before, now): (&RefreshOrigin, &RefreshOrigin),
    caller: Caller<'_>,
) -> BackChannelDecision {
    let tenant = realm.tenant.record.id;
    let mut facts = signals::back_channel_facts(platform, realm, caller.ip, caller.user_agent);
    facts.session = Some(SessionFacts {
        network: Drift::between(before.asn, now.asn),
        agent: Drift::between(before.agent.as_ref(), now.agent.as_ref()),
        reused: Some(false),
    });
    facts.campaign = Some(platform.raises.of_session(tenant, grant.session));
    let evidence = Evidence::derive(&facts, &UserProfile::new(), &Baseline::default());
    let call = Call {
        platform,
        realm,
        action: Action::Refresh,
        model: scorecard::session(),
        facts: &facts,
        client: &grant.client,
        caller,
        degraded: broken_feeds(platform),
    };
    let mut decision = call.decide(&evidence, RepeatOf::Family(grant.id));
    if let Some(record) = &mut decision.record {
        record.subject = Some(grant.user);
        record.session = Some(grant.session);
    }
    decision
}

fn broken_feeds(platform: &Platform) -> Option<&'static str> {
    (!platform.networks.broken().is_empty()).then_some("feeds")
}

/// A client's request for a token of its own.
#[derive(Clone, Copy, Debug)]
pub struct ClientRequest<'a> {
    /// Which client.
    pub client: &'a ClientId,
    /// When the newest of its live secrets was made, where it has any.
    pub secret_since: Option<Timestamp>,
    /// What it asks for.
    pub scope: &'a str,
}

/// Judges a client that acts for itself against its own habits, and learns from what is let through. Reads the database once
/// for each client, then never again.
///
/// # Errors
/// The database.
pub async fn judge_client(
    platform: &Platform,
    realm: &Realm,
    request: ClientRequest<'_>,
    caller: Caller<'_>,
) -> Result<BackChannelDecision, StoreError> {
    let (tenant, now) = (realm.tenant.record.id, platform.now());
    let held = platform
        .machines
        .of(&platform.store, tenant, request.client, now)
        .await?;
    let scopes: Vec<u32> = request.scope.split_whitespace().map(scope_hash).collect();
    let mut facts = signals::back_channel_facts(platform, realm, caller.ip, caller.user_agent);
    facts.campaign = Some(platform.raises.of(tenant, caller.ip, None));
    let (evidence, damaged) = {
        let held = lock_client(&held);
        let secret_age = request.secret_since.map(|since| now.since(since).as_secs());
        facts.machine = Some(held.profile.facts(now, &scopes, secret_age));
        let evidence = Evidence::derive(&facts, held.profile.habits(), &Baseline::default());
        (evidence, held.damaged)
    };
    let call = Call {
        platform,
        realm,
        action: Action::ClientToken,
        model: scorecard::machine(),
        facts: &facts,
        client: request.client,
        caller,
        degraded: damaged.then_some("history").or_else(|| broken_feeds(platform)),
    };
    let decision = call.decide(&evidence, RepeatOf::Client(request.client.clone()));
    if decision.permit == Permit::Proceed {
        lock_client(&held).learn(|profile| profile.observe(&facts, &scopes));
    }
    Ok(decision)
}

/// A call under way.
struct Call<'a> {
    platform: &'a Platform,
    realm: &'a Realm,
    action: Action,
    model: &'a Model,
    facts: &'a Facts,
    client: &'a ClientId,
    caller: Caller<'a>,
    /// The part that is down, if one is.
    degraded: Option<&'static str>,
}

impl Call<'_> {
    /// Assesses and decides; makes the record unless the last one says the same.
    fn decide(&self, evidence: &Evidence, of: RepeatOf) -> BackChannelDecision {
        let assessment = assess(self.model, evidence);
        let live = &self.realm.tenant.policy;
        let context = Context {
            client: Some(self.client.to_string()),
            ..Context::of(self.action.clone(), 1)
        };
        let verdict = policy::decide(&live.policy, &assessment, &context);
        let closed = self.fails_closed(verdict.outcome);
        let recommended = if closed { Outcome::Deny } else { verdict.outcome };
        let enforced = match live.mode {
            PolicyMode::Enforce => recommended,
            PolicyMode::Observe | PolicyMode::Retired => Outcome::Allow,
        };
        let mut permit = self.permit(enforced);
        if closed {
            // Our own trouble ends nothing that was granted.
            permit = permit.min(Permit::Refuse);
        }
        let said = self.said(&assessment, &verdict);
        let tenant = self.realm.tenant.record.id;
        let counted = permit == Permit::Proceed
            && self.platform.repeats.count(tenant, &of, said, self.facts.at) == Repeat::Counted;
        let record = (!counted).then(|| {
            let mut record = self.record(permit);
            fill(&mut record, evidence, &assessment, &verdict);
            note_fail_mode(&mut record, self.realm, &verdict);
            recommended.name().clone_into(&mut record.recommended);
            enforced.name().clone_into(&mut record.enforced);
            record
        });
        BackChannelDecision {
            permit,
            record,
            of,
            said,
        }
    }

    /// While a part is down the tenant's rule holds (features.md E5). Nobody can be asked for a factor here, and who was let in has
    /// shown one, so only a tenant that fails closed refuses.
    fn fails_closed(&self, by_score: Outcome) -> bool {
        let rule = self.realm.tenant.record.settings.fail_mode;
        self.degraded.is_some() && rule == FailMode::Closed && self.permit(by_score) == Permit::Proceed
    }

    fn record(&self, permit: Permit) -> Decision {
        let now = self.facts.at;
        let reference = Reference::of(self.platform.random().uuid(now));
        let country = self.facts.address.country;
        Decision {
            client: Some(self.client.clone()),
            ip: Some(self.caller.ip.to_string()),
            country: country.map(|country| country.to_string()),
            degraded: self.degraded.map(str::to_owned),
            ended: Some(match permit {
                Permit::Proceed => Ending::Allowed,
                Permit::Refuse | Permit::End => Ending::Refused,
            }),
            ended_at: Some(now),
            ..blank(self.platform, self.realm, now, reference, self.action.clone())
        }
    }

    /// What an outcome means where nobody can be asked for a factor. A machine that a person would be asked about is let
    /// through and marked; what would take a strong factor, or more, is refused.
    fn permit(&self, outcome: Outcome) -> Permit {
        match outcome {
            Outcome::Allow | Outcome::AllowMonitored | Outcome::LightChallenge => Permit::Proceed,
            Outcome::StepUp(_) if self.action == Action::ClientToken => Permit::Proceed,
            Outcome::StepUp(_)
            | Outcome::StepUpAndBind(_)
            | Outcome::ReadOnly
            | Outcome::VerifyIdentity
            | Outcome::Review => Permit::Refuse,
            Outcome::EndSession | Outcome::Deny | Outcome::BlockAndAlert => Permit::End,
        }
    }

    /// Equal for decisions that a reader of the record could not tell apart: same network and agent, same reasons, same outcome
    /// by the same rule, and a score in the same ten points.
    fn said(&self, assessment: &Assessment, verdict: &Verdict) -> u64 {
        let mut hasher = DefaultHasher::new();
        let address = &self.facts.address;
        (address.network, address.asn, self.facts.agent.full).hash(&mut hasher);
        (policy::decide::floor_score(assessment.score) / 10).hash(&mut hasher);
        (
            &verdict.rule,
            verdict.outcome.name(),
            assessment.reasons.as_slice(),
            self.degraded,
        )
            .hash(&mut hasher);
        hasher.finish()
    }
}
