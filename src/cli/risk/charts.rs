//! Charts of the evaluation report, as SVG. Colours come from the page's style sheet, so they follow light and dark.

use std::fmt::Write as _;

use crate::risk::replay::calibration::Bin;

/// Size of the plotting area, and the room around it for labels.
const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 280.0;
const LEFT: f64 = 46.0;
const BOTTOM: f64 = 34.0;
const TOP: f64 = 8.0;

/// The ROC curve, the challenge rate on a logarithmic axis.
pub(super) fn roc(curve: &[[f64; 2]]) -> String {
    let mut svg = Chart::new(
        "Share of attacks caught, by share of honest sign-ins challenged",
        Axis::log(1e-4, 1.0),
        Axis::plain(0.0, 1.0),
    );
    for rate in [1e-4, 1e-3, 0.01, 0.1, 1.0] {
        svg.tick_x(rate, &percent(rate));
    }
    for rate in [0.0, 0.25, 0.5, 0.75, 1.0] {
        svg.tick_y(rate, &percent(rate));
    }
    svg.line(
        "chance",
        &svg.x.steps().map(|rate| [rate, rate]).collect::<Vec<_>>(),
    );
    svg.line("curve", curve);
    svg.finish()
}

/// The reliability diagram: what was said against what came, both on logarithmic axes.
pub(super) fn reliability(bins: &[Bin]) -> String {
    let axis = Axis::log(1e-5, 1.0);
    let mut svg = Chart::new("Share that were attacks, by probability said", axis, axis);
    for rate in [1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0] {
        svg.tick_x(rate, &percent(rate));
        svg.tick_y(rate, &percent(rate));
    }
    svg.line("chance", &[[1e-5, 1e-5], [1.0, 1.0]]);
    for bin in bins {
        svg.line("interval", &[[bin.said, bin.ci95[0]], [bin.said, bin.ci95[1]]]);
    }
    // Bins in which nothing came have no place on a logarithmic axis; their interval shows.
    let points: Vec<[f64; 2]> = bins
        .iter()
        .filter(|bin| bin.came > 0.0)
        .map(|bin| [bin.said, bin.came])
        .collect();
    svg.line("curve", &points);
    svg.dots(&points);
    svg.finish()
}

/// A bar for one value of a table, to the right for positive ones and to the left for others.
pub(super) fn bar(value: f64, greatest: f64) -> String {
    let length = 60.0 * (value.abs() / greatest.max(1e-9)).min(1.0);
    let (from, class) = if value < 0.0 {
        (60.0 - length, "down")
    } else {
        (60.0, "up")
    };
    format!(
        r#"<svg class="bar" viewBox="0 0 120 10" aria-hidden="true"><rect class="{class}" x="{from:.1}" y="1" width="{length:.1}" height="8"/></svg>"#
    )
}

/// A share for people: `1 %`, `0.01 %`.
pub(super) fn percent(share: f64) -> String {
    let value = share * 100.0;
    let text = if value == 0.0 || value >= 1.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.3}").trim_end_matches('0').to_owned()
    };
    format!("{text} %")
}

/// How values become places.
#[derive(Clone, Copy)]
struct Axis {
    low: f64,
    high: f64,
    scale: Scale,
}

#[derive(Clone, Copy)]
enum Scale {
    Linear,
    Logarithmic,
}

impl Axis {
    const fn plain(low: f64, high: f64) -> Self {
        Self {
            low,
            high,
            scale: Scale::Linear,
        }
    }

    const fn log(low: f64, high: f64) -> Self {
        Self {
            low,
            high,
            scale: Scale::Logarithmic,
        }
    }

    /// 0 at the low end, 1 at the high one.
    fn share(self, value: f64) -> f64 {
        let scale = |value: f64| match self.scale {
            Scale::Logarithmic => libm::log10(value.max(self.low)),
            Scale::Linear => value,
        };
        let (low, high) = (scale(self.low), scale(self.high));
        ((scale(value) - low) / (high - low)).clamp(0.0, 1.0)
    }

    /// Values from the low end to the high one, evenly spaced on a logarithmic axis.
    fn steps(self) -> impl Iterator<Item = f64> {
        (0..=40).map(move |step| self.low * libm::pow(self.high / self.low, f64::from(step) / 40.0))
    }
}

/// A chart under way.
struct Chart {
    x: Axis,
    y: Axis,
    svg: String,
}

impl Chart {
    fn new(title: &str, x: Axis, y: Axis) -> Self {
        let svg = format!(
            r#"<svg class="chart" viewBox="0 0 {:.0} {:.0}" role="img"><title>{title}</title><rect class="frame" x="{LEFT}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}"/>"#,
            LEFT + WIDTH + 14.0,
            TOP + HEIGHT + BOTTOM,
        );
        Self { x, y, svg }
    }

    fn place(&self, [x, y]: [f64; 2]) -> (f64, f64) {
        (
            LEFT + WIDTH * self.x.share(x),
            TOP + HEIGHT * (1.0 - self.y.share(y)),
        )
    }

    fn tick_x(&mut self, value: f64, label: &str) {
        let (x, _) = self.place([value, self.y.low]);
        let (bottom, text) = (TOP + HEIGHT, TOP + HEIGHT + 18.0);
        let _ = write!(
            self.svg,
            r#"<line class="grid" x1="{x:.1}" y1="{TOP}" x2="{x:.1}" y2="{bottom}"/><text x="{x:.1}" y="{text}" text-anchor="middle">{label}</text>"#
        );
    }

    fn tick_y(&mut self, value: f64, label: &str) {
        let (_, y) = self.place([self.x.low, value]);
        let (right, text, middle) = (LEFT + WIDTH, LEFT - 6.0, y + 4.0);
        let _ = write!(
            self.svg,
            r#"<line class="grid" x1="{LEFT}" y1="{y:.1}" x2="{right}" y2="{y:.1}"/><text x="{text}" y="{middle:.1}" text-anchor="end">{label}</text>"#
        );
    }

    fn line(&mut self, class: &str, points: &[[f64; 2]]) {
        let places: Vec<String> = points
            .iter()
            .map(|point| self.place(*point))
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        let _ = write!(
            self.svg,
            r#"<polyline class="{class}" points="{}"/>"#,
            places.join(" ")
        );
    }

    fn dots(&mut self, points: &[[f64; 2]]) {
        for point in points {
            let (x, y) = self.place(*point);
            let _ = write!(self.svg, r#"<circle class="dot" cx="{x:.1}" cy="{y:.1}" r="3"/>"#);
        }
    }

    fn finish(mut self) -> String {
        self.svg.push_str("</svg>");
        self.svg
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_in_words_and_places_inside_the_frame() {
        for (share, words) in [(0.0, "0 %"), (0.01, "1 %"), (0.0001, "0.01 %"), (1.0, "100 %")] {
            assert_eq!(percent(share), words);
        }
        let chart = Chart::new("", Axis::log(1e-4, 1.0), Axis::plain(0.0, 1.0));
        for point in [[0.0, -5.0], [f64::INFINITY, 9.0], [0.01, 0.5]] {
            let (x, y) = chart.place(point);
            assert!((LEFT..=LEFT + WIDTH).contains(&x) && (TOP..=TOP + HEIGHT).contains(&y));
        }
    }
}
