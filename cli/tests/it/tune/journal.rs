//! Killed at any moment, a search goes on where it was, and ends with the same bytes.

use super::*;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Long enough to be killed in the middle.
const LONG: &str =
    "tune p.yaml --scenario slow.yaml --scenario fine.yaml --trials 100 --vary gates.latency.limit=4s..12s/2s --format json";

fn start(folder: &Path, line: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatecrash"));
    command.current_dir(folder).env("XDG_CACHE_HOME", folder.join("cache")).args(words(line));
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts")
}

/// Waits until a journal has so many lines.
fn wait_for(lines: usize, journal: impl Fn() -> Option<PathBuf>) {
    let many = || journal().and_then(|path| fs::read(path).ok()).map_or(0, |text| text.split(|byte| *byte == b'\n').count());
    for _ in 0..3_000 {
        if many() >= lines {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("no journal was begun");
}

/// The journal that a search has without being told where.
fn usual(folder: &Path) -> Option<PathBuf> {
    fs::read_dir(folder.join("cache/gatecrash")).ok()?.next().map(|entry| entry.unwrap().path())
}

fn kill(mut child: Child) {
    child.kill().expect("it runs still");
    assert_eq!(child.wait().unwrap().code(), None, "a signal ended it");
}

#[test]
fn killed_it_goes_on_to_the_same_bytes() {
    let folder = worlds();
    let here = folder.path();
    let whole = run(here, LONG).ok();
    assert_eq!(usual(here), None, "what is done needs no journal");

    let child = start(here, LONG);
    wait_for(40, || usual(here));
    kill(child);
    let again = run(here, LONG);
    assert!(again.err.starts_with("going on from `") && again.err.ends_with(" trial sets have been played\n"), "{}", again.err);
    assert_eq!(again.ok(), whole);
    assert_eq!(usual(here), None);

    let named = format!("{LONG} --journal kept.jsonl");
    for lines in [2, 120] {
        let child = start(here, &named);
        wait_for(lines, || Some(here.join("kept.jsonl")));
        kill(child);
    }
    let again = run(here, &format!("{named} --jobs 1"));
    assert!(again.err.starts_with("going on from `kept.jsonl`: "), "{}", again.err);
    assert_eq!(again.ok(), whole);
    assert_eq!(usual(here), None, "it is kept where it was asked for");
    let replayed = run(here, &named);
    assert_eq!(replayed.ok(), whole, "a named journal stays, and all of it is known");
}

#[test]
fn a_journal_may_end_anywhere() {
    let folder = worlds();
    let line = format!("{SEARCH} {LIMITS} --format json --journal j.jsonl");
    let whole = run(folder.path(), &line).ok();
    let path = folder.path().join("j.jsonl");
    let full = fs::read(&path).unwrap();
    let head = full.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let near_the_head = [0, 1, 10, 11, 40, head - 1, head, head + 1];
    let further = (1..6).map(|part| head + (full.len() - head) * part / 6 + part);
    for end in near_the_head.into_iter().chain(further).chain([full.len() - 1]) {
        fs::write(&path, &full[..end]).unwrap();
        let ran = run(folder.path(), &line);
        assert_eq!(ran.code, 0, "cut at {end}: {}", ran.err);
        assert_eq!(ran.out, whole, "cut at {end}");
        assert_eq!(sorted(&fs::read(&path).unwrap()), sorted(&full), "it is complete again, cut at {end}");
    }
}

/// Lines in order: threads end when they like.
fn sorted(text: &[u8]) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn a_broken_line_is_played_again() {
    let folder = worlds();
    let line = format!("{SEARCH} {LIMITS} --format json --journal j.jsonl");
    let whole = run(folder.path(), &line).ok();
    let path = folder.path().join("j.jsonl");
    let mut broken = fs::read(&path).unwrap();
    let middle = broken.len() / 2;
    broken[middle..middle + 20].fill(0);
    fs::write(&path, broken).unwrap();
    assert_eq!(run(folder.path(), &line).ok(), whole);
}

#[test]
fn what_is_no_journal_of_this_search_is_left_alone() {
    let folder = worlds();
    let search = |more: &str| run(folder.path(), &format!("{SEARCH} {LIMITS} --journal j.jsonl {more}"));
    for foreign in ["my notes\n", "my notes", "{\"journal\": 1}\n", "{\"journal\":\"mine", "\n", "\u{0}\u{0}"] {
        fs::write(folder.path().join("j.jsonl"), foreign).unwrap();
        let ran = search("");
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{foreign:?}");
        assert!(
            ran.err.contains("`j.jsonl` is no journal of gatecrash, and is left alone; name a new file with --journal"),
            "{}",
            ran.err
        );
        assert_eq!(written(&folder, "j.jsonl"), foreign);
    }
    fs::remove_file(folder.path().join("j.jsonl")).unwrap();
    search("").ok();
    let kept = written(&folder, "j.jsonl");
    for other in ["--seed 2", "--max-exposure 100", "--detect-within 5m", "--severity 3x", "--vary stages.canary.soak=6m,8m"] {
        let ran = search(other);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{other}");
        assert!(
            ran.err.contains("is the journal of another search: another policy, scenario or argument; name a new file"),
            "{}",
            ran.err
        );
        assert_eq!(written(&folder, "j.jsonl"), kept);
    }
    // What is printed, and how fast, is not part of the search.
    assert_eq!(search("--format csv --jobs 1 --out o.yaml").code, 0);
    let another = kept.replacen("journal/v1", "journal/v0", 1);
    fs::write(folder.path().join("j.jsonl"), another).unwrap();
    assert!(search("").err.contains("is a journal of another version (gatecrash.journal/v0)"));
    let nowhere = run(folder.path(), &format!("{SEARCH} {LIMITS} --journal nowhere/j.jsonl"));
    assert!(nowhere.code == 2 && nowhere.err.contains("cannot keep a journal in `nowhere/j.jsonl`"), "{}", nowhere.err);
}

#[test]
fn one_search_at_a_time_writes_a_journal() {
    let folder = worlds();
    let child = start(folder.path(), &format!("{LONG} --journal j.jsonl"));
    wait_for(5, || Some(folder.path().join("j.jsonl")));
    let ran = run(folder.path(), &format!("{LONG} --journal j.jsonl"));
    assert!(ran.code == 2 && ran.err.contains("the journal `j.jsonl` is in use: the same search is under way"), "{}", ran.err);
    kill(child);
}

/// A journal that nobody asked for is no reason to fail.
#[test]
fn another_search_of_the_same_goes_on_without_a_journal() {
    let folder = worlds();
    let first = start(folder.path(), LONG);
    wait_for(5, || usual(folder.path()));
    let mut second = start(folder.path(), LONG);
    let mut line = String::new();
    BufReader::new(second.stderr.take().expect("it is piped")).read_line(&mut line).expect("it warns");
    assert!(line.starts_with("warning: the journal `") && line.contains("nothing of this run is kept"), "{line}");
    assert!(second.try_wait().expect("it can be asked").is_none(), "it goes on");
    [first, second].into_iter().for_each(kill);
}

#[test]
fn interrupted_it_says_how_to_go_on() {
    let folder = worlds();
    let here = folder.path();
    let child = start(here, LONG);
    wait_for(40, || usual(here));
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(3), [].as_slice()));
    let err = String::from_utf8(output.stderr).unwrap();
    let journal = usual(here).expect("it is kept");
    let says = format!("what was played is kept in `{}`; the same command goes on from there", journal.display());
    assert!(err.starts_with("error: interrupted: ") && err.contains(&says), "{err}");
    assert!(run(here, LONG).err.starts_with("going on from `"));
}

/// A result that cannot be written is not lost.
#[test]
fn the_journal_outlives_a_failure_to_write() {
    let folder = worlds();
    let here = folder.path();
    fs::create_dir(here.join("gone")).unwrap();
    let child = start(here, &format!("{LONG} --csv gone/t.csv"));
    wait_for(20, || usual(here));
    fs::remove_dir(here.join("gone")).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(run(here, LONG).err.starts_with("going on from `"));
}
