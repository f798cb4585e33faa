//! What every new password must pass, wherever it is chosen.

use crate::domain::assurance::Acr;
use crate::factors::password::{PasswordRefusal, check_new, normalize};
use crate::tenants::Platform;

/// Checks a new password by the rules, then against the list of breached ones. When that list can't be asked, the rules alone
/// decide: they know the common ones. `own` holds what is known of the account: address, names.
///
/// # Errors
/// The first rule that it breaks.
pub async fn check_password(
    platform: &Platform,
    floor: Acr,
    own: &[&str],
    entered: &str,
) -> Result<(), PasswordRefusal> {
    check_new(entered, floor, own)?;
    match platform.breached.lists(&normalize(entered)).await {
        Some(true) => Err(PasswordRefusal::Breached),
        Some(false) | None => Ok(()),
    }
}
