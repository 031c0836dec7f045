//! What ARCHITECTURE.md and CONTRIBUTING.md say about the sources holds.

use std::fs;
use std::path::{Path, PathBuf};

const CRATES: [&str; 7] = ["policies", "sim", "scenarios", "reports", "drill", "cli", "benches"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The Rust files under a folder of the repository, with their text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut open = vec![root().join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}

fn manifest(name: &str) -> String {
    fs::read_to_string(root().join(name).join("Cargo.toml")).unwrap()
}

#[test]
fn arrows_point_one_way() {
    let allowed: [(&str, &[&str]); 5] = [
        ("policies", &[]),
        ("sim", &["policies"]),
        ("scenarios", &["policies", "sim"]),
        ("reports", &["policies", "sim"]),
        ("drill", &["policies", "sim", "scenarios", "reports"]),
    ];
    for (name, may) in allowed {
        for other in CRATES.iter().filter(|other| **other != name && !may.contains(other)) {
            let names = |text: &str| text.contains(&format!("gatecrash-{other}")) || text.contains(&format!("gatecrash_{other}"));
            assert!(!names(&manifest(name)), "{name} must not know {other}");
            assert!(sources(name).iter().all(|(_, text)| !names(text)), "{name} must not know {other}");
        }
    }
}

#[test]
fn only_the_dice_are_random() {
    for folder in ["policies/src", "sim/src", "scenarios/src", "reports/src", "drill/src", "cli/src"] {
        for (file, text) in sources(folder) {
            let is_dice = file.ends_with("dice.rs");
            assert!(is_dice || !["use rand", "rand::", "getrandom"].iter().any(|word| text.contains(word)), "{file} draws");
        }
    }
}

#[test]
fn nothing_is_excused_from_the_lints() {
    let lints = fs::read_to_string(root().join("clippy.toml")).unwrap();
    for path in
        ["std::time::Instant::now", "std::time::SystemTime::now", "std::collections::HashMap", "std::collections::HashSet"]
    {
        assert!(lints.contains(&format!("\"{path}\", reason = ")), "{path}");
    }
    for folder in ["policies/src", "sim/src", "reports/src"] {
        for (file, text) in sources(folder) {
            assert!(!text.contains("clippy::disallowed"), "{file} excuses itself");
        }
    }
    for name in CRATES {
        assert!(manifest(name).contains("[lints]\nworkspace = true"), "{name} has the lints of the workspace");
    }
    assert!(fs::read_to_string(root().join("Cargo.toml")).unwrap().contains("unsafe_code = \"forbid\""));
}

#[test]
fn every_dependency_has_its_reason() {
    for name in CRATES {
        let text = manifest(name);
        let mut listed = false;
        let mut said = false;
        for line in text.lines() {
            if line.starts_with('[') {
                (listed, said) = (line.contains("dependencies"), false);
            } else if line.starts_with('#') {
                said = true;
            } else if listed && line.contains('=') {
                assert!(said || line.starts_with("gatecrash"), "{name}: why {line}");
            }
        }
    }
}

#[test]
fn every_invariant_has_its_tests() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, table) = text.split_once("## Invariants").unwrap();
    let table = table.split("\n## ").next().unwrap();
    let all: String = CRATES.iter().flat_map(|name| sources(name)).map(|(_, text)| text).collect();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() >= 10);
    for row in rows {
        let tests = row.rsplit('|').nth(1).unwrap();
        let names: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no test: {row}");
        for name in names {
            assert!(all.contains(&format!("fn {name}(")), "there is no test `{name}`");
        }
    }
    assert!(text.lines().count() <= 100, "two screens");
}
