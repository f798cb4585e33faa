//! The replay behind `risk evaluate`: scores every row of a log before learning from it, and keeps what is measured.

use std::ops::Range;
use std::path::Path;

use serde::Serialize;

use super::RiskError;
use super::evaluate::{EvaluateArgs, Scorer};
use super::friction::Point;
use super::read::{Malformed, Rows};
use super::recorded::Stored;
use crate::base::clock::Stopwatch;
use crate::risk::assess::{self, assess};
use crate::risk::replay::anatomy::Anatomy;
use crate::risk::replay::metrics::Scored;
use crate::risk::replay::row::hash;
use crate::risk::replay::{Class, Exact, Hide, Replay};
use crate::risk::{Assessment, Evidence, Group, Model};

/// Everything that is kept of a replay.
pub(super) struct Outcome {
    pub(super) rows: u64,
    pub(super) malformed: Malformed,
    pub(super) scored: Vec<Scored>,
    /// Points by the model.
    pub(super) points: Vec<Point>,
    /// What the same rows score without each group of signals; empty unless asked for.
    pub(super) ablated: Vec<(Group, Vec<Scored>)>,
    pub(super) anatomy: Anatomy,
    pub(super) speed: Speed,
    pub(super) synthetic: bool,
    micros: Vec<f64>,
}

/// Time of one score, microseconds, and how many one core does in a second.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Speed {
    pub(super) p50_us: f64,
    pub(super) p99_us: f64,
    pub(super) per_second: f64,
}

/// Replays a log.
pub(super) fn replay(args: &EvaluateArgs, model: &Model) -> Result<Outcome, RiskError> {
    let wanted_rows = range(args)?;
    let mut rows = Rows::open(args.input.file()?)?;
    let mut outcome = Outcome::new(args, rows.has_extra_columns());
    let mut engine = Replay::new(Hide {
        token: args.no_device_token,
        place: args.public_columns || args.no_databases,
        databases: args.no_databases,
    });
    let mut exact = Exact::default();
    while let Some(row) = rows.next_row()? {
        if outcome.rows >= wanted_rows.end {
            break;
        }
        let wanted = row.is_success_of_a_known_account() && wanted_rows.contains(&outcome.rows);
        outcome.rows += 1;
        if args.scorer == Scorer::Model {
            let visit = engine.visit(&row);
            if wanted {
                let watch = Stopwatch::start();
                let evidence = engine.evidence(&row, &visit);
                let assessment = assess(model, &evidence);
                outcome.micros.push(watch.elapsed().as_secs_f64() * 1e6);
                let about = About {
                    class: row.class,
                    user: row.user,
                    earlier: engine.earlier(&row),
                };
                outcome.judged(model, &about, (&evidence, &assessment));
            }
            engine.learn(&row, &visit);
        } else {
            if wanted && let Some(golden) = exact.score(&row) {
                let score = match args.scorer {
                    Scorer::Freeman => libm::log(golden.freeman),
                    Scorer::Backoff | Scorer::Model => golden.backoff(),
                    Scorer::DayOne => golden.day_one(),
                };
                let about = About {
                    class: row.class,
                    user: row.user,
                    earlier: golden.n,
                };
                outcome.keep(&about, score);
            }
            exact.learn(&row);
        }
    }
    outcome.speed = speed(std::mem::take(&mut outcome.micros));
    outcome.malformed = rows.into_malformed();
    Ok(outcome)
}

/// The same measures over recorded decisions.
pub(super) fn recorded_outcome(args: &EvaluateArgs, model: &Model, stored: &Stored) -> Outcome {
    let mut outcome = Outcome::new(args, false);
    let count = stored.rows.len();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a share of a count"
    )]
    let place = |fraction: f64| (count as f64 * fraction.clamp(0.0, 1.0)) as usize;
    for row in stored.rows.iter().take(place(args.until)).skip(place(args.after)) {
        let watch = Stopwatch::start();
        let assessment = assess(model, &row.evidence);
        outcome.micros.push(watch.elapsed().as_secs_f64() * 1e6);
        outcome.rows += 1;
        let subject = row.decision.subject.map(|user| user.to_string());
        let about = About {
            class: if row.lesson.attack {
                Class::Takeover
            } else {
                Class::Honest
            },
            user: hash(&subject.unwrap_or_default()),
            earlier: row.evidence.earlier_sign_ins(),
        };
        outcome.judged(model, &about, (&row.evidence, &assessment));
    }
    outcome.speed = speed(std::mem::take(&mut outcome.micros));
    outcome
}

/// Whose sign-in was judged.
struct About {
    class: Class,
    user: u64,
    earlier: u32,
}

impl Outcome {
    fn new(args: &EvaluateArgs, synthetic: bool) -> Self {
        let ablated = if args.ablate { &Group::ALL[..] } else { &[] };
        Self {
            rows: 0,
            malformed: Malformed::default(),
            scored: Vec::new(),
            points: Vec::new(),
            ablated: ablated.iter().map(|group| (*group, Vec::new())).collect(),
            anatomy: Anatomy::new(args.seed),
            speed: Speed::default(),
            synthetic,
            micros: Vec::new(),
        }
    }

    fn judged(&mut self, model: &Model, about: &About, judged: (&Evidence, &Assessment)) {
        let (evidence, assessment) = judged;
        self.points
            .push((about.class, about.earlier, about.user, assessment.score));
        if about.earlier == 0 {
            return;
        }
        self.keep(about, assessment.calibrated_logit(model));
        self.anatomy.add(evidence, assessment, about.class);
        self.ablate(model, evidence);
    }

    fn keep(&mut self, about: &About, score: f64) {
        if about.earlier > 0 {
            self.scored.push(Scored {
                score,
                class: about.class,
                user: about.user,
                earlier: about.earlier,
            });
        }
    }

    /// Scores the row just kept once more without each group.
    fn ablate(&mut self, model: &Model, evidence: &Evidence) {
        let Some(row) = self.scored.last() else { return };
        for (group, scored) in &mut self.ablated {
            scored.push(Scored {
                score: assess::logit(model, &evidence.without(*group)),
                ..*row
            });
        }
    }

    /// Whether there is anything to measure.
    pub(super) fn has_attacks(&self) -> bool {
        self.scored.iter().any(|row| row.class != Class::Honest)
    }
}

/// The rows to be scored: the log is in order of time, so a share of its rows is a share of time as sign-ins measure it.
/// Counts the rows first where a share is wanted.
fn range(args: &EvaluateArgs) -> Result<Range<u64>, RiskError> {
    if args.after <= 0.0 && args.until >= 1.0 {
        return Ok(0..u64::MAX);
    }
    let count = count(args.input.file()?)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a share of a count"
    )]
    let share = |fraction: f64| (count as f64 * fraction.clamp(0.0, 1.0)) as u64;
    Ok(share(args.after)..share(args.until))
}

/// Rows of a log.
pub(super) fn count(path: &Path) -> Result<u64, RiskError> {
    let mut rows = Rows::open(path)?;
    let mut count = 0;
    while rows.skip_row()? {
        count += 1;
    }
    Ok(count)
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows")]
fn speed(mut micros: Vec<f64>) -> Speed {
    let total: f64 = micros.iter().sum();
    micros.sort_by(f64::total_cmp);
    let at = |percent: usize| {
        micros
            .get(micros.len() * percent / 100)
            .copied()
            .unwrap_or_default()
    };
    Speed {
        p50_us: at(50),
        p99_us: at(99),
        per_second: if total > 0.0 {
            micros.len() as f64 / total * 1e6
        } else {
            0.0
        },
    }
}
