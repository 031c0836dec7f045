//! Gates see samples, and only those that have arrived.

use crate::builder;
use crate::drive::*;
use crate::generate::*;
use gatecrash_policies::policy::By;
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::{Arm, Cohort};
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::*;
use gatecrash_sim::setup::Setup;
use gatecrash_sim::world::{Books, World};
use proptest::prelude::*;

proptest! {
    #![proptest_config(effort(40))]

    #[test]
    fn no_sample_is_visible_before_it_arrives(scenario in any_scenario(), policy in any_policy(), seed in 1u64..1_000) {
        let setup = setup(&scenario, &policy, seed);
        let mut seen = 0;
        let world = drive(&setup, &policy, |world| {
            let arrived = &world.telemetry.arrived;
            assert!(arrived.len() >= seen, "what was seen stays seen");
            for sample in &arrived[seen..] {
                assert!(sample.arrived <= world.context.now, "{} is not there yet", sample.arrived);
                assert!(sample.stamp <= sample.arrived && sample.span <= scenario.telemetry.scrape);
            }
            seen = arrived.len();
        });
        let arrived = &world.telemetry.arrived;
        prop_assert!(arrived.is_sorted_by_key(|sample| sample.arrived));
        let may_repeat = scenario.telemetry.duplicate > 0.0
            || scenario.faults.iter().flat_map(|f| &f.bends).any(|b| b.component == "telemetry" && b.knob == "duplicate");
        let mut keys: Vec<_> = arrived.iter().map(|sample| (sample.stamp, sample.arm)).collect();
        keys.sort_unstable();
        prop_assert!(may_repeat || keys.windows(2).all(|w| w[0] != w[1]));
        prop_assert!(keys.windows(3).all(|w| w[0] != w[2]), "nothing arrives three times");
    }

    #[test]
    fn samples_add_up_to_the_truth(scenario in any_healthy(), policy in any_policy(), seed in 1u64..1_000) {
        let mut scenario = scenario;
        scenario.telemetry.delay = Dist::ZERO;
        (scenario.telemetry.loss, scenario.telemetry.duplicate) = (0.0, 0.0);
        // A moment after the last scrape at which nothing else is planned by a clock of ours.
        scenario.horizon = Span(1_800_000_001);
        let setup = setup(&scenario, &policy, seed);
        let mut world = drive(&setup, &policy, |_| {});
        let truth = Truth::of(&mut world);
        let of_both = |sample: &&gatecrash_policies::Sample| sample.arm != Arm::Former;
        for signal in ["runs.starts", "runs.outcomes", "runs.errors", "runs.latency", "runs.tokens"] {
            let told: u64 = world.telemetry.arrived.iter().filter(of_both).map(|sample| told(sample, &setup, signal)).sum();
            prop_assert_eq!(told, truth.count(signal), "{}", signal);
        }
    }
}

fn with_telemetry_fault(knob: &str, by: By, from: u64) -> Scenario {
    let calls = Calls { servers: Some(4), ..builder::calls() };
    let system = vec![builder::component("runs", Kind::Calls(calls))];
    let mut scenario = builder::scenario(600, Some(Traffic::Poisson { rate: 3.0 }), system);
    scenario.faults = vec![Fault {
        name: knob.into(),
        bends: vec![Bend { component: "telemetry".into(), knob: knob.into(), by }],
        shape: Shape::Step,
        at: Onset::At(Time::ZERO + Span::from_secs(from)),
        lasting: Some(Span::from_secs(150)),
        on: Side::Both,
        only: None,
    }];
    scenario
}

/// The samples of stable in ten minutes, scraped every 15 s.
fn samples(setup: &Setup) -> Vec<gatecrash_policies::Sample> {
    let mut world = World::new(setup, Books::Everything);
    world.advance(Time::ZERO + setup.scenario.horizon);
    world.telemetry.arrived
}

#[test]
fn lost_samples_are_missing() {
    let scenario = with_telemetry_fault("loss", By::Set(1.0), 100);
    let setup = setup(&scenario, &ladder(&[Cohort::Nobody], 60), 1);
    let stamps: Vec<u64> = samples(&setup).iter().map(|sample| sample.stamp.0 / 1_000_000).collect();
    let expected: Vec<u64> = (1..=40).map(|i| 15 * i).filter(|s| !(100..250).contains(s)).collect();
    assert_eq!(stamps, expected);
}

#[test]
fn late_samples_are_late() {
    let scenario = with_telemetry_fault("delay", By::Plus(70.0), 100);
    let setup = setup(&scenario, &ladder(&[Cohort::Nobody], 60), 1);
    for sample in samples(&setup) {
        let late = (Time(100_000_000)..Time(250_000_000)).contains(&sample.stamp);
        assert_eq!(sample.arrived.since(sample.stamp), Span::from_secs(if late { 70 } else { 0 }));
    }
}

#[test]
fn a_frozen_exporter_counts_nothing_and_repeats_its_levels() {
    let scenario = with_telemetry_fault("freeze", By::Set(1.0), 100);
    let setup = setup(&scenario, &ladder(&[Cohort::Nobody], 60), 1);
    let samples = samples(&setup);
    assert_eq!(samples.len(), 40, "it is still scraped");
    let frozen = |s: &&gatecrash_policies::Sample| (Time(100_000_000)..Time(250_000_000)).contains(&s.stamp);
    let last = samples.iter().rfind(|s| s.stamp < Time(100_000_000)).expect("a sample before the fault");
    assert_eq!(samples.iter().filter(frozen).count(), 10);
    for sample in samples.iter().filter(frozen) {
        assert!(sample.counters.is_empty() && sample.hists.is_empty());
        assert_eq!(sample.gauges, last.gauges);
    }
    assert!(samples.iter().filter(|s| !frozen(s)).all(|s| !s.counters.is_empty()), "afterwards it counts again");
}

#[test]
fn a_duplicate_is_the_same_sample_twice() {
    let scenario = with_telemetry_fault("duplicate", By::Set(1.0), 100);
    let setup = setup(&scenario, &ladder(&[Cohort::Nobody], 60), 1);
    let samples = samples(&setup);
    assert_eq!(samples.len(), 50);
    let twice: Vec<_> = samples.windows(2).filter(|w| w[0].stamp == w[1].stamp).collect();
    assert!(twice.len() == 10 && twice.iter().all(|w| w[0] == w[1]));
}
