//! Tenants: the operator's pages.

use askama::Template;

use super::{Choice, Frame, Paging};
use crate::http::views::{Problem, Problems as _, When};

/// The list, with a search (`q`, GET).
#[derive(Clone, Debug, Template)]
#[template(path = "console/tenants.html")]
pub struct TenantList {
    /// Around it.
    pub frame: Frame,
    /// What is searched for.
    pub query: String,
    /// The tenants.
    pub rows: Vec<TenantRow>,
    /// Where it goes on.
    pub paging: Paging,
}

/// A tenant in the list.
#[derive(Clone, Debug)]
pub struct TenantRow {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its issuer.
    pub issuer: String,
    /// Whether it serves.
    pub active: bool,
    /// How many users.
    pub users: u64,
    /// When it was made.
    pub created: When,
}

/// Makes or changes a tenant.
///
/// Form fields: `slug` and `preset` (new only), `name`, `registration`, `layout`, `floor`, `default_locale`, `support_contact`,
/// `remember_days`, `recovery_wait_hours`, `notice_threshold`, `breached_passwords`, `passkey_attestation`, `passkey_models`, `brand_color`,
/// `sign_up`, `disposable_addresses`, `terms_uri`, `privacy_uri`, `status` (change only), `version`, `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "console/tenant_form.html")]
pub struct TenantForm {
    /// Around it.
    pub frame: Frame,
    /// Whether it is a new one.
    pub new: bool,
    /// Where the form goes.
    pub action: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// The slug.
    pub slug: String,
    /// The issuer (change only).
    pub issuer: String,
    /// The name.
    pub name: String,
    /// Presets (new only).
    pub presets: Vec<Choice>,
    /// Who may register clients.
    pub registration: Vec<Choice>,
    /// One sign-in page or two.
    pub layout: Vec<Choice>,
    /// The least assurance.
    pub floor: Vec<Choice>,
    /// The default language.
    pub locale: Vec<Choice>,
    /// Whether it serves.
    pub status: Vec<Choice>,
    /// Where people find help.
    pub support_contact: String,
    /// How long browsers are remembered.
    pub remember_days: String,
    /// Waiting period before lost factors are replaced, hours.
    pub recovery_wait_hours: String,
    /// From which score notices are sent.
    pub notice_threshold: String,
    /// When passwords are looked up among breached ones.
    pub breached: Vec<Choice>,
    /// What is asked of new passkeys.
    pub attestation: Vec<Choice>,
    /// Allowed models of authenticators, one a line.
    pub passkey_models: String,
    /// The brand colour.
    pub brand_color: String,
    /// Whether people may make accounts.
    pub sign_up: Vec<Choice>,
    /// What becomes of throw-away addresses.
    pub disposable: Vec<Choice>,
    /// Terms of use.
    pub terms_uri: String,
    /// Privacy notice.
    pub privacy_uri: String,
    /// The row's version, against lost updates.
    pub version: String,
}

/// Asks before something is deleted; the name is typed to confirm.
///
/// Form fields: `confirm` (must equal `name`), `csrf`.
#[derive(Clone, Debug, Template)]
#[template(path = "console/delete.html")]
pub struct ConfirmDelete {
    /// Around it.
    pub frame: Frame,
    /// `tenant`, `client` or `user`: names of the catalogue's `delete-…` families.
    pub kind: &'static str,
    /// What is typed to confirm: slug, client id or address.
    pub name: String,
    /// What goes with it: count and thing, as shown.
    pub losses: Vec<String>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Where the form goes.
    pub action: String,
    /// Back.
    pub cancel: String,
}
