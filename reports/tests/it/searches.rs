//! Made-up searches: what a world with one slow cancel and one healthy day might have given. No chance in them.

use crate::fixtures::{detected, false_rollback, missed, promoted, row_at};
use gatecrash_policies::time::Span;
use gatecrash_reports::score::Sizes;
use gatecrash_reports::tune::*;
use gatecrash_sim::scenario::Expect;
use gatecrash_sim::trial::Trial;
use std::collections::BTreeMap;

/// How large a search is.
pub struct Size {
    /// Limits of the gate, in milliseconds.
    pub limits: Vec<u64>,
    /// Its windows, in minutes.
    pub windows: Vec<u64>,
    /// Soaks of the canary stage, in minutes.
    pub soaks: Vec<u64>,
}

/// One gate with many limits and three windows, and two soaks.
pub fn many() -> Size {
    Size { limits: (200..=900).step_by(25).collect(), windows: vec![5, 10, 30], soaks: vec![30, 60] }
}

/// Few enough to be read.
pub fn few() -> Size {
    Size { limits: vec![300, 450, 600, 900], windows: vec![10], soaks: vec![30] }
}

fn world(scenario: &str, expect: Expect, severity: f64, wobble: f64) -> World {
    World { scenario: scenario.into(), expect, sizes: Sizes { severity, wobble } }
}

/// The worlds of the search.
pub fn worlds() -> Vec<World> {
    let breach = |name, severity| world(name, Expect::Rollback, severity, 1.0);
    vec![
        breach("cancel-latency-doubled", 1.0),
        breach("error-burst", 1.0),
        world("healthy-day", Expect::Promote, 1.0, 1.0),
        world("busy-evening", Expect::Promote, 1.0, 1.0),
        breach("cancel-latency-doubled", 0.5),
        breach("cancel-latency-doubled", 2.0),
        breach("error-burst", 0.5),
        breach("error-burst", 2.0),
        world("healthy-day", Expect::Promote, 1.0, 2.0),
    ]
}

/// A policy of the search.
#[derive(Clone, Copy)]
struct Setting {
    limit: f64,
    window: f64,
    soak: f64,
}

/// An S from 0 to 1.
fn rise(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// What a policy comes to in a world: the tighter the limit, the more is caught and the more is false; longer windows calm it.
fn came(world: &World, s: Setting, trials: u64) -> Came {
    let latency = if world.scenario.starts_with("cancel") { 400.0 + 320.0 * world.sizes.severity } else { 330.0 };
    let spread = 55.0 * world.sizes.wobble * (10.0 / s.window).powf(0.35);
    let tail = rise((latency - s.limit) / spread - 0.6);
    let errors = if world.scenario == "error-burst" { rise(2.2 * world.sizes.severity - 0.4) } else { 0.002 };
    let enough = rise((s.soak - s.window) / 9.0);
    let n = trials as f64;
    let by_latency = (n * tail * enough).round() as u64;
    let by_errors = ((n - by_latency as f64) * errors).round() as u64;
    let fired = by_latency + by_errors;
    let mut came = Came::default();
    if world.has_breach() {
        (came.detected, came.in_time, came.missed) = (fired, fired, trials - fired);
        let delay = 60e6 * (1.5 + 0.55 * s.window + 6.0 * (1.0 - tail));
        let exposed = 12.0 * (delay / 60e6) + 4.0;
        for (stage, share) in [("canary", enough), ("half", 1.0 - enough)] {
            let here = (fired as f64 * share).round() as u64;
            came.by_stage.insert(stage.into(), sum(here, if stage == "canary" { delay } else { 2.1 * delay }));
            came.exposed_by_stage.insert(stage.into(), sum(here, if stage == "canary" { exposed } else { 6.0 * exposed }));
        }
        came.detect = sum(fired, delay);
        came.exposed = sum(trials, exposed + 900.0 * came.missed as f64 / n);
    } else {
        (came.false_rollbacks, came.true_promotes) = (fired, trials - fired);
        came.exposed = sum(trials, 700.0 + 10.0 * s.soak);
        came.rollout = sum(trials - fired, 60e6 * (45.0 + 2.0 * s.soak));
    }
    came.caught_by = BTreeMap::from([("cancel-to-ack".to_string(), by_latency), ("errors".to_string(), by_errors)]);
    came
}

fn sum(n: u64, mean: f64) -> Sum {
    let value = mean as u128;
    Sum { n, total: u128::from(n) * value, squares: u128::from(n) * value * value }
}

fn settings(size: &Size) -> Vec<Setting> {
    let mut all = vec![Setting { limit: 900.0, window: 30.0, soak: 30.0 }];
    for soak in &size.soaks {
        for window in &size.windows {
            let each =
                size.limits.iter().map(|limit| Setting { limit: *limit as f64, window: *window as f64, soak: *soak as f64 });
            all.extend(each);
        }
    }
    all
}

fn study(size: &Size) -> (Study, Vec<Setting>) {
    let settings = settings(size);
    let values = |s: &Setting| vec![format!("{}ms", s.limit), format!("{}m", s.window), format!("{}m", s.soak)];
    let worlds = worlds();
    // Every other hopeless one was given up after a tenth of its trials.
    let trials = |i: usize, s: &Setting| if s.limit > 750.0 && i % 2 == 1 && i > 0 { 20 } else { 200 };
    let all = settings.iter().enumerate().map(|(i, s)| worlds.iter().map(|w| came(w, *s, trials(i, s))).collect());
    let came: Vec<Vec<Came>> = all.collect();
    let dial = |path: &str, now: &str, values: Vec<String>| Dial { path: path.into(), now: Some(now.into()), values };
    let named = |values: &[u64], unit: &str| values.iter().map(|v| format!("{v}{unit}")).collect();
    let study = Study {
        policy: "orders".into(),
        dials: vec![
            dial("gates.cancel-to-ack.limit", "900ms", named(&size.limits, "ms")),
            dial("gates.cancel-to-ack.window", "30m", named(&size.windows, "m")),
            dial("stages.canary.soak", "30m", named(&size.soaks, "m")),
        ],
        candidates: settings.iter().map(|s| Candidate { values: values(s) }).collect(),
        current: 0,
        gates: vec!["cancel-to-ack".into(), "errors".into(), "saturation".into()],
        stages: vec!["canary".into(), "half".into(), "all".into()],
        effort: Effort { trials: came.iter().flatten().map(Came::trials).sum(), simulated: 48_000_000, saved: 3_912_000_000 },
        worlds,
        came,
    };
    (study, settings)
}

/// (false rollbacks, detection, exposure) at worst, of worlds as written.
pub fn worst(study: &Study, c: usize) -> (f64, f64, f64) {
    let written = || study.worlds.iter().zip(&study.came[c]).filter(|(w, _)| w.is_as_written());
    let rate = |hits: u64, came: &Came| hits as f64 / came.judged().max(1) as f64;
    let healthy = written().filter(|(w, _)| !w.has_breach()).map(|(_, came)| rate(came.false_rollbacks, came));
    let caught = written().filter(|(w, _)| w.has_breach()).map(|(_, came)| rate(came.detected, came));
    let exposed = written().filter(|(w, _)| w.has_breach()).filter_map(|(_, came)| came.exposed.mean());
    (healthy.fold(0.0, f64::max), caught.fold(1.0, f64::min), exposed.fold(0.0, f64::max))
}

fn front(study: &Study) -> Vec<usize> {
    let all: Vec<_> = (0..study.candidates.len()).map(|c| worst(study, c)).collect();
    let beats = |a: &(f64, f64, f64), b: &(f64, f64, f64)| a.0 <= b.0 && a.1 >= b.1 && a.2 <= b.2 && a != b;
    (0..all.len()).filter(|c| !all.iter().any(|other| beats(other, &all[*c]))).collect()
}

fn finalist(candidate: usize, setting: Setting) -> Finalist {
    let mut worlds: Vec<World> = worlds().into_iter().filter(World::is_as_written).collect();
    worlds.extend([
        world("cancel-latency-doubled", Expect::Rollback, 0.7, 1.0),
        world("cancel-latency-doubled", Expect::Rollback, 1.4, 1.0),
        world("healthy-day", Expect::Promote, 1.0, 2.0),
    ]);
    let came: Vec<Came> = worlds.iter().map(|w| came(w, setting, 400)).collect();
    let rows = worlds.iter().zip(&came).map(|(w, came)| {
        let (name, fired) = (w.scenario.as_str(), (came.detected + came.false_rollbacks) / 4);
        let exposed_requests = came.exposed.mean().unwrap_or(0.0) as u64;
        let trial = |seed| match (w.has_breach(), seed < fired) {
            (true, true) => Trial { exposed_requests, ..detected(name, "orders", seed % 9) },
            (true, false) => Trial { exposed_requests, ..missed(name, "orders", seed) },
            (false, true) => Trial { exposed_requests, ..false_rollback(name, "orders", seed) },
            (false, false) => Trial { exposed_requests, ..promoted(name, "orders", seed) },
        };
        row_at(name, "orders", w.expect, w.sizes, &(0..100).map(trial).collect::<Vec<_>>())
    });
    Finalist { candidate, rows: rows.collect(), worlds, came }
}

fn gates() -> Vec<GateWorth> {
    let minutes = |m: f64| Some(Span((m * 60e6) as u64));
    let worth = |gate: &str, fired, fired_falsely, without: f64, delay, exposed| GateWorth {
        gate: gate.into(),
        fired: (fired, 720),
        fired_falsely: (fired_falsely, 3),
        detection: (0.93, without),
        delay: (minutes(7.2), delay),
        exposed: (118.0, exposed),
        false_rollback: (0.004, if fired_falsely > 0 { 0.001 } else { 0.004 }),
        blind_at: Vec::new(),
        judged_at: vec!["canary".into(), "half".into()],
    };
    vec![
        worth("cancel-to-ack", 610, 2, 0.41, minutes(9.6), 540.0),
        worth("errors", 110, 1, 0.78, minutes(7.4), 231.0),
        GateWorth { blind_at: vec!["canary".into()], ..worth("saturation", 0, 0, 0.93, minutes(7.2), 118.0) },
    ]
}

/// A search that found a better policy.
pub fn search(size: &Size) -> TuneReport {
    let (study, settings) = study(size);
    let goals = Goals {
        max_false_rollback: Some(0.01),
        min_detection: Some(0.7),
        detect_within: Some(Span::from_secs(20 * 60)),
        max_exposure: Some(350.0),
        ..Goals::default()
    };
    let full = |c: &usize| study.came[*c][0].trials() == 200;
    let meets = |c: &usize| worst(&study, *c).0 <= 0.01 && worst(&study, *c).1 >= 0.7;
    let least = |a: &usize, b: &usize| worst(&study, *a).2.total_cmp(&worst(&study, *b).2);
    let to = (0..settings.len()).filter(full).filter(meets).min_by(least).expect("one of them is good");
    let gain = Gain { n: 800, mean: -212.4, low: -240.0, high: -186.0 };
    TuneReport {
        goals,
        seed: 1,
        fresh_seed: 1_000_001,
        front: front(&study),
        advice: Advice::Change { to, gain },
        finalists: vec![finalist(to, settings[to]), finalist(0, settings[0])],
        tried: 2,
        prices: vec![Price { constraint: "max_false_rollback", without: 1, with_value: 118.0, without_value: 64.0 }],
        drift: vec![
            Drift { sizes: Sizes { severity: 0.5, wobble: 1.0 }, winner: Some(1), holds: false },
            Drift { sizes: Sizes { severity: 2.0, wobble: 1.0 }, winner: Some(to), holds: true },
            Drift { sizes: Sizes { severity: 1.0, wobble: 2.0 }, winner: None, holds: false },
        ],
        gates: gates(),
        study,
    }
}

/// The same, where nothing does what was asked for.
pub fn impossible(size: &Size) -> TuneReport {
    let mut report = search(size);
    report.goals.min_detection = Some(0.999);
    report.goals.max_duration = Some(Span::from_secs(3_600));
    let closest = report.finalists[0].candidate;
    let give = |constraint, asked, reached, by| GiveUp { constraint, asked, reached, by, scenario: "healthy-day".into() };
    report.advice = Advice::Impossible {
        closest,
        give_up: vec![
            give("max_false_rollback", 0.01, Some(0.065), Some(2)),
            give("min_detection", 0.999, Some(0.93), Some(closest)),
            give("max_duration", 3_600.0, None, None),
        ],
        would_take: vec![WouldTake {
            path: "stages.canary.soak".into(),
            now: "30m".into(),
            to: "2h 36m".into(),
            false_rollback: 0.008,
            detection: 0.999,
        }],
    };
    report.prices.clear();
    report
}

/// The same, where nothing is better than the policy as written.
pub fn kept(size: &Size) -> TuneReport {
    let mut report = search(size);
    let best_other = (report.finalists[0].candidate, Gain { n: 800, mean: -3.2, low: -9.0, high: 2.6 });
    report.advice = Advice::Keep { best_other: Some(best_other) };
    report.finalists.remove(0);
    report
}

/// Only the worlds that are wanted.
pub fn only(mut report: TuneReport, wanted: impl Fn(&World) -> bool) -> TuneReport {
    let keep: Vec<bool> = report.study.worlds.iter().map(&wanted).collect();
    let chosen = |came: &[Came]| came.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(came, _)| came.clone()).collect();
    report.study.came = report.study.came.iter().map(|came| chosen(came)).collect();
    report.study.worlds.retain(&wanted);
    for finalist in &mut report.finalists {
        let keep: Vec<bool> = finalist.worlds.iter().map(&wanted).collect();
        let mut at = keep.iter();
        finalist.came.retain(|_| *at.next().expect("one for each"));
        let mut at = keep.iter();
        finalist.rows.retain(|_| *at.next().expect("one for each"));
        finalist.worlds.retain(&wanted);
    }
    report
}
