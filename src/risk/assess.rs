//! Evidence in, assessment out.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, HardStop, Item};
use super::forest::Values;
use super::model::Model;
use super::signal::{Group, Signal};
use super::view::View;
use super::visit::Forced;

/// From here the default policy asks for something.
const FIRST_BAND: f64 = 30.0;
/// From here the default policy refuses. One signal alone stays below.
const LAST_BAND: f64 = 80.0;

/// The engine's whole output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// The model's name and version.
    pub model: String,
    /// 0 to 100: how rare this is among honest people.
    pub score: f64,
    /// Log-odds of an attack, nats.
    pub logit: f64,
    /// Probability of an attack at the model's base rate.
    pub probability: f64,
    /// Odds of an attack over the odds before any evidence.
    pub odds_ratio: f64,
    /// The score before any evidence. With the points of all contributions it adds up to the score.
    pub base_points: f64,
    /// What each signal added, the greatest effect first.
    pub contributions: Vec<Contribution>,
    /// Signals that could not be had. They added nothing.
    pub missing: Vec<Signal>,
    /// The score under each threat vector's own head.
    pub vectors: BTreeMap<Vector, f64>,
    /// Facts that a policy may let end the attempt whatever the score.
    pub hard_stops: Vec<HardStop>,
    /// The signals that raised the score most, at most three.
    pub reasons: Vec<Signal>,
    /// What the user is told.
    pub user_reason: UserReason,
    /// What the development profile forced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forced: Vec<Forced>,
}

/// What one signal added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    /// The signal.
    pub code: Signal,
    /// Its value.
    pub value: f64,
    /// What it added to the log-odds, nats.
    pub nats: f64,
    /// The same in points of the score.
    pub points: f64,
    /// Where the value comes from; `forced` when the development profile set it.
    pub source: Cow<'static, str>,
    /// Age of the source's data, seconds, where it ages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_secs: Option<u32>,
    /// How far the source is trusted, 0 to 1.
    pub confidence: f64,
}

/// A way of attacking, each with a head of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vector {
    /// Stolen pairs of identifier and password tried in bulk.
    CredentialStuffing,
    /// Few passwords tried on many accounts.
    PasswordSpraying,
    /// Somebody else has the password.
    AccountTakeover,
    /// A phishing proxy between user and sign-in page.
    PhishingProxy,
    /// A stolen session.
    SessionHijack,
    /// Accounts made by machines.
    BotSignUp,
    /// Prompts until somebody gives in.
    MfaFatigue,
    /// The way back into an account, misused.
    RecoveryAbuse,
    /// Somebody who may, doing what they should not.
    InsiderMisuse,
    /// A client acting for itself with stolen credentials.
    MachineMisuse,
}

/// What a user is told, from a fixed list that gives an attacker nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserReason {
    /// A browser we have not seen with this account.
    NewBrowser,
    /// A place we have not seen with this account.
    NewRegion,
    /// Something is unlike before.
    UnusualActivity,
    /// What is being done needs more certainty.
    SensitiveAction,
    /// The organisation asks it of everybody.
    OrganisationRule,
}

impl Assessment {
    /// The log-odds that the probability stands for, nats: the logit as the model corrects it by what came true.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "log-odds are clamped to a few dozen nats"
    )]
    pub fn calibrated_logit(&self, model: &Model) -> f64 {
        nats(self.view(model).calibrated(libm::round(self.logit * 1e9) as i64))
    }

    /// What the score would have been without one contribution, by the model that made it. Other contributions stay as they
    /// are, so this is a what-if of one step.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "log-odds are clamped to a few dozen nats"
    )]
    pub fn score_without(&self, model: &Model, contribution: &Contribution) -> f64 {
        self.view(model)
            .score(libm::round((self.logit - contribution.nats) * 1e9) as i64)
    }

    /// The view that spoke.
    fn view<'model>(&self, model: &'model Model) -> &'model View {
        model.view(|signal| self.contributions.iter().any(|part| part.code == signal))
    }
}

/// Judges evidence by a model. A pure function in whole numbers: the same evidence and model give the same bits
/// everywhere.
pub fn assess(model: &Model, evidence: &Evidence) -> Assessment {
    let values = values(model, evidence);
    let view = view_of(model, &values);
    let mut shares = shares(model, view, evidence, &values);
    hold_back_a_lone_signal(view, &mut shares);
    let logit = view.prior + shares.iter().sum::<i64>();
    let scale = Scale::of(view, logit);
    let mut contributions: Vec<Contribution> = evidence
        .items
        .iter()
        .chain(anomaly(model, &values).as_ref())
        .map(|item| {
            let nats = nats(shares.get(item.signal as usize).copied().unwrap_or_default());
            Contribution {
                code: item.signal,
                value: item.value(),
                nats,
                points: nats * scale.points_per_nat,
                source: item.source.clone(),
                age_secs: item.age_secs,
                confidence: f64::from(item.confidence) / 1_000.0,
            }
        })
        .collect();
    contributions.sort_by(|a, b| b.nats.abs().total_cmp(&a.nats.abs()).then(a.code.cmp(&b.code)));
    let reasons: Vec<Signal> = contributions
        .iter()
        .filter(|contribution| contribution.points > 0.05 && contribution.code.is_notable(contribution.value))
        .map(|contribution| contribution.code)
        .take(3)
        .collect();
    Assessment {
        model: model.version.clone(),
        score: scale.score,
        logit: nats(logit),
        probability: 1.0 / (1.0 + libm::exp(-nats(view.calibrated(logit)))),
        odds_ratio: libm::exp(nats(logit - view.prior)),
        base_points: scale.base,
        missing: missing(model, evidence),
        vectors: vectors(model, view, &shares),
        hard_stops: evidence.stops.clone(),
        user_reason: user_reason(&reasons),
        reasons,
        contributions,
        forced: evidence.forced.clone(),
    }
}

/// The log-odds alone, nats: for ranking many events when no explanation is wanted. The same number as
/// [`Assessment::logit`].
pub fn logit(model: &Model, evidence: &Evidence) -> f64 {
    let values = values(model, evidence);
    let view = view_of(model, &values);
    let mut shares = shares(model, view, evidence, &values);
    hold_back_a_lone_signal(view, &mut shares);
    nats(view.prior + shares.iter().sum::<i64>())
}

/// The view that speaks of these values.
fn view_of<'model>(model: &'model Model, values: &Values) -> &'model View {
    model.view(|signal| values.get(signal as usize).is_some_and(Option::is_some))
}

#[expect(clippy::cast_precision_loss, reason = "nats are small")]
fn nats(nanos: i64) -> f64 {
    nanos as f64 / 1e9
}

/// Values by signal, the forest's answer included.
fn values(model: &Model, evidence: &Evidence) -> Values {
    let mut values: Values = [None; Signal::COUNT];
    for item in &evidence.items {
        if let Some(value) = values.get_mut(item.signal as usize) {
            *value = Some(item.millionths);
        }
    }
    if let Some(forest) = &model.forest {
        let found = forest.anomaly(&values);
        if let Some(value) = values.get_mut(Signal::Anomaly as usize) {
            *value = found;
        }
    }
    values
}

/// The forest's answer as an item: it is made by the model, so recorded evidence does not hold it.
fn anomaly(model: &Model, values: &Values) -> Option<Item> {
    let millionths = values.get(Signal::Anomaly as usize).copied().flatten()?;
    model.forest.as_ref()?;
    Some(Item {
        signal: Signal::Anomaly,
        millionths,
        source: Cow::Borrowed("isolation forest"),
        age_secs: None,
        confidence: 1_000,
    })
}

/// What each signal adds, billionths of a nat: its own term, then its share of the trees' correction.
fn shares(model: &Model, view: &View, evidence: &Evidence, values: &Values) -> [i64; Signal::COUNT] {
    let mut confidence = [1_000_i64; Signal::COUNT];
    for item in &evidence.items {
        if let Some(trust) = confidence.get_mut(item.signal as usize) {
            *trust = i64::from(item.confidence);
        }
    }
    let mut shares = [0_i64; Signal::COUNT];
    for tree in &view.trees {
        tree.attribute(values, &mut shares);
    }
    let total: i64 = shares.iter().sum();
    if total.abs() > model.correction_cap {
        for share in &mut shares {
            let capped = i128::from(*share) * i128::from(model.correction_cap) / i128::from(total.abs());
            *share = i64::try_from(capped).unwrap_or_default();
        }
    }
    for term in &view.terms {
        let place = term.signal as usize;
        if let (Some(Some(value)), Some(share)) = (values.get(place), shares.get_mut(place)) {
            *share = share.saturating_add(term.nanos(*value));
        }
    }
    for ((share, trust), signal) in shares.iter_mut().zip(confidence).zip(Signal::ALL) {
        let weight = model.weights.get(&signal.group()).copied().unwrap_or(1_000);
        *share = share.saturating_mul(trust) / 1_000 * weight / 1_000;
    }
    shares
}

/// The log-odds before any evidence and what each group of signals adds to them, nats, in the order of [`Group::ALL`].
pub(super) fn by_group(model: &Model, evidence: &Evidence) -> (f64, [f64; Group::ALL.len()]) {
    let values = values(model, evidence);
    let view = view_of(model, &values);
    let shares = shares(model, view, evidence, &values);
    let groups = Group::ALL.map(|group| {
        let of_group = Signal::ALL
            .iter()
            .zip(&shares)
            .filter(|(signal, _)| signal.group() == group);
        nats(of_group.map(|(_, share)| share).sum())
    });
    (nats(view.prior), groups)
}

/// Every single signal is noisy: lists err, databases misplace, people travel. Where all that speaks against somebody
/// is one signal, it may ask for more proof but not refuse, so it is cut to just below the last band.
fn hold_back_a_lone_signal(view: &View, shares: &mut [i64; Signal::COUNT]) {
    let logit = view.prior + shares.iter().sum::<i64>();
    let refusal = view.logit_of(LAST_BAND);
    if logit < refusal {
        return;
    }
    if let Some(greatest) = shares.iter_mut().max_by_key(|share| **share)
        && logit - *greatest < view.logit_of(FIRST_BAND)
    {
        *greatest -= logit - view.logit_of(LAST_BAND - 1.0);
    }
}

/// How nats become points: one common factor, so that the points add up to the score exactly.
struct Scale {
    score: f64,
    base: f64,
    points_per_nat: f64,
}

impl Scale {
    fn of(view: &View, logit: i64) -> Self {
        let (score, base) = (view.score(logit), view.score(view.prior));
        let points_per_nat = if logit == view.prior {
            view.slope(logit)
        } else {
            (score - base) / nats(logit - view.prior)
        };
        Self {
            score,
            base,
            points_per_nat,
        }
    }
}

/// Signals that the model uses, in whatever view, and the evidence lacks.
fn missing(model: &Model, evidence: &Evidence) -> Vec<Signal> {
    Signal::ALL
        .iter()
        .copied()
        .filter(|signal| model.uses(*signal) && *signal != Signal::Anomaly)
        .filter(|signal| !evidence.items.iter().any(|item| item.signal == *signal))
        .collect()
}

fn vectors(model: &Model, view: &View, shares: &[i64; Signal::COUNT]) -> BTreeMap<Vector, f64> {
    let head = |groups: &BTreeMap<Group, i64>| {
        let sum: i64 = Signal::ALL
            .iter()
            .zip(shares)
            .map(|(signal, share)| {
                share.saturating_mul(groups.get(&signal.group()).copied().unwrap_or(0)) / 1_000
            })
            .sum();
        view.score(view.prior + sum)
    };
    model
        .vectors
        .iter()
        .map(|(vector, groups)| (*vector, head(groups)))
        .collect()
}

/// One neutral sentence's worth, by what the strongest reason is about.
fn user_reason(reasons: &[Signal]) -> UserReason {
    match reasons.first().map(|signal| signal.group()) {
        Some(Group::Device) => UserReason::NewBrowser,
        Some(Group::Network | Group::Place) => UserReason::NewRegion,
        Some(Group::Action) => UserReason::SensitiveAction,
        _ => UserReason::UnusualActivity,
    }
}
