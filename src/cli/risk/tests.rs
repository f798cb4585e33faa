//! The harness on small logs: ports agree with their reference, forms are read, figures repeat.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::evaluate::{EvaluateArgs, Scorer, evaluate};
use super::read::Rows;
use super::train::{TrainArgs, train};
use super::{Format, InputArgs};

fn vector(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors/rba")
        .join(name)
}

fn args(input: PathBuf, scorer: Scorer) -> EvaluateArgs {
    EvaluateArgs {
        input: InputArgs {
            input,
            format: Format::Rba,
            json: true,
        },
        model: None,
        scorer,
        after: 0.0,
        golden: None,
        no_device_token: false,
        public_columns: false,
        shuffle_labels: false,
        seed: 1,
    }
}

fn json(args: &EvaluateArgs) -> Value {
    serde_json::from_str(&evaluate(args).unwrap()).unwrap()
}

#[test]
fn both_ports_agree_with_their_reference() {
    let report = json(&EvaluateArgs {
        golden: Some(vector("synthetic_first6000_scores.csv")),
        ..args(vector("synthetic_first6000.csv.gz"), Scorer::Freeman)
    });
    let golden = &report["golden"];
    assert!(golden["rows"].as_u64().unwrap() > 500, "{golden}");
    assert_eq!(golden["unmatched"], 0);
    assert!(
        golden["freeman_worst_relative"].as_f64().unwrap() < 1e-6,
        "{golden}"
    );
    assert!(
        golden["backoff_worst_absolute"].as_f64().unwrap() < 1e-4,
        "{golden}"
    );
}

#[test]
fn the_report_has_the_fields_of_the_contract_and_says_what_the_log_is() {
    let report = json(&args(vector("synthetic_first6000.csv.gz"), Scorer::Model));
    for field in [
        "model",
        "rows",
        "scored",
        "honest",
        "attacks",
        "mix",
        "macro",
        "classes",
        "calibration",
        "honest_challenge_rate_at_default_policy",
        "honest_deny_rate",
        "cold_start",
        "speed",
    ] {
        assert!(!report[field].is_null(), "{field}");
    }
    for rate in ["0.01", "0.02", "0.05", "0.10"] {
        assert!(report["mix"]["tpr_at"][rate].is_number() && report["mix"]["ci95"][rate].is_array());
    }
    assert_eq!(report["rows"], 6_000);
    assert!(report["note"].as_str().unwrap().contains("synthetic"));
    let honest = report["honest"].as_u64().unwrap();
    assert_eq!(
        honest + report["attacks"].as_u64().unwrap(),
        report["scored"].as_u64().unwrap()
    );
}

#[test]
fn a_hidden_token_changes_what_is_scored_and_later_rows_are_fewer() {
    let all = json(&args(vector("synthetic_first6000.csv.gz"), Scorer::Model));
    let late = json(&EvaluateArgs {
        after: 0.5,
        no_device_token: true,
        ..args(vector("synthetic_first6000.csv.gz"), Scorer::Model)
    });
    assert!(late["scored"].as_u64().unwrap() < all["scored"].as_u64().unwrap());
}

#[test]
fn rows_of_the_public_log_are_read_unchanged() {
    let mut rows = Rows::open(&vector("public_first19.csv")).unwrap();
    let mut seen = Vec::new();
    while let Some(row) = rows.next_row().unwrap() {
        seen.push(row);
    }
    assert!(!rows.has_extra_columns());
    assert!(seen[0].unknown_account && !seen[0].success && seen[0].asn == Some(29_695));
    assert_eq!(seen[0].at.to_string(), "2020-02-03T12:43:30.772Z");
    assert!(seen.windows(2).all(|pair| pair[0].at <= pair[1].at));
    let mangled = json(&args(vector("public_first2000_mangled.csv.gz"), Scorer::Backoff));
    assert_eq!(mangled["rows"], 2_000);
    assert!(!mangled["note"].as_str().unwrap().contains("synthetic"));
}

#[test]
fn other_files_are_refused_with_what_is_missing() {
    let error = evaluate(&args(vector("synthetic_first6000_scores.csv"), Scorer::Model)).unwrap_err();
    assert!(
        error.to_string().contains("no column «Login Timestamp»"),
        "{error}"
    );
    let error = evaluate(&args(vector("nothing.csv"), Scorer::Model)).unwrap_err();
    assert!(error.to_string().contains("nothing.csv"), "{error}");
}

#[test]
fn training_twice_writes_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str| {
        let out = folder.path().join(name);
        let input = InputArgs {
            input: vector("synthetic_first6000.csv.gz"),
            format: Format::Rba,
            json: true,
        };
        train(&TrainArgs::quick(input, out.clone())).map(|_| std::fs::read_to_string(out).unwrap())
    };
    let (first, second) = (written("a.json").unwrap(), written("b.json").unwrap());
    assert_eq!(first, second);
    assert!(crate::risk::Model::parse(&first).is_ok());
}
