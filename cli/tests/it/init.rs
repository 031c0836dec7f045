//! `init`: a starter that a newcomer can play, read and build on.

use crate::support::{folder, gatecrash, gatecrash_in};
use gatecrash_scenarios::{fits, load_policy, load_scenario, load_suite};
use gatecrash_sim::scenario::Expect;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Every file below a folder, with its text.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => all.extend(files(&path)),
            false => drop(all.insert(path.clone(), std::fs::read_to_string(path).unwrap())),
        }
    }
    all
}

/// A starter in a folder of its own, which did not exist.
fn starter() -> (tempfile::TempDir, PathBuf) {
    let folder = folder(&[]);
    gatecrash_in(folder.path(), &["init", "rollout/gates"]).ok();
    let starter = folder.path().join("rollout/gates");
    (folder, starter)
}

#[test]
fn it_says_what_it_wrote_and_what_to_type() {
    let folder = folder(&[]);
    let out = gatecrash_in(folder.path(), &["init", "new"]).ok();
    let written = files(&folder.path().join("new"));
    assert_eq!(out.lines().filter(|line| line.starts_with("wrote new/")).count(), written.len(), "{out}");
    let command = out.lines().find_map(|line| line.trim().strip_prefix("gatecrash run ")).expect("a command to paste");
    assert!(gatecrash_in(folder.path(), &["run", command]).ok().contains("Detected: "));
    let (small, large): (Vec<_>, Vec<_>) = written.iter().partition(|(path, _)| !path.to_string_lossy().contains(".schema.json"));
    assert!(small.iter().all(|(_, text)| text.lines().count() <= 50), "what people read is short");
    assert_eq!(large.len(), 3);
}

#[test]
fn what_is_there_is_left_alone() {
    let (_folder, starter) = starter();
    std::fs::write(starter.join("policy.yaml"), "policy: mine\n").unwrap();
    let before = files(&starter);
    let ran = gatecrash_in(&starter, &["init", "."]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    for name in ["./policy.yaml", "./suite.yaml", "./schemas/suite.schema.json", "nothing was written"] {
        assert!(ran.err.contains(name), "{name}: {}", ran.err);
    }
    assert_eq!(files(&starter), before);
}

/// One file that is in the way is enough, and then none of the others is written.
#[test]
fn one_file_in_the_way_is_enough() {
    let folder = folder(&[("suite.yaml", "suite: mine\n")]);
    let ran = gatecrash_in(folder.path(), &["init", "."]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("this file is there already: ./suite.yaml"), "{}", ran.err);
    assert_eq!(files(folder.path()).len(), 1);
    let taken = gatecrash_in(folder.path(), &["init", "suite.yaml"]);
    assert_eq!(taken.code, 2);
    assert!(taken.err.contains("cannot make the folder"), "{}", taken.err);
}

#[test]
fn its_schemas_are_those_of_this_version_and_its_files_name_them() {
    let (_folder, starter) = starter();
    for (path, text) in files(&starter) {
        let name = path.to_string_lossy().into_owned();
        if let Some((_, kind)) = name.strip_suffix(".schema.json").and_then(|name| name.rsplit_once('/')) {
            assert_eq!(text, gatecrash(&["schema", kind]).ok());
        }
        if name.ends_with(".yaml") {
            let schema = text.lines().next().and_then(|line| line.strip_prefix("# yaml-language-server: $schema="));
            let schema = path.parent().unwrap().join(schema.unwrap_or_else(|| panic!("{name} has the editor's line")));
            let kind = text.lines().find(|line| !line.starts_with('#')).unwrap().split(':').next().unwrap();
            assert!(schema.ends_with(format!("{kind}.schema.json")) && schema.exists(), "{name}: {}", schema.display());
        }
    }
}

#[test]
fn its_suite_names_its_files_and_they_fit() {
    let (_folder, starter) = starter();
    let suite = load_suite(starter.join("suite.yaml").to_str().unwrap()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(suite.warnings, Vec::<String>::new());
    let mut expected = Vec::new();
    for play in suite.value.cases.iter().flat_map(|case| &case.plays) {
        let scenario = load_scenario(&play.scenario).unwrap_or_else(|e| panic!("{e}"));
        let policy = load_policy(play.policy.as_deref().unwrap()).unwrap_or_else(|e| panic!("{e}"));
        let warnings = fits(&scenario, &policy).unwrap_or_else(|e| panic!("{e}"));
        assert!(warnings.is_empty() && scenario.warnings.is_empty() && policy.warnings.is_empty(), "{warnings:?}");
        expected.push(scenario.value.expect);
    }
    assert_eq!(expected, [Expect::Rollback, Expect::Rollback, Expect::Promote]);
}

/// The suite expects 90% and 5%; at the first look of 200 trials it can tell, as there is so much room.
#[test]
fn it_passes_lint_and_its_own_suite() {
    let (_folder, starter) = starter();
    let files = ["slow", "failing", "good"].map(|name| format!("scenarios/{name}-release.yaml"));
    let lint = [&["lint", "policy.yaml", "suite.yaml"][..], &files.each_ref().map(String::as_str)].concat();
    let ran = gatecrash_in(&starter, &lint);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let alone = gatecrash_in(&starter, &["lint", "policy.yaml", "suite.yaml"]);
    assert_eq!(alone.code, 0, "{}{}", alone.out, alone.err);
    let report = gatecrash_in(&starter, &["test", "suite.yaml", "--format", "json"]).json();
    assert_eq!((&report["verdict"], &report["trials"]), (&"pass".into(), &600.into()), "{report}");
}
