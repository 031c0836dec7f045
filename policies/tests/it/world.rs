//! A toy world: samples by hand, and actions that take effect after a fixed time.

use gatecrash_policies::calendar::Calendar;
use gatecrash_policies::controller::Claim;
use gatecrash_policies::policy::{Check, Gate, OnFail, Rollback, Rule, Validate};
use gatecrash_policies::sample::{Level, Segment, Series, Signal, SignalKind};
use gatecrash_policies::{
    Action, Arm, Catalog, Cohort, Controller, Decision, Hist, Policy, Rollout, Sample, Span, Stage, Status, Time, View, parse,
};

/// So many seconds.
pub fn secs(n: u64) -> Span {
    Span::from_secs(n)
}

/// The moment `n` seconds after the beginning.
pub fn at(n: u64) -> Time {
    Time::ZERO + secs(n)
}

/// One `calls` component with a signal of every kind; the world knows `connections` but this system has none.
pub fn catalog() -> Catalog {
    use SignalKind::{Amounts, Counter, Durations, Gauge};
    let signal =
        |(name, reads): (&str, SignalKind)| Signal { component: "runs".into(), kind: "calls".into(), name: name.into(), reads };
    let first = [("outcomes", Counter), ("errors", Counter), ("latency", Durations), ("queue", Gauge), ("hops", Amounts)];
    let runs = [("retries", Counter), ("retries_streak", Amounts)];
    Catalog {
        signals: first.into_iter().chain(runs).map(signal).collect(),
        segments: vec![Segment { attribute: "surface".into(), value: "ios".into() }],
        attributes: vec![("surface".into(), vec!["web".into(), "ios".into()])],
        kinds: vec!["calls".into(), "connections".into()],
    }
}

/// What happened in one scrape of one arm.
#[derive(Clone, Debug, Default)]
pub struct Scrape {
    pub outcomes: u64,
    pub errors: u64,
    pub queue: u64,
    /// Milliseconds.
    pub latencies: Vec<u64>,
    pub subjects: u32,
    /// Of the errors, those on ios; there are five subjects and half of the outcomes if there is any.
    pub ios_errors: u64,
    /// How many retries in a row there were so far, at each.
    pub runs: Vec<u64>,
}

/// A sample of a scrape at `stamp` seconds that arrives `delay` seconds later.
pub fn sample(arm: Arm, stamp: u64, span: u64, delay: u64, scrape: &Scrape) -> Sample {
    let series = |signal| Series { signal, part: 0 };
    let ios = |signal, n| (Series { signal, part: 1 }, if scrape.ios_errors > 0 { n } else { 0 });
    let counters = [
        (series(0), scrape.outcomes),
        ios(0, scrape.outcomes / 2),
        (series(1), scrape.errors),
        ios(1, scrape.ios_errors),
        (series(5), scrape.runs.len() as u64),
    ];
    let level = Level { last: scrape.queue, max: scrape.queue + 1, area: u128::from(scrape.queue * span * 1_000_000) };
    let mut latencies: Vec<u64> = scrape.latencies.iter().map(|ms| ms * 1_000).collect();
    let mut hops: Vec<u64> = scrape.latencies.iter().map(|ms| ms % 7 * 1_000).collect();
    let mut runs: Vec<u64> = scrape.runs.iter().map(|run| run * 1_000).collect();
    let hists = [(series(2), Hist::of(&mut latencies)), (series(4), Hist::of(&mut hops)), (series(6), Hist::of(&mut runs))];
    Sample {
        arm,
        stamp: at(stamp),
        arrived: at(stamp + delay),
        span: secs(span),
        subjects: vec![scrape.subjects, if scrape.ios_errors > 0 { 5 } else { 0 }],
        counters: counters.into_iter().filter(|(_, n)| *n > 0).collect(),
        gauges: vec![(series(3), level)],
        hists: hists.into_iter().filter(|(_, h)| h.count() > 0).collect(),
    }
}

/// A check of the toy world.
pub fn check(text: &str) -> Check {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A gate that rolls back.
pub fn gate(name: &str, text: &str, rule: Rule) -> Gate {
    Gate {
        name: name.into(),
        row: String::new(),
        check: check(text),
        rule,
        min_samples: 1,
        on_fail: OnFail::Rollback,
        needs: None,
    }
}

/// A policy with rounds of a minute, all gates in a canary stage of 10 minutes and in everyone's of 5.
pub fn policy(gates: Vec<Gate>) -> Policy {
    let all: Vec<usize> = (0..gates.len()).collect();
    let stage = |name: &str, share, soak| Stage {
        name: name.into(),
        cohort: Cohort::Share(share),
        soak,
        gates: all.clone(),
        ..Stage::default()
    };
    Policy {
        name: "toy".into(),
        round: secs(60),
        gates,
        stages: vec![stage("canary", 0.1, secs(600)), stage("everyone", 1.0, secs(300))],
        rollback: Rollback { validate: Validate { clean_for: secs(120), ..Validate::default() }, ..Rollback::default() },
        ..Policy::default()
    }
}

/// A rollout with the actions it asked for, each of which takes effect `takes` later.
#[derive(Clone, Debug, PartialEq)]
pub struct Play {
    pub rollout: Rollout,
    pub takes: Span,
    /// How long people take to look.
    pub people: Span,
    /// What is claimed, and since which second; `None` where nobody keeps a list.
    pub claims: Option<Vec<Claim>>,
    pub calendar: Calendar,
    done: Vec<Time>,
    /// Every decision with the second at which it was made.
    pub log: Vec<(u64, Decision)>,
}

impl Play {
    pub fn new(policy: &Policy) -> Play {
        let rollout = Rollout::new(policy, &catalog()).unwrap_or_else(|error| panic!("{error}"));
        let (takes, people) = (Span::ZERO, Span::ZERO);
        Play { rollout, takes, people, claims: None, calendar: Calendar::default(), done: Vec::new(), log: Vec::new() }
    }

    /// One round.
    pub fn round(&mut self, now: Time, arrived: &[Sample]) {
        let done: Vec<Option<Time>> = self.done.iter().map(|at| (*at <= now).then_some(*at)).collect();
        let claimed = |list: &Vec<Claim>| list.iter().filter(|claim| claim.since <= now).cloned().collect::<Vec<_>>();
        let claims = self.claims.as_ref().map(claimed);
        let view = View { now, arrived, before: 0, done: &done, claims: claims.as_deref(), calendar: self.calendar };
        for decision in self.rollout.round(&view) {
            if let Decision::Act(action) = &decision {
                let by_people = matches!(action, Action::Review { .. } | Action::Recheck { .. });
                self.done.push(now + if by_people { self.people } else { self.takes });
            }
            self.log.push((now.0 / 1_000_000, decision));
        }
    }

    /// Rounds whenever the rollout asks for one, up to `end` seconds. `scrape` tells what each arm's scrape of 30 seconds
    /// holds, by the second of its stamp; samples arrive after 10 seconds.
    pub fn run(&mut self, end: u64, scrape: impl Fn(Arm, u64) -> Option<Scrape>) {
        let stamps = (1..).map(|i| i * 30).take_while(|stamp| *stamp <= end);
        let both = stamps.flat_map(|stamp| Arm::ALL.map(|arm| (arm, stamp)));
        let samples: Vec<Sample> =
            both.filter_map(|(arm, stamp)| Some(sample(arm, stamp, 30, 10, &scrape(arm, stamp)?))).collect();
        while self.rollout.next_round() <= at(end) {
            let now = self.rollout.next_round();
            let arrived = samples.partition_point(|s| s.arrived <= now);
            self.round(now, &samples[..arrived]);
        }
    }

    /// What the log says in short: `600 stage everyone`, `900 rollback`, ...
    pub fn story(&self) -> Vec<String> {
        let word = |decision: &Decision| match decision {
            Decision::Act(Action::Stage { name, .. }) => format!("stage {name}"),
            Decision::Act(Action::Step { takes, .. }) => format!("step {takes}"),
            Decision::Act(Action::Page) => "page".into(),
            Decision::Act(Action::Review { by }) => format!("review {by}"),
            Decision::Act(Action::Recheck { items }) => format!("recheck {items:?}"),
            Decision::Rollback { gates, stop: false } => format!("rollback {gates:?}"),
            Decision::Rollback { gates, stop: true } => format!("stop {gates:?}"),
            Decision::Say { kind, text } => format!("{kind}: {text}"),
            Decision::Finish => "finish".into(),
            Decision::Mitigated => "mitigated".into(),
            Decision::Recovered => "recovered".into(),
        };
        let told = |(_, decision): &&(u64, Decision)| !matches!(decision, Decision::Say { kind: "note", .. });
        self.log.iter().filter(told).map(|(second, decision)| format!("{second} {}", word(decision))).collect()
    }

    /// What was noted beside, which the story leaves out: metrics of a toy stand still now and then.
    pub fn notes(&self) -> Vec<String> {
        let note = |(_, decision): &(u64, Decision)| match decision {
            Decision::Say { kind: "note", text } => Some(text.clone()),
            _ => None,
        };
        self.log.iter().filter_map(note).collect()
    }

    /// What gate 0 said in the last round.
    pub fn status(&self) -> Option<Status> {
        self.rollout.last_verdicts().first().map(|(_, verdict)| verdict.status)
    }
}

/// A healthy scrape, of the canary at 10% or of stable.
pub fn healthy(arm: Arm) -> Option<Scrape> {
    let (n, subjects) = match arm {
        Arm::Stable => (90, 900),
        Arm::Canary => (10, 100),
        Arm::Former => return None,
    };
    Some(Scrape { outcomes: n, errors: 0, queue: 1, latencies: (0..n).map(|i| 100 + i).collect(), subjects, ..Scrape::default() })
}
