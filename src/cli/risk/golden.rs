//! Comparing the Freeman and back-off scores with a reference file.

use std::path::Path;

use serde::Serialize;

use super::RiskError;
use super::read::Rows;
use crate::risk::replay::Exact;

/// How far the two yardsticks lie from a reference file.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct GoldenReport {
    pub(super) rows: u64,
    pub(super) unmatched: u64,
    pub(super) freeman_worst_relative: f64,
    pub(super) backoff_worst_absolute: f64,
}

/// Runs both yardsticks over the log beside the reference file.
pub(super) fn compare(log: &Path, reference: &Path) -> Result<GoldenReport, RiskError> {
    let mut wanted = csv::Reader::from_reader(super::read::open(reference)?);
    let mut records = wanted.records();
    let mut rows = Rows::open(log)?;
    let mut exact = Exact::default();
    let mut report = GoldenReport::default();
    while let Some(row) = rows.next_row()? {
        if let Some(golden) = exact.score(&row) {
            let Some(record) = records.next().transpose()? else {
                report.unmatched += 1;
                exact.learn(&row);
                continue;
            };
            let number = |place: usize| record.get(place).and_then(|text| text.parse::<f64>().ok());
            let index = record.get(0).and_then(|text| text.parse::<u64>().ok());
            let (Some(freeman), Some(network), Some(client)) = (number(2), number(3), number(4)) else {
                return Err(RiskError::Wrong("the golden file has another form".into()));
            };
            report.rows += 1;
            report.unmatched += u64::from(index != Some(row.index) || number(1) != Some(f64::from(golden.n)));
            let relative = (golden.freeman - freeman).abs() / freeman.abs().max(1e-300);
            report.freeman_worst_relative = report.freeman_worst_relative.max(relative);
            let absolute = (golden.network - network)
                .abs()
                .max((golden.client - client).abs());
            report.backoff_worst_absolute = report.backoff_worst_absolute.max(absolute);
        }
        exact.learn(&row);
    }
    report.unmatched += records.count() as u64;
    Ok(report)
}
