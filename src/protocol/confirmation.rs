//! What tokens are bound to (`cnf`, RFC 7800 section 3.1): a key by DPoP, a certificate by TLS, or both.

use serde::{Deserialize, Serialize};

use super::dpop::Thumbprint;

/// What a sender holds, and what its tokens are bound to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// Thumbprint of a key (RFC 9449 section 6.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jkt: Option<Thumbprint>,
    /// Thumbprint of a certificate (RFC 8705 section 3.1).
    #[serde(rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    pub x5t: Option<Thumbprint>,
}

impl Confirmation {
    /// As a claim; nothing where nothing is bound.
    pub fn claim(&self) -> Option<Self> {
        (*self != Self::default()).then(|| self.clone())
    }

    /// The type of a token that is bound so: a certificate shows itself beside a bearer token (RFC 8705 section 3).
    pub const fn token_type(&self) -> &'static str {
        if self.jkt.is_some() { "DPoP" } else { "Bearer" }
    }

    /// Whether a sender that holds `held` may use what is bound so.
    pub fn is_met_by(&self, held: &Self) -> bool {
        (self.jkt.is_none() || self.jkt == held.jkt) && (self.x5t.is_none() || self.x5t == held.x5t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thumbprint(letter: &str) -> Option<Thumbprint> {
        Thumbprint::parse(&letter.repeat(43))
    }

    #[test]
    fn every_binding_must_be_met() {
        let of = |jkt: &str, x5t: &str| Confirmation {
            jkt: thumbprint(jkt),
            x5t: thumbprint(x5t),
        };
        let (key, certificate, both) = (of("A", ""), of("", "A"), of("A", "A"));
        assert!(
            Confirmation::default().is_met_by(&both) && key.is_met_by(&both) && certificate.is_met_by(&both)
        );
        for held in [
            Confirmation::default(),
            key,
            certificate,
            of("A", "E"),
            of("E", "A"),
        ] {
            assert!(!both.is_met_by(&held), "{held:?}");
        }
    }

    #[test]
    fn the_claim_names_what_is_bound() {
        assert_eq!(Confirmation::default().claim(), None);
        let bound = Confirmation {
            jkt: None,
            x5t: thumbprint("A"),
        };
        let text = serde_json::to_string(&bound.claim()).unwrap();
        assert_eq!(text, format!(r#"{{"x5t#S256":"{}"}}"#, "A".repeat(43)));
        assert_eq!(bound.token_type(), "Bearer");
    }
}
