//! The trainer finds what was put in, keeps its promises, and repeats itself.

use super::*;
use crate::base::timestamp::Timestamp;
use crate::risk::evidence::Item;
use crate::risk::replay::metrics::SplitMix;

fn examples(seed: u64) -> Vec<Example> {
    let mut random = SplitMix(seed);
    (0..6_000)
        .map(|_| {
            let attack = random.unit() < 0.05;
            let item = |signal, value: f64| Item {
                signal,
                #[expect(clippy::cast_possible_truncation, reason = "a test's values")]
                millionths: (value * 1e6) as i64,
                source: "test".into(),
                age_secs: None,
                confidence: 1_000,
            };
            let shift = if attack { 2.0 } else { 0.0 };
            let mut items = vec![
                item(Signal::NetworkBackoff, random.unit() * 4.0 + shift),
                item(Signal::AgentBackoff, random.unit() * 4.0),
            ];
            if random.unit() < 0.5 {
                items.push(item(Signal::AsnFailures, random.unit() + shift / 2.0));
            }
            Example {
                evidence: Evidence {
                    schema: 1,
                    at: Timestamp::EPOCH,
                    items,
                    stops: Vec::new(),
                    forced: Vec::new(),
                },
                attack,
                weight: 1.0,
                anchors: true,
            }
        })
        .collect()
}

fn small() -> Settings {
    Settings {
        trees: 60,
        ridge: 3.0,
        ..Settings::default()
    }
}

#[test]
fn it_finds_what_separates_and_keeps_rising_signals_rising() {
    let examples = examples(1);
    let model = train(&examples, &small(), Training::default(), "test").unwrap();
    let mean = |attack: bool| {
        let of: Vec<f64> = examples
            .iter()
            .filter(|example| example.attack == attack)
            .map(|example| assess::logit(&model, &example.evidence))
            .collect();
        of.iter().sum::<f64>() / f64::from(u32::try_from(of.len()).unwrap())
    };
    assert!(mean(true) > mean(false) + 3.0, "{} {}", mean(true), mean(false));
    assert!(model.views.is_empty(), "nothing is known but the signals above");
    let view = &model.rest;
    for term in view.terms.iter().filter(|term| term.signal.rises()) {
        assert!(
            term.knots.windows(2).all(|pair| pair[0][1] <= pair[1][1]),
            "{term:?}"
        );
    }
    for tree in &view.trees {
        for node in &tree.0 {
            let Some(split) = node.split else { continue };
            let (low, high) = (&tree.0[usize::from(split.low)], &tree.0[usize::from(split.high)]);
            assert!(!split.signal.rises() || low.nanos <= high.nanos, "{tree:?}");
        }
    }
}

#[test]
fn the_same_rows_give_the_same_file() {
    let first = train(&examples(2), &small(), Training::default(), "test").unwrap();
    let second = train(&examples(2), &small(), Training::default(), "test").unwrap();
    assert_eq!(first.to_json().unwrap(), second.to_json().unwrap());
}
