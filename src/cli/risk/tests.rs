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
            input: Some(input),
            tenant: None,
            format: Format::Rba,
            json: true,
        },
        model: None,
        scorer,
        after: 0.0,
        until: 1.0,
        no_databases: false,
        sessions: false,
        golden: None,
        no_device_token: false,
        public_columns: false,
        shuffle_labels: false,
        ablate: false,
        report: None,
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
    assert!(
        report["explanation_gap"].as_f64().unwrap() < 1e-9,
        "every row's explanation adds up"
    );
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
            input: Some(vector("synthetic_first6000.csv.gz")),
            tenant: None,
            format: Format::Rba,
            json: true,
        };
        train(&TrainArgs::quick(input, out.clone())).map(|_| std::fs::read_to_string(out).unwrap())
    };
    let (first, second) = (written("a.json").unwrap(), written("b.json").unwrap());
    assert_eq!(first, second);
    assert!(crate::risk::Model::parse(&first).is_ok());
}

/// The page is one file: nothing is fetched and nothing runs.
#[test]
fn the_report_is_one_page_without_script_or_network() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.html");
    let report = json(&EvaluateArgs {
        ablate: true,
        report: Some(file.clone()),
        ..args(vector("synthetic_first6000.csv.gz"), Scorer::Model)
    });
    let page = std::fs::read_to_string(file).unwrap();
    for foreign in ["<script", "http://", "https://", "src=", "@import", "url("] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    for part in [
        "Attacks caught",
        "What a challenge is worth",
        "Can the probabilities be believed?",
        "What each group of signals is worth",
        "drift",
        "synthetic",
        "prefers-color-scheme: dark",
        "<svg",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let ablation = report["ablation"].as_array().unwrap();
    assert_eq!(ablation.len(), crate::risk::Group::ALL.len());
    for group in ablation {
        let (loss, ci) = (&group["loss"]["tpr_at"]["0.01"], &group["loss"]["ci95"]["0.01"]);
        assert!(
            ci[0].as_f64() <= loss.as_f64() && loss.as_f64() <= ci[1].as_f64(),
            "{group}"
        );
    }
}

/// Rows that can't be read are counted and named; the rest is measured.
#[test]
fn broken_rows_are_counted_and_named_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.csv");
    let header = "index,Login Timestamp,User ID,Round-Trip Time [ms],IP Address,Country,ASN,User Agent String,\
                  Login Successful,Is Account Takeover,X Latitude,X Longitude";
    let rows = [
        "0,2020-02-03 12:43:30.772,7,NaN,10.0.0.1,NO,29695,Firefox,True,False,59.9,10.7",
        "1,yesterday,7,5,10.0.0.1,NO,29695,Firefox,True,False,,",
        "2,2020-02-04 12:43:30.772,7,-4,10.0.0.1,NO,29695,Firefox,True,False,900,inf",
        "3",
        "4,2020-02-05 25:99:99,7,5,not an address,??,minus one,\"quoted, \u{202e}agent\",True,False,NaN,NaN",
        "5,2019-02-05 12:00:00,7,5,10.0.0.1,NO,29695,Firefox,True,True,1,1",
    ];
    let mut bytes = format!("{header}\n{}\n", rows.join("\n")).into_bytes();
    bytes.extend(b"6,2020-02-06 12:00:00,7,5,\xff\xfe,\xff,1,\xff,True,False,1,1\n");
    std::fs::write(&file, bytes).unwrap();
    let report = json(&args(file.clone(), Scorer::Model));
    let malformed = &report["malformed"];
    assert_eq!(malformed["rows"], 2, "{malformed}");
    assert!(
        malformed["first"][0]
            .as_str()
            .unwrap()
            .starts_with("line 3: «yesterday»")
    );
    assert!(malformed["first"][1].as_str().unwrap().starts_with("line 5:"));
    assert_eq!(malformed["out_of_order"], 1);
    assert_eq!(report["rows"], 5);
    let mut read = Rows::open(&file).unwrap();
    while let Some(row) = read.next_row().unwrap() {
        assert!(row.round_trip.is_none_or(|millis| millis >= 0.0));
        assert!(
            row.point
                .is_none_or(|(north, east)| north.abs() <= 90.0 && east.abs() <= 180.0)
        );
    }
}
