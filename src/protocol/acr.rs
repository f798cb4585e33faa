//! Authentication context classes (`acr`) in requests and tokens.

use serde::{Deserialize, Serialize};

/// Authentication context class, weakest first. A higher one satisfies a lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acr {
    /// Password, or password and mail code.
    Aal1,
    /// Password and TOTP, push or recovery code.
    Aal2,
    /// Phishing-resistant: passkey with user verification, or password and security key.
    Phr,
    /// Phishing-resistant, hardware-protected: attested device-bound passkey with user verification.
    Phrh,
}

impl Acr {
    /// Every value, weakest first, as discovery lists them.
    pub const ALL: [Self; 4] = [Self::Aal1, Self::Aal2, Self::Phr, Self::Phrh];

    /// The value in tokens and requests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aal1 => "aal1",
            Self::Aal2 => "aal2",
            Self::Phr => "phr",
            Self::Phrh => "phrh",
        }
    }

    /// The class of an `acr_values` entry; unknown values are ignored by callers.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|acr| acr.name() == name)
    }
}

/// What a request asks of the authentication context.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcrRequest {
    /// Known values in the order of preference; unknown ones are left out.
    pub values: Vec<Acr>,
    /// Whether one of them must be reached (`claims` parameter with `essential`, OIDC Core section 5.5.1.1).
    pub essential: bool,
}

impl AcrRequest {
    /// The least class that would satisfy the request; `None` when it asks for nothing we know.
    pub fn least(&self) -> Option<Acr> {
        self.values.iter().copied().min()
    }

    /// Whether `reached` satisfies it.
    pub fn is_met_by(&self, reached: Acr) -> bool {
        self.least().is_none_or(|least| reached >= least)
    }

    /// The value a token names: the first asked for that is satisfied, else the highest reached.
    pub fn named(&self, reached: Acr) -> Acr {
        self.values
            .iter()
            .copied()
            .find(|asked| reached >= *asked)
            .unwrap_or(reached)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(values: &[Acr]) -> AcrRequest {
        AcrRequest {
            values: values.to_vec(),
            essential: false,
        }
    }

    #[test]
    fn the_token_names_the_first_satisfied_value() {
        assert_eq!(asks(&[Acr::Phr, Acr::Aal1]).named(Acr::Aal2), Acr::Aal1);
        assert_eq!(asks(&[Acr::Aal1, Acr::Phr]).named(Acr::Phr), Acr::Aal1);
        assert_eq!(asks(&[Acr::Phr]).named(Acr::Aal2), Acr::Aal2);
        assert_eq!(asks(&[]).named(Acr::Phrh), Acr::Phrh);
    }

    #[test]
    fn any_of_the_values_will_do() {
        assert!(asks(&[Acr::Phr, Acr::Aal2]).is_met_by(Acr::Aal2));
        assert!(!asks(&[Acr::Phr, Acr::Aal2]).is_met_by(Acr::Aal1));
        assert!(asks(&[]).is_met_by(Acr::Aal1));
    }
}
