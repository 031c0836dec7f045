//! `gatecrash.tune/v1`. Times in seconds, rates as fractions with their 95 % interval.

use super::answer::{Advice, Drift, Finalist, Gain, GateWorth, GiveUp, Price, TuneReport, WouldTake};
use super::caution::Caution;
use super::field::Field;
use super::goals::Goals;
use super::objective::{Objective, share_real};
use super::rank::rank;
use super::reach::{OutOfReach, out_of_reach};
use super::scores::Scores;
use super::study::{Came, Study, World};
use crate::score::Row;
use crate::stats::{Rate, digits6};
use crate::words;
use gatecrash_policies::time::Span;
use serde::{Serialize, Serializer};
use std::io;

impl TuneReport {
    /// Writes it as indented JSON.
    pub fn json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, &Document::of(self))?;
        writeln!(out)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    policy: &'a str,
    seed: u64,
    fresh_seed: u64,
    goals: GoalsOut,
    ranked_by: &'static str,
    false_rollbacks_counted_in: &'static str,
    dials: Vec<DialOut<'a>>,
    worlds: Vec<WorldOut<'a>>,
    candidates: Vec<CandidateOut<'a>>,
    front: &'a [usize],
    advice: &'static str,
    winner: Option<FinalistOut<'a>>,
    current: Option<FinalistOut<'a>>,
    closest: Option<FinalistOut<'a>>,
    best_other: Option<usize>,
    gain: Option<&'a Gain>,
    tried: usize,
    give_up: &'a [GiveUp],
    out_of_reach: Vec<OutOfReach>,
    would_take: &'a [WouldTake],
    prices: &'a [Price],
    drift: Vec<DriftOut>,
    gates: Vec<GateOut<'a>>,
    trials: u64,
    events_simulated: u64,
    events_saved: u64,
}

impl<'a> Document<'a> {
    fn of(report: &'a TuneReport) -> Document<'a> {
        let study = &report.study;
        let finalist = |candidate: Option<usize>| {
            let candidate = candidate?;
            report.finalists.iter().find(|f| f.candidate == candidate).map(|f| FinalistOut::of(report, f))
        };
        let told = Told::of(&report.advice);
        Document {
            schema: "gatecrash.tune/v1",
            policy: &study.policy,
            seed: report.seed,
            fresh_seed: report.fresh_seed,
            goals: GoalsOut::of(&report.goals),
            ranked_by: if report.goals.cost.is_some() { "cost" } else { "exposed_requests" },
            false_rollbacks_counted_in: if Field::as_written(&study.worlds).lacks_healthy() { "breaches" } else { "healthy" },
            dials: study.dials.iter().map(|d| DialOut { path: &d.path, now: d.now.as_deref(), values: &d.values }).collect(),
            worlds: study.worlds.iter().map(WorldOut::of).collect(),
            candidates: candidates(report),
            front: &report.front,
            advice: told.advice,
            winner: finalist(report.recommended()),
            current: finalist(Some(study.current)),
            closest: finalist(told.closest),
            best_other: told.best_other,
            gain: told.gain,
            tried: report.tried,
            give_up: told.give_up,
            out_of_reach: match report.advice {
                Advice::Impossible { .. } => out_of_reach(study, &report.goals),
                _ => Vec::new(),
            },
            would_take: told.would_take,
            prices: &report.prices,
            drift: report.drift.iter().map(DriftOut::of).collect(),
            gates: report.gates.iter().map(GateOut::of).collect(),
            trials: study.effort.trials,
            events_simulated: study.effort.simulated,
            events_saved: study.effort.saved,
        }
    }
}

/// An advice in parts, those that it does not have empty.
#[derive(Default)]
struct Told<'a> {
    advice: &'static str,
    best_other: Option<usize>,
    gain: Option<&'a Gain>,
    closest: Option<usize>,
    give_up: &'a [GiveUp],
    would_take: &'a [WouldTake],
}

impl Told<'_> {
    fn of(advice: &Advice) -> Told<'_> {
        match advice {
            Advice::Change { gain, .. } => Told { advice: "change", gain: Some(gain), ..Told::default() },
            Advice::Keep { best_other } => {
                let (best_other, gain) =
                    (best_other.as_ref().map(|(other, _)| *other), best_other.as_ref().map(|(_, gain)| gain));
                Told { advice: "keep", best_other, gain, ..Told::default() }
            }
            Advice::Impossible { closest, give_up, would_take } => {
                Told { advice: "impossible", closest: Some(*closest), give_up, would_take, ..Told::default() }
            }
        }
    }
}

#[derive(Serialize)]
struct GoalsOut {
    max_false_rollback: Option<f64>,
    min_detection: Option<f64>,
    detect_within_s: Option<f64>,
    max_exposure: Option<f64>,
    max_duration_s: Option<f64>,
    cost: Option<CostOut>,
}

#[derive(Serialize)]
struct CostOut {
    breach_rate: f64,
    harm: f64,
    rollback: f64,
    delay_per_h: f64,
}

impl GoalsOut {
    fn of(goals: &Goals) -> GoalsOut {
        let cost =
            goals.cost.map(|c| CostOut { breach_rate: c.breach_rate, harm: c.harm, rollback: c.rollback, delay_per_h: c.delay });
        GoalsOut {
            max_false_rollback: goals.max_false_rollback,
            min_detection: goals.min_detection,
            detect_within_s: goals.detect_within.map(Span::seconds),
            max_exposure: goals.max_exposure,
            max_duration_s: goals.max_duration.map(Span::seconds),
            cost,
        }
    }
}

#[derive(Serialize)]
struct DialOut<'a> {
    path: &'a str,
    now: Option<&'a str>,
    values: &'a [String],
}

#[derive(Serialize)]
struct WorldOut<'a> {
    scenario: &'a str,
    expect: &'static str,
    severity: f64,
    wobble: f64,
}

impl WorldOut<'_> {
    fn of(world: &World) -> WorldOut<'_> {
        let sizes = world.sizes;
        WorldOut {
            scenario: &world.scenario,
            expect: words::expect(world.expect),
            severity: sizes.severity,
            wobble: sizes.wobble,
        }
    }
}

/// The values of a candidate by path, in the order of the dials.
struct Values<'a>(&'a Study, usize);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let paths = self.0.dials.iter().map(|dial| &dial.path);
        serializer.collect_map(paths.zip(&self.0.candidates[self.1].values))
    }
}

#[derive(Serialize)]
struct CandidateOut<'a> {
    index: usize,
    values: Values<'a>,
    /// Of each world as written.
    trials: u64,
    /// Null where it was given up before the end.
    feasible: Option<bool>,
    scores: ScoresOut<'a>,
}

fn candidates(report: &TuneReport) -> Vec<CandidateOut<'_>> {
    let study = &report.study;
    let mut feasible = vec![None; study.candidates.len()];
    rank(study, &report.goals, Caution::ENTRY).iter().for_each(|r| feasible[r.candidate] = Some(r.feasible));
    let out = |(index, feasible)| CandidateOut {
        index,
        values: Values(study, index),
        trials: trials(&study.worlds, &study.came[index]),
        feasible,
        scores: ScoresOut::of(&report.goals, &study.worlds, &study.came[index]),
    };
    feasible.into_iter().enumerate().map(out).collect()
}

/// Of each world as written, at least.
fn trials(worlds: &[World], came: &[Came]) -> u64 {
    Field::as_written(worlds).all().into_iter().map(|world| came[world].trials()).min().unwrap_or(0)
}

#[derive(Serialize)]
struct ScoresOut<'a> {
    detection_rate: Option<Rate>,
    false_rollback_rate: Option<Rate>,
    time_to_detect_s: Option<f64>,
    exposed_requests: Option<f64>,
    harmed: Option<f64>,
    rollout_s: Option<f64>,
    cost: Option<f64>,
    /// Of rollbacks, those that would be for a breach.
    share_real: Option<f64>,
    worst: Worst<'a>,
}

#[derive(Serialize)]
struct Worst<'a> {
    detection_rate: Option<WorstRate<'a>>,
    false_rollback_rate: Option<WorstRate<'a>>,
}

#[derive(Serialize)]
struct WorstRate<'a> {
    scenario: &'a str,
    value: f64,
    low: f64,
    high: f64,
}

impl<'a> ScoresOut<'a> {
    fn of(goals: &Goals, worlds: &'a [World], came: &[Came]) -> ScoresOut<'a> {
        let field = Field::as_written(worlds);
        let scores = Scores::of(&field, came);
        let played = field.all().iter().all(|world| came[*world].trials() > 0);
        let cost = goals.cost.filter(|_| played).map(|_| digits6(Objective::new(worlds, &field, goals).of(came).mean));
        let worst = |rate: Option<(usize, Rate)>| {
            rate.map(|(world, rate)| {
                let (value, (low, high)) = (digits6(rate.value()), rate.interval());
                WorstRate { scenario: &worlds[world].scenario, value, low: digits6(low), high: digits6(high) }
            })
        };
        ScoresOut {
            detection_rate: scores.detection,
            false_rollback_rate: scores.false_rollback,
            time_to_detect_s: scores.time_to_detect_s.map(digits6),
            exposed_requests: scores.exposed.map(digits6),
            harmed: scores.harmed.map(digits6),
            rollout_s: scores.rollout_s.map(digits6),
            cost,
            share_real: real(goals, &scores).map(digits6),
            worst: Worst { detection_rate: worst(scores.least_detected), false_rollback_rate: worst(scores.most_false) },
        }
    }
}

/// Of the rollbacks that would happen, those that would be for a breach; nothing without a rate of breaches.
pub(super) fn real(goals: &Goals, scores: &Scores) -> Option<f64> {
    share_real(goals.cost?.breach_rate, scores.detection?.value(), scores.false_rollback?.value())
}

#[derive(Serialize)]
struct FinalistOut<'a> {
    index: usize,
    values: Values<'a>,
    trials: u64,
    fresh_seed: u64,
    scores: ScoresOut<'a>,
    rows: &'a [Row],
}

impl<'a> FinalistOut<'a> {
    fn of(report: &'a TuneReport, finalist: &'a Finalist) -> FinalistOut<'a> {
        FinalistOut {
            index: finalist.candidate,
            values: Values(&report.study, finalist.candidate),
            trials: trials(&finalist.worlds, &finalist.came),
            fresh_seed: report.fresh_seed,
            scores: ScoresOut::of(&report.goals, &finalist.worlds, &finalist.came),
            rows: &finalist.rows,
        }
    }
}

#[derive(Serialize)]
struct DriftOut {
    severity: f64,
    wobble: f64,
    winner: Option<usize>,
    holds: bool,
}

impl DriftOut {
    fn of(drift: &Drift) -> DriftOut {
        DriftOut { severity: drift.sizes.severity, wobble: drift.sizes.wobble, winner: drift.winner, holds: drift.holds }
    }
}

/// Each number with the gate and without it.
#[derive(Serialize)]
struct GateOut<'a> {
    gate: &'a str,
    fired: u64,
    rollbacks: u64,
    fired_falsely: u64,
    false_rollbacks: u64,
    never_decides: bool,
    detection_rate: [f64; 2],
    time_to_detect_s: [Option<f64>; 2],
    exposed_requests: [f64; 2],
    false_rollback_rate: [f64; 2],
    judged_at: &'a [String],
    blind_at: &'a [String],
}

impl GateOut<'_> {
    fn of(g: &GateWorth) -> GateOut<'_> {
        let both = |(with, without): (f64, f64)| [digits6(with), digits6(without)];
        GateOut {
            gate: &g.gate,
            fired: g.fired.0,
            rollbacks: g.fired.1,
            fired_falsely: g.fired_falsely.0,
            false_rollbacks: g.fired_falsely.1,
            never_decides: g.never_decides(),
            detection_rate: both(g.detection),
            time_to_detect_s: [g.delay.0, g.delay.1].map(|delay| delay.map(|span| digits6(span.seconds()))),
            exposed_requests: both(g.exposed),
            false_rollback_rate: both(g.false_rollback),
            judged_at: &g.judged_at,
            blind_at: &g.blind_at,
        }
    }
}
