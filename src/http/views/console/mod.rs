//! The admin console's pages. Plain words and numbers only: they know nothing of stored types.
//!
//! Paths are `/console/{page}?tenant={slug}`; a filter is a query parameter, so that every list can be shared. Every
//! form POSTs with `csrf`.

pub mod audit;
pub mod clients;
pub mod decision;
pub mod decisions;
pub mod keys;
pub mod mails;
pub mod overview;
pub mod passes;
pub mod policies;
pub mod registration;
pub mod resources;
pub mod tenants;
pub mod users;

use std::borrow::Cow;

use super::{Chrome, segment};

/// What stands around every console page.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Language, token, reference, assets.
    pub chrome: Chrome,
    /// The tenant worked on: its slug.
    pub tenant: String,
    /// Its name.
    pub tenant_name: String,
    /// Which entry of the navigation is lit.
    pub section: Section,
    /// Who is signed in.
    pub user: String,
    /// In which role: owner, admin, analyst, support, auditor or operator.
    pub role: String,
    /// Whether the operator's pages are shown.
    pub operator: bool,
    /// What was just done: a name of the catalogue's `flash-…` family.
    pub flash: Option<&'static str>,
}

impl Frame {
    /// The path of a page of this tenant, such as `clients/new`.
    pub fn href(&self, page: &str) -> String {
        let slash = if page.is_empty() { "" } else { "/" };
        format!("/console{slash}{page}?tenant={}", self.tenant)
    }

    /// The path of a page about one thing, such as `users` and an id; the id is percent-encoded.
    pub fn of(&self, page: &str, id: &str) -> String {
        self.href(&format!("{page}/{}", segment(id)))
    }

    /// The path of an act on one thing, such as `users`, an id and `delete`.
    pub fn act(&self, page: &str, id: &str, act: &str) -> String {
        self.href(&format!("{page}/{}/{act}", segment(id)))
    }

    /// Whether the entry of this name is lit.
    pub fn is(&self, section: &str) -> bool {
        self.section.name() == section
    }

    /// The entries of the navigation.
    pub const fn sections(&self) -> [Section; 10] {
        Section::TENANT
    }
}

/// An entry of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Overview.
    Overview,
    /// What waits for an operator.
    Waiting,
    /// Sign-ins: the decisions.
    Decisions,
    /// Users.
    Users,
    /// Applications.
    Clients,
    /// Protected resources.
    Resources,
    /// Policies.
    Policies,
    /// Keys.
    Keys,
    /// Mails.
    Mails,
    /// Audit log.
    Audit,
    /// Tenants (operators).
    Tenants,
}

impl Section {
    /// The entries of a tenant, in order.
    pub const TENANT: [Self; 10] = [
        Self::Overview,
        Self::Waiting,
        Self::Decisions,
        Self::Users,
        Self::Clients,
        Self::Resources,
        Self::Policies,
        Self::Keys,
        Self::Mails,
        Self::Audit,
    ];

    /// `nav-…` in the catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Waiting => "waiting",
            Self::Decisions => "decisions",
            Self::Users => "users",
            Self::Clients => "clients",
            Self::Resources => "resources",
            Self::Policies => "policies",
            Self::Keys => "keys",
            Self::Mails => "mails",
            Self::Audit => "audit",
            Self::Tenants => "tenants",
        }
    }

    /// The path below `/console`.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Overview => "",
            other => other.name(),
        }
    }
}

/// A choice of a `<select>`: value, words, whether it is the chosen one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The value.
    pub value: String,
    /// The words.
    pub text: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

impl Choice {
    /// Choices of values, each in the words that `say` finds for it.
    pub fn said(values: &[&str], chosen: &str, say: impl Fn(&str) -> Cow<'static, str>) -> Vec<Self> {
        values
            .iter()
            .map(|value| Self {
                value: (*value).to_owned(),
                text: say(value).into_owned(),
                chosen: *value == chosen,
            })
            .collect()
    }

    /// Choices of `(value, words)` of which `chosen` is taken.
    pub fn list(items: &[(&str, &str)], chosen: &str) -> Vec<Self> {
        items
            .iter()
            .map(|(value, text)| Self {
                value: (*value).to_owned(),
                text: (*text).to_owned(),
                chosen: *value == chosen,
            })
            .collect()
    }
}

/// Where a list goes on: links to the first and the next page, when there are any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paging {
    /// Back to the start; absent on the first page.
    pub first: Option<String>,
    /// The next page; absent on the last.
    pub next: Option<String>,
}

/// A page about an error inside the console: not found, not allowed, or ours.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "console/error.html")]
pub struct ConsoleError {
    /// Around it.
    pub frame: Frame,
    /// What happened, with the same words as hosted pages.
    pub kind: super::ends::ErrorKind,
}

/// Points with sign and one digit; a true minus sign, no sign at zero.
pub fn points(points: f64) -> String {
    let rounded = (points * 10.0).round() / 10.0;
    if rounded > 0.0 {
        format!("+{rounded:.1}")
    } else if rounded < 0.0 {
        format!("\u{2212}{:.1}", rounded.abs())
    } else {
        "0.0".to_owned()
    }
}

/// The band of a score for its colour: the four of the `balanced` ladder.
pub const fn band(score: u32) -> &'static str {
    match score {
        0..=29 => "low",
        30..=59 => "medium",
        60..=79 => "high",
        _ => "top",
    }
}

#[cfg(test)]
mod tests {
    use super::points;

    #[test]
    fn points_have_a_sign_and_zero_has_none() {
        assert_eq!(points(4.26), "+4.3");
        assert_eq!(points(-4.26), "\u{2212}4.3");
        assert_eq!(points(-0.01), "0.0");
    }
}
