//! A decision as an event of the Open Cybersecurity Schema Framework 1.5: class Authentication (3002) with the profile
//! `security_control`. What the framework has no word for stands under `unmapped`, in our own words.

use serde_json::{Map, Value, json};

use crate::base::ids::TenantId;
use crate::domain::action::Action;
use crate::domain::assurance::Method;
use crate::domain::decision::{Decision, DecisionMode, Ending};

const VERSION: &str = "1.5.0";
const CLASS: u32 = 3002;

/// The event of a decision. The time is in milliseconds since 1970; `metadata.correlation_uid` is the reference code.
pub fn authentication(decision: &Decision, tenant: TenantId) -> Value {
    let (activity, activity_name) = match decision.action {
        Action::SignIn => (1, "Logon".to_owned()),
        ref other => (99, other.to_string()),
    };
    let alert = decision.enforced == "block_and_alert";
    let mut event = json!({
        "metadata": {
            "version": VERSION,
            "profiles": ["security_control"],
            "product": {"name": "Tidegate", "vendor_name": "Tidegate", "version": env!("CARGO_PKG_VERSION")},
            "uid": decision.id,
            "correlation_uid": decision.reference.as_str(),
            "tenant_uid": tenant,
        },
        "category_uid": 3,
        "category_name": "Identity & Access Management",
        "class_uid": CLASS,
        "class_name": "Authentication",
        "activity_id": activity,
        "activity_name": activity_name,
        "type_uid": CLASS * 100 + activity,
        "time": decision.at.micros() / 1_000,
        "duration": decision.latency_micros / 1_000,
        "severity_id": severity(decision.score),
        "risk_score": floor(decision.score),
        "risk_level_id": risk_level(decision.score),
        "is_alert": alert,
        "policy": {"name": decision.policy.version, "uid": decision.policy.id, "desc": decision.policy.sentence},
        "user": user(decision),
        "unmapped": unmapped(decision),
    });
    if let Some(map) = event.as_object_mut() {
        outcome(decision, map);
        place(decision, map);
        if let Some(session) = decision.session {
            map.insert("session".to_owned(), json!({"uid": session}));
        }
        if let Some(client) = &decision.client {
            map.insert(
                "service".to_owned(),
                json!({"name": client.as_str(), "uid": client.as_str()}),
            );
        }
    }
    event
}

/// `action_id`, `disposition_id`, `status_id`: what the policy did, and how it ended.
fn outcome(decision: &Decision, event: &mut Map<String, Value>) {
    let challenged = matches!(
        decision.enforced.as_str(),
        "light_challenge" | "step_up" | "step_up_and_bind"
    );
    let (action, disposition) = match (decision.mode, decision.ended) {
        (DecisionMode::Observe, _) => (3, 17),
        (_, Some(Ending::Refused)) => (2, 2),
        _ if challenged => (3, 23),
        _ => (1, 1),
    };
    // A code by e-mail is no second factor (contract of `acr` and `amr`).
    let second_factor = decision
        .asked
        .as_deref()
        .is_some_and(|asked| asked != Method::EmailOtp.name());
    let (status, status_text) = match decision.ended {
        Some(Ending::Allowed | Ending::Passed) => (1, "Success"),
        Some(Ending::Failed | Ending::Refused) => (2, "Failure"),
        Some(Ending::Abandoned) => (99, "Abandoned"),
        None => (0, "Unknown"),
    };
    event.insert("action_id".to_owned(), json!(action));
    event.insert("disposition_id".to_owned(), json!(disposition));
    event.insert("status_id".to_owned(), json!(status));
    event.insert("status".to_owned(), json!(status_text));
    event.insert(
        "is_mfa".to_owned(),
        json!(decision.ended == Some(Ending::Passed) && second_factor),
    );
}

fn place(decision: &Decision, event: &mut Map<String, Value>) {
    let mut source = Map::new();
    if let Some(ip) = &decision.ip {
        // After the retention period only the network is left, which is no address.
        let key = if ip.contains('/') { "subnet_uid" } else { "ip" };
        source.insert(key.to_owned(), json!(ip));
    }
    if let Some(country) = &decision.country {
        source.insert("location".to_owned(), json!({"country": country}));
    }
    if let Some(device) = decision.device {
        source.insert("uid".to_owned(), json!(device));
    }
    if !source.is_empty() {
        event.insert("src_endpoint".to_owned(), Value::Object(source));
    }
}

/// A machine client's token has no user; the framework wants the object nevertheless.
fn user(decision: &Decision) -> Value {
    match (decision.subject, &decision.client) {
        (Some(user), _) => json!({"uid": user, "type_id": 1}),
        (None, Some(client)) => json!({"uid": client.as_str(), "type_id": 3}),
        (None, None) => json!({"name": "unknown", "type_id": 0}),
    }
}

fn unmapped(decision: &Decision) -> Value {
    json!({
        "model": decision.model,
        "assessment": decision.assessment,
        "rule": decision.policy.rule,
        "mode": decision.mode,
        "recommended": decision.recommended,
        "enforced": decision.enforced,
        "asked": decision.asked,
        "ended": decision.ended,
        "degraded": decision.degraded,
        "forced": decision.forced,
        "labels": decision.labels,
    })
}

/// Informational, low, medium, high.
fn severity(score: f64) -> u8 {
    match floor(score) {
        0..30 => 1,
        30..60 => 2,
        60..80 => 3,
        _ => 4,
    }
}

/// Info, low, medium, high; critical from 90.
fn risk_level(score: f64) -> u8 {
    match floor(score) {
        0..20 => 0,
        20..30 => 1,
        30..60 => 2,
        60..90 => 3,
        _ => 4,
    }
}

fn floor(score: f64) -> u8 {
    crate::policy::decide::floor_score(score)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::timestamp::Timestamp;

    fn decision(enforced: &str, ended: Option<Ending>, mode: DecisionMode) -> Decision {
        let id = uuid::Uuid::from_u128(9);
        serde_json::from_value(json!({
            "id": id, "reference": "7S5QG296", "at": Timestamp::from_secs(1_790_000_000), "action": "sign_in",
            "subject": id, "client": "web", "session": id, "device": id, "ip": "203.0.113.7", "country": "DE",
            "evidence": {}, "assessment": {"score": 71.4}, "score": 71.4, "model": "m1",
            "policy": {"id": null, "version": "balanced", "rule": "band 60", "sentence": "from 60 on"},
            "mode": mode, "recommended": enforced, "enforced": enforced, "degraded": null, "forced": [],
            "asked": "totp", "ended": ended, "ended_at": null, "labels": [], "latency_micros": 4_200
        }))
        .unwrap()
    }

    #[test]
    fn a_challenge_that_was_passed() {
        let event = authentication(
            &decision("step_up_and_bind", Some(Ending::Passed), DecisionMode::Enforce),
            TenantId(uuid::Uuid::from_u128(1)),
        );
        for (key, value) in [
            ("class_uid", json!(3002)),
            ("type_uid", json!(300_201)),
            ("time", json!(1_790_000_000_000_i64)),
            ("action_id", json!(3)),
            ("disposition_id", json!(23)),
            ("status_id", json!(1)),
            ("is_mfa", json!(true)),
            ("severity_id", json!(3)),
            ("risk_score", json!(71)),
        ] {
            assert_eq!(event[key], value, "{key}");
        }
        assert_eq!(event["src_endpoint"]["ip"], "203.0.113.7");
        assert_eq!(event["metadata"]["correlation_uid"], "7S5QG296");
    }

    #[test]
    fn a_code_by_mail_is_no_second_factor() {
        let mut passed = decision("step_up", Some(Ending::Passed), DecisionMode::Enforce);
        passed.asked = Some("email_otp".to_owned());
        assert_eq!(
            authentication(&passed, TenantId(uuid::Uuid::nil()))["is_mfa"],
            false
        );
    }

    #[test]
    fn refused_observed_and_open_are_told_apart() {
        let seen = |enforced, ended, mode| {
            let event = authentication(&decision(enforced, ended, mode), TenantId(uuid::Uuid::nil()));
            [
                &event["action_id"],
                &event["disposition_id"],
                &event["status_id"],
                &event["is_alert"],
            ]
            .map(Value::to_string)
        };
        let refused = seen("block_and_alert", Some(Ending::Refused), DecisionMode::Enforce);
        assert_eq!(refused, ["2", "2", "2", "true"]);
        assert_eq!(
            seen("allow", Some(Ending::Allowed), DecisionMode::Observe),
            ["3", "17", "1", "false"]
        );
        assert_eq!(
            seen("step_up", None, DecisionMode::Enforce),
            ["3", "23", "0", "false"]
        );
        assert_eq!(
            seen("allow", Some(Ending::Allowed), DecisionMode::Enforce),
            ["1", "1", "1", "false"]
        );
    }
}
