//! Sessions that are used again, honestly and by thieves, as a sign-in log implies them (OWASP ASVS 8.2.4).
//!
//! A log of sign-ins has no refreshes. What comes nearest is the next sign-in of the same account with the same device cookie: the
//! same browser, somewhere else or later. That is a session used again, with more time between uses than refreshes have, so people
//! have moved more and browsers were updated more often. Each is also played once more by three thieves who hold a copy of the token
//! and differ in what they know of its owner.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use super::calibration::wilson;
use super::metrics::SplitMix;
use super::row::{Class, Hide, Row};
use crate::base::timestamp::Timestamp;
use crate::risk::assess::logit;
use crate::risk::evidence::Evidence;
use crate::risk::profile::UserProfile;
use crate::risk::visit::{Drift, SessionFacts, Visit};
use crate::risk::{Baseline, scorecard};

/// Uses further apart are no one session.
const LONGEST_SECS: i64 = 14 * 86_400;
/// Sign-ins of others that thieves are drawn from.
const CROWD: usize = 1_000;
/// Draws until somebody different enough was found.
const DRAWS: usize = 50;

/// Who uses a stolen token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Thief {
    /// From another provider, with another browser.
    Stranger,
    /// From another provider, calling itself what the owner's browser does.
    Mimic,
    /// From the owner's provider, with another browser.
    Neighbour,
}

impl Thief {
    const ALL: [Self; 3] = [Self::Stranger, Self::Mimic, Self::Neighbour];
}

/// What of a use is kept: as the server keeps it, the provider and the agent's family.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Origin {
    asn: Option<u32>,
    family: Option<u32>,
}

/// Uses under way.
#[derive(Debug)]
pub struct Sessions {
    last: BTreeMap<(u64, u64), (Timestamp, Origin)>,
    crowd: VecDeque<(u64, Origin)>,
    random: SplitMix,
    honest: Vec<f64>,
    stolen: BTreeMap<Thief, Vec<f64>>,
}

/// How well stolen tokens are told from sessions that go on.
#[derive(Clone, Debug, Serialize)]
pub struct SessionReport {
    /// Honest uses.
    pub uses: usize,
    /// Share of them that are asked for more by the default policy.
    pub rechallenged: f64,
    /// What each thief meets.
    pub thefts: BTreeMap<Thief, Caught>,
}

/// What one kind of thief meets.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Caught {
    /// Uses.
    pub uses: usize,
    /// Share that the default policy notices.
    pub noticed: f64,
    /// 95 % interval of it (Wilson).
    pub ci95: [f64; 2],
    /// Share that would be noticed at 0.5 % of honest uses.
    pub at_half_percent: f64,
}

impl Sessions {
    /// None yet.
    pub const fn new(seed: u64) -> Self {
        Self {
            last: BTreeMap::new(),
            crowd: VecDeque::new(),
            random: SplitMix(seed),
            honest: Vec::new(),
            stolen: BTreeMap::new(),
        }
    }

    /// Takes a row: what its owner did since is judged, and what thieves would do in her place.
    pub fn see(&mut self, row: &Row) {
        let honest = row.class == Class::Honest && row.is_success_of_a_known_account();
        let Some(token) = row.token.filter(|_| honest) else {
            return;
        };
        let visit = row.visit(Hide::default());
        let now = Origin {
            asn: visit.address.asn,
            family: visit.agent.family_key(),
        };
        let before = self.last.insert((row.user, token), (row.at, now));
        if let Some((at, before)) = before
            && row.at.secs() - at.secs() <= LONGEST_SECS
        {
            self.honest.push(judge(row.at, before, now));
            for thief in Thief::ALL {
                if let Some(origin) = self.play(thief, row.user, before) {
                    let score = judge(row.at, before, origin);
                    self.stolen.entry(thief).or_default().push(score);
                }
            }
        }
        self.crowd.push_back((row.user, now));
        if self.crowd.len() > CROWD {
            self.crowd.pop_front();
        }
    }

    /// Where a thief calls from; `None` where nobody in the crowd is different enough.
    fn play(&mut self, thief: Thief, owner: u64, victim: Origin) -> Option<Origin> {
        (0..DRAWS).find_map(|_| {
            let place = self.random.below(self.crowd.len().max(1));
            let (user, other) = *self.crowd.get(place)?;
            let (away, unlike) = (other.asn != victim.asn, other.family != victim.family);
            let fits = user != owner
                && match thief {
                    Thief::Stranger => away && unlike,
                    Thief::Mimic => away,
                    Thief::Neighbour => unlike,
                };
            fits.then_some(match thief {
                Thief::Stranger => other,
                Thief::Mimic => Origin {
                    family: victim.family,
                    ..other
                },
                Thief::Neighbour => Origin {
                    asn: victim.asn,
                    ..other
                },
            })
        })
    }

    /// What was measured.
    pub fn report(mut self) -> SessionReport {
        let noticed = |scores: &[f64]| share(scores, asked());
        self.honest.sort_by(f64::total_cmp);
        let strict = self
            .honest
            .len()
            .checked_sub(self.honest.len() / 200 + 1)
            .and_then(|place| self.honest.get(place))
            .map_or(f64::INFINITY, |score| score.next_up());
        let thefts = self.stolen.iter().map(|(thief, scores)| {
            let (hits, all) = (noticed(scores), scores.len());
            #[expect(clippy::cast_precision_loss, reason = "counts of rows")]
            let all_of = all as f64;
            let caught = Caught {
                uses: all,
                noticed: hits,
                ci95: wilson(hits * all_of, all_of),
                at_half_percent: share(scores, strict),
            };
            (*thief, caught)
        });
        SessionReport {
            uses: self.honest.len(),
            rechallenged: noticed(&self.honest),
            thefts: thefts.collect(),
        }
    }
}

/// Log-odds from which the default policy asks for more.
fn asked() -> f64 {
    /// The first band of the default policy.
    const BAND: f64 = 30.0;
    let model = scorecard::session();
    let view = model.view(|_| false);
    #[expect(clippy::cast_precision_loss, reason = "nats are small")]
    let nats = view.logit_of(BAND) as f64;
    nats / 1e9
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows")]
fn share(scores: &[f64], least: f64) -> f64 {
    let hits = scores.iter().filter(|score| **score >= least).count();
    hits as f64 / scores.len().max(1) as f64
}

/// The log-odds of a use against the one before, by the card that the server's refreshes are judged by.
fn judge(at: Timestamp, before: Origin, now: Origin) -> f64 {
    let visit = Visit {
        session: Some(SessionFacts {
            network: Drift::between(before.asn, now.asn),
            agent: Drift::between(before.family, now.family),
            reused: Some(false),
        }),
        ..Visit::unknown(at)
    };
    let evidence = Evidence::derive(&visit, &UserProfile::new(), &Baseline::default());
    logit(scorecard::session(), &evidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(user: u64, secs: i64, asn: u32, browser: &str) -> Row {
        Row {
            at: Timestamp::from_secs(secs),
            user,
            asn: Some(asn),
            browser: format!("{browser} 140.0"),
            os: "Windows 10".to_owned(),
            success: true,
            has_token_column: true,
            token: Some(user),
            ..Row::default()
        }
    }

    #[test]
    fn strangers_are_noticed_and_owners_who_move_are_not() {
        let mut sessions = Sessions::new(1);
        for step in 0..400_u32 {
            let (user, at) = (u64::from(step % 20), i64::from(step) * 3_600);
            // Each lives at one provider with one browser; one sign-in in ten comes through another provider.
            let asn = if step % 10 == 0 { 99 } else { step % 4 };
            let browser = if user % 2 == 0 { "Firefox" } else { "Chrome" };
            sessions.see(&row(user, at, asn, browser));
        }
        let report = sessions.report();
        assert_eq!(report.uses, 380);
        assert!(report.rechallenged < 1e-9, "{report:?}");
        let stranger = report.thefts[&Thief::Stranger];
        assert!(stranger.uses > 300 && stranger.noticed > 0.999, "{report:?}");
        assert!(report.thefts[&Thief::Mimic].noticed < 1e-9, "said honestly");
    }

    #[test]
    fn uses_that_lie_too_far_apart_or_have_no_cookie_are_left_out() {
        let mut sessions = Sessions::new(1);
        sessions.see(&row(1, 0, 1, "Firefox"));
        sessions.see(&row(1, LONGEST_SECS + 1, 1, "Firefox"));
        let mut bare = row(1, LONGEST_SECS + 2, 1, "Firefox");
        bare.token = None;
        sessions.see(&bare);
        assert_eq!(sessions.report().uses, 0);
    }
}
