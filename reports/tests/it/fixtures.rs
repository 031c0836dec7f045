//! Made-up trials: small, without chance, and with every field in use somewhere.

use gatecrash_policies::Bound;
use gatecrash_policies::hist::Hist;
use gatecrash_policies::policy::*;
use gatecrash_policies::sample::{Arm, Catalog, Level, Sample, Segment, Series, Signal, SignalKind};
use gatecrash_policies::show::Unit;
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::verdict::{Evidence, Status, Verdict};
use gatecrash_reports::promise::Promise;
use gatecrash_reports::score::Sizes;
use gatecrash_reports::{Row, ScoreReport, Tally, TrialReport};
use gatecrash_sim::scenario::{Expect, ReadReport};
use gatecrash_sim::trial::*;

pub fn minutes(minutes: f64) -> Time {
    Time((minutes * 60e6) as u64)
}

/// A trial in which nothing happened.
pub fn trial(scenario: &str, policy: &str, seed: u64, outcome: Outcome) -> Trial {
    Trial {
        scenario: scenario.into(),
        policy: policy.into(),
        seed,
        outcome,
        reason: String::new(),
        caught_by: Vec::new(),
        stage: String::new(),
        instants: Instants::default(),
        lucky: false,
        mitigated: false,
        premature_validation: None,
        within_budget: None,
        exposed_requests: 1_000 + seed,
        exposed_subjects: 80 + seed % 7,
        harmed: 0,
        duplicates_leaked: 0,
        events: 20_000,
        ended: minutes(240.0),
        stopped: minutes(240.0),
        finished: false,
        open_items: Vec::new(),
        untrue_items: Vec::new(),
        cleanup: Vec::new(),
        timeline: Vec::new(),
        detail: None,
    }
}

/// Harm at 60m, seen 30s later, decided after `seed` minutes more, withdrawn in 40s, clear in 10s, validated after 5m.
pub fn detected(scenario: &str, policy: &str, seed: u64) -> Trial {
    let shown = minutes(60.5);
    let decided = shown + Span::from_secs(60 * (seed + 1));
    let withdrawn = decided + Span::from_secs(40);
    let clear = withdrawn + Span::from_secs(10);
    let instants = Instants {
        harmed: Some(minutes(60.0)),
        shown: Some(shown),
        decided: Some(decided),
        withdrawn: Some(withdrawn),
        clear: Some(clear),
        validated: Some(clear + Span::from_secs(300)),
    };
    let gate = if seed.is_multiple_of(4) { "errors" } else { "latency" };
    Trial {
        instants,
        caught_by: vec![gate.into()],
        within_budget: Some(seed < 15),
        harmed: 40 + 3 * seed,
        duplicates_leaked: seed % 3,
        premature_validation: (seed == 5).then(|| minutes(61.0)),
        lucky: false,
        ..trial(scenario, policy, seed, Outcome::Detected)
    }
}

pub fn missed(scenario: &str, policy: &str, seed: u64) -> Trial {
    let instants = Instants { harmed: Some(minutes(60.0)), shown: Some(minutes(60.5)), ..Instants::default() };
    Trial { instants, harmed: 900 + seed, finished: true, ..trial(scenario, policy, seed, Outcome::Missed) }
}

pub fn false_rollback(scenario: &str, policy: &str, seed: u64) -> Trial {
    let instants = Instants {
        decided: Some(minutes(30.0)),
        withdrawn: Some(minutes(31.0)),
        clear: Some(minutes(31.0)),
        validated: Some(minutes(36.0)),
        ..Instants::default()
    };
    Trial { instants, caught_by: vec!["latency".into()], ..trial(scenario, policy, seed, Outcome::FalseRollback) }
}

pub fn promoted(scenario: &str, policy: &str, seed: u64) -> Trial {
    Trial { finished: true, ended: minutes(200.0), ..trial(scenario, policy, seed, Outcome::TruePromote) }
}

pub fn insufficient(scenario: &str, policy: &str, seed: u64, reason: &str) -> Trial {
    Trial { reason: reason.into(), ..trial(scenario, policy, seed, Outcome::Insufficient) }
}

pub fn row(scenario: &str, policy: &str, expect: Expect, severity: f64, trials: &[Trial]) -> Row {
    row_at(scenario, policy, expect, Sizes { severity, ..Sizes::default() }, trials)
}

pub fn row_at(scenario: &str, policy: &str, expect: Expect, sizes: Sizes, trials: &[Trial]) -> Row {
    let mut tally = Tally::new(scenario, policy, expect, sizes, promise(policy));
    trials.iter().for_each(|t| tally.add(t));
    tally.row()
}

/// What the gates of a policy promise: `careful` shares 2.5% and has a gate that promises nothing, `relative` shares nothing.
fn promise(policy: &str) -> Promise {
    let bound = |chance, without: &[&str]| Bound { chance, without: without.iter().map(|gate| gate.to_string()).collect() };
    match policy {
        "careful" => Promise { bound: bound(0.025, &["drops"]), shared: true },
        "relative" => Promise { bound: bound(0.123, &[]), shared: false },
        _ => Promise::default(),
    }
}

/// Twenty trials each: a breach at two severities, a healthy day, an incident of the environment.
pub fn score() -> ScoreReport {
    let mut rows = Vec::new();
    let (breach, healthy, incident) = ("cancel-latency-spike", "healthy-day", "background-incident");
    for (severity, careful, relative) in [(1.0, 14, 9), (2.0, 20, 18)] {
        for (policy, caught) in [("careful", careful), ("relative", relative), ("always-promote", 0)] {
            let trial = |seed| if seed < caught { detected(breach, policy, seed) } else { missed(breach, policy, seed) };
            rows.push(row(breach, policy, Expect::Rollback, severity, &(0..20).map(trial).collect::<Vec<_>>()));
        }
    }
    for (policy, wrong) in [("careful", 1), ("relative", 0), ("always-promote", 0)] {
        let trial = |seed| match seed {
            s if s < wrong => false_rollback(healthy, policy, s),
            s if s < 3 && policy == "relative" => {
                insufficient(healthy, policy, s, "no finish by the horizon: gate errors had no data")
            }
            s => promoted(healthy, policy, s),
        };
        rows.push(row(healthy, policy, Expect::Promote, 1.0, &(0..20).map(trial).collect::<Vec<_>>()));
    }
    for (policy, wrong) in [("careful", 19), ("relative", 1), ("always-promote", 0)] {
        let trial = |seed| if seed < wrong { false_rollback(incident, policy, seed) } else { promoted(incident, policy, seed) };
        rows.push(row(incident, policy, Expect::Promote, 1.0, &(0..20).map(trial).collect::<Vec<_>>()));
    }
    ScoreReport::new(7, 20, rows)
}

fn metric(signal: &str) -> Metric {
    Metric { component: "runs".into(), signal: signal.into(), segment: None, arm: None }
}

fn gate(name: &str, reading: Reading, op: Op, limit: Limit, over: Option<Span>) -> Gate {
    Gate {
        name: name.into(),
        row: String::new(),
        check: Check { reading, op, limit, per: None, over },
        rule: Rule::new("threshold"),
        min_samples: 20,
        on_fail: OnFail::Rollback,
        needs: None,
    }
}

/// Three gates: a quantile, a ratio beside stable, a count.
pub fn policy() -> Policy {
    let over = Some(Span::from_secs(1_200));
    Policy {
        name: "careful".into(),
        round: Span::from_secs(60),
        gates: vec![
            gate("latency", Reading::Quantile(0.95, metric("latency")), Op::AtMost, Limit::Absolute(4.0), over),
            gate("errors", Reading::Ratio(metric("errors"), metric("outcomes")), Op::AtMost, Limit::StablePlus(0.02), over),
            gate("no-duplicates", Reading::Count(metric("duplicates")), Op::Equal, Limit::Absolute(0.0), None),
        ],
        stages: vec![Stage {
            name: "canary".into(),
            cohort: Cohort::Share(0.1),
            soak: Span::from_secs(7_200),
            gates: vec![0, 1, 2],
            ..Stage::default()
        }],
        rollback: Rollback {
            withdraw_within: Some(Span::from_secs(3_600)),
            recover_within: Some(Span::from_secs(120)),
            ..Rollback::default()
        },
        ..Policy::default()
    }
}

fn signal(name: &str, reads: SignalKind) -> Signal {
    Signal { component: "runs".into(), kind: "calls".into(), name: name.into(), reads }
}

fn catalog() -> Catalog {
    use SignalKind::{Amounts, Counter, Durations, Gauge};
    let signals = [
        ("latency", Durations),
        ("errors", Counter),
        ("outcomes", Counter),
        ("duplicates", Counter),
        ("in_system", Gauge),
        ("hops", Amounts),
    ];
    Catalog {
        signals: signals.map(|(name, reads)| signal(name, reads)).to_vec(),
        segments: vec![Segment { attribute: "surface".into(), value: "ios".into() }],
        ..Catalog::default()
    }
}

/// The canary at 10% from minute 20, slow and failing from minute 60; `i` counts scrapes of 30s.
fn sample(i: u64, arm: Arm) -> Sample {
    let stamp = Time(i * 30_000_000);
    let bad = arm == Arm::Canary && i > 120;
    let series = |signal| Series { signal, part: 0 };
    let n = if arm == Arm::Canary { 5 } else { 40 };
    let drift = 300_000 * ((i / 7) % 5);
    let mut latencies: Vec<u64> = (0..n).map(|k| (900_000 + 45_000 * k + drift) * if bad { 3 + k % 3 } else { 1 }).collect();
    let errors = if bad { 1 + i % 2 } else { u64::from(i.is_multiple_of(9)) };
    Sample {
        arm,
        stamp,
        arrived: stamp + Span::from_secs(20),
        span: Span::from_secs(30),
        subjects: vec![if arm == Arm::Canary { 200 } else { 1_800 }, 30],
        counters: vec![
            (series(1), errors),
            (Series { signal: 1, part: 1 }, errors / 2),
            (series(2), n),
            (series(3), u64::from(i == 135)),
        ],
        gauges: vec![(series(4), Level { last: 4, max: 9, area: 120_000_000 })],
        hists: vec![(series(0), Hist::of(&mut latencies))],
    }
}

fn verdicts() -> Vec<(Time, usize, Verdict)> {
    let verdict = |at: Time, gate, value: f64, limit: f64| {
        let window = (at - Span::from_secs(1_200), at);
        let unit = [Unit::Seconds, Unit::Share, Unit::Plain][gate];
        let status = if value > limit { Status::Fail } else { Status::Pass };
        let evidence = Evidence {
            value: Some(value),
            limit: Some(limit),
            window,
            samples: 100,
            age: Some(Span::from_secs(20)),
            unit,
            ..Evidence::default()
        };
        (at, gate, Verdict { status, evidence })
    };
    let mut all = vec![(minutes(20.0), 0, Verdict { status: Status::NoData, evidence: Evidence::default() })];
    for minute in 21..=74u64 {
        let (at, late) = (minutes(minute as f64), (minute as f64 - 61.0).max(0.0));
        all.push(verdict(at, 0, 2.0 + 0.16 * late, 4.0));
        all.push(verdict(at, 1, 0.02 + 0.007 * late, 0.04 + 0.0002 * (minute % 5) as f64));
        all.push(verdict(at, 2, if minute > 69 { 1.0 } else { 0.0 }, 0.0));
    }
    all
}

fn true_signals() -> Vec<TrueSignal> {
    let hist =
        |values: &[u64]| TrueValue { count: values.len() as u64, hist: Hist::of(&mut values.to_vec()), ..TrueValue::default() };
    let counted = |count| TrueValue { count, ..TrueValue::default() };
    let level = |area, span, max| TrueValue { area: (area, span), max, ..TrueValue::default() };
    let signal = |name: &str, reads, arms| TrueSignal { name: name.into(), reads, arms };
    vec![
        signal("runs.latency", SignalKind::Durations, [hist(&[1_000_000, 2_000_000, 4_500_000]), hist(&[9_000_001])]),
        signal("runs.hops", SignalKind::Amounts, [hist(&[1_000, 2_500]), TrueValue::default()]),
        signal("runs.errors", SignalKind::Counter, [counted(12), counted(0)]),
        signal("runs.in_system", SignalKind::Gauge, [level(36_000_000, 9_000_000, 7), level(0, 0, 0)]),
    ]
}

pub fn detail() -> Detail {
    let mut samples = Vec::new();
    for i in 1..=180 {
        samples.push(sample(i, Arm::Stable));
        if (41..=150).contains(&i) {
            samples.push(sample(i, Arm::Canary));
        }
        if i > 151 {
            samples.push(sample(i, Arm::Former));
        }
    }
    let lost = samples.iter().map(|s| s.arm == Arm::Canary && (3_000..3_200).contains(&(s.stamp.0 / 1_000_000))).collect();
    Detail {
        passages: Vec::new(),
        catalog: catalog(),
        signals: true_signals(),
        samples,
        lost,
        exposure: vec![(Time::ZERO, 0), (minutes(20.0), 1_000), (minutes(75.5), 0)],
        verdicts: verdicts(),
        harms: (0..60).map(|k| (minutes(60.0 + 0.26 * k as f64), 0)).collect(),
    }
}

/// A detected trial with everything that a picture needs.
pub fn pictured() -> Trial {
    let entry = |at, kind, text: &str| Entry { at, kind, text: text.into() };
    Trial {
        caught_by: vec!["latency".into(), "errors".into()],
        premature_validation: Some(minutes(75.0)),
        within_budget: Some(false),
        timeline: vec![
            entry(minutes(20.0), "stage", "canary: 10% of subjects"),
            entry(minutes(60.0), "fault", "latency_regression: runs.latency 3x"),
            entry(minutes(60.0), "harm", "first harmed outcome: runs.latency <= 4s"),
            entry(minutes(74.5), "gate", "latency fails: p95 4.08s > 4s"),
            entry(minutes(74.5), "decision", "roll back"),
            entry(minutes(75.17), "steering", "cohort nobody in production"),
            entry(minutes(80.5), "recovery", "validated"),
        ],
        detail: Some(Box::new(detail())),
        ended: minutes(85.0),
        stopped: minutes(85.0),
        ..detected("latency-regression", "careful", 13)
    }
}

pub fn recorded() -> ReadReport {
    ReadReport {
        file: "requests.csv".into(),
        read: 10_000,
        used: 9_997,
        not_played: 0,
        dropped: vec![("no timestamp".into(), 17, 2), ("status is not a number".into(), 801, 1)],
        out_of_order: 40,
        quantised: Some(Span::from_secs(1)),
    }
}

/// Calls `f` with a report of the trial.
pub fn with_report<T>(trial: &Trial, expect: Expect, f: impl FnOnce(&TrialReport) -> T) -> T {
    let (policy, recorded) = (policy(), recorded());
    f(&TrialReport { trial, policy: &policy, expect, recorded: Some(&recorded) })
}

/// A general part and two policies with scenarios of their own, as large as the library: 150 rows.
pub fn large_score() -> ScoreReport {
    let mut rows = Vec::new();
    for (policy, gates) in [("ws-only", 26), ("agent-readiness", 30)] {
        for gate in 0..gates {
            let own = |near: &str| format!("{policy}-gate-with-a-name-{gate}{near}");
            let (breach, near) = (own(""), own("-near"));
            let caught = if gate == 3 { 1 } else { 19 };
            let harm = |seed| if seed < caught { detected(&breach, policy, seed) } else { missed(&breach, policy, seed) };
            rows.push(row(&breach, policy, Expect::Rollback, 1.0, &(0..20).map(harm).collect::<Vec<_>>()));
            let quiet = |seed| match seed {
                0 if gate == 5 => {
                    insufficient(&near, policy, seed, "not finished by the horizon: stage 5%: soak: 1h of 9h served")
                }
                _ => promoted(&near, policy, seed),
            };
            rows.push(row(&near, policy, Expect::Promote, 1.0, &(0..20).map(quiet).collect::<Vec<_>>()));
        }
    }
    rows.extend(score().rows.into_iter().filter(|r| r.severity == 1.0));
    ScoreReport::new(7, 20, rows)
}

/// Twenty trials each of a healthy day and of a breach, at three wobbles; the policy alarms oftener the more services drift.
pub fn wobbly_score() -> ScoreReport {
    let mut rows = Vec::new();
    for (policy, wrong) in [("careful", [0, 1, 3]), ("hasty", [1, 4, 9])] {
        for (wobble, wrong) in [0.0, 1.0, 2.0].into_iter().zip(wrong) {
            let sizes = Sizes { wobble, ..Sizes::default() };
            let quiet = |s| if s < wrong { false_rollback("healthy-day", policy, s) } else { promoted("healthy-day", policy, s) };
            rows.push(row_at("healthy-day", policy, Expect::Promote, sizes, &(0..20).map(quiet).collect::<Vec<_>>()));
            for severity in [1.0, 2.0] {
                let sizes = Sizes { severity, wobble };
                let harm = |s| if s < 15 { detected("error-burst", policy, s) } else { missed("error-burst", policy, s) };
                rows.push(row_at("error-burst", policy, Expect::Rollback, sizes, &(0..20).map(harm).collect::<Vec<_>>()));
            }
        }
    }
    ScoreReport::new(7, 20, rows)
}
