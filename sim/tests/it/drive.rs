//! Plays one policy through one world, with the world at hand afterwards.

use gatecrash_policies::controller::{Controller, Decision, View};
use gatecrash_policies::sample::{Segment, SignalKind};
use gatecrash_policies::time::Time;
use gatecrash_policies::{Arm, Policy, Rollout, Sample};
use gatecrash_sim::scenario::Scenario;
use gatecrash_sim::setup::Setup;
use gatecrash_sim::trial::{TrueSignal, TrueValue};
use gatecrash_sim::world::{Books, World};
use gatecrash_sim::{Match, Trial};

/// The scenario made ready, with every segment that our policies route by.
pub fn setup<'a>(scenario: &'a Scenario, policy: &Policy, seed: u64) -> Setup<'a> {
    let read = Rollout::segments(policy, &scenario.catalog()).expect("the policy fits");
    let ios = Segment { attribute: "surface".into(), value: "ios".into() };
    Setup::new(scenario, &read, &[ios], seed)
}

/// Plays to the horizon, and shows the world after every round.
pub fn drive<'a>(setup: &'a Setup<'a>, policy: &Policy, mut look: impl FnMut(&World)) -> World<'a> {
    let mut rollout = Rollout::new(policy, &setup.catalog).expect("the policy fits");
    let mut world = World::new(setup, Books::Everything);
    let horizon = Time::ZERO + setup.scenario.horizon;
    while rollout.next_round() < horizon {
        world.advance(rollout.next_round());
        let view = View { now: world.context.now, arrived: &world.telemetry.arrived, done: &world.steering.done };
        for decision in rollout.round(&view) {
            if let Decision::Act(action) = decision {
                world.act(&action);
            }
        }
        look(&world);
    }
    world.advance(horizon);
    look(&world);
    world
}

/// A trial by the front door.
pub fn trial(scenario: &Scenario, policy: &Policy, seed: u64, detail: bool) -> Trial {
    trials(scenario, &[policy], seed, detail).remove(0)
}

/// Trials of several policies in company.
pub fn trials(scenario: &Scenario, policies: &[&Policy], seed: u64, detail: bool) -> Vec<Trial> {
    Match::new(scenario, policies).expect("the policies fit").play(seed, detail)
}

/// What was truly measured.
pub struct Truth(pub Vec<TrueSignal>);

impl Truth {
    /// Of a world, up to now.
    pub fn of(world: &mut World) -> Truth {
        let (setup, now) = (world.context.setup, world.context.now);
        Truth(world.context.meters.truth(setup, now))
    }

    /// Whether the system has this component.
    pub fn has(&self, component: &str) -> bool {
        self.0.iter().any(|s| s.name.starts_with(&format!("{component}.")))
    }

    /// One arm's signal.
    pub fn arm(&self, name: &str, arm: Arm) -> &TrueValue {
        &self.0.iter().find(|s| s.name == name).unwrap_or_else(|| panic!("no signal {name}")).arms[arm as usize]
    }

    /// How many outcomes there were on both arms.
    pub fn count(&self, name: &str) -> u64 {
        self.arm(name, Arm::Stable).count + self.arm(name, Arm::Canary).count
    }

    /// The signals of a component.
    pub fn component(&self, name: &str) -> Vec<&TrueSignal> {
        self.0.iter().filter(|s| s.name.starts_with(&format!("{name}."))).collect()
    }
}

/// Where the levels of both arms stand, by name.
pub fn levels(world: &mut World) -> Vec<(String, u64)> {
    let (setup, now) = (world.context.setup, world.context.now);
    let mut sums: Vec<(String, u64)> = Vec::new();
    for arm in [Arm::Stable, Arm::Canary] {
        for (series, level) in world.context.meters.take_levels(setup, arm, now, true) {
            let signal = &setup.catalog.signals[usize::from(series.signal)];
            let name = format!("{}.{}", signal.component, signal.name);
            match sums.iter_mut().find(|(n, _)| *n == name) {
                Some((_, sum)) => *sum += level.last,
                None => sums.push((name, level.last)),
            }
        }
    }
    sums
}

/// One of those levels.
pub fn level(levels: &[(String, u64)], name: &str) -> u64 {
    levels.iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("no level {name}")).1
}

/// A counter (or the number of outcomes) of everybody in a sample.
pub fn told(sample: &Sample, setup: &Setup, name: &str) -> u64 {
    let find = |s: &gatecrash_policies::sample::Signal| format!("{}.{}", s.component, s.name) == name;
    let signal = setup.catalog.signals.iter().position(find).unwrap_or_else(|| panic!("no signal {name}"));
    let series = gatecrash_policies::sample::Series { signal: signal as u16, part: 0 };
    match setup.catalog.signals[signal].reads {
        SignalKind::Counter => sample.counter(series),
        _ => sample.hist(series).map_or(0, |hist| hist.count()),
    }
}

/// The names of the signals that are not the same in both.
pub fn differences(a: &[&TrueSignal], b: &[&TrueSignal]) -> Vec<String> {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).filter(|(a, b)| a != b).map(|(a, _)| a.name.clone()).collect()
}
