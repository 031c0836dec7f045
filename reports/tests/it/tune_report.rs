//! A search as people and scripts read it.

use crate::studies::*;
use gatecrash_policies::time::Span;
use gatecrash_reports::score::Sizes;
use gatecrash_reports::tune::*;
use gatecrash_reports::{Tally, promise::Promise};
use gatecrash_sim::scenario::Expect;

const LIMITS: [&str; 4] = ["500ms", "425ms", "350ms", "275ms"];
const WINDOWS: [&str; 3] = ["4h", "30m", "10m"];

fn at(scenario: &str, expect: Expect, severity: f64, wobble: f64) -> World {
    World { scenario: scenario.into(), expect, sizes: Sizes { severity, wobble } }
}

fn as_written() -> Vec<World> {
    let (breach, healthy) = (Expect::Rollback, Expect::Promote);
    vec![
        at("cancel-latency-spike", breach, 1.0, 1.0),
        at("reconnect-storm", breach, 1.0, 1.0),
        at("healthy-day", healthy, 1.0, 1.0),
    ]
}

/// Those of the search, then one that it did not use.
fn worlds() -> (Vec<World>, Vec<World>) {
    let searched = [
        at("cancel-latency-spike", Expect::Rollback, 0.5, 1.0),
        at("cancel-latency-spike", Expect::Rollback, 2.0, 1.0),
        at("healthy-day", Expect::Promote, 1.0, 2.0),
    ];
    let unseen = [at("cancel-latency-spike", Expect::Rollback, 1.5, 1.0), at("healthy-day", Expect::Promote, 1.0, 2.0)];
    ([as_written(), searched.to_vec()].concat(), [as_written(), unseen.to_vec()].concat())
}

/// Tighter limits and shorter windows catch sooner, and are wrong more often.
fn truth(limit: usize, window: usize) -> Truth {
    let (tight, short) = (limit as f64, window as f64);
    Truth {
        false_rollback: 0.001 * 4f64.powf(tight) + 0.002 * (6f64.powf(short) - 1.0),
        detection: 1.0 - 0.08 / (1.0 + tight + short),
        exposed: 1_200.0 / (1.0 + 0.6 * tight + short),
    }
}

/// A whole search over two dials, as the command line plays it.
fn searched(goals: Goals) -> TuneReport {
    let (played, unseen) = worlds();
    let pairs: Vec<(usize, usize)> = (0..LIMITS.len()).flat_map(|l| (0..WINDOWS.len()).map(move |w| (l, w))).collect();
    let truths: Vec<Truth> = pairs.iter().map(|(limit, window)| truth(*limit, *window)).collect();
    let game = Game { truths: truths.clone(), worlds: played, shared: Shared(0.8), repetition: 5 };
    let fresh = Game { truths, worlds: unseen, shared: Shared(0.8), repetition: 5 };
    let (trials, fresh_seed) = (100, 1_000_001);
    let mut study = game.search(trials, &goals);
    let dial = |path: &str, values: &[&str]| Dial {
        path: path.into(),
        now: Some(values[0].into()),
        values: values.iter().map(|value| value.to_string()).collect(),
    };
    study.dials = vec![dial("gates.cancel-to-ack.limit", &LIMITS), dial("gates.cancel-to-ack.window", &WINDOWS)];
    study.candidates =
        pairs.iter().map(|(limit, window)| Candidate { values: vec![LIMITS[*limit].into(), WINDOWS[*window].into()] }).collect();
    study.effort = Effort { trials: study.effort.trials, simulated: 3_120_000, saved: 88_400_000 };

    let seeds = fresh_seed..fresh_seed + goals.fresh_trials(trials);
    let finalist = |candidate: usize| Finalist {
        candidate,
        worlds: fresh.worlds.clone(),
        came: fresh.play(candidate, seeds.clone(), &goals),
        rows: (0..2).map(|world| row(&fresh, candidate, world, seeds.clone())).collect(),
    };
    let current = finalist(study.current);
    let mut tried = 0;
    let mut kept = None;
    for candidate in challengers(&rank(&study, &goals, Caution::ENTRY), study.current) {
        tried += 1;
        let other = finalist(candidate);
        if keeps_its_promise(&other.worlds, &other.came, &current.came, &goals, Caution::PROMISE) {
            kept = Some((other, fresh.gain(candidate, study.current, seeds.clone(), &goals)));
            break;
        }
    }
    let would_take = vec![WouldTake {
        path: "stages.canary.soak".into(),
        now: "1h".into(),
        to: "2h 36m".into(),
        false_rollback: 0.004,
        detection: 0.961,
    }];
    let challenger = kept.as_ref().map(|(finalist, gain)| (finalist.candidate, *gain));
    let advice = advice(&study, &goals, &current, challenger, would_take);
    let recommended = match &advice {
        Advice::Change { to, .. } => Some(*to),
        Advice::Keep { .. } => Some(study.current),
        Advice::Impossible { .. } => None,
    };
    let mut finalists: Vec<Finalist> = match &advice {
        Advice::Change { .. } => kept.into_iter().map(|(finalist, _)| finalist).collect(),
        Advice::Impossible { closest, .. } if *closest != study.current => vec![finalist(*closest)],
        _ => Vec::new(),
    };
    finalists.push(current);
    TuneReport {
        goals,
        seed: 1,
        fresh_seed,
        front: front(&study),
        prices: recommended.map_or(Vec::new(), |candidate| prices(&study, &goals, candidate)),
        drift: recommended.map_or(Vec::new(), |candidate| drift(&study, &goals, candidate)),
        gates: gates(),
        advice,
        finalists,
        tried,
        study,
    }
}

fn row(game: &Game, candidate: usize, world: usize, seeds: std::ops::Range<u64>) -> gatecrash_reports::Row {
    let is = &game.worlds[world];
    let mut tally = Tally::new(&is.scenario, "careful", is.expect, is.sizes, Promise::default());
    seeds.for_each(|seed| tally.add(&game.trial(candidate, world, seed)));
    tally.row()
}

fn gates() -> Vec<GateWorth> {
    let minutes = |minutes: u64| Some(Span::from_secs(60 * minutes));
    let worth = GateWorth {
        gate: "cancel-to-ack".into(),
        fired: (1_530, 1_561),
        fired_falsely: (2, 3),
        detection: (0.971, 0.112),
        delay: (minutes(10), minutes(74)),
        exposed: (480.2, 2_702.0),
        false_rollback: (0.0037, 0.0012),
        blind_at: vec!["internal".into()],
        judged_at: vec!["canary".into(), "everyone".into()],
    };
    let idle = GateWorth {
        gate: "no-duplicates".into(),
        fired: (0, 1_561),
        fired_falsely: (0, 3),
        detection: (0.971, 0.971),
        delay: (minutes(10), minutes(10)),
        exposed: (480.2, 480.2),
        false_rollback: (0.0037, 0.0037),
        blind_at: Vec::new(),
        judged_at: vec!["internal".into(), "canary".into(), "everyone".into()],
    };
    vec![worth, idle]
}

fn rates(max_false_rollback: f64, min_detection: f64) -> Goals {
    Goals { max_false_rollback: Some(max_false_rollback), min_detection: Some(min_detection), ..Goals::default() }
}

fn written(write: impl Fn(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).expect("memory takes it all");
    String::from_utf8(out).expect("text")
}

fn text(report: &TuneReport) -> String {
    written(|out| report.text(false, out))
}

#[test]
fn a_change() {
    let report = searched(rates(0.03, 0.9));
    assert!(matches!(report.advice, Advice::Change { .. }));
    insta::assert_snapshot!(text(&report));
    insta::assert_snapshot!("a_change_in_markdown", written(|out| report.markdown(out)));
    insta::assert_snapshot!("a_change_in_json", written(|out| report.json(out)));
    insta::assert_snapshot!("a_change_in_csv", written(|out| report.csv(out)));
    assert!(written(|out| report.text(true, out)).contains("\x1b[1m"));
}

#[test]
fn a_cost_tells_how_many_rollbacks_are_real() {
    let cost = Some(Cost { breach_rate: 0.05, harm: 1.0, rollback: 500.0, delay: 2.0 });
    let report = searched(Goals { cost, ..rates(0.03, 0.9) });
    insta::assert_snapshot!(text(&report));
    let json: serde_json::Value = serde_json::from_str(&written(|out| report.json(out))).expect("JSON");
    assert!(json["winner"]["scores"]["cost"].is_f64() && json["winner"]["scores"]["share_real"].is_f64());
}

#[test]
fn nothing_better() {
    // Only the policy as written and its neighbour are as careful as that.
    let mut report = searched(rates(0.01, 0.88));
    report.advice = Advice::Keep { best_other: Some((3, Gain { n: 804, mean: -12.3, low: -40.0, high: 15.4 })) };
    report.finalists.retain(|f| f.candidate == report.study.current);
    let said = report.verdict();
    assert!(said.starts_with("keep yours: ") && said.contains("has 12.3 [-15.4, 40] fewer exposed requests"), "{said}");
    report.advice = Advice::Keep { best_other: None };
    insta::assert_snapshot!(report.verdict());
}

#[test]
fn the_impossible() {
    let report = searched(rates(0.01, 0.97));
    assert!(matches!(report.advice, Advice::Impossible { .. }), "{:?}", report.advice);
    insta::assert_snapshot!(text(&report));
    let json: serde_json::Value = serde_json::from_str(&written(|out| report.json(out))).expect("JSON");
    assert!(json["winner"].is_null() && json["closest"].is_object() && json["advice"] == "impossible");
    assert_eq!(json["would_take"][0]["to"], "2h 36m");
}

#[test]
fn where_in_time_is_the_trouble_it_says_how_long_to_wait() {
    let mut report = searched(rates(0.01, 0.97));
    assert!(!report.verdict().contains("to detect a breach"), "{}", report.verdict());
    report.goals.detect_within = Some(Span::from_secs(1));
    assert!(report.verdict().contains("instead of 1s to detect a breach: within that come 95% of"), "{}", report.verdict());
}

#[test]
fn lines_fit_a_terminal_and_names_cannot_break_out() {
    let mut report = searched(rates(0.03, 0.9));
    report.study.candidates[1].values[1] = "3\x1b[2Jm".into();
    let text = text(&report);
    assert!(!text.contains('\x1b'));
    let tables = text.lines().filter(|line| line.starts_with("  ") && line.contains("  ["));
    assert!(tables.clone().all(|line| line.chars().count() <= 120), "{text}");
}

#[test]
fn json_has_what_scripts_read() {
    let report = searched(rates(0.03, 0.9));
    let json: serde_json::Value = serde_json::from_str(&written(|out| report.json(out))).expect("JSON");
    assert_eq!(json["schema"], "gatecrash.tune/v1");
    let winner = json["winner"]["index"].as_u64().expect("an index") as usize;
    assert_eq!(json["candidates"][winner]["values"], json["winner"]["values"]);
    assert_ne!(json["candidates"][winner]["scores"], json["winner"]["scores"], "the winner's are of fresh seeds");
    assert_eq!(json["candidates"].as_array().map(Vec::len), Some(12));
    assert_eq!(json["candidates"][0]["values"]["gates.cancel-to-ack.limit"], "500ms");
    let lines = written(|out| report.csv(out));
    assert_eq!(lines.lines().count(), 1 + 12 * 6);
}
