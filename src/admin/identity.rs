//! Who verifies identities for a tenant: reading what an admin sets, and sealing the secret.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::AdminError;
use crate::base::secret::Secret;
use crate::domain::identity::{COMPARABLE, IdentityProvider};
use crate::signin;
use crate::tenants::Platform;

/// The most trust frameworks of a list.
const MAX_FRAMEWORKS: usize = 50;

/// What an admin says of the provider. An empty issuer takes it away.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentityProviderChange {
    /// Its issuer.
    pub issuer: String,
    /// Our client id there.
    pub client_id: String,
    /// Our secret there; absent to keep the one that is held for this issuer. Never shown again.
    #[serde(skip_serializing)]
    pub client_secret: Option<Secret<String>>,
    /// A file that holds it, for the command line.
    #[serde(skip_serializing)]
    pub client_secret_file: Option<std::path::PathBuf>,
    /// Trust frameworks whose verification counts.
    pub trust_frameworks: BTreeSet<String>,
    /// Claims that must be those of the account.
    pub matching: BTreeSet<String>,
    /// How long the evidence is kept, in days.
    pub retention_days: u16,
}

/// The provider as it is stored.
///
/// # Errors
/// [`AdminError::Invalid`] with what is wrong.
pub(super) fn apply(
    platform: &Platform,
    wanted: &IdentityProviderChange,
    held: Option<&IdentityProvider>,
) -> Result<Option<IdentityProvider>, AdminError> {
    let invalid = |words: String| Err(AdminError::invalid("identity_provider", words));
    if wanted.issuer.is_empty() {
        return Ok(None);
    }
    if !platform.fetcher.may_reach(&wanted.issuer) {
        return invalid(format!("issuer «{}» is no public https address", wanted.issuer));
    }
    if wanted.client_id.is_empty() || wanted.client_id.len() > 255 {
        return invalid("client_id must have 1 to 255 characters".to_owned());
    }
    check_frameworks("identity_provider", wanted.trust_frameworks.iter())?;
    if wanted.trust_frameworks.is_empty() {
        return invalid("trust_frameworks names those that count: none but these".to_owned());
    }
    let known = |name: &String| COMPARABLE.contains(&name.as_str());
    if wanted.matching.is_empty() || !wanted.matching.iter().all(known) {
        return invalid(format!(
            "matching names claims that must be the account's, of {}",
            COMPARABLE.join(", ")
        ));
    }
    if !(1..=3_650).contains(&wanted.retention_days) {
        return invalid("retention_days is 1 to 3650".to_owned());
    }
    let kept = held.filter(|held| held.issuer == wanted.issuer && held.client_id == wanted.client_id);
    let client_secret = match &wanted.client_secret {
        Some(secret) => Some(signin::seal_provider_secret(platform, &wanted.issuer, secret)?),
        None => kept.and_then(|held| held.client_secret.clone()),
    };
    Ok(Some(IdentityProvider {
        issuer: wanted.issuer.clone(),
        client_id: wanted.client_id.clone(),
        client_secret,
        trust_frameworks: wanted.trust_frameworks.clone(),
        matching: wanted.matching.clone(),
        retention_days: wanted.retention_days,
    }))
}

/// Checks names of trust frameworks.
///
/// # Errors
/// [`AdminError::Invalid`] for the field.
pub(super) fn check_frameworks<'a>(
    field: &'static str,
    names: impl ExactSizeIterator<Item = &'a String>,
) -> Result<(), AdminError> {
    let many = names.len() > MAX_FRAMEWORKS;
    let fits =
        |name: &String| (1..=100).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
    let mut names = names;
    if many || !names.all(fits) {
        return Err(AdminError::invalid(
            field,
            "use up to 50 names of trust frameworks, such as eidas",
        ));
    }
    Ok(())
}
