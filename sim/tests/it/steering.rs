//! How decisions become effects: flags that travel, fleets that do not follow, people who are not there.

use crate::builder;
use crate::builder::fault;
use crate::drive::*;
use crate::generate::*;
use gatecrash_policies::policy::{Act, By, Step};
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::{Action, Arm, Cohort};
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::*;
use gatecrash_sim::setup::Setup;
use gatecrash_sim::world::{Books, World};

fn secs(n: u64) -> Time {
    Time::ZERO + Span::from_secs(n)
}

/// Requests and clients, two environments, flags that take half a minute.
fn world() -> Scenario {
    let system = vec![
        builder::component("runs", Kind::Calls(builder::calls())),
        builder::component("sockets", Kind::Connections(builder::connections())),
    ];
    let mut scenario = builder::scenario(3_600, Some(Traffic::Poisson { rate: 2.0 }), system);
    let environments = vec![("production".to_string(), 0.7), ("development".to_string(), 0.3)];
    scenario.steering = Steering { propagation: Dist::Constant(30.0), environments };
    scenario
}

fn stage(cohort: Cohort) -> Action {
    Action::Stage { name: "s0".into(), cohort, enter: Vec::new() }
}

fn act(acts: Vec<Act>, takes: u64, by_operator: bool) -> Action {
    Action::Step { acts, takes: Span::from_secs(takes), by_operator }
}

fn begun<'a>(setup: &'a Setup<'a>) -> World<'a> {
    World::new(setup, Books::Everything)
}

#[test]
fn a_cohort_is_in_effect_when_the_flag_has_arrived() {
    let scenario = world();
    let setup = setup(&scenario, &ladder(&[Cohort::Nobody], 60), 1);
    let mut world = begun(&setup);
    world.act(&stage(Cohort::Share(1.0)));
    world.advance(Time(29_999_999));
    assert_eq!((world.context.routing.exposure(), world.steering.done[0]), (0.0, None));
    world.advance(secs(30));
    assert_eq!((world.context.routing.exposure(), world.steering.done[0]), (1.0, Some(secs(30))));
    world.act(&act(vec![nobody()], 20, false));
    world.advance(secs(80));
    assert_eq!((world.context.routing.exposure(), world.steering.done[1]), (0.0, Some(secs(80))));
}

#[test]
fn an_environment_is_switched_by_itself() {
    let scenario = world();
    let setup = setup(&scenario, &ladder(&[Cohort::Nobody], 60), 1);
    let mut world = begun(&setup);
    let environments = vec!["development".to_string()];
    world.act(&act(vec![Act::Cohort { cohort: Cohort::Share(1.0), environments, only: None }], 0, false));
    world.advance(secs(30));
    let developers = setup.population.environments.iter().filter(|e| **e == 1).count() as f64;
    assert!((250.0..350.0).contains(&developers));
    assert!((world.context.routing.exposure() - developers / 1_000.0).abs() < 1e-9);
}

#[test]
fn a_withdrawal_is_never_undone_by_a_stage_that_was_under_way() {
    for seed in 1..=20 {
        let mut scenario = world();
        scenario.steering.propagation = Dist::Exp { mean: 60.0 };
        let setup = setup(&scenario, &ladder(&[Cohort::Nobody], 60), seed);
        let mut world = begun(&setup);
        world.act(&stage(Cohort::Share(0.05)));
        world.advance(secs(600));
        world.act(&stage(Cohort::Share(0.5)));
        world.act(&act(vec![nobody()], 0, false));
        world.advance(secs(1_800));
        assert!(world.context.routing.is_nobody(), "seed {seed}");
    }
}

#[test]
fn what_is_stuck_stays_until_somebody_does_it_by_hand() {
    let mut scenario = world();
    scenario.faults = vec![fault("steering", "stuck", By::Set(0.3))];
    scenario.operators.acknowledge = Dist::Constant(240.0);
    let setup = setup(&scenario, &ladder(&[Cohort::Nobody], 60), 1);
    let mut world = begun(&setup);
    world.act(&stage(Cohort::Share(1.0)));
    world.advance(secs(60));
    assert_eq!(world.context.routing.exposure(), 1.0, "the way forward is not stuck");
    world.act(&act(vec![nobody()], 0, false));
    world.advance(secs(120));
    let left = world.context.routing.exposure();
    assert!((left - 0.3).abs() < 0.06, "three in ten of 1,000 stay: {left}");
    world.act(&Action::Page);
    world.advance(secs(120 + 240 + 29));
    assert_eq!(world.context.routing.exposure(), left);
    world.advance(secs(120 + 240 + 30));
    assert!(world.context.routing.is_nobody());
}

#[test]
fn a_stuck_rollback_is_withdrawn_by_the_operator() {
    let mut scenario = world();
    scenario.faults = vec![fault("steering", "stuck", By::Set(0.3))];
    scenario.operators.acknowledge = Dist::Constant(240.0);
    let mut policy = doomed(&[Cohort::Share(0.5)], vec![step(vec![nobody()], 0)]);
    policy.rollback.validate.checks = vec![gatecrash_policies::parse("ratio(runs.errors / runs.outcomes) < 0").expect("ours")];
    let trial = trial(&scenario, &policy, 1, true);
    let (decided, withdrawn) = (trial.instants.decided.expect("doomed"), trial.instants.withdrawn.expect("by hand"));
    assert!(withdrawn.since(decided) >= Span::from_secs(30 + 240 + 30), "{decided} to {withdrawn}");
    let shares: Vec<u32> = trial.detail.expect("asked for").exposure.iter().map(|(_, share)| *share).collect();
    assert!(shares.iter().any(|share| (1_000..2_000).contains(share)), "{shares:?}");
}

#[test]
fn a_restart_drops_every_connection() {
    let scenario = world();
    let setup = setup(&scenario, &ladder(&[Cohort::Nobody], 60), 1);
    let mut world = begun(&setup);
    world.advance(secs(60));
    world.act(&act(vec![Act::Restart("sockets".into())], 5, false));
    world.advance(secs(65));
    assert_eq!(level(&levels(&mut world), "sockets.connected"), 0);
    let truth = Truth::of(&mut world);
    assert_eq!(truth.count("sockets.drops"), 1_000);
    world.advance(secs(120));
    let truth = Truth::of(&mut world);
    let storm = truth.arm("sockets.backlog", Arm::Stable).max;
    assert!(storm > 900, "1,000 clients within a second meet 50 a second: {storm}");
    assert_eq!((truth.count("sockets.outcomes"), level(&levels(&mut world), "sockets.connected")), (1_000, 1_000));
}

#[test]
fn a_bend_of_a_step_lasts() {
    let scenario = world();
    let setup = setup(&scenario, &ladder(&[Cohort::Nobody], 60), 1);
    let mut world = begun(&setup);
    let slower = Act::Bend {
        component: "runs".into(),
        knob: "latency".into(),
        by: By::Times(3.0),
        environments: Vec::new(),
        canary_only: false,
    };
    world.act(&act(vec![slower], 10, false));
    world.advance(secs(600));
    let truth = Truth::of(&mut world);
    let service = &truth.arm("runs.service", Arm::Stable).hist;
    assert_eq!((service.min(), service.max()), (Some(1_000_000), Some(3_000_000)));
}

#[test]
fn people_who_are_not_at_work_come_in_the_morning() {
    let hour = 3_600;
    let mut scenario = world();
    scenario.operators = Operators {
        acknowledge: Dist::Constant(300.0),
        calendar: gatecrash_policies::Calendar {
            hours: Some(gatecrash_policies::Hours {
                weekdays_only: true,
                from: Span::from_secs(9 * hour),
                to: Span::from_secs(18 * hour),
            }),
            start: Span::from_secs(17 * hour + 1_800),
        },
    };
    let setup = setup(&scenario, &ladder(&[Cohort::Nobody], 60), 1);
    let mut world = begun(&setup);
    let done = |world: &mut World, at: u64| {
        world.advance(secs(at));
        world.act(&act(vec![nobody()], 60, true));
        world.advance(secs(at + 24 * hour));
        world.steering.done.last().copied().flatten().expect("done within a day")
    };
    let while_at_work = done(&mut world, 900);
    assert_eq!(while_at_work, secs(900 + 300 + 60 + 30), "acknowledged, carried out, travelled");
    // The next page comes 24 h and 31 min after 17:30: at 18:01 on Tuesday.
    let at_night = done(&mut world, 24 * hour + 1_860);
    assert_eq!(at_night, secs(15 * hour + 1_800 + 24 * hour + 300 + 60 + 30), "Wednesday 09:00 and on");
}

#[test]
fn an_operator_carries_out_the_step_of_a_policy() {
    let mut scenario = world();
    scenario.operators.acknowledge = Dist::Constant(600.0);
    let book = vec![Step { by_operator: true, ..step(vec![nobody()], 10) }];
    let trial = trial(&scenario, &doomed(&[Cohort::Share(0.5)], book), 1, false);
    let [decided, withdrawn] = [trial.instants.decided, trial.instants.withdrawn].map(|at| at.expect("doomed"));
    assert_eq!(withdrawn.since(decided), Span::from_secs(600 + 10 + 30));
}
