//! What every page has around its own content.

use std::borrow::Cow;

use crate::http::assets;
use crate::text::{Locale, Text};

/// What a page knows beside its own content: whose it is, in which language, where help is.
#[derive(Clone, Debug)]
pub struct Chrome {
    /// The language's texts.
    pub text: Text,
    /// The tenant's name for people; the product's name where no tenant is known.
    pub tenant: String,
    /// Path of the issuer without trailing slash, such as `/t/demo`; empty where no tenant is known. Links to the
    /// account and the language switch hang on it.
    pub base: String,
    /// Path of the tenant's own style sheet, `/t/{tenant}/brand.css`, when it has a colour of its own.
    pub brand: Option<String>,
    /// Where people find help.
    pub support: Option<Support>,
    /// Whether to show the banner of the development profile.
    pub dev: bool,
    /// What the hidden field `csrf` of every form holds.
    pub csrf: String,
    /// The request's reference code.
    pub reference: String,
    /// Path and query of this page for the language switch, which POSTs `locale`, `return_to` and `csrf` to
    /// `{base}/language`. Empty: no switch (answers to a POST can't be shown again by a GET).
    pub here: String,
}

/// Where people find help, from the tenant's `support_contact`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Support {
    /// `mailto:…` or `https://…`.
    pub href: String,
    /// What is shown.
    pub label: String,
}

impl Support {
    /// Reads the setting: a mail address or an `https` address; anything else shows no contact.
    pub fn parse(contact: &str) -> Option<Self> {
        let contact = contact.trim();
        if let Some(rest) = contact.strip_prefix("https://") {
            let label = rest.trim_end_matches('/').to_owned();
            return Some(Self {
                href: contact.to_owned(),
                label,
            });
        }
        let mail = contact.strip_prefix("mailto:").unwrap_or(contact);
        let plain = !mail.contains(|c: char| c.is_whitespace() || c.is_control() || "?&<>\"".contains(c));
        (plain
            && mail
                .split_once('@')
                .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty()))
        .then(|| Self {
            href: format!("mailto:{mail}"),
            label: mail.to_owned(),
        })
    }
}

/// Short names for what templates call most.
impl Chrome {
    /// The text of a key.
    pub fn t(&self, key: &str) -> Cow<'static, str> {
        self.text.get(key)
    }

    /// The text of a key with one value filled in.
    pub fn with(&self, key: &str, name: &str, value: &str) -> Cow<'static, str> {
        self.text.with(key, &[(name, value)])
    }

    /// The text of a key with two values filled in, names and values in turn.
    pub fn with2(&self, key: &str, first: (&str, &str), second: (&str, &str)) -> Cow<'static, str> {
        self.text.with(key, &[first, second])
    }

    /// The text of a key with the number `n`.
    pub fn count(&self, key: &str, n: &u32) -> Cow<'static, str> {
        self.text.count(key, *n)
    }

    /// The text of one value of a family.
    pub fn pick(&self, family: &str, name: &str) -> Cow<'static, str> {
        self.text.pick(family, name)
    }

    /// The text of one value of a family, or the value itself.
    pub fn pick_or_name(&self, family: &str, name: &str) -> Cow<'static, str> {
        self.text.pick_or_name(family, name)
    }

    /// The hashed path of a file under `static/`.
    pub fn asset(&self, name: &str) -> String {
        assets::asset(name)
    }

    /// The `lang` attribute.
    pub fn lang(&self) -> &'static str {
        self.text.locale().tag()
    }

    /// The `dir` attribute.
    pub fn dir(&self) -> &'static str {
        self.text.locale().dir()
    }

    /// The languages of the switch: tag, own name, whether it is the one shown.
    pub fn languages(&self) -> Vec<(&'static str, &'static str, bool)> {
        Locale::ALL
            .into_iter()
            .map(|locale| (locale.tag(), locale.endonym(), locale == self.text.locale()))
            .collect()
    }

    /// The letter shown in the tenant's mark.
    pub fn initial(&self) -> String {
        self.tenant
            .chars()
            .find(|c| c.is_alphanumeric())
            .map_or_else(|| "T".to_owned(), |c| c.to_uppercase().to_string())
    }

    /// The reference in two groups of four, as it is read aloud.
    pub fn reference_spoken(&self) -> String {
        match (self.reference.get(..4), self.reference.get(4..)) {
            (Some(head), Some(tail)) if !tail.is_empty() => format!("{head} {tail}"),
            _ => self.reference.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn support_contacts_are_mail_or_https_only() {
        let href = |text: &str| Support::parse(text).map(|support| support.href);
        assert_eq!(href("help@a.example").as_deref(), Some("mailto:help@a.example"));
        assert_eq!(
            href("https://a.example/help").as_deref(),
            Some("https://a.example/help")
        );
        assert_eq!(
            href("javascript:alert(1)//@x"),
            Some("mailto:javascript:alert(1)//@x".into())
        );
        assert_eq!(href("http://a.example"), None);
        assert_eq!(href("a@b?bcc=c"), None);
    }
}
