//! What truly happened, worked out after the trial: the twin, the six instants, the outcome.

use crate::aftermath;
use crate::ledger::{Delivery, Key, Violation};
use crate::play::Record;
use crate::scenario::{Expect, Fault};
use crate::setup::Setup;
use crate::trial::{Entry, Instants, Outcome, Trial};
use crate::world::{Books, World};
use gatecrash_policies::policy::Policy;
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::{Span, Time};

/// An outcome may come this much later in the twin and still be the same outcome.
const LATE: Span = Span::from_secs(600);

/// The same scenario and seed with nobody ever exposed. It is played only when somebody has to be compared with it, and only as far
/// as that takes.
pub struct Twin<'a> {
    setup: &'a Setup<'a>,
    world: Option<World<'a>>,
    /// What went wrong in it, by objective and key, and when.
    known: Vec<(u8, Key, Time)>,
    /// What somebody put in, and when, in order of time.
    injected: Vec<(Time, Fault)>,
}

impl<'a> Twin<'a> {
    /// Not played yet.
    pub fn new(setup: &'a Setup<'a>) -> Twin<'a> {
        Twin { setup, world: None, known: Vec::new(), injected: Vec::new() }
    }

    /// A fault was put in at this time, after all others so far: what was played beyond it is played again.
    pub fn inject(&mut self, at: Time, fault: Fault) {
        self.injected.push((at, fault));
        self.world = None;
        self.known.clear();
    }

    /// Plays to `until` and beyond any such moment asked for before.
    fn play(&mut self, until: Time) {
        let world = self.world.get_or_insert_with(|| World::new(self.setup, Books::Twin));
        if world.context.now < until {
            let from = world.context.now;
            let due = |(at, _): &&(Time, Fault)| (*at > from || from == Time::ZERO) && *at <= until;
            for (at, fault) in self.injected.iter().filter(due) {
                world.advance(*at);
                world.inject(fault.clone());
            }
            world.advance(until);
            self.known = world.context.ledger.violations.iter().map(|v| (v.objective, v.key, v.at)).collect();
            self.known.sort_unstable();
        }
    }

    /// Of these outcomes of a trial that ended at `ended`, those that the rollout is to blame for.
    pub fn harmed(&mut self, violations: &[Violation], ended: Time) -> Vec<Violation> {
        if violations.is_empty() {
            return Vec::new();
        }
        let until = ended + LATE;
        self.play(until);
        // Another policy may have had the twin played further: what comes after `until` must not matter to this one.
        let is_known = |v: &Violation| {
            let first = self.known.partition_point(|(objective, key, _)| (*objective, *key) < (v.objective, v.key));
            self.known.get(first).is_some_and(|(objective, key, at)| (*objective, *key) == (v.objective, v.key) && *at <= until)
        };
        violations.iter().filter(|v| !is_known(v)).copied().collect()
    }
}

/// The trial that a record amounts to.
pub fn trial(setup: &Setup, policy: &Policy, seed: u64, mut record: Record, twin: &mut Twin) -> Trial {
    let violations = std::mem::take(&mut record.ledger.violations);
    let guilty = twin.harmed(&violations, record.ended);
    let (leaked, harms): (Vec<_>, Vec<_>) = guilty.into_iter().partition(|v| setup.is_leak(v.objective));
    let instants = instants(setup, &record, &harms);
    let lucky = is_lucky(&record, &harms, &instants);
    let instants = if lucky { Instants { shown: instants.decided, ..instants } } else { instants };
    let (outcome, reason) = outcome(setup, &record, &instants);
    let premature = record.recovered.first().copied().filter(|at| instants.clear.is_none_or(|clear| *at < clear));
    let is_over = record.decided.is_some() || outcome == Outcome::Missed;
    let cleanup = if is_over { aftermath::cleanup(setup, &harms, &leaked) } else { Vec::new() };
    let untrue = aftermath::untrue_items(setup, policy, &record);
    if let Some((at, items)) = untrue.as_ref().filter(|(_, items)| !items.is_empty()) {
        let text = format!("ticked and not true: {}", items.join(", "));
        record.entries.push(Entry { at: *at, kind: "readiness", text });
    }
    let mut detail = record.detail.take();
    if let Some(detail) = &mut detail {
        detail.harms = harms.iter().map(|v| (v.at, usize::from(v.objective))).collect();
    }
    Trial {
        scenario: setup.scenario.name.clone(),
        policy: policy.name.clone(),
        seed,
        outcome,
        reason,
        caught_by: record.fired.iter().map(|gate| policy.gates[*gate].name.clone()).collect(),
        stage: record.stage.map_or_else(String::new, |stage| policy.stages[stage].name.clone()),
        instants,
        lucky,
        mitigated: record.mitigated.is_some() && record.mitigated == instants.withdrawn,
        premature_validation: premature,
        within_budget: within_budget(policy, outcome, &instants),
        exposed_requests: record.ledger.exposed_requests,
        exposed_subjects: record.ledger.exposed_subjects,
        harmed: harms.len() as u64,
        duplicates_leaked: leaked.len() as u64,
        events: record.events,
        ended: over(&record, &instants),
        stopped: record.ended,
        finished: record.finished,
        open_items: std::mem::take(&mut record.open_items),
        untrue_items: untrue.map_or_else(Vec::new, |(_, items)| items),
        cleanup,
        timeline: if record.quiet { Vec::new() } else { timeline(setup, record, &harms, &instants) },
        detail,
    }
}

/// When the trial was over: recovery validated, finished, or the horizon.
fn over(record: &Record, instants: &Instants) -> Time {
    instants.validated.unwrap_or(record.ended)
}

fn instants(setup: &Setup, record: &Record, harms: &[Violation]) -> Instants {
    let decided = record.decided;
    let no_one = decided.and_then(|decided| withdrawn(record, decided));
    let withdrawn = [no_one, record.mitigated].into_iter().flatten().min();
    let clear = withdrawn.map(|w| harms.last().map_or(w, |v| v.at.max(w)));
    let validated = clear.and_then(|clear| record.recovered.iter().copied().find(|at| *at >= clear));
    let shown = shown(setup, &record.ledger.deliveries, record.ended, harms);
    Instants { harmed: harms.first().map(|v| v.at), shown, decided, withdrawn, clear, validated }
}

/// The first moment from the decision on after which nobody met the canary any more. A stage that was still under way at the
/// decision may yet expose somebody who was not.
fn withdrawn(record: &Record, decided: Time) -> Option<Time> {
    let steps = &record.ledger.exposure;
    let exposed = steps.iter().rposition(|(_, _, nobody)| !nobody);
    let next = exposed.map_or(0, |last| last + 1);
    steps.get(next).map(|(at, ..)| (*at).max(decided))
}

/// The first arrival of a sample that contains a harmed outcome.
pub fn shown(setup: &Setup, deliveries: &[Delivery], ended: Time, harms: &[Violation]) -> Option<Time> {
    let mut first: Option<Time> = None;
    let told = |v: &&Violation| {
        setup.hidden.is_none() || !setup.is_hidden(setup.segments_of(v.key.signal, v.key.subject, v.key.ordinal))
    };
    for harm in harms.iter().filter(told) {
        if first.is_some_and(|first| first <= harm.at) {
            break; // no later outcome can be in an earlier sample
        }
        let next = deliveries.partition_point(|d| d.stamp < harm.at);
        let arm = if harm.arm == Arm::Canary { Arm::Canary } else { Arm::Stable };
        let sample = deliveries[next..].iter().find(|d| d.arm == arm);
        if let Some(arrived) = sample.and_then(|d| d.arrived).filter(|at| *at <= ended) {
            first = Some(first.map_or(arrived, |f| f.min(arrived)));
        }
    }
    first
}

/// Whether the decision came after harm, and before any of it could be seen.
fn is_lucky(record: &Record, harms: &[Violation], instants: &Instants) -> bool {
    let (Some(decided), Some(harmed)) = (record.decided, harms.first().map(|v| v.at)) else { return false };
    decided >= harmed && instants.shown.is_none_or(|shown| decided < shown)
}

fn outcome(setup: &Setup, record: &Record, instants: &Instants) -> (Outcome, String) {
    let open = || format!("not finished by the horizon: {}", record.blocking);
    match (setup.scenario.expect, instants.decided, instants.harmed) {
        (Expect::Rollback, Some(decided), Some(harmed)) if decided >= harmed => (Outcome::Detected, String::new()),
        (_, Some(_), _) => (Outcome::FalseRollback, String::new()),
        (Expect::Rollback, None, Some(_)) => (Outcome::Missed, String::new()),
        (Expect::Rollback, None, None) if record.finished => {
            (Outcome::Insufficient, "nothing was harmed before the rollout finished".into())
        }
        (Expect::Rollback, None, None) => (Outcome::Insufficient, format!("nothing was harmed; {}", open())),
        (Expect::Promote, None, _) if record.finished => (Outcome::TruePromote, String::new()),
        (Expect::Promote, None, _) => (Outcome::Insufficient, open()),
    }
}

/// Whether both budgets were kept; only a detected breach has them, and what never happened was not in time.
fn within_budget(policy: &Policy, outcome: Outcome, instants: &Instants) -> Option<bool> {
    let rollback = &policy.rollback;
    if outcome != Outcome::Detected || (rollback.withdraw_within.is_none() && rollback.recover_within.is_none()) {
        return None;
    }
    let kept = |budget: Option<Span>, from: Option<Time>, to: Option<Time>| {
        budget.is_none_or(|budget| from.zip(to).is_some_and(|(from, to)| to.since(from) <= budget))
    };
    Some(
        kept(rollback.withdraw_within, instants.harmed, instants.withdrawn)
            && kept(rollback.recover_within, instants.withdrawn, instants.validated),
    )
}

/// At the same time, the world goes before the round of the policy, and the round before its effects.
fn turn(kind: &str) -> u8 {
    match kind {
        "note" | "fault" => 0,
        "harm" => 1,
        "steering" | "operator" => 3,
        "recovery" => 4,
        _ => 2,
    }
}

/// What the world and the policy wrote down, and the instants, in order of time.
fn timeline(setup: &Setup, record: Record, harms: &[Violation], instants: &Instants) -> Vec<Entry> {
    let mut entries = record.ledger.entries;
    entries.extend(record.entries);
    if let Some(first) = harms.first() {
        let objective = &setup.objectives[usize::from(first.objective)].text;
        let text = format!("first harm: an outcome of the {} arm breaks {objective}", first.arm.name());
        entries.push(Entry { at: first.at, kind: "harm", text });
    }
    let mut instant = |at: Option<Time>, kind, text: &str| {
        if let Some(at) = at {
            entries.push(Entry { at, kind, text: text.into() });
        }
    };
    instant(instants.shown, "harm", "shown: the first sample with harm in it has arrived");
    instant(instants.withdrawn, "steering", "withdrawn: no new request goes to the canary");
    instant(instants.clear.filter(|at| Some(*at) != instants.withdrawn), "harm", "clear: the last harmed outcome");
    instant(instants.validated, "recovery", "validated: the recovery check succeeds, and nothing is harmed any more");
    entries.sort_by_key(|entry| (entry.at, turn(entry.kind)));
    entries
}
