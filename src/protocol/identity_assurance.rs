//! Verified claims (OpenID Connect for Identity Assurance 1.0): what a relying party asks for, and what an account holds of it. Asked for by
//! the `claims` parameter only (section 5.1).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::claims::ClaimRequest;
use crate::base::timestamp::Timestamp;

/// The claim that brings them (section 4).
pub const VERIFIED_CLAIMS: &str = "verified_claims";
/// Requests of one `claims` parameter that are looked at.
const MAX_REQUESTS: usize = 8;

/// One element of a request for verified claims (section 5.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifiedClaimsRequest {
    /// What must be known of the verification; `trust_framework` is always answered.
    pub verification: Map<String, Value>,
    /// The claims.
    pub claims: BTreeMap<String, Option<ClaimRequest>>,
}

/// Takes the requests for verified claims out of a part of the `claims` parameter; one object, or an array of alternatives of which the
/// first that can be answered is. `None` when it is neither.
pub fn take(part: &mut Map<String, Value>) -> Option<Vec<VerifiedClaimsRequest>> {
    let asked = match part.remove(VERIFIED_CLAIMS) {
        None | Some(Value::Null) => return Some(Vec::new()),
        Some(Value::Array(all)) => all,
        Some(one) => vec![one],
    };
    let read = asked.into_iter().take(MAX_REQUESTS);
    read.map(|one| serde_json::from_value(one).ok()).collect()
}

/// Whether what an account would hold has the form of section 4: one object or several, each with a trust framework and claims.
pub fn is_well_formed(held: &Value) -> bool {
    let one = |item: &Value| {
        let framework = item.pointer("/verification/trust_framework");
        let claims = item.get("claims").and_then(Value::as_object);
        framework.is_some_and(Value::is_string) && claims.is_some_and(|claims| !claims.is_empty())
    };
    let all = items(held);
    !all.is_empty() && all.into_iter().all(one)
}

/// The elements of a `verified_claims` value: one object, or several.
pub fn items(held: &Value) -> Vec<&Value> {
    match held {
        Value::Array(all) => all.iter().collect(),
        Value::Object(_) => vec![held],
        _ => Vec::new(),
    }
}

/// What is answered: the first request that something held fits, for the trust frameworks that we vouch for. What can't be fulfilled is left
/// out, and without any claim everything is (section 5.7).
pub fn answer(
    held: &Value,
    requests: &[VerifiedClaimsRequest],
    frameworks: &[String],
    now: Timestamp,
) -> Option<Value> {
    requests.iter().find_map(|request| {
        items(held)
            .into_iter()
            .find_map(|item| one(item, request, frameworks, now))
    })
}

fn one(
    item: &Value,
    request: &VerifiedClaimsRequest,
    frameworks: &[String],
    now: Timestamp,
) -> Option<Value> {
    let known = item.get("verification")?.as_object()?;
    let framework = known.get("trust_framework")?;
    if !frameworks.iter().any(|name| framework == name) {
        return None;
    }
    let mut verification = Map::new();
    verification.insert("trust_framework".to_owned(), framework.clone());
    for (name, wanted) in &request.verification {
        let found = known.get(name);
        if !fits(wanted, found, now) {
            return None;
        }
        if let Some(found) = found {
            verification.insert(name.clone(), found.clone());
        }
    }
    let held = item.get("claims")?.as_object()?;
    let wanted = |(name, wanted): (&String, &Option<ClaimRequest>)| {
        let found = held.get(name)?;
        let fits = wanted.as_ref().is_none_or(|wanted| {
            let by_value = wanted.value.as_ref().is_none_or(|value| value == found);
            by_value && wanted.values.as_ref().is_none_or(|values| values.contains(found))
        });
        fits.then(|| (name.clone(), found.clone()))
    };
    let claims: Map<String, Value> = request.claims.iter().filter_map(wanted).collect();
    (!claims.is_empty()).then(|| json!({"verification": verification, "claims": claims}))
}

/// Whether an element of the verification is as it is asked for: `value`, `values` and `max_age` (section 5.5). Conditions inside nested
/// elements are not looked into, so what has one is not fulfilled.
fn fits(wanted: &Value, found: Option<&Value>, now: Timestamp) -> bool {
    match wanted {
        Value::Null => true,
        Value::Object(wanted) => {
            let by_value = wanted.get("value").is_none_or(|value| Some(value) == found);
            let among = |values: &Value| {
                values
                    .as_array()
                    .is_some_and(|values| found.is_some_and(|found| values.contains(found)))
            };
            let fresh = |age: &Value| age_fits(age, found, now);
            let flat = ["value", "values", "max_age", "essential", "purpose"];
            by_value
                && wanted.get("values").is_none_or(among)
                && wanted.get("max_age").is_none_or(fresh)
                && wanted
                    .iter()
                    .all(|(name, inner)| flat.contains(&name.as_str()) || !is_conditional(inner))
        }
        other => !is_conditional(other),
    }
}

fn age_fits(max_age: &Value, found: Option<&Value>, now: Timestamp) -> bool {
    let at = found.and_then(Value::as_str).and_then(Timestamp::parse_rfc3339);
    let (Some(at), Some(seconds)) = (at, max_age.as_u64()) else {
        return false;
    };
    now.since(at) <= std::time::Duration::from_secs(seconds)
}

fn is_conditional(wanted: &Value) -> bool {
    match wanted {
        Value::Object(members) => members.iter().any(|(name, inner)| {
            ["value", "values", "max_age"].contains(&name.as_str()) || is_conditional(inner)
        }),
        Value::Array(all) => all.iter().any(is_conditional),
        _ => false,
    }
}

/// The members of a discovery document (section 7.1); none where nothing is vouched for.
pub fn metadata(frameworks: &[String], claims: &[&str]) -> Map<String, Value> {
    if frameworks.is_empty() {
        return Map::new();
    }
    let members = json!({
        "verified_claims_supported": true,
        "trust_frameworks_supported": frameworks,
        "claims_in_verified_claims_supported": claims,
    });
    members.as_object().cloned().unwrap_or_default()
}

/// The `claims` parameter of a relying party that asks for verified claims in the ID token.
pub fn request_for<'a>(frameworks: &[String], claims: impl Iterator<Item = &'a str>) -> Value {
    let claims: Map<String, Value> = claims.map(|name| (name.to_owned(), Value::Null)).collect();
    let verification = json!({
        "trust_framework": {"values": frameworks}, "time": null, "verification_process": null, "evidence": null,
    });
    json!({"id_token": {VERIFIED_CLAIMS: {"verification": verification, "claims": claims}}})
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_790_000_000);

    fn held() -> Value {
        json!([
            {"verification": {"trust_framework": "de_aml", "time": "2026-09-01T10:00:00Z", "evidence": [{"type": "document"}]},
             "claims": {"given_name": "Max", "birthdate": "1956-01-28"}},
            {"verification": {"trust_framework": "eidas"}, "claims": {"given_name": "Maximilian"}},
        ])
    }

    fn asked(request: &Value) -> Option<Value> {
        let mut part = json!({ VERIFIED_CLAIMS: request }).as_object().cloned().unwrap();
        let requests = take(&mut part).unwrap();
        assert!(part.is_empty());
        answer(
            &held(),
            &requests,
            &["de_aml".to_owned(), "eidas".to_owned()],
            NOW,
        )
    }

    #[test]
    fn only_what_was_asked_for_is_answered() {
        let found = asked(
            &json!({"verification": {"trust_framework": null}, "claims": {"given_name": null, "nonsense": null}}),
        );
        let expected =
            json!({"verification": {"trust_framework": "de_aml"}, "claims": {"given_name": "Max"}});
        assert_eq!(found, Some(expected));
        let found = asked(
            &json!({"verification": {"trust_framework": {"value": "eidas"}, "evidence": null}, "claims": {"given_name": null}}),
        );
        assert_eq!(found.unwrap()["claims"]["given_name"], "Maximilian");
    }

    #[test]
    fn what_cannot_be_fulfilled_is_left_out() {
        let framework = json!({"trust_framework": {"values": ["uk_diatf"]}});
        assert_eq!(
            asked(&json!({"verification": framework, "claims": {"given_name": null}})),
            None
        );
        let any = json!({"trust_framework": null});
        assert_eq!(
            asked(&json!({"verification": any, "claims": {"email": null}})),
            None
        );
        assert_eq!(
            asked(&json!({"verification": any, "claims": {"given_name": {"value": "Moritz"}}})),
            None
        );
        let nested = json!({"trust_framework": null, "evidence": [{"type": {"value": "vouch"}}]});
        assert_eq!(
            asked(&json!({"verification": nested, "claims": {"given_name": null}})),
            None
        );
        let old = json!({"trust_framework": null, "time": {"max_age": 60}});
        assert_eq!(
            asked(&json!({"verification": old, "claims": {"given_name": null}})),
            None
        );
    }

    #[test]
    fn nothing_is_answered_for_a_framework_that_we_do_not_vouch_for() {
        let mut part = json!({VERIFIED_CLAIMS: {"verification": {"trust_framework": null}, "claims": {"given_name": null}}})
            .as_object()
            .cloned()
            .unwrap();
        let requests = take(&mut part).unwrap();
        assert_eq!(answer(&held(), &requests, &[], NOW), None);
        assert!(metadata(&[], &[]).is_empty());
    }

    #[test]
    fn malformed_requests_and_attributes_are_told_apart() {
        let mut part = json!({VERIFIED_CLAIMS: {"claims": {}}})
            .as_object()
            .cloned()
            .unwrap();
        assert_eq!(take(&mut part), None);
        assert!(is_well_formed(&held()));
        for bad in [
            json!([]),
            json!({}),
            json!("x"),
            json!({"verification": {"trust_framework": "a"}, "claims": {}}),
        ] {
            assert!(!is_well_formed(&bad), "{bad}");
        }
    }
}
