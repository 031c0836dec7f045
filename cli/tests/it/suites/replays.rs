//! The command of a failing line plays the trial that it speaks of.

use super::{checked, json, small};
use crate::support::gatecrash_in;

#[test]
fn the_replay_of_a_failure_has_what_the_failure_says() {
    let suite = "suite: replays\ntrials: { min: 20, max: 40 }\ncases:\n  - scenario: ./s.yaml\n    policy: ./p.yaml\n    \
severity: [1x, 0.1x]\n    wobble: 2x\n    with: { faults.0.at: 5m, about: \"it's odd\" }\n    \
expect: [ detection_rate > 99%, missed <= 1%, time_to_detect.p95 <= 1s, harmed.mean <= 0, caught_by(slow) >= 90% ]\n";
    let folder = small(&[("replays.yaml", suite)]);
    let report = json(&folder, &["replays.yaml"]);
    let all = checked(&report);
    let failed: Vec<_> = all.iter().filter(|(_, checked)| checked["verdict"] == "fail").collect();
    assert!(failed.len() >= 6, "{report:#}");
    for (_, checked) in failed {
        let worst = &checked["worst"];
        let replay = worst["replay"].as_str().expect("a command");
        let words = words(replay);
        assert_eq!(words[0], "gatecrash");
        let args: Vec<&str> = words[1..].iter().map(String::as_str).chain(["--format", "json"]).collect();
        let trial = gatecrash_in(folder.path(), &args).json();
        assert_eq!(trial["seed"], worst["seed"]);
        let (name, value) = (checked["expectation"].as_str().expect("text"), worst["value"].as_f64().expect("a number"));
        let instant = |name: &str| trial["instants"][name].as_f64().expect("it happened");
        match name.split([' ', '.', '(']).next().expect("a word") {
            "detection_rate" => assert_eq!((value, trial["outcome"] == "detected"), (0.0, false), "{replay}"),
            "missed" => assert_eq!((value, &trial["outcome"]), (1.0, &"missed".into()), "{replay}"),
            "time_to_detect" => {
                let took = instant("decided_s") - instant("harmed_s");
                assert!((value - took).abs() < 1e-3 * took, "{replay}: {value} {took}");
            }
            "harmed" => assert_eq!(trial["harmed"].as_f64(), Some(value), "{replay}"),
            _ => assert!(value == 0.0 && trial["caught_by"][0] != "slow", "{replay}"),
        }
    }
}

/// A command as a shell parts it: by blanks, but not within quotes; a quote within quotes is `'\''`.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = command.chars();
    while let Some(c) = characters.next() {
        match c {
            '\'' => quoted = !quoted,
            '\\' if !quoted => word.extend(characters.next()),
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words
}
