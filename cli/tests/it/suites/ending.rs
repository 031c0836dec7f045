//! How it ends, and what was selected.

use super::{checked, json, small, test};
use crate::support::gatecrash;

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default()
}

#[test]
fn the_exit_code_says_how_it_ended() {
    let folder = small(&[]);
    let passed = test(&folder, &["suite.yaml", "--filter", "burst"]);
    assert_eq!((passed.code, last_line(&passed.out)), (0, "Passed: 2 expectations; 20 trials."), "{}", passed.err);
    let failed = test(&folder, &["suite.yaml"]);
    assert_eq!(failed.code, 1);
    assert!(last_line(&failed.out).starts_with("Failed: 2 of 5 expectations; 2 passed, 1 undecided;"), "{}", failed.out);
    let open = test(&folder, &["suite.yaml", "--filter", "near"]);
    assert_eq!((open.code, last_line(&open.out)), (3, "Undecided: 1 of 1 expectation; 0 passed; 20 trials."));
    let warned = test(&folder, &["suite.yaml", "--filter", "near", "--undecided", "warn"]);
    assert_eq!((warned.code, last_line(&warned.out)), (0, last_line(&open.out)));
    assert_eq!(test(&folder, &["suite.yaml", "--undecided", "warn"]).code, 1, "a failure stays one");
    for (args, code, says) in [
        (&["nowhere.yaml"][..], 2, "nowhere.yaml"),
        (&["suite.yaml", "--filter", "nothing"], 4, "no suite, case, scenario or policy has nothing in its name"),
        (&["s.yaml"], 2, "this is a scenario file; a suite begins with `suite: name`"),
        (&["suite.yaml", "--junit", "no/where.xml"], 2, "cannot write `no/where.xml`"),
    ] {
        let ran = test(&folder, args);
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{args:?}: {}", ran.err);
        assert!(ran.err.contains(says), "{args:?}: {}", ran.err);
    }
    assert_eq!(gatecrash(&["test"]).code, 2, "a suite must be named");
}

#[test]
fn a_suite_without_cases_selects_nothing() {
    let folder = small(&[("empty.yaml", "suite: empty\ncases: []\n")]);
    let ran = test(&folder, &["empty.yaml"]);
    assert_eq!((ran.code, ran.out.as_str()), (4, ""));
    assert!(ran.err.contains("empty.yaml has no cases; add one"), "{}", ran.err);
}

#[test]
fn every_failure_is_reported_unless_the_first_is_enough() {
    let folder = small(&[("other.yaml", &super::SUITE.replace("min: 20, max: 20", "min: 20, max: 80"))]);
    let all = test(&folder, &["suite.yaml"]).out;
    assert_eq!(all.matches("FAIL time_to_detect.p50 <= 1s").count() + all.matches("FAIL caught_by(slow) >= 90%").count(), 2);
    let first = test(&folder, &["other.yaml", "--fail-fast"]);
    assert_eq!(first.code, 1);
    assert!(last_line(&first.out).contains("ended early, the rest was not judged"), "{}", first.out);
    assert!(first.out.contains("  -    near: s x p, 20 trials: not judged"), "{}", first.out);
}

#[test]
fn several_suites_are_one_report_and_a_filter_is_of_any_name() {
    let other = "suite: second\ntrials: { max: 20 }\ncases:\n  - { scenario: ./s.yaml, expect: missed <= 50% }\n";
    let folder = small(&[("second.yaml", other)]);
    let report = json(&folder, &["suite.yaml", "second.yaml"]);
    assert_eq!(report["suites"].as_array().map(Vec::len), Some(2));
    assert_eq!(checked(&report).len(), 6);
    assert_eq!(report["trials"], 40, "the same trials serve both");
    assert_eq!(checked(&json(&folder, &["suite.yaml", "second.yaml", "--filter", "second"])).len(), 1);
    assert_eq!(checked(&json(&folder, &["suite.yaml", "--filter", "burst", "--filter", "near"])).len(), 3);
}

#[test]
fn a_list_plays_nothing() {
    let folder = small(&[]);
    let ran = test(&folder, &["suite.yaml", "--list"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.starts_with("suite.yaml:7 s x p: detection_rate >= 50% (20 to 20 trials)\n"), "{}", ran.out);
    assert_eq!(last_line(&ran.out), "5 expectations of 3 cases; nothing was played.");
}

#[test]
fn a_suite_that_never_sees_data_is_undecided_and_says_why() {
    let suite = "suite: silent\ntrials: { min: 10, max: 20 }\ncases:\n  - scenario: ./silent.yaml\n    policy: ./p.yaml\n    \
expect: [ false_rollback_rate <= 50%, true_promote_rate >= 1%, harmed.mean <= 100, harmed.max <= 0 ]\n";
    // Nothing arrives; or never enough.
    let greedy = super::POLICY.replace("min_samples: 20", "min_samples: 100000");
    let unreachable = suite.replace("./p.yaml", "./greedy.yaml").replace("./silent.yaml", "./calm.yaml");
    let calm = super::SILENT.replace(", loss: 100%", "");
    let folder = small(&[("silent-suite.yaml", suite), ("greedy.yaml", &greedy), ("g.yaml", &unreachable), ("calm.yaml", &calm)]);
    for (file, why) in [("silent-suite.yaml", "no-data"), ("g.yaml", "gate errors: inconclusive")] {
        let ran = test(&folder, &[file]);
        assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
        assert_eq!(last_line(&ran.out), "Undecided: 4 of 4 expectations; 0 passed; 20 trials.");
        assert_eq!(ran.out.matches("all 20 trials say nothing: ").count(), 4, "{}", ran.out);
        assert!(ran.out.contains(why), "{}", ran.out);
    }
}

#[test]
fn what_cannot_be_judged_is_refused_where_it_stands() {
    let with = |expectation: &str| super::SUITE.replace("detection_rate >= 50%", expectation);
    for (expectation, says) in [
        ("detektion_rate >= 50%", "`detektion_rate` is not a score; did you mean `detection_rate`?"),
        ("true_promote_rate >= 50%", "is of scenarios that expect a promotion, and this one expects a rollback"),
        ("caught_by(erors) >= 50%", "the policy has no gate `erors`; did you mean `errors`?"),
        ("recovery.p59 <= 5m", "`p59` is not a number of many trials"),
        ("missed == 0%", "compare by <=, >=, < or >"),
    ] {
        let folder = small(&[("bad.yaml", &with(expectation))]);
        let ran = test(&folder, &["bad.yaml"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{expectation}");
        assert!(ran.err.contains("bad.yaml:7:") && ran.err.contains(says) && ran.err.contains('^'), "{}", ran.err);
    }
}

#[test]
fn the_threads_do_not_show() {
    let folder = small(&[]);
    let bytes = |jobs: &str, format: &str| {
        let ran = test(&folder, &["suite.yaml", "--jobs", jobs, "--format", format, "--junit", "j.xml"]);
        (ran.out, std::fs::read_to_string(folder.path().join("j.xml")).expect("it was written"))
    };
    for format in ["text", "json", "markdown", "github"] {
        assert_eq!(bytes("1", format), bytes("2", format), "{format}");
    }
}

/// Whoever has had enough gets what was decided: here the first look of the quick case, while the slow one has many to go.
#[cfg(unix)]
#[test]
fn an_interrupt_reports_what_was_decided() {
    use std::process::{Command, Stdio};
    // So near to what is true (4 of 640 are missed) that it takes many thousand trials to tell.
    let slow = super::SUITE.replace("min: 20, max: 20", "min: 20, max: 1_000_000").replace(">= 99.9%", ">= 99.4%");
    let folder = small(&[("slow.yaml", &slow)]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_gatecrash"));
    let child = child.current_dir(folder.path()).args(["test", "slow.yaml", "--jobs", "1"]);
    let child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("there is `kill`");
    assert!(killed.success(), "a million trials take longer than that");
    let output = child.wait_with_output().expect("it ends");
    let out = String::from_utf8(output.stdout).expect("results are UTF-8");
    assert_eq!(output.status.code(), Some(1), "what failed before has failed: {out}");
    assert!(last_line(&out).starts_with("Failed: 2 of 4 expectations; 2 passed;"), "{out}");
    assert!(last_line(&out).contains("ended early, the rest was not judged"), "{out}");
}
