//! Whether what an identity provider verified is the person of an account.

use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use crate::domain::identity::IdentityProvider;
use crate::protocol::identity_assurance::items;

/// Answers of the provider that don't fit, in one sign-in, before it ends.
pub const MAX_MISMATCHES: u8 = 3;

/// Why an answer does not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// It brings no verified claims by a trust framework that counts.
    NotVerified,
    /// It is about somebody else, or tells too little.
    OtherPerson,
}

/// Whether the account holds everything that must fit; otherwise nobody could be verified against it.
pub fn can_be_compared(provider: &IdentityProvider, account: &Map<String, Value>) -> bool {
    provider
        .matching
        .iter()
        .all(|name| text_of(account, name).is_some())
}

/// Compares verified claims with the account; gives the trust framework by which they were verified.
///
/// # Errors
/// [`Mismatch`].
pub fn judge(
    provider: &IdentityProvider,
    account: &Map<String, Value>,
    verified: &Value,
) -> Result<String, Mismatch> {
    let mut found = Err(Mismatch::NotVerified);
    for item in items(verified) {
        let framework = item
            .pointer("/verification/trust_framework")
            .and_then(Value::as_str);
        let framework = framework.filter(|name| provider.trust_frameworks.contains(*name));
        let claims = item.get("claims").and_then(Value::as_object);
        let (Some(framework), Some(claims)) = (framework, claims) else {
            continue;
        };
        let fits = |name: &String| {
            let ours = text_of(account, name);
            ours.is_some() && ours == text_of(claims, name)
        };
        if !provider.matching.is_empty() && provider.matching.iter().all(fits) {
            return Ok(framework.to_owned());
        }
        found = Err(Mismatch::OtherPerson);
    }
    found
}

/// A claim as it is compared: case, accents' encoding and spaces don't matter, and a full name may come in its parts.
fn text_of(claims: &Map<String, Value>, name: &str) -> Option<String> {
    let one = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let text = one(name).or_else(|| match name {
        "name" => Some(format!("{} {}", one("given_name")?, one("family_name")?)),
        _ => None,
    })?;
    let folded: String = text.nfkc().collect::<String>().to_lowercase();
    let words: Vec<&str> = folded.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn provider(matching: &[&str]) -> IdentityProvider {
        IdentityProvider {
            issuer: "https://idv.example".to_owned(),
            client_id: "us".to_owned(),
            client_secret: None,
            trust_frameworks: ["de_aml".to_owned()].into(),
            matching: matching.iter().map(|name| (*name).to_owned()).collect(),
            retention_days: 30,
        }
    }

    fn members(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn names_are_compared_as_people_write_them_and_dates_exactly() {
        let account = members(&json!({"name": "Zoë  Muller", "birthdate": "1990-02-03"}));
        let rule = provider(&["name", "birthdate"]);
        let answer = |claims: Value| {
            let verified = json!({"verification": {"trust_framework": "de_aml"}, "claims": claims});
            judge(&rule, &account, &verified)
        };
        let decomposed = "ZOE\u{308}";
        assert_eq!(
            answer(json!({"given_name": decomposed, "family_name": "Muller", "birthdate": "1990-02-03"})),
            Ok("de_aml".to_owned())
        );
        for other in [
            json!({"name": "Zoë Muller", "birthdate": "1990-03-02"}),
            json!({"name": "Zoë Müller", "birthdate": "1990-02-03"}),
            json!({"birthdate": "1990-02-03"}),
            json!({"name": "Zoë Muller"}),
        ] {
            assert_eq!(answer(other.clone()), Err(Mismatch::OtherPerson), "{other}");
        }
    }

    #[test]
    fn only_trusted_frameworks_count_and_an_empty_rule_fits_nobody() {
        let account = members(&json!({"name": "A B"}));
        let by = |framework: &str| json!({"verification": {"trust_framework": framework}, "claims": {"name": "A B"}});
        let rule = provider(&["name"]);
        assert_eq!(judge(&rule, &account, &by("other")), Err(Mismatch::NotVerified));
        assert_eq!(judge(&rule, &account, &json!(null)), Err(Mismatch::NotVerified));
        assert!(judge(&rule, &account, &json!([by("other"), by("de_aml")])).is_ok());
        assert_eq!(
            judge(&provider(&[]), &account, &by("de_aml")),
            Err(Mismatch::OtherPerson)
        );
        assert!(!can_be_compared(&provider(&["birthdate"]), &account));
    }
}
