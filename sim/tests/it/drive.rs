//! Plays one policy through one world, with the world at hand afterwards.

use gatecrash_policies::controller::{Controller, Decision, View};
use gatecrash_policies::policy::{By, Op};
use gatecrash_policies::sample::{Segment, SignalKind};
use gatecrash_policies::time::Time;
use gatecrash_policies::{Action, Arm, Cohort, Policy, Rollout, Sample};
use gatecrash_sim::ledger::Violation;
use gatecrash_sim::scenario::{Bend, Fault, Objective, Onset, Scenario, Shape, Side};
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
        let view = View {
            now: world.context.now,
            arrived: &world.telemetry.arrived,
            before: world.telemetry.forgotten,
            done: &world.steering.done,
            claims: None,
            calendar: Default::default(),
        };
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

/// Everybody on stable to the horizon.
pub fn alone<'a>(setup: &'a Setup<'a>) -> World<'a> {
    let mut world = World::new(setup, Books::Everything);
    world.advance(Time::ZERO + setup.scenario.horizon);
    world
}

/// Nobody in a policy, and these seeds: what was truly measured.
pub fn measured(scenario: &Scenario, seed: u64) -> Truth {
    let setup = Setup::new(scenario, &[], &[], seed);
    Truth::of(&mut alone(&setup))
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

/// The world at the horizon when this share of the subjects meets the canary from the beginning.
pub fn at_share<'a>(setup: &'a Setup<'a>, share: f64) -> World<'a> {
    let mut world = World::new(setup, Books::Everything);
    world.act(&Action::Stage { name: "s0".into(), cohort: Cohort::Share(share), enter: Vec::new() });
    world.advance(Time::ZERO + setup.scenario.horizon);
    world
}

/// What is measured in it.
pub fn truth_at(scenario: &Scenario, share: f64, seed: u64) -> Truth {
    Truth::of(&mut at_share(&Setup::new(scenario, &[], &[], seed), share))
}

/// Every outcome of these signals in it, in order of time.
pub fn log_at(scenario: &Scenario, share: f64, seed: u64, component: &str, signals: &[&str]) -> Vec<Violation> {
    let every = |signal: &&str| Objective {
        text: signal.to_string(),
        component: component.into(),
        signal: signal.to_string(),
        op: Op::Below,
        limit: 0.0,
    };
    let scenario = Scenario { objectives: signals.iter().map(every).collect(), ..scenario.clone() };
    std::mem::take(&mut at_share(&Setup::new(&scenario, &[], &[], seed), share).context.ledger.violations)
}

/// A knob bent from the beginning to the end.
pub fn bent(component: &str, knob: &str, by: By, on: Side) -> Fault {
    Fault {
        name: "bend".into(),
        bends: vec![Bend { component: component.into(), knob: knob.into(), by }],
        shape: Shape::Step,
        at: Onset::At(Time::ZERO),
        lasting: None,
        on,
        only: None,
    }
}

/// Holds a count out of `n` against a probability, within four standard deviations.
pub fn check_share(what: &str, count: u64, n: u64, p: f64) {
    let (mean, sd) = (n as f64 * p, (n as f64 * p * (1.0 - p)).sqrt());
    assert!((count as f64 - mean).abs() <= 4.0 * sd, "{what}: {count} of {n} instead of {mean}, standard deviation {sd}");
}

/// The names of the signals that are not the same in both.
pub fn differences(a: &[&TrueSignal], b: &[&TrueSignal]) -> Vec<String> {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).filter(|(a, b)| a != b).map(|(a, _)| a.name.clone()).collect()
}
