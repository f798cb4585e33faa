//! Where feeds come from and where they lie.

use std::path::PathBuf;

use serde::Deserialize;

use super::sections::Feeds;

/// Addresses that feeds are fetched from, `https`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedSources {
    /// Cities.
    pub city: String,
    /// Countries.
    pub country: String,
    /// Autonomous systems.
    pub asn: String,
    /// Tor exits.
    pub tor: String,
    /// Hosting networks.
    pub hosting: String,
    /// Anonymisers.
    pub anonymizer: String,
    /// Networks with a bad reputation.
    pub reputation: String,
}

impl FeedSources {
    /// The address of a feed; `None` for one that is not fetched.
    pub fn of(&self, feed: &str) -> Option<&str> {
        let address = match feed {
            "city" => &self.city,
            "country" => &self.country,
            "asn" => &self.asn,
            "tor" => &self.tor,
            "hosting" => &self.hosting,
            "anonymizer" => &self.anonymizer,
            "reputation" => &self.reputation,
            _ => return None,
        };
        (!address.is_empty()).then_some(address.as_str())
    }
}

impl Feeds {
    /// The files, as they are read.
    pub fn files(&self) -> [(&'static str, Option<&PathBuf>); 7] {
        [
            ("city", self.city.as_ref()),
            ("country", self.country.as_ref()),
            ("asn", self.asn.as_ref()),
            ("tor", self.tor.as_ref()),
            ("hosting", self.hosting.as_ref()),
            ("anonymizer", self.anonymizer.as_ref()),
            ("reputation", self.reputation.as_ref()),
        ]
    }
}
