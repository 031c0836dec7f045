//! Who meets the canary: never more than the cohort in force, and nobody after the withdrawal.

use crate::builder;
use crate::drive::*;
use crate::generate::*;
use gatecrash_policies::policy::Op;
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::{Action, Arm, Cohort};
use gatecrash_sim::population::BUCKETS;
use gatecrash_sim::scenario::*;
use gatecrash_sim::setup::Setup;
use gatecrash_sim::world::{Books, World};
use proptest::prelude::*;

fn below(setup: &Setup, subject: usize, share: f64) -> bool {
    f64::from(setup.population.buckets[subject]) < (share * f64::from(BUCKETS)).round()
}

proptest! {
    #![proptest_config(effort(30))]

    #[test]
    fn the_canary_share_is_the_cohort_in_force(scenario in any_scenario(), share in 0.02..0.98, seed in 1u64..1_000) {
        let mut scenario = Scenario { assign: Assign::Subject, ..scenario };
        scenario.steering.environments.truncate(1);
        let cohorts = [Cohort::Share(share / 3.0), Cohort::Share(share)];
        let policy = ladder(&cohorts, 600);
        let setup = setup(&scenario, &policy, seed);
        let n = setup.population.len();
        let part = |share: f64| (0..n).filter(|s| below(&setup, *s, share)).count() as f64 / n as f64;
        let world = drive(&setup, &policy, |world| {
            let stages = world.steering.done.iter().flatten().count();
            let widest = [0.0, share / 3.0, share][stages];
            assert_eq!(world.context.routing.exposure(), part(widest));
            let met = world.context.ledger.met.iter().enumerate().filter(|(_, met)| **met);
            assert!(met.into_iter().all(|(subject, _)| below(&setup, subject, widest)), "only the cohort meets the canary");
        });
        let met = world.context.ledger.met.iter().filter(|met| **met).count() as u64;
        prop_assert_eq!(met, world.context.ledger.exposed_subjects);
        prop_assert!(world.context.ledger.exposed_requests >= met);
    }

    #[test]
    fn after_the_withdrawal_no_request_goes_to_the_canary(
        scenario in any_scenario(), policy in any_policy(), seed in 1u64..1_000
    ) {
        let trial = trial(&scenario, &policy, seed, true);
        prop_assume!(policy.stages[0].cohort != Cohort::Shadow); // copies are no requests
        let Some(withdrawn) = trial.instants.withdrawn.filter(|_| !trial.mitigated) else { return Ok(()) };
        let setup = setup(&scenario, &policy, seed);
        let detail = trial.detail.expect("asked for");
        prop_assert_eq!(&detail.catalog, &setup.catalog);
        for sample in detail.samples.iter().filter(|s| s.arm == Arm::Canary && s.stamp - s.span >= withdrawn) {
            for name in ["runs.attempts", "tools.attempts", "sockets.attempts"] {
                if setup.catalog.signals.iter().any(|s| format!("{}.{}", s.component, s.name) == name) {
                    prop_assert_eq!(told(sample, &setup, name), 0, "{} after {} at {}", name, withdrawn, sample.stamp);
                }
            }
        }
        let last = detail.exposure.last().map(|(_, share)| *share);
        prop_assert_eq!(last, Some(0), "and nobody is routed there");
    }

    #[test]
    fn after_the_withdrawal_every_client_comes_back(scenario in any_healthy(), book in 0usize..2, seed in 1u64..1_000) {
        let playbook = if book == 0 { Vec::new() } else { vec![step(vec![nobody()], 30)] };
        let policy = doomed(&[Cohort::Share(0.5)], playbook);
        let setup = setup(&scenario, &policy, seed);
        let mut world = drive(&setup, &policy, |_| {});
        prop_assume!(world.context.routing.is_nobody() && world.context.ledger.exposure.len() > 1);
        let gone = world.context.ledger.exposure.last().expect("it was withdrawn").0;
        prop_assume!(gone + Span::from_secs(600) < world.context.now);
        let (setup, now) = (world.context.setup, world.context.now);
        for (series, level) in world.context.meters.take_levels(setup, Arm::Canary, now, true) {
            let signal = &setup.catalog.signals[usize::from(series.signal)];
            if signal.component == "sockets" {
                prop_assert_eq!(level.last, 0, "{} on the canary {} after the withdrawal", &signal.name, now.since(gone));
            }
        }
    }

    #[test]
    fn a_shadow_exposes_nobody(scenario in any_scenario(), seed in 1u64..1_000) {
        // It may do harm all the same, where its copies compete with users for servers.
        let trial = trial(&scenario, &ladder(&[Cohort::Shadow], 900), seed, false);
        prop_assert_eq!((trial.exposed_requests, trial.exposed_subjects), (0, 0));
    }

    #[test]
    fn nobody_exposed_no_harm(scenario in any_scenario(), seed in 1u64..1_000) {
        let trial = trial(&scenario, &ladder(&[Cohort::Nobody], 900), seed, false);
        prop_assert_eq!((trial.exposed_requests, trial.exposed_subjects), (0, 0));
        prop_assert_eq!((trial.harmed, trial.duplicates_leaked), (0, 0));
        prop_assert_eq!(trial.instants, Default::default());
    }
}

/// A system of unlimited servers in which every start is written down.
fn logged(assign: Assign) -> Scenario {
    let system = vec![builder::component("runs", Kind::Calls(builder::calls()))];
    let mut scenario = builder::scenario(600, Some(Traffic::Poisson { rate: 10.0 }), system);
    scenario.subjects = Subjects {
        count: 400,
        internal: 0.1,
        tenants: 20,
        channels: 0,
        nodes: 0,
        attributes: vec![("surface".into(), vec![("ios".into(), 0.3)])],
    };
    scenario.assign = assign;
    scenario.objectives =
        vec![Objective { text: "log".into(), component: "runs".into(), signal: "starts".into(), op: Op::Equal, limit: 0.0 }];
    scenario
}

/// Everybody in a cohort from the beginning; (subject, whether on the canary) of every start.
fn starts(scenario: &Scenario, cohort: Cohort) -> (Vec<(u32, bool)>, Setup<'_>) {
    let setup = setup(scenario, &ladder(std::slice::from_ref(&cohort), 60), 5);
    let mut world = World::new(&setup, Books::Everything);
    world.act(&Action::Stage { name: "s0".into(), cohort, enter: Vec::new() });
    world.advance(Time::ZERO + scenario.horizon);
    let violations = std::mem::take(&mut world.context.ledger.violations);
    let log = violations.iter().map(|v| (v.key.subject, v.arm == Arm::Canary)).collect();
    drop(world);
    (log, setup)
}

#[test]
fn a_cohort_is_who_it_says() {
    let scenario = logged(Assign::Subject);
    let ios = |values: &[&str]| Cohort::Named {
        attribute: "surface".into(),
        values: values.iter().map(|v| v.to_string()).collect(),
        count: None,
    };
    for cohort in [Cohort::Internal, Cohort::TenantShare(0.3), ios(&["ios"]), Cohort::Share(0.2), Cohort::Share(1.0)] {
        let (log, setup) = starts(&scenario, cohort.clone());
        let population = &setup.population;
        let bit = setup.bit("surface", "ios").expect("routed by");
        let is_in = |subject: usize| match &cohort {
            Cohort::Internal => population.internal[subject],
            Cohort::TenantShare(share) => {
                let bucket = population.tenant_buckets[population.tenants[subject] as usize];
                f64::from(bucket) < share * f64::from(BUCKETS)
            }
            Cohort::Named { .. } => population.segments[subject] >> bit & 1 == 1,
            Cohort::Share(share) => below(&setup, subject, *share),
            _ => unreachable!("not among ours"),
        };
        assert!(log.iter().all(|(subject, canary)| *canary == is_in(*subject as usize)), "{cohort:?}");
        assert!(log.iter().any(|(_, canary)| *canary), "{cohort:?} is not empty");
    }
}

#[test]
fn coins_split_requests_and_replicas_round_the_share() {
    // 6,000 requests: four standard errors of a share of a fifth are two points.
    for (assign, expected) in [(Assign::Request, 0.2), (Assign::Replica { of: 4 }, 0.25), (Assign::Replica { of: 10 }, 0.2)] {
        let scenario = logged(assign);
        let (log, _) = starts(&scenario, Cohort::Share(0.2));
        let share = log.iter().filter(|(_, canary)| *canary).count() as f64 / log.len() as f64;
        assert!((share - expected).abs() < 0.02, "{assign:?}: {share}");
    }
}

#[test]
fn clients_split_as_requests_do() {
    let spec = Connections { drop: 0.001, drain: Span::from_secs(30), ..builder::connections() };
    let system = vec![builder::component("sockets", Kind::Connections(spec))];
    let mut scenario = builder::scenario(600, None, system);
    scenario.subjects.count = 4_000;
    for assign in [Assign::Subject, Assign::Request, Assign::Replica { of: 5 }] {
        scenario.assign = assign;
        let setup = setup(&scenario, &ladder(&[Cohort::Share(0.2)], 60), 5);
        let mut world = World::new(&setup, Books::Everything);
        world.act(&Action::Stage { name: "s0".into(), cohort: Cohort::Share(0.2), enter: Vec::new() });
        world.advance(Time::ZERO + scenario.horizon);
        let connected = |world: &mut World, arm| {
            let setup = world.context.setup;
            let (now, signals) = (world.context.now, &setup.catalog.signals);
            let levels = world.context.meters.take_levels(setup, arm, now, true);
            levels.iter().find(|(s, _)| signals[usize::from(s.signal)].name == "connected").map_or(0, |(_, l)| l.last)
        };
        let [stable, canary] = [Arm::Stable, Arm::Canary].map(|arm| connected(&mut world, arm) as f64);
        let share = canary / (stable + canary);
        assert!((share - 0.2).abs() < 0.03, "{assign:?}: {share} of clients are on the canary");
    }
}

#[test]
fn a_client_that_waited_through_the_withdrawal_comes_back_too() {
    for pool in [Pool::Shared, Pool::PerArm] {
        let drain = Span::ZERO;
        let spec = Connections { accept_rate: 5.0, pool, drain, ..builder::connections() };
        let system = vec![builder::component("sockets", Kind::Connections(spec))];
        let scenario = builder::scenario(3_600, None, system);
        let setup = setup(&scenario, &ladder(&[Cohort::Nobody], 60), 5);
        let mut world = World::new(&setup, Books::Everything);
        for (seconds, cohort) in [(60, Cohort::Share(0.5)), (3_600, Cohort::Nobody)] {
            world.act(&Action::Stage { name: "s".into(), cohort, enter: Vec::new() });
            world.advance(Time::ZERO + Span::from_secs(seconds)); // 500 clients take 100 s
        }
        let (now, gauges) = (world.context.now, ["connected", "backlog"]);
        for (series, level) in world.context.meters.take_levels(&setup, Arm::Canary, now, true) {
            let name = setup.catalog.signals[usize::from(series.signal)].name.as_str();
            assert!(!gauges.contains(&name) || level.last == 0, "{pool:?}: {name} of the canary is {}", level.last);
        }
    }
}

#[test]
fn a_shadow_is_measured_and_nobody_sees_it() {
    let scenario = logged(Assign::Subject);
    let policy = ladder(&[Cohort::Shadow], 300);
    let trial = trial(&scenario, &policy, 1, true);
    assert_eq!((trial.exposed_requests, trial.harmed), (0, 0));
    let signals = Truth(trial.detail.expect("asked for").signals);
    let mirrored = signals.arm("runs.starts", Arm::Canary).count;
    assert!(mirrored > 2_000, "the canary serves copies: {mirrored}");
    assert!(signals.arm("runs.latency", Arm::Canary).count > 2_000);
    // The rollout is finished after the soak; until then every request is copied but those before the first round.
    assert!(signals.arm("runs.starts", Arm::Stable).count >= mirrored);
}
