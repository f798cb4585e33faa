//! The first page: what happened lately and what needs attention.

use askama::Template;

use super::Frame;
use crate::http::views::Link;
use crate::http::views::console::decisions::DecisionRow;

/// The overview of a tenant.
#[derive(Clone, Debug, Template)]
#[template(path = "console/overview.html")]
pub struct Overview {
    /// Around it.
    pub frame: Frame,
    /// Numbers of the last 24 hours: name in the catalogue's `stat-…` family, the number as shown, where it leads.
    pub stats: Vec<Stat>,
    /// Sign-ins by hour, oldest first.
    pub hours: Vec<HourBar>,
    /// What needs attention.
    pub attention: Vec<Link>,
    /// The latest decisions that asked or refused.
    pub recent: Vec<DecisionRow>,
    /// The policy in force, in one sentence, and whether it is only observing.
    pub policy: String,
    /// Whether the policy enforces.
    pub enforcing: bool,
}

/// A number on the overview.
#[derive(Clone, Debug)]
pub struct Stat {
    /// `sign_ins`, `challenged`, `passed`, `refused`, `users`, `sessions`.
    pub name: &'static str,
    /// The number as shown.
    pub value: String,
    /// Where it leads.
    pub href: String,
}

/// The sign-ins of one hour, by what happened.
#[derive(Clone, Debug)]
pub struct HourBar {
    /// The hour, as shown.
    pub hour: String,
    /// Went through.
    pub allowed: u32,
    /// Was asked for more.
    pub challenged: u32,
    /// Was refused.
    pub refused: u32,
}

impl HourBar {
    fn total(&self) -> u32 {
        self.allowed
            .saturating_add(self.challenged)
            .saturating_add(self.refused)
    }
}

/// One drawn piece of the chart: a rectangle.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Left edge.
    pub x: u32,
    /// Upper edge.
    pub y: u32,
    /// Height.
    pub height: u32,
    /// `allowed`, `challenged` or `refused`.
    pub kind: &'static str,
}

impl Overview {
    /// The chart's rectangles, in a drawing 12 wide an hour and 120 high. Anything above zero is at least 2 high.
    pub fn pieces(&self) -> Vec<Piece> {
        let most = self.hours.iter().map(HourBar::total).max().unwrap_or(0).max(1);
        let mut pieces = Vec::new();
        for (index, hour) in (0_u32..).zip(&self.hours) {
            let mut floor = 120_u32;
            let kinds = [
                ("allowed", hour.allowed),
                ("challenged", hour.challenged),
                ("refused", hour.refused),
            ];
            for (kind, count) in kinds.into_iter().filter(|(_, count)| *count > 0) {
                let height = u32::try_from(u64::from(count) * 116 / u64::from(most))
                    .unwrap_or(0)
                    .max(2);
                floor = floor.saturating_sub(height);
                pieces.push(Piece {
                    x: index * 12 + 1,
                    y: floor,
                    height,
                    kind,
                });
            }
        }
        pieces
    }

    /// The chart's width.
    pub fn chart_width(&self) -> usize {
        self.hours.len().max(1) * 12
    }
}
