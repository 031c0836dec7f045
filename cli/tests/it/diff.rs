//! `diff` as users type it, on a small policy in small worlds of its own.

use crate::support::{Ran, folder, gatecrash_in};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const SLOW: &str = "\
scenario: slow
expect: rollback
horizon: 1h
subjects: { count: 300 }
traffic: { poisson: { rate: 1/s } }
system:
  api: { calls: { service: lognormal(median=1s p95=3s), errors: 1% } }
telemetry: { scrape: 15s, delay: 10s }
objectives: [ api.latency <= 5s, api.errors == 0 ]
faults: [ { fault: latency_regression, by: 3x, at: { stage: canary, after: 1m } } ]
";
const FINE: &str = "\
scenario: fine
expect: promote
horizon: 1h
subjects: { count: 300 }
traffic: { poisson: { rate: 1/s } }
system:
  api: { calls: { service: lognormal(median=1s p95=3s), errors: 1% } }
telemetry: { scrape: 15s, delay: 10s }
objectives: [ api.latency <= 5s, api.errors == 0 ]
";
const POLICY: &str = "\
# Ours; see the wiki.
policy: p
round: 1m
gates:
  latency: { check: p95(api.latency) <= 6s over 5m, min_samples: 10 }
stages:
  - { name: canary, cohort: 20%, soak: 6m }
  - { name: everyone, cohort: 100%, soak: 3m }
rollback: { validate: { gates: [latency], clean_for: 1m } }
";

/// The policy, a lax edition of it, and two worlds.
fn worlds() -> TempDir {
    let lax = POLICY.replace("<= 6s", "<= 20s");
    folder(&[("p.yaml", POLICY), ("lax.yaml", &lax), ("slow.yaml", SLOW), ("fine.yaml", FINE)])
}

const BOTH: &str = "--scenario slow.yaml --scenario fine.yaml --trials 40";

/// Runs `gatecrash diff` there; none of our words has a space in it.
fn diff(folder: &Path, line: &str) -> Ran {
    gatecrash_in(folder, &format!("diff {line}").split_whitespace().collect::<Vec<_>>())
}

fn refused(ran: &Ran, code: i32, says: &str) {
    assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{}", ran.err);
    assert!(ran.err.contains(says), "`{says}` is not in:\n{}", ran.err);
}

#[test]
fn a_lax_limit_is_worse_and_a_strict_one_better() {
    let folder = worlds();
    let ran = diff(folder.path(), &format!("p.yaml lax.yaml {BOTH}"));
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let verdict = ran.out.lines().last().unwrap();
    assert!(verdict.starts_with("Worse: `lax.yaml` lowers detection_rate by ") && verdict.contains(" in slow"), "{verdict}");
    assert!(
        verdict.contains("; cause: gates.latency.limit 6s -> 20s. Replay: gatecrash run slow.yaml --policy lax.yaml --seed "),
        "{verdict}"
    );
    let back = diff(folder.path(), &format!("lax.yaml p.yaml {BOTH}"));
    assert_eq!(back.code, 0, "{}", back.out);
    assert!(back.out.lines().last().unwrap().starts_with("Better: `p.yaml` raises detection_rate by "), "{}", back.out);
    let tolerant =
        diff(folder.path(), &format!("p.yaml lax.yaml {BOTH} --tolerance 100% --tolerance harmed=1000% --tolerance rollout=0%"));
    assert!(tolerant.out.contains("worse within 100 points"), "{}", tolerant.out);
}

#[test]
fn what_plays_alike_is_not_played() {
    let folder = worlds();
    std::fs::write(folder.path().join("same.yaml"), POLICY.replace("soak: 6m", "soak:   360s").replace("# Ours", "# Mine"))
        .unwrap();
    for (new, how) in [("same.yaml", "differ in their text only"), ("p.yaml", "are the same")] {
        let ran = diff(folder.path(), &format!("p.yaml {new} --scenario slow.yaml --trials 100000"));
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(ran.out.starts_with("Same: ") && ran.out.contains(how) && ran.out.lines().count() == 1, "{}", ran.out);
    }
}

#[test]
fn threads_change_nothing() {
    let folder = worlds();
    let with = |jobs: u16| diff(folder.path(), &format!("p.yaml lax.yaml {BOTH} --format json --jobs {jobs}")).out;
    assert_eq!(with(1), with(5));
}

#[test]
fn json_keeps_to_its_schema() {
    let folder = worlds();
    let schema = include_str!("../../../reports/schemas/diff.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).expect("a JSON Schema");
    for line in
        [format!("p.yaml lax.yaml {BOTH}"), format!("p.yaml lax.yaml {BOTH} --severity 0,2x"), "p.yaml p.yaml".to_string()]
    {
        let out = diff(folder.path(), &format!("{line} --format json")).out;
        let mut value: Value = serde_json::from_str(&out).expect("JSON and nothing else");
        let wrong: Vec<String> = schema.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        value["verdict"] = "fine".into();
        assert!(!schema.is_valid(&value), "what is wrong is found");
    }
}

#[test]
fn each_severity_is_a_world_of_its_own() {
    let folder = worlds();
    let ran = diff(folder.path(), &format!("p.yaml lax.yaml {BOTH} --severity 1x,2x,2x --format json"));
    let value: Value = serde_json::from_str(&ran.out).unwrap();
    let worlds: Vec<_> = value["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| (w["scenario"].as_str().unwrap(), w["severity"].as_f64().unwrap()))
        .collect();
    assert_eq!(worlds, [("slow", 1.0), ("slow", 2.0), ("fine", 1.0)]);
}

#[test]
fn a_job_has_annotations_and_a_summary() {
    let folder = worlds();
    let run = |line: &str| {
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_gatecrash"));
        let args = format!("diff {line} --format github");
        let command = command.current_dir(folder.path()).env("GITHUB_STEP_SUMMARY", folder.path().join("summary.md"));
        String::from_utf8(command.args(args.split_whitespace()).output().unwrap().stdout).unwrap()
    };
    let out = run(&format!("p.yaml ./lax.yaml {BOTH}"));
    assert!(
        out.starts_with("::error file=lax.yaml,line=5,col=1,title=worse in slow::`./lax.yaml` lowers detection_rate"),
        "{out}"
    );
    assert!(out.lines().last().unwrap().starts_with("Worse: "), "{out}");
    run("p.yaml p.yaml");
    let summary = std::fs::read_to_string(folder.path().join("summary.md")).unwrap();
    assert!(
        summary.starts_with("### p.yaml -> ./lax.yaml\n\n**Worse: ") && summary.contains("### p.yaml -> p.yaml\n\n**Same: "),
        "{summary}"
    );
}

#[test]
fn bad_input_is_answered() {
    let folder = worlds();
    let ran = |line: &str| diff(folder.path(), line);
    refused(&ran("p.yaml carefull"), 2, "carefull: no built-in policy of this name; did you mean `careful`?");
    refused(&ran("p.yaml nowhere.yaml"), 2, "nowhere.yaml: no such file");
    refused(&ran("p.yaml slow.yaml"), 2, "this is a scenario file");
    refused(&ran("p.yaml lax.yaml --trials 1"), 2, "1 is not in 2..=100000");
    refused(&ran("p.yaml lax.yaml --tolerance 2"), 2, "no tolerance from 0% to 1000%; write it like 2%");
    refused(&ran("p.yaml lax.yaml --tolerance mised=2%"), 2, "no score is called `mised`");
    refused(&ran("p.yaml lax.yaml --scenario healthy-day"), 2, "api");
    refused(&ran("p.yaml lax.yaml --scenario slow.yaml --scenario slow.yaml"), 2, "two scenarios are called slow");
    refused(&ran("p.yaml lax.yaml"), 4, "no built-in scenario is left that both policies may play");
    refused(&ran("-x:p.yaml lax.yaml"), 2, "unexpected argument");
}

#[test]
fn scenarios_that_only_one_fits_are_named() {
    // Without a stage `canary`, which many faults wait for, and with a gate on what the recorded morning lacks.
    let own =
        POLICY.replace("name: canary", "name: some").replace("p95(api.latency) <= 6s over 5m", "count(tickets.duplicates) == 0");
    let folder = folder(&[("own.yaml", &own)]);
    let ran = diff(folder.path(), "careful own.yaml --trials 2 --format json");
    let value: Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {}", ran.err));
    let names = |key: &str| value[key].as_array().unwrap().iter().map(|it| it["scenario"].as_str().unwrap()).collect::<Vec<_>>();
    assert!(names("scenarios").contains(&"healthy-day") && names("left_out").contains(&"recorded-morning"), "{value}");
    assert!(names("scenarios").iter().all(|name| !names("left_out").contains(name)));
    let text = diff(folder.path(), "careful own.yaml --trials 2").out;
    assert!(text.contains("left out: own.yaml does not fit recorded-morning: unknown metric `tickets.duplicates`"), "{text}");
}

/// Runs git there, as nobody in particular; `None` where there is no git.
fn git(folder: &Path, args: &[&str]) -> Option<()> {
    let who =
        ["-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"];
    let output = Command::new("git").current_dir(folder).args(who).args(args).output().ok()?;
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(())
}

#[test]
fn a_revision_of_git_is_a_policy() {
    let folder = worlds();
    let here = folder.path();
    if git(here, &["init", "-q"]).is_none() {
        eprintln!("skipped: there is no git");
        return;
    }
    git(here, &["add", "-A"]).unwrap();
    git(here, &["commit", "-qm", "strict"]).unwrap();
    std::fs::copy(here.join("lax.yaml"), here.join("p.yaml")).unwrap();
    let ran = diff(here, &format!("HEAD:p.yaml p.yaml {BOTH}"));
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("gates.latency.limit  6s  ->  20s  (line 5)"), "{}", ran.out);
    let old = ran.out.lines().find_map(|line| line.trim().strip_prefix("old: ")).expect("a command");
    assert!(
        old.starts_with(
            "git show HEAD:p.yaml > ./gatecrash-old.yaml && gatecrash run slow.yaml --policy ./gatecrash-old.yaml --seed "
        ),
        "{old}"
    );
    works_as_pasted(here, old);
    let swapped = diff(here, &format!("p.yaml HEAD:./p.yaml {BOTH}"));
    assert_eq!(swapped.code, 0, "{}", swapped.out);
    std::fs::create_dir(here.join("d")).unwrap();
    std::fs::write(here.join("d/x.yaml"), "no: policy\n").unwrap();
    git(here, &["add", "-A"]).unwrap();
    git(here, &["commit", "-qm", "lax"]).unwrap();
    for (old, says) in [
        ("HEAD~9:p.yaml", "error: HEAD~9:p.yaml: git cannot show it: invalid object name 'HEAD~9'."),
        ("HEAD:q.yaml", "error: HEAD:q.yaml: git cannot show it: path 'q.yaml' does not exist in 'HEAD'"),
        ("HEAD:d", "error: HEAD:d: this is a folder; name a YAML file in it"),
        ("HEAD:", "a file of a git revision is written like HEAD~1:policies/x.yaml"),
        ("HEAD:d/x.yaml", "error: HEAD:d/x.yaml:1:1: "),
    ] {
        refused(&diff(here, &format!("{old} p.yaml {BOTH}")), 2, says);
    }
}

#[cfg(unix)]
fn works_as_pasted(folder: &Path, command: &str) {
    let bin = Path::new(env!("CARGO_BIN_EXE_gatecrash")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh").current_dir(folder).env("PATH", path).args(["-c", command]).output().unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("slow"));
}

#[cfg(not(unix))]
fn works_as_pasted(_: &Path, _: &str) {}

#[test]
fn without_a_repository_a_revision_is_nothing() {
    let folder = worlds();
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_gatecrash"));
    let command = command.current_dir(folder.path()).args(["diff", "HEAD:p.yaml", "p.yaml"]);
    let output = command.env("GIT_CEILING_DIRECTORIES", folder.path().parent().unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("error: HEAD:p.yaml: git") && said.lines().count() == 1, "{said}");
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_gatecrash"));
    let output = command.current_dir(folder.path()).env("PATH", "").args(["diff", "HEAD:p.yaml", "p.yaml"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains("git, which reads revisions, cannot be started"), "{said}");
}
