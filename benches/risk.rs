//! What one decision costs: time and allocations by length of history, and how fast a log is replayed.
//!
//! `cargo bench --bench risk`. Figures of one run are comparable with each other; across machines only their ratios are.

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher, black_box};
use tidegate::base::net::IpScope;
use tidegate::base::timestamp::Timestamp;
use tidegate::risk::replay::metrics::SplitMix;
use tidegate::risk::replay::{Hide, Replay, Row};
use tidegate::risk::visit::{AddressFacts, AgentFacts, CountryCode, DeviceProof, FailureFacts, Visit};
use tidegate::risk::{Baseline, Evidence, Model, UserProfile, assess};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

/// Sign-ins a history holds.
const HISTORIES: [u32; 3] = [1, 100, 10_000];
const HOUR: i64 = 3_600;

fn main() {
    // Reading the compiled-in model is no part of a decision.
    let _ = Model::builtin();
    divan::main();
}

/// A sign-in somewhere in a country, by a browser of a few.
fn visit(random: &mut SplitMix, hour: u32) -> Visit {
    let place = random.next_bits() % 300;
    Visit {
        address: AddressFacts {
            scope: Some(IpScope::Public),
            address: Some(place),
            network: Some(place / 4),
            block: Some(place / 40),
            asn: u32::try_from(place % 9).ok(),
            country: CountryCode::parse("NO"),
            ..AddressFacts::default()
        },
        agent: AgentFacts {
            browser: Some("Firefox".to_owned()),
            os: Some("Windows".to_owned()),
            version: Some(140),
            full: Some(random.next_bits() % 20),
            ..AgentFacts::default()
        },
        device: DeviceProof::Current,
        failures: FailureFacts {
            address_hour: Some(0.0),
            address_day: Some(1.0),
            ..FailureFacts::default()
        },
        ..Visit::unknown(Timestamp::from_secs(i64::from(hour) * HOUR))
    }
}

/// A user's and a tenant's history after so many sign-ins, and the next attempt.
fn history(sign_ins: u32) -> (UserProfile, Baseline, Visit) {
    let (mut profile, mut baseline) = (UserProfile::new(), Baseline::default());
    let mut random = SplitMix(7);
    for hour in 0..sign_ins {
        let visit = visit(&mut random, hour);
        let returns = profile.observe(&visit, 1.0);
        baseline.observe(&visit, &returns, 1.0);
    }
    (profile, baseline, visit(&mut random, sign_ins))
}

/// Evidence and assessment: what the server does once everything is looked up.
#[divan::bench(args = HISTORIES)]
fn decision(bencher: Bencher<'_, '_>, sign_ins: u32) {
    let (profile, baseline, next) = history(sign_ins);
    let model = Model::builtin();
    bencher.bench_local(|| {
        let evidence = Evidence::derive(black_box(&next), &profile, &baseline);
        assess(model, &evidence)
    });
}

/// A user's history as the server reads and writes it.
#[divan::bench(args = HISTORIES)]
fn profile_round_trip(bencher: Bencher<'_, '_>, sign_ins: u32) {
    let bytes = history(sign_ins).0.to_bytes();
    bencher.bench_local(|| UserProfile::from_bytes(black_box(&bytes)).map(|profile| profile.to_bytes()));
}

/// A log through the engine: each row is scored where it can be, then learned from.
#[divan::bench(sample_count = 10)]
fn replay(bencher: Bencher<'_, '_>) {
    let mut random = SplitMix(11);
    let rows: Vec<Row> = (0..20_000_u64)
        .map(|index| {
            let place = random.next_bits() % 3_000;
            Row {
                index,
                at: Timestamp::from_secs(i64::try_from(index).unwrap_or_default() * 60),
                user: random.next_bits() % 2_000,
                ip: format!("198.51.{}.{}", place / 250, place % 250),
                ip_key: place,
                country: "NO".to_owned(),
                asn: u32::try_from(place % 50).ok(),
                agent: random.next_bits() % 200,
                browser: "Firefox 140.0".to_owned(),
                os: "Windows 10".to_owned(),
                success: random.unit() < 0.8,
                ..Row::default()
            }
        })
        .collect();
    let model = Model::builtin();
    bencher.counter(ItemsCount::new(rows.len())).bench_local(|| {
        let mut engine = Replay::new(Hide::default());
        let mut sum = 0.0;
        for row in &rows {
            let visit = engine.visit(row);
            if row.success && engine.earlier(row) > 0 {
                sum += assess(model, &engine.evidence(row, &visit)).score;
            }
            engine.learn(row, &visit);
        }
        sum
    });
}
