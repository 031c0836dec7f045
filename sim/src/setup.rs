//! All that is settled before a trial begins and never changes in it: clones of a world share one `Setup`.

use crate::dice::Dice;
use crate::knobs::{KnobMap, WorldKnobs};
use crate::population::Population;
use crate::scenario::{Kind, Objective, Scenario};
use gatecrash_policies::policy::Op;
use gatecrash_policies::sample::{Catalog, Segment, SignalKind};

/// A scenario made ready for one seed.
#[derive(Clone, Debug)]
pub struct Setup<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The dice of the seed.
    pub dice: Dice,
    /// Who there is.
    pub population: Population,
    /// Every signal; `segments` are those that telemetry splits by.
    pub catalog: Catalog,
    /// Every segment that somebody reads, bends or routes; those of the catalog come first.
    pub segments: Vec<Segment>,
    /// Where the knobs lie.
    pub knob_map: KnobMap,
    /// The world's own.
    pub world_knobs: WorldKnobs,
    /// Per signal, whether some policy reads it (or all are wanted): the others are left out of the samples.
    pub watched: Vec<bool>,
    /// The first signal of each component.
    pub signal_offsets: Vec<u16>,
    /// Per signal, the objectives about it.
    pub objectives_of: Vec<Vec<u8>>,
    /// The scenario's objectives, then one per `effects` component that no duplicate leaves the system.
    pub objectives: Vec<Objective>,
    /// The components that take the traffic.
    pub entries: Vec<u8>,
    /// Per component, those that begin when its requests complete.
    pub followers: Vec<Vec<u8>>,
}

impl<'a> Setup<'a> {
    /// Prepares a trial. `read` are the segments that policies read, `routed` those that policies route by; every signal is
    /// watched.
    pub fn new(scenario: &'a Scenario, read: &[Segment], routed: &[Segment], seed: u64) -> Setup<'a> {
        let dice = Dice::new(seed);
        let mut catalog = scenario.catalog();
        catalog.segments = read.to_vec();
        let segments = Setup::segments(scenario, read, routed);
        let mut signal_offsets = Vec::new();
        let mut next = 0;
        for component in &scenario.system {
            signal_offsets.push(next);
            next += component.signals().len() as u16;
        }
        let objectives: Vec<Objective> = scenario.objectives.iter().cloned().chain(leaks(scenario)).collect();
        let objectives_of = catalog
            .signals
            .iter()
            .map(|s| {
                let about = |o: &Objective| (o.component == s.component || o.component == s.kind) && o.signal == s.name;
                objectives.iter().enumerate().filter(|(_, o)| about(o)).map(|(i, _)| i as u8).collect()
            })
            .collect();
        let knob_map = KnobMap::new(scenario);
        Setup {
            scenario,
            dice,
            population: Population::new(scenario, &segments, dice),
            world_knobs: WorldKnobs::new(&knob_map),
            knob_map,
            signal_offsets,
            watched: vec![true; catalog.signals.len()],
            objectives_of,
            objectives,
            entries: entries(scenario),
            followers: followers(scenario),
            segments,
            catalog,
        }
    }

    /// Every segment that somebody reads, routes by or bends, those that are read first; at most
    /// [`crate::population::SEGMENTS_MAX`] can be told apart.
    pub fn segments(scenario: &Scenario, read: &[Segment], routed: &[Segment]) -> Vec<Segment> {
        let mut segments = read.to_vec();
        for segment in routed.iter().cloned().chain(bent_segments(scenario)) {
            if !segments.contains(&segment) {
                segments.push(segment);
            }
        }
        segments
    }

    /// The bit of a segment in `Population::segments`.
    pub fn bit(&self, attribute: &str, value: &str) -> Option<u8> {
        self.segments.iter().position(|s| s.attribute == attribute && s.value == value).map(|i| i as u8)
    }

    /// Whether an objective only counts leaked duplicates and is not the scenario's own.
    pub fn is_leak(&self, objective: u8) -> bool {
        usize::from(objective) >= self.scenario.objectives.len()
    }

    /// Whether a signal has a number per outcome.
    pub fn has_values(&self, signal: u16) -> bool {
        matches!(self.catalog.signals[usize::from(signal)].reads, SignalKind::Durations | SignalKind::Amounts)
    }
}

/// The segments that faults and split parameters speak of.
fn bent_segments(scenario: &Scenario) -> Vec<Segment> {
    let segment = |(attribute, value): (&String, &String)| Segment { attribute: attribute.clone(), value: value.clone() };
    let faults = scenario.faults.iter().filter_map(|f| f.only.as_ref()).map(|(a, v)| segment((a, v)));
    let marks =
        scenario.system.iter().flat_map(|c| &c.marks).flat_map(|(_, split)| split.by.iter().map(|(a, v, _)| segment((a, v))));
    let amounts =
        scenario.system.iter().flat_map(|c| &c.amounts).flat_map(|(_, split)| split.by.iter().map(|(a, v, _)| segment((a, v))));
    faults.chain(marks).chain(amounts).collect()
}

fn leaks(scenario: &Scenario) -> impl Iterator<Item = Objective> + '_ {
    scenario.system.iter().filter(|c| matches!(c.kind, Kind::Effects(_))).map(|c| Objective {
        text: format!("{}.duplicates == 0", c.name),
        component: c.name.clone(),
        signal: "duplicates".into(),
        op: Op::Equal,
        limit: 0.0,
    })
}

fn entries(scenario: &Scenario) -> Vec<u8> {
    let takes_traffic = |kind: &Kind| matches!(kind, Kind::Calls(calls) if calls.after.is_none());
    let all = scenario.system.iter().enumerate();
    all.filter(|(_, c)| takes_traffic(&c.kind)).map(|(i, _)| i as u8).collect()
}

fn followers(scenario: &Scenario) -> Vec<Vec<u8>> {
    let after = |kind: &Kind| match kind {
        Kind::Calls(calls) => calls.after.clone(),
        Kind::Effects(effects) => Some(effects.after.clone()),
        Kind::Connections(_) => None,
    };
    let follow = |name: &String| {
        let all = scenario.system.iter().enumerate();
        all.filter(|(_, c)| after(&c.kind).as_ref() == Some(name)).map(|(i, _)| i as u8).collect()
    };
    scenario.system.iter().map(|c| follow(&c.name)).collect()
}

/// Whether an outcome of this value keeps the objective.
pub fn keeps(objective: &Objective, value: u64) -> bool {
    let value = value as f64;
    match objective.op {
        Op::AtMost => value <= objective.limit,
        Op::AtLeast => value >= objective.limit,
        Op::Below => value < objective.limit,
        Op::Above => value > objective.limit,
        Op::Equal => value == objective.limit,
    }
}
