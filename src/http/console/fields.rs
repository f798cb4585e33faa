//! The fields of a console form, and what is wrong with them in the reader's language.

use std::collections::BTreeMap;

use crate::admin::AdminError;
use crate::http::views::{Chrome, Problem};
use crate::protocol::error::ErrorCode;

/// A form's fields; of a repeated one the first counts.
#[derive(Debug)]
pub(super) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// Reads an encoded form. Its size was limited when the body was read.
    pub(super) fn parse(body: &[u8]) -> Self {
        let mut fields = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            fields
                .entry(name.into_owned())
                .or_insert_with(|| value.into_owned());
        }
        Self(fields)
    }

    /// A field, empty when absent.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    /// A field as it was typed; absent when empty.
    pub(super) fn secret(&self, name: &str) -> Option<String> {
        self.0.get(name).filter(|value| !value.is_empty()).cloned()
    }

    /// Whether a checkbox is on.
    pub(super) fn on(&self, name: &str) -> bool {
        self.text(name) == "on"
    }

    /// The lines of a field, without empty ones.
    pub(super) fn lines(&self, name: &str) -> Vec<String> {
        let lines = self.text(name).lines().map(str::trim);
        lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    /// A number; `None` when it is none.
    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.text(name).parse().ok()
    }
}

/// What is wrong with a form, or the error back when no form can show it.
pub(super) fn problem(chrome: &Chrome, error: AdminError) -> Result<Problem, AdminError> {
    let say = |field: &'static str, key: &str| Ok(Problem::at(field, chrome.t(key)));
    match error {
        AdminError::Changed => Ok(Problem::whole(chrome.t("problem-conflict"))),
        AdminError::Refused(words) => Ok(Problem::whole(words)),
        AdminError::Metadata(error) if error.code == ErrorCode::InvalidRedirectUri => Ok(Problem::at(
            "redirect_uris",
            format!("{} ({})", chrome.t("problem-redirect-uri"), error.description),
        )),
        AdminError::Metadata(error) => Ok(Problem::whole(error.description)),
        AdminError::Invalid { field, message } => match field {
            "email" | "slug" | "username"
                if message.contains("another account") || message.contains("exists") =>
            {
                say(field, "problem-taken")
            }
            "email" => say(field, "problem-email"),
            "slug" => say(field, "problem-slug"),
            "passkey_models" => say(field, "problem-aaguid"),
            "brand_color" => say(field, "problem-color"),
            "support_contact" => say(field, "problem-contact"),
            "terms_uri" | "privacy_uri" => say(field, "problem-https"),
            "remember_days" | "recovery_wait_hours" | "notice_threshold" => say(field, "problem-number"),
            _ => Ok(Problem::at(field, message)),
        },
        other => Err(other),
    }
}
