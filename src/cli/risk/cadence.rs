//! `tidegate risk cadence`: the keystroke benchmark of Killourhy and Maxion (DSN 2009).

use std::collections::BTreeMap;

use serde::Serialize;

use super::RiskError;
use crate::risk::cadence::{Rhythm, Template, equal_error_rate};
use crate::risk::replay::metrics::SplitMix;

/// Repetitions of a session, and those that train.
const PER_SESSION: u32 = 50;
const TRAINING: u32 = 200;
const IMPOSTOR_ROWS: usize = 5;
const DRAWS: usize = 2_000;

/// Arguments of `risk cadence`.
#[derive(Clone, Debug, clap::Args)]
pub struct CadenceArgs {
    /// The file: CSV, plain or with the ending .gz.
    #[arg(long, value_name = "FILE")]
    pub(super) input: std::path::PathBuf,
    /// Its form.
    #[arg(long, value_enum, default_value = "cmu")]
    pub(super) format: CadenceFormat,
    /// Print one JSON object.
    #[arg(long)]
    pub(super) json: bool,
}

/// Which form a keystroke file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum CadenceFormat {
    /// The CMU benchmark's columns: subject, sessionIndex, rep and 31 timings in seconds.
    Cmu,
}

#[derive(Debug, Serialize)]
struct Report {
    detector: &'static str,
    subjects: usize,
    rows: usize,
    /// Mean over people of each one's equal-error rate.
    eer: f64,
    eer_sd: f64,
    /// 95 % interval by bootstrap over people.
    ci95: [f64; 2],
    /// The profile that the server keeps, following accepted samples one by one.
    following_eer: Following,
    profile_bytes: usize,
}

/// Equal-error rates of the server's profile after so many samples, on the same test rows, not following them.
#[derive(Debug, Serialize)]
struct Following {
    ten: f64,
    forty: f64,
    all: f64,
}

/// One person's rows: place in the whole series from 1, and timings.
type Person = Vec<(u32, Vec<f64>)>;

/// Runs the benchmark.
pub fn cadence(args: &CadenceArgs) -> Result<String, RiskError> {
    let people = read(args)?;
    if people.len() < 2 {
        return Err(RiskError::Wrong("the benchmark needs two people at least".into()));
    }
    let rates: Vec<f64> = people
        .keys()
        .filter_map(|name| {
            let (train, genuine, impostor) = split(&people, name)?;
            let template = Template::fit(&train)?;
            let far = |samples: &[Vec<f64>]| -> Vec<f64> {
                samples.iter().map(|sample| template.distance(sample)).collect()
            };
            Some(equal_error_rate(&far(&genuine), &far(&impostor)))
        })
        .collect();
    let (eer, eer_sd) = spread(&rates);
    let report = Report {
        detector: "scaled Manhattan around the median, terms clipped at 4",
        subjects: people.len(),
        rows: people.values().map(Vec::len).sum(),
        eer,
        eer_sd,
        ci95: interval(&rates),
        following_eer: Following {
            ten: following(&people, 10),
            forty: following(&people, 40),
            all: following(&people, usize::MAX),
        },
        profile_bytes: profile_bytes(&people),
    };
    Ok(if args.json {
        serde_json::to_string(&report)?
    } else {
        format!("{report:#?}")
    })
}

fn read(args: &CadenceArgs) -> Result<BTreeMap<String, Person>, RiskError> {
    let mut reader = csv::Reader::from_reader(super::read::open(&args.input)?);
    let mut people: BTreeMap<String, Person> = BTreeMap::new();
    for record in reader.records() {
        let record = record?;
        let number = |place: usize| record.get(place).and_then(|text| text.trim().parse::<u32>().ok());
        let (Some(name), Some(session), Some(repetition)) = (record.get(0), number(1), number(2)) else {
            return Err(RiskError::Wrong(
                "a row has no subject, sessionIndex and rep".into(),
            ));
        };
        let timings: Vec<f64> = record
            .iter()
            .skip(3)
            .filter_map(|text| text.trim().parse().ok())
            .collect();
        let place = session.saturating_sub(1) * PER_SESSION + repetition;
        people.entry(name.to_owned()).or_default().push((place, timings));
    }
    for rows in people.values_mut() {
        rows.sort_by_key(|(place, _)| *place);
    }
    Ok(people)
}

/// Training rows, genuine rows and impostors' rows for one person.
#[expect(
    clippy::type_complexity,
    reason = "three lists of the same kind, named where they are used"
)]
fn split(
    people: &BTreeMap<String, Person>,
    name: &str,
) -> Option<(Vec<Vec<f64>>, Vec<Vec<f64>>, Vec<Vec<f64>>)> {
    let own = people.get(name)?;
    let of = |late: bool| {
        own.iter()
            .filter(|(place, _)| (*place > TRAINING) == late)
            .map(|(_, timings)| timings.clone())
            .collect()
    };
    let impostor = people
        .iter()
        .filter(|(other, _)| other.as_str() != name)
        .flat_map(|(_, rows)| rows.iter().take(IMPOSTOR_ROWS))
        .map(|(_, timings)| timings.clone())
        .collect();
    Some((of(false), of(true), impostor))
}

fn following(people: &BTreeMap<String, Person>, samples: usize) -> f64 {
    let rates: Vec<f64> = people
        .keys()
        .filter_map(|name| {
            let (train, genuine, impostor) = split(people, name)?;
            let mut rhythm = Rhythm::default();
            for sample in train.iter().take(samples) {
                rhythm.observe(sample);
            }
            let far = |samples: &[Vec<f64>]| -> Vec<f64> {
                samples
                    .iter()
                    .filter_map(|sample| rhythm.distance(sample))
                    .collect()
            };
            Some(equal_error_rate(&far(&genuine), &far(&impostor)))
        })
        .collect();
    spread(&rates).0
}

fn profile_bytes(people: &BTreeMap<String, Person>) -> usize {
    let mut rhythm = Rhythm::default();
    if let Some((_, sample)) = people.values().flatten().next() {
        rhythm.observe(sample);
    }
    rhythm.to_bytes().len()
}

#[expect(clippy::cast_precision_loss, reason = "a count of people")]
fn spread(rates: &[f64]) -> (f64, f64) {
    let n = rates.len().max(1) as f64;
    let mean = rates.iter().sum::<f64>() / n;
    let variance = rates
        .iter()
        .map(|rate| (rate - mean) * (rate - mean))
        .sum::<f64>()
        / (n - 1.0).max(1.0);
    (mean, libm::sqrt(variance))
}

fn interval(rates: &[f64]) -> [f64; 2] {
    let mut random = SplitMix(1);
    let mut means: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let drawn: Vec<f64> = (0..rates.len())
                .filter_map(|_| rates.get(random.below(rates.len())).copied())
                .collect();
            spread(&drawn).0
        })
        .collect();
    means.sort_by(f64::total_cmp);
    [25, 975].map(|place| means.get(DRAWS * place / 1_000).copied().unwrap_or_default())
}
