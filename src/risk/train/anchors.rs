//! The score's scale: how rare a logit is among honest sign-ins.

use crate::risk::signal::Signal;
use crate::risk::view::View;

/// Share of honest sign-ins at or above a score.
const RARITIES: [(f64, f64); 7] = [
    (10.0, 0.50),
    (20.0, 0.05),
    (30.0, 0.02),
    (50.0, 0.008),
    (60.0, 0.005),
    (75.0, 0.000_3),
    (80.0, 0.000_1),
];

/// Honest sign-ins look rarer to a model that learned from them than new ones will: shares are taken this much smaller.
const OPTIMISM: f64 = 0.75;

/// The far tail of honest sign-ins is a handful of rows, so from 75 on the anchors stand this much higher, nats times
/// 10^9.
const TAIL_MARGIN: i64 = 1_000_000_000;

/// Reads the anchors off the logits of honest examples and lifts hand-set weights to the scale they give.
pub(super) fn set(view: &mut View, mut honest: Vec<i64>) {
    honest.sort_unstable();
    if honest.len() < 1_000 {
        return;
    }
    view.anchors = anchors(&honest);
    lift_hand_set(view, &honest);
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "places in a list"
)]
fn quantile(sorted: &[i64], rarity: f64) -> i64 {
    let above = (rarity * sorted.len() as f64) as usize;
    let place = sorted.len().saturating_sub(above + 1);
    sorted.get(place).copied().unwrap_or_default()
}

fn anchors(honest: &[i64]) -> Vec<[i64; 2]> {
    const STEP: i64 = 200_000_000;
    const POINT: i64 = 1_000_000;
    let mut anchors: Vec<[i64; 2]> = Vec::new();
    let lowest = honest.first().copied().unwrap_or_default() - STEP;
    anchors.push([lowest, 0]);
    for (score, rarity) in RARITIES {
        let rarity = if score > 10.0 { rarity * OPTIMISM } else { rarity };
        let before = anchors.last().map_or(lowest, |anchor| anchor[0]);
        // Equal quantiles are kept apart, or the scale would have a wall.
        let margin = if score >= 75.0 { TAIL_MARGIN } else { 0 };
        let logit = (quantile(honest, rarity) + margin).max(before + STEP);
        #[expect(clippy::cast_possible_truncation, reason = "points")]
        anchors.push([logit, score as i64 * POINT]);
    }
    // One decade rarer than 80 is 90: as far again as the tail fell over the decades between 60 and 80.
    let of = |score: i64| {
        anchors
            .iter()
            .find(|anchor| anchor[1] == score * POINT)
            .map_or(0, |anchor| anchor[0])
    };
    let decade = ((of(80) - of(60)) * 10 / 17).max(STEP);
    let ninety = of(80) + decade;
    anchors.push([ninety, 90 * POINT]);
    anchors.push([ninety + 3 * decade, 100 * POINT]);
    anchors
}

/// How far beyond its goal a lifted weight goes, billionths of a nat.
const MARGIN: i64 = 500_000_000;

/// What must ask even a well-known user for more by itself: a Tor exit, a journey at seven times the speed of an aeroplane, five
/// prompts that were not approved within the hour, five recoveries begun within the week. Values in millionths.
const ENOUGH_ALONE: [(Signal, i64); 4] = [
    (Signal::Tor, 1_000_000),
    (Signal::Travel, 3_000_000),
    (Signal::Prompts, 1_791_759),
    (Signal::RecoveryAttempts, 1_791_759),
];

/// Hand-set weights were chosen in nats before the scale was known. Some must ask for more alone, and Tor, a breached password
/// and travel together must refuse, so they are lifted until they do.
fn lift_hand_set(view: &mut View, honest: &[i64]) {
    let known = quantile(honest, 0.99);
    let at_one = |view: &View, signal: Signal, value: i64| {
        view.terms
            .iter()
            .find(|term| term.signal == signal)
            .map_or(0, |term| term.nanos(value))
    };
    let wanted = view.logit_of(30.0) - known + MARGIN;
    for (signal, value) in ENOUGH_ALONE {
        let now = at_one(view, signal, value);
        raise(view, signal, now, wanted);
    }
    let (tor, travel) = (
        at_one(view, Signal::Tor, 1_000_000),
        at_one(view, Signal::Travel, 3_000_000),
    );
    let breached = at_one(view, Signal::BreachedPassword, 1_000_000);
    let rest = view.logit_of(80.0) - known + MARGIN - tor - travel;
    raise(view, Signal::BreachedPassword, breached, rest);
}

fn raise(view: &mut View, signal: Signal, now: i64, wanted: i64) {
    if now >= wanted || now <= 0 {
        return;
    }
    for term in view.terms.iter_mut().filter(|term| term.signal == signal) {
        for knot in &mut term.knots {
            let scaled = i128::from(knot[1]) * i128::from(wanted) / i128::from(now);
            knot[1] = i64::try_from(scaled).unwrap_or(knot[1]);
        }
    }
}
