//! What stages and steps do beside cohorts: knobs in some environments, restarts, people who are asked, an environment that does
//! not follow.

use crate::builder::{self, fault};
use crate::drive::*;
use crate::generate::*;
use gatecrash_policies::policy::{Act, By};
use gatecrash_policies::sample::Segment;
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::{Action, Arm, Cohort};
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::*;
use gatecrash_sim::setup::Setup;
use gatecrash_sim::world::{Books, World};

fn secs(n: u64) -> Time {
    Time::ZERO + Span::from_secs(n)
}

/// Requests of one second, two environments, flags that take half a minute.
fn world() -> Scenario {
    let system = vec![builder::component("runs", Kind::Calls(builder::calls()))];
    let mut scenario = builder::scenario(4 * 3_600, Some(Traffic::Poisson { rate: 2.0 }), system);
    let environments = vec![("production".to_string(), 0.7), ("development".to_string(), 0.3)];
    scenario.steering = Steering { propagation: Dist::Constant(30.0), environments };
    scenario
}

fn ready(scenario: &Scenario) -> Setup<'_> {
    let environment = |name: &str| Segment { attribute: "environment".into(), value: name.into() };
    Setup::new(scenario, &[], &[environment("production"), environment("development")], 1)
}

fn begun<'a>(setup: &'a Setup<'a>) -> World<'a> {
    World::new(setup, Books::Everything)
}

fn set(knob: &str, by: By, environments: &[&str], canary_only: bool) -> Act {
    let environments = environments.iter().map(|e| e.to_string()).collect();
    Act::Bend { component: "runs".into(), knob: knob.into(), by, environments, canary_only }
}

fn stage(cohort: Cohort, enter: Vec<Act>) -> Action {
    Action::Stage { name: "s0".into(), cohort, enter }
}

fn step(acts: Vec<Act>) -> Action {
    Action::Step { acts, takes: Span::ZERO, by_operator: false }
}

/// The service times of an arm, in seconds: (shortest, longest).
fn services(world: &mut World, arm: Arm) -> Option<(u64, u64)> {
    let truth = Truth::of(world);
    let hist = &truth.arm("runs.service", arm).hist;
    Some((hist.min()? / 1_000_000, hist.max()? / 1_000_000))
}

#[test]
fn a_stage_turns_knobs_on_the_canary() {
    let scenario = world();
    let setup = ready(&scenario);
    let mut world = begun(&setup);
    world.act(&stage(Cohort::Share(0.5), vec![set("latency", By::Set(4.0), &[], true)]));
    world.advance(secs(1_200));
    assert_eq!([Arm::Stable, Arm::Canary].map(|arm| services(&mut world, arm)), [Some((1, 1)), Some((4, 4))]);
}

#[test]
fn a_stage_restarts_when_it_is_in_effect() {
    let scenario = world();
    let setup = ready(&scenario);
    let mut world = begun(&setup);
    let knob = set("latency", By::Times(2.0), &["development"], true);
    world.act(&stage(Cohort::Share(0.5), vec![Act::Restart("runs".into()), knob]));
    world.advance(Time(29_999_999));
    assert_eq!(world.steering.done, [None]);
    world.advance(secs(600));
    assert_eq!(world.steering.done, [Some(secs(30))]);
    let lines: Vec<&str> = world.context.ledger.entries.iter().map(|e| e.text.as_str()).collect();
    assert!(lines[0].starts_with("cohort 50% in production") && lines[1].starts_with("cohort 50% in development"), "{lines:?}");
    assert_eq!(lines[2..], ["runs restarts"]);
    assert!(world.context.ledger.entries.iter().all(|e| e.at == secs(30)));
}

#[test]
fn an_environment_takes_a_knob_by_itself() {
    let mut scenario = world();
    scenario.objectives = vec![builder::log("runs", "errors")];
    let setup = ready(&scenario);
    let mut world = begun(&setup);
    world.act(&step(vec![set("error_rate", By::Set(1.0), &["development"], false)]));
    world.advance(secs(1_000));
    let failed = std::mem::take(&mut world.context.ledger.violations);
    let is_dev = |subject: u32| setup.population.environments[subject as usize] == 1;
    assert!(failed.len() > 400 && failed.iter().all(|v| is_dev(v.key.subject) && v.at >= secs(30)));
    let share = failed.len() as f64 / 970.0 / 2.0;
    assert!((share - 0.3).abs() < 0.06, "{share}");
}

#[test]
fn what_is_set_later_counts() {
    let mut scenario = world();
    scenario.objectives = vec![builder::log("runs", "errors")];
    let setup = ready(&scenario);
    let errors = |acts: &[Act]| {
        let mut world = begun(&setup);
        for act in acts {
            world.act(&step(vec![act.clone()]));
            world.advance(world.context.now + Span::from_secs(60));
        }
        world.context.ledger.violations.clear();
        world.advance(world.context.now + Span::from_secs(600));
        world.context.ledger.violations.len()
    };
    let (on, off) = (By::Set(1.0), By::Set(0.0));
    let rate = |by, environments: &[&str]| set("error_rate", by, environments, false);
    let (dev, both) = (["development"].as_slice(), ["production", "development"].as_slice());
    assert_eq!(errors(&[rate(on, dev), rate(off, &[])]), 0, "everywhere after somewhere");
    assert_eq!(errors(&[rate(on, both), rate(off, both)]), 0);
    assert_eq!(errors(&[rate(on, dev), rate(off, dev)]), 0);
    let some = errors(&[rate(on, &[]), rate(off, dev)]);
    let all = errors(&[rate(off, dev), rate(on, &[])]);
    assert!(all > 1_100 && (0.6..0.8).contains(&(some as f64 / all as f64)), "{some} of {all}");
    let more = errors(&[rate(By::Set(0.2), dev), rate(By::Times(5.0), &[])]);
    assert!((0.2..0.4).contains(&(more as f64 / all as f64)), "a multiple of what was set: {more} of {all}");
}

/// A fault that is over after two hours.
fn away(component: &str, knob: &str) -> Fault {
    Fault { lasting: Some(Span::from_secs(7_200)), ..fault(component, knob, By::Set(1.0)) }
}

#[test]
fn nobody_acknowledges_while_they_are_away() {
    let mut scenario = world();
    scenario.operators.acknowledge = Dist::Constant(300.0);
    let actions = [
        Action::Page,
        Action::Review { by: "owner".into() },
        Action::Recheck { items: vec!["plan".into()] },
        Action::Step { acts: vec![nobody()], takes: Span::from_secs(60), by_operator: true },
        Action::Step { acts: vec![nobody()], takes: Span::from_secs(60), by_operator: false },
    ];
    let done = |faults: Vec<Fault>| {
        let scenario = Scenario { faults, ..scenario.clone() };
        let setup = ready(&scenario);
        let mut world = begun(&setup);
        actions.iter().for_each(|action| world.act(action));
        world.advance(secs(3 * 3_600));
        world.steering.done.iter().map(|at| at.expect("done").0 / 1_000_000).collect::<Vec<_>>()
    };
    assert_eq!(done(Vec::new()), [300, 300, 300, 390, 90]);
    // The first look at or after two hours: they are looked for 300 s after the page and every minute from then on.
    assert_eq!(done(vec![away("operators", "away")]), [7_200, 7_200, 7_200, 7_290, 90]);
}

#[test]
fn an_environment_that_drifts_takes_no_change() {
    let mut scenario = world();
    scenario.faults = vec![away("steering", "drift")];
    let setup = Setup::new(&scenario, &[], &[], 1); // its environments are told apart without being asked for
    let mut world = begun(&setup);
    world.act(&stage(Cohort::Share(1.0), vec![set("latency", By::Set(4.0), &[], true)]));
    world.act(&step(vec![set("error_rate", By::Set(1.0), &[], false)]));
    world.advance(secs(7_199));
    let production = setup.population.environments.iter().filter(|e| **e == 0).count() as f64 / 1_000.0;
    assert_eq!(world.context.routing.exposure(), production);
    assert_eq!(world.steering.done, [Some(secs(30)); 2], "the flag says that it is done");
    let truth = Truth::of(&mut world);
    let errors = truth.count("runs.errors") as f64 / truth.count("runs.starts") as f64;
    assert!((errors - production).abs() < 0.03, "{errors}");
    assert!(world.context.ledger.entries.iter().any(|e| e.text.contains("development has drifted")));
    world.advance(secs(7_200));
    assert_eq!(world.context.routing.exposure(), 1.0);
    let before = Truth::of(&mut world).count("runs.errors");
    world.advance(secs(8_000));
    let truth = Truth::of(&mut world);
    assert!(truth.count("runs.errors") - before > 1_300, "everybody's fail now");
}

#[test]
fn a_hand_reaches_the_environment_that_drifts() {
    let mut scenario = world();
    scenario.operators.acknowledge = Dist::Constant(300.0);
    scenario.faults = vec![Fault { at: Onset::At(secs(600)), ..away("steering", "drift") }];
    let setup = ready(&scenario);
    let mut world = begun(&setup);
    world.act(&stage(Cohort::Share(1.0), Vec::new()));
    world.advance(secs(700));
    world.act(&step(vec![nobody()]));
    world.advance(secs(710));
    world.act(&stage(Cohort::Share(0.5), Vec::new()));
    world.advance(secs(1_000));
    let left = world.context.routing.exposure();
    assert!((left - (0.3 + 0.7 * 0.5)).abs() < 0.06, "{left}");
    world.act(&Action::Page);
    world.advance(secs(1_000 + 330));
    assert!(world.context.routing.is_nobody());
    world.advance(secs(3 * 3_600));
    assert!(world.context.routing.is_nobody(), "what waited is not taken after all");
}

#[test]
fn one_environment_cannot_drift_from_itself() {
    let mut scenario = world();
    scenario.steering.environments.truncate(1);
    scenario.faults = vec![away("steering", "drift")];
    let setup = ready(&scenario);
    let mut world = begun(&setup);
    world.act(&stage(Cohort::Share(1.0), Vec::new()));
    world.advance(secs(60));
    assert_eq!(world.context.routing.exposure(), 1.0);
}

#[test]
fn slow_scrapes_have_slow_clocks() {
    for (scrape, tick) in [(15, 10), (59, 10), (60, 60), (300, 300)] {
        let mut scenario = world();
        scenario.telemetry.scrape = Span::from_secs(scrape);
        let leak = Fault { shape: Shape::Leak(Span::from_secs(900)), ..fault("runs", "latency", By::Plus(1.0)) };
        scenario.faults = vec![leak];
        let setup = ready(&scenario);
        assert_eq!(setup.tick, Span::from_secs(tick));
        let mut world = begun(&setup);
        world.advance(secs(1_000));
        let own = setup.knob_map.find("runs", "latency")[0];
        let level = world.context.knobs.level(own, Arm::Stable);
        let expected = (1_000 / tick * tick) as f64 / 900.0;
        assert!((level.plus - expected).abs() < 1e-9, "{level:?}");
    }
}
