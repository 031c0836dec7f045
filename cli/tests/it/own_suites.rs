//! The project's own suites, `suites/*.yaml`: they can be read, they speak of every gate, and they notice one that is gone.

use crate::support::{folder, gatecrash, gatecrash_in};
use gatecrash_scenarios::{load_policy, load_suite, runbook_policies};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn suite(policy: &str) -> String {
    root().join(format!("suites/{policy}.yaml")).to_str().expect("the path is UTF-8").to_string()
}

#[test]
fn every_suite_can_be_read() {
    let files = fs::read_dir(root().join("suites")).expect("the suites stand beside this crate");
    let mut names: Vec<String> = files.map(|file| file.unwrap().path().to_str().unwrap().to_string()).collect();
    names.sort();
    assert_eq!(names.len(), runbook_policies().len() + 1, "one for each runbook, and one for the general policies: {names:?}");
    for name in names {
        let listed = gatecrash(&["test", &name, "--list"]).ok();
        assert!(listed.trim_end().ends_with("nothing was played."), "{name}: {listed}");
    }
}

#[test]
fn every_gate_of_every_runbook_is_spoken_of() {
    for listed in runbook_policies() {
        let policy = load_policy(&listed.name).expect("built-in policies are well").value;
        let cases = load_suite(&suite(&listed.name)).expect("the suite can be read").value.cases;
        let wanted: Vec<&str> = cases.iter().flat_map(|case| &case.expect).map(|wanted| wanted.text.as_str()).collect();
        for gate in &policy.gates {
            let named = format!("caught_by({})", gate.name);
            assert!(wanted.iter().any(|text| text.starts_with(&named)), "{}: nothing is expected of {}", listed.name, gate.name);
        }
    }
}

/// A copy of a built-in policy without what stands between two of its lines, and with other things replaced.
fn without(policy: &str, from: &str, to: &str, replaced: (&str, &str)) -> String {
    let text = fs::read_to_string(root().join(format!("policies/library/{policy}.yaml"))).expect("the library is there");
    let (begin, end) = (text.find(from).expect("the gate is there"), text.find(to).expect("so is what follows it"));
    [&text[..begin], &text[end..]].concat().replace(replaced.0, replaced.1)
}

/// A copy of a policy's suite whose short cases play the policy beside it.
fn pointed(policy: &str) -> String {
    let text = fs::read_to_string(suite(policy)).expect("the suite is there");
    let mine = text.replace("- { scenario:", "- { policy: ./mine.yaml, scenario:");
    assert_ne!(mine, text);
    mine
}

#[test]
fn a_gate_that_somebody_deletes_is_missed() {
    let run_control = without("run-control", "  no-duplicate-finals:", "stages:", ("gates: [no-duplicate-finals]", "gates: []"));
    let reactions = without("reactions", "  guard-skips:", "stages:", ("", ""));
    for (policy, gate, mine) in [("run-control", "no-duplicate-finals", run_control), ("reactions", "guard-skips", reactions)] {
        let caught = format!("caught_by({gate})");
        let named = pointed(policy);
        let detected = named.replace(&caught, "detection_rate");
        let as_it_was = detected.replace("policy: ./mine.yaml, ", "");
        let files = [("mine.yaml", &mine), ("named.yaml", &named), ("detected.yaml", &detected), ("as_it_was.yaml", &as_it_was)];
        let folder = folder(&files.map(|(name, text)| (name, text.as_str())));
        // A suite that names the gate cannot be read any more, and says which line is about it.
        let ran = gatecrash_in(folder.path(), &["test", "named.yaml", "--list"]);
        assert!(ran.code == 2 && ran.err.contains(&format!("has no gate `{gate}`")), "{}: {}", ran.code, ran.err);
        // One that only wants the breach caught is played, and fails; with the policy as it was it passes.
        let play = |suite: &str| gatecrash_in(folder.path(), &["test", suite, "--filter", &format!("{policy}-{gate}")]);
        let ran = play("as_it_was.yaml");
        assert_eq!(ran.code, 0, "{policy}: {}{}", ran.out, ran.err);
        let ran = play("detected.yaml");
        assert!(ran.code == 1 && ran.out.contains("FAIL detection_rate >= 80%"), "{policy}: {}{}", ran.out, ran.err);
    }
}
