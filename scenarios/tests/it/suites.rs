//! Suites: what they list, how it is combined, and what is wrong with them.

use gatecrash_scenarios::suite::{Play, Trials};
use gatecrash_scenarios::{Change, Loaded, Suite, load_scenario_with, suite_from_text};
use proptest::prelude::*;

const GOOD: &str = "\
suite: regression
about: What must not get worse.
seed: 7
trials: { min: 100, max: 400 }
cases:
  - name: spikes
    about: Cancels are slow.
    scenario: [cancel-latency-spike, ./own/a.yaml]
    policy: [careful, ../p.yaml]
    severity: [1x, 1.5x]
    wobble: 2x
    with: { telemetry.delay: 1m }
    matrix: { faults.0.by: [2x, 3x], telemetry.scrape: [15s, 30s, 1m] }
    trials: { max: 800 }
    expect: [ detection_rate >= 99%, time_to_detect.p95 <= 45m ]
  - { scenario: healthy-day, expect: false_rollback_rate <= 5% }
";

fn read(text: &str) -> Loaded<Suite> {
    suite_from_text("ci/s.yaml", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn complaint(text: &str) -> String {
    suite_from_text("ci/s.yaml", text.as_bytes()).err().unwrap_or_else(|| panic!("this is no suite:\n{text}")).to_string()
}

fn shown(play: &Play) -> String {
    let with: Vec<String> = play.with.iter().map(Change::shown).collect();
    let policy = play.policy.as_deref().unwrap_or("-");
    format!("{} {policy} {} {} {}", play.scenario, play.severity, play.wobble, with.join(" "))
}

#[test]
fn a_case_is_every_combination_of_what_it_lists() {
    let suite = read(GOOD).value;
    assert_eq!((suite.name.as_str(), suite.seed, suite.cases.len()), ("regression", 7, 2));
    let case = &suite.cases[0];
    assert_eq!((case.name.as_deref(), case.trials), (Some("spikes"), Trials { min: 100, max: 800 }));
    let plays: Vec<String> = case.plays.iter().map(shown).collect();
    assert_eq!(plays.len(), 2 * 2 * 2 * 2 * 3);
    assert_eq!(plays[0], "cancel-latency-spike careful 1 2 telemetry.delay=1m faults.0.by=2x telemetry.scrape=15s");
    assert_eq!(plays[1], "cancel-latency-spike careful 1 2 telemetry.delay=1m faults.0.by=2x telemetry.scrape=30s");
    assert_eq!(plays[47], "ci/./own/a.yaml ci/../p.yaml 1.5 2 telemetry.delay=1m faults.0.by=3x telemetry.scrape=1m");
    let mut apart = plays.clone();
    apart.sort();
    apart.dedup();
    assert_eq!(apart.len(), plays.len(), "each once");
}

#[test]
fn what_is_not_said_is_usual() {
    let suite = read(GOOD).value;
    let case = &suite.cases[1];
    assert_eq!((case.name.as_deref(), case.trials), (None, Trials { min: 100, max: 400 }), "the suite's");
    assert_eq!(case.plays.iter().map(shown).collect::<Vec<_>>(), ["healthy-day - 1 1 "]);
    assert_eq!((case.expect[0].text.as_str(), case.expect[0].path.as_str()), ("false_rollback_rate <= 5%", "cases.1.expect"));
    assert_eq!(suite.cases[0].expect[1].path, "cases.0.expect.1");
    let plain = read("suite: s\ncases: []\n").value;
    assert_eq!((plain.seed, plain.cases.len(), Trials::default()), (1, 0, Trials { min: 200, max: 3_200 }));
    let few = read("suite: s\ncases: [ { scenario: a.yaml, expect: a, trials: { max: 50 } } ]\n").value;
    assert_eq!(few.cases[0].trials, Trials { min: 50, max: 50 }, "a maximum below the usual minimum is one look");
}

#[test]
fn what_is_wrong_with_an_expectation_points_into_its_text() {
    let suite = read(GOOD);
    let error = suite.error_inside("cases.0.expect.1", 22, "that much?");
    let line = "    expect: [ detection_rate >= 99%, time_to_detect.p95 <= 45m ]";
    let column = line.find("45m").expect("it is there") + 1;
    let at = error.at.expect("it has a place");
    assert_eq!((at.line, at.column), (15, column), "{error}");
}

#[test]
fn what_is_wrong_with_a_change_points_at_the_suite() {
    let with = |change: &str| {
        let text = format!("suite: s\ncases:\n  - scenario: healthy-day\n    with: {{ {change} }}\n    expect: a\n");
        let suite = read(&text);
        let play = &suite.value.cases[0].plays[0];
        load_scenario_with(&play.scenario, &play.with).err().map(|error| error.to_string())
    };
    assert_eq!(with("telemetry.delay: 1m"), None);
    for (change, says) in [
        ("telemetri.delay: 1m", "telemetry"),
        ("telemetry.dely: 1m", "delay"),
        ("telemetry.delay: soon", "soon"),
        ("faults.3.by: 2x", "faults"),
    ] {
        let error = with(change).unwrap_or_else(|| panic!("{change} is no change"));
        assert!(error.starts_with("ci/s.yaml:4:") && error.contains(says) && error.contains('^'), "{error}");
    }
}

#[test]
fn every_mistake_is_explained_where_it_stands() {
    let wrong = [
        ("suite: regression", "scenario: regression", "ci/s.yaml:1:1: this is a scenario file; a suite begins with"),
        ("suite: regression", "sweet: regression", "ci/s.yaml:1:1: unknown key `sweet`"),
        ("seed: 7", "seed: -7", "ci/s.yaml:3:7:"),
        ("min: 100", "min: 500", "`min: 500` is more than `max: 400`"),
        ("min: 100", "min: 1", "ci/s.yaml:4:"),
        ("max: 800", "max: 10_000_000", "ci/s.yaml:14:"),
        ("name: spikes", "name: 12", "is a number"),
        ("scenario: healthy-day", "name: spikes, scenario: healthy-day", "a second case is called spikes"),
        ("scenario: healthy-day, ", "", "ci/s.yaml:16:"),
        ("[careful, ../p.yaml]", "[]", "nothing is listed here"),
        ("[1x, 1.5x]", "[1x, -1x]", "ci/s.yaml:10:"),
        ("wobble: 2x", "wobble: 11x", "a multiple from 0x to 10x belongs here"),
        ("wobble: 2x", "wobbel: 2x", "did you mean `wobble`?"),
        ("{ telemetry.delay: 1m }", "1m", "ci/s.yaml:12:"),
        ("telemetry.delay: 1m", "faults.0.by: 1x", "stands in `with` too"),
        ("[2x, 3x]", "2x", "a list of values belongs here"),
        ("[2x, 3x]", "[]", "ci/s.yaml:13:"),
        ("[ detection_rate >= 99%, time_to_detect.p95 <= 45m ]", "[]", "nothing is expected here"),
        ("[ detection_rate >= 99%, time_to_detect.p95 <= 45m ]", "{ a: b }", "ci/s.yaml:15:"),
        (", expect: false_rollback_rate <= 5%", "", "expect"),
        ("cases:\n", "cases: 3\nmore:\n", "ci/s.yaml:"),
    ];
    for (from, to, says) in wrong {
        assert!(GOOD.contains(from), "`{from}` is not in the good one");
        let error = complaint(&GOOD.replacen(from, to, 1));
        assert!(error.contains(says) && error.starts_with("ci/s.yaml:"), "{from} -> {to}: {error}");
    }
    let many: Vec<String> = (0..40).map(|i| format!("{i}x")).collect();
    let list = format!("[{}]", many.join(", "));
    let text = format!("suite: s\ncases:\n  - {{ scenario: a.yaml, severity: {list}, matrix: {{ b: {list} }}, expect: a }}\n");
    assert!(complaint(&text).contains("1600 combinations are too many"), "{}", complaint(&text));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = suite_from_text("a.yaml", &bytes);
    }

    #[test]
    fn a_damaged_suite_never_panics(at in 0..GOOD.len(), by in "[ -~\n]{0,8}", length in 0..12_usize) {
        let end = (at + length).min(GOOD.len());
        let text = format!("{}{by}{}", &GOOD[..at], &GOOD[end..]);
        if let Err(error) = suite_from_text("a.yaml", text.as_bytes()) {
            prop_assert!(error.to_string().starts_with("a.yaml"));
        }
    }

    /// As many plays as the product of what is listed.
    #[test]
    fn combinations_multiply(sizes in 1..5_usize, wobbles in 1..4_usize, values in 1..6_usize) {
        let list = |n: usize| (1..=n).map(|i| format!("{i}x")).collect::<Vec<_>>().join(", ");
        let text = format!(
            "suite: s\ncases:\n  - {{ scenario: a.yaml, severity: [{}], wobble: [{}], matrix: {{ b: [{}] }}, expect: c }}\n",
            list(sizes), list(wobbles), list(values)
        );
        prop_assert_eq!(read(&text).value.cases[0].plays.len(), sizes * wobbles * values);
    }
}

#[test]
fn a_drill_stands_in_place_of_what_is_played() {
    let text =
        "suite: s\ncases:\n  - replay: drills/friday.jsonl\n  - { name: late, replay: ../monday.yaml, expect: missed <= 0% }\n";
    let cases = read(text).value.cases;
    let named: Vec<_> = cases.iter().map(|case| (case.name.as_deref(), case.replay.as_deref())).collect();
    assert_eq!(named, [(Some("friday"), Some("ci/drills/friday.jsonl")), (Some("late"), Some("ci/../monday.yaml"))]);
    assert!(cases.iter().all(|case| case.plays.is_empty() && case.trials == Trials { min: 1, max: 1 }));
    assert_eq!((cases[0].expect.len(), cases[1].expect[0].path.as_str()), (0, "cases.1.expect"));
    assert_eq!(read(GOOD).value.cases[0].replay, None);
}

#[test]
fn what_a_drill_says_by_itself_cannot_stand_beside_it() {
    let others = [
        ("scenario", "healthy-day"),
        ("policy", "careful"),
        ("severity", "2x"),
        ("wobble", "2x"),
        ("with", "{ a: 1 }"),
        ("matrix", "{ a: [1] }"),
        ("trials", "{ max: 5 }"),
    ];
    for (key, value) in others {
        let error = complaint(&format!("suite: s\ncases:\n  - replay: a.jsonl\n    {key}: {value}\n"));
        assert!(error.starts_with("ci/s.yaml:4:") && error.contains(&format!("`{key}` cannot stand beside `replay`")), "{error}");
    }
    let twice = complaint("suite: s\ncases:\n  - replay: a/b.jsonl\n  - replay: b.yaml\n");
    assert!(twice.starts_with("ci/s.yaml:4:") && twice.contains("a second case is called b"), "{twice}");
    for file in ["", "[ a.jsonl ]", "'..'", "''"] {
        let error = complaint(&format!("suite: s\ncases:\n  - replay: {file}\n"));
        assert!(error.starts_with("ci/s.yaml:3:") && error.contains("like ./friday.jsonl"), "{error}");
    }
}
