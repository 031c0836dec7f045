//! The earliest moment at which a breach could be caught: the fault meets somebody, a scrape, its way, the next round of a gate that reads
//! what the fault moves.

use super::course::Clock;
use super::sight::Way;
use super::{Catch, FaultForecast, GateForecast, Judged, StageForecast, faults, knob, moves};
use gatecrash_policies::policy::{Gate, Metric, OnFail, Reading, Rule};
use gatecrash_policies::rules::Setting;
use gatecrash_policies::time::{Span, Time};
use gatecrash_sim::scenario::{Bend, ComponentSpec, Expect, Fault, Kind, Scenario};

/// The first catch, and a sentence where there is none to be had.
pub(super) fn earliest(
    clock: Clock,
    way: Way,
    applies: &[bool],
    stages: &[StageForecast],
    all: &[FaultForecast],
) -> (Option<Catch>, Option<String>) {
    let none = |why: &str| (None, Some(why.to_string()));
    match way.scenario.expect {
        Expect::Promote if way.scenario.faults.is_empty() => {
            return none("Nothing is injected: a gate that turns back is wrong.");
        }
        Expect::Promote => return none("Nothing that is injected is the rollout's fault: a gate that turns back is wrong."),
        Expect::Rollback if all.is_empty() => return none("No fault is injected: what breaks is the rollout itself."),
        Expect::Rollback => {}
    }
    let harmful = || way.scenario.faults.iter().enumerate().filter(|(_, fault)| !faults::is_of_the_world(fault));
    let mut found: Vec<Catch> = harmful().flat_map(|(i, fault)| catches(clock, way, applies, stages, i, fault)).collect();
    found.sort_by_key(|catch| (!catch.direct, catch.at, catch.expected.unwrap_or(Time::MAX)));
    let first = found.iter().map(|catch| catch.at).min();
    // What follows from a fault may show before what it bends itself: then that comes first.
    let best = found.iter().find(|catch| Some(catch.at) == first).cloned();
    match best {
        Some(best) => (Some(best), None),
        None if harmful().any(|(_, fault)| faults::meets(way, fault).is_some()) => none("No gate reads what the faults bend."),
        None => none("The faults meet nobody before the horizon: there is nothing to catch."),
    }
}

/// Every gate at every stage that could see this fault.
fn catches(clock: Clock, way: Way, applies: &[bool], stages: &[StageForecast], index: usize, fault: &Fault) -> Vec<Catch> {
    let Some((since, _)) = faults::meets(way, fault) else { return Vec::new() };
    let horizon = Time::ZERO + way.scenario.horizon;
    let at_stage = |stage: &StageForecast| {
        let next = stages.iter().find(|other| other.index > stage.index);
        let passage = way.passages.iter().find(|passage| passage.stage == stage.index).expect("a stage of the way");
        let gates = stage.gates.iter().filter(|gate| applies[gate.index]);
        let seen = gates.filter_map(|forecast| {
            let gate = &way.policy.gates[forecast.index];
            let direct = sees(way.scenario, fault, gate)?;
            // A sample from before the stage may be in its window, but not if it has none.
            let since = if gate.check.over.is_none() { since.max(stage.begin) } else { since };
            let first = clock.seen(first_scrape(clock, fault, since)).max(clock.first_round(passage));
            let at = first + rounds_more(&gate.rule, way.policy.round);
            // By then the next stage, whose gates are others, may be in effect; as long as this one lasts there is no telling.
            let is_theirs = next.is_none_or(|next| first < next.begin || !next.gates.iter().any(|g| g.index == forecast.index));
            (at < horizon && is_theirs).then(|| Catch {
                gate: gate.name.clone(),
                stage: stage.stage.clone(),
                fault: index,
                since,
                at,
                expected: expected(clock, forecast, at, horizon),
                direct,
            })
        });
        seen.collect::<Vec<_>>()
    };
    stages.iter().flat_map(at_stage).collect()
}

/// The first scrape with something of the fault in it. What happens at its onset itself may be in a scrape of that instant.
fn first_scrape(clock: Clock, fault: &Fault, since: Time) -> Time {
    let is_sudden = fault.bends.iter().any(|bend| bend.knob == "disconnect");
    clock.scrape_after(if is_sudden { Time(since.0.saturating_sub(1)) } else { since })
}

fn expected(clock: Clock, forecast: &GateForecast, at: Time, horizon: Time) -> Option<Time> {
    match &forecast.judged {
        Judged::At(judged) => Some(clock.round_at(at.max(*judged))).filter(|at| *at < horizon),
        Judged::Never(_) | Judged::Unknown(_) => None,
    }
}

/// The time that a rule waits for more rounds like the first that is breached.
fn rounds_more(rule: &Rule, round: Span) -> Span {
    let number = |name: &str| match rule.get(name) {
        Some(Setting::Number(number)) => number as u64,
        _ => 1,
    };
    let more = match rule.name() {
        "consecutive" => number("times") - 1,
        "m_of_n" => number("m") - 1,
        _ => 0,
    };
    let inner = rule.of.iter().map(|rule| rounds_more(rule, round)).min().unwrap_or(Span::ZERO);
    inner + Span(round.0.saturating_mul(more))
}

/// Whether a gate that turns back reads what a fault bends (`Some(true)`) or something that follows from it (`Some(false)`).
pub(super) fn sees(scenario: &Scenario, fault: &Fault, gate: &Gate) -> Option<bool> {
    if gate.on_fail == OnFail::Hold {
        return None;
    }
    let each = fault.bends.iter().flat_map(|bend| gate.check.reading.metrics().into_iter().map(move |metric| (bend, metric)));
    let of = |(bend, metric): (&Bend, &Metric)| touches(scenario, bend, metric, &gate.check.reading);
    let each = each.filter(|(_, metric)| !is_apart(fault.only.as_ref(), metric.segment.as_ref()));
    each.filter_map(of).reduce(|a, b| a || b)
}

/// Whether nobody is in both segments: two values of one attribute.
fn is_apart(a: Option<&(String, String)>, b: Option<&(String, String)>) -> bool {
    matches!((a, b), (Some((attribute, value)), Some((other, its))) if attribute == other && value != its)
}

fn touches(scenario: &Scenario, bend: &Bend, metric: &Metric, reading: &Reading) -> Option<bool> {
    let bent = || scenario.system.iter().filter(|c| knob::means(scenario, &bend.component, c));
    let read = || scenario.system.iter().filter(|c| knob::means(scenario, &metric.component, c));
    if bend.component == "traffic" {
        return Some(false);
    }
    let pairs = bent().flat_map(|bent| read().map(move |read| (bent, read)));
    pairs.filter_map(|(bent, read)| pair(scenario, bend, bent, read, &metric.signal, reading)).reduce(|a, b| a || b)
}

fn pair(
    scenario: &Scenario,
    bend: &Bend,
    bent: &ComponentSpec,
    read: &ComponentSpec,
    signal: &str,
    reading: &Reading,
) -> Option<bool> {
    let own = moves::of(bent.spec().name, &bend.knob);
    let is_told =
        bent.marks.iter().any(|(name, _)| *name == bend.knob) || bent.amounts.iter().any(|(name, _)| *name == bend.knob);
    let spreads = own.map_or(!is_told, |own| own.spreads);
    if bent.name == read.name {
        let streak = matches!(reading, Reading::Streak(_)).then(|| format!("{signal}_streak"));
        let is_own = |name: &str| own.map_or_else(|| own_signal(&bend.knob, name), |own| own.moves.contains(&name));
        if is_own(signal) || streak.is_some_and(|streak| is_own(&streak)) {
            return Some(true);
        }
        return spreads.then_some(false);
    }
    (spreads && follows(scenario, read, &bent.name)).then_some(false)
}

/// The signals of a mark, an amount or a step of a flow: its own, and those who became ready for the step.
fn own_signal(knob: &str, signal: &str) -> bool {
    signal == knob || signal.strip_suffix("_eligible").is_some_and(|step| step == knob)
}

/// Whether a component comes after another, directly or not.
fn follows(scenario: &Scenario, component: &ComponentSpec, other: &str) -> bool {
    let after = match &component.kind {
        Kind::Calls(calls) => calls.after.as_deref(),
        Kind::Effects(effects) => Some(effects.after.as_str()),
        Kind::Reviews(reviews) => Some(reviews.after.as_str()),
        Kind::Checks(checks) => Some(checks.after.as_str()),
        Kind::Tasks(tasks) => tasks.after.as_deref(),
        Kind::Connections(_) => None,
    };
    let Some(name) = after else { return false };
    name == other || scenario.system.iter().find(|c| c.name == name).is_some_and(|before| follows(scenario, before, other))
}
