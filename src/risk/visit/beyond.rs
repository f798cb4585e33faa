//! Facts of what happens beyond the sign-in page: sessions that are used again, clients that act for themselves, accounts that are
//! made.

use serde::{Deserialize, Serialize};

/// How far something moved from where it was, from nothing to far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drift {
    /// The same.
    Same,
    /// Another version; another address of the same provider.
    Near,
    /// Another family; another provider.
    Far,
    /// Another country.
    Abroad,
}

impl Drift {
    /// What differs at all may be anything: of a provider only its number is kept, of an agent only its family.
    pub fn between<T: PartialEq>(before: Option<T>, now: Option<T>) -> Option<Self> {
        let same = before? == now?;
        Some(if same { Self::Same } else { Self::Far })
    }
}

/// A session against how it was last used.
#[derive(Clone, Copy, Debug, Default)]
pub struct SessionFacts {
    /// Its network.
    pub network: Option<Drift>,
    /// Its agent.
    pub agent: Option<Drift>,
    /// A cookie or token that had been replaced came back.
    pub reused: Option<bool>,
}

/// A client that acts for itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct MachineFacts {
    /// Tokens it got in the last hour.
    pub tokens_hour: Option<f64>,
    /// Tokens it usually gets in an hour.
    pub tokens_usual: Option<f64>,
    /// Whether it asks for a scope it never asked for.
    pub new_scope: Option<bool>,
    /// Age of the secret or key it used, seconds.
    pub secret_age_secs: Option<u64>,
}

/// A sign-up under way.
#[derive(Clone, Copy, Debug, Default)]
pub struct SignUpFacts {
    /// Whether the challenge that costs a computer work was solved.
    pub work_solved: Option<bool>,
    /// Whether a field that people don't see was filled in.
    pub honeypot: Option<bool>,
    /// Whether the mail address is one that is thrown away after use; absent where the tenant does not mind.
    pub disposable: Option<bool>,
    /// Sign-ups begun from the address in the last hour, decayed.
    pub address_hour: Option<f64>,
    /// Sign-ups begun from the familiar network in the last day, decayed.
    pub network_day: Option<f64>,
    /// Sign-ups begun through the provider.
    pub asn: Option<Rush>,
    /// Sign-ups begun in the tenant.
    pub tenant: Option<Rush>,
}

/// How many there were in the last hour, against how many there are in a usual one.
#[derive(Clone, Copy, Debug)]
pub struct Rush {
    /// The last hour, decayed.
    pub hour: f64,
    /// A usual hour of the last week.
    pub usual: f64,
}

impl Rush {
    /// Natural logarithm of the one over the other, at least 0. A handful an hour is never a rush.
    pub fn nats(self) -> f64 {
        const HANDFUL: f64 = 5.0;
        libm::log((self.hour.max(0.0) + HANDFUL) / (self.usual.max(0.0) + HANDFUL)).clamp(0.0, 5.0)
    }
}
