//! What is recommended, in every form.

use super::*;

#[test]
fn the_answer_and_all_that_goes_with_it() {
    let folder = worlds();
    let files = "--html t.html --svg t.svg --csv t.csv --out better.yaml";
    let ran = run(folder.path(), &format!("{SEARCH} {LIMITS} {files}"));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "nothing to warn of, and no bar without a terminal");
    let verdict = ran.out.lines().last().unwrap();
    assert!(verdict.starts_with("recommended: gates.latency.limit="), "{}", ran.out);
    assert!(ran.out.starts_with("--- p.yaml\n+++ better.yaml\n@@ "), "the diff comes first: {}", ran.out);
    assert!(written(&folder, "t.html").starts_with("<!") && written(&folder, "t.svg").starts_with("<svg"));
    assert!(written(&folder, "t.csv").starts_with("candidate,is_current,"));
    assert!(!folder.path().join("cache/gatecrash").read_dir().unwrap().any(|_| true), "the journal has gone");

    let better = written(&folder, "better.yaml");
    let differ: Vec<_> = POLICY.lines().zip(better.lines()).filter(|(old, new)| old != new).collect();
    let [(old, new)] = differ[..] else { panic!("one line has changed: {differ:?}") };
    let limit = verdict.split(['=', ':']).nth(2).unwrap();
    assert_eq!(old.replace("20s", limit), new);
    assert_eq!(better.lines().count(), POLICY.lines().count());
}

#[test]
fn every_form_says_the_same() {
    let folder = worlds();
    let out = |format: &str| run(folder.path(), &format!("{SEARCH} {LIMITS} --csv t.csv --format {format}")).ok();
    let verdict = out("text").lines().last().unwrap().to_string();
    let markdown = out("markdown");
    let plain = |text: &str| text.replace(['*', '\\'], "");
    assert_eq!(plain(markdown.lines().last().unwrap()), plain(&verdict));
    assert!(markdown.contains("| world | policy | caught |"), "{markdown}");
    assert_eq!(out("csv"), written(&folder, "t.csv"));
    let csv = out("csv");
    let recommended = csv.lines().find(|line| line.contains(",slow,") && line.split(',').nth(2) == Some("true")).unwrap();
    let json: Value = serde_json::from_str(&out("json")).unwrap();
    assert_eq!(recommended.split(',').next().unwrap(), json["winner"]["index"].to_string());
}

#[test]
fn keep_yours_is_your_file() {
    let folder = worlds();
    let ran = run(folder.path(), &format!("{SEARCH} --vary gates.latency.limit=25s,30s --out same.yaml"));
    assert!(ran.out.lines().last().unwrap().starts_with("keep yours: "), "{}", ran.out);
    assert_eq!(written(&folder, "same.yaml"), POLICY);
    assert!(!ran.out.contains("+++"), "there is no diff: {}", ran.out);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[test]
fn threads_and_repetition_change_nothing() {
    let folder = worlds();
    let out = |jobs: &str| run(folder.path(), &format!("{SEARCH} {LIMITS} --format json --jobs {jobs}")).ok();
    let alone = out("1");
    assert_eq!(alone, out("2"));
    assert_eq!(alone, out("1"));
}

#[test]
fn candidates_score_together_as_alone() {
    let folder = worlds();
    let dials = ["gates.latency.limit=5s,9s", "gates.errors.min_samples=10,40", "stages.canary.soak=6m,8m"];
    let search = |dials: &[String]| json(folder.path(), &format!("{SEARCH} --vary {}", dials.join(" --vary ")));
    let together = search(&dials.map(String::from));
    let candidates = together["candidates"].as_array().unwrap();
    assert_eq!(candidates.len(), 9, "all combinations, and the policy as written");
    for candidate in candidates.iter().take(8).step_by(3) {
        let value = |dial: &&str| {
            let path = dial.split('=').next().unwrap();
            format!("{path}={}", candidate["values"][path].as_str().unwrap())
        };
        let alone = search(&dials.iter().map(value).collect::<Vec<_>>());
        assert_eq!(alone["candidates"][0]["values"], candidate["values"]);
        assert_eq!(alone["candidates"][0]["scores"], candidate["scores"]);
    }
}

/// The fresh scores are those that `score` gives the written file on the same seeds.
#[test]
fn the_winner_scores_as_it_says() {
    let folder = worlds();
    let report = json(folder.path(), &format!("{SEARCH} {LIMITS} --out better.yaml"));
    let winner = &report["winner"];
    let args = format!("--trials {} --seed {}", winner["trials"], winner["fresh_seed"]);
    let score = format!("score --policy better.yaml --scenario slow.yaml --scenario fine.yaml {args}");
    let rows = json(folder.path(), &score)["rows"].clone();
    assert_eq!(rows.as_array().unwrap()[..], winner["rows"].as_array().unwrap()[..2]);
    assert_ne!(winner["fresh_seed"], report["seed"]);
}

/// A policy that lets everybody in as soon as the canary stage is over: what that stage misses is missed.
const TINY: &str = "\
policy: p
round: 1m
gates:
  latency: { check: p95(api.latency) <= 5s, min_samples: 5, rule: { exceedance: { alpha: 1% } } }
stages:
  - { name: canary, cohort: 5%, soak: 4m }
  - { name: everyone, cohort: 100%, soak: 0s }
";

#[test]
fn the_impossible_says_what_it_would_take() {
    let folder = folder(&[("p.yaml", TINY), ("slow.yaml", SLOW), ("fine.yaml", FINE)]);
    let search = format!("{SEARCH} --trials 60 --min-detection 85% --vary gates.latency.limit=5s,6s").replace("--trials 20 ", "");
    let ran = run(folder.path(), &format!("{search} --out better.yaml"));
    assert_eq!(ran.code, 1, "{}", ran.err);
    let verdict = ran.out.lines().last().unwrap();
    assert!(
        verdict.starts_with("nothing that was tried is shown to meet at most 20% false rollbacks and at least 85%"),
        "{verdict}"
    );
    assert!(verdict.contains(": ask for at least ") && verdict.contains(" detection instead of 85% (slow, with "), "{verdict}");
    for part in ["or take stages.canary.soak ", " instead of 4m (", "or take stages.canary.cohort ", " instead of 5% ("] {
        assert!(verdict.contains(part), "{verdict}");
    }
    assert!(ran.err.contains("`better.yaml` is not written") && !folder.path().join("better.yaml").exists(), "{}", ran.err);

    let report = json(folder.path(), &search);
    assert_eq!((&report["advice"], &report["winner"]), (&"impossible".into(), &Value::Null));
    for way in report["would_take"].as_array().unwrap() {
        let [path, now, to] = ["path", "now", "to"].map(|key| way[key].as_str().unwrap());
        let part = path.rsplit('.').next().unwrap();
        let longer = TINY.replacen(&format!("{part}: {now}"), &format!("{part}: {to}"), 1);
        assert_ne!(longer, TINY);
        std::fs::write(folder.path().join("longer.yaml"), longer).unwrap();
        let score = "score --policy longer.yaml --scenario slow.yaml --scenario fine.yaml --trials 200 --seed 5000";
        let rows = json(folder.path(), score)["rows"].clone();
        // 60 trials have shown it with a margin of 0.84 standard errors: other seeds bear that out within theirs.
        assert!(rows[0]["detection_rate"]["high"].as_f64().unwrap() >= 0.85, "{path}={to}: {}", rows[0]);
        assert!(rows[1]["false_rollback_rate"]["low"].as_f64().unwrap() <= 0.2, "{path}={to}: {}", rows[1]);
    }
}

#[test]
fn candidates_may_be_ranked_by_cost() {
    let folder = worlds();
    let search = |cost: &str, rate: &str| {
        let line = "tune p.yaml --scenario slow.yaml --scenario fine.yaml --trials 20";
        format!("{line} {LIMITS} --cost {cost} --breach-rate {rate}")
    };
    // Where a rollback is free, the strictest is the best of all; where harm is next to free and rare, the laxest is.
    let strict = json(folder.path(), &search("harm=1", "50%"));
    let costs = |report: &Value| -> Vec<f64> {
        report["candidates"].as_array().unwrap().iter().map(|c| c["scores"]["cost"].as_f64().unwrap()).collect()
    };
    assert_eq!((&strict["ranked_by"], &strict["winner"]["values"]["gates.latency.limit"]), (&"cost".into(), &"4s".into()));
    assert!(costs(&strict).windows(2).all(|pair| pair[0] < pair[1]), "{:?}", costs(&strict));
    let lax = json(folder.path(), &search("harm=0.01,rollback=500", "1%"));
    assert_eq!(lax["advice"], "keep");
    // Half of all rollouts are healthy, and of these as many are rolled back as it says.
    let scores = &strict["winner"]["scores"];
    let [caught, wrong] = ["detection_rate", "false_rollback_rate"].map(|rate| scores[rate]["value"].as_f64().unwrap());
    assert!((scores["share_real"].as_f64().unwrap() - caught / (caught + wrong)).abs() < 1e-5, "{scores}");
    let text = run(folder.path(), &search("harm=1,rollback=1,delay=1/h", "50%")).ok();
    assert!(text.contains("of all rollbacks, those that would be for a breach: recommended "), "{text}");
    assert!(text.lines().last().unwrap().contains("expected cost of a rollout"), "{text}");
}

#[cfg(feature = "parquet")]
#[test]
fn the_rows_are_written_as_parquet() {
    let folder = worlds();
    run(folder.path(), &format!("{SEARCH} {LIMITS} --parquet t.parquet")).ok();
    let bytes = std::fs::read(folder.path().join("t.parquet")).unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    let text = String::from_utf8_lossy(&bytes);
    assert!(["candidate", "false_rollback_rate_high", "gates.latency.limit", "12s"].iter().all(|word| text.contains(word)));
}
