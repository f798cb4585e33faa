//! What the default policy would have cost honest people in a replay.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::policy::{self, Policy};
use crate::risk::replay::Class;

/// Class, earlier sign-ins, account and points of one sign-in.
pub(super) type Point = (Class, u32, u64, f64);

/// What the default policy would have cost honest people.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Friction {
    pub(super) honest_challenge_rate_at_default_policy: f64,
    pub(super) honest_deny_rate: f64,
    /// Of the first-ever sign-ins by score alone (the default policy asks them for one code by rule).
    pub(super) first_sign_in_challenge_rate: f64,
    /// Of the second, third and fourth sign-in together.
    pub(super) first_three_challenge_rate: f64,
    /// Challenges in the first twelve scored sign-ins, of users with at least twelve.
    pub(super) mean_challenges_in_first_twelve: f64,
    pub(super) attack_challenge_rate: f64,
    pub(super) attack_deny_rate: f64,
}

/// What the preset that most tenants run would have asked.
#[expect(clippy::cast_precision_loss, reason = "counts of rows")]
pub(super) fn friction(points: &[Point]) -> Friction {
    let mut friction = Friction::default();
    let Some(Ok(balanced)) = policy::presets::get("balanced").map(Policy::parse) else {
        return friction;
    };
    // The ladder alone: the rule about new accounts is no matter of the score.
    let band = |score: f64| {
        let ladder = balanced.ladders.iter().find(|ladder| ladder.action.is_none());
        let score = policy::decide::floor_score(score);
        let from = ladder.and_then(|ladder| ladder.bands.iter().rev().find(|band| band.from <= score));
        from.map_or(0, |band| band.from)
    };
    let share = |of: &dyn Fn(&Point) -> bool, least: u8| {
        let (mut all, mut hit) = (0_usize, 0_usize);
        for point in points.iter().filter(|point| of(point)) {
            all += 1;
            hit += usize::from(band(point.3) >= least);
        }
        hit as f64 / all.max(1) as f64
    };
    let honest = |point: &Point| point.0 == Class::Honest;
    friction.honest_challenge_rate_at_default_policy = share(&|point| honest(point) && point.1 > 0, 30);
    friction.honest_deny_rate = share(&|point| honest(point) && point.1 > 0, 80);
    friction.first_sign_in_challenge_rate = share(&|point| honest(point) && point.1 == 0, 30);
    friction.first_three_challenge_rate = share(&|point| honest(point) && (1..=3).contains(&point.1), 30);
    friction.attack_challenge_rate = share(&|point| !honest(point) && point.1 > 0, 30);
    friction.attack_deny_rate = share(&|point| !honest(point) && point.1 > 0, 80);
    let mut users = BTreeMap::<u64, (u32, u32)>::new();
    for point in points
        .iter()
        .filter(|point| honest(point) && (1..=12).contains(&point.1))
    {
        let user = users.entry(point.2).or_default();
        user.0 += 1;
        user.1 += u32::from(band(point.3) >= 30);
    }
    let full: Vec<u32> = users
        .values()
        .filter(|user| user.0 >= 12)
        .map(|user| user.1)
        .collect();
    friction.mean_challenges_in_first_twelve = full
        .iter()
        .copied()
        .map(f64::from)
        .fold(0.0, |sum, count| sum + count)
        / full.len().max(1) as f64;
    friction
}
