//! What a JWT assertion must say, whoever made it (RFC 7523 section 3): for whom, when, and once.

use std::time::Duration;

use serde::Deserialize;

use super::OidcError;
use crate::base::encoding::base64url;
use crate::base::secret::sha256;
use crate::protocol::claims::Audience;
use crate::tenants::{Platform, Realm};

/// How far the clock of its maker may be off.
const SKEW: Duration = Duration::from_mins(1);
/// The longest life of an assertion.
const LIFE: Duration = Duration::from_mins(10);

/// The claims of an assertion whose signature was checked.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Assertion {
    pub(super) iss: String,
    pub(super) sub: String,
    aud: Audience,
    exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
    jti: String,
}

/// Why an assertion does not hold.
pub(super) enum Unfit {
    /// What it says, in words for the log or the caller.
    Claims(&'static str),
    /// Ours.
    Oidc(OidcError),
}

impl Assertion {
    /// Checks audience and times, and that it is used once. `fits` says whether the audience is the one that is meant.
    pub(super) fn check(
        &self,
        platform: &Platform,
        realm: &Realm,
        fits: impl Fn(&Audience) -> bool,
    ) -> Result<(), Unfit> {
        if !fits(&self.aud) {
            return Err(Unfit::Claims("assertion is for another audience"));
        }
        let now = platform.now();
        let skew = i64::try_from(SKEW.as_secs()).unwrap_or(60);
        let longest = i64::try_from(LIFE.as_secs()).unwrap_or(600);
        let early = self.nbf.is_some_and(|at| at > now.secs() + skew)
            || self.iat.is_some_and(|at| at > now.secs() + skew);
        if self.exp.saturating_add(skew) <= now.secs() || early || self.exp > now.secs() + longest + skew {
            return Err(Unfit::Claims("assertion is outside its time"));
        }
        if self.jti.is_empty() || self.jti.len() > 256 {
            return Err(Unfit::Claims("assertion has no usable jti"));
        }
        // Kept until the assertion can no longer be used, so it can't be used twice. Ids of others are no concern.
        let maker = base64url(&sha256(self.iss.as_bytes()));
        let key = format!("{}:assertion:{maker}:{}", realm.tenant.tag, self.jti);
        let left = Duration::from_secs(u64::try_from(self.exp + skew - now.secs()).unwrap_or(0).max(1));
        match platform.ephemeral.first_use(&key, now, left) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Unfit::Claims("assertion was used before")),
            Err(error) => Err(Unfit::Oidc(error.into())),
        }
    }
}
