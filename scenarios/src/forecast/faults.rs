//! Faults before they are played: what they bend, when, and on whom.

use super::course::{Clock, Passage};
use super::knob::{Base, base, level, means, turns, world_base};
use super::sight::Way;
use super::spread::Spread;
use super::{BendForecast, FaultForecast, crowd};
use gatecrash_policies::policy::By;
use gatecrash_policies::show;
use gatecrash_policies::time::{Span, Time};
use gatecrash_sim::catalog::{Unit, WORLD};
use gatecrash_sim::knobs::{Level, level_of};
use gatecrash_sim::scenario::{Bend, Fault, Onset, Scenario, Shape, Side};

/// When a fault begins, at the earliest, and when it ends; `None`: not before the horizon.
pub(super) fn span(way: Way, fault: &Fault) -> Option<(Time, Time)> {
    let begin = match &fault.at {
        Onset::At(at) => *at,
        Onset::Stage { name, after } => asked(way, name)?.asked + *after,
    };
    let end = fault.lasting.map_or(Time::MAX, |lasting| begin + lasting);
    (begin < Time::ZERO + way.scenario.horizon).then_some((begin, end))
}

fn asked<'a>(way: Way<'a>, stage: &str) -> Option<&'a Passage> {
    way.passages.iter().find(|passage| way.policy.stages[passage.stage].name == stage)
}

/// The share of subjects that a fault concerns while a passage is in effect.
pub(super) fn concerned(way: Way, fault: &Fault, passage: Option<&Passage>) -> f64 {
    let segment = fault.only.as_ref();
    let all = segment.map_or(1.0, |(attribute, value)| crowd::segment(way.scenario, attribute, value));
    let canary = passage.map_or(0.0, |passage| {
        let cohort = &way.policy.stages[passage.stage].cohort;
        // A canary that is sent copies serves everybody's requests.
        if *cohort == gatecrash_policies::policy::Cohort::Shadow { all } else { crowd::both(way.scenario, cohort, segment) }
    });
    match fault.on {
        Side::Canary => canary,
        Side::Stable => (all - canary).max(0.0),
        Side::Both => all,
    }
}

/// The first moment from its onset at which a fault meets somebody, and whom; before any stage only stable is there.
pub(super) fn meets(way: Way, fault: &Fault) -> Option<(Time, f64)> {
    let (begin, end) = span(way, fault)?;
    let before = way.passages.first().map_or(Time::MAX, |first| first.begin);
    let unexposed = (begin < before).then(|| (begin, concerned(way, fault, None)));
    let stages = way.passages.iter().enumerate().map(|(i, passage)| {
        let until = way.passages.get(i + 1).map_or(Time::MAX, |next| next.begin);
        (passage.begin.max(begin), until, passage)
    });
    let exposed = stages.filter(|(at, until, _)| at < until && *at < end.max(Time(begin.0 + 1)));
    let exposed = exposed.map(|(at, _, passage)| (at, concerned(way, fault, Some(passage))));
    let reaches = |passage: f64| match fault.shape {
        Shape::Above(share) => passage >= share,
        _ => true,
    };
    let reached = |at: Time| {
        let now = way.passages.iter().rfind(|passage| passage.begin <= at);
        reaches(now.map_or(0.0, |passage| crowd::exposed(way.scenario, &way.policy.stages[passage.stage].cohort)))
    };
    unexposed.into_iter().chain(exposed).find(|(at, share)| *share > 0.0 && reached(*at))
}

/// A fault as it is expected.
pub(super) fn one(clock: Clock, way: Way, index: usize) -> FaultForecast {
    let fault = &clock.scenario.faults[index];
    let meeting = meets(way, fault);
    let begin = span(way, fault).map(|(begin, _)| begin);
    let trouble = match (begin, meeting) {
        (None, _) => Some(unreached(way, fault)),
        (_, None) if !is_of_the_world(fault) => Some("it meets nobody".to_string()),
        _ => None,
    };
    FaultForecast {
        fault: fault.name.clone(),
        bends: fault.bends.iter().map(|bend| bent(way, fault, bend)).collect(),
        begin,
        when: when(fault),
        lasting: fault.lasting,
        on: fault.on,
        whom: whom(fault),
        share: meeting.map_or(0.0, |(_, share)| share),
        shape: shape(fault.shape),
        trouble,
    }
}

/// Whether it bends nothing but parts of the world itself: traffic, telemetry, flags, people.
pub(super) fn is_of_the_world(fault: &Fault) -> bool {
    fault.bends.iter().all(|bend| WORLD.iter().any(|part| part.name == bend.component))
}

fn unreached(way: Way, fault: &Fault) -> String {
    let horizon = way.scenario.horizon;
    match &fault.at {
        Onset::Stage { name, .. } if asked(way, name).is_none() => {
            format!("{name} is not reached before the horizon of {horizon}")
        }
        _ => format!("it lies after the horizon of {horizon}"),
    }
}

fn when(fault: &Fault) -> String {
    match &fault.at {
        Onset::At(at) => format!("at {at}"),
        Onset::Stage { name, after } if *after == Span::ZERO => format!("when {name} begins"),
        Onset::Stage { name, after } => format!("{after} after {name} begins"),
    }
}

fn whom(fault: &Fault) -> String {
    let on = ["canary", "stable", "both arms"][fault.on as usize];
    let only = fault.only.as_ref().map_or(String::new(), |(a, v)| format!(", where {a} is {v}"));
    format!("{on}{only}")
}

fn shape(shape: Shape) -> String {
    match shape {
        Shape::Step => "at once".into(),
        Shape::Ramp(over) => format!("in full after {over}"),
        Shape::Pulse { every, lasting } => format!("for {lasting} of every {every}"),
        Shape::Leak(each) => format!("by its full size in each {each}"),
        Shape::Above(share) => format!("while at least {} is exposed", show::Unit::Share.show(share)),
    }
}

fn bent(way: Way, fault: &Fault, bend: &Bend) -> BendForecast {
    let scenario = way.scenario;
    let unit = scenario.knob(&bend.component, &bend.knob).unwrap_or(Unit::Count);
    let then = level_of(bend.by, scenario.severity);
    let own = own(way, fault, bend);
    let shown = |level: Level| own.as_ref().map(|(base, set)| said(*base, unit, *set, level));
    BendForecast {
        knob: format!("{}.{}", bend.component, bend.knob),
        by: by(bend.by, unit, scenario.severity),
        before: shown(Level::IDENTITY),
        after: shown(then),
    }
}

/// A knob's own value and where stages have turned it by the time of the fault. Of a kind, that of its first component.
fn own(way: Way, fault: &Fault, bend: &Bend) -> Option<(Base, Level)> {
    let scenario: &Scenario = way.scenario;
    if WORLD.iter().any(|part| part.name == bend.component) {
        return world_base(scenario, &bend.component, &bend.knob).map(|base| (base, Level::IDENTITY));
    }
    let component = scenario.system.iter().find(|c| means(scenario, &bend.component, c))?;
    let (begin, _) = span(way, fault)?;
    let stage = way.passages.iter().rfind(|passage| passage.begin <= begin).filter(|_| fault.on == Side::Canary);
    let turns = stage.map_or(Vec::new(), |passage| turns(way.policy, passage.stage));
    Some((base(component, &bend.knob)?, level(scenario, &turns, component, &bend.knob)))
}

/// A knob's value in its unit, with what a stage has set and a fault bends.
fn said(base: Base, unit: Unit, set: Level, bent: Level) -> String {
    let of = |own: f64| bent.apply(set.apply(own));
    match (base, unit) {
        (Base::Number(own), Unit::Share) => show::Unit::Share.show(of(own).min(1.0)),
        (Base::Number(own), Unit::Rate) => show::Unit::PerSecond.show(of(own)),
        (Base::Number(own), Unit::Time) => show::Unit::Seconds.show(of(own)),
        (Base::Number(own), _) => show::Unit::Plain.show(of(own)),
        (Base::Drawn(dist), unit) => {
            let median = of(Spread::of(dist, Level::IDENTITY).quantile(0.5));
            let unit = if unit == Unit::Time { show::Unit::Seconds } else { show::Unit::Plain };
            format!("median {}", unit.show(rounded(median)))
        }
    }
}

/// To four digits: medians of distributions are found by halving.
fn rounded(value: f64) -> f64 {
    if value < 1e-9 { 0.0 } else { format!("{value:.3e}").parse().unwrap_or(value) }
}

fn by(by: By, unit: Unit, severity: f64) -> String {
    let level = level_of(by, severity);
    let amount = |value: f64| match unit {
        Unit::Share => show::Unit::Share.show(value),
        Unit::Time => show::Unit::Seconds.show(value),
        Unit::Rate => show::Unit::PerSecond.show(value),
        Unit::Factor | Unit::Count => show::Unit::Plain.show(value),
    };
    match by {
        By::Times(_) => format!("{}x", show::Unit::Plain.show(level.times)),
        By::Plus(_) if level.plus < 0.0 => format!("-{}", amount(-level.plus)),
        By::Plus(_) => format!("+{}", amount(level.plus)),
        By::Set(value) => format!("= {}", amount(value)),
    }
}
