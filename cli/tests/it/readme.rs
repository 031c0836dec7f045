//! The README shows what comes out: its files are written, its commands run, its outputs compared.
#![cfg(unix)]

use std::path::Path;
use std::process::Command;

/// A fenced block: its language and its text.
fn blocks() -> Vec<(String, String)> {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut open = false;
    for line in readme.lines() {
        match line.strip_prefix("```") {
            Some(language) if !open => blocks.push((language.to_string(), String::new())),
            Some(_) => {}
            None if open => {
                let text = &mut blocks.last_mut().unwrap().1;
                text.push_str(line);
                text.push('\n');
            }
            None => continue,
        }
        open ^= line.starts_with("```");
    }
    assert!(!open, "every block ends");
    blocks
}

/// Runs a block of commands with the binary under test.
fn run(commands: &str, folder: &Path) -> String {
    let script = commands.replace("cargo run --release --", &format!("'{}'", env!("CARGO_BIN_EXE_gatecrash")));
    let output =
        Command::new("sh").args(["-e", "-c", &script]).current_dir(folder).env("XDG_CACHE_HOME", folder).output().unwrap();
    assert!(output.status.success(), "{commands}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn its_first_two_commands_are_the_score_and_the_tests() {
    let blocks = blocks();
    assert_eq!(blocks[0], ("sh".to_string(), "cargo run --release -- score\ncargo test --workspace\n".to_string()));
    let lines = |kind: &str| crate::support::gatecrash(&["list", kind]).ok();
    let (scenarios, policies) = (lines("scenarios"), lines("policies"));
    let runbooks: Vec<&str> = policies.lines().filter(|l| l.contains(" runbook: ")).filter_map(|l| l.split(' ').next()).collect();
    let is_family = |l: &&str| runbooks.iter().any(|runbook| l.starts_with(&format!("{runbook}-")));
    let families = scenarios.lines().filter(is_family).filter(|l| !l.ends_with("(slow)")).count();
    let general = scenarios.lines().filter(|l| !is_family(l)).count();
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    assert!(readme.contains(&format!("{general} scenarios against {} policies", policies.lines().count() - runbooks.len())));
    assert!(readme.contains(&format!("{families} scenarios of {} real", runbooks.len())), "{families} of {}", runbooks.len());
}

/// Whether this came out, where a line `...` stands for any lines.
fn is_shown_by(out: &str, shown: &str) -> bool {
    let (parts, mut rest) = (shown.split("...\n").collect::<Vec<_>>(), out);
    let Some((last, parts)) = parts.split_last() else { return false };
    for (i, part) in parts.iter().enumerate() {
        match rest.find(part).filter(|at| i > 0 || *at == 0) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    if parts.is_empty() { rest == *last } else { rest.ends_with(last) }
}

#[test]
fn what_is_left_out_is_any_lines() {
    let out = "a\nb\nc\nd\n";
    assert!(["a\nb\nc\nd\n", "...\nd\n", "a\n...\nc\nd\n", "...\nb\n...\nd\n"].into_iter().all(|shown| is_shown_by(out, shown)));
    assert!(["a\n", "b\n...\nd\n", "...\nc\n...\nb\n...\nd\n", "...\nc\n"].into_iter().all(|shown| !is_shown_by(out, shown)));
}

#[test]
fn what_it_shows_is_what_comes_out() {
    let blocks = blocks();
    let folder = tempfile::tempdir().unwrap();
    let mut compared = 0;
    for (i, (language, text)) in blocks.iter().enumerate().skip(1) {
        match language.as_str() {
            "yaml" => {
                let (kind, name) = text.lines().next().unwrap().split_once(": ").unwrap();
                let lines =
                    [("scenario", 12), ("policy", 10), ("suite", 8), ("drill", 8)].into_iter().find(|(known, _)| *known == kind);
                assert_eq!(lines.map(|(_, lines)| lines), Some(text.lines().count()), "the {kind} has its lines");
                std::fs::write(folder.path().join(format!("{name}.yaml")), text).unwrap();
            }
            "sh" => {
                let out = run(text, folder.path());
                let Some((_, shown)) = blocks.get(i + 1).filter(|(language, _)| language == "text") else { continue };
                assert!(is_shown_by(&out, shown), "{text}\nshown:\n{shown}\ncomes out:\n{out}");
                compared += 1;
            }
            _ => {}
        }
    }
    assert!(compared >= 2, "{compared}");
}

/// The part of a file that begins so.
fn fragment(begins: &str) -> String {
    let is_meant = |(language, text): &(String, String)| language == "yaml fragment" && text.starts_with(begins);
    blocks().into_iter().find(is_meant).unwrap_or_else(|| panic!("it shows {begins}")).1
}

/// The fragment about rules, in a policy around it and with the README's own scenario.
#[test]
fn its_rules_are_read_and_promise_something() {
    let scenario = blocks().into_iter().find(|(language, _)| language == "yaml").unwrap().1;
    let stages = "stages: [ { name: canary, cohort: 10%, soak: 20m } ]";
    let policy = format!("policy: shared\nround: 1m\n{}{stages}\n", fragment("alpha:"));
    let folder = crate::support::folder(&[("slow-release.yaml", &scenario), ("shared.yaml", &policy)]);
    let out = run("cargo run --release -- score --scenario slow-release.yaml --policy shared.yaml --trials 2", folder.path());
    assert!(out.contains("shared: by chance at most 5% false rollbacks"), "{out}");
    assert!(out.contains("its gate budget promises nothing"), "{out}");
}

/// The fragment about recorded traffic, in a scenario around it.
#[test]
fn its_recorded_traffic_is_read() {
    let fragment = fragment("traffic:");
    let scenario = format!(
        "scenario: replay\npolicy: careful\nexpect: promote\nhorizon: 1h\n{fragment}system: {{ api: {{ calls: {{ servers: 9 }} }} }}\n\
         telemetry: {{ scrape: 15s }}\nobjectives: []\n"
    );
    let row = |i: u32| format!("2026-03-02 09:{:02}:{:02},s{},{},{}\n", i / 2 % 60, i % 2 * 30, i % 5, 9 + i % 7, 200 + i % 2);
    let csv = format!("at,session,tokens,status\n{}", (0..110).map(row).collect::<String>());
    let folder = crate::support::folder(&[("replay.yaml", &scenario), ("requests.csv", &csv)]);
    let out = run("cargo run --release -- run replay.yaml", folder.path());
    assert!(out.contains("requests.csv: 110 rows read, 110 used"), "{out}");
}

#[test]
fn its_message_is_what_comes_out() {
    let scenario = blocks().into_iter().find(|(language, _)| language == "yaml").unwrap().1;
    let folder = crate::support::folder(&[("slow-release.yaml", &scenario.replace("horizon:", "horizn:"))]);
    let ran = crate::support::gatecrash_in(folder.path(), &["run", "slow-release.yaml"]);
    let message = ran.err.lines().next().unwrap().strip_prefix("error: ").unwrap();
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    assert!(readme.contains(&format!("``{message}``")), "{message}");
}
