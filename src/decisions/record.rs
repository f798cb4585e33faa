//! The record of a decision before anything is filled in.

use crate::base::ids::{DecisionId, Reference};
use crate::base::timestamp::Timestamp;
use crate::domain::action::Action;
use crate::domain::decision::{Decision, DecisionMode, PolicyRef};
use crate::domain::policy_version::PolicyMode;
use crate::policy::Verdict;
use crate::risk::{Assessment, Evidence};
use crate::tenants::{Platform, Realm};

/// A record that says when, where and under which policy, and nothing else yet.
pub(super) fn blank(
    platform: &Platform,
    realm: &Realm,
    at: Timestamp,
    reference: Reference,
    action: Action,
) -> Decision {
    let live = &realm.tenant.policy;
    Decision {
        id: DecisionId(platform.random().uuid(at)),
        reference,
        at,
        action,
        subject: None,
        client: None,
        session: None,
        device: None,
        ip: None,
        country: None,
        evidence: serde_json::Value::Null,
        assessment: serde_json::Value::Null,
        score: 0.0,
        model: String::new(),
        policy: PolicyRef {
            id: Some(live.id),
            version: live.label.clone(),
            rule: String::new(),
            sentence: String::new(),
        },
        mode: match live.mode {
            PolicyMode::Enforce => DecisionMode::Enforce,
            PolicyMode::Observe | PolicyMode::Retired => DecisionMode::Observe,
        },
        recommended: String::new(),
        enforced: String::new(),
        degraded: None,
        forced: Vec::new(),
        asked: None,
        ended: None,
        ended_at: None,
        labels: Vec::new(),
        latency_micros: 0,
        repeats: 0,
        repeated_at: None,
    }
}

/// Writes down what the engine was given and answered, and which rule decided.
pub(super) fn fill(decision: &mut Decision, evidence: &Evidence, assessment: &Assessment, verdict: &Verdict) {
    decision.evidence = serde_json::to_value(evidence).unwrap_or_default();
    decision.assessment = serde_json::to_value(assessment).unwrap_or_default();
    decision.score = assessment.score;
    decision.model.clone_from(&assessment.model);
    decision.policy.rule.clone_from(&verdict.rule);
    decision.policy.sentence.clone_from(&verdict.sentence);
}

/// Says in the record that the fail mode decided, where it did.
pub(super) fn note_fail_mode(decision: &mut Decision, realm: &Realm, verdict: &Verdict) {
    if let Some(part) = &decision.degraded {
        "fail_mode".clone_into(&mut decision.policy.rule);
        decision.policy.sentence = format!(
            "{part} could not be asked, so the tenant's fail mode ({:?}) decided; by score: {}",
            realm.tenant.record.settings.fail_mode, verdict.sentence
        );
    }
}
