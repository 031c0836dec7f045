//! `export`: what monitoring systems read of a trial is what the trial says.

use crate::counterparties::promtool;
use crate::openmetrics::{Text, read};
use crate::support::{folder, gatecrash, gatecrash_in, path, trial};
use serde_json::Value;
use std::collections::BTreeMap;

/// 2026-11-16T08:00:00Z, a Monday.
const FROM: &str = "2026-11-16T08:00:00Z";
const FROM_MS: u64 = 1_794_816_000_000;

fn export(scenario: &str, more: &[&str]) -> Text {
    read(&gatecrash(&[&["export", "openmetrics", scenario, "--from", FROM], more].concat()).ok())
}

/// The lines of the same trial's trace.
fn trace(scenario: &str, more: &[&str]) -> Vec<Value> {
    let folder = folder(&[]);
    let file = path(&folder, "t.jsonl");
    gatecrash(&[&["run", scenario, "--trace", &file], more].concat()).ok();
    let text = std::fs::read_to_string(file).expect("it was written");
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
}

fn ms(seconds: &Value) -> u64 {
    FROM_MS + (seconds.as_f64().expect("a time") * 1e3 + 1e-3) as u64
}

/// What counters and numbers came to by arm and signal, from the samples that were not lost: `("canary", "runs.errors")`.
fn totals(trace: &[Value]) -> BTreeMap<(String, String), (f64, f64)> {
    let mut totals = BTreeMap::new();
    for sample in trace.iter().filter(|line| line["type"] == "sample" && line["lost"] == false) {
        let arm = sample["arm"].as_str().expect("an arm");
        let counters = sample["counters"].as_object().expect("a map").iter();
        let numbers = sample["numbers"].as_object().expect("a map").iter();
        let numbers = numbers.map(|(name, number)| {
            let count = number["count"].as_f64().expect("a count");
            (name, count, count * number["mean"].as_f64().expect("a mean"))
        });
        for (name, count, sum) in counters.map(|(name, n)| (name, n.as_f64().expect("a count"), 0.0)).chain(numbers) {
            let total: &mut (f64, f64) = totals.entry((arm.to_string(), name.clone())).or_default();
            *total = (total.0 + count, total.1 + sum);
        }
    }
    totals
}

#[test]
fn totals_are_those_of_the_samples_that_got_out() {
    for (scenario, more) in [("cancel-latency-spike", &[][..]), ("lost-telemetry", &["--seed", "3"])] {
        let (text, trace) = (export(scenario, more), trace(scenario, more));
        let lost = trace.iter().filter(|line| line["lost"] == true).count();
        assert_eq!(lost > 0, scenario == "lost-telemetry");
        let mut numbers = 0;
        for ((arm, signal), (count, sum)) in totals(&trace).into_iter().filter(|((_, signal), _)| !signal.contains('[')) {
            let name = format!("gatecrash_{}", signal.replace(['.', '-'], "_"));
            let Some(points) = text.series.get(&format!("{name}_total{{arm=\"{arm}\"}}")) else {
                let seconds = format!("{name}_seconds_count{{arm=\"{arm}\"}}");
                let name = if text.series.contains_key(&seconds) { format!("{name}_seconds") } else { name };
                assert_eq!(text.last(&format!("{name}_count{{arm=\"{arm}\"}}")), count, "{arm} {signal}");
                assert_eq!(text.last(&format!("{name}_bucket{{arm=\"{arm}\",le=\"+Inf\"}}")), count, "{arm} {signal}");
                let total = text.last(&format!("{name}_sum{{arm=\"{arm}\"}}"));
                assert!((total - sum).abs() <= 1e-6 * sum, "{arm} {signal}: {total}, not {sum}");
                numbers += 1;
                continue;
            };
            assert_eq!(points.last().expect("a point").1, count, "{arm} {signal}");
        }
        assert!(numbers > 5, "{scenario} has numbers");
    }
}

#[test]
fn buckets_hold_those_before_them() {
    let text = export("cancel-latency-spike", &[]);
    let name = |le: &str| format!("gatecrash_runs_latency_seconds_bucket{{arm=\"stable\",le=\"{le}\"}}");
    let by_limit = ["0.001", "0.25", "1.0", "2.5", "10.0", "60.0", "3600.0", "+Inf"].map(|le| text.points(&name(le)));
    for pair in by_limit.windows(2) {
        assert!(pair[0].iter().zip(pair[1]).all(|(a, b)| a.0 == b.0 && a.1 <= b.1));
    }
    assert!(text.last(&name("0.25")) < text.last(&name("2.5")), "latencies are spread");
}

#[test]
fn gates_say_what_they_said_in_every_round() {
    let (text, trace) = (export("cancel-latency-spike", &[]), trace("cancel-latency-spike", &[]));
    let (mut rounds, mut fails) = (0, 0);
    for verdict in trace.iter().filter(|line| line["type"] == "verdict") {
        let (gate, at) = (verdict["gate"].as_str().expect("a name"), ms(&verdict["at_s"]));
        let find = |series: String| text.series.get(&series).and_then(|points| points.iter().find(|p| p.0 == at)).map(|p| p.1);
        assert_eq!(find(format!("gatecrash_gate_value{{gate=\"{gate}\"}}")), verdict["value"].as_f64(), "{gate} at {at}");
        for status in ["pass", "fail", "inconclusive", "no-data"] {
            let said = find(format!("gatecrash_gate_status{{gate=\"{gate}\",status=\"{status}\"}}"));
            assert_eq!(said, Some(f64::from(verdict["status"] == status)), "{gate} {status}");
        }
        let failing = find(format!("gatecrash_gate_failing{{gate=\"{gate}\"}}")).expect("it was judged");
        (rounds, fails) = (rounds + 1, fails + failing as u32);
    }
    assert!(rounds > 50 && fails > 0, "{fails} of {rounds}");
    let limit = text.points("gatecrash_gate_limit{gate=\"cancel-to-ack\",op=\"<=\"}");
    assert!(limit.iter().all(|(_, limit)| *limit == limit.clamp(0.5, 2.0)), "{limit:?}");
}

#[test]
fn instants_and_the_trial_are_told_as_truth() {
    let (text, said) = (export("cancel-latency-spike", &["--seed", "2"]), trial("cancel-latency-spike", 2, &[]));
    for name in ["harmed", "shown", "decided", "withdrawn", "clear", "validated"] {
        let at = ms(&said["instants"][format!("{name}_s")]);
        let points = text.points(&format!("gatecrash_truth_instant_timestamp_seconds{{instant=\"{name}\"}}"));
        assert_eq!(points[0], (at, at as f64 / 1e3), "{name}");
    }
    let decided = text.points("gatecrash_rollback_decided");
    let since = decided.iter().find(|(_, decided)| *decided == 1.0).expect("it was decided").0;
    assert_eq!(since, ms(&said["instants"]["decided_s"]));
    assert_eq!(text.last("gatecrash_truth_harmed_total"), said["harmed"].as_f64().expect("a count"));
    assert_eq!(text.last("gatecrash_truth_exposure"), 0.0, "everybody is back");
    let told = text.points("gatecrash_exposure");
    assert!(told.iter().any(|(_, share)| *share > 0.01) && told.last().expect("a point").1 == 0.0, "telemetry tells as much");
    let info = text.series.keys().find(|name| name.starts_with("gatecrash_truth_trial_info{")).expect("what was played");
    assert!(
        info.contains("scenario=\"cancel-latency-spike\",policy=\"careful\",seed=\"2\"") && info.contains("outcome=\"detected\"")
    );
    assert!(text.series.contains_key("gatecrash_stage_info{stage=\"canary\"}"));
}

#[test]
fn the_same_seed_gives_the_same_bytes_wherever_they_go() {
    let folder = folder(&[]);
    let args = ["export", "openmetrics", "healthy-day", "--seed", "9", "--with", "horizon=40m"];
    let out = gatecrash(&args).ok();
    let said = gatecrash_in(folder.path(), &[&args[..], &["--out", "t.om"]].concat()).ok();
    assert_eq!(std::fs::read_to_string(folder.path().join("t.om")).expect("it was written"), out);
    let samples = out.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("t.om: ") && said.replace(',', "").contains(&format!(" {samples} samples ")), "{said}");
    // The calendar of this scenario begins on a Monday at work.
    let monday = 1_704_067_200_000;
    let first = read(&out).points("gatecrash_rollback_decided")[0].0;
    assert!((monday..monday + 86_400_000).contains(&first), "{first}");
    assert_eq!(first % 1_800_000, 0, "a full or half hour: {first}");
}

#[test]
fn what_cannot_be_exported_is_said() {
    let cases: [(&[&str], &str); 6] = [
        (&["export"], "Usage: gatecrash export"),
        (&["export", "openmetrics"], "<SCENARIO>"),
        (&["export", "openmetrics", "helthy-day"], "did you mean `healthy-day`?"),
        (&["export", "openmetrics", "healthy-day", "--from", "yesterday"], "write it with its zone, like 2026-11-21T08:00:00Z"),
        (&["export", "openmetrics", "healthy-day", "--out", "nowhere/t.om"], "cannot write `nowhere/t.om`"),
        (&["export", "openmetrics", "healthy-day", "--with", "horizn=1h"], "did you mean `horizon`?"),
    ];
    for (args, says) in cases {
        let ran = gatecrash(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "gatecrash {}", args.join(" "));
        assert!(ran.err.contains(says), "gatecrash {}: {}", args.join(" "), ran.err);
    }
}

/// What promtool keeps of the text, series by series; `None` without promtool.
fn through_promtool(text: &str) -> Option<BTreeMap<String, Vec<(u64, f64)>>> {
    let folder = folder(&[("t.om", text)]);
    let (file, blocks) = (path(&folder, "t.om"), path(&folder, "blocks"));
    promtool(&["tsdb", "create-blocks-from", "openmetrics", &file, &blocks])?;
    // It looks for what was not written to a block yet.
    std::fs::create_dir_all(folder.path().join("blocks/wal")).expect("a folder may be made");
    let mut series: BTreeMap<String, Vec<(u64, f64)>> = BTreeMap::new();
    for line in promtool(&["tsdb", "dump", &blocks])?.lines() {
        let mut words = line.rsplitn(3, ' ');
        let (at, value, labels) = (words.next()?, words.next()?, words.next()?);
        series.entry(sorted(labels)).or_default().push((at.parse().expect("ms"), value.parse().expect("a number")));
    }
    Some(series)
}

/// A series as promtool writes it, `{__name__="a", b="c"}`, with its labels in order.
fn sorted(labels: &str) -> String {
    let mut parts: Vec<&str> = labels.trim_matches(['{', '}']).split(", ").collect();
    parts.sort_unstable();
    parts.join(",")
}

/// The same of a series as we write it. No label of these trials has a comma in it.
fn as_kept(name: &str) -> String {
    let (plain, labels) = name.split_once('{').unwrap_or((name, ""));
    let own = format!("__name__=\"{plain}\"");
    let mut parts: Vec<&str> = labels.trim_end_matches('}').split(',').filter(|part| !part.is_empty()).collect();
    parts.push(&own);
    parts.sort_unstable();
    parts.join(",")
}

#[test]
fn promtool_keeps_every_number() {
    // More than one block of two hours.
    let text = gatecrash(&["export", "openmetrics", "ws-only-auth-errors-401", "--from", FROM]).ok();
    let Some(kept) = through_promtool(&text) else { return };
    let ours = read(&text).series;
    let clock: Vec<u64> = ours["gatecrash_rollback_decided"].iter().map(|point| point.0).collect();
    assert!(clock[clock.len() - 1] - clock[0] > 2 * 3_600_000, "several blocks");
    assert_eq!(kept.len(), ours.len());
    for (name, points) in ours {
        assert_eq!(kept.get(&as_kept(&name)), Some(&points), "{name}");
    }
}
