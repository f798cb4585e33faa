//! What an admin may change of a tenant.

use serde::{Deserialize, Serialize};

use crate::admin::identity::{self, IdentityProviderChange};
use crate::admin::{AdminError, trusted_issuers};
use crate::crypto::certificate::ClientAuthorities;
use crate::domain::assurance::Acr;
use crate::domain::credential::Aaguid;
use crate::domain::registration_policy::RegistrationPolicy;
use crate::domain::tenant::{
    Attestation, BreachedCheck, DisposableAddresses, FailMode, Registration, SignInLayout, SignUp,
    TenantSettings, TenantStatus,
};
use crate::domain::trusted_issuer::TrustedIssuer;
use crate::tenants::Platform;

/// The longest text of certificate authorities, bytes.
const MAX_AUTHORITIES: usize = 64 * 1024;

/// Changes to a tenant; what is absent stays. Also the form of the file that `tenant apply` reads.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TenantChanges {
    /// Its name for people.
    pub name: Option<String>,
    /// Whether it serves.
    pub status: Option<TenantStatus>,
    /// Who may register clients.
    pub registration: Option<Registration>,
    /// What apps that register themselves may ask for; the whole rule.
    pub registration_policy: Option<RegistrationPolicy>,
    /// One sign-in page or two.
    pub layout: Option<SignInLayout>,
    /// The least assurance of every sign-in.
    pub floor: Option<Acr>,
    /// What holds when the risk engine is down.
    pub fail_mode: Option<FailMode>,
    /// The language when nothing names one.
    pub default_locale: Option<String>,
    /// Where people find help; empty for nowhere.
    pub support_contact: Option<String>,
    /// Score from which notices are sent.
    pub notice_threshold: Option<u8>,
    /// How long browsers are remembered, days.
    pub remember_days: Option<u16>,
    /// Waiting period before lost factors are replaced, hours.
    pub recovery_wait_hours: Option<u16>,
    /// When passwords are looked up on the list of breached ones.
    pub breached_passwords: Option<BreachedCheck>,
    /// What is asked of new passkeys.
    pub passkey_attestation: Option<Attestation>,
    /// Models of authenticators that count as attested, as AAGUIDs; empty for all.
    pub passkey_models: Option<Vec<String>>,
    /// Certificate authorities of clients, PEM; empty for none.
    pub client_certificate_authorities: Option<String>,
    /// Others whose assertions about users are taken; empty for none.
    pub trusted_issuers: Option<Vec<TrustedIssuer>>,
    /// Brand colour; empty for none.
    pub brand_color: Option<String>,
    /// Whether people may make accounts of their own.
    pub sign_up: Option<SignUp>,
    /// What becomes of a sign-up with an address that is thrown away after use.
    pub disposable_addresses: Option<DisposableAddresses>,
    /// Terms of use, `https`; empty for none.
    pub terms_uri: Option<String>,
    /// Privacy notice, `https`; empty for none.
    pub privacy_uri: Option<String>,
    /// Who verifies identities; with an empty issuer nobody.
    pub identity_provider: Option<IdentityProviderChange>,
    /// Trust frameworks whose verified claims are told to apps that ask; empty for none.
    pub asserted_trust_frameworks: Option<Vec<String>>,
}

impl TenantChanges {
    /// Puts what is given into settings.
    pub(super) fn apply(&self, platform: &Platform, settings: &mut TenantSettings) -> Result<(), AdminError> {
        settings.registration = self.registration.unwrap_or(settings.registration);
        if let Some(policy) = &self.registration_policy {
            if let Some(problem) = policy.problem() {
                return Err(AdminError::invalid("registration_policy", problem));
            }
            settings.registration_policy.clone_from(policy);
        }
        settings.layout = self.layout.unwrap_or(settings.layout);
        settings.floor = self.floor.unwrap_or(settings.floor);
        settings.fail_mode = self.fail_mode.unwrap_or(settings.fail_mode);
        if let Some(locale) = &self.default_locale {
            if crate::text::Locale::from_tag(locale).is_none() {
                return Err(AdminError::invalid("default_locale", "use en, de, fr, es or ja"));
            }
            settings.default_locale.clone_from(locale);
        }
        if let Some(contact) = &self.support_contact {
            settings.support_contact = contact_of(contact)?;
        }
        self.apply_numbers(settings)?;
        settings.breached_passwords = self.breached_passwords.unwrap_or(settings.breached_passwords);
        settings.passkey_attestation = self.passkey_attestation.unwrap_or(settings.passkey_attestation);
        if let Some(models) = &self.passkey_models {
            settings.passkey_models = models_of(models)?;
        }
        if let Some(pem) = &self.client_certificate_authorities {
            settings.client_certificate_authorities = authorities_of(pem)?;
        }
        if let Some(issuers) = &self.trusted_issuers {
            trusted_issuers::check(issuers)?;
            settings.trusted_issuers.clone_from(issuers);
        }
        if let Some(color) = &self.brand_color {
            settings.brand_color = color_of(color)?;
        }
        settings.sign_up = self.sign_up.unwrap_or(settings.sign_up);
        settings.disposable_addresses = self.disposable_addresses.unwrap_or(settings.disposable_addresses);
        if let Some(address) = &self.terms_uri {
            settings.terms_uri = page_of("terms_uri", address)?;
        }
        if let Some(address) = &self.privacy_uri {
            settings.privacy_uri = page_of("privacy_uri", address)?;
        }
        self.apply_identity(platform, settings)
    }

    fn apply_identity(&self, platform: &Platform, settings: &mut TenantSettings) -> Result<(), AdminError> {
        if let Some(wanted) = &self.identity_provider {
            let held = settings.identity_provider.as_ref();
            settings.identity_provider = identity::apply(platform, wanted, held)?;
        }
        if let Some(frameworks) = &self.asserted_trust_frameworks {
            identity::check_frameworks("asserted_trust_frameworks", frameworks.iter())?;
            settings.asserted_trust_frameworks.clone_from(frameworks);
        }
        Ok(())
    }

    fn apply_numbers(&self, settings: &mut TenantSettings) -> Result<(), AdminError> {
        if let Some(threshold) = self.notice_threshold {
            if threshold > 100 {
                return Err(AdminError::invalid("notice_threshold", "use 0 to 100"));
            }
            settings.notice_threshold = threshold;
        }
        if let Some(days) = self.remember_days {
            if days > 365 {
                return Err(AdminError::invalid("remember_days", "use 0 to 365"));
            }
            settings.remember_days = days;
        }
        if let Some(hours) = self.recovery_wait_hours {
            if hours > 720 {
                return Err(AdminError::invalid("recovery_wait_hours", "use 0 to 720"));
            }
            settings.recovery_wait_hours = hours;
        }
        Ok(())
    }
}

/// The models of a list, each once, in the order given.
fn models_of(texts: &[String]) -> Result<Vec<Aaguid>, AdminError> {
    if texts.len() > 200 {
        return Err(AdminError::invalid("passkey_models", "name at most 200 models"));
    }
    let mut models = Vec::new();
    for text in texts {
        let model = Aaguid::parse(text)
            .ok_or_else(|| AdminError::invalid("passkey_models", format!("«{text}» is not an AAGUID")))?;
        if !models.contains(&model) {
            models.push(model);
        }
    }
    Ok(models)
}

/// The certificates of a PEM text, once they can be used.
fn authorities_of(pem: &str) -> Result<Option<String>, AdminError> {
    let invalid = |words: String| AdminError::invalid("client_certificate_authorities", words);
    if pem.trim().is_empty() {
        return Ok(None);
    }
    if pem.len() > MAX_AUTHORITIES {
        return Err(invalid(format!("use at most {MAX_AUTHORITIES} bytes")));
    }
    ClientAuthorities::from_pem(pem).map_err(|error| invalid(error.to_string()))?;
    Ok(Some(pem.trim().to_owned()))
}

/// The address of a page of the tenant's own; empty for none.
fn page_of(field: &'static str, text: &str) -> Result<Option<String>, AdminError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let fits = text.starts_with("https://") && url::Url::parse(text).is_ok();
    fits.then(|| Some(text.to_owned()))
        .ok_or_else(|| AdminError::invalid(field, "use an https address"))
}

fn contact_of(text: &str) -> Result<Option<String>, AdminError> {
    let text = text.trim();
    let mail =
        crate::domain::user::EmailAddress::parse(text.strip_prefix("mailto:").unwrap_or(text)).is_some();
    let page = text.starts_with("https://") && url::Url::parse(text).is_ok();
    match text {
        "" => Ok(None),
        _ if mail || page => Ok(Some(text.to_owned())),
        _ => Err(AdminError::invalid(
            "support_contact",
            "use a mail address or an https address",
        )),
    }
}

fn color_of(text: &str) -> Result<Option<String>, AdminError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
    digits
        .map(|digits| Some(format!("#{}", digits.to_ascii_lowercase())))
        .ok_or_else(|| AdminError::invalid("brand_color", "use a colour such as #0a5cff"))
}
