//! All that is settled before a trial begins and never changes in it: clones of a world share one `Setup`.

use crate::claims;
use crate::dice::Dice;
use crate::drift;
use crate::faults;
use crate::knobs::{KnobMap, WorldKnobs};
use crate::labels::Labels;
use crate::population::Population;
use crate::scenario::{Kind, Objective, Scenario};
use gatecrash_policies::controller::Claim;
use gatecrash_policies::policy::Op;
use gatecrash_policies::sample::{Catalog, Segment, SignalKind};
use gatecrash_policies::time::Span;

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
    /// The labels of requests among them.
    pub labels: Labels,
    /// The segment whose outcomes are in no sample.
    pub hidden: Option<u8>,
    /// All that is ever claimed to be ready, in order of time; `None` where nobody keeps a list.
    pub claims: Option<Vec<Claim>>,
    /// How often slow things move.
    pub tick: Span,
    /// Whether some fault sends the people away.
    pub leaves: bool,
    /// Where the knobs lie.
    pub knob_map: KnobMap,
    /// The world's own.
    pub world_knobs: WorldKnobs,
    /// Per signal, whether some policy reads it (or all are wanted): the others are left out of the samples.
    pub watched: Vec<bool>,
    /// The first signal of each component.
    pub signal_offsets: Vec<u16>,
    /// Per signal, the component that emits it.
    pub signal_owners: Vec<u8>,
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
        let probes: Vec<String> = read.iter().filter(|s| s.attribute == "probe").map(|s| s.value.clone()).collect();
        if !probes.is_empty() {
            catalog.attributes.push(("probe".into(), probes));
        }
        let segments = Setup::segments(scenario, read, routed);
        let mut signal_offsets = Vec::new();
        let mut signal_owners = Vec::new();
        for (id, component) in scenario.system.iter().enumerate() {
            signal_offsets.push(signal_owners.len() as u16);
            signal_owners.resize(signal_owners.len() + component.signals().len(), id as u8);
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
        let bit = |(a, v): &(String, String)| segments.iter().position(|s| s.attribute == *a && s.value == *v).map(|i| i as u8);
        Setup {
            scenario,
            dice,
            population: Population::new(scenario, &segments, dice),
            world_knobs: WorldKnobs::new(&knob_map),
            labels: Labels::new(scenario, &segments),
            hidden: scenario.telemetry.hides.as_ref().and_then(bit),
            claims: claims::all(scenario),
            tick: drift::tick(scenario),
            leaves: faults::bends(scenario, &knob_map, "operators", "away"),
            knob_map,
            signal_offsets,
            signal_owners,
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

    /// The segments of an outcome: those of its subject, and the labels of its request.
    pub fn segments_of(&self, signal: u16, subject: u32, ordinal: u32) -> u128 {
        let own = self.population.segments[subject as usize];
        if self.labels.is_empty() {
            return own;
        }
        own | self.labels.of(self.dice, self.signal_owners[usize::from(signal)], subject, ordinal)
    }

    /// Whether outcomes of these segments are in no sample.
    pub fn is_hidden(&self, segments: u128) -> bool {
        self.hidden.is_some_and(|bit| segments >> bit & 1 == 1)
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
    let hidden = scenario.telemetry.hides.iter().map(|(a, v)| segment((a, v)));
    faults.chain(marks).chain(amounts).chain(hidden).chain(drifting(scenario)).collect()
}

/// The environments, where a fault keeps changes from one of them: then knobs are turned in each of them by itself.
fn drifting(scenario: &Scenario) -> Vec<Segment> {
    let environments = &scenario.steering.environments;
    let drifts = scenario.faults.iter().flat_map(|f| &f.bends).any(|b| b.component == "steering" && b.knob == "drift");
    let named = environments.iter().filter(|_| drifts && environments.len() > 1);
    named.map(|(name, _)| Segment { attribute: "environment".into(), value: name.clone() }).collect()
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
    let takes_traffic = |kind: &Kind| match kind {
        Kind::Calls(calls) => calls.after.is_none(),
        Kind::Tasks(tasks) => tasks.after.is_none(),
        _ => false,
    };
    let all = scenario.system.iter().enumerate();
    all.filter(|(_, c)| takes_traffic(&c.kind)).map(|(i, _)| i as u8).collect()
}

fn followers(scenario: &Scenario) -> Vec<Vec<u8>> {
    let after = |kind: &Kind| match kind {
        Kind::Calls(calls) => calls.after.clone(),
        Kind::Effects(effects) => Some(effects.after.clone()),
        Kind::Reviews(reviews) => Some(reviews.after.clone()),
        Kind::Checks(checks) => Some(checks.after.clone()),
        Kind::Tasks(tasks) => tasks.after.clone(),
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
