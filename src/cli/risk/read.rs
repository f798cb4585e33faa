//! Reading sign-in logs: CSV in the form of the public RBA data set, plain, gzipped or by Zstandard.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};
use flate2::read::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use serde::Serialize;

use super::RiskError;
use crate::base::timestamp::Timestamp;
use crate::risk::replay::row::{Class, Row, UNKNOWN_ACCOUNT, hash};
use crate::risk::visit::NetworkKind;

/// Opens a file, unpacking by its ending.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read>, RiskError> {
    let file = File::open(path).map_err(|error| RiskError::Open(path.display().to_string(), error))?;
    let buffered = BufReader::with_capacity(1 << 20, file);
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("gz") => Ok(Box::new(BufReader::with_capacity(
            1 << 20,
            MultiGzDecoder::new(buffered),
        ))),
        Some("zst") => {
            let decoder = StreamingDecoder::new(buffered).map_err(|error| {
                RiskError::Wrong(format!("{} is no Zstandard file: {error}", path.display()))
            })?;
            Ok(Box::new(BufReader::with_capacity(1 << 20, decoder)))
        }
        _ => Ok(Box::new(buffered)),
    }
}

/// Where each known column stands.
#[derive(Clone, Copy, Debug, Default)]
struct Columns {
    index: Option<usize>,
    time: Option<usize>,
    user: Option<usize>,
    round_trip: Option<usize>,
    ip: Option<usize>,
    country: Option<usize>,
    asn: Option<usize>,
    agent: Option<usize>,
    browser: Option<usize>,
    os: Option<usize>,
    device: Option<usize>,
    success: Option<usize>,
    takeover: Option<usize>,
    kind: Option<usize>,
    latitude: Option<usize>,
    longitude: Option<usize>,
    token: Option<usize>,
    class: Option<usize>,
}

/// Rows that could not be read. They are left out; the first few are named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Malformed {
    /// How many.
    pub(crate) rows: u64,
    /// What was wrong with the first, by line.
    pub(crate) first: Vec<String>,
    /// Rows that were read although they lie before their predecessor in time.
    pub(crate) out_of_order: u64,
}

impl Malformed {
    const NAMED: usize = 10;

    /// Whether every row was read, in order.
    pub(crate) const fn is_empty(&self) -> bool {
        self.rows == 0 && self.out_of_order == 0
    }

    fn note(&mut self, line: u64, what: &str) {
        self.rows += 1;
        if self.first.len() < Self::NAMED {
            self.first.push(format!("line {line}: {what}"));
        }
    }
}

/// Reads rows one by one.
pub(crate) struct Rows {
    reader: csv::Reader<Box<dyn Read>>,
    columns: Columns,
    record: ByteRecord,
    malformed: Malformed,
    last: Timestamp,
}

impl Rows {
    /// Opens a log and reads its header.
    pub(crate) fn open(path: &Path) -> Result<Self, RiskError> {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(open(path)?);
        let header = reader.headers()?.clone();
        let find = |name: &str| header.iter().position(|column| column.trim() == name);
        let columns = Columns {
            index: find("index"),
            time: find("Login Timestamp"),
            user: find("User ID"),
            round_trip: find("Round-Trip Time [ms]"),
            ip: find("IP Address"),
            country: find("Country"),
            asn: find("ASN"),
            agent: find("User Agent String"),
            browser: find("Browser Name and Version"),
            os: find("OS Name and Version"),
            device: find("Device Type"),
            success: find("Login Successful"),
            takeover: find("Is Account Takeover"),
            kind: find("X ASN Type"),
            latitude: find("X Latitude"),
            longitude: find("X Longitude"),
            token: find("X Device Token"),
            class: find("X Class"),
        };
        for (name, column) in [
            ("Login Timestamp", columns.time),
            ("User ID", columns.user),
            ("IP Address", columns.ip),
            ("User Agent String", columns.agent),
            ("Login Successful", columns.success),
        ] {
            if column.is_none() {
                return Err(RiskError::Wrong(format!("the log has no column «{name}»")));
            }
        }
        Ok(Self {
            reader,
            columns,
            record: ByteRecord::new(),
            malformed: Malformed::default(),
            last: Timestamp::EPOCH,
        })
    }

    /// What could not be read.
    pub(crate) fn into_malformed(self) -> Malformed {
        self.malformed
    }

    /// Whether the log has columns beyond the public ones, which mark a synthetic tenant.
    pub(crate) const fn has_extra_columns(&self) -> bool {
        self.columns.class.is_some()
    }

    /// Reads over a row; false at the end.
    pub(crate) fn skip_row(&mut self) -> Result<bool, RiskError> {
        Ok(self.reader.read_byte_record(&mut self.record)?)
    }

    /// The next row that can be read; `None` at the end. Others are counted and left out: a log of a year has a broken line
    /// somewhere, and that is no reason to measure nothing.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row>, RiskError> {
        loop {
            match self.reader.read_byte_record(&mut self.record) {
                Ok(false) => return Ok(None),
                Ok(true) => {}
                // The rest of a file that can't be unpacked is lost; a single line is not.
                Err(error) if error.is_io_error() => return Err(error.into()),
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    self.malformed.note(line, &error.to_string());
                    continue;
                }
            }
            let line = self.record.position().map_or(0, csv::Position::line);
            match self.columns.row(&self.record, line) {
                Ok(row) => {
                    self.malformed.out_of_order += u64::from(row.at < self.last);
                    self.last = row.at;
                    return Ok(Some(row));
                }
                Err(what) => self.malformed.note(line, &what),
            }
        }
    }
}

impl Columns {
    /// The row in a record, or what is wrong with it.
    fn row(&self, record: &ByteRecord, line: u64) -> Result<Row, String> {
        let field = |column: Option<usize>| {
            column
                .and_then(|column| record.get(column))
                .and_then(|bytes| std::str::from_utf8(bytes).ok())
                .unwrap_or_default()
                .trim()
        };
        let time = field(self.time);
        let at =
            timestamp(time).ok_or_else(|| format!("«{time}» is no time like 2020-02-03 12:43:30.772"))?;
        let (ip, user) = (field(self.ip), field(self.user));
        if user.is_empty() {
            return Err("no account".to_owned());
        }
        let token = field(self.token);
        let takeover = flag(field(self.takeover));
        Ok(Row {
            index: field(self.index).parse().unwrap_or(line),
            at,
            user: hash(user),
            unknown_account: user == UNKNOWN_ACCOUNT,
            round_trip: number(field(self.round_trip)).filter(|millis| *millis >= 0.0),
            ip: ip.to_owned(),
            ip_key: hash(ip),
            country: field(self.country).to_owned(),
            asn: field(self.asn).parse().ok(),
            agent: hash(field(self.agent)),
            browser: field(self.browser).to_owned(),
            os: field(self.os).to_owned(),
            device: field(self.device).to_owned(),
            success: flag(field(self.success)),
            takeover,
            kind: kind(field(self.kind)),
            point: number(field(self.latitude))
                .filter(|degrees| degrees.abs() <= 90.0)
                .zip(number(field(self.longitude)).filter(|degrees| degrees.abs() <= 180.0)),
            has_token_column: self.token.is_some(),
            token: (!token.is_empty()).then(|| hash(token)),
            class: Class::of(takeover, field(self.class)),
        })
    }
}

/// A number, when it is one: texts such as `NaN` and `inf` are none.
fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn flag(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text == "1"
}

fn kind(name: &str) -> Option<NetworkKind> {
    match name {
        "isp" => Some(NetworkKind::Isp),
        "mobile" => Some(NetworkKind::Mobile),
        "edu" | "education" => Some(NetworkKind::Education),
        "corp" | "business" => Some(NetworkKind::Business),
        "relay" => Some(NetworkKind::Relay),
        "hosting" => Some(NetworkKind::Hosting),
        "vpn" | "proxy" => Some(NetworkKind::Anonymizer),
        _ => None,
    }
}

/// Reads `2020-02-03 12:43:30.772`, and the `43:30.8` (minutes and seconds alone) that a spreadsheet made of it in some
/// copies of the public file.
pub(crate) fn timestamp(text: &str) -> Option<Timestamp> {
    let Some((date, clock)) = text.split_once([' ', 'T']) else {
        let (minutes, seconds) = text.split_once(':')?;
        let seconds: f64 = seconds.parse().ok()?;
        return Some(from_seconds(minutes.parse::<f64>().ok()? * 60.0 + seconds));
    };
    let mut date = date.splitn(3, '-').map(str::parse::<i64>);
    let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
    let mut clock = clock.trim_end_matches('Z').splitn(3, ':');
    let (hour, minute) = (
        clock.next()?.parse::<i64>().ok()?,
        clock.next()?.parse::<i64>().ok()?,
    );
    let (whole, part) = clock
        .next()?
        .split_once('.')
        .map_or_else(|| (None, ""), |(whole, part)| (Some(whole), part));
    let second: i64 = match whole {
        Some(whole) => whole.parse().ok()?,
        None => text.rsplit(':').next()?.trim_end_matches('Z').parse().ok()?,
    };
    let micros: i64 = format!("{part:0<6}").get(..6)?.parse().ok()?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days since the epoch by the civil calendar (Howard Hinnant's days_from_civil).
    let shifted = if month > 2 { year } else { year - 1 };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(Timestamp::from_micros(seconds.checked_mul(1_000_000)? + micros))
}

#[expect(clippy::cast_possible_truncation, reason = "an hour at most")]
fn from_seconds(seconds: f64) -> Timestamp {
    Timestamp::from_micros((seconds * 1e6) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_log() {
        for (text, wanted) in [
            ("2020-02-03 12:43:30.772", "2020-02-03T12:43:30.772Z"),
            ("2020-02-29 00:00:00", "2020-02-29T00:00:00Z"),
            ("1999-12-31 23:59:59.5", "1999-12-31T23:59:59.5Z"),
        ] {
            assert_eq!(timestamp(text), Timestamp::parse_rfc3339(wanted), "{text}");
        }
        assert_eq!(timestamp("43:30.8"), Some(Timestamp::from_micros(2_610_800_000)));
        assert_eq!(timestamp("soon"), None);
    }
}
