//! Recorded traffic, from the file to the requests.

use gatecrash_policies::time::{Span, Time};
use gatecrash_scenarios::{Error, Loaded, scenario_from_text};
use gatecrash_sim::scenario::{Recorded, Scenario, Traffic};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let own = format!("gatecrash-csv-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(own);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Loads a scenario that replays `csv` with these further keys of `recorded`.
fn load(csv: &[u8], keys: &str) -> Result<Loaded<Scenario>, Error> {
    let folder = folder();
    std::fs::write(folder.join("t.csv"), csv).unwrap();
    let text = format!(
        "scenario: a\nexpect: promote\nhorizon: 1h\ntraffic:\n  recorded:\n    file: t.csv\n    {}\n\
         system: {{ llm: {{ calls: {{ service: 1s }} }} }}\ntelemetry: {{ scrape: 15s }}\n",
        keys.replace("; ", "\n    ")
    );
    let loaded = scenario_from_text(&folder.join("a.yaml").to_string_lossy(), text.as_bytes());
    std::fs::remove_dir_all(folder).unwrap();
    loaded
}

fn trace(csv: &str, keys: &str) -> Recorded {
    match load(csv.as_bytes(), keys).unwrap_or_else(|e| panic!("{e}")).value.traffic {
        Some(Traffic::Recorded(trace)) => trace,
        other => panic!("{other:?}"),
    }
}

fn fails(csv: &str, keys: &str, says: &str) {
    let message = load(csv.as_bytes(), keys).map(|_| ()).unwrap_err().to_string();
    assert!(message.contains(says), "{message}");
    assert!(message.contains("a.yaml:"), "it points at the scenario: {message}");
}

const ROWS: &str = "t,k,n,status\n1700000002,b,10,200\n1700000000,a,20,200\n1700000005,b,30,503\n";

#[test]
fn rows_become_requests_of_their_subjects() {
    let trace =
        trace(ROWS, "time: t; key: k; service: { base: 100ms, per: { n: 1ms } }; outcome: { column: status, failed: \">=500\" }");
    let rows: Vec<_> =
        trace.rows.iter().map(|r| (r.at.0 / 1_000_000, r.subject, r.service.unwrap().0 / 1_000, r.failed)).collect();
    assert_eq!(rows, [(0, 1, 120, false), (2, 0, 110, false), (5, 0, 130, true)]);
    assert_eq!((trace.subjects, trace.keys.len(), trace.report.out_of_order), (2, 2, 1));
    assert_ne!(trace.keys[0], trace.keys[1]);
}

#[test]
fn keys_hash_alike_wherever_they_stand() {
    let one = trace(ROWS, "time: t; key: k");
    let other = trace("k,t\na,1700000000\nb,1700000001\n", "time: t; key: k");
    assert_eq!((one.keys[0], one.keys[1]), (other.keys[1], other.keys[0]));
}

#[test]
fn bom_crlf_quotes_and_a_missing_last_newline_are_fine() {
    let csv = "\u{feff}t,\"k\",n\r\n\"1700000000\",\"a, \"\"b\"\"\",1\r\n1700000001,c,2";
    let trace = trace(csv, "time: t; key: k; service: { column: n, unit: ms }");
    assert_eq!((trace.rows.len(), trace.subjects), (2, 2));
    assert_eq!(trace.rows[1].service, Some(Span(2_000)));
}

#[test]
fn a_trace_is_sped_up_and_repeated() {
    let keyed = trace(ROWS, "time: t; key: k; speed: 2x; repeat: 3");
    assert_eq!((keyed.rows.len(), keyed.subjects, keyed.report.used), (9, 2, 3));
    assert_eq!((keyed.rows[2].at, keyed.rows[3].at), (Time(2_500_000), Time(3_750_000)), "a gap of one mean interarrival");
    assert_eq!(trace(ROWS, "time: t; repeat: 3").subjects, 9, "without a key each row is its own subject");
}

#[test]
fn malformed_rows_are_counted_with_their_reason_and_first_line() {
    let csv = "t,k\n1700000000,a\nyesterday,b\n1700000001\n1700000002,c\n1700000003,d\nlast week,b\n1700000004,e\n";
    let loaded = load(csv.as_bytes(), "time: t; key: k").unwrap();
    let Some(Traffic::Recorded(trace)) = &loaded.value.traffic else { panic!("recorded") };
    assert_eq!(trace.report.read, 7);
    assert_eq!(trace.report.dropped, [("the time is not unix_s".to_string(), 3, 2), ("the key is empty".to_string(), 4, 1)]);
    assert_eq!(loaded.warnings.len(), 3, "{:?}", loaded.warnings);
}

#[test]
fn what_cannot_be_read_is_an_error() {
    fails(ROWS, "time: tt", "no column `tt`");
    fails(ROWS, "time: t; key: kk", "did you mean `k`");
    fails(ROWS, "time: t; service: { per: { m: 1ms } }", "no column `m`");
    fails("", "time: t", "is empty");
    fails("t,k\n", "time: t", "there are no rows");
    fails("t\n2023-11-16 18:17:03.9799600\n", "time: t", "naive timestamps need a zone");
    fails("t\nsoon\nlater\n", "time: t", "is no time that is known");
    fails("t\n1700000000\nx\nx\n", "time: t", "2 of 3 rows do not fit; first at line 3");
    let open = format!("t,k\n1700000000,a\n1700000001,\"b\n{}", "1700000002,c\n".repeat(200));
    fails(&open, "time: t", "the row at line 3 goes on for more than 100 lines");
    fails(ROWS, "time: { column: t, zone: Mars }", "unknown time zone");
    fails(ROWS, "time: { column: t, format: iso }", "unknown format of times `iso`");
    fails(ROWS, "time: t; speed: 0x", "above 0x");
    fails(ROWS, "time: t; repeat: 0", "at least 1");
    fails(ROWS, "time: t; service: { column: n }", "needs the key `unit`");
    fails(ROWS, "time: t; outcome: { column: status, failed: \">=x\" }", "compares with no number");
    fails(ROWS, "time: t; fil: x", "did you mean `file`");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let text = "scenario: a\nexpect: promote\nhorizon: 1h\ntraffic: { recorded: { file: no.csv, time: t } }\nsystem: {}\ntelemetry: { scrape: 1s }\n";
    let message = scenario_from_text("/nowhere/a.yaml", text.as_bytes()).map(|_| ()).unwrap_err().to_string();
    assert!(message.starts_with("/nowhere/a.yaml:4:30: `no.csv`: no such file"), "{message}");
}

#[test]
fn a_million_rows_load_in_seconds() {
    let mut csv = String::from("t,k\n");
    for i in 0..1_000_000u64 {
        csv.push_str(&format!(
            "2023-11-16 18:{:02}:{:02}.{:06},s{}\n",
            i / 60_000_000 % 60,
            i / 20_000 % 60,
            i % 20_000 * 50,
            i % 5_000
        ));
    }
    #[allow(clippy::disallowed_methods, reason = "the load is timed, and no trial is played")]
    let begin = std::time::Instant::now();
    let trace = trace(&csv, "time: { column: t, zone: Europe/Berlin }; key: k");
    assert_eq!((trace.rows.len(), trace.subjects), (1_000_000, 5_000));
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
    eprintln!("a million rows in {:?}", begin.elapsed());
}
