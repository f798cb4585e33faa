//! The list of decisions. Filters live in the URL; chips show which are on.

use askama::Template;

use super::{Choice, Frame, Paging, band};
use crate::http::views::When;

/// The list.
///
/// GET fields: `q` (address or reference), `outcome`, `ended`, `client`, `ip` (address or CIDR), `min` (least score), `since`, `until`.
#[derive(Clone, Debug, Template)]
#[template(path = "console/decisions.html")]
pub struct DecisionList {
    /// Around it.
    pub frame: Frame,
    /// Address or reference searched for.
    pub query: String,
    /// Outcomes to choose from; the empty value means any.
    pub outcomes: Vec<Choice>,
    /// Endings to choose from; the empty value means any.
    pub endings: Vec<Choice>,
    /// Apps to choose from; the empty value means any.
    pub clients: Vec<Choice>,
    /// Address or network.
    pub ip: String,
    /// The least score.
    pub min: String,
    /// From this day.
    pub since: String,
    /// To this day.
    pub until: String,
    /// The filters that are on, each with the same list without it.
    pub chips: Vec<Chip>,
    /// The list without any filter.
    pub clear: String,
    /// The same filter as NDJSON and as OCSF.
    pub exports: [String; 2],
    /// The decisions.
    pub rows: Vec<DecisionRow>,
    /// Where it goes on.
    pub paging: Paging,
}

/// A filter that is on.
#[derive(Clone, Debug)]
pub struct Chip {
    /// `outcome`, `ended` …: a name of the catalogue's `filter-…` family.
    pub name: &'static str,
    /// Its value as shown.
    pub value: String,
    /// The list without it.
    pub without: String,
}

/// A decision in a list.
#[derive(Clone, Debug)]
pub struct DecisionRow {
    /// Its reference, which is its path.
    pub reference: String,
    /// When.
    pub at: When,
    /// The address, or nobody known.
    pub user: Option<String>,
    /// The app, by name.
    pub app: Option<String>,
    /// What was risked.
    pub action: String,
    /// The score, floor.
    pub score: u32,
    /// What was done, as the outcome's name.
    pub outcome: String,
    /// How it ended, as the ending's name.
    pub ended: Option<String>,
    /// The two signals that added most, as codes.
    pub reasons: Vec<String>,
    /// Browser and system.
    pub browser: Option<String>,
    /// Country and network, as shown.
    pub place: Option<String>,
    /// Only observed.
    pub observed: bool,
}

impl DecisionRow {
    /// The band of the score, for its colour.
    pub fn band(&self) -> &'static str {
        band(self.score)
    }
}
