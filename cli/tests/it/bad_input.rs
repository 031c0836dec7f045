//! Whatever is wrong with what the user gives: exit code 2, where it is, what was found, what to do; nothing on stdout.

use crate::support::{Ran, folder, gatecrash, gatecrash_in};

const SCENARIO: &str = "\
scenario: s
policy: p.yaml
expect: rollback
horizon: 1h
subjects: { count: 200, surfaces: { web: 60%, ios: 40% } }
traffic: { poisson: { rate: 1/s } }
system:
  runs: { calls: { service: exp(mean=1s), errors: 1% } }
telemetry: { scrape: 15s, delay: 20s }
objectives: [ runs.errors == 0 ]
faults: [ { fault: error_burst, at: 10m } ]
";
const POLICY: &str = "\
policy: p
round: 1m
gates:
  errors: { check: ratio(runs.errors / runs.outcomes) <= 2% over 5m, rule: exceedance, min_samples: 20 }
stages:
  - { name: canary, cohort: 5%, soak: 10m }
  - { name: everyone, cohort: 100%, soak: 5m }
rollback: { validate: { gates: [errors], clean_for: 1m } }
";

fn refused(ran: &Ran, says: &[&str]) {
    assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
    assert_eq!(ran.out, "", "an error leaves stdout empty");
    assert!(ran.err.starts_with("error: "), "{}", ran.err);
    for part in says {
        assert!(ran.err.contains(part), "`{part}` is not in:\n{}", ran.err);
    }
    assert!(ran.err.lines().all(|line| line.chars().count() <= 2_000), "a message is for people");
}

/// Replaces a part of the two files and expects a message that points at `place` in the file that has it.
fn check(from: &str, to: &str, place: &str, says: &str) {
    let change = |text: &str| text.replacen(from, to, 1);
    let (scenario, policy) = (change(SCENARIO), change(POLICY));
    let (name, text) = if scenario != SCENARIO { ("s.yaml", &scenario) } else { ("p.yaml", &policy) };
    assert!(scenario != SCENARIO || policy != POLICY, "`{from}` stands in neither file");
    let (line, column) = text.lines().enumerate().find_map(|(i, line)| Some((i + 1, line.find(place)? + 1))).expect("the place");
    let folder = folder(&[("s.yaml", &scenario), ("p.yaml", &policy)]);
    for command in [["run", "s.yaml"].as_slice(), &["score", "--scenario", "s.yaml", "--trials", "1"]] {
        let ran = gatecrash_in(folder.path(), command);
        refused(&ran, &[&format!("{name}:{line}:{column}: "), says]);
        assert!(ran.err.contains('^'), "the line is shown: {}", ran.err);
    }
}

#[test]
fn the_files_are_good_until_they_are_changed() {
    let folder = folder(&[("s.yaml", SCENARIO), ("p.yaml", POLICY)]);
    let ran = gatecrash_in(folder.path(), &["run", "s.yaml"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    check("horizon", "horizn", "horizn", "unknown key `horizn` in a scenario; did you mean `horizon`?");
    check("min_samples", "min_sample", "min_sample", "did you mean `min_samples`?");
    check("ratio(runs.errors", "ratio(runs.erors", "ratio(runs.erors", "did you mean `errors`?");
    check("fault: error_burst", "fault: error_brust", "error_brust", "unknown fault `error_brust`; did you mean `error_burst`?");
    check(
        "fault: error_burst",
        "bend: { runs.error_rat: +2% }",
        "runs.error_rat",
        "has no knob `error_rat`; did you mean `error_rate`?",
    );
    check("gates: [errors]", "gates: [error]", "error]", "unknown gate `error`; did you mean `errors`?");
    check("rule: exceedance", "rule: excedance", "excedance", "unknown rule `excedance`; did you mean `exceedance`?");
    check("policy: p.yaml", "policy: carefull", "carefull", "no built-in policy `carefull`; did you mean `careful`?");
    check("calls:", "cals:", "cals", "did you mean `calls`?");
    check(
        "at: 10m",
        "at: { stage: canry }",
        "{ stage",
        "begins by the stage `canry`, which the policy p.yaml does not have; its stages are: canary",
    );
}

#[test]
fn sizes_have_units_and_ranges() {
    check("horizon: 1h", "horizon: 1 parsec", "1 parsec", "is not a duration");
    check("scrape: 15s", "scrape: 15", "15,", "`15` is not a duration; write it like 250ms, 5s, 1h 30m or 7d");
    check("rate: 1/s", "rate: 1", "1 }", "rate");
    check("web: 60%", "web: 70%", "{ web", "the shares sum to 110.0%");
    check("cohort: 5%", "cohort: 120%", "120%", "100%");
    check("errors: 1%", "errors: 101%", "101%", "100%");
    check("over 5m", "over 5s", "ratio", "15s");
    check("round: 1m", "round: 0s", "0s", "longer than zero");
}

#[test]
fn stages_grow_and_have_names_of_their_own() {
    check(
        "name: everyone, cohort: 100%",
        "name: everyone, cohort: 1%",
        "1%",
        "`everyone` is smaller than `canary` before it; stages grow",
    );
    check("name: everyone", "name: canary", "canary, cohort: 100%", "a second stage is called `canary`; choose another name");
}

#[test]
fn what_is_no_file_of_ours() {
    let noise: Vec<u8> = (0..10_000_000u64).map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect();
    let folder = folder(&[("empty.yaml", ""), ("s.yaml", SCENARIO), ("p.yaml", POLICY)]);
    std::fs::write(folder.path().join("noise.yaml"), &noise).unwrap();
    std::fs::write(folder.path().join("some-noise.yaml"), &noise[..1_000_000]).unwrap();
    std::fs::create_dir(folder.path().join("folder.yaml")).unwrap();
    for (name, says) in [
        ("none.yaml", "no such file"),
        ("empty.yaml", "the file is empty"),
        ("folder.yaml", "this is a directory; name a YAML file in it"),
        ("noise.yaml", "the most is 4 MB"),
        ("some-noise.yaml", "is not UTF-8; save the file as UTF-8 text"),
        ("no-such-name", "no built-in"),
    ] {
        let named = format!("error: {name}");
        refused(&gatecrash_in(folder.path(), &["run", name, "--policy", "careful"]), &[&named, says]);
        refused(&gatecrash_in(folder.path(), &["run", "s.yaml", "--policy", name]), &[&named, says]);
        refused(&gatecrash_in(folder.path(), &["score", "--scenario", name]), &[&named, says]);
    }
    refused(&gatecrash_in(folder.path(), &["run", "p.yaml"]), &["p.yaml:1:1: this is a policy file"]);
    refused(&gatecrash_in(folder.path(), &["run", "s.yaml", "--policy", "s.yaml"]), &["s.yaml:1:1: this is a scenario file"]);
}

const ROWS: &str = "t,k,n\n1700000000,a,10\n1700000001,b,20\n1700000002,a,30\n";

#[test]
fn recorded_traffic_that_cannot_be_read() {
    let noise: Vec<u8> = (0..10_000_000u64).map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect();
    let cases: [(&str, &[u8], &str, &[&str]); 9] = [
        ("rows.csv", ROWS.as_bytes(), "time: tt", &["no column `tt` in the file"]),
        ("rows.csv", ROWS.as_bytes(), "time: t, key: nobody", &["no column `nobody` in the file"]),
        ("rows.csv", ROWS.as_bytes(), "time: { column: t, zone: Mars }", &["unknown time zone `Mars`", "UTC"]),
        ("rows.csv", b"", "time: t", &["`rows.csv` is empty; its first row must name the columns"]),
        ("rows.csv", b"t,k\n", "time: t", &["there are no rows"]),
        ("rows.csv", b"t,k\n1700000000,a\nx\n\"y\n", "time: t", &["do not fit", "line 3"]),
        ("rows.csv", &noise, "time: t", &["no column `t` in the file"]),
        ("other.csv", ROWS.as_bytes(), "time: t", &["`rows.csv`: no such file"]),
        ("rows.csv/x", b"", "time: t", &["`rows.csv` is a directory; name a CSV file in it"]),
    ];
    for (name, bytes, keys, says) in cases {
        let recorded = SCENARIO
            .replace("poisson: { rate: 1/s }", &format!("recorded: {{ file: rows.csv, {keys} }}"))
            .replace("subjects: { count: 200, surfaces: { web: 60%, ios: 40% } }\n", "");
        let folder = folder(&[("s.yaml", &recorded), ("p.yaml", POLICY)]);
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        refused(&gatecrash_in(folder.path(), &["run", "s.yaml"]), &[&["error: s.yaml:5:"], says].concat());
    }
}

#[test]
fn rows_that_do_not_fit_are_counted_aloud() {
    let recorded = SCENARIO
        .replace("poisson: { rate: 1/s }", "recorded: { file: rows.csv, time: t, key: k }")
        .replace("subjects: { count: 200, surfaces: { web: 60%, ios: 40% } }\n", "");
    let rows: String = (0..300).map(|i| format!("{},s{}\n", 1_700_000_000 + 10 * i, i % 9)).collect();
    let csv = format!("t,k\n{rows}yesterday,s1\n1700000001\n");
    let folder = folder(&[("s.yaml", &recorded), ("p.yaml", POLICY), ("rows.csv", &csv)]);
    let ran = gatecrash_in(folder.path(), &["run", "s.yaml"]);
    assert!(ran.err.lines().all(|line| line.starts_with("warning: s.yaml: ")), "{}", ran.err);
    assert!(ran.err.contains("line 302") && ran.err.contains("line 303"), "{}", ran.err);
    assert!(ran.ok().contains("302 rows read, 300 used; 1 dropped"));
}

#[test]
fn flags_that_make_no_sense() {
    let cases: [(&[&str], &str); 16] = [
        (&[], "Usage: gatecrash"),
        (&["frobnicate"], "unrecognized subcommand"),
        (&["run"], "<SCENARIO>"),
        (&["run", "healthy-day", "--seed", "x"], "--seed"),
        (&["run", "healthy-day", "--seed", "-1"], "unexpected argument"),
        (&["run", "healthy-day", "--format", "xml"], "possible values: text, json"),
        (&["run", "healthy-day", "--severity", "2y"], "write it like 1.5x"),
        (&["score", "--trials", "0"], "1..=10000000"),
        (&["score", "--trials", "many"], "--trials"),
        (&["score", "--jobs", "0"], "1..=1024"),
        (&["score", "--severity", "1x,,2x"], "write it like 1.5x"),
        (&["score", "--wobble", "0,1x,2y"], "`2y` is not a multiple from 0x (no wobble) to 10x; write it like 2x"),
        (&["score", "--wobble", "-1"], "-1"),
        (&["score", "--scenario", "helthy-day"], "did you mean `healthy-day`?"),
        (&["score", "--scenario", "healthy-day", "--policy", "hsty"], "did you mean `hasty`?"),
        (&["list", "everything"], "possible values: scenarios"),
    ];
    for (args, says) in cases {
        let ran = gatecrash(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "gatecrash {}", args.join(" "));
        assert!(ran.err.contains(says), "gatecrash {}: {}", args.join(" "), ran.err);
    }
}
