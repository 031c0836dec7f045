//! What a newcomer asks first.

use crate::support::{folder, gatecrash, gatecrash_in, library_text, rows};

#[test]
fn every_list_has_a_line_for_each_item() {
    let kinds = gatecrash(&["list"]).ok();
    assert!(kinds.lines().count() >= 8, "{kinds}");
    for line in kinds.lines() {
        let kind = line.split_whitespace().nth(1).expect("`list KIND  about`");
        let items = gatecrash(&["list", kind]).ok();
        assert!(items.lines().count() >= 3, "{kind}: {items}");
        assert!(items.lines().all(|line| line.split_whitespace().count() >= 3), "each has a name and an about: {items}");
    }
    assert!(gatecrash(&["list", "faults"]).ok().contains("cancel_latency_spike"));
}

/// The first words of a list's lines.
fn names(kind: &str) -> Vec<String> {
    let words = |line: &str| line.split_whitespace().next().map(str::to_string);
    gatecrash(&["list", kind]).ok().lines().filter_map(words).collect()
}

#[test]
fn every_preset_bends_knobs_that_exist() {
    let knobs = names("knobs");
    for line in gatecrash(&["list", "faults"]).ok().lines() {
        let (_, bends) = line.rsplit_once('(').expect("a preset tells what it bends");
        let (bends, _) = bends.split_once(';').expect("a preset tells on which arm");
        for bend in bends.split(", ") {
            // What scenarios declare by convention says so; its kind exists, and has no such knob of its own.
            let declared = ["mark ", "flow step "].iter().find_map(|what| bend.strip_prefix(what));
            let knob = declared.unwrap_or(bend).split(' ').next().unwrap();
            let (kind, _) = knob.split_once('.').expect("kind.knob");
            assert!(knobs.iter().any(|known| known.starts_with(&format!("{kind}."))), "there is no kind {kind}: {line}");
            assert_eq!(knobs.iter().any(|known| known == knob), declared.is_none(), "{knob}: {line}");
        }
    }
}

/// Components of the kinds that the quiet day lacks, with what presets bend by convention.
const EVERY_KIND: &str = "
  approvals: { reviews: { after: runs, review: 1m } }
  answers: { checks: { after: runs, flow: { matching_complete: 40% } } }
  work: { tasks: { after: runs, work: 5m } }";

#[test]
fn every_preset_plays() {
    let text = library_text("healthy-day").replace("\ntelemetry:", &format!("{EVERY_KIND}\ntelemetry:"));
    let text = text
        .replace("      errors: 0.2%\n", "      errors: 0.2%\n      marks: { tagged: 100%, traced: 100%, cross_tenant: 0% }\n");
    let text = text.replace("timeout: 5s,", "timeout: 5s, marks: { unvalidated: 0% },");
    let (before, _) = text.split_once("\nfaults:").unwrap();
    for fault in names("faults") {
        let scenario = format!("{before}\nfaults: [ {{ fault: {fault}, at: 12m }} ]\n");
        let folder = folder(&[("s.yaml", &scenario)]);
        let out = gatecrash_in(folder.path(), &["run", "s.yaml", "--policy", "always-promote"]).ok();
        assert!(out.contains(&format!("{fault} begins: ")), "{fault}: {out}");
    }
}

#[test]
fn completions_and_the_page_of_the_manual() {
    for (shell, says) in [("bash", "complete -F"), ("zsh", "#compdef gatecrash"), ("fish", "complete -c gatecrash")] {
        let script = gatecrash(&["completions", shell]).ok();
        assert!(script.contains(says) && script.contains("score") && script.contains("severity"), "{shell}");
    }
    let page = gatecrash(&["man"]).ok();
    assert!(page.contains(".TH") && page.contains("gatecrash") && page.contains("score"), "{page}");
}

#[test]
fn help_tells_what_to_type() {
    let help = gatecrash(&["--help"]).ok();
    for word in ["run", "score", "list", "completions", "man", "Exit codes"] {
        assert!(help.contains(word), "{word}");
    }
    for option in ["--scenario", "--policy", "--trials", "--seed", "--jobs", "--severity", "--wobble", "--format", "--html"] {
        assert!(gatecrash(&["score", "--help"]).ok().contains(option), "{option}");
    }
    assert!(gatecrash(&["--version"]).ok().starts_with("gatecrash 0."));
}

#[test]
fn no_escape_sequences_where_nobody_sees_colours() {
    for no_color in ["", "1"] {
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_gatecrash"));
        let args = ["score", "--scenario", "healthy-day", "--trials", "2"];
        let output = command.args(args).env("NO_COLOR", no_color).env("CLICOLOR_FORCE", "").output().unwrap();
        assert!(output.status.success());
        assert!(!output.stdout.contains(&0x1b) && !output.stderr.contains(&0x1b));
    }
    assert!(!gatecrash(&["run", "healthy-day"]).ok().contains('\x1b'));
}

/// A pipe that closes early, as `head` does, is no failure.
#[cfg(unix)]
#[test]
fn a_reader_may_go_away() {
    let line = format!("{} list signals | head -n 1", env!("CARGO_BIN_EXE_gatecrash"));
    let output = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn without_a_policy_the_scenario_plays_its_own() {
    let rows = rows(&["--scenario", "healthy-day", "--trials", "1"]);
    assert_eq!((rows.len(), &rows[0]["policy"]), (1, &"careful".into()));
}
