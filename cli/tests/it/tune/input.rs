//! Whatever is wrong with what the user gives: exit code 2 before anything is played, what was found, what to do.

use super::*;

/// A command that is refused, and words of the message. Nothing is on stdout, and no journal was begun.
fn refused(folder: &TempDir, line: &str, says: &[&str]) {
    let ran = run(folder.path(), line);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{line}\n{}", ran.err);
    assert!(ran.err.starts_with("error: "), "{}", ran.err);
    for part in says {
        assert!(ran.err.contains(part), "{line}: `{part}` is not in:\n{}", ran.err);
    }
    assert!(ran.err.lines().all(|line| line.chars().count() <= 2_000), "a message is for people");
    assert!(!folder.path().join("cache").exists(), "it was refused before it began: {line}");
}

#[test]
fn paths_and_values() {
    let folder = worlds();
    for (vary, says) in [
        ("gates.latncy.limit=4s,8s", "`gates` has no `latncy`; did you mean `latency`?"),
        ("gates.latency.limt=4s,8s", "did you mean `limit`?"),
        ("gates.latency.limit", "there is no `=` in it; write it like"),
        ("gates.latency.limit=", "--vary gates.latency.limit="),
        ("gates.latency.limit=4s..4s", "both ends of the range are `4s`; give it as a value"),
        ("gates.latency.limit=8s..4s/1s", "begins above its end; write it as 4s..8s"),
        ("gates.latency.limit=4s..8s/0s", "leads nowhere; it must be above zero"),
        ("gates.latency.limit=4s..8s/9s", "longer than the range"),
        ("gates.latency.limit=4s,5%", "5%"),
        ("gates.latency.limit=1ms..2000s/1ms", "2000000 values, and 100000 are the most; take a longer step"),
        ("gates.latency.limit=1ms..30s/1ms", "30000 candidates (gates.latency.limit: 30000), and 20000 are the most"),
        ("gates.latency.rule=threshhold", "unknown rule `threshhold`; did you mean `threshold`?"),
        ("gates.errors.rule=threshold,two_proportion", "gates.errors.rule=two_proportion is not possible: p.yaml:6:"),
        ("gates.errors.rule=two_proportion", "ratio(..) or share(..) <= 1.5x stable"),
        ("gates.latency.window=5s,5m", "the window of 5s is shorter than a scrape of 15s"),
        ("stages.everyone.cohort=10%,100%", "`everyone` is smaller than `canary` before it; stages grow"),
        ("stages.canary.cohort=5%of", "5%of"),
        ("policy=q,r", "names stay as they are"),
    ] {
        refused(&folder, &format!("{SEARCH} --vary {vary}"), &[says]);
    }
    let billion = "--vary gates.latency.limit=1ms..1s/1ms --vary gates.errors.limit=0.01%..10%/0.01% --vary gates.errors.min_samples=1..1000/1";
    refused(&folder, &format!("{SEARCH} {billion}"), &["1000000000 candidates (", "20000 are the most: take larger steps"]);
    refused(&folder, &format!("{SEARCH} {LIMITS} {LIMITS}"), &["gates.latency.limit"]);
    refused(&folder, SEARCH, &["--vary <PATH=VALUES>"]);
}

#[test]
fn constraints() {
    let folder = worlds();
    let search = "tune p.yaml --scenario slow.yaml --scenario fine.yaml --trials 20";
    for (goal, says) in [
        ("--max-duration 5m", "the soaks alone add up to 9m: ask for more, or vary stages.NAME.soak"),
        ("--max-exposure 0", "every stage that shows the canary to somebody exposes requests: ask for more"),
        ("--max-exposure -1", "`-1` is not a number of requests; write it like 250"),
        ("--max-false-rollback 0%", "no number of trials shows that; ask for 0.1%"),
        ("--max-false-rollback 0.00001%", "take 7056000 trials of each candidate and scenario, and 1000000 are the most"),
        ("--max-false-rollback 1e-300", "1000000 are the most: ask for less"),
        ("--max-false-rollback 101%", "is not a rate from 0% to 100%"),
        ("--min-detection 100%", "no number of trials shows that; ask for 99%"),
        ("--detect-within 30s", "gates judge once in 1m"),
        ("--detect-within soon", "soon"),
        ("--cost harm=1", "--breach-rate <R>"),
        ("--breach-rate 5%", "--cost <"),
        ("--cost harms=1 --breach-rate 5%", "`harms` is no cost; there are harm, rollback and delay"),
        ("--cost harm=-1 --breach-rate 5%", "has no number of 0 or more"),
        ("--cost harm=1,harm=2 --breach-rate 5%", "harm is given twice"),
        ("--cost delay=2/y --breach-rate 5%", "write it like harm=1,rollback=500,delay=2/h"),
        ("--cost harm=0 --breach-rate 5%", "everything is free"),
        ("--severity big", "is not a size from 0x to 1000x"),
        ("--html nowhere/t.html", "its folder does not exist; give a path in a folder that exists"),
        ("--out .", "it is a folder"),
    ] {
        refused(&folder, &format!("{search} {LIMITS} {goal}"), &[says]);
    }
}

#[test]
fn policies_and_scenarios() {
    let folder = worlds();
    std::fs::write(folder.path().join("begun.yaml"), SLOW.replace("policy:", "begin: canry\npolicy:")).unwrap();
    for (line, says) in [
        ("tune nobody", "no built-in policy of this name; there are: careful"),
        ("tune nobody.yaml", "no such file"),
        ("tune p.yaml --scenario fine.yaml", "no scenario with a breach (expect: rollback)"),
        ("tune p.yaml --scenario slow.yaml --max-duration 1h", "--max-duration is held against healthy scenarios"),
        ("tune p.yaml --scenario slow.yaml --cost harm=1 --breach-rate 5%", "is held against healthy scenarios"),
        ("tune p.yaml --scenario slow.yaml --scenario slow.yaml", "two scenarios are called slow"),
        ("tune p.yaml --scenario slw.yaml", "slw.yaml: no such file"),
        ("tune p.yaml --scenario cancel-latency-spike", "unknown metric `api.latency`"),
        ("tune p.yaml --scenario begun.yaml", "the rollout begins with the stage `canry`, which the policy p.yaml does not have"),
    ] {
        refused(&folder, &format!("{line} {LIMITS}"), &[says]);
    }
}

#[test]
fn what_does_not_go_together_is_left_out() {
    let folder = worlds();
    let cohorts = "--vary stages.canary.cohort=20%,50% --vary stages.everyone.cohort=30%,100%";
    let ran = run(folder.path(), &format!("{SEARCH} {cohorts} --format json"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let first = "1 of 4 combinations are left out; the first (stages.canary.cohort=50%, stages.everyone.cohort=30%) since ";
    assert!(ran.err.starts_with(&format!("warning: {first}")), "{}", ran.err);
    assert!(ran.err.contains("`everyone` is smaller than `canary` before it; stages grow"), "{}", ran.err);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let of =
        |candidate: &Value| candidate["values"].as_object().unwrap().values().map(|v| v.as_str().unwrap().to_string()).collect();
    let values: Vec<Vec<String>> = report["candidates"].as_array().unwrap().iter().map(of).collect();
    assert_eq!(values, [["20%", "30%"], ["20%", "100%"], ["50%", "100%"]]);
    assert_eq!(report["current"]["index"], 1, "the policy as written is one of them");
    let none = "--vary gates.errors.rule=two_proportion --vary gates.latency.limit=4s,8s";
    let ran = run(folder.path(), &format!("{SEARCH} {none}"));
    assert!(
        ran.code == 2 && ran.err.starts_with("error: no policy can be made of these values; with gates.errors.rule=two_"),
        "{}",
        ran.err
    );
}

#[test]
fn soaks_beyond_the_horizon_are_told() {
    let folder = worlds();
    let ran = run(folder.path(), &format!("{SEARCH} --vary stages.canary.soak=6m,2h"));
    assert_eq!(
        ran.err,
        "warning: p.yaml: the soaks of all stages are longer than the horizon of fine.yaml (with 1 of 2 candidates)\n"
    );
    assert_eq!(ran.code, 0);
}
