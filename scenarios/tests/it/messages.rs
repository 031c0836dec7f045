//! What is wrong with a scenario is said once, with its place and what to do.

use crate::support::complains;
use gatecrash_scenarios::{load_scenario, scenario_from_text};

/// A scenario that is right; each case below replaces one piece of it.
const GOOD: &str = "\
scenario: a
expect: rollback
horizon: 1h
subjects: { count: 100, surfaces: { web: 60%, ios: 40% } }
traffic: { poisson: { rate: 5/s } }
system:
  runs: { calls: { service: exp(mean=1s) } }
  tickets: { effects: { after: runs } }
  sockets: { connections: { accept_rate: 50/s } }
telemetry: { scrape: 15s }
objectives: [ runs.latency <= 5s ]
faults:
  - { fault: error_burst, at: 10m }
";

/// The complaint about the good one with `from` replaced by `to` points at this text and says this.
fn check(from: &str, to: &str, points_at: &str, says: &str) {
    complains(GOOD, (from, to), (points_at, says), |text| scenario_from_text("a.yaml", text));
}

#[test]
fn the_good_one_is_good() {
    let loaded = scenario_from_text("a.yaml", GOOD.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
}

#[test]
fn keys() {
    check("horizon: 1h", "horizn: 1h", "horizn", "unknown key `horizn` in a scenario; did you mean `horizon`?");
    check("scenario: a\n", "scenario: a\nscenario: b\n", "scenario", "the key `scenario` occurs twice");
    check("horizon: 1h\n", "", "scenario", "a scenario needs the key `horizon`");
    check("scenario: a\n", "", "expect", "a scenario needs the key `scenario`");
    check("telemetry: { scrape: 15s }\n", "", "scenario", "needs the key `telemetry`");
    check("scrape: 15s", "delay: 15s", "{ delay", "telemetry needs the key `scrape`");
    check("horizon: 1h", "horizon:", ":", "found nothing; a duration like");
    check("horizon: 1h", "horizon: [1h]", "[1h", "found a list; a duration like");
    check("subjects: { count: 100, surfaces: { web: 60%, ios: 40% } }\n", "", "scenario", "needs the key `subjects`");
    check("subjects: {", "approvals: {", "approvals", "not supported by this version of gatecrash yet");
    check("system:\n", "system:\n  desk: { reviews: { } }\n", "{ }", "reviews needs the key `after`");
    check("scenario: a", "policy: a", "policy", "this is a policy file");
    check("expect: rollback", "expect: rolback", "rolback", "unknown expectation `rolback`; did you mean `rollback`?");
}

#[test]
fn sizes() {
    check("horizon: 1h", "horizon: 0s", "0s", "longer than zero");
    check("horizon: 1h", "horizon: -5m", "-5m", "negative");
    check("horizon: 1h", "horizon: 11", "11", "is not a duration");
    check("horizon: 1h", "horizon: 4000d", "4000d", "over ten years");
    check("horizon: 1h", "horizon: .nan", ".nan", "not");
    check("horizon: 1h", "horizon: 1h\nwarmup: 2h", "2h", "`warmup` reaches the horizon");
    check("scrape: 15s", "scrape: 0s", "0s", "longer than zero");
    check("scrape: 15s", "scrape: 1us", "{ scrape", "samples until the horizon");
    check("count: 100", "count: 0", "0", "at least 1");
    check("count: 100", "count: 11_000_000", "11_000_000", "at most 10000000");
    check("count: 100", "count: 99999999999999999999999", "99999999999999999999999", "is not a whole number");
    check("count: 100", "count: -1", "-1", "is not a whole number");
    check("ios: 40%", "ios: 50%", "{ web", "the shares sum to 110.0%");
    check("web: 60%", "web: 160%", "160%", "over 100%");
    check("web: 60%", "web: -60%", "-60%", "negative");
    check("rate: 5/s", "rate: -5/s", "-5", "negative");
    check("rate: 5/s", "rate: 5", "5", "is not a rate");
    check("rate: 5/s", "rate: 1_000_000/s", "{ poisson", "requests: 3.6e9 until the horizon");
    check("rate: 5/s", "rate: 1e400", "1e400", "not");
    check("accept_rate: 50/s", "accept_rate: 0/s", "0", "above zero");
    check("exp(mean=1s)", "exp(mean=1s), servers: 0", "0", "at least 1");
}

#[test]
fn traffic() {
    check("poisson", "poison", "poison", "unknown traffic `poison`; did you mean `poisson`?");
    check("{ poisson: { rate: 5/s } }", "{ diurnal: { mean: 1/s, peak: 3x } }", "3x", "between 1x and 2x");
    check("{ poisson: { rate: 5/s } }", "{ bursty: { base: 1/s, burst: 5x, every: 10m } }", "{ base", "needs the key `for`");
    check("{ poisson: { rate: 5/s } }", "{}", "{", "one of poisson, diurnal");
    check("traffic: { poisson: { rate: 5/s } }\n", "", "runs", "nothing arrives at `runs`");
    check("{ rate: 5/s } }", "{ rate: 5/s }, diurnal: {} }", "diurnal", "a second traffic");
    check("horizon: 1h", "horizon: 1h\nassign: replica", "scenario", "needs the key `replicas`");
    check("horizon: 1h", "horizon: 1h\nwobble: { latency: 0.3 }", "{ latency", "wobble needs the key `correlation`");
    check("horizon: 1h", "horizon: 1h\noperators: { hours: weekends }", "weekends", "are no hours");
    check("horizon: 1h", "horizon: 1h\nsteering: { environments: { a: 50% } }", "{ a", "sum to 50.0%");
}

#[test]
fn systems() {
    check("exp(mean=1s)", "expo(mean=1s)", "expo(mean", "unknown distribution `expo`; did you mean `exp`?");
    check("exp(mean=1s)", "exp(mea=1s)", "exp(mea", "`exp` has no argument `mea`; did you mean `mean`?");
    check("exp(mean=1s)", "lognormal(median=2s)", "lognormal(median", "needs median and p95");
    check("service: exp(mean=1s)", "servers: 3", "{ servers", "calls needs the key `service`");
    check("service:", "servise:", "servise", "unknown key `servise` in calls; did you mean `service`?");
    check("exp(mean=1s)", "1s, cancel: 30%", "30%", "`cancel` needs the key `cancel_latency`");
    check("exp(mean=1s)", "1s, retry: { attempts: 0, backoff: none }", "0", "at least 1");
    check(
        "exp(mean=1s)",
        "1s, retry: { attempts: 3, backoff: ful_jitter(base=1s cap=2s) }",
        "ful_jitter(base",
        "did you mean `full_jitter`?",
    );
    check(
        "after: runs",
        "after: rums",
        "rums",
        "names no component of kind calls, reviews or checks: `rums`; did you mean `runs`?",
    );
    check("calls:", "callz:", "callz", "did you mean `calls`?");
    check("sockets:", "telemetry:", "telemetry", "has a meaning of its own");
    check("sockets:", "so.ck:", "so.ck", "cannot name a component");
    check("exp(mean=1s)", "1s, marks: { errors: 1% }", "errors", "is a signal or knob of calls already");
    check(
        "exp(mean=1s)",
        "1s, marks: { m: { base: 1%, surface: { io: 2% } } }",
        "io",
        "there is no surface `io`; did you mean `ios`?",
    );
    check("exp(mean=1s)", "1s, marks: { m: { surface: { ios: 2% } } }", "{ surface", "needs the key `base`");
}

#[test]
fn objectives_and_faults() {
    check("runs.latency <= 5s", "runs.latncy <= 5s", "runs.latncy", "`runs` has no signal `latncy`; did you mean `latency`?");
    check("runs.latency <= 5s", "rums.latency <= 5s", "rums.latency", "unknown component `rums`; did you mean `runs`?");
    check("runs.latency <= 5s", "runs.latency", "runs.latency", "is not an objective");
    check("runs.latency <= 5s", "runs.latency <= 5", "runs.latency", "is not a duration");
    check("runs.latency <= 5s", "runs.errors == 5s", "runs.errors", "is not a number");
    check("runs.latency <= 5s", "runs.queue <= 5", "runs.queue", "is a level");
    check("error_burst", "eror_burst", "eror_burst", "unknown fault `eror_burst`; did you mean `error_burst`?");
    check("at: 10m", "on: canary", "{ fault", "a fault needs the key `at`");
    check("at: 10m", "at: { after: 3m }", "{ after", "an onset needs the key `stage`");
    check("at: 10m", "at: 10m, by: fast", "fast", "`fast` does not fit this knob; write it like 2x, +2%");
    check("at: 10m", "at: 10m, by: 120%", "120%", "does not fit");
    check("at: 10m", "at: 10m, on: all", "all", "unknown arm `all`");
    check("at: 10m", "at: 10m, shape: ramp", "ramp", "needs its size");
    check("at: 10m", "at: 10m, shape: { pulse: { every: 1m, for: 2m } }", "{ every", "never ends");
    check("at: 10m", "at: 10m, where: { surface: tv }", "tv", "there is no surface `tv`");
    check("at: 10m", "at: 10m, where: { planet: mars }", "planet", "no attribute or label `planet`");
    check("at: 10m", "at: 10m, component: tickets", "tickets", "bends no knob of effects");
    check(
        "fault: error_burst",
        "bend: { runs.error_rat: +2% }",
        "runs.error_rat",
        "`runs` has no knob `error_rat`; did you mean `error_rate`?",
    );
    check(
        "fault: error_burst",
        "bend: { run.error_rate: +2% }",
        "run.error_rate",
        "unknown component `run`; did you mean `runs`?",
    );
    check("fault: error_burst", "bend: { runs.latency: 2% }", "2%", "write it like 6x, +200ms");
    check("fault: error_burst", "bend: {}", "{", "bends at least one knob");
    check("fault: error_burst, ", "", "{ at", "needs the key `fault`");
}

#[test]
fn a_preset_needs_its_kind() {
    let text = GOOD.replace("  sockets: { connections: { accept_rate: 50/s } }\n", "").replace("error_burst", "reconnect_storm");
    let message = scenario_from_text("a.yaml", text.as_bytes()).map(|_| ()).unwrap_err().to_string();
    assert!(message.contains("needs a component of kind connections, and this system has none"), "{message}");
}

#[test]
fn policies_by_name() {
    check("expect: rollback", "expect: rollback\npolicy: carefull", "carefull", "did you mean `careful`?");
    let with_path = GOOD.replace("expect: rollback", "expect: rollback\npolicy: mine.yaml");
    let loaded = scenario_from_text("/some/where/a.yaml", with_path.as_bytes()).unwrap();
    assert_eq!(loaded.policy.as_deref(), Some("/some/where/mine.yaml"));
}

#[test]
fn files_that_are_none() {
    let folder = std::env::temp_dir().join(format!("gatecrash-files-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let message = |name: &str, bytes: Option<&[u8]>| {
        let path = folder.join(name);
        if let Some(bytes) = bytes {
            std::fs::write(&path, bytes).unwrap();
        }
        load_scenario(&path.to_string_lossy()).map(|_| ()).unwrap_err().to_string()
    };
    assert!(message("none.yaml", None).contains("none.yaml: no such file; check the path"));
    assert!(message("empty.yaml", Some(b"")).contains("empty.yaml:1:1: the file is empty; begin it with"));
    assert!(message("comment.yaml", Some(b"# nothing\n")).contains("the file is empty"));
    assert!(message("list.yaml", Some(b"- a\n")).contains("found a list; a scenario, as a map"));
    assert!(message("text.yaml", Some(b"hello\n")).contains("found `hello`; a scenario, as a map"));
    assert!(message("latin.yaml", Some(b"scenario: caf\xe9\n")).contains("latin.yaml:1:14: byte 14 is not UTF-8"));
    let noise: Vec<u8> = (0..10_000_000u64).map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect();
    assert!(message("noise.yaml", Some(&noise)).contains("the most is 4 MB"));
    assert!(message("small-noise.yaml", Some(&noise[..100_000])).contains("small-noise.yaml"));
    std::fs::create_dir_all(folder.join("folder.yaml")).unwrap();
    assert!(message("folder.yaml", None).contains("this is a directory"));
    std::fs::remove_dir_all(folder).unwrap();
}
